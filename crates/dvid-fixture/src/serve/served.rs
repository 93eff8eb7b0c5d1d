//! One array to serve beside the image and the labels of the options.

use array_core::ArrayRef;

use super::VoxelUnit;
use super::options::check_block;
use super::types::VoxelType;
use super::volume::{self, Volume};
use crate::Result;

/// An array to serve as an instance of any voxel type.
#[derive(Debug, Clone)]
pub struct ServedVolume {
    name: String,
    voxel_type: VoxelType,
    levels: Vec<ArrayRef>,
    block_zyx: [u32; 3],
    compression: Option<String>,
    grid_store: String,
}

impl ServedVolume {
    /// This array under this name, in blocks of 32³.
    pub fn new(name: impl Into<String>, voxel_type: VoxelType, array: ArrayRef) -> Self {
        let (levels, block_zyx) = (vec![array], [32; 3]);
        Self { name: name.into(), voxel_type, levels, block_zyx, compression: None, grid_store: String::new() }
    }

    /// In blocks of this size, z, y, x.
    pub fn with_block_zyx(mut self, block_zyx: [u32; 3]) -> Self {
        self.block_zyx = block_zyx;
        self
    }

    /// With these coarser levels, as they are: of types that have scales.
    pub fn with_levels(mut self, levels: impl IntoIterator<Item = ArrayRef>) -> Self {
        self.levels.truncate(1);
        self.levels.extend(levels);
        self
    }

    /// With this text for how the blocks are stored, as the info has it: images that are asked for as they are stored come
    /// as LZ4, gzip or (`uint8blk`) JPEG where it begins so, else as they are. Whatever else is asked for comes in the same way
    /// whatever it says, and voxels are always those of the array.
    pub fn with_compression(mut self, compression: impl Into<String>) -> Self {
        self.compression = Some(compression.into());
        self
    }

    /// As if the server passed on a precomputed volume: it begins at 0, states its size for its last voxel, and cannot be
    /// read with `raw`. What is said to be stored without compression comes only as it is stored: the server unpacks nothing but
    /// JPEG here.
    pub fn with_grid_store(mut self, grid_store: impl Into<String>) -> Self {
        self.grid_store = grid_store.into();
        self
    }

    pub(super) fn into_volume(self) -> Result<Volume> {
        for array in &self.levels {
            volume::check(array, self.voxel_type)?;
        }
        check_block(self.block_zyx, self.voxel_type.block_step())?;
        let mut volume = Volume::new(&self.name, self.voxel_type, self.levels, self.block_zyx, VoxelUnit::Nanometers);
        if let Some(compression) = self.compression {
            volume.compression = compression;
        }
        volume.grid_store = self.grid_store;
        Ok(volume)
    }
}
