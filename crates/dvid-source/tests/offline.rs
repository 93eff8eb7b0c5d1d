//! Recordings: what was read once is read again without the server, by us and by the fixture.

use std::path::PathBuf;
use std::sync::Arc;

use array_core::ndarray::Array3;
use array_core::{Array, ArrayExt, ArrayRef, MemoryArray, ReadContext, ViewerSource};
use dvid_fixture::replay::Replay;
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{Fault, FaultRule, FixtureServer};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Missing};

/// A folder that goes away with the test.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("dvid-source-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn server() -> FixtureServer {
    let array = |name: &str, block: array_core::Block| -> ArrayRef {
        Arc::new(MemoryArray::new(name, block, [8, 8, 8], [0, 0, 0]).unwrap())
    };
    let gray = Array3::from_shape_fn((32, 32, 48), |(z, y, x)| (x * y + z) as u8).into_dyn();
    let seg = Array3::from_shape_fn((32, 32, 48), |(z, y, x)| (x / 7 + y / 9 + z / 5) as u64).into_dyn();
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]).with_max_downres_level(1);
    let service = DvidService::new(Some(array("gray", gray.into())), Some(array("seg", seg.into())), &options);
    FixtureServer::start(service.unwrap()).unwrap()
}

fn open(client: &DvidClient, instance: &str) -> Result<DvidArray, Error> {
    DvidArray::open(client, ":master", instance, &DvidOptions::default().with_chunk_voxels(16 * 16 * 32))
}

/// What a user might do in a session.
fn session(client: &DvidClient) -> Vec<array_core::Block> {
    let (gray, seg) = (open(client, "gray").unwrap(), open(client, "seg").unwrap());
    let cx = ReadContext::default();
    let points = [[1, 2, 3].into(), [30, 20, 10].into()];
    let labels = seg.labels_at(&points, &cx).unwrap();
    let missing = open(client, "nosuch").unwrap_err();
    assert!(matches!(missing, Error::NotFound { what: Missing::Instance, .. }), "{missing}");
    let labels = array_core::ndarray::ArrayD::from_shape_vec(vec![2], labels).unwrap();
    vec![gray.data().unwrap(), seg.data().unwrap(), seg.scales()[0].data().unwrap(), labels.into()]
}

#[test]
fn a_session_is_replayed_without_a_server() {
    let folder = Folder::new("session");
    let server = server();
    let address = server.url();
    let options = ClientOptions::default().with_admin_token("hush").with_header("Authorization", "Bearer hush");
    let client = DvidClient::with_options(&address, &options.with_user("somebody")).unwrap();
    let recording = client.record(&folder.0).unwrap();
    // A busy moment is no answer that anybody wants to hear again.
    server.inject(FaultRule::new("/raw/", Fault::Throttled).with_times(1));
    server.inject(FaultRule::new("/blocks/", Fault::CutBody { after: 20 }).with_times(1));
    let first = session(&recording);
    assert!(session(&recording).iter().zip(&first).all(|(a, b)| a.same_bits(b)));
    drop(server);

    let list = std::fs::read_to_string(folder.0.join("cases.json")).unwrap();
    assert!(!list.contains("hush") && !list.contains("somebody") && !list.contains("503"), "{list}");
    let lines = list.lines().filter(|line| line.starts_with('{')).count();
    let bodies = std::fs::read_dir(folder.0.join("bodies")).unwrap().count();
    assert!(bodies <= lines && lines < 40, "the same answer is kept once: {lines} answers, {bodies} bodies");

    for replayed in [DvidClient::replay(&folder.0).unwrap(), DvidClient::replay(&folder.0).unwrap()] {
        assert_eq!(replayed.server(), address);
        assert!(session(&replayed).iter().zip(&first).all(|(a, b)| a.same_bits(b)));
        let gray = open(&replayed, "gray").unwrap();
        assert!(
            matches!(gray.meta().viewer_source(), ViewerSource::NotShown { reason, .. } if reason.contains("recording"))
        );
        let other = DvidArray::open(&replayed, ":master", "gray", &DvidOptions::default()).unwrap();
        let error = other.data().unwrap_err();
        assert!(error.to_string().contains("not recorded") && error.to_string().contains("/raw/"), "{error}");
    }
    // The fixture takes the same folder.
    let fixture = FixtureServer::start(Replay::open(&folder.0).unwrap()).unwrap();
    let client = DvidClient::new(&fixture.url()).unwrap();
    assert!(session(&client).iter().zip(&first).all(|(a, b)| a.same_bits(b)));
}

#[test]
fn recordings_that_cannot_be() {
    let folder = Folder::new("refused");
    assert!(matches!(DvidClient::replay(&folder.0), Err(Error::Recording { .. })));
    let server = server();
    let client = DvidClient::new(&server.url()).unwrap();
    let recorder = client.record(&folder.0).unwrap();
    open(&recorder, "gray").unwrap();
    let other = DvidClient::new("http://127.0.0.1:1").unwrap().record(&folder.0).unwrap_err();
    assert!(other.to_string().contains(&server.url()), "{other}");
    let replayed = DvidClient::replay(&folder.0).unwrap();
    assert!(matches!(replayed.record(&folder.0), Err(Error::BadOption { option: "record", .. })));
    // More of the same server is added.
    let again = client.record(&folder.0).unwrap();
    open(&again, "seg").unwrap().data().unwrap();
    assert!(open(&DvidClient::replay(&folder.0).unwrap(), "seg").unwrap().data().is_ok());
    std::fs::write(folder.0.join("cases.json"), "[{]").unwrap();
    assert!(matches!(DvidClient::replay(&folder.0), Err(Error::Recording { .. })));
    std::fs::write(folder.0.join("bodies"), "no folder").unwrap_err();
}

/// The recordings of the workspace, made by others, can be replayed as well.
#[test]
fn golden_recordings_are_replayed() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/dvid");
    let client = DvidClient::replay(folder).unwrap();
    let root = "5e1d0a61adcd1f7a03104f50cfd704be";
    let array = DvidArray::open(&client, root, "seg32", &DvidOptions::default()).unwrap();
    let labels = array.data().unwrap().into_array::<u64>().unwrap();
    assert!(labels.iter().any(|label| *label == 1_030_662_285_294));
    let region = client.region_of_interest(root, "mask").unwrap();
    assert_eq!(region.block_count(), 5);
    assert_eq!(client.key_value(root, "meta", "attrs").unwrap(), *b"{\"unit\":\"nm\",\"n\":3}");
}
