//! Five levels of a pyramid in one pass, beside the first of them alone and a copy of the input.

use std::hint::black_box;
use std::sync::Arc;

use array_core::{ArrayRef, Kind, MemoryArray, ReadContext};
use benches::{Job, Volume, volume, with_input};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use resample::{Method, Pyramid, Spec};

/// Jobs whose window is that of every level.
const JOBS: [&str; 4] = ["mean222_u8_512", "mean222_f32_256", "mode222_u64_256", "mode222_u64_512"];

fn pyramids(c: &mut Criterion) {
    for job in JOBS.map(|id| Job::named(id).expect("a job")) {
        with_input!(job.input, T => one::<T>(c, job));
    }
}

fn one<T: Volume>(c: &mut Criterion, job: &Job) {
    let source = std::sync::LazyLock::new(|| volume::<T>(job.side));
    let array = std::sync::LazyLock::new(|| {
        let array = MemoryArray::new(job.id, source.clone().into_dyn(), [8, 8, 8], [0, 0, 0]).expect("an array");
        // The kind allows every method.
        Arc::new(array.with_kind(Kind::Image)) as ArrayRef
    });
    let method = if job.is_mode() { Method::Mode } else { Method::Mean };
    let mut group = c.benchmark_group(format!("pyramid_{}", job.id));
    group.throughput(Throughput::Bytes((job.side.pow(3) * T::DTYPE.size()) as u64)).sample_size(10);
    group.bench_function("memcpy of the input", |bencher| {
        let mut copy = source.clone();
        bencher.iter(|| copy.assign(black_box(&*source)));
    });
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        group.bench_function(format!("{threads} threads, the first level as a job"), |bencher| {
            bencher.iter(|| pool.install(|| job.run(black_box(&*source)).expect("it can be resampled")));
        });
        for levels in [1, 5] {
            group.bench_function(format!("{threads} threads, levels: {levels}"), |bencher| {
                let factors = (1..=levels).map(|level| [1 << level; 3]).collect::<Vec<[u32; 3]>>();
                let spec = Spec::default().with_method(method);
                let pyramid = Pyramid::new(Arc::clone(&array), &factors, spec).expect("a pyramid");
                let cx = ReadContext::default();
                bencher.iter(|| pool.install(|| pyramid.to_memory(black_box(&cx)).expect("it can be made")));
            });
        }
    }
    group.finish();
}

criterion_group!(levels, pyramids);
criterion_main!(levels);
