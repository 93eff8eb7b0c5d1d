//! Laws of the `compressed_segmentation` codec.

mod common;

use common::naive::compressed_segmentation as naive;
use common::noise;
use label_codecs::compressed_segmentation::{Label, decode, decode_into, encode};
use label_codecs::{Error, OffsetOf};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::fmt::Debug;

type Shape = [usize; 4];
type Block = [usize; 3];

fn shapes() -> impl Strategy<Value = Shape> {
    [1..=3_usize, 1..=20, 1..=20, 1..=20]
}

fn blocks() -> impl Strategy<Value = Block> {
    prop_oneof![Just([8; 3]), [1..=9_usize, 1..=9, 1..=9], [1..=40_usize, 1..=40, 1..=40]]
}

/// Labels out of so many, in runs of random length.
fn labels(shape: Shape, distinct: u64, run: u64, seed: u64) -> Vec<u64> {
    let (mut next, mut out) = (noise(seed), Vec::with_capacity(shape.iter().product()));
    while out.len() < out.capacity() {
        // An odd factor keeps them apart, also modulo 2^32.
        let label = (next() % distinct).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let run = (1 + next() % run) as usize;
        out.extend(std::iter::repeat_n(label, run.min(out.capacity() - out.len())));
    }
    out
}

fn bytes_of(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_le_bytes()).collect()
}

/// Encodes, and decodes with our decoder and the naive one.
fn round_trip<T: Label + Debug + Into<u64>>(labels: &[T], shape: Shape, block: Block) -> Vec<u8> {
    let bytes = encode(labels, shape, block).unwrap();
    let naive: Vec<u64> = labels.iter().map(|label| (*label).into()).collect();
    assert_eq!(naive::decode(&bytes, size_of::<T>() / 4, shape, block), Some(naive), "by the naive decoder");
    assert_eq!(decode::<T>(&bytes, shape, block).as_deref(), Ok(labels));
    let mut out = vec![T::default(); labels.len()];
    assert_eq!(decode_into(&bytes, shape, block, &mut out), Ok(()));
    assert_eq!(out, labels, "in place");
    bytes
}

/// Whatever the bytes are: an error, or what the naive decoder finds.
fn same_as_naive<T: Label + Debug + Into<u64>>(bytes: &[u8], shape: Shape, block: Block) {
    let mut out = vec![T::default(); shape.iter().product()];
    let in_place = decode_into(bytes, shape, block, &mut out);
    match decode::<T>(bytes, shape, block) {
        Ok(labels) => {
            assert_eq!((in_place, &out), (Ok(()), &labels));
            let labels = labels.into_iter().map(Into::into).collect();
            assert_eq!(naive::decode(bytes, size_of::<T>() / 4, shape, block), Some(labels));
        }
        Err(error) => assert_eq!(in_place, Err(error)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn encoding_and_decoding_gives_the_same_labels(
        shape in shapes(),
        block in blocks(),
        distinct in prop_oneof![1..6_u64, 1..700_u64],
        run in 1..100_u64,
        seed: u64,
    ) {
        let wide = labels(shape, distinct, run, seed);
        round_trip(&wide, shape, block);
        let narrow: Vec<u32> = wide.iter().map(|label| *label as u32).collect();
        round_trip(&narrow, shape, block);
    }

    #[test]
    fn each_count_of_labels_has_the_fewest_bits(distinct in 1..=512_u64, seed: u64) {
        let labels: Vec<u64> = labels([1, 8, 8, 8], distinct, 1, seed);
        let distinct = labels.iter().collect::<BTreeSet<_>>().len();
        let bits = [0, 1, 2, 4, 8, 16].into_iter().find(|bits| 1 << bits >= distinct).unwrap();
        let bytes = round_trip(&labels, [1, 8, 8, 8], [8; 3]);
        prop_assert_eq!(usize::from(bytes[7]), bits);
        prop_assert_eq!(bytes.len(), 4 + 8 + 512 * bits / 8 + 8 * distinct);
    }

    #[test]
    fn equal_blocks_share_a_table(copies in 1..20_usize, distinct in 1..30_u64, seed: u64) {
        let one = labels([1, 4, 4, 4], distinct, 3, seed);
        let bytes = encode(&one, [1, 4, 4, 4], [4; 3]).unwrap();
        let (values, count) = (64 * usize::from(bytes[7]) / 8, one.iter().collect::<BTreeSet<_>>().len());
        let all = round_trip(&one.repeat(copies), [1, 4 * copies, 4, 4], [4; 3]);
        prop_assert_eq!(all.len(), 4 + copies * (8 + values) + 8 * count);
    }

    #[test]
    fn arbitrary_bytes_never_panic(
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
        shape in shapes(),
        block in blocks(),
    ) {
        same_as_naive::<u32>(&bytes, shape, block);
        same_as_naive::<u64>(&bytes, shape, block);
    }

    /// Small words and known widths get arbitrary data as far as they can.
    #[test]
    fn arbitrary_headers_never_panic(
        headers in prop::collection::vec((0..60_u32, prop::sample::select(&[0, 0, 1, 2, 4, 8, 16, 32, 5][..]), 0..60_u32), 4),
        rest in prop::collection::vec(prop_oneof![0..20_u32, any::<u32>()], 40..80),
        start in prop_oneof![4 => Just(1), 1 => 0..4_u32],
    ) {
        let mut words = vec![start];
        words.extend(headers.into_iter().flat_map(|(table, bits, values)| [table | bits << 24, values]));
        words.extend(rest);
        let bytes = bytes_of(&words);
        same_as_naive::<u32>(&bytes, [1, 3, 4, 6], [3, 2, 3]);
        same_as_naive::<u64>(&bytes, [1, 3, 4, 6], [3, 2, 3]);
    }

    #[test]
    fn damaged_data_are_an_error_or_decode_as_they_stand(
        distinct in 1..40_u64,
        seed: u64,
        at: prop::sample::Index,
        flip in 1..=255_u8,
        cut: prop::sample::Index,
    ) {
        let (shape, block) = ([2, 9, 5, 12], [4, 4, 8]);
        let mut bytes = encode(&labels(shape, distinct, 20, seed), shape, block).unwrap();
        let whole = decode::<u64>(&bytes, shape, block);
        same_as_naive::<u64>(&bytes[..cut.index(bytes.len())], shape, block);
        bytes.extend([0; 8]);
        prop_assert_eq!(decode::<u64>(&bytes, shape, block), whole, "gaps are allowed");
        let at = at.index(bytes.len());
        bytes[at] ^= flip;
        same_as_naive::<u64>(&bytes, shape, block);
    }
}

#[test]
fn more_labels_than_16_bits_can_tell_apart() {
    let shape = [1, 41, 41, 40];
    let labels: Vec<u64> = (0..41 * 41 * 40).map(|i| u64::MAX - i).collect();
    let bytes = round_trip(&labels, shape, [41, 41, 40]);
    assert_eq!(bytes[7], 32);
}

#[test]
fn axes_and_channels_are_not_confused() {
    // One label per block, so the tables stand one after the other in the order of the blocks.
    let labels: Vec<u32> = (0..2 * 3 * 2 * 4).map(|i| i / 24 * 100 + i % 24 / 8 * 10 + i % 4 / 2).collect();
    let bytes = round_trip(&labels, [2, 3, 2, 4], [1, 2, 2]);
    let words: Vec<u32> = bytes.as_chunks().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    assert_eq!(words[..4], [2, 20, 12, 12], "both channels, then the first block: no bits, no values");
    assert_eq!(words[14..20], [0, 1, 10, 11, 20, 21], "x is fastest, y lies inside of the block");
    assert_eq!(words[32..], [100, 101, 110, 111, 120, 121]);
    assert_ne!(decode::<u32>(&bytes, [2, 2, 3, 4], [2, 1, 2]).as_deref(), Ok(&labels[..]));
}

#[test]
fn shapes_that_no_volume_has_are_refused() {
    for shape_czyx in [[0, 8, 8, 8], [1, 8, 0, 8], [1, usize::MAX, 2, 2], [1, 1, 1, usize::MAX / 8]] {
        assert_eq!(decode::<u64>(&[], shape_czyx, [8; 3]), Err(Error::VolumeShape { shape_czyx }));
    }
    for block_zyx in [[8, 8, 0], [1 << 16, 1 << 8, 1 << 8], [usize::MAX, 2, 1]] {
        assert_eq!(encode(&[0_u32], [1; 4], block_zyx), Err(Error::VolumeBlockShape { block_zyx }));
    }
    let short = encode(&[0_u64; 7], [1, 2, 2, 2], [8; 3]).unwrap_err();
    assert_eq!(short, Error::VolumeLength { shape_czyx: [1, 2, 2, 2], want: 8, got: 7 });
    assert_eq!(decode_into(&[], [1, 2, 2, 2], [8; 3], &mut [0_u64; 7]), Err(short));
}

#[test]
fn large_shapes_do_not_cost_memory_before_the_headers_are_there() {
    let error = decode::<u64>(&bytes_of(&[1, 0, 0]), [1, 1 << 18, 1 << 18, 1 << 18], [8; 3]).unwrap_err();
    assert_eq!(error, Error::HeadersMissing { channel: 0, blocks: 1 << 45, words: 2 });
    let error = decode::<u32>(&[0; 40], [1 << 50, 1, 1, 1], [8; 3]).unwrap_err();
    assert_eq!(error, Error::ChannelsMissing { channels: 1 << 50, words: 10 });
}

#[test]
fn what_does_not_fit_into_24_bits_is_refused() {
    // The headers alone are 2^24 words, and no table can start behind them.
    let labels = vec![7_u32; 1 << 23];
    let error = encode(&labels, [1, 1, 1, 1 << 23], [1; 3]).unwrap_err();
    assert_eq!(error, Error::OffsetTooLarge { of: OffsetOf::Values, channel: 0, offset: 1 << 24, bits: 24 });
    // A table behind 2^25 words of values, of which none may be allocated.
    let error = encode(&[7_u32, 8], [1, 1, 1, 2], [1 << 10, 1 << 10, 1 << 10]).unwrap_err();
    assert_eq!(error, Error::OffsetTooLarge { of: OffsetOf::Table, channel: 0, offset: (1 << 25) + 2, bits: 24 });
    assert_eq!(
        error.to_string(),
        "the table of a block of channel 0 would start at word 33554434, and that offset has 24 bits: encode the volume \
         in smaller parts, or with other blocks"
    );
}

#[test]
fn offsets_are_checked_even_where_nothing_is_read() {
    // No bits, so no values; but their offset is outside.
    let error = decode::<u32>(&bytes_of(&[1, 2, 4, 9]), [1; 4], [8; 3]).unwrap_err();
    assert_eq!(error, Error::ValuesOutside { channel: 0, block: 0, begin: 4, end: 4, words: 3 });
    assert_eq!(decode::<u32>(&bytes_of(&[1, 2, 3, 9]), [1; 4], [8; 3]), Ok(vec![9]));
    let error = decode::<u32>(&bytes_of(&[0, 2, 3, 9]), [1; 4], [8; 3]).unwrap_err();
    assert_eq!(error, Error::ChannelOutside { channel: 0, offset: 0, channels: 1, words: 4 });
}
