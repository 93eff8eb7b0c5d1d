//! Indices as far out as they go, volumes that no memory holds, results that none would hold.

use std::sync::Arc;

use array_core::ndarray::ArrayD;
use array_core::{
    Array, ArrayExt, ArrayMeta, Axes, AxisInfo, BlockMut, DType, Grid, Kind, Length, Provenance, ReadContext, VoxelBox,
};
use resample::{
    Anchor, AntiAlias, Boundary, Error, Extent, Factor, Method, Order, PartialWindows, ResampledArray, Spec, resample,
};

/// Noise computed from indices, so that the volume may have any size. It repeats: voxel `i` is voxel `i mod period`.
#[derive(Debug)]
struct Noise {
    meta: ArrayMeta,
    period: i64,
}

impl Noise {
    fn new(begin: i64, extent: i64, period: i64) -> Self {
        let axes = Axes::new([AxisInfo::space("x")]).unwrap();
        let voxels = VoxelBox::new([begin], [extent]).unwrap();
        let grid = Grid::with_step([Length::ONE]).unwrap();
        let meta = ArrayMeta::new("noise", DType::U16, axes, &[], grid, voxels).unwrap();
        Self { meta: meta.with_kind(Kind::Image, Provenance::Stated("test".to_owned())), period }
    }
}

impl Array for Noise {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, _: &ReadContext) -> array_core::Result<()> {
        for (value, index) in out.into_view::<u16>()?.iter_mut().zip(voxels.range(0)?) {
            *value = ((index.rem_euclid(self.period) + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15_u64 as i64) >> 48) as u16;
        }
        Ok(())
    }
}

fn specs() -> impl Iterator<Item = Spec> {
    let linear = Spec::default().with_method(Method::Interpolate(Order::Linear));
    let boundaries = [Boundary::Mirror, Boundary::Symmetric, Boundary::Nearest, Boundary::Constant(3.0)];
    let linear = boundaries.map(|boundary| linear.clone().with_boundary(boundary));
    let off = linear[0].clone().with_anti_alias(AntiAlias::Off);
    let others = [Method::Interpolate(Order::Nearest), Method::Mean, Method::Mode, Method::Labels];
    let cubic = Spec::default().with_method(Method::Interpolate(Order::Cubic));
    linear.into_iter().chain([off, cubic]).chain(others.map(|method| Spec::default().with_method(method)))
}

fn read(array: &ResampledArray, begin: i64, extent: i64) -> ArrayD<u16> {
    let voxels = VoxelBox::new([begin], [extent]).unwrap();
    array.read_box(&voxels, &ReadContext::default()).unwrap().into_array().unwrap()
}

/// Far out, voxels are made exactly as they are near 0: nothing is lost in the arithmetic of indices.
#[test]
fn far_voxels_are_made_as_near_ones() {
    for (up, down) in [(1, 2), (2, 3), (3, 2), (1, 1000), (1000, 999), (999, 1000), (7, 1)] {
        let (u, d) = (i64::from(up), i64::from(down));
        // By so many periods of the two grids that indices come near the largest with exact positions in nm.
        let periods = (1 << 50) / u.max(d);
        for spec in specs() {
            let make = |periods: i64| {
                let noise = Arc::new(Noise::new(-5000 + periods * d, 10_000, d));
                ResampledArray::new("r", noise, vec![Factor::new(up, down).unwrap()], spec.clone()).unwrap()
            };
            let (near, far, below) = (make(0), make(periods), make(-periods));
            let (begin, end) = (near.meta().voxel_box().begin()[0], near.meta().voxel_box().end()[0]);
            for first in [begin, end - 9] {
                let expected = read(&near, first, 9);
                assert_eq!(read(&far, first + periods * u, 9), expected, "{up}/{down} {spec:?}");
                assert_eq!(read(&below, first - periods * u, 9), expected, "{up}/{down} {spec:?}");
            }
        }
    }
}

#[test]
fn volumes_as_large_as_indices_allow_have_two_ends() {
    for (begin, extent) in [(-(1_i64 << 61), 1_i64 << 62), (-(1 << 62), 3 << 61), (0, 1 << 62)] {
        for (spec, extent_rule) in specs().flat_map(|spec| [(spec.clone(), Extent::Inside), (spec, Extent::Cover)]) {
            let noise = Arc::new(Noise::new(begin, extent, 1 << 40));
            let spec = spec.with_extent(extent_rule);
            let array = ResampledArray::new("r", noise, vec![Factor::down_by(2).unwrap()], spec).unwrap();
            let voxels = *array.meta().voxel_box();
            read(&array, voxels.begin()[0], 4);
            read(&array, voxels.end()[0] - 4, 4);
        }
    }
}

#[test]
fn indices_out_of_reach_are_an_error_unless_counted_from_the_array() {
    let make = |anchor| {
        let noise = Arc::new(Noise::new(i64::MAX - 100, 100, 7));
        let spec = Spec::default().with_anchor(anchor);
        ResampledArray::new("r", noise, vec![Factor::down_by(2).unwrap()], spec)
    };
    assert!(matches!(make(Anchor::Grid), Err(Error::IndexTooLarge { .. })));
    let counted = make(Anchor::Array).unwrap();
    let same = ResampledArray::new(
        "r",
        Arc::new(Noise::new((i64::MAX - 100) % 7, 100, 7)),
        vec![Factor::down_by(2).unwrap()],
        Spec::default().with_anchor(Anchor::Array),
    );
    assert_eq!(counted.data().unwrap(), same.unwrap().data().unwrap());
}

#[test]
fn windows_far_larger_than_the_source_are_no_trouble() {
    let square = ArrayD::from_elem(vec![3, 3], 5_u16);
    let huge = [Factor::down_by(u32::MAX >> 1).unwrap(); 2];
    for method in [Method::Mean, Method::Mode, Method::Min, Method::Max, Method::Median, Method::Stride, Method::Labels]
    {
        let spec = Spec::default().with_method(method).with_extent(Extent::Cover);
        assert_eq!(resample(square.view(), &huge, &spec).unwrap(), ArrayD::from_elem(vec![1, 1], 5));
        if method == Method::Stride {
            continue;
        }
        let first = spec.clone().with_partial_windows(PartialWindows::FirstVoxel);
        assert_eq!(resample(square.view(), &huge, &first).unwrap(), ArrayD::from_elem(vec![1, 1], 5));
        let padded = spec.with_partial_windows(PartialWindows::Pad(0.into()));
        let error = resample(square.view(), &huge, &padded).unwrap_err();
        assert!(matches!(error, Error::PaddingTooLarge { .. }), "{error}");
        assert!(error.to_string().contains("partial_windows = include"), "{error}");
    }
}

#[test]
fn axes_without_voxels_are_refused_unless_they_are_kept() {
    let none = ArrayD::<u8>::zeros(vec![4, 0]);
    let half = Factor::down_by(2).unwrap();
    let error = resample(none.view(), &[Factor::ONE, half], &Spec::default()).unwrap_err();
    assert!(matches!(error, Error::EmptyAxis { axis: 1 }), "{error}");
    assert_eq!(resample(none.view(), &[half, Factor::ONE], &Spec::default()).unwrap().shape(), [2, 0]);
}

#[test]
fn results_that_memory_cannot_hold_are_errors() {
    let line = ArrayD::from_elem(vec![1 << 20], 1_u8);
    let spec = Spec::default().with_method(Method::Mode);
    let error = resample(line.view(), &[Factor::up_by(u32::MAX).unwrap()], &spec).unwrap_err();
    assert!(error.to_string().contains("read a smaller region"), "{error}");
}
