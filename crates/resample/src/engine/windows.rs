//! Walks over windows, for reductions that need all voxels of a window at once.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, write_rows};
use crate::taps::{Tap, Taps};
use crate::value::Value;

/// Turns the voxels of one window and their weights into a value.
pub(crate) trait Reduce<T: Value> {
    fn begin(&mut self);
    fn add(&mut self, value: T, weight: u64);
    /// What becomes of a window of equal voxels, given the key of their order.
    fn uniform(&self, rank: T::Key) -> T;
    fn result(&mut self, leaf: &Leaf<'_, T>) -> T;
}

impl<T: Value> Leaf<'_, T> {
    /// Calls the reduction for every target voxel, with the voxels of its window in C order.
    pub(crate) fn reduce_windows(&self, out: ArrayViewMutD<'_, T>, reduction: &mut impl Reduce<T>) {
        self.under_window_rows(out, |rows, along, row| {
            for (number, to) in row.iter_mut().enumerate() {
                let tap = along.get(number);
                if let Some(rank) = uniform(rows, tap) {
                    *to = reduction.uniform(rank);
                    continue;
                }
                reduction.begin();
                for &(row, outer_weight) in rows {
                    for (k, &weight) in tap.weights.iter().enumerate() {
                        reduction.add(row[tap.index(k)], outer_weight * weight);
                    }
                }
                *to = reduction.result(self);
            }
        });
    }

    /// Calls `reduce` for every target row, with the source rows under it, what each weighs, and the windows along them.
    pub(crate) fn under_window_rows<O>(
        &self,
        out: ArrayViewMutD<'_, O>,
        mut reduce: impl FnMut(&[(&[T], u64)], &Taps<u64>, &mut [O]),
    ) where
        O: Copy + Default,
    {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        let taps = axes.map(|(axis, (target, source))| axis.whole_taps(target, source)).collect::<Vec<Taps<u64>>>();
        let (along, outer) = taps.split_last().expect("data have at least one axis");
        let (shape, mut digits, mut rows) = (self.target_shape(), vec![0; outer.len()], Vec::new());
        write_rows(out, |number, row| {
            count_off(&shape[..outer.len()], number, &mut digits);
            rows.clear();
            self.window_rows(outer, &digits, (0, 1), &mut rows);
            reduce(&rows, along, row);
        });
    }

    /// Appends the source rows under the target row whose indices on the outer axes are `digits`, with their weights.
    pub(super) fn window_rows<'s>(
        &'s self,
        outer: &[Taps<u64>],
        digits: &[usize],
        (row, weight): (usize, u64),
        rows: &mut Vec<(&'s [T], u64)>,
    ) {
        let Some((taps, deeper)) = outer.split_first() else {
            rows.push((self.rows.rows[row], weight));
            return;
        };
        let extent = self.rows.shape[self.row_axis() - outer.len()];
        let tap = taps.get(digits[0]);
        for (k, &share) in tap.weights.iter().enumerate() {
            self.window_rows(deeper, &digits[1..], (row * extent + tap.index(k), weight * share), rows);
        }
    }
}

/// The indices on the outer axes of the row with this number: its digits, the last axis counting fastest.
pub(super) fn count_off(shape: &[usize], mut number: usize, digits: &mut [usize]) {
    for (digit, extent) in digits.iter_mut().zip(shape).rev() {
        *digit = number % extent;
        number /= extent;
    }
}

/// The key of the value that all voxels of a window have: the usual case in a segmentation.
fn uniform<T: Value>(rows: &[(&[T], u64)], tap: Tap<'_, u64>) -> Option<T::Key> {
    let rank = rows[0].0[tap.index(0)].rank();
    let same = |row: &[T]| (0..tap.weights.len()).all(|k| row[tap.index(k)].rank() == rank);
    rows.iter().all(|(row, _)| same(row)).then_some(rank)
}
