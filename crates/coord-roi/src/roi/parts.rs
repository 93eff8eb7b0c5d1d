//! Regions cut into parts.

use super::checked_axis;
use crate::parts::{Interval, Parts, difference};
use crate::{Axis, Error, Result, Roi, Scalar};

impl<T: Scalar> Roi<T> {
    /// The smallest region that contains all of `regions`; none when there are none.
    ///
    /// # Errors
    /// As [`union`](Self::union).
    pub fn bounding(regions: impl IntoIterator<Item = Self>) -> Result<Option<Self>> {
        let mut regions = regions.into_iter();
        let Some(first) = regions.next() else { return Ok(None) };
        regions.try_fold(first, |all, one| all.union(&one)).map(Some)
    }

    /// The points of this region that are not in `other`, as disjoint regions that are not empty: at most two per axis.
    ///
    /// Where `other` is unbounded nothing is left beside it. Where this region is unbounded and `other` is not, the
    /// rest would begin or end somewhere and go on for ever, which no region does: an error, unless the two have
    /// nothing in common.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::Unbounded`], [`Error::Overflow`].
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::Roi;
    ///
    /// let roi: Roi = "[0:10, 0:10]".parse()?;
    /// let rest: Vec<_> = roi.subtract(&"[4:20, :]".parse()?)?.iter().map(ToString::to_string).collect();
    /// assert_eq!(rest, ["[0:4, 0:10] (4, 10)"]);
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn subtract(&self, other: &Self) -> Result<Parts<Self>> {
        difference(*self, other, !self.intersects(other)?)
    }

    /// The region cut in two at a position on an axis: what is below it, and the rest. At a limit of the region one of
    /// the two is empty.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`]; [`Error::Unbounded`] where the axis is; [`Error::SplitOutside`] unless
    /// `begin <= position <= end`; [`Error::Overflow`].
    pub fn split_at(&self, axis: usize, position: T) -> Result<(Self, Self)> {
        if axis >= self.dims() {
            return Err(Error::NoSuchAxis { axis, dims: self.dims() });
        }
        let Some((begin, end)) = self.interval(axis)? else { return Err(Error::Unbounded { axis }) };
        if position < begin || end < position {
            let [position, begin, end] = [position, begin, end].map(Scalar::to_length);
            return Err(Error::SplitOutside { axis, position, begin, end });
        }
        Ok((self.with_interval(axis, begin, position)?, self.with_interval(axis, position, end)?))
    }
}

impl<T: Scalar> Interval for Roi<T> {
    type Number = T;

    fn dims(&self) -> usize {
        self.axes.dims()
    }

    fn is_empty(&self) -> bool {
        Self::is_empty(self)
    }

    fn interval(&self, axis: usize) -> Result<Option<(T, T)>> {
        match self.axes[axis] {
            Axis::Bounded { begin, shape } => {
                begin.try_add(shape).map(|end| Some((begin, end))).map_err(|error| error.at(axis))
            }
            Axis::All => Ok(None),
        }
    }

    fn with_interval(&self, axis: usize, begin: T, end: T) -> Result<Self> {
        let shape = end.try_sub(begin).map_err(|error| error.at(axis))?;
        let axes = self.axes.with_entry(axis, checked_axis(axis, begin, shape)?);
        Ok(Self { axes })
    }
}
