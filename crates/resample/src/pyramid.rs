//! [`Pyramid`]: coarser levels of an array, made in one pass over it.

mod build;
mod cells;
mod factors;
mod level;
mod room;

use std::ops::Range;
use std::sync::Arc;

use array_core::{Array, ArrayRef, Block, BlockRef, Coordinate, Kind, MemoryArray, ReadContext, VoxelBox, with_dtype};

pub(crate) use self::build::Build;
pub use self::factors::{IsotropicFactors, level_factors};
pub use self::level::{Level, Made};
use crate::recipe::Recipe;
use crate::value::Value;
use crate::{
    Error, Extent, Factor, MEMORY_BUDGET, Method, PartialWindows, ResampledArray, Result, ScaleChoice, Spec, factor,
};

/// Modes of windows of at most so many voxels are made from the source itself; those of larger ones from the level before.
const DIRECT_MODE: u64 = 64;

/// The levels of a pyramid over an array: their metadata, and the way to make all of them while the source is read once.
///
/// Every level covers the source ([`Extent::Cover`], whatever the [`Spec`] says); its voxel `k` stands over source voxels
/// `[k·f, (k+1)·f)` of the grid, and windows at the rim reduce what exists of them. All levels share the corner of the grid,
/// so their regions and voxel sizes are exact and need no half-voxel shift; [`Level::centre`] is for metadata that want one.
///
/// | method | a level is made of |
/// |---|---|
/// | `Mean` (default for images) | exact sums and counts of the level before, so it is the mean of the source voxels; floats up to the rounding of 64-bit floats |
/// | `Min`, `Max`, `Stride` | the level before, which comes to the same as the source |
/// | `Mode` (default for labels and masks) | the source for windows of up to 64 voxels (4×4×4), the level before beyond that: see [`Level::made`] |
/// | `Median` | the source |
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, MemoryArray, ReadContext, ndarray::ArrayD};
/// use resample::{Pyramid, Spec, level_factors};
///
/// let em = ArrayD::from_shape_fn(vec![40, 100, 100], |place| (place[0] + place[1]) as u8);
/// let em = Arc::new(MemoryArray::new("em", em, [30, 4, 4], [0, 0, 0])?);
/// let factors = level_factors(em.meta(), [16, 16, 16].into())?;
/// assert_eq!(factors, [[1, 1, 1], [1, 2, 2], [1, 4, 4], [1, 8, 8], [2, 16, 16]]);
///
/// let pyramid = Pyramid::new(em, &factors[1..], Spec::default())?;
/// let levels = pyramid.to_memory(&ReadContext::default())?;
/// assert_eq!(levels[1].shape(), [40, 25, 25]);
/// assert_eq!(levels[1].voxel_size(), [30, 16, 16].map(Into::into));
///
/// // Or block by block, for a writer:
/// let mut blocks = 0;
/// pyramid.build(&ReadContext::default(), &mut |block| {
///     blocks += 1;
///     assert_eq!(block.data.shape(), block.voxels.shape_usize()?);
///     Ok(())
/// })?;
/// assert_eq!(blocks, 4);
/// # use array_core::Array;
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Pyramid {
    source: ArrayRef,
    levels: Vec<Level>,
    /// For every level the factors over all axes.
    factors: Vec<Vec<u32>>,
    /// How a level is made of the level before, for those that are.
    steps: Vec<Option<Recipe>>,
    method: Method,
    spec: Spec,
    chunk: Option<Coordinate>,
    memory_budget: u64,
}

/// A finished part of a level.
#[derive(Debug)]
#[non_exhaustive]
pub struct LevelBlock<'a> {
    /// Number of the level in [`Pyramid::levels`].
    pub level: usize,
    /// Which voxels of that level, in indices of its grid.
    pub voxels: VoxelBox,
    /// Their values, with the axes of the array.
    pub data: BlockRef<'a>,
}

/// What is called with every finished block. Blocks of a level do not overlap, and together they are the level.
pub type LevelSink<'a> = dyn FnMut(LevelBlock<'_>) -> array_core::Result<()> + 'a;

impl Pyramid {
    /// The pyramid over `source` whose levels reduce it by these factors: one list a level, counted from the source, for
    /// each physical axis or each axis of space; a list is a whole multiple of the one before. Begin with a list of ones to
    /// have the source itself handed out as well.
    ///
    /// [`level_factors`] and [`IsotropicFactors`] make good lists.
    ///
    /// # Errors
    /// [`Error::Levels`] for lists that do not go together and for methods that need more than whole windows, and the
    /// errors of [`ResampledArray::new`].
    pub fn new(source: ArrayRef, factors: &[impl AsRef<[u32]>], spec: Spec) -> Result<Self> {
        let method = spec.method.unwrap_or(match source.meta().kind() {
            Kind::Image => Method::Mean,
            Kind::Labels | Kind::Mask => Method::Mode,
        });
        check(method, &spec, factors.len())?;
        let spec = spec.with_method(method).with_extent(Extent::Cover);
        let array = |(number, factors): (usize, &_)| level::array(&source, number, AsRef::as_ref(factors), &spec);
        let arrays = factors.iter().enumerate().map(array).collect::<Result<Vec<_>>>()?;
        let factors = arrays.iter().map(|array| array.recipe().axes.iter().map(|axis| axis.factor.down()).collect());
        let factors = factors.collect::<Vec<Vec<u32>>>();
        check_nested(&factors)?;
        let levels = level::levels(arrays, &factors, method)?;
        let steps = steps(&levels, &factors, &source, &spec)?;
        Ok(Self { source, levels, factors, steps, method, spec, chunk: None, memory_budget: MEMORY_BUDGET })
    }

    /// Has blocks begin and end at multiples of this chunk, counted from index 0 of each level's grid, or at the ends of the
    /// level: whole chunks for a writer. As many as this are then held at least, with all that they are made from.
    ///
    /// # Errors
    /// [`Error::Levels`] unless it has an edge of at least one voxel for every physical axis.
    pub fn with_chunk(mut self, chunk: impl Into<Coordinate>) -> Result<Self> {
        let chunk = chunk.into();
        let dims = self.source.meta().dims();
        if chunk.len() != dims || chunk.iter().any(|edge| *edge < 1) {
            return Err(Error::Levels { reason: format!("a chunk {chunk} needs {dims} edges of at least one voxel") });
        }
        self.chunk = Some(chunk);
        Ok(self)
    }

    /// Sets how many bytes are held at once, about: half of them source, half of them levels in the making. More are held
    /// where a single voxel, or a single [chunk](Self::with_chunk), is made from more.
    pub fn with_memory_budget(mut self, bytes: u64) -> Self {
        self.memory_budget = bytes;
        self
    }

    /// The array beneath.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }

    /// The levels, in the order of the factors.
    pub fn levels(&self) -> &[Level] {
        &self.levels
    }

    /// The method in use.
    pub fn method(&self) -> Method {
        self.method
    }

    /// Makes all levels while every voxel of the source is read once, and hands their blocks to `sink` as they are
    /// finished, in no particular order. The same bits for every budget, chunk and number of threads.
    ///
    /// # Errors
    /// Those of the source and those of the sink, which end it.
    pub fn build(&self, cx: &ReadContext, sink: &mut LevelSink<'_>) -> Result<()> {
        with_dtype!(self.source.meta().dtype(), T => <T as Value>::build(Build::<T>::new(self, cx, sink)))
    }

    /// Makes all levels and writes each into the array of the same place in the list.
    ///
    /// # Errors
    /// [`Error::Levels`] when an array is missing, cannot be written, or has another grid, box, type or axes than its level;
    /// otherwise as [`build`](Self::build).
    pub fn write_to(&self, targets: &[&dyn Array], cx: &ReadContext) -> Result<()> {
        if targets.len() != self.levels.len() {
            let (given, needed) = (targets.len(), self.levels.len());
            return Err(Error::Levels { reason: format!("{given} arrays were given to write {needed} levels into") });
        }
        let writers = targets.iter().zip(&self.levels).map(|(target, level)| level.writer(*target));
        let writers = writers.collect::<Result<Vec<_>>>()?;
        self.build(cx, &mut |block| writers[block.level].write_voxels(&block.voxels, block.data, cx))
    }

    /// Makes all levels in memory.
    ///
    /// # Errors
    /// That they do not fit; otherwise as [`build`](Self::build).
    pub fn to_memory(&self, cx: &ReadContext) -> Result<Vec<MemoryArray>> {
        let empty = self.levels.iter().map(|level| {
            let meta = level.meta().clone();
            let block = Block::zeros(meta.dtype(), meta.shape())?;
            Ok(MemoryArray::from_meta(meta, block)?)
        });
        let arrays = empty.collect::<Result<Vec<_>>>()?;
        let targets = arrays.iter().map(|array| array as &dyn Array).collect::<Vec<_>>();
        self.write_to(&targets, cx)?;
        Ok(arrays)
    }

    /// The levels as arrays that are computed when they are read, each from the source.
    ///
    /// Their voxels are those of [`build`](Self::build), but for levels that it makes of the level before, where the two are
    /// different: see [`Level::made`].
    pub fn lazy(&self) -> Vec<Arc<ResampledArray>> {
        self.levels.iter().map(|level| Arc::clone(level.array())).collect()
    }

    /// Level number `level` is made from the source, not from the level before.
    fn is_from_source(&self, level: usize) -> bool {
        self.steps[level].is_none()
    }
}

fn check(method: Method, spec: &Spec, levels: usize) -> Result<()> {
    let reason = if levels == 0 {
        "give the factors of at least one level".to_owned()
    } else if matches!(method, Method::Interpolate(_)) {
        format!(
            "{method} looks beyond its window, so levels cannot be made in one pass: use mean, mode, min, max, median or \
             stride, or read each level from a ResampledArray"
        )
    } else if spec.partial_windows != PartialWindows::Include {
        "windows at the rim reduce the voxels that exist, on every level: leave partial_windows out".to_owned()
    } else if spec.scales != ScaleChoice::Source {
        "levels are made of the source, not of its scales: leave scales out".to_owned()
    } else {
        return Ok(());
    };
    Err(Error::Levels { reason })
}

/// Every level is coarser than the one before by whole factors; only the first may be the source itself.
fn check_nested(factors: &[Vec<u32>]) -> Result<()> {
    for (number, pair) in factors.windows(2).enumerate() {
        let nested = pair[1].iter().zip(&pair[0]).all(|(coarse, fine)| coarse.is_multiple_of(*fine));
        if !nested || pair[0] == pair[1] {
            let (fine, coarse) = (&pair[0], &pair[1]);
            let reason = format!(
                "factors {coarse:?} of level {} must be whole multiples of {fine:?}, those of the level before, and larger on \
                 one axis at least",
                number + 1
            );
            return Err(Error::Levels { reason });
        }
    }
    Ok(())
}

/// The recipes from one level to the next, for levels that are not made from the source.
fn steps(levels: &[Level], factors: &[Vec<u32>], source: &ArrayRef, spec: &Spec) -> Result<Vec<Option<Recipe>>> {
    let direct = level::from_source(factors, spec.method_for(Some(source.meta().kind())));
    let step = |number: usize| {
        if number < direct {
            return Ok(None);
        }
        let ratios =
            factors[number].iter().zip(&factors[number - 1]).map(|(coarse, fine)| Factor::down_by(coarse / fine));
        let volume = levels[number - 1].array().recipe().target(Extent::Cover)?;
        let (kind, dtype) = (source.meta().kind(), source.meta().dtype());
        Recipe::new(spec, Some(kind), dtype, &ratios.collect::<Result<Vec<_>>>()?, &volume).map(Some)
    };
    (0..levels.len()).map(step).collect()
}

/// The ratio of the factors, for people.
fn down(factors: &[u32]) -> Result<String> {
    let factors = factors.iter().map(|&down| Factor::down_by(down)).collect::<Result<Vec<_>>>()?;
    Ok(factor::list(&factors))
}

/// Number of voxels in a range.
fn length(range: &Range<i64>) -> u64 {
    (range.end - range.start).max(0) as u64
}
