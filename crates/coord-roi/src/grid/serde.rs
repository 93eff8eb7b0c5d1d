//! `{"origin": [0, 0], "step": [4.56, 4]}`.

use serde::de::{Deserializer, Error as _};
use serde::{Deserialize, Serialize, Serializer};

use crate::{Coordinate, Grid, Length};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a grid {\"origin\": [...], \"step\": [...]}")]
struct Parts {
    origin: Coordinate<Length>,
    step: Coordinate<Length>,
}

impl Serialize for Grid {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Parts { origin: self.origin, step: self.step }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Grid {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Parts { origin, step } = Parts::deserialize(deserializer)?;
        Self::new(origin, step).map_err(D::Error::custom)
    }
}
