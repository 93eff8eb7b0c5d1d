//! What Neuroglancer asks for: pictures instead of voxels, and labels in its own encoding.

mod common;

use std::sync::Arc;

use array_core::ndarray::{Array3, IxDyn};
use array_core::{ArrayRef, MemoryArray, npy};
use common::decode::{frames, gunzip, label_voxels, u64s};
use common::volume::{image_array, label, labels_array};
use common::{committed, get, jpeg};
use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};
use serde_json::Value;

const NODE: &str = "/api/node/d51d0000c0de4f00a5a5000000000001";

fn serve(image: ArrayRef) -> FixtureServer {
    let service = DvidService::new(Some(image), None, &ServeOptions::default()).expect("a service");
    FixtureServer::start(service).expect("a server")
}

fn largest_difference(left: &[u8], right: &[u8]) -> u8 {
    assert_eq!(left.len(), right.len());
    left.iter().zip(right).map(|(left, right)| left.abs_diff(*right)).max().unwrap_or(0)
}

/// The decoder of these tests against pictures of the real server (those of the repository, whatever folder
/// is named), so that it can judge ours.
#[test]
fn golden_the_decoder_reads_pictures_of_the_real_server() {
    let cases = std::fs::read(committed("dvid").join("cases.json")).expect("the captures");
    let cases: Vec<Value> = serde_json::from_slice(&cases).expect("JSON");
    let mut count = 0;
    for case in cases.iter().filter(|case| case["expect"]["payload"] == "jpeg" && case["expect"]["kind"] == "blocks") {
        let file = |name: &Value| committed("dvid").join(name.as_str().expect("a file"));
        let triple = |key: &str| -> [i64; 3] { serde_json::from_value(case["expect"][key].clone()).expect("a triple") };
        let (origin, side) = (triple("origin_zyx"), triple("block_zyx"));
        let truth =
            npy::parse(&gunzip(&std::fs::read(file(&case["expect"]["npy"])).expect("the truth"))).expect("an array");
        let truth = truth.into_array::<u8>().expect("bytes");
        for (block, bytes) in frames(&std::fs::read(file(&case["body"])).expect("the body")) {
            let (pixels, width) = jpeg::decode(&bytes);
            assert_eq!(width as i64, side[2]);
            let inside = |(at, _): &(IxDyn, _)| {
                (0..3).all(|axis| (at[axis] as i64 + origin[axis]).div_euclid(side[axis]) == block[axis])
            };
            let expected: Vec<u8> = truth.indexed_iter().filter(inside).map(|(_, voxel)| *voxel).collect();
            assert!(largest_difference(&pixels, &expected) <= 2, "decoders differ by 2 at most");
            count += 1;
        }
    }
    println!("golden dvid: {count} pictures decoded");
    assert!(count > 0);
}

#[test]
fn a_chunk_of_the_image_is_a_picture_of_all_its_planes() {
    // As smooth as tissue under the microscope; JPEG keeps that.
    let smooth = Array3::from_shape_fn((70, 66, 130), |(z, y, x)| {
        let wave = |at: usize, period: f64| (at as f64 / period).sin();
        (128.0 + 50.0 * wave(x, 9.0) + 40.0 * wave(y, 7.0) + 30.0 * wave(z, 5.0)) as u8
    });
    let array = MemoryArray::new("em", smooth.clone().into_dyn(), [8, 8, 8], [0, 0, 0]).expect("an array");
    let server = serve(Arc::new(array));
    for format in ["jpeg", "jpg"] {
        let answer =
            get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/64_64_64/64_0_0/{format}?app=Neuroglancer"));
        assert_eq!((answer.status, answer.header("Content-Type")), (200, Some("image/jpeg")));
        let (pixels, width) = jpeg::decode(&answer.body);
        assert_eq!((width, pixels.len()), (64, 64 * 64 * 64));
        let expected: Vec<u8> = (0..64)
            .flat_map(|z| (0..64).flat_map(move |y| (64..128).map(move |x| (z, y, x))))
            .map(|at| smooth[at])
            .collect();
        let difference = largest_difference(&pixels, &expected);
        assert!(difference <= 16, "it differs by up to {difference}");
    }
    let other = get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/4_2_2/0_0_0/png"));
    assert_eq!((other.header("Content-Type"), other.body.len()), (Some("application/octet-stream"), 16));
}

#[test]
fn pictures_of_any_size_and_content() {
    let server = serve(image_array());
    for size in ["1_1_1", "9_7_1", "8_8_2", "37_5_3"] {
        let region = format!("{size}/31_-3_25");
        let voxels = get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/{region}")).body;
        let (pixels, width) =
            jpeg::decode(&get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/{region}/jpeg")).body);
        assert_eq!(width.to_string(), size.split('_').next().expect("a width"));
        let squares = pixels.iter().zip(&voxels).map(|(left, right)| f64::from(left.abs_diff(*right)).powi(2));
        let error = (squares.sum::<f64>() / voxels.len() as f64).sqrt();
        assert!(error < 20.0, "{size}: {error}"); // the content is noise; pure chance would be far above 70
    }
    let long = get(&server.url(), &format!("{NODE}/grayscale/raw/0_1_2/65536_1_1/0_0_0/jpeg"));
    assert_eq!(long.status, 400);
    assert!(long.text().starts_with("jpeg: image is too large to encode (65536 by 1)"), "{}", long.text());
}

#[test]
fn labels_come_in_the_encoding_of_the_viewer() {
    let options = ServeOptions::default().with_max_downres_level(1);
    let service = DvidService::new(None, Some(labels_array()), &options).expect("a service");
    let server = FixtureServer::start(service).expect("a server");
    // A chunk as the viewer asks for it, beyond the rim of the array; and one whose axes differ.
    for (size, offset) in [([64, 64, 64], [0, -64, 0]), ([24, 40, 16], [25, -9, 10])] {
        let list = |[x, y, z]: [i64; 3]| format!("{x}_{y}_{z}");
        let raw = format!("{NODE}/segmentation/raw/0_1_2/{}/{}", list(size), list(offset));
        let shape = [size[2], size[1], size[0]].map(|side| side as usize);
        for scale in 0..=1 {
            let plain = u64s(&get(&server.url(), &format!("{raw}?scale={scale}")).body);
            assert!(plain.iter().any(|label| *label > 1 << 53), "there is something to see");
            for (compression, encoding) in [("google", None), ("googlegzip", Some("gzip"))] {
                let answer = get(&server.url(), &format!("{raw}?compression={compression}&scale={scale}"));
                assert_eq!((answer.status, answer.header("Content-Encoding")), (200, encoding));
                assert_eq!(answer.header("Content-Type"), Some("application/octet-stream"));
                assert!(label_voxels(&answer.body, compression, shape) == plain, "{raw} {scale} {compression}");
            }
        }
    }
    let voxel = format!("{NODE}/segmentation/raw/0_1_2/8_8_8/40_0_24?compression=google");
    let voxels = label_voxels(&get(&server.url(), &voxel).body, "google", [8; 3]);
    assert_eq!(voxels[2 * 64 + 8 + 5], label([26, 1, 45]), "x is the fastest axis");
}
