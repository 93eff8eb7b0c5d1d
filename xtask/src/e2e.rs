//! `cargo xtask e2e`: a real browser shows what `read` returns, and a half voxel of difference is found.

use std::path::Path;
use std::process::Command;

use crate::programs::{find, run};
use crate::workspace::Workspace;
use crate::{Result, viewer};

/// The browser and what drives it, as Debian calls them, and letters for its pages.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];
const PROGRAMS: [&str; 2] = ["chromium", "chromedriver"];
/// The exit code of the test where it finds differences, in the pixels as well as in the values.
const DIFFERS: i32 = 3;

pub(crate) fn run_twice(workspace: &Workspace) -> Result {
    let viewer = viewer::install(workspace)?;
    browser()?;
    let out = workspace.metadata()?.target_directory.join("e2e");
    workspace.cargo(["build", "-p", "demo", "--bin", "e2e"]).run()?;
    match once(workspace, &viewer, &out, &[])? {
        Some(0) => {}
        code => return Err(format!("what the browser shows is not what is read (exit code {code:?})").into()),
    }
    println!("again, half a voxel off, which has to be found");
    match once(workspace, &viewer, &out, &["--shift"])? {
        Some(DIFFERS) => Ok(()),
        code => {
            Err(format!("half a voxel of difference was not found (exit code {code:?}): the test sees nothing").into())
        }
    }
}

fn once(workspace: &Workspace, viewer: &Path, out: &Path, more: &[&str]) -> Result<Option<i32>> {
    let run = workspace.cargo(["run", "--quiet", "-p", "demo", "--bin", "e2e", "--", "--viewer"]);
    run.args([viewer]).args(["--out"]).args([out]).args(more).code()
}

/// Installs the browser where it is missing and that is possible.
fn browser() -> Result {
    let missing: Vec<&str> = PROGRAMS.into_iter().filter(|program| find(program).is_none()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let by_hand = format!("the end-to-end test needs {}; install {}", missing.join(" and "), PACKAGES.join(", "));
    if find("apt-get").is_none() || !may_install() {
        return Err(format!("{by_hand} (as Debian calls them)").into());
    }
    let apt = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").arg("--quiet");
        command
    };
    run(apt().arg("update")).map_err(|error| format!("{by_hand}: {error}"))?;
    run(apt().args(["install", "--yes", "--no-install-recommends"]).args(PACKAGES))
        .map_err(|error| format!("{by_hand}: {error}").into())
}

/// Only root installs packages; nobody is asked for a password here.
fn may_install() -> bool {
    let id = Command::new("id").arg("-u").output();
    id.is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
