//! Sources that fail, wait and recover, and browsers that go away.

use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use ng_serve::ServeOptions;
use ng_serve::array_core::{ArrayExt, ArrayRef};
use ng_serve::ng_layer::precomputed::chunk_name;

use crate::arrays::{Moody, image, labels, one, start, until};
use crate::client::{get, receive, root, send};

const CHUNK: &str = "a/8_8_8/0-64_0-64_0-64";

#[test]
fn a_source_that_fails_is_no_background_and_recovers() {
    let source = Moody::new(image((70, 70, 70)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    source.fails.store(true, SeqCst);
    for path in [CHUNK, CHUNK, "a/16_16_16/0-35_0-35_0-35"] {
        let answer = get(&server, path);
        assert_eq!((answer.status, answer.text()), (502, "the store of voxels is on fire\n"), "{path}");
        assert_eq!((answer.header("cache-control"), answer.header("etag")), (Some("no-store"), None));
    }
    assert_eq!(get(&server, "a/info").status, 200, "the rest of the server is well");
    source.fails.store(false, SeqCst);
    let answer = get(&server, CHUNK);
    assert_eq!((answer.status, answer.body.len()), (200, 64 * 64 * 64));
    assert_eq!(get(&server, "a/16_16_16/0-35_0-35_0-35").status, 200);
    source.fails.store(true, SeqCst);
    assert_eq!(get(&server, CHUNK).body, answer.body, "what was read is kept");
    assert_eq!(server.stats().failed, 3);
}

#[test]
fn a_source_with_a_bug_does_not_take_the_server_along() {
    let source = Moody::new(image((70, 70, 70)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default().with_workers(1));
    source.panics.store(true, SeqCst);
    for _ in 0..3 {
        let answer = get(&server, CHUNK);
        assert_eq!(answer.status, 500);
        assert!(answer.text().contains("this source has a bug"), "{}", answer.text());
    }
    source.panics.store(false, SeqCst);
    assert_eq!(get(&server, CHUNK).status, 200);
}

#[test]
fn labels_that_cannot_be_published_are_an_error() {
    let server = one(labels((8, 8, 8), |_, _, x| x as i32 - 1), &ServeOptions::default());
    let answer = get(&server, "a/8_8_8/0-8_0-8_0-8");
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("-1"), "{}", answer.text());
}

#[test]
fn what_many_ask_for_at_a_time_is_read_once() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default().with_workers(2));
    source.close();
    let path = format!("{}/{CHUNK}", root(&server));
    let waiting: Vec<_> = (0..20).map(|_| send(server.address(), "GET", &path, &[])).collect();
    until("all requests", || server.stats().joined == 19 && source.reads.load(SeqCst) == 1);
    source.open();
    let answers: Vec<_> = waiting.into_iter().map(receive).collect();
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    let stats = server.stats();
    assert_eq!((source.reads.load(SeqCst), stats.chunk_cache.misses, stats.chunks), (1, 1, 20));
    assert_eq!((stats.joined, stats.chunk_cache.hits), (19, 0));
}

#[test]
fn a_load_ends_when_the_last_browser_has_gone() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    source.close();
    let path = format!("{}/{CHUNK}", root(&server));
    let [first, second, third] = [(); 3].map(|()| send(server.address(), "GET", &path, &[]));
    until("the others", || server.stats().joined == 2 && source.reads.load(SeqCst) == 1);
    drop(first);
    drop(second);
    until("two who left", || server.stats().abandoned == 2);
    assert_eq!(source.cancelled.load(SeqCst), 0, "somebody still waits");
    drop(third);
    until("the end of the load", || source.cancelled.load(SeqCst) == 1);
    source.open();
    assert_eq!(get(&server, CHUNK).status, 200, "a load that was given up is no answer for others");
    assert_eq!((server.stats().abandoned, server.stats().failed), (3, 0));
}

#[test]
fn who_leaves_takes_nothing_from_others() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    source.close();
    let path = format!("{}/{CHUNK}", root(&server));
    let [leaves, stays] = [(); 2].map(|()| send(server.address(), "GET", &path, &[]));
    until("both", || server.stats().joined == 1 && source.reads.load(SeqCst) == 1);
    drop(leaves);
    until("one who left", || server.stats().abandoned == 1);
    source.open();
    assert_eq!(receive(stays).status, 200);
    assert_eq!((source.reads.load(SeqCst), source.cancelled.load(SeqCst)), (1, 0), "its load went on");
}

#[test]
fn what_is_forgotten_is_read_again() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    let before = get(&server, CHUNK);
    assert_eq!((get(&server, CHUNK).body, source.reads.load(SeqCst)), (before.body.clone(), 1));
    source.array.fill(source.array.roi(), 9).expect("a change behind the server");
    server.forget();
    let after = get(&server, CHUNK);
    assert_ne!(before.header("etag"), after.header("etag"));
    assert!(after.decoded().iter().all(|value| *value == 9));
    assert_eq!(source.reads.load(SeqCst), 2);
}

#[test]
fn caches_hold_no_more_than_they_may() {
    let source = Moody::new(image((64, 128, 256)));
    let options = ServeOptions::default().with_chunk([32; 3]).with_cache_bytes(1 << 20);
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &options);
    let info = server.info("a").expect("a volume").clone();
    for round in 0..2 {
        for scale in info.scales() {
            for (_, chunk) in scale.chunks().expect("a grid").iter() {
                let name = chunk_name(&chunk);
                let answer = get(&server, &format!("a/{}/{name}", scale.key()));
                assert_eq!(answer.status, 200, "{round} {name}: {}", String::from_utf8_lossy(&answer.body));
                let stats = server.stats();
                assert!(stats.chunk_cache.bytes <= 1 << 18 && stats.voxel_cache.bytes <= 3 << 18, "{stats:?}");
            }
        }
    }
    let stats = server.stats();
    assert!(stats.chunk_cache.evictions > 0 && stats.voxel_cache.evictions > 0, "{stats:?}");
    let none = start(vec![("a", source as ArrayRef)], &options.with_cache_bytes(0));
    assert_eq!(get(&none, "a/8_8_8/0-32_0-32_0-32").body.len(), 32 * 32 * 32, "nothing is kept, and all is served");
}
