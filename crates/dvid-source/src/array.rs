//! A volume on a server, as an array.

mod blocks;
mod body;
mod cached;
mod chunks;
mod describe;
mod frames;
mod image;
mod labels;
mod mutation;
mod open;
mod options;
mod points;
mod read;
mod specific;
mod viewer;
mod volume;

use std::sync::Arc;

use array_core::{Array, ArrayMeta, ArrayRef, BlockMut, ReadContext, ReadPlan, VoxelBox};

pub use options::{DvidOptions, Images, Lossy, OpenVersions, Siblings};
pub use volume::Source;

use crate::{DvidClient, Error, InstanceInfo, Node, Result};
use volume::Volume;

/// A volume on a DVID server, pinned to a version: an image, labels at one of their scales, a region of interest or a body
/// as a mask.
///
/// Its grid has the origin 0 and the indices of its voxels are those of the server. Axes are z, y, x, with a channel axis
/// in front where voxels have several values (`rgba8blk`). Nothing is cached, see
/// [`cached`](Self::cached). Reads are split at block borders and fetched
/// by up to four threads, within the budget that all arrays of a server share.
///
/// A region of interest states no voxel size: give the option. It is read once and then answers from memory.
#[derive(Debug, Clone)]
pub struct DvidArray {
    volume: Arc<Volume>,
    scale: u8,
    meta: ArrayMeta,
    coarser: Vec<Arc<DvidArray>>,
    refs: Vec<ArrayRef>,
}

impl DvidArray {
    /// Opens a data instance: resolves the version (see [`DvidClient::resolve`]), reads the instance's `info` (of an image
    /// also those of its coarser [`Siblings`]), no voxels.
    ///
    /// # Errors
    /// [`Error::NotFound`] and [`Error::Ambiguous`] with the server's words; [`Error::Unsupported`] for a type that has no
    /// voxels; [`Error::NoSuchScale`]; [`Error::NotLocked`]; [`Error::BadInfo`] where the server states something
    /// impossible that no option replaces; [`Error::BadOption`].
    pub fn open(client: &DvidClient, uuid: &str, instance: &str, options: &DvidOptions) -> Result<Self> {
        Self::open_within(client, uuid, instance, options, &ReadContext::default())
    }

    /// As [`open`](Self::open), but can be cancelled and has a deadline.
    ///
    /// # Errors
    /// As [`open`](Self::open); [`Error::Cancelled`] and [`Error::DeadlineExceeded`].
    pub fn open_within(
        client: &DvidClient,
        uuid: &str,
        instance: &str,
        options: &DvidOptions,
        cx: &ReadContext,
    ) -> Result<Self> {
        open::open(client, uuid, instance, options, cx)
    }

    /// Server, full UUID and name of the instance.
    pub fn source(&self) -> &Source {
        &self.volume.source
    }

    /// Names of the axes that are spatial.
    pub fn spatial_axes(&self) -> [&'static str; 3] {
        ["z", "y", "x"]
    }

    /// What the server says of the instance.
    pub fn info(&self) -> &InstanceInfo {
        &self.volume.info
    }

    /// The version, and whether it is locked and its data thus immutable.
    pub fn node(&self) -> &Node {
        &self.volume.node
    }

    /// The scale: voxels are 2^scale times as large as the finest.
    pub fn scale(&self) -> u8 {
        self.scale
    }

    /// The same volume at this scale or a coarser one; its voxels are 2^`scale` times as large as the finest.
    ///
    /// # Errors
    /// [`Error::NoSuchScale`] for a scale that the volume does not have, and for one finer than this.
    pub fn at_scale(&self, scale: u8) -> Result<Self> {
        let steps = scale.checked_sub(self.scale).map(usize::from);
        let found = match steps {
            Some(0) => Some(self),
            Some(steps) => self.coarser.get(steps - 1).map(AsRef::as_ref),
            None => None,
        };
        found.cloned().ok_or_else(|| {
            let (first, last) = (self.scale, usize::from(self.scale) + self.coarser.len());
            let rule = format!("opened as it is, it has scales {first} to {last}");
            Error::NoSuchScale { instance: self.source().instance.clone(), scale, rule }
        })
    }

    /// The client.
    pub fn client(&self) -> &DvidClient {
        &self.volume.client
    }
}

impl Array for DvidArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        let read = if self.volume.is_watched { mutation::read_steadily } else { read::read };
        read(&self.volume, self.scale, voxels, out, cx).map_err(array_core::Error::from)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.refs
    }

    fn plan(&self, voxels: &VoxelBox) -> array_core::Result<ReadPlan> {
        read::plan(&self.volume, &self.meta, voxels).map_err(array_core::Error::from)
    }
}
