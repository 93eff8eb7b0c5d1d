//! Assigning regions: types, shapes, scalars, chunks.

use std::sync::Arc;

use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, CancelToken, Chunks, Coordinate, Crop,
    DType, Error, Grid, MemoryArray, ReadContext, Roi, Rounding, VoxelBox, WriteOptions,
};
use ndarray::{Array2, Array3, ArrayView2, arr2, arr3, s};

fn em() -> MemoryArray {
    MemoryArray::new("em", Array3::<u16>::zeros((4, 6, 8)), [40, 8, 8], [400, 0, -16]).unwrap()
}

fn roi(begin: [i64; 3], shape: [i64; 3]) -> Roi {
    Roi::new(begin, shape).unwrap()
}

#[test]
fn arrays_and_views_of_any_number_of_dimensions_are_written_in_one_line() {
    let array = em();
    let voxels = arr3(&[[[1_u16, 2], [3, 4]]]);
    array.write(roi([400, 0, -16], [40, 16, 16]), &voxels).unwrap();
    array.write(roi([440, 0, -16], [40, 16, 16]), voxels.view().reversed_axes().permuted_axes([2, 0, 1])).unwrap();
    array.write(roi([480, 0, -16], [40, 16, 8]), voxels.slice(s![.., .., 1..])).unwrap();
    array.write(roi([520, 0, -16], [40, 16, 16]), &Block::from(voxels.clone())).unwrap();
    array.write(roi([520, 32, -16], [40, 16, 16]), Block::from(voxels).view()).unwrap();
    let read = |z| array.read::<u16>(roi([z, 0, -16], [40, 16, 16])).unwrap();
    assert_eq!(read(400), arr3(&[[[1, 2], [3, 4]]]).into_dyn());
    assert_eq!(read(440), arr3(&[[[1, 3], [2, 4]]]).into_dyn());
    assert_eq!(read(480), arr3(&[[[2, 0], [4, 0]]]).into_dyn());
    assert_eq!(read(520), read(400));
    let sum: u16 = array.read::<u16>(array.roi()).unwrap().sum();
    assert_eq!(sum, 10 + 10 + 6 + 10 + 10);
}

#[test]
fn a_scalar_is_broadcast_exactly() {
    let array = em();
    array.fill(roi([440, 8, 0], [80, 16, 24]), 7).unwrap();
    let mut expected = Array3::<u16>::zeros((4, 6, 8));
    expected.slice_mut(s![1..3, 1..3, 2..5]).fill(7);
    assert_eq!(*array.view(), Block::from(expected));
    array.fill(Roi::<i64>::unbounded(3).unwrap(), 3.0).unwrap();
    assert_eq!(*array.view(), Block::from(Array3::<u16>::from_elem((4, 6, 8), 3)));
    for refused in [array.fill(array.roi(), 70_000), array.fill(array.roi(), 0.5), array.fill(array.roi(), -1)] {
        assert!(matches!(refused, Err(Error::FillNotHeld { .. })), "{refused:?}");
    }
    assert_eq!(*array.view(), Block::from(Array3::<u16>::from_elem((4, 6, 8), 3)), "a refusal changes nothing");
}

#[test]
fn refusals_are_told_apart_and_change_nothing() {
    let array = em();
    let one = Array3::<u16>::ones((1, 1, 1));
    let here = roi([400, 0, -16], [40, 8, 8]);
    let write = |roi: Roi, voxels: &Array3<u16>| array.write(roi, voxels).unwrap_err();
    assert!(matches!(write(roi([360, 0, -16], [40, 8, 8]), &one), Error::OutsideArray { .. }));
    assert!(matches!(write(roi([401, 0, -16], [40, 8, 8]), &one), Error::NotAligned { .. }));
    assert!(matches!(write(roi([400, 0, -16], [40, 8, 16]), &one), Error::ShapeMismatch { .. }));
    assert!(matches!(array.write(here, &one.mapv(f32::from)), Err(Error::DTypeMismatch { .. })));
    let flat: ArrayView2<'_, u16> = one.slice(s![0, .., ..]);
    assert!(matches!(array.write(here, flat), Err(Error::ShapeMismatch { .. })));
    let token = CancelToken::default();
    token.cancel();
    let cancelled = WriteOptions::default().with_context(ReadContext::default().with_cancel(token));
    assert!(matches!(array.write_with(here, &one, &cancelled), Err(Error::Cancelled)));
    assert!(matches!(array.fill_with(here, 1, &cancelled), Err(Error::Cancelled)));
    assert_eq!(*array.view(), Block::zeros(DType::U16, &[4, 6, 8]).unwrap());
    array.write(roi([400, 0, -16], [0, 8, 8]), &Array3::<u16>::zeros((0, 1, 1))).unwrap();
}

#[test]
fn a_crop_writes_to_its_source_at_the_same_place() {
    let source: ArrayRef = Arc::new(em());
    let crop = Crop::new(source.clone(), roi([440, 16, 0], [80, 16, 16]), Rounding::Exact).unwrap();
    crop.fill(crop.roi(), 5).unwrap();
    assert_eq!(source.read::<u16>(crop.roi()).unwrap().sum(), 5 * 8);
    assert_eq!(source.read::<u16>(source.roi()).unwrap().sum(), 5 * 8);
    assert!(matches!(crop.fill(source.roi(), 5), Err(Error::OutsideArray { .. })));
}

/// Rows of `c y x` with chunks of 4 × 3 on a grid on which the array begins at (-2, 5) and has 9 × 8 voxels.
fn chunked() -> MemoryArray {
    let axes = [AxisInfo::plain("c", AxisKind::Channel), AxisInfo::space("y"), AxisInfo::space("x")];
    let grid = Grid::with_step(Coordinate::from([10, 1]).to_lengths()).unwrap();
    let voxels = VoxelBox::new([-2, 5], [9, 8]).unwrap();
    let meta = ArrayMeta::new("c", DType::U8, Axes::new(axes).unwrap(), &[2], grid, voxels).unwrap();
    let meta = meta.with_read_block(Coordinate::from([4, 3])).unwrap();
    MemoryArray::from_meta(meta, Block::zeros(DType::U8, &[2, 9, 8]).unwrap()).unwrap()
}

#[test]
fn whole_chunks_are_those_of_the_grid_cut_at_the_border() {
    let array = chunked();
    let (all, grid) = (*array.meta().voxel_box(), *array.meta().grid());
    let options = WriteOptions::default().with_chunks(Chunks::Whole);
    // All regions, against the list of limits: y from -2 to 7 in chunks of 4, x from 5 to 13 in chunks of 3.
    let (rows, columns) = ([-2, 0, 4, 7], [5, 6, 9, 12, 13]);
    for (y0, x0) in (-2..7).flat_map(|y| (5..13).map(move |x| (y, x))) {
        for (y1, x1) in (y0 + 1..=7).flat_map(|y| (x0 + 1..=13).map(move |x| (y, x))) {
            let voxels = VoxelBox::from_bounds([y0, x0], [y1, x1]).unwrap();
            assert!(all.contains(&voxels));
            let whole = [y0, y1].iter().all(|y| rows.contains(y)) && [x0, x1].iter().all(|x| columns.contains(x));
            let region = grid.to_world(&voxels).unwrap();
            let written = array.fill_with(region, 1, &options);
            assert_eq!(written.is_ok(), whole, "{voxels}: {written:?}");
            array.fill(region, 2).unwrap();
        }
    }
    let error = array.fill_with(Roi::new([0, 7], [40, 2]).unwrap(), 1, &options).unwrap_err();
    let text = error.to_string();
    assert!(matches!(&error, Error::PartialChunk { axis, chunk: 3, .. } if **axis == *"x"), "{error:?}");
    assert!(text.contains("7 nm") && text.contains("6 and 9") && text.contains("chunks = any"), "{text}");
    let error = array.fill_with(Roi::new([-10, 5], [10, 8]).unwrap(), 1, &options).unwrap_err().to_string();
    assert!(error.contains("axis y") && error.contains("-20 and 0"), "not before the array: {error}");
    // Without chunks there is nothing to share.
    em().fill_with(roi([440, 8, 0], [40, 8, 8]), 1, &options).unwrap();
}

#[test]
fn read_only_arrays_say_so() {
    #[derive(Debug)]
    struct Sealed(MemoryArray);
    impl Array for Sealed {
        fn meta(&self) -> &ArrayMeta {
            self.0.meta()
        }
        fn read_voxels(
            &self,
            voxels: &VoxelBox,
            out: array_core::BlockMut<'_>,
            cx: &ReadContext,
        ) -> array_core::Result<()> {
            self.0.read_voxels(voxels, out, cx)
        }
    }
    let array = Sealed(em());
    assert!(!array.writable());
    assert!(matches!(array.fill(array.roi(), 1), Err(Error::ReadOnly { .. })));
    let voxels: Array2<u8> = arr2(&[[1]]);
    assert!(matches!(array.write(array.roi(), &voxels), Err(Error::ReadOnly { .. })));
}
