//! The conventions of Python's `funlib.geometry`, for code and data that come from there.
//!
//! The main types leave out what has misled its users: entries without a value, division that cuts towards zero,
//! regions whose offset and shape are divided independently. Here they are, under names of their own, with the
//! reference's results; where the reference checks by assertion or not at all, there is a typed error. New code has no
//! use for this module, except to read what the reference has written: [`PartialRoi`] converts into [`Roi`](crate::Roi)
//! wherever it has the same meaning.

mod coordinate;
mod roi;
mod sets;

pub use coordinate::PartialCoordinate;
pub use roi::{PartialRoi, Slice};

use crate::{Coordinate, Result};

/// Entry-wise quotient, cut towards zero: -7 by 2 is -3. This is the reference's `/`, without its detour through a
/// double, which is wrong beyond 2^53.
///
/// # Errors
/// [`Error::DimsMismatch`](crate::Error::DimsMismatch), [`Error::DivisionByZero`](crate::Error::DivisionByZero),
/// [`Error::Overflow`](crate::Error::Overflow) for `i64::MIN` by -1.
///
/// # Examples
///
/// ```
/// use coord_roi::{Coordinate, compat};
///
/// let a = Coordinate::from([-7, 7]);
/// assert_eq!(compat::div_trunc(&a, &[2, 2].into())?, [-3, 3]);
/// assert_eq!(a.div_floor(&[2, 2].into())?, [-4, 3]);
/// # Ok::<(), coord_roi::Error>(())
/// ```
pub fn div_trunc(a: &Coordinate, b: &Coordinate) -> Result<Coordinate> {
    a.zip_with(b, |axis, a, b| coordinate::trunc(a, b).map_err(|error| error.at(axis)))
}
