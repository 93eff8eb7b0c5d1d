//! Passes along rows. A row is continued by the boundary and split into as many rows as the factor goes down; then every
//! phase is a sum of slices of these, and the phases are interleaved at last.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::super::simd::{Loop, Path};
use super::line::{Line, Phase, Place};
use super::real::{Finish, Real};
use crate::value::Output;

/// Scratch for passes along rows of one length.
pub(crate) struct Along<R> {
    /// How many numbers stand for one sample: more than one where axes that keep their voxels follow.
    group: usize,
    path: Path,
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

impl<R: Real> Along<R> {
    pub(crate) fn new(line: &Line<R>, group: usize, path: Path) -> Self {
        let runs = runs(line);
        let room = |used: bool| vec![R::default(); if used { line.samples() * group } else { 0 }];
        let staged = !line.stages.is_empty();
        let split = |staged: bool| {
            let used = line.step() > 1 && line.phases.iter().any(|phase| phase.staged == staged);
            vec![R::default(); if used { line.samples().div_ceil(line.step()) * line.step() * group } else { 0 }]
        };
        let longest = line.targets.div_ceil(line.phases.len());
        Self {
            group,
            path,
            runs,
            samples: room(true),
            staged: room(staged),
            spare: room(staged),
            split: [split(false), split(true)],
            phases: vec![R::default(); longest * line.phases.len() * group],
        }
    }

    /// Computes a row; the result is handed out by [`Along::interleave`].
    pub(crate) fn pass(&mut self, line: &Line<R>, row: &[R], outside: R) {
        let group = self.group;
        for run in &self.runs {
            let to = &mut self.samples[run.begin * group..][..run.length * group];
            match run.voxel {
                Some(voxel) => to.copy_from_slice(&row[voxel * group..][..run.length * group]),
                None => to.fill(outside),
            }
        }
        self.run_stages(line);
        self.split(line);
        self.run_phases(line);
    }

    fn run_stages(&mut self, line: &Line<R>) {
        let mut length = line.samples();
        for (number, stage) in line.stages.iter().enumerate() {
            length -= stage.span - 1;
            let numbers = length * self.group;
            let before = if number == 0 { &self.samples } else { &self.staged };
            let row = |k: usize| &before[k * self.group..][..numbers];
            stage.combine(self.path, row, &mut self.spare[..numbers]);
            std::mem::swap(&mut self.spare, &mut self.staged);
        }
    }

    fn split(&mut self, line: &Line<R>) {
        if line.step() == 1 {
            return;
        }
        for (source, out) in [&self.samples, &self.staged].into_iter().zip(&mut self.split) {
            if !out.is_empty() {
                let stride = line.samples().div_ceil(line.step()) * self.group;
                self.path.run(Split { source, parts: line.step(), group: self.group, stride, out });
            }
        }
    }

    fn run_phases(&mut self, line: &Line<R>) {
        let radius = line.stages.iter().map(|stage| stage.span / 2).sum::<usize>();
        let stride = self.stride(line);
        let part = line.samples().div_ceil(line.step()) * self.group;
        for (number, phase) in line.phases.iter().enumerate() {
            let numbers = (line.targets - number).div_ceil(line.phases.len()) * self.group;
            let Phase { taps, first, staged } = phase;
            let out = &mut self.phases[number * stride..][..numbers];
            let (whole, split) = if *staged { (&self.staged, &self.split[1]) } else { (&self.samples, &self.split[0]) };
            let first = first - if *staged { radius } else { 0 };
            let group = self.group;
            if line.step() == 1 {
                taps.combine(self.path, |k| &whole[(first + k) * group..][..numbers], out);
            } else {
                let row = |k: usize| {
                    let sample = first + k;
                    let begin = sample % line.step() * part + sample / line.step() * group;
                    &split[begin..][..numbers]
                };
                taps.combine(self.path, row, out);
            }
        }
    }

    /// How far apart the phases lie.
    fn stride(&self, line: &Line<R>) -> usize {
        line.targets.div_ceil(line.phases.len()) * self.group
    }

    /// Hands out the row last computed.
    pub(crate) fn interleave<O: Output>(&self, line: &Line<R>, finish: Finish<R>, out: &mut [O]) {
        let (phases, stride) = (line.phases.len(), self.stride(line));
        self.path.run(Interleave { rows: &self.phases, stride, phases, group: self.group, finish, out });
    }
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
struct Split<'a, R> {
    source: &'a [R],
    parts: usize,
    group: usize,
    stride: usize,
    out: &'a mut [R],
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
                for (number, row) in rows.chunks_exact(stride).enumerate() {
                    let groups = out.chunks_exact_mut(group).skip(number).step_by(phases);
                    let pairs = groups.zip(row.chunks_exact(group));
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
    let rows: [&[R]; N] = std::array::from_fn(|k| &rows[k * stride..][..stride]);
    let whole: [&[R]; N] = rows.map(|row| &row[..groups.len()]);
    for (at, group) in groups.iter_mut().enumerate() {
        for k in 0..N {
            group[k] = finish.apply(whole[k][at]);
        }
    }
    let last = groups.len();
    rest.iter_mut().zip(rows).for_each(|(to, row)| *to = finish.apply(row[last]));
}
