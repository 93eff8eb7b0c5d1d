//! Label blocks, bit by bit.

/// Decodes a *valid* block straight from the layout; the oracle of the fast decoder.
pub(crate) fn decode(bytes: &[u8]) -> Vec<u64> {
    let u16_at = |at: usize| u16::from_le_bytes(bytes[at..at + 2].try_into().unwrap());
    let u32_at = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let u64_at = |at: usize| u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap());
    let (gx, gy, gz, n) = (u32_at(0), u32_at(4), u32_at(8), u32_at(12));
    let label = |i: usize| u64_at(16 + 8 * i);
    let sub_blocks = gx * gy * gz;
    let mut out = vec![0; 512 * sub_blocks];
    if n == 1 {
        out.fill(label(0));
        return out;
    }
    let counts_at = 16 + 8 * n;
    let mut index_at = counts_at + 2 * sub_blocks;
    let indices: usize = (0..sub_blocks).map(|i| usize::from(u16_at(counts_at + 2 * i))).sum();
    let mut bit = 8 * (index_at + 4 * indices);
    for i in 0..sub_blocks {
        let count = usize::from(u16_at(counts_at + 2 * i));
        let bits = (0..10).find(|b| 1 << b >= count).unwrap();
        for j in 0..512 {
            let mut value = 0;
            for _ in 0..bits {
                value = value << 1 | usize::from(bytes[bit / 8] >> (7 - bit % 8) & 1);
                bit += 1;
            }
            let (x, y, z) = (i % gx * 8 + j % 8, i / gx % gy * 8 + j / 8 % 8, i / gx / gy * 8 + j / 64);
            let voxel = if count == 0 { 0 } else { label(u32_at(index_at + 4 * value)) };
            out[(z * gy * 8 + y) * gx * 8 + x] = voxel;
        }
        index_at += 4 * count;
    }
    out
}
