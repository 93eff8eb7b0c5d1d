//! Reading from a server on this machine, beside the same bytes through a bare loop of requests: the same addresses, as many
//! threads, one connection each, into memory that is there already.
//!
//! The server has every answer ready after its first request, so that its own work is small, and the same on both sides.

use std::collections::HashMap;
use std::hint::black_box;
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
            let threads: Vec<_> = agents.iter_mut().map(|agent| scope.spawn(move || fetch(agent))).collect();
            threads.into_iter().map(|thread| thread.join().expect("a thread")).sum()
        })
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

/// Unpacks all frames by as many threads as fetch them, into one block each.
fn unpack(bodies: &[Vec<u8>]) {
    let next = AtomicUsize::new(0);
    let work = || {
        let (mut labels, mut scratch) = (vec![0; BLOCK.iter().product()], Vec::new());
        let max = Payload::LabelBlock.max_len(BLOCK).expect("a block");
        while let Some(body) = bodies.get(next.fetch_add(1, Ordering::Relaxed)) {
            let mut frames = FrameReader::new(body.as_slice(), |_| true, max);
            while let Some(frame) = frames.next().expect("a frame") {
                Payload::LabelBlock.decode(frame.payload, BLOCK, &mut labels, &mut scratch).expect("a block");
                black_box(&labels);
            }
        }
    };
    std::thread::scope(|scope| (0..Budget::REQUESTS).for_each(|_| drop(scope.spawn(work))));
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
    group.bench_function("read", |bencher| bencher.iter(|| case.read()));
    group.bench_function("read into", |bencher| bencher.iter(|| case.read_into(&mut to)));
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
        group.bench_function("unpacking alone", |bencher| bencher.iter(|| unpack(&bodies)));
        group.bench_function("read", |bencher| bencher.iter(|| case.read()));
        group.bench_function("read into", |bencher| bencher.iter(|| case.read_into(&mut to)));
        group.finish();
    }
}

criterion_group!(benches, image, labels);
criterion_main!(benches);
