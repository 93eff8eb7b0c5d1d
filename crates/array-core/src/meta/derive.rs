//! What a view's metadata inherit from those of its source.

use coord_roi::{Grid, VoxelBox};

use super::{ArrayMeta, Field, Provenance, ViewerSource};
use crate::{Axes, DType, Result, attrs_without_geometry};

impl ArrayMeta {
    /// Metadata of a view of this array, with a place, axes and a type of its own; `extents` are those of the axes that are
    /// not physical, in axis order.
    ///
    /// Inherited are name, kind, origins of values, the preferred read block (where it has the right number of axes) and the
    /// attributes but for those that state geometry. Not inherited is the address for viewers, which would show the source.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn derive(&self, dtype: DType, axes: Axes, extents: &[usize], grid: Grid, voxels: VoxelBox) -> Result<Self> {
        let kind = Provenance::Derived(format!("source '{}'", self.name));
        let kind = self.provenance(Field::Kind).cloned().unwrap_or(kind);
        let mut meta = Self::new(self.name.clone(), dtype, axes, extents, grid, voxels)?
            .with_attrs(attrs_without_geometry(&self.attrs))
            .with_viewer_source(ViewerSource::Local);
        meta.provenance.clone_from(&self.provenance);
        meta.read_block = self.read_block.filter(|block| block.dims() == meta.dims());
        Ok(meta.with_kind(self.kind, kind))
    }
}
