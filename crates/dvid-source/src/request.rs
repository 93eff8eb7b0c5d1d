//! Requests as DVID wants them: paths and parameters, with every triple in the order x, y, z.

use std::fmt::{self, Write as _};

use array_core::{Coordinate, VoxelBox};

use crate::payload::Payload;
use crate::{Error, Result};

/// A GET request to a server, without the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    path: String,
}

/// The longest path that the HTTP client takes, less what the client adds.
const MAX_PATH: usize = 60_000;

impl Request {
    /// Path and parameters, beginning with `/api/`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// All repositories of the server, with their versions and instances.
    pub fn repos_info() -> Self {
        Self { path: "/api/repos/info".to_owned() }
    }

    /// The repository of a version.
    pub fn repo_info(uuid: &str) -> Self {
        Self { path: format!("/api/repo/{}/info", encode(uuid)) }
    }

    /// Whether a version is locked.
    pub fn status(uuid: &str) -> Self {
        Self { path: format!("/api/node/{}/status", encode(uuid)) }
    }

    /// The description of a data instance.
    pub fn info(uuid: &str, instance: &str) -> Self {
        Self { path: instance_path(uuid, instance, "info") }
    }

    /// One array of the voxels of any box (indices z, y, x) of an image instance.
    ///
    /// # Errors
    /// [`Error::BadBox`] for a box that is empty, not three-dimensional, or outside the 32-bit range of DVID.
    pub fn raw(uuid: &str, instance: &str, voxels: &VoxelBox) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        Ok(Self { path: format!("{}/0_1_2/{size}/{offset}", instance_path(uuid, instance, "raw")) })
    }

    /// One array of the labels of any box of a label instance, at a scale; `payload` says how it is sent.
    ///
    /// A labelmap fails on exactly one aligned block that does not exist: ask for more, or for
    /// [`blocks`](Self::blocks).
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub fn raw_labels(uuid: &str, instance: &str, voxels: &VoxelBox, scale: u8, payload: Payload) -> Result<Self> {
        let Self { mut path } = Self::raw(uuid, instance, voxels)?;
        // Sending `compression=uncompressed` here is an error to the server.
        let compression = (payload != Payload::Uncompressed).then(|| format!("compression={}", payload.parameter()));
        append_query(&mut path, compression.into_iter().chain(scale_parameter(scale)));
        Ok(Self { path })
    }

    /// Frames of all blocks of a box of a label instance, at a scale. Begin and end of the box are block borders.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub fn blocks(uuid: &str, instance: &str, voxels: &VoxelBox, scale: u8, payload: Payload) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        let mut path = format!("{}/{size}/{offset}", instance_path(uuid, instance, "blocks"));
        let compression = format!("compression={}", payload.parameter());
        append_query(&mut path, std::iter::once(compression).chain(scale_parameter(scale)));
        Ok(Self { path })
    }

    /// Frames of single blocks of a label instance, at a scale; `blocks` are block coordinates z, y, x.
    ///
    /// # Errors
    /// [`Error::BadOption`] for no block, one named twice (the server would send it twice), or more than fit into an
    /// address (a few thousand); [`Error::BadBox`] outside the 32-bit range of DVID.
    pub fn specific_blocks(
        uuid: &str,
        instance: &str,
        blocks: &[Coordinate],
        scale: u8,
        payload: Payload,
    ) -> Result<Self> {
        let bad = |problem: &str| Err(Error::BadOption { option: "blocks", problem: problem.to_owned() });
        let mut sorted = blocks.to_vec();
        sorted.sort_unstable();
        if sorted.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return bad("name at least one block, and none twice");
        }
        let list = blocks.iter().map(|block| xyz(block, ",")).collect::<Result<Vec<_>>>()?.join(",");
        let mut path = instance_path(uuid, instance, "specificblocks");
        let parameters = [format!("blocks={list}"), format!("compression={}", payload.parameter())];
        append_query(&mut path, parameters.into_iter().chain(scale_parameter(scale)));
        if path.len() > MAX_PATH {
            return bad("these are more blocks than fit into one address; ask for a few hundred at a time");
        }
        Ok(Self { path })
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

fn scale_parameter(scale: u8) -> Option<String> {
    (scale > 0).then(|| format!("scale={scale}"))
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

    fn voxels() -> VoxelBox {
        VoxelBox::new([3, -20, 100], [1, 2, 4]).unwrap()
    }

    #[test]
    fn triples_are_turned_around() {
        let raw = Request::raw("u:master", "gray", &voxels()).unwrap();
        assert_eq!(raw.path(), "/api/node/u:master/gray/raw/0_1_2/4_2_1/100_-20_3");
        let raw = |scale, payload| Request::raw_labels("u", "s", &voxels(), scale, payload).unwrap().path;
        assert_eq!(raw(0, Payload::Uncompressed), "/api/node/u/s/raw/0_1_2/4_2_1/100_-20_3");
        assert_eq!(raw(2, Payload::Lz4), "/api/node/u/s/raw/0_1_2/4_2_1/100_-20_3?compression=lz4&scale=2");
        let blocks = Request::blocks("u", "s", &voxels(), 1, Payload::LabelBlock).unwrap();
        assert_eq!(blocks.path(), "/api/node/u/s/blocks/4_2_1/100_-20_3?compression=blocks&scale=1");
        let blocks = [[0, 1, 2].into(), [-3, 4, 5].into()];
        let specific = Request::specific_blocks("u", "s", &blocks, 0, Payload::Gzip).unwrap();
        assert_eq!(specific.path(), "/api/node/u/s/specificblocks?blocks=2,1,0,5,4,-3&compression=gzip");
    }

    #[test]
    fn names_are_encoded() {
        assert_eq!(Request::info("2324", "a b/c?d").path(), "/api/node/2324/a%20b%2Fc%3Fd/info");
    }

    #[test]
    fn boxes_that_dvid_cannot_have_are_refused() {
        let boxes = [
            VoxelBox::new([0, 0], [1, 1]),
            VoxelBox::new([0, 0, 0], [1, 0, 1]),
            VoxelBox::new([0, 0, i64::from(i32::MAX)], [1, 1, 2]),
            VoxelBox::new([i64::from(i32::MIN) - 1, 0, 0], [1, 1, 1]),
        ];
        for voxels in boxes {
            let error = Request::raw("u", "g", &voxels.unwrap()).unwrap_err();
            assert!(matches!(error, Error::BadBox { .. }), "{error}");
        }
        for blocks in [vec![], vec![[0, 0, 1].into(), [0, 0, 1].into()], (0..9_000).map(|x| [0, 0, x].into()).collect()]
        {
            let error = Request::specific_blocks("u", "s", &blocks, 0, Payload::Lz4).unwrap_err();
            assert!(matches!(error, Error::BadOption { .. }), "{error}");
        }
    }
}
