//! Arrays behind the protocol of the real server: what is read is what the arrays hold.

mod common;

use std::collections::BTreeMap;

use common::decode::{Frames, frames, gunzip, label_voxels, u64s};
use common::volume::{IMAGE_OFFSET, SHAPE, image, image_array, label, labels_array};
use common::{client, get, send};
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{FixtureServer, Request};

const NODE: &str = "/api/node/d51d0000c0de4f00a5a5000000000001";
const BLOCK: [i64; 3] = [16, 32, 16];

fn server() -> FixtureServer {
    let options = ServeOptions::default().with_block_zyx(BLOCK.map(|side| side as u32)).with_max_downres_level(2);
    let service = DvidService::new(Some(image_array()), Some(labels_array()), &options.with_image_levels(1));
    FixtureServer::start(service.expect("a service")).expect("a server")
}

/// What a function of z, y, x says about a box.
fn expected<T>(voxel: impl Fn([i64; 3]) -> T, begin: [i64; 3], shape: [i64; 3]) -> Vec<T> {
    let mut voxels = Vec::new();
    for z in begin[0]..begin[0] + shape[0] {
        for y in begin[1]..begin[1] + shape[1] {
            voxels.extend((begin[2]..begin[2] + shape[2]).map(|x| voxel([z, y, x])));
        }
    }
    voxels
}

/// `SX_SY_SZ/OX_OY_OZ`.
fn region([bz, by, bx]: [i64; 3], [sz, sy, sx]: [i64; 3]) -> String {
    format!("{sx}_{sy}_{sz}/{bx}_{by}_{bz}")
}

/// Boxes inside, across the rim, far outside, around everything.
fn boxes() -> Vec<([i64; 3], [i64; 3])> {
    let begin = IMAGE_OFFSET;
    let around = std::array::from_fn(|axis| begin[axis] - 5);
    vec![
        (begin, [1, 1, 1]),
        ([begin[0] + 3, begin[1] + 1, begin[2] + 7], [9, 20, 5]),
        (around, [12, 10, 11]),
        (around, SHAPE.map(|side| side + 11)),
        ([500, -900, 77], [3, 4, 5]),
        ([16, -32, 32], BLOCK),
    ]
}

#[test]
fn raw_image_is_the_array() {
    let server = server();
    for (begin, shape) in boxes() {
        let answer = get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/{}", region(begin, shape)));
        assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("application/octet-stream")));
        assert!(answer.body == expected(image, begin, shape), "{begin:?} {shape:?}");
    }
}

#[test]
fn raw_labels_are_the_array_in_every_compression() {
    let server = server();
    for (begin, shape) in boxes() {
        let want = expected(label, begin, shape);
        for compression in ["", "?compression=lz4", "?compression=gzip"] {
            let target = format!("{NODE}/segmentation/raw/0_1_2/{}{compression}", region(begin, shape));
            let answer = get(&server.url(), &target);
            assert_eq!(answer.status, 200, "{target}");
            assert_eq!(answer.header("Content-Encoding"), None, "these are no encodings of HTTP");
            let voxels = match compression {
                "?compression=lz4" => {
                    lz4_flex::block::decompress(&answer.body, want.len() * 8).expect("a bare LZ4 block")
                }
                "?compression=gzip" => gunzip(&answer.body),
                _ => answer.body,
            };
            assert!(u64s(&voxels) == want, "{target}");
        }
    }
}

/// The blocks of a level that hold anything, with their voxels.
fn written(voxel: impl Fn([i64; 3]) -> u64, begin: [i64; 3], shape: [i64; 3]) -> BTreeMap<[i64; 3], Vec<u64>> {
    let index =
        |axis: usize| begin[axis].div_euclid(BLOCK[axis])..=(begin[axis] + shape[axis] - 1).div_euclid(BLOCK[axis]);
    let mut blocks = BTreeMap::new();
    for z in index(0) {
        for y in index(1) {
            for x in index(2) {
                let voxels = expected(&voxel, [z * BLOCK[0], y * BLOCK[1], x * BLOCK[2]], BLOCK);
                if voxels.iter().any(|voxel| *voxel != 0) {
                    blocks.insert([z, y, x], voxels);
                }
            }
        }
    }
    blocks
}

fn decoded(found: &Frames, payload: &str) -> BTreeMap<[i64; 3], Vec<u64>> {
    let shape = BLOCK.map(|side| side as usize);
    let blocks: BTreeMap<_, _> =
        found.iter().map(|(block, bytes)| (*block, label_voxels(bytes, payload, shape))).collect();
    assert_eq!(blocks.len(), found.len(), "no block comes twice");
    blocks
}

#[test]
fn blocks_of_labels_decode_to_the_array() {
    let server = server();
    let begin = [0, -32, -16];
    let shape = [64, 96, 96];
    let want = written(label, begin, shape);
    assert!(want.len() > 5 && want.len() < 4 * 3 * 6, "some blocks are there and some are not");
    for (query, payload) in [
        ("", "lz4"),
        ("?compression=lz4", "lz4"),
        ("?compression=gzip", "gzip"),
        ("?compression=blocks", "blocks"),
        ("?compression=uncompressed", "uncompressed"),
    ] {
        let answer = get(&server.url(), &format!("{NODE}/segmentation/blocks/{}{query}", region(begin, shape)));
        assert_eq!((answer.status, answer.header("Transfer-Encoding")), (200, Some("chunked")));
        let found = frames(&answer.body);
        let order: Vec<_> = found.iter().map(|(block, _)| *block).collect();
        assert!(!order.is_sorted(), "the order of the frames is arbitrary");
        assert!(decoded(&found, payload) == want, "{query}");
    }
    let nothing = get(&server.url(), &format!("{NODE}/segmentation/blocks/{}", region([160, 0, 0], BLOCK)));
    assert_eq!((nothing.status, nothing.body.len(), nothing.header("Content-Length")), (200, 0, Some("0")));
}

#[test]
fn specific_blocks_of_labels() {
    let server = server();
    let want = written(label, [0, -32, -16], [64, 96, 96]);
    let [first, second] = [0, 3].map(|n| *want.keys().nth(n).expect("a block"));
    let list = [first, second, [70, 80, 90], first].map(|[z, y, x]| format!("{x},{y},{z}")).join(",");
    for (query, payload) in [("", "blocks"), ("&compression=blocks", "blocks"), ("&compression=lz4", "lz4")] {
        let answer = get(&server.url(), &format!("{NODE}/segmentation/specificblocks?blocks={list}{query}"));
        let found = frames(&answer.body);
        assert_eq!(found.len(), 3, "one is absent, one comes once for each mention");
        for (block, bytes) in &found {
            assert!(label_voxels(bytes, payload, BLOCK.map(|side| side as usize)) == want[block], "{block:?}");
        }
    }
    assert!(get(&server.url(), &format!("{NODE}/segmentation/specificblocks?blocks=")).body.is_empty());
}

/// The label of a voxel of a level: the most frequent one that is not 0, the smallest of several.
fn label_at(level: u32, [z, y, x]: [i64; 3]) -> u64 {
    if level == 0 {
        return label([z, y, x]);
    }
    let mut counts: BTreeMap<u64, i32> = BTreeMap::new();
    for child in 0..8 {
        let voxel = label_at(level - 1, [2 * z + (child >> 2), 2 * y + (child >> 1 & 1), 2 * x + (child & 1)]);
        *counts.entry(voxel).or_default() += 1;
    }
    counts.remove(&0);
    counts.iter().max_by_key(|(label, count)| (**count, std::cmp::Reverse(**label))).map_or(0, |(label, _)| *label)
}

#[test]
fn levels_of_labels_follow_the_servers_rule() {
    let server = server();
    for level in 1..=2 {
        let (begin, shape) = ([-3, -20, -9], [26, 40, 33]);
        let answer =
            get(&server.url(), &format!("{NODE}/segmentation/raw/0_1_2/{}?scale={level}", region(begin, shape)));
        assert!(u64s(&answer.body) == expected(|voxel| label_at(level, voxel), begin, shape), "raw at level {level}");
        let (begin, shape) = ([0, -32, -16], [32, 64, 48]);
        let target = format!("{NODE}/segmentation/blocks/{}?scale={level}&compression=blocks", region(begin, shape));
        let found = decoded(&frames(&get(&server.url(), &target).body), "blocks");
        assert!(found == written(|voxel| label_at(level, voxel), begin, shape), "blocks at level {level}");
    }
}

#[test]
fn scales_that_do_not_exist_are_empty_and_no_error() {
    let server = server();
    let raw = |scale: &str| {
        let target = format!("{NODE}/segmentation/raw/0_1_2/5_6_7/33_-7_21?scale={scale}");
        u64s(&get(&server.url(), &target).body)
    };
    assert!(raw("3").iter().chain(&raw("-1")).all(|voxel| *voxel == 0));
    assert_eq!(raw("256"), raw("0"), "the number is cut to 8 bits");
    assert!(
        get(&server.url(), &format!("{NODE}/segmentation/blocks/{}?scale=3", region([0, 0, 0], BLOCK))).body.is_empty()
    );
    let ignored = get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/4_4_4/33_-7_21?scale=1"));
    assert_eq!(ignored.body, expected(image, [21, -7, 33], [4, 4, 4]), "images have no scales");
}

#[test]
fn blocks_of_the_image() {
    let server = server();
    let size = region([16, -32, 16], [16, 64, 32]);
    let plain = get(&server.url(), &format!("{NODE}/grayscale/subvolblocks/{size}?compression=uncompressed"));
    let stored = get(&server.url(), &format!("{NODE}/grayscale/subvolblocks/{size}"));
    let (plain, stored) = (frames(&plain.body), frames(&stored.body));
    let order: Vec<_> = plain.iter().map(|(block, _)| *block).collect();
    assert_eq!(order, [[1, -1, 1], [1, -1, 2], [1, 0, 1], [1, 0, 2]], "in order, x fastest");
    for ((block, bytes), (_, packed)) in plain.iter().zip(&stored) {
        let begin = std::array::from_fn(|axis| block[axis] * BLOCK[axis]);
        assert!(*bytes == expected(image, begin, BLOCK), "{block:?}");
        assert_eq!(lz4_flex::block::decompress_size_prepended(packed).expect("size and LZ4 block"), *bytes);
    }
    let list = "2,0,1,9,9,9,1,-1,1";
    let some = get(&server.url(), &format!("{NODE}/grayscale/specificblocks?blocks={list}&compression=uncompressed"));
    let mut some = frames(&some.body);
    some.sort();
    assert_eq!(some, [plain[0].clone(), plain[3].clone()]);
    let row = get(&server.url(), &format!("{NODE}/grayscale/blocks/1_-1_1/3"));
    let far = expected(image, [16, -32, 48], BLOCK);
    assert!(row.body == [&plain[0].1[..], &plain[1].1, &far].concat());
}

#[test]
fn coarser_images_are_siblings() {
    let server = server();
    let half = |[z, y, x]: [i64; 3]| {
        let children = (0..8).map(|child| [2 * z + (child >> 2), 2 * y + (child >> 1 & 1), 2 * x + (child & 1)]);
        let inside =
            |voxel: &[i64; 3]| (0..3).all(|axis| (0..SHAPE[axis]).contains(&(voxel[axis] - IMAGE_OFFSET[axis])));
        let there: Vec<_> = children.filter(inside).map(|voxel| i64::from(image(voxel))).collect();
        // The mean of what exists, halves to the even neighbour.
        let (sum, count) = (there.iter().sum::<i64>(), there.len().max(1) as i64);
        let (floor, twice) = (sum / count, 2 * (sum % count));
        (floor + i64::from(twice > count || (twice == count && floor % 2 == 1))) as u8
    };
    let (begin, shape) = ([0, -8, 5], [20, 22, 25]);
    let answer = get(&server.url(), &format!("{NODE}/grayscale_1/raw/0_1_2/{}", region(begin, shape)));
    assert!(answer.body == expected(half, begin, shape));
    let info = get(&server.url(), &format!("{NODE}/grayscale_1/info")).json();
    assert_eq!(info["Extended"]["VoxelSize"].to_string(), "[9.12,8,80]");
    assert_eq!(info["Base"]["Name"], "grayscale_1");
}

#[test]
fn all_of_it_arrives_when_many_ask_at_once() {
    let server = server();
    let want = expected(label, [0, -32, -16], [64, 96, 96]);
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let client = client();
                for _ in 0..4 {
                    let target = format!("{NODE}/segmentation/raw/0_1_2/{}", region([0, -32, -16], [64, 96, 96]));
                    let answer = send(&client, &server.url(), &Request::new("GET", target)).expect("an answer");
                    assert!(u64s(&answer.body) == want);
                }
            });
        }
    });
    assert_eq!((server.request_count(), server.connection_count()), (32, 8));
}
