//! Every job on one thread and on two, into new outputs and into one that is used again, with a copy of the input beside it.
//!
//! The volumes are those that the jobs are named for; `cargo bench -p benches -- mean222` picks some.

use std::hint::black_box;

use array_core::ndarray::Array3;
use benches::{JOBS, Job, Volume, volume, with_input};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};

fn jobs(c: &mut Criterion) {
    for job in &JOBS {
        with_input!(job.input, T => one::<T>(c, job));
    }
}

fn one<T: Volume>(c: &mut Criterion, job: &Job) {
    // Made when the first function runs: a filter on the command line skips the others quickly.
    let source = std::sync::LazyLock::new(|| volume::<T>(job.side));
    let mut group = c.benchmark_group(job.id);
    group.throughput(Throughput::Bytes((job.side.pow(3) * T::DTYPE.size()) as u64));
    group.sample_size(10);
    group.bench_function("memcpy of the input", |bencher| {
        let mut copy = source.clone();
        bencher.iter(|| copy.assign(black_box(&*source)));
    });
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        group.bench_function(format!("{threads} threads, fresh"), |bencher| {
            bencher.iter(|| pool.install(|| job.run(black_box(&*source)).expect("it can be resampled")));
        });
        group.bench_function(format!("{threads} threads, reused"), |bencher| {
            let mut out: Array3<T> = job.run(&source).expect("it can be resampled");
            bencher.iter(|| pool.install(|| job.run_into(black_box(&*source), &mut out).expect("it can be resampled")));
        });
    }
    group.finish();
}

criterion_group!(resampling, jobs);
criterion_main!(resampling);
