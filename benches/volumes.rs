//! Volumes that are the same in every run.

use array_core::ndarray::{Array3, ArrayD};

/// A noisy image of `side`³ voxels.
pub fn image(side: usize) -> ArrayD<u8> {
    Array3::from_shape_fn((side, side, side), |(z, y, x)| (hash(z, y, x) >> 56) as u8).into_dyn()
}

/// Labels of `side`³ voxels in cells of 12 voxels across, above 2^53.
pub fn labels(side: usize) -> ArrayD<u64> {
    let cell = |(z, y, x): (usize, usize, usize)| (1 << 53) + hash(z / 12, y / 12, x / 12) % 1000;
    Array3::from_shape_fn((side, side, side), cell).into_dyn()
}

/// Labels of `side`³ voxels as of a segmented tissue: cells with slanted borders around points 20 voxels apart, above 2^53.
pub fn neurites(side: usize) -> ArrayD<u64> {
    const SPACING: usize = 20;
    let centre = |cell: [usize; 3]| {
        let shift = hash(cell[0], cell[1], cell[2]);
        [0, 1, 2].map(|axis| (cell[axis] * SPACING) as i64 + (shift >> (16 * axis)) as i64 % SPACING as i64)
    };
    let label = |(z, y, x): (usize, usize, usize)| {
        let near = |at: usize| at / SPACING..at / SPACING + 3;
        let cells = near(z).flat_map(|z| near(y).flat_map(move |y| near(x).map(move |x| [z, y, x])));
        let distance = |cell: &[usize; 3]| {
            let voxel = [z, y, x].map(|at| (at + SPACING) as i64);
            (0..3).map(|axis| (centre(*cell)[axis] - voxel[axis]).pow(2)).sum::<i64>()
        };
        let [z, y, x] = cells.min_by_key(distance).unwrap_or_default();
        (1 << 53) + hash(z, y, x) % 100_000
    };
    Array3::from_shape_fn((side, side, side), label).into_dyn()
}

fn hash(z: usize, y: usize, x: usize) -> u64 {
    let word =
        (z as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (y as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ x as u64;
    let word = (word ^ (word >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 29)
}
