//! Where in an array something is wrong.

use std::fmt;

use coord_roi::{Coordinate, Length, VoxelBox};

use crate::{ArrayMeta, Result};

/// A voxel of an array, for messages.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Place {
    /// Name of the array.
    pub array: String,
    /// Index of the voxel on the array's grid.
    pub voxel: Coordinate,
    /// Lower corner of the voxel in the world.
    pub corner: Coordinate<Length>,
}

impl Place {
    /// The voxel at an index, over all axes, of a block that covers `voxels`.
    pub(super) fn new(meta: &ArrayMeta, voxels: &VoxelBox, index: &[usize]) -> Result<Box<Self>> {
        let physical = meta.axes().split(index).0;
        let index = Coordinate::try_from_iter(physical.into_iter().map(|index| index as i64))?;
        let voxel = voxels.begin().checked_add(&index)?;
        Ok(Box::new(Self { array: meta.name().to_owned(), voxel, corner: meta.grid().corner(&voxel)? }))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "voxel {} of array '{}', at {} nm", self.voxel, self.array, self.corner)
    }
}
