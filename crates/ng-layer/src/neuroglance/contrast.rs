//! Which values an image shows as black and white.
//!
//! Without being told the viewer stretches the whole range of the data type over its greys: an EM volume of 16 bits with
//! values around 1000 is then practically black.

use crate::error::{Error, Result};
use crate::layer::{Invlerp, Limit};
use array_core::{Array, ArrayExt, BlockRef, Coordinate, DType, ReadContext, VoxelBox};

/// Which values an image shows as black and white.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Contrast {
    /// Nothing for uint8, where the viewer's default is right; else the range of the data type, 0 to 1 for
    /// floating-point numbers and bool.
    #[default]
    DType,
    /// This range; its limits have to be values of the type, which means whole numbers for integers.
    Range(Invlerp),
}

impl Contrast {
    /// From `low` (black) to `high` (white); the other way round inverts.
    ///
    /// # Errors
    /// [`Error::DataRange`](crate::Error::DataRange) unless both are finite and differ.
    pub fn range(low: impl Into<Limit>, high: impl Into<Limit>) -> Result<Self> {
        Invlerp::range(low, high).map(Self::Range)
    }

    /// The state of the shader's control, and what people should know about it.
    pub(super) fn for_dtype(&self, dtype: DType) -> Result<(Option<Invlerp>, String)> {
        match self {
            Self::Range(range) => {
                check_limits(range, dtype)?;
                Ok((Some(range.clone()), String::new()))
            }
            Self::DType if dtype == DType::U8 => Ok((None, String::new())),
            Self::DType => {
                let [low, high] = full_range(dtype);
                let note = format!("; its contrast is the whole range of {dtype}, as no range of values was given");
                Ok((Some(Invlerp::range(low, high)?.with_window(low, high)?), note))
            }
        }
    }
}

/// The values that a type can have; for floating-point numbers those that normalised images have.
fn full_range(dtype: DType) -> [Limit; 2] {
    let range = |low: f64, high: f64| [Limit::Number(low), Limit::Number(high)];
    match dtype {
        DType::Bool | DType::F32 | DType::F64 => range(0.0, 1.0),
        DType::U8 => range(0.0, u8::MAX.into()),
        DType::U16 => range(0.0, u16::MAX.into()),
        DType::U32 => range(0.0, u32::MAX.into()),
        DType::U64 => [Limit::U64(0), Limit::U64(u64::MAX)],
        DType::I8 => range(i8::MIN.into(), i8::MAX.into()),
        DType::I16 => range(i16::MIN.into(), i16::MAX.into()),
        DType::I32 => range(i32::MIN.into(), i32::MAX.into()),
        DType::I64 => range(i64::MIN as f64, i64::MAX as f64),
    }
}

/// Refuses limits that the viewer would cut off to whole numbers, or that it drops together with the contrast because
/// they lie outside of the type.
fn check_limits(range: &Invlerp, dtype: DType) -> Result<()> {
    let limits = || range.limits().into_iter().chain(range.window()).flatten();
    let refuse = |limit: Limit, expected| Err(Error::ContrastLimit { limit: limit.to_string(), dtype, expected });
    if dtype.is_float() {
        // A server publishes floating-point numbers of every size in 32 bits.
        return match limits().find(|limit| limit.to_f64().abs() > f32::MAX.into()) {
            Some(limit) => refuse(limit, "numbers within the range of 32-bit floats".to_owned()),
            None => Ok(()),
        };
    }
    // A server publishes bool as bytes.
    let [least, greatest] = full_range(if dtype == DType::Bool { DType::U8 } else { dtype });
    match limits().find(|limit| !is_between(*limit, least, greatest)) {
        Some(limit) => refuse(limit, format!("whole numbers from {least} to {greatest}")),
        None => Ok(()),
    }
}

/// Whether a limit is a whole number between two others.
fn is_between(limit: Limit, least: Limit, greatest: Limit) -> bool {
    match (limit, greatest) {
        (Limit::U64(_), Limit::U64(_)) => true,
        // As a double the largest 64-bit integer is one more than it is.
        (Limit::Number(value), Limit::U64(_)) => value.fract() == 0.0 && value >= 0.0 && value < greatest.to_f64(),
        _ => limit.to_f64().fract() == 0.0 && (least.to_f64()..=greatest.to_f64()).contains(&limit.to_f64()),
    }
}

/// The hundredth parts of a sample that are drawn black and white.
const CUT: f64 = 0.01;
/// Largest side of a sample, in voxels.
const SAMPLE_SIDE: i64 = 64;

/// A contrast from the values of a block: the 1st and the 99th percentile become black and white, the histogram shows
/// smallest to largest. Values that are not finite are left out. The same values give the same contrast.
///
/// `None` if there is nothing to stretch: no finite value, or one only.
///
/// # Errors
/// None for finite values.
pub fn contrast_of(block: &BlockRef<'_>) -> Result<Option<Contrast>> {
    if let BlockRef::U64(view) = block {
        let mut values: Vec<u64> = view.iter().copied().collect();
        values.sort_unstable();
        return stretch(&values);
    }
    let mut values: Vec<f64> = doubles(block).into_iter().filter(|value| value.is_finite()).collect();
    values.sort_unstable_by(f64::total_cmp);
    stretch(&values)
}

/// `sorted` from the smallest to the largest.
fn stretch<T: Copy + PartialEq + Into<Limit>>(sorted: &[T]) -> Result<Option<Contrast>> {
    let (Some(least), Some(greatest)) = (sorted.first(), sorted.last()) else { return Ok(None) };
    if least == greatest {
        return Ok(None);
    }
    let cut = ((sorted.len() - 1) as f64 * CUT) as usize;
    let (mut low, mut high) = (sorted[cut], sorted[sorted.len() - 1 - cut]);
    if low == high {
        // Nearly all voxels have one value; what differs is beyond the percentiles.
        (low, high) = (*least, *greatest);
    }
    Ok(Some(Contrast::Range(Invlerp::range(low, high)?.with_window(*least, *greatest)?)))
}

/// The values as doubles; exact for all types but the 64-bit integers.
#[allow(clippy::cast_lossless, reason = "one expression serves all types")]
fn doubles(block: &BlockRef<'_>) -> Vec<f64> {
    macro_rules! doubles_of {
        ($($Variant:ident)*) => {
            match block {
                BlockRef::Bool(view) => view.iter().map(|value| f64::from(u8::from(*value))).collect(),
                $( BlockRef::$Variant(view) => view.iter().map(|value| *value as f64).collect(), )*
            }
        };
    }
    doubles_of!(U8 U16 U32 U64 I8 I16 I32 I64 F32 F64)
}

/// A contrast from the middle of an array: reads up to 64 voxels along each axis, from the coarsest scale that the source
/// itself holds. `None` as for [`contrast_of`].
///
/// # Errors
/// [`Error::Array`](crate::Error::Array) if the voxels cannot be read.
pub fn sample_contrast(array: &dyn Array, cx: &ReadContext) -> Result<Option<Contrast>> {
    let array = array.scales().last().map_or(array, |scale| &**scale);
    let voxels = middle(array.meta().voxel_box())?;
    contrast_of(&array.read_box(&voxels, cx)?.view())
}

fn middle(voxels: &VoxelBox) -> Result<VoxelBox> {
    let shape = voxels.shape().map(|extent| extent.min(SAMPLE_SIDE));
    let begin: Vec<i64> =
        (0..voxels.dims()).map(|axis| voxels.begin()[axis] + (voxels.shape()[axis] - shape[axis]) / 2).collect();
    Ok(VoxelBox::new(Coordinate::try_from(&begin[..])?, shape)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use array_core::Block;
    use array_core::ndarray::{Array1, ArrayD};

    fn contrast(block: impl Into<Block>) -> Option<Contrast> {
        contrast_of(&block.into().view()).unwrap()
    }

    fn range<L: Into<Limit>>(range: [L; 2], window: [L; 2]) -> Contrast {
        let ([low, high], [least, greatest]) = (range, window);
        Contrast::Range(Invlerp::range(low, high).unwrap().with_window(least, greatest).unwrap())
    }

    #[test]
    fn percentiles_of_a_block() {
        let values: ArrayD<u16> = Array1::from_iter((1000..=1200).rev()).into_dyn();
        assert_eq!(contrast(values), Some(range([1002.0, 1198.0], [1000.0, 1200.0])));
        let labels: ArrayD<u64> = Array1::from_vec(vec![u64::MAX, 1, u64::MAX - 1]).into_dyn();
        assert_eq!(contrast(labels), Some(range([1, u64::MAX], [1, u64::MAX])));
        let floats: ArrayD<f32> = Array1::from_vec(vec![f32::NAN, 0.5, f32::INFINITY, -0.5]).into_dyn();
        assert_eq!(contrast(floats), Some(range([-0.5, 0.5], [-0.5, 0.5])));
    }

    #[test]
    fn rare_values_still_make_a_range() {
        let mut values = vec![7_i16; 1000];
        values[3] = 9;
        assert_eq!(contrast(Array1::from_vec(values).into_dyn()), Some(range([7.0, 9.0], [7.0, 9.0])));
    }

    #[test]
    fn nothing_to_stretch() {
        assert_eq!(contrast(Array1::from_vec(vec![7_u8; 5]).into_dyn()), None);
        assert_eq!(contrast(Array1::from_vec(vec![f64::NAN]).into_dyn()), None);
        assert_eq!(contrast(Array1::<i32>::from_vec(vec![]).into_dyn()), None);
    }
}
