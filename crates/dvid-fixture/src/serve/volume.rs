//! One array behind an instance: regions of any level, with zeros where there is nothing.

use array_core::ndarray::{ArrayD, IxDyn};
use array_core::{Array, ArrayMeta, ArrayRef, Element, Length, ReadContext, VoxelBox, with_dtype};

use super::options::VoxelUnit;
use super::refusal::Result;
use super::region::reversed;
use super::types::VoxelType;
use crate::{Error, Result as SetupResult};

/// An instance's name, its levels (0 is the array itself), and how it is cut into blocks.
#[derive(Debug)]
pub(super) struct Volume {
    pub(super) name: String,
    pub(super) voxel_type: VoxelType,
    levels: Vec<ArrayRef>,
    pub(super) block_zyx: [i64; 3],
    pub(super) unit: VoxelUnit,
    /// How the blocks are said to be stored.
    pub(super) compression: String,
    /// The precomputed volume that the instance passes on; empty if it holds its voxels itself.
    pub(super) grid_store: String,
}

impl Volume {
    /// `levels` is not empty and its grids have been checked by [`check`].
    pub(super) fn new(
        name: &str,
        voxel_type: VoxelType,
        levels: Vec<ArrayRef>,
        block_zyx: [u32; 3],
        unit: VoxelUnit,
    ) -> Self {
        Self {
            name: name.to_owned(),
            voxel_type,
            levels,
            block_zyx: block_zyx.map(i64::from),
            unit,
            compression: voxel_type.compression().to_owned(),
            grid_store: String::new(),
        }
    }

    /// The coarsest level.
    pub(super) fn max_level(&self) -> usize {
        self.levels.len() - 1
    }

    fn meta(&self) -> &ArrayMeta {
        self.levels[0].meta()
    }

    /// First and last voxel of level 0, x, y, z; `None` if there is none. Of a volume that is passed on, the server takes 0
    /// for the first voxel and the size for the last.
    pub(super) fn extents_xyz(&self) -> Option<[[i64; 3]; 2]> {
        let voxels = self.meta().voxel_box();
        if voxels.is_empty() {
            return None;
        }
        let beyond = i64::from(self.grid_store.is_empty());
        let first = std::array::from_fn(|axis| if beyond == 0 { 0 } else { voxels.begin()[axis] });
        let last = std::array::from_fn(|axis| voxels.end()[axis] - beyond);
        Some([reversed(first), reversed(last)])
    }

    /// Voxel size of level 0 in nanometres, x, y, z.
    pub(super) fn voxel_size_xyz(&self) -> [Length; 3] {
        let size = self.meta().voxel_size();
        reversed(std::array::from_fn(|axis| size[axis]))
    }

    /// All voxels of a box at a level, x fastest. Outside of the level's own box, and at levels that do not exist, they are 0.
    pub(super) fn read<T: Element>(&self, level: usize, voxels: &VoxelBox) -> Result<Vec<T>> {
        let meta = self.meta();
        let mut all = ArrayD::from_elem(IxDyn(&meta.block_shape(voxels)?), T::default());
        if let Some(array) = self.levels.get(level) {
            let inside = array.meta().voxel_box().intersect(voxels)?;
            if !inside.is_empty() {
                let ranges = meta.block_ranges(&inside, voxels)?;
                let mut out = T::wrap_mut(all.view_mut());
                array.read_voxels(&inside, out.slice(&ranges)?, &ReadContext::default())?;
            }
        }
        if all.ndim() == 4 {
            // Channels are in front here, and last on the way.
            return Ok(all.permuted_axes(IxDyn(&[1, 2, 3, 0])).iter().copied().collect());
        }
        Ok(all.into_raw_vec_and_offset().0)
    }

    /// The voxels of a box at a level as bytes.
    pub(super) fn bytes(&self, level: usize, voxels: &VoxelBox) -> Result<Vec<u8>> {
        with_dtype!(self.voxel_type.dtype(), T => {
            let values = self.read::<T>(level, voxels)?;
            let mut bytes = Vec::with_capacity(values.len() * size_of::<T>());
            for value in values {
                value.put_le(&mut bytes);
            }
            Ok(bytes)
        })
    }

    /// The voxels of a block, x fastest, or `None` if it holds only zeros: such a block counts as never written.
    pub(super) fn block<T: Element>(&self, level: usize, block_zyx: [i64; 3]) -> Result<Option<Vec<T>>> {
        let voxels = self.read::<T>(level, &self.box_of(block_zyx)?)?;
        Ok(voxels.iter().any(|voxel| *voxel != T::default()).then_some(voxels))
    }

    /// As [`block`](Self::block), as bytes.
    pub(super) fn block_bytes(&self, level: usize, block_zyx: [i64; 3]) -> Result<Option<Vec<u8>>> {
        let bytes = self.bytes(level, &self.box_of(block_zyx)?)?;
        Ok(bytes.iter().any(|byte| *byte != 0).then_some(bytes))
    }

    /// The voxels that a block covers.
    pub(super) fn box_of(&self, block_zyx: [i64; 3]) -> Result<VoxelBox> {
        let begin: [i64; 3] = std::array::from_fn(|axis| block_zyx[axis].saturating_mul(self.block_zyx[axis]));
        Ok(VoxelBox::new(begin, self.block_zyx)?)
    }

    /// The blocks of a level that may hold something, x fastest.
    pub(super) fn blocks_of(&self, level: usize) -> Result<Vec<[i64; 3]>> {
        match self.levels.get(level) {
            Some(array) => self.blocks_in(level, array.meta().voxel_box()),
            None => Ok(Vec::new()),
        }
    }

    /// The blocks of a box that may hold something, x fastest.
    pub(super) fn blocks_in(&self, level: usize, voxels: &VoxelBox) -> Result<Vec<[i64; 3]>> {
        let Some(array) = self.levels.get(level) else { return Ok(Vec::new()) };
        let inside = array.meta().voxel_box().intersect(voxels)?;
        if inside.is_empty() {
            return Ok(Vec::new());
        }
        let [z, y, x]: [_; 3] = std::array::from_fn(|axis| {
            let side = self.block_zyx[axis];
            inside.begin()[axis].div_euclid(side)..(inside.end()[axis] - 1).div_euclid(side) + 1
        });
        Ok(z.flat_map(|z| {
            let x = x.clone();
            y.clone().flat_map(move |y| x.clone().map(move |x| [z, y, x]))
        })
        .collect())
    }
}

/// Refuses an array that the protocol cannot describe.
pub(super) fn check(array: &ArrayRef, voxel_type: VoxelType) -> SetupResult<()> {
    let meta = array.meta();
    let name = meta.name().to_owned();
    if meta.dtype() != voxel_type.dtype() {
        return Err(Error::ElementType { array: name, expected: voxel_type.dtype(), found: meta.dtype() });
    }
    let channels = voxel_type.channels();
    let axes = if channels == 1 { "z y x" } else { "c z y x" };
    let fits = meta.dims() == 3
        && meta.rank() == axes.split(' ').count()
        && (channels == 1 || (meta.axes().channel() == Some(0) && meta.num_channels() == Some(channels)));
    if !fits {
        return Err(Error::NotAVolume { array: name, axes: meta.axes().names() });
    }
    for (axis, range) in meta.voxel_box().ranges().enumerate() {
        let origin = meta.grid().origin()[axis];
        let axis_name = || meta.axes().physical_name(axis);
        if origin != Length::ZERO {
            return Err(Error::GridOrigin { array: name, axis: axis_name(), origin, step: meta.voxel_size()[axis] });
        }
        if i32::try_from(range.start).is_err() || i32::try_from(range.end).is_err() {
            return Err(Error::TooFar { array: name, axis: axis_name(), begin: range.start, end: range.end });
        }
    }
    Ok(())
}
