//! Pictures as PNG files.

use png::{BitDepth, ColorType, Encoder};

use super::{Error, Picture, Result};

/// A PNG of 8 bits a channel: one channel if every pixel is grey, else three.
pub(super) fn encode(picture: &Picture) -> Result<Vec<u8>> {
    let too_large = || Error::TooLarge { height: picture.height, width: picture.width };
    let limit = |extent: usize| i32::try_from(extent).map(i32::cast_unsigned).map_err(|_| too_large());
    let (height, width) = (limit(picture.height)?, limit(picture.width)?);
    let is_gray = picture.pixels.iter().all(|[red, green, blue]| red == green && green == blue);
    let (color, data) = if is_gray {
        (ColorType::Grayscale, picture.pixels.iter().map(|pixel| pixel[0]).collect())
    } else {
        (ColorType::Rgb, picture.pixels.as_flattened().to_vec())
    };

    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, width, height);
    encoder.set_color(color);
    encoder.set_depth(BitDepth::Eight);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&data));
    // The size was checked above, and memory takes whatever is written to it.
    written.expect("data of the right size go into memory");
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Color;
    use png::Decoder;
    use std::io::Cursor;

    fn decoded(file: &[u8]) -> (ColorType, u32, u32, Vec<u8>) {
        let mut reader = Decoder::new(Cursor::new(file)).read_info().unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        data.truncate(info.buffer_size());
        (info.color_type, info.width, info.height, data)
    }

    fn picture(pixels: [Color; 6]) -> Picture {
        Picture::from_pixels(2, 3, pixels.into_iter()).unwrap()
    }

    #[test]
    fn colours_come_back_as_they_were() {
        let pixels = [[1, 2, 3], [4, 5, 6], [7, 8, 9], [10, 11, 12], [13, 14, 15], [255, 0, 128]];
        let (color, width, height, data) = decoded(&picture(pixels).to_png().unwrap());
        assert_eq!((color, width, height), (ColorType::Rgb, 3, 2));
        assert_eq!(data, pixels.as_flattened());
    }

    #[test]
    fn a_picture_without_colours_has_one_channel() {
        let pixels = [0, 50, 100, 150, 200, 255].map(|shade| [shade; 3]);
        let (color, width, height, data) = decoded(&picture(pixels).to_png().unwrap());
        assert_eq!((color, width, height), (ColorType::Grayscale, 3, 2));
        assert_eq!(data, [0, 50, 100, 150, 200, 255]);
    }
}
