//! Everything that reads foreign bytes, fed with what a real server sent and with damaged versions of it: an answer or an
//! error, never a panic, and no more memory than a payload can have.

mod common;

use array_core::Coordinate;
use dvid_source::{FrameReader, InstanceInfo, Payload};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;

const SHAPES: [[usize; 3]; 3] = [[16; 3], [32; 3], [16, 24, 40]];

/// Bodies of the recordings that are not too long to be read a thousand times.
fn corpus() -> Vec<Vec<u8>> {
    let cases = common::Case::all().unwrap_or_default();
    let short = |case: &common::Case| !case.is_left_out() && case.0["body_bytes"].as_u64() < Some(20_000);
    cases.iter().filter(|case| short(case)).map(common::Case::body).filter(|body| !body.is_empty()).collect()
}

/// Reads bytes in every way.
fn feed(bytes: &[u8]) {
    if let Ok(document) = serde_json::from_slice(bytes)
        && let Ok(info) = InstanceInfo::parse(document, "it")
    {
        let _ = (info.dtype(), info.block_size(), info.voxel_size(), info.units(), info.voxel_box(), info.max_scale());
    }
    let payloads =
        [Payload::Uncompressed, Payload::Lz4, Payload::Gzip, Payload::LabelBlock, Payload::CompressedSegmentation];
    for shape in SHAPES {
        let mut scratch = Vec::new();
        let mut labels = vec![0; shape.iter().product()];
        let largest = payloads.map(|payload| payload.max_len(shape).unwrap()).into_iter().max().unwrap();
        let mut frames = FrameReader::new(bytes, |block: &Coordinate| block.iter().all(|n| n.abs() < 8), largest);
        while let Ok(Some(frame)) = frames.next() {
            for payload in payloads {
                let _ = payload.decode(frame.payload, shape, &mut labels, &mut scratch);
            }
        }
        for payload in payloads {
            let _ = payload.decode(bytes, shape, &mut labels, &mut scratch);
        }
        assert!(scratch.capacity() <= 2 * largest, "{} bytes for blocks of {shape:?}", scratch.capacity());
    }
}

#[test]
fn golden_answers_are_read_in_every_way() {
    let corpus = corpus();
    assert!(common::is_named() || corpus.len() > 300, "hardly any answers");
    for body in &corpus {
        feed(body);
    }
}

#[test]
fn golden_damaged_answers_are_read_in_every_way() {
    let corpus = corpus();
    if corpus.is_empty() {
        return;
    }
    let damage = (
        0..corpus.len(),
        any::<prop::sample::Index>(),
        any::<u8>(),
        0..3_u8,
        prop::collection::vec(any::<u8>(), 1..20),
    );
    let law = |(which, at, byte, kind, insert): (usize, prop::sample::Index, u8, u8, Vec<u8>)| {
        let mut bytes = corpus[which].clone();
        let at = at.index(bytes.len());
        match kind {
            0 => bytes[at] ^= byte | 1,
            1 => bytes.truncate(at),
            _ => drop(bytes.splice(at..at, insert)),
        }
        feed(&bytes);
        Ok(())
    };
    let config = ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() };
    TestRunner::new(config).run(&damage, law).unwrap();
}
