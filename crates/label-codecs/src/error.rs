use std::fmt;

/// The result of this crate's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a block could not be encoded or decoded.
///
/// Shapes are `[z, y, x]` or `[channel, z, y, x]` in voxels. Sub-blocks of a label block, and blocks of
/// `compressed_segmentation`, are counted as they are stored: x fastest, then y, then z.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The caller's block shape is not one that a label block can have.
    #[error(
        "a label block cannot have the shape {shape_zyx:?} (z, y, x): every side is a multiple of 8, from 8 to 1024"
    )]
    BlockShape {
        /// The shape asked for.
        shape_zyx: [usize; 3],
    },
    /// The caller's voxels are not as many as the block shape says.
    #[error("a block of {shape_zyx:?} (z, y, x) voxels needs a slice of {want} labels, not of {got}")]
    SliceLength {
        /// The shape asked for.
        shape_zyx: [usize; 3],
        /// Voxels of that shape.
        want: usize,
        /// Length of the slice.
        got: usize,
    },
    /// The block is of another shape than the volume it is meant for.
    #[error(
        "the label block is made of {got_zyx:?} sub-blocks of 8 voxels per side (z, y, x), where {want_zyx:?} are due"
    )]
    ShapeMismatch {
        /// Sub-blocks per axis that the block claims.
        got_zyx: [u32; 3],
        /// Sub-blocks per axis that are due.
        want_zyx: [u32; 3],
    },
    /// More bytes than any block of this shape can have.
    #[error("a label block of {got} bytes: one of this shape has at most {max}")]
    TooLong {
        /// Bytes given.
        got: usize,
        /// [`max_encoded_len`](crate::label_block::max_encoded_len) of the shape.
        max: usize,
    },
    /// The block ends before it is complete.
    #[error("the label block ends inside its {part}: {want} bytes needed up to there, {got} given")]
    Truncated {
        /// The part that is cut.
        part: Part,
        /// Bytes needed up to the end of that part.
        want: usize,
        /// Bytes given.
        got: usize,
    },
    /// Bytes follow after the end of the block.
    #[error("{extra} bytes follow after the end of the label block at {end}")]
    TrailingBytes {
        /// Where the block ends.
        end: usize,
        /// Bytes after it.
        extra: usize,
    },
    /// The block's table holds no label at all.
    #[error("the label block has 0 labels; at least one is needed")]
    NoLabels,
    /// A sub-block claims more labels than it has voxels.
    #[error("sub-block {sub_block} of the label block claims {count} labels; it has 512 voxels")]
    TooManyLabels {
        /// The sub-block.
        sub_block: usize,
        /// Labels it claims.
        count: u16,
    },
    /// A sub-block refers to a label that the block's table does not have.
    #[error("sub-block {sub_block} of the label block refers to label {index} of a table of {labels}")]
    IndexOutOfTable {
        /// The sub-block.
        sub_block: usize,
        /// The index found.
        index: u32,
        /// Labels in the table.
        labels: u32,
    },
    /// A voxel of a sub-block refers to a label that the sub-block does not have.
    #[error(
        "a voxel of sub-block {sub_block} of the label block has the value {value}; the sub-block has {labels} labels"
    )]
    ValueOutOfRange {
        /// The sub-block.
        sub_block: usize,
        /// The largest value found.
        value: usize,
        /// Labels of the sub-block.
        labels: usize,
    },
    /// The caller's volume shape is not one that `compressed_segmentation` can have here.
    #[error(
        "a volume cannot have the shape {shape_czyx:?} (channel, z, y, x): every side is at least 1, and the labels have to \
         fit into memory"
    )]
    VolumeShape {
        /// The shape asked for.
        shape_czyx: [usize; 4],
    },
    /// The caller's block shape is not one that `compressed_segmentation` can have.
    #[error(
        "compressed_segmentation cannot have blocks of {block_zyx:?} (z, y, x): every side is at least 1, and a block has at \
         most {} voxels",
        u32::MAX
    )]
    VolumeBlockShape {
        /// The block shape asked for.
        block_zyx: [usize; 3],
    },
    /// The caller's labels are not as many as the volume shape says.
    #[error("a volume of {shape_czyx:?} (channel, z, y, x) voxels needs a slice of {want} labels, not of {got}")]
    VolumeLength {
        /// The shape asked for.
        shape_czyx: [usize; 4],
        /// Voxels of that shape.
        want: usize,
        /// Length of the slice.
        got: usize,
    },
    /// The data do not consist of whole 32-bit words.
    #[error("compressed_segmentation of {got} bytes: the length is a multiple of 4")]
    NotWords {
        /// Bytes given.
        got: usize,
    },
    /// The data are too short for the offsets of their channels.
    #[error("compressed_segmentation of {words} words: {channels} are needed for the offsets of the channels alone")]
    ChannelsMissing {
        /// Channels that are due.
        channels: usize,
        /// Words given.
        words: usize,
    },
    /// A channel starts outside of the data, or inside of the offsets.
    #[error(
        "channel {channel} starts at word {offset}, but can start only after the {channels} words of offsets and in the \
         {words} words that there are"
    )]
    ChannelOutside {
        /// The channel.
        channel: usize,
        /// Where it starts, in words.
        offset: usize,
        /// Words of the channels' offsets at the start of the data.
        channels: usize,
        /// Words given.
        words: usize,
    },
    /// The data are too short for the headers of a channel's blocks.
    #[error(
        "channel {channel} has {blocks} blocks, whose headers are two words each; the data end after {words} words of it"
    )]
    HeadersMissing {
        /// The channel.
        channel: usize,
        /// Blocks that are due.
        blocks: usize,
        /// Words from the start of the channel.
        words: usize,
    },
    /// A block claims a number of bits that the format does not have.
    #[error("block {block} of channel {channel} has {bits} bits per value; possible are 0, 1, 2, 4, 8, 16 and 32")]
    BitsPerValue {
        /// The channel.
        channel: usize,
        /// The block.
        block: usize,
        /// Bits per value that it claims.
        bits: usize,
    },
    /// The values of a block are not all inside the data.
    #[error(
        "the values of block {block} of channel {channel} are words {begin} to {end} of the channel; the data end after \
         {words} words of it"
    )]
    ValuesOutside {
        /// The channel.
        channel: usize,
        /// The block.
        block: usize,
        /// The first word of the values.
        begin: usize,
        /// Behind the last word of the values.
        end: usize,
        /// Words from the start of the channel.
        words: usize,
    },
    /// A voxel of a block stands for a label outside of the data.
    #[error(
        "a voxel of block {block} of channel {channel} has the value {value}, whose label ends at word {end} of the channel; \
         the data end after {words} words of it"
    )]
    TableOutside {
        /// The channel.
        channel: usize,
        /// The block.
        block: usize,
        /// The value.
        value: u32,
        /// Behind the last word of its label.
        end: usize,
        /// Words from the start of the channel.
        words: usize,
    },
    /// The encoded volume is too long for the offsets of the format.
    #[error(
        "{of} of channel {channel} would start at word {offset}, and that offset has {bits} bits: encode the volume in \
         smaller parts, or with other blocks"
    )]
    OffsetTooLarge {
        /// What would start too late.
        of: OffsetOf,
        /// The channel.
        channel: usize,
        /// Where it would start, in words.
        offset: usize,
        /// Bits of that offset.
        bits: u32,
    },
}

/// What the offsets of `compressed_segmentation` lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum OffsetOf {
    /// The channel itself.
    Channel,
    /// The values of a block.
    Values,
    /// The table of a block.
    Table,
}

impl fmt::Display for OffsetOf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Channel => "the first header",
            Self::Values => "the values of a block",
            Self::Table => "the table of a block",
        })
    }
}

/// The parts of a label block, in the order in which they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// Sub-blocks per axis and number of labels, 16 bytes.
    Header,
    /// The table of labels, 8 bytes each.
    Labels,
    /// The number of labels of each sub-block, 2 bytes each.
    Counts,
    /// For each sub-block its labels as indices into the table, 4 bytes each.
    Indices,
    /// The packed values of the voxels.
    Values,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Header => "header",
            Self::Labels => "label table",
            Self::Counts => "label counts",
            Self::Indices => "label indices",
            Self::Values => "packed values",
        })
    }
}
