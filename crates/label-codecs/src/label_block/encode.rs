use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::{HEADER, Layout, SIDE, SUB_BLOCK, bits_for};
use crate::Result;

/// Encodes the voxels of a block of this shape, given in C order of `(z, y, x)`.
///
/// The table holds each label of the block exactly once, in the order in which the sub-blocks show them; a block of a
/// single label takes the short form of 24 bytes. The same voxels always give the same bytes.
///
/// # Errors
/// [`Error::BlockShape`](crate::Error::BlockShape) unless every side is a multiple of 8 from 8 to 1024,
/// [`Error::SliceLength`](crate::Error::SliceLength) if `labels` is not as long as the shape says.
pub fn encode(labels: &[u64], shape_zyx: [usize; 3]) -> Result<Vec<u8>> {
    let layout = Layout::for_slice(shape_zyx, labels.len())?;
    let mut encoder = Encoder::default();
    for sub_block in 0..layout.sub_blocks() {
        encoder.push(labels, layout.rows(sub_block));
    }
    Ok(encoder.finish(layout))
}

/// A label that was met, and its place in the last sub-block that has it.
struct Seen {
    index: u32,
    sub_block: usize,
    value: u16,
}

#[derive(Default)]
struct Encoder {
    seen: HashMap<u64, Seen>,
    table: Vec<u64>,
    counts: Vec<u16>,
    indices: Vec<u32>,
    values: Vec<u8>,
}

impl Encoder {
    fn push(&mut self, labels: &[u64], rows: impl Iterator<Item = usize>) {
        let mut values = [0_u16; SUB_BLOCK];
        let first_index = self.indices.len();
        // Neighbours mostly agree, so the last answer saves most of the look-ups.
        let mut last = None;
        for (row, slots) in rows.zip(values.chunks_exact_mut(SIDE)) {
            for (&label, slot) in labels[row..row + SIDE].iter().zip(slots) {
                *slot = match last {
                    Some((known, value)) if known == label => value,
                    _ => self.value_of(label, first_index),
                };
                last = Some((label, *slot));
            }
        }
        let count = self.indices.len() - first_index;
        self.counts.push(count as u16);
        self.pack(&values, bits_for(count));
    }

    /// The value of a label in the sub-block at hand, whose indices begin at `first_index`.
    fn value_of(&mut self, label: u64, first_index: usize) -> u16 {
        let sub_block = self.counts.len();
        let value = (self.indices.len() - first_index) as u16;
        match self.seen.entry(label) {
            Entry::Occupied(entry) if entry.get().sub_block == sub_block => return entry.get().value,
            Entry::Occupied(mut entry) => {
                self.indices.push(entry.get().index);
                let seen = entry.get_mut();
                (seen.sub_block, seen.value) = (sub_block, value);
            }
            Entry::Vacant(entry) => {
                let index = self.table.len() as u32;
                self.table.push(label);
                self.indices.push(index);
                entry.insert(Seen { index, sub_block, value });
            }
        }
        value
    }

    fn pack(&mut self, values: &[u16; SUB_BLOCK], bits: usize) {
        for row in values.chunks_exact(SIDE) {
            let word = row.iter().fold(0_u128, |word, value| (word << bits) | u128::from(*value));
            // Eight values of `bits` bits are the last `bits` bytes of the word.
            self.values.extend_from_slice(&word.to_be_bytes()[16 - bits..]);
        }
    }

    fn finish(self, layout: Layout) -> Vec<u8> {
        let tables = 8 * self.table.len() + 2 * self.counts.len() + 4 * self.indices.len();
        let mut out = Vec::with_capacity(HEADER + tables + self.values.len());
        for n in layout.grid_xyz() {
            out.extend(n.to_le_bytes());
        }
        out.extend((self.table.len() as u32).to_le_bytes());
        out.extend(self.table.iter().flat_map(|label| label.to_le_bytes()));
        if self.table.len() > 1 {
            out.extend(self.counts.iter().flat_map(|count| count.to_le_bytes()));
            out.extend(self.indices.iter().flat_map(|index| index.to_le_bytes()));
            out.extend(self.values);
        }
        out
    }
}
