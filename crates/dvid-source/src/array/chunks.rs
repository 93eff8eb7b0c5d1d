//! Which boxes to ask for.

use array_core::{Result, VoxelBox};
use ndarray::{ArrayViewMut4, Axis};

/// How much longer a request may be along x than along the other axes: the server keeps rows of blocks together.
const LONG_IN_X: i64 = 4;

/// A partition of a box into requests: cut at borders of blocks only, and no larger than the limit unless a block is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chunks {
    voxels: VoxelBox,
    block: [i64; 3],
    /// Where the box is cut, its begin and end included.
    cuts: [Vec<i64>; 3],
}

impl Chunks {
    /// Chunks of a box that has voxels and three axes.
    pub(super) fn new(voxels: &VoxelBox, block: [i64; 3], max_voxels: i64) -> Self {
        let mut this = Self { voxels: *voxels, block, cuts: Default::default() };
        let chunk = this.chunk_shape(max_voxels);
        this.cuts = [0, 1, 2].map(|axis| {
            let (begin, end) = (voxels.begin()[axis], voxels.end()[axis]);
            let first = begin.div_euclid(block[axis]) * block[axis];
            let inner = (1..).map(|n| first + n * chunk[axis]).take_while(|cut| *cut < end);
            [begin].into_iter().chain(inner).chain([end]).collect()
        });
        this
    }

    /// Number of chunks.
    pub(super) fn len(&self) -> usize {
        self.cuts.iter().map(|cuts| cuts.len() - 1).product()
    }

    /// Voxels of the smallest box of whole blocks that covers the box.
    pub(super) fn covered_voxels(&self) -> u64 {
        (0..3).map(|axis| self.covered(axis) as u64).fold(1, u64::saturating_mul)
    }

    /// The most voxels of a chunk when it is widened to whole blocks.
    pub(super) fn largest(&self) -> u64 {
        let longest = |axis: usize| {
            let extents = self.cuts[axis].windows(2).map(|pair| (pair[1] - pair[0]) as u64);
            extents.max().unwrap_or(0).next_multiple_of(self.block[axis] as u64)
        };
        (0..3).map(longest).fold(1, u64::saturating_mul)
    }

    /// The chunks, each with its part of the output c, z, y, x.
    pub(super) fn split<'a, T>(&self, out: ArrayViewMut4<'a, T>) -> Result<Vec<(VoxelBox, ArrayViewMut4<'a, T>)>> {
        let mut parts = vec![([0; 3], [0; 3], out)];
        for axis in 0..3 {
            let mut split = Vec::with_capacity(parts.len() * self.cuts[axis].len());
            for (mut begin, mut end, mut view) in parts {
                for pair in self.cuts[axis].windows(2) {
                    let (front, back) = view.split_at(Axis(axis + 1), (pair[1] - pair[0]) as usize);
                    (begin[axis], end[axis]) = (pair[0], pair[1]);
                    split.push((begin, end, front));
                    view = back;
                }
            }
            parts = split;
        }
        parts.into_iter().map(|(begin, end, view)| Ok((VoxelBox::from_bounds(begin, end)?, view))).collect()
    }

    /// Voxels of the covering blocks along an axis.
    fn covered(&self, axis: usize) -> i64 {
        let (begin, end, block) = (self.voxels.begin()[axis], self.voxels.end()[axis], self.block[axis]);
        (end + block - 1).div_euclid(block) * block - begin.div_euclid(block) * block
    }

    /// Whole blocks, doubled along the axis that is shortest, as long as the box goes on and the limit allows.
    fn chunk_shape(&self, max_voxels: i64) -> [i64; 3] {
        let mut chunk = self.block;
        loop {
            let doubled = |axis: usize| {
                let mut longer = chunk;
                longer[axis] = (2 * chunk[axis]).min(self.covered(axis));
                longer
            };
            let allowed = |axis: &usize| {
                chunk[*axis] < self.covered(*axis)
                    && doubled(*axis).iter().fold(1_i64, |n, side| n.saturating_mul(*side)) <= max_voxels
            };
            let length = |axis: &usize| if *axis == 2 { chunk[2] / LONG_IN_X } else { chunk[*axis] };
            match [2, 1, 0].into_iter().filter(allowed).min_by_key(length) {
                Some(axis) => chunk = doubled(axis),
                None => return chunk,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::Array4;
    use proptest::prelude::*;

    fn chunks(begin: [i64; 3], shape: [i64; 3], block: [i64; 3], max: i64) -> Chunks {
        Chunks::new(&VoxelBox::new(begin, shape).unwrap(), block, max)
    }

    #[test]
    fn requests_are_long_in_x() {
        let shape = |block| chunks([0; 3], [4096; 3], block, 128 * 128 * 128).chunk_shape(128 * 128 * 128);
        assert_eq!(shape([64, 64, 64]), [64, 64, 512]);
        assert_eq!(shape([32, 32, 32]), [64, 64, 512]);
        assert_eq!(shape([256, 256, 256]), [256, 256, 256], "a block is never cut");
        assert_eq!(chunks([0; 3], [64, 64, 100], [64; 3], 128 * 128 * 128).len(), 1);
    }

    proptest! {
        #[test]
        fn chunks_are_a_partition_at_block_borders(
            begin in [-70..70_i64, -70..70, -70..70],
            shape in [1..60_i64, 1..60, 1..60],
            block in [1..20_i64, 1..20, 1..20],
            max in 1..20_000_i64,
        ) {
            let chunks = chunks(begin, shape, block, max);
            let mut out = { let [z, y, x] = shape.map(|n| n as usize); Array4::<u8>::zeros((1, z, y, x)) };
            let parts = chunks.split(out.view_mut()).unwrap();
            prop_assert_eq!(parts.len(), chunks.len());
            for (voxels, mut view) in parts {
                prop_assert_eq!(&voxels.shape_usize().unwrap(), &view.shape()[1..]);
                view.map_inplace(|n| *n += 1);
                let mut blocks = 1;
                let mut covered = 1;
                for (axis, range) in voxels.ranges().enumerate() {
                    let (whole, side) = (begin[axis]..begin[axis] + shape[axis], block[axis]);
                    prop_assert!(range.start == whole.start || range.start.rem_euclid(side) == 0);
                    prop_assert!(range.end == whole.end || range.end.rem_euclid(side) == 0);
                    let n = (range.end - 1).div_euclid(side) - range.start.div_euclid(side) + 1;
                    (blocks, covered) = (blocks * n, covered * n * side);
                }
                prop_assert!(blocks == 1 || covered <= max, "{covered} voxels");
                prop_assert!(covered as u64 <= chunks.covered_voxels());
                prop_assert!(voxels.voxels().unwrap() <= chunks.largest());
            }
            prop_assert!(out.iter().all(|n| *n == 1));
        }
    }
}
