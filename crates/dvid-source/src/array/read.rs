//! Fetching a box with a few threads in bounded memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use array_core::{ArrayMeta, BlockMut, DType, Element, ReadContext, ReadPlan, VoxelBox, block_bytes};
use ndarray::{ArrayViewMut4, ArrayViewMutD, Axis, Ix4};

use super::chunks::Chunks;
use super::image::Voxel;
use super::volume::{Route, Volume};
use super::{blocks, body, image, labels};
use crate::client::Control;
use crate::{Error, Result};

/// A part of a read: its voxels and where they go, channels first.
type Task<'a, T> = (VoxelBox, ArrayViewMut4<'a, T>);

pub(super) fn read(volume: &Volume, scale: u8, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
    let scale = volume.own_scale(scale);
    match out {
        BlockMut::U8(out) => read_image(volume, voxels, out, cx),
        BlockMut::U16(out) => read_image(volume, voxels, out, cx),
        BlockMut::U32(out) => read_image(volume, voxels, out, cx),
        BlockMut::F32(out) => read_image(volume, voxels, out, cx),
        BlockMut::U64(out) => match volume.route {
            Route::LabelBlocks | Route::LabelRaw(_) => {
                run(volume, voxels, out, cx, |voxels, out, control| labels::fetch(volume, scale, voxels, out, control))
            }
            _ => read_image(volume, voxels, out, cx),
        },
        BlockMut::Bool(out) => read_mask(volume, scale, voxels, out, cx),
        other => Err(not_of_type(volume, other.dtype())),
    }
}

fn read_image<T: Voxel>(volume: &Volume, voxels: &VoxelBox, out: ArrayViewMutD<'_, T>, cx: &ReadContext) -> Result<()> {
    match volume.route {
        _ if volume.voxels.dtype != T::DTYPE => Err(not_of_type(volume, T::DTYPE)),
        Route::Raw => run(volume, voxels, out, cx, |voxels, out, control| image::fetch(volume, voxels, out, control)),
        _ => run(volume, voxels, out, cx, |voxels, out, control| blocks::fetch(volume, voxels, out, control)),
    }
}

fn read_mask(
    volume: &Volume,
    scale: u8,
    voxels: &VoxelBox,
    mut out: ArrayViewMutD<'_, bool>,
    cx: &ReadContext,
) -> Result<()> {
    match &volume.route {
        Route::Region(region) => {
            out.fill(false);
            let mut out = channels_first(out, voxels)?;
            let mut out = out.index_axis_mut(Axis(0), 0);
            region.within(voxels).try_for_each(|part| body::mark(&part, voxels, &mut out))
        }
        Route::Body(body) => run(volume, voxels, out, cx, |voxels, mut out, control| {
            body.fetch(volume, scale, voxels, out.index_axis_mut(Axis(0), 0), control)
        }),
        _ => Err(not_of_type(volume, DType::Bool)),
    }
}

fn not_of_type(volume: &Volume, asked: DType) -> Error {
    Error::Array(array_core::Error::DTypeMismatch { asked, found: volume.voxels.dtype })
}

/// The requests of a read.
fn chunks(volume: &Volume, voxels: &VoxelBox) -> Chunks {
    match volume.route {
        // Old servers mix up the frames of such volumes if there are several.
        Route::Blocks => Chunks::new(voxels, volume.block, 1),
        // One request costs the server the whole body, whatever the box.
        Route::Body(_) | Route::Region(_) => Chunks::new(voxels, volume.block, i64::MAX),
        _ => Chunks::new(voxels, volume.block, volume.chunk_voxels),
    }
}

pub(super) fn plan(volume: &Volume, meta: &ArrayMeta, voxels: &VoxelBox) -> Result<ReadPlan> {
    let result = block_bytes(meta.dtype(), &meta.block_shape(voxels)?)? as u64;
    let chunks = chunks(volume, voxels);
    let threads = chunks.len().min(volume.client.budget().requests()) as u64;
    let covered = || chunks.covered_voxels().saturating_mul(volume.voxel_bytes());
    let (fetched, per_thread) = match volume.route {
        Route::Region(_) => return Ok(ReadPlan::in_memory(result)),
        Route::Body(_) => (result, 0),
        Route::Raw => (result, image::STAGE as u64),
        Route::Blocks | Route::Stored(_) => (covered(), blocks::memory(volume)),
        Route::LabelBlocks => (covered(), labels::block_memory(volume.block)?),
        Route::LabelRaw(payload) => (result, labels::raw_memory(payload, chunks.largest())),
    };
    let peak = result.saturating_add(per_thread.saturating_mul(threads));
    let watching = if volume.is_watched { 2 } else { 0 };
    let mut plan = ReadPlan::fetched(chunks.len() as u64 + watching, fetched, result, peak);
    if volume.route == Route::Blocks && volume.seen.is_open(volume.as_stored) {
        plan.notes.push("until a block has come, each that is left out is asked for twice, in two forms".to_owned());
    }
    Ok(plan)
}

/// The output with a channel axis in front, also where the array has none.
fn channels_first<'a, T>(out: ArrayViewMutD<'a, T>, voxels: &VoxelBox) -> Result<ArrayViewMut4<'a, T>> {
    let out = if out.ndim() == 3 { out.insert_axis(Axis(0)) } else { out };
    out.into_dimensionality::<Ix4>()
        .map_err(|_| Error::BadBox { voxels: voxels.to_string(), rule: "the output has to have the axes z, y, x" })
}

/// Splits the read and fetches its parts.
fn run<T: Element>(
    volume: &Volume,
    voxels: &VoxelBox,
    out: ArrayViewMutD<'_, T>,
    cx: &ReadContext,
    fetch: impl Fn(&VoxelBox, ArrayViewMut4<'_, T>, &Control<'_>) -> Result<()> + Sync,
) -> Result<()> {
    let tasks = chunks(volume, voxels).split(channels_first(out, voxels)?)?;
    in_parallel(volume, tasks, cx, |(voxels, out): Task<'_, T>, control| fetch(&voxels, out, control))
}

/// Works on the parts of a read by threads of its own, never those of a pool that others compute on.
pub(super) fn in_parallel<T: Send>(
    volume: &Volume,
    tasks: Vec<T>,
    cx: &ReadContext,
    work: impl Fn(T, &Control<'_>) -> Result<()> + Sync,
) -> Result<()> {
    let (threads, control) = (tasks.len().min(volume.client.budget().requests()), Control::new(cx));
    if threads <= 1 {
        return tasks.into_iter().try_for_each(|task| work(task, &control));
    }
    let stop = AtomicBool::new(false);
    let queue = Queue { tasks: Mutex::new(tasks.into_iter()), failure: Mutex::new(None), stop: &stop };
    let control = control.with_stop(&stop);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| queue.work(&control, &work));
        }
    });
    queue.failure.into_inner().unwrap_or_else(PoisonError::into_inner).map_or(Ok(()), Err)
}

/// What the threads of a read share.
struct Queue<'a, T> {
    tasks: Mutex<std::vec::IntoIter<T>>,
    /// The first failure; those that follow from stopping the others are not kept.
    failure: Mutex<Option<Error>>,
    stop: &'a AtomicBool,
}

impl<T> Queue<'_, T> {
    fn work(&self, control: &Control<'_>, work: impl Fn(T, &Control<'_>) -> Result<()>) {
        while let Some(task) = self.next() {
            let Err(error) = control.check().and_then(|()| work(task, control)) else { continue };
            let mut failure = self.failure.lock().unwrap_or_else(PoisonError::into_inner);
            failure.get_or_insert(error);
            self.stop.store(true, Ordering::Relaxed);
            return;
        }
    }

    fn next(&self) -> Option<T> {
        self.tasks.lock().unwrap_or_else(PoisonError::into_inner).next()
    }
}
