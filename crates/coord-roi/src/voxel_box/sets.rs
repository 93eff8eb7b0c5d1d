//! Boxes as sets of voxels.

use crate::parts::{Interval, Parts, difference};
use crate::{Coordinate, Error, Result, Scalar, VoxelBox};

impl VoxelBox {
    /// Whether the voxel is inside; false for a coordinate of other dims.
    pub fn contains_point(&self, voxel: &Coordinate) -> bool {
        self.dims() == voxel.dims() && self.ranges().zip(voxel).all(|(range, index)| range.contains(index))
    }

    /// Whether every voxel of `other` is in this box; false for a box of other dims. An empty box is in every box of
    /// equal dims.
    pub fn contains(&self, other: &Self) -> bool {
        let mut both = self.ranges().zip(other.ranges());
        self.dims() == other.dims()
            && (other.is_empty() || both.all(|(outer, inner)| outer.start <= inner.start && inner.end <= outer.end))
    }

    /// Whether the boxes have a voxel in common.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    pub fn intersects(&self, other: &Self) -> Result<bool> {
        Ok(!self.intersect(other)?.is_empty())
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

    /// The smallest box that contains all of `boxes`; none when there are none.
    ///
    /// # Errors
    /// As [`union`](Self::union).
    pub fn bounding(boxes: impl IntoIterator<Item = Self>) -> Result<Option<Self>> {
        let mut boxes = boxes.into_iter();
        let Some(first) = boxes.next() else { return Ok(None) };
        boxes.try_fold(first, |all, one| all.union(&one)).map(Some)
    }

    /// The voxels of this box that are not in `other`, as disjoint boxes that are not empty: at most two per axis.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::{Rounding, VoxelBox};
    ///
    /// // The whole blocks of a region, and the rim around them.
    /// let region = VoxelBox::new([0, 10], [64, 100])?;
    /// let whole = region.snap(&[32, 32].into(), Rounding::Shrink)?;
    /// assert_eq!(whole.to_string(), "[0:64, 32:96]");
    /// let rim: Vec<_> = region.subtract(&whole)?.iter().map(ToString::to_string).collect();
    /// assert_eq!(rim, ["[0:64, 10:32]", "[0:64, 96:110]"]);
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn subtract(&self, other: &Self) -> Result<Parts<Self>> {
        difference(*self, other, self.intersect(other)?.is_empty())
    }

    /// The box cut in two at an index of an axis: the voxels below it, and the others. At a limit of the box one of the
    /// two is empty.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`]; [`Error::SplitOutside`] unless `begin <= index <= end`.
    pub fn split_at(&self, axis: usize, index: i64) -> Result<(Self, Self)> {
        let Some((&begin, &shape)) = self.begin.get(axis).zip(self.shape.get(axis)) else {
            return Err(Error::NoSuchAxis { axis, dims: self.dims() });
        };
        let end = begin + shape;
        if index < begin || end < index {
            let (begin, end) = (begin.into(), end.into());
            return Err(Error::SplitOutside { axis, position: index.into(), begin, end });
        }
        Ok((self.with_interval(axis, begin, index)?, self.with_interval(axis, index, end)?))
    }
}

impl Interval for VoxelBox {
    type Number = i64;

    fn dims(&self) -> usize {
        self.begin.dims()
    }

    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn interval(&self, axis: usize) -> Result<Option<(i64, i64)>> {
        self.range(axis).map(|range| Some((range.start, range.end)))
    }

    fn with_interval(&self, axis: usize, begin: i64, end: i64) -> Result<Self> {
        let shape = end.try_sub(begin).map_err(|error| error.at(axis))?;
        Self::new(self.begin.with_entry(axis, begin), self.shape.with_entry(axis, shape))
    }
}
