//! The golden vectors of Neuroglancer 2.41.2 (browser client and Python package).
//!
//! Reads the folder named by `VOXSCOPE_GOLDEN`, else the copy in this repository. Every entry of the manifest is run here,
//! or counted aloud as one that another crate runs or a later version will; a kind that is not known here fails.

#[path = "../common/mod.rs"]
mod common;
mod ids;
mod precomputed;

use common::golden::{Golden, expect, field, numbers, text};
use ng_layer::json::{self, Value};
use ng_layer::space::CoordinateSpace;
use ng_layer::transform::SourceSpace;
use ng_layer::{Color, PUBLIC_VIEWER, StateRef, Transform, ViewerState, segment_color};
use std::io::Write as _;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

type Failures = Vec<String>;

/// Cases that the golden tests of another crate run, and its name.
const ELSEWHERE: [(&str, &str); 4] = [
    ("compressed_segmentation", "label-codecs"),
    ("compressed_segmentation_invalid", "label-codecs"),
    ("downsampling_factors", "resample"),
    ("server_requests", "ng-serve"),
];

#[test]
fn golden_cases() {
    let golden = Golden::open();
    let mut failures = Failures::new();
    for (kind, entry) in golden.manifest() {
        let run: Option<fn(&Golden, &Value, &mut Failures) -> usize> = match kind.as_str() {
            "states" => Some(states),
            "url_safe_fragments" => Some(url_safe_fragments),
            "transforms" => Some(transforms),
            "segment_colors" => Some(segment_colors),
            "precomputed" => Some(precomputed::volumes),
            "morton_and_shards" => Some(ids::morton_and_shards),
            "pyramid_levels" => Some(ids::pyramid_levels),
            "segment_properties" => Some(ids::segment_properties),
            _ => None,
        };
        match run {
            Some(run) => {
                let count = run(&golden, entry, &mut failures);
                assert!(count > 0, "{kind} holds no case");
                tell!("{kind}: {count} run");
            }
            None => match not_here(kind) {
                Some(who) => tell!("{kind}: {} {who}", golden.count(entry)),
                None => failures.push(format!("{kind}: no such kind of cases is known")),
            },
        }
    }
    assert!(failures.is_empty(), "{} golden cases failed:\n{}", failures.len(), failures.join("\n"));
}

/// Why cases of a kind are not run here; `None` for a kind that nobody knows.
fn not_here(kind: &str) -> Option<String> {
    let (_, runner) = ELSEWHERE.iter().find(|(other, _)| *other == kind)?;
    Some(format!("run by `cargo test -p {runner} golden`"))
}

/// Only the states of this repository: other folders may hold states that the viewer itself would not take.
#[test]
fn typed_keys_accept_what_the_references_wrote() {
    let golden = Golden::of_this_repository();
    let (_, states) = golden.manifest().find(|(kind, _)| *kind == "states").expect("there are states");
    for case in states.as_array().expect("states is a list") {
        let state: ViewerState = golden.text(text(case, "state")).parse().expect("a golden state is JSON");
        state.check().unwrap_or_else(|error| panic!("{}: {error}", text(case, "name")));
    }
}

/// A list of the format, x, y, z, as one of ours.
fn three_zyx(list: &Value) -> [i64; 3] {
    let numbers = list.as_array().unwrap_or_else(|| panic!("{list} is no list"));
    let entry = |at: usize| numbers[at].as_i64().unwrap_or_else(|| panic!("{list} holds no whole numbers"));
    assert_eq!(numbers.len(), 3, "{list}");
    [entry(2), entry(1), entry(0)]
}

fn states(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let cases = entry.as_array().expect("states is a list");
    for case in cases {
        let name = text(case, "name");
        let state: ViewerState = golden.text(text(case, "state")).parse().expect("a golden state is JSON");
        let client = golden.text(text(case, "client_url"));
        let python = golden.text(text(case, "python_url"));
        expect(failures, name, "the client's link differs", state.to_url(PUBLIC_VIEWER).ok().as_ref() == Some(&client));
        let written = state.to_python_url(PUBLIC_VIEWER).ok();
        expect(failures, name, "the Python package's link differs", written.as_ref() == Some(&python));
        for url in [&client, &python] {
            let read = StateRef::from_url(url).ok().and_then(StateRef::into_inline);
            expect(failures, name, "the link does not give the state back", read.as_ref() == Some(&state));
        }
        let read = StateRef::from_url(&python).ok().and_then(StateRef::into_inline);
        let again = read.and_then(|state| state.to_python_url(PUBLIC_VIEWER).ok());
        expect(failures, name, "read and written again, the Python package's link differs", again == Some(python));
    }
    cases.len()
}

fn url_safe_fragments(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let file = golden.json(entry.as_str().expect("url_safe_fragments names a file"));
    let (cases, invalid) = (file["cases"].as_array().expect("cases"), file["invalid"].as_array().expect("invalid"));
    for case in cases {
        let fragment = text(case, "fragment");
        let read = StateRef::from_fragment(&format!("!{fragment}"));
        let same = |state: ViewerState| json::same(&Value::Object(state.into_object()), field(case, "value"));
        match read {
            Ok(read) => expect(failures, fragment, "means something else", read.into_inline().is_some_and(same)),
            Err(error) => failures.push(format!("{fragment}: {error}")),
        }
    }
    for fragment in invalid {
        let fragment = fragment.as_str().expect("an invalid fragment is a string");
        expect(failures, fragment, "must be refused", StateRef::from_fragment(&format!("!{fragment}")).is_err());
    }
    cases.len() + invalid.len()
}

fn transforms(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let file = golden.json(entry.as_str().expect("transforms names a file"));
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        if let Err(error) = transform(case, failures) {
            failures.push(format!("{}: {error}", text(case, "name")));
        }
    }
    cases.len()
}

fn transform(case: &Value, failures: &mut Failures) -> ng_layer::Result<()> {
    let name = text(case, "name");
    let source = CoordinateSpace::from_json(&field(case, "source")["dimensions"])?;
    let viewer = CoordinateSpace::from_json(field(case, "viewer_dimensions"))?;
    let transform = Some(field(case, "transform")).filter(|value| !value.is_null());
    let transform = transform.map(Transform::from_json).transpose()?;
    let (lower, upper) = (numbers(&case["source"]["lower"]), numbers(&case["source"]["upper"]));
    let bounds = SourceSpace::new(source, &lower, &upper)?.bounds(transform.as_ref(), &viewer)?;
    let expected = field(case, "expected");
    let dimensions = CoordinateSpace::from_json(&expected["dimensions"])?;
    expect(failures, name, &format!("dimensions are {:?}", bounds.space()), *bounds.space() == dimensions);
    let close = |a: f64, b: f64| (a - b).abs() <= 1e-9 * b.abs().max(1.0);
    for (end, side) in ["lower", "upper"].into_iter().enumerate() {
        for (dim, value) in expected[side].as_object().expect("bounds by name") {
            let value = value.as_f64().expect("a bound is a number");
            let found = bounds.interval(dim).map(|interval| interval[end]);
            let fits = found.is_some_and(|found| close(found, value));
            expect(failures, name, &format!("{side} {dim} is {found:?}, expected {value}"), fits);
        }
    }
    let (position, centre) = (bounds.default_position(), numbers(&expected["centre_position"]));
    let fits = position.len() == centre.len() && position.iter().zip(&centre).all(|(a, b)| close(*a, *b));
    expect(failures, name, &format!("position is {position:?}, expected {centre:?}"), fits);
    Ok(())
}

fn segment_colors(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let file = golden.json(entry.as_str().expect("segment_colors names a file"));
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        let seed = u32::try_from(case["seed"].as_u64().expect("a seed")).expect("a seed has 32 bits");
        let id = text(case, "id").parse().expect("an id");
        let color = Color::Rgb(segment_color(seed, id)).to_string();
        expect(failures, &format!("seed {seed}, id {id}"), &format!("is {color}"), color == text(case, "hex"));
    }
    cases.len()
}
