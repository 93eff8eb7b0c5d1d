//! One block: what it reads and what it writes.

use crate::{Coordinate, Grid, Length, Result, Roi, VoxelBox};

/// One of [`Blocks`](crate::Blocks), in voxels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockBoxes {
    /// The place of the block on the lattice.
    pub index: Coordinate,
    /// What the block is to write.
    pub write: VoxelBox,
    /// What the block needs for that: `write` grown by the halo. It goes beyond the region, and at the border of a
    /// volume beyond the volume: read it with a fill value, or read [`clipped_to`](Self::clipped_to) the volume.
    pub read: VoxelBox,
}

impl BlockBoxes {
    /// The block with its read box cut to `bounds`, such as the box of the volume that it reads from.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch).
    pub fn clipped_to(&self, bounds: &VoxelBox) -> Result<Self> {
        Ok(Self { read: self.read.intersect(bounds)?, ..*self })
    }

    /// The block in world units.
    ///
    /// # Errors
    /// As [`Grid::to_world`].
    pub fn to_world(&self, grid: &Grid) -> Result<BlockRois> {
        Ok(BlockRois { index: self.index, write: grid.to_world(&self.write)?, read: grid.to_world(&self.read)? })
    }
}

/// One of [`Blocks`](crate::Blocks), in the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockRois {
    /// The place of the block on the lattice.
    pub index: Coordinate,
    /// What the block is to write.
    pub write: Roi<Length>,
    /// What the block needs for that: `write` grown by the halo.
    pub read: Roi<Length>,
}
