//! How a region is cut into contiguous pieces of the file.

use std::ops::Range;

use ndarray::Slice;

use crate::Result;

/// The largest piece of the file that is transferred at a time.
pub(super) const PIECE: usize = 4 << 20;

/// The pieces of a region, as large as they can be, of at most [`PIECE`] bytes.
pub(super) struct Pieces<'a> {
    ranges: &'a [Range<usize>],
    /// Elements per step of each axis.
    strides: Vec<usize>,
    /// The axis along which a piece extends, with all of the axes behind it.
    split: usize,
    /// At most so many steps along it make a piece.
    most: usize,
}

/// One contiguous piece of the file, and where it belongs in the block of the region.
pub(super) struct Piece<'a> {
    /// The first of its elements, counted over the whole file.
    pub(super) first: usize,
    /// How many they are.
    pub(super) count: usize,
    /// Indices in the block along the axes before `split`.
    outer: &'a [usize],
    split: usize,
    along: Range<usize>,
}

impl Piece<'_> {
    /// The part of the block along one axis.
    pub(super) fn slice(&self, axis: usize) -> Slice {
        match axis {
            axis if axis < self.split => Slice::from(self.outer[axis]..=self.outer[axis]),
            axis if axis == self.split => Slice::from(self.along.clone()),
            _ => Slice::from(..),
        }
    }
}

impl<'a> Pieces<'a> {
    /// The pieces of `ranges` in a file of this shape, its slowest axis first, whose values have `size` bytes.
    pub(super) fn of(ranges: &'a [Range<usize>], shape: &[usize], size: usize) -> Self {
        let strides = strides(shape);
        let Some(last) = ranges.len().checked_sub(1) else { return Self { ranges, strides, split: 0, most: 1 } };
        let (mut split, mut step) = (last, size);
        while split > 0 && ranges[split] == (0..shape[split]) && step.saturating_mul(shape[split]) <= PIECE {
            step *= shape[split];
            split -= 1;
        }
        Self { ranges, strides, split, most: (PIECE / step.max(1)).max(1) }
    }

    /// How many they are.
    pub(super) fn count(&self) -> u64 {
        let along = self.ranges.get(self.split).map_or(1, |range| range.len().div_ceil(self.most));
        let outer = self.ranges[..self.split].iter().map(|range| range.len() as u64);
        outer.fold(along as u64, u64::saturating_mul)
    }

    /// Goes through them in the order of the file.
    pub(super) fn each(&self, mut transfer: impl FnMut(&Piece<'_>) -> Result<()>) -> Result<()> {
        let outer: Vec<usize> = self.ranges[..self.split].iter().map(ExactSizeIterator::len).collect();
        let length = self.ranges.get(self.split).map_or(1, ExactSizeIterator::len);
        let within: usize = self.ranges.iter().skip(self.split + 1).map(ExactSizeIterator::len).product();
        for index in ndarray::indices(outer) {
            let outer = ndarray::Dimension::slice(&index);
            for begin in (0..length).step_by(self.most) {
                let along = begin..length.min(begin + self.most);
                let count = along.len() * within;
                let index = outer.iter().copied().chain([begin]).chain(std::iter::repeat(0));
                let terms = self.ranges.iter().zip(&self.strides).zip(index);
                let first = terms.map(|((range, stride), index)| (range.start + index) * stride).sum();
                transfer(&Piece { first, count, outer, split: self.split, along })?;
            }
        }
        Ok(())
    }
}

/// Elements per step of each axis, C order.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis].max(1);
    }
    strides
}
