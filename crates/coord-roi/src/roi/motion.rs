//! Moving, growing and scaling regions.

use super::checked_axis;
use crate::{Axis, Coordinate, Error, Grid, Length, Result, Roi, Rounding, Scalar};

impl<T: Scalar> Roi<T> {
    /// The bounded axes through a function; unbounded ones stay.
    fn each(&self, function: impl Fn(usize, T, T) -> Result<Axis<T>>) -> Result<Self> {
        let axes = self.axes.try_map(|index, axis| match axis {
            Axis::Bounded { begin, shape } => function(index, begin, shape).map_err(|error| error.at(index)),
            Axis::All => Ok(Axis::All),
        })?;
        Ok(Self { axes })
    }

    /// The region moved by `by`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn shift(&self, by: &Coordinate<T>) -> Result<Self> {
        self.axes.same_dims(by)?;
        self.each(|axis, begin, shape| checked_axis(axis, begin.try_add(by[axis])?, shape))
    }

    /// The region with its lower corner moved down by `neg` and its upper corner moved up by `pos`. Negative amounts
    /// shrink; where the corners would cross, the axis is empty at the new begin. An empty axis grows from its begin.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn grow(&self, neg: &Coordinate<T>, pos: &Coordinate<T>) -> Result<Self> {
        self.axes.same_dims(neg)?;
        self.axes.same_dims(pos)?;
        self.each(|axis, begin, shape| {
            let shape = shape.try_add(neg[axis])?.try_add(pos[axis])?;
            checked_axis(axis, begin.try_sub(neg[axis])?, shape.max(T::ZERO))
        })
    }

    /// Begin and shape multiplied by `factor`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::NegativeFactor`], [`Error::Overflow`].
    pub fn scale(&self, factor: &Coordinate<T>) -> Result<Self> {
        self.axes.same_dims(factor)?;
        if let Some(axis) = factor.iter().position(|&factor| factor < T::ZERO) {
            return Err(Error::NegativeFactor { axis, factor: factor[axis].to_length() });
        }
        self.each(|axis, begin, shape| checked_axis(axis, begin.try_mul(factor[axis])?, shape.try_mul(factor[axis])?))
    }

    /// Without the axis `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        Ok(Self { axes: self.axes.squeeze(axis)? })
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this.
    ///
    /// # Errors
    /// As [`Coordinate::permuted`].
    pub fn permuted(&self, order: &[usize]) -> Result<Self> {
        Ok(Self { axes: self.axes.permuted(order)? })
    }

    /// The region with its limits moved onto the lines of a grid, see [`Grid::snap`].
    ///
    /// # Errors
    /// As [`Grid::snap`].
    pub fn snap(&self, grid: &Grid, rounding: Rounding) -> Result<Roi<Length>> {
        grid.snap(&self.to_lengths(), rounding)
    }
}

impl Roi {
    /// Begin and shape divided by `divisor`, where both divide without a remainder. To go to coarser voxels, use a
    /// [`Grid`].
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::ZeroStep`] where the divisor of a bounded axis is not greater than 0,
    /// [`Error::NotAligned`].
    pub fn div_exact(&self, divisor: &Coordinate) -> Result<Self> {
        self.axes.same_dims(divisor)?;
        self.each(|axis, begin, shape| {
            let begin = begin.steps_exact(divisor[axis])?;
            checked_axis(axis, begin, shape.steps_exact(divisor[axis])?)
        })
    }
}
