//! Naive decoders, bit by bit and voxel by voxel, noise for laws, and the means to read golden files.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod golden;
pub(crate) mod naive {
    pub(crate) mod compressed_segmentation;
    pub(crate) mod label_block;
}

/// A small generator for voxels: proptest's own would take a step per voxel, and shrink for hours.
pub(crate) fn noise(seed: u64) -> impl FnMut() -> u64 {
    let mut state = seed | 1;
    move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    }
}

/// The label table of a block.
pub(crate) fn table(bytes: &[u8]) -> Vec<u64> {
    let n = u32::from_le_bytes(bytes[12..16].try_into().unwrap()) as usize;
    bytes[16..16 + 8 * n].as_chunks().0.iter().map(|label| u64::from_le_bytes(*label)).collect()
}
