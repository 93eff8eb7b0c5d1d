//! Between whole and exact regions.

use crate::{Axis, Error, Length, Result, Roi, Scalar};

impl<T: Scalar> Roi<T> {
    /// The same region in exact lengths.
    pub fn to_lengths(&self) -> Roi<Length> {
        let axes = self.axes.map(|axis| match axis {
            Axis::Bounded { begin, shape } => Axis::Bounded { begin: begin.to_length(), shape: shape.to_length() },
            Axis::All => Axis::All,
        });
        Roi { axes }
    }
}

impl Roi<Length> {
    /// The same region in whole nanometres.
    ///
    /// # Errors
    /// [`Error::NotWhole`], with the axis, where a limit is a fraction; [`Error::Overflow`] where an end fits into a
    /// length only.
    pub fn to_integers(&self) -> Result<Roi> {
        let axes = self.axes.try_map(|index, axis| match axis {
            Axis::Bounded { begin, shape } => {
                let whole = |length: Length| length.to_integer().map_err(|error| error.at(index));
                super::checked_axis(index, whole(begin)?, whole(shape)?)
            }
            Axis::All => Ok(Axis::All),
        })?;
        Ok(Roi { axes })
    }
}

impl From<Roi> for Roi<Length> {
    fn from(roi: Roi) -> Self {
        roi.to_lengths()
    }
}

impl From<&Roi> for Roi<Length> {
    fn from(roi: &Roi) -> Self {
        roi.to_lengths()
    }
}

impl<T: Copy> From<&Roi<T>> for Roi<T> {
    fn from(roi: &Roi<T>) -> Self {
        *roi
    }
}

impl TryFrom<Roi<Length>> for Roi {
    type Error = Error;

    fn try_from(roi: Roi<Length>) -> Result<Self> {
        roi.to_integers()
    }
}
