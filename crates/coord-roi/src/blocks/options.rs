//! How a region is divided.

use crate::Coordinate;

/// Which blocks count at the border of the region, and whether they are cut there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Fit {
    /// Only blocks that lie inside the region, whole. What is left at the border is not written.
    ///
    /// This is daisy's `valid`, which asks for read boxes inside the total region: its total region is ours grown by
    /// the halo, and the two questions are the same.
    Valid,
    /// All blocks that touch the region, whole: they write outside of it, too.
    Overhang,
    /// All blocks that touch the region, cut to it: together they write exactly the region. The halo is around what is
    /// left of the block.
    #[default]
    Shrink,
}

/// The order in which blocks are numbered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum BlockOrder {
    /// The last axis fastest.
    #[default]
    RowMajor,
    /// Along the Z-order curve: by the interleaved bits of the block indices, the last axis in the lowest bit. Blocks
    /// of near numbers are near each other, so runs of blocks are compact and their halos are read from a warm cache.
    ///
    /// The order is that of the lattice, negative indices before the others: of two blocks the same one comes first in
    /// every region that has both.
    Morton,
}

/// How [`Blocks`](crate::Blocks) divides a region. The default: no halo, block 0 begins at voxel 0, the blocks are cut
/// to the region and come in row-major order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(
    feature = "serde",
    derive(serde::Serialize, serde::Deserialize),
    serde(default, deny_unknown_fields, rename_all = "snake_case")
)]
pub struct BlockOptions {
    /// What a block reads below of what it writes, in voxels; none for nothing. At least 0.
    pub halo_low: Option<Coordinate>,
    /// What a block reads above of what it writes, in voxels; none for nothing. At least 0.
    pub halo_high: Option<Coordinate>,
    /// The first voxel of block 0; none for voxel 0.
    pub anchor: Option<Coordinate>,
    /// Which blocks count at the border.
    pub fit: Fit,
    /// The order of the blocks.
    pub order: BlockOrder,
}

impl BlockOptions {
    /// Sets the halo (context) below and above a block, in voxels.
    pub fn with_halo(mut self, low: impl Into<Coordinate>, high: impl Into<Coordinate>) -> Self {
        (self.halo_low, self.halo_high) = (Some(low.into()), Some(high.into()));
        self
    }

    /// Sets the first voxel of block 0. The first voxel of a volume makes the blocks start there.
    pub fn with_anchor(mut self, anchor: impl Into<Coordinate>) -> Self {
        self.anchor = Some(anchor.into());
        self
    }

    /// Sets which blocks count at the border.
    pub fn with_fit(mut self, fit: Fit) -> Self {
        self.fit = fit;
        self
    }

    /// Sets the order of the blocks.
    pub fn with_order(mut self, order: BlockOrder) -> Self {
        self.order = order;
        self
    }
}
