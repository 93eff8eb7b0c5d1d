//! Arrays to be served, and such that misbehave.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use ng_serve::array_core::ndarray::Array3;
use ng_serve::array_core::{
    Array, ArrayMeta, ArrayRef, BlockMut, Element, Error, Kind, Length, MemoryArray, ReadContext, Result, VoxelBox,
};
use ng_serve::{Running, ServeOptions, serve};

/// Neighbours differ, and so do planes.
pub(crate) fn image(shape: (usize, usize, usize)) -> MemoryArray {
    let voxels = Array3::from_shape_fn(shape, |(z, y, x)| (7 * z + 3 * y + x + z * y) as u8);
    MemoryArray::new("em", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).expect("an image")
}

pub(crate) fn labels<T: Element>(
    shape: (usize, usize, usize),
    label: impl Fn(usize, usize, usize) -> T,
) -> MemoryArray {
    let voxels = Array3::from_shape_fn(shape, |(z, y, x)| label(z, y, x));
    let array = MemoryArray::new("cells", voxels.into_dyn(), [8, 8, 8], [Length::ZERO; 3]).expect("labels");
    array.with_kind(Kind::Labels)
}

pub(crate) fn start(arrays: Vec<(&str, ArrayRef)>, options: &ServeOptions) -> Running {
    let arrays = arrays.into_iter().map(|(name, array)| (name.to_owned(), array)).collect();
    serve(arrays, options).expect("a server")
}

pub(crate) fn one(array: impl Array + 'static, options: &ServeOptions) -> Running {
    start(vec![("a", Arc::new(array))], options)
}

/// An array with coarser scales of its own.
#[derive(Debug)]
pub(crate) struct Scaled {
    pub(crate) finest: MemoryArray,
    pub(crate) scales: Vec<ArrayRef>,
}

impl Array for Scaled {
    fn meta(&self) -> &ArrayMeta {
        self.finest.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.finest.read_voxels(voxels, out, cx)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }
}

/// An array whose reads can fail, panic and wait.
#[derive(Debug)]
pub(crate) struct Moody {
    pub(crate) array: MemoryArray,
    pub(crate) fails: AtomicBool,
    pub(crate) panics: AtomicBool,
    closed: Mutex<bool>,
    opened: Condvar,
    pub(crate) reads: AtomicU64,
    pub(crate) cancelled: AtomicU64,
}

#[derive(Debug, thiserror::Error)]
#[error("the store of voxels is on fire")]
struct OnFire;

impl Moody {
    pub(crate) fn new(array: MemoryArray) -> Arc<Self> {
        Arc::new(Self {
            array,
            fails: AtomicBool::default(),
            panics: AtomicBool::default(),
            closed: Mutex::default(),
            opened: Condvar::default(),
            reads: AtomicU64::default(),
            cancelled: AtomicU64::default(),
        })
    }

    /// Reads wait from now on.
    pub(crate) fn close(&self) {
        *self.closed.lock().expect("no panic") = true;
    }

    pub(crate) fn open(&self) {
        *self.closed.lock().expect("no panic") = false;
        self.opened.notify_all();
    }

    fn wait(&self, cx: &ReadContext) -> Result<()> {
        let mut closed = self.closed.lock().expect("no panic");
        while *closed {
            closed = self.opened.wait_timeout(closed, Duration::from_millis(5)).expect("no panic").0;
            if let Err(error) = cx.check() {
                self.cancelled.fetch_add(1, Ordering::SeqCst);
                return Err(error);
            }
        }
        Ok(())
    }
}

impl Array for Moody {
    fn meta(&self) -> &ArrayMeta {
        self.array.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.wait(cx)?;
        assert!(!self.panics.load(Ordering::SeqCst), "this source has a bug");
        if self.fails.load(Ordering::SeqCst) {
            return Err(Error::source_error(OnFire));
        }
        self.array.read_voxels(voxels, out, cx)
    }
}

/// Waits until something has come to be.
pub(crate) fn until(what: &str, is: impl Fn() -> bool) {
    for _ in 0..2000 {
        if is() {
            return;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("{what} has not come to be");
}
