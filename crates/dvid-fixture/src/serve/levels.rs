//! The coarser levels of an array, computed when they are read.

use std::sync::Arc;

use array_core::ArrayRef;
use resample::{Extent, Factor, Method, ResampledArray, Spec, Target, Zeros};

use crate::{Error, Result};

/// Bytes of the finer level that are held at once while a level is read. A voxel of level n depends on 8ⁿ voxels of the
/// array; this bounds what a request needs by a few times this per level, however coarse it is.
const MEMORY: u64 = 64 << 20;

/// The labels and their levels up to `max`, by the server's own rule: the most frequent label of 2×2×2 that is not 0.
pub(super) fn of_labels(array: ArrayRef, max: u8) -> Result<Vec<ArrayRef>> {
    of(array, max, &Spec::default().with_method(Method::Mode).with_zeros(Zeros::Ignore))
}

/// The image and `count` coarser ones, each the mean of 2×2×2 voxels of the one before.
pub(super) fn of_image(array: ArrayRef, count: u8) -> Result<Vec<ArrayRef>> {
    of(array, count, &Spec::default().with_method(Method::Mean))
}

fn of(array: ArrayRef, count: u8, spec: &Spec) -> Result<Vec<ArrayRef>> {
    let name = array.meta().name().to_owned();
    let spec = spec.clone().with_extent(Extent::Cover);
    let mut levels = vec![array];
    for level in 1..=count {
        let finer = Arc::clone(&levels[usize::from(level) - 1]);
        let coarser = halved(format!("{name} at level {level}"), finer, spec.clone())
            .map_err(|source| Error::Level { array: name.clone(), level, source })?;
        levels.push(Arc::new(coarser.with_memory_budget(MEMORY)));
    }
    Ok(levels)
}

fn halved(name: String, array: ArrayRef, spec: Spec) -> Result<ResampledArray, Box<resample::Error>> {
    let half = Target::from([Factor::down_by(2)?; 3]);
    Ok(ResampledArray::new(name, array, half, spec)?)
}
