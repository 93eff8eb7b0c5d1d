//! Block codecs of 64-bit segmentations, both ways, as pure functions on slices.
//!
//! Today there is one: [`label_block`], the compressed block in which DVID stores and sends the voxels of its
//! `labelmap` and `labelarray` instances.
//!
//! What it is not: no I/O, no gzip and no frames around the blocks (`dvid-source` has those), no array types.
//! Labels are `u64` in C order of `(z, y, x)`, so x is the fastest axis, and never pass through a float.
//!
//! ```
//! use label_codecs::label_block;
//!
//! let shape_zyx = [16, 16, 32];
//! let labels: Vec<u64> = (0..16 * 16 * 32).map(|i| u64::MAX - i / 1000).collect();
//! let block = label_block::encode(&labels, shape_zyx)?;
//! assert!(block.len() < labels.len());
//!
//! let mut back = vec![0; labels.len()];
//! label_block::decode_into(&block, shape_zyx, &mut back)?;
//! assert_eq!(back, labels);
//! # Ok::<(), label_codecs::Error>(())
//! ```

mod error;
pub mod label_block;

pub use error::{Error, Part, Result};
