//! An exact scalar for voxels outside an array.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Block, DType, Element, Error, Result, with_dtype};

/// A number that stands for voxels which an array does not have; exact, whatever the element type.
///
/// Integers cover all of `u64` and `i64`. A value that the array's dtype cannot hold is an error where it is used, never
/// rounded: 256 and 0.5 do not fit `uint8`, 2^24 + 1 does not fit `float32`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum FillValue {
    /// A whole number.
    Integer(i128),
    /// Any other number, NaN and infinities included.
    Float(f64),
}

impl FillValue {
    /// Zero (false).
    pub const ZERO: Self = Self::Integer(0);

    /// The value as an integer, if it is one.
    pub(crate) fn as_integer(self) -> Option<i128> {
        match self {
            Self::Integer(value) => Some(value),
            // Every whole f64 below 2^65 converts to i128 and back unchanged.
            Self::Float(value) if value.fract() == 0.0 && value.abs() < 3.6e19 => Some(value as i128),
            Self::Float(_) => None,
        }
    }

    pub(crate) fn as_f64(self) -> Option<f64> {
        match self {
            Self::Integer(value) => (value as f64 as i128 == value).then_some(value as f64),
            Self::Float(value) => Some(value),
        }
    }

    pub(crate) fn as_f32(self) -> Option<f32> {
        let wide = self.as_f64()?;
        let narrow = wide as f32;
        (f64::from(narrow).to_bits() == wide.to_bits() || wide.is_nan()).then_some(narrow)
    }

    /// A block full of this value.
    ///
    /// # Errors
    /// [`Error::FillNotHeld`] when `dtype` cannot hold the value exactly, [`Error::TooLarge`] for impossible sizes.
    pub fn block(self, dtype: DType, shape: &[usize]) -> Result<Block> {
        if self == Self::ZERO {
            return Block::zeros(dtype, shape);
        }
        with_dtype!(dtype, T => {
            let value = T::from_fill(self).ok_or(Error::FillNotHeld { value: self, dtype })?;
            let mut block = Block::zeros(dtype, shape)?.into_array::<T>()?;
            block.fill(value);
            Ok(T::wrap(block))
        })
    }
}

impl fmt::Display for FillValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Integer(value) => value.fmt(f),
            Self::Float(value) => value.fmt(f),
        }
    }
}

macro_rules! from_integer {
    ($($T:ident)*) => {$(
        impl From<$T> for FillValue {
            fn from(value: $T) -> Self {
                Self::Integer(i128::from(value))
            }
        }
    )*};
}
from_integer!(bool u8 u16 u32 u64 i8 i16 i32 i64);

impl From<f64> for FillValue {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_held_exactly_or_refused() {
        let held = |value: FillValue, dtype| value.block(dtype, &[1]).is_ok();
        assert!(held(255.into(), DType::U8) && !held(256.into(), DType::U8) && !held(FillValue::from(0.5), DType::U8));
        assert!(held(u64::MAX.into(), DType::U64) && !held((-1).into(), DType::U64));
        assert!(held((1_u32 << 24).into(), DType::F32) && !held(((1_u32 << 24) + 1).into(), DType::F32));
        assert!(held(f64::NAN.into(), DType::F32) && !held(f64::NAN.into(), DType::I32));
        assert!(held(1.into(), DType::Bool) && !held(2.into(), DType::Bool));
        assert!(held(3.0.into(), DType::I8) && !held(1e300.into(), DType::F32));
        assert!(!held(u64::MAX.into(), DType::F64), "2^64 - 1 is not a double");
    }
}
