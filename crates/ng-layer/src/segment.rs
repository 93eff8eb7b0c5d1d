//! Segment ids: 64 bits, so strings in JSON. A JSON number above 2^53 is rounded before the viewer sees it.

use crate::color::Color;
use crate::document::{Field, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use std::fmt;
use std::str::FromStr;

/// The id of a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SegmentId(pub u64);

impl From<u64> for SegmentId {
    fn from(id: u64) -> Self {
        Self(id)
    }
}

impl fmt::Display for SegmentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl FromStr for SegmentId {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        let canonical = text == "0" || text.starts_with(|c: char| ('1'..='9').contains(&c));
        let id = if canonical { text.parse().ok() } else { None };
        id.map(Self).ok_or_else(|| Error::SegmentId { text: text.to_owned() })
    }
}

impl Field for SegmentId {
    const EXPECTED: &'static str = "a segment id: a string of decimal digits, at most \"18446744073709551615\"";

    /// Strings; also the bare integers that the Python package writes in `equivalences`.
    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(text) => text.parse().map_err(|_| wrong::<Self>(value)),
            _ => value.as_u64().map(Self).ok_or_else(|| wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// A segment in the list of a layer: shown, or kept in the list and hidden (`"!7"`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Segment {
    /// Shown.
    Visible(SegmentId),
    /// Starred, but not shown.
    Hidden(SegmentId),
}

impl Segment {
    /// Its id.
    pub fn id(self) -> SegmentId {
        match self {
            Self::Visible(id) | Self::Hidden(id) => id,
        }
    }
}

impl From<u64> for Segment {
    fn from(id: u64) -> Self {
        Self::Visible(SegmentId(id))
    }
}

impl fmt::Display for Segment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Visible(id) => id.fmt(f),
            Self::Hidden(id) => write!(f, "!{id}"),
        }
    }
}

impl Field for Segment {
    const EXPECTED: &'static str = "a segment id as a string, with ! in front of a hidden one";

    fn read(value: &Value) -> Result<Self> {
        let hidden = value.as_str().and_then(|text| text.strip_prefix('!'));
        match hidden {
            Some(id) => id.parse().map(Self::Hidden).map_err(|_| wrong::<Self>(value)),
            None => SegmentId::read(value).map(Self::Visible).map_err(|_| wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::String(self.to_string()))
    }
}

/// Colours of single segments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SegmentColors(pub Vec<(SegmentId, Color)>);

impl<const N: usize> From<[(u64, Color); N]> for SegmentColors {
    fn from(colors: [(u64, Color); N]) -> Self {
        Self(colors.into_iter().map(|(id, color)| (SegmentId(id), color)).collect())
    }
}

impl Field for SegmentColors {
    const EXPECTED: &'static str = "an object of segment ids and colours, as {\"7\": \"#ff8000\"}";

    fn read(value: &Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| wrong::<Self>(value))?;
        let read = |(id, color): (&String, &Value)| {
            let id: SegmentId = id.parse().map_err(|_| wrong::<Self>(value))?;
            Ok((id, Color::read(color).map_err(|error| error.within(&id.to_string()))?))
        };
        object.iter().map(read).collect::<Result<_>>().map(Self)
    }

    fn write(&self) -> Result<Value> {
        let entries = self.0.iter().map(|(id, color)| Ok((id.to_string(), color.write()?)));
        entries.collect::<Result<Object>>().map(Value::Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ids_are_canonical_64_bit_strings() {
        for (value, id) in [
            (json!("0"), Some(0)),
            (json!("18446744073709551615"), Some(u64::MAX)),
            (json!(9_007_199_254_740_993_u64), Some(9_007_199_254_740_993)),
            (json!("18446744073709551616"), None),
            (json!("007"), None),
            (json!("+7"), None),
            (json!("-7"), None),
            (json!(""), None),
            (json!(7.5), None),
            (json!(-7), None),
        ] {
            assert_eq!(SegmentId::read(&value).ok(), id.map(SegmentId), "{value}");
        }
    }

    #[test]
    fn hidden_segments_keep_their_mark() {
        let segment = Segment::read(&json!("!12")).unwrap();
        assert_eq!(segment, Segment::Hidden(SegmentId(12)));
        assert_eq!(segment.write().unwrap(), json!("!12"));
        assert!(Segment::read(&json!("!!12")).is_err());
    }
}
