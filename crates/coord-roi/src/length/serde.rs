//! Lengths in JSON and the like: a number where a number is exact, else the exact text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Length;
use crate::stored::Stored;

/// An integer when whole; else a decimal number when at most 15 digits say it exactly; else the exact text, `"4/3"`.
impl Serialize for Length {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.is_integer() {
            return serializer.serialize_i64(self.numer());
        }
        match self.to_decimal_f64() {
            Some(value) => serializer.serialize_f64(value),
            None => serializer.collect_str(self),
        }
    }
}

/// An integer, a decimal of at most 15 significant digits (taken as its text: 4.56 is 114/25), or a string as
/// [`FromStr`](core::str::FromStr) reads it. A longer decimal is refused with the advice to write a string.
impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Stored::number().deserialize(deserializer)
    }
}
