//! Reading from a server on this machine, beside the same bytes through a bare loop of requests: the same addresses, as many
//! threads, one connection each.
//!
//! New memory costs as much as all the rest, since the system hands it out page by page when it is first written to. So there
//! are two of each: `read into` an array that is there stands beside what needs no new memory, `read` beside what ends in an
//! array of its own (`kept`).
//!
//! The server has every answer ready after its first request, so that its own work is small, and the same on both sides.

use std::collections::HashMap;
use std::io::Read;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use array_core::ndarray::ArrayD;
use array_core::{Array, ArrayExt, ArrayRef, Block, MemoryArray, ReadContext};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{FixtureServer, Handler, Request, Response};
use dvid_source::{Budget, DvidArray, DvidClient, DvidOptions, FrameReader, Payload};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
const BLOCK: [usize; 3] = [64; 3];

/// A service whose answers are made once.
struct Ready {
    service: DvidService,
    made: Mutex<HashMap<String, Arc<[u8]>>>,
}

impl Handler for Ready {
    fn handle(&self, request: &Request) -> Response {
        let made = || self.made.lock().expect("no handler panics");
        let of = |body| Response::new(200).with_header("Content-Type", "application/octet-stream").with_shared(body);
        if let Some(body) = made().get(request.target()) {
            return of(Arc::clone(body)).chunked();
        }
        let answer = self.service.handle(request);
        if answer.status() != 200 {
            return answer;
        }
        let body: Arc<[u8]> = answer.into_bytes().expect("a body").into();
        made().insert(request.target().to_owned(), Arc::clone(&body));
        of(body).chunked()
    }
}

/// A volume on a server, and the addresses that one read of it asks for.
struct Case {
    _server: FixtureServer,
    array: DvidArray,
    addresses: Vec<String>,
}

impl Case {
    fn new(image: Option<ArrayRef>, labels: Option<ArrayRef>) -> Self {
        let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([64; 3]);
        let name = if image.is_some() { "gray" } else { "seg" };
        let service = DvidService::new(image, labels, &options).expect("a volume that can be served");
        let server = FixtureServer::start(Ready { service, made: Mutex::default() }).expect("a free port");
        let client = DvidClient::new(&server.url()).expect("an address");
        let array = DvidArray::open(&client, ROOT, name, &DvidOptions::default()).expect("the volume");
        let before = server.request_count() as usize;
        array.read_box(array.meta().voxel_box(), &ReadContext::default()).expect("the voxels");
        let asked = server.requests().split_off(before);
        let addresses = asked.iter().map(|line| format!("{}{}", server.url(), line.target)).collect();
        Self { _server: server, array, addresses }
    }

    fn read(&self) -> Block {
        self.array.read_box(self.array.meta().voxel_box(), &ReadContext::default()).expect("the voxels")
    }

    /// Reads all voxels into memory that is there.
    fn read_into(&self, block: &mut Block) {
        let (whole, cx) = (self.array.meta().voxel_box(), ReadContext::default());
        self.array.read_voxels(whole, block.view_mut(), &cx).expect("the voxels");
    }

    /// Fetches the same bytes by as many threads; each has a connection and a buffer.
    fn loop_bare(&self, agents: &mut [(ureq::Agent, Vec<u8>)]) -> usize {
        let next = AtomicUsize::new(0);
        let fetch = |(agent, buffer): &mut (ureq::Agent, Vec<u8>)| {
            let mut got = 0;
            while let Some(address) = self.addresses.get(next.fetch_add(1, Ordering::Relaxed)) {
                let mut body = agent.get(address).call().expect("an answer").into_body().into_reader();
                while let n @ 1.. = body.read(buffer).expect("a body") {
                    got += n;
                }
            }
            got
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = agents.iter_mut().map(|agent| scope.spawn(|| fetch(agent))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
        })
    }

    /// As [`loop_bare`](Self::loop_bare), into an array of their own.
    fn loop_kept(&self, agents: &mut [(ureq::Agent, Vec<u8>)], bytes: usize) -> Vec<u8> {
        let mut kept = vec![0; bytes];
        let tasks = Mutex::new(self.addresses.iter().zip(kept.chunks_mut(bytes / self.addresses.len())));
        let fetch = |agent: &ureq::Agent| {
            let next = || tasks.lock().expect("no thread panics").next();
            while let Some((address, place)) = next() {
                let mut body = agent.get(address).call().expect("an answer").into_body().into_reader();
                body.read_exact(place).expect("a body");
                assert_eq!(body.read(&mut [0]).expect("its end"), 0);
            }
        };
        std::thread::scope(|scope| agents.iter().for_each(|(agent, _)| drop(scope.spawn(move || fetch(agent)))));
        kept
    }

    /// The bodies that one read fetches.
    fn bodies(&self) -> Vec<Vec<u8>> {
        let body = |address: &String| {
            let mut bytes = Vec::new();
            let answer = ureq::get(address).call().expect("an answer");
            answer.into_body().into_reader().read_to_end(&mut bytes).expect("a body");
            bytes
        };
        self.addresses.iter().map(body).collect()
    }
}

fn agents() -> Vec<(ureq::Agent, Vec<u8>)> {
    let agent = || ureq::Agent::config_builder().proxy(None).build().new_agent();
    (0..Budget::REQUESTS).map(|_| (agent(), vec![0; 1 << 20])).collect()
}

/// Unpacks all frames by as many threads as fetch them, block after block into memory that is there.
fn unpack(bodies: &[Vec<u8>], mut out: &mut [u64]) {
    let size = BLOCK.iter().product();
    let mut tasks = Vec::new();
    for body in bodies {
        let (labels, rest) = out.split_at_mut(size * frames(body));
        tasks.push((body, labels));
        out = rest;
    }
    let tasks = Mutex::new(tasks.into_iter());
    let work = || {
        let max = Payload::LabelBlock.max_len(BLOCK).expect("a block");
        let (mut scratch, next) = (Vec::new(), || tasks.lock().expect("no thread panics").next());
        while let Some((body, labels)) = next() {
            let mut frames = FrameReader::new(body.as_slice(), |_| true, max);
            for labels in labels.chunks_exact_mut(size) {
                let frame = frames.next().expect("a frame").expect("as many as counted");
                Payload::LabelBlock.decode(frame.payload, BLOCK, labels, &mut scratch).expect("a block");
            }
        }
    };
    std::thread::scope(|scope| (0..Budget::REQUESTS).for_each(|_| drop(scope.spawn(work))));
}

/// How many frames a body has.
fn frames(body: &[u8]) -> usize {
    let max = Payload::LabelBlock.max_len(BLOCK).expect("a block");
    let mut frames = FrameReader::new(body, |_| true, max);
    let mut count = 0;
    while frames.next().expect("a frame").is_some() {
        count += 1;
    }
    count
}

fn array<T: array_core::Element>(name: &str, voxels: ArrayD<T>) -> ArrayRef {
    Arc::new(MemoryArray::new(name, T::wrap(voxels), [8, 8, 8], [0, 0, 0]).expect("a volume"))
}

fn image(c: &mut Criterion) {
    let bytes = 512_u64.pow(3);
    let voxels = ArrayD::from_shape_fn(vec![512; 3], |at| (at[0] ^ (3 * at[1]) ^ (at[2] / 2)) as u8);
    let (mut to, from) = (Block::from(voxels.clone()), Block::from(voxels.clone()));
    let case = Case::new(Some(array("gray", voxels)), None);
    let mut agents = agents();
    assert_eq!(case.loop_bare(&mut agents) as u64, bytes, "the same bytes");
    let mut group = c.benchmark_group("512³ u8 from a server");
    group.throughput(Throughput::Bytes(bytes)).sample_size(10);
    group.bench_function("memcpy", |bencher| bencher.iter(|| to.view_mut().assign(&from.view()).expect("one shape")));
    group.bench_function("bare loop", |bencher| bencher.iter(|| case.loop_bare(&mut agents)));
    group.bench_function("read into", |bencher| bencher.iter(|| case.read_into(&mut to)));
    group.bench_function("bare loop, kept", |bencher| bencher.iter(|| case.loop_kept(&mut agents, bytes as usize)));
    group.bench_function("read", |bencher| bencher.iter(|| case.read()));
    group.finish();
}

fn labels(c: &mut Criterion) {
    for (name, voxels) in [("neurites", benches::neurites(256)), ("cells", benches::cells(256))] {
        let bytes = 8 * voxels.len() as u64;
        let (mut to, from) = (Block::from(voxels.clone().into_dyn()), Block::from(voxels.clone().into_dyn()));
        let case = Case::new(None, Some(array("seg", voxels.into_dyn())));
        let (mut agents, bodies) = (agents(), case.bodies());
        let mut group = c.benchmark_group(format!("256³ u64 from a server, {name}"));
        group.throughput(Throughput::Bytes(bytes)).sample_size(10);
        group.bench_function("memcpy", |bencher| {
            bencher.iter(|| to.view_mut().assign(&from.view()).expect("one shape"));
        });
        group.bench_function("bare loop", |bencher| bencher.iter(|| case.loop_bare(&mut agents)));
        let mut unpacked = vec![0_u64; bytes as usize / 8];
        group.bench_function("unpacking alone", |bencher| bencher.iter(|| unpack(&bodies, &mut unpacked)));
        group.bench_function("read into", |bencher| bencher.iter(|| case.read_into(&mut to)));
        group.bench_function("unpacking alone, kept", |bencher| {
            bencher.iter(|| {
                let mut kept = vec![0_u64; bytes as usize / 8];
                unpack(&bodies, &mut kept);
                kept
            });
        });
        group.bench_function("read", |bencher| bencher.iter(|| case.read()));
        group.finish();
    }
}

criterion_group!(benches, image, labels);
criterion_main!(benches);
