//! Options of the methods that look at whole windows of source voxels.

use array_core::FillValue;
use serde::{Deserialize, Serialize};

/// Whether zeros take part in a mean or a mode.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Zeros {
    /// They count like any other value. In a mode they win ties, which thins objects.
    #[default]
    Count,
    /// They are taken out before; a window of nothing but zeros gives 0. In a mode this thickens objects.
    Ignore,
}

/// Whether NaN takes part in a mean. (Minimum and maximum never see it; a median sorts it last, a mode counts it as one
/// value.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Nans {
    /// One NaN in a window makes its mean NaN.
    #[default]
    Propagate,
    /// The mean of the other voxels; a window of nothing but NaN gives NaN.
    Ignore,
}

/// Which of several equally frequent values a mode takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ties {
    /// The lowest one: the only rule that does not depend on where the voxels lie.
    #[default]
    Lowest,
    /// The one that comes first in C order (x fastest, then y, then z). For comparisons with software that does so, such
    /// as the 2×2×2 mode of tinybrain.
    FirstXFastest,
    /// For windows of 2×2 voxels `a b` over `c d` only: `a` if it equals `b` or `c`, else `b` if it equals `c`, else `d`. So
    /// four different values give the last. The 2×2 mode of tinybrain.
    #[serde(rename = "countless_2x2")]
    Countless2x2,
}

/// What becomes of windows that reach beyond the source, which occur under [`Extent::Cover`](crate::Extent::Cover) only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartialWindows {
    /// They reduce the voxels that exist.
    #[default]
    Include,
    /// They are dropped; what is left is that of [`Extent::Inside`](crate::Extent::Inside).
    Crop,
    /// Voxels of this value stand in for those that are missing, in means with their full weight. The voxel type must hold
    /// it exactly.
    Pad(FillValue),
    /// Their first voxel that exists, in C order.
    FirstVoxel,
}
