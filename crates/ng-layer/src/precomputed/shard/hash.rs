//! `MurmurHash3`, x86, 128 bits, seed 0, of the 8 little-endian bytes of an id.

const C1: u32 = 0x239b_961b;
const C2: u32 = 0xab0e_9789;
const C3: u32 = 0x38b3_4ae5;

/// The low 64 bits of the hash.
pub(super) fn murmur(id: u64) -> u64 {
    let (k1, k2) = (id as u32, (id >> 32) as u32);
    let length = 8;
    // Eight bytes are less than a block: only the tail is mixed in.
    let mut h = [length; 4];
    h[1] ^= k2.wrapping_mul(C2).rotate_left(16).wrapping_mul(C3);
    h[0] ^= k1.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2);
    let h = spread(spread(h).map(finish));
    u64::from(h[0]) | u64::from(h[1]) << 32
}

fn spread([h1, h2, h3, h4]: [u32; 4]) -> [u32; 4] {
    let h1 = h1.wrapping_add(h2).wrapping_add(h3).wrapping_add(h4);
    [h1, h2.wrapping_add(h1), h3.wrapping_add(h1), h4.wrapping_add(h1)]
}

fn finish(h: u32) -> u32 {
    let h = (h ^ h >> 16).wrapping_mul(0x85eb_ca6b);
    let h = (h ^ h >> 13).wrapping_mul(0xc2b2_ae35);
    h ^ h >> 16
}
