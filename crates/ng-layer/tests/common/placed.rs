//! Arrays that are only placed.

use ng_layer::array_core::{Array, ArrayMeta, Axes, BlockMut, DType, Grid, Length, ReadContext, Result, VoxelBox};

/// An array that has a place and no voxels worth reading.
#[derive(Debug)]
pub(crate) struct Placed(pub(crate) ArrayMeta);

impl Array for Placed {
    fn meta(&self) -> &ArrayMeta {
        &self.0
    }

    fn read_voxels(&self, _: &VoxelBox, mut out: BlockMut<'_>, _: &ReadContext) -> Result<()> {
        out.fill_zero();
        Ok(())
    }
}

pub(crate) fn length(text: &str) -> Length {
    text.parse().unwrap()
}

pub(crate) fn placed(
    name: &str,
    dtype: DType,
    origin: [&str; 3],
    step: [&str; 3],
    begin: [i64; 3],
    shape: [i64; 3],
) -> Placed {
    let grid = Grid::new(origin.map(length), step.map(length)).unwrap();
    let voxels = VoxelBox::new(begin, shape).unwrap();
    Placed(ArrayMeta::new(name, dtype, Axes::zyx(), &[], grid, voxels).unwrap())
}
