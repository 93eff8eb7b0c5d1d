//! The precomputed format of the viewer: what a server publishes, and what a reader finds in a bucket.
//!
//! * [`Info`] is the typed `info` of a volume, both ways; [`InfoFile::read`] says all that is wrong with one.
//! * [`levels`] places the scales of a pyramid: level voxel `k` of factor `f` covers base voxels `[k·f, (k+1)·f)`, so that
//!   all levels coincide whatever the offset. [`Info::of_array`] makes the `info` of an array from them.
//! * [`ChunkGrid`] knows the chunks of a scale by cell, by box and by name.
//! * [`encode_chunk`] and [`decode_chunk`] are the bytes of one chunk: raw, JPEG, PNG, `compressed_segmentation`.
//! * [`ShardReader`] finds chunks in shard files, from anything that answers byte ranges.
//! * [`SegmentProperties`] is the table of names, numbers and tags of segments.
//!
//! The files list x, y, z; everything here is in z, y, x.
//!
//! ```
//! use ng_layer::array_core::{Array, Coordinate, MemoryArray, ndarray::Array3};
//! use ng_layer::precomputed::{Info, ScaleOptions, decode_chunk, encode_chunk, levels};
//!
//! let em = MemoryArray::new("em", Array3::<u8>::zeros((40, 90, 70)).into_dyn(), [40, 8, 8], [80, 0, 0])?;
//! let factors = [[1, 1, 1], [1, 2, 2]].map(Coordinate::from);
//! let info = Info::of_array(em.meta(), &levels(em.meta(), &factors)?, &ScaleOptions::default())?;
//! let scale = &info.scales()[1];
//! assert_eq!((scale.key(), scale.resolution_nm()), ("16_16_40", [40.0, 16.0, 16.0]));
//!
//! let (_, chunk) = scale.chunks()?.find("0-35_0-45_2-18").expect("the first chunk of this scale");
//! let voxels = ng_layer::array_core::Block::zeros(info.dtype(), &info.chunk_shape(&chunk)?)?;
//! let bytes = encode_chunk(&voxels.view(), scale.encoding())?;
//! assert_eq!(decode_chunk(&bytes, info.dtype(), [1, 16, 45, 35], scale.encoding())?, voxels);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod chunk;
mod chunks;
mod encoding;
mod info;
mod of_array;
mod order;
mod properties;
mod scale;
mod shard;

pub use chunk::{decode_chunk, encode_chunk};
pub use chunks::{ChunkGrid, chunk_name, parse_chunk_name};
pub use encoding::{DEFAULT_JPEG_QUALITY, Encoding};
pub use info::{Info, InfoFile, VolumeType};
pub use of_array::{Level, ScaleOptions, levels, publish, published_dtype};
pub use properties::{Property, PropertyValues, SegmentProperties};
pub use scale::Scale;
pub use shard::{
    ByteRanges, DataEncoding, MinishardIndex, ShardHash, ShardLocation, ShardReader, Sharding, morton_code,
};
