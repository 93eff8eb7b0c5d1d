//! What a server has done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use array_core::CacheStats;

/// What a server has done since it was started.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServerStats {
    /// Requests of any kind.
    pub requests: u64,
    /// Chunks that were sent.
    pub chunks: u64,
    /// Answers that said that the browser has the newest bytes already.
    pub not_modified: u64,
    /// Requests that were answered by an error of the server or of a source.
    pub failed: u64,
    /// Requests for what there is not, or that made no sense.
    pub refused: u64,
    /// Requests for a chunk that somebody else was waiting for.
    pub joined: u64,
    /// Requests for chunks whose browser went away before the answer.
    pub abandoned: u64,
    /// Bytes of bodies.
    pub bytes: u64,
    /// Time that was spent on reading and encoding chunks, over all threads.
    pub reading: Duration,
    /// The cache of chunks as they are sent.
    pub chunk_cache: CacheStats,
    /// The cache of voxels.
    pub voxel_cache: CacheStats,
}

/// The counters behind it.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) requests: Counter,
    pub(crate) chunks: Counter,
    pub(crate) not_modified: Counter,
    pub(crate) failed: Counter,
    pub(crate) refused: Counter,
    pub(crate) joined: Counter,
    pub(crate) abandoned: Counter,
    pub(crate) bytes: Counter,
    pub(crate) reading_ns: Counter,
}

/// A number that only grows.
#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self, more: u64) {
        self.0.fetch_add(more, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) fn with_caches(&self, chunk_cache: CacheStats, voxel_cache: CacheStats) -> ServerStats {
        ServerStats {
            requests: self.requests.get(),
            chunks: self.chunks.get(),
            not_modified: self.not_modified.get(),
            failed: self.failed.get(),
            refused: self.refused.get(),
            joined: self.joined.get(),
            abandoned: self.abandoned.get(),
            bytes: self.bytes.get(),
            reading: Duration::from_nanos(self.reading_ns.get()),
            chunk_cache,
            voxel_cache,
        }
    }
}
