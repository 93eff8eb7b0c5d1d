//! One value at a time: out of its type into one of three wide ones that hold it exactly, and from there into the target.

#![allow(clippy::float_cmp, reason = "what is asked is whether two values are the same")]
#![allow(clippy::cast_lossless, reason = "macros for wide and narrow types alike")]

use crate::{Element, FillValue};

/// What conversion needs of an element type.
pub(super) trait Number: Element {
    /// `i64`, `u64` or `f64`: holds every value of the type.
    type Wide: Wide;

    fn widen(self) -> Self::Wide;

    /// The value, for messages.
    fn to_exact(self) -> FillValue {
        self.widen().to_exact()
    }

    fn from_i64(value: i64) -> Rules<Self>;
    fn from_u64(value: u64) -> Rules<Self>;
    fn from_f64(value: f64) -> Rules<Self>;
}

/// The results of all rules; a loop that takes only one of them computes only that one.
pub(super) struct Rules<T> {
    pub(super) exact: Option<T>,
    pub(super) saturate: T,
    pub(super) truncate: T,
}

pub(super) trait Wide: Copy {
    fn narrow<T: Number>(self) -> Rules<T>;
    fn to_exact(self) -> FillValue;
}

macro_rules! wide {
    ($($W:ident $from:ident;)*) => {$(
        impl Wide for $W {
            #[inline]
            fn narrow<T: Number>(self) -> Rules<T> {
                T::$from(self)
            }
            fn to_exact(self) -> FillValue {
                self.into()
            }
        }
    )*};
}
wide! { i64 from_i64; u64 from_u64; f64 from_f64; }

macro_rules! integer {
    ($($T:ident $W:ident;)*) => {$(
        impl Number for $T {
            type Wide = $W;

            #[inline]
            fn widen(self) -> $W {
                $W::from(self)
            }
            #[inline]
            fn from_i64(value: i64) -> Rules<Self> {
                let exact = Self::try_from(value).ok();
                let clamped = exact.unwrap_or(if value < 0 { Self::MIN } else { Self::MAX });
                Rules { exact, saturate: clamped, truncate: clamped }
            }
            #[inline]
            fn from_u64(value: u64) -> Rules<Self> {
                let exact = Self::try_from(value).ok();
                let clamped = exact.unwrap_or(Self::MAX);
                Rules { exact, saturate: clamped, truncate: clamped }
            }
            #[inline]
            fn from_f64(value: f64) -> Rules<Self> {
                // MIN and MAX + 1 are powers of two (or 0), and so exact as floats, where MAX would be rounded up.
                const END: f64 = 2.0 * ($T::MAX / 2 + 1) as f64;
                let held = value >= $T::MIN as f64 && value < END && value.trunc() == value;
                // `as` goes towards zero and stops at the limits; NaN becomes 0.
                Rules {
                    exact: held.then_some(value as Self),
                    saturate: value.round_ties_even() as Self,
                    truncate: value as Self,
                }
            }
        }
    )*};
}
integer! { u8 i64; u16 i64; u32 i64; u64 u64; i8 i64; i16 i64; i32 i64; i64 i64; }

/// The integers 0 and 1.
impl Number for bool {
    type Wide = i64;

    #[inline]
    fn widen(self) -> i64 {
        i64::from(self)
    }
    #[inline]
    fn from_i64(value: i64) -> Rules<Self> {
        let clamped = value >= 1;
        Rules { exact: (value == i64::from(clamped)).then_some(clamped), saturate: clamped, truncate: clamped }
    }
    #[inline]
    fn from_u64(value: u64) -> Rules<Self> {
        let clamped = value >= 1;
        Rules { exact: (value <= 1).then_some(clamped), saturate: clamped, truncate: clamped }
    }
    #[inline]
    fn from_f64(value: f64) -> Rules<Self> {
        let one = value == 1.0;
        Rules { exact: (one || value == 0.0).then_some(one), saturate: value > 0.5, truncate: value >= 1.0 }
    }
}

macro_rules! float {
    ($($T:ident |$double:ident| $from_f64:expr;)*) => {$(
        impl Number for $T {
            type Wide = f64;

            #[inline]
            fn widen(self) -> f64 {
                f64::from(self)
            }
            #[inline]
            fn from_i64(value: i64) -> Rules<Self> {
                let kept = leading_bits(value.unsigned_abs(), Self::MANTISSA_DIGITS);
                let truncate = if value < 0 { -(kept as Self) } else { kept as Self };
                Rules { exact: (kept == value.unsigned_abs()).then_some(truncate), saturate: value as Self, truncate }
            }
            #[inline]
            fn from_u64(value: u64) -> Rules<Self> {
                let kept = leading_bits(value, Self::MANTISSA_DIGITS);
                Rules { exact: (kept == value).then_some(kept as Self), saturate: value as Self, truncate: kept as Self }
            }
            #[inline]
            fn from_f64($double: f64) -> Rules<Self> {
                $from_f64
            }
        }
    )*};
}
float! {
    f32 |value| {
        let nearest = value as f32;
        let held = f64::from(nearest) == value || value.is_nan();
        let beyond = nearest.is_infinite() && value.is_finite();
        // One less in the bits is the next float towards zero, on either side of it.
        let shorter = f32::from_bits(nearest.to_bits().wrapping_sub(1));
        Rules {
            exact: held.then_some(nearest),
            saturate: if beyond { shorter } else { nearest },
            truncate: if f64::from(nearest).abs() > value.abs() { shorter } else { nearest },
        }
    };
    f64 |value| Rules { exact: Some(value), saturate: value, truncate: value };
}

/// The value with its `count` highest bits only, from its first set bit on.
#[inline]
fn leading_bits(value: u64, count: u32) -> u64 {
    let dropped = (u64::BITS - value.leading_zeros()).saturating_sub(count);
    value >> dropped << dropped
}
