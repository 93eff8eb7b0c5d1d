//! Resampling of plain arrays, without metadata.

use std::ops::Range;

use array_core::{Block, Element};
use ndarray::{Array, ArrayView, ArrayViewD, ArrayViewMut, ArrayViewMutD, Dimension};

use crate::engine::{self, Placed};
use crate::recipe::Recipe;
use crate::{Error, Factor, Result, Spec};

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
    let (recipe, target) = prepare::<T>(source.shape(), factors, spec)?;
    let shape = target.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    let mut out = Block::zeros(T::DTYPE, &shape)?.into_array::<T>()?;
    run_whole(&recipe, source.into_dyn(), out.view_mut(), &target)?;
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
    let (recipe, target) = prepare::<T>(source.shape(), factors, spec)?;
    for (axis, (range, &extent)) in target.iter().zip(out.shape()).enumerate() {
        if (range.end - range.start) as usize != extent {
            let needed = format!("the {} voxels of the result", range.end - range.start);
            return Err(Error::Range { what: "destination", axis, given_begin: 0, given_end: extent as i64, needed });
        }
    }
    run_whole(&recipe, source.into_dyn(), out.into_dyn(), &target)
}

fn prepare<T: Element>(shape: &[usize], factors: &[Factor], spec: &Spec) -> Result<(Recipe, Vec<Range<i64>>)> {
    if factors.len() != shape.len() {
        return Err(Error::AxisCount { what: "factors", given: factors.len(), axes: shape.len() });
    }
    let volume = engine::ranges(&vec![0; shape.len()], shape);
    let recipe = Recipe::new(spec, None, T::DTYPE, factors, &volume)?;
    let target = recipe.target(spec.extent_in_effect())?;
    for (axis, range) in target.iter().enumerate() {
        if range.is_empty() && !volume[axis].is_empty() {
            return Err(recipe.axes[axis].nothing(axis.to_string(), volume[axis].clone()));
        }
    }
    Ok((recipe, target))
}

fn run_whole<T: Element>(
    recipe: &Recipe,
    source: ArrayViewD<'_, T>,
    mut out: ArrayViewMutD<'_, T>,
    target: &[Range<i64>],
) -> Result<()> {
    if source.ndim() == 0 {
        out.assign(&source);
        return Ok(());
    }
    let begin = target.iter().map(|range| range.start).collect::<Vec<_>>();
    let source = Placed { begin: &vec![0; begin.len()], data: T::wrap_ref(source) };
    engine::run(recipe, source, Placed { begin: &begin, data: T::wrap_mut(out) })
}
