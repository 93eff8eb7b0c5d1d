//! Pictures side by side.

use super::{Color, Error, Picture, Result};

const BACKGROUND: Color = [255; 3];

/// Rows of pictures from top to bottom, with `margin` white pixels between them and around. A column is as wide as its widest
/// picture, a row as high as its highest; smaller ones stand at the upper left.
///
/// # Errors
/// [`Error::Empty`] without a picture.
pub fn montage(rows: &[&[&Picture]], margin: usize) -> Result<Picture> {
    let columns = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    if columns == 0 {
        return Err(Error::Empty { shape: vec![rows.len(), columns] });
    }
    let heights: Vec<usize> =
        rows.iter().map(|row| row.iter().map(|picture| picture.height).max().unwrap_or(0)).collect();
    let width_of = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|picture| picture.width).max();
    let widths: Vec<usize> = (0..columns).filter_map(width_of).collect();
    let extent = |sizes: &[usize]| margin + sizes.iter().map(|size| size + margin).sum::<usize>();

    let mut whole = Picture::filled(extent(&heights), extent(&widths), BACKGROUND)?;
    for (row, pictures) in rows.iter().enumerate() {
        for (column, picture) in pictures.iter().enumerate() {
            whole.paste(picture, extent(&heights[..row]), extent(&widths[..column]));
        }
    }
    Ok(whole)
}

/// The three sections of one block so that their axes meet: the plane across z at the upper left (y down, x to the right), that
/// across x beside it (y down, z to the right), that across y below it (z down, x to the right).
///
/// `x` is given as [`super::section`] makes it, y down and z to the right.
///
/// # Errors
/// None for pictures that exist; the signature is that of [`montage`].
pub fn orthogonal(z: &Picture, y: &Picture, x: &Picture, margin: usize) -> Result<Picture> {
    montage(&[&[z, x], &[y]], margin)
}

impl Picture {
    /// Puts a picture into this one, which has room for it.
    fn paste(&mut self, picture: &Picture, top: usize, left: usize) {
        for (row, pixels) in picture.pixels.chunks_exact(picture.width).enumerate() {
            let begin = (top + row) * self.width + left;
            self.pixels[begin..begin + picture.width].copy_from_slice(pixels);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_in_rows_and_columns_with_margins() {
        let one = Picture::filled(2, 3, [1; 3]).unwrap();
        let two = Picture::filled(2, 1, [2; 3]).unwrap();
        let three = Picture::filled(1, 3, [3; 3]).unwrap();
        let whole = orthogonal(&one, &three, &two, 1).unwrap();
        let rows: Vec<Vec<u8>> = (0..whole.height())
            .map(|row| (0..whole.width()).map(|column| whole.pixel(row, column)[0]).collect())
            .collect();
        assert_eq!(
            rows,
            [
                [255; 7],
                [255, 1, 1, 1, 255, 2, 255],
                [255, 1, 1, 1, 255, 2, 255],
                [255; 7],
                [255, 3, 3, 3, 255, 255, 255],
                [255; 7],
            ]
        );
    }

    #[test]
    fn a_montage_of_one_without_margin_is_that_one_and_of_none_is_an_error() {
        let one = Picture::filled(2, 3, [1; 3]).unwrap();
        assert_eq!(montage(&[&[&one]], 0).unwrap(), one);
        assert!(matches!(montage(&[], 4), Err(Error::Empty { .. })));
        assert!(matches!(montage(&[&[]], 4), Err(Error::Empty { .. })));
    }
}
