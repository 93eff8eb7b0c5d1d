//! B-splines: their basis, and the filter that makes them pass through the samples.
//!
//! A spline of order 2 and above is a sum of basis functions over *coefficients*, which come from the samples by a
//! filter that has no end: `h[k] = (1-z)/(1+z)·z^|k|` for each pole `z`. It falls off fast, so its series are cut and
//! scaled to sum to one again. In that form a target voxel depends on a fixed window of the source and on nothing else,
//! which a recursion over a line could not promise.

use crate::Order;

/// How closely a spline with a cut prefilter passes through its samples, as a part of the range of the data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Precision {
    /// 6e-8, half a step of 32-bit floats, in which it is computed.
    Single,
    /// 1e-12, for 32-bit integers and 64-bit floats.
    Double,
}

/// A pole of the prefilter, and how many terms of its series are kept for each precision: a product of small numbers.
type Pole = (f64, &'static [usize], &'static [usize]);

/// The poles of the prefilter; none where the coefficients are the samples.
fn poles(order: Order) -> &'static [Pole] {
    match order {
        Order::Nearest | Order::Linear => &[],
        Order::Quadratic => &[(-0.171_572_875_253_809_9, &[2, 2, 3], &[2, 3, 3])],
        Order::Cubic => &[(-0.267_949_192_431_122_7, &[2, 2, 2, 2], &[2, 2, 2, 3])],
        Order::Quartic => {
            &[(-0.361_341_225_900_220_2, &[2, 3, 3], &[2, 2, 2, 2, 2]), (-0.013_725_429_297_339_1, &[5], &[2, 2, 2])]
        }
        Order::Quintic => {
            &[(-0.430_575_347_099_973_8, &[3, 7], &[2, 2, 3, 3]), (-0.043_096_288_203_264_7, &[2, 3], &[2, 2, 3])]
        }
    }
}

/// A stage of the prefilter: a symmetric filter whose taps lie `dilation` samples apart, and which sums to one.
#[derive(Clone, Debug)]
pub(crate) struct Stage {
    dilation: usize,
    /// The weights at the centre, one dilation from it, two, and so on.
    side: Vec<f64>,
}

impl Stage {
    /// One factor of the series of a pole, `terms` of it with a power of `ratio` between one and the next, forwards and
    /// backwards.
    fn new(ratio: f64, terms: usize, dilation: usize) -> Self {
        let series = (0..terms).map(|k| ratio.powi(k as i32)).collect::<Vec<_>>();
        let shifted = |k: usize| series.iter().zip(&series[k..]).map(|(a, b)| a * b).sum::<f64>();
        let side = (0..terms).map(shifted).collect::<Vec<_>>();
        let sum = side[0] + 2.0 * side[1..].iter().sum::<f64>();
        Self { dilation, side: side.into_iter().map(|weight| weight / sum).collect() }
    }

    /// How many samples to either side it reaches.
    pub(crate) fn radius(&self) -> usize {
        (self.side.len() - 1) * self.dilation
    }

    /// Its weights over consecutive samples, an odd number of them.
    pub(crate) fn weights(&self) -> Vec<f64> {
        let radius = self.radius();
        let mut weights = vec![0.0; 2 * radius + 1];
        for (k, &weight) in self.side.iter().enumerate() {
            weights[radius - k * self.dilation] = weight;
            weights[radius + k * self.dilation] = weight;
        }
        weights
    }
}

/// The prefilter of a spline as stages, one acting on the result of the other; none where it does nothing.
///
/// The response of a pole is a geometric series forwards, and one backwards. `m·n` terms of such a series are `m` terms,
/// followed by `n` terms with `m` samples between them: sixteen terms are four stages of two, and three multiplications
/// each instead of thirty-one.
pub(crate) fn prefilter(order: Order, precision: Precision) -> Vec<Stage> {
    let stages = poles(order).iter().flat_map(|&(pole, single, double)| {
        let terms = if precision == Precision::Single { single } else { double };
        terms.iter().scan(1, move |dilation, &terms| {
            let stage = Stage::new(pole.powi(*dilation as i32), terms, *dilation);
            *dilation *= terms;
            Some(stage)
        })
    });
    stages.collect()
}

/// One filter after the other.
pub(crate) fn convolve(first: &[f64], second: &[f64]) -> Vec<f64> {
    let mut both = vec![0.0; first.len() + second.len() - 1];
    for (offset, share) in first.iter().enumerate() {
        for (sum, weight) in both[offset..].iter_mut().zip(second) {
            *sum += share * weight;
        }
    }
    both
}

/// The centred basis function of this order, `Σ (-1)^k·C(n+1, k)·max(0, x + (n+1)/2 - k)^n / n!`, for orders from 1 on.
pub(crate) fn basis(order: Order, x: f64) -> f64 {
    let n = i32::from(order.number());
    // The sum has the fewest terms, and ends in an exact zero, on the left flank.
    let right_end = f64::from(n + 1) / 2.0 - x.abs();
    let (mut sum, mut binomial, mut factorial) = (0.0, 1.0, 1.0);
    for k in 0..=n {
        sum += binomial * (right_end - f64::from(k)).max(0.0).powi(n);
        binomial *= -f64::from(n + 1 - k) / f64::from(k + 1);
        factorial *= f64::from(k.max(1));
    }
    sum / factorial
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-15
    }

    #[test]
    fn basis_functions_have_their_piecewise_forms() {
        for step in 0..100 {
            let t = f64::from(step) / 100.0;
            assert!(close(basis(Order::Linear, t), 1.0 - t));
            let cubic = [(1.0 - t).powi(3), 3.0 * t.powi(3) - 6.0 * t * t + 4.0];
            assert!(close(basis(Order::Cubic, t + 1.0), cubic[0] / 6.0), "{t}");
            assert!(close(basis(Order::Cubic, -t), cubic[1] / 6.0), "{t}");
            let t = t - 0.5;
            assert!(close(basis(Order::Quadratic, t), 0.75 - t * t));
            assert!(close(basis(Order::Quadratic, t + 1.0), (0.5 - t).powi(2) / 2.0), "{t}");
        }
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "weights of zero are left out, so they must be exact")]
    fn basis_functions_sum_to_one_and_end_at_zero() {
        for order in &Order::ALL[1..] {
            let half = f64::from(order.number() + 1) / 2.0;
            assert_eq!((basis(*order, half), basis(*order, -half), basis(*order, half + 1.0)), (0.0, 0.0, 0.0));
            for x in [0.0, 0.1, 0.25, 0.5, 0.93] {
                let sum = (-4..=4).map(|k| basis(*order, x + f64::from(k))).sum::<f64>();
                assert!(close(sum, 1.0), "order {order} at {x}: {sum}");
            }
        }
    }

    /// What the prefilter is for: coefficients, weighted by the basis at whole places, are the samples again.
    #[test]
    fn prefilter_undoes_the_basis() {
        for order in Order::ALL.into_iter().skip(1) {
            for (precision, error) in [(Precision::Single, 6e-8), (Precision::Double, 1e-12)] {
                let samples = (-3..=3).map(|k| basis(order, f64::from(k))).collect::<Vec<_>>();
                let stages = prefilter(order, precision);
                let identity = stages.iter().fold(samples, |filter, stage| convolve(&filter, &stage.weights()));
                let centre = identity.len() / 2;
                let off =
                    identity.iter().enumerate().map(|(k, &weight)| if k == centre { 1.0 - weight } else { weight });
                let worst = off.map(f64::abs).sum::<f64>() / 2.0;
                assert!(worst <= error, "order {order}: {worst}");
            }
        }
    }
}
