//! Labels in colours, alone or over an image.

use ndarray::ArrayRef2;

use super::{Color, Error, Picture, Result};

/// What is left of the brightness on a border between two labels.
const BORDER: f32 = 0.35;

/// A plane of labels in their colours. The label 0, which stands for nothing, is black.
///
/// # Errors
/// [`Error::Empty`] for a plane without voxels.
pub fn labels<T: Copy + Into<u64>>(plane: &ArrayRef2<T>, color: impl Fn(u64) -> Color) -> Result<Picture> {
    let (height, width) = plane.dim();
    let mut colors = Remembering::new(color);
    Picture::from_pixels(height, width, plane.iter().map(|&label| colors.of(label.into()).unwrap_or([0; 3])))
}

/// Labels in their colours over a picture of the same size, with the given opacity, and a dark line of one pixel wherever the
/// label changes. Under the label 0 the picture stays as it is.
///
/// # Errors
/// [`Error::SizesDiffer`], and [`Error::Opacity`] unless `0 <= alpha <= 1`.
pub fn overlay<T: Copy + Into<u64>>(
    picture: &Picture,
    plane: &ArrayRef2<T>,
    color: impl Fn(u64) -> Color,
    alpha: f32,
) -> Result<Picture> {
    let (height, width) = plane.dim();
    if (height, width) != (picture.height, picture.width) {
        return Err(Error::SizesDiffer { labels: [height, width], picture: [picture.height, picture.width] });
    }
    if !(0.0..=1.0).contains(&alpha) {
        return Err(Error::Opacity { alpha });
    }
    let mut colors = Remembering::new(color);
    let pixels = plane.indexed_iter().zip(&picture.pixels).map(|(((row, column), &label), &below)| {
        let label: u64 = label.into();
        let painted = colors.of(label).map_or(below, |color| mix(below, color, alpha));
        let differs = |row, column| plane.get([row, column]).is_some_and(|&other| other.into() != label);
        let is_border = differs(row + 1, column) || differs(row, column + 1);
        if is_border { mix([0; 3], painted, BORDER) } else { painted }
    });
    Picture::from_pixels(height, width, pixels)
}

fn mix(below: Color, above: Color, alpha: f32) -> Color {
    let channel = |k: usize| f32::from(below[k]) * (1.0 - alpha) + f32::from(above[k]) * alpha;
    [0, 1, 2].map(|k| channel(k).round() as u8)
}

/// Neighbouring voxels mostly have the same label, whose colour is computed once.
struct Remembering<F> {
    color: F,
    last: Option<(u64, Color)>,
}

impl<F: Fn(u64) -> Color> Remembering<F> {
    fn new(color: F) -> Self {
        Self { color, last: None }
    }

    /// No colour for nothing.
    fn of(&mut self, label: u64) -> Option<Color> {
        if label == 0 {
            return None;
        }
        match self.last {
            Some((known, color)) if known == label => Some(color),
            _ => {
                let color = (self.color)(label);
                self.last = Some((label, color));
                Some(color)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ndarray::{Array2, array};
    use std::cell::Cell;

    const LARGE: u64 = (1 << 53) + 1;

    fn color(label: u64) -> Color {
        if label == LARGE { [200, 0, 0] } else { [0, 0, 200] }
    }

    #[test]
    fn labels_have_their_colours_and_nothing_has_none() {
        let picture = labels(&array![[LARGE, 0], [LARGE - 1, LARGE]], color).unwrap();
        assert_eq!(picture.pixels, [[200, 0, 0], [0; 3], [0, 0, 200], [200, 0, 0]]);
        let small = labels(&array![[0_u8, 7]], color).unwrap();
        assert_eq!(small.pixels, [[0; 3], [0, 0, 200]]);
    }

    #[test]
    fn a_colour_is_computed_once_for_neighbours() {
        let calls = Cell::new(0);
        let counted = |_| {
            calls.set(calls.get() + 1);
            [1, 2, 3]
        };
        labels(&Array2::from_elem((8, 8), 5_u32), counted).unwrap();
        assert_eq!(calls.get(), 1);
    }

    #[test]
    fn an_overlay_mixes_and_draws_a_line_where_the_label_changes() {
        let below = Picture::filled(1, 5, [100; 3]).unwrap();
        let plane = array![[0_u64, 0, LARGE, LARGE, 4]];
        let picture = overlay(&below, &plane, color, 0.5).unwrap();
        let red = [150, 50, 50];
        assert_eq!(picture.pixels, [[100; 3], [35; 3], red, mix([0; 3], red, BORDER), [50, 50, 150]]);
        let unseen = overlay(&below, &Array2::from_elem((1, 5), LARGE), color, 0.0).unwrap();
        assert_eq!(unseen, below);
    }

    #[test]
    fn sizes_and_opacities_that_cannot_be_are_errors() {
        let below = Picture::filled(2, 2, [9; 3]).unwrap();
        let wrong = overlay(&below, &array![[1_u64, 2]], color, 0.5);
        assert!(matches!(wrong, Err(Error::SizesDiffer { labels: [1, 2], picture: [2, 2] })));
        for alpha in [-0.1, 1.5, f32::NAN] {
            let wrong = overlay(&below, &array![[1_u64, 2], [3, 4]], color, alpha);
            assert!(matches!(wrong, Err(Error::Opacity { .. })), "{alpha}");
        }
    }
}
