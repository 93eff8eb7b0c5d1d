//! Volumes behind a block cache: for ever where the version is locked, else as long as nothing changes.

use std::sync::{Arc, Mutex, PoisonError};

use array_core::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, BlockCache, BlockMut, CacheOptions, Cached, ReadContext, ReadPlan, VoxelBox,
};

use super::DvidArray;
use super::mutation::{self, State};
use crate::Result;
use crate::client::Control;

impl DvidArray {
    /// This volume with all its scales, read in whole blocks through a cache that any number of arrays may share. Of
    /// several readers that miss the same block at the same time, one asks the server.
    ///
    /// Blocks of a locked version are valid for ever. Of an open one, each read first asks the server for its mutation
    /// state (a document about the whole repository), and drops all blocks when that has changed.
    ///
    /// # Errors
    /// [`Array`](crate::Error::Array) for blocks that cannot be in memory.
    pub fn cached(&self, cache: &Arc<BlockCache>) -> Result<ArrayRef> {
        let cached = Arc::new(Cached::new(Arc::new(self.clone()), cache, &CacheOptions::default())?);
        if self.node().locked == Some(true) {
            return Ok(cached);
        }
        let guard = Arc::new(Guard { cached: Arc::clone(&cached), array: self.clone(), seen: Mutex::new(None) });
        Ok(fresh(cached, &guard))
    }
}

fn fresh(inner: ArrayRef, guard: &Arc<Guard>) -> ArrayRef {
    let scales = inner.scales().iter().map(|scale| fresh(Arc::clone(scale), guard)).collect();
    Arc::new(Fresh { inner, scales, guard: Arc::clone(guard) })
}

/// Drops what is cached of an open version when it has changed.
#[derive(Debug)]
struct Guard {
    cached: Arc<Cached>,
    array: DvidArray,
    seen: Mutex<Option<State>>,
}

impl Guard {
    fn revalidate(&self, cx: &ReadContext) -> Result<()> {
        // Of a version that was locked since, nothing changes any more.
        if self.lock().as_ref().is_some_and(|state| state.locked) {
            return Ok(());
        }
        let state = mutation::state(&self.array.volume, &Control::new(cx))?;
        let mut seen = self.lock();
        if seen.as_ref() != Some(&state) {
            if seen.is_some() {
                self.cached.invalidate(self.array.meta().voxel_box())?;
            }
            *seen = Some(state);
        }
        Ok(())
    }

    // What is behind the lock is replaced as a whole, so poison means nothing here.
    fn lock(&self) -> std::sync::MutexGuard<'_, Option<State>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An array behind a cache that is revalidated before each read.
#[derive(Debug)]
struct Fresh {
    inner: ArrayRef,
    scales: Vec<ArrayRef>,
    guard: Arc<Guard>,
}

#[deny(clippy::missing_trait_methods, reason = "a wrapper that forgets a method hides what the wrapped array can do")]
impl Array for Fresh {
    fn meta(&self) -> &ArrayMeta {
        self.inner.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        self.guard.revalidate(cx)?;
        self.inner.read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.inner.writer()
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    /// None: what the server holds may have changed.
    fn held(&self) -> Option<Arc<array_core::Block>> {
        None
    }

    fn plan(&self, voxels: &VoxelBox) -> array_core::Result<ReadPlan> {
        let mut plan = self.inner.plan(voxels)?;
        plan.requests += 1;
        Ok(plan)
    }
}
