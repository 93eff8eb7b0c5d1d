//! Tables of weights and source indices for a run of target voxels on one axis.

use std::ops::Range;

use crate::Factor;

/// Stands for a sample outside the volume that a constant replaces.
pub(crate) const OUTSIDE: usize = usize::MAX;

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
    /// The weight whose sample is nearest to the centre of the target voxel.
    pub(crate) centre: usize,
    pub(crate) place: Place<'a>,
}

/// The samples that go with the weights, counted from the begin of the source region.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Place<'a> {
    /// Neighbours, from this one on.
    Run(usize),
    /// Anywhere; [`OUTSIDE`] where there is no voxel.
    Listed(&'a [usize]),
}

impl<W: Copy> Tap<'_, W> {
    /// The index of the sample that goes with weight `k`.
    #[inline]
    pub(crate) fn index(&self, k: usize) -> usize {
        match self.place {
            Place::Run(first) => first + k,
            Place::Listed(list) => list[k],
        }
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
    centre: usize,
    place: Start,
}

enum Start {
    Run(i64),
    Listed(usize),
}

/// The taps of consecutive target voxels. Weights repeat with the phase and are kept once.
pub(crate) struct Taps<W> {
    source_begin: i64,
    expected: usize,
    weights: Vec<W>,
    phases: Vec<Option<Row<W>>>,
    listed: Vec<usize>,
    targets: Vec<Target<W>>,
}

impl<W: Weight> Taps<W> {
    /// Room for the taps of these target voxels, over a source region that begins at `source_begin`.
    pub(crate) fn new(source_begin: i64, target: &Range<i64>) -> Self {
        let expected = (target.end - target.start) as usize;
        let targets = Vec::with_capacity(expected);
        Self { source_begin, expected, weights: Vec::new(), phases: Vec::new(), listed: Vec::new(), targets }
    }

    pub(crate) fn len(&self) -> usize {
        self.targets.len()
    }

    /// The taps of the target voxel with this number in the run.
    #[inline]
    pub(crate) fn get(&self, number: usize) -> Tap<'_, W> {
        let Target { row, centre, place } = &self.targets[number];
        let place = match *place {
            Start::Run(first) => Place::Run((first - self.source_begin) as usize),
            Start::Listed(first) => Place::Listed(&self.listed[first..first + row.len]),
        };
        Tap { weights: &self.weights[row.first..row.first + row.len], total: row.total, centre: *centre, place }
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
        self.targets.push(Target { row, centre: row.len / 2, place: Start::Run(first) });
    }

    /// The next target voxel has weights of its own.
    pub(crate) fn push_once(&mut self, first: i64, fill: impl FnOnce(&mut Vec<W>)) {
        let row = self.add_row(fill);
        self.targets.push(Target { row, centre: row.len / 2, place: Start::Run(first) });
    }

    fn add_row(&mut self, fill: impl FnOnce(&mut Vec<W>)) -> Row<W> {
        let first = self.weights.len();
        fill(&mut self.weights);
        Row { first, len: self.weights.len() - first, total: self.weights[first..].iter().copied().sum() }
    }

    /// The weights of the last target voxel sum to one by construction; this one is at its centre.
    pub(crate) fn set_normalised(&mut self, centre: usize) {
        if let Some(target) = self.targets.last_mut() {
            target.row.total = W::from(1);
            target.centre = centre;
        }
    }

    /// The samples of the last target voxel are these.
    pub(crate) fn list(&mut self, samples: impl Iterator<Item = Option<i64>>) {
        let first = self.listed.len();
        let begin = self.source_begin;
        self.listed.extend(samples.map(|sample| sample.map_or(OUTSIDE, |i| (i - begin) as usize)));
        if let Some(target) = self.targets.last_mut() {
            target.place = Start::Listed(first);
        }
    }
}
