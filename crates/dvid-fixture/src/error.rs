//! The one error type of this crate.

use std::path::PathBuf;

use array_core::{DType, Length};

/// What can go wrong when a fixture server is set up. What goes wrong *during a request* is an answer, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The listening socket could not be made.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address that was asked for.
        address: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the captures could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the captures does not have the expected form.
    #[error("{} is not a list of captured requests: {detail}", path.display())]
    Captures {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place where known.
        detail: String,
    },
    /// A capture names a body file that is not there, and it is not one of the third-party samples.
    #[error(
        "case {id} needs {}, which is missing; only cases of group `real` may come without their files",
        path.display()
    )]
    BodyMissing {
        /// Name of the case.
        id: String,
        /// The file.
        path: PathBuf,
    },
    /// The voxels of an array have another type than the instance needs.
    #[error("array '{array}' holds {found} voxels; here {expected} is served")]
    ElementType {
        /// Name of the array.
        array: String,
        /// The type that is served.
        expected: DType,
        /// The type that the array has.
        found: DType,
    },
    /// An array has other axes than z, y, x.
    #[error("array '{array}' has the axes '{axes}'; volumes with the three axes z, y, x are served")]
    NotAVolume {
        /// Name of the array.
        array: String,
        /// Its axes.
        axes: String,
    },
    /// The voxel borders of an array do not pass through the origin of the world.
    #[error(
        "the voxel borders of array '{array}' along axis {axis} lie at {origin} nm and every {step} nm from there, those of \
         DVID at the multiples of {step} nm: give the array an offset that is a multiple of its voxel size"
    )]
    GridOrigin {
        /// Name of the array.
        array: String,
        /// Name of the axis.
        axis: String,
        /// Origin of its grid.
        origin: Length,
        /// Its voxel size.
        step: Length,
    },
    /// Voxel indices that do not fit into 32 bits.
    #[error(
        "voxels {begin} to {end} of array '{array}' along axis {axis} do not fit into the 32 bits that DVID has for them"
    )]
    TooFar {
        /// Name of the array.
        array: String,
        /// Name of the axis.
        axis: String,
        /// First voxel.
        begin: i64,
        /// Behind the last voxel.
        end: i64,
    },
    /// A block size that the instance cannot have.
    #[error("the block size {block_zyx:?} (z, y, x) is not possible: each side is a multiple of {step} up to {max}")]
    BlockSize {
        /// The size asked for.
        block_zyx: [u32; 3],
        /// What each side is a multiple of.
        step: u32,
        /// The longest side.
        max: u32,
    },
    /// A name that an instance cannot have.
    #[error("an instance cannot be called '{name}': {reason}")]
    InstanceName {
        /// The name.
        name: String,
        /// Why not.
        reason: String,
    },
    /// A version that the repo cannot have.
    #[error("version '{uuid}' is not possible: {reason}")]
    Version {
        /// Its UUID.
        uuid: String,
        /// Why not.
        reason: String,
    },
    /// A coarser level of an array could not be set up.
    #[error("level {level} of array '{array}' is not possible: {source}")]
    Level {
        /// Name of the array.
        array: String,
        /// The level.
        level: u8,
        /// Why not.
        source: Box<resample::Error>,
    },
}

/// Result with the [`Error`] of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
