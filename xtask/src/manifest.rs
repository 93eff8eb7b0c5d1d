//! As much of a `Cargo.toml` as the tasks need: sections and their `key = value` lines, values as they are written.
//!
//! `cargo metadata` shows what a manifest comes to, not how it is written: whether a field is inherited from the workspace is
//! only in the text.

use std::fs;
use std::path::Path;

use crate::Result;

/// The sections of a manifest in the order of the file.
#[derive(Debug)]
pub(crate) struct Manifest {
    sections: Vec<Section>,
}

/// `[name]` or `[[name]]` and what stands below it.
#[derive(Debug)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) entries: Vec<(String, String)>,
}

impl Manifest {
    pub(crate) fn read(path: &Path) -> Result<Self> {
        let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(Self::parse(&text))
    }

    /// A value may go on over several lines, as long as its brackets are open.
    pub(crate) fn parse(text: &str) -> Self {
        let mut sections: Vec<Section> = Vec::new();
        let mut open: Option<(String, String)> = None;
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some((_, value)) = &mut open {
                value.push_str(line);
            } else if let Some(name) = section_name(line) {
                sections.push(Section { name, entries: Vec::new() });
            } else if let Some((key, value)) = line.split_once('=') {
                open = Some((key.trim().to_owned(), value.trim().to_owned()));
            }
            if let (Some((_, value)), Some(section)) = (&open, sections.last_mut())
                && brackets_closed(value)
            {
                section.entries.extend(open.take());
            }
        }
        Self { sections }
    }

    pub(crate) fn section(&self, name: &str) -> Option<&Section> {
        self.sections.iter().find(|section| section.name == name)
    }

    pub(crate) fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// The value of a key as written, e.g. `"0.17.2"` with its quotation marks.
    pub(crate) fn value(&self, section: &str, key: &str) -> Option<&str> {
        self.section(section)?.value(key)
    }

    /// Whether `key.workspace = true` (or `key = { workspace = true }`) stands in the section.
    pub(crate) fn inherits(&self, section: &str, key: &str) -> bool {
        self.section(section).is_some_and(|section| section.inherits(key))
    }
}

impl Section {
    pub(crate) fn value(&self, key: &str) -> Option<&str> {
        self.entries.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    pub(crate) fn inherits(&self, key: &str) -> bool {
        self.value(&format!("{key}.workspace")) == Some("true")
            || self.value(key).is_some_and(|value| value.replace(' ', "").contains("workspace=true"))
    }
}

fn section_name(line: &str) -> Option<String> {
    let inner = line.strip_prefix("[[").and_then(|rest| rest.split_once("]]"));
    let inner = inner.or_else(|| line.strip_prefix('[').and_then(|rest| rest.rsplit_once(']')));
    inner.map(|(name, _)| name.trim().to_owned())
}

fn brackets_closed(value: &str) -> bool {
    let count = |bracket| value.matches(bracket).count();
    count('[') == count(']') && count('{') == count('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = r#"
        [package]
        name = "a"
        version.workspace = true
        # a remark = not an entry

        [dependencies]
        one = { workspace = true, features = ["x"] }
        two = "1.2"
        three = { version = "1",
            features = [
                "y",
            ] }

        [[bin]]
        name = "b"
    "#;

    #[test]
    fn sections_and_entries_are_found() {
        let manifest = Manifest::parse(TEXT);
        let names: Vec<_> = manifest.sections().iter().map(|section| section.name.as_str()).collect();
        assert_eq!(names, ["package", "dependencies", "bin"]);
        assert_eq!(manifest.value("package", "name"), Some("\"a\""));
        assert_eq!(manifest.value("dependencies", "two"), Some("\"1.2\""));
        assert_eq!(manifest.section("dependencies").unwrap().entries.len(), 3);
        assert_eq!(manifest.value("dependencies", "three"), Some("{ version = \"1\",features = [\"y\",] }"));
    }

    #[test]
    fn inheritance_is_seen_in_both_spellings() {
        let manifest = Manifest::parse(TEXT);
        assert!(manifest.inherits("package", "version"));
        assert!(manifest.inherits("dependencies", "one"));
        assert!(!manifest.inherits("dependencies", "two"));
        assert!(!manifest.inherits("package", "name"));
        assert!(!manifest.inherits("lints", "workspace"));
    }
}
