//! [`Recipe`]: a [`Spec`] worked out for given factors and a given volume.

use std::ops::Range;

use array_core::{DType, Kind};

use crate::axis::{AxisRule, Filter, Rule};
use crate::lattice::INDEX_LIMIT;
use crate::{AntiAlias, Cast, Error, Extent, Factor, Method, Order, Result, Spec, Zeros, factor};

/// Longest filter whose weights are kept in a table.
const TAP_LIMIT: usize = 1 << 20;

/// Everything that the kernels need to know; the same for every region of the volume.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) family: Family,
    /// One rule for every axis of the data, batch axes included.
    pub(crate) axes: Vec<AxisRule>,
    /// The axes of a separable computation, greatest reduction first.
    pub(crate) order: Vec<usize>,
    pub(crate) cast: Cast,
    pub(crate) zeros: Zeros,
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
        let method = spec.method_for(kind);
        let axes = factors.iter().zip(volume).enumerate().map(|(axis, (&factor, volume))| {
            check_volume(axis, factor, volume)?;
            Ok(AxisRule { factor, volume: volume.clone(), rule: rule(spec, method, axis, factor)? })
        });
        let axes = axes.collect::<Result<Vec<_>>>()?;
        check_sigmas(spec, factors)?;
        let family = family(method, &axes);
        let mut recipe = Self {
            family,
            order: (0..axes.len()).filter(|&axis| !axes[axis].is_kept()).collect(),
            axes,
            cast: spec.cast,
            zeros: spec.zeros,
            outside: spec.boundary.outside(),
            heaviest: 1,
        };
        // A stable sort: equal reductions keep the order of the axes. Nothing here may depend on what is read.
        recipe.order.sort_by(|&a, &b| factors[a].to_f64().total_cmp(&factors[b].to_f64()));
        recipe.heaviest = recipe.heaviest_window(factors)?;
        Ok(recipe)
    }

    fn heaviest_window(&self, factors: &[Factor]) -> Result<u64> {
        if !matches!(self.family, Family::Mean | Family::Mode) {
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
        self.axes.iter().map(|axis| axis.factor.target_range(axis.volume.clone(), extent)).collect()
    }

    /// The source voxels that a target region, empty on no axis, is made from.
    pub(crate) fn source(&self, target: &[Range<i64>]) -> Vec<Range<i64>> {
        self.axes.iter().zip(target).map(|(axis, target)| axis.source_range(target)).collect()
    }
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

fn rule(spec: &Spec, method: Method, axis: usize, factor: Factor) -> Result<Rule> {
    if factor.is_one() {
        return Ok(Rule::Keep);
    }
    Ok(match method {
        // A whole number of voxels out of one: every window lies in one voxel.
        Method::Mean | Method::Mode if factor.down() == 1 => Rule::Nearest,
        Method::Mean | Method::Mode => Rule::Window,
        Method::Labels if factor.is_down() => Rule::Window,
        Method::Labels => Rule::Nearest,
        Method::Interpolate(order) => {
            let anti_alias = spec.anti_alias_for(order);
            if order == Order::Nearest && anti_alias == AntiAlias::Off {
                return Ok(Rule::Nearest);
            }
            let gaussian = gaussian(axis, factor, sigma(&anti_alias, axis, factor))?;
            Rule::Interpolate(Filter { order, gaussian, boundary: spec.boundary })
        }
    })
}

fn family(method: Method, axes: &[AxisRule]) -> Family {
    if axes.iter().all(|axis| matches!(axis.rule, Rule::Keep | Rule::Nearest)) {
        return Family::Gather;
    }
    match method {
        Method::Interpolate(_) => Family::Filter,
        Method::Mean => Family::Mean,
        Method::Mode | Method::Labels => Family::Mode,
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

/// The weights of a Gaussian that ends at four standard deviations; a single 1 for very narrow ones.
fn gaussian(axis: usize, factor: Factor, sigma: f64) -> Result<Vec<f64>> {
    let radius = (4.0 * sigma + 0.5).trunc();
    if 2.0 * radius + 1.0 > TAP_LIMIT as f64 {
        return Err(Error::KernelTooWide { axis, factor, taps: 2.0 * radius + 1.0, limit: TAP_LIMIT });
    }
    if radius == 0.0 {
        return Ok(vec![1.0]);
    }
    let radius = radius as i32;
    let bell = (-radius..=radius).map(|k| (-f64::from(k).powi(2) / (2.0 * sigma * sigma)).exp()).collect::<Vec<_>>();
    let sum = bell.iter().sum::<f64>();
    Ok(bell.into_iter().map(|weight| weight / sum).collect())
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
    fn composite_weights_of_halving() {
        let recipe = recipe(&Spec::default(), &[(1, 2)]).unwrap();
        let taps = recipe.axes[0].float_taps(&(2..3), &(0..16));
        let tap = taps.get(0);
        let expected = [1.319_325_4e-4, 0.053_357_32, 0.446_510_75, 0.446_510_75, 0.053_357_32, 1.319_325_4e-4];
        assert_eq!(tap.weights.len(), 6);
        assert!(tap.weights.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-8), "{:?}", tap.weights);
        assert_eq!((tap.index(0), tap.centre), (2, 3));
    }

    #[test]
    fn radii_follow_the_factor() {
        let taps = |factor: (u32, u32)| {
            let recipe = recipe(&Spec::default(), &[factor]).unwrap();
            let Rule::Interpolate(filter) = &recipe.axes[0].rule else { panic!("order 1 interpolates") };
            filter.gaussian.len() / 2
        };
        let factors = [(3, 4), (2, 3), (1, 2), (1, 3), (1, 4), (1, 5), (1, 8), (5, 6), (3, 1)];
        assert_eq!(factors.map(taps), [1, 1, 2, 4, 6, 8, 14, 0, 0]);
    }

    #[test]
    fn the_greatest_reduction_comes_first_whatever_is_read() {
        let recipe = recipe(&Spec::default(), &[(1, 2), (1, 1), (1, 4), (3, 1), (2, 4)]).unwrap();
        assert_eq!(recipe.order, [2, 0, 4, 3]);
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
        sigma(&[1.0, 0.0]).unwrap();
        let empty = Recipe::new(&mean, None, DType::U8, &[Factor::down_by(2).unwrap()], std::slice::from_ref(&(3..3)));
        assert!(matches!(empty, Err(Error::EmptyAxis { axis: 0 })));
    }
}
