//! Exact lengths: reduced fractions of nanometres.

mod divide;
mod float;
mod format;
mod ops;
mod parse;
#[cfg(feature = "serde")]
mod serde;
mod stack_text;

use core::cmp::Ordering;

use crate::{Error, Result};

/// An exact length in nanometres (on a time axis: in that axis's own unit), a reduced fraction of two 64-bit integers.
///
/// 4.56 nm is 114/25, a third of 4 nm is 4/3, and both stay what they are through every operation. Intermediate results
/// have 128 bits; a result that does not fit is a typed error, never rounded. Whole numbers behave and print like
/// integers.
///
/// # Examples
///
/// ```
/// use coord_roi::Length;
///
/// let size: Length = "4.56".parse()?;
/// assert_eq!((size.numer(), size.denom()), (114, 25));
/// assert_eq!(size.checked_mul(Length::from(25))?, 114);
/// assert_eq!("0.5 um".parse::<Length>()?, 500);
/// assert_eq!(Length::new(8, 6)?.to_string(), "4/3");
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Length {
    num: i64,
    /// Greater than zero and without a common factor with `num`.
    den: i64,
}

impl Length {
    /// 0 nm.
    pub const ZERO: Self = Self { num: 0, den: 1 };
    /// 1 nm.
    pub const ONE: Self = Self { num: 1, den: 1 };

    /// The fraction `num / den`, reduced.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`] for a denominator of 0; [`Error::Overflow`] when the reduced terms do not fit, which
    /// needs a term of `i64::MIN`.
    pub fn new(num: i64, den: i64) -> Result<Self> {
        Self::from(num).checked_div(Self::from(den))
    }

    /// The numerator; it carries the sign.
    pub const fn numer(self) -> i64 {
        self.num
    }

    /// The denominator, greater than zero.
    pub const fn denom(self) -> i64 {
        self.den
    }

    /// Whether this is a whole number of nanometres.
    pub const fn is_integer(self) -> bool {
        self.den == 1
    }

    /// Whether this is greater than zero.
    pub const fn is_positive(self) -> bool {
        self.num > 0
    }

    /// Whether this is less than zero.
    pub const fn is_negative(self) -> bool {
        self.num < 0
    }

    /// The whole number that this is.
    ///
    /// # Errors
    /// [`Error::NotWhole`] for a fraction.
    pub const fn to_integer(self) -> Result<i64> {
        if self.den == 1 { Ok(self.num) } else { Err(Error::NotWhole { axis: None, value: self }) }
    }

    /// `num / den` in lowest terms; none when the terms do not fit. `den` is not 0.
    pub(crate) fn reduced(num: i128, den: i128) -> Option<Self> {
        if let (Ok(num), Ok(den @ 1..)) = (i64::try_from(num), i64::try_from(den)) {
            // Nearly always; division of 128-bit integers is done in software.
            let divisor = if den == 1 { 1 } else { gcd_u64(num.unsigned_abs(), den as u64) as i64 };
            return Some(if divisor == 1 {
                Self { num, den }
            } else {
                Self { num: num / divisor, den: den / divisor }
            });
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let num_abs = num.unsigned_abs() / divisor;
        let den = i64::try_from(den.unsigned_abs() / divisor).ok().map(|abs| (abs, den < 0))?;
        let negative = (num < 0) != den.1;
        let signed = i128::try_from(num_abs).ok()?;
        let num = i64::try_from(if negative { -signed } else { signed }).ok()?;
        Some(Self { num, den: den.0 })
    }

    /// `self + other`.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn checked_add(self, other: Self) -> Result<Self> {
        let (a, b, c, d) = self.terms(other);
        let sum = if b == d { Self::reduced(a + c, b) } else { Self::reduced(a * d + c * b, b * d) };
        sum.ok_or_else(|| self.overflow("+", other))
    }

    /// `self - other`.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn checked_sub(self, other: Self) -> Result<Self> {
        let (a, b, c, d) = self.terms(other);
        let difference = if b == d { Self::reduced(a - c, b) } else { Self::reduced(a * d - c * b, b * d) };
        difference.ok_or_else(|| self.overflow("-", other))
    }

    /// `self · other`; one of the two is usually a plain factor.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn checked_mul(self, other: Self) -> Result<Self> {
        let (a, b, c, d) = self.terms(other);
        Self::reduced(a * c, b * d).ok_or_else(|| self.overflow("*", other))
    }

    /// `self / other`, exactly.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`]; [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn checked_div(self, other: Self) -> Result<Self> {
        if other.num == 0 {
            return Err(Error::DivisionByZero { axis: None, value: self });
        }
        let (a, b, c, d) = self.terms(other);
        Self::reduced(a * d, b * c).ok_or_else(|| self.overflow("/", other))
    }

    /// `-self`.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a numerator of `i64::MIN`.
    pub fn checked_neg(self) -> Result<Self> {
        Self::ZERO.checked_sub(self)
    }

    /// The magnitude.
    ///
    /// # Errors
    /// [`Error::Overflow`] for a numerator of `i64::MIN`.
    pub fn checked_abs(self) -> Result<Self> {
        if self.num < 0 { self.checked_neg() } else { Ok(self) }
    }

    /// The largest length of which both are whole multiples: the common refinement of two steps. 0.08 for 4.56 and 4.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the result does not fit into 64 bits.
    pub fn common_divisor(self, other: Self) -> Result<Self> {
        let (a, b, c, d) = self.terms(other);
        let num = gcd((a * d).unsigned_abs(), (c * b).unsigned_abs());
        // Products of 64-bit terms: at most 126 bits.
        Self::reduced(num as i128, b * d).ok_or_else(|| self.overflow("gcd", other))
    }

    /// The smallest length above 0 that is a whole multiple of both: the common coarsening of two steps. 12 for 4 and
    /// 6, 114 for 4.56 and 6; lengths are fractions, so there always is one.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless both are greater than 0; [`Error::Overflow`] when the result does not fit into 64
    /// bits.
    pub fn common_multiple(self, other: Self) -> Result<Self> {
        if let Some(step) = [self, other].into_iter().find(|step| !step.is_positive()) {
            return Err(Error::ZeroStep { axis: None, step });
        }
        let (a, b, c, d) = self.terms(other);
        let common = |a: i128, b: i128| gcd(a.unsigned_abs(), b.unsigned_abs()) as i128;
        // Of reduced fractions: the lcm of the numerators over the gcd of the denominators.
        Self::reduced(a / common(a, c) * c, common(b, d)).ok_or_else(|| self.overflow("lcm", other))
    }

    /// Numerators and denominators of both in 128 bits, where products and their sums cannot overflow.
    fn terms(self, other: Self) -> (i128, i128, i128, i128) {
        (self.num.into(), self.den.into(), other.num.into(), other.den.into())
    }

    fn overflow(self, op: &'static str, other: Self) -> Error {
        Error::Overflow { axis: None, op, left: self, right: other }
    }
}

/// The greatest common divisor; 1 for two zeros, so that dividing by it is always possible.
pub(crate) fn gcd(mut a: u128, mut b: u128) -> u128 {
    while b != 0 {
        if let (Ok(small_a), Ok(small_b)) = (u64::try_from(a), u64::try_from(b)) {
            // Division of 128-bit integers is done in software.
            return gcd_u64(small_a, small_b).into();
        }
        (a, b) = (b, a % b);
    }
    a.max(1)
}

fn gcd_u64(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

impl Default for Length {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<i64> for Length {
    fn from(nanometres: i64) -> Self {
        Self { num: nanometres, den: 1 }
    }
}

macro_rules! from_smaller {
    ($($integer:ty)*) => {$(
        impl From<$integer> for Length {
            fn from(nanometres: $integer) -> Self {
                i64::from(nanometres).into()
            }
        }
    )*};
}

from_smaller!(i8 i16 i32 u8 u16 u32);

macro_rules! from_larger {
    ($($integer:ty)*) => {$(
        impl TryFrom<$integer> for Length {
            type Error = Error;

            /// # Errors
            /// [`Error::Unrepresentable`] beyond 64 bits with a sign.
            fn try_from(nanometres: $integer) -> Result<Self> {
                let whole = i64::try_from(nanometres).map(Self::from);
                whole.map_err(|_| Error::Unrepresentable { text: alloc::format!("{nanometres}") })
            }
        }
    )*};
}

from_larger!(u64 usize i128 u128);

impl TryFrom<Length> for i64 {
    type Error = Error;

    fn try_from(length: Length) -> Result<i64> {
        length.to_integer()
    }
}

impl Ord for Length {
    fn cmp(&self, other: &Self) -> Ordering {
        let (a, b, c, d) = self.terms(*other);
        (a * d).cmp(&(c * b))
    }
}

impl PartialOrd for Length {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq<i64> for Length {
    fn eq(&self, other: &i64) -> bool {
        *self == Self::from(*other)
    }
}

impl PartialOrd<i64> for Length {
    fn partial_cmp(&self, other: &i64) -> Option<Ordering> {
        self.partial_cmp(&Self::from(*other))
    }
}
