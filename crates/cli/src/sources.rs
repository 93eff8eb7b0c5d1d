//! From the words of the command line to a configuration.

use facade::prelude::*;
use facade::resample::Method;
use facade::{ArrayConfig, Error, ResampledConfig, Result};

use crate::args::Placement;

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
pub fn resampled(
    source: &str,
    (voxel_size, resample_to): (Option<Coordinate<Length>>, Option<Coordinate<Length>>),
    method: Option<Method>,
    placement: &Placement,
) -> Result<ArrayConfig> {
    let config = ArrayConfig::from_source(source)?;
    let (own, target) = match (is_file(&config), voxel_size, resample_to) {
        (true, own, target) => (own, target),
        (false, Some(_), Some(_)) => {
            let reason = "means the same as --voxel-size for this source; give one of them";
            return Err(Error::invalid("--resample-to", reason));
        }
        (false, one, other) => (None, one.or(other)),
    };
    let config = placed(config, source, own, placement)?;
    let Some(target) = target else {
        return match method {
            None => Ok(config),
            Some(_) => Err(Error::invalid("--method", "has no effect without a voxel size to resample to")),
        };
    };
    let mut resampled = ResampledConfig::new(config).with_voxel_size(target);
    resampled.spec.method = method;
    Ok(ArrayConfig::Resampled(Box::new(resampled)))
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
