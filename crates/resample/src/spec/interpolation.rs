//! Options of interpolations.

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// The low-pass filter before an interpolation, which keeps fine structure from folding into coarse voxels.
///
/// It never acts on an axis of factor 1. Tails end at four standard deviations.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AntiAlias {
    /// No filter.
    Off,
    /// A Gaussian with a standard deviation of `(d/u - 1) / 2` source voxels on axes that are downsampled; no filter
    /// elsewhere, and none in effect for factors above 4/5.
    Gaussian,
    /// A Gaussian with the given standard deviation, in source voxels, for each axis in turn; 0 means no filter and is
    /// the only value for axes of factor 1.
    Sigma(Vec<f64>),
}

/// What an interpolation sees beyond the edge of the *volume* (edges of requests are never seen).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Boundary {
    /// Mirrored at the centre of the edge voxel, which is not repeated: `3 2 1 | 0 1 2 3`. numpy and skimage call it
    /// `reflect`.
    #[default]
    Mirror,
    /// Mirrored at the edge, the edge voxel repeated: `2 1 0 | 0 1 2 3`. scipy calls it `reflect`.
    Symmetric,
    /// The edge voxel goes on for ever.
    Nearest,
    /// The other end of the volume follows.
    Wrap,
    /// This value.
    Constant(f64),
}

/// Whether 64-bit integers may pass through 64-bit floats, which hold integers exactly up to 2^53 only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WideIntegers {
    /// Interpolating them is an error.
    #[default]
    Refuse,
    /// They are interpolated in 64-bit floats.
    ThroughF64,
}

/// Limits of the values that an interpolation computes. Splines of order 2 and above overshoot at sharp edges.
///
/// NaN stays NaN. Integers are limited to the range of their type in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Clip {
    /// None but the range of the type.
    #[default]
    Off,
    /// From the first value to the second: the known range of the volume, for instance.
    Range(f64, f64),
    /// The range of the array handed in, as `skimage.transform.rescale` does by default; with
    /// [`Boundary::Constant`](crate::Boundary::Constant) the constant belongs to it where the result has values on both
    /// sides of it. For whole arrays only: a far voxel may change the result anywhere, so a
    /// [`ResampledArray`](crate::ResampledArray), which is read in parts, refuses it. It is one range for all channels;
    /// hand them in one by one where each should have its own.
    ToInput,
}

impl Clip {
    /// Refuses ranges that hold nothing.
    pub(super) fn check(self) -> Result<()> {
        match self {
            Self::Range(low, high) if low > high || low.is_nan() || high.is_nan() => {
                Err(Error::ClipRange { low, high })
            }
            _ => Ok(()),
        }
    }

    /// The range, where it is known without any data.
    pub(crate) fn range(self) -> Option<(f64, f64)> {
        if let Self::Range(low, high) = self { Some((low, high)) } else { None }
    }
}
