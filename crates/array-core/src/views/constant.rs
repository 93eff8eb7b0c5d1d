//! One value everywhere.

use coord_roi::VoxelBox;

use super::{check_labels_stay_whole, check_request};
use crate::{Array, ArrayMeta, BlockMut, DType, Field, FillValue, Provenance, ReadContext, Result};

/// One value in the place of another array, of which nothing is read. Not writable; memory: the result.
///
/// ```
/// use array_core::{ArrayExt, Constant, DType, MemoryArray, ndarray::Array3};
///
/// let em = MemoryArray::new("em", Array3::<u8>::zeros((4, 6, 8)).into_dyn(), [40, 8, 8], [0, 80, 80])?;
/// let ones = Constant::new(em.meta(), 1.into(), Some(DType::U32))?;
/// assert_eq!((ones.roi(), ones.dtype()), (em.roi(), DType::U32));
/// assert!(ones.data()?.into_array::<u32>()?.iter().all(|value| *value == 1));
/// # use array_core::Array;
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Constant {
    meta: ArrayMeta,
    value: FillValue,
}

impl Constant {
    /// `value` with the place, the axes and the kind of `like`, and with its element type unless another is given.
    ///
    /// # Errors
    /// [`Error::FillNotHeld`](crate::Error::FillNotHeld) when the element type cannot hold the value exactly,
    /// [`Error::NotForKind`](crate::Error::NotForKind) for labels as floats.
    pub fn new(like: &ArrayMeta, value: FillValue, dtype: Option<DType>) -> Result<Self> {
        let dtype = dtype.unwrap_or(like.dtype());
        check_labels_stay_whole("a constant of floats", like, dtype)?;
        value.block(dtype, &[1])?;
        let place = Provenance::Derived(format!("constant {value} like '{}'", like.name()));
        let meta = like
            .derive(dtype, like.axes().clone(), &like.plain_extents(), *like.grid(), *like.voxel_box())?
            .with_provenance(Field::DType, place);
        Ok(Self { meta, value })
    }

    /// The value of every voxel.
    pub fn value(&self) -> FillValue {
        self.value
    }
}

impl Array for Constant {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        cx.check()?;
        out.fill(self.value)
    }
}
