//! A leaf of an interpolation: a band of target planes, computed a few at a time.
//!
//! One axis is *streamed*: sums are taken across planes of the source, part of a plane after part, so that what a sum needs
//! lies in the nearest cache. The other axes that are resampled are passes within a plane, before or after that, in the
//! order of the recipe. The last pass writes rows of the result.

use std::ops::Range;

use ndarray::{ArrayViewD, Axis};

use super::super::Limits;
use super::super::leaf::Rows;
use super::super::simd::Path;
use super::chain::{Chain, Part, Targets, sums};
use super::line::{Line, Place};
use super::plane::Planar;
use super::real::{Finish, Real};
use crate::value::{Output, Value};

/// Source planes: as the rows of the source where those can be used as they are, else converted and worked on.
enum Samples<'a, T, R> {
    /// The rows of all planes, so many each.
    Direct {
        rows: Vec<&'a [T]>,
        per_plane: usize,
    },
    Worked {
        source: ArrayViewD<'a, T>,
        ring: Vec<R>,
        planes: usize,
        next: usize,
    },
}

/// How the axes of a leaf are dealt with.
pub(crate) struct Plan<R> {
    /// The axis that sums are streamed along; all before it keep their voxels.
    pub(crate) streamed: usize,
    pub(crate) line: Line<R>,
    pub(crate) before: Planar<R>,
    pub(crate) after: Planar<R>,
    /// What a constant boundary puts outside.
    pub(crate) outside: R,
}

/// What makes the target planes of a leaf, one after the other.
pub(crate) struct Band<'a, T, R> {
    path: Path,
    plan: Plan<R>,
    samples: Samples<'a, T, R>,
    /// How many planes each batch of the source has.
    planes: usize,
    chain: Option<Chain<R>>,
    parts: Vec<Part>,
    /// Sums for so many target planes are made together.
    chunk: usize,
    made: Vec<R>,
    /// Numbers of a plane, and which of those made is the present one.
    plane: usize,
    present: usize,
}

impl<'a, T: Value, R: Real> Band<'a, T, R> {
    pub(crate) fn new(plan: Plan<R>, source: ArrayViewD<'a, T>, limits: &Limits) -> Self {
        let path = limits.path;
        let planes = source.shape()[plan.streamed];
        let plane = plan.before.result();
        let chunk = chunk(&plan.line, plane, limits);
        let samples = samples(source, &plan, chunk);
        let parts = parts(&samples, &plan.line, plane, limits);
        let chain = Chain::new(&plan.line);
        let made = vec![R::default(); chunk * plane];
        Self { path, plan, samples, planes, chain, parts, chunk, made, plane, present: 0 }
    }

    /// Makes a target plane ready, up to the last `open` passes; planes are asked for in order.
    pub(crate) fn prepare(&mut self, number: usize, open: usize) {
        let targets = self.plan.line.targets;
        let (batch, target) = (number / targets, number % targets);
        self.present = target % self.chunk;
        if self.present == 0 {
            self.make(batch, target..(target + self.chunk).min(targets));
        }
        let plane = &self.made[self.present * self.plane..][..self.plane];
        let count = self.plan.after.count() - open;
        self.plan.after.run(self.path, plane, count, self.plan.outside);
    }

    /// The target plane that was made ready.
    pub(crate) fn finished(&self) -> &[R] {
        let plane = &self.made[self.present * self.plane..][..self.plane];
        self.plan.after.made(self.plan.after.count()).unwrap_or(plane)
    }

    /// Makes a row of the target plane that was made ready but for its last pass.
    pub(crate) fn write_row<O: Output>(&mut self, number: usize, finish: Finish<R>, out: &mut [O]) {
        let plane = &self.made[self.present * self.plane..][..self.plane];
        self.plan.after.write_row(plane, (number, self.plan.outside), finish, out);
    }

    /// Makes the sums across planes for a chunk of target planes.
    fn make(&mut self, batch: usize, targets: Range<usize>) {
        let Self { path, plan, samples, planes, chain, parts, made, plane, .. } = self;
        let (path, planes, plane, line) = (*path, *planes, *plane, &plan.line);
        if let Some(chain) = chain.as_mut().filter(|_| targets.start == 0) {
            chain.reset();
        }
        samples.load(path, plan.streamed, (batch, &targets), (line, &mut plan.before, plan.outside));
        let mut targets = Targets { rows: &mut made[..targets.len() * plane], range: targets, length: plane };
        match samples {
            Samples::Direct { rows, per_plane } => {
                let length = plane / *per_plane;
                let sample = |part: Part, number: usize| {
                    let Place::Voxel(voxel) = line.place(number) else { unreachable!("planes outside are made") };
                    let (row, begin) = (part.begin / length, part.begin % length);
                    &rows[(batch * planes + voxel) * *per_plane + row][begin..][..part.length]
                };
                sums(path, line, (chain.as_mut(), parts), &sample, &mut targets);
            }
            Samples::Worked { ring, planes, .. } => {
                let sample = |part: Part, number: usize| &ring[number % *planes * plane + part.begin..][..part.length];
                sums(path, line, (chain.as_mut(), parts), &sample, &mut targets);
            }
        }
    }
}

/// How many target planes of so many numbers are made together: one, unless there are stages: what is kept for them
/// then goes through the caches once for all of them.
fn chunk<R: Real>(line: &Line<R>, plane: usize, limits: &Limits) -> usize {
    let numbers = 2 * limits.leaf_numbers as usize;
    if line.stages.is_empty() { 1 } else { (numbers / plane.max(1)).clamp(1, line.targets) }
}

/// The planes of a source: as they are where that is possible.
fn samples<'a, T: Value, R: Real>(source: ArrayViewD<'a, T>, plan: &Plan<R>, chunk: usize) -> Samples<'a, T, R> {
    let Plan { streamed, line, before, .. } = plan;
    if before.is_empty() && !line.reaches_outside() {
        let mut merged = source.clone();
        let last = merged.ndim() - 1;
        (*streamed + 1..last).rev().take_while(|&axis| merged.merge_axes(Axis(axis), Axis(last))).for_each(drop);
        let per_plane = merged.shape()[*streamed + 1..last.max(*streamed + 1)].iter().product();
        if let Some(rows) = Rows::of_view(merged) {
            return Samples::Direct { rows: rows.rows, per_plane };
        }
    }
    let chunks = (0..line.targets).step_by(chunk).map(|first| first..(first + chunk).min(line.targets));
    let planes = chunks.map(|targets| sampled(line, &targets).len()).max().unwrap_or(1);
    Samples::Worked { source, ring: vec![R::default(); planes * before.result()], planes, next: 0 }
}

/// The samples that target planes are made from.
fn sampled<R: Real>(line: &Line<R>, targets: &Range<usize>) -> Range<usize> {
    let radius = line.radius();
    let ranges = targets.clone().map(|target| {
        let (phase, first) = line.target(target);
        first - radius..first + phase.taps.span + radius
    });
    ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end)).unwrap_or(0..0)
}

/// The parts of a plane, each within a row. What a sum needs of a part lies in the nearest cache.
fn parts<T, R: Real>(samples: &Samples<'_, T, R>, line: &Line<R>, plane: usize, limits: &Limits) -> Vec<Part> {
    let most = (limits.leaf_numbers >> if line.stages.is_empty() { 7 } else { 11 }).clamp(8, 2048) as usize;
    let rows = if let Samples::Direct { per_plane, .. } = samples { *per_plane } else { 1 };
    let length = plane / rows.max(1);
    let mut parts = Vec::new();
    (0..rows).for_each(|row| Part::push_parts(&mut parts, row * length..(row + 1) * length, most));
    parts
}

impl<T: Value, R: Real> Samples<'_, T, R> {
    /// Works on the planes that targets are made from, as far as that is not done.
    fn load(
        &mut self,
        path: Path,
        streamed: usize,
        (batch, targets): (usize, &Range<usize>),
        (line, before, outside): (&Line<R>, &mut Planar<R>, R),
    ) {
        let Self::Worked { source, ring, planes, next } = self else { return };
        if targets.start == 0 {
            *next = 0;
        }
        let (needed, plane) = (sampled(line, targets), before.result());
        for number in needed.start.max(*next)..needed.end {
            let to = &mut ring[number % *planes * plane..][..plane];
            match line.place(number) {
                Place::Outside => to.fill(outside),
                Place::Voxel(voxel) => before.load(path, plane_of(source, streamed, (batch, voxel)), to, outside),
            }
        }
        *next = (*next).max(needed.end);
    }
}

/// A plane of the source, by its batch and its number along the streamed axis.
fn plane_of<'a, T>(
    source: &ArrayViewD<'a, T>,
    streamed: usize,
    (mut batch, number): (usize, usize),
) -> ArrayViewD<'a, T> {
    let mut plane = source.clone().index_axis_move(Axis(streamed), number);
    for axis in (0..streamed).rev() {
        let extent = plane.len_of(Axis(axis));
        plane = plane.index_axis_move(Axis(axis), batch % extent);
        batch /= extent;
    }
    plane
}
