//! The text form, that of a Python tuple: `(1, 2, 3)`, `(7,)`, `()`.

use core::fmt;
use core::str::FromStr;

use crate::{Coordinate, Error, Result, Scalar};

const WHAT: &str = "a coordinate";
const RULE: &str = "write one number per axis, such as (1, 2, 3) or 1,2,3";

impl<T: fmt::Display> fmt::Display for Coordinate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(")?;
        for (axis, entry) in self.iter().enumerate() {
            let separator = if axis == 0 { "" } else { ", " };
            write!(f, "{separator}{entry}")?;
        }
        f.write_str(if self.dims() == 1 { ",)" } else { ")" })
    }
}

impl<T: fmt::Debug> fmt::Debug for Coordinate<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut tuple = f.debug_tuple("Coordinate");
        for entry in self {
            tuple.field(entry);
        }
        tuple.finish()
    }
}

/// `(1, 2, 3)`, `(7,)`, `()`, or the numbers without parentheses: `8,8,4.56`.
impl<T: Scalar> FromStr for Coordinate<T> {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let trimmed = text.trim();
        let inner = match (trimmed.strip_prefix('('), trimmed.strip_suffix(')')) {
            (Some(_), Some(_)) if trimmed.len() >= 2 => &trimmed[1..trimmed.len() - 1],
            (None, None) if !trimmed.is_empty() => trimmed,
            _ => return Err(Error::parse(WHAT, text, RULE)),
        };
        if inner.trim().is_empty() {
            return Ok(Self::default());
        }
        let inner = inner.trim_end().strip_suffix(',').unwrap_or(inner);
        parse_list(inner, |axis, part| T::parse(part).map_err(|error| error.at(axis)))
    }
}

/// The entries of a comma-separated list.
pub(crate) fn parse_list<T: Copy + Default>(
    text: &str,
    mut entry: impl FnMut(usize, &str) -> Result<T>,
) -> Result<Coordinate<T>> {
    let dims = text.split(',').count();
    super::check_dims(dims)?;
    let mut parts = text.split(',');
    Coordinate::try_from_fn(dims, |axis| entry(axis, parts.next().unwrap_or_default()))
}
