//! The text form: `[0:10, :] (10, inf)`.

use core::fmt;
use core::str::FromStr;

use super::checked_axis;
use crate::coordinate::parse_list;
use crate::{Axis, Coordinate, Error, Result, Roi, Scalar};

const WHAT: &str = "a region";
const RULE: &str = "write begin:end per axis, such as [0:10, 4.56:8], and : for an unbounded axis";
const HALF_RULE: &str = "an axis has both a begin and an end, such as 0:10, or neither, which is :";
const SHAPE_RULE: &str = "the shape part does not agree with the bounds: it is end - begin per axis, inf where unbounded, \
                          and may be left out";

pub(crate) const EMPTY: &str = "[empty ROI]";

/// `[begin:end, …] (shape, …)`; an unbounded axis is `:` and `inf`; an empty region is `[empty ROI]`.
impl<T: Scalar> fmt::Display for Roi<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str(EMPTY);
        }
        f.write_str("[")?;
        for (index, axis) in self.axes.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            match *axis {
                Axis::Bounded { begin, shape } => {
                    let end = begin.try_add(shape).map_err(|_| fmt::Error)?;
                    write!(f, "{begin}:{end}")?;
                }
                Axis::All => f.write_str(":")?,
            }
        }
        f.write_str("] (")?;
        for (index, axis) in self.axes.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            match axis {
                Axis::Bounded { shape, .. } => write!(f, "{shape}")?,
                Axis::All => f.write_str("inf")?,
            }
        }
        f.write_str(")")
    }
}

/// `[0:10, 4.56:8]`, with or without the shape part, which is checked when present.
///
/// # Errors
/// [`Error::Empty`] for `[empty ROI]`, which has lost its dims; [`Error::NegativeShape`] for an end before its begin;
/// [`Error::Parse`] for anything that is not the text form.
impl<T: Scalar> FromStr for Roi<T> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        if trimmed == EMPTY {
            return Err(Error::Empty);
        }
        let (bounds, rest) = split_bounds(trimmed).ok_or_else(|| Error::parse(WHAT, text, RULE))?;
        let roi = Self { axes: parse_bounds(bounds, text)? };
        if rest.is_empty() || roi.has_shape_text(rest)? {
            return Ok(roi);
        }
        Err(Error::parse(WHAT, text, SHAPE_RULE))
    }
}

impl<T: Scalar> Roi<T> {
    /// Whether `(10, inf)` says the shape of this region.
    fn has_shape_text(&self, text: &str) -> Result<bool> {
        let Some(inner) = text.strip_prefix('(').and_then(|text| text.strip_suffix(')')) else { return Ok(false) };
        if inner.trim().is_empty() {
            return Ok(self.dims() == 0);
        }
        let inner = inner.trim_end().strip_suffix(',').unwrap_or(inner);
        let shape = parse_list(inner, |axis, part| match part.trim() {
            "inf" => Ok(None),
            number => T::parse(number).map(Some).map_err(|error| error.at(axis)),
        })?;
        let own = self.axes.map(|axis| match axis {
            Axis::Bounded { shape, .. } => Some(shape),
            Axis::All => None,
        });
        Ok(shape == own)
    }
}

/// The text between the brackets, and what follows them.
pub(crate) fn split_bounds(text: &str) -> Option<(&str, &str)> {
    let (bounds, rest) = text.strip_prefix('[')?.split_once(']')?;
    Some((bounds.trim(), rest.trim_start()))
}

/// One axis per `begin:end`. `whole` is the text that an error shows.
pub(crate) fn parse_bounds<T: Scalar>(bounds: &str, whole: &str) -> Result<Coordinate<Axis<T>>> {
    if bounds.is_empty() {
        return Ok(Coordinate::default());
    }
    parse_list(bounds, |index, part| {
        let (begin, end) = part.split_once(':').ok_or_else(|| Error::parse(WHAT, whole, RULE))?;
        match (begin.trim(), end.trim()) {
            ("", "") => Ok(Axis::All),
            ("", _) | (_, "") => Err(Error::parse(WHAT, whole, HALF_RULE)),
            (begin, end) => parse_axis(index, begin, end).map_err(|error| error.at(index)),
        }
    })
}

fn parse_axis<T: Scalar>(index: usize, begin: &str, end: &str) -> Result<Axis<T>> {
    let begin = T::parse(begin)?;
    checked_axis(index, begin, T::parse(end)?.try_sub(begin)?)
}
