//! Where an array stands in the viewer: the one place of this crate where zyx becomes xyz.

use super::Address;
use crate::error::{Error, Result};
use crate::space::{CoordinateSpace, Dim};
use crate::transform::{Matrix, PlacedAxis, Transform};
use array_core::{ArrayMeta, AxisKind, Coordinate, Length, Roi, VoxelBox};

/// Whole numbers up to here are exact in the viewer, which keeps offsets and sizes of sources as 32-bit floats.
const LARGEST_EXACT: u64 = 1 << 24;
/// Offsets beyond it are published without the largest multiple of this power of two: so coarser levels, anchored at
/// voxel 0 as well, still coincide.
const SHIFT: i64 = 1 << 20;

const NAMES: [&str; 3] = ["x", "y", "z"];

/// An array as a source of the viewer. All lists are in x, y, z order.
///
/// A server that offers the array in the precomputed format publishes [`resolution`](Self::resolution),
/// [`voxel_offset`](Self::voxel_offset) and [`size`](Self::size); the layer's transform does the rest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    axes: [PublishedAxis; 3],
    channels: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct PublishedAxis {
    step: Length,
    origin: Length,
    /// First voxel of the array on its grid.
    begin: i64,
    size: i64,
    /// Published offsets are counted from this voxel of the grid.
    base: i64,
}

impl Placement {
    /// The placement of an array with three axes of space called z, y and x (in any order), and channels at most.
    ///
    /// # Errors
    /// [`Error::NotViewable`] for other axes, for an array without voxels, and for one without a name.
    pub fn of(meta: &ArrayMeta) -> Result<Self> {
        let refuse = |reason: String| Err(Error::NotViewable { array: meta.name().to_owned(), reason });
        if meta.name().is_empty() {
            return refuse("it has no name, and layers are told apart by theirs".to_owned());
        }
        let stray = meta.axes().iter().find(|axis| !matches!(axis.kind, AxisKind::Space | AxisKind::Channel));
        if let Some(axis) = stray {
            return refuse(format!("axis {} is neither space nor channels; select one position on it", axis.name));
        }
        let Some(order) = dims_xyz(meta) else {
            return refuse(format!(
                "the viewer shows volumes with the axes z y x, its axes of space are {}",
                meta.axes()
            ));
        };
        let channels = meta.num_channels().unwrap_or(1);
        if meta.voxel_box().is_empty() || channels == 0 {
            return refuse(format!("it has no voxels (shape {:?})", meta.shape()));
        }
        Ok(Self { axes: order.map(|dim| PublishedAxis::of(meta, dim)), channels })
    }

    /// Voxel size, in nanometres.
    pub fn resolution(&self) -> [Length; 3] {
        self.axes.map(|axis| axis.step)
    }

    /// Published index of the first voxel: its grid index, unless that is too large for the viewer.
    pub fn voxel_offset(&self) -> [i64; 3] {
        self.axes.map(|axis| axis.begin - axis.base)
    }

    /// Number of voxels.
    pub fn size(&self) -> [i64; 3] {
        self.axes.map(|axis| axis.size)
    }

    /// Published voxels, in z, y, x order.
    pub(crate) fn published(&self) -> Result<VoxelBox> {
        let [x, y, z] = self.voxel_offset();
        let [width, height, depth] = self.size();
        Ok(VoxelBox::new([z, y, x], [depth, height, width])?)
    }

    /// Voxel size in nanometres, in z, y, x order.
    pub(crate) fn step(&self) -> [Length; 3] {
        let [x, y, z] = self.resolution();
        [z, y, x]
    }

    /// How many voxels are left out of the published offset, in z, y, x order.
    pub(crate) fn voxels_left_out(&self) -> [i64; 3] {
        let [x, y, z] = self.axes.map(|axis| axis.base);
        [z, y, x]
    }

    /// The axes of an array in the order channel (if there is one), z, y, x.
    pub(crate) fn axes_czyx(meta: &ArrayMeta) -> Result<Vec<usize>> {
        Self::of(meta)?;
        let physical: Vec<usize> = meta.axes().physical().collect();
        let [x, y, z] = dims_xyz(meta).map_or([2, 1, 0], |dims| dims).map(|dim| physical[dim]);
        Ok(meta.axes().channel().into_iter().chain([z, y, x]).collect())
    }

    /// Number of channels; 1 without a channel axis.
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// From grid indices to the viewer: the translation is `origin / step`.
    ///
    /// # Errors
    /// [`Error::Geometry`] if that cannot be expressed.
    pub fn grid_transform(&self) -> Result<Transform> {
        self.transform(|axis| Ok(axis.origin))
    }

    /// From published indices to the viewer: the grid's translation, and what was left out of a large offset.
    ///
    /// # Errors
    /// [`Error::Geometry`] if that cannot be expressed.
    pub fn served_transform(&self) -> Result<Transform> {
        self.transform(|axis| Ok(axis.step.checked_mul(Length::from(axis.base))?.checked_add(axis.origin)?))
    }

    /// The exact placement, given where the source's voxel 0 lies.
    fn transform(&self, origin: impl Fn(&PublishedAxis) -> Result<Length>) -> Result<Transform> {
        let place = |(name, axis): (&str, &PublishedAxis)| {
            Ok(PlacedAxis { name: name.to_owned(), step: axis.step, origin: origin(axis)? })
        };
        let axes: Vec<PlacedAxis> = NAMES.into_iter().zip(&self.axes).map(place).collect::<Result<_>>()?;
        let placed = Transform::placed(&axes)?;
        if self.channels == 1 { Ok(placed) } else { with_channels(&placed) }
    }

    /// What people should know where the source's own indices are too large for the viewer: those of the grid at a public
    /// address, the published ones on a server.
    pub(super) fn rounding(&self, address: Address) -> Option<String> {
        let reach = |axis: &PublishedAxis| {
            let begin = if address == Address::Served { axis.begin - axis.base } else { axis.begin };
            begin.unsigned_abs().max(begin.saturating_add(axis.size).unsigned_abs())
        };
        let dim = self.axes.iter().position(|axis| reach(axis) > LARGEST_EXACT)?;
        let (name, reach) = (NAMES[dim], reach(&self.axes[dim]));
        Some(format!("it reaches voxel {reach} along {name}, and the viewer rounds positions beyond {LARGEST_EXACT}"))
    }
}

impl PublishedAxis {
    fn of(meta: &ArrayMeta, dim: usize) -> Self {
        let (grid, voxels) = (meta.grid(), meta.voxel_box());
        let (begin, end) = (voxels.begin()[dim], voxels.end()[dim]);
        let exact = begin.unsigned_abs().max(end.unsigned_abs()) <= LARGEST_EXACT;
        let base = if exact { 0 } else { begin.div_euclid(SHIFT) * SHIFT };
        Self { step: grid.step()[dim], origin: grid.origin()[dim], begin, size: voxels.shape()[dim], base }
    }
}

/// The transform with a channel dimension behind, which stays where it is.
fn with_channels(placed: &Transform) -> Result<Transform> {
    let rank = placed.rank() + 1;
    let dims = placed.output().iter().map(|(name, dim)| (name, dim.clone()));
    let output = CoordinateSpace::new(dims.chain([("c^", Dim::UNITLESS)]))?;
    let mut translation: Vec<f64> = (0..placed.rank()).map(|row| placed.matrix().get(row, placed.rank())).collect();
    translation.push(0.0);
    Transform::new(output).with_matrix(Matrix::identity(rank).translated(&translation)?)
}

/// Which physical dimension of the array is x, y and z; `None` if they are not these three.
fn dims_xyz(meta: &ArrayMeta) -> Option<[usize; 3]> {
    let names: Vec<String> = (0..meta.dims()).map(|dim| meta.axes().physical_name(dim)).collect();
    let find = |name: &str| names.iter().position(|other| other == name);
    let order = [find("x")?, find("y")?, find("z")?];
    (names.len() == 3).then_some(order)
}

/// The region that an array covers, as bounds in x, y, z order.
pub(super) fn bounds_xyz(meta: &ArrayMeta) -> Result<[(Length, Length); 3]> {
    let placement = Placement::of(meta)?;
    let mut bounds = [(Length::ZERO, Length::ZERO); 3];
    for (bound, axis) in bounds.iter_mut().zip(&placement.axes) {
        let at = |voxel: i64| Ok::<_, Error>(axis.step.checked_mul(Length::from(voxel))?.checked_add(axis.origin)?);
        *bound = (at(axis.begin)?, at(axis.begin + axis.size)?);
    }
    Ok(bounds)
}

/// A bounded zyx region as bounds in x, y, z order.
pub(super) fn region_xyz(region: &Roi<Length>) -> Result<[(Length, Length); 3]> {
    let (begin, end): (Coordinate<Length>, Coordinate<Length>) = (region.begin()?, region.end()?);
    Ok([2, 1, 0].map(|dim| (begin[dim], end[dim])))
}
