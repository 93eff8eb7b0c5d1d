//! One loop over two blocks, row by row, that can stop and say where.

use ndarray::{ArrayViewD, ArrayViewMutD, Axis};

use crate::block::index_of;

/// Hands every voxel of `out` to `each`, with the voxel of `source` at the same place; both have the same shape. Where `each`
/// says `false` for the first time, in C order, everything stops, and the index is returned.
pub(super) fn zip_rows<A, B: Copy>(
    out: ArrayViewMutD<'_, A>,
    source: ArrayViewD<'_, B>,
    mut each: impl FnMut(&mut A, B) -> bool,
) -> Option<Vec<usize>> {
    let shape = source.shape().to_vec();
    // Without an axis there is one voxel, which is a row too.
    let (mut out, source) =
        if shape.is_empty() { (out.insert_axis(Axis(0)), source.insert_axis(Axis(0))) } else { (out, source) };
    let length = source.shape().last().copied()?;
    for (number, (mut out, source)) in out.rows_mut().into_iter().zip(source.rows()).enumerate() {
        let stopped = match (out.as_slice_mut(), source.as_slice()) {
            (Some(out), Some(source)) => out.iter_mut().zip(source).position(|(out, source)| !each(out, *source)),
            _ => out.iter_mut().zip(&source).position(|(out, source)| !each(out, *source)),
        };
        if let Some(position) = stopped {
            return Some(index_of(number * length + position, &shape));
        }
    }
    None
}
