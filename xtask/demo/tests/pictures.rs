//! The page "Which method?" of `resample` shows all pictures that `cargo xtask pictures` makes, as it makes them, and no other.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../crates/resample/docs")
}

fn files(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    entries.collect()
}

#[test]
fn the_files_are_what_the_command_makes_byte_for_byte() {
    let there = docs().join("methods");
    let folder = tempfile::tempdir().unwrap();
    let made: BTreeSet<String> = demo::pictures::write(folder.path())
        .unwrap()
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(made, files(&there), "left: what is made, right: what is there; run `cargo xtask pictures`");
    for file in &made {
        let same = fs::read(folder.path().join(file)).unwrap() == fs::read(there.join(file)).unwrap();
        assert!(
            same,
            "{file} is not what is made now; run `cargo xtask pictures` and look whether the page is still true"
        );
    }
}

#[test]
fn the_page_shows_every_picture() {
    let page = fs::read_to_string(docs().join("which-method.md")).unwrap();
    let shown: BTreeSet<String> =
        page.split("](methods/").skip(1).map(|rest| rest.split(')').next().unwrap().to_owned()).collect();
    assert_eq!(shown, files(&docs().join("methods")));
}
