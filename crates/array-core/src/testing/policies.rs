//! A6, A7, A9: what happens outside and off the grid.

use coord_roi::{Coordinate, Length, Roi, Rounding, VoxelBox};

use super::reading::{cut, read, same};
use super::sample::{beyond, windows, with};
use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, Block, Error, FillValue, Outside, ReadBlock, ReadOptions};

pub(super) fn check(array: &dyn Array, whole: &VoxelBox, voxels: &Block) -> Checked {
    if array.dims() == 0 {
        // Without a physical axis there is no outside, and nothing to be aligned.
        return Ok(());
    }
    check_inside(array, whole, voxels)?;
    check_alignment(array, whole, voxels)
}

/// Requests that leave the array, and such as do not touch it. An array without voxels has only those.
pub(super) fn check_beyond(array: &dyn Array) -> Checked {
    if array.dims() == 0 {
        return Ok(());
    }
    let all = array.meta().voxel_box();
    let behind = works(beyond(array.meta()), "A6", all)?;
    check_outside(array, &behind)?;
    if all.is_empty() {
        let nothing = read(array, all, "M4")?;
        return ensure(nothing.is_empty(), "M4", || format!("an empty array gave shape {:?}", nothing.shape()));
    }
    for window in windows(all) {
        for request in leaving(array, &window)? {
            check_outside(array, &request)?;
        }
    }
    Ok(())
}

/// Boxes of at most a few voxels per axis that reach two voxels beyond an end of the array at which the window lies: beyond all
/// ends at once, and beyond one alone.
fn leaving(array: &dyn Array, window: &VoxelBox) -> Checked<Vec<VoxelBox>> {
    let all = array.meta().voxel_box();
    let upper = window.begin() != all.begin();
    let corner = if upper { window.end() } else { window.begin() };
    let near: i64 = 3;
    let reach = |axis: usize| {
        let inside = window.shape()[axis].min(near);
        if upper {
            (corner[axis] - inside, corner[axis].saturating_add(2))
        } else {
            (corner[axis].saturating_sub(2), corner[axis] + inside)
        }
    };
    let (mut begin, mut end) = (window.begin(), window.end());
    for axis in 0..window.dims() {
        (begin, end) = (with(begin, axis, reach(axis).0), with(end, axis, reach(axis).1));
    }
    let everywhere = works(VoxelBox::from_bounds(begin, end).map_err(Into::into), "A6", window)?;
    let last = window.dims() - 1;
    let (begin, end) = (with(window.begin(), last, reach(last).0), with(window.end(), last, reach(last).1));
    let along_one = works(VoxelBox::from_bounds(begin, end).map_err(Into::into), "A6", window)?;
    Ok(vec![everywhere, along_one])
}

fn asked(array: &dyn Array, roi: Roi<Length>, outside: Outside, invariant: &'static str) -> Checked<ReadBlock> {
    let options = ReadOptions::default().with_outside(outside);
    works(array.read_with(roi, &options), invariant, format_args!("{roi} under {outside:?}"))
}

fn check_outside(array: &dyn Array, wide: &VoxelBox) -> Checked {
    let meta = array.meta();
    let roi = works(meta.grid().to_world(wide).map_err(Into::into), "A6", wide)?;
    let inside = works(wide.intersect(meta.voxel_box()).map_err(Into::into), "A6", wide)?;

    let refused = array.read_block(roi);
    let named = matches!(refused, Err(Error::OutsideArray { .. }));
    ensure(named, "A8", || format!("{roi} leaves the array and is not refused as such: {refused:?}"))?;

    let one = FillValue::from(1);
    let filled = asked(array, roi, Outside::Fill(one), "A6")?;
    let shape = works(meta.block_shape(wide), "A6", wide)?;
    let mut expected = works(one.block(array.dtype(), &shape), "A6", wide)?;
    let part = read(array, &inside, "A6")?;
    if !inside.is_empty() {
        let place = works(meta.block_ranges(&inside, wide), "A6", inside)?;
        works(expected.view_mut().slice(&place).and_then(|mut out| out.assign(&part.view())), "A6", wide)?;
    }
    ensure(filled.roi == roi, "A6", || format!("{roi} with fill covers {}", filled.roi))?;
    ensure(same(&filled.block, &expected), "A6", || format!("{roi} with fill differs"))?;

    let clipped = asked(array, roi, Outside::Clip, "A7")?;
    let common = works(roi.intersect(&array.roi()).map_err(Into::into), "A7", roi)?;
    let covers = clipped.roi == common || (clipped.roi.is_empty() && common.is_empty());
    ensure(covers, "A7", || format!("{roi} clipped covers {}, not {common}", clipped.roi))?;
    let equal = same(&clipped.block, &part) || (clipped.block.is_empty() && part.is_empty());
    ensure(equal, "A7", || format!("{roi} clipped differs"))
}

/// Inside of the array, no policy changes anything.
fn check_inside(array: &dyn Array, whole: &VoxelBox, voxels: &Block) -> Checked {
    let roi = works(array.meta().grid().to_world(whole).map_err(Into::into), "A6", whole)?;
    for (outside, invariant) in [(Outside::Fill(FillValue::from(1)), "A6"), (Outside::Clip, "A7")] {
        let read = asked(array, roi, outside, invariant)?;
        ensure(read.roi == roi, invariant, || format!("{roi} under {outside:?} covers {}", read.roi))?;
        ensure(same(&read.block, voxels), invariant, || format!("{roi} under {outside:?} is not what it is"))?;
    }
    Ok(())
}

/// The request begins a third of a voxel late and ends a third early on every axis.
fn check_alignment(array: &dyn Array, whole: &VoxelBox, voxels: &Block) -> Checked {
    let grid = array.meta().grid();
    let aligned = works(grid.to_world(whole).map_err(Into::into), "A9", whole)?;
    let roi = works(inset(&aligned, &array.voxel_size()).map_err(Into::into), "A9", aligned)?;
    let refused = array.read_block(roi);
    let named = matches!(refused, Err(Error::NotAligned { .. }));
    ensure(named, "A9", || format!("{roi} is not aligned and is not refused as such: {refused:?}"))?;
    for rounding in [Rounding::Grow, Rounding::Shrink, Rounding::Closest] {
        let options = ReadOptions::default().with_alignment(rounding);
        let read = works(array.read_with(roi, &options), "A9", format_args!("{roi} with {rounding:?}"))?;
        let covered = works(grid.to_voxels(&read.roi, Rounding::Exact).map_err(Into::into), "A9", read.roi)?;
        let contained = match rounding {
            Rounding::Grow => read.roi.contains(&roi),
            Rounding::Shrink => roi.contains(&read.roi),
            _ => Ok(read.roi == aligned),
        };
        let contained = works(contained.map_err(Into::into), "A9", roi)?;
        ensure(contained, "A9", || format!("{roi} with {rounding:?} covers {}", read.roi))?;
        if covered.is_empty() {
            let empty = read.block.is_empty();
            ensure(empty, "A9", || format!("{roi} with {rounding:?} has shape {:?}", read.block.shape()))?;
            continue;
        }
        let expected = cut(array.meta(), voxels, whole, &covered)?;
        ensure(same(&read.block, &expected), "A9", || format!("{roi} with {rounding:?} is not {}", read.roi))?;
    }
    Ok(())
}

fn inset(roi: &Roi<Length>, step: &Coordinate<Length>) -> coord_roi::Result<Roi<Length>> {
    let third = Length::new(1, 3)?;
    let by = step.try_map(|_, step| step.checked_mul(third))?;
    Roi::from_bounds(roi.begin()?.checked_add(&by)?, roi.end()?.checked_sub(&by)?)
}
