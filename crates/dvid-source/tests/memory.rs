//! Whatever an answer claims or does, a read takes no more memory than its result and its budget.

#[path = "common/counting.rs"]
mod counting;

use std::io::Write as _;
use std::sync::Arc;
use std::time::Duration;

use array_core::{Array, ArrayExt, ReadContext, VoxelBox};
use dvid_fixture::{Fault, FaultRule, FixtureServer, Request, Response};
use dvid_source::{Budget, ClientOptions, DvidArray, DvidClient, DvidOptions, RetryPolicy, Siblings, Timeouts};
use label_codecs::label_block;
use serde_json::json;

/// Connections, threads, the server of the test, and copies of its answers.
const BESIDES: usize = 6 << 20;
const BUDGET: u64 = 8 << 20;
const SIDE: i64 = 64;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn frame(claimed: u32, payload: &[u8]) -> Vec<u8> {
    [&[0; 12], &claimed.to_le_bytes()[..], payload].concat()
}

/// A server of one block of an image, of labels, or of labels that come as LZ4; with this answer for voxels.
fn answer(body: Vec<u8>) -> impl Fn(&Request) -> Response + Send + Sync + 'static {
    move |request: &Request| {
        let path = request.path();
        let info = |type_name: &str, stored: &str| {
            let points = json!({"MinPoint": [0, 0, 0], "MaxPoint": [SIDE - 1, SIDE - 1, SIDE - 1]});
            let extended = json!({
                "BlockSize": [SIDE, SIDE, SIDE], "VoxelSize": [8, 8, 8], "VoxelUnits": ["nm", "nm", "nm"],
            });
            let base = json!({"TypeName": type_name, "Name": "x", "Compression": stored});
            let document = json!({"Base": base, "Extended": extended, "Extents": points});
            Response::new(200).with_body(document.to_string())
        };
        match path.rsplit('/').next() {
            Some("status") => Response::new(200).with_body(*b"{\"Locked\":true}"),
            Some("info") if path.contains("/gray/") => info("uint8blk", "LZ4"),
            Some("info") if path.contains("/seg/") => info("labelmap", "gzip"),
            Some("info") => info("labelmap", "LZ4"),
            _ => Response::new(200).with_body(body.clone()).chunked(),
        }
    }
}

fn client(server: &FixtureServer) -> DvidClient {
    let retry = RetryPolicy::default().with_first_wait(Duration::from_millis(1)).with_max_retries(1);
    let options = ClientOptions::default()
        .with_retry(retry)
        .with_timeouts(Timeouts::default().with_silence(Duration::from_secs(5)))
        .with_budget(Arc::new(Budget::new(2, BUDGET)));
    DvidClient::with_options(&server.url(), &options).unwrap()
}

/// Reads an instance and says how many bytes were in use at most, beyond what was before.
fn peak(body: Vec<u8>, fault: Option<(&str, Fault)>, instance: &str) -> (Result<(), String>, usize) {
    let server = FixtureServer::start(answer(body)).unwrap();
    if let Some((part, fault)) = fault {
        server.inject(FaultRule::new(part, fault).always());
    }
    let client = client(&server);
    let read = || -> Result<u64, String> {
        let options = DvidOptions::default().with_siblings(Siblings::Ignore);
        let array = DvidArray::open(&client, &"a".repeat(32), instance, &options).map_err(|e| e.to_string())?;
        let voxels = VoxelBox::new([0; 3], [SIDE; 3]).unwrap();
        let block = array.read_box(&voxels, &ReadContext::default()).map_err(|e| e.to_string())?;
        assert_eq!(block.bytes() as u64, array.plan(&voxels).unwrap().bytes_result);
        Ok(array.plan(&voxels).unwrap().peak_bytes)
    };
    let (result, peak) = counting::peak_of_all(read);
    let planned = result.clone().unwrap_or(SIDE.pow(3) as u64 * 8 + BUDGET);
    assert!(peak <= planned as usize + BESIDES, "{instance}: {peak} bytes at most, {planned} are planned: {result:?}");
    (result.map(drop), peak)
}

#[test]
fn no_answer_takes_more_memory_than_result_and_budget() {
    let labels: Vec<u64> = (0..SIDE.pow(3) as u64).map(|i| i / 11).collect();
    let block = gzip(&label_block::encode(&labels, [SIDE as usize; 3]).unwrap());
    let bomb = gzip(&vec![0; 256 << 20]);
    let plain: Vec<u8> = labels.iter().flat_map(|label| label.to_le_bytes()).collect();
    let good = [
        ("gray", vec![7; SIDE.pow(3) as usize]),
        ("seg", frame(block.len() as u32, &block)),
        ("lz4", lz4_flex::block::compress(&[plain.as_slice(), &vec![0; 8 * (SIDE * SIDE) as usize]].concat())),
    ];
    for (instance, body) in &good {
        let (result, bytes) = peak(body.clone(), None, instance);
        assert_eq!(result, Ok(()), "{instance}");
        println!("{instance}: {bytes} bytes");
        let faults = [Fault::Endless, Fault::DeclareLength(1 << 40), Fault::CutBody { after: 40 }];
        for fault in faults {
            for part in ["/0_0_0", "/info", "/status"] {
                // A status that cannot be read is no reason to fail.
                let (result, _) = peak(body.clone(), Some((part, fault.clone())), instance);
                assert!(result.is_err() || part == "/status", "{instance}, {fault:?} on {part}");
            }
        }
    }
    let lies = [
        frame(u32::MAX, &block),
        frame(i32::MAX as u32, &block),
        frame(3 << 20, &block),
        frame(bomb.len() as u32, &bomb),
        bomb,
        vec![0xff; 1 << 10],
    ];
    for body in lies {
        for instance in ["seg", "lz4"] {
            assert!(peak(body.clone(), None, instance).0.is_err(), "{instance}");
        }
    }
}
