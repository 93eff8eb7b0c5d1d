//! Minima, maxima and medians: one voxel of a window, by its place in their order.

use ndarray::ArrayViewMutD;

use super::leaf::Leaf;
use super::windows::Reduce;
use crate::recipe::Rank;
use crate::value::Value;

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn rank(&self, rank: Rank, out: ArrayViewMutD<'_, T>) {
        match rank {
            Rank::Lowest => self.extreme(out, |next, best| next < best),
            Rank::Highest => self.extreme(out, |next, best| next > best),
            Rank::LowerMedian => self.reduce_windows(out, &mut LowerMedian::<T> { keys: Vec::new() }),
        }
    }

    fn extreme(&self, out: ArrayViewMutD<'_, T>, better: fn(T::Key, T::Key) -> bool) {
        self.reduce_windows(out, &mut Extreme::<T> { best: None, better });
    }
}

/// The smallest or the largest value. NaN loses to every number.
struct Extreme<T: Value> {
    best: Option<T::Key>,
    better: fn(T::Key, T::Key) -> bool,
}

impl<T: Value> Reduce<T> for Extreme<T> {
    fn begin(&mut self) {
        self.best = None;
    }

    fn add(&mut self, value: T, _: u64) {
        if !value.is_nan() {
            let next = value.rank();
            self.best = Some(self.best.filter(|&best| !(self.better)(next, best)).unwrap_or(next));
        }
    }

    fn uniform(&self, rank: T::Key) -> T {
        T::from_key(rank)
    }

    fn result(&mut self, _: &Leaf<'_, T>) -> T {
        // A window of nothing but NaN is uniform, so there is a number here.
        self.best.map_or_else(T::default, T::from_key)
    }
}

/// Number `(N - 1) / 2` of `N` voxels in order.
struct LowerMedian<T: Value> {
    keys: Vec<T::Key>,
}

impl<T: Value> Reduce<T> for LowerMedian<T> {
    fn begin(&mut self) {
        self.keys.clear();
    }

    fn add(&mut self, value: T, _: u64) {
        self.keys.push(value.rank());
    }

    fn uniform(&self, rank: T::Key) -> T {
        T::from_key(rank)
    }

    fn result(&mut self, _: &Leaf<'_, T>) -> T {
        let middle = (self.keys.len() - 1) / 2;
        let (_, median, _) = self.keys.select_nth_unstable(middle);
        T::from_key(*median)
    }
}
