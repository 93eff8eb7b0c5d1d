//! `cargo xtask fuzz`: the targets of the folder `fuzz`, one after the other, with limits of memory and time.

use std::ffi::OsStr;
use std::fs;
use std::process::{Command, Stdio};

use crate::Result;
use crate::workspace::Workspace;

/// The compiler whose flags `cargo fuzz` sets.
const TOOLCHAIN: &str = "nightly";
/// How long each target runs unless told.
const SECONDS: u32 = 600;
/// Memory of the process, of one allocation, and the longest time for one input. The largest result that a target asks for
/// is below 1 MiB, so whatever takes more was made to by its input.
const LIMITS: [&str; 4] = ["-rss_limit_mb=1024", "-malloc_limit_mb=32", "-timeout=60", "-print_final_stats=1"];

/// What to run, and for how long.
#[derive(Debug, PartialEq, Eq)]
struct Job {
    targets: Vec<String>,
    seconds: u32,
}

impl Job {
    fn from_args(args: &[String], all: Vec<String>) -> Result<Self> {
        let mut job = Self { targets: Vec::new(), seconds: SECONDS };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            if arg == "--seconds" {
                let seconds = args.next().and_then(|text| text.parse().ok()).filter(|seconds| *seconds > 0);
                job.seconds = seconds.ok_or("`--seconds` wants a whole number of seconds, from 1")?;
            } else if all.contains(arg) {
                job.targets.push(arg.clone());
            } else {
                return Err(format!("there is no fuzz target `{arg}`, only {}", all.join(", ")).into());
            }
        }
        if job.targets.is_empty() {
            job.targets = all;
        }
        Ok(job)
    }
}

pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result {
    let job = Job::from_args(args, targets(workspace)?)?;
    is_there(&["cargo", "--version"], "a nightly toolchain: `rustup toolchain install nightly --profile minimal`")?;
    is_there(&["cargo", "fuzz", "--version"], "cargo-fuzz: `cargo install cargo-fuzz`")?;
    job.targets.iter().try_for_each(|target| run_one(workspace, target, job.seconds))
}

/// The names of the targets, in alphabetical order.
fn targets(workspace: &Workspace) -> Result<Vec<String>> {
    let entries = fs::read_dir(workspace.root().join("fuzz/fuzz_targets"))?;
    let files = entries.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let stems = files.iter().filter_map(|file| file.file_stem());
    let mut names: Vec<String> = stems.map(|stem| stem.to_string_lossy().into_owned()).collect();
    names.sort();
    Ok(names)
}

/// A program of the other toolchain: whichever cargo runs this task knows its own alone.
fn nightly<S: AsRef<OsStr>>(args: impl IntoIterator<Item = S>) -> Command {
    let mut command = Command::new("rustup");
    command.args(["run", TOOLCHAIN]).args(args);
    command
}

fn is_there(args: &[&str], what: &str) -> Result {
    let answer = nightly(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
    if answer.is_ok_and(|status| status.success()) { Ok(()) } else { Err(format!("fuzzing needs {what}").into()) }
}

fn run_one(workspace: &Workspace, target: &str, seconds: u32) -> Result {
    let root = workspace.root();
    let (grown, committed) = (root.join("fuzz/corpus").join(target), root.join("testdata/fuzz").join(target));
    fs::create_dir_all(&grown)?;
    println!("\n== {target}, {seconds} s");
    let mut command = nightly(["cargo", "fuzz", "run", target]);
    command.args([&grown, &committed]).arg("--").args(LIMITS).arg(format!("-max_total_time={seconds}"));
    let status = command.current_dir(root).status()?;
    if status.success() {
        return Ok(());
    }
    Err(format!(
        "`{target}` ended with {status}; what it could not take is in fuzz/artifacts/{target}: put it into \
         testdata/fuzz/{target}, where `cargo test` meets it again, and mend what it found"
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn job(line: &str) -> Result<Job> {
        let args: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Job::from_args(&args, vec!["info".to_owned(), "label_block".to_owned()])
    }

    #[test]
    fn all_targets_run_unless_some_are_named() {
        assert_eq!(job("").unwrap(), Job { targets: vec!["info".into(), "label_block".into()], seconds: SECONDS });
        assert_eq!(job("info --seconds 5").unwrap(), Job { targets: vec!["info".into()], seconds: 5 });
    }

    #[test]
    fn what_cannot_be_run_is_an_error_that_names_it() {
        for (line, word) in [("inof", "`inof`"), ("--seconds", "`--seconds`"), ("info --seconds 0", "`--seconds`")] {
            let error = job(line).unwrap_err().to_string();
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn every_target_has_a_law_and_a_committed_corpus() {
        let workspace = Workspace::locate();
        let targets = targets(&workspace).unwrap();
        assert!(targets.len() >= 4, "{targets:?}");
        for target in targets {
            for path in [format!("fuzz/laws/{target}.rs"), format!("testdata/fuzz/{target}")] {
                assert!(workspace.root().join(&path).exists(), "{path} is missing");
            }
        }
    }
}
