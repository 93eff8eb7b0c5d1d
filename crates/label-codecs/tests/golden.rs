//! Label blocks of a real server and of other writers, and damaged ones.

mod common;

use common::golden::{Golden, text};
use common::table;
use label_codecs::label_block;
use serde_json::Value;
use std::collections::BTreeSet;
use std::io::Write as _;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

fn cases(name: &str) -> Vec<Value> {
    Golden::folder("dvid").cases(name, "")
}

fn file(name: &str) -> std::io::Result<Vec<u8>> {
    Golden::folder("dvid").file(name)
}

fn npy(name: &str, shape_zyx: [usize; 3]) -> std::io::Result<Vec<u64>> {
    let array = Golden::folder("dvid").npy(name)?;
    assert_eq!((&*array.shape, array.dtype), (&shape_zyx[..], "uint64"), "{name}");
    Ok(array.c_order())
}

fn shape(case: &Value) -> [usize; 3] {
    serde_json::from_value(case["size_zyx"].clone()).unwrap()
}

#[test]
fn golden_label_blocks_decode_and_encode() {
    let (mut ran, mut left_out) = (0, Vec::new());
    for case in cases("labelblocks.json") {
        let (id, shape) = (text(&case, "id"), shape(&case));
        let (block, labels) = match (file(text(&case, "block")), npy(text(&case, "npy"), shape)) {
            (Ok(block), Ok(labels)) => (block, labels),
            // Samples of real tissue belong to others and are not part of every copy.
            (block, labels) if id.starts_with("real_") => {
                left_out.push((id.to_owned(), block.err().or(labels.err()).unwrap()));
                continue;
            }
            (block, labels) => panic!("{id}: {:?}", block.err().or(labels.err())),
        };
        let decoded = label_block::decode(&block, shape).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert!(decoded == labels, "{id}: wrong voxels");
        assert_eq!(block.len() as u64, case["bytes"], "{id}: bytes of the block");
        assert_eq!(table(&block).len() as u64, case["labels_in_table"], "{id}: labels in the table");
        check_encoder(&case, &labels);
        ran += 1;
    }
    assert!(Golden::is_named() || ran > 0, "no label blocks at all");
    tell!("label blocks: {ran} run");
    tell!("label blocks: {} left out, since their files are not here: {left_out:?}", left_out.len());
}

fn check_encoder(case: &Value, labels: &[u64]) {
    let (id, shape) = (text(case, "id"), shape(case));
    let block = label_block::encode(labels, shape).unwrap();
    assert!(label_block::decode(&block, shape).unwrap() == labels, "{id}: encoded and decoded");
    let table = table(&block);
    let distinct: BTreeSet<u64> = labels.iter().copied().collect();
    assert_eq!(table.len(), distinct.len(), "{id}: no duplicates, nothing unused");
    assert_eq!(distinct.len() as u64, case["distinct"], "{id}: distinct labels");
    if text(case, "encoder") == "server" {
        let theirs = case["bytes"].as_u64().unwrap();
        assert!(block.len() as u64 <= theirs + theirs / 50, "{id}: {} bytes, the server has {theirs}", block.len());
    }
}

#[test]
fn golden_damaged_label_blocks_are_refused() {
    let (mut refused, mut valid, mut elsewhere) = (0, 0, 0);
    for case in cases("labelblocks_invalid.json") {
        let id = text(&case, "id");
        match text(&case, "form") {
            "label block" => {}
            // The gzip around the block is the business of the client that reads the frames.
            "frame payload" => {
                elsewhere += 1;
                continue;
            }
            other => panic!("{id}: unknown form {other}"),
        }
        let decoded = label_block::decode(&file(text(&case, "file")).unwrap(), [16; 3]);
        let mut out = vec![0; 16 * 16 * 16];
        let in_place = label_block::decode_into(&file(text(&case, "file")).unwrap(), [16; 3], &mut out);
        if let Some(name) = case["npy"].as_str() {
            let labels = npy(name, [16; 3]).unwrap();
            assert!(decoded.as_ref() == Ok(&labels) && out == labels, "{id}: wrong voxels");
            valid += 1;
        } else {
            let error = decoded.expect_err(id);
            assert_eq!(in_place, Err(error.clone()), "{id}");
            println!("{id} ({}): {error}", text(&case, "why"));
            refused += 1;
        }
    }
    assert!(Golden::is_named() || refused > 0, "no damaged label blocks at all");
    tell!("damaged label blocks: {refused} refused, {valid} valid, {elsewhere} frame payloads left to dvid-source");
}
