//! A6, A7, A9: what happens outside and off the grid.

use coord_roi::{Coordinate, Length, Roi, Rounding, VoxelBox};

use super::reading::cut;
use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, Error, FillValue, Outside, ReadOptions};

pub(super) fn check(array: &dyn Array, whole: &VoxelBox) -> Checked {
    if array.dims() == 0 {
        // Without a physical axis there is no outside, and nothing to be aligned.
        return Ok(());
    }
    check_outside(array, whole)?;
    check_alignment(array, whole)
}

/// The request reaches two voxels beyond the array's own lower corner, and is cut to the window otherwise.
fn check_outside(array: &dyn Array, whole: &VoxelBox) -> Checked {
    let meta = array.meta();
    let two = works(Coordinate::filled(whole.dims(), 2).map_err(Into::into), "A6", whole)?;
    let ask = |from: Coordinate| VoxelBox::from_bounds(from, whole.end());
    let wide = works(meta.voxel_box().begin().checked_sub(&two).and_then(ask).map_err(Into::into), "A6", whole)?;
    // The upper window of a large array would make the request as large as the array.
    if wide.shape().iter().any(|extent| *extent > 64) {
        return Ok(());
    }
    let roi = works(meta.grid().to_world(&wide).map_err(Into::into), "A6", wide)?;
    let inside = works(wide.intersect(meta.voxel_box()).map_err(Into::into), "A6", wide)?;

    let refused = array.read_block(roi);
    let named = matches!(refused, Err(Error::OutsideArray { .. }));
    ensure(named, "A8", || format!("{roi} leaves the array and is not refused as such: {refused:?}"))?;

    let options = ReadOptions::default().with_outside(Outside::Fill(FillValue::from(1)));
    let filled = works(array.read_with(roi, &options), "A6", format_args!("{roi} with fill"))?;
    let shape = works(meta.block_shape(&wide), "A6", wide)?;
    let mut expected = works(FillValue::from(1).block(array.dtype(), &shape), "A6", wide)?;
    let part = works(array.read_box(&inside, &options.context), "A6", inside)?;
    let place = works(meta.block_ranges(&inside, &wide), "A6", inside)?;
    works(expected.view_mut().slice(&place).and_then(|mut out| out.assign(&part.view())), "A6", wide)?;
    ensure(filled.block.same_bits(&expected), "A6", || format!("{roi} with fill differs"))?;

    let clipped = works(array.read_with(roi, &ReadOptions::default().with_outside(Outside::Clip)), "A7", roi)?;
    let common = works(roi.intersect(&array.roi()).map_err(Into::into), "A7", roi)?;
    ensure(clipped.roi == common, "A7", || format!("{roi} clipped covers {}, not {common}", clipped.roi))?;
    ensure(clipped.block.same_bits(&part), "A7", || format!("{roi} clipped differs"))
}

/// The request begins a third of a voxel late and ends a third early on every axis.
fn check_alignment(array: &dyn Array, whole: &VoxelBox) -> Checked {
    let grid = array.meta().grid();
    let aligned = works(grid.to_world(whole).map_err(Into::into), "A9", whole)?;
    let roi = works(inset(&aligned, &array.voxel_size()).map_err(Into::into), "A9", aligned)?;
    let refused = array.read_block(roi);
    let named = matches!(refused, Err(Error::NotAligned { .. }));
    ensure(named, "A9", || format!("{roi} is not aligned and is not refused as such: {refused:?}"))?;
    for rounding in [Rounding::Grow, Rounding::Shrink, Rounding::Closest] {
        let options = ReadOptions::default().with_alignment(rounding);
        let read = works(array.read_with(roi, &options), "A9", format_args!("{roi} with {rounding:?}"))?;
        let voxels = works(grid.to_voxels(&read.roi, Rounding::Exact).map_err(Into::into), "A9", read.roi)?;
        let contained = match rounding {
            Rounding::Grow => read.roi.contains(&roi),
            Rounding::Shrink => roi.contains(&read.roi),
            _ => Ok(true),
        };
        let contained = works(contained.map_err(Into::into), "A9", roi)?;
        ensure(contained, "A9", || format!("{roi} with {rounding:?} covers {}", read.roi))?;
        if voxels.is_empty() {
            continue;
        }
        let reference = works(array.read_box(whole, &options.context), "A9", whole)?;
        let expected = cut(array.meta(), &reference, whole, &voxels)?;
        ensure(read.block.same_bits(&expected), "A9", || format!("{roi} with {rounding:?} is not {}", read.roi))?;
    }
    Ok(())
}

fn inset(roi: &Roi<Length>, step: &Coordinate<Length>) -> coord_roi::Result<Roi<Length>> {
    let third = Length::new(1, 3)?;
    let by = step.try_map(|_, step| step.checked_mul(third))?;
    Roi::from_bounds(roi.begin()?.checked_add(&by)?, roi.end()?.checked_sub(&by)?)
}
