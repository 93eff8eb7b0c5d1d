//! Pictures of volumes: grey planes, coloured labels, labels over an image, cross-sections side by side, as PNG.
//!
//! Pure functions from array views to [`Picture`]s; nothing here reads a volume or writes a file.
//!
//! - [`Grays`] says which values are black and white; take it once from the whole block, so that all planes are comparable.
//! - [`gray`] and [`labels`] paint a plane, [`overlay`] labels over a picture.
//! - [`section`] cuts a plane out of a block and repeats voxels until pixels are square in the world ([`Zoom`]).
//! - [`montage`] and [`orthogonal`] put pictures side by side.
//!
//! ```
//! use cli::picture::{Grays, Plane, Zoom, gray, section};
//! use ndarray::Array3;
//!
//! let block = Array3::from_shape_fn((4, 20, 30), |(z, y, x)| (50 * z + y + x) as u8);
//! let zoom = Zoom::isotropic([40.0, 8.0, 8.0])?;
//! let plane = section(&block, Plane::Y, 10, &zoom)?;
//! let picture = gray(&plane, &Grays::of(&block))?;
//! assert_eq!((picture.height(), picture.width()), (20, 30));
//! assert!(picture.to_png()?.starts_with(b"\x89PNG"));
//! # Ok::<(), cli::picture::Error>(())
//! ```

mod error;
mod grays;
mod labels;
mod montage;
mod png;
mod sections;

pub use error::{Error, Result};
pub use grays::{GrayValue, Grays, gray};
pub use labels::{labels, overlay};
pub use montage::{montage, orthogonal};
pub use sections::{Plane, Zoom, section};

/// Red, green, blue.
pub type Color = [u8; 3];

/// Rows of pixels from top to bottom, each from left to right; never empty.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    height: usize,
    width: usize,
    pixels: Vec<Color>,
}

impl Picture {
    /// A picture of one colour.
    ///
    /// # Errors
    /// [`Error::Empty`] if it would have no pixel.
    pub fn filled(height: usize, width: usize, color: Color) -> Result<Self> {
        Self::from_pixels(height, width, std::iter::repeat_n(color, height * width))
    }

    /// # Errors
    /// [`Error::Empty`] without pixels.
    ///
    /// # Panics
    /// If there are not as many pixels as the size says; all callers make them from arrays of that size.
    fn from_pixels(height: usize, width: usize, pixels: impl Iterator<Item = Color>) -> Result<Self> {
        if height == 0 || width == 0 {
            return Err(Error::Empty { shape: vec![height, width] });
        }
        let pixels: Vec<Color> = pixels.collect();
        assert_eq!(pixels.len(), height * width, "as many pixels as the size says");
        Ok(Self { height, width, pixels })
    }

    /// Rows of pixels.
    pub fn height(&self) -> usize {
        self.height
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// The colour in a row and a column.
    ///
    /// # Panics
    /// Outside of the picture.
    pub fn pixel(&self, row: usize, column: usize) -> Color {
        assert!(column < self.width, "column {column} of {}", self.width);
        self.pixels[row * self.width + column]
    }

    /// The picture as a PNG file, in shades of grey if it has no colours.
    ///
    /// # Errors
    /// [`Error::TooLarge`] beyond what the format can say.
    pub fn to_png(&self) -> Result<Vec<u8>> {
        png::encode(self)
    }
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture({} x {} pixels)", self.height, self.width)
    }
}
