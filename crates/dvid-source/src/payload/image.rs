//! How blocks of an image are packed for the way: as voxels, or as the server stores them.

use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

use super::{gunzip_exactly, length, max_gzip};
use crate::request::ImageForm;
use crate::{Error, Result};

/// The bytes with which every JPEG begins.
const JPEG: [u8; 3] = [0xff, 0xd8, 0xff];

/// An encoding of the voxels of a block of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImagePayload {
    /// Little-endian voxels as they are, x fastest, channels together.
    Uncompressed,
    /// The number of bytes as `u32`, then one bare LZ4 block of the voxels.
    Lz4,
    /// One gzip member around the voxels.
    Gzip,
    /// One 8-bit gray JPEG, as wide as the block and as high as all its planes below each other. What was written is not
    /// what is read: the server keeps no other form of it.
    Jpeg,
}

impl ImagePayload {
    /// How a server that says this of its storage (`Base.Compression` of the info) sends blocks as they are stored; `None`
    /// for what cannot be unpacked here, such as snappy.
    pub fn stored(compression: &str) -> Option<Self> {
        let known =
            [("LZ4", Self::Lz4), ("gzip", Self::Gzip), ("jpeg", Self::Jpeg), ("No compression", Self::Uncompressed)];
        known.into_iter().find(|(name, _)| compression.starts_with(name)).map(|(_, payload)| payload)
    }

    /// How to ask for blocks that are stored so. Of JPEG the server makes sure that it is.
    pub(crate) fn form(self) -> ImageForm {
        if self == Self::Jpeg { ImageForm::Jpeg } else { ImageForm::Stored }
    }

    /// What the payload of a block of so many bytes is, where the server does not say: one as long as the voxels are the
    /// voxels, and a JPEG is told by how it begins.
    pub(crate) fn found(bytes: &[u8], plain: usize) -> Result<Self> {
        match bytes {
            _ if bytes.len() == plain => Ok(Self::Uncompressed),
            _ if bytes.starts_with(&JPEG) => Ok(Self::Jpeg),
            _ => Err(Error::corrupt(0, format!("{} bytes are neither the {plain} of a block nor a JPEG", bytes.len()))),
        }
    }

    /// The most bytes that a payload of so many bytes of voxels can have, which bounds what is allocated for it.
    pub fn max_len(self, plain: usize) -> usize {
        match self {
            Self::Uncompressed => plain,
            Self::Lz4 => 4 + plain + plain / 255 + 16,
            Self::Gzip => max_gzip(plain),
            // Of noise at the best quality: two bytes a coefficient, stuffing, and the tables before it.
            Self::Jpeg => 4 * plain + (64 << 10),
        }
    }

    /// Unpacks a payload into exactly these bytes of voxels, of a block of this shape.
    ///
    /// # Errors
    /// [`Error::CorruptStream`], its offset counted from the start of the payload, unless the bytes are exactly one payload
    /// of this shape; then `out` holds unspecified bytes. Of a JPEG, damage that leaves it one cannot be seen; what
    /// cannot be made out is 0.
    pub fn decode(self, bytes: &[u8], shape_zyx: [usize; 3], out: &mut [u8]) -> Result<()> {
        match self {
            Self::Uncompressed if bytes.len() == out.len() => {
                out.copy_from_slice(bytes);
                Ok(())
            }
            Self::Uncompressed => Err(length(bytes.len(), out.len())),
            Self::Lz4 => unpack_lz4(bytes, out),
            Self::Gzip => gunzip_exactly(bytes, out),
            Self::Jpeg => unpack_jpeg(bytes, shape_zyx, out),
        }
    }
}

fn unpack_lz4(bytes: &[u8], out: &mut [u8]) -> Result<()> {
    let (size, packed) = bytes.split_first_chunk().ok_or_else(|| length(bytes.len(), 4))?;
    let stated = u32::from_le_bytes(*size) as usize;
    if stated != out.len() {
        return Err(Error::corrupt(0, format!("it states {stated} bytes where {} are due", out.len())));
    }
    match lz4_flex::block::decompress_into(packed, out) {
        Ok(got) if got == out.len() => Ok(()),
        Ok(got) => Err(length(got, out.len())),
        Err(error) => Err(Error::corrupt(4, format!("the LZ4 data are damaged: {error}"))),
    }
}

fn unpack_jpeg(bytes: &[u8], [z, y, x]: [usize; 3], out: &mut [u8]) -> Result<()> {
    let bad = |problem: String| Error::corrupt(0, format!("the JPEG cannot be read: {problem}"));
    let (width, height) = (x, z * y);
    let options = DecoderOptions::default().set_max_width(width).set_max_height(height).set_strict_mode(true);
    let options = options.jpeg_set_out_colorspace(ColorSpace::Luma).set_use_unsafe(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| bad(error.to_string()))?;
    let info = decoder.info().ok_or_else(|| bad("it has no header".to_owned()))?;
    if (usize::from(info.width), usize::from(info.height), info.components) != (width, height, 1) {
        let found = format!("{} x {} pixels of {} values", info.width, info.height, info.components);
        return Err(bad(format!("{found}, where {width} x {height} of one are due")));
    }
    if out.len() != width * height {
        return Err(length(width * height, out.len()));
    }
    // The decoder passes over what it cannot make out; that must not show the voxels of an earlier block.
    out.fill(0);
    decoder.decode_into(out).map_err(|error| bad(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const SHAPE: [usize; 3] = [4, 8, 16];

    fn voxels() -> Vec<u8> {
        (0..4 * 8 * 16).map(|i| (i / 3) as u8).collect()
    }

    fn encodings() -> Vec<(ImagePayload, Vec<u8>)> {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(&voxels()).unwrap();
        vec![
            (ImagePayload::Uncompressed, voxels()),
            (ImagePayload::Lz4, lz4_flex::block::compress_prepend_size(&voxels())),
            (ImagePayload::Gzip, gzip.finish().unwrap()),
        ]
    }

    fn decode(payload: ImagePayload, bytes: &[u8]) -> Result<Vec<u8>> {
        let mut out = vec![3; voxels().len()];
        payload.decode(bytes, SHAPE, &mut out).map(|()| out)
    }

    #[test]
    fn each_payload_gives_the_voxels_and_each_cut_is_found() {
        for (payload, mut bytes) in encodings() {
            assert!(decode(payload, &bytes).unwrap() == voxels(), "{payload:?}");
            assert!(bytes.len() <= payload.max_len(voxels().len()));
            for cut in 0..bytes.len() {
                assert!(decode(payload, &bytes[..cut]).is_err(), "{payload:?} cut to {cut}");
            }
            bytes.push(0);
            assert!(decode(payload, &bytes).is_err(), "{payload:?} with a byte too many");
        }
    }

    #[test]
    fn what_is_stored_is_told_by_the_words_of_the_server() {
        let stored = |name: &str| ImagePayload::stored(&format!("{name} compression, level -1"));
        assert_eq!(stored("LZ4"), Some(ImagePayload::Lz4));
        assert_eq!(stored("gzip"), Some(ImagePayload::Gzip));
        assert_eq!(stored("No"), Some(ImagePayload::Uncompressed));
        assert_eq!(ImagePayload::stored("jpeg compression, level 64"), Some(ImagePayload::Jpeg));
        assert_eq!(stored("Go Snappy"), None);
    }

    #[test]
    fn a_lying_size_is_refused_before_anything_is_unpacked() {
        let mut bytes = lz4_flex::block::compress_prepend_size(&voxels());
        bytes[3] = 0x7f;
        assert!(decode(ImagePayload::Lz4, &bytes).unwrap_err().to_string().contains("it states"));
    }

    #[test]
    fn what_is_no_jpeg_of_the_block_is_refused() {
        for bytes in [&b""[..], b"\xff\xd8", b"\xff\xd8\xff\xd9", b"no picture at all"] {
            assert!(matches!(decode(ImagePayload::Jpeg, bytes), Err(Error::CorruptStream { .. })), "{bytes:?}");
        }
        assert!(ImagePayload::found(&[0; 10], 12).is_err());
        assert_eq!(ImagePayload::found(&[0; 12], 12).unwrap(), ImagePayload::Uncompressed);
        assert_eq!(ImagePayload::found(b"\xff\xd8\xff\xe0", 12).unwrap(), ImagePayload::Jpeg);
    }
}
