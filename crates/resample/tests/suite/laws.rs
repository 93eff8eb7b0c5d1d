//! Laws that hold whatever the data are.

use std::sync::Arc;

use array_core::ndarray::{Array2, ArrayD, Axis, IxDyn, array};
use array_core::{
    Array, ArrayExt, ArrayRef, Block, Coordinate, Crop, DType, Element, ReadContext, Rounding, VoxelBox, with_dtype,
};
use proptest::prelude::*;
use resample::{
    AntiAlias, Boundary, Clip, Extent, Factor, Method, Order, PartialWindows, ResampledArray, Spec, Zeros, resample,
};

use crate::sample::{self, Random, Sample, factor};

fn method(method: Method) -> Spec {
    Spec::default().with_method(method)
}

fn nearest() -> Spec {
    method(Method::Interpolate(Order::Nearest))
}

fn linear() -> Spec {
    method(Method::Interpolate(Order::Linear))
}

fn noise(shape: &[usize], seed: u64) -> ArrayD<u16> {
    let mut state = seed;
    ArrayD::from_shape_simple_fn(IxDyn(shape), || u16::random(&mut state) % 1000)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn r1_factor_one_is_the_identity(sample in sample::sample()) {
        let sample = Sample { factors: vec![Factor::ONE; sample.shape.len()], ..sample };
        let array = sample.array().unwrap();
        prop_assert!(array.data().unwrap().same_bits(&sample.block()));
        prop_assert_eq!(array.roi(), array.source().roi());
    }

    #[test]
    fn r2_constants_stay(sample in sample::sample(), picked in any::<u64>()) {
        let mut state = picked;
        let shape = sample.block_shape();
        let mut spec = sample.spec.clone();
        if matches!(spec.boundary, Boundary::Constant(_)) {
            spec.boundary = Boundary::Mirror;
        }
        if matches!(spec.partial_windows, PartialWindows::Pad(_)) {
            spec.partial_windows = PartialWindows::Include;
        }
        let computes = matches!(spec.method, Some(Method::Interpolate(_)));
        with_dtype!(sample.dtype, T => {
            let mut value = T::random(&mut state);
            // Above 2^53 an interpolation of 64-bit integers is only as good as 64-bit floats.
            while computes && T::DTYPE.size() == 8 && !T::DTYPE.is_float() && format!("{value}").len() > 15 {
                value = T::random(&mut state);
            }
            // Splines of order 2 and above take differences of infinities, which are NaN.
            while computes && format!("{value}") == "inf" {
                value = T::random(&mut state);
            }
            let source = sample.source(Block::from(ArrayD::from_elem(IxDyn(&shape), value)));
            if let Ok(array) = ResampledArray::new("constant", Arc::new(source), sample.factors.clone(), spec) {
                let found = array.data().unwrap();
                let expected = Block::from(ArrayD::from_elem(IxDyn(found.shape()), value));
                // NaN never equals itself; all else must be the same number.
                prop_assert!(found == expected || found.same_bits(&expected), "{value:?} in {found:?}");
            }
        });
    }

    #[test]
    fn r3_labels_come_from_the_covered_voxels(
        sample in sample::sample(),
        zeros in sample::zeros(),
        ties in sample::ties(),
    ) {
        let zeros = if sample::needs_whole_factors(sample.spec.method) { Zeros::Count } else { zeros };
        let spec = match sample.spec.method {
            Some(Method::Mean | Method::Interpolate(_)) | None => method(Method::Labels).with_zeros(zeros).with_ties(ties),
            Some(other) if zeros == Zeros::Count => method(other),
            Some(other) => method(other).with_zeros(zeros).with_ties(ties),
        };
        let spec = spec.with_extent(sample.spec.extent);
        let sample = Sample { dtype: DType::U64, channels: None, spec, ..sample };
        if let Some(array) = sample.array() {
            let Block::U64(source) = sample.block() else { unreachable!("u64 was asked for") };
            let found = array.read::<u64>(array.roi()).unwrap();
            let begin = array.meta().voxel_box().begin();
            for (place, id) in found.indexed_iter() {
                let covered = |at: &IxDyn| (0..begin.dims()).all(|axis| {
                    let j = begin[axis] + place[axis] as i64;
                    sample.factors[axis].window(j).contains(&(sample.begin[axis] + at[axis] as i64))
                });
                let ignored = zeros == Zeros::Ignore && *id == 0;
                let found = source.indexed_iter().any(|(at, value)| value == id && covered(&at));
                prop_assert!(ignored || found, "{id} at {place:?}");
            }
        }
    }

    #[test]
    fn r4_results_stay_in_the_range(
        shape in prop::collection::vec(1..9_usize, 2),
        factors in prop::collection::vec(factor(6), 2),
        seed in any::<u64>(),
    ) {
        let source = noise(&shape, seed);
        let (low, high) = (*source.iter().min().unwrap(), *source.iter().max().unwrap());
        let whole = factors.iter().map(|factor| Factor::down_by(factor.down()).unwrap()).collect::<Vec<_>>();
        let cubic = method(Method::Interpolate(Order::Cubic)).with_clip(Clip::ToInput);
        let specs = [(method(Method::Mean), &factors), (linear(), &factors), (cubic, &factors)];
        for (spec, factors) in specs.into_iter().chain([(method(Method::Median), &whole)]) {
            let found = resample(source.view(), factors, &spec.with_extent(Extent::Cover)).unwrap();
            prop_assert!(found.iter().all(|value| (low..=high).contains(value)));
        }
    }

    #[test]
    fn r6_r7_down_undoes_up(shape in prop::collection::vec(1..6_usize, 2), n in 2..6_u32, seed in any::<u64>()) {
        let source = noise(&shape, seed);
        let up = resample(source.view(), &[Factor::up_by(n).unwrap(); 2], &nearest()).unwrap();
        let windows = [Method::Mode, Method::Mean, Method::Min, Method::Max, Method::Median, Method::Stride];
        for spec in windows.map(method) {
            prop_assert_eq!(&resample(up.view(), &[Factor::down_by(n).unwrap(); 2], &spec).unwrap(), &source);
        }
    }

    /// Also through views, part by part, where the origin of the finer grid is not below its step.
    #[test]
    fn r6_r7_down_undoes_up_in_views(sample in sample::sample(), n in prop::sample::select(vec![2_u32, 3, 16])) {
        let source: ArrayRef = Arc::new(sample.source(sample.block()));
        // The first axis by n, the others by 2.
        let factor = |down: u32| if down == 0 { Factor::up_by(n).unwrap() } else { Factor::up_by(2).unwrap() };
        let up = (0..sample.shape.len() as u32).map(factor).collect::<Vec<_>>();
        let down = up.iter().map(|factor| factor.inverse()).collect::<Vec<_>>();
        let fine: ArrayRef = Arc::new(ResampledArray::new("up", source.clone(), up, nearest()).unwrap());
        for windows in [Method::Mode, Method::Median, Method::Stride] {
            let back = ResampledArray::new("down", fine.clone(), down.clone(), method(windows)).unwrap();
            prop_assert_eq!(back.meta().grid(), source.meta().grid());
            prop_assert_eq!(back.meta().voxel_box(), source.meta().voxel_box());
            // A mode knows one zero and one NaN.
            let found = back.data().unwrap();
            prop_assert!(found.same_bits(&sample.block()) || sample.dtype.is_float() && windows != Method::Stride);
            let mut state = sample.seed;
            let part = sample::part(back.meta().voxel_box(), || sample::next(&mut state));
            let ranges = back.meta().block_ranges(&part, back.meta().voxel_box()).unwrap();
            let expected = found.view().slice(&ranges).unwrap().to_block().unwrap();
            prop_assert!(back.read_box(&part, &ReadContext::default()).unwrap().same_bits(&expected));
        }
    }

    #[test]
    fn r8_twice_is_once_by_the_product(
        sample in sample::sample(),
        steps in (1..5_u32, 1..5_u32),
        extreme in prop_oneof![Just(Method::Min), Just(Method::Max), Just(Method::Stride)],
    ) {
        let source: ArrayRef = Arc::new(sample.source(sample.block()));
        let spec = method(extreme).with_extent(sample.spec.extent);
        let by = |source: &ArrayRef, down: u32| {
            let factors = vec![Factor::down_by(down).unwrap(); sample.shape.len()];
            ResampledArray::new("coarse", source.clone(), factors, spec.clone())
        };
        let Ok(once) = by(&source, steps.0 * steps.1) else { return Ok(()) };
        let first: ArrayRef = Arc::new(by(&source, steps.0).unwrap());
        let twice = by(&first, steps.1).unwrap();
        prop_assert_eq!(twice.meta().grid(), once.meta().grid());
        prop_assert_eq!(twice.meta().voxel_box(), once.meta().voxel_box());
        prop_assert!(twice.data().unwrap().same_bits(&once.data().unwrap()));
    }

    #[test]
    fn r9_means_keep_the_sum(seed in any::<u64>()) {
        // Multiples of 64 over windows of 2·4: every mean is a whole number.
        let source = noise(&[8, 12], seed).mapv(|value| value % 1000 * 64);
        let factors = [Factor::down_by(2).unwrap(), Factor::down_by(4).unwrap()];
        let means = resample(source.view(), &factors, &method(Method::Mean)).unwrap();
        let sum = |values: &ArrayD<u16>| values.iter().map(|&value| u64::from(value)).sum::<u64>();
        prop_assert_eq!(sum(&means) * 8, sum(&source));
    }

    #[test]
    fn r10_grids_share_their_phase(sample in sample::sample(), extent in sample::extent()) {
        let method = sample.spec.method;
        let spec = sample.spec.clone().with_extent(extent).with_partial_windows(PartialWindows::Include);
        if let Some(array) = (Sample { spec, ..sample.clone() }).array() {
            let (new, old) = (array.meta().grid(), array.source().meta().grid());
            prop_assert_eq!(new.origin(), old.origin());
            for (axis, factor) in sample.factors.iter().enumerate() {
                let up = array_core::Length::from(i64::from(factor.up()));
                let down = array_core::Length::from(i64::from(factor.down()));
                let back = new.step()[axis].checked_mul(up).unwrap().checked_div(down).unwrap();
                prop_assert_eq!(back, old.step()[axis]);
            }
            if (method, extent) == (Some(Method::Stride), Extent::Cover) {
                return Ok(());
            }
            let (outer, inner) = match extent {
                Extent::Cover => (array.roi(), array.source().roi()),
                _ => (array.source().roi(), array.roi()),
            };
            prop_assert!(outer.contains(&inner).unwrap(), "{inner} in {outer}");
        }
    }

    #[test]
    fn r11_moving_by_whole_voxels_moves_the_result(sample in sample::sample(), periods in -3..4_i64) {
        let pairs = sample.begin.iter().zip(&sample.factors);
        let moved = pairs.map(|(begin, factor)| begin + periods * i64::from(factor.down()));
        let moved = Sample { begin: moved.collect(), ..sample.clone() };
        if let (Some(here), Some(there)) = (sample.array(), moved.array()) {
            prop_assert!(here.data().unwrap().same_bits(&there.data().unwrap()));
            for (axis, factor) in sample.factors.iter().enumerate() {
                let (here, there) = (here.meta().voxel_box().begin()[axis], there.meta().voxel_box().begin()[axis]);
                prop_assert_eq!(there - here, periods * i64::from(factor.up()));
            }
        }
    }

    #[test]
    fn r11_windows_do_not_know_the_order_of_axes(
        shape in prop::collection::vec(1..8_usize, 3),
        factors in prop::collection::vec(factor(5), 3),
        seed in any::<u64>(),
    ) {
        let source = noise(&shape, seed);
        let order = [2, 0, 1];
        let whole = factors.iter().map(|factor| Factor::down_by(factor.down()).unwrap()).collect::<Vec<_>>();
        let methods = [Method::Mean, Method::Mode, Method::Labels, Method::Min, Method::Max, Method::Median, Method::Stride];
        for spec in methods.into_iter().map(method).chain([nearest()]) {
            let factors = if sample::needs_whole_factors(spec.method) { &whole } else { &factors };
            let turned = order.map(|axis| factors[axis]);
            let spec = spec.with_extent(Extent::Cover);
            let after = resample(source.view(), factors, &spec).unwrap().permuted_axes(&order[..]);
            let before = resample(source.view().permuted_axes(&order[..]), &turned, &spec).unwrap();
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn r12_cropping_first_or_last(
        sample in sample::sample(),
        windows in prop_oneof![
            Just(Method::Mean), Just(Method::Mode), Just(Method::Min), Just(Method::Max), Just(Method::Median), Just(Method::Stride),
        ],
    ) {
        let whole = sample::needs_whole_factors(Some(windows));
        let factor = |factor: &Factor| if whole { Factor::down_by(factor.down()).unwrap() } else { *factor };
        let factors = sample.factors.iter().map(factor).collect();
        let sample = Sample { spec: method(windows), factors, ..sample };
        let Some(array) = sample.array() else { return Ok(()) };
        // The middle of the result, as a region that both grids know.
        let all = array.meta().voxel_box();
        let up = |axis: usize| i64::from(sample.factors[axis].up());
        let aligned = |axis, index: i64| (index + up(axis) - 1).div_euclid(up(axis)) * up(axis);
        let begin = all.begin().try_map(|axis, begin| Ok(aligned(axis, begin + all.shape()[axis] / 4))).unwrap();
        let shape = all.shape().try_map(|axis, extent| Ok(extent / 2 / up(axis) * up(axis))).unwrap();
        let part = VoxelBox::new(begin, shape).unwrap();
        if part.is_empty() || !all.contains(&part) {
            return Ok(());
        }
        let roi = array.meta().grid().to_world(&part).unwrap();
        let cropped: ArrayRef = Arc::new(Crop::new(array.source().clone(), roi, Rounding::Exact).unwrap());
        let cropped = ResampledArray::new("cropped", cropped, sample.factors.clone(), sample.spec.clone()).unwrap();
        prop_assert_eq!(cropped.meta().voxel_box(), &part);
        prop_assert!(cropped.data().unwrap().same_bits(&array.read_block(roi).unwrap()));
    }

    #[test]
    fn r13_channels_are_independent(sample in sample::sample()) {
        let Some((position, extent)) = sample.channels else { return Ok(()) };
        let Some(array) = sample.array() else { return Ok(()) };
        let (all, source) = (array.data().unwrap(), sample.block());
        for channel in 0..extent {
            with_dtype!(sample.dtype, T => {
                let one = source.clone().into_array::<T>().unwrap().index_axis_move(Axis(position), channel);
                let alone = Sample { channels: None, ..sample.clone() };
                let source = Arc::new(alone.source(one.into()));
                let alone = ResampledArray::new("one", source, alone.factors, alone.spec).unwrap();
                let expected = all.clone().into_array::<T>().unwrap().index_axis_move(Axis(position), channel);
                let expected = Block::from(expected.as_standard_layout().into_owned());
                prop_assert!(alone.data().unwrap().same_bits(&expected));
            });
        }
    }

    #[test]
    fn r14_ramps_are_reproduced(extent in 4..30_usize, factor in factor(8)) {
        let ramp = ArrayD::from_shape_fn(vec![extent], |place| place[0] as f64);
        let spec = linear().with_anti_alias(AntiAlias::Off);
        if let Ok(found) = resample(ramp.view(), &[factor], &spec) {
            for (j, value) in found.iter().enumerate() {
                let place = (j as f64 + 0.5) / factor.to_f64() - 0.5;
                if (0.0..=extent as f64 - 1.0).contains(&place) {
                    prop_assert!((value - place).abs() < 1e-12, "{value} at {place}");
                }
            }
        }
    }

    #[test]
    fn r15_modes_do_not_know_the_order_of_voxels(
        values in prop::collection::vec(0..4_u8, 12),
        order in Just((0..12_usize).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mode = |values: &[u8]| {
            let window = Array2::from_shape_vec((3, 4), values.to_vec()).unwrap();
            let factors = [Factor::down_by(3).unwrap(), Factor::down_by(4).unwrap()];
            resample(window.view(), &factors, &method(Method::Mode)).unwrap()[[0, 0]]
        };
        let shuffled = order.iter().map(|&index| values[index]).collect::<Vec<_>>();
        prop_assert_eq!(mode(&values), mode(&shuffled));
    }
}

#[test]
fn nan_spreads_through_weights_that_are_not_zero_only() {
    let source = array![[0.0_f32, f32::NAN, 2.0, 3.0], [4.0, 5.0, 6.0, 7.0]];
    let factors = [Factor::ONE, Factor::down_by(2).unwrap()];
    let spec = linear().with_anti_alias(AntiAlias::Off);
    let found = resample(source.view(), &factors, &spec).unwrap();
    assert!(found[[0, 0]].is_nan());
    assert_eq!((found[[0, 1]], found[[1, 0]], found[[1, 1]]), (2.5, 4.5, 6.5));
    // At factor 1/3 every position is a sample: its neighbours have weight 0.
    let line = array![f64::NAN, 1.0, f64::INFINITY, f64::NAN, 4.0, f64::NAN];
    let third = [Factor::down_by(3).unwrap()];
    assert_eq!(resample(line.view(), &third, &spec).unwrap(), array![1.0, 4.0]);
}

#[test]
fn infinities_follow_ieee_754() {
    let spec = linear().with_anti_alias(AntiAlias::Off);
    let half = [Factor::down_by(2).unwrap()];
    let found = resample(
        array![f64::INFINITY, 1.0, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, -f64::MAX].view(),
        &half,
        &spec,
    )
    .unwrap();
    assert!(found[0].is_infinite() && found[0] > 0.0);
    assert!(found[1].is_nan());
    assert!(found[2].abs() < f64::EPSILON, "differences overflow, the sum does not: {}", found[2]);
    let mean = resample(array![f32::NEG_INFINITY, 1.0, f32::NAN, 2.0].view(), &half, &method(Method::Mean)).unwrap();
    assert!(mean[0].is_infinite() && mean[0] < 0.0);
    assert!(mean[1].is_nan());
}

#[test]
fn means_of_the_widest_integers_are_exact() {
    let half = [Factor::down_by(2).unwrap()];
    let mean =
        |values: [u64; 2]| resample(array![values[0], values[1]].view(), &half, &method(Method::Mean)).unwrap()[0];
    assert_eq!(mean([u64::MAX, u64::MAX]), u64::MAX);
    assert_eq!(mean([u64::MAX, u64::MAX - 1]), u64::MAX - 1, "half to even");
    let signed = resample(array![i64::MIN, i64::MIN + 1].view(), &half, &method(Method::Mean)).unwrap();
    assert_eq!(signed[0], i64::MIN);
}

#[test]
fn mirroring_repeats_the_first_sample_when_upsampling() {
    let ramp = ArrayD::from_shape_fn(vec![8], |place| place[0] as f32);
    let found = resample(ramp.view(), &[Factor::up_by(2).unwrap()], &linear()).unwrap();
    assert_eq!(found.iter().copied().take(4).collect::<Vec<_>>(), [0.25, 0.25, 0.75, 1.25]);
    assert_eq!(found.iter().copied().skip(13).collect::<Vec<_>>(), [6.25, 6.75, 6.75]);
    let filtered = resample(ramp.view(), &[Factor::down_by(2).unwrap()], &linear()).unwrap();
    let expected = [0.607_242_35, 2.5, 4.5, 6.392_757_6];
    assert!(filtered.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{filtered}");
}

#[test]
fn crop_keeps_the_grid() {
    let sample = Sample {
        begin: vec![-4],
        shape: vec![24],
        factors: vec![Factor::new(2, 3).unwrap()],
        channels: None,
        dtype: DType::U16,
        seed: 3,
        spec: linear(),
    };
    let array = sample.array().unwrap();
    let step = array.source().voxel_size()[0];
    let begin = array.source().meta().grid().corner(&Coordinate::from([1])).unwrap();
    let roi = array_core::Roi::new(begin, [step.checked_mul(10.into()).unwrap()]).unwrap();
    let cropped = Crop::new(array.source().clone(), roi, Rounding::Exact).unwrap();
    let cropped = ResampledArray::new("cropped", Arc::new(cropped), sample.factors, sample.spec).unwrap();
    assert_eq!(cropped.meta().grid(), array.meta().grid());
    assert_eq!(cropped.meta().voxel_box().range(0).unwrap(), 1..7);
}
