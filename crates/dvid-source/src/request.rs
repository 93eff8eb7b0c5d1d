//! Requests as DVID wants them: paths and parameters, with every triple in the order x, y, z.

mod queries;
mod voxels;

use std::fmt::{self, Write as _};

use array_core::{Coordinate, VoxelBox};

pub use queries::SparseFormat;
pub use voxels::{Ids, ImageForm, LabelQuery};

use crate::{Error, Result};

/// A GET request to a server, without the server. Some have a body: DVID takes long questions that way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    path: String,
    body: Option<String>,
}

impl Request {
    /// Path and parameters, beginning with `/api/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The JSON that goes with the request, if any.
    pub fn body(&self) -> Option<&str> {
        self.body.as_deref()
    }

    pub(crate) fn of(path: String) -> Self {
        Self { path, body: None }
    }

    /// All repositories of the server, with their versions and instances.
    pub fn repos_info() -> Self {
        Self::of("/api/repos/info".to_owned())
    }

    /// The repository of a version.
    pub fn repo_info(uuid: &str) -> Self {
        Self::of(format!("/api/repo/{}/info", encode(uuid)))
    }

    /// Whether a version is locked.
    pub fn status(uuid: &str) -> Self {
        Self::of(format!("/api/node/{}/status", encode(uuid)))
    }

    /// The description of a data instance.
    pub fn info(uuid: &str, instance: &str) -> Self {
        Self::of(instance_path(uuid, instance, "info"))
    }
}

impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

fn instance_path(uuid: &str, instance: &str, keyword: &str) -> String {
    format!("/api/node/{}/{}/{keyword}", encode(uuid), encode(instance))
}

fn append_query(path: &mut String, parameters: impl IntoIterator<Item = String>) {
    for (i, parameter) in parameters.into_iter().enumerate() {
        path.push(if i == 0 { '?' } else { '&' });
        path.push_str(&parameter);
    }
}

/// Size and offset of a box as DVID writes them.
fn size_and_offset_xyz(voxels: &VoxelBox) -> Result<(String, String)> {
    let bad = |rule| Err(Error::BadBox { voxels: voxels.to_string(), rule });
    if voxels.dims() != 3 {
        return bad("it has to have the axes z, y, x");
    }
    // Two negative sizes would multiply to a positive one, and the server would answer with garbage.
    if voxels.is_empty() {
        return bad("it has no voxels");
    }
    let last = voxels.end();
    if last.iter().any(|end| *end > i64::from(i32::MAX)) {
        return bad("its indices exceed the 32 bits of DVID");
    }
    Ok((xyz(&voxels.shape(), "_")?, xyz(&voxels.begin(), "_")?))
}

/// Writes a coordinate z, y, x as DVID wants it. This is where the order of axes turns around.
fn xyz(zyx: &Coordinate, separator: &str) -> Result<String> {
    let fits = zyx.len() == 3 && zyx.iter().all(|n| i32::try_from(*n).is_ok());
    if !fits {
        let rule = "it needs three indices within the 32 bits of DVID";
        return Err(Error::BadBox { voxels: zyx.to_string(), rule });
    }
    Ok([zyx[2], zyx[1], zyx[0]].map(|n| n.to_string()).join(separator))
}

/// Percent-encodes what may not stand in a part of a path or query. The colon of `uuid:branch` may.
pub(crate) fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a string does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_encoded() {
        assert_eq!(Request::info("2324", "a b/c?d").path(), "/api/node/2324/a%20b%2Fc%3Fd/info");
    }
}
