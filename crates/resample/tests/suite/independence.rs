//! R5, R17: the values of voxels do not depend on the request, on how it is cut, or on the number of threads.

use array_core::{Array, ArrayExt, Block, DType, ReadContext, VoxelBox};
use proptest::prelude::*;
use resample::{
    AntiAlias, Boundary, Extent, Factor, Method, Order, PartialWindows, ResampledArray, Spec, WideIntegers,
};

use crate::sample::{self, Sample, next, part, whole};

/// What the box holds in a block that holds everything.
fn crop(array: &ResampledArray, all: &Block, voxels: &VoxelBox) -> Block {
    let ranges = array.meta().block_ranges(voxels, array.meta().voxel_box()).unwrap();
    all.view().slice(&ranges).unwrap().to_block().unwrap()
}

fn read(array: &ResampledArray, voxels: &VoxelBox) -> Block {
    array.read_box(voxels, &ReadContext::default()).unwrap()
}

fn in_pool<R: Send>(threads: usize, work: impl FnOnce() -> R + Send) -> R {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// Cuts a box in two on every axis, at random places.
fn partition(voxels: VoxelBox, state: &mut u64) -> Vec<VoxelBox> {
    let mut parts = vec![voxels];
    for (axis, range) in voxels.ranges().enumerate() {
        let cut = range.start + (next(state) % (range.end - range.start + 1) as u64) as i64;
        let split = |part: VoxelBox| {
            let (mut low_end, mut high_begin) = (part.end().to_vec(), part.begin().to_vec());
            (low_end[axis], high_begin[axis]) = (cut, cut);
            let low = VoxelBox::from_bounds(part.begin(), array_core::Coordinate::try_from(&low_end[..]).unwrap());
            let high = VoxelBox::from_bounds(array_core::Coordinate::try_from(&high_begin[..]).unwrap(), part.end());
            [low.unwrap(), high.unwrap()]
        };
        parts = parts.into_iter().flat_map(split).filter(|part| !part.is_empty()).collect();
    }
    parts
}

fn check(sample: &Sample) {
    let Some(array) = sample.array() else { return };
    let all = in_pool(2, || array.data().unwrap());
    let mut state = sample.seed;
    for threads in [1, 7] {
        let voxels = part(&whole(&array), || next(&mut state));
        let found = in_pool(threads, || read(&array, &voxels));
        assert!(found.same_bits(&crop(&array, &all, &voxels)), "{voxels} of {sample:?} with {threads} threads");
    }
    for voxels in partition(whole(&array), &mut state) {
        assert!(read(&array, &voxels).same_bits(&crop(&array, &all, &voxels)), "{voxels} of {sample:?}");
    }
    let slabs = sample.array().unwrap().with_memory_budget(next(&mut state) % 400);
    assert!(slabs.data().unwrap().same_bits(&all), "in slabs: {sample:?}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn r5_a_part_is_what_the_whole_has_there(sample in sample::sample()) {
        check(&sample);
    }
}

/// Large enough for many leaves and for the pool, which the small samples are not.
#[test]
fn r17_large_volumes_agree_with_their_parts() {
    let factor = |text: &str| text.parse::<Factor>().unwrap();
    let linear = Spec::default().with_method(Method::Interpolate(Order::Linear));
    let specs = [
        (linear.clone(), ["1/2", "2/3", "1/4"]),
        (linear.with_anti_alias(AntiAlias::Off), ["3/2", "1", "2"]),
        (Spec::default().with_method(Method::Interpolate(Order::Cubic)), ["2/3", "1/2", "5/4"]),
        (Spec::default().with_method(Method::Mean), ["1/2", "1/2", "1/2"]),
        (Spec::default().with_method(Method::Mean), ["3/5", "1/2", "2"]),
        (Spec::default().with_method(Method::Mode), ["1/2", "1/2", "1/2"]),
        (Spec::default().with_method(Method::Labels), ["2/3", "1/3", "3"]),
        (Spec::default().with_method(Method::Interpolate(Order::Nearest)), ["3/4", "5/4", "1/2"]),
    ];
    for (number, (spec, factors)) in specs.into_iter().enumerate() {
        let sample = Sample {
            begin: vec![-5, 3, 0],
            shape: vec![61, 130, 150],
            factors: factors.map(factor).to_vec(),
            channels: None,
            dtype: DType::U8,
            seed: number as u64,
            spec: spec.with_extent(Extent::Cover),
        };
        check_large(&sample, 100_000);
    }
}

/// Every method and every voxel type, three times at least, with policies in turn; pairs of them all meet in small samples.
#[test]
fn r17_every_method_and_type_on_pools_of_1_2_and_7_threads() {
    let orders = Order::ALL.map(Method::Interpolate);
    let areas = [Method::Mean, Method::Mode, Method::Labels];
    let ranks = [Method::Min, Method::Max, Method::Median, Method::Stride];
    let methods = orders.into_iter().chain(areas).chain(ranks);
    for (number, (method, dtype)) in methods.flat_map(|method| DType::ALL.map(|dtype| (method, dtype))).enumerate() {
        if number % 4 != 0 {
            continue;
        }
        let spec = Spec::default().with_method(method).with_extent(Extent::Cover);
        let spec = match (method, number % 3) {
            (Method::Interpolate(_), 0) => spec.with_boundary(Boundary::Symmetric),
            (Method::Interpolate(_), 1) => spec.with_boundary(Boundary::Constant(3.0)),
            (Method::Interpolate(_) | Method::Stride, _) => spec,
            (_, 0) => spec.with_partial_windows(PartialWindows::FirstVoxel),
            (_, 1) => spec.with_partial_windows(PartialWindows::Pad(1.into())),
            _ => spec,
        };
        let whole = sample::needs_whole_factors(Some(method));
        let factors = if whole { ["1/3", "1", "1/2"] } else { ["2/3", "1/3", "1/2"] };
        // Just enough bytes for the pool.
        let rows = (1 << 20) / (64 * 50 * dtype.size()) + 1;
        let sample = Sample {
            begin: vec![-5, 3, 1],
            shape: vec![rows, 50, 64],
            factors: factors.map(|text| text.parse::<Factor>().unwrap()).to_vec(),
            channels: None,
            dtype,
            seed: number as u64,
            spec: spec.with_wide_integers(WideIntegers::ThroughF64),
        };
        check_large(&sample, 600_000);
    }
}

fn check_large(sample: &Sample, budget: u64) {
    let array = sample.array().unwrap();
    let all = in_pool(1, || array.data().unwrap());
    let mut state = 99;
    for threads in [2, 7] {
        assert!(in_pool(threads, || array.data().unwrap()).same_bits(&all), "{sample:?} with {threads} threads");
        let voxels = part(&whole(&array), || next(&mut state));
        let found = in_pool(threads, || read(&array, &voxels));
        assert!(found.same_bits(&crop(&array, &all, &voxels)), "{voxels} of {sample:?} with {threads} threads");
    }
    let slabs = sample.array().unwrap().with_memory_budget(budget);
    assert!(slabs.data().unwrap().same_bits(&all), "in slabs: {sample:?}");
}
