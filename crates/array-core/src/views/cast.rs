//! An array with values of another type.

use coord_roi::VoxelBox;

use super::computed::computed;
use super::place::Place;
use super::scales_of;
use crate::{ArrayMeta, ArrayRef, BlockMut, BlockRef, Conversion, DType, Error, Field, Kind, Provenance, Result};

/// Another array, its values converted to another type by a [`Conversion`]. What the voxels mean stays what it was.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, Cast, Conversion, DType, MemoryArray, ndarray::{arr1, ArrayD}};
///
/// let floats = Arc::new(MemoryArray::new("em", arr1(&[-1.0_f32, 0.5, 99.6, 300.0]).into_dyn(), [8], [0])?);
/// let bytes = Cast::new(floats, DType::U8, Conversion::Saturate)?;
/// assert_eq!(bytes.read::<u8>(bytes.roi())?, arr1(&[0, 0, 100, 255]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Labels become other integers by [`Conversion::Exact`] only, and never floats: segments would become one without a word.
/// Not writable. Memory: the result, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of the source.
#[derive(Debug)]
pub struct Cast {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    rule: Conversion,
}

impl Cast {
    /// `source` with values of type `dtype`, and each of its coarser scales.
    ///
    /// # Errors
    /// [`Error::NotForKind`] for labels as floats, and for labels by another rule than [`Conversion::Exact`]. Reading gives
    /// [`Error::ValueNotHeld`] for a voxel that cannot be converted exactly.
    pub fn new(source: ArrayRef, dtype: DType, rule: Conversion) -> Result<Self> {
        let meta = source.meta();
        if meta.kind() == Kind::Labels {
            super::check_labels_stay_whole("a cast to floats", meta, dtype)?;
            if rule != Conversion::Exact {
                let cure = "cast by 'exact', or give them other ids by map_labels";
                return Err(super::not_for_kind("a cast that may change values", meta, cure));
            }
        }
        let place = Provenance::Derived(format!("{rule} cast of '{}'", meta.name()));
        let meta = meta
            .derive(dtype, meta.axes().clone(), &meta.plain_extents(), *meta.grid(), *meta.voxel_box())?
            .with_provenance(Field::DType, place);
        let scales = scales_of(&source, |scale| Self::new(scale, dtype, rule));
        Ok(Self { meta, source, scales, rule })
    }

    fn compute(&self, piece: &VoxelBox, source: &BlockRef<'_>, mut out: BlockMut<'_>) -> Result<()> {
        out.assign_converted(source, self.rule).map_err(|error| match error {
            Error::NotConvertible { value, to: dtype, index, .. } => match Place::new(&self.meta, piece, &index) {
                Ok(place) => Error::ValueNotHeld { value, dtype, place },
                Err(error) => error,
            },
            other => other,
        })
    }
}

computed!(Cast);
