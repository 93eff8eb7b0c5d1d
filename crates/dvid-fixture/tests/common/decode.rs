//! Reading what came over the wire, plainly.

use std::io::Read;

/// Frames in the order in which they came: block z, y, x, and payload.
pub(crate) type Frames = Vec<([i64; 3], Vec<u8>)>;

/// Cuts a stream of blocks into its frames.
pub(crate) fn frames(mut bytes: &[u8]) -> Frames {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let number = |at: usize| i32::from_le_bytes(bytes[at..at + 4].try_into().expect("four bytes"));
        let (block, length) = ([8, 4, 0].map(|at| i64::from(number(at))), number(12) as usize);
        found.push((block, bytes[16..16 + length].to_vec()));
        bytes = &bytes[16 + length..];
    }
    found
}

/// Undoes one gzip stream, and nothing may follow it.
pub(crate) fn gunzip(bytes: &[u8]) -> Vec<u8> {
    let mut decoder = flate2::bufread::GzDecoder::new(bytes);
    let mut out = Vec::new();
    decoder.read_to_end(&mut out).expect("a gzip stream");
    assert!(decoder.into_inner().is_empty(), "bytes after the stream");
    out
}

/// Little-endian labels.
pub(crate) fn u64s(bytes: &[u8]) -> Vec<u64> {
    let (words, rest) = bytes.as_chunks();
    assert!(rest.is_empty(), "whole labels");
    words.iter().map(|word| u64::from_le_bytes(*word)).collect()
}

/// The labels of a block's payload.
pub(crate) fn label_voxels(bytes: &[u8], payload: &str, shape_zyx: [usize; 3]) -> Vec<u64> {
    let size = shape_zyx.iter().product::<usize>() * 8;
    match payload {
        "blocks" => label_codecs::label_block::decode(&gunzip(bytes), shape_zyx).expect("a label block"),
        "lz4" => u64s(&lz4_flex::block::decompress(bytes, size).expect("a bare LZ4 block")),
        "gzip" => u64s(&gunzip(bytes)),
        "google" => for_viewer(bytes, shape_zyx),
        "googlegzip" => for_viewer(&gunzip(bytes), shape_zyx),
        _ => u64s(bytes),
    }
}

fn for_viewer(bytes: &[u8], [z, y, x]: [usize; 3]) -> Vec<u64> {
    label_codecs::compressed_segmentation::decode(bytes, [1, z, y, x], [8; 3]).expect("compressed_segmentation")
}
