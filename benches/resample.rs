//! Resampling on one thread and on all, with a copy of the input beside it: what costs less than a copy needs no faster kernel.

use std::hint::black_box;
use std::sync::Arc;

use array_core::ndarray::{ArrayD, ArrayRef};
use array_core::{ArrayExt, Element, Kind, MemoryArray, ReadContext};
use benches::{image, labels};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use resample::{Factor, Method, ResampledArray, Spec};

const SIDE: usize = 192;

fn whole<T: Element>(c: &mut Criterion, name: &str, data: &ArrayD<T>, factor: &str, spec: &Spec) {
    let factors = [factor.parse::<Factor>().expect("a factor"); 3];
    let mut group = c.benchmark_group(name);
    group.throughput(Throughput::Bytes((data.len() * T::DTYPE.size()) as u64));
    group.sample_size(10);
    let mut copy = data.clone();
    group.bench_function("memcpy of the input", |bencher| bencher.iter(|| copy_into(black_box(data), &mut copy)));
    for threads in [1, 0] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        let label = if threads == 1 { "1 thread" } else { "all threads" };
        group.bench_function(label, |bencher| {
            bencher.iter(|| {
                pool.install(|| {
                    resample::resample(black_box(data).view(), &factors, spec).expect("it can be resampled")
                })
            });
        });
    }
    group.finish();
}

fn copy_into<T: Element, D: array_core::ndarray::Dimension>(from: &ArrayRef<T, D>, to: &mut ArrayRef<T, D>) {
    to.assign(from);
}

fn plain(c: &mut Criterion) {
    let (em, ids) = (image(SIDE), labels(SIDE));
    let mean = Spec::default().with_method(Method::Mean);
    let mode = Spec::default().with_method(Method::Mode);
    whole(c, "mean222_u8", &em, "1/2", &mean);
    whole(c, "mode222_u64", &ids, "1/2", &mode);
    whole(c, "mode_2_3_u64", &ids, "2/3", &mode);
    whole(c, "aa_half_u8", &em, "1/2", &Spec::default());
    whole(c, "r2_3_o1_u8", &em, "2/3", &Spec::default());
    whole(c, "up222_o1_u8", &em, "2", &Spec::default());
}

/// Blocks of a lazy view against one read of everything: what being lazy costs, with a copy of the input beside both.
fn lazy(c: &mut Criterion) {
    let data = image(SIDE);
    let mut copy = data.clone();
    let em = MemoryArray::new("em", data.clone(), [8, 8, 8], [0, 0, 0]).expect("an array").with_kind(Kind::Image);
    let half = ResampledArray::new("half", Arc::new(em), [Factor::down_by(2).expect("a factor"); 3], Spec::default());
    let half = half.expect("a view");
    let cx = ReadContext::default();
    let all = *array_core::Array::meta(&half).voxel_box();
    let blocks: Vec<_> = (0..2)
        .flat_map(|z| (0..2).flat_map(move |y| (0..2).map(move |x| [z, y, x].map(|at| at * 48))))
        .map(|begin| array_core::VoxelBox::new(begin, [48, 48, 48]).expect("a box"))
        .collect();
    let mut group = c.benchmark_group("lazy_aa_half_u8");
    group.sample_size(10);
    group.bench_function("memcpy of the input", |bencher| bencher.iter(|| copy_into(black_box(&data), &mut copy)));
    group.bench_function("one read", |bencher| bencher.iter(|| half.read_box(&all, &cx).expect("voxels")));
    group.bench_function("blocks of 48³", |bencher| {
        bencher.iter(|| blocks.iter().map(|block| half.read_box(block, &cx).expect("voxels").len()).sum::<usize>());
    });
    group.finish();
}

criterion_group!(resampling, plain, lazy);
criterion_main!(resampling);
