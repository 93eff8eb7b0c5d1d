//! The stages of a prefilter across rows: each keeps the last rows it made in a ring, as many as the next one looks at.

use super::super::simd::Path;
use super::combine::Taps;
use super::line::Line;
use super::real::Real;
use crate::value::Value;

/// The rings of the stages, for one part of each row after the other.
///
/// The parts of a row stand apart, so that all rows of one part lie together: they are in the nearest cache while the
/// part is worked on.
pub(crate) struct Cascade<R> {
    rings: Vec<Ring<R>>,
}

struct Ring<R> {
    /// How many rows it holds.
    rows: usize,
    /// The first row that is still to be made.
    next: usize,
    data: Vec<R>,
}

/// A part of all rows.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    /// Where it begins in each row.
    pub(crate) begin: usize,
    pub(crate) length: usize,
}

impl<R: Real> Ring<R> {
    #[inline]
    fn row(&self, part: Part, number: usize) -> &[R] {
        &self.data[part.begin * self.rows + number % self.rows * part.length..][..part.length]
    }

    #[inline]
    fn row_mut(&mut self, part: Part, number: usize) -> &mut [R] {
        &mut self.data[part.begin * self.rows + number % self.rows * part.length..][..part.length]
    }
}

impl<R: Real> Cascade<R> {
    /// How many rows each ring holds.
    fn sizes(line: &Line<R>) -> impl Iterator<Item = usize> {
        let longest = line.phases.iter().filter(|phase| phase.staged).map(|phase| phase.taps.span).max();
        let looked_at = line.stages.iter().skip(1).map(|stage| stage.span).chain(longest);
        looked_at.filter(move |_| longest.is_some())
    }

    /// Rings for rows of so many numbers.
    pub(crate) fn new(line: &Line<R>, length: usize) -> Self {
        let rings = Self::sizes(line).map(|rows| Ring { rows, next: 0, data: vec![R::default(); rows * length] });
        Self { rings: rings.collect() }
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self) {
        self.rings.iter_mut().for_each(|ring| ring.next = 0);
    }

    /// Where each ring stands.
    pub(crate) fn state(&self) -> Vec<usize> {
        self.rings.iter().map(|ring| ring.next).collect()
    }

    /// Goes back to where the rings stood, for another part of the rows.
    pub(crate) fn restore(&mut self, state: &[usize]) {
        self.rings.iter_mut().zip(state).for_each(|(ring, &next)| ring.next = next);
    }

    /// Fills `out`, a part of the row of a target voxel; `sample` gives the parts of the samples.
    ///
    /// Targets are asked for in order.
    pub(crate) fn sum<'r, T: Value>(
        &mut self,
        path: Path,
        line: &Line<R>,
        (target, part): (usize, Part),
        sample: &impl Fn(usize) -> &'r [T],
        out: &mut [R],
    ) {
        let (phase, first) = line.target(target);
        if !phase.staged {
            return phase.taps.combine(path, |k| sample(first + k), out);
        }
        make(path, (&line.stages, &mut self.rings), (part, first, first + phase.taps.span), sample);
        let coefficients = self.rings.last().expect("a line with stages");
        phase.taps.combine(path, |k| coefficients.row(part, first + k), out);
    }
}

/// Makes rows `[begin, end)` of the last of some stages, as far as they are not there.
fn make<'r, T: Value, R: Real>(
    path: Path,
    (stages, rings): (&[Taps<R>], &mut [Ring<R>]),
    (part, begin, end): (Part, usize, usize),
    sample: &impl Fn(usize) -> &'r [T],
) {
    let (Some((stage, stages)), Some((ring, rings))) = (stages.split_last(), rings.split_last_mut()) else { return };
    let radius = stage.span / 2;
    ring.next = ring.next.max(begin);
    while ring.next < end {
        let first = ring.next - radius;
        make(path, (stages, rings), (part, first, first + stage.span), sample);
        let out = ring.row_mut(part, ring.next);
        match rings.last() {
            Some(before) => stage.combine(path, |k| before.row(part, first + k), out),
            None => stage.combine(path, |k| sample(first + k), out),
        }
        ring.next += 1;
    }
}
