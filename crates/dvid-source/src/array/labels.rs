//! Labels: label blocks in frames, or LZ4 of a box.

use std::sync::atomic::Ordering;

use array_core::{Coordinate, VoxelBox};
use ndarray::{Array4, ArrayViewMut4};

use super::frames::{Due, copy, cover, place};
use super::volume::{Route, Volume};
use crate::client::Control;
use crate::request::{LabelQuery, Request};
use crate::{Error, Payload, Result};

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

/// Reads a box in the way that works for the volume.
pub(super) fn fetch(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    out: ArrayViewMut4<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    match volume.route {
        Route::LabelBlocks => fetch_blocks(volume, scale, voxels, out, control),
        _ => fetch_raw(volume, scale, voxels, out, control),
    }
}

/// Reads the blocks around a box and copies what lies within.
fn fetch_blocks(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    let (blocks, covered) = cover(voxels, volume.block)?;
    let source = &volume.source;
    let query = LabelQuery::default().with_scale(scale).with_ids(volume.ids);
    let request = Request::blocks(&source.uuid, &source.instance, &covered, &query)?;
    let (bytes, shape) = (8 * covered.voxels()?, volume.block.map(|side| side as usize));
    let due = Due { blocks: &blocks, block: volume.block, max_payload: Payload::LabelBlock.max_len(shape)? };
    let mut scratch = Vec::new();
    let count = volume.client.get(&request, bytes, control, |body| {
        place(body, &due, voxels, &mut out, |payload, labels: &mut [u64]| {
            Payload::LabelBlock.decode(payload, shape, labels, &mut scratch)
        })
    })?;
    if count > 0 {
        volume.seen_scales.fetch_or(1 << scale, Ordering::Relaxed);
        return Ok(());
    }
    check_scale(volume, scale, voxels, control)
}

/// Reads a box as LZ4.
fn fetch_raw(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    let is_trapped = volume.info.type_name() == "labelmap";
    let asked = if is_trapped { avoid_single_block(voxels, volume.block)? } else { *voxels };
    let source = &volume.source;
    let query = LabelQuery::default().with_scale(scale).with_ids(volume.ids).with_payload(Payload::Lz4);
    let request = Request::raw_labels(&source.uuid, &source.instance, &asked, &query)?;
    let shape: Vec<usize> = asked.shape_usize()?;
    let shape = [shape[0], shape[1], shape[2]];
    let max = Payload::Lz4.max_len(shape)? as u64;
    volume.client.get(&request, 8 * asked.voxels()?, control, |body| {
        let packed = body.read_all(max)?;
        let mut labels = vec![0; shape.iter().product()];
        Payload::Lz4.decode(&packed, shape, &mut labels, &mut Vec::new())?;
        copy(&labels, &asked, voxels, &mut out)
    })?;
    if out.iter().any(|label| *label != 0) {
        volume.seen_scales.fetch_or(1 << scale, Ordering::Relaxed);
        return Ok(());
    }
    check_scale(volume, scale, voxels, control)
}

/// Makes sure that a box without labels is one because there are none, not because nobody ever computed the scale: the
/// server tells neither. Unless the scale is known to exist, the block at scale 0 in the middle of the box is looked at.
fn check_scale(volume: &Volume, scale: u8, voxels: &VoxelBox, control: &Control<'_>) -> Result<()> {
    if scale == 0 || volume.seen_scales.load(Ordering::Relaxed) >> scale & 1 == 1 {
        return Ok(());
    }
    let middle = [0, 1, 2].map(|axis| {
        ((voxels.begin()[axis] + voxels.end()[axis]) << scale).div_euclid(2).div_euclid(volume.block[axis])
            * volume.block[axis]
    });
    let probe = VoxelBox::new(middle, volume.block)?;
    let mut finest =
        Array4::<u64>::zeros((1, volume.block[0] as usize, volume.block[1] as usize, volume.block[2] as usize));
    fetch(volume, 0, &probe, finest.view_mut(), control)?;
    // Whatever rule makes coarse labels of fine ones, it leaves some of so many.
    if 2 * finest.iter().filter(|label| **label != 0).count() > finest.len() {
        let voxel = Coordinate::from(middle.map(|index| index >> scale)).to_string();
        return Err(Error::AbsentScale { instance: volume.source.instance.clone(), scale, voxel });
    }
    Ok(())
}

/// The box to ask for: one voxel more if it is exactly one block, on which servers fail where the block does not exist.
fn avoid_single_block(voxels: &VoxelBox, block: [i64; 3]) -> Result<VoxelBox> {
    let single = voxels.shape() == Coordinate::from(block) && voxels.begin().is_multiple_of(&block.into())?;
    let more = [i64::from(single), 0, 0];
    Ok(VoxelBox::new(voxels.begin(), voxels.shape().checked_add(&more.into())?)?)
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
}
