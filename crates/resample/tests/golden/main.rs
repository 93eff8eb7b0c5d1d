//! Golden vectors: values that other software computed, every case of `resample/cases.json`.
//!
//! The folder is that of `VOXSCOPE_GOLDEN` if set (a relative one counts from the root of the workspace, where people
//! type it), else the copy in the repository. A case of unknown form is a failure.

mod case;
mod compare;
mod downsample;
mod half;
mod pyramid;
mod rescale;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::PathBuf;

use crate::case::{Case, Cases, Params};

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

/// What was run.
type Run = Result<String, Box<dyn std::error::Error>>;

fn folder() -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    root.join(std::env::var_os("VOXSCOPE_GOLDEN").unwrap_or_else(|| "testdata/golden".into())).join("resample")
}

fn run(case: &Case) -> Run {
    match &case.params {
        Params::Rescale(params) => rescale::whole(case, params),
        Params::RescaleRoi(params) => rescale::region(case, params),
        Params::Downsample(params) => downsample::run(case, params),
    }
}

#[test]
fn golden_resample_cases() {
    let path = folder().join("cases.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let cases: Cases = serde_json::from_str(&text).expect("every case has a known form");
    let (mut passed, mut failed) = (BTreeMap::<String, u32>::new(), Vec::new());
    for case in &cases.cases {
        match run(case) {
            Ok(what) => *passed.entry(what).or_insert(0) += 1,
            Err(error) => failed.push(format!("{}: {error}", case.id)),
        }
    }
    tell!("golden resample: {} cases ran: {passed:?}", passed.values().sum::<u32>());
    assert!(failed.is_empty(), "{} of {} cases failed:\n{}", failed.len(), cases.cases.len(), failed.join("\n"));
    assert!(!cases.cases.is_empty(), "there is no case");
}
