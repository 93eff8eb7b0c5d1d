//! What the laws are tried on.

use ng_layer::array_core::ndarray::{ArrayD, IxDyn};
use ng_layer::array_core::{ArrayMeta, Axes, Block, DType, Element, Grid, Length, VoxelBox, with_dtype};
use ng_layer::json::Value;
use ng_layer::precomputed::{ByteRanges, ChunkGrid, DataEncoding, Encoding, Scale, ShardHash, Sharding};
use proptest::prelude::*;
use serde_json::json;
use std::ops::Range;

pub(crate) const DTYPES: [DType; 8] =
    [DType::U8, DType::I8, DType::U16, DType::I16, DType::U32, DType::I32, DType::U64, DType::F32];

pub(crate) fn noise(dtype: DType, shape: &[usize], seed: u64) -> Block {
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
pub(crate) fn lossless() -> impl Strategy<Value = (Encoding, DType, usize)> {
    let cseg = [1..10_usize, 1..10, 1..10].prop_map(|block_zyx| Encoding::CompressedSegmentation { block_zyx });
    prop_oneof![
        (Just(Encoding::Raw), prop::sample::select(&DTYPES[..]), 1..4_usize),
        (cseg, prop::sample::select(&[DType::U32, DType::U64][..]), 1..3_usize),
        (Just(Encoding::Png), prop::sample::select(&[DType::U8, DType::U16][..]), 1..=4_usize),
    ]
}

pub(crate) fn encodings() -> impl Strategy<Value = (Encoding, DType, usize)> {
    prop_oneof![
        3 => lossless(),
        1 => (Just(Encoding::Jpeg { quality: None }), Just(DType::U8), prop::sample::select(&[1_usize, 3][..])),
    ]
}

pub(crate) fn sharding() -> impl Strategy<Value = Sharding> {
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

pub(crate) fn scale() -> impl Strategy<Value = Scale> {
    let begin = [-(1_i64 << 40)..1 << 40, -100..100_i64, -100..100_i64];
    let resolution = [1..10_000_i64, 1..100, 1..100].prop_map(|tenths| tenths.map(|n| Length::new(n, 7).unwrap()));
    (begin, [1..500_i64, 1..500, 1..500], resolution, [1..100_i64, 1..100, 1..100], prop::option::of(sharding()))
        .prop_map(|(begin, shape, resolution, chunk, sharding)| {
            let scale = Scale::new(VoxelBox::new(begin, shape).unwrap(), resolution, chunk, Encoding::Raw).unwrap();
            sharding.map_or(scale.clone(), |sharding| scale.with_sharding(sharding))
        })
}

pub(crate) fn grids() -> impl Strategy<Value = ChunkGrid> {
    ([-200..200_i64, -200..200, -200..200], [1..60_i64, 1..60, 1..60], [1..30_i64, 1..30, 1..30])
        .prop_map(|(begin, shape, chunk)| ChunkGrid::new(VoxelBox::new(begin, shape).unwrap(), chunk).unwrap())
}

/// JSON that comes close to an `info`.
pub(crate) fn near_info() -> impl Strategy<Value = Value> {
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
pub(crate) struct Bytes(pub(crate) Vec<u8>);

impl ByteRanges for Bytes {
    fn read(&self, _: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
        let part =
            self.0.get(usize::try_from(range.start)?..usize::try_from(range.end)?).ok_or("the file is shorter")?;
        Ok(Some(part.to_vec()))
    }
}

pub(crate) fn meta(dtype: DType, origin: i64, step: i64, begin: [i64; 3], shape: [i64; 3]) -> ArrayMeta {
    let (origin, step) = (Length::new(origin, 3).unwrap(), Length::new(step, 7).unwrap());
    let grid = Grid::new([origin; 3], [step; 3]).unwrap();
    ArrayMeta::new("a", dtype, Axes::zyx(), &[], grid, VoxelBox::new(begin, shape).unwrap()).unwrap()
}
