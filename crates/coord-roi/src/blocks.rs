//! A region divided into blocks: which blocks there are, in which order, and who does which.

mod boxes;
mod iter;
mod options;
mod order;

pub use boxes::{BlockBoxes, BlockRois};
pub use iter::BlockIter;
pub use options::{BlockOptions, BlockOrder, Fit};

use crate::{Coordinate, Error, Grid, Length, Result, Roi, Rounding, Scalar, VoxelBox};

/// A region divided into blocks that lie on a fixed lattice: block `k` covers the voxels
/// `[anchor + k·shape, anchor + (k + 1)·shape)` along each axis.
///
/// The lattice belongs to the voxel indices, not to the region: two regions of one grid are divided along the same
/// lines, so results that were computed over one of them can be used for the other. What a block writes is its
/// [`write`](BlockBoxes::write) box, what it needs for that is its [`read`](BlockBoxes::read) box, larger by the halo.
/// [`Fit`] says which blocks count at the border of the region and whether they are cut there.
///
/// The blocks are numbered in their [`BlockOrder`] from 0 to [`len`](Self::len). Nothing is stored per block: this is a
/// small `Copy` value, [`get`](Self::get) computes a block from its number, and [`part`](Self::part) divides the
/// numbers among tasks, which need not run in one process.
///
/// # Examples
///
/// ```
/// use coord_roi::{BlockOptions, BlockOrder, Blocks, VoxelBox};
///
/// let region = VoxelBox::new([0, 10], [100, 100])?;
/// let options = BlockOptions::default().with_halo([2, 2], [2, 2]).with_order(BlockOrder::Morton);
/// let blocks = Blocks::new(&region, [64, 64], &options)?;
///
/// assert_eq!(blocks.len(), 4);
/// for block in &blocks {
///     println!("{}: read {}, write {}", block.index, block.read, block.write);
/// }
/// // The lattice begins at voxel 0, the region at 10: the first block is cut to the region.
/// let first = blocks.get(0).unwrap();
/// assert_eq!(first.write.to_string(), "[0:64, 10:64]");
/// assert_eq!(first.read.to_string(), "[-2:66, 8:66]");
///
/// // The second of three tasks.
/// let numbers = blocks.part(1, 3)?.numbers();
/// assert_eq!(numbers, 1..2);
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Blocks {
    region: VoxelBox,
    shape: Coordinate,
    anchor: Coordinate,
    halo_low: Coordinate,
    halo_high: Coordinate,
    fit: Fit,
    order: BlockOrder,
    /// The blocks, as a box of block indices. The corners of all of them, halo included, are representable.
    indices: VoxelBox,
    len: u64,
}

impl Blocks {
    /// The blocks of `shape` voxels that `region` is divided into. An empty region has no blocks.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::EmptyBlock`] unless every entry of `shape` is greater than 0;
    /// [`Error::NegativeHalo`]; [`Error::Overflow`] when there are more than `i64::MAX` blocks, or the corner of a
    /// block does not fit into an `i64`.
    pub fn new(region: &VoxelBox, shape: impl Into<Coordinate>, options: &BlockOptions) -> Result<Self> {
        let shape = shape.into();
        region.begin().same_dims(&shape)?;
        if let Some(axis) = shape.iter().position(|&entry| entry <= 0) {
            return Err(Error::EmptyBlock { axis, shape: shape[axis] });
        }
        let none = shape.map(|_| 0);
        let anchor = options.anchor.unwrap_or(none);
        anchor.same_dims(&shape)?;
        let (halo_low, halo_high) = (options.halo_low.unwrap_or(none), options.halo_high.unwrap_or(none));
        for halo in [&halo_low, &halo_high] {
            halo.same_dims(&shape)?;
            if let Some(axis) = halo.iter().position(|&entry| entry < 0) {
                return Err(Error::NegativeHalo { axis, halo: halo[axis] });
            }
        }
        let indices = block_indices(region, &shape, &anchor, options.fit)?;
        let (fit, order, len) = (options.fit, options.order, indices.voxels()?);
        let blocks = Self { region: *region, shape, anchor, halo_low, halo_high, fit, order, indices, len };
        blocks.check_corners()?;
        Ok(blocks)
    }

    /// Whether all corners are representable, from those of the outermost blocks: the others are in between.
    fn check_corners(&self) -> Result<()> {
        if self.len == 0 {
            return Ok(());
        }
        let (first, end) = (self.indices.begin(), self.indices.end());
        let corner = |axis: usize, index: i64| index.try_mul(self.shape[axis])?.try_add(self.anchor[axis]);
        for axis in 0..self.region.dims() {
            let check = || {
                let low = corner(axis, first[axis])?.try_sub(self.halo_low[axis])?;
                let high = corner(axis, end[axis])?.try_add(self.halo_high[axis])?;
                // Also the shape of what is read has to be representable.
                high.try_sub(low)
            };
            check().map_err(|error| error.at(axis))?;
        }
        Ok(())
    }

    /// The region that is divided.
    pub fn region(&self) -> VoxelBox {
        self.region
    }

    /// The shape of a block that is not cut.
    pub fn shape(&self) -> Coordinate {
        self.shape
    }

    /// The indices of the blocks: a box whose "voxels" are blocks.
    pub fn indices(&self) -> VoxelBox {
        self.indices
    }

    /// The number of blocks.
    pub fn len(&self) -> u64 {
        self.len
    }

    /// Whether there is no block.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The block of this number in the order of the blocks; none from [`len`](Self::len) on.
    pub fn get(&self, number: u64) -> Option<BlockBoxes> {
        let index = (number < self.len).then(|| match self.order {
            BlockOrder::RowMajor => order::row_major(&self.indices, number),
            BlockOrder::Morton => order::morton(&self.indices, number),
        });
        index.map(|index| self.boxes(index))
    }

    /// The block of this index, which is `k` in the formula above; none where there is no such block.
    pub fn at(&self, index: &Coordinate) -> Option<BlockBoxes> {
        self.indices.contains_point(index).then(|| self.boxes(*index))
    }

    /// All blocks, in their order.
    pub fn iter(&self) -> BlockIter {
        BlockIter::new(self, 0..self.len)
    }

    /// What task `part` of `parts` does: a run of consecutive blocks. The runs of all parts are disjoint, are
    /// everything together, and differ in length by at most one block; with more parts than blocks some are empty.
    ///
    /// # Errors
    /// [`Error::NoSuchPart`] unless `part < parts`.
    pub fn part(&self, part: u64, parts: u64) -> Result<BlockIter> {
        if part >= parts {
            return Err(Error::NoSuchPart { part, parts });
        }
        let limit = |part: u64| (u128::from(self.len) * u128::from(part) / u128::from(parts)) as u64;
        Ok(BlockIter::new(self, limit(part)..limit(part + 1)))
    }

    /// The boxes of a block that exists.
    fn boxes(&self, index: Coordinate) -> BlockBoxes {
        // The constructor has checked all corners.
        let dims = self.region.dims();
        let mut begin = Coordinate::from_fn(dims, |axis| self.anchor[axis] + index[axis] * self.shape[axis]);
        let mut shape = self.shape;
        if self.fit == Fit::Shrink {
            let (low, high) = (self.region.begin(), self.region.end());
            let end = Coordinate::from_fn(dims, |axis| high[axis].min(begin[axis] + shape[axis]));
            begin = Coordinate::from_fn(dims, |axis| low[axis].max(begin[axis]));
            shape = Coordinate::from_fn(dims, |axis| end[axis] - begin[axis]);
        }
        let write = VoxelBox::of_checked(begin, shape);
        let read_begin = Coordinate::from_fn(dims, |axis| begin[axis] - self.halo_low[axis]);
        let read_shape = Coordinate::from_fn(dims, |axis| self.halo_low[axis] + shape[axis] + self.halo_high[axis]);
        BlockBoxes { index, write, read: VoxelBox::of_checked(read_begin, read_shape) }
    }
}

/// The blocks that a region has, as a box of block indices.
fn block_indices(region: &VoxelBox, shape: &Coordinate, anchor: &Coordinate, fit: Fit) -> Result<VoxelBox> {
    let rounding = if fit == Fit::Valid { Rounding::Shrink } else { Rounding::Grow };
    let distance = region.begin().checked_sub(anchor)?;
    let indices = VoxelBox::new(distance, region.shape())?.in_steps(shape, rounding)?;
    if region.is_empty() { VoxelBox::new(indices.begin(), shape.map(|_| 0)) } else { Ok(indices) }
}

impl Grid {
    /// The voxels of a world region, divided into blocks of `shape` voxels. [`BlockBoxes::to_world`] says where each
    /// lies in the world.
    ///
    /// A block shape in world units becomes one in voxels by `shape.div_exact(&grid.step())`.
    ///
    /// # Errors
    /// As [`to_voxels`](Self::to_voxels) and [`Blocks::new`].
    ///
    /// # Examples
    ///
    /// ```
    /// use coord_roi::{BlockOptions, Grid, Roi, Rounding};
    ///
    /// let grid = Grid::with_step(["4.56".parse()?, 4.into(), 4.into()])?;
    /// let roi: Roi<_> = "[0:456, 0:400, 0:400]".parse()?;
    /// let blocks = grid.blocks(&roi, Rounding::Exact, [64, 64, 64], &BlockOptions::default())?;
    /// assert_eq!(blocks.len(), 8);
    /// let last = blocks.get(7).unwrap().to_world(&grid)?;
    /// assert_eq!(last.write.to_string(), "[291.84:456, 256:400, 256:400] (164.16, 144, 144)");
    /// # Ok::<(), coord_roi::Error>(())
    /// ```
    pub fn blocks(
        &self,
        roi: &Roi<Length>,
        rounding: Rounding,
        shape: impl Into<Coordinate>,
        options: &BlockOptions,
    ) -> Result<Blocks> {
        Blocks::new(&self.to_voxels(roi, rounding)?, shape, options)
    }
}
