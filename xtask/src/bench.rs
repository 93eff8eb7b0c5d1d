//! `cargo xtask bench`: the benches with a summary of what they measured, or the libraries of others beside us.

mod peers;
mod summary;

use std::process::ExitCode;
use std::time::SystemTime;

use crate::Result;
use crate::workspace::Workspace;

/// The folder of results below the build folder.
const RESULTS: &str = "bench";

/// `--peers` compares with other libraries; without it the arguments go to criterion.
pub(crate) fn run(workspace: &Workspace, args: &[String]) -> Result<ExitCode> {
    let target = workspace.metadata()?.target_directory;
    if let Some((_, rest)) = args.split_first().filter(|(first, _)| *first == "--peers") {
        return peers::run(workspace, &target, rest);
    }
    let start = SystemTime::now();
    let code = workspace.cargo(["bench", "-p", "benches", "--"]).args(args).exit_code()?;
    if code == ExitCode::SUCCESS {
        let rows = summary::measured(&target.join("criterion"), start)?;
        summary::write(&target.join(RESULTS), &rows, start)?;
    }
    Ok(code)
}
