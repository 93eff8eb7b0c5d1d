//! M1–M4: the metadata agree with themselves, and stay the same.

use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, AxisKind, Field, Length};

pub(super) fn check(array: &dyn Array) -> Checked {
    check_lengths(array)?;
    check_region(array)?;
    let axes = array.axes();
    let channel = axes.iter().position(|axis| axis.kind == AxisKind::Channel);
    let extent = channel.and_then(|axis| array.shape().get(axis).copied());
    let channels = array.num_channels();
    ensure(channels == extent, "M3", || {
        format!("{channels:?} channels, axes {axes}, the channel axis has {extent:?}")
    })?;

    let (ranges, shape) =
        (works(array.index_ranges(array.roi()), "M4", "index ranges of the own region")?, array.shape());
    let full = ranges.len() == shape.len() && ranges.iter().zip(shape).all(|(range, extent)| *range == (0..*extent));
    ensure(full, "M4", || format!("the own region has index ranges {ranges:?}, shape {shape:?}"))
}

/// Every axis has an entry in everything that has one per axis, and a unit that suits it.
fn check_lengths(array: &dyn Array) -> Checked {
    let ranks = [array.rank(), array.axes().rank(), array.shape().len()];
    ensure(ranks.iter().all(|n| *n == ranks[0]), "M2", || format!("numbers of axes differ: {ranks:?}"))?;
    let meta = array.meta();
    let physical = array.axes().physical().count();
    let lengths = [
        physical,
        array.dims(),
        array.voxel_size().dims(),
        meta.offset().dims(),
        array.roi().dims(),
        meta.grid().dims(),
        meta.voxel_box().dims(),
        meta.read_block().map_or(physical, |block| block.dims()),
    ];
    ensure(lengths.iter().all(|n| *n == physical), "M2", || format!("numbers of physical axes differ: {lengths:?}"))?;
    for axis in array.axes() {
        let suits = match axis.kind {
            AxisKind::Space => axis.unit == "nm",
            AxisKind::Time => true,
            _ => axis.unit.is_empty(),
        };
        ensure(suits, "M2", || format!("{:?} axis {} is measured in '{}'", axis.kind, axis.name, axis.unit))?;
    }
    Ok(())
}

/// Region and offset are those of the voxels.
fn check_region(array: &dyn Array) -> Checked {
    let (roi, size) = (array.roi(), array.voxel_size());
    let physical = array.axes().split(array.shape()).0;
    let extent = works(roi.shape().map_err(Into::into), "M1", "region")?;
    let expected = size.try_map(|dim, step| {
        let voxels = physical.get(dim).and_then(|extent| i64::try_from(*extent).ok()).unwrap_or(-1);
        step.checked_mul(Length::from(voxels))
    });
    let expected = works(expected.map_err(Into::into), "M1", "extent")?;
    ensure(extent == expected, "M1", || format!("region {roi}, voxels of {size} nm, {physical:?} of them"))?;
    let (begin, offset) = (works(roi.begin().map_err(Into::into), "M1", "region")?, array.meta().offset());
    ensure(begin == offset, "M1", || format!("offset {offset} but region {roi}"))?;
    let stated = array.meta().provenance(Field::Kind);
    ensure(stated.is_some(), "M1", || "nothing says where the kind comes from".to_owned())
}
