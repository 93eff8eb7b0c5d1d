//! One pass over the source, from the coarsest level down.
//!
//! A region of a level needs the cells of its region one level down, and so on to the source. A region whose cells would
//! exceed the budget is halved, at a multiple of the chunk; so memory is bounded, every block is handed out once, and no
//! voxel is read twice. Once the source voxels of a region are in memory, its parts are small enough for the caches: what
//! one level makes, the next finds there. Regions are given as *windows*: all that touch the volume, which for a stride are
//! more than the voxels it keeps.

use std::marker::PhantomData;
use std::ops::Range;
use std::sync::Arc;

use array_core::{Block, ReadContext};
use ndarray::{ArrayD, ArrayViewD, Axis};

use super::cells::{Carry, Exact, MeanRule, PlainSums, Running, Sums, Voxels, shape};
use super::{LevelBlock, LevelSink, Made, Pyramid, length};
use crate::engine::{self, Adds, Placed, SumOf};
use crate::recipe::Recipe;
use crate::value::{Value, Whole};
use crate::{Cast, Extent, Method, Nans, Result, Zeros};

type Ranges = Vec<Range<i64>>;

/// Parts of what is in memory are made of so many bytes of source, over all levels, where the factors and the chunk allow it:
/// second-level caches hold them and what becomes of them, and two threads share them.
const CACHED: u64 = 1 << 20;

/// Source voxels in memory, and the index of the first.
struct Held<T> {
    block: Arc<Block>,
    begin: Vec<i64>,
    voxel: PhantomData<T>,
}

impl<T: Value> Held<T> {
    fn new((block, begin): (Arc<Block>, Vec<i64>)) -> Self {
        Self { block, begin, voxel: PhantomData }
    }

    fn view(&self) -> Result<Placed<'_, ArrayViewD<'_, T>>> {
        Ok(Placed { data: self.block.view().into_view::<T>()?, begin: &self.begin })
    }
}

/// The making of a pyramid of voxels of one type.
pub(crate) struct Build<'a, 's, T> {
    pyramid: &'a Pyramid,
    cx: &'a ReadContext,
    sink: &'a mut LevelSink<'s>,
    /// Makes the levels whose voxels no other level is made of.
    direct: Voxels<T>,
}

impl<'a, 's, T: Value> Build<'a, 's, T> {
    pub(super) fn new(pyramid: &'a Pyramid, cx: &'a ReadContext, sink: &'a mut LevelSink<'s>) -> Self {
        Self { pyramid, cx, sink, direct: Voxels::default() }
    }

    fn rule(&self) -> MeanRule {
        let spec = &self.pyramid.spec;
        MeanRule { zeros: spec.zeros, nans: spec.nans, cast: spec.cast }
    }

    /// For floats.
    pub(crate) fn run_float(mut self) -> Result<()> {
        if self.has_plain_sums(self.pyramid.spec.nans == Nans::Propagate) {
            return T::build_sums(self);
        }
        if self.pyramid.method == Method::Mean {
            return self.run(&Sums::<Running>::new(self.rule()));
        }
        self.run(&Voxels::default())
    }

    /// For means whose sums fit numbers that are added quickly.
    pub(crate) fn run_sums<S: Value + SumOf<T> + Adds<S>>(mut self) -> Result<()> {
        self.run(&PlainSums::<T, S>::default())
    }

    /// Whether every voxel counts, there are rows of them, and even the largest sum is small.
    fn has_plain_sums(&self, all_count: bool) -> bool {
        let spec = &self.pyramid.spec;
        let factors = self.pyramid.factors.last().map_or(&[][..], Vec::as_slice);
        let voxels = factors.iter().map(|&factor| factor as usize).fold(1, usize::saturating_mul);
        let plain = all_count && !factors.is_empty() && spec.zeros == Zeros::Count && spec.cast == Cast::RoundSaturate;
        plain && self.pyramid.method == Method::Mean && voxels <= T::MOST_SUMMED
    }

    fn run(&mut self, carry: &impl Carry<T>) -> Result<()> {
        let top = self.pyramid.levels.len() - 1;
        let held = self.pyramid.levels[top].array().source_held().map(Held::new);
        for region in self.pieces(carry, top, self.windows(top)?, held.as_ref()) {
            let cells = self.make(carry, top, &region, held.as_ref())?;
            carry.room().back(cells);
        }
        Ok(())
    }

    /// All windows of a level, over all axes.
    fn windows(&self, level: usize) -> Result<Ranges> {
        let axes = &self.pyramid.levels[level].array().recipe().axes;
        axes.iter().map(|axis| axis.factor.target_range(axis.held.clone(), Extent::Cover)).collect()
    }

    /// The voxels that a level has in a region of its windows; empty ranges where a stride keeps none.
    fn voxels(&self, level: usize, windows: &[Range<i64>]) -> Result<Ranges> {
        let all = self.pyramid.levels[level].array().recipe().target(Extent::Cover)?;
        let pairs = windows.iter().zip(all);
        Ok(pairs
            .map(|(part, all)| part.start.max(all.start)..part.end.min(all.end).max(part.start.max(all.start)))
            .collect())
    }

    /// The windows of a finer level, or the source voxels for `None`, under a region of windows.
    fn under(&self, level: usize, windows: &[Range<i64>], finer: Option<usize>) -> Result<Ranges> {
        let coarse = &self.pyramid.factors[level];
        let limits = match finer {
            Some(finer) => self.windows(finer)?,
            None => self.recipe(level).axes.iter().map(|axis| axis.held.clone()).collect(),
        };
        let under = windows.iter().zip(limits).enumerate().map(|(axis, (part, limit))| {
            let fine = finer.map_or(1, |finer| self.pyramid.factors[finer][axis]);
            let ratio = i64::from(coarse[axis] / fine);
            // The first and last windows may reach beyond what 64 bits hold.
            part.start.saturating_mul(ratio).max(limit.start)..part.end.saturating_mul(ratio).min(limit.end)
        });
        Ok(under.collect())
    }

    fn recipe(&self, level: usize) -> &'a Recipe {
        self.pyramid.levels[level].array().recipe()
    }

    /// Cuts a region of a level until what it is made of fits.
    fn pieces<C: Carry<T>>(&self, carry: &C, level: usize, region: Ranges, held: Option<&Held<T>>) -> Vec<Ranges> {
        match self.cut(carry, level, &region, held) {
            None => vec![region],
            Some((axis, middle)) => {
                let (mut low, mut high) = (region.clone(), region);
                low[axis].end = middle;
                high[axis].start = middle;
                [low, high].into_iter().flat_map(|part| self.pieces(carry, level, part, held)).collect()
            }
        }
    }

    /// Bytes of the source under a region.
    fn source_bytes(&self, level: usize, region: &[Range<i64>]) -> Result<u64> {
        let under = self.under(level, region, None)?;
        Ok(under.iter().map(length).fold(size_of::<T>() as u64, u64::saturating_mul))
    }

    /// Where to cut a region that is made of too much: near the middle of its longest side, at a multiple of the chunk.
    /// What is in memory is cut across rows only where they are much longer than wide, and only where nothing else can be
    /// cut one level down: CPUs fetch the rest of a row, too.
    fn cut<C: Carry<T>>(
        &self,
        _: &C,
        level: usize,
        region: &[Range<i64>],
        held: Option<&Held<T>>,
    ) -> Option<(usize, i64)> {
        let half = self.pyramid.memory_budget / 2;
        let (bytes, finer, budget) = if self.pyramid.is_from_source(level) {
            (size_of::<T>(), None, half)
        } else {
            (size_of::<C::Cell>(), Some(level - 1), half / self.pyramid.levels.len() as u64)
        };
        let under = self.under(level, region, finer).ok()?;
        let fits = under.iter().map(length).fold(bytes as u64, u64::saturating_mul) <= budget;
        if fits && (held.is_none() || self.source_bytes(level, region).ok()? <= CACHED) {
            return None;
        }
        let meta = self.pyramid.source.meta();
        let is_along_rows = |axis: usize| held.is_some() && axis + 1 == under.len();
        let across = |axis: usize| if is_along_rows(axis) { 16 } else { 1 };
        let rows_last = fits && !self.pyramid.is_from_source(level);
        let axes = meta.axes().physical().enumerate().filter(|&(_, axis)| !(rows_last && is_along_rows(axis)));
        let cuts = axes.filter_map(|(dim, axis)| {
            let chunk = self.pyramid.chunk.map_or(1, |chunk| chunk[dim]);
            let Range { start, end } = region[axis];
            let below = (start + (end - start) / 2).div_euclid(chunk) * chunk;
            let middle = if below > start { below } else { below.saturating_add(chunk) };
            (start < middle && middle < end).then_some((axis, middle))
        });
        cuts.max_by_key(|&(axis, _)| length(&under[axis]) / across(axis))
    }

    /// Makes and hands out a region of a level, and all that lies under it. Returns its cells.
    fn make<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        region: &[Range<i64>],
        held: Option<&Held<T>>,
    ) -> Result<ArrayD<C::Cell>> {
        let Some(held) = held else { return self.make_of_what_is_read(carry, level, region) };
        self.make_of_finer(carry, level, region, Some(held))
    }

    /// Reads what lies under a region, if that is not too much to hold.
    fn make_of_what_is_read<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        region: &[Range<i64>],
    ) -> Result<ArrayD<C::Cell>> {
        let fits = self.source_bytes(level, region)? <= self.pyramid.memory_budget / 2;
        if !fits && !self.pyramid.is_from_source(level) {
            return self.make_of_finer(carry, level, region, None);
        }
        let ranges = self.under(level, region, None)?;
        let held = Held::new(self.pyramid.levels[level].array().source_of(&ranges, self.cx)?);
        let place = self.voxels(level, region)?;
        self.assemble(carry, level, region.to_vec(), &place, Some(&held))
    }

    fn make_of_finer<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        region: &[Range<i64>],
        held: Option<&Held<T>>,
    ) -> Result<ArrayD<C::Cell>> {
        let step = match (&self.pyramid.steps[level], held) {
            (Some(step), _) => step,
            (None, Some(held)) => return self.make_of_source(carry, level, region, held),
            (None, None) => return self.make_of_what_is_read(carry, level, region),
        };
        let finer = self.under(level, region, Some(level - 1))?;
        let place = self.voxels(level - 1, &finer)?;
        let cells = self.assemble(carry, level - 1, finer, &place, held)?;
        let target = self.voxels(level, region)?;
        let begin = engine::begins(&place);
        let coarser = carry.next(step, Placed { data: cells.view(), begin: &begin }, &target)?;
        carry.room().back(cells);
        self.give(carry, level, &target, &coarser)?;
        Ok(coarser)
    }

    /// The cells of a region, made piece by piece.
    fn assemble<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        region: Ranges,
        place: &[Range<i64>],
        held: Option<&Held<T>>,
    ) -> Result<ArrayD<C::Cell>> {
        let pieces = self.pieces(carry, level, region, held);
        if let [piece] = &pieces[..] {
            return self.make(carry, level, piece, held);
        }
        let mut all = carry.room().array(&shape(place));
        for piece in pieces {
            let cells = self.make(carry, level, &piece, held)?;
            let part = self.voxels(level, &piece)?;
            let mut slot = all.view_mut();
            slot.slice_each_axis_inplace(|axis| {
                let Axis(axis) = axis.axis;
                let begin = (part[axis].start - place[axis].start) as isize;
                (begin..begin + length(&part[axis]) as isize).into()
            });
            slot.assign(&cells);
            carry.room().back(cells);
        }
        Ok(all)
    }

    /// Makes of what a region lies over all levels that are made from the source.
    fn make_of_source<C: Carry<T>>(
        &mut self,
        carry: &C,
        last: usize,
        region: &[Range<i64>],
        held: &Held<T>,
    ) -> Result<ArrayD<C::Cell>> {
        let ranges = self.under(last, region, None)?;
        let (data, begin) = (part(&held.view()?, &ranges), engine::begins(&ranges));
        let source = || Placed { data: data.view(), begin: &begin };
        let direct = std::mem::take(&mut self.direct);
        for level in 0..last {
            let windows = self.under(last, region, Some(level))?;
            let target = self.voxels(level, &windows)?;
            if self.pyramid.levels[level].made() == Made::Copied {
                self.give(&direct, level, &target, &data.to_owned())?;
                continue;
            }
            let voxels = direct.first(self.recipe(level), source(), &target)?;
            self.give(&direct, level, &target, &voxels)?;
            direct.room().back(voxels);
        }
        self.direct = direct;
        let target = self.voxels(last, region)?;
        let cells = carry.first(self.recipe(last), source(), &target)?;
        self.give(carry, last, &target, &cells)?;
        Ok(cells)
    }

    /// Hands out a block, unless it is empty.
    fn give<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        target: &[Range<i64>],
        cells: &ArrayD<C::Cell>,
    ) -> Result<()> {
        if cells.is_empty() {
            return Ok(());
        }
        self.cx.check()?;
        let voxels = self.pyramid.levels[level].array().target_box(target)?;
        let recipe = self.recipe(level);
        let sink = &mut self.sink;
        carry.with_voxels(recipe, target, cells, |data: ArrayViewD<'_, T>| {
            Ok(sink(LevelBlock { level, voxels, data: T::wrap_ref(data) })?)
        })
    }
}

/// The part of data that lies in a region.
fn part<'a, T>(source: &Placed<'_, ArrayViewD<'a, T>>, region: &[Range<i64>]) -> ArrayViewD<'a, T> {
    let mut data = source.data.clone();
    data.slice_each_axis_inplace(|axis| {
        let Axis(axis) = axis.axis;
        let begin = (region[axis].start - source.begin[axis]) as isize;
        (begin..begin + length(&region[axis]) as isize).into()
    });
    data
}

impl<T: Whole> Build<'_, '_, T> {
    /// For whole numbers.
    pub(crate) fn run_whole(mut self) -> Result<()> {
        if self.pyramid.method != Method::Mean {
            return self.run(&Voxels::default());
        }
        if self.has_plain_sums(true) {
            return T::build_sums(self);
        }
        // A sum, and twice a remainder, must fit beside the sign.
        let factors = self.pyramid.factors.last().map_or(&[][..], Vec::as_slice);
        let weight_bits = factors.iter().map(|factor| u32::BITS - factor.leading_zeros()).sum::<u32>();
        if T::BITS + weight_bits < 62 {
            self.run(&Sums::<Exact<i64>>::new(self.rule()))
        } else {
            self.run(&Sums::<Exact<i128>>::new(self.rule()))
        }
    }
}
