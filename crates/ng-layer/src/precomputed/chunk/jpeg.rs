//! JPEG.

use super::Due;
use super::image::{block_of, check_pixels, pixels_of, sides};
use crate::error::Result;
use array_core::{Block, BlockRef};
use jpeg_encoder::{ColorType, Encoder};
use zune_jpeg::JpegDecoder;
use zune_jpeg::zune_core::bytestream::ZCursor;
use zune_jpeg::zune_core::colorspace::ColorSpace;
use zune_jpeg::zune_core::options::DecoderOptions;

pub(super) fn encode(block: &BlockRef<'_>, due: &Due, quality: u8) -> Result<Vec<u8>> {
    let BlockRef::U8(view) = block else { return Err(due.not_encodable("its values are uint8")) };
    let (width, height) = sides(due);
    let (Ok(width), Ok(height)) = (u16::try_from(width), u16::try_from(height)) else {
        return Err(due.not_encodable("the sides of its image, x and y·z, are at most 65535; use smaller chunks"));
    };
    let color = if due.shape[0] == 1 { ColorType::Luma } else { ColorType::Rgb };
    let mut bytes = Vec::new();
    let encoded = Encoder::new(&mut bytes, quality).encode(&pixels_of(view), width, height, color);
    encoded.map_err(|error| due.not_encodable(error.to_string()))?;
    Ok(bytes)
}

pub(super) fn decode(bytes: &[u8], due: &Due) -> Result<Block> {
    let longest = due.pixels();
    let options = DecoderOptions::default().set_max_width(longest).set_max_height(longest).set_strict_mode(true);
    let color = if due.shape[0] == 1 { ColorSpace::Luma } else { ColorSpace::RGB };
    let options = options.jpeg_set_out_colorspace(color).set_use_unsafe(false);
    let mut decoder = JpegDecoder::new_with_options(ZCursor::new(bytes), options);
    decoder.decode_headers().map_err(|error| due.no_chunk(error.to_string()))?;
    let info = decoder.info().ok_or_else(|| due.no_chunk("it has no header"))?;
    check_pixels(due, info.width.into(), info.height.into())?;
    if usize::from(info.components) != due.shape[0] {
        return Err(due.no_chunk(format!("it has {} channels", info.components)));
    }
    let pixels = decoder.decode().map_err(|error| due.no_chunk(error.to_string()))?;
    block_of(pixels, due)
}
