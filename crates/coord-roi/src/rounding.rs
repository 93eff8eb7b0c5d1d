//! What happens to a limit that is not on a grid line.

use core::fmt;
use core::str::FromStr;

use crate::{Error, Result};

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
