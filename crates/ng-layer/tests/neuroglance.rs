//! Arrays in the viewer: what is shown is what `read` returns, where it is.

mod common;

use common::placed::{Placed, placed};
use ng_layer::array_core::ndarray::{Array3, ArrayD, IxDyn};
use ng_layer::array_core::{
    Array, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Coordinate, Crop, DType, Grid, Kind, Length,
    MemoryArray, Provenance, ReadContext, Roi, Rounding, ViewerSource, VoxelBox,
};
use ng_layer::json::Value;
use ng_layer::layer::Invlerp;
use ng_layer::neuroglance::{Address, Contrast, Lossy, Placement, sample_contrast};
use ng_layer::{Error, Layer, LayerOptions, Neuroglance, ServeAt, ViewBuilder, ViewerState};
use serde_json::json;
use std::sync::Arc;

fn plain(name: &str, dtype: DType) -> Placed {
    placed(name, dtype, ["0"; 3], ["40", "8", "8"], [0, 0, 0], [10, 20, 30])
}

fn with_kind(array: Placed, kind: Kind) -> Placed {
    Placed(array.0.with_kind(kind, Provenance::Stated("the test".to_owned())))
}

fn shown(array: Placed, lossy: Option<&str>) -> Placed {
    let url = "dvid://http://h:8000/3f8c/seg".to_owned();
    Placed(array.0.with_viewer_source(ViewerSource::Shown { url, lossy: lossy.map(str::to_owned) }))
}

fn source_json(layer: &Layer) -> Value {
    layer.as_object()["source"].clone()
}

#[test]
fn names_of_the_class_that_is_recreated() {
    let array = placed("em", DType::U8, ["20", "0", "2"], ["40", "8", "8"], [0, 0, 0], [10, 20, 30]);
    assert!(array.can_neuroglance());
    assert_eq!(array.source_name(), "em");
    let rows: Vec<Vec<f64>> = array.transform_matrix().unwrap().rows().map(<[f64]>::to_vec).collect();
    assert_eq!(rows, [[1.0, 0.0, 0.0, 0.25], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.5]]);
    let dimensions = array.output_dimensions().unwrap().to_json().unwrap();
    assert_eq!(dimensions.to_string(), r#"{"x":[8e-9,"m"],"y":[8e-9,"m"],"z":[4e-8,"m"]}"#);
}

#[test]
fn a_local_array_names_the_address_of_a_server() {
    let layer = plain("raw em", DType::U8).neuroglancer_layer(&ServeAt::new("http://127.0.0.1:9123/").into()).unwrap();
    assert_eq!(layer.address, Address::Served);
    assert_eq!(
        layer.layer.to_string(),
        r#"{"type":"image","source":"http://127.0.0.1:9123/raw%20em/|neuroglancer-precomputed:","name":"raw em"}"#
    );
    assert!(
        layer
            .explanation
            .starts_with("it has no public address; a server has to offer it at http://127.0.0.1:9123/raw%20em/")
    );
}

#[test]
fn a_public_array_is_read_by_the_viewer_itself() {
    let labels = shown(plain("seg", DType::U64), None);
    let layer = labels.neuroglancer_layer(&LayerOptions::default()).unwrap();
    assert_eq!(layer.address, Address::Public);
    let dimensions = json!({"x": [8e-9, "m"], "y": [8e-9, "m"], "z": [4e-8, "m"]});
    assert_eq!(
        Value::Object(layer.layer.as_object().clone()),
        json!({"type": "segmentation", "name": "seg", "source": {
            "url": "dvid://http://h:8000/3f8c/seg",
            "transform": {
                "matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0]],
                "outputDimensions": dimensions, "inputDimensions": dimensions,
            },
        }})
    );
    layer.layer.check().unwrap();
}

#[test]
fn lossy_addresses_are_taken_only_if_asked_for() {
    let gray = shown(plain("gray", DType::U8), Some("it comes as JPEG"));
    let exact = gray.neuroglancer_layer(&LayerOptions::default()).unwrap();
    assert_eq!(exact.address, Address::Served);
    assert!(exact.explanation.contains("it comes as JPEG; a server has to offer it"), "{}", exact.explanation);
    let lossy = gray.neuroglancer_layer(&LayerOptions::default().with_lossy(Lossy::Accept)).unwrap();
    assert_eq!(lossy.address, Address::Public);
    assert!(lossy.explanation.contains("not exactly: it comes as JPEG"), "{}", lossy.explanation);
    let url = "dvid://http://h/3f8c/x".to_owned();
    let hidden = ViewerSource::NotShown { url, reason: "MaxDownresLevel is 0".to_owned() };
    let hidden = Placed(plain("seg", DType::U64).0.with_viewer_source(hidden));
    let layer = hidden.neuroglancer_layer(&LayerOptions::default().with_lossy(Lossy::Accept)).unwrap();
    assert_eq!(layer.address, Address::Served);
    assert!(layer.explanation.contains("MaxDownresLevel is 0"), "{}", layer.explanation);
}

#[test]
fn types_follow_kind_and_dtype() {
    let layer_type = |dtype, kind| {
        let layer = with_kind(plain("a", dtype), kind).neuroglancer_layer(&LayerOptions::default());
        layer.map(|layer| layer.layer.kind().unwrap().to_owned())
    };
    for (dtype, kind, expected) in [
        (DType::U8, Kind::Image, "image"),
        (DType::U64, Kind::Image, "image"),
        (DType::U8, Kind::Labels, "segmentation"),
        (DType::I64, Kind::Labels, "segmentation"),
        (DType::Bool, Kind::Mask, "segmentation"),
        (DType::F32, Kind::Mask, "image"),
    ] {
        assert_eq!(layer_type(dtype, kind).unwrap(), expected, "{dtype} {kind}");
    }
    for (dtype, kind) in [(DType::F32, Kind::Labels), (DType::I64, Kind::Image)] {
        assert!(matches!(layer_type(dtype, kind), Err(Error::NotViewable { .. })), "{dtype} {kind}");
        assert!(!with_kind(plain("a", dtype), kind).can_neuroglance());
    }
}

#[test]
fn contrast_is_set_for_everything_but_uint8() {
    let range = |dtype, options: &LayerOptions| {
        let layer = with_kind(plain("a", dtype), Kind::Image).neuroglancer_layer(options).unwrap().layer;
        layer.as_object().get("shaderControls").map(|controls| controls["normalized"]["range"].clone())
    };
    let default = LayerOptions::default();
    assert_eq!(range(DType::U8, &default), None);
    assert_eq!(range(DType::U16, &default), Some(json!([0, 65535])));
    assert_eq!(range(DType::I16, &default), Some(json!([-32768, 32767])));
    assert_eq!(range(DType::F64, &default), Some(json!([0, 1])));
    assert_eq!(range(DType::U64, &default), Some(json!(["0", "18446744073709551615"])));
    let given = LayerOptions::default().with_contrast(Contrast::range(9.0, 200.0).unwrap());
    assert_eq!(range(DType::U16, &given), Some(json!([9, 200])));
    assert_eq!(range(DType::U8, &given), Some(json!([9, 200])));
    let inverted = LayerOptions::default().with_contrast(Contrast::range(1300.5, -900.0).unwrap());
    assert_eq!(range(DType::F64, &inverted), Some(json!([1300.5, -900])));
}

#[test]
fn contrast_has_limits_that_the_type_has() {
    let result = |dtype, contrast: Contrast| {
        let options = LayerOptions::default().with_contrast(contrast);
        with_kind(plain("a", dtype), Kind::Image).neuroglancer_layer(&options).map(drop)
    };
    let numbers = |low: f64, high: f64| Contrast::range(low, high).unwrap();
    let integers = |low: u64, high: u64| Contrast::range(low, high).unwrap();
    for (dtype, contrast) in [
        (DType::U8, numbers(255.0, 0.0)),
        (DType::Bool, numbers(0.0, 255.0)),
        (DType::I16, numbers(-32768.0, 32767.0)),
        (DType::I16, integers(0, 32767)),
        (DType::U64, numbers(0.0, 1e19)),
        (DType::U64, integers(0, u64::MAX)),
        (DType::F64, numbers(-1e38, 1e38)),
    ] {
        result(dtype, contrast.clone()).unwrap_or_else(|error| panic!("{dtype} {contrast:?}: {error}"));
    }
    let window = Contrast::Range(Invlerp::range(0.0, 255.0).unwrap().with_window(-1.0, 255.0).unwrap());
    for (dtype, contrast, limit) in [
        (DType::U8, numbers(0.0, 256.0), "256"),
        (DType::U8, window, "-1"),
        (DType::U16, numbers(900.0, 1300.5), "1300.5"),
        (DType::I16, integers(0, 32768), "32768"),
        (DType::U64, numbers(0.0, 18_446_744_073_709_551_616.0), "18446744073709552000"),
        (DType::F64, numbers(0.0, 1e39), "1000000000000000000000000000000000000000"),
    ] {
        let error = result(dtype, contrast.clone()).unwrap_err();
        assert!(
            matches!(&error, Error::ContrastLimit { limit: found, dtype: of, .. } if found == limit && *of == dtype),
            "{dtype} {contrast:?}: {error}"
        );
    }
}

#[test]
fn contrast_of_a_sample_comes_from_the_middle() {
    let voxels =
        Array3::from_shape_fn((200, 100, 70), |(z, _, x)| if (68..132).contains(&z) { 1000 + x as u16 } else { 0 });
    let array = MemoryArray::new("em", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap();
    let sampled = sample_contrast(&array, &ReadContext::default()).unwrap();
    let expected = Invlerp::range(1003.0, 1066.0).unwrap().with_window(1003.0, 1066.0).unwrap();
    assert_eq!(sampled, Some(Contrast::Range(expected)));
}

#[test]
fn what_cannot_be_shown_says_why() {
    let grid = |dims: usize| Grid::with_step(Coordinate::filled(dims, Length::from(8)).unwrap()).unwrap();
    let voxels = |dims: usize| {
        VoxelBox::new(Coordinate::filled(dims, 0).unwrap(), Coordinate::filled(dims, 4).unwrap()).unwrap()
    };
    let of = |axes: Vec<AxisInfo>, extents: &[usize], name: &str, kind: Kind| {
        let axes = Axes::new(axes).unwrap();
        let dims = axes.dims();
        let meta = ArrayMeta::new(name, DType::U8, axes, extents, grid(dims), voxels(dims)).unwrap();
        with_kind(Placed(meta), kind)
    };
    let space = |names: &[&str]| names.iter().map(|name| AxisInfo::space(*name)).collect::<Vec<_>>();
    let mut channels = vec![AxisInfo::plain("c", AxisKind::Channel)];
    channels.extend(space(&["z", "y", "x"]));
    let mut time = vec![AxisInfo::time("t", "s")];
    time.extend(space(&["z", "y", "x"]));
    for (array, reason) in [
        (of(space(&["y", "x"]), &[], "a", Kind::Image), "axes of space are y x"),
        (of(space(&["d", "h", "w"]), &[], "a", Kind::Image), "axes of space are d h w"),
        (of(time, &[], "a", Kind::Image), "axis t is neither space nor channels"),
        (of(channels.clone(), &[2], "a", Kind::Labels), "select one of its channels"),
        (of(channels, &[0], "a", Kind::Image), "it has no voxels"),
        (of(space(&["z", "y", "x"]), &[], "", Kind::Image), "it has no name"),
    ] {
        let message = array.neuroglancer_layer(&LayerOptions::default()).unwrap_err().to_string();
        assert!(message.contains(reason), "{message}");
        assert!(!array.can_neuroglance());
    }
}

#[test]
fn channels_become_a_dimension_of_the_shader() {
    let voxels = ArrayD::<f32>::zeros(IxDyn(&[3, 4, 5, 6]));
    let array = MemoryArray::new("affinities", voxels, [8, 8, 8], [4, 0, 0]).unwrap();
    let layer = array.neuroglancer_layer(&LayerOptions::default()).unwrap().layer;
    let transform = &source_json(&layer)["transform"];
    assert_eq!(transform["matrix"], json!([[1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0.5], [0, 0, 0, 1, 0]]));
    assert_eq!(transform["outputDimensions"]["c^"], json!([1, ""]));
    layer.check().unwrap();
}

#[test]
fn axes_may_come_in_any_order() {
    let axes = Axes::new(["x", "y", "z"].map(AxisInfo::space).to_vec()).unwrap();
    let grid = Grid::with_step([Length::from(4), Length::from(8), Length::from(40)]).unwrap();
    let meta = ArrayMeta::new("a", DType::U8, axes, &[], grid, VoxelBox::new([1, 2, 3], [4, 5, 6]).unwrap()).unwrap();
    let placement = Placement::of(&meta).unwrap();
    assert_eq!(placement.resolution(), [4, 8, 40].map(Length::from));
    assert_eq!((placement.voxel_offset(), placement.size()), ([1, 2, 3], [4, 5, 6]));
}

#[test]
fn views_are_shown_as_what_they_are() {
    let em = MemoryArray::new("em", Array3::<u8>::zeros((10, 20, 30)).into_dyn(), [40, 8, 8], [0, 0, 0]).unwrap();
    let crop =
        Crop::new(Arc::new(em) as ArrayRef, Roi::new([80, 16, 8], [40, 8, 80]).unwrap(), Rounding::Exact).unwrap();
    let placement = Placement::of(crop.meta()).unwrap();
    assert_eq!((placement.voxel_offset(), placement.size()), ([1, 2, 2], [10, 1, 1]));
    assert_eq!(crop.neuroglancer_layer(&LayerOptions::default()).unwrap().address, Address::Served);
}

#[test]
fn large_offsets_go_into_the_transform() {
    let begin = 20_000_001;
    let array = placed("far", DType::U8, ["0"; 3], ["8"; 3], [0, -begin, begin], [10, 10, 10]);
    let placement = Placement::of(array.meta()).unwrap();
    let offsets = placement.voxel_offset();
    assert!(offsets.iter().all(|offset| (0..1 << 20).contains(offset)), "{offsets:?}");
    let served = placement.served_transform().unwrap().matrix();
    let whole: Vec<f64> = (0..3).map(|row| served.get(row, 3) + offsets[row] as f64).collect();
    assert_eq!(whole, [f64::from(20_000_001), f64::from(-20_000_001), 0.0]);
    assert!((0..2).all(|row| served.get(row, 3) % f64::from(1 << 20) == 0.0));

    let wide = placed("wide", DType::U8, ["0"; 3], ["8"; 3], [0, 0, 0], [1, 1, 30_000_001]);
    let layer = wide.neuroglancer_layer(&LayerOptions::default()).unwrap();
    assert!(layer.explanation.contains("voxel 30000001 along x"), "{}", layer.explanation);
    let elsewhere = shown(placed("seg", DType::U64, ["0"; 3], ["8"; 3], [0, -begin, 0], [10, 10, 10]), None);
    let layer = elsewhere.neuroglancer_layer(&LayerOptions::default()).unwrap();
    assert_eq!(layer.address, Address::Served, "the viewer would ask DVID for other voxels");
    assert!(layer.explanation.contains("voxel 20000001 along y"), "{}", layer.explanation);
    let accepted = elsewhere.neuroglancer_layer(&LayerOptions::default().with_lossy(Lossy::Accept)).unwrap();
    assert_eq!(accepted.address, Address::Public);
    assert!(accepted.explanation.contains("voxel 20000001 along y"), "{}", accepted.explanation);
}

#[test]
fn a_view_of_two_arrays() {
    let em = placed("em", DType::U8, ["0"; 3], ["40", "8", "8"], [0, 0, 0], [10, 200, 300]);
    let labels = shown(placed("seg", DType::U64, ["0"; 3], ["40", "4", "16"], [0, 0, 0], [10, 400, 150]), None);
    let view = ViewBuilder::default().with_array(&labels).with_array(&em).with_title("two").build().unwrap();
    let state = &view.state;
    state.check().unwrap();
    assert_eq!(state.title().unwrap().as_deref(), Some("two"));
    let dimensions = state.dimensions().unwrap().unwrap();
    assert_eq!(dimensions.to_json().unwrap().to_string(), r#"{"x":[8e-9,"m"],"y":[4e-9,"m"],"z":[4e-8,"m"]}"#);
    // 2400 × 1600 × 400 nm; the finest voxel is 4 nm, a panel 540 pixels.
    assert_eq!(state.position().unwrap(), Some(vec![150.5, 200.5, 5.5]));
    assert_eq!(state.cross_section_scale().unwrap(), Some(600.0 / 540.0));
    assert_eq!(state.projection_scale().unwrap(), Some(1024.0));
    let names: Vec<_> = state.layers().unwrap().unwrap().0.iter().map(|layer| layer.name().unwrap().unwrap()).collect();
    assert_eq!(names, ["em", "seg"]);
    assert_eq!(view.layers.iter().map(|layer| layer.address).collect::<Vec<_>>(), [Address::Served, Address::Public]);
    assert_eq!(state.as_object()["layout"], "4panel");
    let url = state.to_url(ng_layer::PUBLIC_VIEWER).unwrap();
    let read: ViewerState = ng_layer::StateRef::from_url(&url).unwrap().into_inline().unwrap();
    assert_eq!(&read, state);
}

#[test]
fn a_view_of_a_region() {
    let em = placed("em", DType::U8, ["0"; 3], ["40", "8", "8"], [0, 0, 0], [10, 200, 300]);
    let region = Roi::from_axes(&[
        ng_layer::array_core::coord_roi::Axis::All,
        ng_layer::array_core::coord_roi::Axis::Bounded { begin: Length::from(80), shape: Length::from(800) },
        ng_layer::array_core::coord_roi::Axis::Bounded { begin: Length::from(8), shape: Length::from(16) },
    ]);
    let view =
        ViewBuilder::default().with_array(&em).with_region(region.unwrap()).with_window([800, 400]).build().unwrap();
    assert_eq!(view.state.position().unwrap(), Some(vec![2.5, 60.5, 5.5]));
    assert_eq!(view.state.cross_section_scale().unwrap(), Some(0.5));
}

#[test]
fn views_that_cannot_be() {
    let em = plain("em", DType::U8);
    assert!(matches!(ViewBuilder::default().build(), Err(Error::NoArrays)));
    let twice = ViewBuilder::default().with_array(&em).with_array(&em);
    assert!(matches!(twice.build(), Err(Error::DuplicateLayer { name }) if name == "em"));
    let nothing = ViewBuilder::default().with_array(&em).with_region(Roi::new([0, 0, 0], [0, 8, 8]).unwrap());
    assert!(matches!(nothing.build(), Err(Error::EmptyRegion { .. })));
    assert!(matches!(
        ViewBuilder::default().with_array(&em).with_window([0, 9]).build(),
        Err(Error::EmptyRegion { .. })
    ));
    let flat = ViewBuilder::default().with_array(&em).with_region(Roi::new([0, 0], [8, 8]).unwrap());
    assert!(matches!(flat.build(), Err(Error::Geometry(_))));
    let block = Block::from(ArrayD::<u8>::zeros(IxDyn(&[4, 4])));
    let image = MemoryArray::new("flat", block, [8, 8], [0, 0]).unwrap();
    assert!(matches!(ViewBuilder::default().with_array(&image).build(), Err(Error::NotViewable { .. })));
}
