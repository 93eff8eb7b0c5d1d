//! Which factors the levels of a pyramid should have.

use array_core::{ArrayMeta, AxisKind, Coordinate, Length};

use crate::{Error, Result};

/// Factors towards voxels that are as long as wide, level by level, beginning with ones.
///
/// Each level doubles every axis whose voxel size is below 4/3 of the smallest one: 4 × 4 × 30 nm goes by (2, 2, 1),
/// (4, 4, 1), (8, 8, 1), (16, 16, 2). Comparisons are exact. Ends when a factor exceeds 32 bits.
///
/// ```
/// use resample::IsotropicFactors;
/// let factors = IsotropicFactors::new([10, 10, 25].map(Into::into).to_vec())?;
/// assert_eq!(factors.take(4).last().unwrap(), [8, 8, 4]);
/// # Ok::<(), resample::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct IsotropicFactors {
    voxel_size: Vec<Length>,
    next: Option<Vec<u32>>,
}

impl IsotropicFactors {
    /// For voxels of this size; all axes in one unit.
    ///
    /// # Errors
    /// [`Error::Levels`] for a size of 0 or below.
    pub fn new(voxel_size: Vec<Length>) -> Result<Self> {
        if let Some(size) = voxel_size.iter().find(|size| !size.is_positive()) {
            return Err(Error::Levels { reason: format!("a voxel size of {size} nm must be greater than 0") });
        }
        let next = (!voxel_size.is_empty()).then(|| vec![1; voxel_size.len()]);
        Ok(Self { voxel_size, next })
    }

    /// The level after these factors; `None` when a number does not fit.
    fn after(&self, factors: &[u32]) -> Option<Vec<u32>> {
        let size = |(size, &factor): (&Length, &u32)| size.checked_mul(Length::from(i64::from(factor))).ok();
        let sizes = self.voxel_size.iter().zip(factors).map(size).collect::<Option<Vec<_>>>()?;
        let limit = sizes.iter().min()?.checked_mul(Length::new(4, 3).ok()?).ok()?;
        let double =
            |(size, &factor): (&Length, &u32)| if *size < limit { factor.checked_mul(2) } else { Some(factor) };
        sizes.iter().zip(factors).map(double).collect()
    }
}

impl Iterator for IsotropicFactors {
    type Item = Vec<u32>;

    fn next(&mut self) -> Option<Self::Item> {
        let current = self.next.take()?;
        self.next = self.after(&current);
        Some(current)
    }
}

/// The factors of all levels that viewers want of an array, the array itself (ones) included: [`IsotropicFactors`] over its
/// axes of space, up to the first level that fits into two chunks. One number for each physical axis; time keeps its 1.
///
/// # Errors
/// [`Error::Levels`] unless `chunk` has an edge of at least one voxel for every physical axis.
pub fn level_factors(meta: &ArrayMeta, chunk: Coordinate) -> Result<Vec<Vec<u32>>> {
    if chunk.len() != meta.dims() || chunk.iter().any(|edge| *edge < 1) {
        let dims = meta.dims();
        return Err(Error::Levels { reason: format!("a chunk {chunk} needs {dims} edges of at least one voxel") });
    }
    let kinds = meta.axes().iter().map(|axis| axis.kind).filter(|kind| kind.is_physical());
    let space = kinds.map(|kind| kind == AxisKind::Space).collect::<Vec<_>>();
    let sizes = meta.voxel_size().iter().zip(&space).filter(|(_, space)| **space).map(|(size, _)| *size).collect();
    let mut levels = Vec::<Vec<u32>>::new();
    for factors in IsotropicFactors::new(sizes)? {
        let mut entries = factors.into_iter();
        levels.push(space.iter().map(|&space| if space { entries.next().unwrap_or(1) } else { 1 }).collect());
        if chunks(meta, &chunk, &space, &levels[levels.len() - 1]) <= 2 {
            break;
        }
    }
    Ok(levels)
}

/// How many chunks it takes to hold a level, at one point in time.
fn chunks(meta: &ArrayMeta, chunk: &Coordinate, space: &[bool], factors: &[u32]) -> u64 {
    let axes = meta.voxel_box().ranges().zip(factors).enumerate();
    let counts = axes.filter(|&(dim, _)| space[dim]).map(|(dim, (range, &factor))| {
        let factor = i64::from(factor);
        let extent = (range.end - 1).div_euclid(factor) + 1 - range.start.div_euclid(factor);
        (extent as u64).div_ceil(chunk[dim] as u64)
    });
    counts.fold(1, u64::saturating_mul)
}
