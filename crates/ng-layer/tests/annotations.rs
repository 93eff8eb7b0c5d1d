//! Regions and blocks as boxes: they stand where the regions are, whatever the voxels are.

use ng_layer::array_core::{Coordinate, Grid, Length, Roi, VoxelBox};
use ng_layer::layer::AnnotationLayer;
use ng_layer::neuroglance::{block_layer, region_layer};
use ng_layer::{Error, ViewerState};
use proptest::prelude::*;

/// The corners of all boxes in nanometres, z, y, x.
fn corners(layer: &AnnotationLayer) -> Vec<[Vec<f64>; 2]> {
    let transform = layer.source().unwrap().unwrap().0[0].transform().unwrap().unwrap();
    let nanometres = |point: Vec<f64>| {
        let scales = transform.output().iter().map(|(_, dim)| dim.scale() * 1e9);
        let mut nanometres: Vec<f64> = point.into_iter().zip(scales).map(|(voxel, scale)| voxel * scale).collect();
        nanometres.reverse();
        nanometres
    };
    let boxes = layer.annotations().unwrap().unwrap();
    boxes.iter().map(|it| [it.point_a(), it.point_b()].map(|point| nanometres(point.unwrap().unwrap()))).collect()
}

fn near(found: &[f64], expected: &Coordinate<Length>) -> bool {
    found.iter().zip(expected.as_slice()).all(|(a, b)| (a - b.to_f64()).abs() <= 1e-9 * b.to_f64().abs().max(1.0))
}

proptest! {
    #[test]
    fn boxes_stand_where_the_regions_are(
        begin in [-100_000..100_000_i64, -100_000..100_000, -100_000..100_000],
        shape in [1..10_000_i64, 1..10_000, 1..10_000],
        voxel in [1..500_i64, 1..500, 1..500],
    ) {
        let region: Roi<Length> = Roi::new(begin, shape).unwrap().into();
        let layer = region_layer("roi", voxel.map(|n| Length::new(n, 7).unwrap()), [region]).unwrap();
        let [lower, upper] = &corners(&layer)[0];
        prop_assert!(near(lower, &region.begin().unwrap()) && near(upper, &region.end().unwrap()));
        let state = ViewerState::default().with_layer(layer).unwrap();
        prop_assert!(state.validate().is_empty(), "{:?}", state.validate());
    }

    #[test]
    fn blocks_stand_where_the_grid_says(
        origin in [-50..50_i64, -50..50, -50..50],
        begin in [-1000..1000_i64, -1000..1000, -1000..1000],
        shape in [1..64_i64, 1..64, 1..64],
    ) {
        let origin = origin.map(|n| Length::new(n, 3).unwrap());
        let grid = Grid::new(origin, [40, 8, 4].map(Length::from)).unwrap();
        let block = VoxelBox::new(begin, shape).unwrap();
        let layer = block_layer("blocks", &grid, [&block, &block]).unwrap();
        let region = grid.to_world(&block).unwrap();
        for [lower, upper] in corners(&layer) {
            prop_assert!(near(&lower, &region.begin().unwrap()) && near(&upper, &region.end().unwrap()));
        }
        let ids: Vec<_> = layer.annotations().unwrap().unwrap().iter().map(|it| it.id().unwrap().unwrap()).collect();
        prop_assert_eq!(ids, ["0", "1"]);
    }
}

#[test]
fn what_is_no_box_says_why() {
    let voxel = [8, 8, 8].map(Length::from);
    let flat = region_layer("roi", voxel, [Roi::new([0, 0], [8, 8]).unwrap()]);
    assert!(matches!(flat, Err(Error::NotViewable { .. })), "{flat:?}");
    let endless = region_layer("roi", voxel, [Roi::<i64>::unbounded(3).unwrap()]);
    assert!(matches!(endless, Err(Error::Geometry(_))), "{endless:?}");
    let nothing = region_layer("roi", [0, 8, 8].map(Length::from), [Roi::new([0; 3], [8; 3]).unwrap()]);
    assert!(matches!(nothing, Err(Error::Scale { .. })), "{nothing:?}");
}
