//! Copies voxels: order 0, replication, and anything at factor 1. Moves bits, never converts.

use ndarray::{ArrayViewMutD, Dimension};

use super::leaf::{Leaf, write_rows};
use crate::taps::Taps;
use crate::value::Value;

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn gather(&self, out: ArrayViewMutD<'_, T>) {
        let indices = self.indices();
        let (along, outer) = indices.split_last().expect("data have at least one axis");
        let kept = self.recipe.axes[self.row_axis()].is_kept();
        let sources = source_rows(outer, &self.rows.shape);
        write_rows(out, |number, row| {
            let source = self.rows.rows[sources[number]];
            if kept {
                row.copy_from_slice(source);
            } else {
                row.iter_mut().zip(along).for_each(|(to, &from)| *to = source[from]);
            }
        });
    }

    /// Replaces target voxels whose window reaches beyond the volume by the first voxel that exists.
    pub(crate) fn first_voxels(&self, mut out: ArrayViewMutD<'_, T>) {
        let axes = self.recipe.axes.iter().zip(self.target);
        let partial = axes.map(|(axis, target)| target.clone().map(|j| axis.is_partial(j)).collect::<Vec<_>>());
        let partial = partial.collect::<Vec<_>>();
        if partial.iter().flatten().all(|partial| !partial) {
            return;
        }
        let first = self.indices();
        for (place, value) in out.indexed_iter_mut() {
            let places = || place.slice().iter().enumerate();
            if places().any(|(axis, &k)| partial[axis][k]) {
                let row_axis = self.row_axis();
                let shape = &self.rows.shape;
                let row = places().take(row_axis).fold(0, |row, (axis, &k)| row * shape[axis] + first[axis][k]);
                *value = self.rows.rows[row][first[row_axis][place[row_axis]]];
            }
        }
    }

    /// For every axis, the (first) source index of each target voxel.
    fn indices(&self) -> Vec<Vec<usize>> {
        let axes = self.recipe.axes.iter().zip(self.target.iter().zip(&self.source));
        let indices = axes.map(|(axis, (target, source))| {
            let taps: Taps<u64> = axis.whole_taps(target, source);
            (0..taps.len()).map(|number| taps.get(number).index(0)).collect()
        });
        indices.collect()
    }
}

/// The number of the source row for every target row, in C order.
fn source_rows(indices: &[Vec<usize>], shape: &[usize]) -> Vec<usize> {
    indices.iter().zip(shape).fold(vec![0], |rows, (axis, extent)| {
        rows.iter().flat_map(|row| axis.iter().map(move |index| row * extent + index)).collect()
    })
}
