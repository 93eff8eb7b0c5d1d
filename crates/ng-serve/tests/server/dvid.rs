//! A view of a DVID server: its scales, and what happens when it dies.

use std::sync::Arc;

use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions as FixtureOptions, Version};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, RetryPolicy};
use ng_serve::array_core::{Array, ArrayExt, ArrayRef, ReadContext};
use ng_serve::ng_layer::precomputed::{Encoding, chunk_name, decode_chunk, publish};
use ng_serve::{Running, ServeOptions};
use resample::{ResampledArray, Spec, Target};

use crate::arrays::{image, labels, start};
use crate::client::get;

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

pub(crate) fn service() -> DvidService {
    let segment = |z: usize, y: usize, x: usize| (z / 11 + y / 23) as u64 * 1_000_000_007 + (x / 17) as u64;
    let cells = Arc::new(labels((64, 96, 128), segment));
    let options = FixtureOptions::default().with_names("em", "cells").with_block_zyx([32; 3]);
    let options = options.with_versions([Version::root(ROOT)]).with_max_downres_level(2).with_image_levels(2);
    DvidService::new(Some(Arc::new(image((64, 96, 128)))), Some(cells), &options).expect("a service")
}

pub(crate) fn opened(fixture: &FixtureServer) -> Vec<(&'static str, ArrayRef)> {
    let options = ClientOptions::default().with_retry(RetryPolicy::none());
    let client = DvidClient::with_options(&fixture.url(), &options).expect("a client");
    let open = |name: &'static str| {
        let array = DvidArray::open(&client, ROOT, name, &DvidOptions::default()).expect("an array");
        (name, Arc::new(array) as ArrayRef)
    };
    vec![open("em"), open("cells")]
}

/// All chunks of a level are what the array has there; how many chunks there were.
fn compare(server: &Running, name: &str, level: usize, array: &dyn Array) -> usize {
    let info = server.info(name).expect("a volume");
    let scale = &info.scales()[level];
    assert_eq!(scale.voxels(), *array.meta().voxel_box(), "{name} {}", scale.key());
    let chunks = scale.chunks().expect("a grid");
    for (_, chunk) in chunks.iter() {
        let answer = get(server, &format!("{name}/{}/{}", scale.key(), chunk_name(&chunk)));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let shape = info.chunk_shape(&chunk).expect("a shape");
        let sent = decode_chunk(&answer.body, info.dtype(), shape, scale.encoding()).expect("a chunk");
        let read = array.read_box(&chunk, &ReadContext::default()).expect("voxels");
        let read = publish(array.meta(), &read.view()).expect("voxels");
        assert!(sent.same_bits(&read), "{name} {}", chunk_name(&chunk));
    }
    chunks.iter().count()
}

#[test]
fn the_scales_of_the_server_are_the_levels() {
    let fixture = FixtureServer::start(service()).expect("a fixture");
    let arrays = opened(&fixture);
    let server = start(arrays.clone(), &ServeOptions::default().with_chunk([32; 3]));
    assert_eq!(*server.info("cells").expect("cells").scales()[0].encoding(), Encoding::COMPRESSED_SEGMENTATION);
    for (name, array) in &arrays {
        assert!(!array.scales().is_empty(), "{name}");
        for (level, scale) in std::iter::once(array).chain(array.scales()).enumerate() {
            assert!(compare(&server, name, level, &**scale) > 0, "{name} {level}");
        }
    }
}

#[test]
fn a_server_that_dies_under_a_view_is_told_and_found_again() {
    let fixture = FixtureServer::start(service()).expect("a fixture");
    let mut arrays = opened(&fixture);
    let half = ResampledArray::new("half", Arc::clone(&arrays[0].1), Target::voxel_size([16; 3]), Spec::default());
    arrays.push(("half", Arc::new(half.expect("a view"))));
    let server = start(arrays, &ServeOptions::default().with_chunk([32; 3]));
    let paths = ["em/8_8_8/0-32_0-32_0-32", "cells/8_8_8/0-32_0-32_0-32"];
    // Scales of the source, a view, and a level that is computed from it.
    let coarse = [
        "em/16_16_16/32-64_0-32_0-32",
        "cells/16_16_16/32-64_0-32_0-32",
        "half/16_16_16/32-64_0-32_0-32",
        "half/32_32_32/0-32_0-24_0-16",
    ];
    let seen = paths.map(|path| get(&server, path));
    assert!(seen.iter().all(|answer| answer.status == 200));
    let port = fixture.addr().port();
    drop(fixture);
    for path in coarse {
        let answer = get(&server, path);
        assert_eq!(answer.status, 502, "{path}: {}", answer.text());
        assert!(answer.text().contains(&port.to_string()), "it says who does not answer: {}", answer.text());
        assert_eq!((answer.header("cache-control"), answer.header("etag")), (Some("no-store"), None));
    }
    assert_eq!(server.stats().failed, coarse.len() as u64);
    for path in ["em/info", "state.json", ""] {
        assert_eq!(get(&server, path).status, 200, "{path}: the server itself is well");
    }
    for (path, before) in paths.into_iter().zip(&seen) {
        assert_eq!(get(&server, path).body, before.body, "what was seen is still there");
    }
    let again = FixtureServer::start_on(port, service()).expect("the same port");
    let sound = coarse.map(|path| get(&server, path));
    for (path, answer) in coarse.into_iter().zip(&sound) {
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
    }
    drop(again);
    server.forget();
    assert!(coarse.iter().all(|path| get(&server, path).status == 502), "it may die as often as it likes");
    let _again = FixtureServer::start_on(port, service()).expect("the same port");
    for (path, before) in coarse.into_iter().zip(&sound) {
        let answer = get(&server, path);
        assert_eq!((answer.status, &answer.body), (200, &before.body), "{path}");
    }
}
