//! What the reference calls inside.

use super::{PartialCoordinate, PartialRoi};
use crate::{Error, Result};

impl PartialRoi {
    /// Whether each entry of the point is inside, where a begin or end of none is no limit. An entry without a value is
    /// inside only where the region has no limits, and a point with too few entries is not inside.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`] for a point with too many entries, which the reference would ignore;
    /// [`Error::Overflow`].
    pub fn contains_point(&self, point: &PartialCoordinate) -> Result<bool> {
        if point.dims() > self.dims() {
            return Err(Error::DimsMismatch { expected: self.dims(), found: point.dims() });
        }
        let ends = self.end()?;
        let inside = |axis: usize| {
            let entry = point.entries()[axis];
            let above = |begin| entry.is_some_and(|entry| entry >= begin);
            let below = |end| entry.is_some_and(|entry| entry < end);
            self.offset().entries()[axis].is_none_or(above) && ends.entries()[axis].is_none_or(below)
        };
        Ok(point.dims() == self.dims() && (0..self.dims()).all(inside))
    }

    /// Whether this region contains the first and the last point of `other`; for an empty `other`, whether both are
    /// empty or its begin is inside.
    ///
    /// # Errors
    /// As [`contains_point`](Self::contains_point), also when both are empty and `other` has fewer axes.
    pub fn contains(&self, other: &Self) -> Result<bool> {
        if self.is_empty() && other.is_empty() && self.dims() != other.dims() {
            return Err(Error::DimsMismatch { expected: self.dims(), found: other.dims() });
        }
        let begin_inside = self.contains_point(&other.offset())?;
        if other.is_empty() {
            return Ok(self.is_empty() || begin_inside);
        }
        let last = other.end()?.checked_sub(&other.shape().repeat(1))?;
        Ok(begin_inside && self.contains_point(&last)?)
    }
}
