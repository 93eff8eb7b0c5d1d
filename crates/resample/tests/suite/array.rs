//! What users of a resampled array see.

use std::sync::Arc;

use array_core::ndarray::ArrayD;
use array_core::testing::{Counted, check_array, check_transfers, check_translation};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, CancelToken, Coordinate, Field, Grid, Kind,
    Length, MemoryArray, Provenance, ReadContext, Roi, ViewerSource, VoxelBox,
};
use proptest::prelude::*;
use resample::{Anchor, Clip, Error, Extent, Factor, Method, Order, Pyramid, ResampledArray, Spec, Target, resample};

use crate::sample;

fn ramp(shape: &[usize]) -> ArrayD<u8> {
    ArrayD::from_shape_fn(shape, |place| (0..shape.len()).map(|axis| place[axis]).sum::<usize>() as u8)
}

fn image(shape: [usize; 3], offset: [i64; 3]) -> ArrayRef {
    Arc::new(MemoryArray::new("em", ramp(&shape), [8, 8, 8], offset).unwrap())
}

fn factors(texts: [&str; 3]) -> Target {
    texts.map(|text| text.parse::<Factor>().unwrap()).into()
}

fn resampled(source: ArrayRef, target: impl Into<Target>, spec: Spec) -> ResampledArray {
    ResampledArray::new("other", source, target, spec).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn conforms_to_the_suite(sample in sample::sample()) {
        if let Some(array) = sample.array() {
            check_array(&array).map_err(|violation| TestCaseError::fail(format!("{violation} for {sample:?}")))?;
        }
    }
}

#[test]
fn empty_and_refused_requests_read_nothing() {
    let make = |source| Ok(Arc::new(resampled(source, Target::voxel_size([12, 12, 12]), Spec::default())) as ArrayRef);
    check_transfers(image([9, 10, 11], [16, 0, -8]), make).unwrap();
}

#[test]
fn moves_with_its_source() {
    let make = |offset: Coordinate<Length>| {
        let source = MemoryArray::new("em", ramp(&[12, 12, 12]), [8, 8, 8], offset)?;
        Ok(Arc::new(resampled(Arc::new(source), factors(["1/2", "2/3", "2"]), Spec::default())) as ArrayRef)
    };
    check_translation(make, Coordinate::from([3, 0, -7]).to_lengths(), Coordinate::from([48, 24, 8]).to_lengths())
        .unwrap();
}

#[test]
fn accessors_keep_the_names_of_the_class_re_created() {
    let array =
        resampled(image([6, 6, 6], [0, 0, 0]), Target::up_down(&[1, 4, 3], &[2, 6, 1]).unwrap(), Spec::default());
    assert_eq!((array.name(), array.source().name()), ("other", "em"));
    assert_eq!((array.upsample(), array.downsample()), (vec![1, 2, 3], vec![2, 3, 1]));
    assert_eq!((array.interp_order(), array.method()), (Some(1), Method::Interpolate(Order::Linear)));
    assert_eq!(array.scale(), [0.5, 2.0 / 3.0, 3.0]);
    assert_eq!(array.voxel_size(), [Length::from(16), Length::from(12), Length::new(8, 3).unwrap()]);
    assert!(array.writer().is_none() && array.scales().is_empty());
}

#[test]
fn metadata_are_its_own() {
    let attrs =
        serde_json::json!({"resolution": [8, 8, 8], "offset": [0, 0, 0], "Base": {"Name": "grayscale"}, "units": "nm"});
    let source = image([8, 8, 8], [16, 0, 0]);
    let meta = source.meta().clone();
    let shown = ViewerSource::Shown { url: "dvid://http://host/uuid/grayscale".to_owned(), lossy: None };
    let meta = meta
        .with_attrs(attrs.as_object().unwrap().clone())
        .with_viewer_source(shown)
        .with_read_block([64, 64, 64].into())
        .unwrap()
        .with_kind(Kind::Mask, Provenance::Stated("option kind".to_owned()));
    let source = MemoryArray::from_meta(meta, source.data().unwrap()).unwrap();
    let array = resampled(Arc::new(source), factors(["1/2", "2/3", "2"]), Spec::default());

    assert_eq!(array.attrs().keys().collect::<Vec<_>>(), ["Base"]);
    assert_eq!(array.meta().viewer_source(), &ViewerSource::Local);
    assert_eq!(array.meta().read_block(), Some([32, 42, 128].into()));
    assert_eq!(array.kind(), Kind::Mask);
    assert_eq!(array.meta().provenance(Field::Kind), Some(&Provenance::Stated("option kind".to_owned())));
    let derived = array.meta().provenance(Field::VoxelSize).unwrap().to_string();
    assert!(derived.contains("'em' resampled by (1/2, 2/3, 2)"), "{derived}");
    assert_eq!(array.roi(), Roi::new([16, 0, 0], [64, 60, 64]).unwrap().into());
}

#[test]
fn up_and_down_again_gives_the_grid_back() {
    let source = image([7, 5, 6], [24, 8, -16]);
    let up = resampled(source.clone(), factors(["3", "5/2", "7"]), Spec::default());
    let back = resampled(Arc::new(up), factors(["1/3", "2/5", "1/7"]), Spec::default());
    assert_eq!(back.meta().grid(), source.meta().grid());
}

#[test]
fn default_methods_follow_the_kind() {
    let block = Block::from(ArrayD::from_shape_vec(vec![1, 1, 4], vec![1_u8, 1, 9, 9]).unwrap());
    let read = |kind| {
        let source = MemoryArray::new("a", block.clone(), [8, 8, 8], [0, 0, 0]).unwrap().with_kind(kind);
        let array = resampled(Arc::new(source), factors(["2", "1", "1/4"]), Spec::default());
        (array.method(), array.read::<u8>(array.roi()).unwrap().into_raw_vec_and_offset().0)
    };
    assert_eq!(read(Kind::Image), (Method::Interpolate(Order::Linear), vec![5, 5]));
    assert_eq!(read(Kind::Labels), (Method::Labels, vec![1, 1]));
    assert_eq!(read(Kind::Mask), (Method::Labels, vec![1, 1]));
}

#[test]
fn what_inside_leaves_out_is_said() {
    let source = image([32, 31, 33], [0, 0, 8]);
    let array = resampled(source.clone(), factors(["2/3", "1/2", "1/4"]), Spec::default());
    assert_eq!(array.roi(), Roi::new([0, 0, 32], [252, 240, 224]).unwrap().into());
    let notes = array.plan(array.meta().voxel_box()).unwrap().notes;
    assert_eq!(notes, array.left_out());
    assert_eq!(notes.len(), 3);
    assert!(notes[0].contains("axis z") && notes[0].contains("0.5 source voxels (4 nm) at the end"), "{}", notes[0]);
    assert!(notes[1].contains("axis y") && notes[1].ends_with("extent = cover keeps them"), "{}", notes[1]);
    assert!(
        notes[2].contains("3 source voxels (24 nm) at the begin") && notes[2].contains("anchor = array"),
        "{}",
        notes[2]
    );

    let cover = resampled(source, factors(["2/3", "1/2", "1/4"]), Spec::default().with_extent(Extent::Cover));
    assert!(cover.left_out().is_empty());
    assert_eq!(cover.roi(), Roi::new([0, 0, 0], [264, 256, 288]).unwrap().into());
}

#[test]
fn anchors_at_the_grid_or_at_the_array() {
    let source = image([8, 8, 9], [0, 0, 8]);
    let spec = Spec::default().with_method(Method::Mean);
    let grid = resampled(source.clone(), factors(["1", "1", "1/2"]), spec.clone());
    assert_eq!((grid.meta().offset()[2], grid.shape()[2]), (Length::from(16), 4));
    let array = resampled(source.clone(), factors(["1", "1", "1/2"]), spec.clone().with_anchor(Anchor::Array));
    assert_eq!((array.meta().offset()[2], array.shape()[2]), (Length::from(8), 4));
    let values = source.data().unwrap().into_array::<u8>().unwrap();
    let halves = [Factor::ONE, Factor::ONE, Factor::down_by(2).unwrap()];
    let expected = resample(values.view(), &halves, &spec).unwrap();
    assert_eq!(array.read::<u8>(array.roi()).unwrap(), expected);
    check_array(&array).unwrap();
}

#[test]
fn a_request_reads_its_source_once_and_no_more_than_it_needs() {
    let counted = Arc::new(Counted::new(image([40, 40, 40], [0, 0, 0])));
    let array = resampled(counted.clone(), factors(["1/2", "1/2", "1/2"]), Spec::default());
    let roi = Roi::new([160, 160, 160], [160, 160, 160]).unwrap();
    array.read_block(roi).unwrap();
    assert_eq!(counted.reads(), 1);
    let slabs = resampled(counted.clone(), factors(["1/2", "1/2", "1/2"]), Spec::default()).with_memory_budget(20_000);
    assert_eq!(slabs.data().unwrap(), array.data().unwrap());
    assert!(counted.reads() > 4);
    let plan = slabs.plan(slabs.meta().voxel_box()).unwrap();
    assert!(plan.notes.iter().any(|note| note.contains("20000 bytes")), "{:?}", plan.notes);
    assert_eq!(plan.bytes_result, 8000);
    assert!(plan.peak_bytes <= 8000 + 20_000, "{}", plan.peak_bytes);
    let whole = array.plan(array.meta().voxel_box()).unwrap();
    assert_eq!(whole.peak_bytes, 8000 + 64_000);
}

#[test]
fn cancelled_reads_stop() {
    let array = resampled(image([8, 8, 8], [0, 0, 0]), factors(["1/2", "1/2", "1/2"]), Spec::default());
    let token = CancelToken::default();
    token.cancel();
    let cx = ReadContext::default().with_cancel(token);
    let mut block = Block::zeros(array.dtype(), &[4, 4, 4]).unwrap();
    let result = array.read_voxels(array.meta().voxel_box(), block.view_mut(), &cx);
    assert!(matches!(result, Err(array_core::Error::Cancelled)));
}

/// What the one who calls must guarantee is checked all the same.
#[test]
fn boxes_that_are_not_of_the_array_are_errors() {
    let array = resampled(image([9, 8, 7], [-8, 16, 0]), factors(["1/2", "2/3", "2"]), Spec::default());
    let cx = ReadContext::default();
    let mut block = Block::zeros(array.dtype(), &[1, 1, 1]).unwrap();
    let first = array.meta().voxel_box().begin();
    for begin in [[100, 1, 1], [i64::MAX - 1, 1, 1], [i64::MIN, 1, 1], [first[0] - 1, first[1], first[2]]] {
        let outside = VoxelBox::new(begin, [1, 1, 1]).unwrap();
        assert!(array.read_voxels(&outside, block.view_mut(), &cx).is_err(), "{outside}");
        assert!(array.plan(&outside).is_err(), "{outside}");
        let nothing = VoxelBox::new(begin, [0, 1, 1]).unwrap();
        array.read_voxels(&nothing, Block::zeros(array.dtype(), &[0, 1, 1]).unwrap().view_mut(), &cx).unwrap();
        assert_eq!(array.plan(&nothing).unwrap().bytes_result, 0);
    }
    let line = VoxelBox::new([1], [1]).unwrap();
    assert!(array.read_voxels(&line, block.view_mut(), &cx).is_err() && array.plan(&line).is_err());
    let two = VoxelBox::new(first, [2, 1, 1]).unwrap();
    let error = array.read_voxels(&two, block.view_mut(), &cx).unwrap_err();
    assert!(matches!(error, array_core::Error::ShapeMismatch { .. }), "{error}");
}

/// One voxel without axes is an array, too.
#[test]
fn arrays_without_axes_are_copied() {
    let nowhere = || Coordinate::try_from(&[] as &[i64]).unwrap();
    let (grid, voxels) = (Grid::with_step(nowhere().to_lengths()), VoxelBox::new(nowhere(), nowhere()));
    let block = Block::from(ArrayD::from_elem(vec![], 7_u8));
    let axes = Axes::new(Vec::<AxisInfo>::new()).unwrap();
    let meta = ArrayMeta::new("point", block.dtype(), axes, &[], grid.unwrap(), voxels.unwrap()).unwrap();
    let point: ArrayRef = Arc::new(MemoryArray::from_meta(meta, block.clone()).unwrap());
    for method in [Method::Mean, Method::Mode, Method::Median, Method::Interpolate(Order::Cubic)] {
        let array = resampled(point.clone(), Vec::<Factor>::new(), Spec::default().with_method(method));
        assert!(array.data().unwrap().same_bits(&block));
    }
    let pyramid = Pyramid::new(point, &[Vec::<u32>::new()], Spec::default()).unwrap();
    assert!(pyramid.to_memory(&ReadContext::default()).unwrap()[0].data().unwrap().same_bits(&block));
}

#[test]
fn errors_name_the_axis_and_the_cure() {
    let make =
        |target: Target, spec| ResampledArray::new("other", image([3, 8, 8], [8, 0, 0]), target, spec).unwrap_err();
    let error = make(factors(["1/4", "1", "1"]), Spec::default());
    assert!(matches!(&error, Error::NothingInside { axis, begin: 1, end: 4, .. } if axis == "z"));
    assert!(error.to_string().contains("extent = cover") && error.to_string().contains("anchor = array"), "{error}");
    let error = make(vec![Factor::ONE; 2].into(), Spec::default());
    assert!(matches!(error, Error::AxisCount { what: "factors", given: 2, axes: 3 }));
    let error = make(Target::voxel_size([8, 8]), Spec::default());
    assert!(matches!(error, Error::AxisCount { what: "voxel sizes", given: 2, axes: 3 }));
    assert!(matches!(Target::up_down(&[1], &[1, 2]), Err(Error::AxisCount { .. })));
    assert!(matches!(Target::up_down(&[0], &[1]), Err(Error::ZeroFactor { .. })));
    let error = make(Target::voxel_size([8, 0, 8]), Spec::default()).to_string();
    assert!(error.contains("axis y") && error.contains("greater than 0"), "{error}");
}

/// A far voxel would change every part.
#[test]
fn limits_that_need_the_whole_input_are_refused() {
    let spec = Spec::default().with_clip(Clip::ToInput);
    let error = ResampledArray::new("other", image([3, 8, 8], [8, 0, 0]), factors(["2", "1", "1"]), spec).unwrap_err();
    assert!(matches!(error, Error::ClipToInput));
    assert!(error.to_string().contains("clip = range"), "{error}");
}

/// Time is physical, and left alone unless a factor is given for it.
#[test]
fn time_is_resampled_only_when_asked() {
    let axes =
        [AxisInfo::time("t", "s"), AxisInfo::plain("c", AxisKind::Channel), AxisInfo::space("y"), AxisInfo::space("x")];
    let grid = Grid::with_step(Coordinate::from([1, 8, 8]).to_lengths()).unwrap();
    let voxels = VoxelBox::new([10, 0, 0], [4, 6, 6]).unwrap();
    let block = Block::from(ramp(&[4, 2, 6, 6]));
    let meta = ArrayMeta::new("movie", block.dtype(), Axes::new(axes).unwrap(), &[2], grid, voxels).unwrap();
    let source: ArrayRef = Arc::new(MemoryArray::from_meta(meta, block.clone()).unwrap());
    let half = Factor::down_by(2).unwrap();
    let spec = Spec::default().with_method(Method::Mean);

    let space = resampled(source.clone(), [half; 2], spec.clone());
    assert_eq!((space.shape(), space.scale()), (&[4, 2, 3, 3][..], vec![1.0, 1.0, 0.5, 0.5]));
    let expected =
        resample(block.into_array::<u8>().unwrap().view(), &[Factor::ONE, Factor::ONE, half, half], &spec).unwrap();
    assert_eq!(space.read::<u8>(space.roi()).unwrap(), expected);
    assert_eq!(resampled(source.clone(), Target::voxel_size([16, 16]), spec.clone()).shape(), [4, 2, 3, 3]);

    let both = resampled(source, [half; 3], spec);
    assert_eq!((both.shape(), both.meta().voxel_box().range(0).unwrap()), (&[2, 2, 3, 3][..], 5..7));
    check_array(&both).unwrap();
}

#[test]
fn voxel_sizes_of_any_exact_ratio() {
    let nm = |text: &str| text.parse::<Length>().unwrap();
    let sizes = [nm("4.56"), nm("8/3"), nm("30")];
    let source = image([8, 8, 40], [0, 0, 0]);
    let array = resampled(source, Target::voxel_size(sizes), Spec::default());
    assert_eq!(array.voxel_size(), sizes);
    let texts = array.factors().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(texts, ["100/57", "3", "4/15"]);
    check_array(&array).unwrap();
}
