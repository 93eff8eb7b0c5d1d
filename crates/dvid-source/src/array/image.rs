//! 8-bit images: one array per request, without frames.

use array_core::VoxelBox;
use ndarray::ArrayViewMut3;

use super::Volume;
use crate::Result;
use crate::client::{Body, Control};
use crate::request::Request;

/// Bytes that are on their way into rows which lie apart in the output.
pub(super) const STAGE: usize = 64 << 10;

/// Reads a box straight into its place.
pub(super) fn fetch(
    volume: &Volume,
    voxels: &VoxelBox,
    mut out: ArrayViewMut3<'_, u8>,
    control: &Control<'_>,
) -> Result<()> {
    let request = Request::raw(&volume.source.uuid, &volume.source.instance, voxels)?;
    let due = voxels.voxels()?;
    volume.client.get(&request, due, control, |body| match out.as_slice_mut() {
        Some(all) => body.fill(all, due),
        None => fill_rows(body, &mut out, due),
    })
}

fn fill_rows(body: &mut Body<'_>, out: &mut ArrayViewMut3<'_, u8>, due: u64) -> Result<()> {
    let length = out.len_of(ndarray::Axis(2));
    let mut stage = vec![0; length * (STAGE / length).max(1)];
    let mut staged = stage.len();
    let mut left = out.len();
    for mut row in out.rows_mut() {
        if staged == stage.len() {
            stage.truncate(left);
            body.fill(&mut stage, due)?;
            left -= stage.len();
            staged = 0;
        }
        row.iter_mut().zip(&stage[staged..]).for_each(|(voxel, byte)| *voxel = *byte);
        staged += length;
    }
    Ok(())
}
