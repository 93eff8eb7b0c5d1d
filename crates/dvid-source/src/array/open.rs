//! Opening an instance with all its scales.

use std::sync::Arc;

use array_core::{ArrayRef, Length, ReadContext};

use super::describe::{self, Base};
use super::volume::{Route, Volume};
use super::{DvidArray, DvidOptions, OpenVersions, Siblings};
use crate::client::Control;
use crate::error::Missing;
use crate::{DvidClient, Error, Node, Result};

/// The largest scale that 32-bit indices can have.
const MAX_SCALE: u8 = 30;

pub(super) fn open(
    client: &DvidClient,
    uuid: &str,
    instance: &str,
    options: &DvidOptions,
    cx: &ReadContext,
) -> Result<DvidArray> {
    options.check()?;
    let control = Control::new(cx);
    let node = client.resolve_for(uuid, Some(instance), &control)?;
    check_lock(&node, instance, options)?;
    let volume = Arc::new(Volume::open(client, &node, instance, options, &control)?);
    let base = describe::base(&volume, options)?;
    let scales = scales(&volume, &base, options, &control)?;
    let mut coarser: Vec<Arc<DvidArray>> = Vec::new();
    for (scale, volume) in scales.iter().enumerate().skip(usize::from(options.scale)).rev() {
        let scale = scale as u8;
        let meta = describe::meta(volume, &base, options, scale)?;
        let refs = coarser.iter().map(|array| -> ArrayRef { Arc::<DvidArray>::clone(array) }).collect();
        let array = DvidArray { volume: Arc::clone(volume), scale, meta, coarser: coarser.clone(), refs };
        if scale == options.scale {
            tracing::info!(source = ?array.source(), scale, voxels = %array.meta.voxel_box(), "volume opened");
            return Ok(array);
        }
        coarser.insert(0, Arc::new(array));
    }
    Err(no_such_scale(&scales, options))
}

fn check_lock(node: &Node, instance: &str, options: &DvidOptions) -> Result<()> {
    match (node.locked, options.open_versions) {
        (Some(true), _) | (None, OpenVersions::Warn | OpenVersions::Watch) => Ok(()),
        // A server that does not tell may have an open version.
        (_, OpenVersions::Refuse) => Err(Error::NotLocked { uuid: node.uuid.clone(), instance: instance.to_owned() }),
        (Some(false), OpenVersions::Warn | OpenVersions::Watch) => {
            tracing::warn!(uuid = node.uuid, instance, "the version is open: its data may change while they are read");
            Ok(())
        }
    }
}

/// The volume of each scale, finest first.
fn scales(volume: &Arc<Volume>, base: &Base, options: &DvidOptions, control: &Control<'_>) -> Result<Vec<Arc<Volume>>> {
    if volume.max_scale() > MAX_SCALE {
        let problem = format!("`MaxDownresLevel` is {}; more than {MAX_SCALE} cannot be", volume.max_scale());
        return Err(volume.info.bad(problem));
    }
    let may_have_siblings = !volume.holds_scales() && !matches!(volume.route, Route::Region(_));
    let mut scales = vec![Arc::clone(volume); usize::from(volume.max_scale()) + 1];
    let wanted = options.siblings == Siblings::Find || options.scale > 0;
    while may_have_siblings && wanted && scales.len() <= usize::from(MAX_SCALE) {
        let Some(sibling) = sibling(volume, base, scales.len() as u8, options, control)? else { break };
        scales.push(Arc::new(sibling));
    }
    Ok(scales)
}

/// The instance that by its name is a coarser scale of an image, if it is one.
fn sibling(
    volume: &Volume,
    base: &Base,
    scale: u8,
    options: &DvidOptions,
    control: &Control<'_>,
) -> Result<Option<Volume>> {
    let name = format!("{}_{scale}", volume.source.instance);
    let found = match Volume::open(&volume.client, &volume.node, &name, options, control) {
        Ok(found) => found,
        Err(Error::NotFound { what: Missing::Instance, .. } | Error::NotRecorded { .. }) => return Ok(None),
        // Something else has the name.
        Err(error @ (Error::Unsupported { .. } | Error::BadInfo { .. })) => {
            tracing::warn!(instance = name, %error, "not taken as a coarser scale");
            return Ok(None);
        }
        Err(error) => return Err(error),
    };
    match hindrance(&found, volume, base, scale)? {
        None => Ok(Some(found)),
        Some(reason) => {
            tracing::warn!(instance = name, reason, "not taken as a coarser scale");
            Ok(None)
        }
    }
}

/// Why an instance is not the coarser scale that its name says.
fn hindrance(found: &Volume, volume: &Volume, base: &Base, scale: u8) -> Result<Option<String>> {
    if found.voxels != volume.voxels {
        return Ok(Some(format!("its type is {}", found.info.type_name())));
    }
    let Some(stated) = found.info.voxel_box()? else {
        return Ok((!base.voxels.is_empty()).then(|| "nothing was written to it".to_owned()));
    };
    let due = describe::at_scale(&base.voxels, scale)?;
    if !due.is_empty() && stated.intersect(&due)?.is_empty() {
        return Ok(Some(format!("it has the voxels {stated}, none of which are due: {due}")));
    }
    let Some(size) = found.info.voxel_size()? else { return Ok(None) };
    let Some(finest) = volume.info.voxel_size()? else { return Ok(None) };
    // Sizes are 32-bit floats on the server, and often nobody multiplied them.
    let is = |a: Length, b: Length| (a.to_f64() as f32).to_bits() == (b.to_f64() as f32).to_bits();
    let multiplied = finest.checked_mul_scalar(Length::from(1_i64 << scale))?;
    let agrees = |with: &array_core::Coordinate<Length>| (0..3).all(|axis| is(size[axis], with[axis]));
    let contradicts = !agrees(&multiplied) && !agrees(&finest);
    Ok(contradicts.then(|| format!("its voxel size is {size}, and {multiplied} is due")))
}

fn no_such_scale(scales: &[Arc<Volume>], options: &DvidOptions) -> Error {
    let volume = &scales[0];
    let (instance, scale) = (volume.source.instance.clone(), options.scale);
    let last = scales.len() - 1;
    let rule = if volume.holds_scales() {
        format!("it has scales 0 to {last}")
    } else {
        // The server ignores the parameter on images and would send the finest voxels as if they were coarse.
        format!(
            "its type has coarser scales in instances of their own, and there is no fitting {instance}_{}",
            last + 1
        )
    };
    Error::NoSuchScale { instance, scale, rule }
}
