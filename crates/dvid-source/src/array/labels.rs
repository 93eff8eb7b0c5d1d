//! Labels: label blocks in frames, or a box packed as a whole.

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
pub(super) fn raw_memory(payload: Payload, voxels: u64) -> u64 {
    let packed = match payload {
        // In the worst case a little more than the labels.
        Payload::Uncompressed | Payload::Lz4 | Payload::Gzip | Payload::LabelBlock => 9,
        // What comes, and the labels once more as they are unpacked; with gzip around it, twice what comes.
        Payload::CompressedSegmentation => 11 + 8,
        Payload::CompressedSegmentationGzip => 2 * 11 + 8,
    };
    voxels.saturating_mul(8 + packed)
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
        Route::LabelRaw(payload) => fetch_raw(volume, payload, scale, voxels, out, control),
        _ => fetch_blocks(volume, scale, voxels, out, control),
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

/// Reads a box that comes packed as a whole.
fn fetch_raw(
    volume: &Volume,
    payload: Payload,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, u64>,
    control: &Control<'_>,
) -> Result<()> {
    let is_trapped = volume.info.type_name() == "labelmap";
    let step = payload.step() as i64;
    let asked = grow(voxels, step)?;
    let asked = if is_trapped { avoid_single_block(&asked, volume.block, step)? } else { asked };
    let source = &volume.source;
    let query = LabelQuery::default().with_scale(scale).with_ids(volume.ids).with_payload(payload);
    let request = Request::raw_labels(&source.uuid, &source.instance, &asked, &query)?;
    let shape: Vec<usize> = asked.shape_usize()?;
    let shape = [shape[0], shape[1], shape[2]];
    let max = payload.max_len(shape)? as u64;
    volume.client.get(&request, 8 * asked.voxels()?, control, |body| {
        let packed = body.read_all(max)?;
        let mut labels = vec![0; shape.iter().product()];
        payload.decode(&packed, shape, &mut labels, &mut Vec::new())?;
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
pub(super) fn check_scale(volume: &Volume, scale: u8, voxels: &VoxelBox, control: &Control<'_>) -> Result<()> {
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

/// The box to ask for: a plane more if it is exactly one block, on which servers fail where the block does not exist; so
/// many planes as its sides are multiples of.
fn avoid_single_block(voxels: &VoxelBox, block: [i64; 3], step: i64) -> Result<VoxelBox> {
    let single = voxels.shape() == Coordinate::from(block) && voxels.begin().is_multiple_of(&block.into())?;
    let more = [if single { step } else { 0 }, 0, 0];
    Ok(VoxelBox::new(voxels.begin(), voxels.shape().checked_add(&more.into())?)?)
}

/// The box with sides that are multiples of a step.
fn grow(voxels: &VoxelBox, step: i64) -> Result<VoxelBox> {
    let shape = [0, 1, 2].map(|axis| (voxels.shape()[axis] + step - 1) / step * step);
    Ok(VoxelBox::new(voxels.begin(), shape)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exactly_one_block_is_never_asked_for() {
        let asked = |begin: [i64; 3], shape: [i64; 3]| {
            avoid_single_block(&VoxelBox::new(begin, shape).unwrap(), [32, 32, 32], 1).unwrap()
        };
        let widened = |begin, shape| asked(begin, shape) != VoxelBox::new(begin, shape).unwrap();
        assert_eq!(asked([-32, 64, 0], [32; 3]), VoxelBox::new([-32, 64, 0], [33, 32, 32]).unwrap());
        assert!(!widened([0, 0, 1], [32; 3]), "not aligned");
        assert!(!widened([0, 0, 0], [32, 32, 64]), "two blocks");
        let one = VoxelBox::new([0; 3], [32; 3]).unwrap();
        assert_eq!(avoid_single_block(&one, [32; 3], 8).unwrap(), VoxelBox::new([0; 3], [40, 32, 32]).unwrap());
        assert_eq!(grow(&VoxelBox::new([1, 2, 3], [1, 8, 9]).unwrap(), 8).unwrap().shape(), [8, 8, 16]);
    }
}
