//! Large regions cut into pieces of bounded memory.

use coord_roi::{Coordinate, VoxelBox};

use crate::{Array, ArrayExt, ArrayMeta, Block, ReadContext, ReadPlan, Result};

/// How many bytes of its sources a view holds at once, beside the result: 64 MiB, or one voxel with all its channels where that
/// is more.
pub const VIEW_MEMORY: u64 = 64 << 20;

/// A box of voxels in pieces that have at most a given number of bytes, in C order of their corners.
///
/// Pieces are cut where blocks of the given shape (aligned to index 0) meet, as long as more than one block is left, so that no
/// block is read twice; then anywhere. Slow axes are cut first, so that rows stay whole.
///
/// ```
/// use array_core::{Coordinate, Pieces, VoxelBox};
///
/// let all = VoxelBox::new([3, 0, 0], [13, 64, 64])?;
/// let pieces = Pieces::new(all, 1, 8 * 64 * 64, Some([8, 8, 8].into())).collect::<Result<Vec<_>, _>>()?;
/// assert_eq!(pieces, [VoxelBox::from_bounds([3, 0, 0], [8, 64, 64])?, VoxelBox::from_bounds([8, 0, 0], [16, 64, 64])?]);
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Pieces {
    /// What is left, the next one last.
    left: Vec<VoxelBox>,
    voxel_bytes: u64,
    budget: u64,
    block: Option<Coordinate>,
}

impl Pieces {
    /// The pieces of `voxels` that have at most `budget` bytes (but at least one voxel), with `voxel_bytes` a voxel. A block
    /// with another number of axes than the box, or with an edge below 1, counts for nothing.
    pub fn new(voxels: VoxelBox, voxel_bytes: u64, budget: u64, block: Option<Coordinate>) -> Self {
        let block = block.filter(|block| block.dims() == voxels.dims() && block.iter().all(|edge| *edge > 0));
        let left = if voxels.is_empty() { Vec::new() } else { vec![voxels] };
        Self { left, voxel_bytes, budget, block }
    }

    /// Axis and index at which a box is cut next; `None` when it is small enough.
    fn cut(&self, voxels: &VoxelBox) -> Option<(usize, i64)> {
        let voxel_count = voxels.shape().iter().map(|extent| extent.unsigned_abs()).fold(1, u64::saturating_mul);
        if voxel_count.saturating_mul(self.voxel_bytes) <= self.budget {
            return None;
        }
        let axes = || voxels.ranges().enumerate();
        let between_blocks = |(axis, range)| {
            let edge = self.block.map_or(1, |block| block[axis]);
            middle(&range, edge).map(|middle| (axis, middle))
        };
        let anywhere = |(axis, range)| middle(&range, 1).map(|middle| (axis, middle));
        axes().find_map(between_blocks).or_else(|| axes().find_map(anywhere))
    }
}

/// The multiple of `edge` inside of a range that is nearest to its middle; `None` where there is none.
fn middle(range: &std::ops::Range<i64>, edge: i64) -> Option<i64> {
    let half = range.start + (range.end - range.start) / 2;
    let below = half.checked_sub(half.rem_euclid(edge));
    let above = below.and_then(|below| below.checked_add(edge));
    let inside = [below, above].into_iter().flatten().filter(|cut| range.start < *cut && *cut < range.end);
    inside.min_by_key(|cut| cut.abs_diff(half))
}

impl Iterator for Pieces {
    type Item = Result<VoxelBox>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut piece = self.left.pop()?;
        while let Some((axis, cut)) = self.cut(&piece) {
            let at = |corner: Coordinate| corner.try_map(|dim, entry| Ok(if dim == axis { cut } else { entry }));
            let halves = at(piece.end())
                .and_then(|end| VoxelBox::from_bounds(piece.begin(), end))
                .and_then(|low| Ok((low, VoxelBox::from_bounds(at(piece.begin())?, piece.end())?)));
            match halves {
                Ok((low, high)) => {
                    self.left.push(high);
                    piece = low;
                }
                Err(error) => return Some(Err(error.into())),
            }
        }
        Some(Ok(piece))
    }
}

/// Bytes that one voxel of an array has over all its channels, samples and so on.
pub(super) fn voxel_bytes(meta: &ArrayMeta) -> u64 {
    let plain = meta.plain_extents().into_iter().map(|extent| extent as u64);
    plain.fold(meta.dtype().size() as u64, u64::saturating_mul)
}

/// Reads a region of a source in pieces and hands over each with its box.
pub(super) fn read_pieces(
    source: &dyn Array,
    voxels: &VoxelBox,
    cx: &ReadContext,
    mut each: impl FnMut(&VoxelBox, Block) -> Result<()>,
) -> Result<()> {
    let meta = source.meta();
    for piece in Pieces::new(*voxels, voxel_bytes(meta), VIEW_MEMORY, meta.read_block()) {
        let piece = piece?;
        each(&piece, source.read_box(&piece, cx)?)?;
    }
    Ok(())
}

/// The plan of a view that reads its source by [`read_pieces`].
pub(super) fn plan_pieces(meta: &ArrayMeta, source: &dyn Array, voxels: &VoxelBox) -> Result<ReadPlan> {
    let bytes = voxel_bytes(source.meta());
    let mut pieces = Pieces::new(*voxels, bytes, VIEW_MEMORY, source.meta().read_block());
    let held = match pieces.next() {
        Some(first) => source.plan(&first?)?.peak_bytes,
        None => 0,
    };
    let mut plan = source.plan(voxels)?;
    plan.bytes_result = result_bytes(meta, voxels);
    plan.peak_bytes = plan.bytes_result.saturating_add(held);
    if pieces.next().is_some() {
        plan.notes.push(format!("'{}' is read in pieces of at most {VIEW_MEMORY} bytes", source.name()));
    }
    Ok(plan)
}

/// Bytes of a block that covers `voxels`; the largest number where there is no such block.
pub(super) fn result_bytes(meta: &ArrayMeta, voxels: &VoxelBox) -> u64 {
    voxels.shape().iter().map(|extent| extent.unsigned_abs()).fold(voxel_bytes(meta), u64::saturating_mul)
}
