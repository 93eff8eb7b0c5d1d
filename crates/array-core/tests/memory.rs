//! What views promise about memory, measured: beside the result they hold what they say, and they read every voxel once.

#![allow(
    unsafe_code,
    reason = "a counting allocator can only be written as an unsafe impl; it forwards to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisOrder, Beyond, BlockMut, Cast, Channels, Constant, Conversion,
    Crop, DType, Grid, InstanceIds, Intensities, Kind, Length, LogicalOr, MergeInstances, Permute, Provenance,
    ReadContext, Result, Rounding, Select, Sum, SumType, VIEW_MEMORY, VoxelBox,
};

/// Bytes that are allocated now, and the most that ever were.
static HELD: AtomicU64 = AtomicU64::new(0);
static PEAK: AtomicU64 = AtomicU64::new(0);

struct Counting;

// SAFETY: every call goes to the system allocator with its arguments unchanged.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let held = HELD.fetch_add(layout.size() as u64, Ordering::SeqCst) + layout.size() as u64;
        PEAK.fetch_max(held, Ordering::SeqCst);
        // SAFETY: the caller's promises are those that the system allocator asks for.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::dealloc`.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size() as u64, Ordering::SeqCst);
        // SAFETY: the pointer came from `alloc`, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Bytes that metadata, lists of pieces and the like may take.
const SMALL: u64 = 1 << 20;

/// One value everywhere, and how many voxels were asked for.
#[derive(Debug)]
struct Metered {
    constant: Constant,
    voxels: AtomicU64,
}

impl Array for Metered {
    fn meta(&self) -> &ArrayMeta {
        self.constant.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.voxels.fetch_add(voxels.voxels()?, Ordering::SeqCst);
        self.constant.read_voxels(voxels, out, cx)
    }
}

/// 160 MiB in 32 channels.
fn source() -> Arc<Metered> {
    let voxels = VoxelBox::new([-7, 5, 9], [5, 1024, 1024]).unwrap();
    let grid = Grid::with_step(["25", "9.8", "9.8"].map(|nm| nm.parse::<Length>().unwrap())).unwrap();
    let meta = ArrayMeta::new("large", DType::U8, Axes::czyx(), &[32], grid, voxels).unwrap();
    let meta = meta.with_kind(Kind::Image, Provenance::Stated("test".to_owned()));
    Arc::new(Metered { constant: Constant::new(&meta, 3.into(), None).unwrap(), voxels: AtomicU64::new(0) })
}

/// Reads all of a view that holds at most `beside` bytes beside the result.
fn check(what: &str, metered: &Metered, view: &dyn Array, beside: u64) {
    let (held, before) = (HELD.load(Ordering::SeqCst), metered.voxels.load(Ordering::SeqCst));
    PEAK.store(held, Ordering::SeqCst);
    let block = view.data().unwrap();
    let peak = PEAK.load(Ordering::SeqCst) - held;
    let result = block.bytes() as u64;
    assert!(peak <= result + beside + SMALL, "{what}: {peak} bytes at once, {result} of them the result");
    // That the meter measures: all of these hold a piece of the source.
    assert!(peak >= result + VIEW_MEMORY / 2, "{what}: {peak} bytes at once, {result} of them the result");
    let read = metered.voxels.load(Ordering::SeqCst) - before;
    assert_eq!(read, view.meta().voxel_box().voxels().unwrap(), "{what}: voxels that were read");
    let plan = view.plan(view.meta().voxel_box()).unwrap();
    assert!(peak <= plan.peak_bytes + SMALL, "{what}: {peak} bytes at once, the plan was {plan:?}");
}

// One test: the allocator counts for all threads.
#[test]
fn views_hold_what_they_say_and_read_every_voxel_once() {
    let metered = source();
    let source: ArrayRef = metered.clone();
    let alone = || vec![source.clone()];
    check("select", &metered, &Select::new(source.clone(), &Channels::One(7)).unwrap(), VIEW_MEMORY);
    check("logical_or", &metered, &LogicalOr::new("or", alone()).unwrap(), VIEW_MEMORY);
    check("sum", &metered, &Sum::new("sum", alone(), SumType::Widened).unwrap(), VIEW_MEMORY);
    let ids = InstanceIds::Largest(vec![9]);
    check("merge", &metered, &MergeInstances::new("all", alone(), &ids).unwrap(), VIEW_MEMORY);

    // Each view of a stack that computes may hold a piece of its source.
    let cropped: ArrayRef = Arc::new(Crop::new(source.clone(), source.roi(), Rounding::Exact).unwrap());
    let names = ["x", "c", "z", "y"].map(String::from).to_vec();
    let permuted: ArrayRef = Arc::new(Permute::new(cropped, &AxisOrder::Names(names)).unwrap());
    let either: ArrayRef = Arc::new(LogicalOr::new("or", vec![permuted]).unwrap());
    let cast: ArrayRef = Arc::new(Cast::new(either, DType::U16, Conversion::Exact).unwrap());
    let stack = Intensities::new(cast, 0.0, 3.0, Beyond::Keep).unwrap();
    check("stack", &metered, &stack, 3 * VIEW_MEMORY);
}
