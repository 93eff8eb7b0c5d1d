//! What [`Extent::Inside`](crate::Extent::Inside) leaves out, in words.

use std::ops::Range;

use array_core::{ArrayMeta, Length};

use crate::{Factor, Result};

/// One line for every axis on which source voxels at a rim fall under no target voxel.
pub(super) fn rim(meta: &ArrayMeta, factors: &[Factor], anchor: &[i64], target: &[Range<i64>]) -> Result<Vec<String>> {
    let mut lines = Vec::new();
    let volumes = meta.voxel_box().ranges();
    for (dim, ((factor, target), volume)) in factors.iter().zip(target).zip(volumes).enumerate() {
        // In units of 1/u source voxel everything is whole.
        let (u, d) = (i128::from(factor.up()), i128::from(factor.down()));
        let place = |index: i64| i128::from(index - anchor[dim]) * u;
        let low = i128::from(target.start) * d - place(volume.start);
        let high = place(volume.end) - i128::from(target.end) * d;
        if low == 0 && high == 0 {
            continue;
        }
        let amount = |units: i128| -> Result<String> {
            // Less than one target voxel, so it fits whatever the factor.
            let voxels = Length::new(units as i64, u as i64)?;
            let size = voxels.checked_mul(meta.voxel_size()[dim])?;
            Ok(format!("{voxels} source voxels ({} {})", size.for_people(), unit(meta, dim)))
        };
        let cure = if low == 0 { "extent = cover keeps them" } else { "extent = cover or anchor = array keeps more" };
        let name = meta.axes().physical_name(dim);
        let (low, high) = (amount(low)?, amount(high)?);
        lines.push(format!("axis {name}: left out are {low} at the begin and {high} at the end; {cure}"));
    }
    Ok(lines)
}

fn unit(meta: &ArrayMeta, dim: usize) -> &str {
    let position = meta.axes().physical().nth(dim);
    position.map_or("", |position| meta.axes().as_slice()[position].unit.as_str())
}
