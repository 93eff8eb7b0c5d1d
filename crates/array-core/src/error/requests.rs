//! Errors about requests, whose messages need metadata to be understood.

use coord_roi::{Length, Roi, VoxelBox};

use crate::{ArrayMeta, Axes, Error};

/// The error for `voxels` (of `roi`) that the array does not have, with its first offending axis.
pub(crate) fn outside(meta: &ArrayMeta, roi: &Roi<Length>, voxels: &VoxelBox) -> Error {
    let (have, want) = (meta.voxel_box(), voxels);
    let leaves = |dim: &usize| want.begin()[*dim] < have.begin()[*dim] || want.end()[*dim] > have.end()[*dim];
    let dim = (0..have.dims()).find(leaves).unwrap_or(0);
    let interval = |roi: &Roi<Length>| match (roi.begin(), roi.end()) {
        (Ok(begin), Ok(end)) => format!("[{}, {})", begin[dim], end[dim]),
        _ => "everything".to_owned(),
    };
    Error::OutsideArray {
        array: meta.name().to_owned(),
        request: Box::new(*roi),
        region: Box::new(meta.roi()),
        axis: meta.axes().physical_name(dim),
        asked: interval(roi),
        available: interval(&meta.roi()),
    }
}

/// Gives an alignment error of the geometry the name of array and axis; passes on all others.
pub(crate) fn alignment(meta: &ArrayMeta, cause: coord_roi::Error) -> Error {
    match cause {
        coord_roi::Error::NotAligned { axis, value, step, below, above, .. } => Error::NotAligned {
            array: meta.name().into(),
            axis: meta.axes().physical_name(axis).into(),
            value,
            step,
            origin: meta.offset()[axis],
            nearest: Box::new([below, above]),
        },
        other => Error::on_axis(meta.axes(), other),
    }
}

impl Error {
    /// A geometry error over the physical axes, with the name of its axis instead of a number.
    pub fn on_axis(axes: &Axes, cause: coord_roi::Error) -> Self {
        match cause.axis().and_then(|dim| axes.physical().nth(dim)) {
            Some(position) => {
                Self::OnAxis { axis: axes.as_slice()[position].name.as_str().into(), cause: Box::new(cause) }
            }
            None => cause.into(),
        }
    }
}

/// The message of a geometry error without the number of the axis in front.
pub(super) fn without_number(cause: &coord_roi::Error) -> String {
    let text = cause.to_string();
    let number = cause.axis().map(|axis| format!("axis {axis}: "));
    number.and_then(|number| text.strip_prefix(&number).map(str::to_owned)).unwrap_or(text)
}
