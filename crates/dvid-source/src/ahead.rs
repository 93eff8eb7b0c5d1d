//! A list of regions, read ahead of whoever works on them.

use std::collections::HashMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use array_core::{ArrayExt, ArrayRef, Block, ReadContext, Result, VoxelBox};

/// The most threads that read for one list.
const MAX_THREADS: usize = 8;

/// Reads a list of boxes in order, a few ahead of the caller: an iterator over the box and its block, or the error that
/// reading it gave.
///
/// Made by [`read_ahead`]. However slow the caller is, no more than `ahead` blocks are being read or wait to be taken.
/// Dropping it starts no further read and waits for those under way; cancel the context to end these, too.
#[derive(Debug)]
pub struct ReadAhead {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    array: ArrayRef,
    boxes: Vec<VoxelBox>,
    ahead: usize,
    cx: ReadContext,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Debug, Default)]
struct State {
    /// The first box that nobody reads yet.
    begun: usize,
    /// The first box that the caller has not got yet.
    given: usize,
    ready: HashMap<usize, Result<Block>>,
    is_stopped: bool,
    /// A thread panicked, and the box that it read will never come.
    is_lost: bool,
}

/// Reads boxes of any array (voxel indices of its grid) with up to `ahead` of them, at least one, read before they are
/// asked for.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{MemoryArray, ReadContext, VoxelBox, ndarray::Array3};
/// use dvid_source::read_ahead;
///
/// let array = MemoryArray::new("em", Array3::<u8>::ones((8, 8, 64)).into_dyn(), [8, 8, 8], [0, 0, 0])?;
/// let boxes = (0..8).map(|x| VoxelBox::new([0, 0, 8 * x], [8, 8, 8])).collect::<Result<Vec<_>, _>>()?;
/// for (voxels, block) in read_ahead(Arc::new(array), boxes, 2, &ReadContext::default()) {
///     assert_eq!(block?.shape(), [8, 8, 8], "{voxels}");
/// }
/// # Ok::<(), array_core::Error>(())
/// ```
pub fn read_ahead(
    array: ArrayRef,
    boxes: impl IntoIterator<Item = VoxelBox>,
    ahead: usize,
    cx: &ReadContext,
) -> ReadAhead {
    let (boxes, ahead) = (boxes.into_iter().collect::<Vec<_>>(), ahead.max(1));
    let count = ahead.min(MAX_THREADS).min(boxes.len());
    let (state, changed) = (Mutex::default(), Condvar::new());
    let shared = Arc::new(Shared { array, boxes, ahead, cx: cx.clone(), state, changed });
    let worker = |_| {
        let shared = Arc::clone(&shared);
        std::thread::spawn(move || shared.work())
    };
    let threads = (0..count).map(worker).collect();
    ReadAhead { shared, threads }
}

impl Shared {
    fn work(&self) {
        let _witness = Witness(self);
        while let Some(at) = self.next_to_read() {
            let block = self.array.read_box(&self.boxes[at], &self.cx);
            self.lock().ready.insert(at, block);
            self.changed.notify_all();
        }
    }

    /// Waits until another box may be read; `None` when there is none.
    fn next_to_read(&self) -> Option<usize> {
        let mut state = self.lock();
        loop {
            if state.is_stopped || state.begun == self.boxes.len() {
                return None;
            }
            if state.begun < state.given + self.ahead {
                state.begun += 1;
                return Some(state.begun - 1);
            }
            state = self.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    // A panic under the lock is impossible but for the allocator's, so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tells those who wait when its thread panics.
struct Witness<'a>(&'a Shared);

impl Drop for Witness<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().is_lost = true;
            self.0.changed.notify_all();
        }
    }
}

impl Iterator for ReadAhead {
    type Item = (VoxelBox, Result<Block>);

    /// # Panics
    /// When reading a block panicked.
    fn next(&mut self) -> Option<Self::Item> {
        let mut state = self.shared.lock();
        let at = state.given;
        let voxels = *self.shared.boxes.get(at)?;
        loop {
            if let Some(block) = state.ready.remove(&at) {
                state.given += 1;
                self.shared.changed.notify_all();
                return Some((voxels, block));
            }
            assert!(!state.is_lost, "a thread that read ahead has panicked");
            state = self.shared.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Drop for ReadAhead {
    fn drop(&mut self) {
        self.shared.lock().is_stopped = true;
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // A panic was told to the caller, or nobody asked.
            let _ = thread.join();
        }
    }
}
