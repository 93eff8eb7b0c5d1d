//! [`Target`]: which voxel size is wanted.

use array_core::{Array, ArrayMeta, AxisKind, Coordinate, Grid, IntoWorld, Length};

use crate::{Error, Factor, Result};

/// What a [`ResampledArray`](crate::ResampledArray) should come to: factors, or voxel sizes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Target {
    /// A factor for each physical axis, or for each axis of space.
    Factors(Vec<Factor>),
    /// A voxel size for each physical axis, or for each axis of space, in nanometres. Any exact ratio will do.
    VoxelSize(Coordinate<Length>),
    /// The voxels of this grid: its voxel size for each physical axis, and lines in the same places.
    Grid(Grid),
}

impl Target {
    /// Voxels of this size.
    pub fn voxel_size(size: impl IntoWorld) -> Self {
        Self::VoxelSize(size.into_world())
    }

    /// The grid of another array: voxels of the same size in the same places, so that the two can be laid over each other.
    ///
    /// The result keeps the origin of its source's grid, as always, and covers what its source covers; equal voxels may have
    /// other indices, which [`Grid::shift_to`] relates.
    ///
    /// # Errors
    /// [`Error::GridsApart`], when the array is made, unless the corner of the source's grid lies on a line of the other:
    /// voxels are never moved by parts of themselves.
    pub fn grid_of(other: &(impl Array + ?Sized)) -> Self {
        Self::Grid(*other.meta().grid())
    }

    /// `upsample[a]` voxels in the place of `downsample[a]`.
    ///
    /// # Errors
    /// [`Error::AxisCount`] for lists of unequal lengths, [`Error::ZeroFactor`] for a 0 in one of them.
    pub fn up_down(upsample: &[u32], downsample: &[u32]) -> Result<Self> {
        if upsample.len() != downsample.len() {
            return Err(Error::AxisCount { what: "upsample", given: upsample.len(), axes: downsample.len() });
        }
        let pairs = upsample.iter().zip(downsample);
        pairs.map(|(&up, &down)| Factor::new(up, down)).collect::<Result<_>>().map(Self::Factors)
    }

    /// The factor of every physical axis of an array.
    pub(crate) fn factors(&self, meta: &ArrayMeta) -> Result<Vec<Factor>> {
        match self {
            Self::Factors(factors) => {
                let entries = spread(meta, "factors", factors.len())?;
                Ok(entries.into_iter().map(|entry| entry.map_or(Factor::ONE, |entry| factors[entry])).collect())
            }
            Self::Grid(grid) => {
                if grid.dims() != meta.dims() {
                    return Err(Error::AxisCount { what: "axes of a grid", given: grid.dims(), axes: meta.dims() });
                }
                let pairs = meta.voxel_size().to_vec().into_iter().zip(grid.step().to_vec());
                pairs.map(|(from, to)| Factor::between(from, to)).collect()
            }
            Self::VoxelSize(sizes) => {
                let entries = spread(meta, "voxel sizes", sizes.len())?;
                let factor =
                    |(dim, (entry, from)): (usize, (Option<usize>, Length))| match entry.map(|entry| sizes[entry]) {
                        Some(size) if size <= Length::ZERO => {
                            let cause = array_core::coord_roi::Error::ZeroStep { axis: Some(dim), step: size };
                            Err(array_core::Error::on_axis(meta.axes(), cause).into())
                        }
                        Some(size) => Factor::between(from, size),
                        None => Ok(Factor::ONE),
                    };
                entries.into_iter().zip(meta.voxel_size().to_vec()).enumerate().map(factor).collect()
            }
        }
    }
}

impl Target {
    /// Refuses a grid whose lines the result does not meet.
    pub(crate) fn check_lines(&self, meta: &ArrayMeta) -> Result<()> {
        let Self::Grid(wanted) = self else { return Ok(()) };
        for dim in 0..wanted.dims() {
            let (step, origin) = (wanted.step()[dim], wanted.origin()[dim]);
            let apart = meta.grid().origin()[dim].checked_sub(origin)?.rem_floor(step)?;
            if apart != Length::ZERO {
                return Err(Error::GridsApart { axis: meta.axes().physical_name(dim), apart, step });
            }
        }
        Ok(())
    }
}

/// For every physical axis, which entry of a list is meant for it.
fn spread(meta: &ArrayMeta, what: &'static str, given: usize) -> Result<Vec<Option<usize>>> {
    if given == meta.dims() {
        return Ok((0..given).map(Some).collect());
    }
    let mut entries = 0..given;
    let kinds = meta.axes().iter().map(|axis| axis.kind).filter(|kind| kind.is_physical());
    let spread = kinds.map(|kind| if kind == AxisKind::Space { entries.next() } else { None }).collect::<Vec<_>>();
    let space = meta.axes().iter().filter(|axis| axis.kind == AxisKind::Space).count();
    if space != given {
        return Err(Error::AxisCount { what, given, axes: meta.dims() });
    }
    Ok(spread)
}

impl From<Vec<Factor>> for Target {
    fn from(factors: Vec<Factor>) -> Self {
        Self::Factors(factors)
    }
}

impl<const N: usize> From<[Factor; N]> for Target {
    fn from(factors: [Factor; N]) -> Self {
        Self::Factors(factors.to_vec())
    }
}

impl From<Coordinate<Length>> for Target {
    fn from(size: Coordinate<Length>) -> Self {
        Self::VoxelSize(size)
    }
}
