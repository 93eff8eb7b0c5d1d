//! Where the workspace is, what cargo says about it, and how to call cargo in it.

use std::env;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::Value;

use crate::Result;

/// The workspace that this program belongs to.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
}

impl Workspace {
    /// The folder above this package's own. Cargo names that folder when it runs us; the one of the build is only a fallback,
    /// since a checkout may have been moved.
    pub(crate) fn locate() -> Self {
        let package =
            env::var_os("CARGO_MANIFEST_DIR").map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let root = package.parent().map_or_else(|| package.clone(), Path::to_path_buf);
        Self { root }
    }

    /// The folder that holds the workspace's manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// `cargo ARGS` in the root of the workspace: the same cargo that runs this task.
    pub(crate) fn cargo<const N: usize>(&self, args: [&str; N]) -> Cargo {
        let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(&self.root).args(args);
        Cargo { command }
    }

    /// What `cargo metadata` says about the members; dependencies are not resolved, so neither network nor lock file is needed.
    pub(crate) fn metadata(&self) -> Result<Metadata> {
        let output = self.cargo(["metadata", "--format-version=1", "--no-deps"]).command.output()?;
        if !output.status.success() {
            return Err(format!("cargo metadata failed:\n{}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Metadata::parse(&serde_json::from_slice(&output.stdout)?)
    }
}

/// A call of cargo that has not been made yet.
#[derive(Debug)]
pub(crate) struct Cargo {
    command: Command,
}

impl Cargo {
    pub(crate) fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.command.args(args);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Runs it to its end; anything but success is an error that repeats the command.
    pub(crate) fn run(mut self) -> Result {
        let status = self.command.status()?;
        if status.success() { Ok(()) } else { Err(format!("`{}` ended with {status}", self.line()).into()) }
    }

    /// Runs it to its end; its exit code, where it ended by itself.
    pub(crate) fn code(mut self) -> Result<Option<i32>> {
        Ok(self.command.status()?.code())
    }

    /// Runs it and hands its exit code on: what it ran has said itself what was wrong.
    pub(crate) fn exit_code(mut self) -> Result<ExitCode> {
        let status = self.command.status()?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
    }

    fn line(&self) -> String {
        let words = self.command.get_args().map(OsStr::to_string_lossy);
        std::iter::once("cargo".into()).chain(words).collect::<Vec<_>>().join(" ")
    }
}

/// The members of the workspace, in alphabetical order.
#[derive(Debug)]
pub(crate) struct Metadata {
    pub(crate) target_directory: PathBuf,
    pub(crate) packages: Vec<Package>,
}

/// One member.
#[derive(Debug)]
pub(crate) struct Package {
    pub(crate) name: String,
    /// The folder of its manifest.
    pub(crate) folder: PathBuf,
    pub(crate) has_library: bool,
    /// What it needs when it is built for a user: normal and build dependencies of every feature and platform.
    pub(crate) dependencies: Vec<String>,
}

impl Metadata {
    fn parse(value: &Value) -> Result<Self> {
        let packages = value["packages"].as_array().ok_or("cargo metadata names no packages")?;
        let mut packages = packages.iter().map(Package::parse).collect::<Result<Vec<_>>>()?;
        packages.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Self { target_directory: text(value, "target_directory")?.into(), packages })
    }

    /// The members under `crates/` that others can depend on.
    pub(crate) fn libraries<'a>(&'a self, workspace: &Workspace) -> impl Iterator<Item = &'a Package> {
        let crates = workspace.root().join("crates");
        self.packages.iter().filter(move |package| package.has_library && package.folder.starts_with(&crates))
    }
}

impl Package {
    fn parse(value: &Value) -> Result<Self> {
        let manifest = PathBuf::from(text(value, "manifest_path")?);
        let folder = manifest.parent().ok_or("a manifest without a folder")?.to_path_buf();
        let kinds = value["targets"].as_array().into_iter().flatten().filter_map(|target| target["kind"].as_array());
        let dependencies = value["dependencies"].as_array().into_iter().flatten();
        Ok(Self {
            name: text(value, "name")?,
            folder,
            has_library: kinds.flatten().any(|kind| kind == "lib"),
            dependencies: dependencies
                .filter(|dependency| dependency["kind"] != "dev")
                .map(|dependency| text(dependency, "name"))
                .collect::<Result<_>>()?,
        })
    }
}

fn text(value: &Value, key: &str) -> Result<String> {
    let text = value[key].as_str().ok_or_else(|| format!("cargo metadata: `{key}` is missing"))?;
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_keeps_normal_and_build_dependencies_and_leaves_out_those_of_tests() {
        let value = serde_json::json!({
            "target_directory": "t",
            "packages": [{
                "name": "b", "manifest_path": "x/b/Cargo.toml", "targets": [{"kind": ["lib"]}],
                "dependencies": [
                    {"name": "n", "kind": null}, {"name": "d", "kind": "dev"}, {"name": "m", "kind": "build"}
                ]
            }, {
                "name": "a", "manifest_path": "x/a/Cargo.toml", "targets": [{"kind": ["bin"]}], "dependencies": []
            }]
        });
        let metadata = Metadata::parse(&value).unwrap();
        let names: Vec<_> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert!(!metadata.packages[0].has_library && metadata.packages[1].has_library);
        assert_eq!(metadata.packages[1].dependencies, ["n", "m"]);
    }

    #[test]
    fn this_workspace_has_its_crates_and_its_tasks() {
        let workspace = Workspace::locate();
        let metadata = workspace.metadata().unwrap();
        assert!(metadata.packages.iter().any(|package| package.name == "xtask"));
        let libraries: Vec<_> = metadata.libraries(&workspace).map(|package| package.name.as_str()).collect();
        assert!(libraries.contains(&"coord-roi") && !libraries.contains(&"benches"), "{libraries:?}");
    }
}
