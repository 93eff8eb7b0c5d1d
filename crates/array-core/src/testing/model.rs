//! M1–M4: the metadata agree with themselves.

use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, AxisKind};

pub(super) fn check(array: &dyn Array) -> Checked {
    let meta = array.meta();
    let shape = array.shape();
    let physical: Vec<usize> = array.axes().physical().collect();

    let ranks = (array.rank(), array.axes().iter().count());
    ensure(ranks.0 == ranks.1 && ranks.0 == shape.len(), "M2", || format!("rank {}, shape {shape:?}", ranks.0))?;
    let lengths = [physical.len(), array.voxel_size().dims(), array.roi().dims(), meta.grid().dims(), array.dims()];
    ensure(lengths.iter().all(|n| *n == lengths[0]), "M2", || format!("numbers of physical axes differ: {lengths:?}"))?;

    let extent = works(array.roi().shape().map_err(Into::into), "M1", "region")?;
    for (dim, axis) in physical.iter().enumerate() {
        let voxels = coord_roi::Length::from(shape[*axis] as i64);
        let expected = works(array.voxel_size()[dim].checked_mul(voxels).map_err(Into::into), "M1", "extent")?;
        ensure(extent[dim] == expected, "M1", || format!("region {} with shape {shape:?}", array.roi()))?;
    }
    let begin = works(array.roi().begin().map_err(Into::into), "M1", "region")?;
    ensure(begin == meta.offset(), "M1", || format!("offset {} but region {}", meta.offset(), array.roi()))?;

    let channel = array.axes().iter().position(|axis| axis.kind == AxisKind::Channel);
    let expected = channel.map(|axis| shape[axis]);
    ensure(array.num_channels() == expected, "M3", || {
        format!("{:?} channels, axes {}", array.num_channels(), array.axes())
    })?;

    let ranges = works(array.index_ranges(array.roi()), "M4", "index ranges of the own region")?;
    let full = ranges.iter().zip(shape).all(|(range, extent)| *range == (0..*extent));
    ensure(full, "M4", || format!("the own region has index ranges {ranges:?}, shape {shape:?}"))
}
