//! What `cargo xtask ci` runs, one function a step. `test` is also a task of its own.

use std::env;

use crate::workspace::Workspace;
use crate::{Result, standalone};

/// The tests of the crates, with those in their documentation, then those of the tasks.
pub(crate) fn test(workspace: &Workspace) -> Result {
    workspace.cargo(["test"]).run()?;
    workspace.cargo(["test", "-p", "xtask", "-p", "demo"]).run()
}

pub(crate) fn format(workspace: &Workspace) -> Result {
    workspace.cargo(["fmt", "--all", "--check"]).run()
}

pub(crate) fn lints(workspace: &Workspace) -> Result {
    workspace.cargo(["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"]).run()
}

/// Broken links and the like are only warnings to rustdoc; here they count.
pub(crate) fn documentation(workspace: &Workspace) -> Result {
    let flags = match env::var("RUSTDOCFLAGS") {
        Ok(flags) => format!("{flags} -Dwarnings"),
        Err(_) => "-Dwarnings".to_owned(),
    };
    workspace.cargo(["doc", "--workspace", "--no-deps"]).env("RUSTDOCFLAGS", flags).run()
}

/// Each library by itself: cargo unites the features of everything it builds in one call, which hides a missing one.
pub(crate) fn each_crate_alone(workspace: &Workspace) -> Result {
    let metadata = workspace.metadata()?;
    for package in metadata.libraries(workspace) {
        workspace.cargo(["build", "--lib", "--no-default-features", "--package", &package.name]).run()?;
    }
    Ok(())
}

pub(crate) fn readme_example(workspace: &Workspace) -> Result {
    standalone::run_readme_example(workspace)
}
