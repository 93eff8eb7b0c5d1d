//! Codecs of labels on one thread, beside a copy of 256 MiB in the same run. Rates are those of the labels, not of the
//! encoded bytes.

use std::hint::black_box;

use array_core::ndarray::ArrayD;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use label_codecs::compressed_segmentation::{decode_into, encode};

const SHAPE: [usize; 4] = [1, 64, 64, 64];
const BLOCK: [usize; 3] = [8; 3];

fn copy(c: &mut Criterion) {
    let from = vec![7_u8; 256 << 20];
    let mut to = from.clone();
    let mut group = c.benchmark_group("memcpy");
    group.throughput(Throughput::Bytes(from.len() as u64)).sample_size(20);
    group.bench_function("256 MiB", |bencher| bencher.iter(|| to.copy_from_slice(black_box(&from))));
    group.finish();
}

fn compressed_segmentation(c: &mut Criterion) {
    let volumes: [(&str, ArrayD<u64>); 2] =
        [("neurites", benches::neurites(64).into_dyn()), ("cells", benches::cells(64).into_dyn())];
    let mut group = c.benchmark_group("compressed_segmentation of 64³ u64");
    for (name, volume) in &volumes {
        let labels = volume.as_slice().expect("a volume in C order");
        let bytes = encode(labels, SHAPE, BLOCK).expect("a chunk that fits");
        let mut out = vec![0_u64; labels.len()];
        group.throughput(Throughput::Bytes(size_of_val(labels) as u64));
        group.bench_function(format!("encode {name}"), |bencher| {
            bencher.iter(|| encode(black_box(labels), SHAPE, BLOCK).expect("a chunk that fits"));
        });
        group.bench_function(format!("decode {name}"), |bencher| {
            bencher.iter(|| decode_into(black_box(&bytes), SHAPE, BLOCK, &mut out).expect("a valid chunk"));
        });
    }
    group.finish();
}

criterion_group!(benches, copy, compressed_segmentation);
criterion_main!(benches);
