//! What resampled arrays elsewhere get wrong, on the smallest data that show it.

use std::sync::Arc;

use array_core::ndarray::{ArrayD, array};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Coordinate, DType, Grid, Kind, Length,
    MemoryArray, Provenance, Roi, ViewerSource, VoxelBox,
};
use resample::{AntiAlias, Error, Extent, Factor, Method, Order, ResampledArray, Spec, Target, resample};

/// A line along x of voxels of 4 nm.
fn line<T: array_core::Element>(values: &[T], offset: i64) -> ArrayRef {
    let block = ArrayD::from_shape_vec(vec![1, 1, values.len()], values.to_vec()).unwrap();
    Arc::new(MemoryArray::new("line", block, [4, 4, 4], [0, 0, offset]).unwrap())
}

fn along_x(factor: &str) -> Target {
    [Factor::ONE, Factor::ONE, factor.parse().unwrap()].into()
}

fn order(order: Order) -> Spec {
    Spec::default().with_method(Method::Interpolate(order))
}

fn values<T: array_core::Element>(array: &ResampledArray) -> Vec<T> {
    array.read::<T>(array.roi()).unwrap().into_raw_vec_and_offset().0
}

/// D8: only whole voxel sizes.
#[test]
fn d8_voxel_sizes_are_fractions() {
    let source = line(&[1_u8; 8], 0);
    for (factor, size) in [("3", (4, 3)), ("3/2", (8, 3))] {
        let array = ResampledArray::new("a", source.clone(), along_x(factor), Spec::default()).unwrap();
        assert_eq!(array.voxel_size()[2], Length::new(size.0, size.1).unwrap());
        assert_eq!(array.roi(), source.roi());
    }
}

/// D13: data, attributes and the layer of the viewer are those of the source.
#[test]
fn d13_nothing_of_the_source_shows_through() {
    let meta = line(&[0_u8, 2, 4, 6, 8, 10, 12, 14], 0).meta().clone();
    let attrs = serde_json::json!({"resolution": [4, 4, 4], "shape": [1, 1, 8], "sample": "fly"});
    let shown = ViewerSource::Shown { url: "dvid://http://host/uuid/grayscale".to_owned(), lossy: None };
    let meta = meta.with_attrs(attrs.as_object().unwrap().clone()).with_viewer_source(shown);
    let block = Block::from(ArrayD::from_shape_vec(vec![1, 1, 8], vec![0_u8, 2, 4, 6, 8, 10, 12, 14]).unwrap());
    let source = Arc::new(MemoryArray::from_meta(meta, block).unwrap());
    let mean = Spec::default().with_method(Method::Mean);
    let array = ResampledArray::new("half", source, along_x("1/2"), mean).unwrap();
    assert_eq!((array.data().unwrap().shape(), array.meta().shape().to_vec()), (&[1, 1, 4][..], vec![1, 1, 4]));
    assert_eq!(values::<u8>(&array), [1, 5, 9, 13]);
    assert_eq!(array.attrs().keys().collect::<Vec<_>>(), ["sample"]);
    assert_eq!(array.meta().viewer_source(), &ViewerSource::Local);
}

/// D14: an axis that is not resampled must be called `c`.
#[test]
fn d14_axes_are_known_by_their_kind() {
    let axes = [
        AxisInfo::time("t", "s"),
        AxisInfo::space("y"),
        AxisInfo::plain("stain", AxisKind::Channel),
        AxisInfo::space("x"),
    ];
    let grid = Grid::with_step(Coordinate::from([1, 4, 4]).to_lengths()).unwrap();
    let voxels = VoxelBox::new([0, 0, 0], [2, 2, 2]).unwrap();
    let block = Block::from(ArrayD::from_shape_fn(vec![2, 2, 3, 2], |place| (place[0] * 10 + place[2]) as u8));
    let meta = ArrayMeta::new("movie", DType::U8, Axes::new(axes).unwrap(), &[3], grid, voxels).unwrap();
    let meta = meta.with_kind(Kind::Image, Provenance::Stated("test".to_owned()));
    let source = Arc::new(MemoryArray::from_meta(meta, block).unwrap());
    let half = Factor::down_by(2).unwrap();
    let mean = Spec::default().with_method(Method::Mean);
    let array = ResampledArray::new("half", source, [half; 2], mean).unwrap();
    assert_eq!(values::<u8>(&array), [0, 1, 2, 10, 11, 12]);
}

/// D15: an offset that is no multiple of the voxel size moves the result by half a voxel.
#[test]
fn d15_offsets_need_not_be_multiples() {
    let mean = Spec::default().with_method(Method::Mean);
    let array = ResampledArray::new("half", line(&[10_u8, 20, 30, 40], 2), along_x("1/2"), mean).unwrap();
    assert_eq!((array.meta().offset()[2], array.voxel_size()[2]), (Length::from(2), Length::from(8)));
    let second: ArrayD<u8> = array.read(Roi::new([0, 0, 10], [4, 4, 8]).unwrap()).unwrap();
    assert_eq!(second.into_raw_vec_and_offset().0, [35]);
}

/// D16: a factor of 0 counts as 1.
#[test]
fn d16_zero_is_no_factor() {
    for (up, down) in [([0, 1, 1], [1, 1, 1]), ([1, 1, 1], [1, 1, 0])] {
        let error = Target::up_down(&up, &down).unwrap_err();
        assert!(matches!(error, Error::ZeroFactor { .. }) && error.to_string().contains("write 1/1"), "{error}");
    }
}

/// D17: all taps of all axes for each voxel. A spline of 22 taps and more on three axes is one axis after the other, to
/// the bit, which sums over all of them at once could not be.
#[test]
fn d17_axes_are_worked_off_one_after_the_other() {
    let mut state = 3;
    let noise = ArrayD::from_shape_simple_fn(vec![9, 12, 15], || crate::sample::next(&mut state) as u16);
    let noise = noise.mapv(|value| f64::from(value) / 7.0);
    let factors = ["1/4", "1/3", "1/2"].map(|text| text.parse::<Factor>().unwrap());
    let spec = order(Order::Cubic);
    let mut expected = noise.clone();
    for axis in 0..3 {
        let mut one = [Factor::ONE; 3];
        one[axis] = factors[axis];
        expected = resample(expected.view(), &one, &spec).unwrap();
    }
    assert_eq!(resample(noise.view(), &factors, &spec).unwrap(), expected);
}

/// D18: downsampling ignores the order and averages labels.
#[test]
fn d18_the_order_counts_and_labels_are_not_averaged() {
    let labels = line(&[7_u64, 7, 7, 9, 9, 9, 1, 5], 0);
    let nearest = ResampledArray::new("a", labels.clone(), along_x("1/2"), order(Order::Nearest)).unwrap();
    assert_eq!((nearest.dtype(), values::<u64>(&nearest)), (DType::U64, vec![7, 9, 9, 5]));
    let votes = ResampledArray::new("a", labels.clone(), along_x("1/2"), Spec::default()).unwrap();
    assert_eq!(values::<u64>(&votes), [7, 7, 9, 1]);
    let mean = ResampledArray::new("a", labels, along_x("1/2"), Spec::default().with_method(Method::Mean));
    assert!(matches!(mean, Err(Error::NotForKind { .. })));
}

/// D19: nothing can be upsampled alone.
#[test]
fn d19_up_and_down_are_independent() {
    let array = ResampledArray::new("a", line(&[1_u8, 2, 3], 0), along_x("2"), order(Order::Nearest)).unwrap();
    assert_eq!(values::<u8>(&array), [1, 1, 2, 2, 3, 3]);
}

/// D20: the context of chunks is not trimmed, so there are too many voxels, and joins show.
#[test]
fn d20_chunks_neither_add_voxels_nor_show() {
    let ramp = (0..16).map(|x| x * 10).collect::<Vec<u8>>();
    let array = ResampledArray::new("a", line(&ramp, 0), along_x("2"), order(Order::Linear)).unwrap();
    let whole = values::<u8>(&array);
    assert_eq!(whole.len(), 32);
    let read = |begin: i64| array.read::<u8>(Roi::new([0, 0, begin], [4, 4, 32]).unwrap()).unwrap();
    let parts = [read(0), read(32)].map(|part| part.into_raw_vec_and_offset().0).concat();
    assert_eq!(parts, whole);
    // Straight through the join; only the ends of the volume repeat a value (the mirror's centre is a voxel's).
    assert_eq!(whole[13..19], [62, 68, 72, 78, 82, 88]);
    assert_eq!((whole[..3].to_vec(), whole[29..].to_vec()), (vec![2, 2, 8], vec![142, 148, 148]));
}

/// D21: integers become 64-bit floats, and what does not fill a window is gone.
#[test]
fn d21_types_stay_and_rims_can_be_kept() {
    let mean = Spec::default().with_method(Method::Mean).with_extent(Extent::Cover);
    let array = ResampledArray::new("a", line(&[1_i16, 3, 5, 7, 10], 0), along_x("1/2"), mean).unwrap();
    assert_eq!((array.dtype(), values::<i16>(&array)), (DType::I16, vec![2, 6, 10]));
    let line = array![1_u8, 3, 5, 7, 10];
    let half = [Factor::down_by(2).unwrap()];
    let linear = order(Order::Linear).with_anti_alias(AntiAlias::Off);
    assert_eq!(resample(line.view(), &half, &linear).unwrap(), array![2, 6]);
}
