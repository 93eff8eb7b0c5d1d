//! Sums over windows as an array, and their means as another.

use std::ops::AddAssign;

use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Block, BlockMut, Conversion, Coordinate, DType, Element, ReadContext,
    ReadPlan, Result, VoxelBox, ndarray::ArrayD,
};

use super::windows::{Windows, counts, divided, sums};

/// The sums of all voxels, or sums, that the voxels of a level stand over: windows at the rim sum what exists of them.
#[derive(Debug)]
pub(super) struct Sums {
    meta: ArrayMeta,
    finer: ArrayRef,
    ratio: Coordinate,
}

impl Sums {
    /// `ratio` voxels of `finer` along each dimension make one of `level`.
    pub(super) fn new(level: &ArrayMeta, dtype: DType, finer: ArrayRef, ratio: Coordinate) -> Result<Self> {
        let (axes, extents) = (level.axes().clone(), level.plain_extents());
        let meta = level.derive(dtype, axes, &extents, *level.grid(), *level.voxel_box())?;
        Ok(Self { meta, finer, ratio })
    }

    /// The finer voxels beneath a box.
    fn beneath(&self, voxels: &VoxelBox) -> Result<VoxelBox> {
        let (begin, end) = (voxels.begin().checked_mul(&self.ratio)?, voxels.end().checked_mul(&self.ratio)?);
        Ok(VoxelBox::from_bounds(begin, end)?.intersect(self.finer.meta().voxel_box())?)
    }
}

fn sum<S: Element + AddAssign>(finer: Block, windows: &[Windows], shape: &[usize]) -> Result<Block> {
    Ok(S::wrap(sums(windows, &finer.into_array::<S>()?, shape)))
}

impl Array for Sums {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let beneath = self.beneath(voxels)?;
        let finer = self.finer.read_box(&beneath, cx)?.convert(self.meta.dtype(), Conversion::Exact)?;
        cx.check()?;
        let mut windows = vec![Windows::ONE; self.meta.rank()];
        for (dim, axis) in self.meta.axes().physical().enumerate() {
            let (down, first) = (self.ratio[dim], beneath.begin()[dim]);
            windows[axis] = Windows { down, first, target: voxels.begin()[dim] };
        }
        let shape = self.meta.block_shape(voxels)?;
        let sums = match self.meta.dtype() {
            DType::I32 => sum::<i32>(finer, &windows, &shape)?,
            DType::I64 => sum::<i64>(finer, &windows, &shape)?,
            _ => sum::<f64>(finer, &windows, &shape)?,
        };
        out.assign(&sums.view())
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.finer.plan(&self.beneath(voxels)?)
    }
}

/// Sums by the number of stored voxels that they are of.
#[derive(Debug)]
pub(super) struct Means {
    meta: ArrayMeta,
    sums: ArrayRef,
    factors: Coordinate,
    stored: VoxelBox,
}

impl Means {
    /// `factors` voxels of the box `stored` along each dimension are in a sum; fewer at its rim.
    pub(super) fn new(meta: ArrayMeta, sums: ArrayRef, factors: Coordinate, stored: VoxelBox) -> Self {
        Self { meta, sums, factors, stored }
    }

    /// Along each axis of a block of these voxels, how many are in a sum.
    fn counts(&self, voxels: &VoxelBox) -> Result<Vec<Vec<i64>>> {
        let mut all: Vec<Vec<i64>> = self.meta.block_shape(voxels)?.into_iter().map(|extent| vec![1; extent]).collect();
        let dims = voxels.ranges().zip(self.stored.ranges()).zip(self.factors.iter());
        for (axis, ((range, stored), factor)) in self.meta.axes().physical().zip(dims) {
            all[axis] = counts(range, *factor, stored);
        }
        Ok(all)
    }
}

impl Array for Means {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let counts = self.counts(voxels)?;
        let sums = self.sums.read_box(voxels, cx)?;
        let means: Block = match sums {
            Block::I32(sums) => whole(&sums, &counts).into(),
            Block::I64(sums) => whole(&sums, &counts).into(),
            sums => divided(&sums.into_array::<f64>()?, &counts, |sum, count| sum / count as f64).into(),
        };
        // Of whole numbers each is between two that the type has.
        out.assign_converted(&means.view(), Conversion::Saturate)
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.sums.plan(voxels)
    }
}

fn whole<S: Copy + Into<i64>>(sums: &ArrayD<S>, counts: &[Vec<i64>]) -> ArrayD<i64> {
    divided(sums, counts, |sum, count| half_to_even(sum.into(), count))
}

/// The quotient, rounded to nearest; powers of two, which are the rule, take no division.
fn half_to_even(sum: i64, count: i64) -> i64 {
    let (quotient, rest) = if count & (count - 1) == 0 {
        (sum >> count.trailing_zeros(), sum & (count - 1))
    } else {
        (sum.div_euclid(count), sum.rem_euclid(count))
    };
    quotient + i64::from(2 * rest > count || (2 * rest == count && quotient & 1 == 1))
}

#[cfg(test)]
mod tests {
    use super::half_to_even;

    #[test]
    fn quotients_are_rounded_to_nearest_and_halves_to_even() {
        for count in 1..70 {
            for sum in -300..300 {
                let mean = half_to_even(sum, count);
                let error = 2 * (mean * count - sum);
                assert!(error.abs() <= count && (error.abs() < count || mean % 2 == 0), "{sum} by {count}: {mean}");
            }
        }
    }
}
