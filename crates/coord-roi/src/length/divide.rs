//! Counting whole steps in a length.

use crate::{Error, Length, Result};

impl Length {
    /// The number of whole `step`s below or at this length, rounded towards minus infinity.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless `step > 0`; [`Error::Overflow`] when the count does not fit into an `i64`.
    pub fn div_floor(self, step: Self) -> Result<i64> {
        let (floor, _, _) = self.divide(step)?;
        self.count(floor, step)
    }

    /// The number of whole `step`s above or at this length, rounded towards plus infinity.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_ceil(self, step: Self) -> Result<i64> {
        let (floor, rest, _) = self.divide(step)?;
        self.count(floor + i128::from(rest > 0), step)
    }

    /// The nearest whole number of `step`s; a tie goes down, towards minus infinity.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_round(self, step: Self) -> Result<i64> {
        let (floor, rest, unit) = self.divide(step)?;
        self.count(floor + i128::from(rest > unit - rest), step)
    }

    /// What is left above [`div_floor`](Self::div_floor) steps: at least 0, less than `step`.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless `step > 0`; [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn rem_floor(self, step: Self) -> Result<Self> {
        let (_, rest, _) = self.divide(step)?;
        let scale = i128::from(self.den) * i128::from(step.den);
        Self::reduced(rest, scale).ok_or_else(|| self.overflow("%", step))
    }

    /// Whether this is a whole multiple of `divisor`, whose sign does not matter.
    ///
    /// # Errors
    /// [`Error::DivisionByZero`].
    pub fn is_multiple_of(self, divisor: Self) -> Result<bool> {
        if divisor.num == 0 {
            return Err(Error::DivisionByZero { axis: None, value: self });
        }
        let (a, b, c, d) = self.terms(divisor);
        Ok((a * d) % (b * c) == 0)
    }

    /// Quotient rounded down, the rest, and what the rest is measured against. The rest and `unit` are both in units of
    /// `1 / (self.den · step.den)`.
    fn divide(self, step: Self) -> Result<(i128, i128, i128)> {
        if step.num <= 0 {
            return Err(Error::ZeroStep { axis: None, step });
        }
        let (a, b, c, d) = self.terms(step);
        let unit = b * c;
        Ok(((a * d).div_euclid(unit), (a * d).rem_euclid(unit), unit))
    }

    fn count(self, steps: i128, step: Self) -> Result<i64> {
        i64::try_from(steps).map_err(|_| self.overflow("/", step))
    }
}
