//! `compressed_segmentation` of other writers and of a real server, and data that no reader may take.

mod common;

use common::golden::{Golden, gunzip, text};
use label_codecs::compressed_segmentation::{Label, decode, decode_into, encode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::io::Write as _;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

/// Data and the labels they mean, with x fastest and the channel slowest.
struct Case<T> {
    id: String,
    bytes: Vec<u8>,
    shape_czyx: [usize; 4],
    block_zyx: [usize; 3],
    labels: Vec<T>,
}

impl<T: Label + Debug> Case<T> {
    /// Decodes, encodes and decodes again; true if the bytes are the same as those given.
    fn check(&self) -> bool {
        let (id, shape, block) = (&self.id, self.shape_czyx, self.block_zyx);
        let decoded = decode::<T>(&self.bytes, shape, block).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert!(decoded == self.labels, "{id}: wrong labels");
        let mut out = vec![T::default(); decoded.len()];
        decode_into(&self.bytes, shape, block, &mut out).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert!(out == self.labels, "{id}: wrong labels in place");

        let ours = encode(&self.labels, shape, block).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert!(decode::<T>(&ours, shape, block).as_ref() == Ok(&self.labels), "{id}: encoded and decoded");
        let (ours_len, theirs_len) = (ours.len(), self.bytes.len());
        assert!(ours_len <= theirs_len + theirs_len / 50, "{id}: {ours_len} bytes, given are {theirs_len}");
        ours == self.bytes
    }
}

fn sides<const N: usize>(case: &Value, key: &str) -> [usize; N] {
    let sides: Vec<usize> =
        serde_json::from_value(case[key].clone()).unwrap_or_else(|e| panic!("{key} of {case}: {e}"));
    sides.try_into().unwrap_or_else(|sides| panic!("{key} of {case}: {sides:?}"))
}

#[test]
fn golden_compressed_segmentation() {
    let folder = Golden::folder("neuroglancer");
    let (mut ran, mut same) = (BTreeMap::<String, usize>::new(), 0);
    for case in &folder.cases("cases.json", "compressed_segmentation") {
        let id = text(case, "name").to_owned();
        let ([x, y, z, c], [bx, by, bz]) = (sides(case, "size_xyzc"), sides(case, "block"));
        let bytes = folder.file(text(case, "bin")).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!(bytes.len() as u64, case["bytes"], "{id}: bytes");
        let npy = folder.npy(text(case, "npy")).unwrap_or_else(|e| panic!("{id}: {e}"));
        assert_eq!((npy.shape.get(..3), npy.dtype), (Some(&[x, y, z][..]), text(case, "dtype")), "{id}");
        assert_eq!(npy.shape.get(3).copied().unwrap_or(1), c, "{id}: channels");
        let (dtype, labels) = (npy.dtype, npy.first_axis_fastest());
        let (shape_czyx, block_zyx) = ([c, z, y, x], [bz, by, bx]);
        let is_same = if dtype == "uint32" {
            let labels = labels.into_iter().map(|label| u32::try_from(label).unwrap()).collect();
            Case { id, bytes, shape_czyx, block_zyx, labels }.check()
        } else {
            Case { id, bytes, shape_czyx, block_zyx, labels }.check()
        };
        same += usize::from(is_same);
        *ran.entry(dtype.to_owned()).or_default() += 1;
    }
    assert!(Golden::is_named() || !ran.is_empty(), "no cases at all");
    tell!("compressed_segmentation: {ran:?} run, {same} of them encoded to the very same bytes");
}

#[test]
fn golden_invalid_compressed_segmentation_is_refused() {
    let folder = Golden::folder("neuroglancer");
    let files = match folder.json("cases.json")["compressed_segmentation_invalid"]["files"].clone() {
        Value::Null if Golden::is_named() => Value::Array(Vec::new()),
        files => files,
    };
    let files: Vec<String> = serde_json::from_value(files).expect("a list of files");
    for name in &files {
        let bytes = folder.file(name).unwrap_or_else(|e| panic!("{name}: {e}"));
        let error = decode::<u64>(&bytes, [1, 8, 8, 8], [8; 3]).expect_err(name);
        assert_eq!(decode_into(&bytes, [1, 8, 8, 8], [8; 3], &mut [0_u64; 512]), Err(error.clone()), "{name}");
        println!("{name}: {error}");
    }
    assert!(Golden::is_named() || !files.is_empty(), "no invalid data at all");
    tell!("invalid compressed_segmentation: {} refused", files.len());
}

/// What a real server sends; `None` where the files of third-party samples are not here.
fn captured(folder: &Golden, case: &Value) -> Option<Case<u64>> {
    let (id, expect) = (text(case, "id").to_owned(), &case["expect"]);
    let (body, npy) = match (folder.file(text(case, "body")), folder.npy(text(expect, "npy"))) {
        (Ok(body), Ok(npy)) => (body, npy),
        _ if case["group"] == "real" => return None,
        (body, npy) => panic!("{id}: {:?}", body.err().or(npy.err())),
    };
    let [z, y, x] = sides(expect, "shape_zyx");
    assert_eq!(npy.shape, [z, y, x], "{id}");
    let bytes = match text(expect, "payload") {
        "googlegzip" => gunzip(&body).unwrap_or_else(|e| panic!("{id}: {e}")),
        _ => body,
    };
    Some(Case { id, bytes, shape_czyx: [1, z, y, x], block_zyx: [8; 3], labels: npy.c_order() })
}

#[test]
fn golden_captures_of_compressed_segmentation() {
    let folder = Golden::folder("dvid");
    let (mut ran, mut left_out, mut refusals) = (BTreeMap::<String, usize>::new(), 0, 0);
    for case in &folder.cases("cases.json", "") {
        let Some(payload @ ("google" | "googlegzip")) = case["expect"]["payload"].as_str() else { continue };
        // Known faults of the server, which answers with an error where it has the voxels.
        if case["status"] != 200 {
            assert!(case["server_bug"].is_string(), "{case}");
            refusals += 1;
            continue;
        }
        match captured(&folder, case) {
            Some(case) => {
                case.check();
                *ran.entry(payload.to_owned()).or_default() += 1;
            }
            None => left_out += 1,
        }
    }
    assert!(Golden::is_named() || ran.contains_key("google"), "no captures at all");
    tell!("captured compressed_segmentation: {ran:?} run, {refusals} without voxels since the server refused them");
    tell!("captured compressed_segmentation: {left_out} left out, since their files are not here");
}
