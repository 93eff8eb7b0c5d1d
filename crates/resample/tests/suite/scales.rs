//! Targets by reference to another array, and sources that hold coarser versions of themselves.

use std::sync::Arc;

use array_core::ndarray::ArrayD;
use array_core::testing::check_array;
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, BlockMut, Field, Kind, Length, MemoryArray, ReadContext, VoxelBox,
};
use resample::{
    Anchor, AntiAlias, Error, Extent, Factor, Method, Pyramid, ResampledArray, ScaleChoice, Spec, Target, resample,
};

/// An array with coarser versions.
#[derive(Debug)]
struct Multiscale {
    finest: MemoryArray,
    coarser: Vec<ArrayRef>,
}

impl Array for Multiscale {
    fn meta(&self) -> &ArrayMeta {
        self.finest.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        self.finest.read_voxels(voxels, out, cx)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.coarser
    }
}

fn image(name: &str, value: u8, size: i64, extent: usize, offset: i64) -> MemoryArray {
    let block = ArrayD::from_elem(vec![extent; 3], value);
    MemoryArray::new(name, block, [size; 3], [offset; 3]).unwrap().with_kind(Kind::Image)
}

/// Scales of 8, 16 and 32 nm that tell which they are by their values.
fn multiscale(coarser: Vec<MemoryArray>) -> ArrayRef {
    let coarser = coarser.into_iter().map(|array| Arc::new(array) as ArrayRef).collect();
    Arc::new(Multiscale { finest: image("em", 100, 8, 40, 0), coarser })
}

fn usual() -> ArrayRef {
    multiscale(vec![image("em_1", 101, 16, 20, 0), image("em_2", 102, 32, 10, 0)])
}

fn coarser() -> Spec {
    Spec::default().with_scales(ScaleChoice::Coarser)
}

/// The only value of an array, and the scale that it came from.
fn seen(array: &ResampledArray) -> (u8, usize) {
    let values = array.read::<u8>(array.roi()).unwrap();
    assert!(values.iter().all(|value| *value == values[[0, 0, 0]]));
    (values[[0, 0, 0]], array.source_scale())
}

#[test]
fn a_coarser_scale_is_read_only_when_asked_and_never_coarser_than_the_target() {
    let make = |size: i64, spec: Spec| ResampledArray::new("a", usual(), Target::voxel_size([size; 3]), spec).unwrap();
    assert_eq!(seen(&make(64, Spec::default())), (100, 0));
    for (size, expected) in
        [(64, (102, 2)), (40, (102, 2)), (32, (102, 2)), (24, (101, 1)), (12, (100, 0)), (4, (100, 0))]
    {
        let array = make(size, coarser());
        assert_eq!(seen(&array), expected, "{size} nm");
        check_array(&array).unwrap();
        let plain = make(size, Spec::default());
        assert_eq!(array.meta().grid(), plain.meta().grid());
        assert_eq!(array.meta().voxel_box(), plain.meta().voxel_box());
        assert_eq!((array.factors(), array.scale()), (plain.factors(), plain.scale()));
    }
    // One axis that is finer decides.
    let mixed = ResampledArray::new("a", usual(), Target::voxel_size([64, 64, 16]), coarser()).unwrap();
    assert_eq!(seen(&mixed), (101, 1));
}

#[test]
fn which_scale_is_read_is_said() {
    let array = ResampledArray::new("a", usual(), Target::voxel_size([64; 3]), coarser()).unwrap();
    let notes = array.plan(array.meta().voxel_box()).unwrap().notes;
    assert!(notes.iter().any(|note| note.contains("reads scale 2") && note.contains("'em_2'")), "{notes:?}");
    assert!(array.left_out().iter().all(|line| !line.contains("scale 2")));
    let origin = array.meta().provenance(Field::VoxelSize).unwrap().to_string();
    assert!(origin.contains("'em' resampled by (1/8, 1/8, 1/8) from its scale 2"), "{origin}");
    assert_eq!(array.source().name(), "em");
}

#[test]
fn scales_that_do_not_lie_on_the_source_are_left_alone() {
    let read = |other: MemoryArray, spec: Spec| {
        let array = ResampledArray::new("a", multiscale(vec![other]), Target::voxel_size([64; 3]), spec).unwrap();
        array.source_scale()
    };
    assert_eq!(read(image("right", 1, 16, 20, 0), coarser()), 1);
    assert_eq!(read(image("moved", 1, 16, 20, 4), coarser()), 0, "by half a voxel");
    assert_eq!(read(image("other kind", 1, 16, 20, 0).with_kind(Kind::Mask), coarser()), 0);
    let words = ArrayD::from_elem(vec![20; 3], 1_u16);
    let words = MemoryArray::new("other type", words, [16; 3], [0; 3]).unwrap().with_kind(Kind::Image);
    assert_eq!(read(words, coarser()), 0);
    let sigma = coarser().with_anti_alias(AntiAlias::Sigma(vec![1.0; 3]));
    assert_eq!(read(image("sigma counts voxels of the source", 1, 16, 20, 0), sigma), 0);
    let median = coarser().with_method(Method::Median);
    assert_eq!(read(image("no whole factor", 1, 24, 14, 0), median), 0);
    // A scale that is shorter gives what it has.
    let short = multiscale(vec![image("short", 7, 16, 16, 0)]);
    let array = ResampledArray::new("a", short, Target::voxel_size([64; 3]), coarser()).unwrap();
    assert_eq!((seen(&array), array.shape().to_vec()), ((7, 1), vec![4, 4, 4]));
    let covered = multiscale(vec![image("covers more", 7, 16, 24, 0)]);
    let spec = coarser().with_extent(Extent::Cover);
    let array = ResampledArray::new("a", covered, Target::voxel_size([64; 3]), spec).unwrap();
    assert_eq!(array.shape().to_vec(), [5, 5, 5], "not more than the source");
}

#[test]
fn scales_have_no_meaning_without_a_source_that_has_some() {
    let half = [Factor::down_by(2).unwrap()];
    let error = resample(ArrayD::from_elem(vec![4], 1_u8).view(), &half, &coarser()).unwrap_err();
    assert!(matches!(error, Error::UnusedOption { option: "scales", .. }));
    assert!(matches!(Pyramid::new(usual(), &[[2, 2, 2]], coarser()), Err(Error::Levels { .. })));
}

#[test]
fn the_grid_of_another_array() {
    let labels = image("labels", 1, 12, 10, 24);
    let source: ArrayRef = Arc::new(image("em", 9, 8, 30, 0));
    let array = ResampledArray::new("a", source.clone(), Target::grid_of(&labels), Spec::default()).unwrap();
    assert_eq!(array.voxel_size(), labels.voxel_size());
    assert_eq!(array.factors(), ["2/3".parse::<Factor>().unwrap(); 3]);
    assert!(array.meta().grid().shift_to(labels.meta().grid()).is_ok());
    assert_eq!(array.read::<u8>(labels.roi()).unwrap().shape(), labels.shape());
}

#[test]
fn grids_that_lie_apart_are_refused_with_the_cure() {
    let labels = image("labels", 1, 12, 10, 28);
    let make = |offset: i64, spec: Spec| {
        ResampledArray::new("a", Arc::new(image("em", 9, 8, 30, offset)), Target::grid_of(&labels), spec)
    };
    let error = make(0, Spec::default()).unwrap_err();
    assert!(
        matches!(&error, Error::GridsApart { axis, apart, .. } if axis == "z" && *apart == Length::from(8)),
        "{error}"
    );
    assert!(error.to_string().contains("anchor = array"), "{error}");
    // The first voxel of an array at 16 nm begins on a line of the labels, the origin of its grid does not.
    assert!(make(16, Spec::default()).is_err());
    make(16, Spec::default().with_anchor(Anchor::Array)).unwrap();
    let flat = MemoryArray::new("flat", ArrayD::from_elem(vec![4, 4], 0_u8), [8, 8], [0, 0]).unwrap();
    let error = ResampledArray::new("a", Arc::new(image("em", 9, 8, 30, 0)), Target::grid_of(&flat), Spec::default());
    assert!(matches!(error, Err(Error::AxisCount { .. })));
}
