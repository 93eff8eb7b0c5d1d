//! Weighted sums over windows axis by axis, greatest reduction first, on rows.
//!
//! In floats a sum is taken over differences to the sample at the centre, `x0 + Σ w·(x - x0) / Σ w`: constant regions
//! then come out exactly, whatever the weights sum to. Where that is not finite the plain sum decides, which treats
//! infinities as IEEE 754 does.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, Rows, write_rows};
use crate::taps::{Tap, Taps, Weight};
use crate::value::Value;

/// A type in which sums are taken.
pub(crate) trait Sum: Weight + Default {
    /// Combines rows: number `k` goes with weight `k`.
    fn combine<'r, S: Copy + 'r>(
        out: &mut [Self],
        tap: Tap<'_, Self>,
        row: impl Fn(usize) -> &'r [S],
        load: impl Fn(S) -> Self,
    );

    /// Combines samples: number `k` goes with weight `k`.
    fn dot(tap: Tap<'_, Self>, sample: impl Fn(usize) -> Self) -> Self;
}

macro_rules! exact_sum {
    ($($A:ident)*) => {$(
        impl Sum for $A {
            #[inline]
            fn combine<'r, S: Copy + 'r>(
                out: &mut [Self],
                tap: Tap<'_, Self>,
                row: impl Fn(usize) -> &'r [S],
                load: impl Fn(S) -> Self,
            ) {
                out.fill(0);
                for (k, &weight) in tap.weights.iter().enumerate() {
                    out.iter_mut().zip(row(k)).for_each(|(sum, &x)| *sum += weight * load(x));
                }
            }

            #[inline]
            fn dot(tap: Tap<'_, Self>, sample: impl Fn(usize) -> Self) -> Self {
                tap.weights.iter().enumerate().map(|(k, &weight)| weight * sample(k)).sum()
            }
        }
    )*};
}

exact_sum!(i64 i128);

impl Sum for f64 {
    #[inline]
    fn combine<'r, S: Copy + 'r>(
        out: &mut [Self],
        tap: Tap<'_, Self>,
        row: impl Fn(usize) -> &'r [S],
        load: impl Fn(S) -> Self,
    ) {
        out.fill(0.0);
        let centre = row(tap.centre);
        for (k, &weight) in tap.weights.iter().enumerate().filter(|&(k, _)| k != tap.centre) {
            let pairs = row(k).iter().zip(centre);
            out.iter_mut().zip(pairs).for_each(|(sum, (&x, &x0))| *sum += weight * (load(x) - load(x0)));
        }
        for (i, sum) in out.iter_mut().enumerate() {
            *sum = settle(load(centre[i]), *sum, tap, |k| load(row(k)[i]));
        }
    }

    #[inline]
    fn dot(tap: Tap<'_, Self>, sample: impl Fn(usize) -> Self) -> Self {
        let centre = sample(tap.centre);
        let others = tap.weights.iter().enumerate().filter(|&(k, _)| k != tap.centre);
        let sum = others.fold(0.0, |sum, (k, weight)| sum + weight * (sample(k) - centre));
        settle(centre, sum, tap, sample)
    }
}

/// The result of a sum over differences to the centre.
#[inline]
fn settle(centre: f64, differences: f64, tap: Tap<'_, f64>, sample: impl Fn(usize) -> f64) -> f64 {
    let value = centre + differences / tap.total;
    if value.is_finite() {
        return value;
    }
    tap.weights.iter().enumerate().fold(0.0, |sum, (k, weight)| sum + weight * sample(k)) / tap.total
}

impl<T: Value> Leaf<'_, T> {
    /// Means of floats.
    pub(crate) fn filter(&self, out: ArrayViewMutD<'_, T>) {
        let sums = self.separable(&self.float_taps(), T::to_f64);
        let (length, cast) = (self.target_shape()[self.row_axis()], self.recipe.cast);
        write_rows(out, |number, row| {
            let sums = &sums[number * length..][..length];
            row.iter_mut().zip(sums).for_each(|(to, &sum)| *to = T::from_f64(sum, cast));
        });
    }

    fn float_taps(&self) -> Vec<Taps<f64>> {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        axes.map(|(axis, (target, source))| axis.whole_taps(target, source)).collect()
    }

    /// The sums of all target voxels in C order.
    pub(crate) fn separable<A: Sum>(&self, taps: &[Taps<A>], load: impl Fn(T) -> A) -> Vec<A> {
        let Some((&first, others)) = self.recipe.order.split_first() else {
            return self.rows.rows.iter().flat_map(|row| row.iter().map(|&x| load(x))).collect();
        };
        let mut shape = self.rows.shape.clone();
        let mut sums = pass(&self.rows, first, &taps[first], &load);
        shape[first] = taps[first].len();
        for &axis in others {
            sums = pass(&Rows::of_slice(&sums, &shape), axis, &taps[axis], &|sum| sum);
            shape[axis] = taps[axis].len();
        }
        sums
    }
}

/// Combines along one axis.
fn pass<S: Copy, A: Sum>(rows: &Rows<'_, S>, axis: usize, taps: &Taps<A>, load: &impl Fn(S) -> A) -> Vec<A> {
    let last = rows.shape.len() - 1;
    if axis == last {
        return pass_along_rows(rows, taps, load);
    }
    let extent = rows.shape[axis];
    let blocks = rows.shape[..axis].iter().product::<usize>();
    let within = rows.shape[axis + 1..last].iter().product::<usize>();
    let length = rows.shape[last];
    let mut out = vec![A::default(); blocks * taps.len() * within * length];
    let mut targets = out.chunks_exact_mut(length.max(1));
    for block in 0..blocks {
        for number in 0..taps.len() {
            let tap = taps.get(number);
            for row in 0..within {
                let source = |k| rows.rows[(block * extent + tap.index(k)) * within + row];
                let target = targets.next().expect("as many rows as were counted");
                A::combine(target, tap, source, load);
            }
        }
    }
    out
}

fn pass_along_rows<S: Copy, A: Sum>(rows: &Rows<'_, S>, taps: &Taps<A>, load: &impl Fn(S) -> A) -> Vec<A> {
    let mut out = Vec::with_capacity(rows.rows.len() * taps.len());
    let mut loaded = Vec::new();
    for row in &rows.rows {
        loaded.clear();
        loaded.extend(row.iter().map(|&x| load(x)));
        out.extend((0..taps.len()).map(|number| {
            let tap = taps.get(number);
            A::dot(tap, |k| loaded[tap.index(k)])
        }));
    }
    out
}
