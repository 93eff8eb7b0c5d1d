//! The text form: `[0:10, 5:9]`.

use core::fmt;
use core::str::FromStr;

use crate::roi::{parse_bounds, split_bounds};
use crate::{Axis, Coordinate, Error, Result, VoxelBox};

const RULE: &str = "write begin:end per axis, such as [0:10, 5:9]";

impl fmt::Display for VoxelBox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (axis, range) in self.ranges().enumerate() {
            let separator = if axis == 0 { "" } else { ", " };
            write!(f, "{separator}{}:{}", range.start, range.end)?;
        }
        f.write_str("]")
    }
}

/// # Errors
/// [`Error::Unbounded`] for an axis without limits, [`Error::NegativeShape`] for an end before its begin,
/// [`Error::Parse`] for anything else.
impl FromStr for VoxelBox {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let Some((bounds, "")) = split_bounds(text.trim()) else {
            return Err(Error::parse("a voxel box", text, RULE));
        };
        let bounds = parse_bounds::<i64>(bounds, text)?.try_map(|axis, bounds| match bounds {
            Axis::Bounded { begin, shape } => Ok((begin, shape)),
            Axis::All => Err(Error::Unbounded { axis }),
        })?;
        let (begin, shape): (Coordinate, Coordinate) = (bounds.map(|(begin, _)| begin), bounds.map(|(_, shape)| shape));
        Self::new(begin, shape)
    }
}
