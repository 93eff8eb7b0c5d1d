//! Means over windows.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, write_rows};
use super::separable::Sum;
use super::whole_mean::{MeanRow, SumOf};
use super::windows::Reduce;
use crate::taps::Taps;
use crate::value::{Value, Whole, WholeSum};
use crate::{Cast, Nans, Zeros};

impl<T: Whole> Leaf<'_, T> {
    /// The mean of whole numbers: exact sums, divided and rounded once.
    pub(crate) fn exact_mean(&self, out: ArrayViewMutD<'_, T>) {
        if let Some(windows) = self.quick_windows().filter(|_| self.recipe.cast == Cast::RoundSaturate) {
            return T::quick_mean(self, &windows, out);
        }
        // A sum, and twice a remainder, must fit beside the sign.
        let weight_bits = u64::BITS - self.recipe.heaviest.leading_zeros();
        if T::BITS + weight_bits < 62 {
            self.mean_in::<i64>(out, |x| x.to_i128() as i64);
        } else {
            self.mean_in::<i128>(out, T::to_i128);
        }
    }

    fn mean_in<A: Sum + WholeSum>(&self, out: ArrayViewMutD<'_, T>, load: impl Fn(T) -> A) {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        let taps = axes.map(|(axis, (target, source))| axis.whole_taps(target, source)).collect::<Vec<Taps<A>>>();
        let sums = self.separable(&taps, load);
        let weights = match self.recipe.zeros {
            Zeros::Count => totals(&taps),
            Zeros::Ignore => self.separable(&taps, |x| A::from(u32::from(!x.is_zero()))),
        };
        let (length, cast) = (self.target_shape()[self.row_axis()], self.recipe.cast);
        write_rows(out, |number, row| {
            let range = number * length..(number + 1) * length;
            let pairs = sums[range.clone()].iter().zip(&weights[range]);
            for (to, (&sum, &weight)) in row.iter_mut().zip(pairs) {
                *to = if weight > A::from(0) { T::from_ratio(sum, weight, cast) } else { T::default() };
            }
        });
    }
}

/// The weight of every window, in C order.
fn totals<A: Sum + WholeSum>(taps: &[Taps<A>]) -> Vec<A> {
    taps.iter().fold(vec![A::from(1)], |weights, axis| {
        let pairs =
            weights.iter().flat_map(|&weight| (0..axis.len()).map(move |number| weight * axis.get(number).total));
        pairs.collect()
    })
}

impl<T: Value> Leaf<'_, T> {
    /// The windows, where they are whole and their sums fit numbers that are added quickly.
    fn quick_windows(&self) -> Option<Vec<usize>> {
        let plain = self.recipe.zeros == Zeros::Count && self.recipe.nans == Nans::Propagate;
        self.whole_windows().filter(|windows| plain && windows.iter().product::<usize>() <= T::MOST_SUMMED)
    }

    /// The mean of whole windows, summed up in numbers of type `S`.
    pub(crate) fn mean_of_rows<S: SumOf<T>>(&self, windows: &[usize], out: ArrayViewMutD<'_, T>) {
        let along = windows.last().copied().unwrap_or(1);
        let mut sums = Vec::new();
        self.under_rows(windows, out, |under, out| {
            self.path.run(MeanRow::<T, S> { under, along, sums: &mut sums, out });
        });
    }

    /// The mean of floats, in 64-bit floats.
    pub(crate) fn float_mean(&self, out: ArrayViewMutD<'_, T>) {
        if let Some(windows) = self.quick_windows() {
            return T::quick_mean(self, &windows, out);
        }
        match (self.recipe.zeros, self.recipe.nans) {
            (Zeros::Count, Nans::Propagate) => self.filter(out),
            (zeros, nans) => self.reduce_windows(out, &mut MeanOfOthers { zeros, nans, none: 0.0, cells: Vec::new() }),
        }
    }
}

/// The mean of the values that are not zero, or not NaN; zero or NaN where there are none.
struct MeanOfOthers {
    zeros: Zeros,
    nans: Nans,
    /// The mean of no value.
    none: f64,
    cells: Vec<(f64, f64)>,
}

impl<T: Value> Reduce<T> for MeanOfOthers {
    fn begin(&mut self) {
        self.none = f64::NAN;
        self.cells.clear();
    }

    fn add(&mut self, value: T, weight: u64) {
        if self.zeros == Zeros::Ignore && value.is_zero() {
            self.none = 0.0;
        } else if self.nans == Nans::Propagate || !value.is_nan() {
            self.cells.push((value.to_f64(), weight as f64));
        }
    }

    fn uniform(&self, rank: T::Key) -> T {
        T::from_key(T::from_key(rank).key())
    }

    fn result(&mut self, out: &Leaf<'_, T>) -> T {
        let Some(&(first, _)) = self.cells.first() else { return T::from_f64(self.none, out.recipe.cast) };
        let total = self.cells.iter().map(|(_, weight)| weight).sum::<f64>();
        let differences = self.cells.iter().fold(0.0, |sum, (value, weight)| sum + weight * (value - first));
        let mean = first + differences / total;
        let plain = || self.cells.iter().fold(0.0, |sum, (value, weight)| sum + weight * value) / total;
        T::from_f64(if mean.is_finite() { mean } else { plain() }, out.recipe.cast)
    }
}
