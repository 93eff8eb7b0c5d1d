//! Random sources: few voxels, any axes, any place.

use std::sync::Arc;

use array_core::testing::{check_array, check_transfers};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Coordinate, DType, Element, FillValue, Grid,
    Length, MemoryArray, Result, VoxelBox, with_dtype,
};
use proptest::prelude::*;

/// Whether a source has a channel axis.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Channel {
    Never,
    Maybe,
    Always,
}

#[derive(Clone, Debug)]
struct Dim {
    step: i64,
    origin: i64,
    begin: i64,
    extent: i64,
}

fn dim() -> impl Strategy<Value = Dim> {
    (1_i64..400, -5000_i64..5000, -9_i64..9, 1_i64..5).prop_map(|(step, origin, begin, extent)| Dim {
        step,
        origin,
        begin,
        extent,
    })
}

fn coordinate<T: Copy + Default>(entries: impl IntoIterator<Item = T>) -> Coordinate<T> {
    Coordinate::try_from_iter(entries).unwrap()
}

/// Metadata with one to three axes of space, and perhaps one of channels and one of samples, in any order.
pub(crate) fn metas(channel: Channel) -> impl Strategy<Value = ArrayMeta> {
    let channels = match channel {
        Channel::Never => Just(None).boxed(),
        Channel::Maybe => proptest::option::of(1_usize..4).boxed(),
        Channel::Always => (1_usize..4).prop_map(Some).boxed(),
    };
    let samples = proptest::option::weighted(0.3, 1_usize..3);
    let dims = proptest::collection::vec(dim(), 1..=3);
    let places = (any::<prop::sample::Index>(), any::<prop::sample::Index>());
    (dims, channels, samples, places).prop_map(|(dims, channels, samples, places)| {
        let mut axes: Vec<(AxisInfo, Option<usize>)> =
            "zyx"[3 - dims.len()..].chars().map(|name| (AxisInfo::space(name), None)).collect();
        if let Some(extent) = channels {
            axes.insert(places.0.index(axes.len() + 1), (AxisInfo::plain("c", AxisKind::Channel), Some(extent)));
        }
        if let Some(extent) = samples {
            axes.insert(places.1.index(axes.len() + 1), (AxisInfo::plain("s", AxisKind::Sample), Some(extent)));
        }
        let third = |n| Length::new(n, 3).unwrap();
        let grid =
            Grid::new(coordinate(dims.iter().map(|d| third(d.origin))), coordinate(dims.iter().map(|d| third(d.step))));
        let voxels = VoxelBox::new(coordinate(dims.iter().map(|d| d.begin)), coordinate(dims.iter().map(|d| d.extent)));
        let extents: Vec<usize> = axes.iter().filter_map(|(_, extent)| *extent).collect();
        let axes = Axes::new(axes.into_iter().map(|(axis, _)| axis).collect::<Vec<_>>()).unwrap();
        ArrayMeta::new("random", DType::U8, axes, &extents, grid.unwrap(), voxels.unwrap()).unwrap()
    })
}

/// The same place with voxels of another type.
pub(crate) fn retyped(meta: &ArrayMeta, dtype: DType) -> ArrayMeta {
    let (axes, extents) = (meta.axes().clone(), meta.plain_extents());
    ArrayMeta::new(meta.name(), dtype, axes, &extents, *meta.grid(), *meta.voxel_box()).unwrap()
}

pub(crate) fn dtypes() -> impl Strategy<Value = DType> {
    prop::sample::select(&DType::ALL[..])
}

/// Types that ids have.
pub(crate) fn id_dtypes() -> impl Strategy<Value = DType> {
    dtypes().prop_filter("ids are whole", |dtype| !dtype.is_float())
}

/// Values that an id, an intensity or a flag may have; each type gets those that it holds. Some are neighbours beyond 2^53.
const PALETTE: [i128; 12] = [0, 0, 1, 2, 3, 100, -1, -7, 1 << 40, (1 << 53) + 1, (1 << 53) + 2, u64::MAX as i128];

/// An array of random values from a palette that suits its type.
pub(crate) fn memory(meta: ArrayMeta, seed: u64) -> MemoryArray {
    let block = with_dtype!(meta.dtype(), T => {
        let palette: Vec<T> = PALETTE.iter().filter_map(|&value| T::from_fill(FillValue::Integer(value))).collect();
        let mut block = Block::zeros(meta.dtype(), meta.shape()).unwrap().into_array::<T>().unwrap();
        let mut state = seed;
        for value in &mut block {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            *value = palette[(state >> 33) as usize % palette.len()];
        }
        Block::from(block)
    });
    MemoryArray::from_meta(meta, block).unwrap()
}

pub(crate) fn shared(meta: ArrayMeta, seed: u64) -> ArrayRef {
    Arc::new(memory(meta, seed))
}

/// What every view has to do whatever it computes.
pub(crate) fn check_view<V: Array + 'static>(source: &ArrayRef, view: impl Fn(ArrayRef) -> Result<V>) {
    let made = view(source.clone()).unwrap();
    check_array(&made).unwrap();
    check_transfers(source.clone(), |source| Ok(Arc::new(view(source)?))).unwrap();
    assert_eq!(made.meta().viewer_source(), &array_core::ViewerSource::Local);
    assert_eq!(made.plan(made.meta().voxel_box()).unwrap().bytes_result, made.data().unwrap().bytes() as u64);
}

/// An array with coarser scales.
#[derive(Debug)]
pub(crate) struct Scaled(pub(crate) ArrayRef, pub(crate) Vec<ArrayRef>);

impl Array for Scaled {
    fn meta(&self) -> &ArrayMeta {
        self.0.meta()
    }

    fn read_voxels(
        &self,
        voxels: &VoxelBox,
        out: array_core::BlockMut<'_>,
        cx: &array_core::ReadContext,
    ) -> Result<()> {
        self.0.read_voxels(voxels, out, cx)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.1
    }
}

/// An array of `shape` voxels of 8 nm with one scale of 16 nm, both of these voxels.
pub(crate) fn pyramid(dtype: DType, shape: &[usize]) -> ArrayRef {
    let array = |size: i64| -> ArrayRef {
        let dims = shape.len().min(3);
        let size = Coordinate::filled(dims, Length::from(size)).unwrap();
        let block = FillValue::from(1).block(dtype, shape).unwrap();
        Arc::new(MemoryArray::new("pyramid", block, size, Coordinate::filled(dims, Length::ZERO).unwrap()).unwrap())
    };
    Arc::new(Scaled(array(8), vec![array(16)]))
}
