//! The voxel types that instances can have.

use array_core::DType;

/// The type of a voxel instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum VoxelType {
    /// 8-bit images.
    Uint8blk,
    /// 16-bit images.
    Uint16blk,
    /// 32-bit images.
    Uint32blk,
    /// 64-bit images.
    Uint64blk,
    /// Images of 32-bit floats.
    Float32blk,
    /// Four 8-bit channels, interleaved on the way; the array has the axes c, z, y, x.
    Rgba8blk,
    /// Labels without blocks of their own encoding, the oldest type.
    Labelblk,
    /// Labels in label blocks, with scales.
    Labelarray,
    /// Labels in label blocks, with scales, whose supervoxels are merged into bodies; here no two are.
    Labelmap,
}

impl VoxelType {
    /// As `TypeName` has it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Uint8blk => "uint8blk",
            Self::Uint16blk => "uint16blk",
            Self::Uint32blk => "uint32blk",
            Self::Uint64blk => "uint64blk",
            Self::Float32blk => "float32blk",
            Self::Rgba8blk => "rgba8blk",
            Self::Labelblk => "labelblk",
            Self::Labelarray => "labelarray",
            Self::Labelmap => "labelmap",
        }
    }

    /// Element type of the array behind it.
    pub fn dtype(self) -> DType {
        match self {
            Self::Uint8blk | Self::Rgba8blk => DType::U8,
            Self::Uint16blk => DType::U16,
            Self::Uint32blk => DType::U32,
            Self::Float32blk => DType::F32,
            Self::Uint64blk | Self::Labelblk | Self::Labelarray | Self::Labelmap => DType::U64,
        }
    }

    pub(super) fn is_labels(self) -> bool {
        matches!(self, Self::Labelblk | Self::Labelarray | Self::Labelmap)
    }

    /// Whether blocks are label blocks and `scale` has a meaning.
    pub(super) fn has_label_blocks(self) -> bool {
        matches!(self, Self::Labelarray | Self::Labelmap)
    }

    pub(super) fn channels(self) -> usize {
        if self == Self::Rgba8blk { 4 } else { 1 }
    }

    pub(super) fn bytes_per_voxel(self) -> usize {
        self.dtype().size() * self.channels()
    }

    /// What sides of blocks are multiples of.
    pub(super) fn block_step(self) -> u32 {
        match self {
            Self::Labelmap => 16,
            Self::Labelarray => 8,
            _ => 1,
        }
    }

    /// How blocks count as stored, unless told otherwise; it decides what framed endpoints send by default.
    pub(super) fn compression(self) -> &'static str {
        if self.has_label_blocks() { "gzip compression, level -1" } else { "LZ4 compression, level -1" }
    }

    /// Where the type is programmed.
    pub(super) fn url(self) -> &'static str {
        match self {
            Self::Labelblk => "github.com/janelia-flyem/dvid/datatype/labelblk",
            Self::Labelarray => "github.com/janelia-flyem/dvid/datatype/labelarray",
            Self::Labelmap => "github.com/janelia-flyem/dvid/datatype/labelmap",
            Self::Uint8blk => "github.com/janelia-flyem/dvid/datatype/imageblk/uint8.go",
            Self::Uint16blk => "github.com/janelia-flyem/dvid/datatype/imageblk/uint16.go",
            Self::Uint32blk => "github.com/janelia-flyem/dvid/datatype/imageblk/uint32.go",
            Self::Uint64blk => "github.com/janelia-flyem/dvid/datatype/imageblk/uint64.go",
            Self::Float32blk => "github.com/janelia-flyem/dvid/datatype/imageblk/float32.go",
            Self::Rgba8blk => "github.com/janelia-flyem/dvid/datatype/imageblk/rgba8.go",
        }
    }

    /// Element types and names of the values of a voxel, as `Values` lists them.
    pub(super) fn values(self) -> Vec<(&'static str, &'static str)> {
        match self {
            Self::Rgba8blk => ["red", "green", "blue", "alpha"].map(|label| ("uint8", label)).to_vec(),
            labels if labels.is_labels() => vec![("uint64", labels.name())],
            image => vec![(image.dtype().name(), image.dtype().name())],
        }
    }
}
