//! What a read will cost, told without reading.

use serde::Serialize;

/// The cost of a read, computed from metadata alone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ReadPlan {
    /// Requests to a server, or reads of a file.
    pub requests: u64,
    /// Bytes of decoded voxels that the source has to fetch; more than the result where chunks are cut.
    pub bytes_fetched: u64,
    /// Bytes of the result.
    pub bytes_result: u64,
    /// Bytes in memory at the same time, the result included.
    pub peak_bytes: u64,
    /// What the user should know: voxels left out at a rim, a scale chosen.
    pub notes: Vec<String>,
}

impl ReadPlan {
    /// A read that copies from memory.
    pub fn in_memory(bytes_result: u64) -> Self {
        Self { bytes_result, peak_bytes: bytes_result, ..Self::default() }
    }

    /// A read of `requests` requests that together fetch `bytes_fetched`.
    pub fn fetched(requests: u64, bytes_fetched: u64, bytes_result: u64, peak_bytes: u64) -> Self {
        Self { requests, bytes_fetched, bytes_result, peak_bytes, notes: Vec::new() }
    }

    /// How many times more is fetched than returned.
    pub fn amplification(&self) -> f64 {
        if self.bytes_result == 0 { 1.0 } else { self.bytes_fetched as f64 / self.bytes_result as f64 }
    }
}
