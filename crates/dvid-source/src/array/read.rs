//! Fetching a box with a few threads in bounded memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use array_core::{ArrayMeta, BlockMut, Element, ReadContext, ReadPlan, VoxelBox, block_bytes};
use ndarray::{ArrayViewMut3, Ix3};

use super::chunks::Chunks;
use super::{Route, Volume, image, labels};
use crate::client::Control;
use crate::{Error, Result};

/// A part of a read: its voxels and where they go.
type Task<'a, T> = (VoxelBox, ArrayViewMut3<'a, T>);

pub(super) fn read(volume: &Volume, scale: u8, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
    match volume.route {
        Route::Image => run(volume, voxels, out, cx, |voxels, out, control| image::fetch(volume, voxels, out, control)),
        Route::LabelBlocks => run(volume, voxels, out, cx, |voxels, out, control| {
            labels::fetch_blocks(volume, scale, voxels, out, control)
        }),
        Route::LabelRaw => {
            run(volume, voxels, out, cx, |voxels, out, control| labels::fetch_raw(volume, scale, voxels, out, control))
        }
    }
}

pub(super) fn plan(volume: &Volume, meta: &ArrayMeta, voxels: &VoxelBox) -> Result<ReadPlan> {
    let result = block_bytes(meta.dtype(), &meta.block_shape(voxels)?)? as u64;
    let chunks = Chunks::new(voxels, volume.block, volume.chunk_voxels);
    let threads = chunks.len().min(volume.client.budget().requests()) as u64;
    let (fetched, per_thread) = match volume.route {
        Route::Image => (result, image::STAGE as u64),
        Route::LabelBlocks => (chunks.covered_voxels().saturating_mul(8), labels::block_memory(volume.block)?),
        Route::LabelRaw => (result, labels::raw_memory(chunks.largest())),
    };
    let peak = result.saturating_add(per_thread.saturating_mul(threads));
    Ok(ReadPlan::fetched(chunks.len() as u64, fetched, result, peak))
}

/// Splits the read and fetches its parts by threads of its own, never those of a pool that others compute on.
fn run<T: Element>(
    volume: &Volume,
    voxels: &VoxelBox,
    out: BlockMut<'_>,
    cx: &ReadContext,
    fetch: impl Fn(&VoxelBox, ArrayViewMut3<'_, T>, &Control<'_>) -> Result<()> + Sync,
) -> Result<()> {
    let out = out
        .into_view::<T>()?
        .into_dimensionality::<Ix3>()
        .map_err(|_| Error::BadBox { voxels: voxels.to_string(), rule: "the output has to have the axes z, y, x" })?;
    let tasks = Chunks::new(voxels, volume.block, volume.chunk_voxels).split(out)?;
    let (threads, control) = (tasks.len().min(volume.client.budget().requests()), Control::new(cx));
    if threads == 1 {
        return tasks.into_iter().try_for_each(|(voxels, out)| fetch(&voxels, out, &control));
    }
    let stop = AtomicBool::new(false);
    let queue = Queue { tasks: Mutex::new(tasks.into_iter()), failure: Mutex::new(None), stop: &stop };
    let control = control.with_stop(&stop);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| queue.work(&control, &fetch));
        }
    });
    queue.failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// What the threads of a read share.
struct Queue<'a, T> {
    tasks: Mutex<std::vec::IntoIter<Task<'a, T>>>,
    /// The first failure; those that follow from stopping the others are not kept.
    failure: Mutex<Option<Error>>,
    stop: &'a AtomicBool,
}

impl<T> Queue<'_, T> {
    fn work(&self, control: &Control<'_>, fetch: impl Fn(&VoxelBox, ArrayViewMut3<'_, T>, &Control<'_>) -> Result<()>) {
        while let Some((voxels, out)) = self.next() {
            let Err(error) = control.check().and_then(|()| fetch(&voxels, out, control)) else { continue };
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
            return;
        }
    }

    fn next(&self) -> Option<Task<'_, T>> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}
