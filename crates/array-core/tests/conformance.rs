//! Every source and view of this crate passes the suite, with random metadata.

use std::sync::Arc;

use array_core::npy::{NpyArray, NpyOptions};
use array_core::testing::{check_array, check_transfers, check_translation, check_writer};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Coordinate, Crop, DType, Element, FillValue,
    Grid, Length, MemoryArray, Roi, Rounding, VoxelBox, npy, with_dtype,
};
use proptest::prelude::*;

/// A step with up to two decimals or a third.
fn step() -> impl Strategy<Value = Length> {
    prop_oneof![
        (1_i64..4000).prop_map(|n| Length::new(n, 100).unwrap()),
        (1_i64..90).prop_map(|n| Length::new(n, 3).unwrap())
    ]
}

fn origin() -> impl Strategy<Value = Length> {
    (-500_000_i64..500_000).prop_map(|n| Length::new(n, 100).unwrap())
}

/// One axis: a physical one with step, origin, first index and extent, or a plain one with its extent.
#[derive(Debug, Clone)]
enum Dim {
    Physical { step: Length, origin: Length, begin: i64, extent: i64 },
    Plain { kind: AxisKind, extent: usize },
}

fn physical() -> impl Strategy<Value = Dim> {
    (step(), origin(), -40_i64..40, 1_i64..9).prop_map(|(step, origin, begin, extent)| Dim::Physical {
        step,
        origin,
        begin,
        extent,
    })
}

fn dims() -> impl Strategy<Value = Vec<Dim>> {
    let plain = prop_oneof![Just(AxisKind::Channel), Just(AxisKind::Sample), Just(AxisKind::Other)];
    let plain = proptest::option::of((plain, 1_usize..4));
    (proptest::collection::vec(physical(), 1..=4), plain, any::<prop::sample::Index>()).prop_map(
        |(mut dims, plain, at)| {
            if let Some((kind, extent)) = plain {
                dims.insert(at.index(dims.len() + 1), Dim::Plain { kind, extent });
            }
            dims
        },
    )
}

fn meta(dims: &[Dim], dtype: DType) -> ArrayMeta {
    let name = |position: usize| format!("a{position}");
    let (mut axes, mut extents) = (Vec::new(), Vec::new());
    let (mut steps, mut origins, mut begins, mut shape) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (position, dim) in dims.iter().enumerate() {
        match dim {
            Dim::Physical { step, origin, begin, extent } => {
                axes.push(AxisInfo::space(name(position)));
                steps.push(*step);
                origins.push(*origin);
                begins.push(*begin);
                shape.push(*extent);
            }
            Dim::Plain { kind, extent } => {
                axes.push(AxisInfo::plain(name(position), *kind));
                extents.push(*extent);
            }
        }
    }
    let grid = Grid::new(coordinate(&origins), coordinate(&steps)).unwrap();
    let voxels = VoxelBox::new(coordinate(&begins), coordinate(&shape)).unwrap();
    ArrayMeta::new("random", dtype, Axes::new(axes).unwrap(), &extents, grid, voxels).unwrap()
}

fn coordinate<T: coord_roi::Scalar>(entries: &[T]) -> Coordinate<T> {
    Coordinate::try_from(entries).unwrap()
}

/// Values that differ from voxel to voxel as far as the type allows.
fn voxels(meta: &ArrayMeta) -> Block {
    with_dtype!(meta.dtype(), T => {
        let mut block = Block::zeros(meta.dtype(), meta.shape()).unwrap().into_array::<T>().unwrap();
        for (position, value) in block.iter_mut().enumerate() {
            let number = FillValue::from(position as u64 * 37 % 113);
            *value = <T as Element>::from_fill(number).unwrap_or_else(|| T::from_fill((position as u64 % 2).into()).unwrap());
        }
        Block::from(block)
    })
}

fn memory(dims: &[Dim], dtype: DType) -> MemoryArray {
    let meta = meta(dims, dtype);
    let block = voxels(&meta);
    MemoryArray::from_meta(meta, block).unwrap()
}

fn dtype() -> impl Strategy<Value = DType> {
    prop::sample::select(&DType::ALL[..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn memory_arrays_conform(dims in dims(), dtype in dtype()) {
        let array = memory(&dims, dtype);
        check_array(&array).unwrap();
        check_writer(&array).unwrap();
    }

    #[test]
    fn crops_conform(dims in dims(), dtype in dtype(), cut in 0_i64..3) {
        let source: ArrayRef = Arc::new(memory(&dims, dtype));
        let grid = *source.meta().grid();
        let all = *source.meta().voxel_box();
        let end = Coordinate::try_from(&all.end().iter().zip(all.begin().iter())
            .map(|(end, begin)| (end - cut).max(begin + 1)).collect::<Vec<_>>()[..]).unwrap();
        let roi = grid.to_world(&VoxelBox::from_bounds(all.begin(), end).unwrap()).unwrap();
        let crop = Crop::new(source.clone(), roi, Rounding::Exact).unwrap();
        check_array(&crop).unwrap();
        check_writer(&crop).unwrap();
        check_transfers(source, |source| Ok(Arc::new(Crop::new(source, roi, Rounding::Exact)?))).unwrap();
    }

    #[test]
    fn moving_an_array_moves_its_answers(dims in dims(), by in -100_i64..100) {
        let array = memory(&dims, DType::U16);
        let block = array.view().clone();
        let size = array.voxel_size();
        let axes = array.axes().clone();
        let meta = array.meta().clone();
        let make = |offset: Coordinate<Length>| -> array_core::Result<ArrayRef> {
            let grid = Grid::through(offset, size)?;
            let begin = grid.voxel_at(&offset)?;
            let voxels = VoxelBox::new(begin, meta.voxel_box().shape())?;
            let extents = meta.plain_extents();
            let meta = ArrayMeta::new("moved", DType::U16, axes.clone(), &extents, grid, voxels)?;
            Ok(Arc::new(MemoryArray::from_meta(meta, block.clone())?))
        };
        let by = Coordinate::filled(size.dims(), Length::new(by, 7).unwrap()).unwrap();
        check_translation(make, array.meta().offset(), by).unwrap();
    }
}

#[test]
fn npy_files_conform() {
    let folder = tempfile::tempdir().unwrap();
    for (position, shape) in [vec![7], vec![5, 6], vec![4, 5, 30], vec![2, 3, 4, 5]].into_iter().enumerate() {
        for dtype in [DType::Bool, DType::U8, DType::I16, DType::U64, DType::F32] {
            let path = folder.path().join(format!("{position}-{dtype}.npy"));
            let rank = shape.len().min(3);
            let size = Coordinate::filled(rank, "4.56".parse::<Length>().unwrap()).unwrap();
            let offset = Coordinate::filled(rank, "-10.5".parse::<Length>().unwrap()).unwrap();
            let block = FillValue::from(1).block(dtype, &shape).unwrap();
            let array = MemoryArray::new("a", block, size, offset).unwrap();
            let block = voxels(array.meta());
            npy::write(&mut std::fs::File::create(&path).unwrap(), &block.view()).unwrap();
            let file = NpyArray::open(&path, NpyOptions::default().with_voxel_size(size).with_offset(offset)).unwrap();
            assert_eq!(file.roi(), array.roi());
            assert!(file.data().unwrap().same_bits(&block));
            check_array(&file).unwrap();
        }
    }
}

#[test]
fn a_large_region_of_a_file_is_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.npy");
    let data = ndarray::Array3::from_shape_fn((3, 1500, 2000), |(z, y, x)| (z + 3 * y + 7 * x) as u16).into_dyn();
    npy::write(&mut std::fs::File::create(&path).unwrap(), &Block::from(data.clone()).view()).unwrap();
    let file = NpyArray::open(&path, NpyOptions::default()).unwrap();
    assert_eq!(file.plan(file.meta().voxel_box()).unwrap().requests, 6, "planes of 6 MB, pieces of 4 MiB");
    assert_eq!(file.data().unwrap(), Block::from(data.clone()));
    let rows = file.read::<u16>(Roi::new([1, 100, 0], [2, 1300, 2000]).unwrap()).unwrap();
    assert_eq!(rows, data.slice(ndarray::s![1..3, 100..1400, ..]).into_dyn());

    let line = ndarray::Array1::from_shape_fn(3 << 20, |x| x as u32).into_dyn();
    npy::write(&mut std::fs::File::create(&path).unwrap(), &Block::from(line.clone()).view()).unwrap();
    let file = NpyArray::open(&path, NpyOptions::default()).unwrap();
    assert_eq!(file.plan(file.meta().voxel_box()).unwrap().requests, 3, "a row of 12 MiB is no piece of 4");
    assert_eq!(
        file.read::<u32>(Roi::new([5], [2 << 20]).unwrap()).unwrap(),
        line.slice(ndarray::s![5..(2 << 20) + 5]).into_dyn()
    );
}

#[test]
fn unbounded_axes_mean_everything() {
    let array = memory(
        &[
            Dim::Plain { kind: AxisKind::Channel, extent: 2 },
            Dim::Physical { step: Length::from(8), origin: Length::from(3), begin: -2, extent: 5 },
        ],
        DType::I32,
    );
    let all = array.read_block(Roi::<i64>::unbounded(1).unwrap()).unwrap();
    assert_eq!(all, array.data().unwrap());
    assert_eq!(all.shape(), [2, 5]);
    assert_eq!(array.index_ranges(Roi::new([-5], [16]).unwrap()).unwrap(), [0..2, 1..3]);
}

#[test]
fn an_array_without_a_place_conforms() {
    let array = memory(&[Dim::Plain { kind: AxisKind::Channel, extent: 3 }], DType::U8);
    check_array(&array).unwrap();
    assert_eq!(array.read_block(Roi::<i64>::unbounded(0).unwrap()).unwrap(), array.data().unwrap());
}
