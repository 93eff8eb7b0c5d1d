//! What is served under which names.

use crate::{Error, Result};

/// The longest side of a block: what a label block can have.
const MAX_BLOCK_SIDE: u32 = 1024;

/// Names that no instance can have.
const RESERVED: [&str; 6] = ["branch", "commit", "log", "newversion", "note", "status"];

/// Options of a [`DvidService`](super::DvidService).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Instance name of the image.
    pub image_name: String,
    /// Instance name of the labels.
    pub labels_name: String,
    /// Block size of both instances in voxels, z, y, x. That of labels must be a multiple of 16.
    pub block_zyx: [u32; 3],
    /// The coarsest level of the labels. Each level halves all three axes, by the server's own rule: the most frequent of
    /// the labels that are not 0, ties to the smallest.
    pub max_downres_level: u8,
    /// How many coarser images `name_1`, `name_2`, … are served beside the image, each the mean of 2×2×2 voxels.
    pub image_levels: u8,
    /// Unit of `VoxelSize`.
    pub unit: VoxelUnit,
    /// The versions of the repo, the root first. All of them hold the same data.
    pub versions: Vec<Version>,
    /// Alias of the repo.
    pub alias: String,
    /// How many requests with `throttle=true` are let in at the same time.
    pub max_throttled: usize,
}

impl Default for ServeOptions {
    /// Instances `grayscale` and `segmentation` in blocks of 64³, no coarser levels, nanometres, one locked version.
    fn default() -> Self {
        Self {
            image_name: "grayscale".to_owned(),
            labels_name: "segmentation".to_owned(),
            block_zyx: [64; 3],
            max_downres_level: 0,
            image_levels: 0,
            unit: VoxelUnit::Nanometers,
            versions: vec![Version::root("d51d0000c0de4f00a5a5000000000001")],
            alias: "dvid-fixture".to_owned(),
            max_throttled: 1,
        }
    }
}

impl ServeOptions {
    /// The same options with these instance names.
    pub fn with_names(self, image: impl Into<String>, labels: impl Into<String>) -> Self {
        Self { image_name: image.into(), labels_name: labels.into(), ..self }
    }

    /// The same options with this block size, z, y, x.
    pub fn with_block_zyx(self, block_zyx: [u32; 3]) -> Self {
        Self { block_zyx, ..self }
    }

    /// The same options with label levels up to this one.
    pub fn with_max_downres_level(self, max_downres_level: u8) -> Self {
        Self { max_downres_level, ..self }
    }

    /// The same options with this many coarser images.
    pub fn with_image_levels(self, image_levels: u8) -> Self {
        Self { image_levels, ..self }
    }

    /// The same options with this unit of the voxel size.
    pub fn with_unit(self, unit: VoxelUnit) -> Self {
        Self { unit, ..self }
    }

    /// The same options with these versions, the root first.
    pub fn with_versions(self, versions: impl Into<Vec<Version>>) -> Self {
        Self { versions: versions.into(), ..self }
    }

    /// The same options with this limit of throttled requests.
    pub fn with_max_throttled(self, max_throttled: usize) -> Self {
        Self { max_throttled, ..self }
    }

    /// Refuses names that no path can address, and names that occur twice.
    pub(super) fn check_names<'a>(names: impl Iterator<Item = &'a str>) -> Result<()> {
        let mut seen: Vec<&str> = Vec::new();
        for name in names {
            let refused = |reason: &str| Error::InstanceName { name: name.to_owned(), reason: reason.to_owned() };
            if name.is_empty() || name.contains(['/', '?', '#', '%']) {
                return Err(refused("a name is a text without / ? # %, or no request can address it"));
            }
            if RESERVED.contains(&name) {
                return Err(refused("the server keeps this name for itself"));
            }
            if seen.contains(&name) {
                return Err(refused("two instances have this name"));
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// Refuses a block size whose sides are not multiples of `step` up to [`MAX_BLOCK_SIDE`].
pub(super) fn check_block(block_zyx: [u32; 3], step: u32) -> Result<()> {
    let fits = |side: &u32| (step..=MAX_BLOCK_SIDE).contains(side) && side.is_multiple_of(step);
    if block_zyx.iter().all(fits) { Ok(()) } else { Err(Error::BlockSize { block_zyx, step, max: MAX_BLOCK_SIDE }) }
}

/// Unit of `VoxelSize` in an instance's info.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum VoxelUnit {
    /// `nanometers`.
    #[default]
    Nanometers,
    /// `micrometers`; the numbers are a thousandth of the nanometres.
    Micrometers,
    /// Any other text, which tells a client nothing; the numbers are nanometres.
    Other(String),
}

/// Whether a version takes writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NodeState {
    /// Committed: its data never change.
    Locked,
    /// Not committed yet.
    Open,
}

/// One version of the repo.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Version {
    /// Its UUID; the real server has 32 hexadecimal digits there, or the text of a tag.
    pub uuid: String,
    /// UUID of the version that it was made from; none for the root.
    pub parent: Option<String>,
    /// Name of its branch, empty for `master`.
    pub branch: String,
    /// Whether it takes writes.
    pub state: NodeState,
}

impl Version {
    /// A locked root on the branch `master`.
    pub fn root(uuid: impl Into<String>) -> Self {
        Self { uuid: uuid.into(), parent: None, branch: String::new(), state: NodeState::Locked }
    }

    /// A locked child on the branch `master`.
    pub fn child(uuid: impl Into<String>, parent: impl Into<String>) -> Self {
        Self { parent: Some(parent.into()), ..Self::root(uuid) }
    }

    /// The same version on another branch.
    pub fn with_branch(self, branch: impl Into<String>) -> Self {
        Self { branch: branch.into(), ..self }
    }

    /// The same version, not committed.
    pub fn open(self) -> Self {
        Self { state: NodeState::Open, ..self }
    }
}
