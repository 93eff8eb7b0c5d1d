//! What instances are taken for: siblings as scales, scales that are not there, proxied volumes, masks, open versions.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use array_core::ndarray::{Array3, ArrayD};
use array_core::testing::check_array;
use array_core::{
    Array, ArrayExt, ArrayRef, CancelToken, Coordinate, Field, Kind, Length, MemoryArray, Provenance, ReadContext,
    VoxelBox,
};
use dvid_fixture::serve::{DvidService, ServeOptions, ServedVolume, Version, VoxelType};
use dvid_fixture::{Fault, FaultRule, FixtureServer, Handler, Request, Response};
use dvid_source::{DvidArray, DvidClient, DvidOptions, Error, Missing, OpenVersions, Siblings, Strictness};
use serde_json::{Value, json};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

fn serve(handler: impl Handler) -> (FixtureServer, DvidClient) {
    let server = FixtureServer::start(handler).unwrap();
    let client = DvidClient::new(&server.url()).unwrap();
    (server, client)
}

fn open(client: &DvidClient, instance: &str) -> DvidArray {
    DvidArray::open(client, ROOT, instance, &DvidOptions::default()).unwrap()
}

fn image(shape: [usize; 3]) -> ArrayRef {
    let voxels = Array3::from_shape_fn(shape, |(z, y, x)| (x + 3 * y + 7 * z + 1) as u8);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), [40, 8, 8], [-40 * 16, 0, 8 * 32]).unwrap())
}

fn labels(offset: i64) -> ArrayRef {
    let voxels = Array3::from_shape_fn((32, 32, 64), |(z, y, x)| (1 + x / 8 + 10 * (y / 8) + 100 * (z / 8)) as u64);
    Arc::new(MemoryArray::new("seg", voxels.into_dyn(), [8, 8, 8], [8 * offset; 3]).unwrap())
}

/// The service with the info of one instance changed.
fn with_info(
    service: DvidService,
    instance: &'static str,
    change: impl Fn(&mut Value) + Send + Sync + 'static,
) -> impl Handler {
    move |request: &Request| {
        let answer = service.handle(request);
        if !request.path().ends_with(&format!("/{instance}/info")) {
            return answer;
        }
        let mut info: Value = serde_json::from_slice(&answer.into_bytes().unwrap()).unwrap();
        change(&mut info);
        Response::new(200).with_body(info.to_string())
    }
}

fn pyramid() -> DvidService {
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]).with_image_levels(2);
    DvidService::new(Some(image([48, 40, 70])), None, &options).unwrap()
}

#[test]
fn siblings_are_the_scales_of_an_image() {
    let (server, client) = serve(pyramid());
    let array = open(&client, "gray");
    assert_eq!(array.scales().len(), 2);
    for scale in 0..3_u8 {
        let level = array.at_scale(scale).unwrap();
        let step = array.voxel_size().checked_mul_scalar(Length::from(1_i64 << scale)).unwrap();
        assert_eq!((level.scale(), level.voxel_size()), (scale, step));
        let name = if scale == 0 { "gray".to_owned() } else { format!("gray_{scale}") };
        assert_eq!((level.source().instance.as_str(), level.meta().name()), (name.as_str(), name.as_str()));
        check_array(&level).unwrap();
        let alone = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default().with_scale(scale)).unwrap();
        assert_eq!(alone.meta(), level.meta());
        assert_eq!(alone.scales().len(), 2 - usize::from(scale));
        level.data().unwrap();
        let asked = server.requests().pop().unwrap().target;
        assert!(asked.contains(&format!("/{name}/raw/")) && !asked.contains("scale"), "{asked}");
    }
    let beyond = array.at_scale(3).unwrap_err();
    assert!(
        matches!(&beyond, Error::NoSuchScale { scale: 3, .. }) && beyond.to_string().contains("0 to 2"),
        "{beyond}"
    );
    assert!(array.at_scale(1).unwrap().at_scale(0).is_err(), "finer than opened");
    let before = server.request_count();
    let plain = DvidOptions::default().with_siblings(Siblings::Ignore);
    assert!(DvidArray::open(&client, ROOT, "gray", &plain).unwrap().scales().is_empty());
    assert_eq!(server.request_count() - before, 2, "the lock and one info");
}

#[test]
fn what_only_has_the_name_of_a_scale_is_none() {
    let scales = |change: fn(&mut Value)| {
        let (_server, client) = serve(with_info(pyramid(), "gray_1", change));
        open(&client, "gray").scales().len()
    };
    assert_eq!(scales(|_| {}), 2);
    assert_eq!(scales(|info| info["Base"]["TypeName"] = json!("uint16blk")), 0, "another type");
    assert_eq!(scales(|info| info["Base"]["TypeName"] = json!("keyvalue")), 0);
    assert_eq!(scales(|info| info["Extended"]["VoxelSize"] = json!([3, 3, 3])), 0, "another size");
    assert_eq!(scales(|info| info["Extended"]["VoxelSize"] = json!([8, 8, 40])), 2, "nobody multiplied it");
    let nothing = json!({"MinPoint": null, "MaxPoint": null});
    assert_eq!(
        scales(|info| info["Extents"] = json!({"MinPoint": [900, 0, 0], "MaxPoint": [999, 9, 9]})),
        0,
        "elsewhere"
    );
    let (_server, client) = serve(with_info(pyramid(), "gray_1", move |info| {
        info["Extents"] = nothing.clone();
        info["Extended"]["MinPoint"] = Value::Null;
    }));
    assert!(open(&client, "gray").scales().is_empty(), "nothing was written to it");
}

#[test]
fn a_scale_that_was_never_computed_is_told_from_an_empty_one() {
    for (offset, compression) in [(0, "gzip"), (-32, "gzip"), (0, "LZ4")] {
        let empty = |scale: usize| -> ArrayRef {
            let voxels = ArrayD::<u64>::zeros(vec![32 >> scale, 32 >> scale, 64 >> scale]);
            let step = 8 << scale;
            Arc::new(MemoryArray::new("seg", voxels, [step; 3], [8 * offset; 3]).unwrap())
        };
        let served = ServedVolume::new("seg", VoxelType::Labelmap, labels(offset)).with_block_zyx([16; 3]);
        let served = served.with_levels([empty(1), empty(2)]).with_compression(compression);
        let service = DvidService::new(None, None, &ServeOptions::default()).unwrap().with_volume(served).unwrap();
        let (_server, client) = serve(service);
        let array = open(&client, "seg");
        assert!(array.data().is_ok());
        for scale in [1, 2] {
            let error = array.at_scale(scale).unwrap().data().unwrap_err();
            let array_core::Error::Source(error) = error else { panic!("{error}") };
            let error = error.downcast_ref::<Error>().unwrap();
            assert!(matches!(error, Error::AbsentScale { scale: found, .. } if *found == scale), "{error}");
        }
    }
    // Labels in one corner: elsewhere the coarse scale is rightly empty.
    let mut voxels = Array3::<u64>::zeros((32, 32, 64));
    voxels.slice_mut(array_core::ndarray::s![..8, ..8, ..8]).fill(5);
    let sparse = Arc::new(MemoryArray::new("seg", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap());
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]).with_max_downres_level(2);
    let (_server, client) = serve(DvidService::new(None, Some(sparse), &options).unwrap());
    let far = VoxelBox::new([8, 8, 16], [8, 8, 8]).unwrap();
    let read = open(&client, "seg").at_scale(1).unwrap().read_box(&far, &ReadContext::default()).unwrap();
    assert!(read.into_array::<u64>().unwrap().iter().all(|label| *label == 0));
}

#[test]
fn proxied_volumes_are_read_block_by_block_and_end_where_they_end() {
    let voxels = Array3::from_shape_fn((32, 48, 40), |(z, y, x)| if x < 16 { 0 } else { (x + y * z) as u8 });
    let truth: ArrayRef = Arc::new(MemoryArray::new("em", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap());
    let served = ServedVolume::new("em", VoxelType::Uint8blk, Arc::clone(&truth)).with_block_zyx([16; 3]);
    let service = DvidService::new(None, None, &ServeOptions::default()).unwrap();
    let (server, client) = serve(service.with_volume(served.with_grid_store("store")).unwrap());
    let array = open(&client, "em");
    assert_eq!(array.meta().voxel_box(), truth.meta().voxel_box(), "the server states the size for the last voxel");
    let voxels = VoxelBox::new([1, 2, 3], [20, 40, 30]).unwrap();
    let cx = ReadContext::default();
    assert!(array.plan(&voxels).unwrap().notes[0].contains("asked for twice"));
    array.read_box(&voxels, &cx).unwrap();
    let plan = array.plan(&voxels).unwrap();
    assert!(plan.notes.is_empty(), "a block has come, so the form is known");
    let before = server.request_count();
    assert!(array.read_box(&voxels, &cx).unwrap().same_bits(&truth.read_box(&voxels, &cx).unwrap()));
    assert_eq!((server.request_count() - before, plan.requests), (18, 18), "a request for each block");
    // Blocks of zeros are left out, which may as well be a failure.
    let strict = DvidOptions::default().with_strictness(Strictness::Strict);
    let strict = DvidArray::open(&client, ROOT, "em", &strict).unwrap();
    assert!(strict.read_box(&voxels, &cx).unwrap_err().to_string().contains("left out"));
    let full = VoxelBox::new([0, 16, 16], [16, 16, 16]).unwrap();
    assert!(strict.read_box(&full, &cx).is_ok());
}

#[test]
fn a_region_of_interest_is_a_mask_that_needs_a_voxel_size() {
    let handler = |request: &Request| {
        match request.path().rsplit('/').next() {
        Some("status") => Response::new(200).with_body(*b"{\"Locked\":true}"),
        Some("info") => Response::new(200).with_body(
            json!({"Base": {"TypeName": "roi", "Name": "r"}, "Extended": {"BlockSize": [4, 4, 2], "MinZ": 0, "MaxZ": 0}})
                .to_string(),
        ),
        Some("roi") => Response::new(200).with_body(*b"[[0,0,0,1],[1,-1,2,2]]"),
        _ => Response::text(400, "nothing else is asked for"),
    }
    };
    let (server, client) = serve(handler);
    let error = DvidArray::open(&client, ROOT, "r", &DvidOptions::default()).unwrap_err();
    assert!(error.to_string().contains("voxel_size"), "{error}");
    let array = DvidArray::open(&client, ROOT, "r", &DvidOptions::default().with_voxel_size([8, 8, 8])).unwrap();
    assert_eq!((array.meta().kind(), array.dtype().name()), (Kind::Mask, "bool"));
    assert_eq!(*array.meta().voxel_box(), VoxelBox::from_bounds([0, -4, 0], [4, 4, 12]).unwrap());
    check_array(&array).unwrap();
    let inside = array.data().unwrap().into_array::<bool>().unwrap();
    assert_eq!(inside.iter().filter(|inside| **inside).count(), 3 * 4 * 4 * 2);
    let asked = server.request_count();
    assert_eq!(array.plan(array.meta().voxel_box()).unwrap().requests, 0);
    array.data().unwrap();
    assert_eq!(server.request_count(), asked, "it answers from memory");
}

#[test]
fn bodies_that_do_not_exist_and_arrays_that_are_no_labels() {
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]);
    let (_server, client) = serve(DvidService::new(Some(image([16; 3])), Some(labels(0)), &options).unwrap());
    let body =
        |instance: &str, label| DvidArray::open(&client, ROOT, instance, &DvidOptions::default().with_body(label));
    assert!(matches!(body("seg", 999_999), Err(Error::NotFound { what: Missing::Label, .. })));
    assert!(matches!(body("seg", 0), Err(Error::BadOption { option: "body", .. })));
    assert!(matches!(body("gray", 1), Err(Error::BadOption { option: "body", .. })));
    let mask = body("seg", 1).unwrap();
    assert_eq!((mask.name(), mask.attrs()["DvidBody"].as_u64()), ("seg_1", Some(1)));
    check_array(&mask).unwrap();
    let cx = ReadContext::default();
    for array in [&open(&client, "gray"), &mask] {
        assert!(matches!(array.labels_at(&[[0, 0, 0].into()], &cx), Err(Error::Unsupported { .. })));
    }
    let seg = open(&client, "seg");
    for point in [Coordinate::from([0, 0]), [0, 0, i64::from(i32::MAX) + 1].into()] {
        assert!(matches!(seg.labels_at(&[point], &cx), Err(Error::BadBox { .. })));
    }
    assert_eq!(seg.labels_at(&[], &cx).unwrap(), [0; 0]);
    assert_eq!(seg.labels_at(&[[31, 31, 63].into(), [900, 0, 0].into(), [0, 0, 0].into()], &cx).unwrap(), [338, 0, 1]);
}

#[test]
fn open_versions_are_read_or_refused() {
    let versions = [Version::root(ROOT), Version::child("ab".repeat(16), ROOT).open()];
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]).with_versions(versions);
    let (_server, client) = serve(DvidService::new(Some(image([16; 3])), None, &options).unwrap());
    let refusing = DvidOptions::default().with_open_versions(OpenVersions::Refuse);
    let open = |uuid: &str, options: &DvidOptions| DvidArray::open(&client, uuid, "gray", options);
    let warnings = |uuid: &str| {
        let heard = Warnings::default();
        let array = tracing::subscriber::with_default(heard.clone(), || open(uuid, &DvidOptions::default()).unwrap());
        let heard = heard.0.lock().unwrap().iter().filter(|text| text.contains("the version is open")).count();
        (array.node().locked, heard)
    };
    assert_eq!(warnings(":master"), (Some(false), 1));
    assert_eq!(warnings(ROOT), (Some(true), 0));
    for reference in [":master", "ab", &"ab".repeat(16)] {
        let error = open(reference, &refusing).unwrap_err();
        assert!(matches!(&error, Error::NotLocked { uuid, .. } if *uuid == "ab".repeat(16)), "{error}");
    }
    assert!(open(ROOT, &refusing).is_ok());
}

/// Collects what is logged as a warning.
#[derive(Clone, Default)]
struct Warnings(Arc<Mutex<Vec<String>>>);

impl tracing::Subscriber for Warnings {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        *metadata.level() <= tracing::Level::WARN
    }
    fn new_span(&self, _: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        tracing::span::Id::from_u64(1)
    }
    fn record(&self, _: &tracing::span::Id, _: &tracing::span::Record<'_>) {}
    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}
    fn event(&self, event: &tracing::Event<'_>) {
        let mut text = String::new();
        let mut visit = |field: &tracing::field::Field, value: &dyn std::fmt::Debug| {
            write!(text, "{field}={value:?} ").unwrap();
        };
        event.record(&mut visit);
        self.0.lock().unwrap().push(text);
    }
    fn enter(&self, _: &tracing::span::Id) {}
    fn exit(&self, _: &tracing::span::Id) {}
}

#[test]
fn opening_can_be_cancelled_and_has_a_deadline() {
    let (server, client) = serve(pyramid());
    for part in ["/repos/info", "/gray/info", "/gray_1/info"] {
        server.clear_faults();
        server.inject(FaultRule::new(part, Fault::StallBeforeHead(Duration::from_mins(1))).always());
        let token = CancelToken::default();
        let cx = ReadContext::default().with_cancel(token.clone());
        std::thread::scope(|scope| {
            let opening =
                scope.spawn(|| DvidArray::open_within(&client, ":master", "gray", &DvidOptions::default(), &cx));
            std::thread::sleep(Duration::from_millis(50));
            token.cancel();
            assert!(matches!(opening.join().unwrap(), Err(Error::Cancelled)), "{part}");
        });
        let late = ReadContext::default().with_deadline(std::time::Instant::now() + Duration::from_millis(100));
        let error = DvidArray::open_within(&client, ":master", "gray", &DvidOptions::default(), &late).unwrap_err();
        assert!(matches!(error, Error::DeadlineExceeded { .. }), "{part}: {error}");
    }
}

#[test]
fn null_extents_are_an_empty_volume_and_say_so() {
    let nothing = |info: &mut Value| {
        for part in ["Extents", "Extended"] {
            info[part]["MinPoint"] = Value::Null;
            info[part]["MaxPoint"] = Value::Null;
        }
    };
    let (_server, client) = serve(with_info(pyramid(), "gray", nothing));
    let array = open(&client, "gray");
    assert!(array.meta().voxel_box().is_empty());
    assert!(matches!(array.meta().provenance(Field::Extents), Some(Provenance::Assumed(_))));
    let known = VoxelBox::new([-16, 0, 32], [4, 4, 4]).unwrap();
    let array = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default().with_extents(known)).unwrap();
    let want = image([48, 40, 70]).read_box(&known, &ReadContext::default()).unwrap();
    assert!(array.data().unwrap().same_bits(&want), "data may lie where the server states none");
    assert_eq!(array.meta().provenance(Field::Extents), Some(&Provenance::Stated("option extents".to_owned())));
}
