//! The weights of an interpolation on one axis: the stages of a prefilter, then Gaussian and basis as one filter per phase.
//!
//! All three are symmetric, so it does not matter in which order they act. They see the source as it goes on endlessly by
//! the boundary rule; for the boundaries that mirror or wrap, filtering first and folding then would be the same.

use std::ops::Range;

use crate::spline::{self, Precision, Stage};
use crate::{Boundary, Error, Factor, Order, Result};

/// Longest filter whose weights are kept in a table.
const TAP_LIMIT: usize = 1 << 20;

/// A symmetric filter followed by interpolation. Its weights sum to one.
#[derive(Clone, Debug)]
pub(crate) struct Filter {
    order: Order,
    pub(crate) boundary: Boundary,
    /// An odd number of weights, one for no anti-aliasing.
    gaussian: Vec<f64>,
    /// The prefilter of the spline, stage after stage; none where the coefficients are the samples.
    pub(crate) prefilter: Vec<Stage>,
}

impl Filter {
    /// The filter of an axis with this number, for anti-aliasing by `sigma` source voxels.
    pub(crate) fn new(
        axis: usize,
        factor: Factor,
        (order, sigma, boundary): (Order, f64, Boundary),
        precision: Precision,
    ) -> Result<Self> {
        let gaussian = gaussian(axis, factor, sigma)?;
        Ok(Self { order, boundary, gaussian, prefilter: spline::prefilter(order, precision) })
    }

    /// The samples under the basis around target voxel `j` that have weights: the first, and how many.
    fn weighted(&self, factor: Factor, j: i64) -> (i64, usize) {
        // A spline passes through its samples: at a sample, prefilter and basis undo each other.
        match factor.position(j) {
            (floor, 0.0) => (floor, 1),
            _ => self.support(factor, j),
        }
    }

    /// The samples under the basis around target voxel `j`: the first, and how many.
    #[allow(clippy::float_cmp, reason = "fractions of whole numbers, and one half is exact")]
    fn support(&self, factor: Factor, j: i64) -> (i64, usize) {
        let (floor, fraction) = factor.position(j);
        let n = i64::from(self.order.number());
        // The basis is zero at its ends, where a sample may lie.
        let (begin, at_end) = if n % 2 == 1 {
            (floor - (n - 1) / 2, fraction == 0.0)
        } else {
            (factor.nearest(j) - n / 2, n > 0 && fraction == 0.5)
        };
        (begin, n as usize + usize::from(!at_end))
    }

    /// The samples that target voxels `[begin, end)`, not none, take from the endless signal.
    pub(crate) fn reach(&self, factor: Factor, target: &Range<i64>) -> Range<i64> {
        let halo = self.prefilter.iter().map(Stage::radius).sum::<usize>();
        let radius = (self.gaussian.len() / 2 + halo) as i64;
        let (low, (high, samples)) = (self.support(factor, target.start).0, self.support(factor, target.end - 1));
        low - radius..high + samples as i64 + radius
    }

    /// The coefficients, or samples, that the weights of target voxel `j` stand for.
    pub(crate) fn samples(&self, factor: Factor, j: i64) -> Range<i64> {
        let (first, samples) = self.weighted(factor, j);
        let radius = (self.gaussian.len() / 2) as i64;
        first - radius..first + samples as i64 + radius
    }

    /// Appends the weights of target voxel `j`, over its [`Filter::samples`]: basis and Gaussian. Says whether they act on
    /// the coefficients of the spline, or on the samples themselves.
    pub(crate) fn weights(&self, factor: Factor, j: i64, weights: &mut Vec<f64>) -> bool {
        let (first, samples) = self.weighted(factor, j);
        if samples == 1 {
            weights.extend(&self.gaussian);
            return false;
        }
        let (floor, fraction) = factor.position(j);
        let place = (floor - first) as f64 + fraction;
        let basis = (0..samples).map(|k| spline::basis(self.order, place - k as f64)).collect::<Vec<_>>();
        weights.extend(spline::convolve(&basis, &self.gaussian));
        true
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

#[cfg(test)]
mod tests {
    use super::*;

    fn filter(order: Order, factor: Factor, sigma: f64) -> Filter {
        Filter::new(0, factor, (order, sigma, Boundary::Mirror), Precision::Single).unwrap()
    }

    fn weights(filter: &Filter, factor: Factor, j: i64) -> Vec<f64> {
        let mut weights = Vec::new();
        filter.weights(factor, j, &mut weights);
        assert_eq!(weights.len() as i64, filter.samples(factor, j).count() as i64);
        weights
    }

    #[test]
    fn composite_weights_of_halving() {
        let half = Factor::down_by(2).unwrap();
        let linear = filter(Order::Linear, half, 0.5);
        let expected = [1.319_325_4e-4, 0.053_357_32, 0.446_510_75, 0.446_510_75, 0.053_357_32, 1.319_325_4e-4];
        let found = weights(&linear, half, 2);
        assert_eq!((found.len(), linear.samples(half, 2)), (6, 2..8));
        assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-8), "{found:?}");
    }

    #[test]
    fn radii_follow_sigma() {
        let radius = |sigma| gaussian(0, Factor::ONE, sigma).unwrap().len() / 2;
        let sigmas = [1.0 / 6.0, 0.25, 0.5, 1.0, 1.5, 2.0, 3.5, 7.5, 0.1, 0.0];
        assert_eq!(sigmas.map(radius), [1, 1, 2, 4, 6, 8, 14, 30, 0, 0]);
    }

    #[test]
    fn every_phase_stays_within_the_reach_and_sums_to_one() {
        for (up, down) in (1..9).flat_map(|up| (1..9).map(move |down| (up, down))) {
            let factor = Factor::new(up, down).unwrap();
            for (order, sigma) in Order::ALL.into_iter().flat_map(|order| [(order, 0.0), (order, 0.7)]) {
                let filter = filter(order, factor, sigma);
                for begin in -9..9 {
                    let reach = filter.reach(factor, &(begin..begin + 5));
                    for j in begin..begin + 5 {
                        let samples = filter.samples(factor, j);
                        assert!(reach.start <= samples.start && samples.end <= reach.end, "{order} {factor} {j}");
                        assert!(samples.contains(&factor.nearest(j)));
                        assert!((weights(&filter, factor, j).iter().sum::<f64>() - 1.0).abs() < 1e-14);
                    }
                }
            }
        }
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "the weight of a sample on itself is one")]
    fn splines_pass_through_their_samples() {
        let third = Factor::down_by(3).unwrap();
        for order in Order::ALL {
            let filter = filter(order, third, 0.0);
            assert_eq!((filter.samples(third, 4), weights(&filter, third, 4)), (13..14, vec![1.0]));
        }
    }
}
