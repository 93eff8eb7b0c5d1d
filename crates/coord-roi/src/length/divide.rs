//! Counting whole steps in a length.

use crate::{Error, Length, Result};

/// A length in steps.
struct Quotient {
    /// Whole steps, rounded down.
    floor: i128,
    /// What is left above them: at least 0, less than `unit`.
    rest: i128,
    /// The step in the same unit as the rest.
    unit: i128,
    /// That unit is one over this.
    scale: i128,
}

impl Length {
    /// The number of whole `step`s below or at this length, rounded towards minus infinity.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless `step > 0`; [`Error::Overflow`] when the count does not fit into an `i64`.
    pub fn div_floor(self, step: Self) -> Result<i64> {
        let Quotient { floor, .. } = self.divide(step)?;
        self.count(floor, step)
    }

    /// The number of whole `step`s above or at this length, rounded towards plus infinity.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_ceil(self, step: Self) -> Result<i64> {
        let Quotient { floor, rest, .. } = self.divide(step)?;
        self.count(floor + i128::from(rest > 0), step)
    }

    /// The nearest whole number of `step`s; a tie goes down, towards minus infinity.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_round(self, step: Self) -> Result<i64> {
        let Quotient { floor, rest, unit, .. } = self.divide(step)?;
        self.count(floor + i128::from(rest > unit - rest), step)
    }

    /// What is left above [`div_floor`](Self::div_floor) steps: at least 0, less than `step`.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless `step > 0`; [`Error::Overflow`] when the reduced terms do not fit into 64 bits.
    pub fn rem_floor(self, step: Self) -> Result<Self> {
        let Quotient { rest, scale, .. } = self.divide(step)?;
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

    fn divide(self, step: Self) -> Result<Quotient> {
        if step.num <= 0 {
            return Err(Error::ZeroStep { axis: None, step });
        }
        let (a, b, c, d) = self.terms(step);
        let (dividend, unit, scale) = if b == d { (a, c, b) } else { (a * d, b * c, b * d) };
        let (floor, rest) = match (i64::try_from(dividend), i64::try_from(unit)) {
            // Nearly always; division of 128-bit integers is done in software.
            (Ok(dividend), Ok(unit)) => (dividend.div_euclid(unit).into(), dividend.rem_euclid(unit).into()),
            _ => (dividend.div_euclid(unit), dividend.rem_euclid(unit)),
        };
        Ok(Quotient { floor, rest, unit, scale })
    }

    fn count(self, steps: i128, step: Self) -> Result<i64> {
        i64::try_from(steps).map_err(|_| self.overflow("/", step))
    }
}
