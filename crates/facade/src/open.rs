//! From a configuration to an array.

mod views;

use std::sync::Arc;

use array_core::npy::{NpyArray, NpyOptions};
use array_core::{Array, ArrayExt, ArrayRef, Crop};
use resample::{Method, Order, ResampledArray, Target};

use crate::config::{CropConfig, DvidConfig, NpyConfig, ResampledConfig};
use crate::view::Renamed;
use crate::{ArrayConfig, Error, Result};

/// Opens what a configuration describes. Reads metadata only; voxels are read when they are asked for.
///
/// # Errors
/// [`Error::NotBuilt`] for a back end that this program was built without, otherwise what the back end has to say.
pub fn open(config: &ArrayConfig) -> Result<ArrayRef> {
    match config {
        ArrayConfig::Dvid(config) => dvid(config),
        ArrayConfig::Npy(config) => npy(config),
        ArrayConfig::Crop(config) => crop(config),
        ArrayConfig::Resampled(config) => resampled(config),
        ArrayConfig::Select(config) => views::select(config),
        ArrayConfig::Permute(config) => views::permute(config),
        ArrayConfig::Cast(config) => views::cast(config),
        ArrayConfig::Intensities(config) => views::intensities(config),
        ArrayConfig::Binarize(config) => views::binarize(config),
        ArrayConfig::MapLabels(config) => views::map_labels(config),
        ArrayConfig::Concat(config) => views::concat(config),
        ArrayConfig::LogicalOr(config) => views::logical_or(config),
        ArrayConfig::Sum(config) => views::sum(config),
        ArrayConfig::MergeInstances(config) => views::merge_instances(config),
        ArrayConfig::Constant(config) => views::constant(config),
    }
}

#[cfg(feature = "dvid")]
fn dvid(config: &DvidConfig) -> Result<ArrayRef> {
    use dvid_source::{DvidArray, DvidClient, DvidOptions};

    let backend = |error: dvid_source::Error| match error {
        dvid_source::Error::NotBuilt { what, feature } => Error::NotBuilt { what, feature },
        other => Error::Backend(Box::new(other)),
    };
    let (server, uuid, data) = &config.source;
    let mut options = DvidOptions::default().with_scale(config.scale);
    if let Some(voxel_size) = config.voxel_size {
        options = options.with_voxel_size(voxel_size);
    }
    if let Some(extents) = config.extents {
        options = options.with_extents(extents);
    }
    let client = DvidClient::new(server).map_err(backend)?;
    let array = DvidArray::open(&client, uuid, data, &options).map_err(backend)?;
    Ok(renamed(Arc::new(array), config.name.as_deref()))
}

#[cfg(not(feature = "dvid"))]
fn dvid(_: &DvidConfig) -> Result<ArrayRef> {
    Err(Error::NotBuilt { what: "reading DVID servers".to_owned(), feature: "dvid" })
}

fn npy(config: &NpyConfig) -> Result<ArrayRef> {
    let mut options = NpyOptions::default();
    options.voxel_size = config.voxel_size;
    options.offset = config.offset;
    options.axes.clone_from(&config.axes);
    options.kind = config.kind;
    Ok(renamed(Arc::new(NpyArray::open(&config.path, options)?), config.name.as_deref()))
}

fn crop(config: &CropConfig) -> Result<ArrayRef> {
    Ok(Arc::new(Crop::new(open(&config.source)?, config.roi, config.alignment)?))
}

fn resampled(config: &ResampledConfig) -> Result<ArrayRef> {
    let source = open(&config.source)?;
    let target = target(config, &*source)?;
    let mut spec = config.spec.clone();
    if let Some(order) = config.interp_order {
        if spec.method.is_some() {
            return Err(Error::invalid("interp_order", "spec.method says it too; give one of them"));
        }
        let order =
            Order::try_from(u64::from(order)).map_err(|error| Error::invalid("interp_order", error.to_string()))?;
        spec = spec.with_method(Method::Interpolate(order));
    }
    let name = config.name.clone().unwrap_or_else(|| source.name().to_owned());
    Ok(Arc::new(ResampledArray::new(name, source, target, spec)?))
}

fn target(config: &ResampledConfig, source: &dyn Array) -> Result<Target> {
    let dims = source.dims();
    match (&config.upsample, &config.downsample, config.voxel_size) {
        (None, None, Some(voxel_size)) => Ok(Target::from(voxel_size)),
        (None, None, None) => Err(Error::invalid("resampled", "give voxel_size, or upsample and downsample")),
        (upsample, downsample, None) => {
            let ones = |other: &Option<Vec<u32>>| vec![1; other.as_ref().map_or(dims, Vec::len)];
            let up = upsample.clone().unwrap_or_else(|| ones(downsample));
            let down = downsample.clone().unwrap_or_else(|| ones(upsample));
            Ok(Target::up_down(&up, &down)?)
        }
        (_, _, Some(_)) => {
            Err(Error::invalid("resampled", "voxel_size and factors say the same twice; give one of them"))
        }
    }
}

fn renamed(array: ArrayRef, name: Option<&str>) -> ArrayRef {
    match name {
        Some(name) => Arc::new(Renamed::new(array, name)),
        None => array,
    }
}
