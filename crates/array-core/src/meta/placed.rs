//! Metadata of data that know their shape, from what is stated about the rest.

use coord_roi::{Coordinate, Grid, Length, VoxelBox};

use super::ArrayMeta;
use crate::{Candidates, DType, Error, Field, Provenance, Result, StatedAxes, Strictness};

impl ArrayMeta {
    /// Metadata of data of this shape; `origin` is who states the axes, for the provenance: `option`, `constructor`.
    ///
    /// The grid goes through the offset, so arrays whose voxels line up share indices. A voxel size that nobody states is
    /// assumed to be 1 nm, an offset 0.
    ///
    /// # Errors
    /// As [`StatedAxes::place`]; [`Error::OnAxis`] for a voxel size that is not positive or a region that cannot be
    /// expressed; [`Error::NotStated`] for what would be assumed under [`Strictness::Strict`]; [`Error::TooLarge`].
    pub fn placed(
        name: impl Into<String>,
        dtype: DType,
        shape: &[usize],
        stated: &StatedAxes,
        origin: &str,
        strictness: Strictness,
    ) -> Result<Self> {
        let placed = stated.place(shape.len())?;
        let axes = placed.axes;
        let axes_from = match placed.axes_from {
            Provenance::Stated(what) => Provenance::Stated(format!("{origin} {what}")),
            Provenance::Assumed(what) if strictness == Strictness::Strict => {
                return Err(Error::NotStated { field: Field::Axes, assumed: format!("{axes}, {what}") });
            }
            other => other,
        };
        let choose = |field: Field, what: &str, value, assumed: i64| {
            let assumed = Coordinate::filled(axes.dims(), Length::from(assumed))?;
            Candidates::new(field).add(format!("{origin} {what}"), value).choose_or(assumed, strictness)
        };
        let size = choose(Field::VoxelSize, "voxel_size", placed.voxel_size, 1)?;
        let offset = choose(Field::Offset, "offset", placed.offset, 0)?;
        let named = |cause| Error::on_axis(&axes, cause);
        let grid = Grid::through(offset.value, size.value).map_err(named)?;
        let (extents, plain) = axes.split(shape);
        let too_large = |_| Error::TooLarge { shape: shape.to_vec(), dtype, limit: i64::MAX as u64 };
        let extents: Vec<i64> = extents.into_iter().map(i64::try_from).collect::<Result<_, _>>().map_err(too_large)?;
        let voxels = VoxelBox::new(grid.voxel_at(&offset.value).map_err(named)?, Coordinate::try_from_iter(extents)?);
        let voxels = voxels.map_err(named)?;
        Ok(Self::new(name, dtype, axes, &plain, grid, voxels)?
            .with_provenance(Field::Axes, axes_from)
            .with_provenance(Field::VoxelSize, size.provenance)
            .with_provenance(Field::Offset, offset.provenance))
    }
}
