//! The public behaviour of coordinates, regions, boxes and grids that no law states.

use std::collections::HashSet;

use coord_roi::compat::{self, PartialCoordinate, PartialRoi};
use coord_roi::{Axis, Coordinate, Error, Grid, Length, Roi, Rounding, VoxelBox};

fn roi(text: &str) -> Roi {
    text.parse().unwrap()
}

fn voxels(text: &str) -> VoxelBox {
    text.parse().unwrap()
}

fn exact(text: &str) -> Roi<Length> {
    text.parse().unwrap()
}

fn lengths<const N: usize>(texts: [&str; N]) -> [Length; N] {
    texts.map(|text| text.parse().unwrap())
}

#[test]
fn coordinates_are_slices_of_up_to_six_entries() {
    let c = Coordinate::from([3, 1, 2]);
    assert_eq!((c.dims(), c[1], c.iter().sum::<i64>(), c.first()), (3, 1, 6, Some(&3)));
    assert_eq!(Coordinate::try_from_iter(0..6).unwrap(), [0, 1, 2, 3, 4, 5]);
    assert_eq!(Coordinate::try_from_iter(0..), Err(Error::TooManyDims { dims: 7 }));
    assert_eq!(Coordinate::try_from(&[0; 9][..]), Err(Error::TooManyDims { dims: 9 }));
    assert_eq!(Coordinate::filled(2, 7).unwrap(), [7, 7]);
    assert_eq!(Coordinate::filled(7, 7), Err(Error::TooManyDims { dims: 7 }));
    assert_eq!(c.prepend(9).unwrap(), [9, 3, 1, 2]);
    assert_eq!(c.concat(&[5].into()).unwrap(), [3, 1, 2, 5]);
    assert_eq!(c.concat(&[0; 4].into()), Err(Error::TooManyDims { dims: 7 }));
    assert_eq!(c.squeeze(3), Err(Error::NoSuchAxis { axis: 3, dims: 3 }));
    assert_eq!((c.squeeze(0).unwrap(), c.reversed()), ([1, 2].into(), [2, 1, 3].into()));
    assert_eq!(c.permuted(&[2, 0, 1]).unwrap(), [2, 3, 1]);
    assert_eq!(c.permuted(&[2, 0, 0]), Err(Error::NotAPermutation { axis: 0 }));
    assert_eq!(c.permuted(&[2, 0, 3]), Err(Error::NoSuchAxis { axis: 3, dims: 3 }));
    assert_eq!(c.permuted(&[0]), Err(Error::DimsMismatch { expected: 3, found: 1 }));
    assert_eq!(c.map(|entry| entry as usize * 2), [6, 2, 4]);
    assert_eq!(
        c.zip_with(&[true, false, true].into(), |axis, a, b| Ok(if b { a } else { axis as i64 })).unwrap(),
        [3, 1, 2]
    );
    assert!(Coordinate::from([1, 9]) < Coordinate::from([2, 0]) && Coordinate::from([1]) < Coordinate::from([1, 0]));
}

#[test]
fn errors_of_arithmetic_name_axis_and_values() {
    let a = Coordinate::from([1, i64::MAX]);
    let error = a.checked_add(&[1, 1].into()).unwrap_err();
    assert_eq!(error.to_string(), "axis 1: 9223372036854775807 + 1 does not fit into 64-bit integers");
    assert_eq!(error.axis(), Some(1));
    let error = a.div_floor(&[1, 0].into()).unwrap_err();
    assert_eq!(error, Error::ZeroStep { axis: Some(1), step: Length::ZERO });
    assert_eq!(a.div_round(&[-2, 1].into()).unwrap_err().axis(), Some(0));
    assert!(matches!(a.is_multiple_of(&[1, 0].into()), Err(Error::DivisionByZero { axis: Some(1), .. })));
    assert_eq!(Coordinate::from([i64::MIN]).is_multiple_of(&[-1].into()), Ok(true));
    let [value, step, below, above] = [7, 4, 4, 8].map(Length::from);
    let error = Coordinate::from([8, 7]).div_exact(&[4, 4].into()).unwrap_err();
    assert_eq!(error, Error::NotAligned { axis: 1, value, step, below, above });
    assert_eq!(a.checked_mul(&[1].into()), Err(Error::DimsMismatch { expected: 2, found: 1 }));
    let fraction = Coordinate::from(lengths(["4", "4.56"])).to_integers().unwrap_err();
    assert_eq!(fraction, Error::NotWhole { axis: Some(1), value: "4.56".parse().unwrap() });
}

#[test]
fn operators_work_on_coordinates_and_numbers() {
    let (a, b) = (Coordinate::from([1, 2]), Coordinate::from([3, 4]));
    assert_eq!([a + b, a - b, a * b], [[4, 6], [-2, -2], [3, 8]].map(Coordinate::from));
    assert_eq!([a + 1, a - 1, a * 3, 3 * a, -a], [[2, 3], [0, 1], [3, 6], [3, 6], [-1, -2]].map(Coordinate::from));
    assert_eq!(Length::from(2) * a.to_lengths(), (a * 2).to_lengths());
}

#[test]
#[should_panic(expected = "expected 2 dimensions, found 1")]
fn operators_panic_on_different_dims() {
    let _ = Coordinate::from([1, 2]) + Coordinate::from([1]);
}

#[test]
fn empty_regions_are_one_set_and_still_somewhere() {
    let (here, there) = (roi("[1:1, 0:5]"), roi("[:, 9:9]"));
    assert!(here == there && !here.same_extent(&there) && here != roi("[1:1]"));
    assert_eq!(HashSet::from([here, there, roi("[0:1, 0:1]"), roi("[0:1, 0:1]")]).len(), 2);
    assert!(!there.is_unbounded() && there.size() == Ok(Some(0)));
    let all = roi("[0:10, 0:10]");
    assert!(all.contains(&here).unwrap() && !here.contains(&all).unwrap() && here.contains(&there).unwrap());
    assert!(all.contains_anchor(&here).unwrap() && !all.contains_anchor(&there).unwrap());
    assert!(!roi("[20:20, 0:1]").contains_anchor(&all).unwrap());
    assert!(roi("[0:10, :]").contains_anchor(&there.intersect(&roi("[3:4, :]")).unwrap()).unwrap());
    assert_eq!(here.union(&all).unwrap(), all);
    let apart = all.intersect(&roi("[20:30, 3:12]")).unwrap();
    assert_eq!(apart.begin().unwrap(), [20, 3]);
    assert_eq!(apart.shape().unwrap(), [0, 7]);
}

#[test]
fn unbounded_axes_absorb_unions_and_take_bounds() {
    let (column, slab) = (roi("[:, 0:5]"), roi("[2:4, :]"));
    assert_eq!(column.intersect(&slab).unwrap(), roi("[2:4, 0:5]"));
    assert_eq!(column.union(&slab).unwrap(), Roi::unbounded(2).unwrap());
    assert_eq!(column.with_bounds_of(&roi("[7:9, 1:2]")).unwrap(), roi("[7:9, 0:5]"));
    assert_eq!(column.begin(), Err(Error::Unbounded { axis: 0 }));
    assert_eq!((column.size(), column.axes()[0], column.is_unbounded()), (Ok(None), Axis::All, true));
    assert_eq!(column.grow(&[1, 1].into(), &[1, 1].into()).unwrap(), roi("[:, -1:6]"));
    assert_eq!(column.permuted(&[1, 0]).unwrap(), roi("[0:5, :]"));
    assert_eq!(column.squeeze(2), Err(Error::NoSuchAxis { axis: 2, dims: 2 }));
}

#[test]
fn regions_move_grow_and_scale_within_their_invariants() {
    assert_eq!(roi("[0:10]").grow(&[-6].into(), &[-6].into()).unwrap().begin().unwrap(), [6]);
    assert!(matches!(roi("[0:10]").scale(&[-1].into()), Err(Error::NegativeFactor { axis: 0, .. })));
    assert_eq!(roi("[2:7, 3:8]").scale(&[4, 0].into()).unwrap().shape().unwrap(), [20, 0]);
    assert_eq!(roi("[40:56]").div_exact(&[8].into()).unwrap(), roi("[5:7]"));
    assert!(matches!(roi("[40:57]").div_exact(&[8].into()), Err(Error::NotAligned { axis: 0, .. })));
    assert!(matches!(Roi::new([i64::MAX], [1]), Err(Error::Overflow { axis: Some(0), .. })));
    assert!(matches!(Roi::from_bounds([0, 5], [1, 4]), Err(Error::NegativeShape { axis: 1, .. })));
    assert!(matches!(Roi::new([0], [-1]), Err(Error::NegativeShape { axis: 0, .. })));
    assert_eq!(Roi::new([0, 1], [1]), Err(Error::DimsMismatch { expected: 2, found: 1 }));
    assert_eq!(Roi::from_axes(&[Axis::<i64>::All; 7]), Err(Error::TooManyDims { dims: 7 }));
    assert_eq!(roi("[0:5]").center().unwrap(), [2]);
    assert_eq!(exact("[0:5]").center().unwrap(), lengths(["2.5"]));
    assert_eq!(Roi::try_from(exact("[0:5, :]")).unwrap(), roi("[0:5, :]"));
    assert!(matches!(exact("[0:1, 0.5:2]").to_integers(), Err(Error::NotWhole { axis: Some(1), .. })));
}

#[test]
fn boxes_count_voxels_and_find_themselves_in_arrays() {
    let (inner, array) = (voxels("[4:6, 0:3]"), voxels("[2:9, -5:3]"));
    assert_eq!(inner.index_ranges(&array).unwrap(), [2..4, 5..8]);
    assert_eq!(voxels("[40:40, 0:3]").index_ranges(&array).unwrap(), [0..0, 5..8]);
    let error = voxels("[4:6, 0:4]").index_ranges(&array).unwrap_err();
    assert_eq!(error, Error::OutOfBounds { axis: 1, begin: 0, end: 4, low: -5, high: 3 });
    assert_eq!(
        error.to_string(),
        "axis 1: voxels 0:4 are not inside -5:3: ask for less, or for what both have (intersect)"
    );
    assert_eq!(inner.shape_usize().unwrap(), [2, 3]);
    assert_eq!(inner.translate(&[1, 1].into()).unwrap(), voxels("[5:7, 1:4]"));
    assert_eq!((inner.squeeze(0).unwrap(), inner.permuted(&[1, 0]).unwrap()), (voxels("[0:3]"), voxels("[0:3, 4:6]")));
    assert_eq!(inner.intersect(&voxels("[8:9, 1:2]")).unwrap(), voxels("[8:8, 1:2]"));
    assert!(!inner.contains(&voxels("[4:5]")) && !inner.contains_point(&[4].into()));
    assert!(inner.union(&voxels("[4:5]")).is_err() && inner.intersect(&voxels("[4:5]")).is_err());
    assert!(VoxelBox::new([0; 3], [1 << 21, 1 << 21, 1 << 21]).unwrap().voxels().is_err());
    assert_eq!(VoxelBox::new([0; 3], [1 << 62, 1 << 62, 0]).unwrap().voxels(), Ok(0));
}

#[test]
fn grids_convert_with_the_rounding_that_is_named() {
    let grid = Grid::new(lengths(["1", "0"]), lengths(["4.56", "4"])).unwrap();
    let region = exact("[2:20, 3:9]");
    for (rounding, text) in
        [(Rounding::Grow, "[0:5, 0:3]"), (Rounding::Shrink, "[1:4, 1:2]"), (Rounding::Closest, "[0:4, 1:2]")]
    {
        assert_eq!(grid.to_voxels(&region, rounding).unwrap(), voxels(text), "{rounding}");
        assert_eq!(region.snap(&grid, rounding).unwrap(), grid.to_world(&voxels(text)).unwrap());
    }
    assert!(matches!(region.snap(&grid, Rounding::Exact), Err(Error::NotAligned { axis: 0, .. })));
    assert_eq!(grid.to_voxels(&exact("[5.56:10.12, 4:8]"), Rounding::Exact).unwrap(), voxels("[1:2, 1:2]"));
    assert_eq!(grid.to_voxels(&exact("[5.56:10.12, :]"), Rounding::Grow), Err(Error::Unbounded { axis: 1 }));
    assert_eq!(exact("[2:3, :]").snap(&grid, Rounding::Grow).unwrap(), exact("[1:5.56, :]"));
    assert!(grid.to_voxels(&exact("[0:1]"), Rounding::Grow).is_err() && grid.to_world(&voxels("[0:1]")).is_err());
    assert_eq!(grid.squeeze(0).unwrap(), Grid::with_step([Length::from(4)]).unwrap());
}

#[test]
fn grids_that_do_not_share_lines_say_so() {
    let grid = Grid::with_step(lengths(["4", "4"])).unwrap();
    let shifted = Grid::new(lengths(["8", "-4"]), lengths(["4", "4"])).unwrap();
    assert_eq!(grid.shift_to(&shifted).unwrap(), [-2, 1]);
    let between = Grid::new(lengths(["8", "2"]), lengths(["4", "4"])).unwrap();
    let error = grid.shift_to(&between).unwrap_err();
    assert!(matches!(error, Error::NotCompatible { axis: 1, .. }), "{error}");
    let coarse = Grid::with_step(lengths(["8", "4"])).unwrap();
    assert!(matches!(grid.shift_to(&coarse), Err(Error::StepMismatch { axis: 0, .. })));
    assert_eq!(grid.scaled(&[1, 0], &[1, 1]), Err(Error::ZeroFactor { axis: 1 }));
    assert_eq!(grid.scaled(&[1, 1], &[0, 1]), Err(Error::ZeroFactor { axis: 0 }));
    assert_eq!(grid.scaled(&[1], &[1, 1]), Err(Error::DimsMismatch { expected: 2, found: 1 }));
    assert_eq!(grid.scaled(&[3, 2], &[1, 3]).unwrap().step(), lengths(["4/3", "6"]));
}

#[test]
fn the_compatibility_module_keeps_the_reference_arithmetic() {
    assert_eq!(compat::div_trunc(&[-7, 7].into(), &[2, -2].into()).unwrap(), [-3, -3]);
    assert!(matches!(
        compat::div_trunc(&[1, 1].into(), &[1, 0].into()),
        Err(Error::DivisionByZero { axis: Some(1), .. })
    ));
    assert!(matches!(compat::div_trunc(&[i64::MIN].into(), &[-1].into()), Err(Error::Overflow { axis: Some(0), .. })));
    let partial = |entries: [Option<i64>; 3]| PartialCoordinate::from(Coordinate::from(entries));
    let a = partial([Some(7), None, Some(-7)]);
    let b = partial([Some(-2), Some(0), Some(2)]);
    assert_eq!(a.div_floor(&b).unwrap(), partial([Some(-4), None, Some(-4)]));
    assert_eq!(a.rem_floor(&b).unwrap(), partial([Some(-1), None, Some(1)]));
    assert_eq!(Coordinate::try_from(a), Err(Error::MissingEntry { axis: 1 }));
    let moved = PartialRoi::from(roi("[3:10, :]")).with_offset(Coordinate::from([5, 5]).into()).unwrap();
    assert_eq!(Roi::try_from(moved).unwrap(), roi("[5:12, :]"));
}

#[test]
fn the_compatibility_module_compares_empty_regions_of_equal_dims_only() {
    let empty = |dims| {
        let offset = PartialCoordinate::filled(dims, None).unwrap();
        PartialRoi::new(offset, PartialCoordinate::filled(dims, Some(0)).unwrap()).unwrap()
    };
    assert_eq!(empty(2).contains(&empty(2)), Ok(true));
    assert_eq!(empty(2).contains(&empty(1)), Err(Error::DimsMismatch { expected: 2, found: 1 }));
    assert_eq!(empty(1).contains(&empty(2)), Err(Error::DimsMismatch { expected: 1, found: 2 }));
}
