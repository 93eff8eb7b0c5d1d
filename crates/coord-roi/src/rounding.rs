//! What happens to a limit that is not on a grid line.

use core::fmt;
use core::str::FromStr;

use crate::{Error, Result, Scalar};

/// How world limits that are not on a line of the [`Grid`](crate::Grid) become voxel limits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Rounding {
    /// They are an error, [`Error::NotAligned`].
    #[default]
    Exact,
    /// Begin down, end up: every voxel that the region touches.
    Grow,
    /// Begin up, end down: every voxel that lies inside the region.
    Shrink,
    /// Begin and end to the nearest line, ties down. Keeps neither the size nor non-emptiness.
    Closest,
}

impl Rounding {
    const NAMES: [(&'static str, Self); 4] =
        [("exact", Self::Exact), ("grow", Self::Grow), ("shrink", Self::Shrink), ("closest", Self::Closest)];

    /// The number of steps in a distance.
    pub(crate) fn steps<T: Scalar>(self, limit: Limit, distance: T, step: T) -> Result<i64> {
        match (self, limit) {
            (Self::Exact, _) => distance.steps_exact(step),
            (Self::Grow, Limit::Begin) | (Self::Shrink, Limit::End) => distance.steps_floor(step),
            (Self::Grow, Limit::End) | (Self::Shrink, Limit::Begin) => distance.steps_ceil(step),
            (Self::Closest, _) => distance.steps_round(step),
        }
    }
}

/// Which limit of an interval is rounded.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Limit {
    Begin,
    End,
}

/// First line and number of steps of the interval `[begin, end)`, where `index` finds the line of each limit. An empty
/// interval stays empty, and so does one whose limits cross.
pub(crate) fn counted<T: Scalar>(begin: T, end: T, index: impl Fn(Limit, T) -> Result<i64>) -> Result<(i64, i64)> {
    let first = index(Limit::Begin, begin)?;
    if begin == end {
        return Ok((first, 0));
    }
    let last = index(Limit::End, end)?;
    Ok((first, if last > first { last.try_sub(first)? } else { 0 }))
}

impl fmt::Display for Rounding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Exact => "exact",
            Self::Grow => "grow",
            Self::Shrink => "shrink",
            Self::Closest => "closest",
        })
    }
}

impl FromStr for Rounding {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let known = Self::NAMES.iter().find(|(name, _)| *name == text);
        known
            .map(|&(_, rounding)| rounding)
            .ok_or_else(|| Error::parse("a rounding", text, "the roundings are exact, grow, shrink and closest"))
    }
}
