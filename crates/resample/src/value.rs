//! What the kernels need to know about each voxel type.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

mod ratio;

use array_core::Element;
use ndarray::ArrayViewMutD;

use crate::Cast;
use crate::Result;
use crate::engine::{Leaf, Real, SumOf};
use crate::pyramid::Build;

pub(crate) use ratio::WholeSum;

/// What computed values become. Only the types of voxels are that.
pub trait Output: Copy + Default + Send + Sync {
    /// Rounds a sum that was computed in 64-bit floats once, to this type.
    fn from_f64(value: f64, cast: Cast) -> Self;
    /// The same for a sum that was computed in 32-bit floats.
    fn from_f32(value: f32, cast: Cast) -> Self;
}

/// The types of results that need no rounding to whole numbers: `f32` and `f64`, for
/// [`resample_as`](crate::resample_as).
pub trait Float: Element + Output {}

impl Float for f32 {}
impl Float for f64 {}

/// The arithmetic of a voxel type.
pub(crate) trait Value: Element + Output {
    /// Orders values for a mode: equal keys are one candidate, the lowest wins a tie.
    type Key: Ord + Copy + Send;
    /// The floats in which it is interpolated: 32 bits for what they hold exactly.
    type Real: Real;

    fn key(self) -> Self::Key;
    /// Orders values by size: like [`Value::key`], but -0.0 lies below 0.0.
    fn rank(self) -> Self::Key {
        self.key()
    }
    /// The value of a key or a rank.
    fn from_key(key: Self::Key) -> Self;
    fn is_zero(self) -> bool;
    fn is_nan(self) -> bool {
        false
    }
    fn to_f64(self) -> f64;
    fn to_f32(self) -> f32;
    /// Whether it is an integer whose sums and differences of a few are exact in an `i32` and in an `f32`.
    const SMALL: bool;
    /// The value, if it is small.
    fn small(self) -> i32;
    /// Makes a pyramid with the arithmetic that suits the type.
    fn build(build: Build<'_, '_, Self>) -> Result<()>;
    /// Runs a mean over windows with the arithmetic that suits the type.
    fn mean(leaf: &Leaf<'_, Self>, out: ArrayViewMutD<'_, Self>);
    /// Whole windows of at most so many voxels have a [quick mean](Self::quick_mean); 0 where none have.
    const MOST_SUMMED: usize;
    /// The mean of whole windows of at most [`MOST_SUMMED`](Self::MOST_SUMMED) voxels, rounded.
    fn quick_mean(leaf: &Leaf<'_, Self>, windows: &[usize], out: ArrayViewMutD<'_, Self>);
    /// Makes a pyramid of means whose sums, of at most [`MOST_SUMMED`](Self::MOST_SUMMED) voxels, are added up quickly.
    fn build_sums(build: Build<'_, '_, Self>) -> Result<()>;
    /// The mode of whole windows; the lowest value wins ties.
    fn whole_mode(leaf: &Leaf<'_, Self>, windows: &[usize], out: ArrayViewMutD<'_, Self>);
}

/// Types whose means are exact: sums fit 128 bits.
pub(crate) trait Whole: Value {
    /// Bits of a value's magnitude; decides whether sums fit 64 bits.
    const BITS: u32;

    fn to_i128(self) -> i128;
    /// The mean `sum / weight`, with `weight > 0`.
    fn from_ratio<S: WholeSum>(sum: S, weight: S, cast: Cast) -> Self;
}

/// Sums of small types carry noise of some 2^-50; dropping it first lets halves and whole numbers be recognised as
/// such.
#[inline]
fn settle_small(value: f64) -> f64 {
    f64::from(value as f32)
}

/// The same for 32-bit integers, which an `f32` cannot hold.
#[inline]
fn settle_wide(value: f64) -> f64 {
    (value * 4096.0).round_ties_even() / 4096.0
}

/// The quick mean of a type, in the narrowest of the types of sums named.
macro_rules! quick_mean {
    () => {
        const MOST_SUMMED: usize = 0;

        fn quick_mean(leaf: &Leaf<'_, Self>, _: &[usize], out: ArrayViewMutD<'_, Self>) {
            Self::mean(leaf, out);
        }
        fn build_sums(build: Build<'_, '_, Self>) -> Result<()> {
            Self::build(build)
        }
    };
    ($S:ident) => {
        const MOST_SUMMED: usize = <$S as SumOf<Self>>::MOST;

        fn quick_mean(leaf: &Leaf<'_, Self>, windows: &[usize], out: ArrayViewMutD<'_, Self>) {
            leaf.mean_of_rows::<$S>(windows, out);
        }
        fn build_sums(build: Build<'_, '_, Self>) -> Result<()> {
            build.run_sums::<$S>()
        }
    };
    ($Narrow:ident $Wide:ident) => {
        const MOST_SUMMED: usize = <$Wide as SumOf<Self>>::MOST;

        fn quick_mean(leaf: &Leaf<'_, Self>, windows: &[usize], out: ArrayViewMutD<'_, Self>) {
            if windows.iter().product::<usize>() <= <$Narrow as SumOf<Self>>::MOST {
                leaf.mean_of_rows::<$Narrow>(windows, out);
            } else {
                leaf.mean_of_rows::<$Wide>(windows, out);
            }
        }
        fn build_sums(build: Build<'_, '_, Self>) -> Result<()> {
            build.run_sums::<$Wide>()
        }
    };
}

macro_rules! integers {
    ($($T:ident $bits:literal ($($S:ident)*) $settle:expr, $Real:ident;)*) => {$(
        impl Output for $T {
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "wide integers have no `From`")]
            fn from_f32(value: f32, cast: Cast) -> Self {
                if size_of::<Self>() > 2 {
                    return Self::from_f64(value.into(), cast);
                }
                // NaN becomes 0; comparisons with it are false.
                let value = if value.is_nan() { 0.0 } else { value };
                let value = if value > Self::MIN as f32 { value } else { Self::MIN as f32 };
                let value = if value < Self::MAX as f32 { value } else { Self::MAX as f32 };
                // Sums in 32-bit floats are off by some steps of the largest number. Beside three times the range of the
                // type there is only room for multiples of two such steps: halves and whole numbers are found again.
                let room = 3.0 * (Self::MAX as f32 - Self::MIN as f32 + 1.0);
                let settled = (value + room) - room;
                let whole = if cast == Cast::Truncate { settled.trunc() } else { settled };
                // Beside this number there is no room for fractions: the last bits are the number, rounded half to even.
                (whole + 12_582_912.0).to_bits() as Self
            }
            #[inline]
            fn from_f64(value: f64, cast: Cast) -> Self {
                let settle: fn(f64) -> f64 = $settle;
                // `as` limits to the range of the type and turns NaN into 0.
                match cast {
                    Cast::RoundSaturate => settle(value).round_ties_even() as Self,
                    Cast::Truncate => settle(value) as Self,
                }
            }
        }

        impl Value for $T {
            type Key = Self;
            type Real = $Real;
            const SMALL: bool = size_of::<Self>() <= 2;

            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "wide integers have no `From`")]
            fn small(self) -> i32 {
                self as i32
            }

            #[inline]
            fn key(self) -> Self {
                self
            }
            #[inline]
            fn from_key(key: Self) -> Self {
                key
            }
            #[inline]
            fn is_zero(self) -> bool {
                self == 0
            }
            #[inline]
            #[allow(clippy::cast_lossless, reason = "64-bit integers have no `From`; they come here only when asked for")]
            fn to_f64(self) -> f64 {
                self as f64
            }
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "wide integers have no `From`; they are not computed in these floats")]
            fn to_f32(self) -> f32 {
                self as f32
            }
            fn build(build: Build<'_, '_, Self>) -> Result<()> {
                build.run_whole()
            }
            fn mean(leaf: &Leaf<'_, Self>, out: ArrayViewMutD<'_, Self>) {
                leaf.exact_mean(out);
            }
            quick_mean!($($S)*);
            fn whole_mode(leaf: &Leaf<'_, Self>, windows: &[usize], out: ArrayViewMutD<'_, Self>) {
                leaf.mode_of_rows(windows, out);
            }
        }

        impl Whole for $T {
            const BITS: u32 = $bits;

            #[inline]
            fn to_i128(self) -> i128 {
                self.into()
            }
            #[inline]
            fn from_ratio<S: WholeSum>(sum: S, weight: S, cast: Cast) -> Self {
                sum.divide(weight, cast).widen() as Self
            }
        }
    )*};
}

integers! {
    u8 8 (u16 u32) settle_small, f32;
    u16 16 (u32) settle_small, f32;
    u32 32 (u64) settle_wide, f64;
    u64 64 () |value| value, f64;
    i8 8 (i16 i32) settle_small, f32;
    i16 16 (i32) settle_small, f32;
    i32 32 (i64) settle_wide, f64;
    i64 64 () |value| value, f64;
}

impl Output for bool {
    #[inline(always)]
    fn from_f32(value: f32, _: Cast) -> Self {
        // Sums are off by some steps of 2^-24.
        value >= 0.5 - 1.0 / 1_048_576.0
    }
    fn from_f64(value: f64, _: Cast) -> Self {
        settle_small(value) >= 0.5
    }
}

impl Value for bool {
    type Key = Self;
    type Real = f32;
    const SMALL: bool = true;

    #[inline(always)]
    fn small(self) -> i32 {
        self.into()
    }

    fn key(self) -> Self {
        self
    }
    fn from_key(key: Self) -> Self {
        key
    }
    fn is_zero(self) -> bool {
        !self
    }
    fn to_f64(self) -> f64 {
        f64::from(u8::from(self))
    }
    #[inline(always)]
    fn to_f32(self) -> f32 {
        f32::from(u8::from(self))
    }
    fn build(build: Build<'_, '_, Self>) -> Result<()> {
        build.run_whole()
    }
    fn mean(leaf: &Leaf<'_, Self>, out: ArrayViewMutD<'_, Self>) {
        leaf.exact_mean(out);
    }
    quick_mean!();
    fn whole_mode(leaf: &Leaf<'_, Self>, _: &[usize], out: ArrayViewMutD<'_, Self>) {
        leaf.votes(out);
    }
}

impl Whole for bool {
    const BITS: u32 = 1;

    fn to_i128(self) -> i128 {
        self.into()
    }
    /// True where more than half is.
    fn from_ratio<S: WholeSum>(sum: S, weight: S, _: Cast) -> Self {
        sum + sum > weight
    }
}

macro_rules! floats {
    ($($T:ident $Bits:ident $Key:ident ($($S:ident)*);)*) => {$(
        impl Output for $T {
            #[inline(always)]
            fn from_f32(value: f32, _: Cast) -> Self {
                value.into()
            }
            #[inline]
            fn from_f64(value: f64, _: Cast) -> Self {
                value as Self
            }
        }

        impl Value for $T {
            type Key = $Key;
            type Real = Self;
            const SMALL: bool = false;

            #[inline(always)]
            fn small(self) -> i32 {
                0
            }

            /// The total order of IEEE 754 on canonical values: -0.0 is 0.0, and every NaN is the positive one, above
            /// infinity.
            fn key(self) -> $Key {
                (self + 0.0).rank()
            }
            #[inline]
            fn rank(self) -> $Key {
                let canonical = if self.is_nan() { Self::NAN.abs() } else { self };
                let bits = canonical.to_bits() as $Key;
                if bits < 0 { bits ^ $Key::MAX } else { bits }
            }
            fn from_key(key: $Key) -> Self {
                Self::from_bits((if key < 0 { key ^ $Key::MAX } else { key }) as $Bits)
            }
            fn is_zero(self) -> bool {
                self == 0.0
            }
            #[inline]
            fn is_nan(self) -> bool {
                self.is_nan()
            }
            #[inline]
            fn to_f64(self) -> f64 {
                self.into()
            }
            #[inline(always)]
            fn to_f32(self) -> f32 {
                self as f32
            }
            fn build(build: Build<'_, '_, Self>) -> Result<()> {
                build.run_float()
            }
            fn mean(leaf: &Leaf<'_, Self>, out: ArrayViewMutD<'_, Self>) {
                leaf.float_mean(out);
            }
            quick_mean!($($S)*);
            fn whole_mode(leaf: &Leaf<'_, Self>, _: &[usize], out: ArrayViewMutD<'_, Self>) {
                leaf.votes(out);
            }
        }
    )*};
}

floats! {
    f32 u32 i32 (f64);
    f64 u64 i64 ();
}

#[cfg(test)]
mod tests;
