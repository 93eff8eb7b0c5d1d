//! Many values at a time. Only the loops over slices are made for every pair of types; what walks through views is made
//! once for each source and once for each target.

use ndarray::{ArrayViewD, ArrayViewMutD};

use super::number::{Number, Wide};
use crate::block::index_of;

/// Converts a slice; the position of the first value that the target does not have, where that is an error.
pub(super) type Convert<S, T> = fn(&[S], &mut [T]) -> Option<usize>;

pub(super) fn exact<S: Number, T: Number>(source: &[S], out: &mut [T]) -> Option<usize> {
    source.iter().zip(out).position(|(value, out)| match value.widen().narrow().exact {
        Some(value) => {
            *out = value;
            false
        }
        None => true,
    })
}

pub(super) fn saturate<S: Number, T: Number>(source: &[S], out: &mut [T]) -> Option<usize> {
    for (value, out) in source.iter().zip(out) {
        *out = value.widen().narrow().saturate;
    }
    None
}

pub(super) fn truncate<S: Number, T: Number>(source: &[S], out: &mut [T]) -> Option<usize> {
    for (value, out) in source.iter().zip(out) {
        *out = value.widen().narrow().truncate;
    }
    None
}

/// Converts `source` into `out`, which has the same shape. The index of the first value that could not be converted.
pub(super) fn each<S: Number, T: Number>(
    source: &ArrayViewD<'_, S>,
    mut out: ArrayViewMutD<'_, T>,
    convert: Convert<S, T>,
) -> Option<Vec<usize>> {
    let found = if let (Some(source), Some(out)) = (source.as_slice(), out.as_slice_mut()) {
        convert(source, out)
    } else {
        each_row(source, out, convert)
    };
    found.map(|position| index_of(position, source.shape()))
}

fn each_row<S: Number, T: Number>(
    source: &ArrayViewD<'_, S>,
    mut out: ArrayViewMutD<'_, T>,
    convert: Convert<S, T>,
) -> Option<usize> {
    let (mut dense, mut converted) = (Vec::new(), Vec::new());
    for (number, (source, mut out)) in source.rows().into_iter().zip(out.rows_mut()).enumerate() {
        let length = source.len();
        let values = if let Some(values) = source.as_slice() {
            values
        } else {
            dense.clear();
            dense.extend(source.iter().copied());
            &dense
        };
        let failed = if let Some(out) = out.as_slice_mut() {
            convert(values, out)
        } else {
            converted.resize(length, T::default());
            let failed = convert(values, &mut converted);
            out.iter_mut().zip(&converted).for_each(|(out, value)| *out = *value);
            failed
        };
        if let Some(position) = failed {
            return Some(number * length + position);
        }
    }
    None
}
