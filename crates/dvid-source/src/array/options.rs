use array_core::{Axes, Coordinate, IntoWorld, Length, Strictness, VoxelBox};
use serde::{Deserialize, Serialize};

use crate::request::Ids;
use crate::{Error, Payload, Result};

/// Whether instances `name_1`, `name_2`, … are taken as the coarser scales of the image `name`: DVID has no other way to
/// hold them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Siblings {
    /// Each that is there, has the type of the image, and lies where it should.
    #[default]
    Find,
    /// None; saves a request for each, and one for the first that is not there.
    Ignore,
}

/// What to do with a version that is not locked, whose voxels may change between two requests.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenVersions {
    /// Read it and log a warning.
    #[default]
    Warn,
    /// As `Warn`, and read nothing that changes on the way: each read asks for the mutation state (a document about the whole
    /// repository) before and after, and begins again where that is another; three times, then it is
    /// [`Error::Changed`](crate::Error::Changed).
    Watch,
    /// Refuse it: [`Error::NotLocked`](crate::Error::NotLocked).
    Refuse,
}

/// In which form the blocks of an image come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Images {
    /// As voxels, which the server unpacks. A proxied volume that it cannot unpack comes as it is stored.
    #[default]
    Unpacked,
    /// As the server stores them where they can be unpacked here (LZ4, gzip, JPEG): fewer bytes, and less work for the
    /// server. The voxels are the same, but for JPEG, of which two decoders may make values that differ by one or two.
    Stored,
}

/// What to do with an image that the server keeps as JPEG: its voxels are not those that somebody wrote.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Lossy {
    /// Read it; the provenance of its data type says so.
    #[default]
    Accept,
    /// Refuse it: when it is opened or, of a proxied volume, when the first block shows what it holds.
    Refuse,
}

/// How to open an instance. The default is what the server says, at its finest scale.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DvidOptions {
    pub(super) scale: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) extents: Option<VoxelBox>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) voxel_size: Option<Coordinate<Length>>,
    pub(super) strictness: Strictness,
    pub(super) chunk_voxels: u64,
    pub(super) ids: Ids,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) body: Option<u64>,
    pub(super) siblings: Siblings,
    pub(super) open_versions: OpenVersions,
    pub(super) images: Images,
    pub(super) lossy: Lossy,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) label_payload: Option<Payload>,
}

/// Voxels of one request by default: 16 MiB of labels, so that four in flight fill the budget.
const CHUNK_VOXELS: u64 = 128 * 128 * 128;
/// Above this a server lets no other large request through at the same time.
const MAX_CHUNK_VOXELS: u64 = 256 * 256 * 256;

impl Default for DvidOptions {
    fn default() -> Self {
        Self {
            scale: 0,
            extents: None,
            voxel_size: None,
            strictness: Strictness::default(),
            chunk_voxels: CHUNK_VOXELS,
            ids: Ids::default(),
            body: None,
            siblings: Siblings::default(),
            open_versions: OpenVersions::default(),
            images: Images::default(),
            lossy: Lossy::default(),
            label_payload: None,
        }
    }
}

impl DvidOptions {
    /// The scale to read: its voxels are 2^scale times as large as the finest. Labels hold theirs in one instance, images
    /// in [`Siblings`].
    pub fn with_scale(mut self, scale: u8) -> Self {
        self.scale = scale;
        self
    }

    /// The voxels that the volume has (indices z, y, x at scale 0), in place of those that the server states: it does
    /// not always know. Missing voxels read as 0.
    pub fn with_extents(mut self, voxels: VoxelBox) -> Self {
        self.extents = Some(voxels);
        self
    }

    /// The voxel size (z, y, x in nanometres at scale 0), in place of the one that the server states.
    pub fn with_voxel_size(mut self, size: impl IntoWorld) -> Self {
        self.voxel_size = Some(size.into_world());
        self
    }

    /// Which ids a labelmap is read as; bodies by default.
    pub fn with_ids(mut self, ids: Ids) -> Self {
        self.ids = ids;
        self
    }

    /// Opens one body (or supervoxel, see [`with_ids`](Self::with_ids)) of a labelmap or labelarray as a mask.
    pub fn with_body(mut self, label: u64) -> Self {
        self.body = Some(label);
        self
    }

    /// Whether to look for the coarser scales of an image.
    pub fn with_siblings(mut self, siblings: Siblings) -> Self {
        self.siblings = siblings;
        self
    }

    /// What to do with a version that is not locked.
    pub fn with_open_versions(mut self, open_versions: OpenVersions) -> Self {
        self.open_versions = open_versions;
        self
    }

    /// In which form the blocks of an image come.
    pub fn with_images(mut self, images: Images) -> Self {
        self.images = images;
        self
    }

    /// What to do with an image that the server keeps as JPEG.
    pub fn with_lossy(mut self, lossy: Lossy) -> Self {
        self.lossy = lossy;
        self
    }

    /// How labels are packed for the way. Without this option it is label blocks where the server stores them with gzip,
    /// which costs it the least, and else LZ4.
    pub fn with_label_payload(mut self, payload: Payload) -> Self {
        self.label_payload = Some(payload);
        self
    }

    /// What to do where the server states units that nobody knows, or where a proxied volume leaves out blocks, which may
    /// be empty or may have failed.
    pub fn with_strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }

    /// The most voxels of one request, unless a single block has more; 128³ by default and at most 256³.
    pub fn with_chunk_voxels(mut self, voxels: u64) -> Self {
        self.chunk_voxels = voxels;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let bad = |option, problem: String| Err(Error::BadOption { option, problem });
        if !(1..=MAX_CHUNK_VOXELS).contains(&self.chunk_voxels) {
            return bad(
                "chunk_voxels",
                format!("{} voxels; from 1 to {MAX_CHUNK_VOXELS} are possible", self.chunk_voxels),
            );
        }
        if self.body == Some(0) {
            return bad("body", "0 is the background, which has no runs; read the labels and compare".to_owned());
        }
        if let Some(voxels) = self.extents.filter(|voxels| voxels.dims() != 3) {
            return bad("extents", format!("{voxels} has to have the axes z, y, x"));
        }
        let Some(size) = self.voxel_size else { return Ok(()) };
        if size.dims() != 3 {
            return bad("voxel_size", format!("{size}; three sizes are due, in nanometres, z, y, x"));
        }
        if let Some(dim) = size.iter().position(|side| *side <= Length::ZERO) {
            let axis = Axes::zyx().physical_name(dim);
            return bad("voxel_size", format!("{} nm along axis {axis}; a voxel size is greater than 0", size[dim]));
        }
        Ok(())
    }
}
