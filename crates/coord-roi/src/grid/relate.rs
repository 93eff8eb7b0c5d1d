//! How grids relate to each other.

use crate::{Coordinate, Error, Grid, Length, Result};

impl Grid {
    /// The grid of an array that is resampled up by `up` and down by `down`: its step is `step · down / up`, its origin
    /// stays, so up by n and down by n gives back the same grid.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::ZeroFactor`], [`Error::Overflow`].
    pub fn scaled(&self, up: &[u32], down: &[u32]) -> Result<Self> {
        let (up, down) = (factors(up)?, factors(down)?);
        let factor = down.zip_with(&up, |axis, down, up| down.checked_div(up).map_err(|error| error.at(axis)))?;
        Self::new(self.origin, self.step.checked_mul(&factor)?)
    }

    /// What to add to a voxel index of this grid to get the index of the same voxel in `other`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::StepMismatch`]; [`Error::NotCompatible`] when the lines differ;
    /// [`Error::Overflow`].
    pub fn shift_to(&self, other: &Self) -> Result<Coordinate> {
        let difference = self.origin.checked_sub(&other.origin)?;
        difference.try_map(|axis, difference| {
            let (step, other_step) = (self.step[axis], other.step[axis]);
            if step != other_step {
                return Err(Error::StepMismatch { axis, step, other_step });
            }
            if !difference.is_multiple_of(step)? {
                return Err(self.not_compatible(other, axis, step));
            }
            difference.div_floor(step).map_err(|error| error.at(axis))
        })
    }

    /// The coarsest grid that has all lines of both: 0.08 nm for 4.56 nm and 4 nm. Its step tells whether joining the
    /// two is sensible. Its origin is that of this grid.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::NotCompatible`] where the origins are not a multiple of the refined step
    /// apart; [`Error::Overflow`].
    pub fn common_refinement(&self, other: &Self) -> Result<Self> {
        let step = self.step.zip_with(&other.step, |axis, a, b| a.common_divisor(b).map_err(|error| error.at(axis)))?;
        let difference = other.origin.checked_sub(&self.origin)?;
        for (axis, (difference, &unit)) in difference.iter().zip(&step).enumerate() {
            if !difference.is_multiple_of(unit)? {
                return Err(self.not_compatible(other, axis, unit));
            }
        }
        Self::new(self.origin, step)
    }

    fn not_compatible(&self, other: &Self, axis: usize, unit: Length) -> Error {
        let (step, other_step) = (self.step[axis], other.step[axis]);
        let (origin, other_origin) = (self.origin[axis], other.origin[axis]);
        Error::NotCompatible { axis, step, other_step, origin, other_origin, unit }
    }
}

/// Resampling factors as exact numbers.
fn factors(factors: &[u32]) -> Result<Coordinate<Length>> {
    if let Some(axis) = factors.iter().position(|&factor| factor == 0) {
        return Err(Error::ZeroFactor { axis });
    }
    Coordinate::try_from(factors).map(|factors| factors.map(Length::from))
}
