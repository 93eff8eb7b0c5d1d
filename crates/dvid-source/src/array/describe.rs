//! What an array of a server says of itself.

use array_core::{ArrayMeta, Axes, Coordinate, Field, Grid, Length, Provenance, VoxelBox};

use super::volume::{Route, Volume};
use super::{DvidOptions, Lossy, viewer};
use crate::Result;
use crate::info::voxel_size_nm;
use crate::request::Ids;

/// What all scales of a volume follow from.
#[derive(Debug)]
pub(super) struct Base {
    /// Voxel size z, y, x at scale 0, in nanometres.
    pub(super) step: Coordinate<Length>,
    size_from: Provenance,
    /// The voxels at scale 0.
    pub(super) voxels: VoxelBox,
    extents_from: Provenance,
    attrs: array_core::Attrs,
}

pub(super) fn base(volume: &Volume, options: &DvidOptions) -> Result<Base> {
    let (step, size_from) = match options.voxel_size {
        Some(size) => (size, Provenance::Stated("option voxel_size".to_owned())),
        None => voxel_size_nm(&volume.info, options.strictness)?,
    };
    let (voxels, extents_from) = match options.extents {
        Some(voxels) => (Some(voxels), Provenance::Stated("option extents".to_owned())),
        None => match volume.stated_box()? {
            (Some(voxels), from) => (Some(voxels), Provenance::Stated(from.to_owned())),
            (None, _) => {
                (None, Provenance::Assumed("the server states no extents, as if nothing were written".to_owned()))
            }
        },
    };
    let voxels = voxels.map_or_else(|| VoxelBox::new([0; 3], [0; 3]), Ok)?;
    let mut attrs = volume.info.document().clone();
    attrs.insert("DvidUuid".to_owned(), volume.source.uuid.clone().into());
    if volume.ids == Ids::Supervoxels {
        attrs.insert("DvidIds".to_owned(), "supervoxels".into());
    }
    if let Some(label) = options.body {
        attrs.insert("DvidBody".to_owned(), label.into());
    }
    Ok(Base { step, size_from, voxels, extents_from, attrs })
}

/// Metadata of a scale, which `volume` holds: the volume itself, or a sibling of it.
pub(super) fn meta(volume: &Volume, base: &Base, options: &DvidOptions, scale: u8) -> Result<ArrayMeta> {
    let info = &volume.info;
    let is_sibling = scale > 0 && !volume.holds_scales();
    let (voxels, extents_from) = match volume.stated_box()? {
        (Some(stated), from) if is_sibling && options.extents.is_none() => {
            (stated, Provenance::Stated(format!("{from} of {}", volume.source.instance)))
        }
        _ => (at_scale(&base.voxels, scale)?, from_scale(&base.extents_from, scale)),
    };
    let grid = base.step.checked_mul_scalar(Length::from(1_i64 << scale)).and_then(Grid::with_step);
    let grid = grid.map_err(|cause| array_core::Error::on_axis(&Axes::zyx(), cause))?;
    let (axes, extents) = match volume.voxels.channels {
        Some(channels) => (Axes::czyx(), vec![channels]),
        None => (Axes::zyx(), vec![]),
    };
    let by_type = match options.body {
        Some(_) => "option body".to_owned(),
        None => format!("TypeName {} of the info", info.type_name()),
    };
    let dtype_from = Provenance::Stated(format!("{by_type}{}", lossy_words(volume)));
    let attrs = if is_sibling { self_attrs(volume, base) } else { base.attrs.clone() };
    Ok(ArrayMeta::new(name(volume, options, scale), volume.voxels.dtype, axes, &extents, grid, voxels)?
        .with_kind(volume.voxels.kind, Provenance::Stated(by_type))
        .with_attrs(attrs)
        .with_read_block(volume.block.into())?
        .with_viewer_source(viewer::source(volume, options, scale, &base.step, &base.voxels)?)
        .with_provenance(Field::VoxelSize, from_scale(&base.size_from, scale))
        .with_provenance(Field::Extents, extents_from)
        .with_provenance(Field::Offset, Provenance::Derived("voxel indices of the server, from 0".to_owned()))
        .with_provenance(Field::Axes, Provenance::Stated("z, y, x, as all volumes of DVID".to_owned()))
        .with_provenance(Field::DType, dtype_from))
}

/// What to know of values that may not be those that were written.
fn lossy_words(volume: &Volume) -> &'static str {
    let is_jpeg = volume.info.compression().starts_with("jpeg");
    match volume.route {
        Route::Stored(_) if is_jpeg => "; stored as JPEG and unpacked here: near what was written",
        _ if is_jpeg => "; stored as JPEG and unpacked by the server: near what was written",
        Route::Blocks if volume.lossy == Lossy::Accept && volume.voxel_bytes() == 1 => {
            "; passed on from a precomputed volume, of which JPEG is accepted: perhaps only near what was written"
        }
        _ => "",
    }
}

/// A sibling has an info of its own.
fn self_attrs(volume: &Volume, base: &Base) -> array_core::Attrs {
    let mut attrs = base.attrs.clone();
    attrs.extend(volume.info.document().clone());
    attrs
}

fn name(volume: &Volume, options: &DvidOptions, scale: u8) -> String {
    let instance = &volume.source.instance;
    let body = options.body.map_or_else(String::new, |label| format!("_{label}"));
    match scale {
        // A sibling has a name that says its scale.
        scale if scale == 0 || !volume.holds_scales() => format!("{instance}{body}"),
        scale => format!("{instance}{body}_s{scale}"),
    }
}

fn from_scale(provenance: &Provenance, scale: u8) -> Provenance {
    match (scale, provenance) {
        (0, provenance) | (_, provenance @ Provenance::Assumed(_)) => provenance.clone(),
        (_, Provenance::Stated(text) | Provenance::Derived(text)) => {
            Provenance::Derived(format!("{text}, brought to scale {scale}"))
        }
    }
}

/// The voxels of a scale: those that cover the first and the last voxel of the finest, and all between.
pub(super) fn at_scale(finest: &VoxelBox, scale: u8) -> Result<VoxelBox> {
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
                assert_eq!(
                    level.range(axis).unwrap(),
                    first >> scale..(last >> scale) + 1,
                    "scale {scale}, axis {axis}"
                );
            }
        }
        let empty = VoxelBox::new([0; 3], [0; 3]).unwrap();
        assert!(at_scale(&empty, 3).unwrap().is_empty());
    }
}
