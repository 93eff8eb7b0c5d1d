//! How a region is read when it does not fit the array as it is.

use coord_roi::{Length, Roi, Rounding};

use crate::{Block, Conversion, DType, FillValue, ReadContext};

/// What happens to voxels of a request that the array does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum Outside {
    /// The request is refused; nothing is transferred.
    #[default]
    Error,
    /// They carry this value; the rest is read.
    Fill(FillValue),
    /// The part that the array has is returned, with its region.
    Clip,
}

/// Policies of one read. The default is strict: inside the array and aligned to its grid.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReadOptions {
    /// What happens outside the array.
    pub outside: Outside,
    /// What happens to limits that are no voxel border: refused (`Exact`) or moved to one.
    pub alignment: Rounding,
    /// The element type of the result; the array's own where absent. A fill value is a value of this type.
    pub dtype: Option<DType>,
    /// What happens to voxels that this type cannot hold.
    pub conversion: Conversion,
    /// Cancellation and deadline.
    pub context: ReadContext,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            outside: Outside::Error,
            alignment: Rounding::Exact,
            dtype: None,
            conversion: Conversion::Exact,
            context: ReadContext::default(),
        }
    }
}

impl ReadOptions {
    /// Sets what happens outside the array.
    pub fn with_outside(mut self, outside: Outside) -> Self {
        self.outside = outside;
        self
    }

    /// Sets what happens to unaligned limits.
    pub fn with_alignment(mut self, alignment: Rounding) -> Self {
        self.alignment = alignment;
        self
    }

    /// Sets the element type of the result, and the rule by which voxels become it.
    pub fn with_dtype(mut self, dtype: DType, conversion: Conversion) -> Self {
        (self.dtype, self.conversion) = (Some(dtype), conversion);
        self
    }

    /// Sets cancellation and deadline.
    pub fn with_context(mut self, context: ReadContext) -> Self {
        self.context = context;
        self
    }
}

/// What a read returned: the voxels, and the region that they cover.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ReadBlock {
    /// The voxels, in C order, over all axes.
    pub block: Block,
    /// The effective region: the request after alignment and clipping.
    pub roi: Roi<Length>,
}

impl ReadBlock {
    /// A result that covers `roi`.
    pub fn new(block: Block, roi: Roi<Length>) -> Self {
        Self { block, roi }
    }
}
