//! Reading one number from a serde format, with errors that name its axis.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Visitor};

use crate::{Error, Result, Scalar};

/// Reads a number, or with [`entry`](Self::entry) one of a list.
pub(crate) struct Stored<T> {
    axis: Option<usize>,
    number: PhantomData<T>,
}

impl<T: Scalar> Stored<T> {
    pub(crate) fn number() -> Self {
        Self { axis: None, number: PhantomData }
    }

    pub(crate) fn entry(axis: usize) -> Self {
        Self { axis: Some(axis), number: PhantomData }
    }

    /// So that callers need not import serde's trait.
    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        DeserializeSeed::deserialize(self, deserializer)
    }

    fn finish<E: serde::de::Error>(self, value: Result<T>) -> Result<T, E> {
        value.map_err(|error| match self.axis {
            Some(axis) if error.axis().is_none() => match error.at(axis) {
                named if named.axis().is_some() => E::custom(named),
                unnamed => E::custom(format_args!("axis {axis}: {unnamed}")),
            },
            _ => E::custom(error),
        })
    }
}

impl<'de, T: Scalar> DeserializeSeed<'de> for Stored<T> {
    type Value = T;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<T: Scalar> Visitor<'_> for Stored<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(axis) = self.axis {
            write!(f, "for axis {axis} ")?;
        }
        f.write_str(T::EXPECTED)
    }

    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<T, E> {
        Ok(T::from_whole(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<T, E> {
        let whole = i64::try_from(value).map_err(|_| Error::Unrepresentable { text: alloc::format!("{value}") });
        self.finish(whole.map(T::from_whole))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<T, E> {
        self.finish(T::from_stored_f64(value))
    }

    fn visit_str<E: serde::de::Error>(self, value: &str) -> Result<T, E> {
        self.finish(T::from_stored_text(value))
    }
}

/// A number or null.
pub(crate) struct StoredOption<T>(pub(crate) Stored<T>);

impl<'de, T: Scalar> DeserializeSeed<'de> for StoredOption<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_option(self)
    }
}

impl<'de, T: Scalar> Visitor<'de> for StoredOption<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Visitor::expecting(&self.0, f)?;
        f.write_str(" or null")
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        self.0.deserialize(deserializer).map(Some)
    }
}
