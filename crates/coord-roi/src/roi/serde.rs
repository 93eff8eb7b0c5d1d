//! `{"offset": [0, null], "shape": [10, null]}`, with null for an unbounded axis.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use super::checked_axis;
use crate::coordinate::read_list;
use crate::stored::{Stored, StoredOption};
use crate::{Axis, Coordinate, Error, Roi, Scalar};

#[derive(Serialize)]
struct Parts<T> {
    offset: Coordinate<Option<T>>,
    shape: Coordinate<Option<T>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, bound = "T: Scalar", expecting = "a region {\"offset\": [...], \"shape\": [...]}")]
struct StoredParts<T> {
    #[serde(deserialize_with = "read_entries")]
    offset: Coordinate<Option<T>>,
    #[serde(deserialize_with = "read_entries")]
    shape: Coordinate<Option<T>>,
}

fn read_entries<'de, T: Scalar, D: Deserializer<'de>>(deserializer: D) -> Result<Coordinate<Option<T>>, D::Error> {
    read_list(deserializer, |axis| StoredOption(Stored::<T>::entry(axis)))
}

impl<T: Scalar + Serialize> Serialize for Roi<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let bounds = self.axes.map(|axis| match axis {
            Axis::Bounded { begin, shape } => Some((begin, shape)),
            Axis::All => None,
        });
        let offset = bounds.map(|axis| axis.map(|(begin, _)| begin));
        let shape = bounds.map(|axis| axis.map(|(_, shape)| shape));
        Parts { offset, shape }.serialize(serializer)
    }
}

impl<'de, T: Scalar> Deserialize<'de> for Roi<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let StoredParts { offset, shape } = StoredParts::<T>::deserialize(deserializer)?;
        let axes = offset.zip_with(&shape, |axis, offset, shape| match (offset, shape) {
            (Some(begin), Some(shape)) => checked_axis(axis, begin, shape),
            (None, None) => Ok(Axis::All),
            (None, Some(shape)) => Err(Error::MissingOffset { axis, shape: shape.to_length() }),
            (Some(offset), None) => Err(Error::MissingShape { axis, offset: offset.to_length() }),
        });
        Ok(Self { axes: axes.map_err(D::Error::custom)? })
    }
}
