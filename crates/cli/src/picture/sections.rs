//! Planes of a block, with square pixels.

use std::ops::RangeInclusive;

use ndarray::{Array2, ArrayRef2, ArrayRef3, Axis};

use super::{Error, Result};

const AXES: [char; 3] = ['z', 'y', 'x'];

/// The three planes of a block, named by the axis that they lie across.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Plane {
    /// y down, x to the right.
    Z,
    /// z down, x to the right.
    Y,
    /// y down, z to the right, so that it fits beside [`Plane::Z`].
    X,
}

impl Plane {
    /// In the order of the axes.
    pub const ALL: [Self; 3] = [Self::Z, Self::Y, Self::X];

    /// `z`, `y` or `x`.
    pub fn name(self) -> char {
        AXES[self.axis()]
    }

    /// The middle plane of a block of the given shape.
    pub fn middle(self, shape: [usize; 3]) -> usize {
        shape[self.axis()] / 2
    }

    fn axis(self) -> usize {
        self as usize
    }
}

/// How often a voxel is repeated along z, y and x.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zoom([usize; 3]);

impl Zoom {
    /// Pixels of the shortest axis that are tried, until all pixels are square.
    const TRIED: RangeInclusive<usize> = 1..=4;
    /// A pixel is square if its sides differ by no more than this part.
    const SQUARE: f64 = 0.02;

    /// Every voxel once.
    pub fn none() -> Self {
        Self([1; 3])
    }

    /// The smallest whole factors that make the pixels of every section square for voxels of this size (zyx, in any unit), or
    /// as square as they become with at most 4 pixels to the shortest edge of a voxel: (1, 1, 1) for voxels of equal edges,
    /// (5, 1, 1) for 40 x 8 x 8 nm, (3, 2, 2) for 12 x 8 x 8 nm.
    ///
    /// # Errors
    /// [`Error::VoxelSize`] for a size that is not positive and finite.
    pub fn isotropic(voxel_size: [f64; 3]) -> Result<Self> {
        for (axis, size) in AXES.into_iter().zip(voxel_size) {
            if !(size.is_finite() && size > 0.0) {
                return Err(Error::VoxelSize { axis, size });
            }
        }
        let shortest = voxel_size.into_iter().fold(f64::INFINITY, f64::min);
        let mut best = (f64::INFINITY, Self::none());
        for pixels in Self::TRIED {
            let factors = voxel_size.map(|size| (size / shortest * pixels as f64).round() as usize);
            let edges = [0, 1, 2].map(|axis| voxel_size[axis] / factors[axis] as f64);
            let (low, high) = edges.into_iter().fold((f64::INFINITY, 0.0_f64), |(l, h), e| (l.min(e), h.max(e)));
            let unevenness = high / low - 1.0;
            if unevenness < best.0 {
                best = (unevenness, Self(factors));
            }
            if unevenness <= Self::SQUARE {
                break;
            }
        }
        Ok(best.1)
    }

    /// The same, larger by a whole factor. A factor of 0 leaves nothing to paint, which is an error as soon as it is painted.
    pub fn times(self, factor: usize) -> Self {
        Self(self.0.map(|zoom| zoom * factor))
    }

    /// Repetitions along z, y and x.
    pub fn factors(&self) -> [usize; 3] {
        self.0
    }
}

/// A plane of a block (zyx), each voxel repeated as the zoom says; the values are those of the block.
///
/// # Errors
/// [`Error::NoSuchPlane`] for an index outside of the block, [`Error::Empty`] for a block without voxels.
pub fn section<T: Copy>(block: &ArrayRef3<T>, plane: Plane, index: usize, zoom: &Zoom) -> Result<Array2<T>> {
    if block.is_empty() {
        return Err(Error::Empty { shape: block.shape().to_vec() });
    }
    let count = block.len_of(Axis(plane.axis()));
    if index >= count {
        return Err(Error::NoSuchPlane { axis: plane.name(), index, last: count - 1 });
    }
    let flat = block.index_axis(Axis(plane.axis()), index);
    let [z, y, x] = zoom.0;
    Ok(match plane {
        Plane::Z => repeated(&flat, y, x),
        Plane::Y => repeated(&flat, z, x),
        Plane::X => repeated(&flat.t(), y, z),
    })
}

fn repeated<T: Copy>(plane: &ArrayRef2<T>, down: usize, right: usize) -> Array2<T> {
    let (height, width) = plane.dim();
    Array2::from_shape_fn((height * down, width * right), |(row, column)| plane[[row / down, column / right]])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{Grays, gray};
    use ndarray::{Array3, array};

    fn block() -> Array3<u32> {
        Array3::from_shape_fn((2, 3, 4), |(z, y, x)| (100 * z + 10 * y + x) as u32)
    }

    fn factors(voxel_size: [f64; 3]) -> [usize; 3] {
        Zoom::isotropic(voxel_size).unwrap().factors()
    }

    #[test]
    fn each_plane_has_its_rows_and_columns() {
        let cut = |plane, index| section(&block(), plane, index, &Zoom::none()).unwrap();
        assert_eq!(cut(Plane::Z, 1), array![[100, 101, 102, 103], [110, 111, 112, 113], [120, 121, 122, 123]]);
        assert_eq!(cut(Plane::Y, 2), array![[20, 21, 22, 23], [120, 121, 122, 123]]);
        assert_eq!(cut(Plane::X, 3), array![[3, 103], [13, 113], [23, 123]]);
    }

    #[test]
    fn voxels_are_repeated_along_their_own_axes() {
        let zoom = Zoom([3, 1, 2]);
        let shape = |plane| section(&block(), plane, 0, &zoom).unwrap().dim();
        assert_eq!(Plane::ALL.map(shape), [(3, 8), (6, 8), (3, 6)]);
        let y = section(&block(), Plane::Y, 0, &zoom).unwrap();
        assert_eq!((y[[2, 1]], y[[2, 2]], y[[3, 1]]), (0, 1, 100));
    }

    #[test]
    fn zooms_make_pixels_square() {
        assert_eq!(factors([8.0, 8.0, 8.0]), [1, 1, 1]);
        assert_eq!(factors([40.0, 8.0, 8.0]), [5, 1, 1]);
        assert_eq!(factors([12.0, 8.0, 8.0]), [3, 2, 2]);
        assert_eq!(factors([8.0, 16.0, 12.0]), [2, 4, 3]);
        assert_eq!(factors([8.0, 8.05, 8.0]), [1, 1, 1]);
        assert_eq!(factors([1e-9, 4e-9, 4e-9]), [1, 4, 4]);
        assert_eq!(Zoom::isotropic([12.0, 8.0, 8.0]).unwrap().times(2).factors(), [6, 4, 4]);
    }

    #[test]
    fn nothing_is_painted_of_a_zoom_of_nothing() {
        let plane = section(&block(), Plane::Z, 0, &Zoom::none().times(0)).unwrap();
        assert!(matches!(gray(&plane, &Grays::of(&plane)), Err(Error::Empty { .. })));
    }

    #[test]
    fn the_middle_is_a_plane_of_every_block() {
        for extent in 1..5 {
            assert!(Plane::Z.middle([extent, 9, 9]) < extent);
        }
        assert_eq!(Plane::ALL.map(|plane| plane.middle([2, 4, 7])), [1, 2, 3]);
    }

    #[test]
    fn what_cannot_be_cut_is_an_error_with_its_numbers() {
        let outside = section(&block(), Plane::Y, 3, &Zoom::none()).unwrap_err();
        assert_eq!(outside.to_string(), "plane 3 along y was asked for, but the block has the planes 0 to 2");
        let nothing = Array3::<u8>::zeros((2, 0, 3));
        assert!(matches!(section(&nothing, Plane::Z, 0, &Zoom::none()), Err(Error::Empty { .. })));
        for size in [0.0, -8.0, f64::NAN] {
            assert!(matches!(Zoom::isotropic([8.0, size, 8.0]), Err(Error::VoxelSize { axis: 'y', .. })));
        }
    }
}
