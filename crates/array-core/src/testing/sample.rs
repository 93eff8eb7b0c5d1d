//! Which regions are tried: small, and the same in every run.

use coord_roi::{Coordinate, VoxelBox};

use crate::{ArrayMeta, Result};

/// The most voxels per axis that one window has.
const MOST: i64 = 24;

/// A small generator (`SplitMix64`), so that a failure repeats.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// One for each window.
    pub(super) fn of(window: &VoxelBox) -> Self {
        Self(window.begin().iter().fold(7, |seed: u64, entry| seed.wrapping_mul(31).wrapping_add(entry.unsigned_abs())))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    /// A number in `0..=most`.
    pub(super) fn up_to(&mut self, most: i64) -> i64 {
        (self.next() % (most.unsigned_abs() + 1)) as i64
    }

    /// A position in a list of so many entries, of which there is at least one.
    pub(super) fn below(&mut self, entries: usize) -> usize {
        (self.next() % entries.max(1) as u64) as usize
    }

    /// Seldom or often.
    pub(super) fn one_in(&mut self, times: u64) -> bool {
        self.next().is_multiple_of(times)
    }

    /// An order of `rank` axes.
    pub(super) fn order(&mut self, rank: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..rank).collect();
        self.shuffle(&mut order);
        order
    }

    fn shuffle<T>(&mut self, entries: &mut [T]) {
        for left in (1..entries.len()).rev() {
            entries.swap(left, self.below(left + 1));
        }
    }

    /// A box inside `whole`, not empty (`whole` is not).
    pub(super) fn part(&mut self, whole: &VoxelBox) -> VoxelBox {
        let mut begin = whole.begin();
        let mut shape = whole.shape();
        for axis in 0..whole.dims() {
            let extent = whole.shape()[axis];
            let size = 1 + self.up_to(extent - 1);
            begin = with(begin, axis, whole.begin()[axis] + self.up_to(extent - size));
            shape = with(shape, axis, size);
        }
        VoxelBox::new(begin, shape).unwrap_or(*whole)
    }
}

/// A coordinate with one entry replaced.
pub(super) fn with(coordinate: Coordinate, axis: usize, value: i64) -> Coordinate {
    let mut entries: Vec<i64> = coordinate.to_vec();
    entries[axis] = value;
    Coordinate::try_from(&entries[..]).unwrap_or(coordinate)
}

/// Small windows at the lower and the upper end of a box; none where the box is empty.
pub(super) fn windows(all: &VoxelBox) -> Vec<VoxelBox> {
    if all.is_empty() {
        return Vec::new();
    }
    let shape = all.shape().map(|extent| extent.min(MOST));
    let low = VoxelBox::new(all.begin(), shape);
    let high = all.end().checked_sub(&shape).and_then(|begin| VoxelBox::new(begin, shape));
    let mut windows: Vec<VoxelBox> = low.into_iter().chain(high).collect();
    windows.dedup();
    windows
}

/// The voxel diagonally behind the last one: outside of the array, also where the array is empty.
pub(super) fn beyond(meta: &ArrayMeta) -> Result<VoxelBox> {
    let end = meta.voxel_box().end();
    Ok(VoxelBox::new(end, Coordinate::filled(end.dims(), 1)?)?)
}

/// A partition of `whole` into boxes, by random cuts along every axis.
pub(super) fn partition(whole: &VoxelBox, random: &mut Random) -> Vec<VoxelBox> {
    let mut parts = vec![*whole];
    for axis in 0..whole.dims() {
        let cut = whole.begin()[axis] + random.up_to(whole.shape()[axis]);
        parts = parts.iter().flat_map(|part| split(part, axis, cut)).collect();
    }
    // Any order has to do.
    random.shuffle(&mut parts);
    parts
}

fn split(part: &VoxelBox, axis: usize, cut: i64) -> Vec<VoxelBox> {
    let low = VoxelBox::from_bounds(part.begin(), with(part.end(), axis, cut));
    let high = VoxelBox::from_bounds(with(part.begin(), axis, cut), part.end());
    low.into_iter().chain(high).filter(|half| !half.is_empty()).collect()
}

/// The lower corner of a box, at most three voxels along every axis.
pub(super) fn small(part: &VoxelBox) -> VoxelBox {
    VoxelBox::new(part.begin(), part.shape().map(|extent| extent.min(3))).unwrap_or(*part)
}

/// A box in slices of one voxel along one axis.
pub(super) fn slices(part: &VoxelBox, axis: usize) -> Vec<VoxelBox> {
    let slice = |index| VoxelBox::new(with(part.begin(), axis, index), with(part.shape(), axis, 1)).ok();
    part.range(axis).into_iter().flatten().filter_map(slice).collect()
}
