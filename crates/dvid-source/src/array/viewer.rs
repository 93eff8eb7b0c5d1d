//! What Neuroglancer makes of a volume of a DVID server.

use array_core::{Coordinate, Kind, Length, ViewerSource, VoxelBox};

use super::DvidOptions;
use super::volume::{Route, Volume};
use crate::Result;
use crate::request::Ids;

/// Chunks of the viewer, whatever the blocks of the server are.
const VIEWER_CHUNK: i64 = 64;

/// Where a viewer finds this array, or why it does not.
pub(super) fn source(
    volume: &Volume,
    options: &DvidOptions,
    scale: u8,
    step: &Coordinate<Length>,
    finest: &VoxelBox,
) -> Result<ViewerSource> {
    let source = &volume.source;
    let url = format!("dvid://{}/{}/{}", source.server, source.uuid, source.instance);
    if let Some(reason) = hindrance(volume, options, scale, step, finest)? {
        return Ok(ViewerSource::NotShown { url, reason });
    }
    let jpeg = || "the viewer gets grayscale from DVID as JPEG, which changes values slightly".to_owned();
    Ok(ViewerSource::Shown { url, lossy: (volume.voxels.kind == Kind::Image).then(jpeg) })
}

/// The first thing that keeps the viewer from showing these voxels in their place.
fn hindrance(
    volume: &Volume,
    options: &DvidOptions,
    scale: u8,
    step: &Coordinate<Length>,
    finest: &VoxelBox,
) -> Result<Option<String>> {
    let info = &volume.info;
    let reason = if let Some(reason) = hindrance_of_type(volume) {
        reason
    } else if scale > 0 {
        "the viewer counts voxels at scale 0 and chooses the scale by itself; show scale 0".to_owned()
    } else if volume.client.needs_headers() {
        "the server needs headers that the viewer does not send".to_owned()
    } else if info.voxel_box()?.is_none() {
        "the server states no extents, without which the viewer cannot open it".to_owned()
    } else if options.extents.is_some() && info.voxel_box()? != Some(*finest) {
        "the viewer shows the extents that the server states, which the option extents replaces".to_owned()
    } else if info.voxel_size()?.as_ref() != Some(step) {
        "the viewer takes VoxelSize as nanometres, which it is not here".to_owned()
    } else if let Some((axis, begin)) = cut_axis(finest) {
        format!(
            "the viewer loses what lies before the first multiple of {VIEWER_CHUNK} where indices are negative, \
             and axis {axis} begins at {begin}"
        )
    } else {
        return Ok(None);
    };
    Ok(Some(reason))
}

/// What keeps the viewer from showing voxels of this type as they are read here.
fn hindrance_of_type(volume: &Volume) -> Option<String> {
    let reason = match (&volume.route, volume.info.type_name()) {
        (Route::Region(_), _) => "the viewer cannot show regions of interest".to_owned(),
        (Route::Body(_), _) => "the viewer would show all bodies".to_owned(),
        (Route::Blocks, _) => "the server does not give the viewer what it only passes on".to_owned(),
        _ if volume.client.is_replay() => "it is replayed from a recording, without a server".to_owned(),
        _ if volume.ids == Ids::Supervoxels => "the viewer would show bodies, not supervoxels".to_owned(),
        (_, "labelmap" | "labelarray") if volume.max_scale() == 0 => {
            "the viewer refuses labelmaps whose MaxDownresLevel is 0".to_owned()
        }
        (_, "uint8blk" | "labelmap" | "labelarray" | "labelblk") => return None,
        (_, other) => format!("the viewer cannot show the type {other}"),
    };
    Some(reason)
}

/// An axis on which the viewer, which rounds towards zero, would begin too late.
fn cut_axis(voxels: &VoxelBox) -> Option<(char, i64)> {
    let cut = |begin: i64| begin < 0 && begin % VIEWER_CHUNK != 0;
    ['z', 'y', 'x'].into_iter().zip(voxels.begin().iter().copied()).find(|(_, begin)| cut(*begin))
}
