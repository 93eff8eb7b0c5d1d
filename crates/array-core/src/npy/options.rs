//! What a `.npy` file does not say about itself.

use coord_roi::{Coordinate, Length};

use crate::{Axes, IntoWorld, Kind, Strictness};

/// What a `.npy` file does not say about itself.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NpyOptions {
    /// World units per voxel, per physical axis; assumed to be 1 where absent.
    pub voxel_size: Option<Coordinate<Length>>,
    /// World position of the lower corner of the first voxel; assumed to be 0 where absent.
    pub offset: Option<Coordinate<Length>>,
    /// Axes of the data; guessed as by [`StatedAxes`](crate::StatedAxes) where absent.
    pub axes: Option<Axes>,
    /// What the voxels mean; guessed from the dtype where absent.
    pub kind: Option<Kind>,
    /// Whether axes, voxel size and offset may be assumed.
    pub strictness: Strictness,
}

impl NpyOptions {
    /// States the voxel size.
    pub fn with_voxel_size(mut self, voxel_size: impl IntoWorld) -> Self {
        self.voxel_size = Some(voxel_size.into_world());
        self
    }

    /// States the position of the first voxel's lower corner.
    pub fn with_offset(mut self, offset: impl IntoWorld) -> Self {
        self.offset = Some(offset.into_world());
        self
    }

    /// States the axes.
    pub fn with_axes(mut self, axes: Axes) -> Self {
        self.axes = Some(axes);
        self
    }

    /// States what the voxels mean.
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets whether axes, voxel size and offset may be assumed.
    pub fn with_strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }
}
