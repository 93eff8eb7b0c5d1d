//! Geometry beside a copy of one block: converting a region has to be too cheap to matter.

use std::hint::black_box;

use array_core::{Coordinate, Grid, Length, Roi, Rounding};
use criterion::{Criterion, criterion_group, criterion_main};

fn geometry(c: &mut Criterion) {
    let step: Length = "4.56".parse().expect("a length");
    let size = Coordinate::from([step, Length::from(4), Length::from(4)]);
    let grid = Grid::through(Coordinate::from([step, Length::ZERO, Length::ZERO]), size).expect("a grid");
    let roi: Roi<Length> = Roi::new([10, 20, 30], [1000, 2000, 3000]).expect("a region").into();
    let from = vec![7_u8; 64 * 64 * 64];
    let mut to = from.clone();
    let mut group = c.benchmark_group("geometry");
    group.bench_function("memcpy of 64³ u8", |bencher| bencher.iter(|| to.copy_from_slice(black_box(&from))));
    group.bench_function("region to voxels and back", |bencher| {
        bencher.iter(|| {
            let voxels = grid.to_voxels(black_box(&roi), Rounding::Grow).expect("voxels");
            grid.to_world(&voxels).expect("a region")
        });
    });
    group.finish();
}

criterion_group!(benches, geometry);
criterion_main!(benches);
