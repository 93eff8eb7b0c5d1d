use std::collections::HashMap;

use super::few::FewLabels;
use super::{HEADER, Label, Layout, Row, TABLE_OFFSET_BITS, WORD_BITS, WORD_BYTES, bits_for};
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
    let mut bytes = vec![0; layout.channels * WORD_BYTES];
    for (channel, labels) in labels.chunks_exact(layout.channel_voxels()).enumerate() {
        let start = offset(OffsetOf::Channel, channel, bytes.len() / WORD_BYTES)?;
        put_word(&mut bytes, channel, start);
        Encoder::new(&mut bytes, channel, layout)?.push_blocks(labels)?;
    }
    Ok(bytes)
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

fn put_word(bytes: &mut [u8], word: usize, value: u32) {
    bytes[word * WORD_BYTES..][..WORD_BYTES].copy_from_slice(&value.to_le_bytes());
}

/// Appends one channel to the bytes.
struct Encoder<'a, T> {
    bytes: &'a mut Vec<u8>,
    channel: usize,
    layout: Layout,
    /// Where the channel starts, in words.
    start: usize,
    /// Offsets of the tables that were written, by their labels.
    tables: HashMap<Vec<T>, u32>,
    few: FewLabels<T>,
}

impl<'a, T: Label> Encoder<'a, T> {
    fn new(bytes: &'a mut Vec<u8>, channel: usize, layout: Layout) -> Result<Self> {
        let (start, headers) = (bytes.len() / WORD_BYTES, HEADER * layout.blocks());
        // The first values follow after the headers; looked at before so many are allocated.
        offset(OffsetOf::Values, channel, headers)?;
        bytes.resize((start + headers) * WORD_BYTES, 0);
        Ok(Self { bytes, channel, layout, start, tables: HashMap::new(), few: FewLabels::default() })
    }

    fn push_blocks(mut self, labels: &[T]) -> Result<()> {
        (0..self.layout.blocks()).try_for_each(|block| self.push_block(block, labels))
    }

    fn push_block(&mut self, block: usize, labels: &[T]) -> Result<()> {
        let rows = self.layout.rows(block);
        if self.few.scan(rows.clone().map(|row| row.of(labels))) {
            let (table, values) = self.push_header(block, self.few.table().to_vec())?;
            self.few.write(rows, bits_for(table), &mut self.bytes[values..]);
        } else {
            let table = distinct(rows.clone().map(|row| row.of(labels)));
            let (len, values) = self.push_header(block, table.clone())?;
            write_values(rows, labels, &table, bits_for(len), &mut self.bytes[values..]);
        }
        Ok(())
    }

    /// Writes the header and the table of a block, and makes room for its values: the number of its labels, and the
    /// byte where the values begin.
    fn push_header(&mut self, block: usize, table: Vec<T>) -> Result<(usize, usize)> {
        let (len, bits) = (table.len(), bits_for(table.len()));
        let values_at = self.bytes.len() / WORD_BYTES;
        let values_offset = offset(OffsetOf::Values, self.channel, values_at - self.start)?;
        let values_end = values_at.saturating_add(self.layout.value_words(bits));
        let known = self.tables.get(&table).copied();
        let table_offset = match known {
            Some(offset) => offset,
            None => offset(OffsetOf::Table, self.channel, values_end - self.start)?,
        };
        self.bytes.resize(values_end * WORD_BYTES, 0);
        let header = self.start + HEADER * block;
        put_word(self.bytes, header, table_offset | (bits as u32) << TABLE_OFFSET_BITS);
        put_word(self.bytes, header + 1, values_offset);
        if known.is_none() {
            self.bytes.extend(table.iter().flat_map(|label| label.words()).flat_map(u32::to_le_bytes));
            self.tables.insert(table, table_offset);
        }
        Ok((len, values_at * WORD_BYTES))
    }
}

/// The labels of a block in ascending order, each once.
fn distinct<'a, T: Label + 'a>(rows: impl Iterator<Item = &'a [T]>) -> Vec<T> {
    let mut distinct = Vec::new();
    for &label in rows.flatten() {
        // Runs are long, and what is not taken need not be sorted.
        if distinct.last() != Some(&label) {
            distinct.push(label);
        }
    }
    distinct.sort_unstable();
    distinct.dedup();
    distinct
}

/// Writes the values of any number of labels, which are looked up one by one.
fn write_values<T: Label>(rows: impl Iterator<Item = Row>, labels: &[T], table: &[T], bits: usize, bytes: &mut [u8]) {
    let (words, _) = bytes.as_chunks_mut::<WORD_BYTES>();
    let Some(per_word) = WORD_BITS.checked_div(bits) else { return };
    let mut last = (table[0], 0);
    for row in rows {
        for (voxel, &label) in (row.first..).zip(row.of(labels)) {
            if label != last.0 {
                last = (label, table.partition_point(|known| *known < label) as u32);
            }
            let word = &mut words[voxel / per_word];
            *word = (u32::from_le_bytes(*word) | last.1 << (voxel % per_word * bits)).to_le_bytes();
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

    #[test]
    fn few_labels_are_written_as_any_number_is() {
        let layout = Layout::new::<u64>([1, 5, 6, 7], [3, 4, 5]).unwrap();
        for count in 2..=16_u64 {
            let labels: Vec<u64> = (0..5 * 6 * 7_u64).map(|i| u64::MAX - i * i / 3 % count).collect();
            for block in 0..layout.blocks() {
                let rows = layout.rows(block);
                let mut few = FewLabels::default();
                assert!(few.scan(rows.clone().map(|row| row.of(&labels))));
                let table = distinct(rows.clone().map(|row| row.of(&labels)));
                assert_eq!(few.table(), table);
                let bits = bits_for(table.len());
                let mut bytes = [vec![0; layout.value_words(bits) * WORD_BYTES], Vec::new()];
                bytes[1] = bytes[0].clone();
                few.write(rows.clone(), bits, &mut bytes[0]);
                write_values(rows, &labels, &table, bits, &mut bytes[1]);
                assert_eq!(bytes[0], bytes[1], "{count} labels, block {block}");
            }
        }
    }
}
