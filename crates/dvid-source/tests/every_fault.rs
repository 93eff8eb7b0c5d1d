//! Everything that can happen to an answer, to each kind of answer and each type of voxel: the right voxels come, or an
//! error that says what was asked and how often.

use std::sync::Arc;
use std::time::{Duration, Instant};

use array_core::ndarray::{Array3, ArrayD};
use array_core::{Array, ArrayExt, ArrayRef, Block, Coordinate, Element, MemoryArray, ReadContext};
use dvid_fixture::serve::{DvidService, ServeOptions, ServedVolume, VoxelType};
use dvid_fixture::{Fault, FaultRule, FixtureServer};
use dvid_source::{
    ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Result, RetryPolicy, Siblings, Strictness, Timeouts,
};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
/// What the client takes for the silence of a dead server.
const SILENCE: Duration = Duration::from_millis(120);

/// What is asked for when something happens.
#[derive(Clone, Copy, PartialEq)]
enum Ask {
    Voxels,
    Body,
    Points,
}

/// An instance, and which of its answers is hit.
struct Row {
    instance: &'static str,
    part: &'static str,
    ask: Ask,
}

const ROWS: [Row; 18] = [
    Row { instance: "gray", part: "/repos/info", ask: Ask::Voxels },
    Row { instance: "gray", part: "/info", ask: Ask::Voxels },
    Row { instance: "seg", part: "/info", ask: Ask::Voxels },
    Row { instance: "gray", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "g16", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "g32", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "g64", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "f32", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "rgba", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "proxy", part: "/subvolblocks/", ask: Ask::Voxels },
    Row { instance: "lblk", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "seg_lz4", part: "/raw/", ask: Ask::Voxels },
    Row { instance: "larr", part: "/blocks/", ask: Ask::Voxels },
    Row { instance: "seg", part: "/blocks/", ask: Ask::Voxels },
    Row { instance: "seg", part: "/sparsevol-size/", ask: Ask::Body },
    Row { instance: "seg", part: "/sparsevol/", ask: Ask::Body },
    Row { instance: "low", part: "/sparsevol/", ask: Ask::Body },
    Row { instance: "seg", part: "/labels", ask: Ask::Points },
];

const BODY: u64 = 7;

/// 16³ voxels, from voxel 0 but for the instance `low`, which lies at negative indices.
fn array<T: Element>(name: &str, voxel: impl Fn(usize) -> T) -> ArrayRef {
    let voxels = Array3::from_shape_fn((16, 16, 16), |(z, y, x)| voxel(x + 16 * y + 256 * z)).into_dyn();
    let offset = if name == "low" { [-128; 3] } else { [0; 3] };
    Arc::new(MemoryArray::new(name, voxels, [8, 8, 8], offset).unwrap())
}

fn noise(i: usize) -> u64 {
    (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

fn truth(instance: &str) -> ArrayRef {
    match instance {
        "gray" | "proxy" => array(instance, |i| (i * 37 % 251) as u8),
        "g16" => array(instance, |i| noise(i) as u16),
        "g32" => array(instance, |i| noise(i) as u32),
        "g64" => array(instance, noise),
        "f32" => array(instance, |i| f32::from_bits(noise(i) as u32)),
        "rgba" => {
            let voxels = ArrayD::from_shape_fn(vec![4, 16, 16, 16], |at| noise(at[1] * 997 + at[2] * 31 + at[3]) as u8);
            Arc::new(MemoryArray::new(instance, voxels, [8, 8, 8], [0, 0, 0]).unwrap())
        }
        _ => array(instance, |i| (i / 5 % 40) as u64),
    }
}

fn volume(instance: &'static str) -> ServedVolume {
    let voxel_type = match instance {
        "gray" | "proxy" => VoxelType::Uint8blk,
        "g16" => VoxelType::Uint16blk,
        "g32" => VoxelType::Uint32blk,
        "g64" => VoxelType::Uint64blk,
        "f32" => VoxelType::Float32blk,
        "rgba" => VoxelType::Rgba8blk,
        "lblk" => VoxelType::Labelblk,
        "larr" => VoxelType::Labelarray,
        _ => VoxelType::Labelmap,
    };
    let volume = ServedVolume::new(instance, voxel_type, truth(instance)).with_block_zyx([16; 3]);
    match instance {
        "proxy" => volume.with_grid_store("precomputed"),
        "seg_lz4" => volume.with_compression("LZ4 compression, level -1"),
        _ => volume,
    }
}

fn faults() -> Vec<Fault> {
    let cuts = [0, 1, 15, 100].map(|after| Fault::CutBody { after });
    let ends = [1, 15, 16, 100].map(|after| Fault::EndEarly { after });
    let flips = [0, 12, 17, 30, 100].map(|at| Fault::FlipByte { at });
    let splices = [(0, vec![0xff; 16]), (3, vec![0; 7]), (20, b"<html>".to_vec())];
    let splices = splices.map(|(at, insert)| Fault::Splice { at, remove: 0, insert });
    let others = [
        Fault::Drop,
        Fault::DeclareLength(5),
        Fault::DeclareLength(1 << 40),
        Fault::Throttled,
        Fault::Proxy { status: 502 },
        Fault::Proxy { status: 504 },
        Fault::Proxy { status: 200 },
        Fault::Proxy { status: 404 },
        Fault::RetryAfter { seconds: 3600 },
        Fault::Tail(" the store is gone (/api/x).\n".to_owned()),
        Fault::StallBeforeHead(4 * SILENCE),
        Fault::StallInBody { after: 20, pause: 4 * SILENCE },
        Fault::Trickle(Duration::from_micros(1)),
        Fault::Endless,
        Fault::ConnectionClose,
        Fault::CloseIdle,
    ];
    cuts.into_iter().chain(ends).chain(flips).chain(splices).chain(others).collect()
}

fn server(instance: &'static str) -> (FixtureServer, DvidClient) {
    let service = DvidService::new(None, None, &ServeOptions::default()).unwrap();
    let server = FixtureServer::start(service.with_volume(volume(instance)).unwrap()).unwrap();
    let retry =
        RetryPolicy::default().with_first_wait(Duration::from_millis(1)).with_max_wait(Duration::from_millis(4));
    let retry = retry.with_max_retries(3);
    let options = ClientOptions::default().with_retry(retry).with_timeouts(Timeouts::default().with_silence(SILENCE));
    let client = DvidClient::with_options(&server.url(), &options).unwrap();
    (server, client)
}

fn points() -> Vec<Coordinate> {
    (0..16).map(|i| [i, 15 - i, 3].into()).collect()
}

fn read(client: &DvidClient, row: &Row) -> Result<Block> {
    let mut options = DvidOptions::default().with_siblings(Siblings::Ignore).with_strictness(Strictness::Strict);
    if row.ask == Ask::Body {
        options = options.with_body(BODY);
    }
    let reference = if row.part == "/repos/info" { ":master" } else { ROOT };
    let array = DvidArray::open(client, reference, row.instance, &options)?;
    let cx = ReadContext::default();
    if row.ask == Ask::Points {
        return Ok(ArrayD::from_shape_vec(vec![16], array.labels_at(&points(), &cx)?).unwrap().into());
    }
    array.read_box(array.meta().voxel_box(), &cx).map_err(|error| match error {
        array_core::Error::Source(error) => error.downcast_ref::<Error>().unwrap().clone(),
        error => panic!("{error}"),
    })
}

/// What reading without a fault gives, found from the true voxels.
fn want(row: &Row) -> Block {
    let truth = truth(row.instance).data().unwrap();
    match row.ask {
        Ask::Voxels => truth,
        Ask::Body => truth.into_array::<u64>().unwrap().map(|label| *label == BODY).into(),
        Ask::Points => {
            let labels = truth.into_array::<u64>().unwrap();
            let at = |point: Coordinate| labels[[point[0] as usize, point[1] as usize, point[2] as usize]];
            ArrayD::from_shape_vec(vec![16], points().into_iter().map(at).collect()).unwrap().into()
        }
    }
}

/// Whether anybody could tell: only gzip has a checksum, and so only label blocks.
fn can_be_seen(fault: &Fault, part: &str) -> bool {
    part == "/blocks/" || !matches!(fault, Fault::FlipByte { .. })
}

/// Whether a fault shows, so that one which passes is made good by asking again.
fn is_made_good(fault: &Fault, part: &str) -> bool {
    match fault {
        Fault::Proxy { status: 404 } => false,
        // A document with other letters is taken as the server's word.
        Fault::FlipByte { .. } | Fault::Splice { .. } | Fault::Tail(_) => {
            !part.contains("info") && !["/labels", "/sparsevol-size/"].contains(&part)
        }
        _ => true,
    }
}

#[test]
fn every_fault_on_every_answer() {
    std::thread::scope(|scope| {
        for row in &ROWS {
            scope.spawn(move || every_fault(row));
        }
    });
}

fn every_fault(row: &Row) {
    let (server, client) = server(row.instance);
    let (want, part) = (want(row), row.part);
    assert!(read(&client, row).unwrap().same_bits(&want), "{} without a fault", row.instance);
    for fault in faults() {
        for always in [false, true] {
            server.clear_faults();
            let rule = FaultRule::new(part, fault.clone());
            server.inject(if always { rule.always() } else { rule });
            let what = format!("{fault:?} on {part} of {}, {}", row.instance, if always { "always" } else { "once" });
            let started = Instant::now();
            match read(&client, row) {
                Ok(block) => assert!(block.same_bits(&want) || !can_be_seen(&fault, part), "{what}: wrong voxels"),
                Err(error) => {
                    println!("{what}: {error}");
                    assert!(always || !is_made_good(&fault, part), "{what}: {error}");
                    let asked = error.asked().unwrap_or_else(|| panic!("{what}: {error:?}"));
                    assert!(asked.tries >= 1 && asked.request.contains(part), "{what}: {error}");
                    assert!(!error.to_string().contains("<html"), "{what}: {error}");
                }
            }
            // Four tries, each of which may be silent for as long as is allowed; the rest is for a busy machine.
            assert!(started.elapsed() < 4 * SILENCE + Duration::from_secs(20), "{what}: {:?}", started.elapsed());
        }
    }
}
