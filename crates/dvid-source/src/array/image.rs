//! Images: one array per request, without frames.

use array_core::{Element, VoxelBox};
use bytemuck::Pod;
use ndarray::{ArrayView1, ArrayViewMut1, ArrayViewMut3, ArrayViewMut4, Axis};

use super::volume::Volume;
use crate::Result;
use crate::client::{Body, Control};
use crate::request::Request;

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
        _ if has_one_channel => fill_planes(body, out.index_axis_mut(Axis(0), 0), due),
        _ => fill_channels(body, &mut out, due),
    })
}

/// Reads values straight into planes that are whole in the output, others a few rows at a time.
fn fill_planes<T: Voxel>(body: &mut Body<'_>, mut out: ArrayViewMut3<'_, T>, due: u64) -> Result<()> {
    let mut stage = Vec::new();
    for mut plane in out.outer_iter_mut() {
        if let Some(plane) = plane.as_slice_mut() {
            fill(body, plane, due)?;
            continue;
        }
        let height = (STAGE / size_of::<T>() / plane.ncols()).max(1);
        for mut rows in plane.axis_chunks_iter_mut(Axis(0), height) {
            stage.resize(rows.len(), T::default());
            fill(body, &mut stage, due)?;
            let width = rows.ncols();
            for (mut row, values) in rows.outer_iter_mut().zip(stage.chunks_exact(width)) {
                copy_row(&ArrayView1::from(values), &mut row);
            }
        }
    }
    Ok(())
}

/// Copies values into a row; both lie together nearly always.
pub(super) fn copy_row<T: Copy>(values: &ArrayView1<'_, T>, row: &mut ArrayViewMut1<'_, T>) {
    match (row.as_slice_mut(), values.as_slice()) {
        (Some(row), Some(values)) => row.copy_from_slice(values),
        _ => row.assign(values),
    }
}

fn fill<T: Voxel>(body: &mut Body<'_>, values: &mut [T], due: u64) -> Result<()> {
    body.fill(bytemuck::cast_slice_mut(values), due)?;
    to_native(values);
    Ok(())
}

pub(super) fn to_native<T: Voxel>(values: &mut [T]) {
    if cfg!(target_endian = "big") {
        for value in values {
            *value = value.to_native();
        }
    }
}

/// Reads values z, y, x, c into a view c, z, y, x, a few rows at a time.
fn fill_channels<T: Voxel>(body: &mut Body<'_>, out: &mut ArrayViewMut4<'_, T>, due: u64) -> Result<()> {
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
