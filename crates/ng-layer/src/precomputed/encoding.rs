//! How the bytes of chunks are made.

use super::order::{entry, to_xyz};
use crate::document::{Field, get, wrong};
use crate::error::Result;
use crate::json::Object;
use crate::rules::at_least_one;
use array_core::DType;

/// Quality of JPEG where a scale states none.
pub const DEFAULT_JPEG_QUALITY: u8 = 90;

/// How the bytes of chunks are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// Little-endian values, x fastest, then y, z and the channel.
    Raw,
    /// JPEG: lossy, uint8 with 1 or 3 channels.
    Jpeg {
        /// Quality from 1 to 100, a hint for writers; [`DEFAULT_JPEG_QUALITY`] where there is none.
        quality: Option<u8>,
    },
    /// PNG: uint8 or uint16 with 1 to 4 channels.
    Png,
    /// `compressed_segmentation`: uint32 or uint64.
    CompressedSegmentation {
        /// Voxels of a block of the encoding, 8×8×8 as a rule.
        block_zyx: [usize; 3],
    },
    /// `compresso`, which this crate names but neither reads nor writes.
    Compresso,
    /// JPEG XL, which this crate names but neither reads nor writes.
    Jxl,
}

const BLOCK_SIZE: &str = "compressed_segmentation_block_size";
const QUALITY: &str = "jpeg_quality";
/// The keys of a scale that belong to its encoding.
pub(super) const KEYS: [&str; 3] = ["encoding", BLOCK_SIZE, QUALITY];

impl Encoding {
    /// `compressed_segmentation` with blocks of 8×8×8.
    pub const COMPRESSED_SEGMENTATION: Self = Self::CompressedSegmentation { block_zyx: [8; 3] };

    /// As it stands in the `info`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Raw => "raw",
            Self::Jpeg { .. } => "jpeg",
            Self::Png => "png",
            Self::CompressedSegmentation { .. } => "compressed_segmentation",
            Self::Compresso => "compresso",
            Self::Jxl => "jxl",
        }
    }

    /// The rule that voxels of this type with so many channels would break.
    pub(super) fn hindrance(&self, dtype: DType, channels: usize) -> Option<&'static str> {
        let (fits, rule) = match self {
            Self::Raw => (true, ""),
            Self::Jpeg { .. } => {
                (dtype == DType::U8 && [1, 3].contains(&channels), "JPEG holds uint8 with 1 or 3 channels")
            }
            Self::Png => (
                matches!(dtype, DType::U8 | DType::U16) && (1..=4).contains(&channels),
                "PNG holds uint8 or uint16 with 1 to 4 channels",
            ),
            Self::CompressedSegmentation { .. } => {
                (matches!(dtype, DType::U32 | DType::U64), "compressed_segmentation holds uint32 or uint64")
            }
            Self::Compresso => (
                matches!(dtype, DType::U8 | DType::U16 | DType::U32 | DType::U64) && channels == 1,
                "compresso holds unsigned labels of one channel",
            ),
            Self::Jxl => {
                (dtype == DType::U8 && [1, 3, 4].contains(&channels), "JPEG XL holds uint8 with 1, 3 or 4 channels")
            }
        };
        (!fits).then_some(rule)
    }

    /// Reads the keys of a scale that belong to its encoding.
    pub(super) fn read(scale: &Object) -> Result<Option<Self>> {
        let Some(name) = get(scale, "encoding", crate::document::any::<String>)? else { return Ok(None) };
        Ok(Some(match name.as_str() {
            "raw" => Self::Raw,
            "jpeg" => Self::Jpeg { quality: get(scale, QUALITY, crate::document::any::<Quality>)?.map(|it| it.0) },
            "png" => Self::Png,
            "compressed_segmentation" => Self::CompressedSegmentation { block_zyx: read_block(scale)? },
            "compresso" => Self::Compresso,
            "jxl" => Self::Jxl,
            _ => return Err(wrong::<Self>(&scale["encoding"]).within("encoding")),
        }))
    }

    /// Writes the keys of a scale that belong to its encoding.
    pub(super) fn write_to(&self, scale: &mut Object) -> Result<()> {
        scale.insert("encoding".to_owned(), self.name().into());
        match self {
            Self::CompressedSegmentation { block_zyx } => {
                scale.insert(BLOCK_SIZE.to_owned(), to_xyz(block_zyx.map(|side| side as i64))?);
            }
            Self::Jpeg { quality: Some(quality) } => {
                scale.insert(QUALITY.to_owned(), u64::from(*quality).into());
            }
            _ => {}
        }
        Ok(())
    }
}

fn read_block(scale: &Object) -> Result<[usize; 3]> {
    let missing = || crate::Error::MissingKey {
        path: String::new(),
        key: BLOCK_SIZE,
        reason: "the chunks cannot be read without the size of their blocks",
    };
    let block = entry::<i64>(scale, BLOCK_SIZE)?.ok_or_else(missing)?;
    if let Some(rule) = at_least_one(&block) {
        return Err(crate::document::unexpected(&scale[BLOCK_SIZE], rule).within(BLOCK_SIZE));
    }
    Ok(block.map(|side| side as usize))
}

/// Only for its words; it is read from several keys.
impl Field for Encoding {
    const EXPECTED: &'static str = "\"raw\", \"jpeg\", \"png\", \"compressed_segmentation\", \"compresso\" or \"jxl\"";

    fn read(value: &crate::json::Value) -> Result<Self> {
        Err(wrong::<Self>(value))
    }

    fn write(&self) -> Result<crate::json::Value> {
        Ok(self.name().into())
    }
}

struct Quality(u8);

impl Field for Quality {
    const EXPECTED: &'static str = "a whole number from 1 to 100";

    fn read(value: &crate::json::Value) -> Result<Self> {
        let quality = i64::read(value).ok().and_then(|quality| u8::try_from(quality).ok());
        quality.filter(|quality| (1..=100).contains(quality)).map(Self).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<crate::json::Value> {
        Ok(u64::from(self.0).into())
    }
}
