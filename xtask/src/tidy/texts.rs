//! Rules for every text file, and that the licences are there.

use std::fs;
use std::path::Path;

use super::Complaint;

const LICENCES: &[(&str, &str)] = &[("LICENSE-MIT", "MIT License"), ("LICENSE-APACHE", "Apache License")];

/// Beginnings of paths that mean something on one machine only. Written in two parts, so that this file does not hold them.
const MACHINE_PATHS: &[&str] =
    &[concat!("/wo", "rk/"), concat!("/tmp/ba", "sh_jobs"), concat!("/tmp/v", "ox"), concat!("/ro", "ot/")];

/// Marks of unfinished work; a thing left to do is an issue, not a remark. Rust files are searched in their comments only,
/// by [`super::sources`].
pub(super) const UNFINISHED: &[&str] = &["TODO", "FIXME"];

/// Both licences, with their text.
pub(super) fn licences(root: &Path) -> Vec<Complaint> {
    let missing = |(file, title): &&(&str, &str)| {
        let text = fs::read_to_string(root.join(file)).unwrap_or_default();
        !text.lines().take(3).any(|line| line.contains(title))
    };
    let complain = |(file, title): &(&str, &str)| Complaint::new(*file, format!("the text of the {title} is missing"));
    LICENCES.iter().filter(missing).map(complain).collect()
}

/// What is wrong with the text of a file.
pub(super) fn complaints(file: &Path, text: &str) -> Vec<Complaint> {
    let is_rust = file.extension().is_some_and(|extension| extension == "rs");
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        for path in MACHINE_PATHS.iter().filter(|path| line.contains(**path)) {
            let message = format!("`{path}` is a path of one machine; use one that exists wherever this is cloned");
            found.push(Complaint::at_line(file, index + 1, message));
        }
        if !is_rust && let Some(mark) = unfinished(line) {
            found.push(Complaint::at_line(file, index + 1, format!("{mark}: open an issue instead")));
        }
    }
    found
}

/// The first mark of unfinished work that stands in the line as a word.
pub(super) fn unfinished(line: &str) -> Option<&'static str> {
    let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
    words.find_map(|word| UNFINISHED.iter().copied().find(|mark| word == *mark))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Workspace;

    #[test]
    fn paths_of_one_machine_are_found_with_their_line() {
        let text = format!("fine\nsee {}somewhere\n", MACHINE_PATHS[0]);
        let found = complaints(Path::new("a/b.md"), &text);
        assert_eq!(found.len(), 1);
        assert!(found[0].to_string().starts_with("a/b.md:2: "), "{}", found[0]);
        assert_eq!(complaints(Path::new("a.md"), "framework/ and a/tmp/file\n"), []);
    }

    #[test]
    fn marks_of_unfinished_work_count_as_words_only() {
        for mark in UNFINISHED {
            assert_eq!(complaints(Path::new("a.toml"), &format!("# {mark}: later")).len(), 1);
            assert_eq!(complaints(Path::new("a.toml"), &format!("# {mark}S and x_{mark}")), []);
        }
    }

    #[test]
    fn a_missing_licence_is_named() {
        let nowhere = Workspace::locate().root().join("xtask");
        let names: Vec<_> = licences(&nowhere).into_iter().map(|complaint| complaint.place).collect();
        assert_eq!(names, ["LICENSE-MIT", "LICENSE-APACHE"]);
    }
}
