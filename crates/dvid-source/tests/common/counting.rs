//! An allocator that counts: what is in use in the whole process, and what the thread that asks has in use.

#![allow(
    unsafe_code,
    reason = "a counting allocator can only be written as an unsafe impl; it forwards to the system's"
)]
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::atomic::{AtomicUsize, Ordering};

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    // What a thread frees may have been another's, so the balance can be below zero.
    static HERE: Cell<isize> = const { Cell::new(0) };
    static PEAK_HERE: Cell<isize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system allocator with its arguments unchanged.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let now = NOW.fetch_add(layout.size(), Ordering::Relaxed) + layout.size();
        PEAK.fetch_max(now, Ordering::Relaxed);
        let here = HERE.get() + layout.size() as isize;
        HERE.set(here);
        PEAK_HERE.set(PEAK_HERE.get().max(here));
        // SAFETY: the caller's promises are those that the system allocator asks for.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::dealloc`.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Ordering::Relaxed);
        HERE.set(HERE.get() - layout.size() as isize);
        // SAFETY: the pointer came from `alloc`, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Runs `work` and says how many bytes were in use at most, beyond what was before: of all threads.
pub(crate) fn peak_of_all<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = NOW.load(Ordering::SeqCst);
    PEAK.store(before, Ordering::SeqCst);
    let result = work();
    (result, PEAK.load(Ordering::SeqCst).saturating_sub(before))
}

/// As [`peak_of_all`], of this thread alone.
pub(crate) fn peak_here<R>(work: impl FnOnce() -> R) -> (R, usize) {
    let before = HERE.get();
    PEAK_HERE.set(before);
    let result = work();
    (result, (PEAK_HERE.get() - before).max(0) as usize)
}
