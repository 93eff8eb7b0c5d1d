//! The chunks of a scale, and their names.

use super::order::three;
use crate::error::Result;
use array_core::{Coordinate, VoxelBox};
use std::fmt::Write as _;

/// How a scale is divided into chunks: from its first voxel on, those at the upper edges cut off.
///
/// ```
/// use ng_layer::array_core::VoxelBox;
/// use ng_layer::precomputed::ChunkGrid;
///
/// let grid = ChunkGrid::new(VoxelBox::new([5, -20, 10], [67, 101, 150])?, [64, 64, 64])?;
/// let last = grid.chunk([1, 1, 2]).expect("the last chunk");
/// assert_eq!(ng_layer::precomputed::chunk_name(&last), "138-160_44-81_69-72");
/// assert_eq!(grid.find("138-160_44-81_69-72"), Some(([1, 1, 2], last)));
/// assert_eq!(grid.find("138-202_44-108_69-133"), None, "chunks are cut at the edge, names too");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChunkGrid {
    voxels: VoxelBox,
    chunk: [i64; 3],
    /// Chunks per axis.
    cells: [i64; 3],
}

impl ChunkGrid {
    /// The chunks of a volume.
    ///
    /// # Errors
    /// [`Error::Geometry`](crate::Error::Geometry) for another number of dimensions than three, and for a chunk without
    /// voxels.
    pub fn new(voxels: VoxelBox, chunk_zyx: [i64; 3]) -> Result<Self> {
        let cells = three(&voxels.shape().div_ceil(&Coordinate::from(chunk_zyx))?);
        Ok(Self { voxels, chunk: chunk_zyx, cells })
    }

    /// All voxels.
    pub fn voxels(&self) -> VoxelBox {
        self.voxels
    }

    /// Voxels of a chunk that no edge cuts, in z, y, x order.
    pub fn chunk_shape(&self) -> [i64; 3] {
        self.chunk
    }

    /// Number of chunks per axis, in z, y, x order.
    pub fn cells(&self) -> [i64; 3] {
        self.cells
    }

    /// The voxels of the chunk in a cell of the grid, counted from 0 in z, y, x order; `None` outside.
    pub fn chunk(&self, cell_zyx: [i64; 3]) -> Option<VoxelBox> {
        if (0..3).any(|axis| !(0..self.cells[axis]).contains(&cell_zyx[axis])) {
            return None;
        }
        let (begin, shape) = (self.voxels.begin(), self.voxels.shape());
        // Inside of the volume, so nothing overflows.
        let low = [0, 1, 2].map(|axis| cell_zyx[axis] * self.chunk[axis]);
        let side = [0, 1, 2].map(|axis| self.chunk[axis].min(shape[axis] - low[axis]));
        VoxelBox::new([0, 1, 2].map(|axis| begin[axis] + low[axis]), side).ok()
    }

    /// The cell whose chunk is exactly this box.
    pub fn cell(&self, chunk: &VoxelBox) -> Option<[i64; 3]> {
        if chunk.dims() != 3 {
            return None;
        }
        let (begin, first) = (chunk.begin(), self.voxels.begin());
        let mut cell = [0; 3];
        for axis in 0..3 {
            cell[axis] = begin[axis].checked_sub(first[axis])?.div_euclid(self.chunk[axis]);
        }
        (self.chunk(cell)? == *chunk).then_some(cell)
    }

    /// The cell and the voxels of a chunk of this name; `None` for what is no name and for what is not on the grid.
    pub fn find(&self, name: &str) -> Option<([i64; 3], VoxelBox)> {
        let chunk = parse_chunk_name(name)?;
        Some((self.cell(&chunk)?, chunk))
    }

    /// All chunks, x fastest.
    pub fn iter(&self) -> impl Iterator<Item = ([i64; 3], VoxelBox)> + '_ {
        let [z, y, x] = self.cells;
        let cells = (0..z).flat_map(move |z| (0..y).flat_map(move |y| (0..x).map(move |x| [z, y, x])));
        cells.filter_map(|cell| Some((cell, self.chunk(cell)?)))
    }
}

/// The name of a chunk: `xBegin-xEnd_yBegin-yEnd_zBegin-zEnd`.
pub fn chunk_name(chunk: &VoxelBox) -> String {
    let (begin, end) = (chunk.begin(), chunk.end());
    let mut name = String::new();
    for axis in (0..chunk.dims()).rev() {
        let joint = if name.is_empty() { "" } else { "_" };
        write!(name, "{joint}{}-{}", begin[axis], end[axis]).expect("writing to a string cannot fail");
    }
    name
}

/// The box that a chunk's name states; `None` for anything that [`chunk_name`] would not have written. Whether there is
/// such a chunk is for [`ChunkGrid::find`] to say.
pub fn parse_chunk_name(name: &str) -> Option<VoxelBox> {
    let mut ranges = name.split('_').map(parse_range);
    let [x, y, z] = [ranges.next()??, ranges.next()??, ranges.next()??];
    if ranges.next().is_some() {
        return None;
    }
    VoxelBox::from_bounds([z.0, y.0, x.0], [z.1, y.1, x.1]).ok().filter(|chunk| chunk_name(chunk) == name)
}

/// `begin-end`, either of which may be negative.
fn parse_range(text: &str) -> Option<(i64, i64)> {
    let dash = text.char_indices().skip(1).find(|(_, c)| *c == '-')?.0;
    Some((text[..dash].parse().ok()?, text[dash + 1..].parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_canonical() {
        for (name, chunk) in [
            ("10-74_-20-44_5-69", Some([[5, -20, 10], [69, 44, 74]])),
            ("-20--10_0-1_0-1", Some([[0, 0, -20], [1, 1, -10]])),
            ("0-1_0-1", None),
            ("0-1_0-1_0-1_0-1", None),
            ("1e1-74_0-1_0-1", None),
            ("010-74_0-1_0-1", None),
            ("-0-74_0-1_0-1", None),
            ("+0-74_0-1_0-1", None),
            ("5-4_0-1_0-1", None),
            ("é-4_0-1_0-1", None),
            ("-9223372036854775808-9223372036854775807_0-1_0-1", None),
            ("", None),
        ] {
            let expected = chunk.map(|[begin, end]| VoxelBox::from_bounds(begin, end).unwrap());
            assert_eq!(parse_chunk_name(name), expected, "{name}");
        }
    }

    #[test]
    fn every_chunk_is_found_by_its_name_and_nothing_else_is() {
        let grid = ChunkGrid::new(VoxelBox::new([-3, 0, 7], [5, 4, 9]).unwrap(), [2, 4, 3]).unwrap();
        assert_eq!((grid.cells(), grid.iter().count()), ([3, 1, 3], 9));
        let voxels: u64 = grid.iter().map(|(_, chunk)| chunk.voxels().unwrap()).sum();
        assert_eq!(voxels, 5 * 4 * 9);
        for (cell, chunk) in grid.iter() {
            assert_eq!(grid.find(&chunk_name(&chunk)), Some((cell, chunk)));
            assert_eq!(grid.cell(&chunk.translate(&Coordinate::from([0, 0, 1])).unwrap()), None);
        }
        assert_eq!(grid.chunk([0, 0, 3]), None);
        assert!(ChunkGrid::new(grid.voxels(), [2, 0, 3]).is_err());
    }
}
