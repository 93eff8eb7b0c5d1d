//! Programs of this machine other than cargo.

use std::env;
use std::ffi::OsStr;
use std::io::ErrorKind;
use std::path::PathBuf;
use std::process::Command;

use crate::Result;

/// Runs a command to its end; anything but success is an error that repeats it.
pub(crate) fn run(command: &mut Command) -> Result {
    let line = line(command);
    let status = command.status().map_err(|error| match error.kind() {
        ErrorKind::NotFound => format!("`{line}`: there is no {}; install it", command.get_program().display()),
        _ => format!("`{line}`: {error}"),
    })?;
    if status.success() { Ok(()) } else { Err(format!("`{line}` ended with {status}").into()) }
}

fn line(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(OsStr::to_string_lossy).collect::<Vec<_>>().join(" ")
}

/// Where a program is, by the folders of `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let folders = env::var_os("PATH")?;
    env::split_paths(&folders).map(|folder| folder.join(program)).find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_wrong_repeats_the_command() {
        let error = run(Command::new("no-such-program").arg("--version")).unwrap_err().to_string();
        assert!(error.contains("`no-such-program --version`") && error.contains("install it"), "{error}");
        let error = run(Command::new("cargo").arg("no-such-task")).unwrap_err().to_string();
        assert!(error.contains("`cargo no-such-task` ended with"), "{error}");
        assert!(find("cargo").is_some() && find("no-such-program").is_none());
    }
}
