//! Other libraries beside us, in a Python environment of their own.

use std::path::Path;
use std::process::{Command, ExitCode};

use super::RESULTS;
use crate::Result;
use crate::workspace::Workspace;

/// What is compared; the versions are those of the day.
const PACKAGES: [&str; 6] = ["numpy", "tinybrain", "tensorstore", "scikit-image", "scipy", "opencv-python-headless"];

/// Builds our program and their environment, then lets `benches/peers.py` time both; `args` are for the script.
///
/// torch joins in where the environment has it. It is not installed: on most platforms it brings gigabytes for graphics
/// cards.
pub(super) fn run(workspace: &Workspace, target: &Path, args: &[String]) -> Result<ExitCode> {
    let environment = target.join(RESULTS).join("peers-env");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    if !python.exists() {
        eprintln!("making {}", environment.display());
        call(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
    }
    call(Command::new(&python).args(["-m", "pip", "install", "--quiet"]).args(PACKAGES))?;
    workspace.cargo(["build", "--release", "-p", "benches", "--bin", "resample-job"]).run()?;
    let script = workspace.root().join("benches/peers.py");
    let program = target.join("release").join(format!("resample-job{}", std::env::consts::EXE_SUFFIX));
    let mut peers = Command::new(&python);
    // Settings for other programs on this machine may slow numpy down.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("OPENBLAS_")) {
        peers.env_remove(name);
    }
    call(peers.arg(script).arg(program).arg(target.join(RESULTS)).args(args))?;
    Ok(ExitCode::SUCCESS)
}

fn call(command: &mut Command) -> Result {
    let name = command.get_program().display().to_string();
    let failed = |what: &dyn std::fmt::Display| format!("{name}: {what}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(failed(&status).into()),
        Err(error) => Err(failed(&error).into()),
    }
}
