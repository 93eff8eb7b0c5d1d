//! From the words of the command line to a configuration.

use facade::prelude::*;
use facade::resample::Method;
use facade::{ArrayConfig, Error, ResampledConfig, Result};

use crate::args::{Placement, Sizes};

/// The configuration of a source. Voxel size and placement are for `.npy` files, which state neither; for other sources they
/// are an error, so that nobody believes to have moved a volume.
///
/// # Errors
/// Those of [`ArrayConfig::from_source`], and an error for options that the source does not take.
pub fn config(source: &str, voxel_size: Option<Coordinate<Length>>, placement: &Placement) -> Result<ArrayConfig> {
    placed(ArrayConfig::from_source(source)?, source, voxel_size, placement)
}

/// The configurations of several sources; voxel size and placement are for the `.npy` files among them.
///
/// # Errors
/// As [`config`], where no source takes the options.
pub fn several(
    sources: &[String],
    voxel_size: Option<Coordinate<Length>>,
    placement: &Placement,
) -> Result<Vec<ArrayConfig>> {
    let configs = sources.iter().map(|source| ArrayConfig::from_source(source)).collect::<Result<Vec<_>>>()?;
    let any_file = configs.iter().any(is_file);
    let one = |(config, source): (ArrayConfig, &String)| {
        if any_file && !is_file(&config) { Ok(config) } else { placed(config, source, voxel_size, placement) }
    };
    configs.into_iter().zip(sources).map(one).collect()
}

/// The configuration of a source that is read at a voxel size. For an `.npy` file `voxel_size` says what it has, and only
/// `resample_to` what is wanted; for all others both say what is wanted.
///
/// # Errors
/// As [`config`]; when both sizes are given where they mean the same; and for a method without a size to resample to.
pub fn resampled(source: &str, sizes: &Sizes, placement: &Placement) -> Result<ArrayConfig> {
    let config = ArrayConfig::from_source(source)?;
    let (config, target) = with_target(config, source, sizes, placement)?;
    if target.is_none() && sizes.method.is_some() {
        return Err(idle_method());
    }
    Ok(at(config, target, sizes.method))
}

/// The same for several sources. Placement, and the voxel size that files have, are for the `.npy` files among them.
///
/// # Errors
/// As [`resampled`], where no source takes an option.
pub fn several_resampled(sources: &[String], sizes: &Sizes, placement: &Placement) -> Result<Vec<ArrayConfig>> {
    let configs = sources.iter().map(|source| ArrayConfig::from_source(source)).collect::<Result<Vec<_>>>()?;
    let any_file = configs.iter().any(is_file);
    // Beside files, of which it says what they have, the first size means nothing where the second is there.
    let voxel_size = sizes.voxel_size.filter(|_| sizes.resample_to.is_none());
    let (beside, elsewhere) = (Sizes { voxel_size, ..*sizes }, Placement::default());
    let one = |(config, source): (ArrayConfig, &String)| {
        let beside_files = any_file && !is_file(&config);
        let (sizes, placement) = if beside_files { (&beside, &elsewhere) } else { (sizes, placement) };
        with_target(config, source, sizes, placement)
    };
    let targets = configs.into_iter().zip(sources).map(one).collect::<Result<Vec<_>>>()?;
    if sizes.method.is_some() && targets.iter().all(|(_, target)| target.is_none()) {
        return Err(idle_method());
    }
    Ok(targets.into_iter().map(|(config, target)| at(config, target, sizes.method)).collect())
}

/// A configuration with its own voxel size, and the one that is wanted of it.
fn with_target(
    config: ArrayConfig,
    source: &str,
    sizes: &Sizes,
    placement: &Placement,
) -> Result<(ArrayConfig, Option<Coordinate<Length>>)> {
    let (own, target) = match (is_file(&config), sizes.voxel_size, sizes.resample_to) {
        (true, own, target) => (own, target),
        (false, Some(_), Some(_)) => {
            let reason = "means the same as --voxel-size for this source; give one of them";
            return Err(Error::invalid("--resample-to", reason));
        }
        (false, one, other) => (None, one.or(other)),
    };
    Ok((placed(config, source, own, placement)?, target))
}

fn at(config: ArrayConfig, target: Option<Coordinate<Length>>, method: Option<Method>) -> ArrayConfig {
    let Some(target) = target else { return config };
    let mut resampled = ResampledConfig::new(config).with_voxel_size(target);
    resampled.spec.method = method;
    ArrayConfig::Resampled(Box::new(resampled))
}

fn idle_method() -> Error {
    Error::invalid("--method", "has no effect without a voxel size to resample to")
}

fn is_file(config: &ArrayConfig) -> bool {
    matches!(config, ArrayConfig::Npy(_))
}

fn placed(
    config: ArrayConfig,
    source: &str,
    voxel_size: Option<Coordinate<Length>>,
    placement: &Placement,
) -> Result<ArrayConfig> {
    match config {
        ArrayConfig::Npy(mut npy) => {
            npy.voxel_size = npy.voxel_size.or(voxel_size);
            npy.offset = npy.offset.or(placement.offset);
            npy.kind = npy.kind.or(placement.kind.map(Kind::from));
            Ok(ArrayConfig::Npy(npy))
        }
        other => {
            let given = [
                ("--voxel-size", voxel_size.is_some()),
                ("--offset", placement.offset.is_some()),
                ("--kind", placement.kind.is_some()),
            ];
            match given.into_iter().find(|(_, given)| *given) {
                Some((option, _)) => {
                    let reason = format!("'{source}' states this itself; the option is for .npy files");
                    Err(Error::invalid(option, reason))
                }
                None => Ok(other),
            }
        }
    }
}
