//! Laws of precomputed volumes.

use ng_layer::array_core::ndarray::{ArrayD, IxDyn};
use ng_layer::array_core::{
    ArrayMeta, Axes, Block, Coordinate, DType, Element, Grid, Kind, Length, Provenance, VoxelBox, with_dtype,
};
use ng_layer::json::Value;
use ng_layer::neuroglance::Placement;
use ng_layer::precomputed::{
    ByteRanges, ChunkGrid, DataEncoding, Encoding, Info, InfoFile, Level, Scale, ScaleOptions, SegmentProperties,
    ShardHash, ShardReader, Sharding, VolumeType, chunk_name, decode_chunk, encode_chunk, levels, morton_code,
    parse_chunk_name, publish, published_dtype,
};
use ng_layer::transform::SourceSpace;
use ng_layer::{CoordinateSpace, Error, Severity};
use proptest::prelude::*;
use serde_json::json;
use std::ops::Range;

const DTYPES: [DType; 8] =
    [DType::U8, DType::I8, DType::U16, DType::I16, DType::U32, DType::I32, DType::U64, DType::F32];

fn noise(dtype: DType, shape: &[usize], seed: u64) -> Block {
    let mut state = seed | 1;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state
    };
    let count = shape.iter().product();
    with_dtype!(dtype, T => {
        let values: Vec<T> = (0..count).map(|_| {
            let bytes = (next() % 50).to_le_bytes();
            <T as Element>::from_le(&bytes[..T::DTYPE.size()]).unwrap_or_default()
        }).collect();
        T::wrap(ArrayD::from_shape_vec(IxDyn(shape), values).unwrap())
    })
}

/// Encodings and what they hold without loss.
fn lossless() -> impl Strategy<Value = (Encoding, DType, usize)> {
    let cseg = [1..10_usize, 1..10, 1..10].prop_map(|block_zyx| Encoding::CompressedSegmentation { block_zyx });
    prop_oneof![
        (Just(Encoding::Raw), prop::sample::select(&DTYPES[..]), 1..4_usize),
        (cseg, prop::sample::select(&[DType::U32, DType::U64][..]), 1..3_usize),
        (Just(Encoding::Png), prop::sample::select(&[DType::U8, DType::U16][..]), 1..=4_usize),
    ]
}

fn encodings() -> impl Strategy<Value = (Encoding, DType, usize)> {
    prop_oneof![
        3 => lossless(),
        1 => (Just(Encoding::Jpeg { quality: None }), Just(DType::U8), prop::sample::select(&[1_usize, 3][..])),
    ]
}

fn sharding() -> impl Strategy<Value = Sharding> {
    let hash = prop::sample::select(&[ShardHash::Identity, ShardHash::Murmur][..]);
    let encoding = || prop::sample::select(&[DataEncoding::Raw, DataEncoding::Gzip][..]);
    (0..=70_u32, 0..=32_u32, 0..=32_u32, hash, encoding(), encoding()).prop_map(
        |(pre, mini, shard, hash, index, data)| {
            let mut sharding = Sharding::new(pre.min(64), mini, shard);
            (sharding.hash, sharding.minishard_index_encoding, sharding.data_encoding) = (hash, index, data);
            sharding
        },
    )
}

fn scale() -> impl Strategy<Value = Scale> {
    let begin = [-(1_i64 << 40)..1 << 40, -100..100_i64, -100..100_i64];
    let resolution = [1..10_000_i64, 1..100, 1..100].prop_map(|tenths| tenths.map(|n| Length::new(n, 7).unwrap()));
    (begin, [1..500_i64, 1..500, 1..500], resolution, [1..100_i64, 1..100, 1..100], prop::option::of(sharding()))
        .prop_map(|(begin, shape, resolution, chunk, sharding)| {
            let scale = Scale::new(VoxelBox::new(begin, shape).unwrap(), resolution, chunk, Encoding::Raw).unwrap();
            sharding.map_or(scale.clone(), |sharding| scale.with_sharding(sharding))
        })
}

fn grids() -> impl Strategy<Value = ChunkGrid> {
    ([-200..200_i64, -200..200, -200..200], [1..60_i64, 1..60, 1..60], [1..30_i64, 1..30, 1..30])
        .prop_map(|(begin, shape, chunk)| ChunkGrid::new(VoxelBox::new(begin, shape).unwrap(), chunk).unwrap())
}

/// JSON that comes close to an `info`.
fn near_info() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(vec!["raw", "jpeg", "compressed_segmentation", "uint8", "image", "x", "gzip", "identity"])
            .prop_map(Value::from),
        Just(json!([64, 64, 64])),
        Just(json!([[64, 64, 64]])),
        Just(json!([1, 0, -1])),
        Just(Value::Null),
    ];
    let keys = vec![
        "@type",
        "type",
        "data_type",
        "num_channels",
        "scales",
        "key",
        "size",
        "voxel_offset",
        "resolution",
        "chunk_sizes",
        "encoding",
        "sharding",
        "compressed_segmentation_block_size",
        "jpeg_quality",
        "redirect",
        "mesh",
        "hidden",
        "preshift_bits",
        "hash",
        "minishard_bits",
        "shard_bits",
        "inline",
        "ids",
        "properties",
        "values",
        "tags",
    ];
    leaf.prop_recursive(4, 60, 8, move |inner| {
        let entry = (prop::sample::select(keys.clone()), inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::Array),
            prop::collection::vec(entry, 0..10)
                .prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()),
        ]
    })
}

/// One file of any bytes.
struct Bytes(Vec<u8>);

impl ByteRanges for Bytes {
    fn read(&self, _: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
        let part =
            self.0.get(usize::try_from(range.start)?..usize::try_from(range.end)?).ok_or("the file is shorter")?;
        Ok(Some(part.to_vec()))
    }
}

fn meta(dtype: DType, origin: i64, step: i64, begin: [i64; 3], shape: [i64; 3]) -> ArrayMeta {
    let (origin, step) = (Length::new(origin, 3).unwrap(), Length::new(step, 7).unwrap());
    let grid = Grid::new([origin; 3], [step; 3]).unwrap();
    ArrayMeta::new("a", dtype, Axes::zyx(), &[], grid, VoxelBox::new(begin, shape).unwrap()).unwrap()
}

proptest! {
    #[test]
    fn chunks_are_read_as_they_were_written(
        (encoding, dtype, channels) in lossless(),
        [z, y, x] in [1..12_usize, 1..12, 1..12],
        seed: u64,
    ) {
        let shape = [channels, z, y, x];
        let block = noise(dtype, &shape, seed);
        let bytes = encode_chunk(&block.view(), &encoding).unwrap();
        prop_assert!(decode_chunk(&bytes, dtype, shape, &encoding).unwrap().same_bits(&block));
    }

    #[test]
    fn jpeg_comes_back_nearly_as_it_was(level: u8, [z, y, x] in [1..12_usize, 1..12, 1..12], color: bool) {
        let shape = [if color { 3 } else { 1 }, z, y, x];
        let encoding = Encoding::Jpeg { quality: Some(95) };
        let block = Block::from(ArrayD::from_elem(IxDyn(&shape), level));
        let bytes = encode_chunk(&block.view(), &encoding).unwrap();
        let found = decode_chunk(&bytes, DType::U8, shape, &encoding).unwrap().into_array::<u8>().unwrap();
        prop_assert!(found.iter().all(|value| value.abs_diff(level) < 8), "{level} became {found:?}");
    }

    #[test]
    fn damaged_chunks_are_errors_or_voxels(
        (encoding, dtype, channels) in encodings(),
        [z, y, x] in [1..9_usize, 1..9, 1..9],
        seed: u64,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in any::<prop::sample::Index>(),
        noise_only: bool,
    ) {
        let shape = [channels, z, y, x];
        let mut bytes = encode_chunk(&noise(dtype, &shape, seed).view(), &encoding).unwrap();
        for (at, value) in damage {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if noise_only {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(block) = decode_chunk(&bytes, dtype, shape, &encoding) {
            prop_assert_eq!((block.dtype(), block.shape()), (dtype, &shape[..]));
        }
    }

    #[test]
    fn every_voxel_is_in_one_chunk_that_has_its_name(grid in grids()) {
        let mut voxels = 0;
        for (cell, chunk) in grid.iter() {
            voxels += chunk.voxels().unwrap();
            prop_assert!(grid.voxels().contains(&chunk));
            prop_assert_eq!(parse_chunk_name(&chunk_name(&chunk)), Some(chunk));
            prop_assert_eq!(grid.find(&chunk_name(&chunk)), Some((cell, chunk)));
        }
        prop_assert_eq!(voxels, grid.voxels().voxels().unwrap());
    }

    #[test]
    fn names_of_chunks_never_panic(text in prop_oneof![any::<String>(), "(-?[0-9]{1,20}-?){0,3}(_(-?[0-9]{1,3}-?){0,3}){0,3}"], grid in grids()) {
        if let Some(chunk) = parse_chunk_name(&text) {
            prop_assert_eq!(chunk_name(&chunk), text.clone());
        }
        prop_assert!(grid.find(&text).is_none_or(|(_, chunk)| chunk_name(&chunk) == text));
    }

    #[test]
    fn infos_are_read_as_they_were_written(
        scales in prop::collection::vec(scale(), 1..4),
        dtype in prop::sample::select(&DTYPES[..]),
        channels in 1..5_usize,
    ) {
        let scales = scales.into_iter().enumerate().map(|(index, scale)| scale.with_key(format!("s{index}"))).collect();
        let info = Info::new(VolumeType::Image, dtype, channels, scales).unwrap().with_mesh("mesh");
        prop_assert_eq!(&info.to_string().parse::<Info>().unwrap(), &info);
        prop_assert_eq!(&format!("{info:#}").parse::<Info>().unwrap(), &info);
        // What the file says in another way is the same: unknown keys stay.
        let mut value = info.to_json().unwrap();
        value["scales"][0]["mine"] = json!({"a": [1]});
        value["mine"] = json!("x");
        let read = Info::from_json(&value).unwrap();
        prop_assert!(ng_layer::json::same(&read.to_json().unwrap(), &value) || read.extra().len() == 1);
        prop_assert_eq!(read.scales()[0].extra()["mine"].clone(), json!({"a": [1]}));
    }

    #[test]
    fn reading_any_json_never_panics(value in near_info()) {
        let (file, findings) = InfoFile::read(&value);
        prop_assert_eq!(file.is_none(), findings.iter().any(|finding| finding.severity == Severity::Error));
        let (table, findings) = SegmentProperties::read(&value);
        prop_assert_eq!(table.is_none(), findings.iter().any(|finding| finding.severity == Severity::Error));
    }

    #[test]
    fn ids_of_chunks_are_unique(cells in [1..9_i64, 1..9, 1..9]) {
        let grid = ChunkGrid::new(VoxelBox::new([0; 3], cells).unwrap(), [1; 3]).unwrap();
        let ids: std::collections::BTreeSet<u64> = grid.iter().map(|(cell, _)| morton_code(cell, cells).unwrap()).collect();
        prop_assert_eq!(ids.len(), grid.iter().count());
        prop_assert_eq!(morton_code([cells[0], 0, 0], cells), None);
    }

    #[test]
    fn shards_of_any_bytes_never_panic(sharding in sharding(), bytes in prop::collection::vec(prop_oneof![Just(0_u8), 0..4_u8, any::<u8>()], 0..400), cell in [0..4_i64, 0..4, 0..4]) {
        let grid = ChunkGrid::new(VoxelBox::new([0; 3], [4; 3]).unwrap(), [1; 3]).unwrap();
        let read = ShardReader::new(sharding, grid).read_chunk(&Bytes(bytes), cell, 100);
        match read {
            Ok(chunk) => prop_assert!(chunk.is_none_or(|chunk| chunk.len() <= 100)),
            Err(error) => prop_assert!(!error.to_string().is_empty()),
        }
    }

    /// Level voxel k covers the finest voxels from k·f to (k+1)·f; all levels together cover the array and no more.
    #[test]
    fn levels_coincide(
        begin in [-(1_i64 << 40)..1 << 40, -300..300_i64, -300..300_i64],
        shape in [1..200_i64, 1..200, 1..200],
        powers in [0..6_u32, 0..6, 0..6],
    ) {
        let factors = powers.map(|power| 1_i64 << power);
        let meta = meta(DType::U8, 0, 56, begin, shape);
        let all = levels(&meta, &[Coordinate::from([1, 1, 1]), Coordinate::from(factors)]).unwrap();
        let [Level { voxels: finest, .. }, Level { voxels: coarse, resolution, .. }] = all[..] else { panic!("two levels") };
        for axis in 0..3 {
            let (low, high) = (coarse.begin()[axis] * factors[axis], coarse.end()[axis] * factors[axis]);
            prop_assert!(low <= finest.begin()[axis] && finest.begin()[axis] < low + factors[axis]);
            prop_assert!(high >= finest.end()[axis] && finest.end()[axis] > high - factors[axis]);
            // The same place in the grid of the array.
            prop_assert_eq!((begin[axis] - finest.begin()[axis]) % factors[axis], 0);
            prop_assert_eq!(resolution[axis], Length::from(8 * factors[axis]));
        }
    }

    /// What the viewer shows at a place is what `read` returns there: its bounds under the layer's transform are the
    /// region of the array.
    #[test]
    fn what_is_published_lies_where_the_array_is(
        origin in -1000..1000_i64,
        step in 1..100_i64,
        begin in [-(1_i64 << 32)..1 << 32, -300..300_i64, -300..300_i64],
        shape in [1..200_i64, 1..200, 1..200],
    ) {
        let meta = meta(DType::U16, origin, step, begin, shape);
        let all = levels(&meta, &[Coordinate::from([1, 1, 1])]).unwrap();
        let info = Info::of_array(&meta, &all, &ScaleOptions::default()).unwrap();
        let (_, findings) = InfoFile::read(&info.to_json().unwrap());
        prop_assert!(findings.is_empty(), "{findings:?}");
        let scale = &info.scales()[0];
        let transform = Placement::of(&meta).unwrap().served_transform().unwrap();
        let doubles = |voxels: Coordinate| voxels.reversed().as_slice().iter().map(|n| *n as f64).collect::<Vec<f64>>();
        let (lower, upper) = (doubles(scale.voxels().begin()), doubles(scale.voxels().end()));
        let source = SourceSpace::new(transform.output().clone(), &lower, &upper).unwrap();
        let bounds = source.bounds(Some(&transform), &CoordinateSpace::default()).unwrap();
        let roi = meta.roi();
        for (axis, name) in ["z", "y", "x"].into_iter().enumerate() {
            let [low, high] = bounds.interval(name).unwrap();
            let at = |world: Length| world.checked_div(meta.voxel_size()[axis]).unwrap().to_f64();
            let near = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
            prop_assert!(near(low, at(roi.begin().unwrap()[axis])) && near(high, at(roi.end().unwrap()[axis])));
        }
    }
}

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
