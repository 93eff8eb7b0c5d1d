//! What is served is what `read` returns, at every level.

use std::collections::BTreeMap;
use std::sync::Arc;

use ng_serve::array_core::testing::random_array;
use ng_serve::array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Conversion, Coordinate, Crop, DType, Grid,
    Kind, Length, MemoryArray, Provenance, ReadContext, Roi, Rounding, VoxelBox,
};
use ng_serve::ng_layer::precomputed::{Scale, chunk_name, decode_chunk, levels, publish};
use ng_serve::{Running, ServeOptions};
use proptest::prelude::*;
use resample::{Extent, Factor, Method, ResampledArray, Spec, Target};

use crate::arrays::{image, one, start};
use crate::client::ask;

/// Types that the viewer can show, with what they mean.
const TYPES: [(DType, Kind); 17] = [
    (DType::Bool, Kind::Image),
    (DType::U8, Kind::Image),
    (DType::I8, Kind::Image),
    (DType::U16, Kind::Image),
    (DType::I16, Kind::Image),
    (DType::U32, Kind::Image),
    (DType::I32, Kind::Image),
    (DType::U64, Kind::Image),
    (DType::F32, Kind::Image),
    (DType::F64, Kind::Image),
    (DType::U8, Kind::Labels),
    (DType::U16, Kind::Labels),
    (DType::U32, Kind::Labels),
    (DType::U64, Kind::Labels),
    (DType::Bool, Kind::Mask),
    (DType::U8, Kind::Mask),
    (DType::F32, Kind::Mask),
];

const ORDERS: [[&str; 3]; 3] = [["z", "y", "x"], ["x", "y", "z"], ["y", "x", "z"]];

/// In z, y, x order.
#[derive(Clone, Debug)]
struct Case {
    kind: (DType, Kind),
    channels: Option<usize>,
    /// Names of the axes of space, in the order of the data.
    order: [&'static str; 3],
    begin: [i64; 3],
    shape: [i64; 3],
    step: [Length; 3],
    origin: [Length; 3],
    chunk: [i64; 3],
}

fn begin() -> impl Strategy<Value = i64> {
    prop_oneof![4 => -40_i64..40, 1 => (1_i64 << 24)..(1 << 24) + 5000, 1 => -(1_i64 << 40)..(1 << 40)]
}

fn step() -> impl Strategy<Value = Length> {
    prop_oneof![
        Just(Length::from(8)),
        Just(Length::from(40)),
        Just("4.56".parse().unwrap()),
        Just("4/3".parse().unwrap())
    ]
}

fn cases() -> impl Strategy<Value = Case> {
    let three = |range: std::ops::Range<i64>| [range.clone(), range.clone(), range];
    let place = ([begin(), begin(), begin()], three(1..24), [step(), step(), step()], 0_i64..3);
    (proptest::sample::select(&TYPES[..]), 0_usize..4, proptest::sample::select(&ORDERS[..]), place, three(3..12))
        .prop_map(|(kind, channels, order, (begin, shape, step, third), chunk)| {
            let one_channel = kind.1 != Kind::Image && !kind.0.is_float();
            let channels = if channels == 0 { None } else { Some(if one_channel { 1 } else { channels }) };
            let origin = step.map(|step| step * Length::new(third, 3).unwrap());
            Case { kind, channels, order, begin, shape, step, origin, chunk }
        })
}

impl Case {
    /// Entries by z, y, x in the order of the data.
    fn ordered<T: Copy>(&self, zyx: [T; 3]) -> [T; 3] {
        self.order.map(|name| zyx[["z", "y", "x"].iter().position(|axis| *axis == name).unwrap()])
    }

    fn array(&self) -> MemoryArray {
        let mut axes: Vec<AxisInfo> = self.order.map(AxisInfo::space).to_vec();
        if self.channels.is_some() {
            axes.insert(0, AxisInfo::plain("c", AxisKind::Channel));
        }
        let grid = Grid::new(self.ordered(self.origin), self.ordered(self.step)).unwrap();
        let voxels = VoxelBox::new(self.ordered(self.begin), self.ordered(self.shape)).unwrap();
        let extents: Vec<usize> = self.channels.into_iter().collect();
        let meta = ArrayMeta::new("array", self.kind.0, Axes::new(axes).unwrap(), &extents, grid, voxels).unwrap();
        random_array(&meta.with_kind(self.kind.1, Provenance::Stated("here".to_owned())))
    }
}

/// All voxels of a level as they were sent: channel, z, y, x.
fn served(server: &Running, scale: &Scale) -> BTreeMap<[i64; 3], Block> {
    let info = server.info("a").unwrap();
    let chunks = scale.chunks().unwrap();
    let fetch = |(cell, chunk): ([i64; 3], VoxelBox)| {
        let path = format!("a/{}/{}", scale.key(), chunk_name(&chunk));
        let answer = ask(server, "GET", &path, &[("Accept-Encoding", "gzip")]);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        let shape = info.chunk_shape(&chunk).unwrap();
        (cell, decode_chunk(&answer.decoded(), info.dtype(), shape, scale.encoding()).unwrap())
    };
    chunks.iter().map(fetch).collect()
}

/// What `read` of a level returns there.
fn read(level: &dyn Array, scale: &Scale, cell: [i64; 3]) -> Block {
    let meta = level.meta();
    let chunk = scale.chunks().unwrap().chunk(cell).unwrap();
    let all = meta.voxel_box();
    let (mut begin, mut shape) = (all.begin().to_vec(), all.shape().to_vec());
    for (axis, name) in ["z", "y", "x"].into_iter().enumerate() {
        let dim = (0..3).find(|dim| meta.axes().physical_name(*dim) == name).unwrap();
        begin[dim] += chunk.begin()[axis] - scale.voxels().begin()[axis];
        shape[dim] = chunk.shape()[axis];
    }
    let coordinate = |entries: &[i64]| Coordinate::try_from(entries).unwrap();
    let voxels = VoxelBox::new(coordinate(&begin), coordinate(&shape)).unwrap();
    publish(meta, &level.read_box(&voxels, &ReadContext::default()).unwrap().view()).unwrap()
}

/// World position of the first voxel of an array, in z, y, x order.
fn corner(array: &dyn Array) -> [Length; 3] {
    let meta = array.meta();
    ["z", "y", "x"].map(|name| meta.offset()[(0..3).find(|dim| meta.axes().physical_name(*dim) == name).unwrap()])
}

/// The same by what is published: the first published voxel of the finest scale is the first of the array, and all scales
/// count from one corner.
fn corner_of(case: &Case, scales: &[Scale], scale: &Scale) -> [Length; 3] {
    [0, 1, 2].map(|axis| {
        let left_out = case.begin[axis] - scales[0].voxels().begin()[axis];
        let published = scale.resolution()[axis] * Length::from(scale.voxels().begin()[axis]);
        case.origin[axis] + case.step[axis] * Length::from(left_out) + published
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_served_is_what_is_read(case in cases()) {
        let array: ArrayRef = Arc::new(case.array());
        let factors: Vec<Coordinate> = [1, 2, 4].map(|factor| [factor; 3].into()).to_vec();
        let expected = levels(array.meta(), &factors).unwrap();
        let options = ServeOptions::default().with_chunk(case.chunk).with_factors([[1; 3], [2; 3], [4; 3]]);
        let server = start(vec![("a", Arc::clone(&array))], &options);
        let info = server.info("a").unwrap();
        let mut arrays = server.levels("a").unwrap();
        arrays[0] = array;
        for ((scale, level), expected) in info.scales().iter().zip(arrays).zip(expected) {
            prop_assert_eq!(scale.voxels(), expected.voxels);
            prop_assert_eq!(scale.resolution(), expected.resolution);
            prop_assert_eq!(corner_of(&case, info.scales(), scale), corner(&*level));
            for (cell, block) in served(&server, scale) {
                prop_assert!(block.same_bits(&read(&*level, scale, cell)), "{} {:?}", scale.key(), cell);
            }
        }
    }
}

/// What has to be among the cases is.
#[test]
fn cases_are_of_every_sort() {
    use proptest::strategy::ValueTree;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let cases: Vec<Case> = (0..256).map(|_| cases().new_tree(&mut runner).unwrap().current()).collect();
    let has = |what: &str, is: &dyn Fn(&Case) -> bool| assert!(cases.iter().any(is), "no case has {what}");
    for kind in TYPES {
        has(&format!("{kind:?}"), &|case| case.kind == kind);
    }
    for order in ORDERS {
        has(&format!("{order:?}"), &|case| case.order == order);
    }
    has("odd sides", &|case| case.shape.iter().all(|side| side % 2 == 1));
    has("one voxel along an axis", &|case| case.shape.contains(&1));
    has("negative offsets", &|case| case.begin.iter().all(|begin| *begin < 0));
    has("offsets above 2^24", &|case| case.begin.iter().any(|begin| ((1 << 24)..1 << 25).contains(begin)));
    has("offsets about 2^40", &|case| case.begin.iter().any(|begin| begin.abs() > 1 << 38));
    has("voxels of 4.56 nm", &|case| case.step.contains(&"4.56".parse().unwrap()));
    has("grids between the grids", &|case| case.origin.iter().any(|origin| *origin != Length::ZERO));
    has("channels", &|case| case.channels == Some(3));
}

#[test]
fn views_of_views_are_served_as_they_read() {
    let nm = |size: &str| size.parse::<Length>().unwrap();
    let em: ArrayRef = Arc::new(image((40, 50, 60)));
    let em = ResampledArray::new("em", em, Target::voxel_size([nm("12"), nm("40/3"), nm("4.56")]), Spec::default());
    let em: ArrayRef = Arc::new(em.unwrap());
    let region = Roi::new([25, 30, 11], [300, 380, 450]).unwrap();
    let part: ArrayRef = Arc::new(Crop::new(em, region, Rounding::Shrink).unwrap());
    let server = start(vec![("a", Arc::clone(&part))], &ServeOptions::default().with_chunk([16, 16, 32]));
    let info = server.info("a").unwrap();
    assert!(info.scales().len() > 1);
    for (scale, level) in info.scales().iter().zip(server.levels("a").unwrap()) {
        for (cell, block) in served(&server, scale) {
            assert!(block.same_bits(&read(&*level, scale, cell)), "{} {cell:?}", scale.key());
        }
    }
    let (whole, finest) = (part.data().unwrap(), server.levels("a").unwrap()[0].data().unwrap());
    assert!(finest.same_bits(&whole), "the finest level is the view itself");
}

type Values = BTreeMap<[i64; 3], i64>;

/// Reduces the windows of voxels that share an index after division by the factors, in the plainest of ways.
fn coarser(values: &Values, factors: [i64; 3], reduce: fn(&[i64]) -> i64) -> Values {
    let mut windows: BTreeMap<[i64; 3], Vec<i64>> = BTreeMap::new();
    for (place, value) in values {
        let window = [0, 1, 2].map(|axis| place[axis].div_euclid(factors[axis]));
        windows.entry(window).or_default().push(*value);
    }
    windows.into_iter().map(|(place, values)| (place, reduce(&values))).collect()
}

fn mean(values: &[i64]) -> i64 {
    let (sum, count) = (values.iter().sum::<i64>(), values.len() as i64);
    let (whole, rest) = (sum.div_euclid(count), sum.rem_euclid(count));
    whole + i64::from(2 * rest > count || (2 * rest == count && whole % 2 != 0))
}

fn mode(values: &[i64]) -> i64 {
    let mut counts: BTreeMap<i64, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(*value).or_default() += 1;
    }
    let most = counts.values().copied().max().unwrap();
    counts.into_iter().find(|(_, count)| *count == most).unwrap().0
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Each level of an image against the mean of all voxels that were served of the finest one, each level of labels against
    /// the votes of the level before.
    #[test]
    fn levels_are_exact_means_and_votes_of_the_level_before(
        begin in [-30_i64..30, -30..30, -30..30], shape in [1_i64..20, 1..20, 1..20], twos in any::<bool>(), seed in any::<u32>(),
        (dtype, kind) in proptest::sample::select(&[
            (DType::U8, Kind::Image), (DType::I16, Kind::Image), (DType::U32, Kind::Image), (DType::Bool, Kind::Image),
            (DType::U32, Kind::Labels), (DType::U8, Kind::Mask),
        ][..]),
    ) {
        let array = noise(VoxelBox::new(begin, shape).unwrap(), dtype, kind, seed);
        let factors = if twos { [[1; 3], [2; 3], [4; 3], [8; 3]] } else { [[1; 3], [1, 2, 3], [3, 2, 6], [6, 4, 6]] };
        let server = one(array, &ServeOptions::default().with_chunk([9, 7, 8]).with_factors(factors));
        let scales = server.info("a").unwrap().scales();
        let levels: Vec<Values> = scales.iter().map(|scale| values(&server, scale)).collect();
        for (level, values) in levels.iter().enumerate().skip(1) {
            let factors = factors.map(|factors| factors.map(i64::from));
            let expected = if kind == Kind::Image {
                coarser(&levels[0], factors[level], mean)
            } else {
                let ratio = [0, 1, 2].map(|axis| factors[level][axis] / factors[level - 1][axis]);
                coarser(&levels[level - 1], ratio, mode)
            };
            prop_assert_eq!(values, &expected, "{}", scales[level].key());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the axes, channels and places: a level is what one resampling of the array itself gives.
    #[test]
    fn levels_of_images_are_what_resampling_gives_at_once(
        case in cases().prop_filter("sums of these are exact", |case| {
            case.kind.1 == Kind::Image && !case.kind.0.is_float() && case.kind.0 != DType::U64
        }),
    ) {
        let array: ArrayRef = Arc::new(case.array());
        let options = ServeOptions::default().with_chunk(case.chunk).with_factors([[1; 3], [2; 3], [4; 3]]);
        let server = start(vec![("a", Arc::clone(&array))], &options);
        for (level, factor) in server.levels("a").unwrap().into_iter().zip([1, 2, 4]) {
            let spec = Spec::default().with_method(Method::Mean).with_extent(Extent::Cover);
            let factors = Target::Factors(vec![Factor::down_by(factor).unwrap(); 3]);
            let direct = ResampledArray::new("direct", Arc::clone(&array), factors, spec).unwrap();
            prop_assert_eq!(level.meta().voxel_box(), direct.meta().voxel_box());
            prop_assert!(level.data().unwrap().same_bits(&direct.data().unwrap()), "{}", factor);
        }
    }
}

/// Values all over the range of an image, a few labels.
fn noise(voxels: VoxelBox, dtype: DType, kind: Kind, seed: u32) -> MemoryArray {
    let grid = Grid::new([Length::ZERO; 3], [Length::from(8); 3]).unwrap();
    let mut state = seed;
    let values = ng_serve::array_core::ndarray::ArrayD::from_shape_simple_fn(voxels.shape_usize().unwrap(), || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        match (kind, dtype) {
            (Kind::Image, DType::U8) => i64::from(state >> 24),
            (Kind::Image, DType::I16) => i64::from(state >> 16) - 32768,
            (Kind::Image, DType::U32 | DType::U64) => state.into(),
            (Kind::Image, _) => i64::from(state >> 31),
            _ => i64::from(state >> 30),
        }
    });
    let meta = ArrayMeta::new("array", dtype, Axes::zyx(), &[], grid, voxels).unwrap();
    let meta = meta.with_kind(kind, Provenance::Stated("here".to_owned()));
    MemoryArray::from_meta(meta, Block::from(values).convert(dtype, Conversion::Exact).unwrap()).unwrap()
}

/// All values of a level as they were sent, by place.
fn values(server: &Running, scale: &Scale) -> Values {
    let mut values = Values::new();
    for (cell, block) in served(server, scale) {
        let corner = scale.chunks().unwrap().chunk(cell).unwrap().begin();
        let block = block.convert(DType::I64, Conversion::Exact).unwrap().into_array::<i64>().unwrap();
        for (place, value) in block.indexed_iter() {
            values.insert([0, 1, 2].map(|axis| corner[axis] + place[axis + 1] as i64), *value);
        }
    }
    values
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Sums of 64-bit integers have no room: each level may be off by a half more than the one before.
    #[test]
    fn means_of_means_are_off_by_a_half_for_each_level(corner in [-3_i64..3, -3..3, -3..3], seed in any::<u32>()) {
        let voxels = VoxelBox::new(corner.map(|index| 8 * index), [8, 16, 8]).unwrap();
        let array = noise(voxels, DType::U64, Kind::Image, seed);
        let server = one(array, &ServeOptions::default().with_factors([[1; 3], [2; 3], [4; 3], [8; 3]]));
        let levels: Vec<Values> = server.info("a").unwrap().scales().iter().map(|scale| values(&server, scale)).collect();
        for (level, values) in levels.iter().enumerate().skip(1) {
            let exact = coarser(&levels[0], [1 << level; 3], mean);
            // The exact mean is rounded here, too.
            let most = (level + 1) as i64 / 2;
            prop_assert!(exact.iter().all(|(place, mean)| (values[place] - mean).abs() <= most), "level {}", level);
        }
    }
}

/// The rim that chained means get wrong: what exists of a window weighs by its voxels.
#[test]
fn a_mean_at_the_rim_is_that_of_the_voxels_that_exist() {
    let row = ng_serve::array_core::ndarray::Array3::from_shape_vec((1, 1, 5), vec![0_u8, 0, 0, 0, 255]).unwrap();
    let array = MemoryArray::new("row", row.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap();
    let server = one(array, &ServeOptions::default().with_factors([[1; 3], [2; 3], [4; 3], [8; 3]]));
    let coarsest = server.info("a").unwrap().scales().last().unwrap();
    assert_eq!(values(&server, coarsest).into_values().collect::<Vec<_>>(), [51]);
}
