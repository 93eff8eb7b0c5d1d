//! Tables of weights and source indices for a run of target voxels on one axis.

use std::ops::Range;

use crate::Factor;

/// A type of weights. Whole weights are overlaps; they go into each of these types exactly.
pub(crate) trait Weight: Copy + From<u32> + std::iter::Sum {}

impl Weight for i64 {}
impl Weight for i128 {}
impl Weight for u64 {}
impl Weight for f64 {}

/// What one target voxel is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tap<'a, W> {
    /// None is zero.
    pub(crate) weights: &'a [W],
    /// What the weighted sum is divided by for a mean.
    pub(crate) total: W,
    /// The weight in the middle.
    pub(crate) centre: usize,
    first: usize,
}

impl<W: Copy> Tap<'_, W> {
    /// The sample that goes with weight `k`, counted from the begin of the source region.
    #[inline]
    pub(crate) fn index(&self, k: usize) -> usize {
        self.first + k
    }
}

#[derive(Clone, Copy)]
struct Row<W> {
    first: usize,
    len: usize,
    total: W,
}

struct Target<W> {
    row: Row<W>,
    first: i64,
}

/// The taps of consecutive target voxels. Weights repeat with the phase and are kept once.
pub(crate) struct Taps<W> {
    source_begin: i64,
    expected: usize,
    weights: Vec<W>,
    phases: Vec<Option<Row<W>>>,
    targets: Vec<Target<W>>,
}

impl<W: Weight> Taps<W> {
    /// Room for the taps of these target voxels, over a source region that begins at `source_begin`.
    pub(crate) fn new(source_begin: i64, target: &Range<i64>) -> Self {
        let expected = (target.end - target.start) as usize;
        let targets = Vec::with_capacity(expected);
        Self { source_begin, expected, weights: Vec::new(), phases: Vec::new(), targets }
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    /// The taps of the target voxel with this number in the run.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Tap<'_, W> {
        let Target { row, first } = &self.targets[number];
        let first = (first - self.source_begin) as usize;
        Tap { weights: &self.weights[row.first..row.first + row.len], total: row.total, centre: row.len / 2, first }
    }

    /// The next target voxel is source voxel `i`.
    pub(crate) fn push_single(&mut self, i: i64) {
        self.push_repeating(0, Factor::ONE, i, |row| row.push(W::from(1)));
    }

    /// The next target voxel has weights that all of its phase have.
    pub(crate) fn push_repeating(&mut self, phase: usize, factor: Factor, first: i64, fill: impl FnOnce(&mut Vec<W>)) {
        // A table with more phases than there are target voxels would never repay.
        if factor.up() as usize > self.expected {
            return self.push_once(first, fill);
        }
        self.phases.resize(factor.up() as usize, None);
        let row = self.phases[phase].unwrap_or_else(|| self.add_row(fill));
        self.phases[phase] = Some(row);
        self.targets.push(Target { row, first });
    }

    /// The next target voxel has weights of its own.
    pub(crate) fn push_once(&mut self, first: i64, fill: impl FnOnce(&mut Vec<W>)) {
        let row = self.add_row(fill);
        self.targets.push(Target { row, first });
    }

    fn add_row(&mut self, fill: impl FnOnce(&mut Vec<W>)) -> Row<W> {
        let first = self.weights.len();
        fill(&mut self.weights);
        Row { first, len: self.weights.len() - first, total: self.weights[first..].iter().copied().sum() }
    }
}
