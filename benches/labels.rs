//! Codecs of labels on one thread, beside a copy of 256 MiB in the same run. Rates are those of the labels, not of the
//! encoded bytes.

use std::fs;
use std::hint::black_box;
use std::io::{Read, Write};
use std::path::Path;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use flate2::Compression;
use flate2::bufread::GzDecoder;
use flate2::write::GzEncoder;
use label_codecs::{compressed_segmentation, label_block};

const SHAPE: [usize; 3] = [64; 3];
const SHAPE_CZYX: [usize; 4] = [1, 64, 64, 64];
const BLOCK: [usize; 3] = [8; 3];
const LABEL_BYTES: u64 = 8 << 18;

/// 64³ labels and where they are from.
type Sample = (String, Vec<u64>);

/// Volumes that are the same everywhere.
fn made() -> Vec<Sample> {
    let volumes = [("neurites", benches::neurites(64)), ("cells", benches::cells(64))];
    volumes.map(|(name, volume)| (name.to_owned(), volume.into_iter().collect())).into()
}

/// Label blocks of real tissue: those in the folder of golden vectors, which not every copy of it has.
fn real() -> Vec<Sample> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let golden = std::env::var_os("VOXSCOPE_GOLDEN").unwrap_or_else(|| "testdata/golden".into());
    let files = fs::read_dir(root.join(golden).join("dvid/labelblocks")).into_iter().flatten().flatten();
    let mut samples: Vec<Sample> = files
        .filter_map(|file| Some((file.file_name().to_str()?.strip_suffix(".lb")?.to_owned(), file.path())))
        .filter(|(name, _)| name.starts_with("real_"))
        .map(|(name, path)| (name, label_block::decode(&fs::read(path).expect("a file"), SHAPE).expect("a block")))
        .collect();
    samples.sort();
    samples
}

fn samples() -> Vec<Sample> {
    [made(), real()].concat()
}

fn copy(c: &mut Criterion) {
    let from = vec![7_u8; 256 << 20];
    let mut to = from.clone();
    let mut group = c.benchmark_group("memcpy");
    group.throughput(Throughput::Bytes(from.len() as u64)).sample_size(20);
    group.bench_function("256 MiB", |bencher| bencher.iter(|| to.copy_from_slice(black_box(&from))));
    group.finish();
}

/// As a server sends it: a label block within gzip, which is timed apart.
fn label_blocks(c: &mut Criterion) {
    let mut group = c.benchmark_group("label block of 64³ u64");
    group.throughput(Throughput::Bytes(LABEL_BYTES));
    for (name, labels) in &samples() {
        let block = label_block::encode(labels, SHAPE).expect("labels of that shape");
        let packed = gzip(&block);
        let (mut inflated, mut out) = (Vec::new(), vec![0_u64; labels.len()]);
        group.bench_function(format!("gunzip {name}"), |bencher| {
            bencher.iter(|| {
                inflated.clear();
                GzDecoder::new(black_box(packed.as_slice())).read_to_end(&mut inflated).expect("whole gzip")
            });
        });
        group.bench_function(format!("decode {name}"), |bencher| {
            bencher.iter(|| label_block::decode_into(black_box(&block), SHAPE, &mut out).expect("a valid block"));
        });
        group.bench_function(format!("encode {name}"), |bencher| {
            bencher.iter(|| label_block::encode(black_box(labels), SHAPE).expect("labels of that shape"));
        });
    }
    group.finish();
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).and_then(|()| encoder.finish()).expect("room for the bytes")
}

fn segmentation(c: &mut Criterion) {
    let mut group = c.benchmark_group("compressed_segmentation of 64³ u64");
    group.throughput(Throughput::Bytes(LABEL_BYTES));
    for (name, labels) in &samples() {
        let encode = |labels| compressed_segmentation::encode(labels, SHAPE_CZYX, BLOCK).expect("a chunk that fits");
        let bytes = encode(labels);
        let mut out = vec![0_u64; labels.len()];
        group.bench_function(format!("encode {name}"), |bencher| bencher.iter(|| encode(black_box(labels))));
        group.bench_function(format!("decode {name}"), |bencher| {
            bencher.iter(|| {
                compressed_segmentation::decode_into(black_box(&bytes), SHAPE_CZYX, BLOCK, &mut out)
                    .expect("a valid chunk");
            });
        });
    }
    group.finish();
}

criterion_group!(benches, copy, label_blocks, segmentation);
criterion_main!(benches);
