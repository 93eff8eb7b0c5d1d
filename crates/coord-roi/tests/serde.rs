//! What the types look like in JSON, and what of it is refused with which words.

use coord_roi::compat::PartialRoi;
use coord_roi::{Coordinate, Grid, Length, Roi, Rounding, VoxelBox};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;

fn nm(text: &str) -> Length {
    text.parse().unwrap()
}

fn reads_and_writes<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T, json: &str) {
    assert_eq!(serde_json::to_string(value).unwrap(), json);
    assert_eq!(&serde_json::from_str::<T>(json).unwrap(), value, "{json}");
}

fn refusal<T: DeserializeOwned>(json: &str) -> String {
    match serde_json::from_str::<T>(json) {
        Ok(_) => panic!("{json} was accepted"),
        Err(error) => error.to_string(),
    }
}

#[test]
fn forms() {
    reads_and_writes(&Coordinate::from([1, -2]), "[1,-2]");
    reads_and_writes(&Coordinate::<i64>::from([]), "[]");
    reads_and_writes(&Coordinate::from([nm("4.56"), nm("4"), nm("4/3")]), r#"[4.56,4,"4/3"]"#);
    reads_and_writes(&"[0:10, :]".parse::<Roi>().unwrap(), r#"{"offset":[0,null],"shape":[10,null]}"#);
    reads_and_writes(&"[0.5:4/3]".parse::<Roi<Length>>().unwrap(), r#"{"offset":[0.5],"shape":["5/6"]}"#);
    reads_and_writes(&VoxelBox::new([-1], [4]).unwrap(), r#"{"begin":[-1],"shape":[4]}"#);
    reads_and_writes(&Grid::new([nm("0")], [nm("4.56")]).unwrap(), r#"{"origin":[0],"step":[4.56]}"#);
    for (rounding, name) in [
        (Rounding::Exact, "exact"),
        (Rounding::Grow, "grow"),
        (Rounding::Shrink, "shrink"),
        (Rounding::Closest, "closest"),
    ] {
        reads_and_writes(&rounding, &format!("\"{name}\""));
        assert_eq!((rounding.to_string().as_str(), name.parse()), (name, Ok(rounding)));
    }
    reads_and_writes(
        &serde_json::from_value::<PartialRoi>(json!({"offset": [1, null], "shape": [-2, 3]})).unwrap(),
        r#"{"offset":[1,null],"shape":[-2,3]}"#,
    );
}

#[test]
fn lengths_are_numbers_where_numbers_are_exact() {
    for (text, json) in [
        ("4.56", "4.56"),
        ("-12", "-12"),
        ("0.000001", "1e-6"),
        ("123456789.012345", "123456789.012345"),
        ("9223372036854775807", "9223372036854775807"),
        // 16 digits: another reader's double might not come back as this number.
        ("1234567.890123456", "\"1234567.890123456\""),
        ("10/3", "\"10/3\""),
    ] {
        assert_eq!(serde_json::to_string(&nm(text)).unwrap(), json);
        assert_eq!(serde_json::from_str::<Length>(json).unwrap(), nm(text));
    }
    for (json, text) in
        [("4.0", "4"), ("4.560", "4.56"), ("1e3", "1000"), ("\"0.5 um\"", "500"), ("\" 4.56 nm\"", "4.56")]
    {
        assert_eq!(serde_json::from_str::<Length>(json).unwrap(), nm(text));
    }
}

#[test]
fn numbers_that_do_not_say_what_they_mean_are_refused() {
    let message = refusal::<Length>("3.3333333333333335");
    assert!(message.contains("3.3333333333333335") && message.contains("as a string"), "{message}");
    let message = refusal::<Coordinate<Length>>("[4, 0.30000000000000004]");
    assert!(message.contains("axis 1") && message.contains("15 significant digits"), "{message}");
    let message = refusal::<Coordinate>("[4, 4.56]");
    assert!(message.contains("axis 1: 4.56 is not a whole number"), "{message}");
    assert!(refusal::<Coordinate>("[1.0]").contains("axis 0: 1 is not"), "{}", refusal::<Coordinate>("[1.0]"));
    let message = refusal::<Coordinate>("[18446744073709551615]");
    assert!(message.contains("axis 0: 18446744073709551615 does not fit"), "{message}");
    assert!(refusal::<Coordinate>("[1, \"2\"]").contains("without quotes"));
    assert!(refusal::<Coordinate>("[1, null]").contains("for axis 1 a whole number"));
    assert!(refusal::<Coordinate<Length>>("[true]").contains("for axis 0 a length"));
    assert!(refusal::<Length>("\"four\"").contains("four"));
    assert!(refusal::<Length>("1e300").contains("does not fit"));
}

#[test]
fn structures_that_are_not_ours_are_refused() {
    assert!(refusal::<Coordinate>("[1,2,3,4,5,6,7]").contains("at most 6"));
    assert!(refusal::<Coordinate>("5").contains("a list of at most 6 numbers"));
    assert!(refusal::<Roi>(r#"{"offset": [1], "shape": [1], "scale": 2}"#).contains("unknown field `scale`"));
    assert!(refusal::<Roi>(r#"{"offset": [1]}"#).contains("missing field `shape`"));
    assert!(refusal::<Roi>(r#"{"offset": [1], "shape": [1, 2]}"#).contains("expected 1 dimensions, found 2"));
    assert!(refusal::<Roi>(r#"{"offset": [0, 1], "shape": [1, -2]}"#).contains("axis 1: shape -2"));
    assert!(refusal::<Roi>(r#"{"offset": [null], "shape": [3]}"#).contains("axis 0: shape 3 has no offset"));
    assert!(refusal::<Roi>(r#"{"offset": [null], "shape": [0]}"#).contains("axis 0: shape 0 has no offset"));
    assert!(refusal::<Roi>(r#"{"offset": [5], "shape": [null]}"#).contains("\"from 5 on\" cannot be said"));
    assert!(refusal::<Roi>("5").contains("a region"), "{}", refusal::<Roi>("5"));
    assert!(refusal::<VoxelBox>(r#"{"begin": [9223372036854775807], "shape": [1]}"#).contains("does not fit"));
    assert!(refusal::<VoxelBox>(r#"{"begin": [null], "shape": [null]}"#).contains("axis 0"));
    assert!(refusal::<Grid>(r#"{"origin": [0, 0], "step": [4, 0]}"#).contains("axis 1: step 0 is not allowed"));
    assert!(refusal::<Rounding>("\"nearest\"").contains("closest"));
}
