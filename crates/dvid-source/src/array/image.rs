//! Images: one array per request, without frames.

use array_core::{Element, VoxelBox};
use bytemuck::Pod;
use ndarray::ArrayViewMut4;

use super::volume::Volume;
use crate::client::{Body, Control};
use crate::request::Request;
use crate::Result;

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

pub(super) fn to_native<T: Voxel>(values: &mut [T]) {
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
