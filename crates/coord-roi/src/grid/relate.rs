//! How grids relate to each other.

use super::Relation;
use crate::{Coordinate, Error, Grid, Length, Result, Rounding, VoxelBox};

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

    /// How the lines of the two grids lie to each other, axis by axis.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::{Grid, Relation};
    ///
    /// let image = Grid::with_step(["4.56".parse()?, 4.into(), 4.into()])?;
    /// let labels = Grid::with_step([2.into(), 4.into(), 8.into()])?;
    /// let relation = image.relation(&labels)?;
    /// // 4.56 nm and 2 nm meet on lines 0.08 nm apart only: joining them there makes voxels of 57 and 25 lines.
    /// assert_eq!(relation[0], Relation::Refinable { step: "0.08".parse()?, own: 57, other: 25 });
    /// assert_eq!(relation[1], Relation::Equal { shift: 0 });
    /// assert_eq!(relation[2], Relation::Finer { factor: 2 });
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn relation(&self, other: &Self) -> Result<Coordinate<Relation>> {
        let difference = other.origin.checked_sub(&self.origin)?;
        difference.try_map(|axis, difference| {
            Relation::of(self.step[axis], other.step[axis], difference).map_err(|error| error.at(axis))
        })
    }

    /// Whether the grids have a common refinement, and with it a common coarsening: on no axis they lie
    /// [`Apart`](Relation::Apart). [`relation`](Self::relation) tells more.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn is_compatible(&self, other: &Self) -> Result<bool> {
        Ok(!self.relation(other)?.iter().any(|relation| matches!(relation, Relation::Apart { .. })))
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

    /// The finest grid all of whose lines are lines of both: 12 nm for 4 nm and 6 nm. A region on its lines can be read
    /// from arrays of either grid. Its origin is the first such line at or above the origin of this grid.
    ///
    /// # Errors
    /// As [`common_refinement`](Self::common_refinement): where that exists, so does this, unless it overflows.
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::{Grid, Length, Rounding};
    ///
    /// let (a, b) = (Grid::with_step([Length::from(4)])?, Grid::new([Length::from(-2)], [Length::from(6)])?);
    /// let both = a.common_coarsening(&b)?;
    /// assert_eq!(both.to_string(), "origin (4,) step (12,)");
    /// // The largest region inside of a request that both can answer exactly.
    /// assert_eq!(both.snap(&"[0:50]".parse()?, Rounding::Shrink)?.to_string(), "[4:40] (36)");
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn common_coarsening(&self, other: &Self) -> Result<Self> {
        let unit = self.common_refinement(other)?.step;
        let step =
            self.step.zip_with(&other.step, |axis, a, b| a.common_multiple(b).map_err(|error| error.at(axis)))?;
        let difference = other.origin.checked_sub(&self.origin)?;
        let origin = unit.try_map(|axis, unit| {
            let in_units = |length: Length| length.div_floor(unit).map(i128::from);
            let first = || {
                let (own, other) = (in_units(self.step[axis])?, in_units(other.step[axis])?);
                let steps = first_common(own, other, in_units(difference[axis])?);
                self.step[axis].checked_mul(steps.into())?.checked_add(self.origin[axis])
            };
            first().map_err(|error| error.at(axis))
        })?;
        Self::new(origin, step)
    }

    /// The voxels of `target` that cover the same part of the world as these voxels of this grid, by way of exact world
    /// positions.
    ///
    /// # Errors
    /// As [`to_world`](Self::to_world) and [`to_voxels`](Self::to_voxels).
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::{Grid, Length, Rounding, VoxelBox};
    ///
    /// let (fine, coarse) = (Grid::with_step(["4.56".parse()?])?, Grid::with_step([Length::from(16)])?);
    /// let voxels = VoxelBox::new([2], [10])?; // [9.12, 54.72) nm
    /// assert_eq!(fine.regrid(&voxels, &coarse, Rounding::Grow)?.to_string(), "[0:4]");
    /// assert_eq!(fine.regrid(&voxels, &coarse, Rounding::Shrink)?.to_string(), "[1:3]");
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn regrid(&self, voxels: &VoxelBox, target: &Self, rounding: Rounding) -> Result<VoxelBox> {
        target.to_voxels(&self.to_world(voxels)?, rounding)
    }

    fn not_compatible(&self, other: &Self, axis: usize, unit: Length) -> Error {
        let (step, other_step) = (self.step[axis], other.step[axis]);
        let (origin, other_origin) = (self.origin[axis], other.origin[axis]);
        Error::NotCompatible { axis, step, other_step, origin, other_origin, unit }
    }
}

/// The smallest `k >= 0` for which `k·own - difference` is a multiple of `other`. `own` and `other` are positive, below
/// 2^63, and have no common factor.
fn first_common(own: i128, other: i128, difference: i128) -> i64 {
    // Euclid's algorithm: `inverse · own` leaves `a` when divided by `other`, and `a` ends at 1.
    let (mut a, mut b) = (own % other, other);
    let (mut inverse, mut next) = (1_i128, 0_i128);
    while b != 0 {
        let quotient = a / b;
        (a, b) = (b, a - quotient * b);
        (inverse, next) = (next, inverse - quotient * next);
    }
    (inverse.rem_euclid(other) * difference.rem_euclid(other)).rem_euclid(other) as i64
}

/// Resampling factors as exact numbers.
fn factors(factors: &[u32]) -> Result<Coordinate<Length>> {
    if let Some(axis) = factors.iter().position(|&factor| factor == 0) {
        return Err(Error::ZeroFactor { axis });
    }
    Coordinate::try_from(factors).map(|factors| factors.map(Length::from))
}
