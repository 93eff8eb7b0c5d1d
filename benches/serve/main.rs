//! Chunks over HTTP, by six connections on loopback, beside a bare `axum` handler that sends the same bytes.
//!
//! * Warm: every chunk has been asked for before.
//! * Cold: every chunk is read, resampled and encoded for its first request; each round begins with empty caches.
//!
//! Rounds of both servers take turns, and the ratio is the median of those of neighbours: so what else the machine does slows
//! both.
//!
//! `--quick` takes fewer rounds; a word runs only what has it in its name.

mod bare;
mod load;
mod table;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use array_core::ndarray::Array3;
use array_core::{ArrayRef, Element, Kind, MemoryArray};
use ng_layer::precomputed::chunk_name;
use ng_serve::{Running, ServeOptions, serve};
use resample::{Factor, Method, Order, ResampledArray, Spec};

use self::bare::Bare;
use self::load::Seen;
use self::table::{Row, median, percentile};

/// Voxels along a side of what is served: 64 chunks of 64³.
const SIDE: usize = 256;

fn main() {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rounds = if args.iter().any(|arg| arg == "--quick") { 5 } else { 15 };
    let word = args.iter().find(|arg| !arg.starts_with('-'));
    let wanted = |name: &str| word.is_none_or(|word| name.contains(word.as_str()));
    let mut rows = Vec::new();
    for (name, source, times) in [("warm u8 64³, raw", grain(SIDE), 16), ("warm u64 64³, labels", labels(SIDE), 64)] {
        if wanted(name) {
            rows.extend(warm(name, source, times, rounds));
        }
    }
    let linear = Method::Interpolate(Order::Linear);
    for (name, side, factor, method) in [
        ("cold u8 64³, mean 2×", 2 * SIDE, (1, 2), Method::Mean),
        ("cold u8 64³, order 1 at 2/3", SIDE / 2 * 3, (2, 3), linear),
    ] {
        if wanted(name) {
            rows.extend(cold(name, view(grain(side), factor, method), rounds));
        }
    }
    table::publish(&rows);
}

fn memory<T: Element>(voxels: Array3<T>, kind: Kind) -> ArrayRef {
    let array = MemoryArray::new("a", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).expect("an array");
    Arc::new(array.with_kind(kind))
}

fn grain(side: usize) -> ArrayRef {
    memory(benches::volume::<u8>(side), Kind::Image)
}

fn labels(side: usize) -> ArrayRef {
    memory(benches::cells(side), Kind::Labels)
}

fn view(source: ArrayRef, (up, down): (u32, u32), method: Method) -> ArrayRef {
    let factors = vec![Factor::new(up, down).expect("a factor"); 3];
    let spec = Spec::default().with_method(method);
    Arc::new(ResampledArray::new("view", source, resample::Target::Factors(factors), spec).expect("a view"))
}

fn start(array: ArrayRef) -> (Running, Vec<String>) {
    let options = ServeOptions::default().with_chunk([64; 3]).with_levels(1);
    let server = serve(vec![("a".to_owned(), array)], &options).expect("a server");
    let scale = &server.info("a").expect("a volume").scales()[0];
    let root = format!("{}/a/{}", &server.url()[format!("http://{}", server.address()).len()..], scale.key());
    let chunks = scale.chunks().expect("a grid");
    let paths = chunks.iter().map(|(_, chunk)| format!("{root}/{}", chunk_name(&chunk))).collect();
    (server, paths)
}

/// The same paths and bytes without anything of ours.
fn bare(server: &Running, paths: &[String]) -> Bare {
    let body = |path: &String| (path.clone(), load::body(server.address(), path));
    Bare::start(paths.iter().map(body).collect::<HashMap<_, _>>())
}

/// Rounds of some thousands of requests: in shorter ones the first of each connection count.
fn warm(name: &str, array: ArrayRef, times: usize, rounds: usize) -> [Row; 2] {
    let (server, paths) = start(array);
    let bare = bare(&server, &paths);
    let servers = [server.address(), bare.address].map(|address| (address, load::learn(address, &paths)));
    let mut seen: [Vec<Seen>; 2] = [Vec::new(), Vec::new()];
    for round in 0..2 * rounds {
        for which in [round % 2, 1 - round % 2] {
            let (address, asked) = &servers[which];
            seen[which].push(load::run(*address, asked, times));
        }
    }
    beside_bare(name, seen)
}

fn cold(name: &str, array: ArrayRef, rounds: usize) -> [Row; 2] {
    let (server, paths) = start(array);
    let bare = bare(&server, &paths);
    let servers = [server.address(), bare.address].map(|address| (address, load::learn(address, &paths)));
    let mut seen: [Vec<Seen>; 2] = [Vec::new(), Vec::new()];
    for _ in 0..rounds {
        server.forget();
        let misses = server.stats().chunk_cache.misses;
        for (seen, (address, asked)) in seen.iter_mut().zip(&servers) {
            seen.push(load::run(*address, asked, 1));
        }
        let read = server.stats().chunk_cache.misses - misses;
        assert_eq!(read, paths.len() as u64, "every chunk was cold");
    }
    beside_bare(name, seen)
}

fn beside_bare(name: &str, [ours, bare]: [Vec<Seen>; 2]) -> [Row; 2] {
    let of_bare = median(ours.iter().zip(&bare).map(|(ours, bare)| ours.rate() / bare.rate()).collect());
    let [ours, bare] = [row(name.to_owned(), ours), row(format!("{name}: bare"), bare)];
    [Row { of_bare: Some(of_bare), ..ours }, bare]
}

fn row(what: String, seen: Vec<Seen>) -> Row {
    let rate = median(seen.iter().map(Seen::rate).collect());
    let mut latencies: Vec<Duration> = seen.into_iter().flat_map(|run| run.latencies).collect();
    latencies.sort_unstable();
    Row { what, rate, median: percentile(&latencies, 50), p99: percentile(&latencies, 99), of_bare: None }
}
