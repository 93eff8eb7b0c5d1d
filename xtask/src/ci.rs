//! `cargo xtask ci`: every step, whatever the ones before it said, and one table at the end.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::workspace::Workspace;
use crate::{Result, e2e, steps, tidy};

/// How much of it to run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Extent {
    /// Everything.
    Full,
    /// What one wants before every commit: format, lints, tests, tidy.
    Fast,
}

impl Extent {
    pub(crate) fn from_args(args: &[String]) -> Result<Self> {
        match args {
            [] => Ok(Self::Full),
            [flag] if flag == "--fast" => Ok(Self::Fast),
            [other, ..] => Err(format!("`cargo xtask ci` takes only `--fast`, but got `{other}`").into()),
        }
    }
}

type Step = (&'static str, fn(&Workspace) -> Result);

/// The steps, cheapest first.
fn steps_of(extent: Extent) -> Vec<Step> {
    let mut chosen: Vec<Step> =
        vec![("format", steps::format), ("tidy", tidy::run), ("lints", steps::lints), ("test", steps::test)];
    if extent == Extent::Full {
        chosen.push(("documentation", steps::documentation));
        chosen.push(("each crate alone", steps::each_crate_alone));
        chosen.push(("README example", steps::readme_example));
        chosen.push(("browser", e2e::run_twice));
    }
    chosen
}

struct Outcome {
    name: &'static str,
    failure: Option<String>,
    took: Duration,
}

pub(crate) fn run(workspace: &Workspace, extent: Extent) -> ExitCode {
    let outcomes: Vec<Outcome> =
        steps_of(extent).into_iter().map(|(name, step)| outcome(name, || step(workspace))).collect();
    print!("{}", table(&outcomes));
    let failed = outcomes.iter().any(|outcome| outcome.failure.is_some());
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn outcome(name: &'static str, step: impl FnOnce() -> Result) -> Outcome {
    println!("\n== {name}");
    let start = Instant::now();
    let failure = step().err().map(|error| error.to_string());
    if let Some(failure) = &failure {
        eprintln!("{failure}");
    }
    Outcome { name, failure, took: start.elapsed() }
}

/// One line a step, then each failure in its own words.
fn table(outcomes: &[Outcome]) -> String {
    let line = |Outcome { name, failure, took }: &Outcome| {
        let word = if failure.is_some() { "FAILED" } else { "ok" };
        format!("{name:<18} {word:<6} {:>7.1} s", took.as_secs_f64())
    };
    let words = |Outcome { name, failure, .. }: &Outcome| Some(format!("\n{name}: {}", failure.as_ref()?));
    let lines: Vec<String> = std::iter::once(String::new())
        .chain(outcomes.iter().map(line))
        .chain(outcomes.iter().filter_map(words))
        .collect();
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fast_extent_is_a_beginning_of_the_full_one() {
        let names = |extent| steps_of(extent).into_iter().map(|(name, _)| name).collect::<Vec<_>>();
        let (fast, full) = (names(Extent::Fast), names(Extent::Full));
        assert!(full.starts_with(&fast) && full.len() > fast.len());
        for step in ["format", "lints", "test", "tidy"] {
            assert!(fast.contains(&step), "{step} is missing");
        }
    }

    #[test]
    fn the_table_has_a_line_for_every_step_and_the_words_of_every_failure() {
        let good = outcome("good", || Ok(()));
        let bad = outcome("bad", || Err("three files differ".into()));
        let text = table(&[good, bad]);
        assert!(text.lines().any(|line| line.starts_with("good") && line.contains("ok")), "{text}");
        assert!(text.lines().any(|line| line.starts_with("bad") && line.contains("FAILED")), "{text}");
        assert!(text.contains("three files differ"), "{text}");
    }
}
