//! Boxes of voxels.

mod format;
#[cfg(feature = "serde")]
mod serde;

use alloc::vec::Vec;
use core::ops::Range;

use crate::{Coordinate, Error, Result, Scalar};

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
/// assert_eq!(voxels.range(0), -2..2);
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
    /// # Panics
    /// If there is no such axis, as indexing does.
    pub fn range(&self, axis: usize) -> Range<i64> {
        self.begin[axis]..self.begin[axis] + self.shape[axis]
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
        (0..self.dims())
            .map(|axis| {
                let (inner, outer) = (self.range(axis), array.range(axis));
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

    /// Whether the voxel is inside; false for a coordinate of other dims.
    pub fn contains_point(&self, voxel: &Coordinate) -> bool {
        self.dims() == voxel.dims() && (0..self.dims()).all(|axis| self.range(axis).contains(&voxel[axis]))
    }

    /// Whether every voxel of `other` is in this box; false for a box of other dims. An empty box is in every box of
    /// equal dims.
    pub fn contains(&self, other: &Self) -> bool {
        let inside = |axis| {
            let (outer, inner) = (self.range(axis), other.range(axis));
            outer.start <= inner.start && inner.end <= outer.end
        };
        self.dims() == other.dims() && (other.is_empty() || (0..self.dims()).all(inside))
    }

    /// The voxels that both have. Where there are none, an axis of shape 0 at the larger begin remains.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    pub fn intersect(&self, other: &Self) -> Result<Self> {
        let begin = self.begin.zip_with(&other.begin, |_, a, b| Ok(a.max(b)))?;
        let end = self.end().zip_with(&other.end(), |_, a, b| Ok(a.min(b)))?;
        Self::from_bounds(begin, end.zip_with(&begin, |_, end, begin| Ok(end.max(begin)))?)
    }

    /// The smallest box that contains both, their bounding box. An empty box adds nothing.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::Overflow`] when a shape does not fit.
    pub fn union(&self, other: &Self) -> Result<Self> {
        self.begin.same_dims(&other.begin)?;
        if self.is_empty() {
            return Ok(*other);
        }
        if other.is_empty() {
            return Ok(*self);
        }
        let begin = self.begin.zip_with(&other.begin, |_, a, b| Ok(a.min(b)))?;
        let end = self.end().zip_with(&other.end(), |_, a, b| Ok(a.max(b)))?;
        Self::from_bounds(begin, end)
    }

    /// The box moved by `by` voxels.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Overflow`].
    pub fn translate(&self, by: &Coordinate) -> Result<Self> {
        Self::new(self.begin.checked_add(by)?, self.shape)
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
