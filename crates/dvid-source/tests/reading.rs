//! Arrays on a server that works: voxels, scales, conformance, and how the server is asked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use array_core::ndarray::{Array3, ArrayD};
use array_core::testing::check_array;
use array_core::{
    Array, ArrayExt, ArrayRef, Coordinate, Field, Kind, Length, MemoryArray, Provenance, ReadContext, ViewerSource,
    VoxelBox,
};
use dvid_fixture::serve::{DvidService, ServeOptions, Version, VoxelUnit};
use dvid_fixture::{FixtureServer, Handler, Request, Response};
use dvid_source::{Budget, ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Strictness, fetch_info};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
const SHAPE: [usize; 3] = [70, 60, 100];
const VOXEL: [i64; 3] = [40, 4, 4];
/// World position of the first voxel: indices (-32, 16, -64).
const OFFSET: [i64; 3] = [-32 * 40, 16 * 4, -64 * 4];

fn image() -> ArrayRef {
    let voxels = Array3::from_shape_fn(SHAPE, |(z, y, x)| (x + 2 * y + 3 * z + 1) as u8);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), VOXEL, OFFSET).unwrap())
}

/// Labels in runs, with blocks of nothing among them, which do not exist on the server.
fn labels() -> ArrayRef {
    let voxels = Array3::from_shape_fn(SHAPE, |(z, y, x)| match (x / 16 + z / 16) % 3 {
        0 => 0,
        n => u64::MAX - ((z / 5) * 100 + (y / 7) * 10 + x / 6) as u64 * n as u64,
    });
    Arc::new(MemoryArray::new("seg", voxels.into_dyn(), VOXEL, OFFSET).unwrap())
}

fn options() -> ServeOptions {
    ServeOptions::default().with_names("gray", "seg").with_block_zyx([16, 32, 16]).with_max_downres_level(2)
}

fn service() -> DvidService {
    DvidService::new(Some(image()), Some(labels()), &options()).unwrap()
}

fn serve(handler: impl Handler) -> (FixtureServer, DvidClient) {
    let server = FixtureServer::start(handler).unwrap();
    let client = DvidClient::new(&server.url()).unwrap();
    (server, client)
}

fn open(client: &DvidClient, instance: &str, scale: u8) -> DvidArray {
    let small = DvidOptions::default().with_scale(scale).with_chunk_voxels(16 * 32 * 64);
    DvidArray::open(client, ROOT, instance, &small).unwrap()
}

/// A box inside another one.
fn part_of(whole: VoxelBox) -> impl Strategy<Value = VoxelBox> {
    let axis = move |axis: usize| {
        let range = whole.range(axis).unwrap();
        range.clone().prop_flat_map(move |begin| (Just(begin), begin + 1..range.end + 1))
    };
    (axis(0), axis(1), axis(2)).prop_map(|(z, y, x)| VoxelBox::from_bounds([z.0, y.0, x.0], [z.1, y.1, x.1]).unwrap())
}

fn same_on_every_box(array: &dyn Array, truth: &dyn Array, cases: u32) {
    let cx = ReadContext::default();
    let mut runner = TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let whole = *truth.meta().voxel_box();
    let law = |voxels: VoxelBox| {
        let (read, want) = (array.read_box(&voxels, &cx).unwrap(), truth.read_box(&voxels, &cx).unwrap());
        prop_assert!(read.same_bits(&want), "{voxels}");
        Ok(())
    };
    runner.run(&part_of(whole), law).unwrap();
}

#[test]
fn an_image_reads_as_what_was_stored() {
    let (server, client) = serve(service());
    let array = open(&client, "gray", 0);
    check_array(&array).unwrap();
    same_on_every_box(&array, &image(), 60);
    assert!(server.peak_in_flight() <= Budget::REQUESTS, "{} requests at once", server.peak_in_flight());
}

#[test]
fn labels_read_as_what_was_stored() {
    let (server, client) = serve(service());
    let array = open(&client, "seg", 0);
    check_array(&array).unwrap();
    same_on_every_box(&array, &labels(), 60);
    assert!(server.requests().iter().all(|line| !line.target.contains("/raw/")), "label blocks are the cheapest way");
}

/// Where blocks are not stored with gzip, `blocks` does not work and boxes come as LZ4.
#[test]
fn labels_that_are_stored_otherwise_read_the_same() {
    let service = service();
    let (server, client) = serve(move |request: &Request| {
        let answer = service.handle(request);
        if !request.path().ends_with("/info") {
            return answer;
        }
        let text = String::from_utf8(answer.into_bytes().unwrap()).unwrap();
        Response::new(200).with_body(text.replace("gzip compression", "LZ4 compression"))
    });
    let array = open(&client, "seg", 0);
    same_on_every_box(&array, &labels(), 60);
    // Exactly one block, which does not exist: asked for plainly, the server fails.
    let nothing = VoxelBox::new([-32, 32, -64], [16, 32, 16]).unwrap();
    let read: ArrayD<u64> = array.read_box(&nothing, &ReadContext::default()).unwrap().into_array().unwrap();
    assert!(read.iter().all(|label| *label == 0));
    assert!(server.requests().iter().all(|line| !line.target.contains("/blocks/")));
}

#[test]
fn an_array_describes_itself() {
    let (server, client) = serve(service());
    let array = open(&client, "seg", 0);
    assert_eq!((array.kind(), array.dtype().name(), array.spatial_axes()), (Kind::Labels, "uint64", ["z", "y", "x"]));
    assert_eq!((array.source().server.as_str(), array.source().uuid.as_str()), (server.url().as_str(), ROOT));
    assert_eq!((array.source().instance.as_str(), array.node().locked), ("seg", Some(true)));
    assert_eq!(array.meta().grid(), labels().meta().grid(), "the origin is 0");
    // The server says what its blocks cover, not where the data end.
    let stated = VoxelBox::from_bounds([-32, 0, -64], [48, 96, 48]).unwrap();
    assert!(
        stated.contains(array.meta().voxel_box()) && array.meta().voxel_box().contains(labels().meta().voxel_box())
    );
    assert_eq!(array.meta().read_block(), Some([16, 32, 16].into()));
    assert!(["Base", "Extended", "Extents"].iter().all(|key| array.attrs().contains_key(*key)));
    assert_eq!(array.attrs()["DvidUuid"], ROOT);
    assert!(matches!(array.meta().provenance(Field::VoxelSize), Some(Provenance::Stated(_))));
    assert!(!array.writable());
    let info = fetch_info(&server.url(), ROOT, "gray").unwrap();
    assert_eq!((info.type_name(), info.max_scale()), ("uint8blk", None));
}

#[test]
fn the_viewer_source_says_what_the_viewer_would_show() {
    let (server, client) = serve(service());
    let address = |instance: &str| format!("dvid://{}/{ROOT}/{instance}", server.url());
    let gray = DvidOptions::default();
    let source = |instance: &str, options: &DvidOptions| {
        DvidArray::open(&client, ROOT, instance, options).unwrap().meta().viewer_source().clone()
    };
    let hidden = |source: ViewerSource, word: &str| match source {
        ViewerSource::NotShown { reason, .. } => assert!(reason.contains(word), "{reason}"),
        other => panic!("{other:?}"),
    };
    // The first voxel along z is -32, which is no multiple of 64.
    hidden(source("gray", &gray), "axis z begins at -32");
    hidden(source("seg", &DvidOptions::default().with_scale(1)), "scale 0");
    hidden(source("seg", &DvidOptions::default().with_voxel_size([8, 8, 8])), "nanometres");
    hidden(source("seg", &DvidOptions::default().with_extents(VoxelBox::new([0; 3], [5; 3]).unwrap())), "extents");

    let at_zero = |name: &str, voxels: array_core::Block| -> ArrayRef {
        Arc::new(MemoryArray::new(name, voxels, VOXEL, [0, 0, 0]).unwrap())
    };
    let gray = at_zero("gray", Array3::from_elem((16, 16, 16), 7_u8).into_dyn().into());
    let seg = at_zero("seg", Array3::from_elem((16, 16, 16), 7_u64).into_dyn().into());
    let served = |options: &ServeOptions| DvidService::new(Some(gray.clone()), Some(seg.clone()), options).unwrap();
    let (flat, flat_client) = serve(served(&options().with_max_downres_level(0)));
    let open = |instance: &str| DvidArray::open(&flat_client, ROOT, instance, &DvidOptions::default()).unwrap();
    hidden(open("seg").meta().viewer_source().clone(), "MaxDownresLevel");
    match open("gray").meta().viewer_source() {
        ViewerSource::Shown { url, lossy: Some(lossy) } => {
            assert_eq!(*url, address("gray").replace(&server.url(), &flat.url()));
            assert!(lossy.contains("JPEG"));
        }
        other => panic!("{other:?}"),
    }
    let (_deep, deep_client) = serve(served(&options()));
    let seg = DvidArray::open(&deep_client, ROOT, "seg", &DvidOptions::default()).unwrap();
    assert!(matches!(seg.meta().viewer_source(), ViewerSource::Shown { lossy: None, .. }));
    let private = ClientOptions::default().with_header("Authorization", "Bearer x");
    let private = DvidClient::with_options(&flat.url(), &private).unwrap();
    let gray = DvidArray::open(&private, ROOT, "gray", &DvidOptions::default()).unwrap();
    hidden(gray.meta().viewer_source().clone(), "headers");
}

#[test]
fn a_labelmap_holds_its_own_scales() {
    let (_server, client) = serve(service());
    let array = open(&client, "seg", 0);
    assert_eq!(array.scales().len(), 2);
    let cx = ReadContext::default();
    for (scale, coarse) in (1_u8..).zip(array.scales()) {
        let (fine, meta) = (array.meta(), coarse.meta());
        let factor = 1_i64 << scale;
        assert_eq!(meta.voxel_size(), fine.voxel_size().checked_mul_scalar(factor.into()).unwrap());
        for (range, coarse) in fine.voxel_box().ranges().zip(meta.voxel_box().ranges()) {
            assert_eq!(coarse, range.start.div_euclid(factor)..(range.end - 1).div_euclid(factor) + 1);
        }
        check_array(coarse).unwrap();
        let alone = open(&client, "seg", scale);
        let (by_scales, by_option) = (coarse.read_box(meta.voxel_box(), &cx), alone.read_box(meta.voxel_box(), &cx));
        assert!(by_scales.unwrap().same_bits(&by_option.unwrap()));
        assert_eq!(coarse.scales().len(), 2 - usize::from(scale));
    }
    // By the server's own rule: the most frequent label that is not 0 of eight, ties to the smallest.
    let coarse = array.scales()[0].read_box(&VoxelBox::new([0, 10, 0], [1, 1, 1]).unwrap(), &cx).unwrap();
    let fine = labels().read_box(&VoxelBox::new([0, 20, 0], [2, 2, 2]).unwrap(), &cx).unwrap();
    let (coarse, fine) = (coarse.into_array::<u64>().unwrap(), fine.into_array::<u64>().unwrap());
    let count = |label: &u64| (fine.iter().filter(|other| *other == label).count(), std::cmp::Reverse(*label));
    let most = fine.iter().filter(|label| **label != 0).max_by_key(|label| count(label));
    assert_eq!(coarse.first(), most.or(Some(&0)));

    let beyond = DvidArray::open(&client, ROOT, "seg", &DvidOptions::default().with_scale(3)).unwrap_err();
    assert!(beyond.to_string().contains("scales 0 to 2"), "{beyond}");
    let gray = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default().with_scale(1)).unwrap_err();
    assert!(gray.to_string().contains("gray_1"), "{gray}");
}

#[test]
fn plans_are_what_happens() {
    let (server, client) = serve(service());
    for instance in ["gray", "seg"] {
        let array = open(&client, instance, 0);
        let voxels = VoxelBox::new([-20, 20, -50], [30, 30, 80]).unwrap();
        let plan = array.plan(&voxels).unwrap();
        let before = server.request_count();
        let block = array.read_box(&voxels, &ReadContext::default()).unwrap();
        assert_eq!(server.request_count() - before, plan.requests, "{instance}");
        assert!(plan.requests > 1 && plan.bytes_result == block.view().bytes() as u64);
        assert!(plan.bytes_fetched >= plan.bytes_result && plan.peak_bytes > plan.bytes_result);
    }
}

#[test]
fn connections_are_kept() {
    let (server, client) = serve(service());
    let array = open(&client, "seg", 0);
    for _ in 0..5 {
        array.read_box(array.meta().voxel_box(), &ReadContext::default()).unwrap();
    }
    assert!(server.request_count() > 50);
    assert!(server.connection_count() <= Budget::REQUESTS as u64, "{} connections", server.connection_count());
}

#[test]
fn a_budget_of_one_asks_one_thing_at_a_time() {
    let (server, _) = serve(service());
    let budget = Arc::new(Budget::new(1, 1 << 10));
    let client = DvidClient::with_options(&server.url(), &ClientOptions::default().with_budget(budget)).unwrap();
    let (gray, seg) = (open(&client, "gray", 0), open(&client, "seg", 0));
    std::thread::scope(|scope| {
        for array in [&gray, &seg, &gray, &seg] {
            scope.spawn(move || array.read_box(array.meta().voxel_box(), &ReadContext::default()).unwrap());
        }
    });
    assert_eq!(server.peak_in_flight(), 1);
}

#[test]
fn all_arrays_of_a_server_share_what_may_be_in_flight() {
    let (server, first) = serve(service());
    let second = DvidClient::new(&server.url()).unwrap();
    let arrays: Vec<_> = [&first, &second].into_iter().flat_map(|c| [open(c, "gray", 0), open(c, "seg", 0)]).collect();
    std::thread::scope(|scope| {
        for array in arrays.iter().chain(&arrays) {
            scope.spawn(|| array.read_box(array.meta().voxel_box(), &ReadContext::default()).unwrap());
        }
    });
    let peak = server.peak_in_flight();
    assert!(peak <= Budget::REQUESTS, "{peak} requests in flight");
}

#[test]
fn a_version_is_pinned_when_it_is_opened() {
    let (first, second) = ("aa".repeat(16), "ab".repeat(16));
    let versions = [Version::root(first.as_str()), Version::child(second.as_str(), first.as_str())];
    let service = DvidService::new(Some(image()), None, &options().with_versions(versions)).unwrap();
    let (server, client) = serve(service);
    let open = |uuid: &str| DvidArray::open(&client, uuid, "gray", &DvidOptions::default()).unwrap();
    assert_eq!(
        (open("aa:master").source().uuid.as_str(), open(":master").source().uuid.as_str()),
        (&*second, &*second)
    );
    let array = open("aa");
    assert_eq!(array.source().uuid, first);
    array.read_box(&VoxelBox::new([0, 20, 0], [1, 1, 1]).unwrap(), &ReadContext::default()).unwrap();
    let last = server.requests().pop().unwrap();
    assert!(last.target.starts_with(&format!("/api/node/{first}/gray/raw/")), "{}", last.target);
}

#[test]
fn a_branch_that_moves_on_does_not_move_the_array() {
    let [first, second] = ["aa", "ab"].map(|start| start.repeat(16));
    let of = |versions: &[Version]| DvidService::new(Some(image()), None, &options().with_versions(versions)).unwrap();
    let before = of(&[Version::root(first.as_str())]);
    let after = of(&[Version::root(first.as_str()), Version::child(second.as_str(), first.as_str())]);
    // Somebody commits as soon as the versions were listed.
    let listed = AtomicBool::new(false);
    let (server, client) = serve(move |request: &Request| {
        if listed.load(Ordering::SeqCst) {
            return after.handle(request);
        }
        listed.store(request.path() == "/api/repos/info", Ordering::SeqCst);
        before.handle(request)
    });
    let array = DvidArray::open(&client, ":master", "gray", &DvidOptions::default()).unwrap();
    array.read_box(&VoxelBox::new([0, 20, 0], [1, 1, 1]).unwrap(), &ReadContext::default()).unwrap();
    assert_eq!(array.source().uuid, first);
    let asked: Vec<_> = server.requests().into_iter().map(|line| line.target).collect();
    assert!(asked[1..].iter().all(|target| target.starts_with(&format!("/api/node/{first}/"))), "{asked:?}");
    assert_eq!(client.resolve("aa:master").unwrap().uuid, second, "a new look sees the new version");
}

#[test]
fn what_the_server_states_wrongly_can_be_replaced() {
    let service = |unit| DvidService::new(Some(image()), None, &options().with_unit(unit)).unwrap();
    let (_server, client) = serve(service(VoxelUnit::Micrometers));
    let micro = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default()).unwrap();
    assert_eq!(micro.voxel_size(), Coordinate::from(VOXEL).to_lengths(), "converted");

    let (_server, client) = serve(service(VoxelUnit::Other("smoots".to_owned())));
    let strict = DvidOptions::default().with_strictness(Strictness::Strict);
    let error = DvidArray::open(&client, ROOT, "gray", &strict).unwrap_err();
    assert!(error.to_string().contains("smoots") && error.to_string().contains("voxel_size"), "{error}");
    let assumed = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default()).unwrap();
    assert!(matches!(assumed.meta().provenance(Field::VoxelSize), Some(Provenance::Assumed(_))));

    let extents = VoxelBox::new([0, 0, 0], [2, 3, 4]).unwrap();
    let replaced = strict.with_voxel_size([1, 2, 3]).with_extents(extents);
    let replaced = DvidArray::open(&client, ROOT, "gray", &replaced).unwrap();
    assert_eq!(
        (replaced.voxel_size(), *replaced.meta().voxel_box()),
        (Coordinate::from([1, 2, 3]).to_lengths(), extents)
    );
}

#[test]
fn options_that_cannot_be_are_refused() {
    let (server, client) = serve(service());
    for options in [
        DvidOptions::default().with_chunk_voxels(0),
        DvidOptions::default().with_chunk_voxels(1 << 30),
        DvidOptions::default().with_voxel_size([8, 0, 8]),
        DvidOptions::default().with_voxel_size([8, 8]),
        DvidOptions::default().with_extents(VoxelBox::new([0, 0], [8, 8]).unwrap()),
    ] {
        let error = DvidArray::open(&client, ROOT, "gray", &options).unwrap_err();
        assert!(matches!(error, Error::BadOption { .. }), "{error}");
    }
    assert_eq!(server.request_count(), 0, "nothing has to be asked for that");
}

#[test]
fn options_are_data() {
    let options = DvidOptions::default()
        .with_scale(2)
        .with_voxel_size(["4.56", "4", "4/3"].map(|side| side.parse::<Length>().unwrap()));
    let text = serde_json::to_string(&options).unwrap();
    assert!(text.contains("[4.56,4,\"4/3\"]"), "{text}");
    assert_eq!(serde_json::from_str::<DvidOptions>(&text).unwrap(), options);
    assert_eq!(serde_json::from_str::<DvidOptions>("{}").unwrap(), DvidOptions::default());
    assert!(serde_json::from_str::<DvidOptions>(r#"{"scal": 2}"#).unwrap_err().to_string().contains("`scal`"));
    let client = r#"{"user": "me", "proxy": "direct", "timeouts": {"connect": 0.5}, "retry": {"max_retries": 1}}"#;
    assert!(serde_json::from_str::<ClientOptions>(client).is_ok());
    assert!(
        serde_json::from_str::<ClientOptions>(r#"{"admin_token": "x"}"#).is_err(),
        "secrets have no place in a file"
    );
}
