//! Where voxels lie in the world.

mod convert;
mod format;
mod relate;
mod relation;
#[cfg(feature = "serde")]
mod serde;

pub use relation::Relation;

use crate::{Coordinate, Error, Length, Result};

/// The place of voxels in the world: voxel `k` covers `[origin + k·step, origin + (k + 1)·step)` nanometres along each
/// axis. Origin and step are exact.
///
/// A grid is the only way from a [`Roi`](crate::Roi) (world) to a [`VoxelBox`](crate::VoxelBox) (voxels) and back, with
/// a named [`Rounding`](crate::Rounding).
///
/// # Examples
///
/// ```
/// use coord_roi::{Grid, Roi, Rounding};
///
/// let grid = Grid::with_step(["4.56".parse()?, 4.into(), 4.into()])?;
/// let roi: Roi<_> = "[9.12:18.24, 0:8, 0:9]".parse()?;
/// assert_eq!(grid.to_voxels(&roi, Rounding::Grow)?.to_string(), "[2:4, 0:2, 0:3]");
///
/// let error = grid.to_voxels(&roi, Rounding::Exact).unwrap_err();
/// assert!(error.to_string().contains("the nearest aligned values are 8 and 12"));
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Grid {
    origin: Coordinate<Length>,
    /// Greater than zero.
    step: Coordinate<Length>,
}

impl Grid {
    /// The grid whose voxel 0 begins at `origin`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::ZeroStep`] unless every step is greater than 0.
    pub fn new(origin: impl Into<Coordinate<Length>>, step: impl Into<Coordinate<Length>>) -> Result<Self> {
        let (origin, step) = (origin.into(), step.into());
        origin.same_dims(&step)?;
        if let Some(axis) = step.iter().position(|step| !step.is_positive()) {
            return Err(Error::ZeroStep { axis: Some(axis), step: step[axis] });
        }
        Ok(Self { origin, step })
    }

    /// The grid with a line through `offset` and `0 <= origin < step`. Arrays whose voxels line up share this grid,
    /// whatever their offsets.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Overflow`].
    pub fn through(offset: impl Into<Coordinate<Length>>, step: impl Into<Coordinate<Length>>) -> Result<Self> {
        let step = step.into();
        Self::new(offset.into().rem_floor(&step)?, step)
    }

    /// The grid with a line through 0: its lines are the multiples of `step`.
    ///
    /// # Errors
    /// [`Error::ZeroStep`] unless every step is greater than 0.
    pub fn with_step(step: impl Into<Coordinate<Length>>) -> Result<Self> {
        let step = step.into();
        Self::new(step.map(|_| Length::ZERO), step)
    }

    /// The lower corner of voxel 0.
    pub fn origin(&self) -> Coordinate<Length> {
        self.origin
    }

    /// The voxel size.
    pub fn step(&self) -> Coordinate<Length> {
        self.step
    }

    /// The number of axes.
    pub fn dims(&self) -> usize {
        self.step.dims()
    }

    /// Without the axis `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        Ok(Self { origin: self.origin.squeeze(axis)?, step: self.step.squeeze(axis)? })
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this.
    ///
    /// # Errors
    /// As [`Coordinate::permuted`].
    pub fn permuted(&self, order: &[usize]) -> Result<Self> {
        Ok(Self { origin: self.origin.permuted(order)?, step: self.step.permuted(order)? })
    }
}
