//! Loops that are compiled twice: for every CPU, and for those that have AVX2.
//!
//! There is one source for both, and Rust neither contracts nor reorders floating-point operations, so both give the same
//! bits; the second handles eight numbers where the first handles four.
#![allow(unsafe_code, reason = "code for another CPU than the compiler assumes is called when the CPU has been asked")]

/// A loop over slices. Its `run` is `#[inline(always)]`, and so is what it calls: code that is not inlined is not compiled
/// again.
pub(crate) trait Loop {
    type Output;

    fn run(self) -> Self::Output;
}

/// Which of the two compilations runs. The field is private: only a CPU that was asked can be said to have AVX2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Path(Level);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Level {
    Any,
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Path {
    /// The code for every CPU.
    pub(crate) const ANY: Self = Self(Level::Any);

    /// The fastest that this CPU can run. Asked once per call; the answer is cached.
    pub(crate) fn best() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            return Self(Level::Avx2);
        }
        Self::ANY
    }

    #[inline]
    pub(crate) fn run<L: Loop>(self, work: L) -> L::Output {
        match self.0 {
            Level::Any => work.run(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: this level is made where the CPU was found to have AVX2, and nowhere else.
            Level::Avx2 => unsafe { with_avx2(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2<L: Loop>(work: L) -> L::Output {
    work.run()
}
