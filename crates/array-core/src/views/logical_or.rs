//! The largest value of all channels.

use std::cmp::Ordering;

use coord_roi::VoxelBox;

use super::aligned::Aligned;
use super::check_request;
use super::rows::zip_rows;
use crate::{Array, ArrayMeta, ArrayRef, BlockMut, BlockRef, ReadContext, ReadPlan, Result, with_dtype};

/// The largest value of all channels of one or several arrays, in the region that all of them have; of masks that is their
/// union. The channel axis goes away.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, LogicalOr, MemoryArray, ndarray::arr1};
///
/// let a = Arc::new(MemoryArray::new("a", arr1(&[true, false, false]).into_dyn(), [8], [0])?);
/// let b = Arc::new(MemoryArray::new("b", arr1(&[false, false, true]).into_dyn(), [8], [0])?);
/// let both = LogicalOr::new("both", vec![a, b])?;
/// assert_eq!(both.read::<bool>(both.roi())?, arr1(&[true, false, true]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Among floats, NaN in one channel is NaN in the result. Attributes are those that all arrays have. Not writable, and without
/// coarser scales. Memory: the result, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of a source.
#[derive(Debug)]
pub struct LogicalOr {
    meta: ArrayMeta,
    sources: Aligned,
}

impl LogicalOr {
    /// An array called `name` of all channels of these arrays.
    ///
    /// # Errors
    /// [`Error::SourcesDiffer`](crate::Error::SourcesDiffer) unless they have the same voxel size, grid lines, axes (channels
    /// apart), element type and kind; [`Error::NothingLeft`](crate::Error::NothingLeft) without a common voxel;
    /// [`Error::BadParameter`](crate::Error::BadParameter) without a channel.
    pub fn new(name: impl Into<String>, sources: Vec<ArrayRef>) -> Result<Self> {
        let sources = Aligned::new("logical_or", sources)?;
        let dtype = sources.same_dtype()?;
        sources.same_kind()?;
        Ok(Self { meta: sources.flat_meta(name.into(), "logical_or", dtype)?, sources })
    }
}

impl Array for LogicalOr {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        for piece in self.sources.pieces(voxels, 0) {
            let piece = piece?;
            let mut out = out.slice(&self.meta.block_ranges(&piece, voxels)?)?;
            let mut first = true;
            for member in &self.sources.members {
                member.each_channel(&piece, cx, |channel| {
                    if std::mem::take(&mut first) { out.assign(&channel) } else { raise(out.reborrow(), channel) }
                })?;
            }
        }
        Ok(())
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.sources.plan_pieces(&self.meta, voxels, 0)
    }
}

/// Each voxel becomes the larger of the two.
fn raise(out: BlockMut<'_>, other: BlockRef<'_>) -> Result<()> {
    with_dtype!(out.dtype(), T => {
        zip_rows(out.into_view::<T>()?, other.into_view::<T>()?, |out, value| {
            let nan = value.partial_cmp(&value).is_none();
            if nan || value.partial_cmp(out) == Some(Ordering::Greater) {
                *out = value;
            }
            true
        });
        Ok(())
    })
}
