//! Every instance of the recorded server, served from its true voxels: whole and in arbitrary boxes, with 1, 2 and 8
//! requests at a time.

mod common;

use std::sync::Arc;

use array_core::ndarray::{ArrayD, s};
use array_core::{Array, ArrayExt, ArrayRef, Block, Coordinate, Kind, MemoryArray, ReadContext, VoxelBox};
use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions, ServedVolume, VoxelType};
use dvid_source::{Budget, ClientOptions, DvidArray, DvidClient, DvidOptions, Siblings};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::Value;

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

/// An instance with its true voxels at all scales, finest first.
struct Truth {
    name: String,
    voxel_type: VoxelType,
    block_zyx: [u32; 3],
    compression: Option<String>,
    scales: Vec<Arc<MemoryArray>>,
}

fn voxel_type(name: &str) -> Option<VoxelType> {
    Some(match name {
        "uint8blk" => VoxelType::Uint8blk,
        "uint16blk" => VoxelType::Uint16blk,
        "uint32blk" => VoxelType::Uint32blk,
        "uint64blk" => VoxelType::Uint64blk,
        "float32blk" => VoxelType::Float32blk,
        "rgba8blk" => VoxelType::Rgba8blk,
        "labelblk" => VoxelType::Labelblk,
        "labelarray" => VoxelType::Labelarray,
        "labelmap" => VoxelType::Labelmap,
        _ => return None,
    })
}

fn triple(value: &Value) -> [i64; 3] {
    serde_json::from_value(value.clone()).unwrap()
}

fn npy(entry: &Value) -> Option<Block> {
    let bytes = common::file(entry["npy"].as_str().unwrap()).ok()?;
    Some(match array_core::npy::parse(&bytes).unwrap() {
        Block::U8(array) if array.ndim() == 4 => Block::U8(array.permuted_axes(vec![3, 0, 1, 2])),
        block => block,
    })
}

/// Voxels of 8 nm, times 2 per scale; what the server would say of the size is tested elsewhere.
fn array(name: &str, block: Block, origin: [i64; 3], scale: u32) -> Arc<MemoryArray> {
    let size = 8 << scale;
    Arc::new(MemoryArray::new(name, block, [size; 3], origin.map(|n| n * size)).unwrap())
}

/// One array of the single blocks that an instance is told to hold; `None` if some are not here.
fn of_blocks(blocks: &[Value]) -> Option<(ArrayD<u64>, [i64; 3])> {
    let blocks: Vec<_> = blocks.iter().map(|b| Some((triple(&b["origin_zyx"]), npy(b)?))).collect::<Option<_>>()?;
    let shape = blocks[0].1.shape().to_vec();
    let end = blocks.iter().map(|(origin, _)| origin[2] as usize + shape[2]).max()?;
    let mut all = ArrayD::<u64>::zeros(vec![shape[0], shape[1], end]);
    for (origin, block) in blocks {
        let first = origin[2] as usize;
        all.slice_mut(s![.., .., first..first + shape[2]]).assign(&block.into_array::<u64>().unwrap());
    }
    Some((all, [0; 3]))
}

fn truths() -> Vec<Truth> {
    let instances = common::dataset()["instances"].as_object().cloned().unwrap_or_default();
    let of = |(name, entry): (String, Value)| {
        let voxel_type = voxel_type(entry["type"].as_str()?)?;
        let scales = match (entry["truth"].as_array(), entry["truth_blocks"].as_array()) {
            (Some(scales), _) => {
                let scale = |(scale, entry): (u32, &Value)| {
                    Some(array(&name, npy(entry)?, triple(&entry["origin_zyx"]), scale))
                };
                (0..).zip(scales).map(scale).collect::<Option<Vec<_>>>()?
            }
            (None, Some(blocks)) => {
                let (all, origin) = of_blocks(blocks)?;
                vec![array(&name, all.into(), origin, 0)]
            }
            (None, None) => return None,
        };
        let default = if entry["type"] == "labelmap" { "64,64,64" } else { "32,32,32" };
        let block = entry["settings"]["BlockSize"].as_str().unwrap_or(default);
        let xyz: Vec<u32> = block.split(',').map(|n| n.parse().unwrap()).collect();
        let compression = entry["settings"]["Compression"].as_str();
        let compression = compression.map(|stored| format!("{stored} compression, level -1"));
        Some(Truth { name, voxel_type, block_zyx: [xyz[2], xyz[1], xyz[0]], compression, scales })
    };
    instances.into_iter().filter_map(of).collect()
}

fn serve(truths: &[Truth]) -> FixtureServer {
    let mut service = DvidService::new(None, None, &ServeOptions::default()).unwrap();
    for truth in truths {
        let refs = |arrays: &[Arc<MemoryArray>]| -> Vec<ArrayRef> {
            arrays.iter().map(|array| -> ArrayRef { Arc::<MemoryArray>::clone(array) }).collect()
        };
        let finest = refs(&truth.scales[..1]).remove(0);
        let mut served = ServedVolume::new(&truth.name, truth.voxel_type, finest)
            .with_block_zyx(truth.block_zyx)
            .with_levels(refs(&truth.scales[1..]));
        if let Some(compression) = &truth.compression {
            served = served.with_compression(compression);
        }
        service = service.with_volume(served).unwrap();
    }
    FixtureServer::start(service).unwrap()
}

fn client(server: &FixtureServer, requests: usize) -> DvidClient {
    let budget = Arc::new(Budget::new(requests, Budget::BYTES));
    DvidClient::with_options(&server.url(), &ClientOptions::default().with_budget(budget)).unwrap()
}

fn open(client: &DvidClient, name: &str) -> DvidArray {
    let options = DvidOptions::default().with_siblings(Siblings::Ignore).with_chunk_voxels(48 * 48 * 48);
    DvidArray::open(client, ROOT, name, &options).unwrap()
}

/// The true voxels of a box of a scale, 0 outside of what is told of it.
fn truth_of(truth: &MemoryArray, voxels: &VoxelBox) -> Block {
    let meta = truth.meta();
    let mut out = Block::zeros(meta.dtype(), &meta.block_shape(voxels).unwrap()).unwrap();
    let inside = meta.voxel_box().intersect(voxels).unwrap();
    if !inside.is_empty() {
        let part = truth.read_box(&inside, &ReadContext::default()).unwrap();
        let ranges = meta.block_ranges(&inside, voxels).unwrap();
        out.view_mut().slice(&ranges).unwrap().assign(&part.view()).unwrap();
    }
    out
}

fn part_of(whole: VoxelBox) -> impl Strategy<Value = VoxelBox> {
    let axis = move |axis: usize| {
        let range = whole.range(axis).unwrap();
        range.clone().prop_flat_map(move |begin| (Just(begin), begin + 1..range.end + 1))
    };
    (axis(0), axis(1), axis(2)).prop_map(|(z, y, x)| VoxelBox::from_bounds([z.0, y.0, x.0], [z.1, y.1, x.1]).unwrap())
}

#[test]
fn golden_whole_volumes_are_the_truth() {
    let truths = truths();
    assert!(common::is_named() || truths.len() > 20, "hardly any instances");
    let server = serve(&truths);
    for requests in [1, 2, 8] {
        let client = client(&server, requests);
        for truth in &truths {
            let array = open(&client, &truth.name);
            for (scale, want) in truth.scales.iter().enumerate() {
                let array = array.at_scale(scale as u8).unwrap();
                let voxels = *array.meta().voxel_box();
                assert!(voxels.contains(want.meta().voxel_box()), "{} at scale {scale}: {voxels}", truth.name);
                let read = array.read_box(&voxels, &ReadContext::default()).unwrap();
                assert!(read.same_bits(&truth_of(want, &voxels)), "{} at scale {scale}", truth.name);
            }
        }
    }
    assert!(server.peak_in_flight() <= 8);
    println!("{} instances", truths.len());
}

#[test]
fn golden_arbitrary_boxes_are_the_truth() {
    let truths = truths();
    if truths.is_empty() {
        return;
    }
    let server = serve(&truths);
    let clients = [1, 2, 8].map(|requests| client(&server, requests));
    let arrays: Vec<Vec<DvidArray>> =
        clients.iter().map(|client| truths.iter().map(|truth| open(client, &truth.name)).collect()).collect();
    let config = ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() };
    let which = (0..truths.len()).prop_flat_map(|i| {
        let scales = truths[i].scales.len();
        let arrays = &arrays;
        (Just(i), 0..scales, 0..3_usize).prop_flat_map(move |(i, scale, threads)| {
            let whole = *arrays[0][i].at_scale(scale as u8).unwrap().meta().voxel_box();
            (Just((i, scale, threads)), part_of(whole))
        })
    });
    let law = |((i, scale, threads), voxels): ((usize, usize, usize), VoxelBox)| {
        let array = arrays[threads][i].at_scale(scale as u8).unwrap();
        let read = array.read_box(&voxels, &ReadContext::default()).unwrap();
        let name = &truths[i].name;
        prop_assert!(read.same_bits(&truth_of(&truths[i].scales[scale], &voxels)), "{name} at scale {scale}: {voxels}");
        Ok(())
    };
    TestRunner::new(config).run(&which, law).unwrap();
}

#[test]
fn golden_labels_at_points_and_bodies_are_the_truth() {
    let truths = truths();
    let server = serve(&truths);
    let client = client(&server, 4);
    let cx = ReadContext::default();
    for truth in truths.iter().filter(|truth| open(&client, &truth.name).meta().kind() == Kind::Labels) {
        let (array, finest) = (open(&client, &truth.name), &truth.scales[0]);
        let whole = *array.meta().voxel_box();
        let want = truth_of(finest, &whole).into_array::<u64>().unwrap();
        let shape = want.shape().to_vec();
        let at = |i: usize| [i * 7919 % shape[0], i * 104_729 % shape[1], i * 1_299_709 % shape[2]];
        let places: Vec<[usize; 3]> = (0..60).map(at).collect();
        let point =
            |place: &[usize; 3]| Coordinate::from([0, 1, 2].map(|axis| whole.begin()[axis] + place[axis] as i64));
        let points: Vec<Coordinate> = places.iter().map(point).collect();
        let found = array.labels_at(&points, &cx).unwrap();
        for (place, label) in places.iter().zip(&found) {
            assert_eq!(want[*place], *label, "{} at {place:?}", truth.name);
        }
        if truth.voxel_type == VoxelType::Labelblk {
            continue;
        }
        let body = found.into_iter().find(|label| *label > 0).unwrap();
        let options = DvidOptions::default().with_body(body);
        let mask = DvidArray::open(&client, ROOT, &truth.name, &options).unwrap();
        assert_eq!((mask.meta().kind(), mask.scales().len()), (Kind::Mask, array.scales().len()));
        let around = *mask.meta().voxel_box();
        let part = VoxelBox::from_bounds(around.begin().checked_add_scalar(3).unwrap(), around.end()).unwrap();
        for voxels in [around, part] {
            let read = mask.read_box(&voxels, &cx).unwrap().into_array::<bool>().unwrap();
            let want = truth_of(finest, &voxels).into_array::<u64>().unwrap().map(|label| *label == body);
            assert!(read == want, "{}: body {body} in {voxels}", truth.name);
        }
    }
}
