//! Images: one array per request without frames, or single blocks where that is all the server gives.

use array_core::{Element, VoxelBox};
use bytemuck::Pod;
use ndarray::ArrayViewMut4;

use super::frames::{Due, cover, place};
use super::volume::Volume;
use crate::client::{Body, Control};
use crate::request::Request;
use crate::{Error, Result, Strictness};

/// Bytes that are on their way into rows which lie apart in the output.
pub(super) const STAGE: usize = 64 << 10;

/// An element type of images: any bytes are a value, little-endian on the way.
pub(super) trait Voxel: Element + Pod {
    /// The value, where its bytes are still as they came.
    fn to_native(self) -> Self;
}

macro_rules! voxel {
    ($($T:ident),*) => {$(
        impl Voxel for $T {
            fn to_native(self) -> Self {
                Self::from_le_bytes(self.to_ne_bytes())
            }
        }
    )*};
}
voxel!(u8, u16, u32, u64, f32);

/// Reads a box straight into its place, c, z, y, x.
pub(super) fn fetch<T: Voxel>(
    volume: &Volume,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, T>,
    control: &Control<'_>,
) -> Result<()> {
    let request = Request::raw(&volume.source.uuid, &volume.source.instance, voxels)?;
    let due = voxels.voxels()?.saturating_mul(volume.voxel_bytes());
    let has_one_channel = out.shape()[0] == 1;
    volume.client.get(&request, due, control, |body| match out.as_slice_mut() {
        Some(all) if has_one_channel => fill(body, all, due),
        _ => fill_rows(body, &mut out, due),
    })
}

fn fill<T: Voxel>(body: &mut Body<'_>, values: &mut [T], due: u64) -> Result<()> {
    body.fill(bytemuck::cast_slice_mut(values), due)?;
    to_native(values);
    Ok(())
}

fn to_native<T: Voxel>(values: &mut [T]) {
    if cfg!(target_endian = "big") {
        for value in values {
            *value = value.to_native();
        }
    }
}

/// Reads values z, y, x, c into a view c, z, y, x, a few rows at a time.
fn fill_rows<T: Voxel>(body: &mut Body<'_>, out: &mut ArrayViewMut4<'_, T>, due: u64) -> Result<()> {
    let mut left = out.len();
    let mut rows = out.view_mut().permuted_axes([1, 2, 3, 0]);
    let length = rows.shape()[2] * rows.shape()[3];
    let mut stage = vec![T::default(); length * (STAGE / size_of::<T>() / length).max(1)];
    let mut staged = stage.len();
    for mut plane in rows.outer_iter_mut() {
        for mut row in plane.outer_iter_mut() {
            if staged == stage.len() {
                stage.truncate(left);
                fill(body, &mut stage, due)?;
                left -= stage.len();
                staged = 0;
            }
            row.iter_mut().zip(&stage[staged..]).for_each(|(value, wire)| *value = *wire);
            staged += length;
        }
    }
    Ok(())
}

/// Bytes that a thread needs beside the output for blocks in frames: a payload and a block.
pub(super) fn block_memory(volume: &Volume) -> u64 {
    2 * volume.voxel_bytes() * volume.block.iter().product::<i64>() as u64
}

/// Reads the blocks around a box and copies what lies within.
pub(super) fn fetch_blocks<T: Voxel>(
    volume: &Volume,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, T>,
    control: &Control<'_>,
) -> Result<()> {
    let (blocks, covered) = cover(voxels, volume.block)?;
    let request = Request::subvol_blocks(&volume.source.uuid, &volume.source.instance, &covered)?;
    let bytes = volume.voxel_bytes() * volume.block.iter().product::<i64>() as u64;
    let due = Due { blocks: &blocks, block: volume.block, max_payload: bytes as usize };
    let count = volume.client.get(&request, bytes, control, |body| {
        let count = place(body, &due, voxels, &mut out, |payload, values: &mut [T]| {
            let plain = bytemuck::cast_slice_mut(values);
            if payload.len() != plain.len() {
                let problem = format!("it holds {} bytes where {} are due", payload.len(), plain.len());
                return Err(Error::corrupt(0, problem));
            }
            plain.copy_from_slice(payload);
            to_native(values);
            Ok(())
        })?;
        if count as u64 == blocks.voxels()? || volume.strictness == Strictness::Lenient {
            return Ok(count);
        }
        Err(Error::corrupt(
            0,
            "a block is left out, which may be empty or may have failed; accept it leniently, or read \
             the proxied volume itself",
        ))
    })?;
    if (count as u64) < blocks.voxels()? {
        tracing::warn!(instance = volume.source.instance, %voxels, "a block is left out, and read as 0; it may have failed");
    }
    Ok(())
}
