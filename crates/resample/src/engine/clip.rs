//! Limits results to the range of the input.

use array_core::{BlockMut, BlockRef, with_dtype};
use ndarray::ArrayViewD;

use crate::value::{Output, Value};
use crate::{Boundary, Result, Spec};

/// Moves values outside of the range of the input to its ends.
pub(crate) fn clip_to_input(source: BlockRef<'_>, out: BlockMut<'_>, spec: &Spec) -> Result<()> {
    let range = with_dtype!(source.dtype(), T => range(&source.into_view::<T>()?));
    let Some((mut low, mut high)) = range else { return Ok(()) };
    with_dtype!(out.dtype(), O => {
        let mut out = out.into_view::<O>()?;
        if let (Boundary::Constant(constant), Some((lowest, highest))) = (spec.boundary, self::range(&out.view()))
            && lowest <= constant
            && constant <= highest
        {
            (low, high) = (low.min(constant), high.max(constant));
        }
        // Others keep their bits, which a way through floats would not promise for 64-bit integers.
        out.iter_mut().for_each(|value| match value.to_f64() {
            float if float < low => *value = O::from_f64(low, spec.cast),
            float if float > high => *value = O::from_f64(high, spec.cast),
            _ => {}
        });
    });
    Ok(())
}

/// The lowest and the highest value that is no NaN; none where there is no such value.
fn range<T: Value>(values: &ArrayViewD<'_, T>) -> Option<(f64, f64)> {
    let floats = values.iter().map(|value| value.to_f64()).filter(|value| !value.is_nan());
    floats.fold(None, |range, value| match range {
        None => Some((value, value)),
        Some((low, high)) => Some((value.min(low), value.max(high))),
    })
}
