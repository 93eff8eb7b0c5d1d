//! Values as shades of grey.

use std::fmt;

use ndarray::{ArrayRef, ArrayRef2, Dimension};

use super::{Color, Picture, Result};

/// What is painted where a value is not a number or infinite: a colour that no grey value has.
const NOT_FINITE: Color = [255, 0, 255];

/// A type of voxels that can be shown in shades of grey.
pub trait GrayValue: Copy {
    /// The value for the purpose of shading; large integers are rounded.
    fn level(self) -> f64;

    /// Black and white where these are the same for all blocks; `None` if they are to be the lowest and highest value.
    fn fixed() -> Option<(f64, f64)> {
        None
    }
}

impl GrayValue for u8 {
    fn level(self) -> f64 {
        f64::from(self)
    }

    fn fixed() -> Option<(f64, f64)> {
        Some((0.0, 255.0))
    }
}

impl GrayValue for bool {
    fn level(self) -> f64 {
        f64::from(u8::from(self))
    }

    fn fixed() -> Option<(f64, f64)> {
        Some((0.0, 1.0))
    }
}

macro_rules! scaled {
    ($($T:ty),*) => {$(
        impl GrayValue for $T {
            fn level(self) -> f64 {
                self as f64
            }
        }
    )*};
}

#[allow(clippy::cast_lossless, reason = "one macro for types that convert without loss and for those that do not")]
mod scaled {
    use super::GrayValue;
    scaled!(u16, u32, u64, i8, i16, i32, i64, f32, f64);
}

/// Which values are black and white; those between are shaded evenly.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grays {
    black: f64,
    white: f64,
    not_finite: usize,
}

impl Grays {
    /// For a block: 0 and 255 for `u8`, 0 and 1 for `bool`, else its lowest and highest finite value.
    pub fn of<T: GrayValue, D: Dimension>(block: &ArrayRef<T, D>) -> Self {
        let mut grays = Self { black: f64::INFINITY, white: f64::NEG_INFINITY, not_finite: 0 };
        if let Some((black, white)) = T::fixed() {
            return Self { black, white, not_finite: 0 };
        }
        for level in block.iter().map(|value| value.level()) {
            if level.is_finite() {
                grays.black = grays.black.min(level);
                grays.white = grays.white.max(level);
            } else {
                grays.not_finite += 1;
            }
        }
        if grays.black > grays.white { Self { black: 0.0, white: 0.0, ..grays } } else { grays }
    }

    /// The value that is black.
    pub fn black(&self) -> f64 {
        self.black
    }

    /// The value that is white.
    pub fn white(&self) -> f64 {
        self.white
    }

    fn color(&self, level: f64) -> Color {
        if !level.is_finite() {
            return NOT_FINITE;
        }
        let range = self.white - self.black;
        // A block of one value is neither black nor white.
        let shade = if range > 0.0 { 255.0 * ((level - self.black) / range) } else { 128.0 };
        [shade.round().clamp(0.0, 255.0) as u8; 3]
    }
}

impl fmt::Display for Grays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is black, {} is white", self.black, self.white)?;
        match self.not_finite {
            0 => Ok(()),
            count => write!(f, ", {count} not finite (magenta)"),
        }
    }
}

/// A plane in shades of grey; `u8` as they are. A value that is not finite is magenta.
///
/// # Errors
/// [`Error::Empty`](super::Error::Empty) for a plane without voxels.
pub fn gray<T: GrayValue>(plane: &ArrayRef2<T>, grays: &Grays) -> Result<Picture> {
    let (height, width) = plane.dim();
    Picture::from_pixels(height, width, plane.iter().map(|value| grays.color(value.level())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::Error;
    use ndarray::{Array2, array};

    fn shades<T: GrayValue>(plane: &Array2<T>) -> Vec<Color> {
        gray(plane, &Grays::of(plane)).unwrap().pixels
    }

    #[test]
    fn bytes_are_shown_as_they_are_whatever_else_is_in_the_plane() {
        assert_eq!(shades(&array![[3_u8, 200]]), [[3; 3], [200; 3]]);
        assert_eq!(shades(&array![[false, true]]), [[0; 3], [255; 3]]);
    }

    #[test]
    fn other_types_go_from_their_lowest_to_their_highest_value() {
        assert_eq!(shades(&array![[1000_u16, 1255, 1100]]), [[0; 3], [255; 3], [100; 3]]);
        assert_eq!(shades(&array![[-1.0_f32, 0.0, 1.0]]), [[0; 3], [128; 3], [255; 3]]);
        assert_eq!(shades(&array![[i64::MIN, i64::MAX]]), [[0; 3], [255; 3]]);
        assert_eq!(Grays::of(&array![[7_i8, -3]]).to_string(), "-3 is black, 7 is white");
    }

    #[test]
    fn what_is_not_finite_is_seen_and_counted() {
        let plane = array![[0.0_f64, f64::NAN, f64::INFINITY, 2.0]];
        assert_eq!(shades(&plane), [[0; 3], NOT_FINITE, NOT_FINITE, [255; 3]]);
        assert_eq!(Grays::of(&plane).to_string(), "0 is black, 2 is white, 2 not finite (magenta)");
    }

    #[test]
    fn a_plane_of_one_value_is_grey_and_one_without_voxels_is_an_error() {
        assert_eq!(shades(&array![[5_u16, 5]]), [[128; 3]; 2]);
        assert_eq!(shades(&array![[f32::NAN]]), [NOT_FINITE]);
        let nothing = Array2::<u8>::zeros((0, 4));
        assert!(matches!(gray(&nothing, &Grays::of(&nothing)), Err(Error::Empty { shape }) if shape == [0, 4]));
    }
}
