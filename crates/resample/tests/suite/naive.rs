//! The rules written down as plainly as possible: one target voxel at a time, one source voxel at a time.

use std::collections::BTreeMap;
use std::ops::Range;

use array_core::ndarray::{ArrayD, Dimension, IxDyn};
use resample::{Boundary, Factor, Zeros};

/// Source index and weight; no index stands for the constant outside.
type Samples = Vec<(Option<i64>, f64)>;

/// One axis: the factor, and the indices `[begin, end)` of the volume.
pub(crate) struct NaiveAxis {
    pub(crate) factor: Factor,
    pub(crate) volume: Range<i64>,
}

impl NaiveAxis {
    fn ud(&self) -> (i64, i64) {
        (self.factor.up().into(), self.factor.down().into())
    }

    /// Target voxel `j` covers source `[j·d/u, (j+1)·d/u)`: the overlaps with existing source voxels, in units of 1/u
    /// voxel.
    pub(crate) fn overlaps(&self, j: i64) -> Vec<(i64, i64)> {
        let (u, d) = self.ud();
        let overlap = |i: i64| ((j + 1) * d).min((i + 1) * u) - (j * d).max(i * u);
        self.volume.clone().map(|i| (i, overlap(i))).filter(|&(_, overlap)| overlap > 0).collect()
    }

    /// `floor(s + 1/2)`, in integers, limited to the volume.
    pub(crate) fn nearest(&self, j: i64) -> i64 {
        let (u, d) = self.ud();
        ((2 * j + 1) * d).div_euclid(2 * u).clamp(self.volume.start, self.volume.end - 1)
    }

    pub(crate) fn fold(&self, boundary: Boundary, i: i64) -> Option<i64> {
        let Range { start, end } = self.volume;
        let (mut i, mut steps) = (i, 0);
        while !(start..end).contains(&i) {
            i = match boundary {
                Boundary::Constant(_) => return None,
                Boundary::Nearest => i.clamp(start, end - 1),
                Boundary::Wrap if i < start => i + (end - start),
                Boundary::Wrap => i - (end - start),
                Boundary::Mirror if end - start == 1 => start,
                Boundary::Mirror if i < start => 2 * start - i,
                Boundary::Mirror => 2 * (end - 1) - i,
                Boundary::Symmetric if i < start => 2 * start - 1 - i,
                Boundary::Symmetric => 2 * end - 1 - i,
                _ => unreachable!("all boundaries are named"),
            };
            steps += 1;
            assert!(steps < 10_000, "folding ends");
        }
        Some(i)
    }

    /// The Gaussian of a standard deviation, then the linear or constant basis; samples of weight 0 are left out.
    fn samples(&self, j: i64, order: u8, sigma: f64, boundary: Boundary) -> Samples {
        let (u, d) = self.ud();
        if u == d {
            return vec![(Some(j), 1.0)];
        }
        // Centre of target voxel j in samples: (j + 1/2)·d/u - 1/2.
        let numerator = (2 * j + 1) * d - u;
        let (floor, fraction) = (numerator.div_euclid(2 * u), numerator.rem_euclid(2 * u) as f64 / (2 * u) as f64);
        let basis = match order {
            0 => vec![(((2 * j + 1) * d).div_euclid(2 * u), 1.0)],
            _ => vec![(floor, 1.0 - fraction), (floor + 1, fraction)],
        };
        let radius = (4.0 * sigma + 0.5).floor() as i64;
        let bell = |k: i64| if k == 0 { 1.0 } else { (-((k * k) as f64) / (2.0 * sigma * sigma)).exp() };
        let sum = (-radius..=radius).map(bell).sum::<f64>();
        let mut samples = Samples::new();
        for (i, share) in basis.into_iter().filter(|&(_, share)| share != 0.0) {
            samples.extend((-radius..=radius).map(|k| (self.fold(boundary, i + k), share * bell(k) / sum)));
        }
        samples
    }
}

/// Calls back with every target voxel of a region: its index in the result, and its indices on the grid.
fn each(target: &[Range<i64>], mut visit: impl FnMut(&IxDyn, &[i64])) {
    let shape = target.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    for place in array_core::ndarray::indices(IxDyn(&shape)) {
        let indices = target.iter().zip(place.slice()).map(|(range, &k)| range.start + k as i64).collect::<Vec<_>>();
        visit(&place, &indices);
    }
}

/// All combinations of one entry for each axis: the source place and the product of the weights.
fn combine<W: Copy + std::ops::Mul<Output = W>>(one: W, axes: &[Vec<(Option<i64>, W)>]) -> Vec<(Option<Vec<i64>>, W)> {
    axes.iter().fold(vec![(Some(Vec::new()), one)], |products, axis| {
        let pair = |(place, weight): &(Option<Vec<i64>>, W), (i, share): &(Option<i64>, W)| {
            let place = place.as_ref().zip(*i).map(|(place, i)| [place.as_slice(), &[i]].concat());
            (place, *weight * *share)
        };
        products.iter().flat_map(|product| axis.iter().map(move |entry| pair(product, entry))).collect()
    })
}

pub(crate) fn at<T: Copy>(source: &ArrayD<T>, axes: &[NaiveAxis], place: &[i64]) -> T {
    let index = place.iter().zip(axes).map(|(i, axis)| (i - axis.volume.start) as usize).collect::<Vec<_>>();
    source[IxDyn(&index)]
}

pub(crate) fn interpolate(
    source: &ArrayD<f64>,
    axes: &[NaiveAxis],
    target: &[Range<i64>],
    (order, sigmas, boundary): (u8, &[f64], Boundary),
) -> ArrayD<f64> {
    let outside = if let Boundary::Constant(value) = boundary { value } else { f64::NAN };
    fill(target, |indices| {
        let samples = axes.iter().zip(indices).zip(sigmas);
        let samples = samples.map(|((axis, &j), &sigma)| axis.samples(j, order, sigma, boundary)).collect::<Vec<_>>();
        let products = combine(1.0, &samples);
        products
            .iter()
            .map(|(place, weight)| weight * place.as_ref().map_or(outside, |place| at(source, axes, place)))
            .sum()
    })
}

/// The samples of whole weights over one axis: overlaps, or the nearest voxel alone.
fn whole_samples(axis: &NaiveAxis, j: i64, nearest: bool) -> Vec<(Option<i64>, i128)> {
    if nearest {
        return vec![(Some(axis.nearest(j)), 1)];
    }
    axis.overlaps(j).into_iter().map(|(i, overlap)| (Some(i), overlap.into())).collect()
}

/// The values under a target voxel with their weights, where zeros count or not.
fn votes<T: Copy + Default + PartialEq>(
    source: &ArrayD<T>,
    axes: &[NaiveAxis],
    indices: &[i64],
    nearest: impl Fn(&NaiveAxis) -> bool,
    zeros: Zeros,
) -> Vec<(T, i128)> {
    let samples = axes.iter().zip(indices);
    let samples = samples.map(|(axis, &j)| whole_samples(axis, j, nearest(axis))).collect::<Vec<_>>();
    let products = combine(1_i128, &samples).into_iter();
    let values = products.filter_map(|(place, weight)| Some((at(source, axes, &place?), weight)));
    values.filter(|(value, _)| zeros == Zeros::Count || *value != T::default()).collect()
}

/// The sum and the weight of every window.
pub(crate) fn mean(
    source: &ArrayD<i128>,
    axes: &[NaiveAxis],
    target: &[Range<i64>],
    zeros: Zeros,
) -> ArrayD<(i128, i128)> {
    fill(target, |indices| {
        let votes = votes(source, axes, indices, |_| false, zeros);
        votes.iter().fold((0, 0), |(sum, total), (value, weight)| (sum + value * weight, total + weight))
    })
}

/// Most weight, then the lowest value; 0 where nothing counts. `nearest_up` takes the nearest voxel where voxels
/// shrink.
pub(crate) fn mode(
    source: &ArrayD<i128>,
    axes: &[NaiveAxis],
    target: &[Range<i64>],
    zeros: Zeros,
    nearest_up: bool,
) -> ArrayD<i128> {
    let nearest = |axis: &NaiveAxis| nearest_up && axis.factor.up() > axis.factor.down();
    fill(target, |indices| {
        let mut counts = BTreeMap::new();
        for (value, weight) in votes(source, axes, indices, nearest, zeros) {
            *counts.entry(value).or_insert(0) += weight;
        }
        let most = counts.values().max().copied();
        counts.into_iter().find(|(_, weight)| Some(*weight) == most).map_or(0, |(value, _)| value)
    })
}

/// The nearest voxel.
pub(crate) fn nearest<T: Copy + Default>(source: &ArrayD<T>, axes: &[NaiveAxis], target: &[Range<i64>]) -> ArrayD<T> {
    fill(target, |indices| {
        let place = axes.iter().zip(indices).map(|(axis, &j)| axis.nearest(j)).collect::<Vec<_>>();
        at(source, axes, &place)
    })
}

pub(crate) fn fill<T: Copy + Default>(target: &[Range<i64>], value: impl Fn(&[i64]) -> T) -> ArrayD<T> {
    let shape = target.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    let mut out = ArrayD::from_elem(IxDyn(&shape), T::default());
    each(target, |place, indices| out[place] = value(indices));
    out
}
