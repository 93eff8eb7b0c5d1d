//! Sums over windows, which a pyramid of means carries from level to level.

use std::ops::Range;

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD};

use super::leaf::Leaf;
use super::simd::Path;
use super::whole_mean::{Adds, MeansOf, SumOf, SumRow};
use super::{Limits, Placed, run_leaves};
use crate::Result;
use crate::recipe::Recipe;
use crate::value::Value;

/// Fills `out` with the sum of what exists of each window.
pub(crate) fn sum_windows<T: Value, S: Value + Adds<T>>(
    recipe: &Recipe,
    source: Placed<'_, ArrayViewD<'_, T>>,
    out: Placed<'_, ArrayViewMutD<'_, S>>,
) -> Result<()> {
    run_leaves(recipe, Limits::default(), source, out, &|leaf: &Leaf<'_, T>, out| leaf.sums(out))
}

/// Fills `means` with the means of sums over the windows of target voxels that the recipe describes.
pub(crate) fn means_of<T: Value, S: SumOf<T>>(
    recipe: &Recipe,
    target: &[Range<i64>],
    sums: &ArrayD<S>,
    means: &mut ArrayD<T>,
) {
    let path = Path::best();
    let mut out = means.as_slice_mut().expect("means are in C order");
    let mut sums = sums.as_slice().expect("sums are in C order");
    let windows = recipe.axes.iter().zip(target).map(|(axis, target)| axis.whole_window(target));
    if let Some(voxels) = windows.product::<Option<usize>>() {
        return path.run(MeansOf { sums, count: voxels, out });
    }
    let (along, outer) = window_counts(recipe, target);
    for outer in outer {
        for &(windows, count) in &along {
            let (row, rest) = std::mem::take(&mut out).split_at_mut(windows);
            path.run(MeansOf { sums: &sums[..windows], count: outer * count, out: row });
            (out, sums) = (rest, &sums[windows..]);
        }
    }
}

/// How many voxels exist of windows: along rows for so many windows at a time, over the other axes for every row.
fn window_counts(recipe: &Recipe, target: &[Range<i64>]) -> (Vec<(usize, usize)>, Vec<usize>) {
    let counts = recipe.axes.iter().zip(target).map(|(axis, target)| {
        let count = |j: i64| axis.source_range(&(j..j + 1));
        target.clone().map(count).map(|range| (range.end - range.start) as usize).collect::<Vec<_>>()
    });
    let counts = counts.collect::<Vec<_>>();
    let (along, outer) = counts.split_last().expect("data have at least one axis");
    // All windows of a row but the first and the last are of as many voxels.
    let along = along.chunk_by(|a, b| a == b).map(|alike| (alike.len(), alike[0])).collect();
    let outer = outer.iter().fold(vec![1], |counts, axis| {
        counts.iter().flat_map(|count| axis.iter().map(move |more| count * more)).collect::<Vec<usize>>()
    });
    (along, outer)
}

impl<T: Value> Leaf<'_, T> {
    fn sums<S: Value + Adds<T>>(&self, out: ArrayViewMutD<'_, S>) {
        let Some(windows) = self.whole_windows() else { return self.sums_at_the_rim(out) };
        let (along, mut sums) = (windows.last().copied().unwrap_or(1), Vec::new());
        self.under_rows(&windows, out, |under, out| {
            self.path.run(SumRow::<T, S> { under, along, sums: &mut sums, out });
        });
    }

    fn sums_at_the_rim<S: Value + Adds<T>>(&self, out: ArrayViewMutD<'_, S>) {
        self.under_window_rows(out, |rows, along, row| {
            for (number, to) in row.iter_mut().enumerate() {
                let tap = along.get(number);
                let voxels = rows.iter().flat_map(|(row, _)| (0..tap.weights.len()).map(|k| row[tap.index(k)]));
                *to = voxels.fold(S::default(), |mut sum, voxel| {
                    sum += S::of(voxel);
                    sum
                });
            }
        });
    }
}
