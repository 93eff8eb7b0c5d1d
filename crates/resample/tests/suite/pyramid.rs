//! Pyramids: every level is what a resampling of the source gives, made in one pass.

use std::sync::{Arc, Mutex};

use array_core::ndarray::ArrayD;
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, Block, BlockMut, CancelToken, Coordinate, DType, Field, Grid, Kind,
    Length, MemoryArray, Provenance, ReadContext, VoxelBox,
};
use proptest::prelude::*;
use resample::{
    Anchor, Error, Extent, Factor, Level, Made, Method, PartialWindows, Pyramid, ResampledArray, Spec, level_factors,
};

use crate::sample::{self, Sample, nans, ties, zeros};

/// An array that remembers which boxes were read.
#[derive(Debug)]
struct Watched {
    inner: ArrayRef,
    boxes: Mutex<Vec<VoxelBox>>,
}

impl Array for Watched {
    fn meta(&self) -> &ArrayMeta {
        self.inner.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        self.boxes.lock().unwrap().push(*voxels);
        self.inner.read_voxels(voxels, out, cx)
    }
}

/// Boxes that do not overlap and together are the whole.
fn is_partition(boxes: &[VoxelBox], whole: &VoxelBox) -> bool {
    let apart = boxes.iter().enumerate().all(|(number, a)| {
        boxes[..number].iter().all(|b| a.intersect(b).is_ok_and(|both| both.is_empty()) && whole.contains(a))
    });
    let voxels = boxes.iter().map(|part| part.voxels().unwrap()).sum::<u64>();
    apart && voxels == whole.voxels().unwrap()
}

/// Lists that are whole multiples of each other, with a copy of the source in front or not.
fn factors(dims: usize) -> impl Strategy<Value = Vec<Vec<u32>>> {
    let ratios = prop::collection::vec(prop::collection::vec(1..4_u32, dims), 1..4);
    (ratios, any::<bool>()).prop_map(move |(ratios, copied)| {
        let mut lists = if copied { vec![vec![1; dims]] } else { Vec::new() };
        let mut last = vec![1; dims];
        for ratio in ratios.into_iter().filter(|ratio| ratio.iter().any(|&ratio| ratio > 1)) {
            last = last.iter().zip(ratio).map(|(last, ratio)| last * ratio).collect();
            lists.push(last.clone());
        }
        if lists.is_empty() { vec![vec![2; dims]] } else { lists }
    })
}

fn methods() -> impl Strategy<Value = Spec> {
    let methods =
        [Method::Mean, Method::Mode, Method::Min, Method::Max, Method::Median, Method::Stride].map(Some).to_vec();
    let anchor = prop_oneof![Just(Anchor::Grid), Just(Anchor::Array)];
    (prop::sample::select(methods), zeros(), nans(), ties(), anchor).prop_map(|(method, zeros, nans, ties, anchor)| {
        let spec = Spec::default().with_method(method.unwrap()).with_anchor(anchor);
        match method {
            Some(Method::Mean) => spec.with_zeros(zeros).with_nans(nans),
            Some(Method::Mode) => spec.with_zeros(zeros).with_ties(ties),
            _ => spec,
        }
    })
}

#[derive(Clone, Debug)]
struct Case {
    sample: Sample,
    factors: Vec<Vec<u32>>,
    budget: u64,
    chunk: Option<Vec<i64>>,
    threads: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let parts = (sample::sample(), methods(), 0..4000_u64, prop::option::of(1..4_i64), 1..8_usize);
    parts.prop_flat_map(|(sample, spec, budget, chunk, threads)| {
        let dims = sample.shape.len();
        let sample = Sample { spec, ..sample };
        let chunk = chunk.map(|edge| (0..dims as i64).map(|dim| edge + dim % 2).collect::<Vec<_>>());
        factors(dims).prop_map(move |factors| Case {
            sample: sample.clone(),
            factors,
            budget,
            chunk: chunk.clone(),
            threads,
        })
    })
}

/// The same kind of pyramid over any array.
fn pyramid(case: &Case, source: ArrayRef) -> resample::Result<Pyramid> {
    let pyramid = Pyramid::new(source, &case.factors, case.sample.spec.clone())?.with_memory_budget(case.budget);
    match &case.chunk {
        Some(chunk) => pyramid.with_chunk(Coordinate::try_from(chunk.as_slice())?),
        None => Ok(pyramid),
    }
}

/// What the rules say a level is: made of the source, or of the level before.
fn expected(case: &Case, source: &ArrayRef, levels: &[MemoryArray], number: usize, level: &Level) -> Block {
    let spec = case.sample.spec.clone().with_extent(Extent::Cover);
    let (beneath, down): (ArrayRef, Vec<u32>) = if level.made() == Made::Chained {
        let before = &levels[number - 1];
        let copy = MemoryArray::from_meta(before.meta().clone(), before.data().unwrap()).unwrap();
        let pairs = case.factors[number].iter().zip(&case.factors[number - 1]);
        (Arc::new(copy), pairs.map(|(coarse, fine)| coarse / fine).collect())
    } else {
        (Arc::clone(source), case.factors[number].clone())
    };
    // A level's own grid already begins where the anchor is.
    let spec = if level.made() == Made::Chained { spec.with_anchor(Anchor::Grid) } else { spec };
    let factors = down.into_iter().map(|down| Factor::down_by(down).unwrap()).collect::<Vec<_>>();
    let array = ResampledArray::new("expected", beneath, factors, spec).unwrap();
    assert_eq!(array.meta().grid(), level.meta().grid());
    assert_eq!(array.meta().voxel_box(), level.meta().voxel_box());
    array.data().unwrap()
}

fn check_values(case: &Case, found: &Block, expected: &Block) {
    let means_of_floats = case.sample.spec.method == Some(Method::Mean) && case.sample.dtype.is_float();
    if !means_of_floats {
        assert!(found.same_bits(expected), "{found:?} instead of {expected:?}: {case:?}");
        return;
    }
    let numbers = |block: &Block| match block {
        Block::F32(values) => values.mapv(f64::from),
        Block::F64(values) => values.clone(),
        _ => panic!("floats only"),
    };
    for (found, expected) in numbers(found).iter().zip(&numbers(expected)) {
        let step = if case.sample.dtype == DType::F32 { 1e-4 } else { 1e-11 };
        let same = found.to_bits() == expected.to_bits() || (found.is_nan() && expected.is_nan());
        assert!(same || (found - expected).abs() <= step, "{found} instead of {expected}: {case:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn every_level_is_what_a_resampling_gives(case in cases()) {
        let watched = Arc::new(Watched { inner: Arc::new(case.sample.source(case.sample.block())), boxes: Mutex::default() });
        let source: ArrayRef = watched.clone();
        let pyramid = match pyramid(&case, Arc::clone(&source)) {
            Err(Error::NoneKept { .. }) => return Ok(()),
            pyramid => pyramid.unwrap(),
        };
        let pool = rayon::ThreadPoolBuilder::new().num_threads(case.threads).build().unwrap();
        let levels = pool.install(|| pyramid.to_memory(&ReadContext::default())).unwrap();
        let boxes = std::mem::take(&mut *watched.boxes.lock().unwrap());
        prop_assert!(is_partition(&boxes, source.meta().voxel_box()), "every voxel is read once: {boxes:?}");
        for (number, (level, array)) in pyramid.levels().iter().zip(&levels).enumerate() {
            let expected = expected(&case, &source, &levels, number, level);
            check_values(&case, &array.data().unwrap(), &expected);
        }
    }

    #[test]
    fn blocks_are_a_partition_of_whole_chunks(case in cases()) {
        let source: ArrayRef = Arc::new(case.sample.source(case.sample.block()));
        let Ok(pyramid) = pyramid(&case, source) else { return Ok(()) };
        let mut blocks = vec![Vec::new(); pyramid.levels().len()];
        pyramid.build(&ReadContext::default(), &mut |block| {
            blocks[block.level].push(block.voxels);
            Ok(())
        }).unwrap();
        for (level, boxes) in pyramid.levels().iter().zip(&blocks) {
            let whole = level.meta().voxel_box();
            prop_assert!(is_partition(boxes, whole), "{boxes:?} of {whole}");
            let Some(chunk) = &case.chunk else { continue };
            for part in boxes {
                for ((part, whole), edge) in part.ranges().zip(whole.ranges()).zip(chunk) {
                    prop_assert!(part.start % edge == 0 || part.start == whole.start, "{boxes:?} in chunks of {chunk:?}");
                    prop_assert!(part.end % edge == 0 || part.end == whole.end, "{boxes:?} in chunks of {chunk:?}");
                }
            }
        }
    }

    #[test]
    fn r16_levels_cover_the_array_and_little_more(case in cases()) {
        prop_assume!(case.sample.spec.method != Some(Method::Stride));
        let source: ArrayRef = Arc::new(case.sample.source(case.sample.block()));
        let pyramid = pyramid(&case, Arc::clone(&source)).unwrap();
        for level in pyramid.levels() {
            let (outer, inner, step) = (level.meta().roi(), source.roi(), level.meta().voxel_size());
            prop_assert!(outer.contains(&inner).unwrap());
            for dim in 0..step.len() {
                let (low, high) = (inner.begin().unwrap()[dim], inner.end().unwrap()[dim]);
                let (outer_low, outer_high) = (outer.begin().unwrap()[dim], outer.end().unwrap()[dim]);
                prop_assert!(low.checked_sub(outer_low).unwrap() < step[dim]);
                prop_assert!(outer_high.checked_sub(high).unwrap() < step[dim]);
            }
        }
    }
}

fn line(values: &[u8]) -> ArrayRef {
    let block = ArrayD::from_shape_vec(vec![1, 1, values.len()], values.to_vec()).unwrap();
    Arc::new(MemoryArray::new("line", block, [8, 8, 8], [0, 0, 0]).unwrap())
}

fn values(array: &MemoryArray) -> Vec<u8> {
    array.read::<u8>(array.roi()).unwrap().into_raw_vec_and_offset().0
}

#[test]
fn means_keep_their_weights_and_are_rounded_once() {
    let factors = [[1, 1, 2], [1, 1, 4], [1, 1, 8]];
    let pyramid = Pyramid::new(line(&[0, 0, 0, 0, 255]), &factors, Spec::default()).unwrap();
    assert_eq!(pyramid.method(), Method::Mean);
    let levels = pyramid.to_memory(&ReadContext::default()).unwrap();
    assert_eq!(levels.iter().map(values).collect::<Vec<_>>(), [vec![0, 0, 255], vec![0, 255], vec![51]]);
    // Rounding at every level would give 2.
    let levels = Pyramid::new(line(&[1, 2, 1, 2, 1, 1, 1, 1]), &factors, Spec::default()).unwrap();
    let levels = levels.to_memory(&ReadContext::default()).unwrap();
    assert_eq!(levels.iter().map(values).collect::<Vec<_>>(), [vec![2, 2, 1, 1], vec![2, 1], vec![1]]);
}

#[test]
fn modes_are_direct_up_to_64_voxels_and_it_is_said() {
    let block = ArrayD::from_shape_fn(vec![8, 8, 16], |place| (place[0] + 3 * place[1] + 5 * place[2]) as u64 % 7);
    let source: ArrayRef = Arc::new(MemoryArray::new("seg", block, [8, 8, 8], [0, 0, 0]).unwrap());
    let factors = [[1, 1, 1], [2, 2, 2], [4, 4, 4], [8, 8, 8], [8, 8, 16]];
    let pyramid = Pyramid::new(source.clone(), &factors, Spec::default()).unwrap();
    assert_eq!(pyramid.method(), Method::Mode);
    let made = pyramid.levels().iter().map(Level::made).collect::<Vec<_>>();
    assert_eq!(made, [Made::Copied, Made::Direct, Made::Direct, Made::Chained, Made::Chained]);
    let how = |level: usize| pyramid.levels()[level].meta().provenance(Field::VoxelSize).unwrap().to_string();
    assert_eq!(how(2), "derived: 'seg' resampled by (1/4, 1/4, 1/4), mode");
    assert_eq!(how(3), "derived: 'seg' resampled by (1/8, 1/8, 1/8), mode of the voxels of level 2");
    assert_eq!(pyramid.levels()[4].factors(), [8, 8, 16]);
    // The lazy arrays are made of the source throughout.
    let levels = pyramid.to_memory(&ReadContext::default()).unwrap();
    let lazy = pyramid.lazy();
    for level in 0..3 {
        assert_eq!(levels[level].data().unwrap(), lazy[level].data().unwrap());
    }
    // Windows that are large from the start have nothing but the source to be made of.
    let large = Pyramid::new(source, &[[8, 8, 8]], Spec::default()).unwrap();
    assert_eq!(large.levels()[0].made(), Made::Direct);
}

#[test]
fn constants_stay_on_every_level() {
    let block = ArrayD::from_elem(vec![9, 9, 27], 0.1_f64);
    let source = Arc::new(MemoryArray::new("a", block, [8, 8, 8], [0, 0, 0]).unwrap());
    let pyramid = Pyramid::new(source, &[[3, 3, 3], [9, 9, 9], [9, 9, 27]], Spec::default()).unwrap();
    for level in pyramid.to_memory(&ReadContext::default()).unwrap() {
        assert!(level.read::<f64>(level.roi()).unwrap().iter().all(|value| value.to_bits() == 0.1_f64.to_bits()));
    }
}

#[test]
fn means_of_floats_follow_ieee_754() {
    let run = |values: [f64; 4]| {
        let block = ArrayD::from_shape_vec(vec![1, 1, 4], values.to_vec()).unwrap();
        let source = Arc::new(MemoryArray::new("a", block, [8, 8, 8], [0, 0, 0]).unwrap());
        let pyramid = Pyramid::new(source, &[[1, 1, 2], [1, 1, 4]], Spec::default()).unwrap();
        let level = pyramid.to_memory(&ReadContext::default()).unwrap().pop().unwrap();
        level.read::<f64>(level.roi()).unwrap()[[0, 0, 0]]
    };
    let inf = f64::INFINITY;
    assert!(run([inf, inf, 1.0, 2.0]).is_infinite() && run([1.0, 2.0, 3.0, inf]).is_infinite());
    assert!(run([inf, -inf, 1.0, 2.0]).is_nan() && run([f64::NAN, 0.0, 1.0, 2.0]).is_nan());
    assert!(run([f64::MAX, -f64::MAX, f64::MAX, -f64::MAX]).abs() < 1e293);
}

/// A size that no whole number of nanometres holds, over seven levels.
#[test]
fn seven_levels_of_4_56_nm_are_exact() {
    let nm = |text: &str| text.parse::<Length>().unwrap();
    let grid = Grid::new([nm("0"), nm("1.3"), nm("0")], [nm("4.56"), nm("4"), nm("4/3")]).unwrap();
    let voxels = VoxelBox::new([-3, 5, 100], [200, 200, 200]).unwrap();
    let meta = ArrayMeta::new("em", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap();
    let meta = meta.with_kind(Kind::Image, Provenance::Stated("test".to_owned()));
    let block = Block::zeros(DType::U8, &[200, 200, 200]).unwrap();
    let source: ArrayRef = Arc::new(MemoryArray::from_meta(meta, block).unwrap());
    let factors = (1..=7).map(|level| [1_u32 << level; 3]).collect::<Vec<_>>();
    let stride = Spec::default().with_method(Method::Stride);
    let (mean, stride) =
        (Pyramid::new(source.clone(), &factors, Spec::default()), Pyramid::new(source, &factors, stride));
    let (mean, stride) = (mean.unwrap(), stride.unwrap());
    for (number, (mean, stride)) in mean.levels().iter().zip(stride.levels()).enumerate() {
        let factor = 2_i64 << number;
        let times = |length: &str, by: i64| nm(length).checked_mul(Length::from(by)).unwrap();
        assert_eq!(mean.meta().voxel_size(), [times("4.56", factor), times("4", factor), times("4/3", factor)]);
        // Corner: floor(o / F) voxels of F steps from the origin of the grid. Centre: (F - 1)/2 steps above the centre of
        // the voxel there.
        for (dim, (step, origin, first)) in
            [("4.56", "0", -3_i64), ("4", "1.3", 5), ("4/3", "0", 100)].iter().enumerate()
        {
            let window = first.div_euclid(factor) * factor;
            let corner = times(step, window).checked_add(nm(origin)).unwrap();
            assert_eq!(mean.corner()[dim], corner);
            let half = times(step, factor).checked_div(Length::from(2)).unwrap();
            assert_eq!(mean.centre().unwrap()[dim], corner.checked_add(half).unwrap());
            let kept = -(-first).div_euclid(factor) * factor;
            let centre = times(step, kept).checked_add(times(step, 1).checked_div(Length::from(2)).unwrap()).unwrap();
            assert_eq!(stride.centre().unwrap()[dim], centre.checked_add(nm(origin)).unwrap());
        }
    }
}

#[test]
fn levels_that_do_not_go_together_are_refused_with_the_cure() {
    let source = || line(&[1; 16]);
    let make = |factors: &[[u32; 3]], spec| Pyramid::new(source(), factors, spec).unwrap_err();
    let interpolate = Spec::default().with_method(Method::Interpolate(resample::Order::Linear));
    let padded = Spec::default().with_partial_windows(PartialWindows::Pad(0.into()));
    for (error, cure) in [
        (make(&[], Spec::default()), "at least one level"),
        (make(&[[1, 1, 2], [1, 1, 3]], Spec::default()), "whole multiples of [1, 1, 2]"),
        (make(&[[1, 1, 2], [1, 1, 2]], Spec::default()), "larger on one axis"),
        (make(&[[1, 1, 2]], interpolate), "use mean, mode"),
        (make(&[[1, 1, 2]], padded), "leave partial_windows out"),
    ] {
        assert!(matches!(error, Error::Levels { .. }) && error.to_string().contains(cure), "{error}");
    }
    assert!(matches!(make(&[[1, 1, 0]], Spec::default()), Error::ZeroFactor { .. }));
    let pyramid = || Pyramid::new(source(), &[[1, 1, 2]], Spec::default()).unwrap();
    assert!(matches!(pyramid().with_chunk([4, 0, 4]), Err(Error::Levels { .. })));
    assert!(matches!(pyramid().with_chunk([4, 4]), Err(Error::Levels { .. })));
}

#[test]
fn levels_are_written_where_they_fit() {
    let pyramid = Pyramid::new(line(&[3; 8]), &[[1, 1, 2]], Spec::default()).unwrap();
    let cx = ReadContext::default();
    let right = MemoryArray::from_meta(pyramid.levels()[0].meta().clone(), ArrayD::<u8>::zeros(vec![1, 1, 4])).unwrap();
    pyramid.write_to(&[&right], &cx).unwrap();
    assert_eq!(values(&right), [3; 4]);
    let wrong = MemoryArray::new("wrong", ArrayD::<u8>::zeros(vec![1, 1, 4]), [8, 8, 8], [0, 0, 0]).unwrap();
    for targets in [&[&wrong as &dyn Array][..], &[], &[&right, &right], &[pyramid.lazy()[0].as_ref()]] {
        assert!(matches!(pyramid.write_to(targets, &cx), Err(Error::Levels { .. })));
    }
}

#[test]
fn errors_of_the_sink_and_cancelled_builds_end_it() {
    let pyramid = Pyramid::new(line(&[3; 8]), &[[1, 1, 2]], Spec::default()).unwrap().with_memory_budget(0);
    let mut blocks = 0;
    let result = pyramid.build(&ReadContext::default(), &mut |_| {
        blocks += 1;
        Err(array_core::Error::source_error(std::io::Error::other("disk full")))
    });
    assert!(result.unwrap_err().to_string().contains("disk full") && blocks == 1);
    let token = CancelToken::default();
    token.cancel();
    let cancelled = pyramid.build(&ReadContext::default().with_cancel(token), &mut |_| Ok(()));
    assert!(matches!(cancelled, Err(Error::Array(error)) if matches!(*error, array_core::Error::Cancelled)));
}

#[test]
fn factors_stop_where_the_level_fits_two_chunks() {
    let make = |shape: [i64; 3], size: [i64; 3]| {
        let grid = Grid::with_step(Coordinate::from(size).to_lengths()).unwrap();
        let voxels = VoxelBox::new([10, -20, 5], shape).unwrap();
        ArrayMeta::new("em", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap()
    };
    let small = level_factors(&make([64, 64, 64], [8, 8, 8]), [64, 64, 64].into()).unwrap();
    assert_eq!(small, [[1, 1, 1]]);
    let flat = level_factors(&make([30, 3000, 2000], [30, 4, 4]), [16, 128, 128].into()).unwrap();
    assert_eq!(flat, [[1, 1, 1], [1, 2, 2], [1, 4, 4], [1, 8, 8], [2, 16, 16]]);
    assert!(level_factors(&make([30, 3000, 2000], [30, 4, 4]), [16, 128].into()).is_err());
}
