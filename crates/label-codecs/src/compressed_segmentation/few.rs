//! Blocks of few labels, which nearly all blocks of a segmentation are: the label of a voxel is found among a handful,
//! mostly as that of its neighbour, and its value is written with those that share its byte.

use super::{Label, Row};

/// More labels than this are sorted and searched.
const MOST: usize = 16;
/// Places to remember numbers at, by a hash of the label: so many that 16 labels rarely meet.
const SLOTS_BITS: u32 = 8;

/// The voxels of one block, as numbers into its labels. Kept from block to block for its memory.
pub(super) struct FewLabels<T> {
    labels: Vec<T>,
    /// Per voxel, row after row, which of the labels it has.
    voxels: Vec<u8>,
    /// The number that the last label of each hash had; of an earlier block, it may be wrong.
    slots: [u8; 1 << SLOTS_BITS],
    /// The place of each label in ascending order.
    ranks: [u8; MOST],
}

impl<T> Default for FewLabels<T> {
    fn default() -> Self {
        Self { labels: Vec::with_capacity(MOST), voxels: Vec::new(), slots: [0; 1 << SLOTS_BITS], ranks: [0; MOST] }
    }
}

impl<T: Label> FewLabels<T> {
    /// Takes the rows of a block; false if it has too many labels.
    pub(super) fn scan<'a>(&mut self, rows: impl Iterator<Item = &'a [T]>) -> bool
    where
        T: 'a,
    {
        self.labels.clear();
        self.voxels.clear();
        for row in rows {
            if self.scan_row(row).is_none() {
                return false;
            }
        }
        self.sort();
        true
    }

    fn scan_row(&mut self, row: &[T]) -> Option<()> {
        let first = *row.first()?;
        // Without an early end the comparisons of a row are done at once.
        if row.iter().filter(|label| **label != first).count() == 0 {
            let number = self.number(first)?;
            self.voxels.resize(self.voxels.len() + row.len(), number);
            return Some(());
        }
        // Whether a voxel has the label of its neighbour is not asked here: in noise nothing predicts it.
        for &label in row {
            let number = self.number(label)?;
            self.voxels.push(number);
        }
        Some(())
    }

    /// The number of a label, a new one if need be; `None` if all are taken.
    fn number(&mut self, label: T) -> Option<u8> {
        let slot = (label.mix() >> (u64::BITS - SLOTS_BITS)) as usize;
        let number = self.slots[slot];
        if self.labels.get(usize::from(number)) == Some(&label) {
            return Some(number);
        }
        let known = self.labels.iter().position(|known| *known == label);
        let number = known.unwrap_or(self.labels.len());
        if known.is_none() {
            (number < MOST).then(|| self.labels.push(label))?;
        }
        self.slots[slot] = number as u8;
        Some(number as u8)
    }

    /// Sorts the labels and remembers where each went.
    fn sort(&mut self) {
        for (rank, label) in self.ranks.iter_mut().zip(&self.labels) {
            *rank = self.labels.iter().filter(|other| *other < label).count() as u8;
        }
        self.labels.sort_unstable();
    }

    /// The labels in ascending order.
    pub(super) fn table(&self) -> &[T] {
        &self.labels
    }

    /// Writes the values of the rows that were scanned into the zeroed values of the block.
    pub(super) fn write(&self, rows: impl Iterator<Item = Row>, bits: usize, bytes: &mut [u8]) {
        match bits {
            1 => self.write_packed::<1>(rows, bytes),
            2 => self.write_packed::<2>(rows, bytes),
            4 => self.write_packed::<4>(rows, bytes),
            // One label has no values.
            _ => {}
        }
    }

    fn write_packed<const BITS: usize>(&self, rows: impl Iterator<Item = Row>, bytes: &mut [u8]) {
        let per_byte = 8 / BITS;
        let mut voxels = self.voxels.as_slice();
        for row in rows {
            let (own, rest) = voxels.split_at(row.len);
            voxels = rest;
            // Values never cross a byte; only the first byte of a row may begin with values of the row before.
            let (before, shared) = (row.first % per_byte, per_byte - row.first % per_byte);
            let (head, body) = own.split_at(if before == 0 { 0 } else { shared.min(own.len()) });
            let mut at = row.first / per_byte;
            if !head.is_empty() {
                bytes[at] |= self.pack::<BITS>(head) << (before * BITS);
                at += 1;
            }
            for (byte, values) in bytes[at..].iter_mut().zip(body.chunks(per_byte)) {
                *byte |= self.pack::<BITS>(values);
            }
        }
    }

    /// The values of voxels that follow each other, the first one in the lowest bits.
    fn pack<const BITS: usize>(&self, voxels: &[u8]) -> u8 {
        let value = |number: &u8| self.ranks[usize::from(*number) % MOST];
        voxels.iter().rev().fold(0, |byte, number| byte << BITS | value(number))
    }
}
