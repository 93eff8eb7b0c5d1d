//! What holds of the codec of label blocks, whatever the bytes.

#[path = "../../crates/label-codecs/tests/common/naive/label_block.rs"]
mod naive;

use label_codecs::label_block::{decode, decode_into, encode, max_encoded_len};

/// The block shape of the recordings, tried on all bytes.
const RECORDED: [usize; 3] = [16; 3];
/// Sub-blocks per axis up to which a block is decoded in the shape that it claims.
const MOST: u32 = 4;

/// Bytes as a label block, and as voxels of one.
pub(crate) fn holds(bytes: &[u8]) {
    decodes_or_tells(bytes, RECORDED);
    if let Some(claimed) = claimed(bytes).filter(|shape_zyx| *shape_zyx != RECORDED) {
        decodes_or_tells(bytes, claimed);
    }
    survives(bytes);
}

/// The shape in the header, if it is a small one.
fn claimed(bytes: &[u8]) -> Option<[usize; 3]> {
    let (words, _) = bytes.get(..12)?.as_chunks();
    let [x, y, z] = [0, 1, 2].map(|i| u32::from_le_bytes(words[i]));
    let is_small = [z, y, x].iter().all(|side| (1..=MOST).contains(side));
    is_small.then(|| [z, y, x].map(|side| 8 * side as usize))
}

/// An error that can be shown, or the labels that the naive decoder finds; the same in a new vector and in place.
fn decodes_or_tells(bytes: &[u8], shape_zyx: [usize; 3]) {
    let decoded = decode(bytes, shape_zyx);
    // A voxel that is not written keeps a label that no decoder put there.
    let mut out = vec![0x5eed_5eed_5eed_5eed; shape_zyx.iter().product()];
    let in_place = decode_into(bytes, shape_zyx, &mut out);
    match decoded {
        Ok(labels) => {
            assert_eq!(in_place, Ok(()));
            assert!(out == labels, "in place");
            assert!(naive::decode(bytes) == labels, "by the naive decoder");
            round_trip(&labels, shape_zyx);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(in_place, Err(error));
        }
    }
}

/// Bytes as so many voxels: each is a label, and runs stay runs.
fn survives(bytes: &[u8]) {
    let sub_blocks = bytes.len().div_ceil(512).clamp(1, 8);
    let label = |byte: u8| u64::from(byte).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mut labels: Vec<u64> = bytes.iter().map(|byte| label(*byte)).collect();
    labels.resize(512 * sub_blocks, 0);
    round_trip(&labels, [8, 8, 8 * sub_blocks]);
    round_trip(&labels, [8 * sub_blocks, 8, 8]);
}

fn round_trip(labels: &[u64], shape_zyx: [usize; 3]) {
    let block = encode(labels, shape_zyx).expect("labels of that shape");
    assert!(block.len() <= max_encoded_len(shape_zyx).expect("a shape that blocks have"));
    assert_eq!(decode(&block, shape_zyx).as_deref(), Ok(labels), "encoded and decoded");
    assert!(naive::decode(&block) == labels, "encoded, and decoded by the naive decoder");
}
