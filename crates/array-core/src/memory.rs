//! An array whose voxels are in memory.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use coord_roi::VoxelBox;

use crate::{
    Array, ArrayMeta, ArrayWrite, Block, BlockMut, BlockRef, Error, IntoWorld, Kind, Provenance, ReadContext, Result,
    StatedAxes, Strictness,
};

/// A writable array in memory.
///
/// Views that compute on its voxels keep them as they were when the computation began: a write meanwhile goes to a copy of
/// the array, which then takes its place.
///
/// ```
/// use array_core::{ArrayExt, MemoryArray, Roi, ndarray::{Array3, ArrayD}};
///
/// let data = Array3::from_shape_fn((4, 6, 8), |(z, y, x)| (z + y + x) as u8).into_dyn();
/// let array = MemoryArray::new("ramp", data, [40, 8, 8], [0, 80, 160])?;
/// let part: ArrayD<u8> = array.read(Roi::new([40, 80, 160], [80, 16, 32])?)?;
/// assert_eq!(part.shape(), [2, 2, 4]);
/// assert_eq!(part[[0, 0, 0]], 1);
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct MemoryArray {
    meta: ArrayMeta,
    data: RwLock<Arc<Block>>,
}

impl MemoryArray {
    /// An array of these voxels. `voxel_size` and `offset` (the corner of the first voxel) have one entry per physical axis,
    /// in nanometres; these axes are the last of `z y x`, and before them may stand `c`, or `s` and `c`. For other axes state
    /// them to [`ArrayMeta::placed`] and use [`from_meta`](Self::from_meta).
    ///
    /// # Errors
    /// As [`ArrayMeta::placed`].
    pub fn new(
        name: impl Into<String>,
        data: impl Into<Block>,
        voxel_size: impl IntoWorld,
        offset: impl IntoWorld,
    ) -> Result<Self> {
        let block = data.into();
        let stated = StatedAxes::default()
            .with_voxel_size(voxel_size.into_world().to_vec())
            .with_offset(offset.into_world().to_vec());
        let lenient = Strictness::Lenient;
        let meta = ArrayMeta::placed(name, block.dtype(), block.shape(), &stated, "constructor", lenient)?;
        Self::from_meta(meta, block)
    }

    /// An array with these metadata.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] or [`Error::DTypeMismatch`] when the voxels are not what the metadata say.
    pub fn from_meta(meta: ArrayMeta, data: impl Into<Block>) -> Result<Self> {
        let block = data.into();
        if block.dtype() != meta.dtype() {
            return Err(Error::DTypeMismatch { asked: meta.dtype(), found: block.dtype() });
        }
        if block.shape() != meta.shape() {
            return Err(Error::ShapeMismatch { expected: meta.shape().to_vec(), found: block.shape().to_vec() });
        }
        Ok(Self { meta, data: RwLock::new(Arc::new(block)) })
    }

    /// States what the voxels mean.
    pub fn with_kind(self, kind: Kind) -> Self {
        let meta = self.meta.with_kind(kind, Provenance::Stated("constructor".to_owned()));
        Self { meta, ..self }
    }

    /// The voxels, locked for reading as long as the guard lives.
    pub fn view(&self) -> impl Deref<Target = Block> + '_ {
        Reading(self.lock_read())
    }

    /// The voxels, locked for writing as long as the guard lives. Exchange values only: a block of another shape or type
    /// makes later reads fail.
    pub fn view_mut(&self) -> impl DerefMut<Target = Block> + '_ {
        Writing(self.lock_write())
    }

    // A panic while the lock is held can leave voxels half written, never a broken block; so poison means nothing here.
    fn lock_read(&self) -> RwLockReadGuard<'_, Arc<Block>> {
        self.data.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock_write(&self) -> RwLockWriteGuard<'_, Arc<Block>> {
        self.data.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The voxels behind the lock.
struct Reading<'a>(RwLockReadGuard<'a, Arc<Block>>);

impl Deref for Reading<'_> {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.0
    }
}

/// The same, to be changed: those of nobody else.
struct Writing<'a>(RwLockWriteGuard<'a, Arc<Block>>);

impl Deref for Writing<'_> {
    type Target = Block;

    fn deref(&self) -> &Block {
        &self.0
    }
}

impl DerefMut for Writing<'_> {
    fn deref_mut(&mut self) -> &mut Block {
        Arc::make_mut(&mut self.0)
    }
}

impl Array for MemoryArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        cx.check()?;
        let ranges = self.meta.block_ranges(voxels, self.meta.voxel_box())?;
        out.assign(&self.lock_read().view().slice(&ranges)?)
    }

    fn held(&self) -> Option<Arc<Block>> {
        Some(Arc::clone(&self.lock_read()))
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        Some(self)
    }
}

impl ArrayWrite for MemoryArray {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        cx.check()?;
        let ranges = self.meta.block_ranges(voxels, self.meta.voxel_box())?;
        Arc::make_mut(&mut self.lock_write()).view_mut().slice(&ranges)?.assign(&block)
    }
}

#[cfg(test)]
mod tests {
    use ndarray::ArrayD;

    use super::*;
    use crate::ArrayExt;

    #[test]
    fn what_others_compute_on_stays_while_the_array_is_written() -> Result<()> {
        let array = MemoryArray::new("a", ArrayD::from_elem(vec![2, 3, 4], 1_u8), [8, 8, 8], [0, 0, 0])?;
        let held = array.held().expect("voxels in memory");
        let whole = *array.meta().voxel_box();
        let twos = Block::from(ArrayD::from_elem(vec![2, 3, 4], 2_u8));
        array.write_voxels(&whole, twos.view(), &ReadContext::default())?;
        assert_eq!(*held, Block::from(ArrayD::from_elem(vec![2, 3, 4], 1_u8)));
        assert_eq!(array.read_box(&whole, &ReadContext::default())?, twos);
        drop(held);
        array.view_mut().view_mut().fill_zero();
        assert_eq!(*array.view(), Block::zeros(array.meta().dtype(), &[2, 3, 4])?);
        Ok(())
    }
}
