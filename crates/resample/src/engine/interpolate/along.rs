//! Passes along rows. A row is continued by the boundary and split into as many rows as the factor goes down; then every
//! phase is a sum of slices of these, and the phases are interleaved at last.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::super::simd::{Loop, Path};
use super::combine::{Taps, are_bounded};
use super::line::{Line, Phase, Place};
use super::real::{Finish, Real};
use crate::value::Output;

/// Scratch for passes along rows of one length.
///
/// Several rows are worked on at once, one behind the other, so that a sum is one loop over all of them. Where a row ends and
/// the next begins the loops make numbers of both, which nobody asks for.
pub(crate) struct Along<R> {
    /// How many numbers stand for one sample: more than one where axes that keep their voxels follow.
    group: usize,
    path: Path,
    /// How many rows are worked on at once.
    rows: usize,
    /// From the samples of a row to those of the next, in samples: a multiple of the step.
    pitch: usize,
    /// Where the samples come from: runs of voxels and places outside.
    runs: Vec<Run>,
    /// The samples, what the stages make of them, and room for one more stage.
    samples: Vec<R>,
    staged: Vec<R>,
    spare: Vec<R>,
    /// Every so manieth of the samples, and of what the stages make of them.
    split: [Vec<R>; 2],
    /// The results of the phases, one after the other.
    phases: Vec<R>,
}

struct Run {
    begin: usize,
    length: usize,
    /// The voxel of the first sample; the others follow it. `None` for samples outside.
    voxel: Option<usize>,
}

/// About so many numbers are worked on at once: with what is made of them they fit the nearest cache.
const AT_ONCE: usize = 1536;

impl<R: Real> Along<R> {
    /// Scratch for at most so many rows at once.
    pub(crate) fn new(line: &Line<R>, group: usize, most: usize, path: Path) -> Self {
        let pitch = line.samples().next_multiple_of(line.step());
        let rows = (AT_ONCE / (pitch * group)).clamp(1, most.max(1));
        let room = |used: bool| vec![R::default(); if used { rows * pitch * group } else { 0 }];
        let staged = line.is_staged();
        let split = |staged: bool| room(line.step() > 1 && line.phases.iter().any(|phase| phase.staged == staged));
        let split = [split(false), split(true)];
        Self {
            group,
            path,
            rows,
            pitch,
            runs: runs(line),
            samples: room(true),
            staged: room(staged),
            spare: room(staged),
            split,
            phases: vec![R::default(); rows * pitch / line.step() * line.phases.len() * group],
        }
    }

    /// How many rows are worked on at once.
    pub(crate) fn rows(&self) -> usize {
        self.rows
    }

    /// Computes rows of this length, no more than are worked on at once; the results are handed out by [`Along::interleave`].
    pub(crate) fn pass(&mut self, line: &Line<R>, rows: &[R], length: usize, outside: R) {
        let (group, pitch) = (self.group, self.pitch * self.group);
        for (row, to) in rows.chunks_exact(length).zip(self.samples.chunks_exact_mut(pitch)) {
            for run in &self.runs {
                let to = &mut to[run.begin * group..][..run.length * group];
                match (run.voxel, &mut *to) {
                    // A mirror makes many of these.
                    (Some(voxel), [to]) => *to = row[voxel],
                    (Some(voxel), to) => to.copy_from_slice(&row[voxel * group..][..run.length * group]),
                    (None, to) => to.fill(outside),
                }
            }
        }
        // The last row has no neighbour to make numbers with.
        let samples = (rows.len() / length - 1) * self.pitch + line.samples();
        let bounded = line.is_staged() && are_bounded(self.path, &self.samples[..samples * self.group]);
        self.run_stages(line, samples, bounded);
        self.split(line, samples);
        self.run_phases(line, samples, bounded);
    }

    fn run_stages(&mut self, line: &Line<R>, samples: usize, bounded: bool) {
        if !line.is_staged() {
            return;
        }
        let mut length = samples;
        for (number, stage) in line.stages.iter().enumerate() {
            length -= stage.span - 1;
            let numbers = length * self.group;
            let before = if number == 0 { &self.samples } else { &self.staged };
            let row = |k: usize| &before[k * self.group..][..numbers];
            stage.combine_bounded((self.path, bounded), row, &mut self.spare[..numbers]);
            std::mem::swap(&mut self.spare, &mut self.staged);
        }
    }

    fn split(&mut self, line: &Line<R>, samples: usize) {
        if line.step() == 1 {
            return;
        }
        let (group, parts) = (self.group, line.step());
        let used = samples.next_multiple_of(parts) * group;
        for (source, out) in [&self.samples, &self.staged].into_iter().zip(&mut self.split) {
            if !out.is_empty() {
                let stride = out.len() / parts;
                self.path.run(Split { source: &source[..used], parts, group, stride, out });
            }
        }
    }

    fn run_phases(&mut self, line: &Line<R>, samples: usize, bounded: bool) {
        let (radius, stride) = (line.radius(), self.stride(line));
        let (step, group) = (line.step(), self.group);
        for (number, phase) in line.phases.iter().enumerate() {
            let Phase { taps, first, staged } = phase;
            // As many as there are samples for; those of the last row of all have an end of their own.
            let targets = (line.targets - number).div_ceil(line.phases.len());
            let numbers = (samples - line.samples()) / step * group + targets * group;
            let out = &mut self.phases[number * stride..][..numbers];
            let (whole, split) = if *staged { (&self.staged, &self.split[1]) } else { (&self.samples, &self.split[0]) };
            let first = first - if *staged { radius } else { 0 };
            sum_phase((self.path, bounded), taps, (whole, split), (first, step, group), out);
        }
    }

    /// How far apart the phases lie.
    fn stride(&self, line: &Line<R>) -> usize {
        self.phases.len() / line.phases.len()
    }

    /// Hands out a row of those last computed.
    pub(crate) fn interleave<O: Output>(&self, line: &Line<R>, (number, finish): (usize, Finish<R>), out: &mut [O]) {
        let (phases, stride) = (line.phases.len(), self.stride(line));
        let rows = &self.phases[number * self.pitch / line.step() * self.group..];
        self.path.run(Interleave { rows, stride, phases, group: self.group, finish, out });
    }
}

/// The sums of a phase whose first sample is given, over samples of `group` numbers: as they are where the next voxel of the
/// phase begins at the next sample, else split.
pub(crate) fn sum_phase<R: Real>(
    known: (Path, bool),
    taps: &Taps<R>,
    (whole, split): (&[R], &[R]),
    (first, step, group): (usize, usize, usize),
    out: &mut [R],
) {
    let numbers = out.len();
    if step == 1 {
        return taps.combine_bounded(known, |k| &whole[(first + k) * group..][..numbers], out);
    }
    let part = split.len() / step;
    let row = |k: usize| {
        let sample = first + k;
        &split[sample % step * part + sample / step * group..][..numbers]
    };
    taps.combine_bounded(known, row, out);
}

/// The samples of a line as runs of voxels.
fn runs<R: Real>(line: &Line<R>) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for begin in 0..line.samples() {
        let voxel = match line.place(begin) {
            Place::Voxel(voxel) => Some(voxel),
            Place::Outside => None,
        };
        match runs.last_mut() {
            Some(run) if run.voxel.map(|voxel| voxel + run.length) == voxel => run.length += 1,
            _ => runs.push(Run { begin, length: 1, voxel }),
        }
    }
    runs
}

/// Part `k` gets every so manieth group, beginning with number `k`.
pub(crate) struct Split<'a, R> {
    pub(crate) source: &'a [R],
    pub(crate) parts: usize,
    pub(crate) group: usize,
    pub(crate) stride: usize,
    pub(crate) out: &'a mut [R],
}

impl<R: Real> Loop for Split<'_, R> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match (self.parts, self.group) {
            (2, 1) => split::<R, 2>(self.source, self.stride, self.out),
            (3, 1) => split::<R, 3>(self.source, self.stride, self.out),
            (4, 1) => split::<R, 4>(self.source, self.stride, self.out),
            (parts, group) => {
                for (number, part) in self.out.chunks_exact_mut(self.stride).enumerate().take(parts) {
                    let groups = self.source.chunks_exact(group).skip(number).step_by(parts);
                    part.chunks_exact_mut(group).zip(groups).for_each(|(to, from)| to.copy_from_slice(from));
                }
            }
        }
    }
}

#[inline(always)]
fn split<R: Real, const N: usize>(source: &[R], stride: usize, out: &mut [R]) {
    let (groups, rest) = source.as_chunks::<N>();
    let mut parts = out.chunks_exact_mut(stride);
    let mut parts: [&mut [R]; N] = std::array::from_fn(|_| parts.next().expect("as many parts as were made room for"));
    parts.iter_mut().zip(rest).for_each(|(part, &last)| part[groups.len()] = last);
    let parts = parts.map(|part| &mut part[..groups.len()]);
    for (at, group) in groups.iter().enumerate() {
        for k in 0..N {
            parts[k][at] = group[k];
        }
    }
}

/// Every so manieth group from each of the rows.
struct Interleave<'a, R, O> {
    rows: &'a [R],
    stride: usize,
    phases: usize,
    group: usize,
    finish: Finish<R>,
    out: &'a mut [O],
}

/// Hands out a row as it is.
pub(crate) fn finish_row<R: Real, O: Output>(path: Path, row: &[R], finish: Finish<R>, out: &mut [O]) {
    path.run(Interleave { rows: row, stride: row.len(), phases: 1, group: 1, finish, out });
}

impl<R: Real, O: Output> Loop for Interleave<'_, R, O> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let Self { rows, stride, phases, group, finish, out } = self;
        match (phases, group) {
            (1, _) => out.iter_mut().zip(rows).for_each(|(to, &from)| *to = finish.apply(from)),
            (2, 1) => interleave::<R, O, 2>(rows, stride, finish, out),
            (3, 1) => interleave::<R, O, 3>(rows, stride, finish, out),
            (4, 1) => interleave::<R, O, 4>(rows, stride, finish, out),
            _ => {
                for number in 0..phases {
                    let groups = out.chunks_exact_mut(group).skip(number).step_by(phases);
                    let pairs = groups.zip(rows[number * stride..].chunks_exact(group));
                    pairs.for_each(|(to, from)| {
                        to.iter_mut().zip(from).for_each(|(to, &from)| *to = finish.apply(from));
                    });
                }
            }
        }
    }
}

#[inline(always)]
fn interleave<R: Real, O: Output, const N: usize>(rows: &[R], stride: usize, finish: Finish<R>, out: &mut [O]) {
    let (groups, rest) = out.as_chunks_mut::<N>();
    let rows: [&[R]; N] = std::array::from_fn(|k| &rows[k * stride..]);
    let whole: [&[R]; N] = rows.map(|row| &row[..groups.len()]);
    for (at, group) in groups.iter_mut().enumerate() {
        for k in 0..N {
            group[k] = finish.apply(whole[k][at]);
        }
    }
    let last = groups.len();
    rest.iter_mut().zip(rows).for_each(|(to, row)| *to = finish.apply(row[last]));
}
