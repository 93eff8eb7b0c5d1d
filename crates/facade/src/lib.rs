//! Voxscope: any region of a terabyte microscopy volume, at any resolution, in world units — and a picture of it.
//!
//! This crate gathers the others behind one configuration format and one function, [`open`].
//!
//! # The story
//!
//! A volume is an [`Array`](array_core::Array): voxels on a [`Grid`](array_core::Grid) in nanometres. What it is made of is
//! data, an [`ArrayConfig`]: a DVID server, an `.npy` file, a region of another array, another array at another voxel size, and
//! all other views that `array_core` has.
//! Open it and read regions of the world; the result is a plain `ndarray`:
//!
//! ```
//! use facade::prelude::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("em.npy");
//! # let voxels = ndarray::Array3::from_shape_fn((16, 32, 32), |(z, y, x)| (8 * z + y + x) as u8).into_dyn();
//! # facade::array_core::npy::write(&mut std::fs::File::create(&path)?, &Block::from(voxels).view())?;
//! # std::env::set_current_dir(folder.path())?;
//! // A file of 40 × 8 × 8 nm voxels, read at 40 × 12 × 12 nm.
//! let config = ArrayConfig::from_json(r#"{
//!   "resampled": {
//!     "source": {"npy": {"path": "em.npy", "voxel_size": [40, 8, 8], "offset": [0, 80, 80]}},
//!     "voxel_size": [40, 12, 12]
//!   }
//! }"#)?;
//! let array = open(&config)?;
//! let block: ArrayD<u8> = array.read(Roi::new([0, 96, 96], [80, 120, 60])?)?;
//! assert_eq!(block.shape(), [2, 10, 5]);
//! # Ok(())
//! # }
//! ```
//!
//! | to | see |
//! |---|---|
//! | describe and open arrays | [`ArrayConfig`], [`open`] |
//! | read regions, strictly or leniently | [`ArrayExt`](array_core::ArrayExt), [`ReadOptions`](array_core::ReadOptions) |
//! | read at another voxel size | [`ResampledArray`](resample::ResampledArray), [`Spec`](resample::Spec) |
//! | talk to a DVID server directly | `dvid_source::DvidClient` (feature `dvid`) |
//! | show what was read | `ng_layer::Neuroglance` (feature `neuroglancer`) |
//! | show any array live | `ng_serve::serve` (feature `serve`) |
//! | hold an array of your own to the rules | `array_core::testing` |
//!
//! # Features
//!
//! * `dvid` (default): DVID servers over HTTP. `https`: the same over TLS.
//! * `neuroglancer` (default): layers, viewer states and links. `serve`: a server for arrays without a public address.
//!
//! A configuration may name a back end that was not built in; opening it says which feature brings it. Requests, retries,
//! resolved versions and the scale that was opened are `tracing` events.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod config;
mod error;
mod open;
mod view;

pub use array_core;
#[cfg(feature = "dvid")]
pub use dvid_source;
#[cfg(feature = "neuroglancer")]
pub use ng_layer;
#[cfg(feature = "serve")]
pub use ng_serve;
pub use resample;

pub use crate::config::{
    ArrayConfig, BinarizeConfig, CastConfig, ConcatConfig, ConcatPart, ConstantConfig, CropConfig, DvidConfig,
    IntensitiesConfig, LogicalOrConfig, MapLabelsConfig, MergeInstancesConfig, NpyConfig, PermuteConfig,
    ResampledConfig, SelectConfig, SumConfig,
};
pub use crate::error::{Error, Result};
pub use crate::open::open;

/// What a program that reads volumes needs by name.
pub mod prelude {
    pub use array_core::ndarray::{self, ArrayD};
    pub use array_core::{
        Array, ArrayExt, ArrayRef, Axes, Block, Coordinate, DType, Field, FillValue, IntoWorld, Kind, Length,
        MemoryArray, Outside, Provenance, ReadBlock, ReadContext, ReadOptions, Roi, Rounding, ViewerSource, VoxelBox,
    };
    #[cfg(feature = "neuroglancer")]
    pub use ng_layer::Neuroglance;
    pub use resample::{ResampledArray, Spec, Target};

    pub use crate::{ArrayConfig, open};
}
