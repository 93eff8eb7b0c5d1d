//! Requests for voxels: boxes and lists of blocks.

use array_core::{Coordinate, VoxelBox};
use serde::{Deserialize, Serialize};

use super::{Request, append_query, instance_path, size_and_offset_xyz, xyz};
use crate::payload::Payload;
use crate::{Error, Result};

/// The longest path that the HTTP client takes, less what the client adds.
const MAX_PATH: usize = 60_000;

/// Which ids a labelmap answers with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ids {
    /// Bodies: supervoxels as they are merged in this version.
    #[default]
    Bodies,
    /// Supervoxels, as they are stored.
    Supervoxels,
}

impl Ids {
    pub(super) fn parameter(self) -> Option<String> {
        (self == Self::Supervoxels).then(|| "supervoxels=true".to_owned())
    }
}

/// In which form blocks of an image are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImageForm {
    /// Voxels as they are, whatever is stored.
    Uncompressed,
    /// As they are stored, see [`ImagePayload::stored`](crate::ImagePayload::stored).
    Stored,
    /// As they are stored, which has to be JPEG: of anything else, `subvolblocks` is refused and `specificblocks` empty.
    Jpeg,
}

impl ImageForm {
    fn parameter(self) -> Option<String> {
        match self {
            Self::Uncompressed => Some("compression=uncompressed".to_owned()),
            // There is no name for it: the server sends what is stored where none is given.
            Self::Stored => None,
            Self::Jpeg => Some("compression=jpeg".to_owned()),
        }
    }
}

/// How voxels of a label instance are asked for; by default bodies at scale 0 in label blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct LabelQuery {
    scale: u8,
    ids: Ids,
    payload: Payload,
}

impl Default for LabelQuery {
    fn default() -> Self {
        Self { scale: 0, ids: Ids::default(), payload: Payload::LabelBlock }
    }
}

impl LabelQuery {
    /// At this scale, in whose voxels the box or the blocks are.
    pub fn with_scale(mut self, scale: u8) -> Self {
        self.scale = scale;
        self
    }

    /// With these ids.
    pub fn with_ids(mut self, ids: Ids) -> Self {
        self.ids = ids;
        self
    }

    /// Packed in this way.
    pub fn with_payload(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    /// How the answer is packed.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    fn compression(self) -> String {
        format!("compression={}", self.payload.parameter())
    }

    fn scale_and_ids(self) -> impl Iterator<Item = String> {
        scale_parameter(self.scale).into_iter().chain(self.ids.parameter())
    }
}

pub(super) fn scale_parameter(scale: u8) -> Option<String> {
    (scale > 0).then(|| format!("scale={scale}"))
}

impl Request {
    /// One array of the voxels of any box (indices z, y, x) of an image instance.
    ///
    /// # Errors
    /// [`Error::BadBox`] for a box that is empty, not three-dimensional, or outside the 32-bit range of DVID.
    pub fn raw(uuid: &str, instance: &str, voxels: &VoxelBox) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        Ok(Self::of(format!("{}/0_1_2/{size}/{offset}", instance_path(uuid, instance, "raw"))))
    }

    /// Frames of all blocks of a box of an image instance. Begin and end of the box are block borders.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub fn subvol_blocks(uuid: &str, instance: &str, voxels: &VoxelBox, form: ImageForm) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        let mut path = format!("{}/{size}/{offset}", instance_path(uuid, instance, "subvolblocks"));
        append_query(&mut path, form.parameter());
        Ok(Self::of(path))
    }

    /// Frames of single blocks of an image instance; `blocks` are block coordinates z, y, x.
    ///
    /// # Errors
    /// As [`specific_blocks`](Self::specific_blocks).
    pub fn specific_image_blocks(uuid: &str, instance: &str, blocks: &[Coordinate], form: ImageForm) -> Result<Self> {
        listed(uuid, instance, blocks, form.parameter())
    }

    /// One array of the labels of any box of a label instance.
    ///
    /// A labelmap fails on exactly one aligned block that does not exist: ask for more, or for
    /// [`blocks`](Self::blocks).
    ///
    /// # Errors
    /// As [`raw`](Self::raw); [`Error::BadOption`] for [`Payload::LabelBlock`], which only blocks can have.
    pub fn raw_labels(uuid: &str, instance: &str, voxels: &VoxelBox, query: &LabelQuery) -> Result<Self> {
        if query.payload == Payload::LabelBlock {
            let problem = "`raw` sends no label blocks; ask for lz4".to_owned();
            return Err(Error::BadOption { option: "payload", problem });
        }
        let Self { mut path, .. } = Self::raw(uuid, instance, voxels)?;
        // Sending `compression=uncompressed` here is an error to the server.
        let compression = (query.payload != Payload::Uncompressed).then(|| query.compression());
        append_query(&mut path, compression.into_iter().chain(query.scale_and_ids()));
        Ok(Self::of(path))
    }

    /// Frames of all blocks of a box of a label instance. Begin and end of the box are block borders.
    ///
    /// # Errors
    /// As [`raw`](Self::raw).
    pub fn blocks(uuid: &str, instance: &str, voxels: &VoxelBox, query: &LabelQuery) -> Result<Self> {
        let (size, offset) = size_and_offset_xyz(voxels)?;
        let mut path = format!("{}/{size}/{offset}", instance_path(uuid, instance, "blocks"));
        append_query(&mut path, std::iter::once(query.compression()).chain(query.scale_and_ids()));
        Ok(Self::of(path))
    }

    /// Frames of single blocks of a label instance; `blocks` are block coordinates z, y, x.
    ///
    /// # Errors
    /// [`Error::BadOption`] for no block, one named twice (the server would send it twice), or more than fit into an
    /// address (a few thousand); [`Error::BadBox`] outside the 32-bit range of DVID.
    pub fn specific_blocks(uuid: &str, instance: &str, blocks: &[Coordinate], query: &LabelQuery) -> Result<Self> {
        listed(uuid, instance, blocks, std::iter::once(query.compression()).chain(query.scale_and_ids()))
    }
}

/// Asks for a list of blocks.
fn listed(
    uuid: &str,
    instance: &str,
    blocks: &[Coordinate],
    parameters: impl IntoIterator<Item = String>,
) -> Result<Request> {
    let bad = |problem: &str| Err(Error::BadOption { option: "blocks", problem: problem.to_owned() });
    let mut sorted = blocks.to_vec();
    sorted.sort_unstable();
    if sorted.is_empty() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return bad("name at least one block, and none twice");
    }
    let list = blocks.iter().map(|block| xyz(block, ",")).collect::<Result<Vec<_>>>()?.join(",");
    let mut path = instance_path(uuid, instance, "specificblocks");
    append_query(&mut path, std::iter::once(format!("blocks={list}")).chain(parameters));
    if path.len() > MAX_PATH {
        return bad("these are more blocks than fit into one address; ask for a few hundred at a time");
    }
    Ok(Request::of(path))
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
        let query = |scale, payload| LabelQuery::default().with_scale(scale).with_payload(payload);
        let raw = |scale, payload| Request::raw_labels("u", "s", &voxels(), &query(scale, payload)).unwrap().path;
        assert_eq!(raw(0, Payload::Uncompressed), "/api/node/u/s/raw/0_1_2/4_2_1/100_-20_3");
        assert_eq!(raw(2, Payload::Lz4), "/api/node/u/s/raw/0_1_2/4_2_1/100_-20_3?compression=lz4&scale=2");
        let supervoxels = LabelQuery::default().with_scale(1).with_ids(Ids::Supervoxels);
        let blocks = Request::blocks("u", "s", &voxels(), &supervoxels).unwrap();
        assert_eq!(blocks.path(), "/api/node/u/s/blocks/4_2_1/100_-20_3?compression=blocks&scale=1&supervoxels=true");
        let blocks = [[0, 1, 2].into(), [-3, 4, 5].into()];
        let specific = Request::specific_blocks("u", "s", &blocks, &query(0, Payload::Gzip)).unwrap();
        assert_eq!(specific.path(), "/api/node/u/s/specificblocks?blocks=2,1,0,5,4,-3&compression=gzip");
        let subvol = |form| Request::subvol_blocks("u", "g", &voxels(), form).unwrap().path;
        let plain = "/api/node/u/g/subvolblocks/4_2_1/100_-20_3";
        assert_eq!(subvol(ImageForm::Uncompressed), format!("{plain}?compression=uncompressed"));
        assert_eq!(
            (subvol(ImageForm::Stored), subvol(ImageForm::Jpeg)),
            (plain.into(), format!("{plain}?compression=jpeg"))
        );
        let specific = Request::specific_image_blocks("u", "g", &blocks, ImageForm::Stored).unwrap();
        assert_eq!(specific.path(), "/api/node/u/g/specificblocks?blocks=2,1,0,5,4,-3");
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
            let error = Request::specific_blocks("u", "s", &blocks, &LabelQuery::default()).unwrap_err();
            assert!(matches!(error, Error::BadOption { .. }), "{error}");
        }
        assert!(Request::raw_labels("u", "s", &voxels(), &LabelQuery::default()).is_err(), "no label blocks in raw");
    }
}
