//! The state of shader controls.

use crate::document::{Field, unexpected, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use std::fmt;

/// A value of a shader control.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum ControlValue {
    /// Of `invlerp`: which values become 0 and 1.
    Invlerp(Invlerp),
    /// Of a slider.
    Number(f64),
    /// Of a checkbox.
    Bool(bool),
    /// Of a colour, or a choice.
    Text(String),
    /// Any other, as it is.
    Other(Value),
}

impl From<Invlerp> for ControlValue {
    fn from(invlerp: Invlerp) -> Self {
        Self::Invlerp(invlerp)
    }
}

impl From<f64> for ControlValue {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for ControlValue {
    fn from(checked: bool) -> Self {
        Self::Bool(checked)
    }
}

impl From<&str> for ControlValue {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<Value> for ControlValue {
    fn from(value: Value) -> Self {
        Self::Other(value)
    }
}

impl ControlValue {
    pub(super) fn write(&self) -> Result<Value> {
        match self {
            Self::Invlerp(invlerp) => invlerp.write(),
            Self::Number(number) => number.write(),
            Self::Bool(checked) => checked.write(),
            Self::Text(text) => text.write(),
            Self::Other(value) => Ok(value.clone()),
        }
    }
}

/// The values that a control `invlerp` maps to 0 and 1, and the stretch of values that its histogram shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Invlerp {
    range: Option<[Limit; 2]>,
    window: Option<[Limit; 2]>,
    channel: Option<Vec<u32>>,
}

/// An end of a range: 64-bit integers need a string, as ids do.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum Limit {
    /// A value of the types up to 32 bits.
    Number(f64),
    /// A value of an unsigned 64-bit type.
    U64(u64),
}

impl From<f64> for Limit {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<u64> for Limit {
    fn from(integer: u64) -> Self {
        Self::U64(integer)
    }
}

impl Invlerp {
    /// `low` is drawn black and `high` white; the other way round inverts.
    ///
    /// # Errors
    /// [`Error::DataRange`] unless both are finite and differ.
    pub fn range(low: impl Into<Limit>, high: impl Into<Limit>) -> Result<Self> {
        let range = [low.into(), high.into()];
        let [low, high] = range;
        if low.is_finite() && high.is_finite() && low != high {
            return Ok(Self { range: Some(range), ..Self::default() });
        }
        Err(range_error(range))
    }

    /// The stretch of values that the histogram shows.
    ///
    /// # Errors
    /// [`Error::DataRange`] unless both are finite and `low` is the smaller one.
    pub fn with_window(mut self, low: impl Into<Limit>, high: impl Into<Limit>) -> Result<Self> {
        let window = [low.into(), high.into()];
        let [low, high] = window;
        if !(low.is_finite() && high.is_finite() && low.is_below(high)) {
            return Err(range_error(window));
        }
        self.window = Some(window);
        Ok(self)
    }

    /// The channel that is drawn: one index per channel dimension.
    pub fn with_channel(mut self, channel: impl Into<Vec<u32>>) -> Self {
        self.channel = Some(channel.into());
        self
    }

    /// What is drawn black and white.
    pub fn limits(&self) -> Option<[Limit; 2]> {
        self.range
    }

    /// What the histogram shows.
    pub fn window(&self) -> Option<[Limit; 2]> {
        self.window
    }
}

fn range_error([low, high]: [Limit; 2]) -> Error {
    Error::DataRange { low: low.to_string(), high: high.to_string() }
}

impl Limit {
    fn is_finite(self) -> bool {
        match self {
            Self::Number(number) => number.is_finite(),
            Self::U64(_) => true,
        }
    }

    fn is_below(self, other: Self) -> bool {
        match (self, other) {
            (Self::U64(a), Self::U64(b)) => a < b,
            _ => self.to_f64() < other.to_f64(),
        }
    }

    /// The nearest double.
    pub(crate) fn to_f64(self) -> f64 {
        match self {
            Self::Number(number) => number,
            Self::U64(integer) => integer as f64,
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(f),
            Self::U64(integer) => integer.fmt(f),
        }
    }
}

impl Field for Limit {
    const EXPECTED: &'static str = "a number, or a string with a 64-bit integer";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(text) => text.parse().map(Self::U64).map_err(|_| wrong::<Self>(value)),
            _ => f64::read(value).map(Self::Number).map_err(|_| wrong::<Self>(value)),
        }
    }

    fn write(&self) -> Result<Value> {
        match self {
            Self::Number(number) => number.write(),
            Self::U64(integer) => Ok(Value::String(integer.to_string())),
        }
    }
}

fn read_pair(object: &Object, key: &str) -> Result<Option<[Limit; 2]>> {
    let Some(value) = object.get(key) else { return Ok(None) };
    let limits = Vec::<Limit>::read(value).map_err(|error| error.within(key))?;
    let pair = limits.try_into().map_err(|_| unexpected(value, "a list of two values").within(key))?;
    Ok(Some(pair))
}

impl Field for Invlerp {
    const EXPECTED: &'static str = "an object with range, window, channel";

    fn read(value: &Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| wrong::<Self>(value))?;
        let channel =
            object.get("channel").map(Vec::<u32>::read).transpose().map_err(|error| error.within("channel"))?;
        Ok(Self { range: read_pair(object, "range")?, window: read_pair(object, "window")?, channel })
    }

    fn write(&self) -> Result<Value> {
        let mut object = Object::new();
        for (key, pair) in [("range", self.range), ("window", self.window)] {
            if let Some(pair) = pair {
                object.insert(key.to_owned(), pair.to_vec().write()?);
            }
        }
        if let Some(channel) = &self.channel {
            object.insert("channel".to_owned(), channel.write()?);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn limits_of_64_bits_are_strings() {
        let contrast = Invlerp::range(0_u64, u64::MAX).unwrap().with_window(5_u64, 6_u64).unwrap().with_channel([1]);
        let value = json!({"range": ["0", "18446744073709551615"], "window": ["5", "6"], "channel": [1]});
        assert_eq!(contrast.write().unwrap(), value);
        assert_eq!(Invlerp::read(&value).unwrap(), contrast);
    }

    #[test]
    fn ranges_may_run_backwards_and_windows_may_not() {
        assert!(Invlerp::range(200.0, 0.0).is_ok());
        for (low, high) in [(1.0, 1.0), (f64::NAN, 1.0), (0.0, f64::INFINITY)] {
            assert!(matches!(Invlerp::range(low, high), Err(Error::DataRange { .. })));
        }
        assert!(Invlerp::default().with_window(1.0, 0.0).is_err());
        assert!(Invlerp::default().with_window(u64::MAX - 1, u64::MAX).is_ok());
    }
}
