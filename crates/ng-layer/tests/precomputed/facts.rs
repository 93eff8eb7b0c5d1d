//! Facts about what is published and what is read.

use crate::common::golden::Golden;
use crate::given::meta;
use ng_layer::array_core::ndarray::{ArrayD, IxDyn};
use ng_layer::array_core::{ArrayMeta, Axes, Block, Coordinate, DType, Grid, Kind, Length, Provenance, VoxelBox};
use ng_layer::json::Value;
use ng_layer::precomputed::{
    Encoding, Info, InfoFile, Scale, ScaleOptions, SegmentProperties, VolumeType, levels, publish, published_dtype,
};
use ng_layer::{Error, Severity};
use serde_json::json;

#[test]
fn types_and_chunks_of_what_is_published() {
    let stated =
        |dtype, kind| meta(dtype, 0, 56, [0; 3], [100; 3]).with_kind(kind, Provenance::Stated("test".to_owned()));
    for (dtype, kind, published, volume, encoding) in [
        (DType::U8, Kind::Image, DType::U8, VolumeType::Image, "raw"),
        (DType::I16, Kind::Image, DType::I16, VolumeType::Image, "raw"),
        (DType::F64, Kind::Image, DType::F32, VolumeType::Image, "raw"),
        (DType::F32, Kind::Mask, DType::F32, VolumeType::Image, "raw"),
        (DType::Bool, Kind::Mask, DType::U8, VolumeType::Segmentation, "raw"),
        (DType::U16, Kind::Labels, DType::U16, VolumeType::Segmentation, "raw"),
        (DType::I32, Kind::Labels, DType::U32, VolumeType::Segmentation, "compressed_segmentation"),
        (DType::I64, Kind::Labels, DType::U64, VolumeType::Segmentation, "compressed_segmentation"),
        (DType::U64, Kind::Labels, DType::U64, VolumeType::Segmentation, "compressed_segmentation"),
    ] {
        let meta = stated(dtype, kind);
        let all = levels(&meta, &[Coordinate::from([1, 1, 1])]).unwrap();
        let info = Info::of_array(&meta, &all, &ScaleOptions::default()).unwrap();
        let scale = &info.scales()[0];
        assert_eq!(
            (info.dtype(), info.kind(), scale.encoding().name()),
            (published, volume, encoding),
            "{dtype} {kind}"
        );
        assert_eq!(published_dtype(&meta), published);
        assert_eq!(scale.chunk_shapes(), [[64, 64, 64]]);
    }
    assert!(matches!(levels(&stated(DType::U8, Kind::Image), &[Coordinate::from([2, 2])]), Err(Error::Level { .. })));
    assert!(matches!(
        levels(&stated(DType::U8, Kind::Image), &[Coordinate::from([2, 0, 2])]),
        Err(Error::Level { .. })
    ));
    let far = meta(DType::U8, 0, 56, [1 << 30, 0, 0], [100; 3]);
    let refused = levels(&far, &[Coordinate::from([3, 1, 1])]).unwrap_err().to_string();
    assert!(refused.contains("powers of two"), "{refused}");
}

#[test]
fn voxels_are_published_channel_first_and_never_wrapped() {
    let labels = ArrayD::from_shape_fn(IxDyn(&[2, 3, 4]), |at| (at[0] * 12 + at[1] * 4 + at[2]) as i64);
    let array =
        meta(DType::I64, 0, 56, [0; 3], [2, 3, 4]).with_kind(Kind::Labels, Provenance::Stated("test".to_owned()));
    let published = publish(&array, &Block::from(labels.clone()).view()).unwrap();
    assert_eq!((published.dtype(), published.shape()), (DType::U64, &[1, 2, 3, 4][..]));
    assert_eq!(
        published.into_array::<u64>().unwrap().iter().copied().collect::<Vec<_>>(),
        (0..24).collect::<Vec<u64>>()
    );
    let negative = publish(&array, &Block::from(labels - 1).view()).unwrap_err().to_string();
    assert!(negative.contains("-1"), "{negative}");
}

#[test]
fn what_is_wrong_with_an_info_is_told_all_at_once() {
    let value = json!({
        "@type": "neuroglancer_multiscale_volume", "type": "segmentation", "data_type": "int64", "num_channels": 0,
        "scales": [
            {"key": "a", "size": [10, 0, 10], "resolution": [8, 8, -8], "chunk_sizes": [], "encoding": "gif"},
            {"size": [10, 10], "voxel_offset": [0.5, 0, 0], "resolution": [8, 8, 8], "chunk_sizes": [[64, 64, 0]],
             "encoding": "compressed_segmentation"},
        ],
    });
    let (file, findings) = InfoFile::read(&value);
    assert_eq!(file, None);
    let places: Vec<&str> = findings.iter().map(|finding| finding.at.as_str()).collect();
    assert_eq!(
        places,
        [
            "/data_type",
            "/num_channels",
            "/scales/0/size",
            "/scales/0/resolution",
            "/scales/0/chunk_sizes",
            "/scales/0/encoding",
            "/scales/1",
            "/scales/1/size",
            "/scales/1/voxel_offset/0",
            "/scales/1/chunk_sizes/0",
            "/scales/1",
        ]
    );
    assert!(findings[0].cure.contains("int64 labels as uint64"), "{}", findings[0]);
    assert!(matches!(Info::from_json(&value), Err(Error::Finding(_))));
}

#[test]
fn an_info_can_lead_elsewhere() {
    let redirect = json!({"redirect": "precomputed://gs://b/v"});
    assert_eq!(InfoFile::read(&redirect).0, Some(InfoFile::Redirect("precomputed://gs://b/v".to_owned())));
    let mesh = json!({"@type": "neuroglancer_legacy_mesh"});
    assert_eq!(InfoFile::read(&mesh).0, Some(InfoFile::Other("neuroglancer_legacy_mesh".to_owned())));
    assert!(Info::from_json(&redirect).unwrap_err().to_string().contains("gs://b/v"));
}

#[test]
fn numbers_that_the_viewer_rounds_are_a_warning() {
    let voxels = VoxelBox::new([0, 0, 20_000_001], [64, 64, 64]).unwrap();
    let scale = Scale::new(voxels, [Length::from(8); 3], [64; 3], Encoding::Raw).unwrap();
    let info = Info::new(VolumeType::Image, DType::U8, 1, vec![scale]).unwrap();
    let (_, findings) = InfoFile::read(&info.to_json().unwrap());
    assert_eq!((findings.len(), findings[0].severity), (1, Severity::Warning));
    assert_eq!(findings[0].at, "/scales/0/voxel_offset");
}

#[test]
fn properties_have_rules() {
    let table = |property: Value| json!({"@type": "neuroglancer_segment_properties", "inline": {"ids": ["1", "2"], "properties": [property]}});
    for (property, at) in [
        (json!({"id": "a", "type": "label", "values": ["x"]}), "/inline/properties/0/values"),
        (
            json!({"id": "a", "type": "number", "data_type": "uint64", "values": [1, 2]}),
            "/inline/properties/0/data_type",
        ),
        (
            json!({"id": "a", "type": "number", "data_type": "uint8", "values": [1, 256]}),
            "/inline/properties/0/values/1",
        ),
        (json!({"id": "a", "type": "text", "values": ["x", "y"]}), "/inline/properties/0/type"),
        (json!({"id": "a", "type": "tags", "tags": ["x y"], "values": [[], []]}), "/inline/properties/0/tags/0"),
        (
            json!({"id": "a", "type": "tags", "tags": ["x", "y"], "values": [[1, 0], []]}),
            "/inline/properties/0/values/0",
        ),
        (json!({"id": "a", "type": "tags", "tags": ["x"], "values": [[], [1]]}), "/inline/properties/0/values/1"),
    ] {
        let (found, findings) = SegmentProperties::read(&table(property.clone()));
        assert_eq!((found, findings[0].at.as_str()), (None, at), "{property}");
    }
    let numbers = json!({"@type": "neuroglancer_segment_properties", "inline": {"ids": [9_007_199_254_740_993_u64], "properties": []}});
    assert!(SegmentProperties::from_json(&numbers).is_err(), "ids are strings");
}

/// The volume that a server of the references offers: an array with stated chunks and levels.
#[test]
fn an_array_publishes_what_the_references_wrote() {
    let golden = Golden::of_this_repository();
    let stated = Info::from_json(&golden.json("precomputed/u8_odd/info.json")).unwrap();
    let grid = Grid::new([Length::ZERO; 3], [40, 8, 8].map(Length::from)).unwrap();
    let voxels = VoxelBox::new([5, -20, 10], [67, 101, 150]).unwrap();
    let meta = ArrayMeta::new("u8_odd", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap();
    let factors = [[1, 1, 1], [1, 2, 2], [2, 4, 4]].map(Coordinate::from);
    let options = ScaleOptions::default().with_chunk([64; 3]);
    assert_eq!(Info::of_array(&meta, &levels(&meta, &factors).unwrap(), &options).unwrap(), stated);
}
