//! Which scale of a source is read: the source itself, or a coarser version that it holds.

use std::ops::Range;

use array_core::{ArrayMeta, ArrayRef, Coordinate, Length};

use super::{anchor_of, over_all_axes, physical};
use crate::recipe::Recipe;
use crate::{Anchor, AntiAlias, Factor, Result, ScaleChoice, Spec};

/// A coarser version of the source and how the target is made of it.
pub(super) struct Chosen {
    pub(super) array: ArrayRef,
    /// Place in [`array_core::Array::scales`], counted from 1; the source is 0.
    pub(super) scale: usize,
    pub(super) recipe: Recipe,
    pub(super) anchor: Vec<i64>,
    /// The target voxels that both the source and this version have.
    pub(super) target: Vec<Range<i64>>,
}

/// The coarsest version that will do, if one is wanted.
pub(super) fn choose(source: &ArrayRef, factors: &[Factor], spec: &Spec, target: &[Range<i64>]) -> Option<Chosen> {
    // Sigmas count voxels of the source.
    if spec.scales == ScaleChoice::Source || matches!(spec.anti_alias, Some(AntiAlias::Sigma(_))) {
        return None;
    }
    let mut scales = source.scales().iter().enumerate().rev();
    scales.find_map(|(number, array)| attempt(source.meta(), array, number + 1, (factors, target), spec).ok().flatten())
}

/// What comes of reading this version, unless it lies on other lines, is coarser than the target, or is other data.
fn attempt(
    source: &ArrayMeta,
    array: &ArrayRef,
    scale: usize,
    (factors, target): (&[Factor], &[Range<i64>]),
    spec: &Spec,
) -> Result<Option<Chosen>> {
    let meta = array.meta();
    let same = (meta.dtype(), meta.kind(), meta.axes()) == (source.dtype(), source.kind(), source.axes());
    if !same
        || meta.plain_extents() != source.plain_extents()
        || corner(meta, spec.anchor) != corner(source, spec.anchor)
    {
        return Ok(None);
    }
    let Some(factors) = remaining(source, meta, factors)? else { return Ok(None) };
    let anchor = anchor_of(meta, spec.anchor);
    let (all_factors, volume) = over_all_axes(meta, &factors, &anchor);
    let recipe = Recipe::new(spec, Some(meta.kind()), meta.dtype(), &all_factors, &volume)?;
    let own = physical(meta, &recipe.target(spec.extent_in_effect())?);
    let both = own.iter().zip(target).map(|(own, target)| own.start.max(target.start)..own.end.min(target.end));
    let both = both.collect::<Vec<_>>();
    let enough = !both.iter().any(Range::is_empty);
    Ok(enough.then(|| Chosen { array: ArrayRef::clone(array), scale, recipe, anchor, target: both }))
}

/// Where the indices of the target are counted from.
fn corner(meta: &ArrayMeta, anchor: Anchor) -> Coordinate<Length> {
    match anchor {
        Anchor::Grid => meta.grid().origin(),
        Anchor::Array => meta.offset(),
    }
}

/// The factors from a coarser version to the target; `None` if its voxels are larger than those of the target.
fn remaining(source: &ArrayMeta, coarser: &ArrayMeta, factors: &[Factor]) -> Result<Option<Vec<Factor>>> {
    let (mut remaining, (from, to)) = (Vec::new(), (source.voxel_size(), coarser.voxel_size()));
    for (dim, factor) in factors.iter().enumerate() {
        let wanted = from[dim].checked_mul(Length::new(factor.down().into(), factor.up().into())?)?;
        if to[dim] > wanted {
            return Ok(None);
        }
        remaining.push(Factor::between(to[dim], wanted)?);
    }
    Ok(Some(remaining))
}

/// Which version is read, for people.
pub(super) fn note(chosen: &Chosen) -> String {
    let meta = chosen.array.meta();
    format!("reads scale {} of the source, '{}' with voxels of {} nm", chosen.scale, meta.name(), meta.voxel_size())
}
