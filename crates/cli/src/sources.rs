//! From the words of the command line to a configuration.

use facade::prelude::*;
use facade::{ArrayConfig, ResampledConfig, Result};

use crate::args::Placement;
use crate::describe::invalid;

/// The configuration of a source. Voxel size and placement are for `.npy` files, which state neither; for other sources they
/// are an error, so that nobody believes to have moved a volume.
///
/// # Errors
/// Those of [`ArrayConfig::from_source`], and an error for options that the source does not take.
pub fn config(source: &str, voxel_size: Option<Coordinate<Length>>, placement: &Placement) -> Result<ArrayConfig> {
    match ArrayConfig::from_source(source)? {
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
                    Err(invalid(option, format!("'{source}' states this itself; the option is for .npy files")))
                }
                None => Ok(other),
            }
        }
    }
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
    let is_file = |source: &&String| matches!(ArrayConfig::from_source(source), Ok(ArrayConfig::Npy(_)));
    let any_file = sources.iter().any(|source| is_file(&source));
    let one = |source: &String| {
        if any_file && !is_file(&source) {
            return ArrayConfig::from_source(source);
        }
        config(source, voxel_size, placement)
    };
    sources.iter().map(one).collect()
}

/// The configuration of a source that is read at a voxel size. For an `.npy` file `voxel_size` says what it has, and only
/// `resample_to` what is wanted; for all others both say what is wanted.
///
/// # Errors
/// As [`config`]; and when both sizes are given where they mean the same.
pub fn resampled(
    source: &str,
    voxel_size: Option<Coordinate<Length>>,
    resample_to: Option<Coordinate<Length>>,
    placement: &Placement,
) -> Result<ArrayConfig> {
    let is_file = matches!(ArrayConfig::from_source(source)?, ArrayConfig::Npy(_));
    let (own, target) = match (is_file, voxel_size, resample_to) {
        (true, own, target) => (own, target),
        (false, Some(_), Some(_)) => {
            return Err(invalid("--resample-to", "means the same as --voxel-size for this source; give one of them"));
        }
        (false, one, other) => (None, one.or(other)),
    };
    let config = config(source, own, placement)?;
    Ok(match target {
        Some(target) => ArrayConfig::Resampled(Box::new(ResampledConfig::new(config).with_voxel_size(target))),
        None => config,
    })
}
