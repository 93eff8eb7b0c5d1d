//! Where the golden vectors are, and how their files are read.

use serde_json::Value;
use std::path::{Path, PathBuf};

/// The root of the workspace.
const WORKSPACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// The folder `neuroglancer` of the golden vectors, and its manifest.
pub(crate) struct Golden {
    folder: PathBuf,
    manifest: Value,
}

impl Golden {
    /// The folder that `VOXSCOPE_GOLDEN` names (relative to the root of the workspace, where people type it), else the
    /// copy in this repository.
    pub(crate) fn open() -> Self {
        match std::env::var_os("VOXSCOPE_GOLDEN") {
            Some(root) => Self::at(&Path::new(WORKSPACE).join(root)),
            None => Self::of_this_repository(),
        }
    }

    /// The copy in this repository.
    pub(crate) fn of_this_repository() -> Self {
        Self::at(&Path::new(WORKSPACE).join("testdata/golden"))
    }

    /// # Panics
    /// If there is no manifest: a golden test without vectors would pass without saying anything.
    fn at(root: &Path) -> Self {
        let golden = Self { folder: root.join("neuroglancer"), manifest: Value::Null };
        Self { manifest: golden.json("cases.json"), ..golden }
    }

    /// Kinds of cases and their entries.
    pub(crate) fn manifest(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.manifest.as_object().expect("the manifest is an object").iter()
    }

    pub(crate) fn text(&self, path: &str) -> String {
        let path = self.folder.join(path);
        std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(crate) fn bytes(&self, path: &str) -> Vec<u8> {
        let path = self.folder.join(path);
        std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The names of the files in a folder; none if there is no such folder.
    pub(crate) fn files(&self, path: &str) -> Vec<String> {
        let entries = std::fs::read_dir(self.folder.join(path)).into_iter().flatten();
        let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    pub(crate) fn json(&self, path: &str) -> Value {
        serde_json::from_str(&self.text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// How many cases an entry stands for: a list in the manifest, or the lists in the object or file that it names.
    pub(crate) fn count(&self, entry: &Value) -> usize {
        match entry {
            Value::Array(cases) => cases.len(),
            Value::Object(object) => object.values().filter_map(Value::as_array).map(Vec::len).sum::<usize>().max(1),
            Value::String(path) => self.count(&self.json(path)),
            _ => 1,
        }
    }
}

/// Notes what is wrong with one case.
pub(crate) fn expect(failures: &mut Vec<String>, case: &str, what: &str, holds: bool) {
    if !holds {
        failures.push(format!("{case}: {what}"));
    }
}

/// A key that every case of its kind has.
pub(crate) fn field<'a>(case: &'a Value, key: &str) -> &'a Value {
    case.get(key).unwrap_or_else(|| panic!("{case} has no {key}"))
}

pub(crate) fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    field(case, key).as_str().unwrap_or_else(|| panic!("{key} of {case} is no string"))
}

pub(crate) fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().unwrap_or_else(|| panic!("{value} is no list"));
    list.iter().map(|number| number.as_f64().unwrap_or_else(|| panic!("{number} is no number"))).collect()
}
