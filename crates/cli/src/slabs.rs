//! A read in slabs, so that a person can watch it; the result is the one of a single read.

use facade::array_core::{Pieces, Result};
use facade::prelude::*;

/// How many bytes of result one slab has, at most.
const SLAB: u64 = 32 << 20;

/// Reads a region under the given policies and reports bytes done and bytes in all.
///
/// # Errors
/// As [`ArrayExt::read_with`].
pub fn read(
    array: &dyn Array,
    roi: Roi<Length>,
    options: &ReadOptions,
    mut progress: impl FnMut(u64, u64),
) -> Result<ReadBlock> {
    // Whatever is not plainly inside the array is decided in one place, and needs no progress to be watched.
    let meta = array.meta();
    let bounded = meta.bounded(&roi)?;
    let inside =
        meta.grid().to_voxels(&bounded, options.alignment).ok().filter(|voxels| meta.voxel_box().contains(voxels));
    let Some(voxels) = inside.filter(|voxels| !voxels.is_empty()) else {
        return array.read_with(roi, options);
    };
    let mut block = Block::zeros(meta.dtype(), &meta.block_shape(&voxels)?)?;
    let total = block.bytes() as u64;
    let mut done = 0;
    progress(done, total);
    let voxel_bytes = total / voxels.voxels()?.max(1);
    for slab in Pieces::new(voxels, voxel_bytes, SLAB, meta.read_block()) {
        options.context.check()?;
        let slab = slab?;
        let ranges = meta.block_ranges(&slab, &voxels)?;
        let mut out = block.view_mut();
        let out = out.slice(&ranges)?;
        done += out.bytes() as u64;
        array.read_voxels(&slab, out, &options.context)?;
        progress(done, total);
    }
    Ok(ReadBlock::new(block, meta.grid().to_world(&voxels)?))
}
