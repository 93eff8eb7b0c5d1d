//! Levels that are computed, each from the one before it.

mod means;
mod windows;

use std::sync::Arc;

use array_core::{Array, ArrayRef, BlockCache, CacheOptions, Cached, Coordinate, DType, Kind};
use resample::{Extent, Factor, Method, ResampledArray, Spec, Target};

use self::means::{Means, Sums};
use crate::Result;

/// The levels between one that is stored and the next.
///
/// Of images sums are carried from level to level, not means: so a voxel of any level is the mean of all voxels of the stored
/// one that it stands over, rounded once, and at the rim of those that exist. Labels are carried as they are: from the
/// second level on a vote is one of votes.
pub(super) struct Chain {
    stored: ArrayRef,
    /// Voxels of the stored level along each dimension of a voxel of the last one.
    factors: Coordinate,
    last: ArrayRef,
    sums: Option<ArrayRef>,
}

impl Chain {
    pub(super) fn new(stored: &ArrayRef) -> Result<Self> {
        let factors = Coordinate::filled(stored.meta().dims(), 1)?;
        Ok(Self { stored: Arc::clone(stored), factors, last: Arc::clone(stored), sums: None })
    }

    /// The next level, of so many voxels of the last one along each dimension. What is carried is cached in such blocks.
    pub(super) fn coarser(
        &mut self,
        name: &str,
        ratio: &Coordinate,
        cache: &Arc<BlockCache>,
        block: Coordinate,
    ) -> Result<ArrayRef> {
        let method = method(&self.stored);
        let level = resampled(name, &self.last, ratio, method)?;
        let block = CacheOptions::default().with_block(block);
        self.factors = self.factors.checked_mul(ratio)?;
        let voxels = self.factors.iter().map(|factor| factor.unsigned_abs()).fold(1, u64::saturating_mul);
        let sums = sums_of(level.meta().dtype(), voxels).filter(|_| method == Method::Mean);
        self.last = match sums {
            Some(dtype) => {
                let beneath = self.sums.as_ref().unwrap_or(&self.stored);
                let sums = Sums::new(level.meta(), dtype, Arc::clone(beneath), *ratio)?;
                let sums: ArrayRef = Arc::new(Cached::new(Arc::new(sums), cache, &block)?);
                self.sums = Some(Arc::clone(&sums));
                let stored = *self.stored.meta().voxel_box();
                Arc::new(Means::new(level.meta().clone(), sums, self.factors, stored))
            }
            None => Arc::new(Cached::new(Arc::new(level), cache, &block)?),
        };
        Ok(Arc::clone(&self.last))
    }
}

/// The mean of images, the most frequent of labels.
fn method(array: &ArrayRef) -> Method {
    let meta = array.meta();
    let fractions = meta.kind() == Kind::Mask && meta.dtype().is_float();
    if meta.kind() == Kind::Image || fractions { Method::Mean } else { Method::Mode }
}

fn resampled(name: &str, finer: &ArrayRef, ratio: &Coordinate, method: Method) -> Result<ResampledArray> {
    let factors = ratio.iter().map(|ratio| Factor::down_by(*ratio as u32)).collect::<resample::Result<Vec<_>>>()?;
    let spec = Spec::default().with_method(method).with_extent(Extent::Cover);
    Ok(ResampledArray::new(name, Arc::clone(finer), Target::Factors(factors), spec)?)
}

/// The narrowest type that holds the sum of so many voxels of a type; none for 64-bit integers, whose levels are means of
/// means.
fn sums_of(dtype: DType, voxels: u64) -> Option<DType> {
    let bits = match dtype {
        DType::F32 | DType::F64 => return Some(DType::F64),
        DType::Bool => 1,
        DType::U8 | DType::I8 => 8,
        DType::U16 | DType::I16 => 16,
        DType::U32 | DType::I32 => 32,
        DType::U64 | DType::I64 => return None,
    };
    match bits + voxels.checked_next_power_of_two()?.trailing_zeros() {
        0..=31 => Some(DType::I32),
        32..=63 => Some(DType::I64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_have_room() {
        for (dtype, voxels, expected) in [
            (DType::U8, 1 << 23, Some(DType::I32)),
            (DType::U8, (1 << 23) + 1, Some(DType::I64)),
            (DType::U16, 1 << 15, Some(DType::I32)),
            (DType::I32, 8, Some(DType::I64)),
            (DType::U32, 1 << 31, Some(DType::I64)),
            (DType::U32, (1 << 31) + 1, None),
            (DType::U64, 1, None),
            (DType::F32, 8, Some(DType::F64)),
            (DType::U8, u64::MAX, None),
        ] {
            assert_eq!(sums_of(dtype, voxels), expected, "{dtype} {voxels}");
        }
    }
}
