//! Any array, read through a cache of its blocks.

mod read;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use coord_roi::{Coordinate, VoxelBox};

use self::read::joint_plan;
use super::Cache;
use super::lattice::Lattice;
use crate::views::check_request;
use crate::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, Block, BlockMut, BlockRef, Error, Pieces, ReadContext, ReadPlan, Result,
    block_bytes,
};

/// What a block weighs at most where neither the array nor the caller has a preference.
const USUAL_BLOCK: usize = 1 << 20;

/// A cache of blocks of voxels, which any number of [`Cached`] arrays share.
pub type BlockCache = Cache<BlockKey, Arc<Block>>;

impl BlockCache {
    /// An empty cache of at most `limit` bytes of voxels (and of the books about them).
    pub fn of_blocks(limit: u64) -> Arc<Self> {
        Arc::new(Self::new(limit, |block| block.bytes() as u64))
    }
}

/// Which block of which array: made by [`Cached`], unique in the process.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlockKey {
    /// One number per [`Cached`], never used again.
    array: u64,
    /// The array itself, or which of its scales.
    level: u32,
    block: Coordinate,
}

/// How an array is read through a cache.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CacheOptions {
    /// Edges of the blocks in voxels per physical axis, aligned to grid index 0. Where absent, the array's preferred
    /// [read block](ArrayMeta::read_block), or else the largest power of two whose block takes at most 1 MiB.
    pub block: Option<Coordinate>,
    /// Missing neighbours are read from the source together, as long as they take at most so many bytes; 32 MiB unless told
    /// otherwise. The source then divides the work as it likes.
    pub joint_bytes: u64,
}

impl Default for CacheOptions {
    fn default() -> Self {
        Self { block: None, joint_bytes: 32 << 20 }
    }
}

impl CacheOptions {
    /// States the edges of the blocks.
    pub fn with_block(mut self, block: impl Into<Coordinate>) -> Self {
        self.block = Some(block.into());
        self
    }

    /// States how many bytes are read from the source at a time; single blocks where 0.
    pub fn with_joint_bytes(mut self, bytes: u64) -> Self {
        self.joint_bytes = bytes;
        self
    }
}

/// Any array, read in whole blocks through a [`BlockCache`]: the same metadata, the same voxels, less waiting.
///
/// A request is worked off in groups of neighbouring blocks. Of each group, blocks in the cache are copied; those that are
/// missing are read from the source, in one read if all are missing and else in a few (halves, quarters, … that miss
/// entirely); those that another thread is reading are waited for.
///
/// * **Memory:** the result, the bound of the cache, and for every reader at work twice
///   [`joint_bytes`](CacheOptions::joint_bytes), or twice a block where that is more.
/// * **Large requests** go through the cache as all others do. Their blocks displace what was used once only, not what was
///   used again, see [`Cache`].
/// * **Blocks that alone exceed the bound** are not worth reading whole: such an array is read straight from its source.
/// * **Writing** goes through to the source. When a write returns, also with an error, no block of before is left, whoever was
///   reading it meanwhile; of coarser [`scales`](Array::scales), which the source may derive anew, no block at all. Who
///   writes to the source past this array calls [`invalidate`](Self::invalidate).
/// * **Waiting:** never read from inside a rayon task if the source computes with rayon; see [`Cache`].
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, BlockCache, CacheOptions, Cached, MemoryArray, Roi, ndarray::Array3};
///
/// let slow = MemoryArray::new("em", Array3::<u8>::ones((40, 40, 40)).into_dyn(), [8, 8, 8], [0, 0, 0])?;
/// let cache = BlockCache::of_blocks(64 << 20);
/// let fast = Cached::new(Arc::new(slow), &cache, &CacheOptions::default().with_block([16, 16, 16]))?;
/// let roi = Roi::new([0, 0, 0], [128, 128, 256])?;
/// assert_eq!(fast.read::<u8>(roi)?, fast.read::<u8>(roi)?);
/// assert_eq!((cache.stats().misses, cache.stats().hits), (2, 2));
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Cached {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    cache: Arc<BlockCache>,
    lattice: Lattice,
    array: u64,
    level: u32,
    /// Bytes of a block that is not clipped by more than the array itself.
    block_bytes: u64,
    joint_bytes: u64,
}

impl Cached {
    /// Reads `source` and its scales through `cache`.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] unless the block has an entry per physical axis; a geometry error unless all are at least 1;
    /// [`Error::TooLarge`] for a block that cannot be in memory.
    pub fn new(source: ArrayRef, cache: &Arc<BlockCache>, options: &CacheOptions) -> Result<Self> {
        static ARRAYS: AtomicU64 = AtomicU64::new(0);
        let array = ARRAYS.fetch_add(1, Ordering::Relaxed);
        Self::level(source, cache, options, array, &mut 0)
    }

    fn level(
        source: ArrayRef,
        cache: &Arc<BlockCache>,
        options: &CacheOptions,
        array: u64,
        levels: &mut u32,
    ) -> Result<Self> {
        let level = *levels;
        *levels += 1;
        let mut scales: Vec<ArrayRef> = Vec::new();
        for scale in source.scales() {
            scales.push(Arc::new(Self::level(scale.clone(), cache, options, array, levels)?));
        }
        let block = options.block.or(source.meta().read_block());
        let block = block.map_or_else(|| usual_block(source.meta()), Ok)?;
        // Checks the block. The metadata stay as they are: the block that they name is also the unit of safe writing.
        source.meta().clone().with_read_block(block)?;
        let meta = source.meta().clone();
        let fits = meta.voxel_box().shape().zip_with(&block, |_, extent, edge| Ok(extent.min(edge)))?;
        let largest = VoxelBox::new(meta.voxel_box().begin(), fits)?;
        let block_bytes = block_bytes(meta.dtype(), &meta.block_shape(&largest)?)? as u64;
        let lattice = Lattice::new(block, *meta.voxel_box());
        let (cache, joint_bytes) = (cache.clone(), options.joint_bytes);
        Ok(Self { meta, source, scales, cache, lattice, array, level, block_bytes, joint_bytes })
    }

    /// The array that is read through the cache.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }

    /// The cache, which other arrays may share.
    pub fn cache(&self) -> &Arc<BlockCache> {
        &self.cache
    }

    /// Forgets what is known of these voxels (grid indices, also such as the array does not have), and all of the other
    /// scales: the source has changed by other hands. What is being read meanwhile is not kept.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] unless `voxels` has an entry per physical axis.
    pub fn invalidate(&self, voxels: &VoxelBox) -> Result<()> {
        self.forget_touched(&self.touched(voxels)?);
        Ok(())
    }

    fn touched(&self, voxels: &VoxelBox) -> Result<VoxelBox> {
        self.meta.check_dims("voxel box", voxels.dims())?;
        self.lattice.blocks(voxels)
    }

    fn forget_touched(&self, blocks: &VoxelBox) {
        self.forget(|key| key.level != self.level || blocks.contains_point(&key.block));
    }

    /// Forgets those blocks of this array, over all scales, of which it holds.
    fn forget(&self, which: impl Fn(&BlockKey) -> bool) {
        self.cache.retain(|key| key.array != self.array || !which(key));
    }

    fn key(&self, block: Coordinate) -> BlockKey {
        BlockKey { array: self.array, level: self.level, block }
    }

    /// Whether the cache could keep a block.
    fn worth_it(&self) -> bool {
        self.block_bytes.saturating_add(BlockCache::ENTRY_BYTES) <= self.cache.limit()
    }

    /// The boxes of blocks that a request is worked off in.
    fn groups(&self, voxels: &VoxelBox) -> Result<Pieces> {
        Ok(Pieces::new(self.lattice.blocks(voxels)?, self.block_bytes, self.joint_bytes, None))
    }
}

/// Equal edges, a power of two, of at most [`USUAL_BLOCK`] bytes.
fn usual_block(meta: &ArrayMeta) -> Result<Coordinate> {
    let extents = meta.plain_extents();
    let values = extents.iter().fold(meta.dtype().size(), |values, extent| values.saturating_mul((*extent).max(1)));
    let dims = meta.dims() as u32;
    let fits = |edge: &i64| edge.unsigned_abs().pow(dims) as usize <= USUAL_BLOCK / values.min(USUAL_BLOCK);
    let edge = (0..10).rev().map(|power| 1_i64 << power).find(fits).unwrap_or(1);
    Ok(Coordinate::filled(meta.dims(), edge)?)
}

impl Array for Cached {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        if !self.worth_it() {
            return self.source.read_voxels(voxels, out, cx);
        }
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        for group in self.groups(voxels)? {
            cx.check()?;
            self.read_group(&group?, voxels, &mut out, cx)?;
        }
        Ok(())
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer().map(|_| self as &dyn ArrayWrite)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    /// What the source will be asked for, with the cache as it is now. The bound of the cache comes on top of the memory that
    /// the plan states: it is shared.
    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        if self.worth_it() { joint_plan(self, voxels) } else { self.source.plan(voxels) }
    }
}

impl ArrayWrite for Cached {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        let writer = self.source.writer().ok_or_else(|| Error::ReadOnly { array: self.meta.name().to_owned() })?;
        let touched = Touched { array: self, blocks: self.touched(voxels)? };
        writer.write_voxels(voxels, block, cx)?;
        drop(touched);
        Ok(())
    }
}

/// Blocks that are forgotten when the write is over: not before, so that nothing is kept that began to be read before; and
/// also after an error or a panic, as some voxels may have changed.
struct Touched<'a> {
    array: &'a Cached,
    blocks: VoxelBox,
}

impl Drop for Touched<'_> {
    fn drop(&mut self) {
        self.array.forget_touched(&self.blocks);
    }
}

impl Drop for Cached {
    /// Nobody can ask for its blocks any more.
    fn drop(&mut self) {
        self.forget(|key| key.level == self.level);
    }
}
