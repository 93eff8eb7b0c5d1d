//! Neuroglancer layers, viewer states and links.

pub mod color;
mod document;
mod error;
mod field;
pub mod json;
pub mod layer;
mod rules;
pub mod segment;
pub mod source;
pub mod space;
pub mod state;
pub mod transform;
mod url;

pub use array_core;
pub use color::{Color, segment_color};
pub use error::{Error, Result};
pub use layer::{ImageLayer, Layer, Layers, SegmentationLayer};
pub use source::{Source, SourceUrl};
pub use space::CoordinateSpace;
pub use state::ViewerState;
pub use transform::Transform;
pub use url::{PUBLIC_VIEWER, StateRef};
