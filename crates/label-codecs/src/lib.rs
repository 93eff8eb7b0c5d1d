//! Codecs of segmentations, both ways, as pure functions on slices:
//!
//! * [`label_block`], the compressed block of `u64` in which DVID stores and sends the voxels of its `labelmap` and
//!   `labelarray` instances;
//! * [`compressed_segmentation`], the encoding of whole chunks of `u32` or `u64` in which Neuroglancer reads segmentations,
//!   from DVID and from precomputed volumes.
//!
//! What it is not: no I/O, no gzip and no frames around the blocks (`dvid-source` has those), no array types.
//! Labels are in C order of `(z, y, x)`, so x is the fastest axis, and never pass through a float.
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
//!
//! // The same voxels as Neuroglancer wants them: one channel, blocks of 8×8×8.
//! use label_codecs::compressed_segmentation;
//!
//! let chunk = compressed_segmentation::encode(&labels, [1, 16, 16, 32], [8; 3])?;
//! assert_eq!(compressed_segmentation::decode::<u64>(&chunk, [1, 16, 16, 32], [8; 3])?, labels);
//! # Ok::<(), label_codecs::Error>(())
//! ```

pub mod compressed_segmentation;
mod error;
pub mod label_block;

pub use error::{Error, OffsetOf, Part, Result};
