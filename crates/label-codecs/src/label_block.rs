//! The label block of DVID's `labelmap` and `labelarray` instances.
//!
//! A block of `BX × BY × BZ` voxels (each side a multiple of 8) is divided into sub-blocks of 8×8×8. Everything is
//! little-endian and follows without gaps; sub-blocks, and the voxels in them, are ordered x fastest, then y, then z.
//!
//! | part | type | count | meaning |
//! |---|---|---|---|
//! | `gx, gy, gz` | `u32` | 3 | sub-blocks per axis |
//! | `N` | `u32` | 1 | labels in the table, at least 1 |
//! | labels | `u64` | N | any order; may hold 0, labels that no voxel uses, and duplicates |
//! | | | | *where N = 1, the block ends here: every voxel has that label* |
//! | counts | `u16` | `gx·gy·gz` | labels of each sub-block, 0 to 512 |
//! | indices | `u32` | sum of the counts | the labels of each sub-block, as indices into the table |
//! | values | bits | | see below |
//!
//! A sub-block of no labels is 0 everywhere, one of a single label has it everywhere. One of `n ≥ 2` labels has 512
//! values of `ceil(log2 n)` bits, most significant bit first, that may straddle bytes. Eight values of `b` bits
//! are `b` whole bytes, which is why the decoder works by rows of 8 voxels.
//!
//! The layout is that of `labels.Block` in DVID (`datatype/common/labels/compressed.go`). Blocks are not byte-stable:
//! the order of the table is free, so compare decoded voxels and never bytes.

mod decode;
mod encode;

pub use decode::{decode, decode_into};
pub use encode::encode;

use crate::{Error, Result};

/// Voxels per side of a sub-block.
const SIDE: usize = 8;
/// Voxels of a sub-block.
const SUB_BLOCK: usize = SIDE * SIDE * SIDE;
/// Bytes of the header: sub-blocks per axis and number of labels.
const HEADER: usize = 16;
/// The largest side of a block in voxels: 128 sub-blocks.
const MAX_SIDE: usize = 1024;

/// The most bytes that a block of this shape can have: each voxel with a label of its own.
///
/// It is `16 + 12·V + 2·V/512 + 9·V/8` for `V` voxels, the bound to use when inflating a compressed block.
///
/// # Errors
/// [`Error::BlockShape`] unless every side is a multiple of 8 from 8 to 1024.
pub fn max_encoded_len(shape_zyx: [usize; 3]) -> Result<usize> {
    Ok(Layout::new(shape_zyx)?.max_encoded_len())
}

/// A block shape that was checked, in sub-blocks.
#[derive(Debug, Clone, Copy)]
struct Layout {
    /// Sub-blocks per axis.
    grid_zyx: [usize; 3],
}

impl Layout {
    fn new(shape_zyx: [usize; 3]) -> Result<Self> {
        let legal = |side: usize| side.is_multiple_of(SIDE) && (SIDE..=MAX_SIDE).contains(&side);
        if !shape_zyx.into_iter().all(legal) {
            return Err(Error::BlockShape { shape_zyx });
        }
        Ok(Self { grid_zyx: shape_zyx.map(|side| side / SIDE) })
    }

    /// A layout for voxels in a slice of this length.
    fn for_slice(shape_zyx: [usize; 3], len: usize) -> Result<Self> {
        let layout = Self::new(shape_zyx)?;
        let want = layout.voxels();
        if len == want { Ok(layout) } else { Err(Error::SliceLength { shape_zyx, want, got: len }) }
    }

    fn sub_blocks(self) -> usize {
        self.grid_zyx.iter().product()
    }

    fn voxels(self) -> usize {
        self.sub_blocks() * SUB_BLOCK
    }

    fn max_encoded_len(self) -> usize {
        let voxels = self.voxels();
        HEADER + 12 * voxels + 2 * self.sub_blocks() + 9 * voxels / 8
    }

    /// Sub-blocks per axis as the header states them; the one place that reverses.
    fn grid_xyz(self) -> [u32; 3] {
        let [z, y, x] = self.grid_zyx.map(|n| n as u32);
        [x, y, z]
    }

    /// Where the rows of 8 voxels of a sub-block start in the slice of the block's voxels, in the order of its values.
    fn rows(self, sub_block: usize) -> impl Iterator<Item = usize> {
        let [_, gy, gx] = self.grid_zyx;
        let (sx, sy, sz) = (sub_block % gx, sub_block / gx % gy, sub_block / (gx * gy));
        let (row, slice) = (gx * SIDE, gy * SIDE * gx * SIDE);
        let first = sz * SIDE * slice + sy * SIDE * row + sx * SIDE;
        (0..SIDE).flat_map(move |z| (0..SIDE).map(move |y| first + z * slice + y * row))
    }
}

/// Bits per value in a sub-block of this many labels: `ceil(log2 labels)`, 0 for none and one.
fn bits_for(labels: usize) -> usize {
    labels.max(1).next_power_of_two().trailing_zeros() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_ceiling_of_the_logarithm() {
        let cases = [(0, 0), (1, 0), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (256, 8), (257, 9), (512, 9)];
        for (labels, bits) in cases {
            assert_eq!(bits_for(labels), bits, "{labels} labels");
        }
    }

    #[test]
    fn the_bound_is_that_of_one_label_per_voxel() {
        assert_eq!(max_encoded_len([64, 64, 64]), Ok(3_441_680));
        assert_eq!(max_encoded_len([16, 16, 16]), Ok(53_792));
    }

    #[test]
    fn shapes_that_no_block_has_are_refused() {
        for shape_zyx in [[0, 8, 8], [8, 8, 12], [8, 1032, 8], [usize::MAX, 8, 8]] {
            assert_eq!(max_encoded_len(shape_zyx), Err(Error::BlockShape { shape_zyx }));
        }
    }

    #[test]
    fn rows_of_all_sub_blocks_cover_each_voxel_once() {
        let layout = Layout::new([16, 24, 32]).unwrap();
        let mut seen = vec![0; layout.voxels()];
        for row in (0..layout.sub_blocks()).flat_map(|sub_block| layout.rows(sub_block)) {
            seen[row..row + SIDE].iter_mut().for_each(|n| *n += 1);
        }
        assert!(seen.into_iter().all(|n| n == 1));
    }
}
