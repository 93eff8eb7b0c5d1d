//! PNG.

use super::Due;
use super::image::{block_of, check_pixels, pixels_of, sides};
use crate::error::Result;
use array_core::{Block, BlockRef, DType};
use png::{BitDepth, ColorType, Decoder, Encoder, Limits};
use std::io::Cursor;

const COLORS: [ColorType; 4] = [ColorType::Grayscale, ColorType::GrayscaleAlpha, ColorType::Rgb, ColorType::Rgba];

/// What a decoder may take beside the pixels, for the parts of a file that are none.
const BESIDE: usize = 1 << 20;

pub(super) fn encode(block: &BlockRef<'_>, due: &Due) -> Result<Vec<u8>> {
    let (pixels, depth) = match block {
        BlockRef::U8(view) => (pixels_of(view), BitDepth::Eight),
        BlockRef::U16(view) => (pixels_of(view).into_iter().flat_map(u16::to_be_bytes).collect(), BitDepth::Sixteen),
        _ => return Err(due.not_encodable("its values are uint8 or uint16")),
    };
    let (width, height) = sides(due);
    let (Ok(width), Ok(height)) = (u32::try_from(width), u32::try_from(height)) else {
        return Err(due.not_encodable("the sides of its image, x and y·z, are at most 4294967295; use smaller chunks"));
    };
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, width, height);
    encoder.set_color(COLORS[due.shape[0] - 1]);
    encoder.set_depth(depth);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&pixels));
    written.map_err(|error| due.not_encodable(error.to_string()))?;
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8], due: &Due) -> Result<Block> {
    let refuse = |error: png::DecodingError| due.no_chunk(error.to_string());
    let size = due.pixels() * due.shape[0] * due.dtype.size();
    let mut decoder = Decoder::new_with_limits(Cursor::new(bytes), Limits { bytes: size.saturating_add(BESIDE) });
    let header = decoder.read_header_info().map_err(refuse)?;
    check_pixels(due, header.width as usize, header.height as usize)?;
    let depth = if due.dtype == DType::U8 { BitDepth::Eight } else { BitDepth::Sixteen };
    let color = COLORS[due.shape[0] - 1];
    if (header.color_type, header.bit_depth) != (color, depth) {
        let reason = format!(
            "its pixels are {:?} of {:?} bits, and {color:?} of {depth:?} are due",
            header.color_type, header.bit_depth
        );
        return Err(due.no_chunk(reason));
    }
    let mut reader = decoder.read_info().map_err(refuse)?;
    let mut pixels = vec![0; size];
    if reader.output_buffer_size() != Some(size) {
        return Err(due.no_chunk("its pixels have another size"));
    }
    reader.next_frame(&mut pixels).map_err(refuse)?;
    if due.dtype == DType::U8 {
        return block_of(pixels, due);
    }
    block_of(pixels.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair)).collect(), due)
}
