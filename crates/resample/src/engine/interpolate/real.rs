//! The floats in which interpolations are computed.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use std::ops::{Add, AddAssign, Mul, Sub};

use super::super::simd::Loop;
use crate::Cast;
use crate::value::{Output, Value};

/// A type of floats: 32 bits for what they hold exactly, 64 bits for the rest.
pub(crate) trait Real:
    Value + Add<Output = Self> + AddAssign + Mul<Output = Self> + Sub<Output = Self> + PartialOrd
{
    /// Not a number; one of many, so that results do not depend on which.
    const NAN: Self;

    fn load<T: Value>(value: T) -> Self;
    fn round(value: f64) -> Self;
    /// A whole number of 24 bits at most.
    fn whole(value: i32) -> Self;
    /// Neither infinite nor NaN.
    fn is_number(self) -> bool;
    /// So far from infinity that a few weighted sums of such numbers stay numbers.
    fn is_bounded(self) -> bool;
    fn cast<O: Output>(self, cast: Cast) -> O;
}

/// How sums become results: limited, then rounded to the type of the result.
#[derive(Clone, Copy)]
pub(crate) struct Finish<R> {
    low: R,
    high: R,
    cast: Cast,
}

impl<R: Real> Finish<R> {
    pub(crate) fn new(limits: Option<(f64, f64)>, cast: Cast) -> Self {
        let (low, high) = limits.unwrap_or((f64::NEG_INFINITY, f64::INFINITY));
        Self { low: R::round(low), high: R::round(high), cast }
    }

    #[inline(always)]
    pub(crate) fn apply<O: Output>(self, value: R) -> O {
        // NaN is neither below nor above.
        let value = if value < self.low { self.low } else { value };
        (if value > self.high { self.high } else { value }).cast(self.cast)
    }
}

/// Converts as many voxels as there are.
pub(crate) struct Convert<'a, T, R> {
    pub(crate) from: &'a [T],
    pub(crate) to: &'a mut [R],
}

impl<T: Value, R: Real> Loop for Convert<'_, T, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        self.to.iter_mut().zip(self.from).for_each(|(to, &from)| *to = R::load(from));
    }
}

macro_rules! reals {
    ($($R:ident $load:ident $cast:ident;)*) => {$(
        impl Real for $R {
            const NAN: Self = Self::NAN;

            #[inline(always)]
            fn load<T: Value>(value: T) -> Self {
                value.$load()
            }
            fn round(value: f64) -> Self {
                value as Self
            }
            #[inline(always)]
            #[allow(clippy::cast_lossless, reason = "32-bit floats have no `From`")]
            fn whole(value: i32) -> Self {
                value as Self
            }
            #[inline(always)]
            fn is_number(self) -> bool {
                self.is_finite()
            }
            #[inline(always)]
            fn is_bounded(self) -> bool {
                self.abs() <= Self::MAX / 1_048_576.0
            }
            #[inline(always)]
            fn cast<O: Output>(self, cast: Cast) -> O {
                O::$cast(self, cast)
            }
        }
    )*};
}

reals! {
    f32 to_f32 from_f32;
    f64 to_f64 from_f64;
}
