//! How label voxels are packed for the way: the four payloads of a frame, three of which also come as a whole body.

mod image;

use std::io::Read;

use flate2::bufread::GzDecoder;
use label_codecs::{compressed_segmentation, label_block};
use serde::{Deserialize, Serialize};

pub use image::ImagePayload;

use crate::{Error, Result};

/// An encoding of 64-bit labels, named as the parameter `compression` of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Payload {
    /// Little-endian labels as they are.
    Uncompressed,
    /// One bare LZ4 block: no frame around it and no size before it.
    Lz4,
    /// One gzip member around the labels.
    Gzip,
    /// One gzip member around a label block.
    LabelBlock,
    /// One channel of compressed segmentation in blocks of 8³, for boxes whose sides are multiples of 8. Only `raw` sends
    /// it; the servers do not notice where it grows too large for its 24-bit offsets.
    CompressedSegmentation,
    /// One gzip member around compressed segmentation.
    CompressedSegmentationGzip,
}

/// Sides of the blocks in which servers compress segmentation.
const SEGMENTATION_BLOCK: [usize; 3] = [8; 3];

/// The bytes with which every gzip member begins.
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl Payload {
    /// The value of the parameter `compression`.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::Uncompressed => "uncompressed",
            Self::Lz4 => "lz4",
            Self::Gzip => "gzip",
            Self::LabelBlock => "blocks",
            Self::CompressedSegmentation => "google",
            Self::CompressedSegmentationGzip => "googlegzip",
        }
    }

    /// What the sides of a box are multiples of that comes in this way.
    pub(crate) fn step(self) -> usize {
        let is_segmentation = matches!(self, Self::CompressedSegmentation | Self::CompressedSegmentationGzip);
        if is_segmentation { SEGMENTATION_BLOCK[0] } else { 1 }
    }

    /// The most labels of a box that can come in this way: the offsets of compressed segmentation have 24 bits, and servers do
    /// not notice that they are too few.
    pub(crate) fn max_voxels(self) -> i64 {
        let bytes_per_block = 8 + 512 * (8 + 2);
        if self.step() == 1 { i64::MAX } else { (4 << 24) / bytes_per_block * 512 }
    }

    /// The most bytes that a payload of so many labels can have, which bounds what is allocated for it.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a block shape that no label block has.
    pub fn max_len(self, shape_zyx: [usize; 3]) -> Result<usize> {
        let plain = 8 * voxels(shape_zyx);
        Ok(match self {
            Self::Uncompressed => plain,
            Self::Lz4 => plain + plain / 255 + 16,
            Self::Gzip => max_gzip(plain),
            Self::LabelBlock => max_gzip(max_block(shape_zyx)?),
            Self::CompressedSegmentation => max_segmentation(shape_zyx),
            Self::CompressedSegmentationGzip => max_gzip(max_segmentation(shape_zyx)),
        })
    }

    /// Decodes a payload into exactly these labels, in C order of z, y, x. `scratch` is kept from one call to the next.
    ///
    /// # Errors
    /// [`Error::CorruptStream`], its offset counted from the start of the payload, unless the bytes are exactly one
    /// payload of this shape; then `out` holds unspecified labels.
    ///
    /// # Panics
    /// When `out` is not as long as the shape says.
    pub fn decode(self, bytes: &[u8], shape_zyx: [usize; 3], out: &mut [u64], scratch: &mut Vec<u8>) -> Result<()> {
        assert_eq!(out.len(), voxels(shape_zyx), "a slice for {shape_zyx:?} labels");
        match self {
            Self::Uncompressed => {
                let plain: &mut [u8] = bytemuck::cast_slice_mut(out);
                if bytes.len() != plain.len() {
                    return Err(length(bytes.len(), plain.len()));
                }
                plain.copy_from_slice(bytes);
            }
            Self::Lz4 => {
                let plain: &mut [u8] = bytemuck::cast_slice_mut(out);
                match lz4_flex::block::decompress_into(bytes, plain) {
                    Ok(got) if got == plain.len() => {}
                    Ok(got) => return Err(length(got, plain.len())),
                    Err(error) => return Err(Error::corrupt(0, format!("the LZ4 data are damaged: {error}"))),
                }
            }
            Self::Gzip => gunzip_exactly(bytes, bytemuck::cast_slice_mut(out))?,
            Self::LabelBlock => {
                gunzip(bytes, max_block(shape_zyx)?, scratch)?;
                return label_block::decode_into(scratch, shape_zyx, out)
                    .map_err(|error| Error::corrupt(0, error.to_string()));
            }
            Self::CompressedSegmentation => return segmentation(bytes, shape_zyx, out),
            Self::CompressedSegmentationGzip => {
                gunzip(bytes, max_segmentation(shape_zyx), scratch)?;
                return segmentation(scratch, shape_zyx, out);
            }
        }
        native_order(out);
        Ok(())
    }
}

/// Labels that were read as bytes are little-endian; most hosts are, too.
pub(crate) fn native_order(labels: &mut [u64]) {
    if cfg!(target_endian = "big") {
        for label in labels {
            *label = u64::from_le(*label);
        }
    }
}

fn voxels(shape_zyx: [usize; 3]) -> usize {
    shape_zyx.iter().product()
}

fn segmentation(bytes: &[u8], [z, y, x]: [usize; 3], out: &mut [u64]) -> Result<()> {
    let labels = compressed_segmentation::decode::<u64>(bytes, [1, z, y, x], SEGMENTATION_BLOCK);
    out.copy_from_slice(&labels.map_err(|error| Error::corrupt(0, error.to_string()))?);
    Ok(())
}

/// Per block of 512 a header, a table of as many labels, and 16 bits for each.
fn max_segmentation(shape_zyx: [usize; 3]) -> usize {
    4 + voxels(shape_zyx) / 512 * (8 + 512 * (8 + 2))
}

fn max_block(shape_zyx: [usize; 3]) -> Result<usize> {
    label_block::max_encoded_len(shape_zyx)
        .map_err(|error| Error::BadOption { option: "block shape", problem: error.to_string() })
}

/// What gzip may make of bytes that do not compress: 5 bytes per stored piece, of which the smallest in use have 8 KiB.
fn max_gzip(plain: usize) -> usize {
    plain + 5 * (plain / 8192 + 1) + 64
}

fn length(got: usize, want: usize) -> Error {
    Error::corrupt(0, format!("it holds {got} bytes where {want} are due"))
}

fn damaged(error: &std::io::Error) -> Error {
    Error::corrupt(0, format!("the gzip data are damaged: {error}"))
}

fn decoder(bytes: &[u8]) -> Result<GzDecoder<&[u8]>> {
    if bytes.starts_with(&GZIP) { Ok(GzDecoder::new(bytes)) } else { Err(Error::corrupt(0, "it is not gzip")) }
}

/// Verifies that a single member, checksum and all, has ended and that nothing follows.
fn end(mut decoder: GzDecoder<&[u8]>, too_long: impl FnOnce() -> Error) -> Result<()> {
    match decoder.read(&mut [0; 1]) {
        Ok(0) if decoder.get_ref().is_empty() => Ok(()),
        Ok(0) => Err(Error::corrupt(0, format!("{} bytes follow after the gzip data", decoder.get_ref().len()))),
        Ok(_) => Err(too_long()),
        Err(error) => Err(damaged(&error)),
    }
}

fn gunzip_exactly(bytes: &[u8], out: &mut [u8]) -> Result<()> {
    let mut decoder = decoder(bytes)?;
    let mut got = 0;
    while got < out.len() {
        match decoder.read(&mut out[got..]).map_err(|error| damaged(&error))? {
            0 => return Err(length(got, out.len())),
            n => got += n,
        }
    }
    end(decoder, || Error::corrupt(0, format!("it inflates to more than the {got} bytes that are due")))
}

fn gunzip(bytes: &[u8], max: usize, out: &mut Vec<u8>) -> Result<()> {
    out.clear();
    let mut decoder = decoder(bytes)?;
    decoder.by_ref().take(max as u64).read_to_end(out).map_err(|error| damaged(&error))?;
    end(decoder, || Error::corrupt(0, format!("it inflates to more than {max} bytes, the most that a block can have")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::Write;

    const SHAPE: [usize; 3] = [8, 16, 8];

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    fn labels() -> Vec<u64> {
        (0..1024).map(|i| u64::MAX - i / 7).collect()
    }

    fn encodings() -> Vec<(Payload, Vec<u8>)> {
        let plain: Vec<u8> = labels().iter().flat_map(|label| label.to_le_bytes()).collect();
        let block = label_block::encode(&labels(), SHAPE).unwrap();
        let segmentation = compressed_segmentation::encode(&labels(), [1, 8, 16, 8], SEGMENTATION_BLOCK).unwrap();
        vec![
            (Payload::Lz4, lz4_flex::block::compress(&plain)),
            (Payload::Gzip, gzip(&plain)),
            (Payload::LabelBlock, gzip(&block)),
            (Payload::CompressedSegmentation, segmentation.clone()),
            (Payload::CompressedSegmentationGzip, gzip(&segmentation)),
            (Payload::Uncompressed, plain),
        ]
    }

    fn decode(payload: Payload, bytes: &[u8]) -> Result<Vec<u64>> {
        let mut out = vec![3; 1024];
        payload.decode(bytes, SHAPE, &mut out, &mut Vec::new()).map(|()| out)
    }

    #[test]
    fn each_payload_gives_the_labels() {
        for (payload, bytes) in encodings() {
            assert!(decode(payload, &bytes).unwrap() == labels(), "{payload:?}");
            assert!(bytes.len() <= payload.max_len(SHAPE).unwrap(), "{payload:?}");
        }
    }

    #[test]
    fn each_cut_and_each_byte_too_many_is_found() {
        for (payload, mut bytes) in encodings() {
            for cut in [0, 1, bytes.len() / 2, bytes.len() - 8, bytes.len() - 1] {
                assert!(decode(payload, &bytes[..cut]).is_err(), "{payload:?} cut to {cut}");
            }
            bytes.push(0);
            assert!(decode(payload, &bytes).is_err(), "{payload:?} with a byte too many");
        }
    }

    #[test]
    fn no_flipped_bit_gives_wrong_labels_where_there_is_a_checksum() {
        for (payload, bytes) in
            encodings().into_iter().filter(|(payload, bytes)| payload.parameter() != "lz4" && bytes.starts_with(&GZIP))
        {
            for at in 10..bytes.len() {
                let mut damaged = bytes.clone();
                damaged[at] ^= 0x10;
                // A few bits mean nothing; then the labels are still right.
                let decoded = decode(payload, &damaged);
                assert!(decoded.is_err() || decoded.unwrap() == labels(), "{payload:?}, byte {at}");
            }
        }
    }

    #[test]
    fn two_members_and_bombs_are_refused() {
        let block = label_block::encode(&labels(), SHAPE).unwrap();
        let twice = [gzip(&block), gzip(&[])].concat();
        assert!(decode(Payload::LabelBlock, &twice).unwrap_err().to_string().contains("follow after"));
        let mut scratch = Vec::new();
        let bomb = gzip(&vec![0; 64 << 20]);
        let error = Payload::LabelBlock.decode(&bomb, SHAPE, &mut [0; 1024], &mut scratch).unwrap_err();
        assert!(error.to_string().contains("inflates to more"), "{error}");
        assert!(scratch.capacity() < 1 << 20, "{} bytes allocated", scratch.capacity());
        assert!(decode(Payload::Gzip, &bomb).unwrap_err().to_string().contains("inflates to more"));
    }
}
