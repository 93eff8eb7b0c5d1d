//! One pass over the source, from the coarsest level down.
//!
//! A region of a level needs the cells of its region one level down, and so on to the source. A region whose cells would
//! exceed the budget is halved, at a multiple of the chunk; so memory is bounded, every block is handed out once, and no
//! voxel is read twice. Regions are given as *windows*: all that touch the volume, which for a stride are more than the
//! voxels it keeps.

use std::marker::PhantomData;
use std::ops::Range;

use array_core::ReadContext;
use ndarray::{ArrayD, ArrayViewD, Axis};

use super::cells::{Carry, Exact, MeanRule, Running, Sums, Voxels, shape};
use super::{LevelBlock, LevelSink, Made, Pyramid, length};
use crate::engine::{self, Placed};
use crate::recipe::Recipe;
use crate::value::{Value, Whole};
use crate::{Extent, Method, Result};

type Ranges = Vec<Range<i64>>;

/// The making of a pyramid of voxels of one type.
pub(crate) struct Build<'a, 's, T> {
    pyramid: &'a Pyramid,
    cx: &'a ReadContext,
    sink: &'a mut LevelSink<'s>,
    voxel: PhantomData<T>,
}

impl<'a, 's, T: Value> Build<'a, 's, T> {
    pub(super) fn new(pyramid: &'a Pyramid, cx: &'a ReadContext, sink: &'a mut LevelSink<'s>) -> Self {
        Self { pyramid, cx, sink, voxel: PhantomData }
    }

    fn rule(&self) -> MeanRule {
        let spec = &self.pyramid.spec;
        MeanRule { zeros: spec.zeros, nans: spec.nans, cast: spec.cast }
    }

    /// For floats.
    pub(crate) fn run_float(mut self) -> Result<()> {
        if self.pyramid.method == Method::Mean {
            return self.run(&Sums::<Running> { rule: self.rule(), cell: PhantomData });
        }
        self.run(&Voxels)
    }

    fn run(&mut self, carry: &impl Carry<T>) -> Result<()> {
        let top = self.pyramid.levels.len() - 1;
        for region in self.pieces(carry, top, self.windows(top)?) {
            self.make(carry, top, &region)?;
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
    fn pieces<C: Carry<T>>(&self, carry: &C, level: usize, region: Ranges) -> Vec<Ranges> {
        match self.cut(carry, level, &region) {
            None => vec![region],
            Some((axis, middle)) => {
                let (mut low, mut high) = (region.clone(), region);
                low[axis].end = middle;
                high[axis].start = middle;
                [low, high].into_iter().flat_map(|part| self.pieces(carry, level, part)).collect()
            }
        }
    }

    /// Where to cut a region that is made of too much: near the middle of its longest side, at a multiple of the chunk.
    fn cut<C: Carry<T>>(&self, _: &C, level: usize, region: &[Range<i64>]) -> Option<(usize, i64)> {
        let half = self.pyramid.memory_budget / 2;
        let (bytes, finer, budget) = if self.pyramid.is_from_source(level) {
            (size_of::<T>(), None, half)
        } else {
            (size_of::<C::Cell>(), Some(level - 1), half / self.pyramid.levels.len() as u64)
        };
        let under = self.under(level, region, finer).ok()?;
        if under.iter().map(length).fold(bytes as u64, u64::saturating_mul) <= budget {
            return None;
        }
        let meta = self.pyramid.source.meta();
        let cuts = meta.axes().physical().enumerate().filter_map(|(dim, axis)| {
            let chunk = self.pyramid.chunk.map_or(1, |chunk| chunk[dim]);
            let Range { start, end } = region[axis];
            let below = (start + (end - start) / 2).div_euclid(chunk) * chunk;
            let middle = if below > start { below } else { below.saturating_add(chunk) };
            (start < middle && middle < end).then_some((axis, middle))
        });
        cuts.max_by_key(|&(axis, _)| length(&under[axis]))
    }

    /// Makes and hands out a region of a level, and all that lies under it. Returns its cells.
    fn make<C: Carry<T>>(&mut self, carry: &C, level: usize, region: &[Range<i64>]) -> Result<ArrayD<C::Cell>> {
        let Some(step) = &self.pyramid.steps[level] else { return self.make_of_source(carry, level, region) };
        let finer = self.under(level, region, Some(level - 1))?;
        let place = self.voxels(level - 1, &finer)?;
        let cells = self.assemble(carry, level - 1, finer, &place)?;
        let target = self.voxels(level, region)?;
        let begin = engine::begins(&place);
        let cells = carry.next(step, Placed { data: cells.view(), begin: &begin }, &target)?;
        self.give(carry, level, &target, &cells)?;
        Ok(cells)
    }

    /// The cells of a region, made piece by piece.
    fn assemble<C: Carry<T>>(
        &mut self,
        carry: &C,
        level: usize,
        region: Ranges,
        place: &[Range<i64>],
    ) -> Result<ArrayD<C::Cell>> {
        let pieces = self.pieces(carry, level, region);
        if let [piece] = &pieces[..] {
            return self.make(carry, level, piece);
        }
        let mut all = ArrayD::from_elem(shape(place), C::Cell::default());
        for piece in pieces {
            let cells = self.make(carry, level, &piece)?;
            let part = self.voxels(level, &piece)?;
            let mut slot = all.view_mut();
            slot.slice_each_axis_inplace(|axis| {
                let Axis(axis) = axis.axis;
                let begin = (part[axis].start - place[axis].start) as isize;
                (begin..begin + length(&part[axis]) as isize).into()
            });
            slot.assign(&cells);
        }
        Ok(all)
    }

    /// Reads what a region lies over, and makes of it all levels that are made from the source.
    fn make_of_source<C: Carry<T>>(
        &mut self,
        carry: &C,
        last: usize,
        region: &[Range<i64>],
    ) -> Result<ArrayD<C::Cell>> {
        let ranges = self.under(last, region, None)?;
        let block = self.pyramid.levels[last].array().read_source(&ranges, self.cx)?.into_array::<T>()?;
        let begin = engine::begins(&ranges);
        for level in 0..last {
            let windows = self.under(last, region, Some(level))?;
            let target = self.voxels(level, &windows)?;
            if self.pyramid.levels[level].made() == Made::Copied {
                self.give(&Voxels, level, &target, &block)?;
                continue;
            }
            let source = Placed { data: block.view(), begin: &begin };
            let voxels = Voxels.first(self.recipe(level), source, &target)?;
            self.give(&Voxels, level, &target, &voxels)?;
        }
        let target = self.voxels(last, region)?;
        let cells = carry.first(self.recipe(last), Placed { data: block.view(), begin: &begin }, &target)?;
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
        let sink = &mut self.sink;
        carry.with_voxels(cells, |data: ArrayViewD<'_, T>| {
            Ok(sink(LevelBlock { level, voxels, data: T::wrap_ref(data) })?)
        })
    }
}

impl<T: Whole> Build<'_, '_, T> {
    /// For whole numbers.
    pub(crate) fn run_whole(mut self) -> Result<()> {
        if self.pyramid.method != Method::Mean {
            return self.run(&Voxels);
        }
        // A sum, and twice a remainder, must fit beside the sign.
        let factors = self.pyramid.factors.last().map_or(&[][..], Vec::as_slice);
        let weight_bits = factors.iter().map(|factor| u32::BITS - factor.leading_zeros()).sum::<u32>();
        if T::BITS + weight_bits < 62 {
            self.run(&Sums::<Exact<i64>> { rule: self.rule(), cell: PhantomData })
        } else {
            self.run(&Sums::<Exact<i128>> { rule: self.rule(), cell: PhantomData })
        }
    }
}
