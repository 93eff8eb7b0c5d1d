//! Laws of precomputed volumes.

#[path = "../common/mod.rs"]
mod common;
mod facts;
mod given;

use given::{Bytes, DTYPES, encodings, grids, lossless, meta, near_info, noise, scale, sharding};
use ng_layer::array_core::ndarray::{ArrayD, IxDyn};
use ng_layer::array_core::{Block, Coordinate, DType, Length, VoxelBox};
use ng_layer::neuroglance::Placement;
use ng_layer::precomputed::{
    ChunkGrid, Encoding, Info, InfoFile, Level, ScaleOptions, SegmentProperties, ShardReader, VolumeType, chunk_name,
    decode_chunk, encode_chunk, levels, morton_code, parse_chunk_name,
};
use ng_layer::transform::SourceSpace;
use ng_layer::{CoordinateSpace, Severity};
use proptest::prelude::*;
use serde_json::json;

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
