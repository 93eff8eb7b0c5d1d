//! One body of a label instance as a mask.

use array_core::VoxelBox;
use ndarray::{ArrayViewMut3, s};
use serde::Deserialize;

use super::describe::at_scale;
use super::frames::cover;
use super::volume::Volume;
use crate::client::Control;
use crate::error::Missing;
use crate::request::{Ids, Request, SparseFormat};
use crate::{DvidClient, Error, Node, Result, sparse};

/// The longest answer about the size of a body.
const MAX_SIZE_JSON: u64 = 64 << 10;

/// A body that exists.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Body {
    label: u64,
    format: SparseFormat,
    /// The blocks around it, in voxels at scale 0.
    pub(super) bounds: VoxelBox,
}

/// Triples are x, y, z here, as in the document.
#[derive(Deserialize)]
struct Size {
    #[serde(rename = "minvoxel")]
    first_xyz: [i64; 3],
    #[serde(rename = "maxvoxel")]
    last_xyz: [i64; 3],
}

impl Size {
    /// This is where the order of axes turns around.
    fn bounds(&self) -> Result<VoxelBox> {
        let bad = |problem: String| Error::bad_info("the size of the body", problem);
        let ([x0, y0, z0], [x1, y1, z1]) = (self.first_xyz, self.last_xyz);
        let end = [z1, y1, x1].map(|last| last.saturating_add(1));
        VoxelBox::from_bounds([z0, y0, x0], end).map_err(|error| bad(error.to_string()))
    }
}

impl Body {
    /// Asks for the place of a body.
    pub(super) fn find(
        client: &DvidClient,
        node: &Node,
        instance: &str,
        label: u64,
        ids: Ids,
        control: &Control<'_>,
    ) -> Result<Self> {
        let request = Request::sparse_volume_size(&node.uuid, instance, label, ids);
        let due = ("the size of the body", MAX_SIZE_JSON);
        let size = client.get_json(&request, due, control, |size: Size| size.bounds());
        let bounds = size.map_err(|error| match error {
            error if !error.is_unknown_label() => error,
            Error::NotFound { message, asked, .. } => {
                Error::NotFound { what: Missing::Label, message: format!("{message} for {label}"), asked }
            }
            error => error,
        })?;
        // Asked for runs that reach to negative y or z, the whole server dies.
        let is_negative = bounds.begin()[..2].iter().any(|&begin| begin < 0);
        let format = if is_negative { SparseFormat::Blocks } else { SparseFormat::Runs };
        Ok(Self { label, format, bounds })
    }

    /// Reads the part of the body within a box.
    pub(super) fn fetch(
        &self,
        volume: &Volume,
        scale: u8,
        voxels: &VoxelBox,
        mut out: ArrayViewMut3<'_, bool>,
        control: &Control<'_>,
    ) -> Result<()> {
        let source = &volume.source;
        let (uuid, instance) = (&source.uuid, &source.instance);
        let request = Request::sparse_volume(uuid, instance, self.label, self.format, scale, volume.ids, voxels)?;
        let (blocks, _) = cover(&at_scale(&self.bounds, scale)?, volume.block)?;
        let due = sparse::Due { label: self.label, block: volume.block, max_blocks: blocks.voxels()? };
        let read = volume.client.get(&request, voxels.voxels()?, control, |body| {
            // An earlier try may have left something here.
            out.fill(false);
            let mut mark = |part: &VoxelBox| mark(part, voxels, &mut out);
            match self.format {
                SparseFormat::Runs => sparse::read_runs(body, &mut mark),
                SparseFormat::Blocks => sparse::read_blocks(body, &due, &mut mark),
            }
        });
        match read {
            // The body has no block within the bounds.
            Err(error) if error.is_unknown_label() => {
                out.fill(false);
                Ok(())
            }
            read => read,
        }
    }
}

/// Sets the voxels of a part that are within a box; servers send some that are not.
pub(super) fn mark(part: &VoxelBox, voxels: &VoxelBox, out: &mut ArrayViewMut3<'_, bool>) -> Result<()> {
    let shared = part.intersect(voxels)?;
    if !shared.is_empty() {
        let ranges = shared.index_ranges(voxels)?;
        out.slice_mut(s![ranges[0].clone(), ranges[1].clone(), ranges[2].clone()]).fill(true);
    }
    Ok(())
}
