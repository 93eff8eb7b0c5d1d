//! Voxel sizes that are no whole nanometres stay what they are: through every view, through JSON, and far from the origin.

use std::sync::Arc;

use array_core::npy::{self, NpyArray, NpyOptions};
use array_core::{
    Array, ArrayExt, ArrayRef, AxisOrder, Beyond, Binarize, BlockCache, CacheOptions, Cached, Cast, ChannelPart,
    Channels, ConcatChannels, Constant, Conversion, Coordinate, Crop, DType, FillValue, Grid, IdGroup, InstanceIds,
    Intensities, Kind, Length, LogicalOr, MapLabels, MapOptions, MemoryArray, MergeInstances, Permute, Roi, Rounding,
    Select, Sum, SumType, Unknown, VoxelBox,
};
use ndarray::Array4;

/// Voxel sizes of real volumes, `z y x`.
const SIZES: [[&str; 3]; 2] = [["25", "9.8", "9.8"], ["4", "4", "4.56"]];
/// The first voxel of the volume, far out: floats would have lost the fractions there.
const FIRST: [i64; 3] = [-100_000_007, 33_333_333, 200_000_001];
const SHAPE: [usize; 3] = [4, 5, 6];

fn sizes(texts: [&str; 3]) -> Coordinate<Length> {
    texts.map(|text| text.parse::<Length>().unwrap()).into()
}

fn volume(size: Coordinate<Length>) -> Arc<MemoryArray> {
    let offset = Coordinate::from(FIRST).to_lengths().checked_mul(&size).unwrap();
    let voxels = Array4::from_shape_fn((2, SHAPE[0], SHAPE[1], SHAPE[2]), |(c, z, y, x)| (c + z + y + x) as u8);
    Arc::new(MemoryArray::new("volume", voxels.into_dyn(), size, offset).unwrap().with_kind(Kind::Image))
}

fn all_views(source: &ArrayRef) -> Vec<(&'static str, ArrayRef)> {
    let one = || -> ArrayRef { Arc::new(Select::new(source.clone(), &Channels::One(0)).unwrap()) };
    let cache = BlockCache::of_blocks(1 << 20);
    let groups = [IdGroup::new([3])];
    let keep = MapOptions::default().with_unknown(Unknown::Keep);
    let order = AxisOrder::Indices(vec![1, 2, 3, 0]);
    let twice = || vec![source.clone(), source.clone()];
    let parts = twice().into_iter().map(ChannelPart::Array).collect();
    vec![
        ("crop", Arc::new(Crop::new(source.clone(), source.roi(), Rounding::Exact).unwrap())),
        ("select", one()),
        ("permute", Arc::new(Permute::new(source.clone(), &order).unwrap())),
        ("cast", Arc::new(Cast::new(source.clone(), DType::F32, Conversion::Exact).unwrap())),
        ("intensities", Arc::new(Intensities::new(source.clone(), 0.0, 9.0, Beyond::Keep).unwrap())),
        ("binarize", Arc::new(Binarize::new(one(), &groups, 0).unwrap())),
        ("map_labels", Arc::new(MapLabels::new(source.clone(), &[(1, 2)], keep).unwrap())),
        ("constant", Arc::new(Constant::new(source.meta(), FillValue::from(7), None).unwrap())),
        ("concat", Arc::new(ConcatChannels::new("all", parts, None).unwrap())),
        ("logical_or", Arc::new(LogicalOr::new("either", twice()).unwrap())),
        ("sum", Arc::new(Sum::new("sum", twice(), SumType::Widened).unwrap())),
        ("merge", Arc::new(MergeInstances::new("all", twice(), &InstanceIds::Offsets(vec![0, 100])).unwrap())),
        ("cached", Arc::new(Cached::new(source.clone(), &cache, &CacheOptions::default()).unwrap())),
    ]
}

/// The array lies where the volume lies, to the last digit, and its last voxel is read by its exact place.
fn check_place(what: &str, array: &ArrayRef, size: Coordinate<Length>) {
    assert_eq!(array.voxel_size(), size, "{what}");
    let begin = Coordinate::from(FIRST).to_lengths().checked_mul(&size).unwrap();
    let extent = Coordinate::from(SHAPE.map(|extent| extent as i64)).to_lengths().checked_mul(&size).unwrap();
    assert_eq!(array.roi(), Roi::new(begin, extent).unwrap(), "{what}");
    let last = Roi::from_bounds(array.roi().end().unwrap().checked_sub(&size).unwrap(), array.roi().end().unwrap());
    let block = array.read_block(last.unwrap()).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(block.len(), array.meta().plain_extents().iter().product::<usize>(), "{what}");
}

#[test]
fn sizes_survive_every_view_and_every_view_of_a_view() {
    for size in SIZES.map(sizes) {
        let source: ArrayRef = volume(size);
        check_place("memory", &source, size);
        for (outer, view) in all_views(&source) {
            check_place(outer, &view, size);
            if (view.axes().names(), view.dtype()) != ("c z y x".to_owned(), DType::U8) {
                continue;
            }
            for (inner, twice) in all_views(&view) {
                check_place(&format!("{inner} of {outer}"), &twice, size);
            }
        }
    }
}

#[test]
fn sizes_survive_a_file_that_does_not_state_them() {
    let folder = tempfile::tempdir().unwrap();
    for size in SIZES.map(sizes) {
        let source = volume(size);
        let path = folder.path().join("volume.npy");
        npy::write(&mut std::fs::File::create(&path).unwrap(), &source.data().unwrap().view()).unwrap();
        let offset = source.roi().begin().unwrap();
        let options = NpyOptions::default().with_voxel_size(size).with_offset(offset);
        check_place("npy", &(Arc::new(NpyArray::open(&path, options).unwrap()) as ArrayRef), size);
    }
}

#[test]
fn sizes_survive_json() {
    fn again<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
        serde_json::from_str(&serde_json::to_string(value).unwrap()).unwrap()
    }
    for size in SIZES.map(sizes) {
        let source = volume(size);
        let meta = source.meta();
        assert_eq!(again(&meta.voxel_size()), size);
        assert_eq!(again(&meta.roi()), meta.roi());
        let (grid, voxels): (Grid, VoxelBox) = (again(meta.grid()), again(meta.voxel_box()));
        assert_eq!((&grid, &voxels, again(meta.axes())), (meta.grid(), meta.voxel_box(), meta.axes().clone()));
        assert_eq!(grid.to_world(&voxels).unwrap(), meta.roi());
    }
}
