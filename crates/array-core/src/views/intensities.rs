//! Intensities between 0 and 1.

use coord_roi::VoxelBox;
use serde::{Deserialize, Serialize};

use super::computed::computed;
use super::rows::zip_rows;
use super::scales_of;
use crate::{ArrayMeta, ArrayRef, BlockMut, BlockRef, DType, Error, Field, Kind, Provenance, Result, with_dtype};

/// What happens to values beyond the limits of [`Intensities`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Beyond {
    /// They are below 0 or above 1.
    #[default]
    Keep,
    /// They are 0 or 1. NaN stays NaN.
    Clip,
}

/// Another array as `float32`: `(value - min) / (max - min)`, computed in 64 bits and rounded once.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, Beyond, Intensities, MemoryArray, ndarray::arr1};
///
/// let bytes = Arc::new(MemoryArray::new("em", arr1(&[0_u8, 64, 128, 255]).into_dyn(), [8], [0])?);
/// let unit = Intensities::new(bytes, 64.0, 128.0, Beyond::Keep)?;
/// assert_eq!(unit.read::<f32>(unit.roi())?, arr1(&[-1.0, 0.0, 1.0, 2.984_375]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Not writable. Memory: the result, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of the source.
#[derive(Debug)]
pub struct Intensities {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    min: f64,
    max: f64,
    beyond: Beyond,
}

impl Intensities {
    /// `source`, and each of its coarser scales, with `min` as 0 and `max` as 1.
    ///
    /// # Errors
    /// [`Error::BadParameter`] unless `min < max`, both finite and less than the largest double apart; [`Error::NotForKind`]
    /// for labels.
    pub fn new(source: ArrayRef, min: f64, max: f64, beyond: Beyond) -> Result<Self> {
        let meta = source.meta();
        if meta.kind() == Kind::Labels {
            return Err(super::not_for_kind("a scaling of intensities", meta, "make a mask of them by binarize"));
        }
        if !(min < max && (max - min).is_finite()) {
            let (what, value) = ("the range of intensities", format!("{min} to {max}"));
            return Err(Error::BadParameter {
                what,
                value,
                rule: "min has to be less than max, both finite".to_owned(),
            });
        }
        let place = Provenance::Derived(format!("intensities {min} to {max} of '{}'", meta.name()));
        let meta = meta
            .derive(DType::F32, meta.axes().clone(), &meta.plain_extents(), *meta.grid(), *meta.voxel_box())?
            .with_provenance(Field::DType, place);
        let scales = scales_of(&source, |scale| Self::new(scale, min, max, beyond));
        Ok(Self { meta, source, scales, min, max, beyond })
    }

    fn compute(&self, _: &VoxelBox, source: &BlockRef<'_>, out: BlockMut<'_>) -> Result<()> {
        let (min, range) = (self.min, self.max - self.min);
        let out = out.into_view::<f32>()?;
        with_dtype!(source.dtype(), T => {
            let source = source.clone().into_view::<T>()?;
            match self.beyond {
                Beyond::Keep => zip_rows(out, source, |out, value| set(out, (value.real() - min) / range)),
                Beyond::Clip => zip_rows(out, source, |out, value| set(out, ((value.real() - min) / range).clamp(0.0, 1.0))),
            }
        });
        Ok(())
    }
}

fn set(out: &mut f32, value: f64) -> bool {
    *out = value as f32;
    true
}

/// The value as the nearest double.
trait Real: Copy {
    fn real(self) -> f64;
}

macro_rules! real {
    ($($T:ident)*) => {$(
        impl Real for $T {
            #[inline]
            #[allow(clippy::cast_lossless, reason = "some of the types are wider")]
            fn real(self) -> f64 {
                self as f64
            }
        }
    )*};
}
real!(u8 u16 u32 u64 i8 i16 i32 i64 f32 f64);

impl Real for bool {
    #[inline]
    fn real(self) -> f64 {
        f64::from(u8::from(self))
    }
}

computed!(Intensities);
