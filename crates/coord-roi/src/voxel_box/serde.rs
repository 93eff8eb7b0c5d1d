//! `{"begin": [0, 5], "shape": [10, 4]}`.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Coordinate, VoxelBox};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a voxel box {\"begin\": [...], \"shape\": [...]}")]
struct Parts {
    begin: Coordinate,
    shape: Coordinate,
}

impl Serialize for VoxelBox {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Parts { begin: self.begin, shape: self.shape }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for VoxelBox {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parts { begin, shape } = Parts::deserialize(deserializer)?;
        Self::new(begin, shape).map_err(D::Error::custom)
    }
}
