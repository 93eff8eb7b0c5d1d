//! Copies voxels: order 0, replication, and anything at factor 1. Moves bits, never converts.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use ndarray::{ArrayViewMutD, Dimension};

use super::leaf::{Leaf, write_rows};
use super::simd::Loop;
use crate::axis::Rule;
use crate::taps::Taps;
use crate::value::Value;

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn gather(&self, out: ArrayViewMutD<'_, T>) {
        let indices = self.indices();
        let (along, outer) = indices.split_last().expect("data have at least one axis");
        let kept = self.recipe.axes[self.row_axis()].is_kept();
        let sources = source_rows(outer, &self.rows.shape);
        let times = self.replicated();
        // The same source row often follows itself: it is spread once, while it is in the nearest cache.
        let (mut spread, mut spread_of) = (Vec::new(), None);
        write_rows(out, |number, row| {
            let source = self.rows.rows[sources[number]];
            if kept {
                return row.copy_from_slice(source);
            }
            if spread_of != Some(sources[number]) {
                spread_of = Some(sources[number]);
                spread.resize(row.len(), T::default());
                match times {
                    Some(times) => self.path.run(Spread { source, times, out: &mut spread }),
                    None => spread.iter_mut().zip(along).for_each(|(to, &from)| *to = source[from]),
                }
            }
            row.copy_from_slice(&spread);
        });
    }

    /// How often each source voxel along the rows stands in the result, if each stands there equally often.
    fn replicated(&self) -> Option<usize> {
        let axis = &self.recipe.axes[self.row_axis()];
        let (target, source) = (&self.target[self.row_axis()], &self.source[self.row_axis()]);
        let times = i64::from(axis.factor.up());
        let whole = axis.factor.down() == 1 && target.start == source.start * times && target.end == source.end * times;
        (whole && matches!(axis.rule, Rule::Nearest)).then_some(times as usize)
    }

    /// Replaces target voxels whose window reaches beyond the volume by the first voxel that exists.
    pub(crate) fn first_voxels(&self, mut out: ArrayViewMutD<'_, T>) {
        let axes = self.recipe.axes.iter().zip(self.target);
        let partial = axes.map(|(axis, target)| target.clone().map(|j| axis.is_partial(j)).collect::<Vec<_>>());
        let partial = partial.collect::<Vec<_>>();
        if partial.iter().flatten().all(|partial| !partial) {
            return;
        }
        let first = self.indices();
        for (place, value) in out.indexed_iter_mut() {
            let places = || place.slice().iter().enumerate();
            if places().any(|(axis, &k)| partial[axis][k]) {
                let row_axis = self.row_axis();
                let shape = &self.rows.shape;
                let row = places().take(row_axis).fold(0, |row, (axis, &k)| row * shape[axis] + first[axis][k]);
                *value = self.rows.rows[row][first[row_axis][place[row_axis]]];
            }
        }
    }

    /// For every axis, the (first) source index of each target voxel.
    fn indices(&self) -> Vec<Vec<usize>> {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        let indices = axes.map(|(axis, (target, source))| {
            let taps: Taps<u64> = axis.whole_taps(target, source);
            (0..taps.len()).map(|number| taps.get(number).index(0)).collect()
        });
        indices.collect()
    }
}

/// Each voxel `times` times.
struct Spread<'a, T> {
    source: &'a [T],
    times: usize,
    out: &'a mut [T],
}

impl<T: Copy> Loop for Spread<'_, T> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match self.times {
            2 => spread_by::<T, 2>(self.source, self.out),
            3 => spread_by::<T, 3>(self.source, self.out),
            4 => spread_by::<T, 4>(self.source, self.out),
            times => self.out.chunks_exact_mut(times).zip(self.source).for_each(|(out, value)| out.fill(*value)),
        }
    }
}

#[inline(always)]
fn spread_by<T: Copy, const TIMES: usize>(source: &[T], out: &mut [T]) {
    out.as_chunks_mut::<TIMES>().0.iter_mut().zip(source).for_each(|(out, value)| *out = [*value; TIMES]);
}

/// The number of the source row for every target row, in C order.
fn source_rows(indices: &[Vec<usize>], shape: &[usize]) -> Vec<usize> {
    indices.iter().zip(shape).fold(vec![0], |rows, (axis, extent)| {
        rows.iter().flat_map(|row| axis.iter().map(move |index| row * extent + index)).collect()
    })
}
