//! `cargo xtask`: the tasks of this workspace that plain cargo does not do. `cargo xtask help` lists them.

mod bench;
mod ci;
mod e2e;
mod fuzz;
mod manifest;
mod programs;
mod readme;
mod rust_lines;
mod standalone;
mod steps;
mod tidy;
mod viewer;
mod workspace;

use std::env;
use std::error::Error;
use std::process::ExitCode;

use workspace::Workspace;

/// A task ends in a message for the person who called it; nothing here is caught and handled by kind.
pub(crate) type Result<T = (), E = Box<dyn Error>> = std::result::Result<T, E>;

const HELP: &str = "\
cargo xtask TASK

  demo [ARGS]    build the demo (release) and run it; `cargo xtask demo --help` lists its arguments
  viewer         a built Neuroglancer client from the package registries into target/viewer, where `voxscope view` finds it
  e2e            `voxscope view` in a real browser: pixels and values against what is read, then half a voxel off, which has
                 to be found; screenshots in target/e2e; installs Debian's chromium where it can
  pictures       makes the pictures of the page `which-method.md` of `resample` again; a test compares them with those there
  test           every test of the workspace: unit, integration, documentation, and those of the tasks themselves
  ci [--fast]    what a change has to pass: format, lints, tests, documentation, layering, each crate alone, the README's
                 example in a project of its own, the browser; --fast stops after format, lints, tests and tidy
  tidy           the rules that the compiler does not check: layering, manifests, words, file length
  bench [ARGS]   cargo bench -p benches -- ARGS, e.g. --quick; then a table of all figures, beside memcpy, in target/bench
  bench --peers [ARGS]
                 other resampling libraries beside ours, on the same volumes in turns; ARGS are those of benches/peers.py
  fuzz [TARGET…] [--seconds N]
                 the targets of the folder fuzz, 600 s each unless told; needs a nightly toolchain and cargo-fuzz
  help           this text
";

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &[String]) -> Result<ExitCode> {
    let Some((task, rest)) = args.split_first() else {
        eprint!("{HELP}");
        return Ok(ExitCode::from(2));
    };
    let workspace = Workspace::locate();
    match task.as_str() {
        "demo" => demo(&workspace, rest),
        "bench" => bench::run(&workspace, after_dashes(rest)),
        "pictures" => no_arguments(task, rest).and_then(|()| pictures(&workspace)).map(|()| ExitCode::SUCCESS),
        "test" => no_arguments(task, rest).and_then(|()| steps::test(&workspace)).map(|()| ExitCode::SUCCESS),
        "viewer" => no_arguments(task, rest).and_then(|()| viewer::report(&workspace)).map(|()| ExitCode::SUCCESS),
        "e2e" => no_arguments(task, rest).and_then(|()| e2e::run_twice(&workspace)).map(|()| ExitCode::SUCCESS),
        "tidy" => no_arguments(task, rest).and_then(|()| tidy::run(&workspace)).map(|()| ExitCode::SUCCESS),
        "fuzz" => fuzz::run(&workspace, after_dashes(rest)).map(|()| ExitCode::SUCCESS),
        "ci" => Ok(ci::run(&workspace, ci::Extent::from_args(rest)?)),
        "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(ExitCode::SUCCESS)
        }
        unknown => Err(format!("there is no task `{unknown}`; `cargo xtask help` lists them").into()),
    }
}

/// Builds first, with cargo's progress in sight, because the first build takes minutes; then runs without a word from cargo.
fn demo(workspace: &Workspace, args: &[String]) -> Result<ExitCode> {
    workspace.cargo(["build", "--release", "-p", "demo"]).run()?;
    workspace.cargo(["run", "--release", "--quiet", "-p", "demo", "--"]).args(after_dashes(args)).exit_code()
}

/// Where the page "Which method?" looks for its pictures.
const PICTURES: &str = "crates/resample/docs/methods";

fn pictures(workspace: &Workspace) -> Result {
    let folder = workspace.root().join(PICTURES);
    workspace.cargo(["run", "-p", "demo", "--bin", "pictures", "--"]).args([folder]).run()
}

/// What is for the program that is called: people write `--` before it, as cargo wants it, or leave it out.
fn after_dashes(args: &[String]) -> &[String] {
    args.strip_prefix(&["--".to_owned()]).unwrap_or(args)
}

fn no_arguments(task: &str, rest: &[String]) -> Result {
    match rest.first() {
        None => Ok(()),
        Some(extra) => Err(format!("`cargo xtask {task}` takes no arguments, but got `{extra}`").into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn an_unknown_task_and_an_unknown_argument_are_errors_that_name_them() {
        let error = run(&words("tset")).unwrap_err().to_string();
        assert!(error.contains("`tset`"), "{error}");
        let error = run(&words("test golden")).unwrap_err().to_string();
        assert!(error.contains("`golden`"), "{error}");
        let error = run(&words("ci --quick")).unwrap_err().to_string();
        assert!(error.contains("`--quick`"), "{error}");
    }

    #[test]
    fn arguments_may_stand_after_dashes() {
        for line in ["--quick mean", "-- --quick mean"] {
            assert_eq!(after_dashes(&words(line)), words("--quick mean"));
        }
        assert!(after_dashes(&[]).is_empty());
    }

    #[test]
    fn help_names_every_task() {
        for task in ["demo", "viewer", "e2e", "pictures", "test", "ci", "tidy", "bench", "fuzz", "help"] {
            assert!(HELP.lines().any(|line| line.trim_start().starts_with(task)), "{task} is missing");
        }
    }
}
