//! [`Order`] of an interpolation.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// The degree of the spline that interpolates between voxels; a number in configs.
///
/// From order 2 on a spline overshoots at sharp edges: by up to 21, 28, 35 and 41 % of a step per axis for orders 2 to
/// 5. Integers are limited to the range of their type; see [`Clip`](crate::Clip) for narrower ranges.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Order {
    /// 0: the nearest voxel.
    Nearest,
    /// 1: linear between the two nearest voxels of each axis.
    Linear,
    /// 2: quadratic spline through all voxels.
    Quadratic,
    /// 3: cubic spline through all voxels.
    Cubic,
    /// 4: quartic spline through all voxels.
    Quartic,
    /// 5: quintic spline through all voxels.
    Quintic,
}

impl Order {
    /// All orders, lowest first.
    pub const ALL: [Self; 6] =
        [Self::Nearest, Self::Linear, Self::Quadratic, Self::Cubic, Self::Quartic, Self::Quintic];

    /// The number of the order.
    #[must_use]
    pub const fn number(self) -> u8 {
        self as u8
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
        found.ok_or(Error::OrderNotAvailable { order, available: "0, 1, 2, 3, 4, 5" })
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
