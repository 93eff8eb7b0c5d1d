//! The stages of a prefilter across rows, and the sums over what they make.
//!
//! Rows are worked on part after part. The rows of a part stand one behind the other in scratch, in whole blocks of lanes, so
//! that a stage is one loop over all of them, however many and however short they are, in the nearest cache. What the next
//! target voxels need of the rows is kept, for each part.

use std::ops::Range;

use super::super::simd::Path;
use super::along::{Split, sum_phase};
use super::combine::are_bounded;
use super::line::{Line, Phase};
use super::real::{Convert, Real};
use crate::value::Value;

/// Rows of a part begin at multiples of so many numbers.
const LANES: usize = 16;

/// A part of all rows.
#[derive(Clone, Copy)]
pub(crate) struct Part {
    pub(crate) number: usize,
    /// Where it begins in each row.
    pub(crate) begin: usize,
    pub(crate) length: usize,
}

impl Part {
    /// Parts of a row, each of `most` numbers at most, all after those before them.
    pub(crate) fn push_parts(parts: &mut Vec<Self>, row: Range<usize>, most: usize) {
        let each = row.len().div_ceil(row.len().div_ceil(most).max(1)).next_multiple_of(LANES);
        for begin in row.clone().step_by(each.max(1)) {
            parts.push(Self { number: parts.len(), begin, length: each.min(row.end - begin) });
        }
    }

    /// Numbers of its rows in scratch.
    fn pitch(self) -> usize {
        self.length.next_multiple_of(LANES)
    }
}

/// The rows of target voxels, as parts of one slice.
pub(crate) struct Targets<'a, R> {
    pub(crate) range: Range<usize>,
    pub(crate) rows: &'a mut [R],
    /// Numbers of a row.
    pub(crate) length: usize,
}

/// What is known of the rows of a line with stages.
pub(crate) struct Chain<R> {
    /// How many rows are kept before each stage, and before the sums.
    kept: Vec<usize>,
    /// How far all stages together reach.
    radius: usize,
    /// The coefficients that have been made one after the other, the same of all parts.
    made: Range<usize>,
    /// What is kept, of each part, and whether all that went into it was bounded.
    parts: Vec<(Vec<R>, bool)>,
    rooms: [Vec<R>; 2],
    /// Every so manieth of the rows of coefficients.
    split: Vec<R>,
    /// Sums of target voxels of one phase.
    sums: Vec<R>,
}

/// What has to be made for some target voxels.
pub(crate) struct Step {
    /// Samples that come in.
    samples: Range<usize>,
    /// Rows that were kept, before each stage and before the sums: none at the begin.
    kept: Vec<usize>,
    /// The first row that the sums find.
    first: usize,
    /// What has been made then, and whether that is all new.
    made: Range<usize>,
    fresh: bool,
}

impl<R: Real> Chain<R> {
    /// `None` for lines whose target voxels need no stages.
    pub(crate) fn new(line: &Line<R>) -> Option<Self> {
        let longest = line.phases.iter().filter(|phase| phase.staged).map(|phase| phase.taps.span).max()?;
        let kept = line.stages.iter().map(|stage| stage.span - 1).chain([longest]).collect();
        let (rooms, split, sums) = ([Vec::new(), Vec::new()], Vec::new(), Vec::new());
        Some(Self { kept, radius: line.radius(), made: 0..0, parts: Vec::new(), rooms, split, sums })
    }

    /// Begins anew.
    pub(crate) fn reset(&mut self) {
        self.made = 0..0;
    }

    /// What target voxels need that is not there; `None` if they need none of the stages. Targets are asked for in order.
    pub(crate) fn step(&self, line: &Line<R>, targets: &Range<usize>) -> Option<Step> {
        let staged = targets.clone().map(|target| line.target(target)).filter(|(phase, _)| phase.staged);
        let ranges = staged.map(|(phase, first)| first..first + phase.taps.span);
        let needed = ranges.reduce(|a, b| a.start.min(b.start)..a.end.max(b.end))?;
        let made = &self.made;
        if made.is_empty() || needed.start > made.end {
            let samples = needed.start - self.radius..needed.end + self.radius;
            return Some(Step {
                samples,
                kept: vec![0; self.kept.len()],
                first: needed.start,
                made: needed,
                fresh: true,
            });
        }
        let end = needed.end.max(made.end);
        let mut kept = self.kept.clone();
        let last = kept.last_mut().expect("rows are kept before the sums");
        *last = made.len().min(*last);
        let first = made.end - *last;
        let samples = made.end + self.radius..end + self.radius;
        Some(Step { samples, kept, first, made: made.start..end, fresh: false })
    }

    /// All parts have made a step.
    pub(crate) fn stepped(&mut self, step: &Step) {
        self.made = step.made.clone();
    }

    /// Makes the step for a part and fills the part in the rows of those target voxels that need the stages; `sample` gives
    /// the part of a sample.
    pub(crate) fn run<'r, T: Value>(
        &mut self,
        path: Path,
        line: &Line<R>,
        (step, part): (&Step, Part),
        sample: impl Fn(usize) -> &'r [T],
        targets: &mut Targets<'_, R>,
    ) {
        let pitch = part.pitch();
        self.make_room(step, part);
        let samples = step.samples.clone().zip(self.rooms[0][step.kept[0] * pitch..].chunks_exact_mut(pitch));
        for (number, to) in samples {
            // What fills up the last block are numbers too.
            path.run(Convert { from: sample(number), to });
        }
        let known = (path, self.stays_bounded(path, step, part));
        self.run_stages(known, line, step, part);
        self.split(path, line, step, pitch);
        for (number, phase) in line.phases.iter().enumerate().filter(|(_, phase)| phase.staged) {
            self.run_phase(known, line, (number, phase), step, part, targets);
        }
    }

    fn make_room(&mut self, step: &Step, part: Part) {
        let grow = |room: &mut Vec<R>, rows: usize| {
            if room.len() < rows * part.pitch() {
                room.resize(rows * part.pitch(), R::default());
            }
        };
        if self.parts.len() <= part.number {
            self.parts.resize(part.number + 1, (Vec::new(), true));
        }
        grow(&mut self.parts[part.number].0, self.kept.iter().sum());
        let most = step.samples.len() + self.kept.iter().max().map_or(0, |&rows| rows);
        self.rooms.iter_mut().for_each(|room| grow(room, most));
    }

    /// Whether all samples are bounded that have come in so far.
    fn stays_bounded(&mut self, path: Path, step: &Step, part: Part) -> bool {
        let samples = &self.rooms[0][step.kept[0] * part.pitch()..][..step.samples.len() * part.pitch()];
        let bounded = &mut self.parts[part.number].1;
        *bounded = (*bounded || step.fresh) && are_bounded(path, samples);
        *bounded
    }

    /// Makes the coefficients, behind those that were kept, in the first room.
    fn run_stages(&mut self, known: (Path, bool), line: &Line<R>, step: &Step, part: Part) {
        let pitch = part.pitch();
        let [from, to] = &mut self.rooms;
        let mut state = self.parts[part.number].0.as_mut_slice();
        let mut rows = step.samples.len();
        for (number, kept) in self.kept.iter().enumerate() {
            let (here, others) = state.split_at_mut(kept * pitch);
            state = others;
            let before = step.kept[number];
            from[..before * pitch].copy_from_slice(&here[..before * pitch]);
            rows += before;
            let last = rows.min(*kept);
            here[..last * pitch].copy_from_slice(&from[(rows - last) * pitch..rows * pitch]);
            if let Some(stage) = line.stages.get(number) {
                rows -= kept;
                let out = &mut to[step.kept[number + 1] * pitch..][..rows * pitch];
                stage.combine_bounded(known, |k| &from[k * pitch..][..rows * pitch], out);
                std::mem::swap(from, to);
            }
        }
    }

    /// Sorts the rows of coefficients, so that those that are a step apart follow one another.
    fn split(&mut self, path: Path, line: &Line<R>, step: &Step, pitch: usize) {
        let parts = line.step();
        if parts == 1 {
            return;
        }
        let rows = step.made.end - step.first;
        let stride = rows.div_ceil(parts) * pitch;
        self.split.resize(parts * stride, R::default());
        let source = &self.rooms[0][..rows * pitch];
        path.run(Split { source, parts, group: pitch, stride, out: &mut self.split });
    }

    fn run_phase(
        &mut self,
        known: (Path, bool),
        line: &Line<R>,
        (number, phase): (usize, &Phase<R>),
        step: &Step,
        part: Part,
        targets: &mut Targets<'_, R>,
    ) {
        let (phases, apart, pitch) = (line.phases.len(), line.step(), part.pitch());
        let before = |target: usize| (target + phases - 1 - number) / phases;
        let (begin, end) = (before(targets.range.start), before(targets.range.end));
        if begin == end {
            // Few target voxels need not be of every phase, nor are there rows for those that come later.
            return;
        }
        let first = phase.first + begin * apart - step.first;
        self.sums.resize((end - begin) * pitch, R::default());
        sum_phase(known, &phase.taps, (&self.rooms[0], &self.split), (first, apart, pitch), &mut self.sums);
        for (row, sums) in (begin..end).zip(self.sums.chunks_exact(pitch)) {
            let target = row * phases + number - targets.range.start;
            targets.rows[target * targets.length + part.begin..][..part.length].copy_from_slice(&sums[..part.length]);
        }
    }
}

/// Fills the rows of target voxels, part after part; `sample` gives the part of a sample.
pub(crate) fn sums<'r, T: Value, R: Real>(
    path: Path,
    line: &Line<R>,
    (mut chain, parts): (Option<&mut Chain<R>>, &[Part]),
    sample: &impl Fn(Part, usize) -> &'r [T],
    targets: &mut Targets<'_, R>,
) {
    let step = chain.as_ref().and_then(|chain| chain.step(line, &targets.range));
    for &part in parts {
        for (target, row) in targets.range.clone().zip(targets.rows.chunks_exact_mut(targets.length)) {
            let (phase, first) = line.target(target);
            if !phase.staged {
                let out = &mut row[part.begin..][..part.length];
                phase.taps.combine(path, |k| sample(part, first + k), out);
            }
        }
        if let (Some(chain), Some(step)) = (chain.as_mut(), &step) {
            chain.run(path, line, (step, part), |number| sample(part, number), targets);
        }
    }
    if let (Some(chain), Some(step)) = (chain, &step) {
        chain.stepped(step);
    }
}
