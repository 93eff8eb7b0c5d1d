//! Everything that is known of an array without reading a voxel.

mod derive;
mod placed;
mod provenance;
mod viewer;

use std::collections::BTreeMap;
use std::ops::Range;

use coord_roi::{Coordinate, Grid, Length, Roi, Rounding, VoxelBox};
use serde::{Deserialize, Serialize};

pub use self::provenance::{Field, Provenance};
pub use self::viewer::ViewerSource;
use crate::{Axes, DType, Error, Result, error};

/// Free-form metadata, as the source states them.
pub type Attrs = serde_json::Map<String, serde_json::Value>;

/// What the voxels of an array mean. Decides what may be done with them: labels are never averaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Intensities.
    Image,
    /// Ids of segments.
    Labels,
    /// Inside or outside; fractions of it make sense.
    Mask,
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Image => "image",
            Self::Labels => "labels",
            Self::Mask => "mask",
        })
    }
}

/// The place of an array in the world and the shape of its data.
///
/// An array is a [`Grid`] plus a [`VoxelBox`] on it, over its physical axes; the other axes have a plain extent. Region,
/// offset and shape follow from those and can be stated nowhere else.
#[derive(Clone, Debug, PartialEq)]
pub struct ArrayMeta {
    name: String,
    kind: Kind,
    axes: Axes,
    grid: Grid,
    voxels: VoxelBox,
    /// Of the voxels, and so is the shape, whose entries for other axes are their extents.
    roi: Roi<Length>,
    shape: Vec<usize>,
    dtype: DType,
    read_block: Option<Coordinate>,
    attrs: Attrs,
    viewer: ViewerSource,
    provenance: BTreeMap<Field, Provenance>,
}

impl ArrayMeta {
    /// Metadata of an array with these axes; `extents` are those of the axes that are not physical, in axis order.
    ///
    /// The kind is assumed until [`with_kind`](Self::with_kind) states it: 64-bit unsigned integers are taken as labels,
    /// bool as a mask, all else as an image.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] when grid, box or extents do not fit the axes; geometry errors when the region of the box
    /// cannot be expressed.
    pub fn new(
        name: impl Into<String>,
        dtype: DType,
        axes: Axes,
        extents: &[usize],
        grid: Grid,
        voxels: VoxelBox,
    ) -> Result<Self> {
        let dims = axes.dims();
        for (what, found) in [("grid", grid.dims()), ("voxel box", voxels.dims())] {
            if found != dims {
                return Err(Error::RankMismatch { what, axes: axes.names(), expected: dims, found });
            }
        }
        let plain = axes.rank() - dims;
        if extents.len() != plain {
            let what = "list of extents of non-physical axes";
            return Err(Error::RankMismatch { what, axes: axes.names(), expected: plain, found: extents.len() });
        }
        let roi = grid.to_world(&voxels).map_err(|cause| Error::on_axis(&axes, cause))?;
        let shape = axes.merge(&voxels.shape_usize()?, extents);
        let (kind, guess) = match dtype {
            DType::U64 => (Kind::Labels, "64-bit unsigned integers are taken as labels"),
            DType::Bool => (Kind::Mask, "bool is taken as a mask"),
            _ => (Kind::Image, "numbers are taken as an image"),
        };
        let provenance = BTreeMap::from([(Field::Kind, Provenance::Assumed(guess.to_owned()))]);
        Ok(Self {
            name: name.into(),
            kind,
            axes,
            grid,
            voxels,
            roi,
            shape,
            dtype,
            read_block: None,
            attrs: Attrs::new(),
            viewer: ViewerSource::Local,
            provenance,
        })
    }

    /// Renames the array.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = name.into();
        self
    }

    /// States what the voxels mean.
    pub fn with_kind(mut self, kind: Kind, provenance: Provenance) -> Self {
        self.kind = kind;
        self.with_provenance(Field::Kind, provenance)
    }

    /// Replaces the free-form metadata.
    pub fn with_attrs(mut self, attrs: Attrs) -> Self {
        self.attrs = attrs;
        self
    }

    /// States which block (voxels per physical axis, aligned to grid index 0) is cheapest to read.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] unless it has an entry per physical axis, and a geometry error unless all are at least 1.
    pub fn with_read_block(mut self, block: Coordinate) -> Result<Self> {
        self.check_dims("read block", block.dims())?;
        if let Some(axis) = block.iter().position(|edge| *edge < 1) {
            let cause = coord_roi::Error::ZeroStep { axis: Some(axis), step: block[axis].into() };
            return Err(Error::on_axis(&self.axes, cause));
        }
        self.read_block = Some(block);
        Ok(self)
    }

    /// States whether and where a viewer finds exactly these voxels.
    pub fn with_viewer_source(mut self, viewer: ViewerSource) -> Self {
        self.viewer = viewer;
        self
    }

    /// Records where a value came from.
    pub fn with_provenance(mut self, field: Field, provenance: Provenance) -> Self {
        self.provenance.insert(field, provenance);
        self
    }

    /// Identifies the array in configurations, messages and the viewer.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the voxels mean.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// All axes in data order.
    pub fn axes(&self) -> &Axes {
        &self.axes
    }

    /// Number of all axes.
    pub fn rank(&self) -> usize {
        self.axes.rank()
    }

    /// Number of physical axes.
    pub fn dims(&self) -> usize {
        self.axes.dims()
    }

    /// Element type.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// How voxel indices relate to the world, per physical axis.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Which voxels of the grid the array has.
    pub fn voxel_box(&self) -> &VoxelBox {
        &self.voxels
    }

    /// The region of the world that the array covers, in nanometres.
    pub fn roi(&self) -> Roi<Length> {
        self.roi
    }

    /// World units per voxel, per physical axis.
    pub fn voxel_size(&self) -> Coordinate<Length> {
        self.grid.step()
    }

    /// World position of the lower corner of the first voxel.
    pub fn offset(&self) -> Coordinate<Length> {
        // The constructor has computed this very value as the begin of a bounded region.
        self.roi.begin().unwrap_or(self.grid.origin())
    }

    /// Extent of the channel axis, if there is one.
    pub fn num_channels(&self) -> Option<usize> {
        self.axes.channel().map(|position| self.shape()[position])
    }

    /// Extents of all axes in voxels.
    pub fn shape(&self) -> &[usize] {
        &self.shape
    }

    /// Extents of the axes that are not physical, in axis order.
    pub fn plain_extents(&self) -> Vec<usize> {
        self.axes.split(&self.shape).1
    }

    /// Extents, over all axes, of a block that covers these voxels.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] unless `voxels` has an entry per physical axis.
    pub fn block_shape(&self, voxels: &VoxelBox) -> Result<Vec<usize>> {
        self.check_dims("voxel box", voxels.dims())?;
        Ok(self.axes.merge(&voxels.shape_usize()?, &self.plain_extents()))
    }

    /// Index ranges of the data, one per axis and counted from the array's first voxel, that hold a region.
    ///
    /// Physical axes are found by their kind, wherever they stand; all others get their full extent. Unbounded axes of the
    /// region mean the whole array. A region without voxels may lie anywhere, as in [`block_ranges`](Self::block_ranges).
    ///
    /// # Errors
    /// [`Error::NotAligned`] and [`Error::OutsideArray`], both naming the axis.
    pub fn index_ranges(&self, roi: &Roi<Length>) -> Result<Vec<Range<usize>>> {
        self.block_ranges(&self.voxels_inside(roi)?, &self.voxels)
    }

    /// The voxels of a region that has to be aligned and inside the array.
    pub(crate) fn voxels_inside(&self, roi: &Roi<Length>) -> Result<VoxelBox> {
        let roi = self.bounded(roi)?;
        let voxels = self.to_voxels(&roi, Rounding::Exact)?;
        if !self.voxels.contains(&voxels) {
            return Err(error::outside(self, &roi, &voxels));
        }
        Ok(voxels)
    }

    /// Index ranges, over all axes, that the voxels of `part` have within a block that covers `whole`. A `part` without
    /// voxels may lie anywhere; its range is `0..0` on axes on which it leaves `whole`.
    ///
    /// # Errors
    /// [`Error::RankMismatch`], and a geometry error when `part` has voxels that are not in `whole`.
    pub fn block_ranges(&self, part: &VoxelBox, whole: &VoxelBox) -> Result<Vec<Range<usize>>> {
        self.check_dims("voxel box", part.dims())?;
        self.check_dims("voxel box", whole.dims())?;
        let physical = if part.is_empty() { empty_ranges(part, whole) } else { part.index_ranges(whole)? };
        let plain: Vec<Range<usize>> = self.plain_extents().into_iter().map(|extent| 0..extent).collect();
        Ok(self.axes.merge(&physical, &plain))
    }

    /// Where a value came from; `None` when nothing was recorded.
    pub fn provenance(&self, field: Field) -> Option<&Provenance> {
        self.provenance.get(&field)
    }

    /// All recorded origins.
    pub fn provenances(&self) -> impl Iterator<Item = (Field, &Provenance)> {
        self.provenance.iter().map(|(field, provenance)| (*field, provenance))
    }

    /// The block that is cheapest to read, in voxels per physical axis, aligned to grid index 0.
    pub fn read_block(&self) -> Option<Coordinate> {
        self.read_block
    }

    /// Free-form metadata.
    pub fn attrs(&self) -> &Attrs {
        &self.attrs
    }

    /// Whether and where a viewer finds exactly these voxels.
    pub fn viewer_source(&self) -> &ViewerSource {
        &self.viewer
    }

    /// A region with the array's own bounds on its unbounded axes.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] unless it has an axis for each physical axis of the array.
    pub fn bounded(&self, roi: &Roi<Length>) -> Result<Roi<Length>> {
        self.check_dims("region", roi.dims())?;
        Ok(roi.with_bounds_of(&self.roi)?)
    }

    /// Refuses what does not have an entry per physical axis.
    pub(crate) fn check_dims(&self, what: &'static str, found: usize) -> Result<()> {
        let expected = self.dims();
        if found == expected {
            return Ok(());
        }
        Err(Error::RankMismatch { what, axes: self.axes.names(), expected, found })
    }

    /// The voxels of a bounded region under an alignment policy. In an empty one nothing needs to be aligned.
    pub(crate) fn voxels_asked(&self, roi: &Roi<Length>, alignment: Rounding) -> Result<VoxelBox> {
        self.to_voxels(roi, if roi.is_empty() { Rounding::Grow } else { alignment })
    }

    /// The region of a box of voxels; what cannot be expressed is reported with the name of the axis.
    pub(crate) fn to_world(&self, voxels: &VoxelBox) -> Result<Roi<Length>> {
        self.grid.to_world(voxels).map_err(|cause| Error::on_axis(&self.axes, cause))
    }

    /// The voxels of a bounded region; unaligned limits are reported with the name of the axis.
    pub(crate) fn to_voxels(&self, roi: &Roi<Length>, rounding: Rounding) -> Result<VoxelBox> {
        self.grid.to_voxels(roi, rounding).map_err(|cause| error::alignment(self, cause))
    }
}

/// Where a box without voxels lies in `whole`; `0..0` on axes on which it leaves it.
fn empty_ranges(part: &VoxelBox, whole: &VoxelBox) -> Vec<Range<usize>> {
    let range = |(part, whole): (Range<i64>, Range<i64>)| {
        let inside = whole.start <= part.start && part.end <= whole.end;
        if inside { (part.start - whole.start) as usize..(part.end - whole.start) as usize } else { 0..0 }
    };
    part.ranges().zip(whole.ranges()).map(range).collect()
}
