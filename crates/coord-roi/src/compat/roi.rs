//! Regions as the reference keeps them: an offset and a shape.

use alloc::vec::Vec;
use core::fmt;

use super::PartialCoordinate;
use crate::roi::EMPTY;
use crate::rounding::Limit;
use crate::{Axis, Coordinate, Error, Result, Roi, Rounding, Scalar};

/// Begin and end of a slice as array libraries take them; none is the end of the axis.
pub type Slice = (Option<i64>, Option<i64>);

/// A region as the reference keeps it: an offset and a shape whose entries may lack a value, shapes of any sign.
///
/// Where the shape entry is none the offset entry becomes none: the axis is unbounded. Comparison is literal, also of
/// empty regions.
///
/// # Examples
///
/// ```
/// use coord_roi::{Coordinate, Roi};
/// use coord_roi::compat::PartialRoi;
///
/// // Offset and shape are divided independently, as the reference does, so the result covers less than the region.
/// let roi = PartialRoi::from(Roi::new([3], [7])?);
/// assert_eq!(roi.div_floor(&Coordinate::from([4]).into())?.to_string(), "[0:1] (1)");
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(try_from = "Parts"))]
pub struct PartialRoi {
    offset: PartialCoordinate,
    shape: PartialCoordinate,
}

#[cfg(feature = "serde")]
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    offset: PartialCoordinate,
    shape: PartialCoordinate,
}

#[cfg(feature = "serde")]
impl TryFrom<Parts> for PartialRoi {
    type Error = Error;

    fn try_from(parts: Parts) -> Result<Self> {
        Self::new(parts.offset, parts.shape)
    }
}

impl PartialRoi {
    /// The region of this offset and shape.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    pub fn new(offset: PartialCoordinate, shape: PartialCoordinate) -> Result<Self> {
        let offset = offset.pair_entries(&shape, |_, offset, shape| shape.and(offset))?.into();
        Ok(Self { offset, shape })
    }

    /// The same region at another offset.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    pub fn with_offset(&self, offset: PartialCoordinate) -> Result<Self> {
        Self::new(offset, self.shape)
    }

    /// The region of another shape at the same offset.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`].
    pub fn with_shape(&self, shape: PartialCoordinate) -> Result<Self> {
        Self::new(self.offset, shape)
    }

    /// The number of axes.
    pub fn dims(&self) -> usize {
        self.shape.dims()
    }

    /// The offset, which is also the begin.
    pub fn offset(&self) -> PartialCoordinate {
        self.offset
    }

    /// The shape.
    pub fn shape(&self) -> PartialCoordinate {
        self.shape
    }

    /// Offset + shape; none where either is none.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn end(&self) -> Result<PartialCoordinate> {
        self.offset.checked_add(&self.shape)
    }

    /// Offset + half of the shape, which is cut towards zero.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn center(&self) -> Result<PartialCoordinate> {
        self.offset.checked_add(&self.shape.div_trunc(&self.shape.repeat(2))?)
    }

    /// Whether some shape entry is a number not above 0.
    pub fn is_empty(&self) -> bool {
        self.shape.entries().iter().any(|entry| entry.is_some_and(|entry| entry <= 0))
    }

    /// Whether some shape entry is none.
    pub fn is_unbounded(&self) -> bool {
        self.shape.entries().contains(&None)
    }

    /// None when a shape entry is none, else the product of the entries with their signs.
    ///
    /// # Errors
    /// [`Error::Overflow`].
    pub fn size(&self) -> Result<Option<i64>> {
        let Ok(shape) = Coordinate::try_from(self.shape) else { return Ok(None) };
        shape.iter().try_fold(1_i64, |size, &entry| size.try_mul(entry)).map(Some)
    }

    /// Without the axis `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        Self::new(self.offset.squeeze(axis)?, self.shape.squeeze(axis)?)
    }

    /// Offset and shape divided independently, each quotient cut towards zero: the reference's `/`.
    ///
    /// # Errors
    /// As [`PartialCoordinate::div_trunc`].
    pub fn div_trunc(&self, by: &PartialCoordinate) -> Result<Self> {
        Self::new(self.offset.div_trunc(by)?, self.shape.div_trunc(by)?)
    }

    /// Offset and shape divided independently, each quotient rounded down: the reference's `//`.
    ///
    /// # Errors
    /// As [`PartialCoordinate::div_floor`].
    pub fn div_floor(&self, by: &PartialCoordinate) -> Result<Self> {
        Self::new(self.offset.div_floor(by)?, self.shape.div_floor(by)?)
    }

    /// The remainders of offset and shape: the reference's `%`.
    ///
    /// # Errors
    /// As [`PartialCoordinate::rem_floor`].
    pub fn rem_floor(&self, by: &PartialCoordinate) -> Result<Self> {
        Self::new(self.offset.rem_floor(by)?, self.shape.rem_floor(by)?)
    }

    /// Begin and end moved to multiples of `voxel_size`, the shape being end - begin, of any sign. An axis becomes
    /// unbounded where begin, end or step is none.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::ZeroStep`] unless every step is greater than 0; [`Error::NotAligned`] with
    /// [`Rounding::Exact`]; [`Error::Overflow`].
    pub fn snap_to_grid(&self, voxel_size: &PartialCoordinate, rounding: Rounding) -> Result<Self> {
        // Also where the axis is unbounded and the step is not used.
        voxel_size.div_ceil(voxel_size)?;
        let begin = self.offset.pairs(voxel_size, |begin, step| rounding.steps(Limit::Begin, begin, step))?;
        let end = self.end()?.pairs(voxel_size, |end, step| rounding.steps(Limit::End, end, step))?;
        Self::new(begin.checked_mul(voxel_size)?, end.checked_sub(&begin)?.checked_mul(voxel_size)?)
    }

    /// One slice per axis: everything where unbounded, `..0` where the shape is 0, else begin and end.
    ///
    /// # Errors
    /// [`Error::OutOfBounds`] for a begin below 0, which array libraries would count from the far end;
    /// [`Error::MissingOffset`]; [`Error::Overflow`].
    pub fn to_slices(&self) -> Result<Vec<Slice>> {
        let ends = self.end()?;
        (0..self.dims())
            .map(|axis| match (self.offset.entries()[axis], self.shape.entries()[axis], ends.entries()[axis]) {
                (_, None, _) => Ok((None, None)),
                (_, Some(0), _) => Ok((None, Some(0))),
                (Some(begin), Some(_), Some(end)) if begin < 0 => {
                    Err(Error::OutOfBounds { axis, begin, end, low: 0, high: i64::MAX })
                }
                (Some(begin), Some(_), end) => Ok((Some(begin), end)),
                (None, Some(shape), _) => Err(Error::MissingOffset { axis, shape: shape.into() }),
            })
            .collect()
    }
}

impl From<Roi> for PartialRoi {
    fn from(roi: Roi) -> Self {
        let bounds = roi.coordinate().map(|axis| match axis {
            Axis::Bounded { begin, shape } => (Some(begin), Some(shape)),
            Axis::All => (None, None),
        });
        Self { offset: bounds.map(|(begin, _)| begin).into(), shape: bounds.map(|(_, shape)| shape).into() }
    }
}

/// The same set of points, where it can be said.
///
/// # Errors
/// [`Error::NegativeShape`]; [`Error::MissingOffset`] for a shape, also one of 0, without an offset;
/// [`Error::Overflow`].
impl TryFrom<PartialRoi> for Roi {
    type Error = Error;

    fn try_from(partial: PartialRoi) -> Result<Self> {
        let axes = partial.offset.pair_entries(&partial.shape, |_, offset, shape| (offset, shape))?;
        let axes = axes.try_map(|axis, bounds| match bounds {
            (Some(begin), Some(shape)) => Ok(Axis::Bounded { begin, shape }),
            (None, Some(shape)) => Err(Error::MissingOffset { axis, shape: shape.into() }),
            (_, None) => Ok(Axis::All),
        })?;
        Self::from_axes(&axes)
    }
}

/// As the reference writes it: a begin or end that is none is left out.
impl fmt::Display for PartialRoi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str(EMPTY);
        }
        f.write_str("[")?;
        for (axis, (begin, shape)) in self.offset.entries().iter().zip(self.shape.entries()).enumerate() {
            let begin = begin.map(i128::from);
            // An end beyond 64 bits can be written, too.
            let end = begin.zip(*shape).map(|(begin, shape)| begin + i128::from(shape));
            f.write_str(if axis == 0 { "" } else { ", " })?;
            write_entry(f, begin, "")?;
            f.write_str(":")?;
            write_entry(f, end, "")?;
        }
        f.write_str("] (")?;
        for (axis, shape) in self.shape.entries().iter().enumerate() {
            f.write_str(if axis == 0 { "" } else { ", " })?;
            write_entry(f, shape.map(i128::from), "inf")?;
        }
        f.write_str(")")
    }
}

fn write_entry(f: &mut fmt::Formatter<'_>, entry: Option<i128>, none: &str) -> fmt::Result {
    match entry {
        Some(entry) => write!(f, "{entry}"),
        None => f.write_str(none),
    }
}
