//! Every source and every view of this crate is held to the conformance suite with the same random arrays: all ranks, axes
//! anywhere, all dtypes and kinds, any place in the world, now and then without voxels.

use std::sync::Arc;

use array_core::npy::{self, NpyArray, NpyOptions};
use array_core::testing::{check_array, check_transfers, check_translation, check_writer, random_array, random_metas};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, AxisOrder, Beyond, Binarize, BlockCache, CacheOptions, Cached, Cast,
    ChannelPart, Channels, ConcatChannels, Constant, Conversion, Coordinate, Crop, DType, FillValue, Grid, IdGroup,
    InstanceIds, Intensities, Kind, Length, LogicalOr, MapLabels, MapOptions, MemoryArray, MergeInstances, Permute,
    Result, Roi, Rounding, Select, Sum, SumType, Unknown, ViewerSource, VoxelBox,
};

const CASES: usize = 256;

/// Arrays to make a view of, with their number.
fn sources(applies: impl Fn(&ArrayMeta) -> bool) -> impl Iterator<Item = (usize, ArrayRef)> {
    let metas = random_metas().filter(move |meta| applies(meta)).take(CASES);
    metas.map(|meta| -> ArrayRef { Arc::new(random_array(&meta)) }).enumerate()
}

/// The view conforms, writes through if it writes at all, reads nothing before it has to, and does not pass the address of its
/// source on as its own.
fn check_view(applies: impl Fn(&ArrayMeta) -> bool, view: impl Fn(ArrayRef, usize) -> Result<ArrayRef>) {
    for (number, source) in sources(applies) {
        let name = source.name().to_owned();
        let made = view(source.clone(), number).unwrap_or_else(|error| panic!("{name}: {error}"));
        check_array(&made).unwrap_or_else(|violation| panic!("{name}: {violation}"));
        assert_eq!(made.meta().viewer_source(), &ViewerSource::Local, "{name}");
        if made.writable() {
            check_writer(&made).unwrap_or_else(|violation| panic!("{name}: {violation}"));
        }
        let make = |source| view(source, number);
        check_transfers(source, make).unwrap_or_else(|violation| panic!("{name}: {violation}"));
    }
}

fn whole_numbers(meta: &ArrayMeta) -> bool {
    !meta.dtype().is_float()
}

/// What views of several sources need: a voxel, and a channel where there are channels.
fn has_something(meta: &ArrayMeta) -> bool {
    !meta.voxel_box().is_empty() && meta.num_channels() != Some(0)
}

fn no_labels(meta: &ArrayMeta) -> bool {
    meta.kind() != Kind::Labels
}

#[test]
fn memory_arrays() {
    for (_, source) in sources(|_| true) {
        check_array(&source).unwrap_or_else(|violation| panic!("{}: {violation}", source.name()));
        check_writer(&source).unwrap_or_else(|violation| panic!("{}: {violation}", source.name()));
    }
}

#[test]
fn memory_arrays_move() {
    for (number, source) in sources(|meta| meta.voxel_box().begin().iter().all(|begin| begin.abs() < 1 << 20)) {
        let (meta, block) = (source.meta().clone(), source.data().unwrap());
        let make = |offset: Coordinate<Length>| -> Result<ArrayRef> {
            let grid = Grid::through(offset, meta.voxel_size())?;
            let voxels = VoxelBox::new(grid.voxel_at(&offset)?, meta.voxel_box().shape())?;
            let moved = meta.derive(meta.dtype(), meta.axes().clone(), &meta.plain_extents(), grid, voxels)?;
            Ok(Arc::new(MemoryArray::from_meta(moved, block.clone())?))
        };
        let by = Coordinate::filled(meta.dims(), Length::new(number as i64 - 100, 7).unwrap()).unwrap();
        check_translation(make, meta.offset(), by).unwrap_or_else(|violation| panic!("{}: {violation}", source.name()));
    }
}

#[test]
fn npy_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("array.npy");
    // A file states no grid, so its voxels are counted from the place of the first one.
    for (_, source) in sources(|meta| meta.voxel_box().begin().iter().all(|begin| begin.abs() < 1 << 20)) {
        let (meta, block) = (source.meta(), source.data().unwrap());
        npy::write(&mut std::fs::File::create(&path).unwrap(), &block.view()).unwrap();
        let options = NpyOptions::default().with_voxel_size(meta.voxel_size()).with_offset(meta.offset());
        let options = options.with_axes(meta.axes().clone()).with_kind(meta.kind());
        let file = NpyArray::open(&path, options).unwrap_or_else(|error| panic!("{}: {error}", meta.name()));
        assert_eq!((file.roi(), file.kind(), file.dtype()), (meta.roi(), meta.kind(), meta.dtype()));
        assert!(file.data().unwrap().same_bits(&block), "{}", meta.name());
        check_array(&file).unwrap_or_else(|violation| panic!("{}: {violation}", meta.name()));
    }
}

/// A region of an array, of whole voxels or not.
fn part(meta: &ArrayMeta, number: usize, rounding: Rounding) -> Roi<Length> {
    let roi = meta.roi();
    let inset = |axis: usize, step: Length| {
        let voxels = (number as i64 >> axis) % meta.voxel_box().shape()[axis].min(3);
        let fraction = if rounding == Rounding::Grow { Length::new(1, 2)? } else { Length::ZERO };
        step.checked_mul(Length::from(voxels).checked_add(fraction)?)
    };
    let begin = roi.begin().unwrap().checked_add(&meta.voxel_size().try_map(inset).unwrap()).unwrap();
    Roi::from_bounds(begin, roi.end().unwrap()).unwrap()
}

#[test]
fn crops() {
    for rounding in [Rounding::Exact, Rounding::Grow] {
        check_view(
            |meta| !meta.voxel_box().is_empty(),
            |source, number| {
                let roi = part(source.meta(), number, rounding);
                Ok(Arc::new(Crop::new(source, roi, rounding)?))
            },
        );
    }
}

#[test]
fn selections() {
    check_view(
        |meta| meta.num_channels().is_some_and(|channels| channels > 0),
        |source, number| {
            let channels = source.num_channels().unwrap_or(0);
            let chosen = match number % 3 {
                0 => Channels::One(number % channels),
                1 => Channels::List((0..channels).rev().collect()),
                _ => Channels::Range { begin: channels / 2, end: channels },
            };
            Ok(Arc::new(Select::new(source, &chosen)?))
        },
    );
}

#[test]
fn permutations() {
    check_view(
        |_| true,
        |source, number| {
            let mut order: Vec<usize> = (0..source.rank()).collect();
            order.rotate_left(number % source.rank());
            if number.is_multiple_of(2) {
                order.reverse();
            }
            Ok(Arc::new(Permute::new(source, &AxisOrder::Indices(order))?))
        },
    );
}

#[test]
fn casts() {
    check_view(no_labels, |source, number| {
        Ok(Arc::new(Cast::new(source, DType::ALL[number % DType::ALL.len()], Conversion::Saturate)?))
    });
}

#[test]
fn intensities() {
    check_view(no_labels, |source, number| {
        let beyond = if number.is_multiple_of(2) { Beyond::Keep } else { Beyond::Clip };
        Ok(Arc::new(Intensities::new(source, -3.5, 200.0, beyond)?))
    });
}

#[test]
fn masks_of_groups() {
    check_view(
        |meta| whole_numbers(meta) && meta.num_channels().is_none(),
        |source, number| {
            let groups = [IdGroup::new([1, 5, 5]).with_name("some"), IdGroup::new([]), IdGroup::new([number as i128])];
            Ok(Arc::new(Binarize::new(source, &groups[..=number % 3], 0)?))
        },
    );
}

#[test]
fn mapped_labels() {
    check_view(whole_numbers, |source, number| {
        let unknown = if number.is_multiple_of(2) { Unknown::Keep } else { Unknown::Zero };
        Ok(Arc::new(MapLabels::new(source, &[(0, 1), (1, 0), (7, 1)], MapOptions::default().with_unknown(unknown))?))
    });
}

#[test]
fn constants() {
    let fits = |meta: &ArrayMeta| whole_numbers(meta) || no_labels(meta);
    check_view(fits, |source, _| Ok(Arc::new(Constant::new(source.meta(), FillValue::from(1), None)?)));
}

/// A view of an array and of a part of it: of what both have.
fn check_joined(applies: impl Fn(&ArrayMeta) -> bool, join: impl Fn(Vec<ArrayRef>, usize) -> Result<ArrayRef>) {
    check_view(
        |meta| !meta.voxel_box().is_empty() && meta.num_channels() != Some(0) && applies(meta),
        |source, number| {
            let roi = part(source.meta(), number, Rounding::Exact);
            let smaller = Arc::new(Crop::new(source.clone(), roi, Rounding::Exact)?);
            join(if number.is_multiple_of(2) { vec![source, smaller] } else { vec![smaller, source] }, number)
        },
    );
}

#[test]
fn joined_channels() {
    check_joined(
        |_| true,
        |sources, number| {
            let mut parts: Vec<ChannelPart> = sources.into_iter().map(ChannelPart::Array).collect();
            parts.insert(number % 3, ChannelPart::Fill(FillValue::from(1)));
            Ok(Arc::new(ConcatChannels::new("joined", parts, None)?))
        },
    );
}

#[test]
fn joined_masks() {
    check_joined(|_| true, |sources, _| Ok(Arc::new(LogicalOr::new("joined", sources)?)));
}

#[test]
fn joined_sums() {
    let wide = |meta: &ArrayMeta| matches!(meta.dtype(), DType::U64 | DType::I64);
    let join = |sources, _| -> Result<ArrayRef> { Ok(Arc::new(Sum::new("joined", sources, SumType::Widened)?)) };
    check_joined(|meta| no_labels(meta) && !wide(meta), join);
}

#[test]
fn joined_instances() {
    let ids = |meta: &ArrayMeta| matches!(meta.dtype(), DType::Bool | DType::U8 | DType::U16 | DType::U32);
    check_joined(ids, |sources, number| {
        let numbers = vec![u64::from(u32::MAX); sources.len()];
        let ids = if number % 4 < 2 { InstanceIds::Largest(numbers) } else { InstanceIds::Offsets(numbers) };
        Ok(Arc::new(MergeInstances::new("joined", sources, &ids)?))
    });
}

#[test]
fn arrays_behind_a_cache_behind_another_view() {
    let cache = BlockCache::of_blocks(4000);
    check_view(
        |meta| !meta.voxel_box().is_empty(),
        |source, number| {
            let options = CacheOptions::default().with_joint_bytes(100 * (number as u64 % 3));
            let cached = Arc::new(Cached::new(source, &cache, &options)?);
            let roi = part(cached.meta(), number, Rounding::Exact);
            Ok(Arc::new(Crop::new(cached, roi, Rounding::Exact)?))
        },
    );
    assert_eq!(cache.stats().entries, 0);
}

#[test]
fn channels_of_several_arrays() {
    check_view(has_something, |source, _| {
        let part = || ChannelPart::Array(source.clone());
        Ok(Arc::new(ConcatChannels::new("all", vec![part(), ChannelPart::Fill(1.into()), part()], None)?))
    });
}

#[test]
fn unions() {
    check_view(has_something, |source, _| Ok(Arc::new(LogicalOr::new("or", vec![source.clone(), source])?)));
}

#[test]
fn sums() {
    // The values at both ends of these types add up to something that 64 bits have.
    let narrow = |meta: &ArrayMeta| meta.dtype().size() < 8;
    check_view(
        |meta| has_something(meta) && no_labels(meta) && narrow(meta),
        |source, _| Ok(Arc::new(Sum::new("sum", vec![source.clone(), source], SumType::Widened)?)),
    );
}

#[test]
fn merged_instances() {
    let ids = |meta: &ArrayMeta| matches!(meta.dtype(), DType::Bool | DType::U8 | DType::U16 | DType::U32 | DType::U64);
    check_view(
        |meta| has_something(meta) && ids(meta),
        |source, _| {
            let ids = InstanceIds::Offsets(vec![0, 0]);
            Ok(Arc::new(MergeInstances::new("all", vec![source.clone(), source], &ids)?))
        },
    );
}
