//! Runs a [`Recipe`] over a region: cuts it into leaves that fit the caches and spreads them over the rayon pool.
//!
//! A target voxel is always made by the same operations in the same order, whichever leaf it falls into, so neither the
//! cuts nor the number of threads can show in the result.

mod clip;
mod gather;
mod interpolate;
mod leaf;
mod mean;
mod rank;
mod separable;
pub(crate) mod simd;
mod sums;
#[cfg(test)]
mod tests;
mod votes;
mod whole;
mod whole_mean;
mod whole_mode;
mod windows;

use std::ops::Range;

use array_core::{BlockMut, BlockRef, with_dtype};
use ndarray::{ArrayD, ArrayViewD, ArrayViewMutD, Axis};

use crate::recipe::{Family, Recipe};
use crate::value::Value;
use crate::{Error, PartialWindows, Result};

pub(crate) use clip::clip_to_input;
pub(crate) use interpolate::Real;
pub(crate) use leaf::Leaf;
use leaf::Rows;
use simd::Path;
pub(crate) use sums::{means_of, sum_windows};
pub(crate) use whole_mean::{Adds, SumOf};

/// How work is cut. Only speed and memory depend on it.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Work below this size, in bytes of source, is not worth waking a pool for.
    parallel_bytes: usize,
    /// A leaf that keeps numbers between its steps has about this many of them.
    leaf_numbers: u64,
    /// A leaf that keeps none has at most this many times as many bytes.
    streamed: u64,
    /// A result of at least so many bytes is written past the caches, by kernels that do nothing but write.
    past_caches: usize,
    /// Leaves are so many times longer than the source voxels that one target voxel is made from, where there is a choice.
    halos: usize,
    path: Path,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            parallel_bytes: 1 << 20,
            leaf_numbers: 1 << 18,
            streamed: 4,
            past_caches: 4 << 20,
            halos: 8,
            path: Path::best(),
        }
    }
}

/// Data and the index of its first voxel on every axis.
pub(crate) struct Placed<'a, V> {
    pub(crate) data: V,
    pub(crate) begin: &'a [i64],
}

/// What is known of the memory of a result.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Memory {
    /// Nobody has touched it. The system clears its pages when we do, and leaves them in the caches, where they are filled best.
    Fresh,
    /// Anything else.
    Used,
}

impl Memory {
    fn limits(self) -> Limits {
        let limits = Limits::default();
        if self == Self::Fresh { Limits { past_caches: usize::MAX, ..limits } } else { limits }
    }
}

/// Fills `out`, which lies anywhere on the target grid over the volume, from a source region that holds all it is made
/// from.
///
/// Axes of factor 1 keep their indices. Both have one voxel type and any strides.
pub(crate) fn run(
    recipe: &Recipe,
    source: Placed<'_, BlockRef<'_>>,
    out: Placed<'_, BlockMut<'_>>,
    memory: Memory,
) -> Result<()> {
    with_dtype!(out.data.dtype(), T => {
        let source = Placed { data: source.data.into_view::<T>()?, begin: source.begin };
        let out = Placed { data: out.data.into_view::<T>()?, begin: out.begin };
        run_on(recipe, source, out, memory)
    })
}

/// The same for views of one type.
pub(crate) fn run_on<T: Value>(
    recipe: &Recipe,
    source: Placed<'_, ArrayViewD<'_, T>>,
    mut out: Placed<'_, ArrayViewMutD<'_, T>>,
    memory: Memory,
) -> Result<()> {
    if recipe.axes.is_empty() {
        // A voxel without axes has no rows.
        out.data.assign(&source.data);
        return Ok(());
    }
    run_typed(recipe, memory.limits(), source, out, &|leaf, out| leaf.run(out))
}

/// The same for an interpolation whose result is floats of some type, whatever its source is.
pub(crate) fn interpolate(
    recipe: &Recipe,
    source: Placed<'_, BlockRef<'_>>,
    out: Placed<'_, BlockMut<'_>>,
) -> Result<()> {
    with_dtype!(source.data.dtype(), T => {
        let source = Placed { data: source.data.into_view::<T>()?, begin: source.begin };
        let Some(how) = check(recipe, Limits::default(), &source, (out.begin, out.data.shape()))? else { return Ok(()) };
        match out.data {
            BlockMut::F32(data) => {
                interpolate::run::<T, f32, <T as Value>::Real>(recipe, how, source, Placed { data, begin: out.begin });
            }
            data => {
                let data = data.into_view::<f64>()?;
                interpolate::run::<T, f64, f64>(recipe, how, source, Placed { data, begin: out.begin });
            }
        }
        Ok(())
    })
}

/// Fills the target of a leaf.
type Kernel<T, O> = dyn Fn(&Leaf<'_, T>, ArrayViewMutD<'_, O>) + Sync;

fn run_typed<T: Value>(
    recipe: &Recipe,
    limits: Limits,
    source: Placed<'_, ArrayViewD<'_, T>>,
    out: Placed<'_, ArrayViewMutD<'_, T>>,
    kernel: &Kernel<T, T>,
) -> Result<()> {
    if recipe.family != Family::Filter {
        return run_leaves(recipe, limits, source, out, kernel);
    }
    if let Some(how) = check(recipe, limits, &source, (out.begin, out.data.shape()))? {
        interpolate::run::<T, T, T::Real>(recipe, how, source, out);
    }
    Ok(())
}

/// Everything but interpolation. The result may be of another type than the source.
fn run_leaves<T: Value, O: Copy + Send>(
    recipe: &Recipe,
    limits: Limits,
    source: Placed<'_, ArrayViewD<'_, T>>,
    out: Placed<'_, ArrayViewMutD<'_, O>>,
    kernel: &Kernel<T, O>,
) -> Result<()> {
    let Some(How { parallel, .. }) = check(recipe, limits, &source, (out.begin, out.data.shape()))? else {
        return Ok(());
    };
    let target = ranges(out.begin, out.data.shape());
    let past_caches = out.data.len().saturating_mul(size_of::<O>()) >= limits.past_caches;
    let (source, source_begin) = (source.data, source.begin);
    Work { recipe, limits, source, source_begin, parallel, past_caches, kernel }.branch(out.data, target);
    Ok(())
}

/// How a region is worked on.
#[derive(Clone, Copy)]
struct How {
    limits: Limits,
    parallel: bool,
}

/// Refuses regions outside of the volume or without their source; says how to work on others, if they are not empty.
fn check<T: Value>(
    recipe: &Recipe,
    limits: Limits,
    source: &Placed<'_, ArrayViewD<'_, T>>,
    (begin, shape): (&[i64], &[usize]),
) -> Result<Option<How>> {
    if shape.contains(&0) {
        return Ok(None);
    }
    let target = ranges(begin, shape);
    check_inside("target region", &target, &recipe.target(crate::Extent::Cover)?)?;
    let needed = recipe.source(&target);
    check_inside("source voxels that the target is made from", &needed, &ranges(source.begin, source.data.shape()))?;
    // A broadcast source has more voxels than bytes.
    let bytes =
        needed.iter().map(|range| (range.end - range.start) as usize).fold(size_of::<T>(), usize::saturating_mul);
    Ok(Some(How { limits, parallel: bytes >= limits.parallel_bytes }))
}

/// The index ranges of data that begins at `begin`.
pub(crate) fn ranges(begin: &[i64], shape: &[usize]) -> Vec<Range<i64>> {
    begin.iter().zip(shape).map(|(&begin, &extent)| begin..begin + extent as i64).collect()
}

/// The first index of every range.
pub(crate) fn begins(ranges: &[Range<i64>]) -> Vec<i64> {
    ranges.iter().map(|range| range.start).collect()
}

fn check_inside(what: &'static str, ranges: &[Range<i64>], available: &[Range<i64>]) -> Result<()> {
    for (axis, (range, available)) in ranges.iter().zip(available).enumerate() {
        if range.start < available.start || range.end > available.end {
            let needed = format!("a range inside [{}, {})", available.start, available.end);
            return Err(Error::Range { what, axis, given_begin: range.start, given_end: range.end, needed });
        }
    }
    Ok(())
}

struct Work<'a, T, O> {
    recipe: &'a Recipe,
    limits: Limits,
    source: ArrayViewD<'a, T>,
    source_begin: &'a [i64],
    parallel: bool,
    past_caches: bool,
    kernel: &'a Kernel<T, O>,
}

impl<T: Value, O: Copy + Send> Work<'_, T, O> {
    /// Halves the target until a leaf is small enough.
    fn branch(&self, out: ArrayViewMutD<'_, O>, target: Vec<Range<i64>>) {
        let Some((axis, half)) = self.cut(&target) else { return self.leaf(out, &target) };
        let (mut first, mut second) = (target.clone(), target);
        let middle = first[axis].start + half as i64;
        first[axis].end = middle;
        second[axis].start = middle;
        let (low, high) = out.split_at(Axis(axis), half);
        if self.parallel {
            rayon::join(|| self.branch(low, first), || self.branch(high, second));
        } else {
            self.branch(low, first);
            self.branch(high, second);
        }
    }

    /// Where to cut a target region that is too large for one leaf: its longest side, measured in source voxels, but
    /// rows only when nothing else is left. What keeps nothing is cut into bands of planes, through which memory is read in
    /// its order.
    fn cut(&self, target: &[Range<i64>]) -> Option<(usize, usize)> {
        if let Some(rim) = self.rim(target) {
            return Some(rim);
        }
        let streams = self.streams(target);
        let Limits { leaf_numbers, streamed, .. } = self.limits;
        let most = if streams { leaf_numbers * streamed / size_of::<T>() as u64 } else { leaf_numbers };
        if self.numbers(target) <= most {
            return None;
        }
        let length = |axis: usize| (target[axis].end - target[axis].start) as usize;
        let span = |axis: usize| length(axis) as f64 / self.recipe.axes[axis].factor.to_f64().min(1.0);
        let rows = target.len() - 1;
        let mut long = (0..rows).filter(|&axis| length(axis) > 1);
        let chosen = if streams { long.next() } else { long.max_by(|&a, &b| span(a).total_cmp(&span(b))) };
        let axis = chosen.or_else(|| (length(rows) > 1).then_some(rows))?;
        Some((axis, length(axis) / 2))
    }

    /// Where to cut off windows that reach beyond the volume: the others of a leaf are whole, which is a fact about each of them
    /// and not about what is read with it.
    fn rim(&self, target: &[Range<i64>]) -> Option<(usize, usize)> {
        let axes =
            self.recipe.axes.iter().zip(target).enumerate().filter(|(_, (_, target))| target.end - target.start > 1);
        axes.into_iter().find_map(|(number, (axis, target))| {
            let last = (target.end - target.start - 1) as usize;
            let begin = axis.is_partial(target.start).then_some((number, 1));
            begin.or_else(|| axis.is_partial(target.end - 1).then_some((number, last)))
        })
    }

    /// Whether a leaf keeps no numbers but a row or two.
    fn streams(&self, target: &[Range<i64>]) -> bool {
        let whole = || self.recipe.axes.iter().zip(target).all(|(axis, target)| axis.whole_window(target).is_some());
        match self.recipe.family {
            Family::Gather => true,
            Family::Mode | Family::Rank(_) => whole(),
            Family::Mean => T::MOST_SUMMED > 0 && whole(),
            Family::Filter => false,
        }
    }

    /// How many numbers a leaf handles at once: the result of the first pass of a separable computation, else the
    /// larger of source and target.
    fn numbers(&self, target: &[Range<i64>]) -> u64 {
        let first = self.recipe.order.first().filter(|_| self.recipe.family == Family::Mean);
        let sizes = self.recipe.axes.iter().zip(target).enumerate().map(|(number, (axis, target))| {
            let source = axis.source_range(target);
            let (source, target) = ((source.end - source.start) as u64, (target.end - target.start) as u64);
            if first == Some(&number) { target } else { source.max(target) }
        });
        sizes.fold(1, u64::saturating_mul)
    }

    fn leaf(&self, out: ArrayViewMutD<'_, O>, target: &[Range<i64>]) {
        let held = self.recipe.source(target);
        let mut region = self.source.view();
        region.slice_each_axis_inplace(|axis| {
            let Axis(number) = axis.axis;
            let begin = self.source_begin[number];
            ((held[number].start - begin) as isize..(held[number].end - begin) as isize).into()
        });
        let ranges = self.recipe.region(target);
        // Rows must be slices; regions whose rows are not are copied, and a leaf is small.
        let standard;
        let rows = if let Some(rows) = Rows::of_view(region.view()).filter(|_| ranges == held) {
            rows
        } else {
            standard = padded(&region, &held, &ranges, self.recipe.partial_windows);
            Rows::of_slice(standard.as_slice().unwrap_or_default(), standard.shape())
        };
        let Self { recipe, past_caches, limits: Limits { path, .. }, .. } = *self;
        (self.kernel)(&Leaf { recipe, source: ranges, target, rows, path, past_caches }, out);
    }
}

/// A copy of a region that occupies `held`, with padding up to `ranges`.
fn padded<T: Value>(
    region: &ArrayViewD<'_, T>,
    held: &[Range<i64>],
    ranges: &[Range<i64>],
    policy: PartialWindows,
) -> ArrayD<T> {
    let PartialWindows::Pad(value) = policy else { return region.as_standard_layout().into_owned() };
    let shape = ranges.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    let value = T::from_fill(value).expect("a recipe is made for a type that holds the padding");
    let mut padded = ArrayD::from_elem(shape, value);
    let mut inner = padded.view_mut();
    inner.slice_each_axis_inplace(|axis| {
        let Axis(number) = axis.axis;
        let begin = ranges[number].start;
        ((held[number].start - begin) as isize..(held[number].end - begin) as isize).into()
    });
    inner.assign(region);
    padded
}
