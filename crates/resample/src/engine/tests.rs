//! How the work is cut, and how the data lie in memory, must not show in the result.

use array_core::Element;
use ndarray::{ArrayD, Axis, IxDyn};
use proptest::prelude::*;

use super::simd::Path;
use super::{Limits, Placed, run_typed};
use crate::recipe::Recipe;
use crate::value::Value;
use crate::{AntiAlias, Boundary, Cast, Clip, Extent, Factor, Method, Order, Spec, Zeros};

fn specs() -> impl Strategy<Value = Spec> {
    let interpolate = |order| Spec::default().with_method(Method::Interpolate(order));
    prop_oneof![
        Just(interpolate(Order::Nearest)),
        Just(interpolate(Order::Nearest).with_anti_alias(AntiAlias::Gaussian)),
        Just(interpolate(Order::Linear)),
        Just(interpolate(Order::Linear).with_boundary(Boundary::Constant(3.0))),
        Just(interpolate(Order::Linear).with_anti_alias(AntiAlias::Off).with_boundary(Boundary::Wrap)),
        Just(interpolate(Order::Cubic).with_clip(Clip::Range(0.5, 6.0))),
        Just(interpolate(Order::Cubic).with_boundary(Boundary::Constant(-2.5)).with_cast(Cast::Truncate)),
        Just(interpolate(Order::Quintic).with_boundary(Boundary::Nearest)),
        Just(Spec::default().with_method(Method::Mean)),
        Just(Spec::default().with_method(Method::Mean).with_zeros(Zeros::Ignore)),
        Just(Spec::default().with_method(Method::Mode)),
        Just(Spec::default().with_method(Method::Labels).with_zeros(Zeros::Ignore)),
    ]
}

fn factors(axes: usize) -> impl Strategy<Value = Vec<Factor>> {
    let any = (1..5_u32, 1..5_u32);
    let whole = (Just(1_u32), 1..5_u32);
    let list = |pair: BoxedStrategy<(u32, u32)>| {
        prop::collection::vec(pair.prop_map(|(up, down)| Factor::new(up, down).unwrap()), axes)
    };
    prop_oneof![list(any.boxed()), list(whole.boxed())]
}

/// Voxels with many equal neighbours.
fn noise(shape: &[usize]) -> ArrayD<u32> {
    let mut state = 7_u32;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 29
    })
}

/// Covers the whole array; the destination is transposed in memory when asked.
fn run<T: Value>(source: &ArrayD<T>, recipe: &Recipe, limits: Limits, transposed: bool) -> ArrayD<T> {
    let target = recipe.target(Extent::Cover).unwrap();
    let shape = target.iter().map(|range| (range.end - range.start) as usize).collect::<Vec<_>>();
    let begin = target.iter().map(|range| range.start).collect::<Vec<_>>();
    let origin = vec![0; shape.len()];
    let mut out = if transposed {
        let reversed = shape.iter().rev().copied().collect::<Vec<_>>();
        ArrayD::from_elem(IxDyn(&reversed), T::default()).reversed_axes()
    } else {
        ArrayD::from_elem(IxDyn(&shape), T::default())
    };
    let source = Placed { data: source.view(), begin: &origin };
    run_typed(recipe, limits, source, Placed { data: out.view_mut(), begin: &begin }, &|leaf, out| leaf.run(out))
        .unwrap();
    out
}

fn check<T: Value>(source: &ArrayD<T>, factors: &[Factor], spec: &Spec) {
    let volume = source.shape().iter().map(|&extent| 0..extent as i64).collect::<Vec<_>>();
    let recipe = Recipe::new(spec, None, T::DTYPE, factors, &volume).unwrap();
    let limits = Limits::default();
    let whole = run(source, &recipe, limits, false);
    for (leaf_numbers, streamed) in [(1, 1), (20, 1), (150, 3)] {
        let limits = Limits { parallel_bytes: 0, leaf_numbers, streamed, halos: 0, ..limits };
        let cut = run(source, &recipe, limits, streamed == 3);
        assert_eq!(cut, whole, "leaves of {leaf_numbers}");
    }
    for path in Path::all() {
        let past_caches = if path == Path::ANY { 0 } else { usize::MAX };
        assert_eq!(run(source, &recipe, Limits { past_caches, path, ..limits }, false), whole, "compiled for {path:?}");
    }
    let mut turned = source.clone().reversed_axes().as_standard_layout().into_owned().reversed_axes();
    assert_eq!(run(&turned, &recipe, limits, true), whole, "transposed in memory");
    turned.invert_axis(Axis(0));
    let flipped = turned.as_standard_layout().into_owned();
    assert_eq!(run(&turned, &recipe, limits, false), run(&flipped, &recipe, limits, false), "negative strides");
}

/// What is no number, or nearly none, among others.
fn spoiled(shape: &[usize], every: usize) -> ArrayD<f32> {
    let spoils = [f32::NAN, f32::INFINITY, f32::MAX, f32::NEG_INFINITY, -0.0, f32::MIN_POSITIVE];
    let mut number = 0;
    noise(shape).mapv(|value| {
        number += 1;
        if number % every == 0 { spoils[number / every % spoils.len()] } else { value as f32 - 3.5 }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn cuts_and_layouts_do_not_show(
        shape in prop_oneof![prop::collection::vec(1..9_usize, 3), prop::collection::vec(1..4_usize, 5), Just(vec![2, 3, 70]), Just(vec![4, 5, 300])],
        all_factors in factors(5),
        spec in specs(),
    ) {
        let (source, factors) = (noise(&shape), &all_factors[..shape.len()]);
        check(&source, factors, &spec);
        check(&source.mapv(|value| value as f32 / 7.0), factors, &spec);
        check(&source.mapv(|value| value as u8 * 31), factors, &spec);
        check(&source.mapv(|value| (value as i16 * 31 - 111) as i8), factors, &spec);
        check(&source.mapv(|value| value as u16 * 9000), factors, &spec);
    }

    #[test]
    fn neither_on_one_axis(extent in 1..40_usize, factors in factors(1), spec in specs()) {
        check(&noise(&[extent]).mapv(f64::from), &factors, &spec);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Sums over bounded numbers are not checked, those over others are: which is which depends on the cut.
    #[test]
    fn what_is_no_number_does_not_make_cuts_show(
        shape in prop_oneof![prop::collection::vec(1..9_usize, 3), Just(vec![3, 40, 20]), Just(vec![4, 5, 300])],
        all_factors in factors(3),
        spec in specs(),
        every in 2..200_usize,
    ) {
        let source = spoiled(&shape, every);
        let volume = shape.iter().map(|&extent| 0..extent as i64).collect::<Vec<_>>();
        let recipe = Recipe::new(&spec, None, f32::DTYPE, &all_factors, &volume).unwrap();
        let bits = |limits| run(&source, &recipe, limits, false).mapv(f32::to_bits);
        let whole = bits(Limits::default());
        for path in Path::all() {
            for leaf_numbers in [1, 150, 1 << 18] {
                let limits = Limits { parallel_bytes: 0, leaf_numbers, streamed: 1, halos: 0, path, ..Limits::default() };
                prop_assert_eq!(&bits(limits), &whole, "leaves of {} for {:?}", leaf_numbers, path);
            }
        }
    }
}
