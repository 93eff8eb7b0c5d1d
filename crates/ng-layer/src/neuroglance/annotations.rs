//! Regions and lists of blocks as boxes in the viewer.

use super::placement::region_xyz;
use crate::error::{Error, Result};
use crate::layer::{Annotation, AnnotationLayer};
use crate::space::{CoordinateSpace, Dim};
use array_core::{Grid, Length, Roi, VoxelBox};

/// A layer with a box for each region of the world, in z, y, x order, drawn in voxels of a size of your choice (of the
/// array that they belong to, as a rule); the boxes stand where the regions are whatever that size is. They are counted
/// from 0, and say their region in words.
///
/// Annotations are part of the state, and so of a link: some thousands are too many.
///
/// # Errors
/// [`Error::Geometry`] for a region with unbounded axes, [`Error::NotViewable`] for one that has not three,
/// [`Error::Scale`] for a voxel size that is not positive, [`Error::MissingKey`] for an empty name.
///
/// ```
/// use ng_layer::array_core::{Length, Roi};
/// use ng_layer::neuroglance::region_layer;
///
/// let voxel = [40, 8, 8].map(Length::from);
/// let layer = region_layer("ground truth", voxel, [Roi::new([400, 80, 4], [40, 16, 16])?])?;
/// let boxes = layer.annotations()?.expect("one box");
/// assert_eq!(boxes[0].point_a()?, Some(vec![0.5, 10.0, 10.0]));
/// assert_eq!(boxes[0].point_b()?, Some(vec![2.5, 12.0, 11.0]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn region_layer<R: Into<Roi<Length>>>(
    name: &str,
    voxel_zyx: [Length; 3],
    regions: impl IntoIterator<Item = R>,
) -> Result<AnnotationLayer> {
    let [z, y, x] = voxel_zyx;
    for (dim, step) in [("z", z), ("y", y), ("x", x)] {
        if !step.is_positive() {
            return Err(Error::Scale { name: dim.to_owned(), scale: step.to_f64() });
        }
    }
    let dimensions = [("x", x), ("y", y), ("z", z)].map(|(dim, step)| (dim, Dim::metres(step)));
    let layer = AnnotationLayer::local(name, CoordinateSpace::new(dimensions)?)?;
    let boxes = regions.into_iter().enumerate().map(|(id, region)| box_of(name, id, [x, y, z], &region.into()));
    layer.with_annotations(boxes.collect::<Result<Vec<_>>>()?)
}

/// A layer with a box for each box of voxels of a grid: the blocks of a job, the chunks of a store.
///
/// # Errors
/// As [`region_layer`], and [`Error::Geometry`] for boxes that do not fit the grid.
pub fn block_layer<'a>(
    name: &str,
    grid: &Grid,
    blocks: impl IntoIterator<Item = &'a VoxelBox>,
) -> Result<AnnotationLayer> {
    let step = <[Length; 3]>::try_from(grid.step().as_slice()).map_err(|_| not_three(name, grid.dims()))?;
    let regions: Vec<Roi<Length>> = blocks.into_iter().map(|block| Ok(grid.to_world(block)?)).collect::<Result<_>>()?;
    region_layer(name, step, regions)
}

fn not_three(name: &str, dims: usize) -> Error {
    Error::NotViewable {
        array: name.to_owned(),
        reason: format!("boxes have the axes z, y and x in the viewer, and this one has {dims}"),
    }
}

fn box_of(name: &str, id: usize, voxel_xyz: [Length; 3], region: &Roi<Length>) -> Result<Annotation> {
    if region.dims() != 3 {
        return Err(not_three(name, region.dims()));
    }
    let bounds = region_xyz(region)?;
    let (mut lower, mut upper) = (Vec::with_capacity(3), Vec::with_capacity(3));
    for ((begin, end), voxel) in bounds.into_iter().zip(voxel_xyz) {
        lower.push(begin.checked_div(voxel)?.to_f64());
        upper.push(end.checked_div(voxel)?.to_f64());
    }
    Annotation::bounding_box(&id.to_string(), lower, upper)?.with_description(region.to_string())
}
