//! Regions as sets of points.

use crate::{Axis, Coordinate, Result, Roi, Scalar};

impl<T: Scalar> Axis<T> {
    fn end(self) -> Result<Option<T>> {
        match self {
            Self::Bounded { begin, shape } => begin.try_add(shape).map(Some),
            Self::All => Ok(None),
        }
    }

    fn contains_point(self, point: T) -> Result<bool> {
        let Self::Bounded { begin, .. } = self else { return Ok(true) };
        Ok(begin <= point && self.end()?.is_some_and(|end| point < end))
    }

    /// For axes that are not empty.
    fn contains(self, other: Self) -> Result<bool> {
        Ok(match (self, other) {
            (Self::All, _) => true,
            (_, Self::All) => false,
            (Self::Bounded { begin, .. }, Self::Bounded { begin: inner, .. }) => {
                begin <= inner && other.end()? <= self.end()?
            }
        })
    }

    fn intersect(self, other: Self) -> Result<Self> {
        let (Self::Bounded { begin: first, .. }, Self::Bounded { begin: second, .. }) = (self, other) else {
            return Ok(if self == Self::All { other } else { self });
        };
        let begin = first.max(second);
        let shape = match self.end()?.min(other.end()?) {
            Some(end) if end > begin => end.try_sub(begin)?,
            _ => T::ZERO,
        };
        Ok(Self::Bounded { begin, shape })
    }

    fn union(self, other: Self) -> Result<Self> {
        let (Self::Bounded { begin: first, .. }, Self::Bounded { begin: second, .. }) = (self, other) else {
            return Ok(Self::All);
        };
        let begin = first.min(second);
        let end = self.end()?.max(other.end()?).unwrap_or(begin);
        Ok(Self::Bounded { begin, shape: end.try_sub(begin)? })
    }
}

impl<T: Scalar> Roi<T> {
    pub(super) fn pairs<V: Copy + Default>(
        &self,
        other: &Self,
        function: impl Fn(Axis<T>, Axis<T>) -> Result<V>,
    ) -> Result<Coordinate<V>> {
        self.axes.zip_with(&other.axes, |index, a, b| function(a, b).map_err(|error| error.at(index)))
    }

    /// Whether the point is inside. The end does not belong to the region, and an empty region has no points.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch).
    pub fn contains_point(&self, point: &Coordinate<T>) -> Result<bool> {
        let inside = self.axes.zip_with(point, |_, axis, entry| axis.contains_point(entry))?;
        Ok(inside.iter().all(|&inside| inside))
    }

    /// Whether every point of `other` is in this region. An empty region is in every region of equal dims.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch).
    pub fn contains(&self, other: &Self) -> Result<bool> {
        let inside = self.pairs(other, Axis::contains)?;
        Ok(other.is_empty() || inside.iter().all(|&inside| inside))
    }

    /// Whether the begin of `other` is in this region, which is a question also when `other` is empty. Where `other` is
    /// unbounded, this region must be, too.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch).
    pub fn contains_anchor(&self, other: &Self) -> Result<bool> {
        let inside = self.pairs(other, |axis, anchor| match anchor {
            Axis::Bounded { begin, .. } => axis.contains_point(begin),
            Axis::All => Ok(axis == Axis::All),
        })?;
        Ok(inside.iter().all(|&inside| inside))
    }

    /// Whether the regions have a point in common. Regions that only touch have none.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch); [`Error::Overflow`](crate::Error::Overflow) when the common
    /// extent does not fit into 64 bits.
    pub fn intersects(&self, other: &Self) -> Result<bool> {
        Ok(!self.intersect(other)?.is_empty())
    }

    /// The points that both have. Where there are none, an axis of shape 0 at the larger begin remains.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch); [`Error::Overflow`](crate::Error::Overflow) when the common
    /// extent does not fit into 64 bits.
    pub fn intersect(&self, other: &Self) -> Result<Self> {
        Ok(Self { axes: self.pairs(other, Axis::intersect)? })
    }

    /// The smallest region that contains both, their bounding box. An empty region adds nothing; where one is
    /// unbounded, so is the result.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch); [`Error::Overflow`](crate::Error::Overflow) when the extent
    /// does not fit into 64 bits.
    pub fn union(&self, other: &Self) -> Result<Self> {
        self.axes.same_dims(&other.axes)?;
        if self.is_empty() {
            return Ok(*other);
        }
        if other.is_empty() {
            return Ok(*self);
        }
        Ok(Self { axes: self.pairs(other, Axis::union)? })
    }

    /// This region with its unbounded axes replaced by those of `bounds`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`](crate::Error::DimsMismatch).
    pub fn with_bounds_of(&self, bounds: &Self) -> Result<Self> {
        let axes = self.pairs(bounds, |axis, bound| Ok(if axis == Axis::All { bound } else { axis }))?;
        Ok(Self { axes })
    }
}
