//! What holds of the codec of `compressed_segmentation`, whatever the bytes.
//!
//! The format does not say its own shape, so eight bytes come first: channels, sides z, y, x of the volume and of its
//! blocks, and the width of a label.

#[path = "../../crates/label-codecs/tests/common/naive/compressed_segmentation.rs"]
mod naive;

use std::fmt::Debug;

use label_codecs::compressed_segmentation::{Label, decode, decode_into, encode};

const MOST_CHANNELS: u8 = 3;
/// Voxels along a side of a volume or block, at most.
const LONGEST: u8 = 33;

type Shape = [usize; 4];
type Block = [usize; 3];

/// Bytes as a volume, and as the labels of one.
pub(crate) fn holds(bytes: &[u8]) {
    let Some((header, data)) = bytes.split_first_chunk::<8>() else { return };
    let [c, z, y, x, bz, by, bx, width] = *header;
    let side = |byte: u8| 1 + usize::from(byte % LONGEST);
    let shape = [1 + usize::from(c % MOST_CHANNELS), side(z), side(y), side(x)];
    let block = [bz, by, bx].map(side);
    if width.is_multiple_of(2) {
        holds_of(data, shape, block, |label| label as u32);
    } else {
        holds_of(data, shape, block, |label| label);
    }
}

fn holds_of<T: Label + Debug + Into<u64>>(data: &[u8], shape: Shape, block: Block, label: fn(u64) -> T) {
    decodes_or_tells(data, shape, block, label(0x5eed_5eed_5eed_5eed));
    let byte = |i: usize| data.get(i % data.len().max(1)).copied().unwrap_or_default();
    let spread = |i: usize| label(u64::from(byte(i)).wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let labels: Vec<T> = (0..shape.iter().product()).map(spread).collect();
    round_trip(&labels, shape, block);
}

/// An error that can be shown, or the labels that the naive decoder finds; the same in a new vector and in place.
fn decodes_or_tells<T: Label + Debug + Into<u64>>(data: &[u8], shape: Shape, block: Block, unwritten: T) {
    let mut out = vec![unwritten; shape.iter().product()];
    let in_place = decode_into(data, shape, block, &mut out);
    match decode::<T>(data, shape, block) {
        Ok(labels) => {
            assert_eq!(in_place, Ok(()));
            assert!(out == labels, "in place");
            assert!(by_naive::<T>(data, shape, block) == Some(wide(&labels)), "by the naive decoder");
            round_trip(&labels, shape, block);
        }
        Err(error) => {
            assert!(!error.to_string().is_empty());
            assert_eq!(in_place, Err(error));
        }
    }
}

fn round_trip<T: Label + Debug + Into<u64>>(labels: &[T], shape: Shape, block: Block) {
    let data = encode(labels, shape, block).expect("labels of that shape");
    assert!(decode::<T>(&data, shape, block).as_deref() == Ok(labels), "encoded and decoded");
    assert!(by_naive::<T>(&data, shape, block) == Some(wide(labels)), "encoded, and decoded by the naive decoder");
}

fn by_naive<T>(data: &[u8], shape: Shape, block: Block) -> Option<Vec<u64>> {
    naive::decode(data, size_of::<T>() / 4, shape, block)
}

fn wide<T: Label + Into<u64>>(labels: &[T]) -> Vec<u64> {
    labels.iter().map(|label| (*label).into()).collect()
}
