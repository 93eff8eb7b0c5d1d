//! An array under the name that it is served under.

use array_core::{Array, ArrayMeta, ArrayRef, BlockMut, ReadContext, ReadPlan, Result, ViewerSource, VoxelBox};

/// The same voxels, under a name of their own and without a public address: the viewer shall ask this server.
#[derive(Debug)]
pub(crate) struct Named {
    meta: ArrayMeta,
    source: ArrayRef,
}

impl Named {
    pub(crate) fn new(name: String, source: ArrayRef) -> Self {
        let meta = source.meta().clone().with_name(name).with_viewer_source(ViewerSource::Local);
        Self { meta, source }
    }
}

impl Array for Named {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.source.read_voxels(voxels, out, cx)
    }

    fn scales(&self) -> &[ArrayRef] {
        self.source.scales()
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.source.plan(voxels)
    }
}
