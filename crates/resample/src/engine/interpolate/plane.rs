//! Passes within a plane, axis by axis.

use ndarray::{ArrayViewD, Axis};

use super::super::simd::Path;
use super::along::Along;
use super::chain::{Chain, Part, Targets, sums};
use super::line::{Line, Place};
use super::real::{Convert, Finish, Real};
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
    Across(Across<R>),
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
                Kind::Along(Along::new(&line, inner, outer, path))
            } else {
                Kind::Across(Across::new(&line, inner))
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
        let Some(last) = self.passes.len().checked_sub(1) else { return convert(path, source, to) };
        // All at once: memory is read ahead along a plane, not along rows between which something else is done.
        let mut plane = std::mem::take(&mut self.loaded);
        plane.resize(self.source.iter().product(), R::default());
        convert(path, source, &mut plane);
        self.run(path, &plane, last, outside);
        let from = last.checked_sub(1).map_or(plane.as_slice(), |before| self.buffers[before % 2].as_slice());
        self.passes[last].run(path, from, to, outside);
        self.loaded = plane;
    }

    /// Makes the first `count` passes; the last of them leaves its result where [`Planar::made`] finds it.
    pub(crate) fn run(&mut self, path: Path, plane: &[R], count: usize, outside: R) {
        for number in 0..count {
            let (even, odd) = self.buffers.split_at_mut(1);
            let (to, from) = if number % 2 == 0 { (&mut even[0], &odd[0]) } else { (&mut odd[0], &even[0]) };
            let from = if number == 0 { plane } else { from.as_slice() };
            let pass = &mut self.passes[number];
            to.resize(pass.result(), R::default());
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

    /// Makes rows of the last pass, which writes rows, and hands one out; they are asked for in order.
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
            let (length, among) = (*extent * *inner, number % along.rows());
            if among == 0 {
                let rows = from.len().min((number + along.rows()) * length);
                along.pass(line, &from[number * length..rows], length, outside);
            }
            along.interleave(line, (among, finish), out);
        }
    }
}

impl<R: Real> Pass<R> {
    /// Numbers of the result.
    fn result(&self) -> usize {
        self.outer * self.line.targets * self.inner
    }

    fn run(&mut self, path: Path, from: &[R], to: &mut [R], outside: R) {
        let Self { line, extent, inner, kind, .. } = self;
        let (length, made) = (*extent * *inner, line.targets * *inner);
        match kind {
            Kind::Along(along) => {
                let finish = Finish::new(None, Cast::default());
                let blocks = from.chunks(length * along.rows()).zip(to.chunks_mut(made * along.rows()));
                for (from, to) in blocks {
                    along.pass(line, from, length, outside);
                    for (number, to) in to.chunks_exact_mut(made).enumerate() {
                        along.interleave(line, (number, finish), to);
                    }
                }
            }
            Kind::Across(across) => {
                across.beyond.fill(outside);
                let blocks = from.chunks_exact(length.max(1)).zip(to.chunks_exact_mut(made));
                blocks.for_each(|(from, to)| across.run(path, line, from, to));
            }
        }
    }
}

/// A pass across rows.
struct Across<R> {
    chain: Option<Chain<R>>,
    parts: Vec<Part>,
    /// How many target rows are made together.
    chunk: usize,
    /// The row that a constant boundary puts outside.
    beyond: Vec<R>,
}

/// Numbers of a part of a row, and target rows that are made together: with what lies between source and result they fit
/// the nearest cache.
const STAGED: (usize, usize) = (128, 32);

impl<R: Real> Across<R> {
    fn new(line: &Line<R>, length: usize) -> Self {
        let chain = Chain::new(line);
        let (most, chunk) = if chain.is_some() { STAGED } else { (length, line.targets) };
        let mut parts = Vec::new();
        Part::push_parts(&mut parts, 0..length, most);
        Self { chain, parts, chunk, beyond: vec![R::default(); length] }
    }

    fn run(&mut self, path: Path, line: &Line<R>, from: &[R], to: &mut [R]) {
        let Self { chain, parts, chunk, beyond } = self;
        let length = beyond.len();
        let sample = |part: Part, number: usize| {
            let row = match line.place(number) {
                Place::Voxel(voxel) => &from[voxel * length..][..length],
                Place::Outside => beyond,
            };
            &row[part.begin..][..part.length]
        };
        for part in parts.iter() {
            // One after the other, so that all need the room of one.
            let part = Part { number: 0, ..*part };
            if let Some(chain) = chain {
                chain.reset();
            }
            for (number, rows) in to.chunks_mut(*chunk * length).enumerate() {
                let first = number * *chunk;
                let range = first..(first + *chunk).min(line.targets);
                sums(path, line, (chain.as_mut(), &[part]), &sample, &mut Targets { range, rows, length });
            }
        }
    }
}

/// Copies a plane, converting its voxels.
fn convert<T: Value, R: Real>(path: Path, mut source: ArrayViewD<'_, T>, to: &mut [R]) {
    if let Some(from) = source.as_slice() {
        return path.run(Convert { from, to });
    }
    if source.ndim() == 0 {
        source.insert_axis_inplace(Axis(0));
    }
    let length = source.shape().last().copied().unwrap_or(1).max(1);
    for (row, to) in source.rows().into_iter().zip(to.chunks_exact_mut(length)) {
        match row.as_slice() {
            Some(from) => path.run(Convert { from, to }),
            None => to.iter_mut().zip(row).for_each(|(to, &from)| *to = R::load(from)),
        }
    }
}
