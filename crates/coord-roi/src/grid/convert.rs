//! The one place where world becomes voxel and voxel becomes world.

use crate::roi::checked_axis;
use crate::rounding::{Limit, counted};
use crate::{Axis, Coordinate, Error, Grid, Length, Result, Roi, Rounding, VoxelBox};

/// One axis of a grid.
#[derive(Clone, Copy)]
struct Line {
    axis: usize,
    origin: Length,
    step: Length,
}

impl Line {
    /// The index of the grid line at, below or above a world position.
    fn index(self, position: Length, limit: Limit, rounding: Rounding) -> Result<i64> {
        let distance = position.checked_sub(self.origin)?;
        match rounding {
            // The error names the position, not its distance from the origin.
            Rounding::Exact => self.exact(position, distance),
            _ => rounding.steps(limit, distance, self.step),
        }
    }

    fn exact(self, position: Length, distance: Length) -> Result<i64> {
        let rest = distance.rem_floor(self.step)?;
        if rest == Length::ZERO {
            return distance.div_floor(self.step);
        }
        let below = position.checked_sub(rest)?;
        let above = below.checked_add(self.step)?;
        Err(Error::NotAligned { axis: self.axis, value: position, step: self.step, below, above })
    }

    /// The world position of a grid line.
    fn position(self, index: i64) -> Result<Length> {
        self.step.checked_mul(index.into())?.checked_add(self.origin)
    }

    /// First voxel and number of voxels of an interval. An empty interval stays empty, and so does one whose limits
    /// cross.
    fn voxels(self, begin: Length, shape: Length, rounding: Rounding) -> Result<(i64, i64)> {
        counted(begin, begin.checked_add(shape)?, |limit, position| self.index(position, limit, rounding))
    }

    /// Begin and shape in the world of a range of voxels.
    fn interval(self, first: i64, count: i64) -> Result<Axis<Length>> {
        let begin = self.position(first)?;
        let shape = self.step.checked_mul(count.into())?;
        checked_axis(self.axis, begin, shape)
    }
}

impl Grid {
    fn line(&self, axis: usize) -> Line {
        Line { axis, origin: self.origin[axis], step: self.step[axis] }
    }

    /// The voxels of a region, its limits rounded as `rounding` says. Empty axes stay empty, at the rounded begin.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::Unbounded`]; with [`Rounding::Exact`] [`Error::NotAligned`], which names the
    /// nearest aligned positions; [`Error::Overflow`].
    pub fn to_voxels(&self, roi: &Roi<Length>, rounding: Rounding) -> Result<VoxelBox> {
        let voxels = self.step.zip_with(roi.coordinate(), |index, _, axis| match axis {
            Axis::Bounded { begin, shape } => {
                self.line(index).voxels(begin, shape, rounding).map_err(|error| error.at(index))
            }
            Axis::All => Err(Error::Unbounded { axis: index }),
        })?;
        let (begin, shape): (Coordinate, Coordinate) = (voxels.map(|(first, _)| first), voxels.map(|(_, count)| count));
        VoxelBox::new(begin, shape)
    }

    /// The region that a box of voxels covers.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn to_world(&self, voxels: &VoxelBox) -> Result<Roi<Length>> {
        self.step.same_dims(&voxels.begin())?;
        let axes = voxels.begin().zip_with(&voxels.shape(), |axis, first, count| {
            self.line(axis).interval(first, count).map_err(|error| error.at(axis))
        })?;
        Ok(Roi::of_checked(axes))
    }

    /// The voxel that covers a position.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn voxel_at(&self, position: &Coordinate<Length>) -> Result<Coordinate> {
        self.step.zip_with(position, |axis, _, position| {
            self.line(axis).index(position, Limit::Begin, Rounding::Grow).map_err(|error| error.at(axis))
        })
    }

    /// The lower corner of a voxel.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn corner(&self, voxel: &Coordinate) -> Result<Coordinate<Length>> {
        self.step.zip_with(voxel, |axis, _, index| self.line(axis).position(index).map_err(|error| error.at(axis)))
    }

    /// The region with its limits moved onto grid lines as `rounding` says. Unbounded axes stay unbounded; empty axes
    /// stay empty, at the rounded begin.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; with [`Rounding::Exact`] [`Error::NotAligned`]; [`Error::Overflow`].
    pub fn snap(&self, roi: &Roi<Length>, rounding: Rounding) -> Result<Roi<Length>> {
        let axes = self.step.zip_with(roi.coordinate(), |index, _, axis| {
            let Axis::Bounded { begin, shape } = axis else { return Ok(Axis::All) };
            let line = self.line(index);
            let snapped = line.voxels(begin, shape, rounding).and_then(|(first, count)| line.interval(first, count));
            snapped.map_err(|error| error.at(index))
        })?;
        Ok(Roi::of_checked(axes))
    }
}
