//! [`Order`] of an interpolation.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// The degree of the spline that interpolates between voxels; a number in configs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Order {
    /// 0: the nearest voxel.
    Nearest,
    /// 1: linear between the two nearest voxels of each axis.
    Linear,
}

impl Order {
    const ALL: [Self; 2] = [Self::Nearest, Self::Linear];

    /// The number of the order.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Nearest => 0,
            Self::Linear => 1,
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.number().fmt(f)
    }
}

impl TryFrom<u64> for Order {
    type Error = Error;

    fn try_from(order: u64) -> Result<Self> {
        let found = Self::ALL.into_iter().find(|known| u64::from(known.number()) == order);
        found.ok_or(Error::OrderNotAvailable { order, available: "0, 1" })
    }
}

impl Serialize for Order {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(self.number())
    }
}

impl<'de> Deserialize<'de> for Order {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u64::deserialize(deserializer)?.try_into().map_err(serde::de::Error::custom)
    }
}
