//! Recorded blocks of images in frames: each by its payload, and those that the client asks for through the client.

use array_core::{Block, Coordinate, Element, VoxelBox, with_block};
use dvid_source::{FrameReader, ImagePayload, Images};

use super::stage::Stage;
use super::{Case, RUN};

/// How a payload is unpacked, by its name in the recordings.
pub(crate) fn payload(name: &str) -> Option<ImagePayload> {
    match name {
        "uncompressed" | "stored:none" => Some(ImagePayload::Uncompressed),
        "stored:lz4" => Some(ImagePayload::Lz4),
        "stored:gzip" => Some(ImagePayload::Gzip),
        "jpeg" | "stored:jpeg" => Some(ImagePayload::Jpeg),
        _ => None,
    }
}

/// Runs a case and says how it was counted.
pub(crate) fn run(case: &Case, stage: &Stage, requested: &[Coordinate]) -> (&'static str, String) {
    let (id, info) = (case.id(), stage.info(case));
    let kind = format!("{} of {}, {}", case.text("endpoint"), info.type_name(), case.payload());
    let payload = payload(case.payload()).unwrap();
    let found = unpack(case, requested, payload);
    assert!(is_right(case, &found, &bytes(&case.npy())), "{id}: wrong voxels");
    let (is_plain, is_named) = (case.payload() == "uncompressed", case.payload() == "jpeg");
    // Of JPEG, the client makes the server make sure that it is.
    let is_asked = is_plain || is_named || payload != ImagePayload::Jpeg;
    match case.text("endpoint") {
        "subvolblocks" if is_asked && !is_plain => {
            let read = stage.read_stored(case).unwrap_or_else(|error| panic!("{id}: {error}"));
            assert!(is_right(case, &bytes(&channels_last(read)), &bytes(&case.npy())), "{id}: through the client");
        }
        "specificblocks" if is_asked => {
            check_listed(case, stage, requested, if is_plain { Images::Unpacked } else { Images::Stored });
        }
        _ => {}
    }
    (RUN, kind)
}

/// Reads the blocks of a case through the client.
pub(crate) fn check_listed(case: &Case, stage: &Stage, requested: &[Coordinate], images: Images) {
    let (id, whole, size) = (case.id(), case.voxels(), Coordinate::from(block_size(case).map(|n| n as i64)));
    let blocks = stage.read_blocks(case, requested, images).unwrap_or_else(|error| panic!("{id}: {error}"));
    let present: Vec<[i64; 3]> = serde_json::from_value(case.expect()["present_blocks_zyx"].clone()).unwrap();
    assert_eq!(blocks.iter().flatten().count(), present.len(), "{id}: blocks that are there");
    for (at, block) in requested.iter().zip(blocks) {
        let voxels = VoxelBox::new(at.checked_mul(&size).unwrap(), size).unwrap();
        let Some(block) = block.filter(|_| whole.contains(&voxels)) else { continue };
        let (want, mut ranges) = (case.npy(), voxels.index_ranges(&whole).unwrap());
        ranges.extend(want.shape().get(3).map(|channels| 0..*channels));
        let want = want.view().slice(&ranges).unwrap().to_block().unwrap();
        assert!(is_right(case, &bytes(&channels_last(block)), &bytes(&want)), "{id}: block {at}");
    }
}

/// Decoders of JPEG differ by one or two.
fn is_right(case: &Case, found: &[u8], want: &[u8]) -> bool {
    let is_near = |(a, b): (&u8, &u8)| a.abs_diff(*b) <= 2;
    let is_lossy = case.text("instance").contains("jpeg");
    found.len() == want.len() && if is_lossy { found.iter().zip(want).all(is_near) } else { found == want }
}

fn bytes(block: &Block) -> Vec<u8> {
    let mut bytes = Vec::new();
    with_block!(Block = block, array => array.iter().for_each(|value| value.put_le(&mut bytes)));
    bytes
}

/// As the recorded arrays are.
fn channels_last(block: Block) -> Block {
    match block {
        Block::U8(array) if array.ndim() == 4 => Block::U8(array.permuted_axes(vec![1, 2, 3, 0])),
        block => block,
    }
}

fn block_size(case: &Case) -> [usize; 3] {
    serde_json::from_value(case.expect()["block_zyx"].clone()).unwrap()
}

/// The voxels of all frames, as bytes in the order of the recorded array.
fn unpack(case: &Case, requested: &[Coordinate], payload: ImagePayload) -> Vec<u8> {
    let (id, shape, voxels, want) = (case.id(), block_size(case), case.voxels(), case.npy());
    let size = want.bytes() / voxels.voxels().unwrap() as usize;
    let extent = voxels.shape_usize().unwrap();
    let fill = case.expect()["fill"].as_u64().unwrap_or(0) as u8;
    let (mut found, body) = (vec![fill; want.bytes()], case.body());
    let mut block = vec![0; shape.iter().product::<usize>() * size];
    let max = payload.max_len(block.len());
    let mut frames = FrameReader::new(body.as_slice(), |block: &Coordinate| requested.contains(block), max);
    while let Some(frame) = frames.next().unwrap_or_else(|e| panic!("{id}: {e}")) {
        payload.decode(frame.payload, shape, &mut block).unwrap_or_else(|e| panic!("{id}: {e}"));
        for (row, values) in block.chunks(shape[2] * size).enumerate() {
            let place = [row / shape[1], row % shape[1], 0];
            let at = [0, 1, 2].map(|axis| {
                let first = frame.block[axis] * shape[axis] as i64 - voxels.begin()[axis];
                usize::try_from(first).unwrap() + place[axis]
            });
            let first = ((at[0] * extent[1] + at[1]) * extent[2] + at[2]) * size;
            found[first..first + values.len()].copy_from_slice(values);
        }
    }
    found
}
