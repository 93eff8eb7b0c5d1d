//! The committed corpus: a folder of inputs for each fuzz target.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Gives each input of a target to the law that the target tests, and tells how many there are.
pub(crate) fn replay(target: &str, holds: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/fuzz").join(target);
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "{} holds no input at all", folder.display());
    for input in &inputs {
        let bytes = fs::read(input).unwrap_or_else(|error| panic!("{}: {error}", input.display()));
        // The harness shows this only where the law does not hold.
        println!("{}", input.display());
        holds(&bytes);
    }
    let told = writeln!(std::io::stderr(), "corpus of {target}: {} inputs", inputs.len());
    told.expect("standard error takes a line");
}
