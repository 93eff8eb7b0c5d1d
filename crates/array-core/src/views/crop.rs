//! A region of an array, as an array.

use coord_roi::{Length, Roi, Rounding, VoxelBox};

use super::{check_request, scales_of};
use crate::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, BlockMut, BlockRef, Error, Field, Provenance, ReadContext, ReadPlan, Result,
};

/// A part of another array, on the same grid. Reading and writing go through to the source.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, Crop, MemoryArray, Roi, Rounding, ndarray::Array3};
///
/// let voxels = Array3::from_shape_fn((4, 6, 8), |(z, y, x)| (100 * z + 10 * y + x) as u16).into_dyn();
/// let whole = Arc::new(MemoryArray::new("em", voxels, [40, 8, 8], [0, 0, 0])?);
/// let part = Crop::new(whole, Roi::new([40, 10, 8], [80, 30, 800])?, Rounding::Shrink)?;
/// assert_eq!(part.roi(), Roi::new([40, 16, 8], [80, 24, 56])?.into());
/// assert_eq!(part.data()?.into_array::<u16>()?[[0, 0, 0]], 121);
/// # Ok::<(), array_core::Error>(())
/// ```
#[derive(Debug)]
pub struct Crop {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
}

impl Crop {
    /// The intersection of `source` with `roi`; limits that are no voxel border are refused or moved, as `alignment` says.
    ///
    /// Coarser scales of the source that have voxels entirely inside the region are cropped with it.
    ///
    /// # Errors
    /// [`Error::NothingLeft`] for an empty intersection, [`Error::NotAligned`] under [`Rounding::Exact`].
    pub fn new(source: ArrayRef, roi: impl Into<Roi<Length>>, alignment: Rounding) -> Result<Self> {
        let request = roi.into();
        let meta = source.meta();
        let voxels = meta.to_voxels(&meta.bounded(&request)?, alignment)?.intersect(meta.voxel_box())?;
        if voxels.is_empty() {
            return Err(Error::NothingLeft {
                array: meta.name().to_owned(),
                request: Box::new(request),
                region: Box::new(meta.roi()),
            });
        }
        let meta = cropped(meta, voxels)?;
        let scales = scales_of(&source, |scale| Self::new(scale, meta.roi(), Rounding::Shrink));
        Ok(Self { meta, source, scales })
    }

    /// The array that is cropped.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }
}

fn cropped(source: &ArrayMeta, voxels: VoxelBox) -> Result<ArrayMeta> {
    let (axes, extents) = (source.axes().clone(), source.plain_extents());
    let place = Provenance::Derived(format!("crop of '{}'", source.name()));
    Ok(source
        .derive(source.dtype(), axes, &extents, *source.grid(), voxels)?
        .with_provenance(Field::Extents, place.clone())
        .with_provenance(Field::Offset, place))
}

impl Array for Crop {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        self.source.read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer().map(|_| self as &dyn ArrayWrite)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.meta.check_dims("voxel box", voxels.dims())?;
        self.source.plan(voxels)
    }
}

impl ArrayWrite for Crop {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, block.dtype(), block.shape())?;
        match self.source.writer() {
            Some(writer) => writer.write_voxels(voxels, block, cx),
            None => Err(Error::ReadOnly { array: self.meta.name().to_owned() }),
        }
    }
}
