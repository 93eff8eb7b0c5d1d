//! The axes of an array in another order.

use std::fmt;

use coord_roi::VoxelBox;
use serde::{Deserialize, Serialize};

use super::{check_request, scales_of};
use crate::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, Axes, BlockMut, BlockRef, Error, Field, Provenance, ReadContext, ReadPlan,
    Result,
};

/// An order of all axes of an array, slowest first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisOrder {
    /// By their names: `["x", "y", "z"]`.
    Names(Vec<String>),
    /// By their positions in the source: `[2, 1, 0]`.
    Indices(Vec<usize>),
}

impl AxisOrder {
    /// Positions in the source, or the rule that the order breaks.
    fn indices(&self, axes: &Axes) -> Result<Vec<usize>, String> {
        let position = |name: &String| {
            let found = axes.iter().position(|axis| axis.name == *name);
            found.ok_or_else(|| format!("there is no axis '{name}'"))
        };
        let order = match self {
            Self::Names(names) => names.iter().map(position).collect::<Result<Vec<_>, _>>()?,
            Self::Indices(indices) => indices.clone(),
        };
        if let Some(index) = order.iter().find(|index| **index >= axes.rank()) {
            return Err(format!("there is no axis {index}; they are counted from 0"));
        }
        let missing = axes.iter().enumerate().find(|(position, _)| !order.contains(position));
        match missing {
            Some((_, axis)) => Err(format!("axis '{}' is missing", axis.name)),
            None if order.len() > axes.rank() => Err("an axis is named twice".to_owned()),
            None => Ok(order),
        }
    }
}

impl fmt::Display for AxisOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Names(names) => f.write_str(&names.join(" ")),
            Self::Indices(indices) => {
                f.write_str(&indices.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "))
            }
        }
    }
}

/// Another array with its axes in another order, and with them its voxel size, its region and everything else that has an entry
/// per axis. Reading and writing go through to the source without a copy.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, AxisOrder, MemoryArray, Permute, Roi, ndarray::Array3};
///
/// let voxels = Array3::from_shape_fn((2, 3, 4), |(z, y, x)| (100 * z + 10 * y + x) as u16).into_dyn();
/// let zyx = Arc::new(MemoryArray::new("em", voxels, [40, 4, 8], [0, 0, 0])?);
/// let xyz = Permute::new(zyx, &AxisOrder::Names(["x", "y", "z"].map(String::from).to_vec()))?;
/// assert_eq!((xyz.axes().names().as_str(), xyz.shape()), ("x y z", &[4, 3, 2][..]));
/// assert_eq!(xyz.read::<u16>(Roi::new([24, 8, 40], [8, 4, 40])?)?[[0, 0, 0]], 123);
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Permute {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    /// Where each axis of the source stands in this array, and the same among the physical axes.
    back: Vec<usize>,
    physical_back: Vec<usize>,
}

impl Permute {
    /// `source` with its axes in this order, and each of its coarser scales that has the same axes.
    ///
    /// # Errors
    /// [`Error::BadOrder`] unless every axis of the source is named once.
    pub fn new(source: ArrayRef, order: &AxisOrder) -> Result<Self> {
        let meta = source.meta();
        let indices = order.indices(meta.axes()).map_err(|rule| Error::BadOrder {
            array: meta.name().to_owned(),
            axes: meta.axes().names(),
            order: order.to_string(),
            rule,
        })?;
        let physical = physical_order(meta.axes(), &indices);
        let permuted = permuted(meta, &indices, &physical)?;
        let (back, physical_back) = (inverse(&indices), inverse(&physical));
        let by_name = AxisOrder::Names(permuted.axes().iter().map(|axis| axis.name.clone()).collect());
        let scales = scales_of(&source, |scale| Self::new(scale, &by_name));
        Ok(Self { meta: permuted, source, scales, back, physical_back })
    }

    /// The array whose axes these are.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }
}

/// The same order, counted among the physical axes only.
fn physical_order(axes: &Axes, order: &[usize]) -> Vec<usize> {
    let physical: Vec<usize> = axes.physical().collect();
    order.iter().filter_map(|index| physical.iter().position(|position| position == index)).collect()
}

fn inverse(order: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; order.len()];
    for (position, &index) in order.iter().enumerate() {
        inverse[index] = position;
    }
    inverse
}

fn permuted(source: &ArrayMeta, order: &[usize], physical: &[usize]) -> Result<ArrayMeta> {
    let axes = Axes::new(order.iter().map(|&index| source.axes().as_slice()[index].clone()).collect::<Vec<_>>())?;
    let shape: Vec<usize> = order.iter().map(|&index| source.shape()[index]).collect();
    let extents = axes.split(&shape).1;
    let (grid, voxels) = (source.grid().permuted(physical)?, source.voxel_box().permuted(physical)?);
    let place = Provenance::Derived(format!("axes '{}' of '{}'", source.axes(), source.name()));
    let meta = source.derive(source.dtype(), axes, &extents, grid, voxels)?.with_provenance(Field::Axes, place);
    match source.read_block() {
        Some(block) => meta.with_read_block(block.permuted(physical)?),
        None => Ok(meta),
    }
}

impl Array for Permute {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        self.source.read_voxels(&voxels.permuted(&self.physical_back)?, out.permuted(&self.back)?, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer().map(|_| self as &dyn ArrayWrite)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.meta.check_dims("voxel box", voxels.dims())?;
        self.source.plan(&voxels.permuted(&self.physical_back)?)
    }
}

impl ArrayWrite for Permute {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, block.dtype(), block.shape())?;
        let Some(writer) = self.source.writer() else {
            return Err(Error::ReadOnly { array: self.meta.name().to_owned() });
        };
        writer.write_voxels(&voxels.permuted(&self.physical_back)?, block.permuted(&self.back)?, cx)
    }
}
