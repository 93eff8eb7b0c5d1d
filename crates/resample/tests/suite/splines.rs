//! Orders 2 to 5 against splines made the textbook way: the signal continued far beyond its ends, a Gaussian, a
//! recursion forwards and backwards for each pole, then the basis functions in their piecewise forms.

use array_core::ndarray::{Array1, ArrayD, Axis, array};
use array_core::{Array, ArrayExt, DType};
use proptest::prelude::*;
use resample::{AntiAlias, Boundary, Extent, Factor, Method, Order, Spec, resample};

use crate::naive::NaiveAxis;
use crate::sample::{Sample, boundary, factor};

/// Far enough for the start of a recursion to be forgotten.
const BEYOND: i64 = 90;

fn poles(order: u8) -> Vec<f64> {
    match order {
        2 => vec![8_f64.sqrt() - 3.0],
        3 => vec![3_f64.sqrt() - 2.0],
        4 => {
            let root = 304_f64.sqrt();
            vec![(664.0 - 438_976_f64.sqrt()).sqrt() + root - 19.0, (664.0 + 438_976_f64.sqrt()).sqrt() - root - 19.0]
        }
        5 => {
            let (a, b) = (67.5 - 4436.25_f64.sqrt(), 67.5 + 4436.25_f64.sqrt());
            let root = 26.25_f64.sqrt();
            vec![a.sqrt() + root - 6.5, b.sqrt() - root - 6.5]
        }
        _ => Vec::new(),
    }
}

/// The basis functions from their recurrence over orders.
fn basis(order: u8, x: f64) -> f64 {
    if order == 0 {
        return if (-0.5..0.5).contains(&x) { 1.0 } else { 0.0 };
    }
    let (n, half) = (f64::from(order), f64::from(order + 1) / 2.0);
    ((half + x) * basis(order - 1, x + 0.5) + (half - x) * basis(order - 1, x - 0.5)) / n
}

fn prefilter(line: &mut [f64], order: u8) {
    for z in poles(order) {
        for c in line.iter_mut() {
            *c *= (1.0 - z) * (1.0 - 1.0 / z);
        }
        for i in 1..line.len() {
            line[i] += z * line[i - 1];
        }
        for i in (0..line.len() - 1).rev() {
            line[i] = z * (line[i + 1] - line[i]);
        }
    }
}

fn smooth(line: &[f64], sigma: f64) -> Vec<f64> {
    let radius = (4.0 * sigma + 0.5).floor() as i64;
    let bell = |k: i64| if k == 0 { 1.0 } else { (-((k * k) as f64) / (2.0 * sigma * sigma)).exp() };
    let sum = (-radius..=radius).map(bell).sum::<f64>();
    let at = |i: i64| line[i.clamp(0, line.len() as i64 - 1) as usize];
    let smooth = |i| (-radius..=radius).map(|k| bell(k) / sum * at(i + k)).sum();
    (0..line.len() as i64).map(smooth).collect()
}

/// One line of the source, resampled.
fn line(source: &[f64], axis: &NaiveAxis, target: std::ops::Range<i64>, rule: (u8, f64, Boundary)) -> Vec<f64> {
    let (order, sigma, boundary) = rule;
    let first = axis.volume.start - BEYOND;
    let outside = if let Boundary::Constant(value) = boundary { value } else { f64::NAN };
    let at = |i| axis.fold(boundary, i).map_or(outside, |i| source[(i - axis.volume.start) as usize]);
    let mut coefficients = smooth(&(first..axis.volume.end + BEYOND).map(at).collect::<Vec<_>>(), sigma);
    prefilter(&mut coefficients, order);
    let (u, d) = (f64::from(axis.factor.up()), f64::from(axis.factor.down()));
    let value = |j: i64| {
        let place = (j as f64 + 0.5) * d / u - 0.5;
        let near = place.floor() as i64 - 3..place.floor() as i64 + 5;
        near.map(|i| basis(order, place - i as f64) * coefficients[(i - first) as usize]).sum()
    };
    target.map(value).collect()
}

/// Axis by axis; axes of factor 1 keep their voxels.
fn volume(
    source: &ArrayD<f64>,
    axes: &[NaiveAxis],
    target: &[std::ops::Range<i64>],
    (order, sigmas, boundary): (u8, &[f64], Boundary),
) -> ArrayD<f64> {
    let mut values = source.clone();
    for (number, axis) in axes.iter().enumerate().filter(|(_, axis)| !axis.factor.is_one()) {
        let mut shape = values.shape().to_vec();
        shape[number] = (target[number].end - target[number].start) as usize;
        let mut next = ArrayD::zeros(shape);
        let lanes = values.lanes(Axis(number)).into_iter().zip(next.lanes_mut(Axis(number)));
        for (from, mut to) in lanes {
            let found = line(&from.to_vec(), axis, target[number].clone(), (order, sigmas[number], boundary));
            to.assign(&Array1::from(found));
        }
        values = next;
    }
    values
}

fn samples() -> impl Strategy<Value = Sample> {
    let axis = || (-9..9_i64, 1..12_usize, factor(8));
    (prop::collection::vec(axis(), 1..=3), any::<u64>()).prop_map(|(axes, seed)| Sample {
        begin: axes.iter().map(|axis| axis.0).collect(),
        shape: axes.iter().map(|axis| axis.1).collect(),
        factors: axes.iter().map(|axis| axis.2).collect(),
        channels: None,
        dtype: DType::F64,
        seed,
        spec: Spec::default().with_extent(Extent::Cover),
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn splines_are_those_of_the_recursion(
        sample in samples(),
        boundary in boundary(),
        order in 1..=5_u8,
        filter in any::<bool>(),
    ) {
        let sigma = |factor: &Factor| if filter { (1.0 / factor.to_f64() - 1.0).max(0.0) / 2.0 } else { 0.0 };
        let sigmas = sample.factors.iter().map(sigma).collect::<Vec<_>>();
        let method = Method::Interpolate(Order::try_from(u64::from(order)).unwrap());
        let anti_alias = if filter { AntiAlias::Gaussian } else { AntiAlias::Off };
        let spec = sample.spec.clone().with_method(method).with_anti_alias(anti_alias).with_boundary(boundary);
        let sample = Sample { spec, ..sample };
        let mut state = sample.seed;
        let source = ArrayD::from_shape_simple_fn(sample.shape.clone(), || {
            (crate::sample::next(&mut state) >> 40) as f64 / f64::from(1 << 24)
        });
        let places = sample.begin.iter().zip(&sample.shape).zip(&sample.factors);
        let axes = places.map(|((&begin, &extent), &factor)| NaiveAxis { factor, volume: begin..begin + extent as i64 });
        let axes = axes.collect::<Vec<_>>();
        // Outside of [0, 1] a constant widens the range of the data.
        let range = if matches!(boundary, Boundary::Constant(_)) { 37.0 } else { 1.0 };
        for (values, step) in [(source.clone().into(), 2e-11), (source.mapv(|value| value as f32).into(), 1e-6)] {
            let array = std::sync::Arc::new(sample.source(values));
            let array = resample::ResampledArray::new("a", array, sample.factors.clone(), sample.spec.clone()).unwrap();
            let target = array.meta().voxel_box().ranges().collect::<Vec<_>>();
            let expected = volume(&source, &axes, &target, (order, &sigmas, boundary));
            let found = match array.data().unwrap() {
                array_core::Block::F32(values) => values.mapv(f64::from),
                other => other.into_array::<f64>().unwrap(),
            };
            for (place, expected) in expected.indexed_iter() {
                let difference = (found[&place] - expected).abs();
                prop_assert!(difference <= range * step, "{difference} at {place:?} of {sample:?}");
            }
        }
    }

    /// Orders of summation differ, nothing else does.
    #[test]
    fn turned_data_give_turned_results(
        shape in prop::collection::vec(1..9_usize, 3),
        factors in prop::collection::vec(factor(5), 3),
        order in prop::sample::select(&Order::ALL[1..]),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        let source = ArrayD::from_shape_simple_fn(shape, || (crate::sample::next(&mut state) >> 54) as f64);
        let spec = Spec::default().with_method(Method::Interpolate(order)).with_extent(Extent::Cover);
        let turned = [2, 0, 1];
        let before = resample(source.view().permuted_axes(&turned[..]), &turned.map(|axis| factors[axis]), &spec).unwrap();
        let after = resample(source.view(), &factors, &spec).unwrap().permuted_axes(&turned[..]);
        prop_assert!(before.iter().zip(&after).all(|(a, b)| (a - b).abs() < 1e-9), "{before} and {after}");
    }

    /// Linear upsampling, then means: off by an eighth of the curvature at most.
    #[test]
    fn means_nearly_undo_linear_upsampling(n in 2..7_u32, seed in any::<u64>()) {
        let mut state = seed;
        let source = Array1::from_shape_simple_fn(20, || f64::from(crate::sample::next(&mut state) as i8));
        let linear = Spec::default().with_method(Method::Interpolate(Order::Linear));
        let up = resample(source.view(), &[Factor::up_by(n).unwrap()], &linear).unwrap();
        let mean = Spec::default().with_method(Method::Mean);
        let back = resample(up.view(), &[Factor::down_by(n).unwrap()], &mean).unwrap();
        for i in 1..19 {
            let curvature = source[i - 1] - 2.0 * source[i] + source[i + 1];
            prop_assert!((back[i] - source[i]).abs() <= curvature.abs() / 8.0 + 1e-12);
        }
    }

    /// A spline of order n follows a polynomial of degree n exactly, far from the ends.
    #[test]
    fn polynomials_are_reproduced(order in 1..=5_u8, factor in factor(8), seed in any::<u64>()) {
        let mut state = seed;
        let terms = (0..=order).map(|_| crate::sample::next(&mut state) as i8).map(f64::from).collect::<Vec<_>>();
        let polynomial = |x: f64| terms.iter().rev().fold(0.0, |sum, term| sum * x / 50.0 + term);
        let source = Array1::from_shape_fn(100, |i| polynomial(i as f64));
        let method = Method::Interpolate(Order::try_from(u64::from(order)).unwrap());
        let spec = Spec::default().with_method(method).with_anti_alias(AntiAlias::Off);
        let found = resample(source.view(), &[factor], &spec).unwrap();
        for (j, value) in found.iter().enumerate() {
            let place = (j as f64 + 0.5) / factor.to_f64() - 0.5;
            if (40.0..60.0).contains(&place) {
                prop_assert!((value - polynomial(place)).abs() < 1e-8, "{value} at {place} of {terms:?}");
            }
        }
    }
}

fn spline(order: u64) -> Spec {
    let method = Method::Interpolate(Order::try_from(order).unwrap());
    Spec::default().with_method(method).with_anti_alias(AntiAlias::Off)
}

#[test]
fn nan_spreads_by_the_halo_and_not_beyond() {
    for (order, halo) in [(2, 12), (3, 16), (4, 21), (5, 26)] {
        let mut source = ArrayD::from_elem(vec![2, 101], 1.0_f32);
        source[[0, 50]] = f32::NAN;
        let up = resample(source.view(), &[Factor::ONE, Factor::up_by(2).unwrap()], &spline(order)).unwrap();
        assert!(up.index_axis(Axis(0), 1).iter().all(|value| value.to_bits() == 1_f32.to_bits()), "the other row");
        let row = up.index_axis(Axis(0), 0);
        let reached =
            row.iter().enumerate().filter(|(_, value)| value.is_nan()).map(|(j, _)| j / 2).collect::<Vec<_>>();
        let reach = halo + (order as usize).div_ceil(2);
        assert!(reached[0] >= 50 - reach && *reached.last().unwrap() <= 50 + reach, "order {order}: {reached:?}");
        assert!(reached.contains(&50));
    }
}

/// The spline passes through its samples, whatever stands next to them.
#[test]
fn samples_are_met_exactly() {
    let source = array![f32::NAN, 3.25, f32::INFINITY, f32::NAN, -7.5, 1e30];
    for order in 0..=5 {
        let found = resample(source.view(), &[Factor::down_by(3).unwrap()], &spline(order)).unwrap();
        assert_eq!(found, array![3.25, -7.5], "order {order}");
        let up = resample(array![5_u32, u32::MAX, 7].view(), &[Factor::up_by(3).unwrap()], &spline(order)).unwrap();
        assert_eq!((up[1], up[4], up[7]), (5, u32::MAX, 7), "order {order}");
    }
}

#[test]
fn one_voxel_is_the_same_everywhere() {
    for order in 2..=5 {
        for boundary in [Boundary::Mirror, Boundary::Symmetric, Boundary::Nearest, Boundary::Wrap] {
            let spec = spline(order).with_boundary(boundary);
            let found = resample(array![[7.7_f32]].view(), &[Factor::up_by(5).unwrap(), Factor::ONE], &spec).unwrap();
            assert_eq!(found, ArrayD::from_elem(vec![5, 1], 7.7).into_dimensionality().unwrap());
        }
    }
}
