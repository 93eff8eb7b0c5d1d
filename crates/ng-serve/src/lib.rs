//! Any [`Array`](array_core::Array) live in Neuroglancer: a server of the precomputed format.
//!
//! [`serve`] gives a server that runs on threads of its own, for one or several arrays of any source, or composed views of
//! them. What the viewer shows is what `read` returns:
//!
//! * **Levels.** Level 0 is the array. Coarser ones are those scales that the source itself holds; else each is computed from
//!   the level before it, through the cache, all anchored at voxel 0, so that they coincide whatever the offset. A voxel of a
//!   level of an image is the exact mean of the voxels of the last stored level that it stands over, at the rim of those that
//!   exist, rounded once (halves to even): sums are what is carried from level to level. Only images of 64-bit integers, whose
//!   sums no type holds, are means of means, off by at most a half for each level. Labels and masks are the votes of the level
//!   before (ties to the smallest): from the second computed level on not always what a vote of all voxels would give, for an
//!   eighth of the reading. A level is offered only if a chunk of it is made of at most [`COST_LIMIT`] chunks of a level
//!   that is stored, as the viewer asks for the coarsest one first. [`Running::levels`] are the arrays that are served.
//! * **Chunks** of images are raw, or JPEG where asked for; labels are `compressed_segmentation`, compressed once more for the
//!   wire. Only chunks of the grid exist.
//! * **Caches**, bounded together: chunks as they are sent, and voxels of all levels. Everybody who asks for a chunk at the same
//!   time gets the same load; it is cancelled when the last of them has gone.
//! * **Errors** are never blank data: a source that fails is answered by a status from 500 on with what it said, and asked
//!   anew by the next request.
//! * **Browsers** find cross-origin headers on every answer, entity tags, ranges, HEAD and OPTIONS.
//! * **Privacy**: it listens on the loopback address unless told otherwise, and all paths begin with a random token.
//!
//! | path | what |
//! |---|---|
//! | `/TOKEN/` | a page with a link to the viewer |
//! | `/TOKEN/state.json` | the state of a viewer of all arrays |
//! | `/TOKEN/NAME/info` | the metadata of an array |
//! | `/TOKEN/NAME/KEY/x0-x1_y0-y1_z0-z1` | a chunk |
//! | `/v/TOKEN/` | the viewer, where a [folder](ServeOptions::viewer_files) has one; with its own `/events/TOKEN`, `/state/TOKEN` |
//!
//! A viewer that comes from the same address as the data works without a network, and needs no permission. Public pages
//! (<https://neuroglancer-demo.appspot.com>, unless told otherwise) are asked for it: browsers let a page from the network
//! reach this machine only after a question to the user, and look like missing data where the answer was no; and a page over
//! `https` can ask no machine but this one over plain `http`.
//!
//! ```
//! use std::sync::Arc;
//! use array_core::{MemoryArray, ndarray::Array3};
//! use ng_serve::{ServeOptions, serve};
//!
//! let em = MemoryArray::new("em", Array3::<u8>::zeros((100, 200, 200)).into_dyn(), [40, 8, 8], [0, 0, 0])?;
//! let server = serve(vec![("em".to_owned(), Arc::new(em))], &ServeOptions::default())?;
//! println!("{}", server.link());
//! # assert!(server.url().starts_with("http://127.0.0.1:"));
//! server.stop(); // or server.until_interrupted()?
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it is not: a server for the public. It has no encryption and no users beside the token, and it only reads.
//! Values of 64-bit floats are published as 32-bit ones, signed labels as unsigned ones
//! ([`published_dtype`](ng_layer::precomputed::published_dtype)); a negative label is an error.

mod app;
mod content;
mod error;
mod failure;
mod http;
mod jobs;
mod options;
mod page;
mod range;
mod route;
mod running;
mod stats;
mod token;
mod viewer;
mod volume;

pub use array_core;
pub use ng_layer;

pub use crate::error::{Error, Result};
pub use crate::options::{COST_LIMIT, ImageEncoding, ServeOptions};
pub use crate::running::{Running, serve};
pub use crate::stats::ServerStats;
