//! What an array of a server says of itself.

use array_core::{ArrayMeta, Axes, Coordinate, DType, Field, Grid, Kind, Length, Provenance, VoxelBox};

use super::{DvidOptions, Route, Volume, viewer};
use crate::Result;
use crate::info::voxel_size_nm;

/// The largest level that 32-bit indices can have.
const MAX_SCALE: u8 = 30;

pub(super) fn meta(volume: &Volume, options: &DvidOptions, scale: u8) -> Result<ArrayMeta> {
    let info = &volume.info;
    if scale > MAX_SCALE {
        return Err(info.bad(format!("`MaxDownresLevel` is {scale}; more than {MAX_SCALE} cannot be")));
    }
    let (step, size_from) = match options.voxel_size {
        Some(size) => (size, Provenance::Stated("option voxel_size".to_owned())),
        None => voxel_size_nm(info, options.strictness)?,
    };
    let (finest, extents_from) = match options.extents {
        Some(voxels) => (Some(voxels), "option extents"),
        None => (info.voxel_box()?, "Extents of the info"),
    };
    let finest = finest.map_or_else(|| VoxelBox::new([0; 3], [0; 3]), Ok)?;
    let grid = step.checked_mul_scalar(Length::from(1_i64 << scale)).and_then(Grid::with_step);
    let grid = grid.map_err(|cause| array_core::Error::on_axis(&Axes::zyx(), cause))?;
    let (kind, dtype) =
        if volume.route == Route::Image { (Kind::Image, DType::U8) } else { (Kind::Labels, DType::U64) };
    let name = match scale {
        0 => volume.source.instance.clone(),
        scale => format!("{}_s{scale}", volume.source.instance),
    };
    let mut attrs = info.document().clone();
    attrs.insert("DvidUuid".to_owned(), volume.source.uuid.clone().into());
    let meta = ArrayMeta::new(name, dtype, Axes::zyx(), &[], grid, at_scale(&finest, scale)?)?
        .with_kind(kind, Provenance::Stated(format!("TypeName {} of the info", info.type_name())))
        .with_attrs(attrs)
        .with_read_block(volume.block.into())?
        .with_viewer_source(viewer::source(volume, options, scale, &step, &finest)?)
        .with_provenance(Field::VoxelSize, from_scale(size_from, scale))
        .with_provenance(Field::Extents, from_scale(Provenance::Stated(extents_from.to_owned()), scale))
        .with_provenance(Field::Offset, Provenance::Derived("voxel indices of the server, from 0".to_owned()))
        .with_provenance(Field::Axes, Provenance::Stated("z, y, x, as all volumes of DVID".to_owned()))
        .with_provenance(Field::DType, Provenance::Stated(format!("TypeName {} of the info", info.type_name())));
    Ok(meta)
}

fn from_scale(provenance: Provenance, scale: u8) -> Provenance {
    match (scale, provenance) {
        (0, provenance) => provenance,
        (_, Provenance::Stated(text) | Provenance::Derived(text)) => {
            Provenance::Derived(format!("{text}, brought to scale {scale}"))
        }
        (_, Provenance::Assumed(text)) => Provenance::Assumed(text),
    }
}

/// The voxels of a scale: those that cover the first and the last voxel of the finest, and all between.
fn at_scale(finest: &VoxelBox, scale: u8) -> Result<VoxelBox> {
    if finest.is_empty() {
        return Ok(*finest);
    }
    let factor = Coordinate::filled(finest.dims(), 1_i64 << scale)?;
    Ok(VoxelBox::from_bounds(finest.begin().div_floor(&factor)?, finest.end().div_ceil(&factor)?)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_reach_from_the_floor_of_the_first_to_the_floor_of_the_last_voxel() {
        let finest = VoxelBox::from_bounds([-5, 0, 7], [1, 8, 9]).unwrap();
        for scale in 0..5 {
            let level = at_scale(&finest, scale).unwrap();
            for axis in 0..3 {
                let (first, last) = (finest.begin()[axis], finest.end()[axis] - 1);
                assert_eq!(level.range(axis), first >> scale..(last >> scale) + 1, "scale {scale}, axis {axis}");
            }
        }
        let empty = VoxelBox::new([0; 3], [0; 3]).unwrap();
        assert!(at_scale(&empty, 3).unwrap().is_empty());
    }
}
