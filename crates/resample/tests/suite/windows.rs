//! Methods of whole windows against their rules, one target voxel and one source voxel at a time.

use array_core::DType;
use array_core::ndarray::{ArrayD, array};
use proptest::prelude::*;
use resample::{Cast, Error, Extent, Factor, Method, Nans, PartialWindows, Spec, Ties, Zeros, resample};

use crate::kernels::{Both, WHOLE, both, floats, rounded, samples, whole};
use crate::naive::{self, NaiveAxis};
use crate::sample::{Sample, nans, partial_windows, ties, zeros};

/// What is done about voxels that do not exist, in the oracle.
#[derive(Clone, Copy)]
enum Missing<T> {
    LeftOut,
    Replaced(T),
    FirstInstead,
}

impl Missing<i128> {
    fn of(partial: PartialWindows) -> Self {
        match partial {
            PartialWindows::Pad(value) => Self::Replaced(value.to_string().parse().unwrap()),
            PartialWindows::FirstVoxel => Self::FirstInstead,
            _ => Self::LeftOut,
        }
    }
}

/// All places under a target voxel, whether or not there is a voxel, with the weight of their overlap; in C order.
fn places(axes: &[NaiveAxis], indices: &[i64]) -> Vec<(Vec<i64>, i128)> {
    let mut places = vec![(Vec::new(), 1_i128)];
    for (axis, &j) in axes.iter().zip(indices) {
        let (u, d) = (i64::from(axis.factor.up()), i64::from(axis.factor.down()));
        // Source voxel i overlaps [j·d/u, (j+1)·d/u) by this many u-ths of a voxel.
        let overlap = |i: i64| ((j + 1) * d).min((i + 1) * u) - (j * d).max(i * u);
        let under =
            ((j * d).div_euclid(u)..=((j + 1) * d).div_euclid(u)).filter(|&i| overlap(i) > 0).collect::<Vec<_>>();
        let extend = |(place, weight): &(Vec<i64>, i128)| {
            let pairs = under.iter().map(|&i| ([place.as_slice(), &[i]].concat(), weight * i128::from(overlap(i))));
            pairs.collect::<Vec<_>>()
        };
        places = places.iter().flat_map(extend).collect();
    }
    places
}

/// The values of a window and their weights, in C order.
fn window<T: Copy>(source: &ArrayD<T>, axes: &[NaiveAxis], indices: &[i64], missing: Missing<T>) -> Vec<(T, i128)> {
    let exists = |place: &[i64]| place.iter().zip(axes).all(|(i, axis)| axis.volume.contains(i));
    let mut values = Vec::new();
    let mut first_only = false;
    for (place, weight) in places(axes, indices) {
        match missing {
            _ if exists(&place) => values.push((naive::at(source, axes, &place), weight)),
            Missing::LeftOut => {}
            Missing::Replaced(value) => values.push((value, weight)),
            Missing::FirstInstead => first_only = true,
        }
    }
    values.truncate(if first_only { 1 } else { values.len() });
    values
}

fn lower_median<T: Copy>(values: &[T], order: impl Fn(&T, &T) -> std::cmp::Ordering) -> T {
    let mut sorted = values.to_vec();
    sorted.sort_by(order);
    sorted[(sorted.len() - 1) / 2]
}

/// Most weight; of several the lowest, or the one that comes first.
fn mode(values: &[(i128, i128)], ties: Ties) -> i128 {
    let weight =
        |value: i128| values.iter().filter(|(other, _)| *other == value).map(|(_, weight)| weight).sum::<i128>();
    let most = values.iter().map(|(value, _)| weight(*value)).max();
    let mut best = values.iter().map(|(value, _)| *value).filter(|&value| Some(weight(value)) == most);
    if ties == Ties::Lowest { best.min() } else { best.next() }.unwrap_or(0)
}

fn with_zeros(mut values: Vec<(i128, i128)>, zeros: Zeros) -> Vec<(i128, i128)> {
    values.retain(|(value, _)| zeros == Zeros::Count || *value != 0);
    values
}

/// The crate's result and the oracle's setting for the same sample; policies need partial windows, which `Cover` has.
fn run(sample: &Sample, spec: Spec, partial: PartialWindows) -> Option<(Both, Missing<i128>)> {
    let extent = if partial == PartialWindows::Include { sample.spec.extent } else { Extent::Cover };
    let spec = spec.with_extent(extent).with_partial_windows(partial);
    both(&Sample { spec, ..sample.clone() }).map(|both| (both, Missing::of(partial)))
}

fn whole_factors(sample: Sample) -> Sample {
    let factors = sample.factors.iter().map(|factor| Factor::down_by(factor.down()).unwrap()).collect();
    Sample { factors, ..sample }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn ranks_are_places_in_the_sorted_window(sample in samples(WHOLE), partial in partial_windows()) {
        let sample = whole_factors(sample);
        for method in [Method::Min, Method::Max, Method::Median] {
            let Some((both, missing)) = run(&sample, Spec::default().with_method(method), partial) else { continue };
            let source = whole(&both.source);
            let expected = naive::fill(&both.target, |indices| {
                let values = window(&source, &both.axes, indices, missing);
                let values = values.into_iter().map(|(value, _)| value).collect::<Vec<_>>();
                match method {
                    Method::Min => *values.iter().min().unwrap(),
                    Method::Max => *values.iter().max().unwrap(),
                    _ => lower_median(&values, i128::cmp),
                }
            });
            prop_assert_eq!(whole(&both.found), expected, "{:?}", method);
        }
    }

    #[test]
    fn strides_take_every_nth_voxel(sample in samples(WHOLE)) {
        let sample = whole_factors(sample);
        let spec = sample.spec.clone().with_method(Method::Stride);
        let Some(both) = both(&Sample { spec, ..sample.clone() }) else { return Ok(()) };
        let expected = naive::fill(&both.target, |indices| {
            let pairs = indices.iter().zip(&sample.factors);
            let place = pairs.map(|(j, factor)| j * i64::from(factor.down())).collect::<Vec<_>>();
            naive::at(&whole(&both.source), &both.axes, &place)
        });
        prop_assert_eq!(whole(&both.found), expected);
        if sample.spec.extent == Extent::Cover {
            // Every voxel that a stride keeps is there.
            for (axis, target) in both.axes.iter().zip(&both.target) {
                let kept = axis.volume.clone().filter(|i| i % i64::from(axis.factor.down()) == 0);
                prop_assert_eq!(kept.count() as i64, target.end - target.start);
            }
        }
    }

    #[test]
    fn modes_with_every_rule(
        sample in samples(WHOLE),
        zeros in zeros(),
        ties in ties(),
        partial in partial_windows(),
    ) {
        let spec = Spec::default().with_method(Method::Mode).with_zeros(zeros).with_ties(ties);
        if let Some((both, missing)) = run(&sample, spec, partial) {
            let source = whole(&both.source);
            let expected = naive::fill(&both.target, |indices| {
                mode(&with_zeros(window(&source, &both.axes, indices, missing), zeros), ties)
            });
            prop_assert_eq!(whole(&both.found), expected);
        }
    }

    #[test]
    fn means_with_every_policy(
        sample in samples(WHOLE),
        zeros in zeros(),
        partial in partial_windows(),
        truncate in any::<bool>(),
    ) {
        let cast = if truncate { Cast::Truncate } else { Cast::RoundSaturate };
        let spec = Spec::default().with_method(Method::Mean).with_zeros(zeros).with_cast(cast);
        if let Some((both, missing)) = run(&sample, spec, partial) {
            let source = whole(&both.source);
            let expected = naive::fill(&both.target, |indices| {
                let values = with_zeros(window(&source, &both.axes, indices, missing), zeros);
                let sum = values.iter().map(|(value, weight)| value * weight).sum();
                rounded((sum, values.iter().map(|(_, weight)| weight).sum()), sample.dtype, cast)
            });
            prop_assert_eq!(whole(&both.found), expected);
        }
    }

    #[test]
    fn floats_by_the_rules_for_nan(sample in samples(&[DType::F32, DType::F64]), nans in nans()) {
        let sample = whole_factors(sample);
        for method in [Method::Min, Method::Max, Method::Median, Method::Mean] {
            let spec = sample.spec.clone().with_method(method);
            let spec = if method == Method::Mean { spec.with_nans(nans) } else { spec };
            let Some(both) = both(&Sample { spec, ..sample.clone() }) else { continue };
            let source = floats(&both.source);
            let expected = naive::fill(&both.target, |indices| {
                let values = window(&source, &both.axes, indices, Missing::LeftOut);
                let values = values.into_iter().map(|(value, _)| value).collect::<Vec<_>>();
                of_floats(&values, method, nans)
            });
            let scale = if method == Method::Mean { 1e-4 } else { 0.0 };
            for (found, expected) in floats(&both.found).iter().zip(&expected) {
                prop_assert!(close(*found, *expected, scale), "{found} instead of {expected}: {method:?}");
            }
        }
    }

    #[test]
    fn countless_compares_four_voxels(values in prop::collection::vec(0..3_u64, 24)) {
        let source = ArrayD::from_shape_vec(vec![2, 4, 3], values).unwrap();
        let half = Factor::down_by(2).unwrap();
        let spec = Spec::default().with_method(Method::Mode).with_ties(Ties::Countless2x2).with_extent(Extent::Cover);
        let spec = spec.with_partial_windows(PartialWindows::FirstVoxel);
        let found = resample(source.view(), &[Factor::ONE, half, half], &spec).unwrap();
        for z in 0..2 {
            for y in 0..2 {
                let at = |dy: usize, dx: usize| source[[z, 2 * y + dy, dx]];
                let (a, b, c, d) = (at(0, 0), at(0, 1), at(1, 0), at(1, 1));
                let expected = if a == b || a == c { a } else if b == c { b } else { d };
                prop_assert_eq!(found[[z, y, 0]], expected);
                prop_assert_eq!(found[[z, y, 1]], at(0, 2), "a window of two voxels");
            }
        }
    }
}

/// NaN: never the smallest nor the largest, last in order, and in a mean by the option.
fn of_floats(values: &[f64], method: Method, nans: Nans) -> f64 {
    let numbers = values.iter().copied().filter(|value| !value.is_nan()).collect::<Vec<_>>();
    match method {
        Method::Min => numbers.into_iter().reduce(f64::min).unwrap_or(f64::NAN),
        Method::Max => numbers.into_iter().reduce(f64::max).unwrap_or(f64::NAN),
        Method::Median => lower_median(values, |a, b| {
            a.is_nan().cmp(&b.is_nan()).then(a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal))
        }),
        _ if nans == Nans::Ignore => numbers.iter().sum::<f64>() / numbers.len() as f64,
        _ => values.iter().sum::<f64>() / values.len() as f64,
    }
}

#[allow(clippy::float_cmp, reason = "infinities are equal or not")]
fn close(found: f64, expected: f64, scale: f64) -> bool {
    (found.is_nan() && expected.is_nan()) || found == expected || (found - expected).abs() <= scale
}

#[test]
fn zeros_of_both_signs_are_two_values_in_order_and_one_in_a_vote() {
    let half = [Factor::down_by(2).unwrap()];
    let run = |method| resample(array![0.0_f32, -0.0].view(), &half, &Spec::default().with_method(method)).unwrap()[0];
    assert!(run(Method::Min).is_sign_negative() && run(Method::Median).is_sign_negative());
    assert!(run(Method::Max).is_sign_positive() && run(Method::Mode).is_sign_positive());
}

#[test]
fn partial_windows_of_a_line() {
    let line = array![10_u8, 20, 30, 40, 51];
    let pairs = [Factor::down_by(2).unwrap()];
    let run = |method, partial| {
        let spec = Spec::default().with_method(method).with_extent(Extent::Cover).with_partial_windows(partial);
        resample(line.view(), &pairs, &spec).unwrap().to_vec()
    };
    assert_eq!(run(Method::Mean, PartialWindows::Include), [15, 35, 51]);
    assert_eq!(run(Method::Mean, PartialWindows::Crop), [15, 35]);
    assert_eq!(run(Method::Mean, PartialWindows::Pad(0.into())), [15, 35, 26], "25.5 to even");
    assert_eq!(run(Method::Min, PartialWindows::Pad(7.into())), [10, 30, 7]);
    assert_eq!(run(Method::Max, PartialWindows::FirstVoxel), [20, 40, 51]);
}

#[test]
fn more_values_than_the_list_of_candidates_holds() {
    // Twenty values in pairs, then all of them again: equally frequent, and number 30 comes first.
    let values = (0..20).chain(0..20).map(|k| (30 + 7 * k) % 40).collect::<Vec<u16>>();
    let line = ArrayD::from_shape_vec(vec![40], values).unwrap();
    let window = [Factor::down_by(40).unwrap()];
    let run =
        |ties| resample(line.view(), &window, &Spec::default().with_method(Method::Mode).with_ties(ties)).unwrap()[0];
    assert_eq!((run(Ties::FirstXFastest), run(Ties::Lowest)), (30, *line.iter().min().unwrap()));
    // The value that comes nineteenth has one voxel more.
    let mut line = line;
    line[38] = line[18];
    line[39] = line[18];
    let found =
        resample(line.view(), &window, &Spec::default().with_method(Method::Mode).with_ties(Ties::FirstXFastest));
    assert_eq!(found.unwrap()[0], line[18]);
}

#[test]
fn windows_that_a_method_does_not_know_are_refused_with_the_cure() {
    let square = ArrayD::<u32>::zeros(vec![5, 6]);
    let run = |factors: [&str; 2], spec: Spec| {
        let factors = factors.map(|text| text.parse::<Factor>().unwrap());
        resample(square.view(), &factors, &spec.with_extent(Extent::Cover)).unwrap_err()
    };
    for method in [Method::Min, Method::Max, Method::Median, Method::Stride] {
        for factors in [["2/3", "1"], ["1/2", "2"], ["1", "3/2"]] {
            let error = run(factors, Spec::default().with_method(method));
            assert!(matches!(error, Error::NotWhole { .. }), "{error}");
            assert!(error.to_string().contains("use mode or mean"), "{error}");
        }
    }
    let countless = Spec::default().with_method(Method::Mode).with_ties(Ties::Countless2x2);
    let first = countless.clone().with_partial_windows(PartialWindows::FirstVoxel);
    for (factors, spec, cure) in [
        (["1/2", "1/4"], first.clone(), "exactly two axes"),
        (["1/2", "1"], first.clone(), "exactly two axes"),
        (["1/2", "1/2"], countless, "first_voxel"),
        (["1/2", "1/2"], first.with_zeros(Zeros::Ignore), "zeros"),
    ] {
        let error = run(factors, spec);
        assert!(matches!(error, Error::Ties { .. }) && error.to_string().contains(cure), "{error}");
    }
    let mean = Spec::default().with_method(Method::Mean);
    let error = run(["1/2", "1/2"], mean.clone().with_partial_windows(PartialWindows::Pad((-1).into())));
    assert!(error.to_string().contains("-1"), "{error}");
    let halves = [Factor::down_by(2).unwrap(); 2];
    let inside = mean.with_partial_windows(PartialWindows::Pad(0.into()));
    assert!(matches!(resample(square.view(), &halves, &inside), Err(Error::NoPartialWindows)));
}

#[test]
fn a_stride_without_a_voxel_of_its_own_says_so() {
    let source = Sample {
        begin: vec![1],
        shape: vec![2],
        factors: vec![Factor::down_by(4).unwrap()],
        channels: None,
        dtype: DType::U8,
        seed: 1,
        spec: Spec::default(),
    };
    let array = std::sync::Arc::new(source.source(source.block()));
    let spec = Spec::default().with_method(Method::Stride).with_extent(Extent::Cover);
    let error = resample::ResampledArray::new("a", array, source.factors.clone(), spec).unwrap_err();
    assert!(matches!(error, Error::NoneKept { begin: 1, end: 3, step: 4, .. }), "{error}");
}
