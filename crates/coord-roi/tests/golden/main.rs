//! The recorded results of Python's `funlib.geometry`, case by case.
//!
//! Each case is treated by the rule of its tags (see [`case::Rule`]). The tests read the folder named by
//! `VOXSCOPE_GOLDEN`, else the committed vectors; for the committed ones the number of cases per rule is fixed, so that
//! a deviation cannot spread unnoticed.

mod amend;
mod case;
mod reference;
mod whole;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use case::{Case, Failure, Outcome, Rule};
use coord_roi::Error;
use serde_json::Value;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

/// Cases per rule in the committed vectors.
const COMMITTED: [(&str, usize); 6] = [
    ("identical", 270),
    ("identical, in compat only", 48),
    ("compat", 21),
    ("changed on purpose", 32),
    ("error", 38),
    ("not accepted", 35),
];

fn golden_folder() -> (PathBuf, bool) {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    match std::env::var_os("VOXSCOPE_GOLDEN").map(PathBuf::from) {
        // A relative path is meant from where the command was typed, usually the root of the workspace.
        Some(folder) if folder.is_relative() && root.join(&folder).exists() => (root.join(folder), false),
        Some(folder) => (folder, false),
        None => (root.join("testdata/golden"), true),
    }
}

#[test]
fn golden_geometry() {
    let (folder, committed) = golden_folder();
    let path = folder.join("geometry/cases.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let file: Value = serde_json::from_str(&text).expect("cases.json is JSON");
    let cases: Vec<Case> = serde_json::from_value(file["cases"].clone()).expect("cases as documented");
    let cases: Vec<Case> = cases.into_iter().map(Case::spelled_out).collect();
    assert!(!cases.is_empty(), "{}: no cases", path.display());

    let mut counts = BTreeMap::new();
    let mut ops = BTreeMap::new();
    let mut failures = Vec::new();
    for case in &cases {
        *ops.entry(case.op.clone()).or_insert(0_usize) += 1;
        match run(case) {
            Ok(rule) => *counts.entry(rule).or_insert(0_usize) += 1,
            Err(message) => failures.push(format!("{}: {message}\n    {}", case.id, case.args)),
        }
    }
    tell!("golden geometry: {} cases of {} operations, none left out", cases.len(), ops.len());
    for (rule, count) in &counts {
        tell!("  {count:4} {rule}");
    }
    assert!(failures.is_empty(), "{} of {} cases failed:\n{}", failures.len(), cases.len(), failures.join("\n"));
    if committed {
        assert_eq!(counts, BTreeMap::from(COMMITTED), "cases per rule have changed");
    }
}

/// Runs a case by its rule. The result names the rule for the statistics.
fn run(case: &Case) -> Result<&'static str, String> {
    match case.rule()? {
        Rule::Identical => identical(case),
        Rule::Compat => {
            let expected = amend::exact_quotient(case)?;
            // Where the main interface has the operation, it may refuse (its division has no remainder) but not say
            // something else.
            match whole::run(&case.op, &case.args)? {
                Some(Ok(value)) if !case::same(&expected, &value) => return Err(format!("main interface: {value}")),
                _ => {}
            }
            expect(reference::run(&case.op, &case.args)?, &expected).map(|()| "compat")
        }
        Rule::Changed => {
            for begin in [0, -7, 1000] {
                let (args, expected) = amend::changed(case, begin)?;
                let outcome = match whole::run(&case.op, &args)? {
                    // A slice of everything has no counterpart in the main interface.
                    None | Some(Err(Failure::Error(Error::Unbounded { .. }))) => reference::run(&case.op, &args)?,
                    Some(Err(_)) if case.tests_partial_point() && expected["kind"] != "error" => {
                        reference::run(&case.op, &args)?
                    }
                    outcome => outcome,
                };
                expect(outcome, &expected).map_err(|message| format!("begin {begin}: {message}"))?;
            }
            Ok("changed on purpose")
        }
        Rule::Error => {
            let outcomes = [whole::run(&case.op, &case.args)?, reference::run(&case.op, &case.args)?];
            refused_by_all(&outcomes, case).map(|()| "error")
        }
        Rule::NotAccepted if case.compares_unlike_things() => Ok("not accepted"),
        Rule::NotAccepted => {
            let outcome = match whole::run(&case.op, &case.args)? {
                // Decimals go to the exact type, which can be asked about them; whole numbers are refused.
                Some(Ok(_)) if case.has_tag("Q03") => reference::run(&case.op, &case.args)?,
                None => reference::run(&case.op, &case.args)?,
                outcome => outcome,
            };
            match outcome {
                // Whatever the reference says about such operands, or about others of the same case.
                Some(Err(_)) => Ok("not accepted"),
                Some(Ok(value)) => Err(format!("expected to be refused, got {value}")),
                None => Err("no interface has this operation".into()),
            }
        }
    }
}

/// The recorded result, from the main interface wherever its types can hold the operands.
fn identical(case: &Case) -> Result<&'static str, String> {
    let (main, compat) = (whole::run(&case.op, &case.args)?, reference::run(&case.op, &case.args)?);
    if case.expect["kind"] == "error" {
        return refused_by_all(&[main, compat], case).map(|()| "identical");
    }
    if main.is_some() && !(case.is_beyond_main() && matches!(main, Some(Err(_)))) {
        return expect(main, &case.expect).map(|()| "identical");
    }
    expect(compat, &case.expect).map(|()| "identical, in compat only")
}

fn expect(outcome: Option<Outcome>, expected: &Value) -> Result<(), String> {
    match outcome {
        None => Err("no interface has this operation".into()),
        Some(Ok(value)) if case::same(expected, &value) => Ok(()),
        Some(Err(_)) if expected["kind"] == "error" => Ok(()),
        Some(Ok(value)) => Err(format!("expected {expected}, got {value}")),
        Some(Err(failure)) => Err(format!("expected {expected}, got the error: {failure}")),
    }
}

/// Every interface that has the operation refuses, for a reason that goes with the recorded exception.
fn refused_by_all(outcomes: &[Option<Outcome>], case: &Case) -> Result<(), String> {
    let mut refusals = 0;
    for outcome in outcomes.iter().flatten() {
        match outcome {
            Ok(value) => return Err(format!("expected an error, got {value}")),
            Err(failure) if !failure.goes_with(&case.expect) => {
                return Err(format!("recorded {}, refused because of {failure}", case.expect));
            }
            Err(_) => refusals += 1,
        }
    }
    if refusals == 0 { Err("no interface has this operation".into()) } else { Ok(()) }
}

/// The harness itself must notice a wrong result, an unknown operation and an unknown tag.
#[test]
fn golden_harness_can_fail() {
    let case = |op: &str, tag: &str, value: i64| -> Case {
        serde_json::from_value(serde_json::json!({
            "id": "x", "op": op, "args": {"self": [1], "other": [2]},
            "expect": {"kind": "coord", "value": [value]}, "tags": [tag],
        }))
        .unwrap()
    };
    assert_eq!(run(&case("coord.add", "1d", 3)), Ok("identical"));
    assert!(run(&case("coord.add", "1d", 4)).is_err());
    assert!(run(&case("coord.add", "Q99", 3)).is_err());
    assert!(run(&case("coord.add", "Q11", 3)).is_err());
    assert!(run(&case("coord.add", "Q03", 3)).is_err());
    assert!(run(&case("coord.unheard_of", "1d", 3)).is_err());
    assert!(!Failure::Refused(String::new()).goes_with(&serde_json::json!({"kind": "error", "value": "KeyError"})));
    let uneven = Failure::Error(Error::DimsMismatch { expected: 2, found: 1 });
    assert!(uneven.goes_with(&serde_json::json!({"kind": "error", "value": "TypeError"})));
    assert!(!uneven.goes_with(&serde_json::json!({"kind": "error", "value": "RuntimeError"})));
}

/// Regions that are moved by amounts without a value: what is recorded counts, and so does a tag.
#[test]
fn golden_harness_can_fail_without_values() {
    let case = |tag: &str, offset: Option<i64>| -> Case {
        serde_json::from_value(serde_json::json!({
            "id": "x", "op": "roi.shift", "args": {"self": {"offset": [1, 2], "shape": [3, 4]}, "by": [5, null]},
            "expect": {"kind": "roi", "value": {"offset": [6, offset], "shape": [3, 4]}}, "tags": [tag],
        }))
        .unwrap()
    };
    assert_eq!(run(&case("2d", None)), Ok("identical, in compat only"));
    assert!(run(&case("2d", Some(2))).is_err());
    assert_eq!(run(&case("Q08", None)), Ok("not accepted"));
}
