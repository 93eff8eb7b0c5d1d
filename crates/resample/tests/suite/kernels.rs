//! Every kernel against its naive oracle.

use array_core::ndarray::ArrayD;
use array_core::{Array, ArrayExt, Block, DType};
use proptest::prelude::*;
use resample::{AntiAlias, Boundary, Cast, Extent, Factor, Method, Order, Spec};

use crate::naive::{self, NaiveAxis};
use crate::sample::{Sample, boundary, extent, factor, zeros};

/// Axes and target ranges for the oracle; the result of the crate.
pub(crate) struct Both {
    pub(crate) axes: Vec<NaiveAxis>,
    pub(crate) target: Vec<std::ops::Range<i64>>,
    pub(crate) source: Block,
    pub(crate) found: Block,
}

pub(crate) fn both(sample: &Sample) -> Option<Both> {
    let array = sample.array()?;
    let voxels = array.meta().voxel_box();
    let target = voxels.ranges().collect();
    let places = sample.begin.iter().zip(&sample.shape).zip(&sample.factors);
    let axes = places.map(|((&begin, &extent), &factor)| NaiveAxis { factor, volume: begin..begin + extent as i64 });
    Some(Both { axes: axes.collect(), target, source: sample.block(), found: array.data().unwrap() })
}

pub(crate) fn samples(dtypes: &'static [DType]) -> impl Strategy<Value = Sample> {
    let axis = || (-9..9_i64, 1..8_usize, factor(8));
    let places = (prop::collection::vec(axis(), 1..=2), any::<bool>());
    (places, prop::sample::select(dtypes), any::<u64>(), extent()).prop_map(
        |((mut axes, third), dtype, seed, extent)| {
            if third {
                axes.push((2, 3, Factor::down_by(2).unwrap()));
            }
            Sample {
                begin: axes.iter().map(|axis| axis.0).collect(),
                shape: axes.iter().map(|axis| axis.1).collect(),
                factors: axes.iter().map(|axis| axis.2).collect(),
                channels: None,
                dtype,
                seed,
                spec: Spec::default().with_extent(extent),
            }
        },
    )
}

pub(crate) const WHOLE: &[DType] =
    &[DType::Bool, DType::U8, DType::U16, DType::U32, DType::U64, DType::I8, DType::I16, DType::I32, DType::I64];

/// Values as wide integers.
pub(crate) fn whole(block: &Block) -> ArrayD<i128> {
    match block {
        Block::Bool(values) => values.mapv(i128::from),
        Block::U8(values) => values.mapv(i128::from),
        Block::U16(values) => values.mapv(i128::from),
        Block::U32(values) => values.mapv(i128::from),
        Block::U64(values) => values.mapv(i128::from),
        Block::I8(values) => values.mapv(i128::from),
        Block::I16(values) => values.mapv(i128::from),
        Block::I32(values) => values.mapv(i128::from),
        Block::I64(values) => values.mapv(i128::from),
        _ => panic!("whole numbers only"),
    }
}

/// The rounding of a mean, from its definition.
pub(crate) fn rounded((sum, weight): (i128, i128), dtype: DType, cast: Cast) -> i128 {
    if weight == 0 {
        return 0;
    }
    if dtype == DType::Bool {
        return i128::from(2 * sum > weight);
    }
    if cast == Cast::Truncate {
        return sum / weight;
    }
    let below = sum.div_euclid(weight);
    match (2 * (sum - below * weight)).cmp(&weight) {
        std::cmp::Ordering::Less => below,
        std::cmp::Ordering::Greater => below + 1,
        std::cmp::Ordering::Equal => below + below.rem_euclid(2),
    }
}

/// The same number, or one that is `scale` away at most.
#[allow(clippy::float_cmp, reason = "infinities are equal or not")]
fn close(found: f64, expected: f64, scale: f64) -> bool {
    (found.is_nan() && expected.is_nan()) || found == expected || (found - expected).abs() <= scale
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn means_of_whole_numbers_are_exact(sample in samples(WHOLE), zeros in zeros(), truncate in any::<bool>()) {
        let cast = if truncate { Cast::Truncate } else { Cast::RoundSaturate };
        let spec = sample.spec.clone().with_method(Method::Mean).with_zeros(zeros).with_cast(cast);
        if let Some(both) = both(&Sample { spec, ..sample.clone() }) {
            let exact = naive::mean(&whole(&both.source), &both.axes, &both.target, zeros);
            prop_assert_eq!(whole(&both.found), exact.mapv(|ratio| rounded(ratio, sample.dtype, cast)));
        }
    }

    #[test]
    fn modes_are_the_most_frequent_values(sample in samples(WHOLE), zeros in zeros(), labels in any::<bool>()) {
        let method = if labels { Method::Labels } else { Method::Mode };
        let spec = sample.spec.clone().with_method(method).with_zeros(zeros);
        if let Some(both) = both(&Sample { spec, ..sample.clone() }) {
            let expected = naive::mode(&whole(&both.source), &both.axes, &both.target, zeros, labels);
            prop_assert_eq!(whole(&both.found), expected);
        }
    }

    #[test]
    fn order_0_takes_the_nearest_voxel(sample in samples(WHOLE)) {
        let spec = sample.spec.clone().with_method(Method::Interpolate(Order::Nearest));
        if let Some(both) = both(&Sample { spec, ..sample }) {
            let expected = naive::nearest(&whole(&both.source), &both.axes, &both.target);
            prop_assert_eq!(whole(&both.found), expected);
        }
    }

    #[test]
    fn interpolation_is_the_sum_over_all_samples(
        sample in samples(&[DType::F64, DType::F32]),
        boundary in boundary(),
        order in 0..2_u8,
        filter in 0..3_u8,
    ) {
        let sigmas = sample.factors.iter().enumerate().map(|(axis, factor)| match filter {
            1 => (1.0 / factor.to_f64() - 1.0).max(0.0) / 2.0,
            2 if !factor.is_one() => axis as f64 * 0.7,
            _ => 0.0,
        }).collect::<Vec<_>>();
        let anti_alias = match filter {
            0 => AntiAlias::Off,
            1 => AntiAlias::Gaussian,
            _ => AntiAlias::Sigma(sigmas.clone()),
        };
        let method = Method::Interpolate(Order::try_from(u64::from(order)).unwrap());
        let spec = sample.spec.clone().with_method(method).with_anti_alias(anti_alias).with_boundary(boundary);
        // Order 0 without a filter takes an existing voxel, whatever the boundary.
        prop_assume!(order == 1 || filter != 0);
        let sample = Sample { spec, ..sample };
        if let Some(both) = both(&sample) {
            compare_floats(&sample, &both, (order, &sigmas, boundary));
        }
    }

    #[test]
    fn means_of_floats(sample in samples(&[DType::F64, DType::F32]), zeros in zeros()) {
        let spec = sample.spec.clone().with_method(Method::Mean).with_zeros(zeros);
        let sample = Sample { spec, ..sample };
        if let Some(both) = both(&sample) {
            // Values are multiples of 1/128, so sums of 128-fold values are exact; NaN and infinity are left to the
            // laws.
            let finite = floats(&both.source).mapv(|value| if value.is_finite() { value } else { 5.0 });
            let array = sample.source(to(&finite, sample.dtype));
            let (source, factors) = (std::sync::Arc::new(array), sample.factors.clone());
            let array = resample::ResampledArray::new("a", source, factors, sample.spec.clone()).unwrap();
            let found = floats(&array.data().unwrap());
            let exact = naive::mean(&finite.mapv(|value| (value * 128.0) as i128), &both.axes, &both.target, zeros);
            let expected = exact.mapv(|(sum, weight)| if weight == 0 { 0.0 } else { sum as f64 / weight as f64 / 128.0 });
            let step = if sample.dtype == DType::F32 { 1e-4 } else { 1e-12 };
            prop_assert!(found.iter().zip(&expected).all(|(a, b)| close(*a, *b, step)), "{found} instead of {expected}");
        }
    }
}

pub(crate) fn floats(block: &Block) -> ArrayD<f64> {
    match block {
        Block::F32(values) => values.mapv(f64::from),
        Block::F64(values) => values.clone(),
        _ => panic!("floats only"),
    }
}

fn to(values: &ArrayD<f64>, dtype: DType) -> Block {
    if dtype == DType::F32 { values.mapv(|value| value as f32).into() } else { values.clone().into() }
}

fn compare_floats(sample: &Sample, both: &Both, rule: (u8, &[f64], Boundary)) {
    let source = floats(&both.source);
    let largest = source.iter().filter(|value| value.is_finite()).fold(37.0, |max: f64, value| max.max(value.abs()));
    // 32-bit floats are computed in 32-bit floats; this is what their golden vectors allow.
    let step = if sample.dtype == DType::F32 { 1e-6 } else { 1e-14 };
    let (found, expected) = (floats(&both.found), naive::interpolate(&source, &both.axes, &both.target, rule));
    for (place, expected) in expected.indexed_iter() {
        assert!(
            close(found[&place], *expected, largest * step),
            "{} for {expected} at {place:?}: {sample:?}",
            found[&place]
        );
    }
}

/// Integers go through the same sums as floats and are rounded once.
#[test]
fn integers_are_interpolated_in_floats_and_rounded_once() {
    let source = ArrayD::from_shape_fn(vec![7, 9], |place| (place[0] * 37 + place[1] * place[1] * 11) as u16 * 40);
    for (factors, cast) in [(["1/2", "2/3"], Cast::RoundSaturate), (["3/2", "1/3"], Cast::Truncate)] {
        let factors = factors.map(|text| text.parse::<Factor>().unwrap());
        let spec = Spec::default().with_cast(cast).with_extent(Extent::Cover);
        let found = resample::resample(source.view(), &factors, &spec).unwrap();
        let float = resample::resample(source.mapv(f64::from).view(), &factors, &spec).unwrap();
        for (found, float) in found.iter().zip(&float) {
            let float = f64::from(*float as f32);
            let expected = if cast == Cast::Truncate { float as u16 } else { float.round_ties_even() as u16 };
            assert_eq!(*found, expected, "{float}");
        }
    }
}
