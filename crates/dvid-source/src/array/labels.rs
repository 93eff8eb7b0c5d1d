//! Labelmaps: label blocks in frames, or LZ4 of a box.

use array_core::{Coordinate, VoxelBox};
use ndarray::{ArrayView3, ArrayViewMut3, s};

use super::Volume;
use crate::client::{Body, Control};
use crate::request::Request;
use crate::{FrameReader, Payload, Result};

/// Bytes that a thread needs beside the output: a payload, what it inflates to, and a block.
pub(super) fn block_memory(block: [i64; 3]) -> Result<u64> {
    let block = block.map(|side| side as usize);
    Ok(2 * Payload::LabelBlock.max_len(block)? as u64 + 8 * block.iter().product::<usize>() as u64)
}

/// Bytes that a thread needs beside the output to unpack so many labels.
pub(super) fn raw_memory(voxels: u64) -> u64 {
    // The labels and what they are packed into, which in the worst case is a little more.
    voxels.saturating_mul(8 + 9)
}

/// Reads the blocks around a box and copies what lies within.
pub(super) fn fetch_blocks(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMut3<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    let size = Coordinate::from(volume.block);
    let blocks = VoxelBox::from_bounds(voxels.begin().div_floor(&size)?, voxels.end().div_ceil(&size)?)?;
    let cover = VoxelBox::from_bounds(blocks.begin().checked_mul(&size)?, blocks.end().checked_mul(&size)?)?;
    let source = &volume.source;
    let request = Request::blocks(&source.uuid, &source.instance, &cover, scale, Payload::LabelBlock)?;
    let bytes = 8 * cover.voxels()?;
    volume.client.get(&request, bytes, control, |body| place_blocks(body, volume.block, &blocks, voxels, &mut out))
}

fn place_blocks(
    body: &mut Body<'_>,
    block: [i64; 3],
    blocks: &VoxelBox,
    voxels: &VoxelBox,
    out: &mut ArrayViewMut3<'_, u64>,
) -> Result<()> {
    let shape = block.map(|side| side as usize);
    // Blocks that do not exist are not sent. An earlier try may have left something here.
    out.fill(0);
    let max = Payload::LabelBlock.max_len(shape)?;
    let mut frames = FrameReader::new(body, |block: &Coordinate| blocks.contains_point(block), max);
    let (mut labels, mut scratch) = (vec![0; shape.iter().product()], Vec::new());
    while let Some(frame) = frames.next()? {
        let at = VoxelBox::new(frame.block.checked_mul(&block.into())?, block)?;
        if let Err(error) = Payload::LabelBlock.decode(frame.payload, shape, &mut labels, &mut scratch) {
            return Err(frames.damaged_payload(error));
        }
        copy(&labels, &at, voxels, out)?;
    }
    Ok(())
}

/// Reads a box as LZ4.
pub(super) fn fetch_raw(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMut3<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    let asked = avoid_single_block(voxels, volume.block)?;
    let source = &volume.source;
    let request = Request::raw_labels(&source.uuid, &source.instance, &asked, scale, Payload::Lz4)?;
    let shape: Vec<usize> = asked.shape_usize()?;
    let shape = [shape[0], shape[1], shape[2]];
    let max = Payload::Lz4.max_len(shape)? as u64;
    volume.client.get(&request, 8 * asked.voxels()?, control, |body| {
        let packed = body.read_all(max)?;
        let mut labels = vec![0; shape.iter().product()];
        Payload::Lz4.decode(&packed, shape, &mut labels, &mut Vec::new())?;
        copy(&labels, &asked, voxels, &mut out)
    })
}

/// The box to ask for: one voxel more if it is exactly one block, on which servers fail where the block does not exist.
fn avoid_single_block(voxels: &VoxelBox, block: [i64; 3]) -> Result<VoxelBox> {
    let single = voxels.shape() == Coordinate::from(block) && voxels.begin().is_multiple_of(&block.into())?;
    let more = [i64::from(single), 0, 0];
    Ok(VoxelBox::new(voxels.begin(), voxels.shape().checked_add(&more.into())?)?)
}

/// Copies what two boxes share, from labels in C order to a view.
fn copy(labels: &[u64], from: &VoxelBox, to: &VoxelBox, out: &mut ArrayViewMut3<'_, u64>) -> Result<()> {
    let shared = from.intersect(to)?;
    if shared.is_empty() {
        return Ok(());
    }
    let shape = from.shape_usize()?;
    let labels = ArrayView3::from_shape((shape[0], shape[1], shape[2]), labels).map_err(|error| {
        crate::Error::BadBox { voxels: format!("{from}: {error}"), rule: "its labels were not counted right" }
    })?;
    let (source, target) = (shared.index_ranges(from)?, shared.index_ranges(to)?);
    let part = |r: &[std::ops::Range<usize>]| s![r[0].clone(), r[1].clone(), r[2].clone()];
    out.slice_mut(part(&target)).assign(&labels.slice(part(&source)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_block_is_never_asked_for() {
        let asked = |begin: [i64; 3], shape: [i64; 3]| {
            avoid_single_block(&VoxelBox::new(begin, shape).unwrap(), [32, 32, 32]).unwrap()
        };
        let widened = |begin, shape| asked(begin, shape) != VoxelBox::new(begin, shape).unwrap();
        assert_eq!(asked([-32, 64, 0], [32; 3]), VoxelBox::new([-32, 64, 0], [33, 32, 32]).unwrap());
        assert!(!widened([0, 0, 1], [32; 3]), "not aligned");
        assert!(!widened([0, 0, 0], [32, 32, 64]), "two blocks");
    }

    #[test]
    fn only_what_two_boxes_share_is_copied() {
        let from = VoxelBox::new([0, 0, 0], [2, 2, 2]).unwrap();
        let to = VoxelBox::new([1, -1, 1], [2, 2, 2]).unwrap();
        let mut out = ndarray::Array3::<u64>::zeros((2, 2, 2));
        copy(&[1, 2, 3, 4, 5, 6, 7, 8], &from, &to, &mut out.view_mut()).unwrap();
        assert_eq!(out[[0, 1, 0]], 6);
        assert_eq!(out.sum(), 6);
    }
}
