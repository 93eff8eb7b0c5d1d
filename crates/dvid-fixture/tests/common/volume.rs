//! An image and labels that are functions of their voxel.

use std::sync::Arc;

use array_core::ndarray::Array3;
use array_core::{ArrayRef, Kind, Length, MemoryArray};

/// First voxel of both arrays, z, y, x.
pub(crate) const IMAGE_OFFSET: [i64; 3] = [20, -9, 30];
/// Shape of both arrays.
pub(crate) const SHAPE: [i64; 3] = [21, 50, 37];

fn inside(voxel: [i64; 3]) -> bool {
    (0..3).all(|axis| (0..SHAPE[axis]).contains(&(voxel[axis] - IMAGE_OFFSET[axis])))
}

/// Voxel of the image, 0 outside.
pub(crate) fn image(voxel: [i64; 3]) -> u8 {
    let [z, y, x] = voxel;
    if inside(voxel) { (x + 2 * y + 5 * z + (x * y * z) / 7).rem_euclid(251) as u8 } else { 0 }
}

/// Label of a voxel, 0 outside and in a part of the inside; labels above 2^53 occur.
pub(crate) fn label(voxel: [i64; 3]) -> u64 {
    let [z, y, x] = voxel;
    if !inside(voxel) || x >= 48 && y < 30 {
        return 0;
    }
    match (x / 3 + 2 * (y / 5) + 3 * (z / 2)).rem_euclid(7) {
        0 => 0,
        n if n % 3 == 0 => u64::MAX - n as u64,
        n => n as u64 * 1000 + (x & 1) as u64,
    }
}

/// 40 × 4 × 4.56 nm.
pub(crate) fn voxel_size() -> [Length; 3] {
    [40.into(), 4.into(), "4.56".parse().expect("a length")]
}

fn offset() -> [Length; 3] {
    let size = voxel_size();
    std::array::from_fn(|axis| size[axis].checked_mul(Length::from(IMAGE_OFFSET[axis])).expect("a length"))
}

/// The same voxels as an array.
pub(crate) fn array<T>(voxel: impl Fn([i64; 3]) -> T) -> Array3<T> {
    Array3::from_shape_fn(SHAPE.map(|side| side as usize), |(z, y, x)| {
        voxel([z as i64 + IMAGE_OFFSET[0], y as i64 + IMAGE_OFFSET[1], x as i64 + IMAGE_OFFSET[2]])
    })
}

/// The image as an array in its place.
pub(crate) fn image_array() -> ArrayRef {
    Arc::new(MemoryArray::new("em", array(image).into_dyn(), voxel_size(), offset()).expect("an array"))
}

/// The labels as an array in their place.
pub(crate) fn labels_array() -> ArrayRef {
    let array = MemoryArray::new("cells", array(label).into_dyn(), voxel_size(), offset()).expect("an array");
    Arc::new(array.with_kind(Kind::Labels))
}
