//! Chunks in shard files: which file holds a chunk, and where in it.

mod hash;
mod reader;

pub use reader::{ByteRanges, MinishardIndex, ShardReader};

use crate::document::{Field, get, unexpected, wrong};
use crate::error::Result;
use crate::field::words;
use crate::json::{Object, Value};

words! {
    /// How ids of chunks are spread over shards.
    ShardHash, "\"identity\" or \"murmurhash3_x86_128\"" {
        /// As they are.
        Identity = "identity",
        /// By the low 64 bits of a hash.
        Murmur = "murmurhash3_x86_128",
    }
}

words! {
    /// How bytes of a shard are stored.
    DataEncoding, "\"raw\" or \"gzip\"" {
        /// As they are.
        Raw = "raw",
        /// Compressed.
        Gzip = "gzip",
    }
}

/// How the chunks of a scale are packed into shards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sharding {
    /// Low bits of an id that neighbours in one minishard differ in.
    pub preshift_bits: u32,
    /// How ids are spread.
    pub hash: ShardHash,
    /// Bits of the number of a minishard.
    pub minishard_bits: u32,
    /// Bits of the number of a shard.
    pub shard_bits: u32,
    /// How the index of a minishard is stored.
    pub minishard_index_encoding: DataEncoding,
    /// How chunks are stored, on top of the encoding of the scale.
    pub data_encoding: DataEncoding,
}

/// Where a chunk is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ShardLocation {
    /// Number of the shard.
    pub shard: u64,
    /// Number of the minishard in it.
    pub minishard: u64,
}

const TYPE: &str = "@type";
const VERSION: &str = "neuroglancer_uint64_sharded_v1";

/// A shard begins with 16 bytes per minishard, so more bits would be no index but a volume.
const MOST_MINISHARD_BITS: u32 = 32;

impl Sharding {
    /// Ids as they are, nothing compressed.
    pub fn new(preshift_bits: u32, minishard_bits: u32, shard_bits: u32) -> Self {
        Self {
            preshift_bits,
            hash: ShardHash::Identity,
            minishard_bits,
            shard_bits,
            minishard_index_encoding: DataEncoding::Raw,
            data_encoding: DataEncoding::Raw,
        }
    }

    /// Where the chunk of an id is.
    pub fn locate(&self, id: u64) -> ShardLocation {
        let shifted = id.checked_shr(self.preshift_bits).unwrap_or(0);
        let hashed = match self.hash {
            ShardHash::Identity => shifted,
            ShardHash::Murmur => hash::murmur(shifted),
        };
        let rest = hashed.checked_shr(self.minishard_bits).unwrap_or(0);
        ShardLocation { shard: low_bits(rest, self.shard_bits), minishard: low_bits(hashed, self.minishard_bits) }
    }

    /// The file of a shard, in the directory of the scale.
    pub fn file_name(&self, shard: u64) -> String {
        let digits = self.shard_bits.div_ceil(4).max(1) as usize;
        format!("{shard:0digits$x}.shard")
    }

    /// Bytes of the index at the beginning of every shard.
    pub fn index_bytes(&self) -> u64 {
        // The constructor from JSON bounds the bits; others saturate.
        16_u64.saturating_mul(1_u64.checked_shl(self.minishard_bits).unwrap_or(u64::MAX))
    }
}

fn low_bits(value: u64, bits: u32) -> u64 {
    if bits >= u64::BITS { value } else { value & ((1 << bits) - 1) }
}

/// The id of the chunk in a cell of a grid of so many cells, both in z, y, x order: the bits of x, y and z in turn, those
/// that the grid does not need left out. `None` for a cell outside, and for grids of more than 2^64 cells.
pub fn morton_code(cell_zyx: [i64; 3], cells_zyx: [i64; 3]) -> Option<u64> {
    if (0..3).any(|axis| !(0..cells_zyx[axis]).contains(&cell_zyx[axis])) {
        return None;
    }
    let (mut code, mut place) = (0_u64, 0_u32);
    for bit in 0..i64::BITS - 1 {
        for axis in [2, 1, 0] {
            if 1_i64 << bit < cells_zyx[axis] {
                if place == u64::BITS {
                    return None;
                }
                code |= (cell_zyx[axis] as u64 >> bit & 1) << place;
                place += 1;
            }
        }
    }
    Some(code)
}

impl Field for Sharding {
    const EXPECTED: &'static str = "an object: how chunks are packed into shards";

    fn read(value: &Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| wrong::<Self>(value))?;
        if object.get(TYPE).is_some_and(|kind| kind != VERSION) {
            return Err(unexpected(&object[TYPE], format!("\"{VERSION}\"")).within(TYPE));
        }
        let encoding =
            |key| Ok::<_, crate::Error>(get(object, key, crate::document::any)?.unwrap_or(DataEncoding::Raw));
        let sharding = Self {
            preshift_bits: super::scale::need(object, "preshift_bits", bits)?,
            hash: super::scale::need(object, "hash", crate::document::any)?,
            minishard_bits: super::scale::need(object, "minishard_bits", minishard_bits)?,
            shard_bits: super::scale::need(object, "shard_bits", bits)?,
            minishard_index_encoding: encoding("minishard_index_encoding")?,
            data_encoding: encoding("data_encoding")?,
        };
        if sharding.minishard_bits + sharding.shard_bits > u64::BITS {
            return Err(
                unexpected(&object["shard_bits"], "at most 64, together with minishard_bits").within("shard_bits")
            );
        }
        Ok(sharding)
    }

    fn write(&self) -> Result<Value> {
        let entries: [(&str, Value); 7] = [
            (TYPE, VERSION.into()),
            ("preshift_bits", self.preshift_bits.into()),
            ("hash", self.hash.as_str().into()),
            ("minishard_bits", self.minishard_bits.into()),
            ("shard_bits", self.shard_bits.into()),
            ("minishard_index_encoding", self.minishard_index_encoding.as_str().into()),
            ("data_encoding", self.data_encoding.as_str().into()),
        ];
        Ok(Value::Object(entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Object>()))
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "a rule borrows the very type of its key")]
fn bits(bits: &u32) -> Option<&'static str> {
    (*bits > u64::BITS).then_some("a number of bits from 0 to 64")
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "a rule borrows the very type of its key")]
fn minishard_bits(bits: &u32) -> Option<&'static str> {
    (*bits > MOST_MINISHARD_BITS).then_some("a number of bits from 0 to 32")
}
