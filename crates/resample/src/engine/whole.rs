//! Windows that are a whole number of voxels along each axis, none of them cut by the rim.
//!
//! Under a target row lie whole source rows, as many as a window has on the outer axes; along the row a window is a run of
//! neighbours.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, write_rows};
use crate::value::Value;

impl<T: Value> Leaf<'_, T> {
    /// Voxels of a window along each axis, if all windows of this leaf are whole.
    pub(super) fn whole_windows(&self) -> Option<Vec<usize>> {
        self.recipe.axes.iter().zip(self.target).map(|(axis, target)| axis.whole_window(target)).collect()
    }

    /// Calls `write` with the source rows under each target row, in C order, and with that row.
    pub(super) fn under_rows<'s>(
        &'s self,
        windows: &[usize],
        out: ArrayViewMutD<'_, T>,
        mut write: impl FnMut(&[&'s [T]], &mut [T]),
    ) {
        let outer = &windows[..windows.len() - 1];
        let (shape, mut digits) = (self.target_shape(), vec![0; outer.len()]);
        let mut under = Vec::with_capacity(outer.iter().product());
        write_rows(out, |number, row| {
            count_off(&shape[..outer.len()], number, &mut digits);
            under.clear();
            self.push_rows(outer, &digits, 0, &mut under);
            write(&under, row);
        });
    }

    /// Appends the source rows of the window whose indices on the outer axes are `digits`; `row` is the number of the row that
    /// the axes before have led to.
    fn push_rows<'s>(&'s self, windows: &[usize], digits: &[usize], row: usize, rows: &mut Vec<&'s [T]>) {
        let (Some((&window, windows)), Some((&digit, digits))) = (windows.split_first(), digits.split_first()) else {
            rows.push(self.rows.rows[row]);
            return;
        };
        let extent = self.rows.shape[self.row_axis() - windows.len() - 1];
        for index in digit * window..(digit + 1) * window {
            self.push_rows(windows, digits, row * extent + index, rows);
        }
    }
}

/// The indices on the outer axes of the row with this number: its digits, the last axis counting fastest.
pub(super) fn count_off(shape: &[usize], mut number: usize, digits: &mut [usize]) {
    for (digit, extent) in digits.iter_mut().zip(shape).rev() {
        *digit = number % extent;
        number /= extent;
    }
}
