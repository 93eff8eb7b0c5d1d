//! [`Recipe`]: a [`Spec`] worked out for given factors and a given volume.

use std::cmp::Ordering;
use std::ops::Range;

use array_core::{DType, Kind};

use crate::axis::{AxisRule, Rule};
use crate::filter::Filter;
use crate::lattice::INDEX_LIMIT;
use crate::spline::Precision;
use crate::{
    AntiAlias, Cast, Error, Extent, Factor, Method, Nans, Order, PartialWindows, Result, Spec, Ties, Zeros, factor,
};

/// Most voxels of a window that may be padded.
const PADDED_WINDOW: u64 = 1 << 24;

/// Everything that the kernels need to know; the same for every region of the volume.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) family: Family,
    /// One rule for every axis of the data, batch axes included.
    pub(crate) axes: Vec<AxisRule>,
    /// The axes of a separable computation, greatest reduction first.
    pub(crate) order: Vec<usize>,
    pub(crate) cast: Cast,
    /// Limits of interpolated values.
    pub(crate) clip: Option<(f64, f64)>,
    pub(crate) zeros: Zeros,
    pub(crate) nans: Nans,
    pub(crate) ties: Ties,
    pub(crate) partial_windows: PartialWindows,
    /// What a constant boundary puts outside.
    pub(crate) outside: f64,
    /// No window weighs more than this.
    pub(crate) heaviest: u64,
}

/// The kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Family {
    /// Copies voxels.
    Gather,
    /// Weighted sums in floats, axis by axis.
    Filter,
    /// Means over windows.
    Mean,
    /// Votes over windows.
    Mode,
    /// One voxel of a window, by its place in their order.
    Rank(Rank),
}

/// Which voxel of a window, in order of their values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rank {
    Lowest,
    Highest,
    LowerMedian,
}

impl Recipe {
    /// Works out the recipe for data whose axis `a` occupies `volume[a]` and is resampled by `factors[a]`.
    pub(crate) fn new(
        spec: &Spec,
        kind: Option<Kind>,
        dtype: DType,
        factors: &[Factor],
        volume: &[Range<i64>],
    ) -> Result<Self> {
        spec.check(kind, dtype)?;
        check_sigmas(spec, factors)?;
        let method = spec.method_for(kind);
        let precision = precision(dtype);
        let axes = factors.iter().zip(volume).enumerate().map(|(axis, (&factor, volume))| {
            check_volume(axis, factor, volume)?;
            axis_rule(spec, (method, precision), axis, factor, volume)
        });
        let axes = axes.collect::<Result<Vec<_>>>()?;
        check_padding(&axes, factors)?;
        check_ties(spec, &axes)?;
        let family = family(method, &axes);
        let mut recipe = Self {
            family,
            order: (0..axes.len()).filter(|&axis| !axes[axis].is_kept()).collect(),
            axes,
            cast: spec.cast,
            clip: spec.clip.range(),
            zeros: spec.zeros,
            nans: spec.nans,
            ties: spec.ties,
            partial_windows: spec.partial_windows,
            outside: spec.boundary.outside(),
            heaviest: 1,
        };
        recipe.order.sort_by(|&a, &b| precedence(&recipe.axes, a, b));
        recipe.heaviest = recipe.heaviest_window(factors)?;
        Ok(recipe)
    }

    fn heaviest_window(&self, factors: &[Factor]) -> Result<u64> {
        if matches!(self.family, Family::Gather | Family::Filter) {
            return Ok(1);
        }
        let windows = self.axes.iter().filter(|axis| matches!(axis.rule, Rule::Window));
        let product =
            windows.into_iter().try_fold(1_u64, |product, axis| product.checked_mul(axis.factor.down().into()));
        match product {
            Some(product) if product <= 1 << 62 => Ok(product),
            _ => Err(Error::WindowTooFine { factors: factor::list(factors) }),
        }
    }

    /// The target voxels of the whole volume.
    pub(crate) fn target(&self, extent: Extent) -> Result<Vec<Range<i64>>> {
        self.axes.iter().map(|axis| axis.target_range(extent)).collect()
    }

    /// The source voxels that a target region, empty on no axis, is made from.
    pub(crate) fn source(&self, target: &[Range<i64>]) -> Vec<Range<i64>> {
        self.axes.iter().zip(target).map(|(axis, target)| axis.source_range(target)).collect()
    }

    /// The same with the padding of partial windows.
    pub(crate) fn region(&self, target: &[Range<i64>]) -> Vec<Range<i64>> {
        self.axes.iter().zip(target).map(|(axis, target)| axis.region(target)).collect()
    }
}

/// Which of two axes is worked on first: that of the greater reduction. Of equal ones it is the first, but the last where a
/// prefilter goes before a reduction: it keeps many planes for the axis that is worked on last, and those are small then.
/// Nothing here may depend on what is read.
fn precedence(axes: &[AxisRule], a: usize, b: usize) -> Ordering {
    let factor = |axis: usize| axes[axis].factor.to_f64();
    let ties = if axes[a].is_staged() && factor(a) < 1.0 { b.cmp(&a) } else { a.cmp(&b) };
    factor(a).total_cmp(&factor(b)).then(ties)
}

fn check_volume(axis: usize, factor: Factor, volume: &Range<i64>) -> Result<()> {
    if volume.is_empty() && !factor.is_one() {
        return Err(Error::EmptyAxis { axis });
    }
    if volume.start < -INDEX_LIMIT || volume.end > INDEX_LIMIT {
        return Err(Error::IndexTooLarge { begin: volume.start, end: volume.end, factor });
    }
    Ok(())
}

/// How fine the results of this type are.
fn precision(dtype: DType) -> Precision {
    match dtype {
        DType::Bool | DType::U8 | DType::I8 | DType::U16 | DType::I16 | DType::F32 => Precision::Single,
        DType::U32 | DType::I32 | DType::U64 | DType::I64 | DType::F64 => Precision::Double,
    }
}

fn axis_rule(
    spec: &Spec,
    (method, precision): (Method, Precision),
    axis: usize,
    factor: Factor,
    held: &Range<i64>,
) -> Result<AxisRule> {
    let rule = rule(spec, method, precision, axis, factor)?;
    let mut volume = held.clone();
    if matches!((&rule, spec.partial_windows), (Rule::Window, PartialWindows::Pad(_))) {
        let target = factor.target_range(held.clone(), Extent::Cover)?;
        volume = factor.window(target.start).start..factor.window(target.end - 1).end;
    }
    Ok(AxisRule { factor, volume, held: held.clone(), rule })
}

/// Refuses padding that would fill the memory: unlike a source, it has no end of its own.
fn check_padding(axes: &[AxisRule], factors: &[Factor]) -> Result<()> {
    if axes.iter().all(|axis| axis.volume == axis.held) {
        return Ok(());
    }
    let windows = axes.iter().filter(|axis| matches!(axis.rule, Rule::Window));
    let edges = windows.map(|axis| u64::from(axis.factor.down().div_ceil(axis.factor.up())));
    let voxels = edges.fold(1, u64::saturating_mul);
    if voxels > PADDED_WINDOW {
        return Err(Error::PaddingTooLarge { factors: factor::list(factors), voxels, limit: PADDED_WINDOW });
    }
    Ok(())
}

/// Refuses a rule for ties that has no meaning for these windows.
fn check_ties(spec: &Spec, axes: &[AxisRule]) -> Result<()> {
    if spec.ties != Ties::Countless2x2 {
        return Ok(());
    }
    let halved = axes.iter().filter(|axis| (axis.factor.up(), axis.factor.down()) == (1, 2)).count();
    let others = axes.iter().filter(|axis| !axis.is_kept()).count();
    let partial = || -> Result<bool> {
        let mut partial = false;
        for axis in axes {
            let target = axis.target_range(spec.extent)?;
            partial |= !target.is_empty() && (axis.is_partial(target.start) || axis.is_partial(target.end - 1));
        }
        Ok(partial)
    };
    let rule = if (halved, others) != (2, 2) {
        "is a rule for factor 1/2 on exactly two axes and 1 on all others"
    } else if spec.zeros != Zeros::Count {
        "does not know how to leave zeros out"
    } else if spec.partial_windows == PartialWindows::Include && partial()? {
        "needs four voxels, and windows at the rim have fewer: set partial_windows = first_voxel or crop"
    } else {
        return Ok(());
    };
    Err(Error::Ties { rule })
}

fn rule(spec: &Spec, method: Method, precision: Precision, axis: usize, factor: Factor) -> Result<Rule> {
    if factor.is_one() {
        return Ok(Rule::Keep);
    }
    Ok(match method {
        // A whole number of voxels out of one: every window lies in one voxel.
        Method::Mean | Method::Mode if factor.down() == 1 => Rule::Nearest,
        Method::Min | Method::Max | Method::Median | Method::Stride if factor.up() != 1 => {
            return Err(Error::NotWhole { method: method.to_string(), axis, factor });
        }
        Method::Mean | Method::Mode | Method::Min | Method::Max | Method::Median => Rule::Window,
        Method::Stride => Rule::Stride,
        Method::Labels if factor.is_down() => Rule::Window,
        Method::Labels => Rule::Nearest,
        Method::Interpolate(order) => {
            let anti_alias = spec.anti_alias_for(order);
            if order == Order::Nearest && anti_alias == AntiAlias::Off {
                return Ok(Rule::Nearest);
            }
            let sigma = sigma(&anti_alias, axis, factor);
            Rule::Interpolate(Filter::new(axis, factor, (order, sigma, spec.boundary), precision)?)
        }
    })
}

fn family(method: Method, axes: &[AxisRule]) -> Family {
    if axes.iter().all(|axis| matches!(axis.rule, Rule::Keep | Rule::Nearest | Rule::Stride)) {
        return Family::Gather;
    }
    match method {
        Method::Interpolate(_) => Family::Filter,
        Method::Mean => Family::Mean,
        Method::Mode | Method::Labels => Family::Mode,
        Method::Min => Family::Rank(Rank::Lowest),
        Method::Max => Family::Rank(Rank::Highest),
        Method::Median => Family::Rank(Rank::LowerMedian),
        Method::Stride => Family::Gather,
    }
}

/// The standard deviation on an axis that is resampled, in source voxels.
fn sigma(anti_alias: &AntiAlias, axis: usize, factor: Factor) -> f64 {
    match anti_alias {
        AntiAlias::Off => 0.0,
        AntiAlias::Gaussian => ((f64::from(factor.down()) / f64::from(factor.up()) - 1.0) / 2.0).max(0.0),
        AntiAlias::Sigma(sigmas) => sigmas.get(axis).copied().unwrap_or(0.0),
    }
}

fn check_sigmas(spec: &Spec, factors: &[Factor]) -> Result<()> {
    let Some(AntiAlias::Sigma(sigmas)) = &spec.anti_alias else { return Ok(()) };
    if sigmas.len() != factors.len() {
        return Err(Error::AxisCount { what: "anti-aliasing sigmas", given: sigmas.len(), axes: factors.len() });
    }
    for (axis, (&sigma, &factor)) in sigmas.iter().zip(factors).enumerate() {
        let rule = if !(sigma.is_finite() && sigma >= 0.0) {
            "must be a number of source voxels, 0 or more"
        } else if sigma > 0.0 && factor.is_one() {
            "must be 0, because axes of factor 1 are passed through untouched"
        } else {
            continue;
        };
        return Err(Error::Sigma { sigma, axis, factor, rule });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Boundary;

    fn recipe(spec: &Spec, factors: &[(u32, u32)]) -> Result<Recipe> {
        let factors = factors.iter().map(|&(up, down)| Factor::new(up, down).unwrap()).collect::<Vec<_>>();
        Recipe::new(spec, None, DType::F32, &factors, &vec![0..16; factors.len()])
    }

    #[test]
    fn the_greatest_reduction_comes_first_whatever_is_read() {
        let factors = [(1, 2), (1, 1), (1, 4), (3, 1), (2, 4)];
        assert_eq!(recipe(&Spec::default(), &factors).unwrap().order, [2, 0, 4, 3]);
        let cubic = Spec::default().with_method(Method::Interpolate(Order::Cubic));
        let order = |factors: &[(u32, u32)]| recipe(&cubic, factors).unwrap().order;
        assert_eq!(order(&factors), [2, 4, 0, 3]);
        assert_eq!(order(&[(2, 1), (2, 1), (3, 1)]), [0, 1, 2]);
    }

    #[test]
    fn halos_are_those_of_the_method() {
        let ranges = |spec: &Spec, factor, target: Range<i64>| {
            let recipe = Recipe::new(spec, None, DType::F32, &[factor], std::slice::from_ref(&(0..1000))).unwrap();
            recipe.source(&[target])[0].clone()
        };
        let half = Factor::down_by(2).unwrap();
        assert_eq!(ranges(&Spec::default(), half, 100..110), 198..222);
        assert_eq!(ranges(&Spec::default().with_anti_alias(AntiAlias::Off), half, 100..110), 200..220);
        assert_eq!(ranges(&Spec::default().with_method(Method::Mean), half, 100..110), 200..220);
        assert_eq!(ranges(&Spec::default(), half.inverse(), 100..110), 49..56);
        assert_eq!(ranges(&Spec::default(), half, 0..1), 0..4);
        assert_eq!(ranges(&Spec::default().with_boundary(Boundary::Wrap), half, 0..1), 0..1000);
    }

    #[test]
    fn what_cannot_be_kept_is_refused() {
        let mean = Spec::default().with_method(Method::Mean);
        assert!(matches!(recipe(&mean, &[(1, u32::MAX); 3]), Err(Error::WindowTooFine { .. })));
        assert!(matches!(recipe(&Spec::default(), &[(1, u32::MAX)]), Err(Error::KernelTooWide { .. })));
        let sigma = |sigmas: &[f64]| {
            recipe(&Spec::default().with_anti_alias(AntiAlias::Sigma(sigmas.to_vec())), &[(1, 2), (1, 1)])
        };
        assert!(matches!(sigma(&[1.0]), Err(Error::AxisCount { given: 1, axes: 2, .. })));
        assert!(matches!(sigma(&[f64::NAN, 0.0]), Err(Error::Sigma { axis: 0, .. })));
        assert!(matches!(sigma(&[1.0, 0.5]), Err(Error::Sigma { axis: 1, .. })));
        assert!(matches!(sigma(&[-1e300, 0.0]), Err(Error::Sigma { axis: 0, .. })), "before anything is made of it");
        assert!(matches!(sigma(&[f64::INFINITY, 0.0]), Err(Error::Sigma { axis: 0, .. })));
        assert!(matches!(sigma(&[1e300, 0.0]), Err(Error::KernelTooWide { axis: 0, .. })));
        sigma(&[1.0, 0.0]).unwrap();
        let empty = Recipe::new(&mean, None, DType::U8, &[Factor::down_by(2).unwrap()], std::slice::from_ref(&(3..3)));
        assert!(matches!(empty, Err(Error::EmptyAxis { axis: 0 })));
    }
}
