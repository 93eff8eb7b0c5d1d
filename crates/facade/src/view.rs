//! An array under another name.

use array_core::{Array, ArrayMeta, ArrayRef, ArrayWrite, Block, BlockMut, ReadContext, ReadPlan, Result, VoxelBox};

/// Another array with the name that a configuration gives it.
#[derive(Debug)]
pub(crate) struct Renamed {
    meta: ArrayMeta,
    source: ArrayRef,
}

impl Renamed {
    pub(crate) fn new(source: ArrayRef, name: &str) -> Self {
        Self { meta: source.meta().clone().with_name(name), source }
    }
}

#[deny(clippy::missing_trait_methods, reason = "a wrapper that forgets a method hides what the wrapped array can do")]
impl Array for Renamed {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.source.read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer()
    }

    fn scales(&self) -> &[ArrayRef] {
        self.source.scales()
    }

    fn held(&self) -> Option<std::sync::Arc<Block>> {
        self.source.held()
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.source.plan(voxels)
    }
}
