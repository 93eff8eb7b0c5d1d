//! Where arrays stand in the viewer, for any grid and offset.

mod common;

use common::placed::Placed;
use ng_layer::array_core::{Array, ArrayMeta, Axes, DType, Grid, Length, VoxelBox};
use ng_layer::neuroglance::Placement;
use ng_layer::space::Dim;
use ng_layer::transform::SourceSpace;
use ng_layer::{CoordinateSpace, LayerOptions, Neuroglance, Transform};
use proptest::prelude::*;

/// What a server publishes of an array, as the viewer reads it.
fn published(placement: &Placement) -> SourceSpace {
    let dims = ["x", "y", "z"].into_iter().zip(placement.resolution());
    let space = CoordinateSpace::new(dims.map(|(name, step)| (name, Dim::metres(step)))).unwrap();
    let lower = placement.voxel_offset().map(|offset| offset as f64);
    let size = placement.size();
    let upper = [0, 1, 2].map(|dim: usize| lower[dim] + size[dim] as f64);
    SourceSpace::new(space, &lower, &upper).unwrap()
}

fn step() -> impl Strategy<Value = Length> {
    (1_i64..5000, 1_i64..13).prop_map(|(num, den)| Length::new(num, den).unwrap())
}

fn origin() -> impl Strategy<Value = Length> {
    (-100_000_i64..100_000, 1_i64..13).prop_map(|(num, den)| Length::new(num, den).unwrap())
}

proptest! {
    /// The law: whatever grid and offset, the viewer shows the array exactly where the world has it.
    #[test]
    fn every_array_is_shown_where_it_is(
        step in prop::array::uniform3(step()),
        origin in prop::array::uniform3(origin()),
        begin in prop::array::uniform3(-50_000_000_i64..50_000_000),
        shape in prop::array::uniform3(1_i64..5000),
    ) {
        let grid = Grid::new(origin, step).unwrap();
        let voxels = VoxelBox::new(begin, shape).unwrap();
        let array = Placed(ArrayMeta::new("a", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap());
        let placement = Placement::of(array.meta()).unwrap();
        let chosen = array.neuroglancer_source(&LayerOptions::default()).unwrap();
        let transform: Option<Transform> = chosen.source.transform().unwrap();
        let roi = array.meta().roi();
        for (viewer_step, viewer) in [
            (step, array.output_dimensions().unwrap()),
            ([Length::from(8); 3], CoordinateSpace::new(["x", "y", "z"].map(|name| (name, Dim::metres(Length::from(8))))).unwrap()),
        ] {
            let bounds = published(&placement).bounds(transform.as_ref(), &viewer).unwrap();
            for (dim, name) in ["z", "y", "x"].into_iter().enumerate() {
                let [low, high] = bounds.interval(name).unwrap();
                let world = |end: Length| end.to_f64() / viewer_step[dim].to_f64();
                for (found, exact) in [(low, world(roi.begin().unwrap()[dim])), (high, world(roi.end().unwrap()[dim]))] {
                    prop_assert!((found - exact).abs() <= 1e-12 * exact.abs().max(1e4), "{} {} {}", name, found, exact);
                }
            }
        }
    }
}
