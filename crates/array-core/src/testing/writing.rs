//! A15: what was written is read.

use super::sample::{Random, windows};
use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, Block, Element, ReadContext, with_dtype};

/// Overwrites a part of the array and checks that exactly this part has changed. Only for arrays made for the purpose.
///
/// # Errors
/// The first difference, or an error of the array.
pub fn check_writer(array: &dyn Array) -> Checked {
    ensure(array.writable(), "A15", || format!("array '{}' is not writable", array.name()))?;
    let cx = ReadContext::default();
    for whole in windows(array.meta().voxel_box()) {
        let part = Random::of(&whole).part(&whole);
        let mut expected = works(array.read_box(&whole, &cx), "A15", whole)?;
        let new = works(pattern(array, &part), "A15", part)?;
        let ranges = works(array.meta().block_ranges(&part, &whole), "A15", part)?;
        works(expected.view_mut().slice(&ranges).and_then(|mut out| out.assign(&new.view())), "A15", part)?;

        let roi = works(array.meta().grid().to_world(&part).map_err(Into::into), "A15", part)?;
        works(array.write(roi, new.view()), "A15", format_args!("writing {roi}"))?;
        let found = works(array.read_box(&whole, &cx), "A15", whole)?;
        ensure(found.same_bits(&expected), "A15", || format!("after writing {roi}, {whole} is not as it should be"))?;
    }
    Ok(())
}

/// Values that differ from voxel to voxel as far as the type allows, none of them zero where that is possible.
fn pattern(array: &dyn Array, voxels: &coord_roi::VoxelBox) -> crate::Result<Block> {
    with_dtype!(array.dtype(), T => {
        let mut block = Block::zeros(array.dtype(), &array.meta().block_shape(voxels)?)?.into_array::<T>()?;
        for (position, value) in block.iter_mut().enumerate() {
            let number = crate::FillValue::from(1 + position as u64 % 100);
            *value = T::from_fill(number).or_else(|| T::from_fill(1.into())).unwrap_or_default();
        }
        Ok(Block::from(block))
    })
}
