//! Random arrays, factors and options.

use std::sync::Arc;

use array_core::ndarray::{ArrayD, IxDyn};
use array_core::{
    Array, ArrayMeta, Axes, AxisInfo, AxisKind, Block, Coordinate, DType, Grid, Kind, Length, MemoryArray, Provenance,
    VoxelBox, with_dtype,
};
use proptest::prelude::*;
use resample::{
    AntiAlias, Boundary, Cast, Extent, Factor, Method, Nans, Order, PartialWindows, ResampledArray, Spec, Ties,
    WideIntegers, Zeros,
};

/// A source and how to resample it.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) begin: Vec<i64>,
    pub(crate) shape: Vec<usize>,
    pub(crate) factors: Vec<Factor>,
    /// Where a channel axis stands among the axes, and its extent.
    pub(crate) channels: Option<(usize, usize)>,
    pub(crate) dtype: DType,
    pub(crate) seed: u64,
    pub(crate) spec: Spec,
}

pub(crate) fn factor(most: u32) -> impl Strategy<Value = Factor> {
    (1..=most, 1..=most).prop_map(|(up, down)| Factor::new(up, down).expect("not zero"))
}

/// Methods with the options that they have; 64-bit integers are let through.
pub(crate) fn spec() -> impl Strategy<Value = Spec> {
    let anti_alias = prop_oneof![Just(None), Just(Some(AntiAlias::Off)), Just(Some(AntiAlias::Gaussian))];
    let interpolation =
        (prop::sample::select(&Order::ALL), anti_alias, boundary()).prop_map(|(order, anti_alias, boundary)| {
            let mut spec = Spec::default().with_method(Method::Interpolate(order)).with_boundary(boundary);
            spec.anti_alias = anti_alias;
            spec
        });
    let areas = (prop_oneof![Just(Method::Mean), Just(Method::Mode), Just(Method::Labels)], zeros(), nans(), ties());
    let areas = areas.prop_map(|(method, zeros, nans, ties)| {
        let spec = Spec::default().with_method(method).with_zeros(zeros);
        if method == Method::Mean { spec.with_nans(nans) } else { spec.with_ties(ties) }
    });
    let ranks = prop_oneof![Just(Method::Min), Just(Method::Max), Just(Method::Median), Just(Method::Stride)];
    let ranks = ranks.prop_map(|method| Spec::default().with_method(method));
    let windows = (prop_oneof![areas, ranks], partial_windows());
    let options = (prop_oneof![Just(Cast::RoundSaturate), Just(Cast::Truncate)], extent());
    let windows = windows.prop_map(|(spec, partial)| match spec.method {
        Some(Method::Stride) => spec,
        _ => spec.with_partial_windows(partial),
    });
    (prop_oneof![2 => interpolation, 3 => windows], options).prop_map(|(spec, (cast, extent))| {
        let partial = spec.partial_windows != PartialWindows::Include;
        let extent = if partial { Extent::Cover } else { extent };
        spec.with_cast(cast).with_extent(extent).with_wide_integers(WideIntegers::ThroughF64)
    })
}

pub(crate) fn boundary() -> impl Strategy<Value = Boundary> {
    prop_oneof![
        Just(Boundary::Mirror),
        Just(Boundary::Symmetric),
        Just(Boundary::Nearest),
        Just(Boundary::Wrap),
        Just(Boundary::Constant(37.0)),
    ]
}

pub(crate) fn zeros() -> impl Strategy<Value = Zeros> {
    prop_oneof![Just(Zeros::Count), Just(Zeros::Ignore)]
}

pub(crate) fn nans() -> impl Strategy<Value = Nans> {
    prop_oneof![Just(Nans::Propagate), Just(Nans::Ignore)]
}

/// Rules for windows of any shape.
pub(crate) fn ties() -> impl Strategy<Value = Ties> {
    prop_oneof![Just(Ties::Lowest), Just(Ties::FirstXFastest)]
}

/// Padding is of a value that every type holds.
pub(crate) fn partial_windows() -> impl Strategy<Value = PartialWindows> {
    prop_oneof![
        3 => Just(PartialWindows::Include),
        1 => Just(PartialWindows::Crop),
        1 => (0..2_u8).prop_map(|value| PartialWindows::Pad(value.into())),
        1 => Just(PartialWindows::FirstVoxel),
    ]
}

/// Whether a method takes whole factors down only.
pub(crate) fn needs_whole_factors(method: Option<Method>) -> bool {
    matches!(method, Some(Method::Min | Method::Max | Method::Median | Method::Stride))
}

pub(crate) fn extent() -> impl Strategy<Value = Extent> {
    prop_oneof![Just(Extent::Inside), Just(Extent::Cover)]
}

pub(crate) fn sample() -> impl Strategy<Value = Sample> {
    let place = (1..=3_usize).prop_flat_map(|dims| {
        let axes = prop::collection::vec((-20..20_i64, 1..9_usize, factor(8)), dims);
        (axes, prop::option::of((0..=dims, 1..4_usize)))
    });
    (place, prop::sample::select(&DType::ALL), any::<u64>(), spec()).prop_map(
        |((axes, channels), dtype, seed, spec)| {
            let begin = axes.iter().map(|axis| axis.0).collect();
            let shape = axes.iter().map(|axis| axis.1).collect();
            let whole = needs_whole_factors(spec.method);
            let factor =
                |factor: Factor| if whole { Factor::down_by(factor.down()).expect("not zero") } else { factor };
            let factors = axes.iter().map(|axis| factor(axis.2)).collect();
            Sample { begin, shape, factors, channels, dtype, seed, spec }
        },
    )
}

impl Sample {
    /// The array, where at least one voxel fits.
    pub(crate) fn array(&self) -> Option<ResampledArray> {
        let source = Arc::new(self.source(self.block()));
        match ResampledArray::new("sample", source, self.factors.clone(), self.spec.clone()) {
            Ok(array) => Some(array),
            Err(resample::Error::NothingInside { .. } | resample::Error::NoneKept { .. }) => None,
            Err(error) => panic!("{self:?}: {error}"),
        }
    }

    pub(crate) fn block_shape(&self) -> Vec<usize> {
        let mut shape = self.shape.clone();
        if let Some((position, extent)) = self.channels {
            shape.insert(position, extent);
        }
        shape
    }

    /// Voxels of few or of very different values, by the seed.
    pub(crate) fn block(&self) -> Block {
        let mut state = self.seed;
        let shape = self.block_shape();
        with_dtype!(self.dtype, T => Block::from(ArrayD::from_shape_simple_fn(IxDyn(&shape), || T::random(&mut state))))
    }

    /// An image of this block on a grid of fractional voxels.
    pub(crate) fn source(&self, block: Block) -> MemoryArray {
        let names = ["z", "y", "x"];
        let mut axes = names[3 - self.shape.len()..].iter().map(|name| AxisInfo::space(*name)).collect::<Vec<_>>();
        let mut extents = Vec::new();
        if let Some((position, extent)) = self.channels {
            axes.insert(position, AxisInfo::plain("c", AxisKind::Channel));
            extents.push(extent);
        }
        let dims = self.shape.len();
        let step = Coordinate::filled(dims, Length::new(457, 100).unwrap()).unwrap();
        // Below the step, above it, and below zero.
        let origins = [Length::new(1, 3), Length::new(2501, 100), Length::new(-77, 2)];
        let origin = origins.into_iter().cycle().nth(self.seed as usize % 3).expect("endless").unwrap();
        let origin = Coordinate::filled(dims, origin).unwrap();
        let shape = self.shape.iter().map(|&extent| extent as i64).collect::<Vec<_>>();
        let begin = Coordinate::try_from(self.begin.as_slice()).unwrap();
        let voxels = VoxelBox::new(begin, Coordinate::try_from(shape.as_slice()).unwrap()).unwrap();
        let grid = Grid::new(origin, step).unwrap();
        let meta = ArrayMeta::new("source", block.dtype(), Axes::new(axes).unwrap(), &extents, grid, voxels).unwrap();
        MemoryArray::from_meta(meta.with_kind(Kind::Image, Provenance::Stated("test".to_owned())), block).unwrap()
    }
}

/// A box inside another, from four numbers per axis.
pub(crate) fn part(whole: &VoxelBox, mut random: impl FnMut() -> u64) -> VoxelBox {
    let (mut begin, mut shape) = (Vec::new(), Vec::new());
    for range in whole.ranges() {
        let extent = (range.end - range.start) as u64;
        let length = 1 + random() % extent;
        begin.push(range.start + (random() % (extent - length + 1)) as i64);
        shape.push(length as i64);
    }
    let coordinate = |entries: &[i64]| Coordinate::try_from(entries).unwrap();
    VoxelBox::new(coordinate(&begin), coordinate(&shape)).unwrap()
}

/// A random number generator that is a function of its state alone.
pub(crate) fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut word = *state;
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// Types with random values: mostly from a small set, sometimes anything.
pub(crate) trait Random {
    fn random(state: &mut u64) -> Self;
}

macro_rules! random {
    ($($T:ident)*) => {$(
        impl Random for $T {
            fn random(state: &mut u64) -> Self {
                let word = next(state);
                if word >> 61 == 0 { next(state) as Self } else { (word % 4) as Self }
            }
        }
    )*};
}

random!(u8 u16 u32 u64 i8 i16 i32 i64);

impl Random for bool {
    fn random(state: &mut u64) -> Self {
        next(state).is_multiple_of(2)
    }
}

impl Random for f32 {
    fn random(state: &mut u64) -> Self {
        f64::random(state) as Self
    }
}

impl Random for f64 {
    fn random(state: &mut u64) -> Self {
        let word = next(state);
        match word >> 58 {
            0 => Self::NAN,
            1 => Self::INFINITY,
            2..16 => (word % 4) as Self,
            _ => (word % 100_000) as Self / 128.0 - 300.0,
        }
    }
}

/// The whole box of an array.
pub(crate) fn whole(array: &ResampledArray) -> VoxelBox {
    *array.meta().voxel_box()
}
