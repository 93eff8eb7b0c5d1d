//! The traps of viewer states: each is found where it is, and states without one have none.
//!
//! | trap | where it is tested |
//! |---|---|
//! | sorted `dimensions`, a scale without `dimensions`, words for units, `8 * 1e-9`, misspelt keys, missing layers and bare strings in a layout, factors under the wrong name | `traps_of_the_whole_viewer` |
//! | NaN and infinities | `what_json_does_not_have_is_refused` |
//! | ids and limits as numbers, misspelt types, default contrast | `traps_of_layers` |
//! | queries, `python://`, addresses without a format, what stands half a voxel off | `traps_of_sources` |
//! | voxel sizes in the matrix, nanometres as translation, bottom rows, columns first, no or sorted `outputDimensions`, foreign `inputDimensions` | `traps_of_transforms` |
//! | what is escaped in links | `links.rs`, and the golden states and fragments |
//! | what of DVID the viewer cannot show | the tests of `dvid-source`; the layers that come of it, `neuroglance.rs` |
//! | what a server has to do | the tests of `ng-serve` |

#![allow(clippy::needless_pass_by_value, reason = "json! makes values, and a table of them reads best")]

mod common;

use common::golden::{Golden, text};
use ng_layer::json::Value;
use ng_layer::{Severity, ViewerState};
use serde_json::json;

fn state(value: Value) -> ViewerState {
    serde_json::from_value(value).expect("a state is an object")
}

/// Asserts that a state has this finding, at this place.
fn expect(value: Value, at: &str, severity: Severity, word: &str) {
    let state = state(value);
    let findings = state.validate();
    let found = findings.iter().any(|it| it.at == at && it.severity == severity && it.to_string().contains(word));
    assert!(found, "{state} should have a {severity} at {at} about {word}, and has {findings:#?}");
    assert_eq!(state.is_valid(), findings.iter().all(|finding| finding.severity != Severity::Error));
}

/// Asserts that a state has nothing but hints.
fn expect_none(value: Value) {
    let state = state(value);
    let findings: Vec<_> = state.validate().into_iter().filter(|it| it.severity > Severity::Hint).collect();
    assert!(findings.is_empty(), "{state} has {findings:#?}");
}

const EM: &str = "precomputed://gs://b/em";

fn nm(size: f64) -> Value {
    json!([size / 1e9, "m"])
}

fn with_layer(layer: Value) -> Value {
    json!({"layers": [layer]})
}

fn with_transform(transform: Value) -> Value {
    with_layer(json!({"type": "image", "name": "em", "source": {"url": EM, "transform": transform}}))
}

#[test]
fn traps_of_the_whole_viewer() {
    use Severity::{Error, Warning};
    let dimensions = json!({"x": nm(8.0), "y": nm(8.0), "z": nm(40.0)});
    for (value, at, severity, word) in [
        (json!({"crossSectionScale": 2}), "/crossSectionScale", Error, "without `dimensions`"),
        (json!({"projectionScale": 2}), "/projectionScale", Error, "without `dimensions`"),
        (json!({"dimensions": {"z": nm(40.0), "y": nm(8.0), "x": nm(8.0)}}), "/dimensions", Warning, "sorted"),
        (json!({"dimensions": {"x": [8, "nanometer"]}}), "/dimensions", Error, "write nm"),
        (json!({"dimensions": {"x": [6.0 * 1e-9, "m"]}}), "/dimensions/x", Warning, "write 6e-9"),
        (json!({"dimensions": {"c'": [1, ""]}}), "/dimensions", Error, "global"),
        (json!({"dimensions": dimensions, "position": [1, 2]}), "/position", Error, "2 numbers for 3"),
        (json!({"position": [1, 2, 20_000_000.5]}), "/position/2", Warning, "32-bit"),
        (json!({"postion": [1]}), "/postion", Warning, "write `position`"),
        (json!({"mine": 1}), "/mine", Warning, "leave it out"),
        (json!({"navigation": {}}), "/navigation", Warning, "old key"),
        (json!({"relativeDisplayScales": [1, 2]}), "/relativeDisplayScales", Error, "an object"),
        (
            json!({"dimensions": dimensions, "relativeDisplayScales": {"x": 0}}),
            "/relativeDisplayScales/x",
            Error,
            "above 0",
        ),
        (json!({"dimensionRenderScales": {"x": 2}}), "/dimensionRenderScales", Warning, "relativeDisplayScales"),
        (json!({"dimensions": dimensions, "displayDimensions": ["x", "t"]}), "/displayDimensions/1", Error, "no such"),
        (json!({"selectedLayer": {"layer": "em"}}), "/selectedLayer/layer", Warning, "no such layer"),
        (json!({"layout": "5panel"}), "/layout", Error, "4panel"),
        (json!({"layout": {"type": "row", "children": ["xy"]}}), "/layout/children", Error, "viewer"),
        (json!({"layout": {"type": "viewer", "layers": ["em"]}}), "/layout/layers/0", Error, "no such layer"),
        (
            json!({"layout": {"type": "row", "children": [{"type": "viewer", "layers": [], "relativeDisplayScales": {}}]}}),
            "/layout/children/0/relativeDisplayScales",
            Warning,
            "dimensionRenderScales",
        ),
        (json!({"dimensions": {"c^": [1, ""], "x": nm(8.0)}}), "/dimensions", Error, "global"),
        (
            json!({"layout": {"type": "row", "children": [], "childen": []}}),
            "/layout/childen",
            Warning,
            "write `children`",
        ),
        (
            json!({"layout": {"type": "viewer", "layers": [], "layout": {"type": "xy", "orthographic": true}}}),
            "/layout/layout/orthographic",
            Warning,
            "leave it out",
        ),
        (json!({"crossSectionOrientation": [0, 0, 0, 0]}), "/crossSectionOrientation", Error, "quaternion"),
    ] {
        expect(value, at, severity, word);
    }
}

#[test]
fn traps_of_layers() {
    use Severity::{Error, Hint, Warning};
    for (layer, at, severity, word) in [
        (json!({"type": "imag", "name": "a"}), "/type", Error, "write image"),
        (json!({"name": "a"}), "", Warning, "without `type`"),
        (json!({"type": "image", "source": EM}), "", Error, "without a name"),
        (json!({"type": "image", "name": "a", "opacty": 1}), "/opacty", Warning, "write `opacity`"),
        (json!({"type": "image", "name": "a", "opacity": 2}), "/opacity", Error, "from 0 to 1"),
        (json!({"type": "image", "name": "a", "source": EM}), "", Hint, "contrast"),
        (
            json!({"type": "image", "name": "a", "shaderControls": {"normalized": {"range": [0, 18_446_744_073_709_551_615_u64]}}}),
            "/shaderControls/normalized/range/1",
            Error,
            "string",
        ),
        (
            json!({"type": "image", "name": "a", "shaderControls": {"normalized": {"window": [5, 2]}}}),
            "/shaderControls/normalized/window",
            Error,
            "falls",
        ),
        (
            json!({"type": "segmentation", "name": "a", "segments": [9_007_199_254_740_993_u64]}),
            "/segments/0",
            Error,
            "2^53",
        ),
        (
            json!({"type": "image", "name": "a", "shaderControls": {"t": {"controlPoints": [[0, "#000000", 0], [18e18, "#ffffff", 1]]}}}),
            "/shaderControls/t/controlPoints/1/0",
            Error,
            "string",
        ),
        (json!({"type": "segmentation", "name": "a", "segments": [7]}), "/segments/0", Warning, "strings"),
        (json!({"type": "segmentation", "name": "a", "segments": ["007"]}), "/segments/0", Error, "segment id"),
        (
            json!({"type": "segmentation", "name": "a", "equivalences": [["1", 9_007_199_254_740_993_u64]]}),
            "/equivalences/0/1",
            Error,
            "2^53",
        ),
        (json!({"type": "segmentation", "name": "a", "anchorSegment": 18e18}), "/anchorSegment", Error, "2^53"),
        (
            json!({"type": "segmentation", "name": "a", "linkedSegmentationGroup": "b"}),
            "/linkedSegmentationGroup",
            Warning,
            "no such layer",
        ),
        (
            json!({"type": "annotation", "name": "a", "source": "local://annotations"}),
            "/source",
            Warning,
            "outputDimensions",
        ),
        (
            json!({"type": "annotation", "name": "a", "annotations": [{"type": "point", "id": "1"}]}),
            "/annotations/0",
            Error,
            "without `point`",
        ),
        (
            json!({"type": "annotation", "name": "a", "annotations": [{"type": "dot", "id": "1"}]}),
            "/annotations/0/type",
            Error,
            "point",
        ),
        (
            json!({"type": "annotation", "name": "a", "annotations": [{"type": "point", "id": "1", "point": [1, 2]}], "source": {
                "url": "local://annotations", "transform": {"outputDimensions": {"x": nm(8.0), "y": nm(8.0), "z": nm(8.0)}}}}),
            "/annotations/0/point",
            Error,
            "2 coordinates",
        ),
    ] {
        expect(with_layer(layer), &format!("/layers/0{at}"), severity, word);
    }
    let twice = json!({"type": "image", "name": "a", "source": EM});
    expect(json!({"layers": [twice, twice]}), "/layers/1/name", Warning, "second layer");
}

#[test]
fn traps_of_sources() {
    use Severity::{Error, Hint, Warning};
    for (url, severity, word) in [
        ("dvid://http://h:8000/3f8c/gray?user=me", Error, "leave the query out"),
        ("precomputed://https://h/v?token=a", Error, "neuroglancer-precomputed"),
        ("https://h/v/|precomputed:", Error, "write |neuroglancer-precomputed:"),
        ("python://volume/a.b", Error, "serve the data"),
        ("https://h/v/", Warning, "name the format"),
        ("gs://b/v", Warning, "name the format"),
        ("https://h/v µ/|zarr:", Warning, "%XX"),
    ] {
        let layer = json!({"type": "segmentation", "name": "a", "source": url});
        expect(with_layer(layer), "/layers/0/source", severity, word);
    }
    let listed = json!({"type": "segmentation", "name": "a", "source": [EM, {"url": "python://volume/a.b"}]});
    expect(with_layer(listed), "/layers/0/source/1", Error, "python://");
    let misspelt = json!({"type": "segmentation", "name": "a", "source": {"url": EM, "tranform": {}}});
    expect(with_layer(misspelt), "/layers/0/source/tranform", Warning, "write `transform`");
    let layers = json!({"layers": [
        {"type": "segmentation", "name": "a", "source": EM},
        {"type": "segmentation", "name": "b", "source": "https://h/a.zarr/|zarr3:"},
    ]});
    expect(layers, "/layers/1/source", Hint, "half a voxel");
}

#[test]
fn traps_of_transforms() {
    use Severity::{Error, Hint, Warning};
    let output = json!({"x": nm(8.0), "y": nm(8.0), "z": nm(40.0)});
    let identity = |translation: [f64; 3]| {
        let [x, y, z] = translation;
        json!([[1, 0, 0, x], [0, 1, 0, y], [0, 0, 1, z]])
    };
    for (transform, at, severity, word) in [
        (json!({"matrix": identity([0.0; 3])}), "", Error, "outputDimensions"),
        (
            json!({"outputDimensions": output, "matrix": [[8e-9, 0, 0, 0], [0, 8e-9, 0, 0], [0, 0, 4e-8, 0]]}),
            "/matrix/0",
            Error,
            "unitless",
        ),
        (
            json!({"outputDimensions": output, "matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [1, 1, 0, 0]]}),
            "/matrix",
            Error,
            "inverse",
        ),
        (
            json!({"outputDimensions": output, "matrix": [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]}),
            "/matrix",
            Error,
            "no bottom row",
        ),
        (json!({"outputDimensions": output, "matrix": identity([3e7, 0.0, 0.0])}), "/matrix/0/3", Warning, "32-bit"),
        (
            json!({"outputDimensions": output, "matrix": identity([800.0, 1600.0, 4000.0])}),
            "/matrix",
            Hint,
            "nanometres",
        ),
        (
            json!({"outputDimensions": {"z": nm(40.0), "y": nm(8.0), "x": nm(8.0)}}),
            "/outputDimensions",
            Warning,
            "exchanged",
        ),
        (
            json!({"outputDimensions": {"c^": [1, ""], "x": nm(8.0), "y": nm(8.0), "z": nm(8.0)}}),
            "/outputDimensions",
            Warning,
            "sorted",
        ),
        (
            json!({"outputDimensions": output, "inputDimensions": {"0": nm(8.0), "1": nm(8.0), "2": nm(8.0)}}),
            "/inputDimensions",
            Error,
            "whole transform",
        ),
        (json!({"outputDimensions": {"x": [8, "nanometer"]}}), "", Error, "write nm"),
        (
            json!({"outputDimensions": output, "matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]}),
            "/matrix",
            Error,
            "",
        ),
        (json!({"outputDimensions": output, "inputDimension": output}), "/inputDimension", Warning, "inputDimensions"),
    ] {
        expect(with_transform(transform), &format!("/layers/0/source/transform{at}"), severity, word);
    }
    // The permutation that keeps the geometry.
    expect_none(with_transform(json!({
        "outputDimensions": {"z": nm(40.0), "y": nm(8.0), "x": nm(8.0)},
        "matrix": [[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]],
    })));
}

#[test]
fn what_json_does_not_have_is_refused() {
    for text in [
        r#"{"position": [NaN, 1, 1]}"#,
        r#"{"crossSectionScale": Infinity}"#,
        r#"{"position": [-Infinity, 1, 1]}"#,
        r#"{"crossSectionScale": 1e999}"#,
    ] {
        assert!(text.parse::<ViewerState>().is_err(), "{text}");
    }
    for number in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert!(ViewerState::default().with_cross_section_scale(number).is_err(), "{number}");
        assert!(ViewerState::default().with_position([1.0, number, 1.0]).is_err(), "{number}");
    }
    expect(json!({"position": ["NaN", 1, 1]}), "/position/0", Severity::Error, "finite number");
}

#[test]
fn findings_are_sorted_and_tell_everything() {
    let findings = state(json!({"postion": [1], "crossSectionScale": 2, "title": 3})).validate();
    let severities: Vec<Severity> = findings.iter().map(|finding| finding.severity).collect();
    assert_eq!(severities, [Severity::Error, Severity::Error, Severity::Warning]);
    assert_eq!(
        findings[2].to_string(),
        "warning at /postion: the key `postion`; the viewer ignores keys that it does not know, without a message; write \
         `position`"
    );
}

#[test]
fn states_of_the_references_are_valid() {
    let golden = Golden::of_this_repository();
    let (_, states) = golden.manifest().find(|(kind, _)| *kind == "states").expect("there are states");
    for case in states.as_array().expect("states is a list") {
        let state: ViewerState = golden.text(text(case, "state")).parse().expect("a golden state is JSON");
        let findings: Vec<_> = state.validate().into_iter().filter(|it| it.severity == Severity::Error).collect();
        println!("{}: {:?}", text(case, "name"), state.validate());
        assert!(findings.is_empty(), "{}: {findings:#?}", text(case, "name"));
    }
}
