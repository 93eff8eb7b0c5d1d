//! What browsers look at beside the bytes.

use std::sync::Arc;

use ng_serve::array_core::{Array, MemoryArray};
use ng_serve::{ImageEncoding, ServeOptions};

use crate::arrays::{image, labels, one, start};
use crate::client::{ask, get, receive, root, send};

const CHUNK: &str = "a/8_8_8/0-64_0-64_0-64";

#[test]
fn what_has_not_changed_is_not_sent_again() {
    let server = one(labels((70, 70, 70), |z, y, x| (z / 20 + y / 30 + x / 9) as u64), &ServeOptions::default());
    for path in [CHUNK, "a/info", "state.json", ""] {
        for coding in ["gzip", "identity"] {
            let first = ask(&server, "GET", path, &[("Accept-Encoding", coding)]);
            let tag = first.header("etag").expect("a tag").to_owned();
            for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}"), "*".to_owned()] {
                let headers = [("Accept-Encoding", coding), ("If-None-Match", known.as_str())];
                let again = ask(&server, "GET", path, &headers);
                assert_eq!((again.status, again.body.len()), (304, 0), "{path} {known}");
                assert_eq!(again.header("etag"), Some(tag.as_str()));
            }
            let other = ask(&server, "GET", path, &[("Accept-Encoding", coding), ("If-None-Match", "\"x\"")]);
            assert_eq!((other.status, other.body), (200, first.body), "{path}");
        }
    }
    assert_eq!(server.stats().not_modified, 4 * 2 * 4);
}

#[test]
fn the_codings_have_tags_of_their_own() {
    let server = one(labels((70, 70, 70), |_, _, x| (x / 9) as u64), &ServeOptions::default());
    let packed = ask(&server, "GET", CHUNK, &[("Accept-Encoding", "gzip, deflate, br, zstd")]);
    let plain = ask(&server, "GET", CHUNK, &[("Accept-Encoding", "gzip;q=0, identity")]);
    assert_eq!((packed.header("content-encoding"), plain.header("content-encoding")), (Some("gzip"), None));
    assert_eq!(packed.decoded(), plain.body);
    assert!(packed.body.len() < plain.body.len() / 2);
    assert_ne!(packed.header("etag"), plain.header("etag"));
    for answer in [packed, plain] {
        assert_eq!(answer.header("vary"), Some("Accept-Encoding"));
        assert_eq!(answer.header("cache-control"), Some("no-cache"));
        assert_eq!(answer.header("content-length"), Some(answer.body.len().to_string().as_str()));
    }
}

#[test]
fn head_tells_what_get_would() {
    let server = one(image((70, 70, 70)), &ServeOptions::default());
    for path in [CHUNK, "a/info", "state.json", "", "a/nothing", "a/8_8_8/1-65_0-64_0-64"] {
        let (get, head) = (get(&server, path), ask(&server, "HEAD", path, &[]));
        assert!(head.body.is_empty(), "{path}");
        assert_eq!(get.status, head.status, "{path}");
        for header in ["content-length", "content-type", "etag", "accept-ranges"] {
            assert_eq!(get.header(header), head.header(header), "{path} {header}");
        }
    }
}

#[test]
fn parts_are_parts_of_the_plain_bytes() {
    let server = one(labels((64, 64, 64), |_, _, x| (x / 9) as u64), &ServeOptions::default());
    let whole = get(&server, CHUNK);
    let tag = whole.header("etag").expect("a tag");
    let range = |extra: &[(&str, &str)]| {
        let mut headers = vec![("Range", "bytes=4-11"), ("Accept-Encoding", "gzip")];
        headers.extend(extra);
        ask(&server, "GET", CHUNK, &headers)
    };
    for answer in [range(&[]), range(&[("If-Range", tag)])] {
        assert_eq!((answer.status, &answer.body[..]), (206, &whole.body[4..12]));
        assert_eq!(answer.header("content-encoding"), None);
    }
    let changed = range(&[("If-Range", "\"x\"")]);
    assert_eq!((changed.status, changed.decoded()), (200, whole.body.clone()));
}

#[test]
fn other_paths_lead_nowhere() {
    let server = one(image((70, 70, 70)), &ServeOptions::default());
    let root = root(&server);
    let below = [
        "a",
        "a/",
        "b/info",
        "a/info/",
        "a/info/x",
        "a/../a/info",
        "a/%2e%2e/info",
        "../a/info",
        "%2e%2e/a/info",
        "a%2Finfo",
        "a//info",
        "a/8_8_8/",
        "a/8_8_8/0-64_0-64_0-64/",
        "a/8_8_8/0-64_0-64",
        "a/8_8_8/64-0_0-64_0-64",
        "a/8_8_8/0-64_0-64_0-64_0-1",
        "a/8_8_8/00-64_0-64_0-64",
        "a/8_8_8/-0-64_0-64_0-64",
        "a/8_8_8/%00",
        "a/%ff/x",
        "a/%/x",
        "a/8_8_8/-9223372036854775808-9223372036854775807_0-64_0-64",
        "a/9_9_9/0-64_0-64_0-64",
        "STATE.json",
        "a/8_8_8/9999999999999999999999999-1_0-64_0-64",
        "a/8_8_8/info",
    ];
    let paths = below.map(|path| format!("{root}/{path}")).into_iter();
    let others = ["/", "//", "/info", "/a/info", "/x/a/info", "/..", "/%2e%2e/etc/passwd", "/state.json"];
    for path in
        paths.chain(others.map(str::to_owned)).chain([format!("{root}x/a/info"), root.to_uppercase() + "/a/info"])
    {
        let answer = receive(send(server.address(), "GET", &path, &[]));
        assert_eq!(answer.status, 404, "{path}");
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{path}");
        assert!(!answer.text().contains(&root[1..]), "the token is told to nobody: {path}");
    }
    assert_eq!(server.stats().failed, 0);
}

#[test]
fn only_reading_is_allowed() {
    let server = one(image((10, 10, 10)), &ServeOptions::default());
    for method in ["POST", "PUT", "DELETE", "PATCH", "TRACE", "BREW"] {
        let answer = ask(&server, method, "a/info", &[]);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, OPTIONS")), "{method}");
    }
    let preflight = ask(&server, "OPTIONS", CHUNK, &[("Access-Control-Request-Private-Network", "true")]);
    assert_eq!(preflight.status, 204);
    assert_eq!(preflight.header("access-control-allow-methods"), Some("GET, HEAD, OPTIONS"));
    assert_eq!(preflight.header("access-control-allow-private-network"), Some("true"));
    assert!(preflight.header("access-control-allow-headers").is_some_and(|names| names.contains("Range")));
}

#[test]
fn noise_is_not_compressed_and_flat_images_are() {
    let mut state = 1_u32;
    let noise = ng_serve::array_core::ndarray::Array3::from_shape_fn((64, 64, 64), |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    });
    let noise = MemoryArray::new("noise", noise.into_dyn(), [8, 8, 8], [0, 0, 0]).expect("noise");
    let flat = MemoryArray::new("flat", vec_of(7), [8, 8, 8], [0, 0, 0]).expect("flat");
    let server = start(vec![("noise", Arc::new(noise)), ("flat", Arc::new(flat))], &ServeOptions::default());
    let coding = |name: &str| {
        let answer = ask(&server, "GET", &format!("{name}/8_8_8/0-64_0-64_0-64"), &[("Accept-Encoding", "gzip")]);
        assert_eq!(answer.decoded().len(), 64 * 64 * 64);
        answer.header("content-encoding").map(str::to_owned)
    };
    assert_eq!((coding("noise"), coding("flat")), (None, Some("gzip".to_owned())));
}

fn vec_of(value: u8) -> ng_serve::array_core::ndarray::ArrayD<u8> {
    ng_serve::array_core::ndarray::ArrayD::from_elem(vec![64, 64, 64], value)
}

#[test]
fn images_come_as_jpeg_where_asked_for() {
    let options = ServeOptions::default().with_image(ImageEncoding::JPEG);
    let server = start(
        vec![("em", Arc::new(image((64, 64, 64)))), ("cells", Arc::new(labels((64, 64, 64), |_, _, x| x as u32)))],
        &options,
    );
    let picture = ask(&server, "GET", "em/8_8_8/0-64_0-64_0-64", &[("Accept-Encoding", "gzip")]);
    assert_eq!((picture.header("content-type"), picture.header("content-encoding")), (Some("image/jpeg"), None));
    assert_eq!(picture.body[..2], [0xff, 0xd8]);
    let level = &server.levels("cells").expect("cells")[0];
    assert_eq!(level.meta().name(), "cells");
    assert_eq!(get(&server, "cells/8_8_8/0-64_0-64_0-64").header("content-type"), Some("application/octet-stream"));
}
