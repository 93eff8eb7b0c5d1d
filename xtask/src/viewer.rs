//! `cargo xtask viewer`: a built Neuroglancer client, from the package that carries one.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Result;
use crate::programs::run;
use crate::workspace::Workspace;

/// The pinned package with its hash, in the form of pip's requirements.
const PINNED: &str = include_str!("../viewer.txt");
/// The kind of wheel whose hash it is. Its scripts are the same on every machine; the rest of it is not used.
const WHEEL: [&str; 8] =
    ["--platform", "manylinux_2_28_x86_64", "--implementation", "cp", "--python-version", "3.10", "--abi", "abi3"];
/// Where the client lies in the package.
const CLIENT: &str = "neuroglancer/static/client";
/// What is in the folder, for the next time.
const STAMP: &str = "voxscope-viewer.txt";

/// Puts the client where programs that are built here look for it, unless it is there. Returns the folder.
pub(crate) fn install(workspace: &Workspace) -> Result<PathBuf> {
    let target = workspace.metadata()?.target_directory;
    let viewer = target.join("viewer");
    if fs::read_to_string(viewer.join(STAMP)).is_ok_and(|stamp| stamp == PINNED) {
        return Ok(viewer);
    }
    let parts = target.join("viewer-parts");
    remove(&parts)?;
    fs::create_dir_all(&parts)?;
    let wheel = download(&parts)?;
    let unpacked = parts.join("unpacked");
    run(python().args(["-m", "zipfile", "-e"]).arg(&wheel).arg(&unpacked))?;
    let client = unpacked.join(CLIENT);
    if !client.join("index.html").is_file() {
        return Err(format!("{} has no client in {CLIENT}", wheel.display()).into());
    }
    fs::write(client.join(STAMP), PINNED)?;
    // Complete or not there.
    remove(&viewer)?;
    fs::rename(&client, &viewer)?;
    remove(&parts)?;
    Ok(viewer)
}

/// Tells people where the client is, and who finds it there.
pub(crate) fn report(workspace: &Workspace) -> Result {
    let viewer = install(workspace)?;
    println!("{}", viewer.display());
    println!("`cargo run --release -p cli -- view SOURCE…` finds it; for other builds of the program:");
    println!("  export VOXSCOPE_VIEWER='{}'", viewer.display());
    Ok(())
}

fn python() -> Command {
    Command::new("python3")
}

/// Pip looks for the package where it is told to look for all others, and compares the hash.
fn download(folder: &Path) -> Result<PathBuf> {
    let pinned = folder.join("pinned.txt");
    fs::write(&pinned, PINNED)?;
    let pip = ["-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes"];
    let mut command = python();
    command.args(pip).args(["--only-binary", ":all:"]).args(WHEEL).arg("--requirement").arg(&pinned);
    run(command.arg("--dest").arg(folder))?;
    let mut files = fs::read_dir(folder)?.filter_map(|entry| Some(entry.ok()?.path()));
    let wheel = files.find(|file| file.extension().is_some_and(|extension| extension == "whl"));
    wheel.ok_or_else(|| "pip downloaded nothing".into())
}

fn remove(folder: &Path) -> Result {
    if folder.exists() { Ok(fs::remove_dir_all(folder)?) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_package_is_pinned_with_its_hash() {
        let line = PINNED.lines().find(|line| line.starts_with("neuroglancer==")).unwrap();
        let (_, hash) = line.split_once("--hash=sha256:").unwrap();
        assert!(hash.len() == 64 && hash.bytes().all(|digit| digit.is_ascii_hexdigit()), "{line}");
    }
}
