//! What happens to the samples of one axis of a leaf: stages of a prefilter, then the taps of each phase.
//!
//! Samples are counted from the first that the target voxels take from the endless signal, the *reach* of the leaf. A
//! stage has the samples of the reach but for its radius at both ends. That is the same sum for the same sample, whichever
//! leaf it is taken in.

use std::ops::Range;

use super::combine::Taps;
use super::real::Real;
use crate::axis::{AxisRule, Rule};
use crate::{Boundary, Factor};

/// One axis of a leaf.
pub(crate) struct Line<R> {
    /// How many target voxels.
    pub(crate) targets: usize,
    /// The samples of the endless signal that they are made from, and the boundary that continues the volume to them;
    /// `None` where the volume is all there is.
    reach: Range<i64>,
    boundary: Option<Boundary>,
    volume: Range<i64>,
    /// The first voxel that the leaf's source has.
    source: i64,
    pub(crate) factor: Factor,
    /// Each acts on the result of the one before it.
    pub(crate) stages: Vec<Taps<R>>,
    /// Target voxel `t` has phase `t` modulo their number.
    pub(crate) phases: Vec<Phase<R>>,
}

/// The taps of every so manieth target voxel.
pub(crate) struct Phase<R> {
    pub(crate) taps: Taps<R>,
    /// The first sample of the first of them.
    pub(crate) first: usize,
    /// Whether they act on the result of the stages, or on the samples themselves.
    pub(crate) staged: bool,
}

/// A sample of the endless signal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A voxel of the leaf's source, by its number.
    Voxel(usize),
    /// What a constant boundary puts outside.
    Outside,
}

impl<R: Real> Line<R> {
    /// The line of target voxels `[begin, end)`, not none, made from a source that begins at `source`.
    ///
    /// # Panics
    /// For rules that do not interpolate.
    pub(crate) fn new(axis: &AxisRule, target: &Range<i64>, source: i64) -> Self {
        let targets = (target.end - target.start) as usize;
        let (volume, factor) = (axis.volume.clone(), axis.factor);
        let line =
            |reach, boundary, stages, phases| Self { targets, reach, boundary, volume, source, factor, stages, phases };
        match &axis.rule {
            Rule::Keep => {
                let taps = Taps::new(&[1.0], 0);
                line(target.clone(), None, Vec::new(), vec![Phase { taps, first: 0, staged: false }])
            }
            Rule::Interpolate(filter) => {
                let reach = filter.reach(factor, target);
                let stages = filter.prefilter.iter().map(|stage| {
                    let weights = stage.weights();
                    Taps::new(&weights, weights.len() / 2)
                });
                let stages = stages.collect::<Vec<_>>();
                let phases = (0..(factor.up() as usize).min(targets)).map(|number| {
                    let j = target.start + number as i64;
                    let samples = filter.samples(factor, j);
                    let (mut weights, centre) = (Vec::new(), (factor.nearest(j) - samples.start) as usize);
                    let staged = filter.weights(factor, j, &mut weights);
                    let first = (samples.start - reach.start) as usize;
                    Phase { taps: Taps::new(&weights, centre), first, staged: staged && !stages.is_empty() }
                });
                let phases = phases.collect();
                line(reach, Some(filter.boundary), stages, phases)
            }
            _ => panic!("not an interpolation"),
        }
    }

    /// Whether some target voxel needs the stages.
    pub(crate) fn is_staged(&self) -> bool {
        self.phases.iter().any(|phase| phase.staged)
    }

    /// How far all stages together reach to either side; 0 where no target voxel needs them.
    pub(crate) fn radius(&self) -> usize {
        if self.is_staged() { self.stages.iter().map(|stage| stage.span / 2).sum() } else { 0 }
    }

    /// How many samples the reach has.
    pub(crate) fn samples(&self) -> usize {
        (self.reach.end - self.reach.start) as usize
    }

    /// Where a sample of the reach comes from.
    pub(crate) fn place(&self, sample: usize) -> Place {
        let i = self.reach.start + sample as i64;
        let folded = self.boundary.map_or(Some(i), |boundary| boundary.fold(i, &self.volume));
        folded.map_or(Place::Outside, |i| Place::Voxel((i - self.source) as usize))
    }

    /// Whether a constant stands for some sample.
    pub(crate) fn reaches_outside(&self) -> bool {
        let inside = self.volume.start <= self.reach.start && self.reach.end <= self.volume.end;
        matches!(self.boundary, Some(Boundary::Constant(_))) && !inside
    }

    /// The phase of a target voxel, and its first sample.
    #[inline]
    pub(crate) fn target(&self, number: usize) -> (&Phase<R>, usize) {
        let phase = &self.phases[number % self.phases.len()];
        (phase, phase.first + number / self.phases.len() * self.step())
    }

    /// How many samples lie between a target voxel and the next of its phase.
    pub(crate) fn step(&self) -> usize {
        self.factor.down() as usize
    }
}
