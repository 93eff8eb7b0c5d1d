//! Interpolation: sums axis by axis, in the order of the recipe, on rows.
//!
//! A target region is cut into leaves that fit the caches and spread over the rayon pool. In a leaf one axis is streamed,
//! and the others are passes within a plane: see [`leaf`]. Sums are taken in 32-bit floats where voxels and results fit
//! them, else in 64-bit floats.

mod along;
mod chain;
mod combine;
mod leaf;
mod line;
mod plane;
mod real;

use std::ops::Range;

use ndarray::{ArrayViewD, ArrayViewMutD, Axis};

use super::leaf::write_rows;
use super::{How, Limits, Placed, ranges};
use crate::Factor;
use crate::axis::{AxisRule, Rule};
use crate::recipe::Recipe;
use crate::value::{Output, Value};
use along::finish_row;
use leaf::{Band, Plan};
use line::Line;
use plane::{Planar, SHORT};
use real::Finish;
pub(crate) use real::Real;

/// Fills `out`, which lies over the volume, from a source that holds all it is made from.
pub(super) fn run<T: Value, O: Output, R: Real>(
    recipe: &Recipe,
    How { limits, parallel }: How,
    source: Placed<'_, ArrayViewD<'_, T>>,
    out: Placed<'_, ArrayViewMutD<'_, O>>,
) {
    let target = ranges(out.begin, out.data.shape());
    let (axes, order, begin) = (recipe.axes.clone(), recipe.order.clone(), source.begin.to_vec());
    let streamed = order.iter().copied().min().unwrap_or(0);
    let plane = source.data.shape()[streamed + 1..].iter().product::<usize>();
    let mut work = Work { recipe, limits, axes, order, source: source.data, begin, streamed, parallel };
    let (mut out, mut target) = (out.data, target);
    if plane < SHORT {
        // There is nothing to take sums across: it is done within a plane.
        if streamed > 0 {
            work.streamed -= 1;
        } else {
            work.insert_axis();
            out = out.insert_axis(Axis(0));
            target.insert(0, 0..1);
        }
    }
    work.run::<O, R>(out, target);
}

struct Work<'a, T> {
    recipe: &'a Recipe,
    limits: Limits,
    axes: Vec<AxisRule>,
    /// The axes that are resampled, in the order of their passes.
    order: Vec<usize>,
    source: ArrayViewD<'a, T>,
    begin: Vec<i64>,
    /// The axis that sums are streamed along.
    streamed: usize,
    parallel: bool,
}

impl<T: Value> Work<'_, T> {
    /// An axis of one voxel before all others.
    fn insert_axis(&mut self) {
        self.axes.insert(0, AxisRule { factor: Factor::ONE, volume: 0..1, held: 0..1, rule: Rule::Keep });
        self.begin.insert(0, 0);
        self.order.iter_mut().for_each(|axis| *axis += 1);
        self.source.insert_axis_inplace(Axis(0));
    }

    fn run<O: Output, R: Real>(&self, out: ArrayViewMutD<'_, O>, target: Vec<Range<i64>>) {
        let (axis, pieces) = if self.parallel { self.pieces(&target) } else { (0, 1) };
        self.split::<O, R>(out, target, axis, pieces);
    }

    /// The axis to cut for the threads of the pool, and into how many pieces: more than there are threads, but not where
    /// much of the source would be worked on twice.
    fn pieces(&self, target: &[Range<i64>]) -> (usize, usize) {
        let threads = rayon::current_num_threads();
        let share = |axis: usize| self.samples(target, axis) as f64 / self.halo(axis).max(1) as f64;
        let outer = 0..target.len() - 1;
        let longest = outer.max_by(|&a, &b| share(a).total_cmp(&share(b)));
        let axis = longest.unwrap_or(0);
        let axis = if length(target, axis) < threads { target.len() - 1 } else { axis };
        let (samples, halo) = (self.samples(target, axis), self.halo(axis).max(1));
        let most = if self.is_staged() { threads } else { 4 * threads };
        let pieces = (samples / (self.limits.halos * halo).max(1)).max(threads.min(samples / (2 * halo))).min(most);
        (axis, pieces.clamp(1, length(target, axis)))
    }

    fn split<O: Output, R: Real>(
        &self,
        out: ArrayViewMutD<'_, O>,
        target: Vec<Range<i64>>,
        axis: usize,
        pieces: usize,
    ) {
        if pieces <= 1 {
            return self.blocks::<O, R>(out, target);
        }
        let half = length(&target, axis) * (pieces / 2) / pieces;
        let (low, high, first, second) = halves(out, target, axis, half);
        rayon::join(
            || self.split::<O, R>(low, first, axis, pieces / 2),
            || self.split::<O, R>(high, second, axis, pieces - pieces / 2),
        );
    }

    /// Cuts planes that are too large for one leaf.
    fn blocks<O: Output, R: Real>(&self, out: ArrayViewMutD<'_, O>, target: Vec<Range<i64>>) {
        let Some(axis) = self.cut(&target) else { return self.leaf::<O, R>(out, &target) };
        let half = length(&target, axis) / 2;
        let (low, high, first, second) = halves(out, target, axis, half);
        self.blocks::<O, R>(low, first);
        self.blocks::<O, R>(high, second);
    }

    /// The axis to cut: the longest of a plane, but rows only when nothing else is left.
    fn cut(&self, target: &[Range<i64>]) -> Option<usize> {
        let axes = self.streamed + 1..target.len();
        let plane = axes.clone().map(|axis| self.samples(target, axis)).fold(1, usize::saturating_mul);
        let limit = self.limits.leaf_numbers >> if self.is_staged() { 0 } else { 2 };
        if plane as u64 <= limit {
            return None;
        }
        let large = |&axis: &usize| {
            length(target, axis) > 1 && self.samples(target, axis) >= self.limits.halos * self.halo(axis) / 2
        };
        let rows = target.len() - 1;
        let longest = (axes.start..rows).filter(large).max_by_key(|&axis| self.samples(target, axis));
        longest.or_else(|| Some(rows).filter(large))
    }

    /// Whether sums are taken in stages somewhere, and reach far.
    fn is_staged(&self) -> bool {
        self.axes.iter().any(AxisRule::is_staged)
    }

    /// How many samples target voxels of an axis are made from.
    fn samples(&self, target: &[Range<i64>], axis: usize) -> usize {
        let reach = match &self.axes[axis].rule {
            Rule::Interpolate(filter) => filter.reach(self.axes[axis].factor, &target[axis]),
            _ => target[axis].clone(),
        };
        (reach.end - reach.start) as usize
    }

    /// How many of them one target voxel is made from.
    fn halo(&self, axis: usize) -> usize {
        match &self.axes[axis].rule {
            Rule::Interpolate(filter) => filter.reach(self.axes[axis].factor, &(0..1)).count(),
            _ => 0,
        }
    }

    fn leaf<O: Output, R: Real>(&self, out: ArrayViewMutD<'_, O>, target: &[Range<i64>]) {
        let held = self.axes.iter().zip(target).map(|(axis, target)| axis.source_range(target)).collect::<Vec<_>>();
        let mut region = self.source.view();
        region.slice_each_axis_inplace(|axis| {
            let Axis(number) = axis.axis;
            let begin = self.begin[number];
            ((held[number].start - begin) as isize..(held[number].end - begin) as isize).into()
        });
        let plan = self.plan::<R>(target, &held, &region.shape()[self.streamed + 1..]);
        let (out, fused) = merged(out, self.streamed, plan.after.row_length());
        let per_plane = out.shape()[self.streamed + 1..out.ndim() - 1].iter().product::<usize>();
        let mut band = Band::new(plan, region, &self.limits);
        let finish = Finish::new(self.recipe.clip, self.recipe.cast);
        write_rows(out, |number, row| {
            let (plane, number) = (number / per_plane, number % per_plane);
            if number == 0 {
                band.prepare(plane, usize::from(fused));
            }
            if fused {
                return band.write_row(number, finish, row);
            }
            let rows = &band.finished()[number * row.len()..][..row.len()];
            finish_row(self.limits.path, rows, finish, row);
        });
    }

    fn plan<R: Real>(&self, target: &[Range<i64>], held: &[Range<i64>], plane: &[usize]) -> Plan<R> {
        let line = |axis: usize| Line::new(&self.axes[axis], &target[axis], held[axis].start);
        let streamed = self.streamed;
        let place = self.order.iter().position(|&axis| axis == streamed);
        let (before, after) = self.order.split_at(place.unwrap_or(0));
        let lines = |axes: &[usize]| {
            axes.iter().filter(|&&axis| axis != streamed).map(|&axis| (axis - streamed - 1, line(axis))).collect()
        };
        let before = Planar::new(lines(before), plane, self.limits.path);
        let after = Planar::new(lines(after), before.target(), self.limits.path);
        Plan { streamed, line: line(streamed), before, after, outside: R::round(self.recipe.outside) }
    }
}

fn length(target: &[Range<i64>], axis: usize) -> usize {
    (target[axis].end - target[axis].start) as usize
}

type Halves<'a, O> = (ArrayViewMutD<'a, O>, ArrayViewMutD<'a, O>, Vec<Range<i64>>, Vec<Range<i64>>);

fn halves<O>(out: ArrayViewMutD<'_, O>, target: Vec<Range<i64>>, axis: usize, half: usize) -> Halves<'_, O> {
    let (mut first, mut second) = (target.clone(), target);
    let middle = first[axis].start + half as i64;
    first[axis].end = middle;
    second[axis].start = middle;
    let (low, high) = out.split_at(Axis(axis), half);
    (low, high, first, second)
}

/// The destination with longer rows, and whether they are those that a last pass along rows makes.
fn merged<O>(
    mut out: ArrayViewMutD<'_, O>,
    streamed: usize,
    row_length: Option<usize>,
) -> (ArrayViewMutD<'_, O>, bool) {
    let last = out.ndim() - 1;
    for axis in (streamed + 1..last).rev() {
        if row_length == Some(out.len_of(Axis(last))) || !out.merge_axes(Axis(axis), Axis(last)) {
            break;
        }
    }
    let fused = row_length == Some(out.len_of(Axis(last)));
    (out, fused)
}
