//! What the viewer shows at a position of the world is what `read` returns there (A16), for every view: found by the viewer's
//! own rules from the state, the `info` and the chunks of the server, without a grid of ours.

use std::sync::Arc;

use dvid_fixture::FixtureServer;
use ng_serve::array_core::ndarray::{Array1, Array3, Array4};
use ng_serve::array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisOrder, Beyond, Binarize, Block, BlockCache, CacheOptions, Cached,
    Cast, ChannelPart, Channels, ConcatChannels, Constant, Conversion, Coordinate, Crop, DType, Element, Grid, IdGroup,
    InstanceIds, Intensities, Kind, Length, LogicalOr, MapLabels, MapOptions, MemoryArray, MergeInstances, Permute,
    Provenance, ReadContext, Roi, Rounding, Select, Sum, SumType, Unknown, VoxelBox, with_dtype,
};
use ng_serve::ng_layer::json::Value;
use ng_serve::ng_layer::precomputed::{Info, decode_chunk};
use ng_serve::{Running, ServeOptions};
use resample::{Extent, Factor, Method, Order, ResampledArray, Spec, Target};

use crate::arrays::start;
use crate::client::ask;
use crate::dvid;

/// A volume of odd sides that begins below 0 and between the voxels of other grids, `far` voxels along x from there.
fn volume<T: Element>(name: &str, kind: Kind, far: i64, value: impl Fn([usize; 3]) -> T) -> ArrayRef {
    let nm = |text: &str| text.parse::<Length>().expect("a length");
    let grid = Grid::new([nm("0"), nm("1.52"), nm("8/3")], [nm("40"), nm("4.56"), nm("8")]).expect("a grid");
    let voxels = VoxelBox::new([-7, -33, -5 + far], [13, 41, 37]).expect("a box");
    let meta = ArrayMeta::new(name, T::DTYPE, Axes::zyx(), &[], grid, voxels).expect("metadata");
    let data = Array3::from_shape_fn((13, 41, 37), |(z, y, x)| value([z, y, x])).into_dyn();
    let meta = meta.with_kind(kind, Provenance::Stated("here".to_owned()));
    Arc::new(MemoryArray::from_meta(meta, T::wrap(data)).expect("an array"))
}

fn em(far: i64) -> ArrayRef {
    volume("em", Kind::Image, far, |[z, y, x]| (31 * z + 7 * y + 3 * x + z * y) as u8)
}

fn cells<T: Element + TryFrom<u64>>(bits: u32, far: i64) -> ArrayRef {
    let id = |[z, y, x]: [usize; 3]| (1 << bits) + (z / 3 + 100 * (y / 7) + 10_000 * (x / 5)) as u64;
    volume("cells", Kind::Labels, far, |place| T::try_from(id(place)).ok().expect("it fits"))
}

fn rgb() -> ArrayRef {
    let voxels = Array4::from_shape_fn((3, 9, 20, 31), |(c, z, y, x)| (80 * c + 5 * z + 2 * y + x) as u8).into_dyn();
    let offset = ["-20", "0.5", "3"].map(|text| text.parse::<Length>().expect("a length"));
    Arc::new(MemoryArray::new("rgb", voxels, [40, 4, 8], offset).expect("an array"))
}

fn resampled(source: &ArrayRef, factor: (u32, u32), method: Method, extent: Extent) -> ArrayRef {
    let factor = Factor::new(factor.0, factor.1).expect("a factor");
    let spec = Spec::default().with_method(method).with_extent(extent);
    Arc::new(ResampledArray::new("view", Arc::clone(source), Target::Factors(vec![factor; 3]), spec).expect("a view"))
}

fn crop(source: &ArrayRef) -> ArrayRef {
    let roi = source.roi();
    let (begin, third) =
        (roi.begin().expect("bounded"), roi.shape().expect("bounded").map(|side| side / Length::from(3)));
    let part = Roi::new(begin.checked_add(&third).expect("a corner"), third).expect("a region");
    Arc::new(Crop::new(Arc::clone(source), part, Rounding::Grow).expect("a view"))
}

fn shared(view: impl Array + 'static) -> ArrayRef {
    Arc::new(view)
}

/// Each view of `array-core`.
fn views_of_the_model(em: &ArrayRef, cells: &ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    let copy = Arc::clone;
    let names = |order: &str| AxisOrder::Names(order.split(' ').map(str::to_owned).collect());
    let channels = vec![ChannelPart::Array(copy(em)), ChannelPart::Fill(7.into()), ChannelPart::Array(copy(em))];
    let table: Vec<(i128, i128)> = (0..13).map(|id| ((1 << 60) + id, 7 * id + 1)).collect();
    let options = MapOptions::default().with_unknown(Unknown::Zero).with_dtype(DType::U32);
    let group = [IdGroup::new((0..4).map(|id| (1_i128 << 60) + id))];
    let ids = InstanceIds::Offsets(vec![0, 1 << 62]);
    let cache = BlockCache::of_blocks(1 << 20);
    let blocks = CacheOptions::default().with_block([5, 6, 7]);
    vec![
        ("crop", crop(em)),
        ("crop of a crop", crop(&crop(em))),
        ("cast", shared(Cast::new(copy(em), DType::I16, Conversion::Exact).expect("a view"))),
        ("doubles", shared(Cast::new(copy(em), DType::F64, Conversion::Exact).expect("a view"))),
        ("intensities", shared(Intensities::new(copy(em), 10.0, 97.0, Beyond::Keep).expect("a view"))),
        ("constant", shared(Constant::new(em.meta(), 9.into(), Some(DType::U16)).expect("a view"))),
        ("permuted", shared(Permute::new(copy(em), &names("x z y")).expect("a view"))),
        ("concatenated", shared(ConcatChannels::new("view", channels, None).expect("a view"))),
        ("one channel", shared(Select::new(rgb(), &Channels::One(1)).expect("a view"))),
        ("some channels", shared(Select::new(rgb(), &Channels::List(vec![2, 0])).expect("a view"))),
        ("channels last", shared(Permute::new(rgb(), &names("z y x c")).expect("a view"))),
        ("sum", shared(Sum::new("view", vec![copy(em), copy(em)], SumType::Widened).expect("a view"))),
        ("sum of channels", shared(Sum::new("view", vec![rgb()], SumType::Widened).expect("a view"))),
        ("logical or", shared(LogicalOr::new("view", vec![copy(cells), copy(cells)]).expect("a view"))),
        ("mapped", shared(MapLabels::new(copy(cells), &table, options).expect("a view"))),
        ("binarized", shared(Binarize::new(copy(cells), &group, 0).expect("a view"))),
        ("merged", shared(MergeInstances::new("view", vec![copy(cells), crop(cells)], &ids).expect("a view"))),
        ("cached", shared(Cached::new(copy(em), &cache, &blocks).expect("a view"))),
    ]
}

/// Each method, up and down, and views of views.
fn resampled_views(em: &ArrayRef, cells: &ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    let order = |order| Method::Interpolate(order);
    let third = resampled(em, (2, 3), order(Order::Linear), Extent::Inside);
    vec![
        ("mean", resampled(em, (1, 2), Method::Mean, Extent::Cover)),
        ("median", resampled(em, (1, 3), Method::Median, Extent::Inside)),
        ("order 1 at 2/3", Arc::clone(&third)),
        ("order 3 up", resampled(em, (2, 1), order(Order::Cubic), Extent::Inside)),
        ("order 0 up", resampled(em, (3, 1), order(Order::Nearest), Extent::Inside)),
        ("crop of a resampled one", crop(&third)),
        ("resampled crop", resampled(&crop(em), (1, 2), Method::Max, Extent::Cover)),
        ("mode", resampled(cells, (1, 2), Method::Mode, Extent::Inside)),
        ("mode at 3/2", resampled(cells, (3, 2), Method::Mode, Extent::Cover)),
    ]
}

/// One layer as the viewer knows it.
struct Shown<'a> {
    server: &'a Running,
    path: String,
    info: Value,
    typed: Info,
    transform: Value,
}

impl<'a> Shown<'a> {
    fn of(server: &'a Running, layer: &Value) -> Self {
        let source = &layer["source"];
        let (url, transform) = source
            .as_str()
            .map_or((source["url"].as_str(), source["transform"].clone()), |url| (Some(url), Value::Null));
        let directory = url.expect("an address").strip_suffix("/|neuroglancer-precomputed:").expect("precomputed");
        let path = directory[server.url().len() + 1..].to_owned();
        let info: Value = serde_json::from_slice(&ask(server, "GET", &format!("{path}/info"), &[]).body).expect("JSON");
        let typed = Info::from_json(&info).expect("an info");
        Self { server, path, info, typed, transform }
    }

    /// The voxel of the source at a position in nanometres, along x, y or z: section 2.6 of the rules, turned round.
    fn voxel(&self, axis: usize, nanometres: f64) -> i64 {
        let resolution = self.info["scales"][0]["resolution"][axis].as_f64().expect("a number") / 1e9;
        if self.transform.is_null() {
            return (nanometres / 1e9 / resolution).floor() as i64;
        }
        let name = ["x", "y", "z"][axis];
        let output = self.transform["outputDimensions"][name][0].as_f64().expect("a number");
        let row = self.transform["matrix"][axis].as_array().expect("a row");
        assert_eq!(row[axis].as_f64(), Some(1.0), "{}", self.transform);
        let translation = row.last().and_then(Value::as_f64).expect("a number");
        ((nanometres / 1e9 / output - translation) * output / resolution).floor() as i64
    }

    /// The values of all channels at a position, in the data type of the source.
    fn values(&self, xyz: [f64; 3]) -> Block {
        let scale = &self.info["scales"][0];
        let number = |key: &str, axis: usize| scale[key][axis].as_i64().expect("a number");
        let (mut begin, mut shape, mut inside) = ([0; 3], [0; 3], [0; 3]);
        for axis in 0..3 {
            let (offset, size) = (number("voxel_offset", axis), number("size", axis));
            let edge = scale["chunk_sizes"][0][axis].as_i64().expect("a number");
            let voxel = self.voxel(axis, xyz[axis]) - offset;
            let first = voxel.div_euclid(edge) * edge;
            begin[axis] = offset + first;
            shape[axis] = edge.min(size - first);
            inside[axis] = (voxel - first) as usize;
        }
        let name: Vec<String> = (0..3).map(|axis| format!("{}-{}", begin[axis], begin[axis] + shape[axis])).collect();
        let path = format!("{}/{}/{}", self.path, scale["key"].as_str().expect("a key"), name.join("_"));
        let answer = ask(self.server, "GET", &path, &[]);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        let channels = self.info["num_channels"].as_u64().expect("a number") as usize;
        let [x, y, z] = shape.map(|side| side as usize);
        let chunk =
            decode_chunk(&answer.body, self.typed.dtype(), [channels, z, y, x], self.typed.scales()[0].encoding());
        let [x, y, z] = inside.map(|at| at..at + 1);
        flat(
            chunk
                .expect("a chunk")
                .view()
                .slice(&[0..channels, z, y, x])
                .and_then(|voxel| voxel.to_block())
                .expect("a voxel"),
        )
    }
}

/// The values one after another.
fn flat(block: Block) -> Block {
    with_dtype!(block.dtype(), T => T::wrap(Array1::from_iter(block.into_array::<T>().expect("its type")).into_dyn()))
}

/// Compares the middles of so many voxels.
fn compare(what: &str, array: &ArrayRef, shown: &Shown<'_>, times: usize) {
    let meta = array.meta();
    let mut state = 7_u64;
    for _ in 0..times {
        let mut random = |extent: i64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) as i64 % extent
        };
        let all = meta.voxel_box();
        let place: Vec<i64> =
            all.begin().iter().zip(all.shape().iter()).map(|(begin, side)| begin + random(*side)).collect();
        let place = Coordinate::try_from(&place[..]).expect("a voxel");
        let voxel = VoxelBox::new(place, Coordinate::filled(3, 1).expect("ones")).expect("a voxel");
        let region = meta.grid().to_world(&voxel).expect("a region");
        let (begin, side) = (region.begin().expect("bounded"), region.shape().expect("bounded"));
        let middle = |name: &str| {
            let dim = (0..3).find(|dim| meta.axes().physical_name(*dim) == name).expect("an axis");
            (begin[dim] + side[dim] / Length::from(2)).to_f64()
        };
        let seen = shown.values(["x", "y", "z"].map(middle));
        let read = flat(array.read_box(&voxel, &ReadContext::default()).expect("a voxel"));
        let rule = if read.dtype() == DType::F64 { Conversion::Saturate } else { Conversion::Exact };
        let read = read.convert(seen.dtype(), rule).expect("published values");
        assert!(seen.same_bits(&read), "{what} at {place}: {seen:?} is shown, {read:?} is read");
    }
}

fn compare_all(arrays: &[(&str, ArrayRef)]) {
    let server = start(arrays.to_vec(), &ServeOptions::default().with_chunk([6, 16, 16]).with_levels(1));
    let state = Value::Object(server.state().as_object().clone());
    let layers = state["layers"].as_array().expect("layers");
    assert_eq!(layers.len(), arrays.len());
    for (what, array) in arrays {
        let layer = layers.iter().find(|layer| layer["name"] == *what).expect("a layer");
        let shown = Shown::of(&server, layer);
        let kind = if layer["type"] == "segmentation" { "segmentation" } else { "image" };
        assert_eq!(shown.info["type"], kind, "{what}");
        compare(what, array, &shown, 40);
    }
}

#[test]
fn views_of_the_model_are_shown_as_they_read() {
    compare_all(&views_of_the_model(&em(0), &cells::<u64>(60, 0)));
}

#[test]
fn resampled_views_are_shown_as_they_read() {
    compare_all(&resampled_views(&em(0), &cells::<u64>(60, 0)));
}

#[test]
fn arrays_far_away_are_shown_where_they_are() {
    for far in [-(1 << 24) - 77, (1 << 24) + 5, 1 << 30] {
        let (em, cells) = (em(far), cells::<u64>(60, far));
        let mut arrays = resampled_views(&em, &cells);
        arrays.extend([("em", Arc::clone(&em)), ("cells", cells), ("cropped", crop(&em))]);
        compare_all(&arrays);
    }
}

#[test]
fn signed_labels_are_shown_as_the_ids_that_they_are() {
    compare_all(&[
        ("i8", volume("a", Kind::Labels, 0, |[z, ..]| z as i8)),
        ("i16", volume("a", Kind::Labels, 0, |[_, y, x]| (300 * y + x) as i16)),
        ("i32", cells::<i32>(30, 0)),
        ("i64", cells::<i64>(62, 0)),
    ]);
}

#[test]
fn volumes_of_a_dvid_server_are_shown_as_they_read() {
    let fixture = FixtureServer::start(dvid::service()).expect("a fixture");
    let mut arrays = dvid::opened(&fixture);
    let [em, cells] = [0, 1].map(|number: usize| Arc::clone(&arrays[number].1));
    arrays.push(("half", resampled(&em, (1, 2), Method::Mean, Extent::Inside)));
    arrays.push(("votes", resampled(&cells, (1, 2), Method::Mode, Extent::Inside)));
    arrays.push(("part", crop(&cells)));
    compare_all(&arrays);
}
