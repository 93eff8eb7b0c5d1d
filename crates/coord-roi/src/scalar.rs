//! The two number types that coordinates and regions are made of.

use core::fmt::{Debug, Display};
use core::hash::Hash;

use crate::{Error, Length, Result};

pub(crate) mod sealed {
    /// Keeps [`Scalar`](super::Scalar) to this crate, and holds what only this crate's readers call.
    pub trait Sealed: Sized {
        /// What a reader of a text format expects, with its article.
        #[cfg(feature = "serde")]
        const EXPECTED: &'static str;
        /// A number that a format stores as a float. Whole numbers refuse every float, so that nothing is cut.
        #[cfg(feature = "serde")]
        fn from_stored_f64(value: f64) -> crate::Result<Self>;
        /// A number that a format stores as text. Whole numbers refuse text: they have a form of their own.
        #[cfg(feature = "serde")]
        fn from_stored_text(text: &str) -> crate::Result<Self>;
    }
}

/// A number that [`Coordinate`](crate::Coordinate) and [`Roi`](crate::Roi) calculate with: `i64` or [`Length`].
///
/// The trait is sealed. Its methods are the checked arithmetic that both share; `axis` is absent from their errors, and
/// the callers that know it add it.
#[allow(clippy::missing_errors_doc, reason = "the one line of each method names its errors")]
pub trait Scalar: Copy + Default + Ord + Hash + Debug + Display + sealed::Sealed + 'static {
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;

    /// `self + other`, or [`Error::Overflow`].
    fn try_add(self, other: Self) -> Result<Self>;
    /// `self - other`, or [`Error::Overflow`].
    fn try_sub(self, other: Self) -> Result<Self>;
    /// `self · other`, or [`Error::Overflow`].
    fn try_mul(self, other: Self) -> Result<Self>;
    /// `-self`, or [`Error::Overflow`].
    fn try_neg(self) -> Result<Self>;
    /// Half of `self`: exact for lengths, cut towards zero for whole numbers.
    fn try_half(self) -> Result<Self>;
    /// Whole steps below or at `self`; [`Error::ZeroStep`] unless `step > 0`.
    fn steps_floor(self, step: Self) -> Result<i64>;
    /// Whole steps above or at `self`; [`Error::ZeroStep`] unless `step > 0`.
    fn steps_ceil(self, step: Self) -> Result<i64>;
    /// The nearest number of whole steps, a tie goes down; [`Error::ZeroStep`] unless `step > 0`.
    fn steps_round(self, step: Self) -> Result<i64>;
    /// What is left above `steps_floor` steps: at least 0, less than `step`; [`Error::ZeroStep`] unless `step > 0`.
    fn steps_rest(self, step: Self) -> Result<Self>;
    /// Whether `self` is a whole multiple of `divisor`, whose sign does not matter; [`Error::DivisionByZero`] for 0.
    fn is_multiple(self, divisor: Self) -> Result<bool>;
    /// Whole steps at `self`; [`Error::NotAligned`], with the nearest multiples and the axis 0, where there is a rest.
    fn steps_exact(self, step: Self) -> Result<i64> {
        let rest = self.steps_rest(step)?;
        if rest == Self::ZERO {
            return self.steps_floor(step);
        }
        let below = self.try_sub(rest)?;
        let above = below.try_add(step)?;
        let [value, step, below, above] = [self, step, below, above].map(Scalar::to_length);
        Err(Error::NotAligned { axis: 0, value, step, below, above })
    }
    /// The number as an exact length.
    fn to_length(self) -> Length;
    /// A whole number.
    fn from_whole(value: i64) -> Self;
    /// Reads the text form.
    fn parse(text: &str) -> Result<Self>;
}

impl sealed::Sealed for i64 {
    #[cfg(feature = "serde")]
    const EXPECTED: &'static str = "a whole number";

    #[cfg(feature = "serde")]
    fn from_stored_f64(value: f64) -> Result<Self> {
        Err(Error::NotWhole { axis: None, value: Length::from_f64(value)? })
    }

    #[cfg(feature = "serde")]
    fn from_stored_text(text: &str) -> Result<Self> {
        Err(Error::parse("a whole number", text, "write the integer without quotes"))
    }
}

impl Scalar for i64 {
    const ZERO: Self = 0;
    const ONE: Self = 1;

    fn try_add(self, other: Self) -> Result<Self> {
        self.checked_add(other).ok_or_else(|| overflow(self, "+", other))
    }

    fn try_sub(self, other: Self) -> Result<Self> {
        self.checked_sub(other).ok_or_else(|| overflow(self, "-", other))
    }

    fn try_mul(self, other: Self) -> Result<Self> {
        self.checked_mul(other).ok_or_else(|| overflow(self, "*", other))
    }

    fn try_neg(self) -> Result<Self> {
        self.checked_neg().ok_or_else(|| overflow(0, "-", self))
    }

    fn try_half(self) -> Result<Self> {
        Ok(self / 2)
    }

    fn steps_floor(self, step: Self) -> Result<i64> {
        positive(step)?;
        Ok(self.div_euclid(step))
    }

    fn steps_ceil(self, step: Self) -> Result<i64> {
        positive(step)?;
        // With a remainder the step is at least 2, so the quotient is far from the limit.
        Ok(self.div_euclid(step) + i64::from(self.rem_euclid(step) != 0))
    }

    fn steps_round(self, step: Self) -> Result<i64> {
        positive(step)?;
        let rest = self.rem_euclid(step);
        Ok(self.div_euclid(step) + i64::from(rest > step - rest))
    }

    fn steps_rest(self, step: Self) -> Result<Self> {
        positive(step)?;
        Ok(self.rem_euclid(step))
    }

    fn is_multiple(self, divisor: Self) -> Result<bool> {
        if divisor == 0 {
            return Err(Error::DivisionByZero { axis: None, value: self.into() });
        }
        // `i64::MIN % -1` overflows although the remainder is 0.
        Ok(self.checked_rem(divisor).unwrap_or(0) == 0)
    }

    fn to_length(self) -> Length {
        self.into()
    }

    fn from_whole(value: i64) -> Self {
        value
    }

    fn parse(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        trimmed.parse().map_err(|_| whole_number_error(trimmed))
    }
}

fn overflow(left: i64, op: &'static str, right: i64) -> Error {
    Error::Overflow { axis: None, op, left: left.into(), right: right.into() }
}

fn positive(step: i64) -> Result<()> {
    if step > 0 { Ok(()) } else { Err(Error::ZeroStep { axis: None, step: step.into() }) }
}

/// Why the text is not an `i64`: it is a fraction, too large, or no number at all.
fn whole_number_error(text: &str) -> Error {
    match text.parse::<Length>() {
        Ok(value) if !value.is_integer() => Error::NotWhole { axis: None, value },
        Err(error @ Error::Unrepresentable { .. }) => error,
        _ => Error::parse("a whole number", text, "write an integer, such as -12"),
    }
}

impl sealed::Sealed for Length {
    #[cfg(feature = "serde")]
    const EXPECTED: &'static str =
        "a length (a number of at most 15 digits, or a string such as \"4/3\" or \"0.5 um\")";

    #[cfg(feature = "serde")]
    fn from_stored_f64(value: f64) -> Result<Self> {
        Self::from_decimal_f64(value)
    }

    #[cfg(feature = "serde")]
    fn from_stored_text(text: &str) -> Result<Self> {
        text.parse()
    }
}

impl Scalar for Length {
    const ZERO: Self = Length::ZERO;
    const ONE: Self = Length::ONE;

    fn try_add(self, other: Self) -> Result<Self> {
        self.checked_add(other)
    }

    fn try_sub(self, other: Self) -> Result<Self> {
        self.checked_sub(other)
    }

    fn try_mul(self, other: Self) -> Result<Self> {
        self.checked_mul(other)
    }

    fn try_neg(self) -> Result<Self> {
        self.checked_neg()
    }

    fn try_half(self) -> Result<Self> {
        self.checked_div(Length::from(2))
    }

    fn steps_floor(self, step: Self) -> Result<i64> {
        self.div_floor(step)
    }

    fn steps_ceil(self, step: Self) -> Result<i64> {
        self.div_ceil(step)
    }

    fn steps_round(self, step: Self) -> Result<i64> {
        self.div_round(step)
    }

    fn steps_rest(self, step: Self) -> Result<Self> {
        self.rem_floor(step)
    }

    fn is_multiple(self, divisor: Self) -> Result<bool> {
        self.is_multiple_of(divisor)
    }

    fn to_length(self) -> Length {
        self
    }

    fn from_whole(value: i64) -> Self {
        value.into()
    }

    fn parse(text: &str) -> Result<Self> {
        text.parse()
    }
}
