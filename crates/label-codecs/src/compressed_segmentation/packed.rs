//! Values of up to 8 bits, which share bytes: read byte by byte, through a table that holds a label for each value there
//! can be.

use super::{Label, Row};

/// Decodes the rows of a block; false, and `out` unchanged, if the values are wider or the data end inside of the table.
pub(super) fn decode<T: Label>(
    rows: impl Iterator<Item = Row>,
    bits: usize,
    values: &[[u8; 4]],
    table: &[[u8; 4]],
    out: &mut [T],
) -> bool {
    let values = values.as_flattened();
    match bits {
        1 => decode_bits::<T, 1, 2>(rows, values, table, out),
        2 => decode_bits::<T, 2, 4>(rows, values, table, out),
        4 => decode_bits::<T, 4, 16>(rows, values, table, out),
        8 => decode_bits::<T, 8, 256>(rows, values, table, out),
        _ => false,
    }
}

fn decode_bits<T: Label, const BITS: usize, const LABELS: usize>(
    rows: impl Iterator<Item = Row>,
    values: &[u8],
    table: &[[u8; 4]],
    out: &mut [T],
) -> bool {
    if table.len() < LABELS * T::WORDS {
        return false;
    }
    let mut labels = [T::default(); LABELS];
    for (label, words) in labels.iter_mut().zip(table.chunks_exact(T::WORDS)) {
        *label = T::from_words(words);
    }
    rows.for_each(|row| unpack::<T, BITS, LABELS>(&labels, values, row.first, row.of_mut(out)));
    true
}

/// The labels of voxels that follow each other from place `first` of the block on.
fn unpack<T: Label, const BITS: usize, const LABELS: usize>(
    labels: &[T; LABELS],
    values: &[u8],
    first: usize,
    out: &mut [T],
) {
    let per_byte = 8 / BITS;
    let label = |byte: u8, place: usize| labels[usize::from(byte >> (place * BITS)) % LABELS];
    // Only the first byte may begin with values of the row before.
    let before = first % per_byte;
    let shared = if before == 0 { 0 } else { (per_byte - before).min(out.len()) };
    let (head, body) = out.split_at_mut(shared);
    let mut at = first / per_byte;
    if !head.is_empty() {
        head.iter_mut().zip(before..).for_each(|(voxel, place)| *voxel = label(values[at], place));
        at += 1;
    }
    for (voxels, byte) in body.chunks_mut(per_byte).zip(&values[at..]) {
        voxels.iter_mut().enumerate().for_each(|(place, voxel)| *voxel = label(*byte, place));
    }
}
