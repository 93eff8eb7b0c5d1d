//! A wrapper that counts, and what must not cause a transfer.

use std::sync::atomic::{AtomicU64, Ordering};

use coord_roi::{Coordinate, Roi, VoxelBox};

use super::sample::beyond;
use super::{Checked, ensure, works};
use crate::{
    Array, ArrayExt, ArrayMeta, ArrayRef, ArrayWrite, Block, BlockMut, Outside, ReadContext, ReadOptions, ReadPlan,
    Result,
};

/// An array that counts the reads of its source.
#[derive(Debug)]
pub struct Counted {
    source: ArrayRef,
    reads: AtomicU64,
}

impl Counted {
    /// Wraps an array.
    pub fn new(source: ArrayRef) -> Self {
        Self { source, reads: AtomicU64::new(0) }
    }

    /// How often voxels were asked for.
    pub fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }
}

#[deny(clippy::missing_trait_methods, reason = "a wrapper that forgets a method hides what the wrapped array can do")]
impl Array for Counted {
    fn meta(&self) -> &ArrayMeta {
        self.source.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.source.read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer()
    }

    fn scales(&self) -> &[ArrayRef] {
        self.source.scales()
    }

    /// None: whoever computes on voxels that were not asked for would not be counted.
    fn held(&self) -> Option<std::sync::Arc<Block>> {
        None
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.source.plan(voxels)
    }
}

/// A8, A11: refused and empty requests reach no source. `make` builds the array to be checked, a source or a view, on top of
/// the array that it is given.
///
/// # Errors
/// The first request that transfers something, or an error of the array.
pub fn check_transfers(source: ArrayRef, make: impl FnOnce(ArrayRef) -> Result<ArrayRef>) -> Checked {
    let counted = std::sync::Arc::new(Counted::new(source));
    let array = works(make(counted.clone()), "A8", "making the array")?;
    let none = |invariant, what: &dyn std::fmt::Display| {
        ensure(counted.reads() == 0, invariant, || format!("{what} read the source {} times", counted.reads()))
    };
    none("A8", &"making the array")?;

    if array.dims() == 0 {
        // No region of such an array is empty or outside.
        return Ok(());
    }
    let roi = array.roi();
    let beyond = works(beyond(array.meta()).and_then(|voxels| Ok(array.meta().grid().to_world(&voxels)?)), "A8", roi)?;
    ensure(array.read_block(beyond).is_err(), "A8", || format!("{beyond} lies outside {roi} and was read"))?;
    none("A8", &format_args!("the refused region {beyond}"))?;
    for outside in [Outside::Fill(0.into()), Outside::Clip] {
        works(array.read_with(beyond, &ReadOptions::default().with_outside(outside)), "A8", beyond)?;
        none("A8", &format_args!("{beyond} under {outside:?}"))?;
    }

    let begin = works(roi.begin().map_err(Into::into), "A11", roi)?;
    let nothing = works(Coordinate::filled(roi.dims(), coord_roi::Length::ZERO).map_err(Into::into), "A11", roi)?;
    let empty = works(Roi::new(begin, nothing).map_err(Into::into), "A11", roi)?;
    let block = works(array.read_block(empty), "A11", "an empty region")?;
    ensure(block.is_empty(), "A11", || format!("an empty region gave shape {:?}", block.shape()))?;
    none("A11", &"an empty region")?;

    works(array.plan(array.meta().voxel_box()), "A8", "plan")?;
    none("A8", &"plan")
}
