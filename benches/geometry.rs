//! Geometry beside a copy of one block: whatever is calculated for a block has to be too cheap to matter, less than a
//! twentieth of that copy.

use std::hint::black_box;

use array_core::coord_roi::{BlockOptions, BlockOrder, Blocks};
use array_core::{Coordinate, Grid, Length, Roi, Rounding, VoxelBox};
use criterion::measurement::WallTime;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main};

fn exact_grid() -> Grid {
    let step: Length = "4.56".parse().expect("a length");
    let size = Coordinate::from([step, Length::from(4), Length::from(4)]);
    Grid::through(Coordinate::from([step, Length::ZERO, Length::ZERO]), size).expect("a grid")
}

fn conversion(group: &mut BenchmarkGroup<'_, WallTime>) {
    let grid = exact_grid();
    let roi: Roi<Length> = Roi::new([10, 20, 30], [1000, 2000, 3000]).expect("a region").into();
    group.bench_function("region to voxels", |bencher| {
        bencher.iter(|| grid.to_voxels(black_box(&roi), Rounding::Grow));
    });
    let voxels = grid.to_voxels(&roi, Rounding::Grow).expect("voxels");
    group.bench_function("voxels to region", |bencher| bencher.iter(|| grid.to_world(black_box(&voxels))));
    group.bench_function("snap of an exact region", |bencher| {
        bencher.iter(|| grid.snap(black_box(&roi), Rounding::Closest));
    });
    let coarse = Grid::with_step([6, 6, 6].map(Length::from)).expect("a grid");
    group.bench_function("relation of two grids", |bencher| {
        bencher.iter(|| grid.relation(black_box(&coarse)));
    });
}

fn algebra(group: &mut BenchmarkGroup<'_, WallTime>) {
    let region = |begin: [&str; 3], shape: [&str; 3]| {
        let lengths = |texts: [&str; 3]| texts.map(|text| text.parse::<Length>().expect("a length"));
        Roi::new(lengths(begin), lengths(shape)).expect("a region")
    };
    let a = region(["9.12", "20", "30"], ["456", "2000", "3000"]);
    let b = region(["4.56", "100", "4/3"], ["91.2", "400", "4000/3"]);
    let by = Coordinate::from(["4.56", "4", "4/3"].map(|text| text.parse::<Length>().expect("a length")));
    let of = |name: &str| format!("{name} of exact regions");
    group.bench_function(of("intersect"), |bencher| bencher.iter(|| black_box(&a).intersect(black_box(&b))));
    group.bench_function(of("union"), |bencher| bencher.iter(|| black_box(&a).union(black_box(&b))));
    group.bench_function(of("contains"), |bencher| bencher.iter(|| black_box(&a).contains(black_box(&b))));
    group.bench_function(of("shift"), |bencher| bencher.iter(|| black_box(&a).shift(black_box(&by))));
    group.bench_function(of("subtract"), |bencher| bencher.iter(|| black_box(&a).subtract(black_box(&b))));
    let (a, b) = (Roi::new([9, 20, 30], [456, 2000, 3000]), Roi::new([4, 100, 1], [91, 400, 1333]));
    let (a, b) = (a.expect("a region"), b.expect("a region"));
    let name = "intersect of whole regions";
    group.bench_function(name, |bencher| bencher.iter(|| black_box(&a).intersect(black_box(&b))));
}

/// One block of a volume of 4096 blocks, on average over all of them.
fn blocks(group: &mut BenchmarkGroup<'_, WallTime>) {
    let region = VoxelBox::new([-100, 5, 9], [1000, 1000, 1000]).expect("a box");
    for (name, order) in [("row-major", BlockOrder::RowMajor), ("Morton", BlockOrder::Morton)] {
        let options = BlockOptions::default().with_halo([8; 3], [8; 3]).with_order(order);
        let blocks = Blocks::new(&region, [64; 3], &options).expect("blocks");
        let mut all = blocks.iter().cycle();
        group.bench_function(format!("next block, {name}"), |bencher| bencher.iter(|| all.next()));
    }
    let grid = exact_grid();
    let block = Blocks::new(&region, [64; 3], &BlockOptions::default()).expect("blocks").get(99).expect("a block");
    group.bench_function("block to world", |bencher| bencher.iter(|| black_box(&block).to_world(&grid)));
}

fn geometry(c: &mut Criterion) {
    let from = vec![7_u8; 64 * 64 * 64];
    let mut to = from.clone();
    let mut group = c.benchmark_group("geometry");
    group.bench_function("memcpy of 64³ u8", |bencher| bencher.iter(|| to.copy_from_slice(black_box(&from))));
    conversion(&mut group);
    algebra(&mut group);
    blocks(&mut group);
    group.finish();
}

criterion_group!(benches, geometry);
criterion_main!(benches);
