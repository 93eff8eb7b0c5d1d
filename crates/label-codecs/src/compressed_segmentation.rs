//! The `compressed_segmentation` encoding of Neuroglancer, which DVID sends as `compression=google`.
//!
//! A volume of `u32` or `u64` labels is divided into blocks of any shape, 8×8×8 as a rule; blocks at the upper edges
//! may reach beyond the volume. The unit is the little-endian 32-bit word. First come the channels' offsets, one word
//! each, from the start of the data. All other offsets count from the start of their channel, which has these parts:
//!
//! | part | words | meaning |
//! |---|---|---|
//! | headers | 2 per block | low 24 bits of the first: offset of the block's table; high 8: bits per value, 0, 1, 2, 4, 8, 16 or 32; the second: offset of its values |
//! | values | `ceil(V·bits/32)` per block of `V` voxels | voxel `i` has the bits from `i·bits` on, least significant bit first |
//! | table | 1 or 2 per label | the labels that the values stand for, the low word of 64 bits first |
//!
//! Blocks, and the voxels in them, are ordered x fastest, then y, then z. Voxels are counted in the *whole* block, also
//! at an edge that cuts it; values beyond the edge mean nothing. A block of one label has 0 bits and no values. Values
//! and tables stand in any order behind the headers, with or without gaps, and blocks may share a table.
//!
//! Shapes are `[channel, z, y, x]` and `[z, y, x]`, labels in C order: channel after channel, x fastest. The format does
//! not say its own shape, block shape or type: who decodes has to know them, and other ones give other labels.
//!
//! The layout is that of Neuroglancer (`src/sliceview/compressed_segmentation/README.md` there), whose text says nothing
//! about channels; their offsets are as its reader and that of `TensorStore` expect them. Writers may lay out
//! the same voxels differently, so compare decoded voxels and never bytes.

mod decode;
mod encode;
mod few;
mod label;
mod packed;

pub use decode::{decode, decode_into};
pub use encode::encode;
pub use label::Label;

use crate::{Error, Result};

/// Bits of a word.
const WORD_BITS: usize = 32;
/// Bytes of a word.
const WORD_BYTES: usize = 4;
/// Words of the header of a block.
const HEADER: usize = 2;
/// Bits of a table's offset, beside which the bits per value have their place.
const TABLE_OFFSET_BITS: u32 = 24;

/// A volume shape and a block shape that were checked.
#[derive(Debug, Clone, Copy)]
struct Layout {
    channels: usize,
    volume_zyx: [usize; 3],
    block_zyx: [usize; 3],
    /// Blocks per axis, those that an edge cuts included.
    grid_zyx: [usize; 3],
}

/// Voxels of a block that follow each other along x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// Where they start in the slice of the channel's voxels.
    start: usize,
    /// How many there are.
    len: usize,
    /// Place of the first of them in the block.
    first: usize,
}

impl Row {
    /// Its voxels, among those of the channel.
    fn of<T>(self, channel: &[T]) -> &[T] {
        &channel[self.start..self.start + self.len]
    }

    /// The same, to be written.
    fn of_mut<T>(self, channel: &mut [T]) -> &mut [T] {
        &mut channel[self.start..self.start + self.len]
    }
}

impl Layout {
    fn new<T: Label>(shape_czyx: [usize; 4], block_zyx: [usize; 3]) -> Result<Self> {
        // No sum or product of what follows overflows once these two fit.
        let voxels = product(&shape_czyx).and_then(|voxels| voxels.checked_mul(size_of::<T>()));
        if voxels.is_none_or(|bytes| bytes > isize::MAX as usize) {
            return Err(Error::VolumeShape { shape_czyx });
        }
        if product(&block_zyx).is_none_or(|voxels| u32::try_from(voxels).is_err()) {
            return Err(Error::VolumeBlockShape { block_zyx });
        }
        let [channels, z, y, x] = shape_czyx;
        let volume_zyx = [z, y, x];
        let grid_zyx = std::array::from_fn(|axis| volume_zyx[axis].div_ceil(block_zyx[axis]));
        Ok(Self { channels, volume_zyx, block_zyx, grid_zyx })
    }

    /// A layout for voxels in a slice of this length.
    fn for_slice<T: Label>(shape_czyx: [usize; 4], block_zyx: [usize; 3], len: usize) -> Result<Self> {
        let layout = Self::new::<T>(shape_czyx, block_zyx)?;
        let want = layout.voxels();
        if len == want { Ok(layout) } else { Err(Error::VolumeLength { shape_czyx, want, got: len }) }
    }

    fn voxels(self) -> usize {
        self.channels * self.channel_voxels()
    }

    fn channel_voxels(self) -> usize {
        self.volume_zyx.iter().product()
    }

    /// Blocks of a channel.
    fn blocks(self) -> usize {
        self.grid_zyx.iter().product()
    }

    /// Words of the values of a block.
    fn value_words(self, bits: usize) -> usize {
        let voxels: usize = self.block_zyx.iter().product();
        WORD_BITS.checked_div(bits).map_or(0, |values_per_word| voxels.div_ceil(values_per_word))
    }

    /// The rows of a block that are inside the volume.
    fn rows(self, block: usize) -> impl Iterator<Item = Row> + Clone {
        let [_, gy, gx] = self.grid_zyx;
        let [_, by, bx] = self.block_zyx;
        let [_, vy, vx] = self.volume_zyx;
        let index = [block / (gx * gy), block / gx % gy, block % gx];
        let begin: [usize; 3] = std::array::from_fn(|axis| index[axis] * self.block_zyx[axis]);
        let [nz, ny, nx] = std::array::from_fn(|axis| self.block_zyx[axis].min(self.volume_zyx[axis] - begin[axis]));
        let [z0, y0, x0] = begin;
        (0..nz).flat_map(move |z| {
            (0..ny).map(move |y| Row { start: ((z0 + z) * vy + y0 + y) * vx + x0, len: nx, first: (z * by + y) * bx })
        })
    }
}

/// The product of sides that are all at least 1, if it fits.
fn product(sides: &[usize]) -> Option<usize> {
    sides.iter().try_fold(1_usize, |product, side| product.checked_mul(*side)).filter(|product| *product > 0)
}

/// Bits per value in a block of this many labels: the next of 0, 1, 2, 4, 8, 16 and 32 that can tell them apart.
fn bits_for(labels: usize) -> usize {
    match labels.max(1).next_power_of_two().trailing_zeros() {
        0 => 0,
        bits => bits.next_power_of_two() as usize,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_the_next_that_suffice() {
        let cases = [(1, 0), (2, 1), (3, 2), (4, 2), (5, 4), (16, 4), (17, 8), (256, 8), (257, 16), (65_536, 16)];
        for (labels, bits) in cases.into_iter().chain([(65_537, 32), (u32::MAX as usize, 32)]) {
            assert_eq!(bits_for(labels), bits, "{labels} labels");
        }
    }

    #[test]
    fn values_fill_whole_words() {
        let layout = Layout::new::<u64>([1, 1, 1, 1], [3, 3, 5]).unwrap();
        for (bits, words) in [(0, 0), (1, 2), (2, 3), (4, 6), (8, 12), (16, 23), (32, 45)] {
            assert_eq!(layout.value_words(bits), words, "{bits} bits");
        }
    }

    #[test]
    fn rows_of_all_blocks_cover_each_voxel_once() {
        let layout = Layout::new::<u32>([1, 7, 9, 10], [2, 4, 3]).unwrap();
        assert_eq!(layout.grid_zyx, [4, 3, 4]);
        let mut seen = vec![0; layout.channel_voxels()];
        for row in (0..layout.blocks()).flat_map(|block| layout.rows(block)) {
            seen[row.start..row.start + row.len].iter_mut().for_each(|n| *n += 1);
        }
        assert!(seen.into_iter().all(|n| n == 1));
        let last: Vec<Row> = layout.rows(layout.blocks() - 1).collect();
        assert_eq!(last, [Row { start: 6 * 90 + 8 * 10 + 9, len: 1, first: 0 }]);
    }
}
