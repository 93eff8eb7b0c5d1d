//! Resampling of plain arrays, without metadata.

use std::ops::Range;

use array_core::{Block, DType, Element};
use ndarray::{Array, ArrayD, ArrayView, ArrayViewD, ArrayViewMut, ArrayViewMutD, Axis, Dimension};

use crate::engine::{self, Memory, Placed};
use crate::recipe::Recipe;
use crate::{Clip, Error, Factor, Float, Result, ScaleChoice, Spec};

/// Resamples a whole array: `factors` has one factor for each axis, 1 for axes that keep their voxels (channels, for
/// instance).
///
/// The first voxel has index 0 on both grids. Any memory layout will do; large arrays are spread over the rayon pool,
/// and the result does not depend on its size. The extent of axis `a` in the result is that of
/// [`Factor::target_range`].
///
/// ```
/// use ndarray::{Array, array};
/// use resample::{Factor, Method, Spec, resample};
///
/// let labels = array![[1_u64, 1, 9], [1, 7, 9], [7, 7, u64::MAX]];
/// let half = [Factor::down_by(2)?; 2];
/// let spec = Spec::default().with_method(Method::Mode);
/// assert_eq!(resample(labels.view(), &half, &spec)?, array![[1]]);
///
/// let ramp = Array::from_iter(0..8_u8);
/// let mean = Spec::default().with_method(Method::Mean);
/// assert_eq!(resample(ramp.view(), &["2/3".parse()?], &mean)?, array![0, 2, 3, 5, 6]);
/// # Ok::<(), resample::Error>(())
/// ```
///
/// # Errors
/// What [`Spec`] and [`Factor`] rule out: a list of another length than there are axes, interpolation of 64-bit
/// integers, options without effect, no voxel inside, a result that memory cannot hold. See [`Error`].
#[allow(clippy::missing_panics_doc, reason = "the result has as many axes as the source, so the conversion succeeds")]
pub fn resample<T: Element, D: Dimension>(
    source: ArrayView<'_, T, D>,
    factors: &[Factor],
    spec: &Spec,
) -> Result<Array<T, D>> {
    let (recipe, target) = prepare(T::DTYPE, source.shape(), factors, spec)?;
    let mut out = zeros::<T>(&target)?;
    run_whole(&recipe, source.into_dyn(), (out.view_mut(), Memory::Fresh), &target, spec)?;
    Ok(out.into_dimensionality().expect("as many axes as the source has"))
}

/// Like [`resample`], into an array that exists, of any memory layout.
///
/// # Errors
/// Those of [`resample`], and [`Error::Range`] when the destination has another shape than the result.
pub fn resample_into<T: Element, D: Dimension>(
    source: ArrayView<'_, T, D>,
    factors: &[Factor],
    spec: &Spec,
    out: ArrayViewMut<'_, T, D>,
) -> Result<()> {
    let (recipe, target) = prepare(T::DTYPE, source.shape(), factors, spec)?;
    for (axis, (range, &extent)) in target.iter().zip(out.shape()).enumerate() {
        if (range.end - range.start) as usize != extent {
            let needed = format!("the {} voxels of the result", range.end - range.start);
            return Err(Error::Range { what: "destination", axis, given_begin: 0, given_end: extent as i64, needed });
        }
    }
    run_whole(&recipe, source.into_dyn(), (out.into_dyn(), Memory::Used), &target, spec)
}

/// Interpolates a whole array of any type to floats: like [`resample`], but without rounding to whole numbers.
///
/// ```
/// use ndarray::{Array1, array};
/// use resample::{AntiAlias, Spec, resample_as};
///
/// let spec = Spec::default().with_anti_alias(AntiAlias::Off);
/// let halves: Array1<f32> = resample_as(array![0_u8, 1, 2, 4].view(), &["1/2".parse()?], &spec)?;
/// assert_eq!(halves, array![0.5, 3.0]);
/// # Ok::<(), resample::Error>(())
/// ```
///
/// # Errors
/// Those of [`resample`], and [`Error::KeepsType`] for methods that do not interpolate (order 0 without anti-aliasing
/// among them), whose values are of the type of the source.
#[allow(clippy::missing_panics_doc, reason = "the result has as many axes as the source, so the conversion succeeds")]
pub fn resample_as<F: Float, T: Element, D: Dimension>(
    source: ArrayView<'_, T, D>,
    factors: &[Factor],
    spec: &Spec,
) -> Result<Array<F, D>> {
    spec.check(None, T::DTYPE)?;
    let method = spec.method_for(None);
    if !spec.computes(method) {
        return Err(Error::KeepsType { method: method.to_string(), dtype: T::DTYPE });
    }
    check_count("factors", factors.len(), source.ndim())?;
    if source.ndim() == 0 {
        let row = source.into_dyn().insert_axis(Axis(0));
        let out = resample_as::<F, _, _>(row, &[Factor::ONE], spec)?.index_axis_move(Axis(0), 0);
        return Ok(out.into_dimensionality().expect("as many axes as the source has"));
    }
    // A result may need a finer spline than integers do; 32-bit ones and `f64` need the finest.
    let finer = if F::DTYPE == DType::F64 || T::DTYPE.size() < 4 { F::DTYPE } else { T::DTYPE };
    let (recipe, target) = prepare(finer, source.shape(), factors, spec)?;
    let mut out = zeros::<F>(&target)?;
    let source = T::wrap_ref(source.into_dyn());
    let begins = Begins::new(&target);
    let result = Placed { begin: &begins.target, data: F::wrap_mut(out.view_mut()) };
    engine::interpolate(&recipe, Placed { begin: &begins.source, data: source.clone() }, result)?;
    if spec.clip == Clip::ToInput {
        engine::clip_to_input(source, F::wrap_mut(out.view_mut()), spec)?;
    }
    Ok(out.into_dimensionality().expect("as many axes as the source has"))
}

/// Resamples a whole array to a given shape, which the extent of the source is divided into evenly.
///
/// It is [`resample`] with the factor `m / n` on an axis of `n` voxels that are to become `m`, whatever the two are.
/// With [`Clip::ToInput`], interpolations compare with `skimage.transform.resize` (which turns integers into floats
/// between 0 and 1 unless told otherwise; nothing like that happens here).
///
/// ```
/// use ndarray::array;
/// use resample::{AntiAlias, Spec, resize};
///
/// let spec = Spec::default().with_anti_alias(AntiAlias::Off);
/// assert_eq!(resize(array![0_u8, 10, 20, 30, 40].view(), &[2], &spec)?, array![8, 32]);
/// # Ok::<(), resample::Error>(())
/// ```
///
/// # Errors
/// Those of [`resample`]; [`Error::AxisCount`] when `shape` has not one extent for each axis, [`Error::ZeroFactor`] for
/// an extent of 0 in it or in the source.
pub fn resize<T: Element, D: Dimension>(
    source: ArrayView<'_, T, D>,
    shape: &[usize],
    spec: &Spec,
) -> Result<Array<T, D>> {
    check_count("extents", shape.len(), source.ndim())?;
    let pairs = source.shape().iter().zip(shape);
    let factors = pairs.map(|(&n, &m)| Factor::of_extents(n, m)).collect::<Result<Vec<_>>>()?;
    resample(source, &factors, spec)
}

/// Resamples a whole array to the shape that is nearest to the given factors: [`resize`] to `max(1,
/// round_half_even(n · factor))` voxels, as `skimage.transform.rescale` does.
///
/// The factor in effect is then that of [`Factor::fit`]: five voxels at `1/2` become two, at `2/5`. Where the extents
/// divide evenly there is no difference from [`resample`].
///
/// # Errors
/// Those of [`resize`].
pub fn rescale<T: Element, D: Dimension>(
    source: ArrayView<'_, T, D>,
    factors: &[Factor],
    spec: &Spec,
) -> Result<Array<T, D>> {
    check_count("factors", factors.len(), source.ndim())?;
    let pairs = source.shape().iter().zip(factors);
    let factors = pairs.map(|(&n, factor)| factor.fit(n)).collect::<Result<Vec<_>>>()?;
    resample(source, &factors, spec)
}

fn check_count(what: &'static str, given: usize, axes: usize) -> Result<()> {
    if given == axes { Ok(()) } else { Err(Error::AxisCount { what, given, axes }) }
}

fn prepare(dtype: DType, shape: &[usize], factors: &[Factor], spec: &Spec) -> Result<(Recipe, Vec<Range<i64>>)> {
    check_count("factors", factors.len(), shape.len())?;
    let volume = engine::ranges(&vec![0; shape.len()], shape);
    if spec.scales != ScaleChoice::Source {
        return Err(Error::UnusedOption { option: "scales", method: "a plain array".to_owned() });
    }
    let recipe = Recipe::new(spec, None, dtype, factors, &volume)?;
    let target = recipe.target(spec.extent_in_effect())?;
    for (axis, range) in target.iter().enumerate() {
        if range.is_empty() && !volume[axis].is_empty() {
            return Err(recipe.axes[axis].nothing(axis.to_string(), volume[axis].clone()));
        }
    }
    Ok((recipe, target))
}

fn zeros<T: Element>(target: &[Range<i64>]) -> Result<ArrayD<T>> {
    let shape = target.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    Ok(Block::zeros(T::DTYPE, &shape)?.into_array()?)
}

/// The indices of the first voxels.
struct Begins {
    source: Vec<i64>,
    target: Vec<i64>,
}

impl Begins {
    fn new(target: &[Range<i64>]) -> Self {
        Self { source: vec![0; target.len()], target: target.iter().map(|range| range.start).collect() }
    }
}

fn run_whole<T: Element>(
    recipe: &Recipe,
    source: ArrayViewD<'_, T>,
    (mut out, memory): (ArrayViewMutD<'_, T>, Memory),
    target: &[Range<i64>],
    spec: &Spec,
) -> Result<()> {
    let begins = Begins::new(target);
    let result = Placed { begin: &begins.target, data: T::wrap_mut(out.view_mut()) };
    engine::run(recipe, Placed { begin: &begins.source, data: T::wrap_ref(source.view()) }, result, memory)?;
    if spec.clip == Clip::ToInput {
        engine::clip_to_input(T::wrap_ref(source), T::wrap_mut(out), spec)?;
    }
    Ok(())
}
