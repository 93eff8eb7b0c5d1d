//! Whatever comes from outside gives a value or an error, never a panic; and what is accepted keeps the invariants.

use coord_roi::compat::{PartialCoordinate, PartialRoi};
use coord_roi::strategies::any_length;
use coord_roi::{
    Axis, BlockOptions, BlockOrder, Blocks, Coordinate, Error, Fit, Grid, Length, Relation, Roi, Rounding, Scalar,
    VoxelBox,
};
use proptest::prelude::*;
use serde::de::DeserializeOwned;

/// Numbers that overflow sooner or later.
fn any_whole() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![any::<i64>(), -3..=3_i64, Just(i64::MIN), Just(i64::MAX), Just(i64::MIN + 1), Just(i64::MAX - 1)]
}

fn any_coordinate<T: Scalar>(number: impl Strategy<Value = T>) -> impl Strategy<Value = Coordinate<T>> {
    prop::collection::vec(number, 0..=3).prop_map(|entries| Coordinate::try_from(&entries[..]).unwrap())
}

/// Text that looks like one of ours here and there.
fn any_text() -> impl Strategy<Value = String> {
    let tokens = "[~]~(~)~,~, ~:~0~1~10~-~+~.~/~e~E9~e-30~ ~nm~um~µ~inf~None~[empty ROI]~9223372036854775807~\
                  -9223372036854775808~99999999999999999999999999~origin~step~4.56~4/3~null~\"~{\"offset\":~\
                  \"shape\":~\"begin\":~\"origin\":~\"step\":~}~1e999~true";
    let token = prop::sample::select(tokens.split('~').collect::<Vec<_>>());
    prop_oneof![prop::collection::vec(token, 0..14).prop_map(|tokens| tokens.concat()), ".{0,40}"]
}

/// JSON that has the right shape and any numbers.
fn any_json() -> impl Strategy<Value = String> {
    let number = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        any::<u64>().prop_map(|n| n.to_string()),
        any::<f64>().prop_filter("JSON has no NaN", |f| f.is_finite()).prop_map(|f| f.to_string()),
        any_length().prop_map(|l| format!("\"{l}\"")),
        Just("null".to_owned()),
        Just("[1]".to_owned()),
        Just("-0".to_owned()),
    ];
    let list = prop::collection::vec(number, 0..=7).prop_map(|entries| format!("[{}]", entries.join(",")));
    let key = prop::sample::select(vec!["offset", "shape", "begin", "origin", "step", "halo_low", "anchor", "other"]);
    let object = prop::collection::vec((key, list.clone()), 0..=3).prop_map(|pairs| {
        format!("{{{}}}", pairs.iter().map(|(key, list)| format!("\"{key}\":{list}")).collect::<Vec<_>>().join(","))
    });
    prop_oneof![1 => list, 3 => object]
}

fn read<T: DeserializeOwned>(json: &str) -> Option<T> {
    serde_json::from_str(json).ok()
}

/// The invariants of a region: no negative shape, every end representable, text and all.
fn check_roi<T: Scalar>(roi: &Roi<T>) -> Result<(), TestCaseError> {
    for axis in roi.axes() {
        if let Axis::Bounded { begin, shape } = *axis {
            prop_assert!(shape >= T::ZERO && begin.try_add(shape).is_ok());
        }
    }
    prop_assert!(!roi.to_string().is_empty());
    Ok(())
}

fn check_length(length: Length) -> Result<(), TestCaseError> {
    prop_assert!(length.denom() > 0);
    prop_assert_eq!(Length::new(length.numer(), length.denom()), Ok(length));
    prop_assert!(!length.for_people().is_empty());
    Ok(())
}

/// Every operation of two lengths.
fn exercise_lengths(a: Length, b: Length) -> Result<(), TestCaseError> {
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
fn exercise<T: Scalar>(a: &Coordinate<T>, b: &Coordinate<T>) {
    let _ = (a.checked_add(b), a.checked_sub(b), a.checked_mul(b), a.checked_neg(), a.checked_abs());
    let _ = (a.div_floor(b), a.div_ceil(b), a.div_round(b), a.div_exact(b), a.rem_floor(b), a.is_multiple_of(b));
    let _ = (a.concat(b), a.to_lengths().to_integers(), a.squeeze(1), a.permuted(&[1, 0]), a.permuted(&[7, 7, 7]));
    for value in b {
        let _ = (a.checked_add_scalar(*value), a.checked_sub_scalar(*value), a.checked_mul_scalar(*value));
    }
}

fn exercise_rois<T: Scalar>(a: &Coordinate<T>, b: &Coordinate<T>, c: &Coordinate<T>) -> Result<(), TestCaseError> {
    let made = [Roi::new(*a, *b), Roi::from_bounds(*a, *b), Roi::from_bounds(*b, *a), Roi::unbounded(a.dims())];
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

fn exercise_grids(
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
        for rounding in [Rounding::Exact, Rounding::Grow, Rounding::Shrink, Rounding::Closest] {
            if let Ok(snapped) = grid.snap(roi, rounding) {
                check_roi(&snapped)?;
            }
            if let Ok(voxels) = grid.to_voxels(roi, rounding) {
                prop_assert!(voxels.shape().iter().all(|&entry| entry >= 0));
                let _ = (grid.to_world(&voxels), voxels.voxels(), voxels.end(), voxels.shape_usize());
            }
        }
    }
    Ok(())
}

fn exercise_related(grid: &Grid, other: &Grid) {
    let _ =
        (grid.shift_to(other), grid.common_refinement(other), grid.common_coarsening(other), grid.is_compatible(other));
    let relations = grid.relation(other);
    let _ = relations.map(|relations| relations.map(|relation: Relation| assert!(!relation.to_string().is_empty())));
}

fn exercise_boxes(a: &Coordinate, b: &Coordinate) {
    let made = [VoxelBox::new(*a, *b), VoxelBox::from_bounds(*a, *b), VoxelBox::from_bounds(*b, *a)];
    for one in made.iter().flatten() {
        for other in made.iter().flatten() {
            let _ = (one.union(other), one.intersect(other).unwrap(), one.contains(other), one.index_ranges(other));
        }
        let _ = (one.translate(a), one.voxels(), one.contains_point(b), one.end());
        for rounding in [Rounding::Exact, Rounding::Grow, Rounding::Shrink, Rounding::Closest] {
            let _ = (one.snap(a, rounding), one.snap(b, rounding));
        }
        for &at in a {
            let _ = (one.split_at(0, at), one.split_at(2, at), one.split_at(usize::MAX, at));
        }
        let _ = (one.grow(a, b), one.squeeze(1), one.permuted(&[1, 0]), one.shape_usize());
    }
}

/// Divisions of boxes: those that exist keep their promises at both ends.
fn exercise_blocks(
    region: &VoxelBox,
    shape: &Coordinate,
    halo: &Coordinate,
    anchor: &Coordinate,
) -> Result<(), TestCaseError> {
    for fit in [Fit::Valid, Fit::Overhang, Fit::Shrink] {
        for order in [BlockOrder::RowMajor, BlockOrder::Morton] {
            let options =
                BlockOptions::default().with_fit(fit).with_order(order).with_halo(*halo, *halo).with_anchor(*anchor);
            for options in [options, BlockOptions::default().with_fit(fit).with_order(order)] {
                let Ok(blocks) = Blocks::new(region, *shape, &options) else { continue };
                for block in [blocks.get(0), blocks.get(blocks.len() / 2), blocks.get(blocks.len().wrapping_sub(1))]
                    .into_iter()
                    .flatten()
                {
                    prop_assert!(block.read.contains(&block.write) && !block.write.is_empty());
                    prop_assert!(fit != Fit::Shrink || region.contains(&block.write));
                    prop_assert_eq!(blocks.at(&block.index), Some(block));
                }
                let part = blocks.part(1, 3)?;
                let _ = (part.size_hint(), part.clone().nth(usize::MAX), part.clone().next_back(), blocks.part(7, 3));
                let _ = (
                    blocks.at(shape),
                    blocks.get(u64::MAX),
                    blocks.part(u64::MAX, 0),
                    blocks.part(0, u64::MAX)?.next(),
                );
            }
        }
    }
    Ok(())
}

fn exercise_compat(a: &Coordinate, b: &Coordinate) {
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn any_text_is_read_or_refused(text in any_text()) {
        if let Ok(length) = text.parse::<Length>() {
            check_length(length)?;
        }
        if let Ok(roi) = text.parse::<Roi>() {
            check_roi(&roi)?;
        }
        if let Ok(roi) = text.parse::<Roi<Length>>() {
            check_roi(&roi)?;
        }
        let _ = (text.parse::<Coordinate>(), text.parse::<Coordinate<Length>>(), text.parse::<VoxelBox>());
        let _ = (text.parse::<Grid>(), text.parse::<Rounding>());
    }

    #[test]
    fn any_json_is_read_or_refused(json in prop_oneof![any_json(), any_text()]) {
        if let Some(roi) = read::<Roi>(&json) {
            check_roi(&roi)?;
        }
        if let Some(roi) = read::<Roi<Length>>(&json) {
            check_roi(&roi)?;
        }
        if let Some(length) = read::<Length>(&json) {
            check_length(length)?;
        }
        if let Some(grid) = read::<Grid>(&json) {
            prop_assert!(grid.step().iter().all(|step| step.is_positive()));
        }
        let _ = (read::<Coordinate>(&json), read::<Coordinate<Length>>(&json), read::<PartialCoordinate>(&json));
        let _ = (read::<VoxelBox>(&json).map(|voxels| voxels.end()), read::<Rounding>(&json));
        let _ = read::<PartialRoi>(&json).map(|roi| (roi.end(), roi.to_slices(), roi.to_string()));
        let region = VoxelBox::new([0], [9]).unwrap();
        let _ = read::<BlockOptions>(&json).map(|options| Blocks::new(&region, [4], &options));
    }

    #[test]
    fn any_whole_numbers_are_calculated_or_refused(
        a in any_coordinate(any_whole()), b in any_coordinate(any_whole()), c in any_coordinate(any_whole())
    ) {
        exercise(&a, &b);
        exercise_rois(&a, &b, &c)?;
        exercise_boxes(&a, &b);
        exercise_compat(&a, &b);
        for region in [VoxelBox::new(a, b), VoxelBox::from_bounds(a, b), VoxelBox::new(c, c)].iter().flatten() {
            exercise_blocks(region, &c, &b, &a)?;
            exercise_blocks(region, &b, &c, &b)?;
            let shape = b.map(|entry| entry.saturating_abs().max(1));
            exercise_blocks(region, &shape, &a.map(i64::saturating_abs), &c)?;
        }
    }

    #[test]
    fn any_lengths_are_calculated_or_refused(
        a in any_coordinate(any_length()), b in any_coordinate(any_length()), c in any_coordinate(any_length()),
        at in any_coordinate(any_whole())
    ) {
        exercise(&a, &b);
        exercise_rois(&a, &b, &c)?;
        exercise_grids(&a, &b, &at)?;
        for length in &a {
            check_length(*length)?;
            for other in &b {
                exercise_lengths(*length, *other)?;
            }
        }
    }

    #[test]
    fn any_float_is_read_or_refused(bits in any::<u64>()) {
        for length in [Length::from_f64(f64::from_bits(bits)), Length::from_metres_f64(f64::from_bits(bits)),
                       Length::from_f32(f32::from_bits(bits as u32))].into_iter().flatten() {
            check_length(length)?;
        }
    }

    /// Every error prints, and names an axis that exists.
    #[test]
    fn errors_name_an_axis_that_exists(a in any_coordinate(any_whole()), b in any_coordinate(any_whole())) {
        let errors = [a.checked_add(&b).err(), a.div_exact(&b).err(), Roi::new(a, b).err(), VoxelBox::new(a, b).err()];
        for error in errors.into_iter().flatten() {
            prop_assert!(error.axis().is_none_or(|axis| axis < a.dims()), "{}", error);
            prop_assert!(error.axis().is_some() || matches!(error, Error::DimsMismatch { .. }), "{}", error);
            prop_assert!(!error.to_string().is_empty());
        }
    }
}
