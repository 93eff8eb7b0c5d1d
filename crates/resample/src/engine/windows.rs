//! Reductions that need all voxels of a window at once: votes.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, write_rows};
use crate::Zeros;
use crate::taps::{Tap, Taps};
use crate::value::Value;

/// Turns the voxels of one window and their weights into a value.
pub(crate) trait Reduce<T> {
    fn begin(&mut self);
    fn add(&mut self, value: T, weight: u64);
    fn result(&mut self, leaf: &Leaf<'_, T>) -> T;
}

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn mode(&self, out: ArrayViewMutD<'_, T>) {
        let zeros = self.recipe.zeros;
        self.reduce_windows(out, &mut Votes::<T> { zeros, tally: Vec::new(), rest: Vec::new() });
    }

    /// Calls the reduction for every target voxel, with the voxels of its window in C order.
    pub(crate) fn reduce_windows(&self, out: ArrayViewMutD<'_, T>, reduction: &mut impl Reduce<T>) {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        let taps = axes.map(|(axis, (target, source))| axis.whole_taps(target, source)).collect::<Vec<Taps<u64>>>();
        let (along, outer) = taps.split_last().expect("data have at least one axis");
        let (mut digits, mut rows) = (vec![0; outer.len()], Vec::new());
        write_rows(out, |number, row| {
            count_off(outer, number, &mut digits);
            rows.clear();
            self.window_rows(outer, &digits, (0, 1), &mut rows);
            for (number, to) in row.iter_mut().enumerate() {
                let tap = along.get(number);
                *to = uniform(&rows, tap).unwrap_or_else(|| {
                    reduction.begin();
                    for &(row, outer_weight) in &rows {
                        for (k, &weight) in tap.weights.iter().enumerate() {
                            reduction.add(row[tap.index(k)], outer_weight * weight);
                        }
                    }
                    reduction.result(self)
                });
            }
        });
    }

    /// Appends the source rows under the target row whose indices on the outer axes are `digits`, with their weights.
    fn window_rows<'s>(
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
fn count_off(outer: &[Taps<u64>], mut number: usize, digits: &mut [usize]) {
    for (digit, taps) in digits.iter_mut().zip(outer).rev() {
        *digit = number % taps.len();
        number /= taps.len();
    }
}

/// The value that all voxels of a window have: the usual case in a segmentation.
fn uniform<T: Value>(rows: &[(&[T], u64)], tap: Tap<'_, u64>) -> Option<T> {
    let value = rows[0].0[tap.index(0)];
    let same = |row: &[T]| (0..tap.weights.len()).all(|k| row[tap.index(k)] == value);
    // A float that equals itself may still be -0.0 next to 0.0; its key is the answer.
    rows.iter().all(|(row, _)| same(row)).then(|| T::from_key(value.key()))
}

/// Most windows hold few different values; those are counted in a list that is searched from its end.
const FEW: usize = 16;

struct Votes<T: Value> {
    zeros: Zeros,
    tally: Vec<(T::Key, u64)>,
    rest: Vec<(T::Key, u64)>,
}

impl<T: Value> Reduce<T> for Votes<T> {
    fn begin(&mut self) {
        self.tally.clear();
        self.rest.clear();
    }

    fn add(&mut self, value: T, weight: u64) {
        if self.zeros == Zeros::Ignore && value.is_zero() {
            return;
        }
        let key = value.key();
        let known = self.tally.iter_mut().rev().find(|(known, _)| *known == key);
        if let Some((_, votes)) = known {
            *votes += weight;
        } else if self.tally.len() < FEW {
            self.tally.push((key, weight));
        } else {
            self.rest.push((key, weight));
        }
    }

    fn result(&mut self, _: &Leaf<'_, T>) -> T {
        self.rest.sort_unstable_by_key(|&(key, _)| key);
        let runs = self.rest.chunk_by(|a, b| a.0 == b.0);
        let counted = runs.map(|run| (run[0].0, run.iter().map(|(_, votes)| votes).sum()));
        let candidates = self.tally.iter().copied().chain(counted);
        // Most votes, then the lowest value.
        let winner = candidates.reduce(|best, next| match next.1.cmp(&best.1) {
            std::cmp::Ordering::Greater => next,
            std::cmp::Ordering::Equal if next.0 < best.0 => next,
            _ => best,
        });
        winner.map_or_else(T::default, |(key, _)| T::from_key(key))
    }
}
