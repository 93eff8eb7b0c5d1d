//! Neuroglancer layers, viewer states and links, for any [`Array`](array_core::Array).
//!
//! * [`Neuroglance`] gives every array its layer: type by kind, exact place at any offset and voxel size, contrast, and the
//!   address the viewer reads from, with the reason for it. [`ViewBuilder`] puts several arrays into one viewer.
//! * [`ViewerState`], [`ImageLayer`], [`SegmentationLayer`], [`Source`], [`Transform`] are typed views on JSON objects that
//!   lose nothing: keys without a type, their order and the spelling of numbers survive.
//! * [`ViewerState::to_url`] writes the link that the browser would write, byte for byte, `to_python_url` that of the
//!   Python package; [`StateRef::from_url`] reads every form, that of very old links included.
//! * [`ViewerState::validate`] finds what the viewer refuses, and what it takes without a word and shows wrongly.
//! * [`precomputed`] is the format in which a server offers an array, both ways: metadata, pyramid levels, chunks, shards.
//! * [`Transform`] and [`SourceSpace`](transform::SourceSpace) compute where the viewer puts the bounds of a source.
//!
//! ```
//! use ng_layer::array_core::{Kind, Length, MemoryArray, ndarray::Array3};
//! use ng_layer::neuroglance::ViewBuilder;
//! use ng_layer::{Neuroglance, PUBLIC_VIEWER, ServeAt, StateRef};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // 4.5 nm voxels whose first one begins at z = 9 nm and x = 2.25 nm, half a voxel off the grid.
//! let voxels = Array3::<u8>::zeros((64, 64, 64)).into_dyn();
//! let offset: [Length; 3] = ["9".parse()?, "0".parse()?, "2.25".parse()?];
//! let em = MemoryArray::new("em", voxels, ["4.5".parse::<Length>()?; 3], offset)?.with_kind(Kind::Image);
//! assert_eq!(em.transform_matrix()?.get(0, 3), 0.5);
//!
//! let view = ViewBuilder::default().with_layer(&em, ServeAt::new("http://127.0.0.1:9000")).build()?;
//! eprintln!("{}", view.layers[0].explanation);
//! let link = view.state.to_url(PUBLIC_VIEWER)?;
//! assert_eq!(StateRef::from_url(&link)?.into_inline(), Some(view.state));
//! # Ok(())
//! # }
//! ```
//!
//! What it is not: it serves nothing and fetches nothing. A layer of an array without a public address names the address
//! where a server has to offer it, and [`Placement`](neuroglance::Placement) says what that server must publish.

pub mod color;
mod document;
mod error;
mod field;
mod finding;
pub mod json;
pub mod layer;
pub mod neuroglance;
pub mod precomputed;
mod rules;
pub mod segment;
pub mod source;
pub mod space;
pub mod state;
pub mod transform;
mod url;
mod validate;

pub use array_core;
pub use color::{Color, segment_color};
pub use error::{Error, Result};
pub use finding::{Finding, Severity};
pub use layer::{ImageLayer, Layer, Layers, SegmentationLayer};
pub use neuroglance::{LayerOptions, Neuroglance, NeuroglancerLayer, ServeAt, ViewBuilder};
pub use source::{Source, SourceUrl};
pub use space::CoordinateSpace;
pub use state::ViewerState;
pub use transform::Transform;
pub use url::{PUBLIC_VIEWER, StateRef};
