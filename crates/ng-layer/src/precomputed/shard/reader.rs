//! Reading chunks out of shard files, by byte ranges.

use super::{DataEncoding, ShardLocation, Sharding, morton_code};
use crate::error::{Error, Result};
use crate::precomputed::ChunkGrid;
use flate2::read::GzDecoder;
use std::collections::BTreeMap;
use std::io::Read as _;
use std::ops::Range;

/// Files that answer byte ranges: a directory, a bucket, a map in memory.
pub trait ByteRanges {
    /// The bytes of a range of a file, all of them; `None` if there is no such file.
    ///
    /// # Errors
    /// Whatever keeps the bytes from being read, a file that is shorter included.
    fn read(&self, file: &str, range: Range<u64>) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>>;
}

/// Finds the chunks of one scale in its shards.
///
/// ```
/// use ng_layer::array_core::VoxelBox;
/// use ng_layer::precomputed::{ByteRanges, ChunkGrid, ShardReader, Sharding};
/// use std::ops::Range;
///
/// struct Memory(Vec<u8>);
/// impl ByteRanges for Memory {
///     fn read(
///         &self,
///         file: &str,
///         range: Range<u64>,
///     ) -> Result<Option<Vec<u8>>, Box<dyn std::error::Error + Send + Sync>> {
///         let range = range.start as usize..range.end as usize;
///         if file == "0.shard" { Ok(Some(self.0.get(range).ok_or("too short")?.to_vec())) } else { Ok(None) }
///     }
/// }
///
/// // One minishard, which holds chunk 0: "hello".
/// let words = [5_u64, 29, 0, 0, 5];
/// let mut shard: Vec<u8> = words[..2].iter().flat_map(|word| word.to_le_bytes()).collect();
/// shard.extend(b"hello");
/// shard.extend(words[2..].iter().flat_map(|word| word.to_le_bytes()));
///
/// let grid = ChunkGrid::new(VoxelBox::new([0, 0, 0], [8, 8, 8])?, [8, 8, 8])?;
/// let shards = ShardReader::new(Sharding::new(0, 0, 0), grid);
/// let chunk = shards.read_chunk(&Memory(shard), [0, 0, 0], 1000)?;
/// assert_eq!(chunk.as_deref(), Some(&b"hello"[..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct ShardReader {
    sharding: Sharding,
    grid: ChunkGrid,
}

/// Which chunks a minishard holds, and where.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MinishardIndex {
    /// By id, bytes of the file.
    chunks: BTreeMap<u64, (u64, u64)>,
}

/// Three words per chunk.
const ENTRY: usize = 24;
/// The largest index of a minishard that is read, in bytes: 700 000 chunks.
const LARGEST_INDEX: u64 = 16 << 20;

impl ShardReader {
    /// The shards of a scale that is divided like this.
    pub fn new(sharding: Sharding, grid: ChunkGrid) -> Self {
        Self { sharding, grid }
    }

    /// The bytes of the chunk in a cell of the grid (z, y, x), at most `limit` of them, as the encoding of the scale has
    /// made them; `None` if there is none, which means background.
    ///
    /// Reads three ranges of one file. Who reads many chunks keeps the [`MinishardIndex`].
    ///
    /// # Errors
    /// [`Error::Bytes`] for what `files` could not read, [`Error::Shard`] for a damaged file and for more than `limit`
    /// bytes, [`Error::EmptyRegion`] for a cell outside of the grid.
    pub fn read_chunk(&self, files: &impl ByteRanges, cell_zyx: [i64; 3], limit: usize) -> Result<Option<Vec<u8>>> {
        let id = self.id(cell_zyx)?;
        let index = self.index(files, self.sharding.locate(id))?;
        self.read_indexed(files, &index, cell_zyx, limit)
    }

    /// The same with an index that was read before, that of [`location`](Self::location).
    ///
    /// # Errors
    /// As [`read_chunk`](Self::read_chunk).
    pub fn read_indexed(
        &self,
        files: &impl ByteRanges,
        index: &MinishardIndex,
        cell_zyx: [i64; 3],
        limit: usize,
    ) -> Result<Option<Vec<u8>>> {
        let id = self.id(cell_zyx)?;
        let Some(&(begin, end)) = index.chunks.get(&id) else { return Ok(None) };
        let file = self.sharding.file_name(self.sharding.locate(id).shard);
        if self.sharding.data_encoding == DataEncoding::Raw && end - begin > limit as u64 {
            return Err(damaged(&file, format!("chunk {id} has {} bytes, and at most {limit} are due", end - begin)));
        }
        // What gzip cannot make smaller it makes only slightly larger.
        let most = (limit as u64).saturating_add(limit as u64 / 100).saturating_add(1 << 10);
        if end - begin > most {
            return Err(damaged(&file, format!("chunk {id} has {} bytes, far more than are due", end - begin)));
        }
        let Some(bytes) = fetch(files, &file, begin..end)? else { return Ok(None) };
        inflate(&file, self.sharding.data_encoding, bytes, limit).map(Some)
    }

    /// Where the chunk in a cell of the grid is.
    ///
    /// # Errors
    /// [`Error::EmptyRegion`] for a cell outside of the grid.
    pub fn location(&self, cell_zyx: [i64; 3]) -> Result<ShardLocation> {
        self.id(cell_zyx).map(|id| self.sharding.locate(id))
    }

    fn id(&self, cell_zyx: [i64; 3]) -> Result<u64> {
        let outside = || Error::EmptyRegion { what: format!("cell {cell_zyx:?} of {:?} (z, y, x)", self.grid.cells()) };
        morton_code(cell_zyx, self.grid.cells()).ok_or_else(outside)
    }

    /// Which chunks a minishard holds; none if there is no such file.
    ///
    /// Reads two ranges, and allocates no more than 16 MiB for each form of the index.
    ///
    /// # Errors
    /// [`Error::Bytes`] for what `files` could not read, [`Error::Shard`] for a damaged file.
    pub fn index(&self, files: &impl ByteRanges, location: ShardLocation) -> Result<MinishardIndex> {
        let (file, base) = (self.sharding.file_name(location.shard), self.sharding.index_bytes());
        let at = location.minishard.checked_mul(16).filter(|at| *at < base);
        let at = at.ok_or_else(|| damaged(&file, format!("it has no minishard {}", location.minishard)))?;
        let Some(entry) = fetch(files, &file, at..at + 16)? else { return Ok(MinishardIndex::default()) };
        let (words, _) = entry.as_chunks::<8>();
        let [begin, end] = [words[0], words[1]].map(u64::from_le_bytes);
        if begin == end {
            return Ok(MinishardIndex::default());
        }
        let range = base.checked_add(begin).zip(base.checked_add(end)).filter(|(begin, end)| begin < end);
        let Some((begin, end)) = range.filter(|(begin, end)| end - begin <= LARGEST_INDEX) else {
            let reason = format!("the index of minishard {} goes from {begin} to {end}", location.minishard);
            return Err(damaged(&file, reason));
        };
        let bytes = fetch(files, &file, begin..end)?.unwrap_or_default();
        let bytes = inflate(&file, self.sharding.minishard_index_encoding, bytes, LARGEST_INDEX as usize)?;
        MinishardIndex::parse(&file, &bytes, base)
    }
}

impl MinishardIndex {
    /// Number of chunks.
    pub fn len(&self) -> usize {
        self.chunks.len()
    }

    /// Whether it holds no chunk.
    pub fn is_empty(&self) -> bool {
        self.chunks.is_empty()
    }

    /// The ids of its chunks, rising.
    pub fn ids(&self) -> impl Iterator<Item = u64> + '_ {
        self.chunks.keys().copied()
    }

    /// Three lists, one after the other: ids, offsets, sizes. Ids count from the one before, offsets from the end of the
    /// chunk before.
    fn parse(file: &str, bytes: &[u8], base: u64) -> Result<Self> {
        if !bytes.len().is_multiple_of(ENTRY) {
            return Err(damaged(file, format!("an index of {} bytes, where each chunk takes {ENTRY}", bytes.len())));
        }
        let (words, _) = bytes.as_chunks::<8>();
        let count = words.len() / 3;
        let word = |list: usize, entry: usize| u64::from_le_bytes(words[list * count + entry]);
        let (mut chunks, mut id, mut at) = (BTreeMap::new(), 0_u64, base);
        for entry in 0..count {
            // Ids are differences modulo 2^64.
            id = id.wrapping_add(word(0, entry));
            let begin = at.checked_add(word(1, entry));
            let end = begin.and_then(|begin| begin.checked_add(word(2, entry)));
            let (Some(begin), Some(end)) = (begin, end) else {
                return Err(damaged(file, format!("chunk {id} lies behind byte 2^64")));
            };
            chunks.insert(id, (begin, end));
            at = end;
        }
        Ok(Self { chunks })
    }
}

fn damaged(file: &str, reason: String) -> Error {
    Error::Shard { file: file.to_owned(), reason }
}

/// Exactly these bytes.
fn fetch(files: &impl ByteRanges, file: &str, range: Range<u64>) -> Result<Option<Vec<u8>>> {
    let (begin, end) = (range.start, range.end);
    let bytes = files.read(file, range).map_err(|source| Error::Bytes { file: file.to_owned(), begin, end, source })?;
    match bytes {
        Some(bytes) if bytes.len() as u64 != end - begin => {
            Err(damaged(file, format!("{} bytes came for the range {begin} to {end}", bytes.len())))
        }
        bytes => Ok(bytes),
    }
}

fn inflate(file: &str, encoding: DataEncoding, bytes: Vec<u8>, limit: usize) -> Result<Vec<u8>> {
    if encoding == DataEncoding::Raw {
        return Ok(bytes);
    }
    let mut inflated = Vec::new();
    let read = GzDecoder::new(bytes.as_slice()).take(limit as u64 + 1).read_to_end(&mut inflated);
    read.map_err(|error| damaged(file, format!("not gzip: {error}")))?;
    if inflated.len() > limit {
        return Err(damaged(file, format!("more than {limit} bytes behind gzip")));
    }
    Ok(inflated)
}
