//! `compressed_segmentation`, voxel by voxel.

/// The label of one voxel, straight from the description of the format; `None` if it is not in the data.
fn label(
    bytes: &[u8],
    words_per_label: usize,
    shape: [usize; 4],
    block: [usize; 3],
    [c, z, y, x]: [usize; 4],
) -> Option<u64> {
    let word = |at: usize| Some(u32::from_le_bytes(bytes.get(4 * at..4 * at + 4)?.try_into().unwrap()));
    let ([_, _, ny, nx], [bz, by, bx]) = (shape, block);
    let start = word(c)? as usize;
    let number = x / bx + nx.div_ceil(bx) * (y / by + ny.div_ceil(by) * (z / bz));
    let (first, values) = (word(start + 2 * number)?, word(start + 2 * number + 1)? as usize);
    let (table, bits) = (first as usize % (1 << 24), first as usize >> 24);
    let bit = (x % bx + bx * (y % by + by * (z % bz))) * bits;
    let value = match bits {
        0 => 0,
        _ => (u64::from(word(start + values + bit / 32)?) >> (bit % 32)) % (1 << bits),
    };
    let label = start + table + value as usize * words_per_label;
    let high = if words_per_label == 2 { word(label + 1)? } else { 0 };
    Some(u64::from(word(label)?) | u64::from(high) << 32)
}

/// All labels in C order, one by one; `None` if one of them is not in the data.
pub(crate) fn decode(bytes: &[u8], words_per_label: usize, shape: [usize; 4], block: [usize; 3]) -> Option<Vec<u64>> {
    let [channels, nz, ny, nx] = shape;
    (0..channels * nz * ny * nx)
        .map(|i| [i / (nx * ny * nz), i / (nx * ny) % nz, i / nx % ny, i % nx])
        .map(|voxel| label(bytes, words_per_label, shape, block, voxel))
        .collect()
}
