//! Whole arrays: sizes, floats from integers, limits of values.

use array_core::ndarray::{Array0, Array1, Array2, ArrayD, Slice, array};
use proptest::prelude::*;
use resample::{
    AntiAlias, Boundary, Clip, Error, Extent, Factor, Method, Order, Spec, WideIntegers, resample, resample_as,
    resample_into, rescale, resize,
};

use crate::sample::{factor, next};

fn interpolate(order: Order) -> Spec {
    Spec::default().with_method(Method::Interpolate(order))
}

fn sharp(order: Order) -> Spec {
    interpolate(order).with_anti_alias(AntiAlias::Off)
}

fn up(n: u32) -> [Factor; 1] {
    [Factor::up_by(n).unwrap()]
}

/// A step from 0 to 100 with room on both sides.
fn step() -> Array1<f32> {
    Array1::from_shape_fn(48, |i| if i < 24 { 0.0 } else { 100.0 })
}

const METHODS: [Method; 10] = [
    Method::Mean,
    Method::Mode,
    Method::Min,
    Method::Max,
    Method::Median,
    Method::Stride,
    Method::Labels,
    Method::Interpolate(Order::Nearest),
    Method::Interpolate(Order::Linear),
    Method::Interpolate(Order::Quintic),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn resize_gives_the_shape_asked_for(
        shape in prop::collection::vec((1..12_usize, 1..20_usize), 1..=3),
        order in prop::sample::select(&Order::ALL),
        cover in any::<bool>(),
    ) {
        let (from, to): (Vec<_>, Vec<_>) = shape.into_iter().unzip();
        let source = ArrayD::from_elem(from, 7_u8);
        let spec = interpolate(order).with_extent(if cover { Extent::Cover } else { Extent::Inside });
        prop_assert_eq!(resize(source.view(), &to, &spec).unwrap(), ArrayD::from_elem(to, 7));
    }

    #[test]
    fn views_of_any_layout_give_what_their_copies_give(
        shape in prop::collection::vec(1..8_usize, 1..=4),
        down in prop::collection::vec(1..4_u32, 4),
        steps in prop::collection::vec(prop::sample::select(vec![-3_isize, -2, -1, 1, 2, 3]), 4),
        method in prop::sample::select(&METHODS),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        // Room for the steps, and the axes in the opposite order in memory.
        let room = shape.iter().rev().map(|extent| 3 * extent).collect::<Vec<_>>();
        let values = ArrayD::from_shape_simple_fn(room, || next(&mut state) as u16 % 50);
        let mut view = values.view().reversed_axes();
        view.slice_each_axis_inplace(|axis| Slice::new(0, None, steps[axis.axis.index()]));
        let factors = down[..shape.len()].iter().map(|&down| Factor::down_by(down).unwrap()).collect::<Vec<_>>();
        let spec = Spec::default().with_method(method).with_extent(Extent::Cover);
        let expected = resample(view.as_standard_layout().view(), &factors, &spec).unwrap();
        prop_assert_eq!(&resample(view.view(), &factors, &spec).unwrap(), &expected);
        let reversed = expected.shape().iter().rev().copied().collect::<Vec<_>>();
        let mut out = ArrayD::zeros(reversed).reversed_axes();
        resample_into(view.view(), &factors, &spec, out.view_mut()).unwrap();
        prop_assert_eq!(&out, &expected);
    }

    #[test]
    fn rescale_rounds_extents_half_to_even(n in 1..60_usize, factor in factor(9)) {
        let extent = rescale(Array1::<u8>::zeros(n).view(), &[factor], &Spec::default()).unwrap().len();
        // Twice the distance from the exact extent, in units of 1/d voxel.
        let (u, d) = (i64::from(factor.up()), i64::from(factor.down()));
        let (n, m) = (n as i64, extent as i64);
        let off = 2 * (m * d - n * u).abs();
        prop_assert!(off < d || (off == d && m % 2 == 0) || (m == 1 && n * u < d), "{n} by {factor} gives {m}");
    }

    #[test]
    fn floats_are_not_rounded_and_integers_are(
        shape in prop::collection::vec(1..9_usize, 2),
        factors in prop::collection::vec(factor(5), 2),
        order in prop::sample::select(&Order::ALL[1..]),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        let source = ArrayD::from_shape_simple_fn(shape, || next(&mut state) as u8);
        let spec = interpolate(order).with_extent(Extent::Cover);
        let rounded = resample(source.view(), &factors, &spec).unwrap();
        let floats: ArrayD<f32> = resample_as(source.view(), &factors, &spec).unwrap();
        let off = |(float, rounded): (&f32, &u8)| (float.clamp(0.0, 255.0) - f32::from(*rounded)).abs();
        prop_assert!(floats.iter().zip(&rounded).map(off).all(|off| off < 0.5001));
        let converted = resample(source.mapv(f32::from).view(), &factors, &spec).unwrap();
        prop_assert_eq!(&floats, &converted);
        let precise: ArrayD<f64> = resample_as(source.view(), &factors, &spec).unwrap();
        prop_assert_eq!(&precise, &resample(source.mapv(f64::from).view(), &factors, &spec).unwrap());
        prop_assert!(precise.iter().zip(&floats).all(|(a, b)| (a - f64::from(*b)).abs() < 3e-4));
    }

    #[test]
    fn results_stay_within_the_limits(
        order in prop::sample::select(&Order::ALL[1..]),
        factor in factor(6),
        seed in any::<u64>(),
    ) {
        let mut state = seed;
        let source = Array1::from_shape_simple_fn(20, || next(&mut state) as i16 / 8);
        let (low, high) = (*source.iter().min().unwrap(), *source.iter().max().unwrap());
        let free = resample(source.view(), &[factor], &interpolate(order).with_extent(Extent::Cover));
        let spec = interpolate(order).with_extent(Extent::Cover);
        let clipped = resample(source.view(), &[factor], &spec.clone().with_clip(Clip::ToInput)).unwrap();
        prop_assert_eq!(&clipped, &free.unwrap().mapv(|value| value.clamp(low, high)));
        let range = Clip::Range(f64::from(low), f64::from(high));
        prop_assert_eq!(&clipped, &resample(source.view(), &[factor], &spec.with_clip(range)).unwrap());
    }
}

#[test]
fn sizes_of_the_library_that_rounds_half_to_even() {
    let extents = |n: usize, text: &str| {
        rescale(Array1::<f32>::zeros(n).view(), &[text.parse().unwrap()], &Spec::default()).unwrap().len()
    };
    assert_eq!([(5, "1/2"), (7, "1/2"), (3, "1/9"), (25, "5/3")].map(|(n, by)| extents(n, by)), [2, 4, 1, 42]);
    let error = resize(array![[1_u8, 2]].view(), &[2], &Spec::default()).unwrap_err();
    assert!(matches!(error, Error::AxisCount { what: "extents", given: 1, axes: 2 }));
    assert!(matches!(resize(array![1_u8].view(), &[0], &Spec::default()), Err(Error::ZeroFactor { .. })));
    assert!(matches!(resize(Array1::<u8>::zeros(0).view(), &[3], &Spec::default()), Err(Error::ZeroFactor { .. })));
}

#[test]
fn floats_of_every_type_and_of_no_axis() {
    let spec = sharp(Order::Linear);
    let halves: Array1<f64> = resample_as(array![false, true, true, true].view(), &[half()], &spec).unwrap();
    assert_eq!(halves, array![0.5, 1.0]);
    let wide = spec.clone().with_wide_integers(WideIntegers::ThroughF64);
    let halves: Array1<f64> = resample_as(array![1_u64, 4].view(), &[half()], &wide).unwrap();
    assert_eq!(halves, array![2.5]);
    assert!(matches!(
        resample_as::<f32, _, _>(array![1_u64, 4].view(), &[half()], &spec),
        Err(Error::WideInteger { .. })
    ));
    let kept: Array2<f32> = resample_as(array![[3_u8, 4]].view(), &[Factor::ONE; 2], &spec).unwrap();
    assert_eq!(kept, array![[3.0, 4.0]]);
    let point: Array0<f32> = resample_as(Array0::from_elem((), 9_i8).view(), &[], &spec).unwrap();
    assert_eq!(point, Array0::from_elem((), 9.0));
    for keeps in [interpolate(Order::Nearest), Spec::default().with_method(Method::Mode)] {
        let error = resample_as::<f32, _, _>(array![1_u8, 4].view(), &[half()], &keeps).unwrap_err();
        assert!(error.to_string().contains("convert the source or the result"), "{error}");
    }
}

fn half() -> Factor {
    Factor::down_by(2).unwrap()
}

/// Splines overshoot; the limits are those of the type, of the caller, or of the input.
#[test]
fn overshoot_and_its_limits() {
    let overshoot = |order, spec: &dyn Fn(Spec) -> Spec| {
        let found = resample(step().view(), &up(5), &spec(sharp(order))).unwrap();
        found.iter().fold(0.0_f32, |most, value| most.max(value - 100.0).max(-value))
    };
    let bounds = [(Order::Linear, 0.0), (Order::Quadratic, 20.7), (Order::Cubic, 27.5), (Order::Quintic, 40.8)];
    for (order, most) in bounds {
        let found = overshoot(order, &|spec| spec);
        assert!(found <= most && (order == Order::Linear || found > 2.0), "order {order}: {found}");
        for clip in [Clip::ToInput, Clip::Range(0.0, 100.0)] {
            assert!(overshoot(order, &|spec| spec.with_clip(clip)) <= 0.0);
        }
    }
    let checks = Array2::from_shape_fn((20, 20), |(y, x)| if (y / 4 + x / 4) % 2 == 0 { 0_u8 } else { 255 });
    let floats: Array2<f32> = resample_as(checks.view(), &[up(2)[0]; 2], &sharp(Order::Cubic)).unwrap();
    let found = resample(checks.view(), &[up(2)[0]; 2], &sharp(Order::Cubic)).unwrap();
    assert!(floats.iter().any(|value| *value > 256.0) && floats.iter().any(|value| *value < -1.0));
    let off = |(float, found): (&f32, &u8)| (float.clamp(0.0, 255.0) - f32::from(*found)).abs();
    assert!(floats.iter().zip(&found).map(off).all(|off| off < 0.5001), "saturates, never wraps");
}

#[test]
fn the_constant_belongs_to_the_range_where_the_result_surrounds_it() {
    let spec = sharp(Order::Linear).with_clip(Clip::ToInput);
    let darkened = |constant| {
        let spec = spec.clone().with_boundary(Boundary::Constant(constant));
        resample(array![4.0_f32, 8.0].view(), &up(2), &spec).unwrap().to_vec()
    };
    // No value comes as low as -8, so the range is that of the input.
    assert_eq!(darkened(-8.0), [4.0, 5.0, 7.0, 4.0]);
    assert_eq!(darkened(6.0), [4.5, 5.0, 7.0, 7.5]);
    let cubic = sharp(Order::Cubic).with_clip(Clip::ToInput).with_boundary(Boundary::Constant(0.0));
    let found = resample(array![1.0_f32, 100.0, 100.0, 1.0].view(), &up(3), &cubic).unwrap();
    assert_eq!(found.iter().fold(f32::MAX, |low, value| low.min(*value)).to_bits(), 0_f32.to_bits());
}

#[test]
fn limits_leave_nan_and_copies_alone() {
    let nan = array![f32::NAN, 1.0, 2.0, f32::NAN];
    let spec = sharp(Order::Cubic).with_clip(Clip::ToInput);
    assert!(resample(nan.view(), &up(2), &spec).unwrap().iter().all(|value| value.is_nan()));
    let nothing = array![f32::NAN, f32::NAN];
    assert!(resample(nothing.view(), &up(2), &spec).unwrap().iter().all(|value| value.is_nan()));
    let copied = resample(nan.view(), &[half()], &interpolate(Order::Nearest).with_clip(Clip::ToInput)).unwrap();
    assert!(copied[0].to_bits() == 1_f32.to_bits() && copied[1].is_nan());
    let ids = array![u64::MAX, u64::MAX - 1];
    let wide = sharp(Order::Linear).with_wide_integers(WideIntegers::ThroughF64).with_clip(Clip::Range(0.0, 9.0));
    assert_eq!(resample(ids.view(), &[Factor::ONE], &wide).unwrap(), ids, "factor 1 changes nothing");
}

#[test]
fn limits_without_sense_are_refused() {
    let run = |spec: &Spec| resample(array![1_u8, 2].view(), &[half()], spec);
    for (low, high) in [(2.0, 1.0), (f64::NAN, 1.0), (0.0, f64::NAN)] {
        assert!(matches!(run(&sharp(Order::Linear).with_clip(Clip::Range(low, high))), Err(Error::ClipRange { .. })));
    }
    for spec in [interpolate(Order::Nearest), Spec::default().with_method(Method::Mean)] {
        let error = run(&spec.with_clip(Clip::Range(0.0, 1.0))).unwrap_err();
        assert!(matches!(error, Error::UnusedOption { option: "clip", .. }), "{error}");
    }
}
