//! From the number of a block to its index.

use crate::{Coordinate, MAX_DIMS, VoxelBox};

/// The index of the given number with the last axis fastest. There are more indices than `number`.
pub(super) fn row_major(indices: &VoxelBox, number: u64) -> Coordinate {
    let (mut index, mut rest) = ([0; MAX_DIMS], number);
    for (axis, range) in indices.ranges().enumerate().rev() {
        let count = (range.end - range.start) as u64;
        index[axis] = range.start + (rest % count) as i64;
        rest /= count;
    }
    Coordinate::from_fn(indices.dims(), |axis| index[axis])
}

/// The index of the given number on the Z-order curve. There are more indices than `number`.
///
/// The curve goes down a tree: on each level, that is for each bit from the highest on, it takes the lower half of the
/// first axis before the upper one, and within each the same for the next axis. How many indices a half has is known,
/// so one way down the tree finds the number. Levels on which no axis has two halves are skipped.
pub(super) fn morton(indices: &VoxelBox, number: u64) -> Coordinate {
    let dims = indices.dims();
    // With the sign bit turned, the order of the bit patterns is that of the numbers.
    let (mut first, mut last) = ([0_u64; MAX_DIMS], [0_u64; MAX_DIMS]);
    let mut count = 1;
    for (axis, range) in indices.ranges().enumerate() {
        (first[axis], last[axis]) = (turned(range.start), turned(range.end - 1));
        count *= last[axis] - first[axis] + 1;
    }
    let mut rest = number;
    loop {
        let differing = first.iter().zip(&last).fold(0, |bits, (first, last)| bits | (first ^ last));
        if differing == 0 {
            return Coordinate::from_fn(dims, |axis| turned(first[axis] as i64) as i64);
        }
        let level = 1 << differing.ilog2();
        for axis in 0..dims {
            if (first[axis] ^ last[axis]) & level == 0 {
                continue;
            }
            // The higher bits agree, so this is where the upper half begins.
            let middle = last[axis] & !(level - 1);
            let across = count / (last[axis] - first[axis] + 1);
            let below = (middle - first[axis]) * across;
            if rest < below {
                last[axis] = middle - 1;
                count = below;
            } else {
                first[axis] = middle;
                rest -= below;
                count -= below;
            }
        }
    }
}

fn turned(number: i64) -> u64 {
    number as u64 ^ (1 << 63)
}
