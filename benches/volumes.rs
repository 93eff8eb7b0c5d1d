//! Volumes that are the same in every run.

use array_core::Element;
use array_core::ndarray::Array3;

/// Labels of `side`³ voxels in cells of 12 voxels across, above 2^53.
pub fn cells(side: usize) -> Array3<u64> {
    let cell = |(z, y, x): (usize, usize, usize)| (1 << 53) + hash(z / 12, y / 12, x / 12) % 1000;
    Array3::from_shape_fn((side, side, side), cell)
}

/// Labels of `side`³ voxels as of a segmented tissue: cells with slanted borders around points 20 voxels apart, above 2^53.
pub fn neurites(side: usize) -> Array3<u64> {
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
    Array3::from_shape_fn((side, side, side), label)
}

/// A type of voxel that jobs have.
pub trait Volume: Element + Into<crate::Number> {
    /// Grain for images; 64-bit integers are the labels of a tissue.
    fn volume(side: usize) -> Array3<Self>;
}

/// The volume that a job of this type and side is measured on.
pub fn volume<T: Volume>(side: usize) -> Array3<T> {
    T::volume(side)
}

macro_rules! grain {
    ($($T:ident: $value:expr;)*) => {$(
        impl Volume for $T {
            fn volume(side: usize) -> Array3<Self> {
                let value: fn(u64) -> Self = $value;
                Array3::from_shape_fn((side, side, side), |(z, y, x)| value(hash(z, y, x)))
            }
        }
    )*};
}
grain! {
    u8: |bits| (bits >> 56) as Self;
    u16: |bits| (bits >> 48) as Self;
    f32: |bits| (bits >> 40) as Self / 65536.0;
}

impl Volume for u64 {
    fn volume(side: usize) -> Array3<Self> {
        neurites(side)
    }
}

fn hash(z: usize, y: usize, x: usize) -> u64 {
    let word =
        (z as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (y as u64).wrapping_mul(0xbf58_476d_1ce4_e5b9) ^ x as u64;
    let word = (word ^ (word >> 31)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 29)
}
