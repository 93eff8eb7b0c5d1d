//! Everything that can happen to an answer, to each kind of answer: the right voxels come, or an error that says what
//! was asked and how often.

use std::sync::Arc;
use std::time::Duration;

use array_core::ndarray::Array3;
use array_core::{Array, ArrayExt, ArrayRef, Block, MemoryArray, ReadContext};
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{Fault, FaultRule, FixtureServer};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Result, RetryPolicy, Timeouts};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
/// What the client takes for the silence of a dead server.
const SILENCE: Duration = Duration::from_millis(120);

fn array<T: array_core::Element>(name: &str, voxel: impl Fn(usize) -> T) -> ArrayRef {
    let voxels = Array3::from_shape_fn((16, 16, 16), |(z, y, x)| voxel(x + 16 * y + 256 * z)).into_dyn();
    Arc::new(MemoryArray::new(name, voxels, [8, 8, 8], [0, 0, 0]).unwrap())
}

fn gray() -> ArrayRef {
    array("gray", |i| (i * 37 % 251) as u8)
}

fn seg() -> ArrayRef {
    array("seg", |i| (i / 5 % 40) as u64)
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

fn server() -> (FixtureServer, DvidClient) {
    let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]);
    let server = FixtureServer::start(DvidService::new(Some(gray()), Some(seg()), &options).unwrap()).unwrap();
    let retry =
        RetryPolicy::default().with_first_wait(Duration::from_millis(1)).with_max_wait(Duration::from_millis(4));
    let retry = retry.with_max_retries(3);
    let options = ClientOptions::default().with_retry(retry).with_timeouts(Timeouts::default().with_silence(SILENCE));
    let client = DvidClient::with_options(&server.url(), &options).unwrap();
    (server, client)
}

fn read(client: &DvidClient, instance: &str) -> Result<Block> {
    let array = DvidArray::open(client, ROOT, instance, &DvidOptions::default())?;
    array.read_box(array.meta().voxel_box(), &ReadContext::default()).map_err(|error| match error {
        array_core::Error::Source(error) => error.downcast_ref::<Error>().unwrap().clone(),
        error => panic!("{error}"),
    })
}

/// Whether anybody could tell: images come as bare voxels, without a checksum.
fn can_be_seen(fault: &Fault, part: &str) -> bool {
    part != "/raw/" || !matches!(fault, Fault::FlipByte { .. })
}

/// Whether a fault shows, so that one which passes is made good by asking again.
fn is_made_good(fault: &Fault, part: &str) -> bool {
    match fault {
        Fault::Proxy { status: 404 } => false,
        // A document with other letters is taken as the server's word.
        Fault::FlipByte { .. } | Fault::Splice { .. } | Fault::Tail(_) => part != "/info",
        _ => true,
    }
}

#[test]
fn every_fault_on_every_answer() {
    let truth = |instance: &str| if instance == "gray" { gray() } else { seg() }.data().unwrap();
    let (server, client) = server();
    for (instance, part) in [("gray", "/info"), ("gray", "/raw/"), ("seg", "/blocks/")] {
        for fault in faults().into_iter().filter(|fault| can_be_seen(fault, part)) {
            for rule in [FaultRule::new(part, fault.clone()), FaultRule::new(part, fault.clone()).always()] {
                server.clear_faults();
                let once = rule == FaultRule::new(part, fault.clone());
                server.inject(rule);
                let what = format!("{fault:?} on {part}, {}", if once { "once" } else { "always" });
                match read(&client, instance) {
                    Ok(block) => assert!(block.same_bits(&truth(instance)), "{what}: wrong voxels"),
                    Err(error) => {
                        println!("{what}: {error}");
                        assert!(!(once && is_made_good(&fault, part)), "{what}: {error}");
                        let asked = error.asked().unwrap_or_else(|| panic!("{what}: {error:?}"));
                        assert!(asked.tries >= 1 && asked.request.contains(part), "{what}: {error}");
                        assert!(!error.to_string().contains("<html"), "{what}: {error}");
                    }
                }
            }
        }
    }
}
