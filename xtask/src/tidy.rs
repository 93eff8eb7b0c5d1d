//! `cargo xtask tidy`: the rules of this workspace that the compiler does not check. Also a test of this package.

mod files;
mod layers;
mod manifests;
mod sources;
mod texts;

use std::fmt;
use std::path::Path;

use crate::Result;
use crate::workspace::Workspace;
use layers::Layering;

/// A rule that something breaks: where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Complaint {
    /// A path from the root of the workspace, with the line if there is one.
    place: String,
    message: String,
}

impl Complaint {
    fn new(place: impl Into<String>, message: impl Into<String>) -> Self {
        Self { place: place.into(), message: message.into() }
    }

    fn at_line(file: &Path, line: usize, message: impl Into<String>) -> Self {
        Self::new(format!("{}:{line}", file.display()), message)
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.message)
    }
}

/// Prints every complaint; any is an error.
pub(crate) fn run(workspace: &Workspace) -> Result {
    let complaints = complaints(workspace)?;
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        count => Err(format!("tidy: {count} complaints, listed above").into()),
    }
}

fn complaints(workspace: &Workspace) -> Result<Vec<Complaint>> {
    let metadata = workspace.metadata()?;
    let root = workspace.root();
    let layering = Layering::read(&root.join("ARCHITECTURE.md"))?;
    let mut found = layering.complaints(&metadata.packages);
    for package in &metadata.packages {
        found.extend(manifests::complaints(workspace, package)?);
    }
    found.extend(texts::licences(root));
    for file in files::texts(root)? {
        let text = std::fs::read_to_string(root.join(&file)).map_err(|error| format!("{}: {error}", file.display()))?;
        found.extend(texts::complaints(&file, &text));
        if file.extension().is_some_and(|extension| extension == "rs") {
            found.extend(sources::complaints(&file, &text, sources::MAY_BE_UNSAFE));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_workspace_is_tidy() {
        let complaints = complaints(&Workspace::locate()).unwrap();
        let lines: Vec<_> = complaints.iter().map(|complaint| format!("{complaint}\n")).collect();
        assert!(lines.is_empty(), "\n{}", lines.concat());
    }
}
