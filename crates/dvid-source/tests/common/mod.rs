//! Reading the recorded answers of a real server.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod images;
pub(crate) mod questions;
pub(crate) mod replayed;
pub(crate) mod stage;

use std::collections::BTreeMap;
use std::io::{Read, Write as _};
use std::path::{Path, PathBuf};

use array_core::{Block, VoxelBox};
use serde_json::Value;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

/// The folder of the cases; a relative `VOXSCOPE_GOLDEN` counts from the root of the workspace.
pub(crate) fn folder() -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::env::var_os("VOXSCOPE_GOLDEN").map_or_else(committed, |named| root.join(named).join("dvid"))
}

/// The recordings of this repository, whatever folder is named: for tests that know what was recorded.
pub(crate) fn committed() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/golden/dvid")
}

/// Whether somebody names a folder. It may hold less than ours, but has to be there.
pub(crate) fn is_named() -> bool {
    std::env::var_os("VOXSCOPE_GOLDEN").is_some()
}

/// The bytes meant by a file: those named `.gz` are compressed for storage.
pub(crate) fn file(name: &str) -> std::io::Result<Vec<u8>> {
    let bytes = std::fs::read(folder().join(name))?;
    if Path::new(name).extension().is_none_or(|extension| extension != "gz") {
        return Ok(bytes);
    }
    let mut plain = Vec::new();
    flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut plain)?;
    Ok(plain)
}

/// A list of cases; `None`, aloud, where a folder that somebody names does not have that list.
pub(crate) fn list(name: &str) -> Option<Vec<Value>> {
    let path = folder().join(name);
    if is_named() && !path.exists() {
        let golden = folder().with_file_name("");
        assert!(golden.is_dir(), "{} is no folder", golden.display());
        tell!("{} does not exist: 0 cases", path.display());
        return None;
    }
    let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    Some(serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display())))
}

/// What the recorded server held; null where a folder does not tell.
pub(crate) fn dataset() -> Value {
    std::fs::read(folder().join("dataset.json")).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap())
}

/// One recorded request with its answer.
#[derive(Debug)]
pub(crate) struct Case(pub(crate) Value);

impl Case {
    pub(crate) fn all() -> Option<Vec<Self>> {
        list("cases.json").map(|cases| cases.into_iter().map(Self).collect())
    }

    pub(crate) fn text(&self, key: &str) -> &str {
        self.0[key].as_str().unwrap_or_default()
    }

    pub(crate) fn id(&self) -> &str {
        self.text("id")
    }

    pub(crate) fn expect(&self) -> &Value {
        &self.0["expect"]
    }

    pub(crate) fn kind(&self) -> &str {
        self.expect()["kind"].as_str().unwrap_or_else(|| panic!("{} expects nothing", self.id()))
    }

    pub(crate) fn payload(&self) -> &str {
        self.expect()["payload"].as_str().unwrap_or("none")
    }

    pub(crate) fn status(&self) -> u64 {
        self.0["status"].as_u64().unwrap_or_default()
    }

    /// Whether the server's answer is not what the data say.
    pub(crate) fn server_bug(&self) -> Option<&str> {
        self.0["server_bug"].as_str()
    }

    /// The files of this case, unless it is one of those that belong to others and are not part of every copy.
    pub(crate) fn is_left_out(&self) -> bool {
        let missing = |name: &Value| name.as_str().is_some_and(|name| !folder().join(name).exists());
        self.text("group") == "real" && (missing(&self.0["body"]) || missing(&self.expect()["npy"]))
    }

    pub(crate) fn body(&self) -> Vec<u8> {
        let body = self.0["body"].as_str().map_or_else(Vec::new, |name| self.read(name));
        assert_eq!(body.len() as u64, self.0["body_bytes"], "{}: bytes of the body", self.id());
        body
    }

    pub(crate) fn npy(&self) -> Block {
        let name = self.expect()["npy"].as_str().unwrap_or_else(|| panic!("{} expects no array", self.id()));
        array_core::npy::parse(&self.read(name)).unwrap_or_else(|e| panic!("{}: {e}", self.id()))
    }

    fn read(&self, name: &str) -> Vec<u8> {
        file(name).unwrap_or_else(|e| panic!("{}: {name}: {e}", self.id()))
    }

    pub(crate) fn voxels(&self) -> VoxelBox {
        let zyx = |key: &str| serde_json::from_value::<[i64; 3]>(self.expect()[key].clone());
        let (origin, shape) = (zyx("origin_zyx"), zyx("shape_zyx"));
        let error = |e: &dyn std::fmt::Display| format!("{}: {e}", self.id());
        VoxelBox::new(origin.map_err(|e| error(&e)).unwrap(), shape.map_err(|e| error(&e)).unwrap()).unwrap()
    }

    pub(crate) fn scale(&self) -> u8 {
        self.expect()["scale"].as_u64().unwrap_or(0) as u8
    }

    /// UUID and name of the instance, as the path has them.
    pub(crate) fn node_and_instance(&self) -> (&str, &str) {
        let mut parts = self.text("path").split('/').skip(3);
        (parts.next().unwrap_or_default(), parts.next().unwrap_or_default())
    }
}

/// How a case is counted that was run.
pub(crate) const RUN: &str = "run";

/// How many cases went which way, told aloud.
#[derive(Default)]
pub(crate) struct Tally(BTreeMap<&'static str, BTreeMap<String, Vec<String>>>);

impl Tally {
    pub(crate) fn add(&mut self, what: &'static str, kind: impl Into<String>, id: &str) {
        self.0.entry(what).or_default().entry(kind.into()).or_default().push(id.to_owned());
    }

    pub(crate) fn count(&self, what: &str) -> usize {
        self.0.get(what).map_or(0, |kinds| kinds.values().map(Vec::len).sum())
    }

    /// Counts per kind for everybody; which cases they are only where a test fails.
    pub(crate) fn print(&self) {
        for (what, kinds) in &self.0 {
            tell!("{what}: {}", kinds.values().map(Vec::len).sum::<usize>());
            for (kind, ids) in kinds {
                tell!("  {:4} {kind}", ids.len());
                println!("  {what}, {kind}: {}", ids.join(" "));
            }
        }
    }
}
