//! [`ResampledArray`]: another array at another voxel size, computed when read.

mod describe;
mod read;
mod scale;
mod target;

use std::ops::Range;
use std::sync::Arc;

use array_core::{
    Array, ArrayMeta, ArrayRef, BlockMut, Coordinate, Field, Grid, Length, Provenance, ReadContext, ReadPlan, VoxelBox,
};

pub use self::read::MEMORY_BUDGET;
use self::scale::Chosen;
pub use self::target::Target;
use crate::recipe::Recipe;
use crate::{Anchor, Clip, Error, Extent, Factor, Method, Result, Spec};

/// Any array at another voxel size.
///
/// A read of any region gives the very bits that the same region of a read of everything would give: filters look at
/// the source around the region, and only the ends of the source count as edges.
///
/// The metadata are its own: the source's grid with the step multiplied by `down / up` (the origin stays, so up by n
/// and down by n gives the grid back), the name it was given, the kind of the source. Attributes pass through without
/// those that state geometry ([`array_core::GEOMETRY_KEYS`]). It has no public address for viewers, because an address
/// would show the source.
///
/// The source is read once per request, before any thread of the rayon pool is involved (voxels that it has in memory are
/// taken where they lie); requests whose source region exceeds the [memory budget](Self::with_memory_budget) are worked off
/// in slabs. Memory: the result, one source region of at most the budget (more only where a single voxel is made from
/// more), and some 8 MiB for each thread of the pool; for splines of order 2 and above some 64 MiB, and 192 MiB where they
/// are computed in 64-bit floats.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, MemoryArray, Roi, ndarray::ArrayD};
/// use resample::{ResampledArray, Spec, Target};
///
/// let em = MemoryArray::new("em", ArrayD::from_elem(vec![32, 32, 32], 7_u8), [8, 8, 8], [0, 0, 0])?;
/// let coarse = ResampledArray::new("em@12nm", Arc::new(em), Target::voxel_size([12, 12, 12]), Spec::default())?;
/// assert_eq!(coarse.shape(), [21, 21, 21]);
/// assert_eq!(coarse.scale(), [2.0 / 3.0; 3]);
/// let block: ArrayD<u8> = coarse.read(Roi::new([24, 0, 0], [48, 12, 12])?)?;
/// assert_eq!(block, ArrayD::from_elem(vec![4, 1, 1], 7));
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct ResampledArray {
    meta: ArrayMeta,
    source: ArrayRef,
    /// What is read: the source, or a coarser scale of it.
    beneath: ArrayRef,
    /// Which scale that is.
    scale: usize,
    /// One per physical axis.
    factors: Vec<Factor>,
    /// Over all axes, in indices that count from the anchor.
    recipe: Recipe,
    /// Index of the anchor on the source's grid, per physical axis.
    anchor: Vec<i64>,
    method: Method,
    spec: Spec,
    memory_budget: u64,
    rim: Vec<String>,
    /// What a plan says: the rim, and the scale.
    notes: Vec<String>,
}

impl ResampledArray {
    /// The array `source` at other voxel sizes: by factors, or by the sizes that are wanted.
    ///
    /// A target has one entry for each physical axis, or one for each axis of space; time then stays as it is.
    ///
    /// # Errors
    /// [`Error::NotForKind`] for interpolation or means of labels, [`Error::WideInteger`] for interpolation of 64-bit
    /// integers, [`Error::NothingInside`] when no target voxel fits, [`Error::ClipToInput`], [`Error::UnusedOption`], and
    /// others that name an axis.
    pub fn new(name: impl Into<String>, source: ArrayRef, target: impl Into<Target>, spec: Spec) -> Result<Self> {
        let meta = source.meta();
        if spec.clip == Clip::ToInput {
            return Err(Error::ClipToInput);
        }
        let asked = target.into();
        let factors = asked.factors(meta)?;
        let anchor = anchor_of(meta, spec.anchor);
        let (all_factors, volume) = over_all_axes(meta, &factors, &anchor);
        let recipe = Recipe::new(&spec, Some(meta.kind()), meta.dtype(), &all_factors, &volume)?;
        let target = physical(meta, &recipe.target(spec.extent_in_effect())?);
        check_not_empty(meta, &recipe, &target)?;
        let chosen = scale::choose(&source, &factors, &spec, &target);
        let target = chosen.as_ref().map_or(target, |chosen| chosen.target.clone());
        let mut notes = match spec.extent_in_effect() {
            Extent::Inside => describe::rim(meta, &factors, &anchor, &target)?,
            Extent::Cover => Vec::new(),
        };
        let rim = notes.clone();
        notes.extend(chosen.as_ref().map(scale::note));
        let method = spec.method_for(Some(meta.kind()));
        let meta = resampled(name.into(), meta, &factors, &spec, &target, chosen.as_ref())?;
        asked.check_lines(&meta)?;
        let (beneath, recipe, anchor, scale) = match chosen {
            Some(chosen) => (chosen.array, chosen.recipe, chosen.anchor, chosen.scale),
            None => (Arc::clone(&source), recipe, anchor, 0),
        };
        let memory_budget = MEMORY_BUDGET;
        Ok(Self { meta, source, beneath, scale, factors, recipe, anchor, method, spec, memory_budget, rim, notes })
    }

    /// Sets how many bytes of source are held at once; a larger request is worked off in slabs. See [`MEMORY_BUDGET`].
    pub fn with_memory_budget(mut self, bytes: u64) -> Self {
        self.memory_budget = bytes;
        self
    }

    /// The array that is resampled.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }

    /// The factor of each physical axis.
    pub fn factors(&self) -> &[Factor] {
        &self.factors
    }

    /// Numerators of the factors: how many voxels take the place of [`downsample`](Self::downsample) source voxels.
    pub fn upsample(&self) -> Vec<u32> {
        self.factors.iter().map(|factor| factor.up()).collect()
    }

    /// Denominators of the factors, in lowest terms.
    pub fn downsample(&self) -> Vec<u32> {
        self.factors.iter().map(|factor| factor.down()).collect()
    }

    /// New voxels per source voxel for every axis of the data, 1 for axes that are not physical. The factors as floats.
    pub fn scale(&self) -> Vec<f64> {
        over_all_axes(self.source.meta(), &self.factors, &self.anchor).0.into_iter().map(Factor::to_f64).collect()
    }

    /// Which scale of the source is read: 0 is the source, `n` is entry `n - 1` of its [`scales`](Array::scales). Another
    /// than 0 only under [`ScaleChoice::Coarser`](crate::ScaleChoice::Coarser).
    pub fn source_scale(&self) -> usize {
        self.scale
    }

    /// The order of the interpolation; `None` for methods that do not interpolate.
    pub fn interp_order(&self) -> Option<u8> {
        match self.method {
            Method::Interpolate(order) => Some(order.number()),
            _ => None,
        }
    }

    /// The method in use: the one asked for, or the default of the array's kind.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The options as given.
    pub fn spec(&self) -> &Spec {
        &self.spec
    }

    /// World position of the centre of the first voxel, exactly: the translation that formats with centres want (OME-NGFF),
    /// where those with corners want the offset.
    ///
    /// It is the offset and half a voxel; for [`Method::Stride`] and half a voxel of the source, since that is the voxel it
    /// keeps. Order 0 at an even reduction copies a voxel half a source voxel above the centre.
    ///
    /// # Errors
    /// [`Error::Geometry`](crate::Error::Geometry) when it is no 64-bit fraction.
    pub fn centre(&self) -> Result<Coordinate<Length>> {
        let kept = if self.method == Method::Stride { self.beneath.meta() } else { &self.meta };
        let size = kept.voxel_size();
        let (offset, two) = (self.meta.offset(), Length::from(2));
        Ok(offset.try_map(|dim, corner| corner.checked_add(size[dim].checked_div(two)?))?)
    }

    pub(crate) fn recipe(&self) -> &Recipe {
        &self.recipe
    }

    /// What [`Extent::Inside`] leaves out at the rim of the source, one line per axis, for people; also among the notes
    /// of a plan.
    pub fn left_out(&self) -> &[String] {
        &self.rim
    }
}

impl Array for ResampledArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        let some = self.check_box(voxels)?;
        self.check_shape(voxels, out.shape())?;
        if some { self.read_target(&self.target_ranges(voxels), out, cx) } else { Ok(()) }
    }

    fn plan(&self, voxels: &VoxelBox) -> array_core::Result<ReadPlan> {
        if self.check_box(voxels)? { self.plan_target(voxels) } else { Ok(ReadPlan::in_memory(0)) }
    }
}

/// Index of the anchor on the grid of an array.
fn anchor_of(meta: &ArrayMeta, anchor: Anchor) -> Vec<i64> {
    match anchor {
        Anchor::Grid => vec![0; meta.dims()],
        Anchor::Array => meta.voxel_box().begin().to_vec(),
    }
}

/// Factors and volume over all axes of the data; axes without a place in the world keep their extent.
fn over_all_axes(meta: &ArrayMeta, factors: &[Factor], anchor: &[i64]) -> (Vec<Factor>, Vec<Range<i64>>) {
    let mut all_factors = vec![Factor::ONE; meta.rank()];
    let mut volume = meta.shape().iter().map(|&extent| 0..extent as i64).collect::<Vec<_>>();
    for (dim, (range, position)) in meta.voxel_box().ranges().zip(meta.axes().physical()).enumerate() {
        all_factors[position] = factors[dim];
        volume[position] = range.start - anchor[dim]..range.end - anchor[dim];
    }
    (all_factors, volume)
}

/// The entries of the physical axes.
fn physical<T: Clone>(meta: &ArrayMeta, all: &[T]) -> Vec<T> {
    meta.axes().physical().map(|position| all[position].clone()).collect()
}

fn check_not_empty(meta: &ArrayMeta, recipe: &Recipe, target: &[Range<i64>]) -> Result<()> {
    let mut places = meta.axes().physical().enumerate();
    match places.find(|&(dim, _)| target[dim].is_empty()) {
        None => Ok(()),
        Some((dim, position)) => {
            let (name, range) = (meta.axes().physical_name(dim), meta.voxel_box().range(dim)?);
            Err(recipe.axes[position].nothing(name, range))
        }
    }
}

fn resampled(
    name: String,
    source: &ArrayMeta,
    factors: &[Factor],
    spec: &Spec,
    target: &[Range<i64>],
    chosen: Option<&Chosen>,
) -> Result<ArrayMeta> {
    let origin = match spec.anchor {
        Anchor::Grid => source.grid().origin(),
        Anchor::Array => source.offset(),
    };
    let (up, down): (Vec<u32>, Vec<u32>) = factors.iter().map(|factor| (factor.up(), factor.down())).unzip();
    let grid = Grid::new(origin, source.voxel_size())?.scaled(&up, &down)?;
    let begin = Coordinate::try_from_iter(target.iter().map(|range| range.start))?;
    let end = Coordinate::try_from_iter(target.iter().map(|range| range.end))?;
    let voxels = VoxelBox::from_bounds(begin, end)?;
    let (axes, extents) = (source.axes().clone(), source.plain_extents());
    let mut meta = source.derive(source.dtype(), axes, &extents, grid, voxels)?.with_name(name);
    if let Some(block) = source.read_block() {
        meta = meta.with_read_block(block.try_map(|dim, edge| Ok(scaled_edge(edge, factors[dim])))?)?;
    }
    let scale = chosen.map_or(String::new(), |chosen| format!(" from its scale {}", chosen.scale));
    let resampled = format!("'{}' resampled by {}{scale}", source.name(), crate::factor::list(factors));
    let resampled = Provenance::Derived(resampled);
    let place = [Field::VoxelSize, Field::Offset, Field::Extents];
    Ok(place.into_iter().fold(meta, |meta, field| meta.with_provenance(field, resampled.clone())))
}

/// The edge of a block of about the same place, at least one voxel.
fn scaled_edge(edge: i64, factor: Factor) -> i64 {
    let scaled = i128::from(edge) * i128::from(factor.up()) / i128::from(factor.down());
    i64::try_from(scaled).unwrap_or(i64::MAX).max(1)
}
