//! Everything that can happen to an answer, to each kind of answer and each type of voxel: the right voxels come, or an
//! error that says what was asked and how often; in stated time, and in stated memory.

#[path = "../common/counting.rs"]
mod counting;
mod rows;
mod served;

use std::time::{Duration, Instant};

use array_core::Block;
use dvid_fixture::{Fault, FaultRule};
use rows::{ROWS, Row};
use served::{SILENCE, server};

/// Bytes beside those that a read plans: a connection with its buffers, and the documents about an instance.
const BESIDES: usize = 768 << 10;

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
        Fault::StallInBody { after: 1, pause: 4 * SILENCE },
        Fault::Trickle(Duration::from_micros(1)),
        Fault::Endless,
        Fault::ConnectionClose,
        Fault::CloseIdle,
    ];
    cuts.into_iter().chain(ends).chain(flips).chain(splices).chain(others).collect()
}

/// Whether anybody could tell that an answer is not the server's.
fn can_be_seen(fault: &Fault, row: &Row) -> bool {
    match fault {
        Fault::FlipByte { .. } => row.shows_flips(),
        Fault::EndEarly { .. } | Fault::DeclareLength(_) | Fault::Tail(_) => !row.is_free(),
        Fault::Splice { .. } => !row.is_free() && !row.has_texts(),
        _ => true,
    }
}

/// Whether a fault shows, so that one which passes is made good by asking again.
fn is_made_good(fault: &Fault, row: &Row) -> bool {
    match fault {
        Fault::Proxy { status: 404 } => false,
        // A document with other letters in a name is taken as the server's word, and free bytes as they are.
        Fault::Splice { .. } | Fault::FlipByte { .. } => !row.is_json() && !row.is_free(),
        _ => true,
    }
}

#[test]
fn every_fault_on_every_answer() {
    let largest = std::thread::scope(|scope| {
        let rows: Vec<_> = ROWS.iter().map(|row| scope.spawn(move || every_fault(row))).collect();
        rows.into_iter().map(|row| row.join().expect("a row")).max()
    });
    println!("{} answers, {} faults; {largest:?} bytes at most", ROWS.len(), faults().len());
}

/// Runs a row; how many bytes it took at most beyond those that were planned.
fn every_fault(row: &Row) -> usize {
    let (server, client) = server(row);
    let clean = row.read(&client).0.unwrap_or_else(|error| panic!("{} without a fault: {error}", row.instance));
    assert!(row.want().is_none_or(|want| clean.same_bits(&want)), "{} on {} without a fault", row.instance, row.part);
    let mut largest = 0;
    // Bytes of which the server says how many there are come as many as there are, up to the limit of a value.
    for fault in faults().into_iter().filter(|fault| *fault != Fault::Endless || !row.is_free()) {
        for always in [false, true] {
            server.clear_faults();
            let rule = FaultRule::new(row.part, fault.clone());
            server.inject(if always { rule.always() } else { rule });
            let how_often = if always { "always" } else { "once" };
            let what = format!("{fault:?} on {} of {}, {how_often}", row.part, row.instance);
            largest = largest.max(one_fault(row, &client, &fault, always, &clean, &what));
        }
    }
    largest
}

fn one_fault(
    row: &Row,
    client: &dvid_source::DvidClient,
    fault: &Fault,
    always: bool,
    want: &Block,
    what: &str,
) -> usize {
    let started = Instant::now();
    let ((read, planned), peak) = counting::peak_here(|| row.read(client));
    match read {
        Ok(block) => assert!(block.same_bits(want) || !can_be_seen(fault, row), "{what}: wrong voxels"),
        Err(error) => {
            println!("{what}: {error}");
            assert!(always || !is_made_good(fault, row), "{what}: {error}");
            let asked = error.asked().unwrap_or_else(|| panic!("{what}: {error:?}"));
            assert!(asked.tries >= 1 && asked.request.contains(row.part), "{what}: {error}");
            assert!(!error.to_string().contains("<html"), "{what}: {error}");
        }
    }
    // Four tries, each of which may be silent for as long as is allowed; the rest is for a busy machine.
    assert!(started.elapsed() < 4 * SILENCE + Duration::from_secs(20), "{what}: {:?}", started.elapsed());
    let more = peak.saturating_sub(planned.max(want.bytes() as u64) as usize);
    assert!(more < BESIDES, "{what}: {peak} bytes at most, {planned} were planned");
    more
}
