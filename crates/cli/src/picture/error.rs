//! What stands in the way of a picture.

use thiserror::Error;

/// What stands in the way of a picture.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum Error {
    /// A plane without voxels has no picture.
    #[error("a picture needs at least one voxel along every axis, but the shape is {shape:?}")]
    Empty {
        /// Of what was to be painted.
        shape: Vec<usize>,
    },
    /// Labels and the picture under them have different sizes.
    #[error(
        "labels of {labels:?} pixels cannot lie over a picture of {picture:?}; cut both out of the same region, with the same zoom"
    )]
    SizesDiffer {
        /// Rows and columns of the labels.
        labels: [usize; 2],
        /// Rows and columns of the picture.
        picture: [usize; 2],
    },
    /// An opacity that is none.
    #[error("an opacity lies between 0 (unseen) and 1 (opaque), but is {alpha}")]
    Opacity {
        /// What was asked for.
        alpha: f32,
    },
    /// A voxel size that is none.
    #[error("the voxel size along {axis} is {size}; it has to be a positive number")]
    VoxelSize {
        /// The axis.
        axis: char,
        /// What was given.
        size: f64,
    },
    /// A plane outside of the block.
    #[error("plane {index} along {axis} was asked for, but the block has the planes 0 to {last}")]
    NoSuchPlane {
        /// The axis that the plane lies across.
        axis: char,
        /// What was asked for.
        index: usize,
        /// What would be the last one.
        last: usize,
    },
    /// More pixels than a PNG can say.
    #[error("a picture of {height} x {width} pixels is larger than a PNG can be; cut it smaller")]
    TooLarge {
        /// Rows.
        height: usize,
        /// Columns.
        width: usize,
    },
}

/// A result of this module.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A picture that cannot be made is a request that makes no sense.
impl From<Error> for facade::Error {
    fn from(error: Error) -> Self {
        Self::invalid("picture", error.to_string())
    }
}
