//! Which files of the checkout the rules are about.

use std::fs;
use std::path::{Path, PathBuf};

use crate::Result;

/// Folders that hold no text of ours: what is built or made, golden vectors, inputs of fuzz targets, and everything hidden
/// but what we keep there.
const LEFT_OUT: &[&str] = &["target", "demo-out", "testdata", "corpus", "artifacts", "coverage"];
const HIDDEN_BUT_OURS: &[&str] = &[".ci", ".cargo", ".github"];
/// Files without an extension (scripts, licences) are read too.
const EXTENSIONS: &[&str] = &["rs", "md", "toml", "sh", "yml", "yaml", "json"];

/// Every text file, as paths from the root, in a fixed order.
pub(super) fn texts(root: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    collect(root, Path::new(""), &mut found)?;
    found.sort();
    Ok(found)
}

fn collect(root: &Path, folder: &Path, found: &mut Vec<PathBuf>) -> Result {
    for entry in fs::read_dir(root.join(folder))? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_string_lossy();
        let path = folder.join(name.as_ref());
        if entry.file_type()?.is_dir() {
            if is_ours(&name) {
                collect(root, &path, found)?;
            }
        } else if is_text(&path) {
            found.push(path);
        }
    }
    Ok(())
}

fn is_ours(folder: &str) -> bool {
    !LEFT_OUT.contains(&folder) && (!folder.starts_with('.') || HIDDEN_BUT_OURS.contains(&folder))
}

fn is_text(path: &Path) -> bool {
    match path.extension() {
        None => !path.to_string_lossy().starts_with('.') || path.starts_with(".ci"),
        Some(extension) => EXTENSIONS.iter().any(|known| extension == *known),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn sources_manifests_and_scripts_are_found_and_golden_vectors_are_not() {
        let found = texts(Workspace::locate().root()).unwrap();
        for file in ["Cargo.toml", "xtask/src/tidy/files.rs", ".ci/run", "LICENSE-MIT", "ARCHITECTURE.md"] {
            assert!(found.contains(&PathBuf::from(file)), "{file} is missing");
        }
        assert!(!found.iter().any(|path| path.starts_with("testdata") || path.starts_with("target")));
    }
}
