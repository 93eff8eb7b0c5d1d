//! A coordinate is a list.

use core::fmt;
use core::marker::PhantomData;

use serde::de::{DeserializeSeed, Deserializer, Error as _, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use crate::stored::Stored;
use crate::{Coordinate, MAX_DIMS, Scalar};

impl<T: Serialize> Serialize for Coordinate<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de, T: Scalar> Deserialize<'de> for Coordinate<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_list(deserializer, Stored::<T>::entry)
    }
}

/// A list of at most [`MAX_DIMS`] entries, each read by the seed that `entry` makes for its axis.
pub(crate) fn read_list<'de, D, S, F>(deserializer: D, entry: F) -> Result<Coordinate<S::Value>, D::Error>
where
    D: Deserializer<'de>,
    S: DeserializeSeed<'de>,
    S::Value: Copy + Default,
    F: Fn(usize) -> S,
{
    deserializer.deserialize_seq(List { entry, seed: PhantomData })
}

struct List<F, S> {
    entry: F,
    seed: PhantomData<S>,
}

impl<'de, F, S> Visitor<'de> for List<F, S>
where
    S: DeserializeSeed<'de>,
    S::Value: Copy + Default,
    F: Fn(usize) -> S,
{
    type Value = Coordinate<S::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a list of at most {MAX_DIMS} numbers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut entries = [S::Value::default(); MAX_DIMS];
        let mut dims = 0;
        for (axis, slot) in entries.iter_mut().enumerate() {
            match list.next_element_seed((self.entry)(axis))? {
                Some(value) => *slot = value,
                None => break,
            }
            dims += 1;
        }
        if dims == MAX_DIMS && list.next_element::<serde::de::IgnoredAny>()?.is_some() {
            return Err(A::Error::custom(format_args!(
                "a coordinate has at most {MAX_DIMS} entries, this list has more"
            )));
        }
        Ok(Coordinate::from_fn(dims, |axis| entries[axis]))
    }
}
