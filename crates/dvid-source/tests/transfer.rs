//! The ways in which voxels come: each gives the same, says what it may have lost, and is the one that was chosen.

use std::sync::Arc;

use array_core::ndarray::Array3;
use array_core::{Array, ArrayExt, ArrayRef, Block, Coordinate, Field, MemoryArray, ReadContext, VoxelBox};
use dvid_fixture::serve::{DvidService, ServeOptions, ServedVolume, VoxelType};
use dvid_fixture::{FixtureServer, Handler, Request, Response};
use dvid_source::{DvidArray, DvidClient, DvidOptions, Error, Images, Lossy, Payload, Strictness};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
const STORED: [&str; 4] = ["LZ4", "gzip", "No", "jpeg"];

/// As smooth as tissue, which JPEG keeps nearly.
fn image() -> ArrayRef {
    let voxels = Array3::from_shape_fn((40, 40, 70), |(z, y, x)| (x + 2 * y + z) as u8 / 2 + 50);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), [8, 8, 8], [0, 8 * 16, 0]).unwrap())
}

/// With a block of nothing, and with voxels at negative indices.
fn labels() -> ArrayRef {
    let label = |(z, y, x): (usize, usize, usize)| if x < 16 { 0 } else { (1 + x / 5 + 100 * (y / 7) + 9 * z) as u64 };
    let voxels = Array3::from_shape_fn((32, 48, 64), label).into_dyn();
    Arc::new(MemoryArray::new("seg", voxels, [8, 8, 8], [-8 * 16; 3]).unwrap())
}

fn serve(volumes: impl IntoIterator<Item = ServedVolume>) -> (FixtureServer, DvidClient) {
    let mut service = DvidService::new(None, None, &ServeOptions::default()).unwrap();
    for volume in volumes {
        service = service.with_volume(volume.with_block_zyx([16; 3])).unwrap();
    }
    let server = FixtureServer::start(service).unwrap();
    let client = DvidClient::new(&server.url()).unwrap();
    (server, client)
}

fn images() -> (FixtureServer, DvidClient) {
    let stored = STORED.map(|name| {
        let volume = ServedVolume::new(name, VoxelType::Uint8blk, image());
        volume.with_compression(format!("{name} compression, level -1"))
    });
    let proxies = ["No", "jpeg"].map(|name| {
        let volume = ServedVolume::new(format!("proxy_{name}"), VoxelType::Uint8blk, image()).with_grid_store("store");
        volume.with_compression(format!("{name} compression, level -1"))
    });
    serve(stored.into_iter().chain(proxies))
}

fn largest_difference(found: &Block, want: &Block) -> u8 {
    let (found, want) = (found.clone().into_array::<u8>().unwrap(), want.clone().into_array::<u8>().unwrap());
    assert_eq!(found.shape(), want.shape());
    found.iter().zip(&want).map(|(a, b)| a.abs_diff(*b)).max().unwrap()
}

fn asked(server: &FixtureServer, word: &str) -> usize {
    server.requests().iter().filter(|line| line.target.contains(word)).count()
}

#[test]
fn images_as_they_are_stored_are_the_same_voxels() {
    let (server, client) = images();
    let (cx, part) = (ReadContext::default(), VoxelBox::from_bounds([3, 20, 5], [37, 53, 66]).unwrap());
    for name in STORED {
        let options = DvidOptions::default().with_images(Images::Stored).with_chunk_voxels(16 * 16 * 32);
        let array = DvidArray::open(&client, ROOT, name, &options).unwrap();
        let (raw, before) = (asked(&server, "/raw/"), server.request_count());
        for voxels in [part, *image().meta().voxel_box()] {
            let (read, want) = (array.read_box(&voxels, &cx).unwrap(), image().read_box(&voxels, &cx).unwrap());
            let difference = largest_difference(&read, &want);
            assert!(difference <= if name == "jpeg" { 6 } else { 0 }, "{name}: {difference}");
        }
        assert_eq!(asked(&server, "/raw/"), raw, "blocks, not boxes");
        let planned: u64 =
            [part, *image().meta().voxel_box()].map(|voxels| array.plan(&voxels).unwrap().requests).iter().sum();
        assert_eq!(server.request_count() - before, planned, "{name}");
    }
    assert!(asked(&server, "/jpeg/subvolblocks/") == asked(&server, "?compression=jpeg"), "JPEG is named");
}

#[test]
fn what_is_lossy_says_so_or_is_refused() {
    let (_server, client) = images();
    let open = |name: &str, options: &DvidOptions| DvidArray::open(&client, ROOT, name, options);
    let words = |name: &str, options: &DvidOptions| {
        open(name, options).unwrap().meta().provenance(Field::DType).unwrap().to_string()
    };
    let plain = DvidOptions::default();
    assert_eq!(words("LZ4", &plain), "stated: TypeName uint8blk of the info");
    assert!(words("jpeg", &plain).contains("stored as JPEG and unpacked by the server"));
    assert!(words("jpeg", &plain.clone().with_images(Images::Stored)).contains("unpacked here"));
    assert!(words("proxy_No", &plain).contains("JPEG is accepted"));
    let refusing = plain.with_lossy(Lossy::Refuse);
    assert!(!words("proxy_No", &refusing).contains("JPEG"));
    for name in ["LZ4", "proxy_No"] {
        assert!(open(name, &refusing).unwrap().data().is_ok(), "{name} keeps what was written");
    }
    let error = open("jpeg", &refusing).unwrap_err();
    assert!(matches!(error, Error::Unsupported { .. }) && error.to_string().contains("option lossy"), "{error}");
}

/// A proxy need not say what the volume holds that it passes on; the first block does.
#[test]
fn what_a_proxied_volume_holds_is_seen_when_it_is_read() {
    let volume = ServedVolume::new("proxy", VoxelType::Uint8blk, image()).with_block_zyx([16; 3]);
    let volume = volume.with_grid_store("store").with_compression("jpeg compression, level 16");
    let service = DvidService::new(None, None, &ServeOptions::default()).unwrap().with_volume(volume).unwrap();
    let server = FixtureServer::start(move |request: &Request| {
        let answer = service.handle(request);
        if !request.path().ends_with("/proxy/info") {
            return answer;
        }
        let text = String::from_utf8(answer.into_bytes().unwrap()).unwrap();
        Response::new(200).with_body(text.replace("jpeg compression", "LZ4 compression"))
    })
    .unwrap();
    let client = DvidClient::new(&server.url()).unwrap();
    let read =
        |lossy| DvidArray::open(&client, ROOT, "proxy", &DvidOptions::default().with_lossy(lossy)).unwrap().data();
    assert!(read(Lossy::Accept).is_ok());
    let error = read(Lossy::Refuse).unwrap_err();
    assert!(error.to_string().contains("holds JPEG"), "{error}");
}

#[test]
fn a_proxied_volume_that_the_server_cannot_unpack_comes_as_it_is_stored() {
    let (server, client) = images();
    let options = DvidOptions::default().with_strictness(Strictness::Strict);
    for (name, most) in [("proxy_No", 0), ("proxy_jpeg", 6)] {
        let array = DvidArray::open(&client, ROOT, name, &options).unwrap();
        // A proxy says that it begins at 0; what lies before the image are blocks of nothing.
        let voxels = VoxelBox::from_bounds([0, 16, 0], [40, 56, 64]).unwrap();
        let read = array.read_box(&voxels, &ReadContext::default()).unwrap();
        let want = image().read_box(&voxels, &ReadContext::default()).unwrap();
        assert!(largest_difference(&read, &want) <= most, "{name}");
        let before = server.request_count();
        array.read_box(&voxels, &ReadContext::default()).unwrap();
        let planned = array.plan(&voxels).unwrap().requests;
        assert_eq!(server.request_count() - before, planned, "{name}: which form comes is known by now");
        let stored = options.clone().with_images(Images::Stored);
        let before = asked(&server, "compression=uncompressed");
        let stored = DvidArray::open(&client, ROOT, name, &stored).unwrap();
        let read = stored.read_box(&voxels, &ReadContext::default()).unwrap();
        assert!(largest_difference(&read, &want) <= most, "{name}, as stored");
        assert_eq!(asked(&server, "compression=uncompressed"), before, "{name}: the server unpacks nothing");
    }
}

#[test]
fn labels_packed_in_any_way_are_the_same() {
    let types =
        [("labelmap", VoxelType::Labelmap), ("labelarray", VoxelType::Labelarray), ("labelblk", VoxelType::Labelblk)];
    let (server, client) = serve(types.map(|(name, voxel_type)| ServedVolume::new(name, voxel_type, labels())));
    let payloads = [
        Payload::LabelBlock,
        Payload::Uncompressed,
        Payload::Lz4,
        Payload::Gzip,
        Payload::CompressedSegmentation,
        Payload::CompressedSegmentationGzip,
    ];
    let part = VoxelBox::from_bounds([-13, -3, -16], [9, 30, 33]).unwrap();
    let want = labels().read_box(&part, &ReadContext::default()).unwrap();
    for (name, _) in types {
        for payload in payloads {
            let options = DvidOptions::default().with_label_payload(payload).with_chunk_voxels(16 * 16 * 32);
            let opened = DvidArray::open(&client, ROOT, name, &options);
            if (name, payload) == ("labelblk", Payload::LabelBlock) {
                assert!(matches!(opened, Err(Error::BadOption { option: "label_payload", .. })));
                continue;
            }
            let array = opened.unwrap();
            let before = server.request_count();
            assert!(array.read_box(&part, &ReadContext::default()).unwrap().same_bits(&want), "{name}, {payload:?}");
            assert_eq!(server.request_count() - before, array.plan(&part).unwrap().requests, "{name}, {payload:?}");
            // Exactly one block, which does not exist.
            let nothing = VoxelBox::new([-16, -16, -16], [16, 16, 16]).unwrap();
            let read = array.read_box(&nothing, &ReadContext::default()).unwrap().into_array::<u64>().unwrap();
            assert!(read.iter().all(|label| *label == 0), "{name}, {payload:?}");
        }
    }
    let (_server, client) = images();
    let packed = DvidOptions::default().with_label_payload(Payload::Gzip);
    assert!(matches!(DvidArray::open(&client, ROOT, "LZ4", &packed), Err(Error::BadOption { .. })));
}

#[test]
fn single_blocks_are_read_in_lists() {
    let lz4 = ServedVolume::new("lz4", VoxelType::Labelmap, labels()).with_compression("LZ4 compression, level -1");
    let (server, client) = serve([
        ServedVolume::new("gray", VoxelType::Uint8blk, image()),
        ServedVolume::new("seg", VoxelType::Labelmap, labels()),
        lz4,
    ]);
    let cx = ReadContext::default();
    for (name, truth, requests) in [("gray", image(), 1), ("seg", labels(), 1), ("lz4", labels(), 4)] {
        let array = DvidArray::open(&client, ROOT, name, &DvidOptions::default()).unwrap();
        let blocks: [Coordinate; 4] = [[0, 1, 2].into(), [0, 1, 0].into(), [0, 1, 1].into(), [90, -90, 90].into()];
        let before = server.request_count();
        let read = array.read_blocks(&blocks, &cx).unwrap();
        assert_eq!(server.request_count() - before, requests, "{name}");
        for (at, block) in blocks.iter().zip(read).take(3) {
            let voxels = VoxelBox::new(at.checked_mul_scalar(16).unwrap(), [16; 3]).unwrap();
            let inside = voxels.intersect(truth.meta().voxel_box()).unwrap();
            let block = block.unwrap_or_else(|| panic!("{name}: no block {at}"));
            let part = block.view().slice(&inside.index_ranges(&voxels).unwrap()).unwrap().to_block().unwrap();
            assert!(part.same_bits(&truth.read_box(&inside, &cx).unwrap()), "{name}: block {at}");
        }
        assert!(matches!(array.read_blocks(&[blocks[0], blocks[0]], &cx), Err(Error::BadOption { .. })));
        assert!(matches!(array.read_blocks(&[[0, 0].into()], &cx), Err(Error::BadBox { .. })));
        assert!(array.read_blocks(&[], &cx).unwrap().is_empty());
    }
    // Points at which servers are wrong are read in lists of blocks as well.
    let array = DvidArray::open(&client, ROOT, "seg", &DvidOptions::default()).unwrap();
    let points: Vec<Coordinate> = (0..32).map(|i| [-1, i - 16, 2 * i - 16].into()).collect();
    let before = server.request_count();
    let found = array.labels_at(&points, &cx).unwrap();
    assert_eq!(server.request_count() - before, 1, "{:?}", server.requests().last());
    for (point, label) in points.iter().zip(found) {
        let voxel =
            labels().read_box(&VoxelBox::new(*point, [1; 3]).unwrap(), &cx).unwrap().into_array::<u64>().unwrap();
        assert_eq!(voxel.first(), Some(&label), "{point}");
    }
}
