//! What is served is what `read` returns, at every level.

use std::collections::BTreeMap;
use std::sync::Arc;

use ng_serve::array_core::testing::random_array;
use ng_serve::array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, Coordinate, Crop, DType, Grid, Kind, Length,
    MemoryArray, Provenance, ReadContext, Roi, Rounding, VoxelBox,
};
use ng_serve::ng_layer::precomputed::{Scale, chunk_name, decode_chunk, levels, publish};
use ng_serve::{Running, ServeOptions};
use proptest::prelude::*;
use resample::{ResampledArray, Spec, Target};

use crate::arrays::{image, one, start};
use crate::client::ask;

/// Types that the viewer can show, with what they mean.
const TYPES: [(DType, Kind); 16] = [
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
        let array = case.array();
        let factors: Vec<Coordinate> = [1, 2, 4].map(|factor| [factor; 3].into()).to_vec();
        let expected = levels(array.meta(), &factors).unwrap();
        let options = ServeOptions::default().with_chunk(case.chunk).with_factors([[1; 3], [2; 3], [4; 3]]);
        let server = one(array, &options);
        let info = server.info("a").unwrap();
        let arrays = server.levels("a").unwrap();
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

/// The windows of the level before, clipped to it, anchored at 0; in the plainest of ways.
fn coarser(voxels: &VoxelBox, value: &dyn Fn([i64; 3]) -> i64, reduce: fn(&[i64]) -> i64) -> BTreeMap<[i64; 3], i64> {
    let mut windows: BTreeMap<[i64; 3], Vec<i64>> = BTreeMap::new();
    let (begin, end) = (voxels.begin(), voxels.end());
    for z in begin[0]..end[0] {
        for y in begin[1]..end[1] {
            for x in begin[2]..end[2] {
                let window = [z, y, x].map(|index: i64| index.div_euclid(2));
                windows.entry(window).or_default().push(value([z, y, x]));
            }
        }
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

    /// Each level against a naive reduction of what was served of the level before.
    #[test]
    fn levels_are_means_and_votes_of_the_level_before(
        begin in [-30_i64..30, -30..30, -30..30], shape in [1_i64..20, 1..20, 1..20], labels in any::<bool>(), seed in any::<u32>(),
    ) {
        let grid = Grid::new([Length::ZERO; 3], [Length::from(8); 3]).unwrap();
        let voxels = VoxelBox::new(begin, shape).unwrap();
        let kind = if labels { Kind::Labels } else { Kind::Image };
        let meta = ArrayMeta::new("array", DType::U32, Axes::zyx(), &[], grid, voxels).unwrap();
        let mut state = seed;
        let values = ng_serve::array_core::ndarray::ArrayD::from_shape_simple_fn(voxels.shape_usize().unwrap(), || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> if labels { 30 } else { 12 }
        });
        let array = MemoryArray::from_meta(meta.with_kind(kind, Provenance::Stated("here".to_owned())), Block::from(values)).unwrap();
        let options = ServeOptions::default().with_chunk([9, 7, 8]).with_factors([[1; 3], [2; 3], [4; 3], [8; 3]]);
        let server = one(array, &options);
        let mut finer: Option<(VoxelBox, BTreeMap<[i64; 3], i64>)> = None;
        for scale in server.info("a").unwrap().scales() {
            let mut here = BTreeMap::new();
            for (cell, block) in served(&server, scale) {
                let corner = scale.chunks().unwrap().chunk(cell).unwrap().begin();
                for (place, value) in block.into_array::<u32>().unwrap().indexed_iter() {
                    let place = [0, 1, 2].map(|axis| corner[axis] + place[axis + 1] as i64);
                    here.insert(place, i64::from(*value));
                }
            }
            if let Some((voxels, values)) = finer {
                let expected = coarser(&voxels, &|place| values[&place], if labels { mode } else { mean });
                prop_assert_eq!(&here, &expected, "{}", scale.key());
            }
            finer = Some((scale.voxels(), here));
        }
    }
}
