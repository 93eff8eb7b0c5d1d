//! What is carried from level to level: the voxels themselves, or the sums that they come from.

use std::ops::Range;

use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis};

use super::room::Room;
use crate::engine::{self, Adds, Memory, Placed, SumOf};
use crate::recipe::Recipe;
use crate::value::{Value, Whole, WholeSum};
use crate::{Cast, Nans, Result, Zeros};

/// The options of a mean.
#[derive(Clone, Copy, Debug)]
pub(super) struct MeanRule {
    pub(super) zeros: Zeros,
    pub(super) nans: Nans,
    pub(super) cast: Cast,
}

/// What becomes a mean: sums of whole numbers, running means of floats.
pub(super) trait Cell<T>: Copy + Default + Send + Sync {
    fn add_voxel(&mut self, value: T, rule: MeanRule);
    fn add_cell(&mut self, other: Self);
    fn mean(self, rule: MeanRule) -> T;
}

/// The exact sum of so many voxels.
#[derive(Clone, Copy, Default)]
pub(super) struct Exact<A> {
    sum: A,
    count: A,
}

impl<T: Whole, A: WholeSum + From<u32> + Default + Send + Sync + FromWide> Cell<T> for Exact<A> {
    #[inline]
    fn add_voxel(&mut self, value: T, rule: MeanRule) {
        if rule.zeros == Zeros::Count || !value.is_zero() {
            self.add_cell_of(A::from_wide(value.to_i128()), A::from(1));
        }
    }

    #[inline]
    fn add_cell(&mut self, other: Self) {
        self.add_cell_of(other.sum, other.count);
    }

    fn mean(self, rule: MeanRule) -> T {
        if self.count > A::from(0) { T::from_ratio(self.sum, self.count, rule.cast) } else { T::default() }
    }
}

impl<A: WholeSum> Exact<A> {
    #[inline]
    fn add_cell_of(&mut self, sum: A, count: A) {
        self.sum = self.sum + sum;
        self.count = self.count + count;
    }
}

/// Integers that are known to hold a voxel.
pub(super) trait FromWide {
    fn from_wide(value: i128) -> Self;
}

impl FromWide for i64 {
    #[inline]
    fn from_wide(value: i128) -> Self {
        value as Self
    }
}

impl FromWide for i128 {
    #[inline]
    fn from_wide(value: i128) -> Self {
        value
    }
}

/// The mean of so many floats. Kept as a mean and not as a sum, so that equal values stay what they are.
#[derive(Clone, Copy, Default)]
pub(super) struct Running {
    mean: f64,
    count: f64,
    /// NaN were left out.
    nans: bool,
    /// Zeros were left out.
    zeros: bool,
}

impl Running {
    #[inline]
    fn add(&mut self, mean: f64, count: f64) {
        let total = self.count + count;
        let difference = mean - self.mean;
        self.mean = if self.count == 0.0 {
            mean
        } else if difference.is_finite() {
            self.mean + difference * (count / total)
        } else if self.mean.is_finite() && mean.is_finite() {
            // Only the difference overflows.
            self.mean * (self.count / total) + mean * (count / total)
        } else {
            // As IEEE 754 adds infinities.
            self.mean + mean
        };
        self.count = total;
    }
}

impl<T: Value> Cell<T> for Running {
    #[inline]
    fn add_voxel(&mut self, value: T, rule: MeanRule) {
        if rule.zeros == Zeros::Ignore && value.is_zero() {
            self.zeros = true;
        } else if rule.nans == Nans::Ignore && value.is_nan() {
            self.nans = true;
        } else {
            self.add(value.to_f64(), 1.0);
        }
    }

    #[inline]
    fn add_cell(&mut self, other: Self) {
        self.zeros |= other.zeros;
        self.nans |= other.nans;
        if other.count > 0.0 {
            self.add(other.mean, other.count);
        }
    }

    fn mean(self, rule: MeanRule) -> T {
        let nothing = if self.nans && !self.zeros { f64::NAN } else { 0.0 };
        T::from_f64(if self.count > 0.0 { self.mean } else { nothing }, rule.cast)
    }
}

/// How levels are made of what is carried.
pub(super) trait Carry<T: Value> {
    type Cell: Copy + Default + Send + Sync;

    /// Where cells are made; those that are not needed any more go back there.
    fn room(&self) -> &Room<Self::Cell>;

    /// The cells of a level that is made from the source.
    fn first(
        &self,
        recipe: &Recipe,
        source: Placed<'_, ArrayViewD<'_, T>>,
        target: &[Range<i64>],
    ) -> Result<ArrayD<Self::Cell>>;

    /// The cells of a level that is made of those of the level before.
    fn next(
        &self,
        step: &Recipe,
        cells: Placed<'_, ArrayViewD<'_, Self::Cell>>,
        target: &[Range<i64>],
    ) -> Result<ArrayD<Self::Cell>>;

    /// The voxels of cells; `target` is where on the level that `recipe` makes of the source.
    fn with_voxels(
        &self,
        recipe: &Recipe,
        target: &[Range<i64>],
        cells: &ArrayD<Self::Cell>,
        give: impl FnOnce(ArrayViewD<'_, T>) -> Result<()>,
    ) -> Result<()>;
}

/// The voxels themselves are carried.
pub(super) struct Voxels<T> {
    room: Room<T>,
}

impl<T> Default for Voxels<T> {
    fn default() -> Self {
        Self { room: Room::default() }
    }
}

impl<T: Value> Carry<T> for Voxels<T> {
    type Cell = T;

    fn room(&self) -> &Room<T> {
        &self.room
    }

    fn first(
        &self,
        recipe: &Recipe,
        source: Placed<'_, ArrayViewD<'_, T>>,
        target: &[Range<i64>],
    ) -> Result<ArrayD<T>> {
        let mut out = self.room.array(&shape(target));
        engine::run_on(recipe, source, Placed { data: out.view_mut(), begin: &engine::begins(target) }, Memory::Used)?;
        Ok(out)
    }

    fn next(&self, step: &Recipe, cells: Placed<'_, ArrayViewD<'_, T>>, target: &[Range<i64>]) -> Result<ArrayD<T>> {
        self.first(step, cells, target)
    }

    fn with_voxels(
        &self,
        _: &Recipe,
        _: &[Range<i64>],
        cells: &ArrayD<T>,
        give: impl FnOnce(ArrayViewD<'_, T>) -> Result<()>,
    ) -> Result<()> {
        give(cells.view())
    }
}

/// Sums and counts are carried.
pub(super) struct Sums<C> {
    rule: MeanRule,
    room: Room<C>,
}

impl<C> Sums<C> {
    pub(super) fn new(rule: MeanRule) -> Self {
        Self { rule, room: Room::default() }
    }
}

impl<T: Value, C: Cell<T>> Carry<T> for Sums<C> {
    type Cell = C;

    fn room(&self) -> &Room<C> {
        &self.room
    }

    fn first(
        &self,
        recipe: &Recipe,
        source: Placed<'_, ArrayViewD<'_, T>>,
        target: &[Range<i64>],
    ) -> Result<ArrayD<C>> {
        let rule = self.rule;
        Ok(gather(&self.room, recipe, &source, target, &|cell: &mut C, value| cell.add_voxel(value, rule)))
    }

    fn next(&self, step: &Recipe, cells: Placed<'_, ArrayViewD<'_, C>>, target: &[Range<i64>]) -> Result<ArrayD<C>> {
        Ok(gather(&self.room, step, &cells, target, &|cell: &mut C, other| cell.add_cell(other)))
    }

    fn with_voxels(
        &self,
        _: &Recipe,
        _: &[Range<i64>],
        cells: &ArrayD<C>,
        give: impl FnOnce(ArrayViewD<'_, T>) -> Result<()>,
    ) -> Result<()> {
        give(cells.map(|cell| cell.mean(self.rule)).view())
    }
}

/// Sums alone are carried: every voxel counts, so their number follows from the place of a window.
pub(super) struct PlainSums<T, S> {
    sums: Room<S>,
    means: Room<T>,
}

impl<T, S> Default for PlainSums<T, S> {
    fn default() -> Self {
        Self { sums: Room::default(), means: Room::default() }
    }
}

impl<T: Value, S: Value + SumOf<T> + Adds<S>> Carry<T> for PlainSums<T, S> {
    type Cell = S;

    fn room(&self) -> &Room<S> {
        &self.sums
    }

    fn first(
        &self,
        recipe: &Recipe,
        source: Placed<'_, ArrayViewD<'_, T>>,
        target: &[Range<i64>],
    ) -> Result<ArrayD<S>> {
        add_up(&self.sums, recipe, source, target)
    }

    fn next(&self, step: &Recipe, cells: Placed<'_, ArrayViewD<'_, S>>, target: &[Range<i64>]) -> Result<ArrayD<S>> {
        add_up(&self.sums, step, cells, target)
    }

    fn with_voxels(
        &self,
        recipe: &Recipe,
        target: &[Range<i64>],
        cells: &ArrayD<S>,
        give: impl FnOnce(ArrayViewD<'_, T>) -> Result<()>,
    ) -> Result<()> {
        let mut means = self.means.array(cells.shape());
        engine::means_of::<T, S>(recipe, target, cells, &mut means);
        give(means.view())?;
        self.means.back(means);
        Ok(())
    }
}

fn add_up<T: Value, S: Value + Adds<T>>(
    room: &Room<S>,
    recipe: &Recipe,
    source: Placed<'_, ArrayViewD<'_, T>>,
    target: &[Range<i64>],
) -> Result<ArrayD<S>> {
    let mut sums = room.array(&shape(target));
    engine::sum_windows(recipe, source, Placed { data: sums.view_mut(), begin: &engine::begins(target) })?;
    Ok(sums)
}

pub(super) fn shape(target: &[Range<i64>]) -> Vec<usize> {
    target.iter().map(|range| super::length(range) as usize).collect()
}

/// Adds every voxel of a region to the cell of its window, in C order.
fn gather<S: Copy + Sync, C: Copy + Default + Send + Sync>(
    room: &Room<C>,
    recipe: &Recipe,
    source: &Placed<'_, ArrayViewD<'_, S>>,
    target: &[Range<i64>],
    add: &(impl Fn(&mut C, S) + Sync),
) -> ArrayD<C> {
    let mut cells = room.array(&shape(target));
    cells.fill(C::default());
    let downs = recipe.axes.iter().map(|axis| i64::from(axis.factor.down()));
    let places = downs.zip(source.begin.iter().zip(target));
    let windows = places.map(|(down, (&first, target))| Windows { down, first, target: target.start });
    add_region(&windows.collect::<Vec<_>>(), source.data.view(), cells.view_mut(), add);
    cells
}

/// Where windows lie along an axis: their length, the index of the first voxel and that of the first window.
#[derive(Clone, Copy)]
struct Windows {
    down: i64,
    first: i64,
    target: i64,
}

impl Windows {
    /// The window that a voxel belongs to.
    fn of(self, voxel: usize) -> usize {
        ((self.first + voxel as i64).div_euclid(self.down) - self.target) as usize
    }

    /// Where a window begins.
    fn begin(self, window: usize) -> usize {
        ((self.target + window as i64) * self.down - self.first).max(0) as usize
    }
}

/// Work below this many voxels is not worth waking a pool for.
const PARALLEL: usize = 1 << 16;

/// Halves the windows along the first axis that has several, then takes one after the other.
fn add_region<S: Copy + Sync, C: Copy + Send>(
    windows: &[Windows],
    source: ArrayViewD<'_, S>,
    mut cells: ArrayViewMutD<'_, C>,
    add: &(impl Fn(&mut C, S) + Sync),
) {
    let several = cells.shape().iter().position(|&extent| extent > 1).filter(|_| source.len() >= PARALLEL);
    let Some(cut) = several else { return add_rows(windows, &source, cells.view_mut(), add) };
    let middle = cells.shape()[cut] / 2;
    let (low, high) = source.split_at(Axis(cut), windows[cut].begin(middle));
    let (low_cells, high_cells) = cells.split_at(Axis(cut), middle);
    let mut later = windows.to_vec();
    later[cut].first += low.shape()[cut] as i64;
    later[cut].target += middle as i64;
    rayon::join(|| add_region(windows, low, low_cells, add), || add_region(&later, high, high_cells, add));
}

fn add_rows<S: Copy, C: Copy>(
    windows: &[Windows],
    source: &ArrayViewD<'_, S>,
    mut cells: ArrayViewMutD<'_, C>,
    add: &impl Fn(&mut C, S),
) {
    let Some((first, inner)) = windows.split_first() else {
        // No axis is left: one voxel and one cell.
        return cells.iter_mut().zip(source.iter()).for_each(|(cell, &voxel)| add(cell, voxel));
    };
    if inner.is_empty() {
        return source
            .iter()
            .enumerate()
            .for_each(|(voxel, &value)| add(&mut cells[[first.of(voxel)].as_slice()], value));
    }
    for (voxel, part) in source.outer_iter().enumerate() {
        add_rows(inner, &part, cells.index_axis_mut(Axis(0), first.of(voxel)), add);
    }
}
