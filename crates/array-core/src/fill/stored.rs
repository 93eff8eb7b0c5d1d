//! Fill values in configurations. By hand, because derived code for untagged enums reads every whole number as a float.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::{Serialize, Serializer};

use super::FillValue;

/// What JSON has no numbers for, named as zarr names it.
const NAMED: [(&str, f64); 3] = [("NaN", f64::NAN), ("Infinity", f64::INFINITY), ("-Infinity", f64::NEG_INFINITY)];

impl Serialize for FillValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match *self {
            // Narrow types first: formats know them, and few know 128 bits.
            Self::Integer(value) => match (i64::try_from(value), u64::try_from(value)) {
                (Ok(value), _) => serializer.serialize_i64(value),
                (_, Ok(value)) => serializer.serialize_u64(value),
                _ => serializer.serialize_i128(value),
            },
            Self::Float(value) => {
                let same = |(_, named): &&(&str, f64)| {
                    named.to_bits() == value.to_bits() || (named.is_nan() && value.is_nan())
                };
                match NAMED.iter().find(same) {
                    Some((name, _)) => serializer.serialize_str(name),
                    None => serializer.serialize_f64(value),
                }
            }
        }
    }
}

impl<'de> Deserialize<'de> for FillValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Number)
    }
}

struct Number;

impl Visitor<'_> for Number {
    type Value = FillValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number, or one of \"NaN\", \"Infinity\", \"-Infinity\"")
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<FillValue, E> {
        Ok(value.into())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<FillValue, E> {
        Ok(value.into())
    }

    fn visit_i128<E: de::Error>(self, value: i128) -> Result<FillValue, E> {
        Ok(FillValue::Integer(value))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<FillValue, E> {
        Ok(value.into())
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<FillValue, E> {
        let named = NAMED.iter().find(|(name, _)| *name == text);
        named.map(|&(_, value)| value.into()).ok_or_else(|| E::invalid_value(de::Unexpected::Str(text), &self))
    }
}
