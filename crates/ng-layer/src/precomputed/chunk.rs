//! The bytes of one chunk.

mod image;
mod jpeg;
mod labels;
mod png;
mod raw;

use super::encoding::{DEFAULT_JPEG_QUALITY, Encoding};
use super::info::DTYPES;
use crate::error::{Error, Result};
use array_core::{Block, BlockRef, DType};

/// Encodes a chunk: a block of channel, z, y, x with any strides.
///
/// # Errors
/// [`Error::NotEncodable`] for a block of another rank, without voxels, or of a type or number of channels that the
/// encoding does not have; for images whose sides are too long for JPEG (65535), and for labels that are too many for
/// `compressed_segmentation`.
///
/// ```
/// use ng_layer::array_core::{Block, ndarray::Array4};
/// use ng_layer::precomputed::{Encoding, decode_chunk, encode_chunk};
///
/// let labels = Array4::from_shape_fn((1, 8, 8, 8), |(_, _, _, x)| if x < 4 { 0_u64 } else { 5 });
/// let block = Block::from(labels.into_dyn());
/// let bytes = encode_chunk(&block.view(), &Encoding::COMPRESSED_SEGMENTATION)?;
/// assert_eq!(bytes.len(), 92);
/// assert_eq!(decode_chunk(&bytes, block.dtype(), [1, 8, 8, 8], &Encoding::COMPRESSED_SEGMENTATION)?, block);
/// # Ok::<(), ng_layer::Error>(())
/// ```
pub fn encode_chunk(block: &BlockRef<'_>, encoding: &Encoding) -> Result<Vec<u8>> {
    let due = Due::of(block, encoding)?;
    match encoding {
        Encoding::Raw => Ok(raw::encode(block)),
        Encoding::Jpeg { quality } => jpeg::encode(block, &due, quality.unwrap_or(DEFAULT_JPEG_QUALITY)),
        Encoding::Png => png::encode(block, &due),
        Encoding::CompressedSegmentation { block_zyx } => labels::encode(block, &due, *block_zyx),
        Encoding::Compresso | Encoding::Jxl => {
            Err(due.not_encodable("this crate does not write it; use another encoding"))
        }
    }
}

/// Decodes a chunk of this shape (channel, z, y, x) and type into a block in C order.
///
/// Whatever the bytes are, it does not panic; beside the block it allocates at most what the pixels of an image take.
///
/// # Errors
/// [`Error::Chunk`] for bytes that are no such chunk, and for encodings that this crate does not read.
pub fn decode_chunk(bytes: &[u8], dtype: DType, shape_czyx: [usize; 4], encoding: &Encoding) -> Result<Block> {
    let due = Due { encoding: *encoding, dtype, shape: shape_czyx };
    if let Some(rule) = due.hindrance() {
        return Err(due.no_chunk(rule));
    }
    match encoding {
        Encoding::Raw => raw::decode(bytes, &due),
        Encoding::Jpeg { .. } => jpeg::decode(bytes, &due),
        Encoding::Png => png::decode(bytes, &due),
        Encoding::CompressedSegmentation { block_zyx } => labels::decode(bytes, &due, *block_zyx),
        Encoding::Compresso | Encoding::Jxl => Err(
            due.no_chunk("this crate does not read it; have the volume written as raw, png or compressed_segmentation")
        ),
    }
}

/// The chunk that is due.
#[derive(Clone, Copy)]
struct Due {
    encoding: Encoding,
    dtype: DType,
    shape: [usize; 4],
}

impl Due {
    fn of(block: &BlockRef<'_>, encoding: &Encoding) -> Result<Self> {
        let refuse = |reason: &str| {
            let shape_czyx = block.shape().to_vec();
            let reason = reason.to_owned();
            Err(Error::NotEncodable { encoding: encoding.name(), dtype: block.dtype(), shape_czyx, reason })
        };
        let Ok(shape) = <[usize; 4]>::try_from(block.shape()) else {
            return refuse("a chunk has the axes channel, z, y, x; see `publish`");
        };
        let due = Self { encoding: *encoding, dtype: block.dtype(), shape };
        due.hindrance().map_or(Ok(due), refuse)
    }

    /// The rule that such a chunk would break.
    fn hindrance(&self) -> Option<&'static str> {
        if !DTYPES.contains(&self.dtype) {
            return Some("the format has no such type; see `publish`");
        }
        if self.shape.contains(&0) {
            return Some("a chunk has at least one voxel");
        }
        if array_core::block_bytes(self.dtype, &self.shape).is_err() {
            return Some("it does not fit into memory");
        }
        self.encoding.hindrance(self.dtype, self.shape[0])
    }

    fn not_encodable(&self, reason: impl Into<String>) -> Error {
        Error::NotEncodable {
            encoding: self.encoding.name(),
            dtype: self.dtype,
            shape_czyx: self.shape.to_vec(),
            reason: reason.into(),
        }
    }

    fn no_chunk(&self, reason: impl Into<String>) -> Error {
        Error::Chunk {
            encoding: self.encoding.name(),
            dtype: self.dtype,
            shape_czyx: self.shape,
            reason: reason.into(),
        }
    }

    /// Voxels of a channel, each a pixel of an image.
    fn pixels(&self) -> usize {
        self.shape[1..].iter().product()
    }
}
