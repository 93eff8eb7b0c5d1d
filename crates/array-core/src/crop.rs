//! A region of an array, as an array.

use coord_roi::{Length, Roi, Rounding, VoxelBox};

use crate::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, BlockMut, BlockRef, Error, Field, Provenance, ReadContext, ReadPlan,
    Result, ViewerSource, attrs_without_geometry,
};

/// A part of another array, on the same grid. Reading and writing go through to the source.
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
        let fits = |scale: &ArrayRef| Self::new(scale.clone(), meta.roi(), Rounding::Shrink).ok();
        let scales =
            source.scales().iter().filter_map(fits).map(|crop| std::sync::Arc::new(crop) as ArrayRef).collect();
        Ok(Self { meta, source, scales })
    }

    /// The array that is cropped.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }
}

fn cropped(source: &ArrayMeta, voxels: VoxelBox) -> Result<ArrayMeta> {
    let extents = crate::memory::extents_of(source.axes(), &source.shape(), false);
    let (name, axes) = (source.name(), source.axes().clone());
    let mut meta = ArrayMeta::new(name, source.dtype(), axes, &extents, *source.grid(), voxels)?
        .with_attrs(attrs_without_geometry(source.attrs()))
        .with_viewer_source(ViewerSource::Local);
    for (field, provenance) in source.provenances() {
        meta = meta.with_provenance(field, provenance.clone());
    }
    if let Some(block) = source.read_block() {
        meta = meta.with_read_block(block);
    }
    let kind = source.provenance(Field::Kind).cloned();
    let kind = kind.unwrap_or_else(|| Provenance::Derived(format!("source '{}'", source.name())));
    let extents = Provenance::Derived(format!("crop of '{}'", source.name()));
    Ok(meta
        .with_kind(source.kind(), kind)
        .with_provenance(Field::Extents, extents.clone())
        .with_provenance(Field::Offset, extents))
}

impl Array for Crop {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.source.read_voxels(voxels, out, cx)
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer().map(|_| self as &dyn ArrayWrite)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.source.plan(voxels)
    }
}

impl ArrayWrite for Crop {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        match self.source.writer() {
            Some(writer) => writer.write_voxels(voxels, block, cx),
            None => Err(Error::ReadOnly { array: self.meta.name().to_owned() }),
        }
    }
}
