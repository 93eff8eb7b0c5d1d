//! Whatever comes from outside gives a value or an error, never a panic; and what is accepted keeps the invariants.

mod exercise;

use coord_roi::compat::{PartialCoordinate, PartialRoi};
use coord_roi::strategies::{any_length, coordinate};
use coord_roi::{BlockOptions, Blocks, Coordinate, Error, Grid, Length, Roi, Rounding, Scalar, VoxelBox};
use exercise::{
    check_length, check_roi, exercise, exercise_blocks, exercise_boxes, exercise_compat, exercise_grids,
    exercise_lengths, exercise_rois,
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

/// Three coordinates, most of the time of equal dims.
fn three<T: Scalar>(
    number: impl Strategy<Value = T> + Clone + 'static,
) -> impl Strategy<Value = (Coordinate<T>, Coordinate<T>, Coordinate<T>)> {
    let alike = {
        let number = number.clone();
        (0..=3_usize).prop_flat_map(move |dims| {
            let one = || coordinate(number.clone(), dims);
            (one(), one(), one())
        })
    };
    let one = || any_coordinate(number.clone());
    prop_oneof![3 => alike, 1 => (one(), one(), one())]
}

/// Sizes from nothing to everything.
fn any_size() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![1..=100_i64, (0..=62_u32).prop_map(|power| 1 << power), Just(0), Just(i64::MAX)]
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
        (a, b, c) in three(any_whole())
    ) {
        exercise(&a, &b);
        exercise_rois(&a, &b, &c)?;
        exercise_boxes(&a, &b);
        exercise_compat(&a, &b);
        exercise_blocks(&a, &b, &c, &b)?;
    }

    #[test]
    fn any_region_is_divided_or_refused((begin, extent, shape, halo) in (1..=3_usize).prop_flat_map(|dims| {
        let sizes = || coordinate(any_size(), dims);
        (coordinate(any_whole(), dims), sizes(), sizes(), coordinate(prop_oneof![0..9_i64, any_size()], dims))
    })) {
        exercise_blocks(&begin, &extent, &shape, &halo)?;
    }

    #[test]
    fn any_lengths_are_calculated_or_refused(
        (a, b, c) in three(any_length()), at in any_coordinate(any_whole())
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
    fn any_number_of_entries_is_taken_or_refused(dims in prop_oneof![0..9_usize, Just(usize::MAX)], order in prop::collection::vec(any::<usize>(), 0..8)) {
        let filled = Coordinate::filled(dims, 1_i64);
        prop_assert_eq!(filled.is_ok(), dims <= coord_roi::MAX_DIMS);
        prop_assert_eq!(Roi::<i64>::unbounded(dims).is_ok(), filled.is_ok());
        prop_assert_eq!(PartialCoordinate::filled(dims, None).is_ok(), filled.is_ok());
        prop_assert_eq!(Coordinate::try_from(&order[..]).is_ok(), order.len() <= coord_roi::MAX_DIMS);
        if let Ok(filled) = filled {
            let _ = (filled.permuted(&order), filled.concat(&filled), filled.squeeze(dims));
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
