//! Checked arithmetic, entry by entry.

use crate::{Coordinate, Result, Scalar};

impl<T: Scalar> Coordinate<T> {
    fn each<V: Copy + Default>(&self, function: impl Fn(T) -> Result<V>) -> Result<Coordinate<V>> {
        self.try_map(|axis, entry| function(entry).map_err(|error| error.at(axis)))
    }

    fn pairs<V: Copy + Default>(&self, other: &Self, function: impl Fn(T, T) -> Result<V>) -> Result<Coordinate<V>> {
        self.zip_with(other, |axis, left, right| function(left, right).map_err(|error| error.at(axis)))
    }

    /// Entry-wise sum.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_add(&self, other: &Self) -> Result<Self> {
        self.pairs(other, T::try_add)
    }

    /// Entry-wise difference.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_sub(&self, other: &Self) -> Result<Self> {
        self.pairs(other, T::try_sub)
    }

    /// Entry-wise product.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_mul(&self, other: &Self) -> Result<Self> {
        self.pairs(other, T::try_mul)
    }

    /// `value` added to every entry.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_add_scalar(&self, value: T) -> Result<Self> {
        self.each(|entry| entry.try_add(value))
    }

    /// `value` subtracted from every entry.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_sub_scalar(&self, value: T) -> Result<Self> {
        self.each(|entry| entry.try_sub(value))
    }

    /// Every entry multiplied by `value`.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_mul_scalar(&self, value: T) -> Result<Self> {
        self.each(|entry| entry.try_mul(value))
    }

    /// Every entry negated.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_neg(&self) -> Result<Self> {
        self.each(T::try_neg)
    }

    /// The magnitude of every entry.
    ///
    /// # Errors
    /// [`Error::Overflow`](crate::Error::Overflow).
    pub fn checked_abs(&self) -> Result<Self> {
        self.each(|entry| if entry < T::ZERO { entry.try_neg() } else { Ok(entry) })
    }

    /// How many whole `steps` fit, rounded towards minus infinity: -7 by 2 is -4.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::ZeroStep`](crate::Error::ZeroStep) unless every
    /// step is greater than 0, [`Error::Overflow`](crate::Error::Overflow).
    pub fn div_floor(&self, steps: &Self) -> Result<Coordinate> {
        self.pairs(steps, T::steps_floor)
    }

    /// How many whole `steps` cover, rounded towards plus infinity: -7 by 2 is -3.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_ceil(&self, steps: &Self) -> Result<Coordinate> {
        self.pairs(steps, T::steps_ceil)
    }

    /// The nearest number of `steps`; a tie goes down: 2 by 4 is 0, -2 by 4 is -1.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn div_round(&self, steps: &Self) -> Result<Coordinate> {
        self.pairs(steps, T::steps_round)
    }

    /// The number of `steps` where it is whole.
    ///
    /// # Errors
    /// [`Error::NotAligned`](crate::Error::NotAligned), with the nearest multiples, where there is a remainder; else as
    /// [`div_floor`](Self::div_floor).
    pub fn div_exact(&self, steps: &Self) -> Result<Coordinate> {
        self.pairs(steps, T::steps_exact)
    }

    /// What is left above [`div_floor`](Self::div_floor) steps: at least 0, less than the step.
    ///
    /// # Errors
    /// As [`div_floor`](Self::div_floor).
    pub fn rem_floor(&self, steps: &Self) -> Result<Self> {
        self.pairs(steps, T::steps_rest)
    }

    /// Whether every entry is a whole multiple of its divisor, whose sign does not matter.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::DivisionByZero`](crate::Error::DivisionByZero).
    pub fn is_multiple_of(&self, divisors: &Self) -> Result<bool> {
        let multiples = self.pairs(divisors, T::is_multiple)?;
        Ok(multiples.iter().all(|&multiple| multiple))
    }
}
