//! Where a metadata value came from.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A value of [`ArrayMeta`](super::ArrayMeta) whose origin is worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Field {
    /// Image, labels or mask.
    Kind,
    /// Names and meaning of the axes.
    Axes,
    /// World units per voxel.
    VoxelSize,
    /// World position of the first voxel.
    Offset,
    /// Which voxels there are.
    Extents,
    /// Element type.
    DType,
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Kind => "kind",
            Self::Axes => "axes",
            Self::VoxelSize => "voxel size",
            Self::Offset => "offset",
            Self::Extents => "extents",
            Self::DType => "dtype",
        })
    }
}

/// How a value is known; the text says by what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Provenance {
    /// The source or the user said so: `Extended.VoxelSize`, `option extents`.
    Stated(String),
    /// It follows from stated values: `voxel size of scale 0 times 4`.
    Derived(String),
    /// Nobody said so; it is a guess that the user should see.
    Assumed(String),
}

impl fmt::Display for Provenance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Stated(by) => write!(f, "stated: {by}"),
            Self::Derived(by) => write!(f, "derived: {by}"),
            Self::Assumed(by) => write!(f, "assumed: {by}"),
        }
    }
}
