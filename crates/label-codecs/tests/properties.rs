//! Laws of the label block codec.

mod common;

use common::naive::label_block as naive;
use common::{noise, table};
use label_codecs::{Error, Part, label_block};
use proptest::prelude::*;
use std::collections::BTreeSet;

fn shapes() -> impl Strategy<Value = [usize; 3]> {
    [1..=8_usize, 1..=8, 1..=8].prop_map(|grid| grid.map(|n| 8 * n))
}

/// Labels that lie far apart, near each other and at both ends.
fn label_pool(count: usize) -> impl Strategy<Value = Vec<u64>> {
    let label = prop_oneof![Just(0), Just(u64::MAX), 1..100_u64, any::<u64>(), (1_u64 << 53)..(1 << 53) + 100];
    prop::collection::vec(label, count)
}

/// Voxels whose sub-blocks use up to `pool.len()` labels, each in runs of random length.
fn voxels(shape_zyx: [usize; 3], pool: &[u64], run: u64, seed: u64) -> Vec<u64> {
    let mut next = noise(seed);
    let mut out = Vec::with_capacity(shape_zyx.iter().product());
    while out.len() < out.capacity() {
        let label = pool[next() as usize % pool.len()];
        let run = (1 + next() % run) as usize;
        out.extend(std::iter::repeat_n(label, run.min(out.capacity() - out.len())));
    }
    out
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]

    #[test]
    fn encoding_and_decoding_gives_the_same_voxels(
        shape in shapes(),
        pool in (1..600_usize).prop_flat_map(label_pool),
        run in 1..2_000_u64,
        seed: u64,
    ) {
        let labels = voxels(shape, &pool, run, seed);
        let block = label_block::encode(&labels, shape).unwrap();
        prop_assert!(block.len() <= label_block::max_encoded_len(shape).unwrap());
        prop_assert_eq!(&naive::decode(&block), &labels, "the encoder, by the naive decoder");
        let mut out = vec![1; labels.len()];
        label_block::decode_into(&block, shape, &mut out).unwrap();
        prop_assert_eq!(&out, &labels, "the decoder");
        prop_assert_eq!(label_block::decode(&block, shape).unwrap(), labels.clone(), "the decoder that allocates");

        let table = table(&block);
        let distinct: BTreeSet<u64> = labels.iter().copied().collect();
        prop_assert_eq!(table.len(), distinct.len(), "no duplicates, nothing unused");
        prop_assert_eq!(table.into_iter().collect::<BTreeSet<_>>(), distinct);
        prop_assert_eq!(block.len() == 24, labels.iter().all(|label| *label == labels[0]));
    }

    #[test]
    fn each_count_of_labels_in_a_sub_block_survives(count in 1..=512_usize, seed: u64) {
        let mut next = noise(seed);
        let labels: Vec<u64> = (0..512).map(|j| (j % count) as u64 * 3 + 7).collect();
        let mut shuffled = labels.clone();
        (1..512).rev().for_each(|i| shuffled.swap(i, next() as usize % (i + 1)));
        for labels in [labels, shuffled] {
            let block = label_block::encode(&labels, [8, 8, 8]).unwrap();
            prop_assert_eq!(naive::decode(&block), labels.clone());
            prop_assert_eq!(label_block::decode(&block, [8, 8, 8]).unwrap(), labels);
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2_000), shape in shapes()) {
        let mut out = vec![0; shape.iter().product()];
        prop_assert!(label_block::decode_into(&bytes, shape, &mut out).is_err());
    }

    /// A right header lets arbitrary bytes get as far as they can.
    #[test]
    fn arbitrary_bytes_after_a_right_header_never_panic(
        labels in 0..40_u32,
        counts in prop::collection::vec(0..515_u16, 2),
        rest in prop::collection::vec(prop_oneof![Just(0), any::<u8>()], 0..4_000),
    ) {
        let mut bytes: Vec<u8> = [2, 1, 1, labels].into_iter().flat_map(u32::to_le_bytes).collect();
        bytes.extend(std::iter::repeat_n(7, 8 * labels as usize));
        bytes.extend(counts.iter().flat_map(|count| count.to_le_bytes()));
        bytes.extend(rest);
        let decoded = label_block::decode(&bytes, [8, 8, 16]);
        if let Ok(voxels) = decoded {
            prop_assert_eq!(voxels, naive::decode(&bytes));
        }
    }

    #[test]
    fn a_damaged_block_is_an_error_or_decodes_as_it_stands(
        pool in (2..40_usize).prop_flat_map(label_pool),
        seed: u64,
        at: prop::sample::Index,
        flip in 1..=255_u8,
    ) {
        let labels = voxels([16, 8, 16], &pool, 30, seed);
        let mut block = label_block::encode(&labels, [16, 8, 16]).unwrap();
        let at = at.index(block.len());
        block[at] ^= flip;
        if let Ok(voxels) = label_block::decode(&block, [16, 8, 16]) {
            prop_assert_eq!(voxels, naive::decode(&block));
        }
    }

    #[test]
    fn a_block_that_is_cut_or_too_long_is_refused(
        pool in (1..40_usize).prop_flat_map(label_pool),
        seed: u64,
        cut: prop::sample::Index,
    ) {
        let labels = voxels([8, 16, 8], &pool, 30, seed);
        let mut block = label_block::encode(&labels, [8, 16, 8]).unwrap();
        let cut = cut.index(block.len());
        let error = label_block::decode(&block[..cut], [8, 16, 8]).unwrap_err();
        prop_assert!(matches!(error, Error::Truncated { got, want, .. } if got == cut && want > cut), "{error}");
        let end = block.len();
        block.push(0);
        let error = label_block::decode(&block, [8, 16, 8]).unwrap_err();
        prop_assert!(matches!(error, Error::TrailingBytes { extra: 1, end: e } if e == end), "{error}");
    }
}

#[test]
fn a_sub_block_of_no_labels_is_zero() {
    let mut block: Vec<u8> = [2_u32, 1, 1, 2].into_iter().flat_map(u32::to_le_bytes).collect();
    block.extend([5_u64, 6].into_iter().flat_map(u64::to_le_bytes));
    block.extend([0_u16, 1].into_iter().flat_map(u16::to_le_bytes));
    block.extend(1_u32.to_le_bytes());
    let labels = label_block::decode(&block, [8, 8, 16]).unwrap();
    assert!(labels.iter().enumerate().all(|(i, label)| *label == if i % 16 < 8 { 0 } else { 6 }));
}

#[test]
fn axes_are_not_confused() {
    let shape = [8, 16, 24];
    let labels: Vec<u64> = (0..8 * 16 * 24).collect();
    let block = label_block::encode(&labels, shape).unwrap();
    assert_eq!(block[..12], [3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0], "sub-blocks along x, y, z");
    assert_eq!(label_block::decode(&block, shape).unwrap(), labels);
    let error = label_block::decode(&block, [24, 16, 8]).unwrap_err();
    assert_eq!(error, Error::ShapeMismatch { got_zyx: [1, 2, 3], want_zyx: [3, 2, 1] });
}

#[test]
fn errors_say_what_was_found() {
    let solid = label_block::encode(&[9; 512], [8, 8, 8]).unwrap();
    let cut = label_block::decode(&solid[..20], [8, 8, 8]).unwrap_err();
    assert_eq!(cut, Error::Truncated { part: Part::Labels, want: 24, got: 20 });
    assert_eq!(cut.to_string(), "the label block ends inside its label table: 24 bytes needed up to there, 20 given");
    let short = label_block::decode_into(&solid, [8, 8, 8], &mut [0; 511]).unwrap_err();
    assert_eq!(short, Error::SliceLength { shape_zyx: [8, 8, 8], want: 512, got: 511 });
    assert_eq!(label_block::encode(&[9; 511], [8, 8, 8]), Err(short));
    assert_eq!(label_block::encode(&[], [8, 0, 8]), Err(Error::BlockShape { shape_zyx: [8, 0, 8] }));
}
