//! The README's example as a stranger would run it: in a project of its own, outside the workspace, that depends on single
//! crates by path.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use crate::manifest::Manifest;
use crate::workspace::{Metadata, Workspace};
use crate::{Result, readme, rust_lines};

/// Writes the project, builds and runs it, and removes it again, whatever came of it.
pub(crate) fn run_readme_example(workspace: &Workspace) -> Result {
    let metadata = workspace.metadata()?;
    let program = readme::program(&workspace.root().join("README.md"))?;
    let project = Project::create(workspace, &metadata, &program)?;
    // The lock file came along, so that the versions are those of the workspace; the build folder is kept for the next time.
    workspace
        .cargo(["run", "--quiet"])
        .current_dir(&project.folder)
        .env("CARGO_TARGET_DIR", metadata.target_directory.join("standalone"))
        .run()
        .map_err(|error| format!("the README's example in a project of its own: {error}\n\n{program}").into())
}

/// A project in the folder for temporary files; dropped, it is gone.
struct Project {
    folder: PathBuf,
}

impl Project {
    fn create(workspace: &Workspace, metadata: &Metadata, program: &str) -> Result<Self> {
        let folder = env::temp_dir().join(format!("voxscope-standalone-{}", process::id()));
        fs::create_dir_all(folder.join("src"))?;
        let project = Self { folder };
        let root_manifest = Manifest::read(&workspace.root().join("Cargo.toml"))?;
        let libraries: Vec<_> =
            metadata.libraries(workspace).map(|package| (package.name.as_str(), package.folder.as_path())).collect();
        let dependencies = dependencies(program, &libraries, &root_manifest);
        fs::write(project.folder.join("Cargo.toml"), manifest(&dependencies, &root_manifest))?;
        fs::write(project.folder.join("src/main.rs"), program)?;
        copy_if_there(&workspace.root().join("Cargo.lock"), &project.folder.join("Cargo.lock"))?;
        copy_if_there(&workspace.root().join("rust-toolchain.toml"), &project.folder.join("rust-toolchain.toml"))?;
        Ok(project)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            eprintln!("{} could not be removed: {error}", self.folder.display());
        }
    }
}

fn copy_if_there(from: &Path, to: &Path) -> Result {
    if from.exists() {
        fs::copy(from, to)?;
    }
    Ok(())
}

fn manifest(dependencies: &[String], root: &Manifest) -> String {
    let edition = root.value("workspace.package", "edition").unwrap_or("\"2024\"");
    format!(
        "[package]\nname = \"standalone\"\nversion = \"0.0.0\"\nedition = {edition}\npublish = false\n\n[workspace]\n\n\
         [dependencies]\n{}\n",
        dependencies.join("\n")
    )
}

/// One line for every crate that the program names: ours by path, others as the workspace asks for them.
fn dependencies(program: &str, libraries: &[(&str, &Path)], root: &Manifest) -> Vec<String> {
    let lines = rust_lines::split(program);
    let named: BTreeSet<&str> = lines.iter().flat_map(|line| rust_lines::identifiers(&line.code)).collect();
    let names = |package: &str| named.contains(package.replace('-', "_").as_str());

    let ours = libraries.iter().filter(|(name, _)| names(name));
    let mut found: Vec<String> =
        ours.map(|(name, folder)| format!("{name} = {{ path = '{}' }}", folder.display())).collect();
    let others = root.section("workspace.dependencies").map_or(&[][..], |section| &section.entries);
    let others = others.iter().filter(|(name, value)| !value.contains("path =") && names(name));
    found.extend(others.map(|(name, value)| format!("{name} = {value}")));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_depends_on_the_crates_that_it_names_and_on_no_other() {
        let root = Manifest::parse(
            "[workspace.dependencies]\ncoord-roi = { path = \"crates/coord-roi\" }\nndarray = \"0.17\"\npng = \"0.18\"\n",
        );
        let libraries = [("coord-roi", Path::new("/a/coord-roi")), ("facade", Path::new("/a/facade"))];
        let program = "use coord_roi::Roi; // facade\nlet a: ndarray::ArrayD<u8> = f(\"png\");";
        assert_eq!(
            dependencies(program, &libraries, &root),
            ["coord-roi = { path = '/a/coord-roi' }", "ndarray = \"0.17\""]
        );
    }

    #[test]
    fn a_project_has_its_files_while_it_lives_and_leaves_nothing() {
        let workspace = Workspace::locate();
        let metadata = workspace.metadata().unwrap();
        let project = Project::create(&workspace, &metadata, "fn main() { coord_roi::nothing(); }\n").unwrap();
        let folder = project.folder.clone();
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("coord-roi = { path") && manifest.contains("[workspace]"), "{manifest}");
        assert!(folder.join("src/main.rs").exists() && folder.join("Cargo.lock").exists());
        drop(project);
        assert!(!folder.exists());
    }
}
