//! A volume with its place in the world, read lazily, whatever holds it.
//!
//! An [`Array`] is a grid of voxels in nanometres plus a way to fill a block with them. Sources (memory, `.npy` files, a DVID
//! server in `dvid-source`) and views (a [`Crop`], a resampling in `resample`) all implement the one small trait; what people
//! call is [`ArrayExt`]:
//!
//! ```
//! use array_core::{ArrayExt, MemoryArray, Outside, ReadOptions, Roi, Rounding, ndarray::{Array3, ArrayD}};
//!
//! # fn main() -> Result<(), array_core::Error> {
//! let voxels = Array3::from_shape_fn((10, 20, 30), |(z, y, x)| (z * 600 + y * 30 + x) as u16).into_dyn();
//! let array = MemoryArray::new("em", voxels, [40, 8, 8], [400, 0, 0])?;
//!
//! // Strict: inside the array, on its voxel borders.
//! let block: ArrayD<u16> = array.read(Roi::new([400, 8, 16], [80, 16, 24])?)?;
//! assert_eq!((block.shape(), block[[0, 0, 0]]), (&[2, 2, 3][..], 32));
//!
//! // Lenient: moved to the nearest borders, zero outside.
//! let options = ReadOptions::default().with_alignment(Rounding::Grow).with_outside(Outside::Fill(0.into()));
//! let read = array.read_with(Roi::new([390, 0, 0], [50, 5, 8])?, &options)?;
//! assert_eq!(read.roi, Roi::new([360, 0, 0], [80, 8, 8])?.into());
//! # Ok(())
//! # }
//! ```
//!
//! A slow array is read through a cache of its blocks by [`Cached`], and [`Cache`] is there for other values.
//!
//! What it is not: it opens no servers, resamples nothing and knows no viewer; those are crates of their own. The feature
//! `testing` brings the conformance suite that every array of this workspace passes, and that a new one can be held to.

#![cfg_attr(docsrs, feature(doc_cfg))]

mod array;
mod attrs;
mod axes;
mod block;
mod cache;
mod choice;
pub mod coming_from_funlib {
    #![doc = include_str!("../docs/coming-from-funlib.md")]
}
mod context;
mod convert;
mod dtype;
mod element;
mod error;
mod ext;
mod fill;
mod fresh;
mod memory;
mod meta;
pub mod npy;
mod options;
mod plan;
#[cfg(feature = "testing")]
pub mod testing;
mod views;
mod world;
mod write;

pub use coord_roi::{self, Coordinate, Grid, Length, Roi, Rounding, VoxelBox};
pub use ndarray;

pub use crate::array::{Array, ArrayRef, ArrayWrite};
pub use crate::attrs::{GEOMETRY_KEYS, attrs_without_geometry};
pub use crate::axes::{Axes, AxisInfo, AxisKind, PlacedAxes, StatedAxes};
pub use crate::block::{Block, BlockMut, BlockRef, block_bytes};
pub use crate::cache::{BlockCache, BlockKey, Cache, CacheOptions, CacheStats, Cached, Loading, Lookup, Pending};
pub use crate::choice::{Candidates, Choice, Strictness};
pub use crate::context::{CancelToken, ReadContext};
pub use crate::convert::Conversion;
pub use crate::dtype::DType;
pub use crate::element::Element;
pub use crate::error::{Error, Result};
pub use crate::ext::{ArrayExt, DATA_LIMIT};
pub use crate::fill::FillValue;
pub use crate::memory::MemoryArray;
pub use crate::meta::{ArrayMeta, Attrs, Field, Kind, Provenance, ViewerSource};
pub use crate::options::{Outside, ReadBlock, ReadOptions};
pub use crate::plan::ReadPlan;
pub use crate::views::{
    AxisOrder, Beyond, Binarize, Cast, ChannelPart, Channels, ConcatChannels, Constant, Crop, IdGroup, InstanceIds,
    Intensities, LogicalOr, MapLabels, MapOptions, MergeInstances, Permute, Pieces, Place, Select, Sum, SumType,
    Unknown, VIEW_MEMORY,
};
pub use crate::world::IntoWorld;
pub use crate::write::{Chunks, WriteOptions};
