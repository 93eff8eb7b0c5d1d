//! A leaf: a region small enough to be done in one go.

use std::ops::Range;

use ndarray::{ArrayViewD, ArrayViewMutD};

use crate::PartialWindows;
use crate::recipe::{Family, Recipe};
use crate::value::Value;

/// A block of data as contiguous rows along its last axis, in C order.
pub(crate) struct Rows<'a, S> {
    pub(crate) rows: Vec<&'a [S]>,
    pub(crate) shape: Vec<usize>,
}

impl<'a, S> Rows<'a, S> {
    /// The rows of a view; `None` if they are not contiguous.
    pub(crate) fn of_view(view: &'a ArrayViewD<'_, S>) -> Option<Self> {
        let rows = view.rows().into_iter().map(|row| row.to_slice()).collect::<Option<Vec<_>>>()?;
        Some(Self { rows, shape: view.shape().to_vec() })
    }

    /// The rows of a buffer in C order.
    pub(crate) fn of_slice(data: &'a [S], shape: &[usize]) -> Self {
        let length = shape.last().copied().unwrap_or(1);
        Self { rows: data.chunks_exact(length.max(1)).collect(), shape: shape.to_vec() }
    }
}

/// A target region, the source voxels it is made from (padding included), and how.
pub(crate) struct Leaf<'a, T> {
    pub(crate) recipe: &'a Recipe,
    pub(crate) source: Vec<Range<i64>>,
    pub(crate) target: &'a [Range<i64>],
    pub(crate) rows: Rows<'a, T>,
}

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn run(&self, mut out: ArrayViewMutD<'_, T>) {
        match self.recipe.family {
            Family::Gather => return self.gather(out),
            Family::Filter => return self.filter(out),
            Family::Mean => T::mean(self, out.view_mut()),
            Family::Mode => self.mode(out.view_mut()),
            Family::Rank(rank) => self.rank(rank, out.view_mut()),
        }
        if self.recipe.partial_windows == PartialWindows::FirstVoxel {
            self.first_voxels(out);
        }
    }
}

impl<T> Leaf<'_, T> {
    pub(crate) fn target_shape(&self) -> Vec<usize> {
        self.target.iter().map(|range| (range.end - range.start) as usize).collect()
    }

    /// Number of the last axis, along which rows run.
    pub(crate) fn row_axis(&self) -> usize {
        self.target.len() - 1
    }
}

/// Hands out the rows of a destination in C order with their number, through a scratch row where they are not
/// contiguous.
pub(crate) fn write_rows<T: Copy + Default>(mut out: ArrayViewMutD<'_, T>, mut write: impl FnMut(usize, &mut [T])) {
    let mut scratch = Vec::new();
    for (number, mut row) in out.rows_mut().into_iter().enumerate() {
        if let Some(row) = row.as_slice_mut() {
            write(number, row);
        } else {
            scratch.resize(row.len(), T::default());
            write(number, &mut scratch);
            row.iter_mut().zip(&scratch).for_each(|(to, from)| *to = *from);
        }
    }
}
