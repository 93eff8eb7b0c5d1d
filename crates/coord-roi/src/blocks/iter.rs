//! Blocks one after the other.

use core::iter::FusedIterator;
use core::ops::Range;

use super::{BlockBoxes, Blocks};

/// Blocks of consecutive numbers: all of them, or one task's part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlockIter {
    blocks: Blocks,
    /// At most the number of blocks.
    numbers: Range<u64>,
}

impl BlockIter {
    pub(super) fn new(blocks: &Blocks, numbers: Range<u64>) -> Self {
        Self { blocks: *blocks, numbers }
    }

    /// The numbers of the blocks that are still to come.
    pub fn numbers(&self) -> Range<u64> {
        self.numbers.clone()
    }
}

impl Iterator for BlockIter {
    type Item = BlockBoxes;

    fn next(&mut self) -> Option<BlockBoxes> {
        self.numbers.next().and_then(|number| self.blocks.get(number))
    }

    fn nth(&mut self, count: usize) -> Option<BlockBoxes> {
        self.numbers.nth(count).and_then(|number| self.blocks.get(number))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.numbers.size_hint()
    }
}

impl DoubleEndedIterator for BlockIter {
    fn next_back(&mut self) -> Option<BlockBoxes> {
        self.numbers.next_back().and_then(|number| self.blocks.get(number))
    }
}

/// Where every number of blocks fits into a `usize`.
#[cfg(target_pointer_width = "64")]
impl ExactSizeIterator for BlockIter {}

impl FusedIterator for BlockIter {}

impl IntoIterator for Blocks {
    type Item = BlockBoxes;
    type IntoIter = BlockIter;

    fn into_iter(self) -> BlockIter {
        self.iter()
    }
}

impl IntoIterator for &Blocks {
    type Item = BlockBoxes;
    type IntoIter = BlockIter;

    fn into_iter(self) -> BlockIter {
        self.iter()
    }
}
