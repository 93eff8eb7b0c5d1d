//! An exact scalar for voxels outside an array.

mod stored;

use std::fmt;

use crate::{Block, BlockMut, DType, Element, Error, Result, with_dtype};

/// A number that stands for voxels which an array does not have; exact, whatever the element type.
///
/// Integers cover all of `u64` and `i64`. A value that the array's dtype cannot hold is an error where it is used, never
/// rounded: 256 and 0.5 do not fit `uint8`, 2^24 + 1 does not fit `float32`.
///
/// In configurations it is a number, whole or not as it is written, or one of the strings `"NaN"`, `"Infinity"` and
/// `"-Infinity"`, which JSON has no numbers for.
#[derive(Clone, Copy, Debug, PartialEq)]
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
            // A double has 53 bits. (Converting back and comparing would not do: 2^127 comes back as 2^127 - 1.)
            Self::Integer(value) => {
                let size = value.unsigned_abs();
                let zeros = size.leading_zeros() + size.trailing_zeros();
                (zeros + f64::MANTISSA_DIGITS >= u128::BITS).then_some(value as f64)
            }
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
        let mut block = Block::zeros(dtype, shape)?;
        block.view_mut().fill(self)?;
        Ok(block)
    }
}

impl BlockMut<'_> {
    /// Sets every voxel to this value.
    ///
    /// # Errors
    /// [`Error::FillNotHeld`] when the element type cannot hold the value exactly.
    pub fn fill(&mut self, value: FillValue) -> Result<()> {
        let dtype = self.dtype();
        with_dtype!(dtype, T => {
            let value = T::from_fill(value).ok_or(Error::FillNotHeld { value, dtype })?;
            self.reborrow().into_view::<T>()?.fill(value);
            Ok(())
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

impl From<f32> for FillValue {
    fn from(value: f32) -> Self {
        Self::Float(f64::from(value))
    }
}

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
        for beyond in [i128::MAX, i128::MIN + 1, (1 << 53) + 1, -(1 << 60) - 1] {
            assert!(!held(FillValue::Integer(beyond), DType::F64), "{beyond}");
        }
        for double in [0, 1, -1, 1 << 53, 3 << 100, i128::MIN] {
            assert!(held(FillValue::Integer(double), DType::F64), "{double}");
        }
    }

    #[test]
    fn stored_values_come_back_exactly() {
        let whole = ["0", "-1", "9007199254740993", "18446744073709551615", "-9223372036854775808"];
        for text in whole {
            let value: FillValue = serde_json::from_str(text).unwrap();
            assert_eq!(value, FillValue::Integer(text.parse().unwrap()));
            assert_eq!(serde_json::to_string(&value).unwrap(), text);
        }
        for value in [0.5, 3.0, f64::INFINITY, f64::NEG_INFINITY].map(FillValue::Float) {
            let text = serde_json::to_string(&value).unwrap();
            assert_eq!(serde_json::from_str::<FillValue>(&text).unwrap(), value, "{text}");
        }
        let nan: FillValue =
            serde_json::from_str(&serde_json::to_string(&FillValue::Float(f64::NAN)).unwrap()).unwrap();
        assert!(matches!(nan, FillValue::Float(value) if value.is_nan()));
        for text in ["null", "\"7\"", "[1]", "true"] {
            let error = serde_json::from_str::<FillValue>(text).unwrap_err().to_string();
            assert!(error.contains("a number") && error.contains("NaN"), "{error}");
        }
    }
}
