//! Coordinates whose entries may lack a value.

use core::cmp::Ordering;
use core::fmt;

use crate::{Coordinate, Error, Result, Scalar};

/// A coordinate whose entries may be without a value, with the rule "none in, none out".
///
/// An entry of a result is none when either operand's is; such entries are not evaluated, so none divided by 0 is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize), serde(transparent))]
pub struct PartialCoordinate {
    entries: Coordinate<Option<i64>>,
}

impl PartialCoordinate {
    /// `dims` times the same value.
    ///
    /// # Errors
    /// [`Error::TooManyDims`].
    pub fn filled(dims: usize, value: Option<i64>) -> Result<Self> {
        Coordinate::filled(dims, value).map(Self::from)
    }

    /// The number of entries.
    pub fn dims(&self) -> usize {
        self.entries.dims()
    }

    /// The entries.
    pub fn entries(&self) -> &[Option<i64>] {
        &self.entries
    }

    /// The same number for every entry.
    pub(super) fn repeat(&self, value: i64) -> Self {
        Self { entries: self.entries.map(|_| Some(value)) }
    }

    fn each(&self, function: impl Fn(i64) -> Result<i64>) -> Result<Self> {
        let entries =
            self.entries.try_map(|axis, entry| entry.map(&function).transpose().map_err(|error| error.at(axis)))?;
        Ok(Self { entries })
    }

    /// Entry by entry, none where either is none.
    pub(super) fn pairs(&self, other: &Self, function: impl Fn(i64, i64) -> Result<i64>) -> Result<Self> {
        let entries = self.entries.zip_with(&other.entries, |axis, left, right| match (left, right) {
            (Some(left), Some(right)) => function(left, right).map(Some).map_err(|error| error.at(axis)),
            _ => Ok(None),
        })?;
        Ok(Self { entries })
    }

    /// Entry by entry, without a rule for none.
    pub(super) fn pair_entries<V: Copy + Default>(
        &self,
        other: &Self,
        function: impl Fn(usize, Option<i64>, Option<i64>) -> V,
    ) -> Result<Coordinate<V>> {
        self.entries.zip_with(&other.entries, |axis, left, right| Ok(function(axis, left, right)))
    }

    /// Divisors of a rounding division.
    fn not_below_zero(&self) -> Result<()> {
        match self.entries.iter().enumerate().find_map(|(axis, entry)| Some((axis, entry.filter(|&entry| entry < 0)?)))
        {
            Some((axis, step)) => Err(Error::ZeroStep { axis: Some(axis), step: step.into() }),
            None => Ok(()),
        }
    }

    /// Entry-wise negation.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn checked_neg(&self) -> Result<Self> {
        self.each(Scalar::try_neg)
    }

    /// Entry-wise magnitude.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn checked_abs(&self) -> Result<Self> {
        self.each(|entry| if entry < 0 { entry.try_neg() } else { Ok(entry) })
    }

    /// Entry-wise sum.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn checked_add(&self, other: &Self) -> Result<Self> {
        self.pairs(other, Scalar::try_add)
    }

    /// Entry-wise difference.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn checked_sub(&self, other: &Self) -> Result<Self> {
        self.pairs(other, Scalar::try_sub)
    }

    /// Entry-wise product.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn checked_mul(&self, other: &Self) -> Result<Self> {
        self.pairs(other, Scalar::try_mul)
    }

    /// Entry-wise power, cut towards zero: 2 to the -1 is 0, 0 to the 0 is 1.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::DivisionByZero`] for 0 to a negative power; [`Error::Overflow`].
    pub fn checked_pow(&self, other: &Self) -> Result<Self> {
        self.pairs(other, power)
    }

    /// Quotient cut towards zero, the reference's `/`, in whole numbers.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::DivisionByZero`], [`Error::Overflow`].
    pub fn div_trunc(&self, other: &Self) -> Result<Self> {
        self.pairs(other, trunc)
    }

    /// Quotient rounded down, also for negative divisors: the reference's `//`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::DivisionByZero`], [`Error::Overflow`].
    pub fn div_floor(&self, other: &Self) -> Result<Self> {
        self.pairs(other, floor)
    }

    /// Remainder with the sign of the divisor, the reference's `%`: `a == a.div_floor(b) * b + a.rem_floor(b)`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::DivisionByZero`].
    pub fn rem_floor(&self, other: &Self) -> Result<Self> {
        self.pairs(other, remainder)
    }

    /// Quotient rounded up.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::ZeroStep`] for a divisor below 0, also where there is nothing to divide, and
    /// for a divisor of 0 where there is.
    pub fn div_ceil(&self, other: &Self) -> Result<Self> {
        other.not_below_zero()?;
        self.pairs(other, Scalar::steps_ceil)
    }

    /// Nearest quotient, ties down.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::ZeroStep`] for a divisor below 0, also where there is nothing to divide, and
    /// for a divisor of 0 where there is.
    pub fn div_round(&self, other: &Self) -> Result<Self> {
        other.not_below_zero()?;
        self.pairs(other, Scalar::steps_round)
    }

    /// Whether every entry is a whole multiple of its divisor, whose sign does not matter.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::MissingEntry`], [`Error::DivisionByZero`].
    pub fn is_multiple_of(&self, divisors: &Self) -> Result<bool> {
        Coordinate::try_from(*self)?.is_multiple_of(&Coordinate::try_from(*divisors)?)
    }

    /// Lexicographic order.
    ///
    /// # Errors
    /// [`Error::MissingEntry`] when the order depends on an entry without a value.
    pub fn lexicographic_cmp(&self, other: &Self) -> Result<Ordering> {
        let mut pairs = self.entries.iter().zip(&other.entries).enumerate();
        match pairs.find(|(_, (left, right))| left != right) {
            Some((_, (Some(left), Some(right)))) => Ok(left.cmp(right)),
            Some((axis, _)) => Err(Error::MissingEntry { axis }),
            None => Ok(self.dims().cmp(&other.dims())),
        }
    }

    /// Without the entry `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        Ok(Self { entries: self.entries.squeeze(axis)? })
    }
}

impl From<Coordinate<Option<i64>>> for PartialCoordinate {
    fn from(entries: Coordinate<Option<i64>>) -> Self {
        Self { entries }
    }
}

impl From<Coordinate> for PartialCoordinate {
    fn from(coordinate: Coordinate) -> Self {
        Self { entries: coordinate.map(Some) }
    }
}

impl TryFrom<PartialCoordinate> for Coordinate {
    type Error = Error;

    fn try_from(partial: PartialCoordinate) -> Result<Self> {
        partial.entries.try_map(|axis, entry| entry.ok_or(Error::MissingEntry { axis }))
    }
}

/// As the reference writes it: `(1, None, -3)`.
impl fmt::Display for PartialCoordinate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.entries.map(Entry).fmt(f)
    }
}

#[derive(Clone, Copy, Default)]
struct Entry(Option<i64>);

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(entry) => entry.fmt(f),
            None => f.write_str("None"),
        }
    }
}

/// A list with null where there is no value.
#[cfg(feature = "serde")]
impl<'de> serde::Deserialize<'de> for PartialCoordinate {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        use crate::stored::{Stored, StoredOption};
        let entries = crate::coordinate::read_list(deserializer, |axis| StoredOption(Stored::<i64>::entry(axis)))?;
        Ok(Self { entries })
    }
}

pub(super) fn trunc(a: i64, b: i64) -> Result<i64> {
    if b == 0 {
        return Err(Error::DivisionByZero { axis: None, value: a.into() });
    }
    a.checked_div(b).ok_or_else(|| Error::Overflow { axis: None, op: "/", left: a.into(), right: b.into() })
}

fn floor(a: i64, b: i64) -> Result<i64> {
    let quotient = trunc(a, b)?;
    // With a remainder the quotient is smaller in magnitude than `a`, so there is room below.
    Ok(quotient - i64::from(remainder(a, b)? != 0 && (a < 0) != (b < 0)))
}

fn remainder(a: i64, b: i64) -> Result<i64> {
    if b == 0 {
        return Err(Error::DivisionByZero { axis: None, value: a.into() });
    }
    // `i64::MIN % -1` overflows although the remainder is 0.
    let rest = a.checked_rem(b).unwrap_or(0);
    Ok(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

fn power(base: i64, exponent: i64) -> Result<i64> {
    let odd = exponent % 2 != 0;
    match base {
        1 => Ok(1),
        -1 => Ok(if odd { -1 } else { 1 }),
        0 if exponent < 0 => Err(Error::DivisionByZero { axis: None, value: 1.into() }),
        0 => Ok(i64::from(exponent == 0)),
        // The result is a fraction between -1 and 1.
        _ if exponent < 0 => Ok(0),
        _ => u32::try_from(exponent)
            .ok()
            .and_then(|exponent| base.checked_pow(exponent))
            .ok_or_else(|| Error::Overflow { axis: None, op: "**", left: base.into(), right: exponent.into() }),
    }
}
