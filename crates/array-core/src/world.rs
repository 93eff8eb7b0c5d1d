//! What people may write where a position or a size in the world is wanted.

use coord_roi::{Coordinate, Length};

/// A position or size per physical axis in nanometres: an array of integers or of lengths, or a coordinate of either.
///
/// `[8, 8, 8]` does; so does `["4.56".parse::<Length>()?, 4.into(), 4.into()]`.
pub trait IntoWorld {
    /// The exact coordinate.
    fn into_world(self) -> Coordinate<Length>;
}

impl<const N: usize> IntoWorld for [i64; N]
where
    Coordinate: From<[i64; N]>,
{
    fn into_world(self) -> Coordinate<Length> {
        Coordinate::from(self).to_lengths()
    }
}

impl<const N: usize> IntoWorld for [Length; N]
where
    Coordinate<Length>: From<[Length; N]>,
{
    fn into_world(self) -> Coordinate<Length> {
        self.into()
    }
}

impl IntoWorld for Coordinate {
    fn into_world(self) -> Coordinate<Length> {
        self.to_lengths()
    }
}

impl IntoWorld for Coordinate<Length> {
    fn into_world(self) -> Coordinate<Length> {
        self
    }
}
