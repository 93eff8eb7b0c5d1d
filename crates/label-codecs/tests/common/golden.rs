//! The folder of the golden vectors, and the arrays in it.

use flate2::read::MultiGzDecoder;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

/// One of the folders of golden vectors.
pub(crate) struct Golden(PathBuf);

impl Golden {
    /// A folder by its name; a relative `VOXSCOPE_GOLDEN` counts from the root of the workspace.
    pub(crate) fn folder(name: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        Self(root.join(std::env::var_os("VOXSCOPE_GOLDEN").unwrap_or_else(|| "testdata/golden".into())).join(name))
    }

    /// Whether somebody names a folder. It may hold less than ours, but has to be there.
    pub(crate) fn is_named() -> bool {
        std::env::var_os("VOXSCOPE_GOLDEN").is_some()
    }

    /// A file of cases; null, aloud, where a folder that somebody names does not have it.
    pub(crate) fn json(&self, name: &str) -> Value {
        let path = self.0.join(name);
        if Self::is_named() && !path.exists() {
            let golden = self.0.with_file_name("");
            assert!(golden.is_dir(), "{} is no folder", golden.display());
            println!("{} does not exist: 0 cases", path.display());
            return Value::Null;
        }
        let text = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        serde_json::from_slice(&text).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
    }

    /// The cases under a key of a file, or the file itself where the key is empty; none where there is no such file.
    pub(crate) fn cases(&self, name: &str, key: &str) -> Vec<Value> {
        let file = self.json(name);
        match if key.is_empty() { &file } else { &file[key] } {
            Value::Array(cases) => cases.clone(),
            Value::Null if Self::is_named() => Vec::new(),
            other => panic!("{name}, `{key}`: a list of cases is due, not {other}"),
        }
    }

    /// The bytes meant by a golden file: those named `.gz` are compressed for storage.
    pub(crate) fn file(&self, name: &str) -> std::io::Result<Vec<u8>> {
        let bytes = std::fs::read(self.0.join(name))?;
        let is_stored_gzip = Path::new(name).extension().is_some_and(|extension| extension == "gz");
        if is_stored_gzip { gunzip(&bytes) } else { Ok(bytes) }
    }

    pub(crate) fn npy(&self, name: &str) -> std::io::Result<Npy> {
        Ok(Npy::parse(&self.file(name)?, name))
    }
}

pub(crate) fn gunzip(bytes: &[u8]) -> std::io::Result<Vec<u8>> {
    let mut plain = Vec::new();
    MultiGzDecoder::new(bytes).read_to_end(&mut plain)?;
    Ok(plain)
}

pub(crate) fn text<'a>(case: &'a Value, key: &str) -> &'a str {
    case[key].as_str().unwrap_or_else(|| panic!("{key} is missing in {case}"))
}

/// The array of an `.npy` file of little-endian `u32` or `u64`.
pub(crate) struct Npy {
    pub(crate) shape: Vec<usize>,
    pub(crate) dtype: &'static str,
    fortran: bool,
    /// As they stand in the file.
    labels: Vec<u64>,
}

impl Npy {
    fn parse(bytes: &[u8], name: &str) -> Self {
        assert_eq!(bytes[..8], *b"\x93NUMPY\x01\x00", "{name}: npy 1.0");
        let start = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
        let header = std::str::from_utf8(&bytes[10..start]).unwrap();
        let after = |key: &str| {
            let (_, rest) = header.split_once(key).unwrap_or_else(|| panic!("{name}: no {key} in {header}"));
            rest.trim_start()
        };
        let sides = after("'shape':").strip_prefix('(').and_then(|rest| rest.split_once(')')).expect(name).0;
        let shape: Vec<usize> =
            sides.split(',').map(str::trim).filter(|side| !side.is_empty()).map(|side| side.parse().unwrap()).collect();
        let data = &bytes[start..];
        let (dtype, labels): (_, Vec<u64>) = match &after("'descr':")[1..4] {
            "<u4" => ("uint32", data.as_chunks().0.iter().map(|label| u32::from_le_bytes(*label).into()).collect()),
            "<u8" => ("uint64", data.as_chunks().0.iter().map(|label| u64::from_le_bytes(*label)).collect()),
            other => panic!("{name}: labels are no {other}"),
        };
        assert_eq!(labels.len(), shape.iter().product::<usize>(), "{name}: labels of {shape:?}");
        Self { shape, dtype, fortran: after("'fortran_order':").starts_with("True"), labels }
    }

    /// The labels in C order, that is with the last axis fastest.
    pub(crate) fn c_order(self) -> Vec<u64> {
        if self.fortran { transposed(&self.labels, &self.shape) } else { self.labels }
    }

    /// The labels with the first axis fastest: those of an array `[x, y, z, channel]` as chunks hold them.
    pub(crate) fn first_axis_fastest(self) -> Vec<u64> {
        let reversed: Vec<usize> = self.shape.iter().rev().copied().collect();
        if self.fortran { self.labels } else { transposed(&self.labels, &reversed) }
    }
}

/// The labels of an array whose first axis is the fastest, with the last axis fastest.
fn transposed(labels: &[u64], shape: &[usize]) -> Vec<u64> {
    let place = |mut i: usize| {
        let mut index = vec![0; shape.len()];
        for (at, side) in index.iter_mut().zip(shape).rev() {
            *at = i % side;
            i /= side;
        }
        index.iter().zip(shape).rev().fold(0, |place, (at, side)| place * side + at)
    };
    (0..labels.len()).map(|i| labels[place(i)]).collect()
}
