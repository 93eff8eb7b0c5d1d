//! Chunks of one level: from a name to bytes.

use array_core::{ArrayExt, ArrayRef, Coordinate, ReadContext, VoxelBox};
use ng_layer::precomputed::{ChunkGrid, Encoding, Scale, encode_chunk, publish};

use super::levels::MadeLevel;
use crate::Result;
use crate::content::{Content, Gzip};
use crate::failure::Failure;

/// One level as it is served.
#[derive(Debug)]
pub(crate) struct ServedLevel {
    array: ArrayRef,
    grid: ChunkGrid,
    encoding: Encoding,
    gzip: Gzip,
    shift_zyx: [i64; 3],
    dims_zyx: [usize; 3],
}

impl ServedLevel {
    pub(super) fn new(scale: &Scale, level: MadeLevel, gzip: Gzip) -> Result<Self> {
        let MadeLevel { array, shift_zyx, dims_zyx, .. } = level;
        let (grid, encoding) = (scale.chunks()?, *scale.encoding());
        let gzip = if matches!(encoding, Encoding::Jpeg { .. }) { Gzip::Never } else { gzip };
        Ok(Self { array, grid, encoding, gzip, shift_zyx, dims_zyx })
    }

    pub(crate) fn array(&self) -> &ArrayRef {
        &self.array
    }

    pub(crate) fn grid(&self) -> &ChunkGrid {
        &self.grid
    }

    /// Reads a chunk (published indices, z, y, x) and encodes it.
    pub(crate) fn load(&self, chunk: &VoxelBox, cx: &ReadContext) -> Result<Content, Failure> {
        let block = self.array.read_box(&self.on_the_grid(chunk)?, cx)?;
        cx.check()?;
        let bytes = encode_chunk(&publish(self.array.meta(), &block.view())?.view(), &self.encoding)?;
        let jpeg = matches!(self.encoding, Encoding::Jpeg { .. });
        Ok(Content::new(bytes, if jpeg { "image/jpeg" } else { "application/octet-stream" }, self.gzip))
    }

    /// The voxels of a chunk by the indices and in the order of the array.
    fn on_the_grid(&self, chunk: &VoxelBox) -> Result<VoxelBox, array_core::Error> {
        let (mut begin, mut shape) = ([0; 3], [0; 3]);
        for (axis, dim) in self.dims_zyx.into_iter().enumerate() {
            begin[dim] = chunk.begin()[axis] - self.shift_zyx[axis];
            shape[dim] = chunk.shape()[axis];
        }
        Ok(VoxelBox::new(Coordinate::from(begin), Coordinate::from(shape))?)
    }
}
