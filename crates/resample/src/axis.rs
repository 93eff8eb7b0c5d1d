//! What happens along one axis: which source voxels make a target voxel, and with which weights.

use std::ops::Range;

use crate::filter::Filter;
use crate::taps::{Taps, Weight};
use crate::{Boundary, Error, Extent, Factor, Result};

/// The rule of one axis of one call. The volume is the whole extent of the source on this axis; only its ends are
/// edges. Where partial windows are padded, it includes the padding, and `held` is what the source has of it.
#[derive(Clone, Debug)]
pub(crate) struct AxisRule {
    pub(crate) factor: Factor,
    pub(crate) volume: Range<i64>,
    pub(crate) held: Range<i64>,
    pub(crate) rule: Rule,
}

#[derive(Clone, Debug)]
pub(crate) enum Rule {
    /// Target voxels are source voxels.
    Keep,
    /// The nearest voxel that exists.
    Nearest,
    /// All voxels under the target voxel that exist, weighted by overlap.
    Window,
    /// The first voxel under the target voxel. Whole factors down only.
    Stride,
    /// A symmetric filter followed by interpolation.
    Interpolate(Filter),
}

impl AxisRule {
    pub(crate) fn is_kept(&self) -> bool {
        matches!(self.rule, Rule::Keep)
    }

    /// Whether a prefilter goes before the sums.
    pub(crate) fn is_staged(&self) -> bool {
        matches!(&self.rule, Rule::Interpolate(filter) if !filter.prefilter.is_empty())
    }

    /// The target voxels of the volume.
    pub(crate) fn target_range(&self, extent: Extent) -> Result<Range<i64>> {
        let target = self.factor.target_range(self.held.clone(), extent)?;
        if !matches!(self.rule, Rule::Stride) {
            return Ok(target);
        }
        // A stride needs source voxel j·d itself.
        let begin = self.factor.target_range(self.held.clone(), Extent::Inside)?.start;
        Ok(begin..target.end.max(begin))
    }

    /// The error for a volume, `[begin, end)` on its own grid, that has no target voxel.
    pub(crate) fn nothing(&self, axis: String, volume: Range<i64>) -> Error {
        let (Range { start: begin, end }, factor) = (volume, self.factor);
        let none_kept =
            matches!(self.rule, Rule::Stride) && self.target_range(Extent::Cover).is_ok_and(|all| all.is_empty());
        if none_kept {
            return Error::NoneKept { axis, begin, end, step: factor.down() };
        }
        Error::NothingInside { axis, begin, end, factor }
    }

    /// Whether the window of target voxel `j` reaches beyond the volume.
    pub(crate) fn is_partial(&self, j: i64) -> bool {
        let window = self.factor.window(j);
        matches!(self.rule, Rule::Window) && (window.start < self.volume.start || window.end > self.volume.end)
    }

    /// How many source voxels each target voxel of `[begin, end)`, not none, is made from, if all of them are whole and count
    /// alike.
    pub(crate) fn whole_window(&self, target: &Range<i64>) -> Option<usize> {
        match self.rule {
            Rule::Keep => Some(1),
            Rule::Window if self.factor.up() == 1 => {
                let partial = self.is_partial(target.start) || self.is_partial(target.end - 1);
                (!partial).then_some(self.factor.down() as usize)
            }
            _ => None,
        }
    }

    /// The source voxels that target voxels `[begin, end)`, not none, are made from, as far as they exist.
    pub(crate) fn source_range(&self, target: &Range<i64>) -> Range<i64> {
        let region = self.region(target);
        region.start.max(self.held.start)..region.end.min(self.held.end)
    }

    /// The voxels, padding included, that target voxels `[begin, end)`, not none, are made from.
    pub(crate) fn region(&self, target: &Range<i64>) -> Range<i64> {
        let last = target.end - 1;
        match &self.rule {
            Rule::Keep => target.clone(),
            Rule::Nearest => self.nearest(target.start)..self.nearest(last) + 1,
            Rule::Stride => self.factor.window(target.start).start..self.factor.window(last).start + 1,
            Rule::Window => {
                let (first, last) = (self.factor.window(target.start), self.factor.window(last));
                first.start.max(self.volume.start)..last.end.min(self.volume.end)
            }
            Rule::Interpolate(filter) => self.folded(filter.boundary, &filter.reach(self.factor, target)),
        }
    }

    /// The nearest source voxel that exists. Only at the rim of a cover can it differ from the nearest of the grid.
    fn nearest(&self, j: i64) -> i64 {
        self.factor.nearest(j).clamp(self.volume.start, self.volume.end - 1)
    }

    /// The voxels of the volume that stand for a range of the endless signal; at least one.
    fn folded(&self, boundary: Boundary, reach: &Range<i64>) -> Range<i64> {
        let volume = &self.volume;
        let whole = volume.end - volume.start;
        let outside = [reach.start..reach.end.min(volume.start), reach.start.max(volume.end)..reach.end];
        // Two lengths of the volume hold every way of folding. They may not fit 64 bits, but half of a part does.
        if outside.iter().any(|part| (part.end - part.start) / 2 >= whole) && !matches!(boundary, Boundary::Constant(_))
        {
            return volume.clone();
        }
        let inside = reach.start.max(volume.start)..reach.end.min(volume.end);
        let ends = [inside.start, inside.end - 1].into_iter().filter(|_| !inside.is_empty());
        let images = outside.into_iter().flatten().filter_map(|i| boundary.fold(i, volume));
        let hull = ends.chain(images).fold(None, |hull: Option<(i64, i64)>, i| match hull {
            None => Some((i, i)),
            Some((low, high)) => Some((low.min(i), high.max(i))),
        });
        let (low, high) = hull.unwrap_or_else(|| {
            let nearest = reach.start.clamp(volume.start, volume.end - 1);
            (nearest, nearest)
        });
        low..high + 1
    }

    /// The taps of target voxels, as indices into a source that holds `source`; whole weights.
    ///
    /// # Panics
    /// For an interpolation, whose weights are no whole numbers.
    pub(crate) fn whole_taps<W: Weight>(&self, target: &Range<i64>, source: &Range<i64>) -> Taps<W> {
        let mut taps = Taps::new(source.start, target);
        match &self.rule {
            Rule::Keep => target.clone().for_each(|j| taps.push_single(j)),
            Rule::Nearest => target.clone().for_each(|j| taps.push_single(self.nearest(j))),
            Rule::Window => target.clone().for_each(|j| self.push_window(j, &mut taps)),
            Rule::Stride => target.clone().for_each(|j| taps.push_single(self.factor.window(j).start)),
            Rule::Interpolate(_) => panic!("the weights of an interpolation are fractions"),
        }
        taps
    }

    fn push_window<W: Weight>(&self, j: i64, taps: &mut Taps<W>) {
        let window = self.factor.window(j);
        let existing = window.start.max(self.volume.start)..window.end.min(self.volume.end);
        let weights = existing.clone().map(|i| W::from(self.factor.overlap(j, i)));
        if window == existing {
            taps.push_repeating(self.factor.phase(j), self.factor, existing.start, |row| row.extend(weights));
        } else {
            taps.push_once(existing.start, |row| row.extend(weights));
        }
    }
}
