//! The core trait: small, dyn-safe, in voxel space; it fills what it is given.

use std::fmt::Debug;
use std::sync::Arc;

use coord_roi::VoxelBox;

use crate::block::block_bytes;
use crate::{ArrayMeta, Block, BlockMut, BlockRef, ReadContext, ReadPlan, Result};

/// A volume with its place in the world, read lazily. Implement these; call the methods of [`ArrayExt`](crate::ArrayExt).
pub trait Array: Debug + Send + Sync {
    /// Everything known without reading a voxel.
    fn meta(&self) -> &ArrayMeta;

    /// Fills `out` with the voxels of a box.
    ///
    /// The caller (normally [`ArrayExt`](crate::ArrayExt), which checks once for all) guarantees: `voxels` are grid indices
    /// of the physical axes, not empty, inside [`ArrayMeta::voxel_box`]; `out` has the array's dtype and
    /// [`ArrayMeta::block_shape`] of `voxels`, with any strides. An implementation returns an error when that does not
    /// hold, never other voxels.
    ///
    /// After an error the content of `out` is unspecified.
    ///
    /// # Errors
    /// [`Error::Cancelled`](crate::Error::Cancelled), [`Error::DeadlineExceeded`](crate::Error::DeadlineExceeded), and
    /// whatever the source has to say, inside [`Error::Source`](crate::Error::Source).
    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()>;

    /// The writing side; `None` also where writing is known to be refused.
    fn writer(&self) -> Option<&dyn ArrayWrite> {
        None
    }

    /// Coarser versions of this array that the source itself holds, finest first, without this one.
    fn scales(&self) -> &[ArrayRef] {
        &[]
    }

    /// All voxels of this array as they stand now, if they lie in memory as it defines them: the type and the shape are those of
    /// its metadata. A view that computes on them spares itself a copy; later writes do not show in them.
    fn held(&self) -> Option<Arc<Block>> {
        None
    }

    /// What reading these voxels (as in [`read_voxels`](Self::read_voxels)) will cost; reads nothing. Views ask their source.
    ///
    /// # Errors
    /// Geometry errors, when the box cannot be related to the source.
    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        let meta = self.meta();
        Ok(ReadPlan::in_memory(block_bytes(meta.dtype(), &meta.block_shape(voxels)?)? as u64))
    }
}

/// A shared array of unknown type: what views and configurations hold.
pub type ArrayRef = Arc<dyn Array>;

/// The writing side of an array.
pub trait ArrayWrite: Send + Sync {
    /// Stores the voxels of a box. The guarantees are those of [`Array::read_voxels`].
    ///
    /// # Errors
    /// As [`Array::read_voxels`].
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()>;
}

#[deny(clippy::missing_trait_methods, reason = "a wrapper that forgets a method hides what the wrapped array can do")]
impl<T: Array + ?Sized> Array for Arc<T> {
    fn meta(&self) -> &ArrayMeta {
        (**self).meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        (**self).read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        (**self).writer()
    }

    fn scales(&self) -> &[ArrayRef] {
        (**self).scales()
    }

    fn held(&self) -> Option<Arc<Block>> {
        (**self).held()
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        (**self).plan(voxels)
    }
}
