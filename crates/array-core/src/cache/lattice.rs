//! The blocks that a cached array is read in: which ones a box touches, and which of them are read together.

use coord_roi::{Coordinate, VoxelBox};

use crate::Result;

/// Blocks of equal edges, aligned to grid index 0 and clipped to the array.
///
/// Block `k` of an axis covers the voxels `[k · edge, (k + 1) · edge)` that the array has. Boxes *of blocks* are `VoxelBox`es
/// too, counted in blocks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Lattice {
    edges: Coordinate,
    array: VoxelBox,
}

impl Lattice {
    pub(super) fn new(edges: Coordinate, array: VoxelBox) -> Self {
        Self { edges, array }
    }

    /// The blocks that hold these voxels.
    pub(super) fn blocks(&self, voxels: &VoxelBox) -> Result<VoxelBox> {
        Ok(VoxelBox::from_bounds(voxels.begin().div_floor(&self.edges)?, voxels.end().div_ceil(&self.edges)?)?)
    }

    /// The voxels of a box of blocks.
    pub(super) fn voxels(&self, blocks: &VoxelBox) -> Result<VoxelBox> {
        let (low, high) = (self.array.begin(), self.array.end());
        // What saturates lies outside of every array, and is clipped to this one.
        let clipped = |corner: Coordinate| {
            let limits =
                |axis: usize, block: i64, edge: i64| Ok(block.saturating_mul(edge).clamp(low[axis], high[axis]));
            corner.zip_with(&self.edges, limits)
        };
        let (begin, end) = (clipped(blocks.begin())?, clipped(blocks.end())?);
        Ok(VoxelBox::from_bounds(begin, end)?)
    }

    /// The voxels of one block.
    pub(super) fn voxels_of(&self, block: &Coordinate) -> Result<VoxelBox> {
        self.voxels(&single(block)?)
    }
}

fn single(block: &Coordinate) -> Result<VoxelBox> {
    Ok(VoxelBox::new(*block, Coordinate::filled(block.dims(), 1)?)?)
}

fn split(whole: &VoxelBox, axis: usize, at: i64) -> Result<(VoxelBox, VoxelBox)> {
    let with = |corner: Coordinate| corner.try_map(|dim, entry| Ok(if dim == axis { at } else { entry }));
    let low = VoxelBox::from_bounds(whole.begin(), with(whole.end())?)?;
    Ok((low, VoxelBox::from_bounds(with(whole.begin())?, whole.end())?))
}

/// Boxes that hold exactly the `missing` ones of the blocks of a box: all of it where all is missing, else halves of it.
pub(super) fn together(blocks: &VoxelBox, missing: &[Coordinate]) -> Result<Vec<VoxelBox>> {
    if missing.is_empty() {
        return Ok(Vec::new());
    }
    if missing.len() as u64 == blocks.voxels()? {
        return Ok(vec![*blocks]);
    }
    let shape = blocks.shape();
    let longest = (0..shape.dims()).max_by_key(|axis| shape[*axis]).unwrap_or(0);
    let (low, high) = split(blocks, longest, blocks.begin()[longest] + shape[longest] / 2)?;
    let (in_low, in_high): (Vec<_>, Vec<_>) = missing.iter().partition(|block| low.contains_point(block));
    let mut boxes = together(&low, &in_low)?;
    boxes.extend(together(&high, &in_high)?);
    Ok(boxes)
}

/// The blocks of a box, in row-major order.
pub(super) fn each(blocks: &VoxelBox) -> Result<Vec<Coordinate>> {
    let shape = blocks.shape_usize()?;
    let begin = blocks.begin();
    let block = |index: ndarray::IxDyn| {
        let index = ndarray::Dimension::slice(&index);
        begin.try_map(|axis, first| Ok(first + index[axis] as i64))
    };
    Ok(ndarray::indices(shape).into_iter().map(block).collect::<coord_roi::Result<_>>()?)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn area() -> impl Strategy<Value = VoxelBox> {
        proptest::collection::vec((-9_i64..9, 1_i64..7), 0..4).prop_map(|axes| {
            let (begin, shape): (Vec<i64>, Vec<i64>) = axes.into_iter().unzip();
            VoxelBox::new(Coordinate::try_from(&begin[..]).unwrap(), Coordinate::try_from(&shape[..]).unwrap()).unwrap()
        })
    }

    fn all(boxes: &[VoxelBox]) -> Vec<Vec<i64>> {
        let mut all: Vec<_> = boxes.iter().flat_map(|part| each(part).unwrap()).map(|block| block.to_vec()).collect();
        all.sort();
        all
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn what_is_read_together_is_what_is_missing(blocks in area(), seed in any::<u64>()) {
            let missing: Vec<Coordinate> = each(&blocks).unwrap().into_iter().enumerate()
                .filter(|(position, _)| seed >> (position % 64) & 1 == 1).map(|(_, block)| block).collect();
            let boxes = together(&blocks, &missing).unwrap();
            let expected: BTreeSet<Vec<i64>> = missing.iter().map(|block| block.to_vec()).collect();
            prop_assert_eq!(all(&boxes), expected.into_iter().collect::<Vec<_>>());
        }

        #[test]
        fn blocks_cover_the_array_once(array in area(), edge in 1_i64..5) {
            let lattice = Lattice::new(Coordinate::filled(array.dims(), edge).unwrap(), array);
            let blocks: Vec<_> = each(&lattice.blocks(&array).unwrap()).unwrap().iter()
                .map(|block| lattice.voxels_of(block).unwrap()).collect();
            prop_assert_eq!(all(&blocks), all(&[array]));
        }
    }

    #[test]
    fn blocks_at_the_limits_of_64_bits_are_clipped_rightly() {
        for begin in [i64::MIN, i64::MAX - 10] {
            let array = VoxelBox::new([begin], [10]).unwrap();
            let lattice = Lattice::new([7].into(), array);
            assert_eq!(lattice.voxels(&lattice.blocks(&array).unwrap()).unwrap(), array);
        }
    }
}
