//! Boxes of voxels.

mod format;
#[cfg(feature = "serde")]
mod serde;
mod sets;

use alloc::vec::Vec;
use core::ops::Range;

use crate::rounding::counted;
use crate::{Coordinate, Error, Result, Rounding, Scalar};

/// A box in voxel indices of a [`Grid`](crate::Grid): per axis the half-open range `begin .. begin + shape`, always
/// bounded.
///
/// A voxel box is not in nanometres: [`Grid`](crate::Grid) is the only way from a [`Roi`](crate::Roi) and back. Indices
/// may be negative; they count from the origin of the grid, not from the first voxel of an array.
///
/// # Examples
///
/// ```
/// use coord_roi::VoxelBox;
///
/// let voxels = VoxelBox::new([-2, 5], [4, 4])?;
/// assert_eq!(voxels.voxels()?, 16);
/// assert_eq!(voxels.range(0)?, -2..2);
/// assert_eq!(voxels.ranges().collect::<Vec<_>>(), [-2..2, 5..9]);
/// assert_eq!(voxels.to_string(), "[-2:2, 5:9]");
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct VoxelBox {
    begin: Coordinate,
    /// At least 0, and `begin + shape` fits.
    shape: Coordinate,
}

impl VoxelBox {
    /// The box that begins at `begin` and has `shape` voxels per axis.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::NegativeShape`]; [`Error::Overflow`] when an end does not fit.
    pub fn new(begin: impl Into<Coordinate>, shape: impl Into<Coordinate>) -> Result<Self> {
        let (begin, shape) = (begin.into(), shape.into());
        begin.checked_add(&shape)?;
        if let Some(axis) = shape.iter().position(|&entry| entry < 0) {
            return Err(Error::NegativeShape { axis, begin: begin[axis].into(), shape: shape[axis].into() });
        }
        Ok(Self { begin, shape })
    }

    /// The box from `begin` up to, not including, `end`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::NegativeShape`] where an end is before its begin; [`Error::Overflow`].
    pub fn from_bounds(begin: impl Into<Coordinate>, end: impl Into<Coordinate>) -> Result<Self> {
        let begin = begin.into();
        Self::new(begin, end.into().checked_sub(&begin)?)
    }

    /// A box of which the caller knows that every end is representable and no shape is negative.
    pub(crate) fn of_checked(begin: Coordinate, shape: Coordinate) -> Self {
        debug_assert_eq!(Self::new(begin, shape), Ok(Self { begin, shape }));
        Self { begin, shape }
    }

    /// The first voxel.
    pub fn begin(&self) -> Coordinate {
        self.begin
    }

    /// The number of voxels per axis.
    pub fn shape(&self) -> Coordinate {
        self.shape
    }

    /// One past the last voxel.
    pub fn end(&self) -> Coordinate {
        // The constructors have checked the sum.
        Coordinate::from_fn(self.dims(), |axis| self.begin[axis] + self.shape[axis])
    }

    /// The number of axes.
    pub fn dims(&self) -> usize {
        self.begin.dims()
    }

    /// Whether there is no voxel: some axis has shape 0.
    pub fn is_empty(&self) -> bool {
        self.shape.contains(&0)
    }

    /// The number of voxels; 1 without dimensions.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the number does not fit into an `i64`.
    pub fn voxels(&self) -> Result<u64> {
        if self.is_empty() {
            return Ok(0);
        }
        self.shape.iter().try_fold(1_i64, |product, &entry| product.try_mul(entry)).map(i64::unsigned_abs)
    }

    /// The indices along one axis.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn range(&self, axis: usize) -> Result<Range<i64>> {
        self.ranges().nth(axis).ok_or(Error::NoSuchAxis { axis, dims: self.dims() })
    }

    /// The indices along each axis.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = Range<i64>> + DoubleEndedIterator + Clone {
        let (begin, end) = (self.begin, self.end());
        (0..self.dims()).map(move |axis| begin[axis]..end[axis])
    }

    /// The shape as an array library wants it.
    ///
    /// # Errors
    /// [`Error::Overflow`] where an entry does not fit into a `usize`, which happens on 32-bit machines only.
    pub fn shape_usize(&self) -> Result<Vec<usize>> {
        self.shape.iter().enumerate().map(|(axis, &entry)| to_usize(axis, entry)).collect()
    }

    /// Where this box lies in an array whose first voxel is `array.begin()`: one range per axis, counted from 0. An
    /// axis of shape 0 is `0..0`, wherever it is.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::OutOfBounds`] where the box leaves the array; [`Error::Overflow`] where an
    /// index does not fit into a `usize`.
    pub fn index_ranges(&self, array: &Self) -> Result<Vec<Range<usize>>> {
        self.begin.same_dims(&array.begin)?;
        self.ranges()
            .zip(array.ranges())
            .enumerate()
            .map(|(axis, (inner, outer))| {
                if inner.is_empty() {
                    return Ok(0..0);
                }
                if inner.start < outer.start || inner.end > outer.end {
                    let (begin, end, low, high) = (inner.start, inner.end, outer.start, outer.end);
                    return Err(Error::OutOfBounds { axis, begin, end, low, high });
                }
                Ok(to_usize(axis, inner.start - outer.start)?..to_usize(axis, inner.end - outer.start)?)
            })
            .collect()
    }

    /// The box moved by `by` voxels.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn translate(&self, by: &Coordinate) -> Result<Self> {
        Self::new(self.begin.checked_add(by)?, self.shape)
    }

    /// The box with its lower corner moved down by `neg` and its upper corner moved up by `pos` voxels. Negative
    /// amounts shrink; where the corners would cross, the axis is empty at the new begin. An empty axis grows from its
    /// begin.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn grow(&self, neg: &Coordinate, pos: &Coordinate) -> Result<Self> {
        let shape = self.shape.checked_add(neg)?.checked_add(pos)?;
        Self::new(self.begin.checked_sub(neg)?, shape.map(|entry| entry.max(0)))
    }

    /// The box with its limits moved onto multiples of `block` as `rounding` says: with [`Rounding::Shrink`] the whole
    /// blocks in it, with [`Rounding::Grow`] the blocks that it touches. Empty axes stay empty, at the rounded begin.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::ZeroStep`] unless every entry of `block` is greater than 0; with
    /// [`Rounding::Exact`] [`Error::NotAligned`]; [`Error::Overflow`].
    pub fn snap(&self, block: &Coordinate, rounding: Rounding) -> Result<Self> {
        let steps = self.in_steps(block, rounding)?;
        Self::new(steps.begin.checked_mul(block)?, steps.shape.checked_mul(block)?)
    }

    /// The box counted in `step`s: which multiples of `step` its limits are rounded to.
    pub(crate) fn in_steps(&self, step: &Coordinate, rounding: Rounding) -> Result<Self> {
        let end = self.end();
        let intervals = self.begin.zip_with(step, |axis, begin, step| {
            let index = |limit, position| rounding.steps(limit, position, step);
            counted(begin, end[axis], index).map_err(|error| error.at(axis))
        })?;
        let (begin, shape): (Coordinate, Coordinate) =
            (intervals.map(|(first, _)| first), intervals.map(|(_, count)| count));
        Self::new(begin, shape)
    }

    /// Without the axis `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        Ok(Self { begin: self.begin.squeeze(axis)?, shape: self.shape.squeeze(axis)? })
    }

    /// The axes in another order: axis `i` of the result is axis `order[i]` of this.
    ///
    /// # Errors
    /// As [`Coordinate::permuted`].
    pub fn permuted(&self, order: &[usize]) -> Result<Self> {
        Ok(Self { begin: self.begin.permuted(order)?, shape: self.shape.permuted(order)? })
    }
}

fn to_usize(axis: usize, value: i64) -> Result<usize> {
    usize::try_from(value).map_err(|_| {
        let (left, right) = (value.into(), crate::Length::ZERO);
        Error::Overflow { axis: Some(axis), op: "+", left, right }
    })
}
