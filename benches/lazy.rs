//! Blocks of 128³ voxels of a lazy view against one call on everything: what being lazy costs, a copy beside both.
//!
//! A block of an interpolation reads a halo around its source; the name of the function says how many more voxels that
//! makes.

use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use array_core::{Array, ArrayExt, ArrayMeta, ArrayRef, BlockMut, Kind, MemoryArray, ReadContext, Result, VoxelBox};
use benches::{Job, Volume, volume, with_input};
use criterion::{Criterion, criterion_group, criterion_main};
use resample::ResampledArray;

const JOBS: [&str; 7] = [
    "mean222_u8_512",
    "mean222_f32_256",
    "mode222_u64_256",
    "up222_o0_u64_256",
    "aa_half_u8_512",
    "r2_3_o1_f32_255",
    "up222_o3_f32_128",
];
const BLOCK: i64 = 128;

fn lazy(c: &mut Criterion) {
    for job in JOBS.map(|id| Job::named(id).expect("a job")) {
        with_input!(job.input, T => one::<T>(c, job));
    }
}

fn one<T: Volume>(c: &mut Criterion, job: &Job) {
    let source = volume::<T>(job.side);
    let array = MemoryArray::new(job.id, source.clone().into_dyn(), [8, 8, 8], [0, 0, 0]).expect("an array");
    // The kind allows every method.
    let array: ArrayRef = Arc::new(array.with_kind(Kind::Image));
    let view = ResampledArray::new("view", Arc::clone(&array), job.factors(), job.spec()).expect("a view");
    let blocks = blocks(view.meta().voxel_box());
    let halo = Tally::halo(array, job, &blocks);
    let cx = ReadContext::default();

    let mut group = c.benchmark_group(format!("lazy_{}", job.id));
    group.sample_size(10);
    let mut copy = source.clone();
    group.bench_function("memcpy of the input", |bencher| bencher.iter(|| copy.assign(black_box(&source))));
    for threads in [1, 2] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("a pool");
        group.bench_function(format!("{threads} threads, one whole call"), |bencher| {
            bencher.iter(|| pool.install(|| job.run(black_box(&source)).expect("it can be resampled")));
        });
        group.bench_function(format!("{threads} threads, blocks of {BLOCK}³, source voxels × {halo:.2}"), |bencher| {
            let read = |block: &VoxelBox| view.read_box(block, &cx).expect("voxels").len();
            bencher.iter(|| pool.install(|| blocks.iter().map(read).sum::<usize>()));
        });
    }
    group.finish();
}

/// The blocks that an array is divided into.
fn blocks(whole: &VoxelBox) -> Vec<VoxelBox> {
    let starts = |axis: usize| (whole.begin()[axis]..whole.end()[axis]).step_by(BLOCK as usize);
    let mut blocks = Vec::new();
    for z in starts(0) {
        for y in starts(1) {
            for x in starts(2) {
                let block = VoxelBox::new([z, y, x], [BLOCK; 3]).expect("a box");
                blocks.push(block.intersect(whole).expect("a box of as many axes"));
            }
        }
    }
    blocks
}

/// An array that counts the voxels that are read from it, since it does not let others compute on them where they are.
#[derive(Debug)]
struct Tally {
    source: ArrayRef,
    voxels: AtomicU64,
}

impl Array for Tally {
    fn meta(&self) -> &ArrayMeta {
        self.source.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.voxels.fetch_add(voxels.voxels()?, Ordering::Relaxed);
        self.source.read_voxels(voxels, out, cx)
    }
}

impl Tally {
    /// Source voxels that all blocks read together, over those that there are.
    fn halo(source: ArrayRef, job: &Job, blocks: &[VoxelBox]) -> f64 {
        let tally = Arc::new(Self { source, voxels: AtomicU64::new(0) });
        let view = ResampledArray::new("view", tally.clone(), job.factors(), job.spec()).expect("a view");
        for block in blocks {
            view.read_box(block, &ReadContext::default()).expect("voxels");
        }
        tally.voxels.load(Ordering::Relaxed) as f64 / tally.meta().voxel_box().voxels().expect("a box") as f64
    }
}

criterion_group!(laziness, lazy);
criterion_main!(laziness);
