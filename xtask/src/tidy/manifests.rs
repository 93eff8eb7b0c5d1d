//! Rules for the folder and the manifest of each member.

use crate::Result;
use crate::manifest::{Manifest, Section};
use crate::workspace::{Package, Workspace};

use super::Complaint;

/// What every member takes over from the workspace.
const INHERITED: &[&str] = &["version", "edition", "rust-version", "license", "publish"];

/// What is wrong with a member: its README, and how its manifest is written.
pub(super) fn complaints(workspace: &Workspace, package: &Package) -> Result<Vec<Complaint>> {
    let manifest = Manifest::read(&package.folder.join("Cargo.toml"))?;
    let folder = package.folder.strip_prefix(workspace.root()).unwrap_or(&package.folder);
    let place = folder.join("Cargo.toml").display().to_string();
    let wrong = wrong_lines(package, &manifest);
    let mut found: Vec<_> = wrong.into_iter().map(|message| Complaint::new(place.clone(), message)).collect();
    if !package.folder.join("README.md").exists() {
        found.push(Complaint::new(folder.join("README.md").display().to_string(), "every crate has a README.md"));
    }
    if folder.file_name().is_none_or(|name| name != package.name.as_str()) {
        found.push(Complaint::new(place, format!("the package `{}` is not named as its folder", package.name)));
    }
    Ok(found)
}

fn wrong_lines(package: &Package, manifest: &Manifest) -> Vec<String> {
    let mut wrong = Vec::new();
    for field in INHERITED.iter().filter(|field| !manifest.inherits("package", field)) {
        wrong.push(format!("[package] takes `{field}` over from the workspace: `{field}.workspace = true`"));
    }
    if manifest.value("package", "description").is_none_or(|text| text.trim_matches('"').is_empty()) {
        wrong.push("[package] has a `description`".to_owned());
    }
    if manifest.value("lints", "workspace") != Some("true") {
        wrong.push("the lints are those of the workspace: `[lints]` with `workspace = true`".to_owned());
    }
    if package.has_library && manifest.value("lib", "bench") != Some("false") {
        wrong.push(
            "a library is no benchmark, and its harness trips over criterion's flags: `[lib]` with `bench = false`"
                .to_owned(),
        );
    }
    let dependencies = manifest.sections().iter().filter(|section| section.name.ends_with("dependencies"));
    wrong.extend(dependencies.flat_map(own_versions));
    wrong
}

/// Dependencies that do not come through the workspace; a crate's dependency on itself (to test its features) may not.
fn own_versions(section: &Section) -> impl Iterator<Item = String> {
    let own = section.entries.iter().filter(|(name, value)| {
        !name.ends_with(".workspace") && !section.inherits(name) && !value.contains("path = \".\"")
    });
    own.map(|(name, _)| {
        format!("[{}] `{name}` comes through the workspace: `{name} = {{ workspace = true }}`", section.name)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [package]
        name = "a"
        description = "what it is"
        version.workspace = true
        edition.workspace = true
        rust-version.workspace = true
        license.workspace = true
        publish.workspace = true

        [lib]
        bench = false

        [lints]
        workspace = true

        [dependencies]
        b.workspace = true
        c = { workspace = true }

        [dev-dependencies]
        a = { path = ".", features = ["x"] }
    "#;

    fn wrong(text: &str) -> Vec<String> {
        let package = Package { name: "a".to_owned(), folder: "a".into(), has_library: true, dependencies: Vec::new() };
        wrong_lines(&package, &Manifest::parse(text))
    }

    #[test]
    fn a_manifest_that_takes_all_from_the_workspace_is_right() {
        assert_eq!(wrong(GOOD), [""; 0]);
    }

    #[test]
    fn each_thing_that_is_not_as_it_should_be_is_named_once() {
        for (right, other) in [
            ("edition.workspace = true", "edition = \"2021\""),
            ("workspace = true\n\n        [dependencies]", "\n        [dependencies]"),
            ("bench = false", ""),
            ("c = { workspace = true }", "c = \"1\""),
            ("what it is", ""),
        ] {
            let text = GOOD.replace(right, other);
            assert_ne!(text, GOOD);
            assert_eq!(wrong(&text).len(), 1, "{right}: {:?}", wrong(&text));
        }
    }
}
