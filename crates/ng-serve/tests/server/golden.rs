//! The requests of the golden vectors against a server of the volume that they are about.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ng_serve::ServeOptions;
use ng_serve::array_core::ndarray::Array3;
use ng_serve::array_core::{Array, ArrayMeta, ArrayRef, Axes, Block, Grid, MemoryArray};
use ng_serve::ng_layer::json::Value;
use ng_serve::ng_layer::precomputed::{Info, Scale};

use crate::arrays::{Scaled, one};
use crate::client::{Answer, ask};

/// The folder that `VOXSCOPE_GOLDEN` names, seen from the root of the workspace, or the copy in this repository.
fn folder() -> PathBuf {
    let workspace = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let root = std::env::var_os("VOXSCOPE_GOLDEN").map_or("testdata/golden".into(), PathBuf::from);
    workspace.join(root).join("neuroglancer")
}

fn bytes(path: &str) -> Vec<u8> {
    let path = folder().join(path);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn json(path: &str) -> Value {
    serde_json::from_slice(&bytes(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The scale with the values that the vectors state: the rule holds in the indices of each scale.
fn scale(scale: &Scale, info: &Info) -> MemoryArray {
    let shape = scale.voxels().shape_usize().expect("it fits");
    let value = |(z, y, x): (usize, usize, usize)| ((x + 3 * y + 7 * z + 1) % 251 + 1) as u8;
    let voxels = Block::from(Array3::from_shape_fn((shape[0], shape[1], shape[2]), value).into_dyn());
    let grid = Grid::new([0, 0, 0].map(Into::into), scale.resolution()).expect("a grid");
    let meta = ArrayMeta::new("u8_odd", info.dtype(), Axes::zyx(), &[], grid, scale.voxels()).expect("metadata");
    MemoryArray::from_meta(meta, voxels).expect("voxels")
}

#[test]
fn golden_requests_are_answered() {
    let manifest = json("cases.json");
    let entry = manifest["server_requests"].as_str().expect("the manifest names the requests");
    let file = json(entry);
    let known = ["what", "voxels", "requests"];
    for key in file.as_object().expect("an object").keys() {
        assert!(known.contains(&key.as_str()), "no such list is known: {key}");
    }
    let stated = json("precomputed/u8_odd/info.json");
    let info = Info::from_json(&stated).expect("the info of the volume");
    let mut scales = info.scales().iter().map(|stated| scale(stated, &info));
    let finest = scales.next().expect("a scale");
    let scales: Vec<ArrayRef> = scales.map(|scale| Arc::new(scale) as ArrayRef).collect();
    assert_eq!(finest.meta().voxel_box(), &info.scales()[0].voxels());
    let options = ServeOptions::default().with_chunk([64; 3]).with_levels(scales.len() + 1);
    let server = one(Scaled { finest, scales }, &options);
    assert_eq!(server.info("a"), Some(&info));

    let requests = file["requests"].as_array().expect("requests");
    for request in requests {
        let text = |key: &str| request[key].as_str();
        let mut headers: Vec<(&str, &str)> = Vec::new();
        headers.extend(text("range").map(|range| ("Range", range)));
        let stated = request["request_headers"].as_object().into_iter().flatten();
        headers.extend(stated.map(|(name, value)| (name.as_str(), value.as_str().expect("text"))));
        for coding in ["identity", "gzip, deflate"] {
            let mut headers = headers.clone();
            headers.push(("Accept-Encoding", coding));
            let path = format!("a/{}", text("path").expect("a path"));
            let answer = ask(&server, text("method").expect("a method"), &path, &headers);
            compare(request, &answer);
        }
    }
    println!("server_requests: {} requests", requests.len());
}

fn compare(request: &Value, answer: &Answer) {
    for (key, value) in request.as_object().expect("an object") {
        match key.as_str() {
            "method" | "path" | "range" | "request_headers" | "why" => {}
            "status" => assert_eq!(value, answer.status, "{request}: {answer:?}"),
            "content_type" => assert_eq!(value.as_str(), answer.header("content-type"), "{request}"),
            "content_range" => assert_eq!(value.as_str(), answer.header("content-range"), "{request}"),
            "body_bytes" => assert_eq!(value, answer.decoded().len(), "{request}"),
            "body_equals" => assert_eq!(answer.decoded(), bytes(value.as_str().expect("a file")), "{request}"),
            other => panic!("the vectors ask for something new, {other}: {request}"),
        }
    }
    if request["method"] == "HEAD" {
        assert!(answer.body.is_empty(), "{request}");
    }
    if answer.status == 206 {
        assert_eq!(answer.header("content-encoding"), None, "{request}");
    }
}
