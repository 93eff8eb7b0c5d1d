//! Loops that are compiled three times: for every CPU, for those that have AVX2, and for those that have AVX-512; and what
//! a CPU can be told about memory.
//!
//! There is one source for all, and Rust neither contracts nor reorders floating-point operations, so all give the same
//! bits; AVX2 handles eight 32-bit numbers where the first handles four, AVX-512 sixteen.
#![allow(unsafe_code, reason = "code for another CPU than the compiler assumes is called when the CPU has been asked")]
#![allow(clippy::inline_always, reason = "a hint to the CPU is one instruction in a loop")]

#[cfg(target_arch = "x86_64")]
use std::arch::x86_64::{_MM_HINT_T0, _mm_loadu_si128, _mm_prefetch, _mm_sfence, _mm_stream_si128};

use crate::value::Value;

/// A loop over slices. Its `run` is `#[inline(always)]`, and so is what it calls: code that is not inlined is not compiled
/// again.
pub(crate) trait Loop {
    type Output;

    fn run(self) -> Self::Output;
}

/// Which of the compilations runs. The field is private: only a CPU that was asked can be said to have more than any has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Any,
    #[cfg(target_arch = "x86_64")]
    Avx2,
    #[cfg(target_arch = "x86_64")]
    Avx512,
}

impl Path {
    /// The code for every CPU.
    pub(crate) const ANY: Self = Self(Level::Any);

    /// The fastest that this CPU can run. Asked once per call; the answer is cached.
    pub(crate) fn best() -> Self {
        Self::avx512().or_else(Self::avx2).unwrap_or(Self::ANY)
    }

    /// All that this CPU can run.
    #[cfg(test)]
    pub(crate) fn all() -> Vec<Self> {
        [Some(Self::ANY), Self::avx2(), Self::avx512()].into_iter().flatten().collect()
    }

    #[cfg(target_arch = "x86_64")]
    fn avx2() -> Option<Self> {
        std::arch::is_x86_feature_detected!("avx2").then_some(Self(Level::Avx2))
    }

    /// Only where it comes with VBMI2: older CPUs slow down for it.
    #[cfg(target_arch = "x86_64")]
    fn avx512() -> Option<Self> {
        let has_all = std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512bw")
            && std::arch::is_x86_feature_detected!("avx512dq")
            && std::arch::is_x86_feature_detected!("avx512vl")
            && std::arch::is_x86_feature_detected!("avx512vbmi2");
        has_all.then_some(Self(Level::Avx512))
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn avx2() -> Option<Self> {
        None
    }

    #[cfg(not(target_arch = "x86_64"))]
    fn avx512() -> Option<Self> {
        None
    }

    #[inline]
    pub(crate) fn run<L: Loop>(self, work: L) -> L::Output {
        match self.0 {
            Level::Any => work.run(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made where the CPU was found to have AVX2, and nowhere else.
            Level::Avx2 => unsafe { with_avx2(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made where the CPU was found to have all of these, and nowhere else.
            Level::Avx512 => unsafe { with_avx512(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<L: Loop>(work: L) -> L::Output {
    work.run()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512bw,avx512dq,avx512vl,avx512vbmi2")]
fn with_avx512<L: Loop>(work: L) -> L::Output {
    work.run()
}

const CACHE_LINE: usize = 64;

/// Asks for values that will be read soon. The CPU finds out by itself where a row goes on, but not which row is next, and
/// waits less when it has more to wait for.
#[inline(always)]
pub(crate) fn fetch_early<T>(values: &[T]) {
    for line in values.chunks(CACHE_LINE / size_of::<T>()) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: a hint; it reads nothing that the program could see, and every x86-64 CPU has it.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(line.as_ptr().cast());
        };
        #[cfg(not(target_arch = "x86_64"))]
        let _ = line;
    }
}

/// Copies rows to where they are not read soon, past the caches: lines of the destination are not read first, and what is
/// in the caches stays there.
pub(crate) struct PastCaches(());

impl PastCaches {
    pub(crate) fn new() -> Self {
        Self(())
    }

    /// Copies a row to one of the same length. The method needs the value: dropping it makes what was copied visible to all
    /// threads that the caller talks to afterwards.
    #[allow(clippy::unused_self, reason = "the copies are seen everywhere once the value is dropped")]
    pub(crate) fn copy<T: Value>(&self, from: &[T], to: &mut [T]) {
        assert_eq!(from.len(), to.len(), "rows of one length");
        let lead = to.as_ptr().align_offset(CACHE_LINE).min(to.len());
        let (from_lead, from) = from.split_at(lead);
        let (to_lead, to) = to.split_at_mut(lead);
        to_lead.copy_from_slice(from_lead);
        let per_line = CACHE_LINE / size_of::<T>();
        let whole = to.len() / per_line * per_line;
        let (lines, rest) = to.split_at_mut(whole);
        copy_lines(&from[..whole], lines);
        rest.copy_from_slice(&from[whole..]);
    }
}

/// The destination is made of cache lines.
#[cfg(target_arch = "x86_64")]
fn copy_lines<T: Value>(from: &[T], to: &mut [T]) {
    let (parts, last) = (size_of_val(from) / 16, size_of_val(to) / 16);
    for part in 0..parts.min(last) {
        // SAFETY: both slices have this 16th of so many bytes, which have no padding; the destination begins at a multiple of
        // 64. Every x86-64 CPU has both instructions.
        unsafe {
            let value = _mm_loadu_si128(from.as_ptr().cast::<std::arch::x86_64::__m128i>().add(part));
            _mm_stream_si128(to.as_mut_ptr().cast::<std::arch::x86_64::__m128i>().add(part), value);
        }
    }
}

#[cfg(not(target_arch = "x86_64"))]
fn copy_lines<T: Value>(from: &[T], to: &mut [T]) {
    to.copy_from_slice(from);
}

impl Drop for PastCaches {
    fn drop(&mut self) {
        #[cfg(target_arch = "x86_64")]
        // SAFETY: every x86-64 CPU has it.
        unsafe {
            _mm_sfence();
        };
    }
}
