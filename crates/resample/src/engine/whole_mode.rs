//! Modes over whole windows of two by two and two by two by two voxels, as most segmentations are downsampled.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::simd::Loop;

/// The modes of one target row, two voxels along it to a window; ties go to the lowest.
pub(super) struct ModeRow<'a, T, const ROWS: usize> {
    pub(super) rows: [&'a [T]; ROWS],
    pub(super) out: &'a mut [T],
}

impl<T: Ord + Copy> Loop for ModeRow<'_, T, 4> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [a, b, c, d] = pairs(self.rows, self.out.len());
        for (i, out) in self.out.iter_mut().enumerate() {
            *out = of_eight([a[i][0], a[i][1], b[i][0], b[i][1], c[i][0], c[i][1], d[i][0], d[i][1]]);
        }
    }
}

impl<T: Ord + Copy> Loop for ModeRow<'_, T, 2> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let [a, b] = pairs(self.rows, self.out.len());
        for (i, out) in self.out.iter_mut().enumerate() {
            *out = of_four([a[i][0], a[i][1], b[i][0], b[i][1]]);
        }
    }
}

/// Cut to what is needed, so that no bound is checked in the loop.
#[inline(always)]
fn pairs<T, const ROWS: usize>(rows: [&[T]; ROWS], count: usize) -> [&[[T; 2]]; ROWS] {
    rows.map(|row| &row[..2 * count].as_chunks::<2>().0[..count])
}

/// Most windows lie inside a segment, and most others have a plane that does.
#[inline(always)]
fn of_eight<T: Ord + Copy>(v: [T; 8]) -> T {
    let even = |from: usize| v[from] == v[from + 1] && v[from] == v[from + 2] && v[from] == v[from + 3];
    match (even(0), even(4)) {
        // Four against four, or all alike.
        (true, true) => v[0].min(v[4]),
        // No other value can have four.
        (true, false) => v[0],
        (false, true) => v[4],
        (false, false) => counted(v),
    }
}

#[inline(always)]
fn of_four<T: Ord + Copy>(v: [T; 4]) -> T {
    if v[0] == v[1] && v[2] == v[3] {
        return v[0].min(v[2]);
    }
    counted(v)
}

/// Each voxel is compared with each: no branch that noise could mislead.
#[inline(always)]
fn counted<T: Ord + Copy, const N: usize>(v: [T; N]) -> T {
    let (mut best, mut most) = (v[0], 0);
    for candidate in v {
        let votes = v.iter().map(|value| u8::from(*value == candidate)).sum::<u8>();
        let better = votes > most || (votes == most && candidate < best);
        best = if better { candidate } else { best };
        most = most.max(votes);
    }
    best
}
