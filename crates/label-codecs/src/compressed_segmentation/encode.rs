use std::collections::HashMap;

use super::{HEADER, Label, Layout, TABLE_OFFSET_BITS, WORD_BITS, bits_for};
use crate::{Error, OffsetOf, Result};

/// Encodes labels in C order of `(channel, z, y, x)` as a volume of this shape, made of blocks of that shape.
///
/// Each block gets the fewest bits that can tell its labels apart, and its table in ascending order; blocks of a channel
/// that have the same labels share a table. Values beyond the edge of the volume are 0. The same labels
/// always give the same bytes.
///
/// Some readers take the offset of a block's values from 24 bits, as that of its table, though the format has 32: so
/// neither is ever larger here, and a volume that needs more is an error.
///
/// # Errors
/// [`Error::VolumeShape`] if a side is 0 or the volume does not fit into memory, [`Error::VolumeBlockShape`] if a side of
/// the block is 0 or it has more than `u32::MAX` voxels, [`Error::VolumeLength`] if `labels` is not as long as the shape
/// says, [`Error::OffsetTooLarge`] where the encoded volume is too long for the format: after about 64 MiB of a channel.
pub fn encode<T: Label>(labels: &[T], shape_czyx: [usize; 4], block_zyx: [usize; 3]) -> Result<Vec<u8>> {
    let layout = Layout::for_slice::<T>(shape_czyx, block_zyx, labels.len())?;
    let mut words = vec![0; layout.channels];
    for (channel, labels) in labels.chunks_exact(layout.channel_voxels()).enumerate() {
        words[channel] = offset(OffsetOf::Channel, channel, words.len())?;
        Encoder::new(&mut words, channel, layout)?.push_blocks(labels)?;
    }
    Ok(words.into_iter().flat_map(u32::to_le_bytes).collect())
}

/// An offset in words, if the format has room for it.
fn offset(of: OffsetOf, channel: usize, words: usize) -> Result<u32> {
    let bits = match of {
        OffsetOf::Channel => u32::BITS,
        OffsetOf::Values | OffsetOf::Table => TABLE_OFFSET_BITS,
    };
    let fits = u32::try_from(words).ok().filter(|offset| *offset <= u32::MAX >> (u32::BITS - bits));
    fits.ok_or(Error::OffsetTooLarge { of, channel, offset: words, bits })
}

/// Appends one channel to the words.
struct Encoder<'a, T> {
    words: &'a mut Vec<u32>,
    channel: usize,
    layout: Layout,
    /// Where the channel starts.
    start: usize,
    /// Offsets of the tables that were written, by their labels.
    tables: HashMap<Vec<T>, u32>,
}

impl<'a, T: Label> Encoder<'a, T> {
    fn new(words: &'a mut Vec<u32>, channel: usize, layout: Layout) -> Result<Self> {
        let (start, headers) = (words.len(), HEADER * layout.blocks());
        // The first values follow after the headers; looked at before so many are allocated.
        offset(OffsetOf::Values, channel, headers)?;
        words.resize(start + headers, 0);
        Ok(Self { words, channel, layout, start, tables: HashMap::new() })
    }

    fn push_blocks(mut self, labels: &[T]) -> Result<()> {
        (0..self.layout.blocks()).try_for_each(|block| self.push_block(block, labels))
    }

    fn push_block(&mut self, block: usize, labels: &[T]) -> Result<()> {
        let table = self.distinct(block, labels);
        let bits = bits_for(table.len());
        let values_at = self.words.len();
        let values_offset = offset(OffsetOf::Values, self.channel, values_at - self.start)?;
        let values_end = values_at.saturating_add(self.layout.value_words(bits));
        let known = self.tables.get(&table).copied();
        let table_offset = match known {
            Some(offset) => offset,
            None => offset(OffsetOf::Table, self.channel, values_end - self.start)?,
        };
        self.words.resize(values_end, 0);
        self.write_values(block, labels, &table, values_at);
        let header = self.start + HEADER * block;
        self.words[header] = table_offset | (bits as u32) << TABLE_OFFSET_BITS;
        self.words[header + 1] = values_offset;
        if known.is_none() {
            self.words.extend(table.iter().flat_map(|label| label.words()));
            self.tables.insert(table, table_offset);
        }
        Ok(())
    }

    /// The labels of a block in ascending order, each once.
    fn distinct(&self, block: usize, labels: &[T]) -> Vec<T> {
        let mut distinct = Vec::new();
        for row in self.layout.rows(block) {
            for &label in &labels[row.start..row.start + row.len] {
                // Runs are long, and what is not taken need not be sorted.
                if distinct.last() != Some(&label) {
                    distinct.push(label);
                }
            }
        }
        distinct.sort_unstable();
        distinct.dedup();
        distinct
    }

    fn write_values(&mut self, block: usize, labels: &[T], table: &[T], at: usize) {
        let bits = bits_for(table.len());
        let Some(per_word) = WORD_BITS.checked_div(bits) else { return };
        for row in self.layout.rows(block) {
            for (voxel, label) in (row.first..).zip(&labels[row.start..row.start + row.len]) {
                let value = table.partition_point(|known| known < label) as u32;
                self.words[at + voxel / per_word] |= value << (voxel % per_word * bits);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_end_where_their_bits_do() {
        for (of, largest) in
            [(OffsetOf::Channel, u32::MAX), (OffsetOf::Values, (1 << 24) - 1), (OffsetOf::Table, (1 << 24) - 1)]
        {
            assert_eq!(offset(of, 0, largest as usize), Ok(largest));
            let error = offset(of, 3, largest as usize + 1).unwrap_err();
            let bits = if of == OffsetOf::Channel { 32 } else { 24 };
            assert_eq!(error, Error::OffsetTooLarge { of, channel: 3, offset: largest as usize + 1, bits });
        }
    }
}
