//! A read in slabs, so that a person can watch it; the result is the one of a single read.

use facade::array_core::{Error, Result};
use facade::prelude::*;

/// About how many bytes of result one slab has.
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
    for slab in slabs(&voxels, total, meta.read_block())? {
        options.context.check()?;
        let ranges = meta.block_ranges(&slab, &voxels)?;
        let mut out = block.view_mut();
        let out = out.slice(&ranges)?;
        done += out.bytes() as u64;
        array.read_voxels(&slab, out, &options.context)?;
        progress(done, total);
    }
    Ok(ReadBlock::new(block, meta.grid().to_world(&voxels)?))
}

/// Parts along the first axis, cut at borders of the read block where there is one.
fn slabs(voxels: &VoxelBox, bytes: u64, block: Option<Coordinate>) -> Result<Vec<VoxelBox>> {
    let Ok(range) = voxels.range(0) else {
        // Without a physical axis there is one voxel.
        return Ok(vec![*voxels]);
    };
    let extent = range.end - range.start;
    let step = block.map_or(1, |block| block[0].max(1));
    let wanted = (extent as u64 * SLAB / bytes.max(1)).max(1) as i64;
    let thick = (wanted + step - 1) / step * step;
    let mut parts = Vec::new();
    let mut begin = range.start;
    while begin < range.end {
        let end = ((begin.div_euclid(thick) + 1) * thick).min(range.end);
        let replace = |coordinate: Coordinate, value: i64| {
            let mut entries = coordinate.to_vec();
            entries[0] = value;
            Coordinate::try_from(&entries[..])
        };
        let part = VoxelBox::from_bounds(replace(voxels.begin(), begin)?, replace(voxels.end(), end)?);
        parts.push(part.map_err(Error::from)?);
        begin = end;
    }
    Ok(parts)
}
