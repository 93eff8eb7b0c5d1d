//! The text form: `origin (0, 0) step (4.56, 4)`.

use core::fmt;
use core::str::FromStr;

use crate::{Coordinate, Error, Grid, Length, Result};

const RULE: &str =
    "write origin and step in nm, such as origin (0, 0, 0) step (4.56, 4, 4), or the step alone for the origin 0";

impl fmt::Display for Grid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "origin {} step {}", self.origin, self.step)
    }
}

/// `origin (0, 0) step (4.56, 4)`, or `step (4.56, 4)` for the origin 0.
impl FromStr for Grid {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let (before, step) = text.split_once("step").ok_or_else(|| Error::parse("a grid", text, RULE))?;
        match before.trim().strip_prefix("origin") {
            Some(origin) => Self::new(origin.parse::<Coordinate<Length>>()?, step.parse::<Coordinate<Length>>()?),
            None if before.trim().is_empty() => Self::with_step(step.parse::<Coordinate<Length>>()?),
            None => Err(Error::parse("a grid", text, RULE)),
        }
    }
}
