//! One array behind an instance: regions of any level, with zeros where there is nothing.

use array_core::ndarray::{ArrayD, IxDyn};
use array_core::{Array, ArrayMeta, ArrayRef, Element, Length, ReadContext, VoxelBox};

use super::options::VoxelUnit;
use super::refusal::Result;
use super::region::reversed;
use crate::{Error, Result as SetupResult};

/// An instance's name, its levels (0 is the array itself), and how it is cut into blocks.
#[derive(Debug)]
pub(super) struct Volume {
    pub(super) name: String,
    levels: Vec<ArrayRef>,
    pub(super) block_zyx: [i64; 3],
    pub(super) unit: VoxelUnit,
}

impl Volume {
    /// `levels` is not empty and its grids have been checked by [`check`].
    pub(super) fn new(name: &str, levels: Vec<ArrayRef>, block_zyx: [u32; 3], unit: VoxelUnit) -> Self {
        Self { name: name.to_owned(), levels, block_zyx: block_zyx.map(i64::from), unit }
    }

    /// The coarsest level.
    pub(super) fn max_level(&self) -> usize {
        self.levels.len() - 1
    }

    fn meta(&self) -> &ArrayMeta {
        self.levels[0].meta()
    }

    /// First and last voxel of level 0, x, y, z; `None` if there is none.
    pub(super) fn extents_xyz(&self) -> Option<[[i64; 3]; 2]> {
        let voxels = self.meta().voxel_box();
        if voxels.is_empty() {
            return None;
        }
        let first = std::array::from_fn(|axis| voxels.range(axis).start);
        let last = std::array::from_fn(|axis| voxels.range(axis).end - 1);
        Some([reversed(first), reversed(last)])
    }

    /// Voxel size of level 0 in nanometres, x, y, z.
    pub(super) fn voxel_size_xyz(&self) -> [Length; 3] {
        let size = self.meta().voxel_size();
        reversed(std::array::from_fn(|axis| size[axis]))
    }

    /// All voxels of a box at a level, x fastest. Outside of the level's own box, and at levels that do not exist, they are 0.
    pub(super) fn read<T: Element>(&self, level: usize, voxels: &VoxelBox) -> Result<Vec<T>> {
        let mut all = ArrayD::from_elem(IxDyn(&voxels.shape_usize()?), T::default());
        let inside = match self.levels.get(level) {
            Some(array) => array.meta().voxel_box().intersect(voxels)?,
            None => return Ok(all.into_raw_vec_and_offset().0),
        };
        if !inside.is_empty() {
            let offset = inside.begin().checked_sub(&voxels.begin())?;
            let shape = inside.shape_usize()?;
            let ranges: Vec<_> =
                (0..3).map(|axis| offset[axis] as usize..offset[axis] as usize + shape[axis]).collect();
            let mut out = T::wrap_mut(all.view_mut());
            self.levels[level].read_voxels(&inside, out.slice(&ranges)?, &ReadContext::default())?;
        }
        Ok(all.into_raw_vec_and_offset().0)
    }

    /// The voxels of a block, x fastest, or `None` if it holds only zeros: such a block counts as never written.
    pub(super) fn block<T: Element>(&self, level: usize, block_zyx: [i64; 3]) -> Result<Option<Vec<T>>> {
        let begin: [i64; 3] = std::array::from_fn(|axis| block_zyx[axis].saturating_mul(self.block_zyx[axis]));
        let voxels = self.read::<T>(level, &VoxelBox::new(begin, self.block_zyx)?)?;
        Ok(voxels.iter().any(|voxel| *voxel != T::default()).then_some(voxels))
    }

    /// The blocks of a box that may hold something, x fastest.
    pub(super) fn blocks_in(&self, level: usize, voxels: &VoxelBox) -> Result<Vec<[i64; 3]>> {
        let Some(array) = self.levels.get(level) else { return Ok(Vec::new()) };
        let inside = array.meta().voxel_box().intersect(voxels)?;
        if inside.is_empty() {
            return Ok(Vec::new());
        }
        let [z, y, x]: [_; 3] = std::array::from_fn(|axis| {
            let (range, side) = (inside.range(axis), self.block_zyx[axis]);
            range.start.div_euclid(side)..(range.end - 1).div_euclid(side) + 1
        });
        Ok(z.flat_map(|z| {
            let x = x.clone();
            y.clone().flat_map(move |y| x.clone().map(move |x| [z, y, x]))
        })
        .collect())
    }
}

/// Refuses an array that the protocol cannot describe.
pub(super) fn check<T: Element>(array: &ArrayRef) -> SetupResult<()> {
    let meta = array.meta();
    let name = meta.name().to_owned();
    if meta.dtype() != T::DTYPE {
        return Err(Error::ElementType { array: name, expected: T::DTYPE, found: meta.dtype() });
    }
    if meta.dims() != 3 || meta.rank() != 3 {
        return Err(Error::NotAVolume { array: name, axes: meta.axes().names() });
    }
    for axis in 0..3 {
        let origin = meta.grid().origin()[axis];
        let axis_name = || meta.axes().physical_name(axis);
        if origin != Length::ZERO {
            return Err(Error::GridOrigin { array: name, axis: axis_name(), origin, step: meta.voxel_size()[axis] });
        }
        let range = meta.voxel_box().range(axis);
        if i32::try_from(range.start).is_err() || i32::try_from(range.end).is_err() {
            return Err(Error::TooFar { array: name, axis: axis_name(), begin: range.start, end: range.end });
        }
    }
    Ok(())
}
