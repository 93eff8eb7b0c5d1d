//! Every view as a configuration: it opens, is the same after a trip through JSON, and reads what it says.

use std::path::Path;

use facade::prelude::*;
use serde_json::{Value, json};

/// A row of voxels of 8 nm in a file.
fn row(folder: &Path, name: &str, offset: i64, block: impl Into<Block>) -> Value {
    let path = folder.join(name).with_extension("npy");
    facade::array_core::npy::write(&mut std::fs::File::create(&path).unwrap(), &block.into().view()).unwrap();
    let axes = json!([{"name": "x", "kind": "space", "unit": "nm"}]);
    json!({"npy": {"path": path, "name": name, "axes": axes, "voxel_size": [8], "offset": [offset]}})
}

fn opened(config: &Value) -> ArrayRef {
    let parsed = ArrayConfig::from_json(&config.to_string()).unwrap();
    assert_eq!(ArrayConfig::from_json(&parsed.to_json()).unwrap(), parsed, "{config}");
    open(&parsed).unwrap()
}

fn check(config: &Value, name: &str, expected: impl Into<Block>) {
    let array = opened(config);
    assert_eq!((array.name(), array.data().unwrap()), (name, expected.into()), "{config}");
    facade::array_core::testing::check_array(&array).unwrap();
}

fn line<T: Clone>(values: &[T]) -> ArrayD<T> {
    ndarray::arr1(values).into_dyn()
}

fn rows<T: Clone, const N: usize>(values: &[[T; N]]) -> ArrayD<T> {
    ndarray::arr2(values).into_dyn()
}

#[test]
fn views_of_one_array() {
    let folder = tempfile::tempdir().unwrap();
    let em = row(folder.path(), "em", 0, line(&[0_u8, 64, 128, 255]));
    let ids = row(folder.path(), "ids", 0, line(&[0_u64, (1 << 53) + 1, (1 << 53) + 2, 7]));

    let exact = json!({"cast": {"source": em, "dtype": "uint16"}});
    check(&exact, "em", line(&[0_u16, 64, 128, 255]));
    let small = json!({"cast": {"source": em, "dtype": "int8", "conversion": "saturate", "name": "small"}});
    check(&small, "small", line(&[0_i8, 64, 127, 127]));
    let unit = json!({"intensities": {"source": em, "min": 64, "max": 128, "beyond": "clip"}});
    check(&unit, "em", line(&[0.0_f32, 0.0, 1.0, 1.0]));
    let groups = json!([{"ids": [(1_u64 << 53) + 1]}, {"ids": [], "name": "any"}]);
    let masks = json!({"binarize": {"source": ids, "groups": groups, "background": 7}});
    check(&masks, "ids", rows(&[[0_u8, 1, 0, 0], [1, 1, 1, 0]]));
    let table = json!([[(1_u64 << 53) + 1, 1], [(1_u64 << 53) + 2, 2]]);
    let mapped = json!({"map_labels": {"source": ids, "table": table, "unknown": "keep", "dtype": "uint8"}});
    check(&mapped, "ids", line(&[0_u8, 1, 2, 7]));
    check(&json!({"constant": {"like": em, "value": 3}}), "em", line(&[3_u8; 4]));
    check(&json!({"constant": {"like": em, "value": 0.5, "dtype": "float64"}}), "em", line(&[0.5; 4]));

    check(&json!({"select": {"source": masks, "channels": {"one": 1}}}), "ids", line(&[1_u8, 1, 1, 0]));
    let both = json!({"select": {"source": masks, "channels": {"list": [1, 0]}}});
    check(&both, "ids", rows(&[[1_u8, 1, 1, 0], [0, 1, 0, 0]]));
    let second = json!({"select": {"source": masks, "channels": {"range": {"begin": 1, "end": 2}}}});
    check(&second, "ids", rows(&[[1_u8, 1, 1, 0]]));
    let last = json!({"permute": {"source": masks, "order": {"names": ["x", "c"]}}});
    check(&last, "ids", rows(&[[0_u8, 1], [1, 1], [0, 1], [0, 0]]));
    let back = json!({"permute": {"source": last, "order": {"indices": [1, 0]}}});
    check(&back, "ids", rows(&[[0_u8, 1, 0, 0], [1, 1, 1, 0]]));
}

#[test]
fn views_of_several_arrays() {
    let folder = tempfile::tempdir().unwrap();
    let a = row(folder.path(), "a", 0, line(&[1_u8, 0, 200]));
    let b = row(folder.path(), "b", 8, line(&[2_u8, 100, 1]));
    let both = json!([a, b]);

    let parts = json!([{"source": a}, {"fill": 9}, {"source": b}]);
    let concat = json!({"concat": {"parts": parts, "channel_names": ["a", "none", "b"]}});
    check(&concat, "a+b", rows(&[[0_u8, 200], [9, 9], [2, 100]]));
    assert_eq!(opened(&concat).attrs()["channel_names"], json!(["a", "none", "b"]));
    check(&json!({"logical_or": {"sources": both, "name": "or"}}), "or", line(&[2_u8, 200]));
    check(&json!({"sum": {"sources": both}}), "a+b", line(&[2_u64, 300]));
    let bytes = opened(&json!({"sum": {"sources": both, "sum_type": "same"}}));
    assert!(bytes.data().unwrap_err().to_string().contains("exceeds uint8"));
    let apart = json!({"merge_instances": {"sources": both, "ids": {"largest": [200, 100]}}});
    check(&apart, "a+b", line(&[202_u64, 300]));
    let offsets = json!({"merge_instances": {"sources": both, "ids": {"offsets": [0, 1000]}}});
    check(&offsets, "a+b", line(&[1002_u64, 1100]));
}

#[test]
fn files_under_views_are_relative_to_the_config() {
    let folder = tempfile::tempdir().unwrap();
    let mut a = row(folder.path(), "a", 0, line(&[1_u8, 2]));
    a["npy"]["path"] = json!("a.npy");
    let parts = json!([{"source": {"cast": {"source": a, "dtype": "uint8"}}}, {"fill": 0}]);
    let sources = json!([{"sum": {"sources": [{"constant": {"like": a, "value": 1}}], "sum_type": "same"}}, a]);
    let whole = json!({"concat": {"parts": [parts[0], {"source": {"logical_or": {"sources": sources}}}, parts[1]]}});
    let path = folder.path().join("config.json");
    std::fs::write(&path, whole.to_string()).unwrap();
    let array = open(&ArrayConfig::from_file(&path).unwrap()).unwrap();
    assert_eq!(array.data().unwrap(), Block::from(rows(&[[1_u8, 2], [1, 2], [0, 0]])));
}

#[test]
fn mistakes_name_the_view() {
    let folder = tempfile::tempdir().unwrap();
    let em = row(folder.path(), "em", 0, line(&[0_u8, 64]));
    for (config, words) in [
        (json!({"select": {"source": em, "channels": {"one": 0}}}), ["'em'", "no channel axis"]),
        (json!({"intensities": {"source": em, "min": 2, "max": 1}}), ["2 to 1", "less than max"]),
        (json!({"permute": {"source": em, "order": {"names": ["y"]}}}), ["'x'", "'y'"]),
        (json!({"merge_instances": {"sources": [em], "ids": {"offsets": []}}}), ["1 sources", "[]"]),
    ] {
        let text = open(&ArrayConfig::from_json(&config.to_string()).unwrap()).unwrap_err().to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}
