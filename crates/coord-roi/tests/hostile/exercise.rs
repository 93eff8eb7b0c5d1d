//! Every operation on whatever there is; the results matter only where a type makes a promise.

use coord_roi::compat::{PartialCoordinate, PartialRoi};
use coord_roi::{
    Axis, BlockOptions, BlockOrder, Blocks, Coordinate, Fit, Grid, Length, Relation, Roi, Rounding, Scalar, VoxelBox,
};
use proptest::prelude::*;

pub(crate) const ROUNDINGS: [Rounding; 4] = [Rounding::Exact, Rounding::Grow, Rounding::Shrink, Rounding::Closest];

/// The invariants of a region: no negative shape, every end representable, text and all.
pub(crate) fn check_roi<T: Scalar>(roi: &Roi<T>) -> Result<(), TestCaseError> {
    for axis in roi.axes() {
        if let Axis::Bounded { begin, shape } = *axis {
            prop_assert!(shape >= T::ZERO && begin.try_add(shape).is_ok());
        }
    }
    prop_assert!(!roi.to_string().is_empty());
    Ok(())
}

pub(crate) fn check_length(length: Length) -> Result<(), TestCaseError> {
    prop_assert!(length.denom() > 0);
    prop_assert_eq!(Length::new(length.numer(), length.denom()), Ok(length));
    prop_assert!(!length.for_people().is_empty());
    Ok(())
}

/// Every operation of two lengths.
pub(crate) fn exercise_lengths(a: Length, b: Length) -> Result<(), TestCaseError> {
    let made = [
        a.checked_add(b),
        a.checked_sub(b),
        a.checked_mul(b),
        a.checked_div(b),
        a.checked_neg(),
        a.checked_abs(),
        a.rem_floor(b),
        a.common_divisor(b),
        a.common_multiple(b),
    ];
    for length in made.into_iter().flatten() {
        check_length(length)?;
    }
    let _ = (a.div_floor(b), a.div_ceil(b), a.div_round(b), a.is_multiple_of(b), a.cmp(&b), a.to_integer());
    prop_assert!(a.to_f64().is_finite() && a.to_metres_f64().is_finite());
    Ok(())
}

/// Every operation of two coordinates; the results do not matter here.
pub(crate) fn exercise<T: Scalar>(a: &Coordinate<T>, b: &Coordinate<T>) {
    let _ = (a.checked_add(b), a.checked_sub(b), a.checked_mul(b), a.checked_neg(), a.checked_abs());
    let _ = (a.div_floor(b), a.div_ceil(b), a.div_round(b), a.div_exact(b), a.rem_floor(b), a.is_multiple_of(b));
    let _ = (a.concat(b), a.to_lengths().to_integers(), a.squeeze(1), a.permuted(&[1, 0]), a.permuted(&[7, 7, 7]));
    let _ = (a.reversed(), a.prepend(T::ONE), a.permuted(&[]), a.to_string(), a.zip_with(b, |_, a, b| a.try_mul(b)));
    for value in b {
        let _ = (a.checked_add_scalar(*value), a.checked_sub_scalar(*value), a.checked_mul_scalar(*value));
    }
}

pub(crate) fn exercise_rois<T: Scalar>(
    a: &Coordinate<T>,
    b: &Coordinate<T>,
    c: &Coordinate<T>,
) -> Result<(), TestCaseError> {
    let axes: Vec<_> =
        a.iter().zip(b).map(|(&begin, &shape)| Axis::Bounded { begin, shape }).chain([Axis::All]).collect();
    let made = [
        Roi::from_axes(&axes),
        Roi::new(*a, *b),
        Roi::from_bounds(*a, *b),
        Roi::from_bounds(*b, *a),
        Roi::unbounded(a.dims()),
    ];
    for roi in made.iter().flatten() {
        for other in made.iter().flatten() {
            let _ = (roi.contains(other), roi.contains_anchor(other), roi.intersects(other), roi == other);
            for result in [roi.intersect(other), roi.union(other), roi.with_bounds_of(other)].into_iter().flatten() {
                check_roi(&result)?;
            }
            for part in roi.subtract(other).iter().flat_map(|rest| rest.iter()) {
                check_roi(part)?;
            }
            if let Ok(Some(bounding)) = Roi::bounding([*roi, *other]) {
                check_roi(&bounding)?;
            }
        }
        for result in [roi.shift(c), roi.grow(c, a), roi.scale(c), roi.squeeze(0)].into_iter().flatten() {
            check_roi(&result)?;
        }
        for axis in [0, 1, usize::MAX] {
            for half in c.iter().flat_map(|&at| roi.split_at(axis, at)).flat_map(|(low, high)| [low, high]) {
                check_roi(&half)?;
            }
        }
        let _ = (roi.size(), roi.center(), roi.contains_point(c), roi.to_lengths().to_integers());
        let _ = (roi.end(), roi.permuted(&[1, 0]), roi.permuted(&[usize::MAX]), roi.is_unbounded());
    }
    Ok(())
}

pub(crate) fn exercise_grids(
    origin: &Coordinate<Length>,
    step: &Coordinate<Length>,
    at: &Coordinate,
) -> Result<(), TestCaseError> {
    let _ = Grid::through(*origin, *step);
    let Ok(grid) = Grid::new(*origin, *step) else { return Ok(()) };
    let _ = (grid.voxel_at(origin), grid.corner(at), grid.shift_to(&grid), grid.scaled(&[u32::MAX, 3], &[7, u32::MAX]));
    let _ = (grid.squeeze(9), grid.permuted(&[1, 0]), grid.scaled(&[0], &[0]));
    if let Ok(other) = Grid::with_step(*step) {
        exercise_related(&grid, &other);
        exercise_related(&other, &grid);
    }
    let regions =
        [Roi::new(*origin, *step), Roi::new(at.to_lengths(), *step), Roi::from_bounds(at.to_lengths(), *origin)];
    for roi in regions.iter().flatten() {
        for rounding in ROUNDINGS {
            if let Ok(snapped) = grid.snap(roi, rounding) {
                check_roi(&snapped)?;
            }
            if let Ok(voxels) = grid.to_voxels(roi, rounding) {
                prop_assert!(voxels.shape().iter().all(|&entry| entry >= 0));
                let _ =
                    (grid.regrid(&voxels, &grid.scaled(&[7, 1], &[3, 1]).unwrap_or(grid), rounding), grid.squeeze(0));
                exercise_world_blocks(&grid, roi, rounding, at);
                let _ = (grid.to_world(&voxels), voxels.voxels(), voxels.end(), voxels.shape_usize());
            }
        }
    }
    Ok(())
}

pub(crate) fn exercise_related(grid: &Grid, other: &Grid) {
    let _ =
        (grid.shift_to(other), grid.common_refinement(other), grid.common_coarsening(other), grid.is_compatible(other));
    let relations = grid.relation(other);
    let _ = relations.map(|relations| relations.map(|relation: Relation| assert!(!relation.to_string().is_empty())));
}

pub(crate) fn exercise_boxes(a: &Coordinate, b: &Coordinate) {
    let made = [VoxelBox::new(*a, *b), VoxelBox::from_bounds(*a, *b), VoxelBox::from_bounds(*b, *a)];
    for one in made.iter().flatten() {
        for other in made.iter().flatten() {
            let _ = (one.union(other), one.intersect(other).unwrap(), one.contains(other), one.index_ranges(other));
        }
        let _ = (one.translate(a), one.voxels(), one.contains_point(b), one.end());
        for rounding in ROUNDINGS {
            let _ = (one.snap(a, rounding), one.snap(b, rounding));
        }
        for &at in a {
            let _ = (one.split_at(0, at), one.split_at(2, at), one.split_at(usize::MAX, at));
        }
        let _ = (
            one.grow(a, b),
            one.squeeze(1),
            one.permuted(&[1, 0]),
            one.shape_usize(),
            one.range(2),
            one.range(usize::MAX),
        );
    }
}

/// Blocks of a world region, which may be where no length is.
fn exercise_world_blocks(grid: &Grid, roi: &Roi<Length>, rounding: Rounding, shape: &Coordinate) {
    let options = BlockOptions::default().with_halo(shape.map(|_| 3), *shape).with_order(BlockOrder::Morton);
    for options in [options, BlockOptions::default()] {
        let Ok(blocks) = grid.blocks(roi, rounding, *shape, &options) else { continue };
        for block in [blocks.get(0), blocks.iter().next_back()].into_iter().flatten() {
            let _ = (block.to_world(grid), block.clipped_to(&blocks.region()), block.clipped_to(&blocks.indices()));
        }
    }
}

/// Divisions of boxes: those that exist keep their promises at both ends.
pub(crate) fn exercise_blocks(
    begin: &Coordinate,
    extent: &Coordinate,
    shape: &Coordinate,
    halo: &Coordinate,
) -> Result<(), TestCaseError> {
    let Ok(region) = VoxelBox::new(*begin, *extent) else { return Ok(()) };
    for fit in [Fit::Valid, Fit::Overhang, Fit::Shrink] {
        for order in [BlockOrder::RowMajor, BlockOrder::Morton] {
            let plain = BlockOptions::default().with_fit(fit).with_order(order);
            for options in [plain, plain.with_halo(*halo, *shape), plain.with_halo(*halo, *halo).with_anchor(*begin)] {
                if let Ok(blocks) = Blocks::new(&region, *shape, &options) {
                    exercise_division(&blocks, fit)?;
                }
            }
        }
    }
    Ok(())
}

fn exercise_division(blocks: &Blocks, fit: Fit) -> Result<(), TestCaseError> {
    let last = blocks.len().checked_sub(1);
    for number in [Some(0), Some(blocks.len() / 3), last].into_iter().flatten() {
        let Some(block) = blocks.get(number) else { continue };
        prop_assert!(block.read.contains(&block.write) && !block.write.is_empty());
        prop_assert!(fit != Fit::Shrink || blocks.region().contains(&block.write));
        prop_assert_eq!(blocks.at(&block.index), Some(block));
    }
    prop_assert_eq!(last.is_some_and(|last| blocks.get(last).is_some()), !blocks.is_empty());
    let part = blocks.part(1, 3)?;
    let _ = (part.size_hint(), part.clone().nth(usize::MAX), part.clone().next_back(), blocks.part(7, 3));
    let _ = (blocks.at(&blocks.shape()), blocks.get(u64::MAX), blocks.part(u64::MAX, 0));
    let _ = (blocks.part(0, u64::MAX)?.next(), blocks.part(u64::MAX - 1, u64::MAX)?.next());
    Ok(())
}

pub(crate) fn exercise_compat(a: &Coordinate, b: &Coordinate) {
    let (x, y) = (PartialCoordinate::from(*a), PartialCoordinate::from(*b));
    let _ = (x.checked_pow(&y), x.div_trunc(&y), x.div_floor(&y), x.rem_floor(&y), x.div_ceil(&y), x.div_round(&y));
    let _ = (
        x.checked_neg(),
        x.checked_abs(),
        x.checked_add(&y),
        x.checked_sub(&y),
        x.checked_mul(&y),
        x.squeeze(usize::MAX),
    );
    let _ = (x.to_string(), x.lexicographic_cmp(&y), x.is_multiple_of(&y), coord_roi::compat::div_trunc(a, b));
    if let Ok(roi) = PartialRoi::new(x, y) {
        let _ = (
            roi.end(),
            roi.center(),
            roi.size(),
            roi.to_slices(),
            roi.snap_to_grid(&y, Rounding::Closest),
            Roi::try_from(roi),
        );
        let _ = (
            roi.to_string(),
            format!("{roi:?}"),
            roi.squeeze(0),
            roi.squeeze(usize::MAX),
            roi.with_shape(y),
            roi.with_offset(y),
        );
        let _ = (roi.contains(&roi), roi.contains_point(&x), roi.div_trunc(&y), roi.div_floor(&x), roi.rem_floor(&y));
    }
}
