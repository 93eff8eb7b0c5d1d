//! Putting blocks that come in frames into their places.

use array_core::{Coordinate, Element, VoxelBox};
use ndarray::{ArrayView4, ArrayViewMut4, Axis, s};

use super::image::copy_row;
use crate::client::Body;
use crate::{Error, FrameReader, Result};

/// The blocks that cover a box, in block coordinates and in voxels.
pub(super) fn cover(voxels: &VoxelBox, block: [i64; 3]) -> Result<(VoxelBox, VoxelBox)> {
    let size = Coordinate::from(block);
    let blocks = VoxelBox::from_bounds(voxels.begin().div_floor(&size)?, voxels.end().div_ceil(&size)?)?;
    let covered = VoxelBox::from_bounds(blocks.begin().checked_mul(&size)?, blocks.end().checked_mul(&size)?)?;
    Ok((blocks, covered))
}

/// What the frames of an answer are to be.
pub(super) struct Due<'a> {
    /// Coordinates of the blocks that were asked for.
    pub(super) blocks: &'a VoxelBox,
    /// Voxels per block.
    pub(super) block: [i64; 3],
    /// The most bytes of a payload.
    pub(super) max_payload: usize,
}

/// Copies what lies within `voxels` to `out` (c, z, y, x), which is then zero where no block came; returns the number of
/// blocks that came. `decode` turns a payload into the voxels of a block, channels last.
pub(super) fn place<T: Element>(
    body: &mut Body<'_>,
    due: &Due<'_>,
    voxels: &VoxelBox,
    out: &mut ArrayViewMut4<'_, T>,
    mut decode: impl FnMut(&[u8], &mut [T]) -> Result<()>,
) -> Result<usize> {
    let channels = out.shape()[0];
    let mut frames = FrameReader::new(body, |block: &Coordinate| due.blocks.contains_point(block), due.max_payload);
    let mut decoded = vec![T::default(); due.block.iter().product::<i64>() as usize * channels];
    let mut count = 0;
    while let Some(frame) = frames.next()? {
        let at = VoxelBox::new(frame.block.checked_mul(&due.block.into())?, due.block)?;
        if let Err(error) = decode(frame.payload, &mut decoded) {
            return Err(frames.damaged_payload(error));
        }
        copy(&decoded, &at, voxels, out)?;
        count += 1;
    }
    // Blocks that do not exist are not sent, and what is in their place is not always zero: an earlier try may have left
    // something here.
    if (count as u64) < due.blocks.voxels()? {
        for block in points(due.blocks).filter(|block| !frames.came(block)) {
            let at = VoxelBox::new(block.checked_mul(&due.block.into())?, due.block)?;
            part(&at, voxels, out)?.fill(T::default());
        }
    }
    Ok(count)
}

/// All coordinates of a box of three axes.
fn points(of: &VoxelBox) -> impl Iterator<Item = Coordinate> {
    let range = |axis: usize| of.begin()[axis]..of.end()[axis];
    let (z, y, x) = (range(0), range(1), range(2));
    z.flat_map(move |z| {
        let x = x.clone();
        y.clone().flat_map(move |y| x.clone().map(move |x| [z, y, x].into()))
    })
}

/// The part of an output for the voxels `to` that two boxes share.
fn part<'a, T>(from: &VoxelBox, to: &VoxelBox, out: &'a mut ArrayViewMut4<'_, T>) -> Result<ArrayViewMut4<'a, T>> {
    let target = from.intersect(to)?.index_ranges(to)?;
    Ok(out.slice_mut(s![.., target[0].clone(), target[1].clone(), target[2].clone()]))
}

/// Copies what two boxes share, from voxels in C order with channels last to a view with channels first.
pub(super) fn copy<T: Element>(
    source: &[T],
    from: &VoxelBox,
    to: &VoxelBox,
    out: &mut ArrayViewMut4<'_, T>,
) -> Result<()> {
    let shared = from.intersect(to)?;
    if shared.is_empty() {
        return Ok(());
    }
    let shape = from.shape_usize()?;
    let source = ArrayView4::from_shape((shape[0], shape[1], shape[2], out.shape()[0]), source).map_err(|error| {
        Error::BadBox { voxels: format!("{from}: {error}"), rule: "its voxels were not counted right" }
    })?;
    let at = shared.index_ranges(from)?;
    let source = source.slice(s![at[0].clone(), at[1].clone(), at[2].clone(), ..]);
    let mut out = part(from, to, out)?;
    if source.shape()[3] > 1 {
        out.assign(&source.permuted_axes([3, 0, 1, 2]));
        return Ok(());
    }
    let (mut out, source) = (out.index_axis_mut(Axis(0), 0), source.index_axis(Axis(3), 0));
    for (mut plane, source) in out.outer_iter_mut().zip(source.outer_iter()) {
        plane.outer_iter_mut().zip(source.outer_iter()).for_each(|(mut row, source)| copy_row(&source, &mut row));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_two_boxes_share_is_copied() {
        let from = VoxelBox::new([0, 0, 0], [2, 2, 2]).unwrap();
        let to = VoxelBox::new([1, -1, 1], [2, 2, 2]).unwrap();
        let mut out = ndarray::Array4::<u64>::zeros((1, 2, 2, 2));
        copy(&[1, 2, 3, 4, 5, 6, 7, 8], &from, &to, &mut out.view_mut()).unwrap();
        assert_eq!(out[[0, 0, 1, 0]], 6);
        assert_eq!(out.sum(), 6);
    }

    #[test]
    fn the_cover_reaches_to_borders_of_blocks_on_both_sides_of_zero() {
        let voxels = VoxelBox::from_bounds([-1, 0, 5], [1, 4, 9]).unwrap();
        let (blocks, covered) = cover(&voxels, [4, 4, 8]).unwrap();
        assert_eq!(blocks, VoxelBox::from_bounds([-1, 0, 0], [1, 1, 2]).unwrap());
        assert_eq!(covered, VoxelBox::from_bounds([-4, 0, 0], [4, 4, 16]).unwrap());
    }
}
