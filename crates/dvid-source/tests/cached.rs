//! Volumes behind a cache, and regions read ahead.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use array_core::ndarray::{Array3, ArrayD};
use array_core::testing::check_array;
use array_core::{Array, ArrayExt, ArrayRef, BlockCache, CancelToken, MemoryArray, ReadContext, VoxelBox};
use dvid_fixture::serve::{DvidService, ServeOptions, Version};
use dvid_fixture::{Fault, FaultRule, FixtureServer, Handler, Request, Response};
use dvid_source::{DvidArray, DvidClient, DvidOptions, Error, OpenVersions, read_ahead};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

fn stored() -> Arc<MemoryArray> {
    let voxels = Array3::from_shape_fn((64, 64, 64), |(z, y, x)| (x + y * 3 + z * 7) as u8);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap())
}

fn service(array: ArrayRef, version: Version) -> DvidService {
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]).with_versions([version]);
    DvidService::new(Some(array), None, &options.with_image_levels(1)).unwrap()
}

fn open(server: &FixtureServer) -> DvidArray {
    let client = DvidClient::new(&server.url()).unwrap();
    DvidArray::open(&client, ROOT, "gray", &DvidOptions::default()).unwrap()
}

/// An open version whose mutations are counted elsewhere.
fn mutated(stored: ArrayRef, mutations: &Arc<AtomicU64>) -> impl Fn(&Request) -> Response + Send + Sync + 'static {
    let (service, state) = (service(stored, Version::root(ROOT).open()), Arc::clone(mutations));
    move |request: &Request| {
        let answer = service.handle(request);
        if !request.path().starts_with("/api/repo/") {
            return answer;
        }
        let text = String::from_utf8(answer.into_bytes().unwrap()).unwrap();
        let id = format!("\"MutationID\":{}", 1_000_000_000 + state.load(Ordering::SeqCst));
        Response::new(200).with_body(text.replace("\"MutationID\":1000000000", &id))
    }
}

#[test]
fn a_locked_version_is_asked_for_each_block_once() {
    let server = FixtureServer::start(service(stored(), Version::root(ROOT))).unwrap();
    let cache = BlockCache::of_blocks(64 << 20);
    let array = open(&server).cached(&cache).unwrap();
    check_array(&*array).unwrap();
    let whole = *array.meta().voxel_box();
    let cx = ReadContext::default();
    let first = array.read_box(&whole, &cx).unwrap();
    let asked = server.request_count();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| assert!(array.read_box(&whole, &cx).unwrap().same_bits(&first)));
        }
    });
    assert_eq!(server.request_count(), asked, "nothing was asked again");
    assert!(first.same_bits(&stored().data().unwrap()));
}

#[test]
fn readers_of_the_same_block_ask_together() {
    let server = FixtureServer::start(service(stored(), Version::root(ROOT))).unwrap();
    let array = open(&server).cached(&BlockCache::of_blocks(64 << 20)).unwrap();
    server.inject(FaultRule::new("/raw/", Fault::StallBeforeHead(std::time::Duration::from_millis(100))).always());
    let block = VoxelBox::new([0; 3], [16; 3]).unwrap();
    let before = server.request_count();
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| array.read_box(&block, &ReadContext::default()).unwrap());
        }
    });
    assert_eq!(server.request_count() - before, 1);
}

#[test]
fn an_open_version_is_asked_whether_it_has_changed() {
    let stored = stored();
    let mutations = Arc::new(AtomicU64::new(1));
    let server = FixtureServer::start(mutated(stored.clone(), &mutations)).unwrap();
    let array = open(&server).cached(&BlockCache::of_blocks(64 << 20)).unwrap();
    let voxels = |asked: &str| server.requests().iter().filter(|line| line.target.contains(asked)).count();
    let first = array.data().unwrap();
    let asked = voxels("/raw/");
    assert!(array.data().unwrap().same_bits(&first));
    assert_eq!(voxels("/raw/"), asked, "nothing has changed");
    assert_eq!(voxels("/api/repo/"), 2, "but it was asked");

    *stored.view_mut() = ArrayD::from_elem(vec![64, 64, 64], 9_u8).into();
    mutations.fetch_add(1, Ordering::SeqCst);
    let second = array.data().unwrap().into_array::<u8>().unwrap();
    assert!(second.iter().all(|voxel| *voxel == 9), "what was written is read");
    let coarse = array.scales()[0].data().unwrap().into_array::<u8>().unwrap();
    assert!(coarse.iter().all(|voxel| *voxel == 9), "at each scale");
    server.inject(FaultRule::new("/api/repo/", Fault::Proxy { status: 404 }).always());
    assert!(array.data().is_err(), "what cannot be revalidated is not given");
}

#[test]
fn a_read_of_an_open_version_may_be_watched() {
    let (mutations, changes) = (Arc::new(AtomicU64::new(1)), Arc::new(AtomicU64::new(0)));
    let (answer, state, left) = (mutated(stored(), &mutations), Arc::clone(&mutations), Arc::clone(&changes));
    // Somebody writes while voxels are asked for, as often as it is told.
    let server = FixtureServer::start(move |request: &Request| {
        if request.path().contains("/raw/") && left.load(Ordering::SeqCst) > 0 {
            left.fetch_sub(1, Ordering::SeqCst);
            state.fetch_add(1, Ordering::SeqCst);
        }
        answer(request)
    })
    .unwrap();
    let client = DvidClient::new(&server.url()).unwrap();
    let watching = DvidOptions::default().with_open_versions(OpenVersions::Watch);
    let array = DvidArray::open(&client, ROOT, "gray", &watching).unwrap();
    let raw = || server.requests().iter().filter(|line| line.target.contains("/raw/")).count();
    for (changing, reads) in [(0, 1), (1, 2), (2, 3)] {
        changes.store(changing, Ordering::SeqCst);
        let (before, asked) = (raw(), server.request_count());
        assert!(array.data().unwrap().same_bits(&stored().data().unwrap()));
        assert_eq!(raw() - before, reads, "{changing} changes");
        let planned = array.plan(array.meta().voxel_box()).unwrap().requests;
        assert!(changing > 0 || server.request_count() - asked == planned, "{planned} requests are planned");
    }
    changes.store(100, Ordering::SeqCst);
    let array_core::Error::Source(error) = array.data().unwrap_err() else { panic!("an error of the source") };
    assert!(matches!(error.downcast_ref(), Some(Error::Changed { reads: 3, .. })), "{error}");
}

#[test]
fn regions_are_read_ahead_in_order_and_not_too_far() {
    let server = FixtureServer::start(service(stored(), Version::root(ROOT))).unwrap();
    let array: ArrayRef = Arc::new(open(&server));
    let boxes: Vec<VoxelBox> = (0..16).map(|i| VoxelBox::new([4 * i, 0, 0], [4, 64, 64]).unwrap()).collect();
    let cx = ReadContext::default();
    let before = server.request_count();
    let mut ahead = read_ahead(Arc::clone(&array), boxes.clone(), 3, &cx);
    for (i, voxels) in (1..).zip(&boxes) {
        let (at, block) = ahead.next().unwrap();
        assert!(at == *voxels && block.unwrap().same_bits(&stored().read_box(voxels, &cx).unwrap()));
        assert!(server.request_count() - before <= i + 3, "a slow caller is not run away from");
    }
    assert!(ahead.next().is_none());

    let mut ahead =
        read_ahead(Arc::clone(&array), [boxes[0], VoxelBox::new([999; 3], [1; 3]).unwrap(), boxes[1]], 1, &cx);
    let errors: Vec<bool> = ahead.by_ref().map(|(_, block)| block.is_err()).collect();
    assert_eq!(errors, [false, true, false], "an error is told in its place");

    let token = CancelToken::default();
    let cancelled = ReadContext::default().with_cancel(token.clone());
    let mut ahead = read_ahead(Arc::clone(&array), boxes.clone(), 2, &cancelled);
    token.cancel();
    assert!(ahead.by_ref().take(8).any(|(_, block)| block.is_err()));
    drop(read_ahead(array, boxes, 4, &cx));
}
