//! Passes within a plane, axis by axis.

use ndarray::{ArrayViewD, Axis};

use super::super::simd::Path;
use super::along::Along;
use super::cascade::{Cascade, Part};
use super::line::{Line, Place};
use super::real::{Finish, Real};
use crate::Cast;
use crate::value::{Output, Value};

/// Rows shorter than this are groups of a longer row.
pub(crate) const SHORT: usize = 16;

/// The passes of a plane, in order.
pub(crate) struct Planar<R> {
    passes: Vec<Pass<R>>,
    /// The extents of the plane before the first pass and after the last.
    source: Vec<usize>,
    target: Vec<usize>,
    /// The results of all passes but those that write elsewhere, in turns.
    buffers: [Vec<R>; 2],
    /// A plane of the source, converted.
    loaded: Vec<R>,
}

/// A pass over `outer` blocks of `line.samples` rows of `inner` numbers.
struct Pass<R> {
    line: Line<R>,
    outer: usize,
    extent: usize,
    inner: usize,
    kind: Kind<R>,
}

enum Kind<R> {
    Across(Cascade<R>, Vec<R>),
    Along(Along<R>),
}

impl<R: Real> Planar<R> {
    /// The passes of these lines, each with its axis of the plane, whose extents are given.
    pub(crate) fn new(lines: Vec<(usize, Line<R>)>, source: &[usize], path: Path) -> Self {
        let mut shape = source.to_vec();
        let passes = lines.into_iter().map(|(axis, line)| {
            let extent = shape[axis];
            let (outer, inner) = (shape[..axis].iter().product(), shape[axis + 1..].iter().product());
            shape[axis] = line.targets;
            let kind = if inner < SHORT {
                Kind::Along(Along::new(&line, inner, path))
            } else {
                Kind::Across(Cascade::new(&line, inner), Vec::new())
            };
            Pass { line, outer, extent, inner, kind }
        });
        let passes = passes.collect::<Vec<_>>();
        Self { passes, source: source.to_vec(), target: shape, buffers: [Vec::new(), Vec::new()], loaded: Vec::new() }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.passes.is_empty()
    }

    /// Numbers of the result.
    pub(crate) fn result(&self) -> usize {
        self.target.iter().product()
    }

    pub(crate) fn target(&self) -> &[usize] {
        &self.target
    }

    /// The length of the rows that the last pass can write one by one, if it can.
    pub(crate) fn row_length(&self) -> Option<usize> {
        let last = self.passes.last()?;
        matches!(last.kind, Kind::Along(_)).then(|| last.line.targets * last.inner)
    }

    /// Converts a plane of the source and makes all passes on it.
    pub(crate) fn load<T: Value>(&mut self, path: Path, source: ArrayViewD<'_, T>, to: &mut [R], outside: R) {
        if self.passes.is_empty() {
            return convert(source, to);
        }
        let mut plane = std::mem::take(&mut self.loaded);
        plane.resize(self.source.iter().product(), R::default());
        convert(source, &mut plane);
        self.run(path, &plane, self.passes.len(), outside);
        self.loaded = plane;
        if let Some(made) = self.made(self.passes.len()) {
            to.copy_from_slice(made);
        }
    }

    /// Makes the first `count` passes; the last of them leaves its result where [`Planar::made`] finds it.
    pub(crate) fn run(&mut self, path: Path, plane: &[R], count: usize, outside: R) {
        for number in 0..count {
            let (even, odd) = self.buffers.split_at_mut(1);
            let (to, from) = if number % 2 == 0 { (&mut even[0], &odd[0]) } else { (&mut odd[0], &even[0]) };
            let from = if number == 0 { plane } else { from.as_slice() };
            let pass = &mut self.passes[number];
            to.resize(pass.outer * pass.line.targets * pass.inner, R::default());
            pass.run(path, from, to, outside);
        }
    }

    /// The result of the first `count` passes, at least one.
    pub(crate) fn made(&self, count: usize) -> Option<&[R]> {
        Some(self.buffers[count.checked_sub(1)? % 2].as_slice())
    }

    /// How many passes there are.
    pub(crate) fn count(&self) -> usize {
        self.passes.len()
    }

    /// Makes a row of the last pass, which writes rows, and hands it out.
    pub(crate) fn write_row<O: Output>(
        &mut self,
        plane: &[R],
        (number, outside): (usize, R),
        finish: Finish<R>,
        out: &mut [O],
    ) {
        let before = self.passes.len() - 1;
        let buffers = &self.buffers;
        let from = before.checked_sub(1).map_or(plane, |number| buffers[number % 2].as_slice());
        let Pass { line, extent, inner, kind, .. } = &mut self.passes[before];
        if let Kind::Along(along) = kind {
            let row = &from[number * *extent * *inner..][..*extent * *inner];
            along.pass(line, row, outside);
            along.interleave(line, finish, out);
        }
    }
}

impl<R: Real> Pass<R> {
    fn run(&mut self, path: Path, from: &[R], to: &mut [R], outside: R) {
        let Self { line, extent, inner, kind, .. } = self;
        let blocks = from.chunks_exact((*extent * *inner).max(1)).zip(to.chunks_exact_mut(line.targets * *inner));
        match kind {
            Kind::Along(along) => {
                let finish = Finish::new(None, Cast::default());
                for (from, to) in blocks {
                    along.pass(line, from, outside);
                    along.interleave(line, finish, to);
                }
            }
            Kind::Across(cascade, beyond) => {
                beyond.resize(*inner, outside);
                for (from, to) in blocks {
                    across(path, line, (cascade, beyond), from, to);
                }
            }
        }
    }
}

/// Sums across rows.
fn across<R: Real>(path: Path, line: &Line<R>, (cascade, beyond): (&mut Cascade<R>, &[R]), from: &[R], to: &mut [R]) {
    let length = beyond.len();
    let part = Part { begin: 0, length };
    let sample = |number: usize| match line.place(number) {
        Place::Voxel(voxel) => &from[voxel * length..][..length],
        Place::Outside => beyond,
    };
    cascade.reset();
    for (target, out) in to.chunks_exact_mut(length).enumerate() {
        cascade.sum(path, line, (target, part), &sample, out);
    }
}

/// Copies a plane, converting its voxels.
fn convert<T: Value, R: Real>(mut source: ArrayViewD<'_, T>, to: &mut [R]) {
    if source.ndim() == 0 {
        source.insert_axis_inplace(Axis(0));
    }
    let length = source.shape().last().copied().unwrap_or(1).max(1);
    for (row, to) in source.rows().into_iter().zip(to.chunks_exact_mut(length)) {
        match row.as_slice() {
            Some(row) => to.iter_mut().zip(row).for_each(|(to, &from)| *to = R::load(from)),
            None => to.iter_mut().zip(row).for_each(|(to, &from)| *to = R::load(from)),
        }
    }
}
