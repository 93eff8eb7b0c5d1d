//! A chunk as an image: each voxel is a pixel, in x-fastest order, its channels side by side.

use super::Due;
use crate::error::Result;
use array_core::ndarray::{ArrayD, ArrayViewD, Axis, IxDyn};
use array_core::{Block, Element};

/// The pixels of a block.
pub(super) fn pixels_of<T: Element>(view: &ArrayViewD<'_, T>) -> Vec<T> {
    view.view().permuted_axes(vec![1, 2, 3, 0]).iter().copied().collect()
}

/// The block of so many pixels.
pub(super) fn block_of<T: Element>(pixels: Vec<T>, due: &Due) -> Result<Block> {
    let [c, z, y, x] = due.shape;
    let array =
        ArrayD::from_shape_vec(IxDyn(&[z, y, x, c]), pixels).map_err(|error| due.no_chunk(error.to_string()))?;
    let turned = array.permuted_axes(vec![3, 0, 1, 2]);
    debug_assert_eq!(turned.len_of(Axis(0)), c);
    Ok(T::wrap(turned.as_standard_layout().into_owned()))
}

/// The sides of the image: as wide as the chunk, its rows below each other.
pub(super) fn sides(due: &Due) -> (usize, usize) {
    let width = due.shape[3];
    (width, due.pixels() / width)
}

/// Refuses an image that has another number of pixels: its width and height do not matter.
pub(super) fn check_pixels(due: &Due, width: usize, height: usize) -> Result<()> {
    if width.checked_mul(height) == Some(due.pixels()) {
        return Ok(());
    }
    Err(due.no_chunk(format!("it is an image of {width} by {height} pixels, and {} voxels are due", due.pixels())))
}
