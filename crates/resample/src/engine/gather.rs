//! Copies voxels: order 0, replication, and anything at factor 1. Moves bits, never converts.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use ndarray::{ArrayViewMutD, Dimension};

use super::leaf::{Leaf, row_numbers, write_rows};
use super::simd::{Loop, PastCaches};
use crate::axis::Rule;
use crate::taps::Taps;
use crate::value::Value;

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn gather(&self, mut out: ArrayViewMutD<'_, T>) {
        let indices = self.indices();
        let (along, outer) = indices.split_last().expect("data have at least one axis");
        let sources = row_numbers(outer, &self.rows.shape);
        let length = along.len();
        let mut spread = Spreader::new(self, along);
        let Some(data) = out.as_slice_mut().filter(|_| self.past_caches) else {
            return write_rows(out, |number, row| row.copy_from_slice(spread.row(sources[number])));
        };
        // In the order of the source rows: each is read and spread once, and the rows that are made of it stay open.
        let mut rows = sources.iter().zip(data.chunks_exact_mut(length)).collect::<Vec<_>>();
        rows.sort_by_key(|(source, _)| **source);
        let past_caches = PastCaches::new();
        for (source, row) in rows {
            past_caches.copy(spread.row(*source), row);
        }
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

/// Source rows as they stand in the result.
struct Spreader<'a, T> {
    leaf: &'a Leaf<'a, T>,
    /// Indices along a source row.
    along: &'a [usize],
    /// Rows are taken as they are.
    kept: bool,
    times: Option<usize>,
    /// The last row, and the number of its source: the same one often follows itself.
    spread: Vec<T>,
    spread_of: Option<usize>,
}

impl<'a, T: Value> Spreader<'a, T> {
    fn new(leaf: &'a Leaf<'_, T>, along: &'a [usize]) -> Self {
        let kept = leaf.recipe.axes[leaf.row_axis()].is_kept();
        let spread = vec![T::default(); if kept { 0 } else { along.len() }];
        Self { leaf, along, kept, times: leaf.replicated(), spread, spread_of: None }
    }

    fn row(&mut self, number: usize) -> &[T] {
        let source = self.leaf.rows.rows[number];
        if self.kept {
            return source;
        }
        if self.spread_of.replace(number) != Some(number) {
            let out = &mut self.spread[..];
            match self.times {
                Some(times) => self.leaf.path.run(Spread { source, times, out }),
                None => out.iter_mut().zip(self.along).for_each(|(to, &from)| *to = source[from]),
            }
        }
        &self.spread
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
