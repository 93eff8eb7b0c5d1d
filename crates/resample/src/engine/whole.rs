//! Windows that are a whole number of voxels along each axis, none of them cut by the rim.
//!
//! Under a target row lie whole source rows, as many as a window has on the outer axes; along the row a window is a run of
//! neighbours.

use ndarray::ArrayViewMutD;

use super::leaf::{Leaf, row_numbers, write_rows};
use crate::value::Value;

/// The source rows under a target row, in C order.
#[derive(Clone, Copy)]
pub(super) struct Under<'a, T> {
    pub(super) rows: &'a [&'a [T]],
    /// Rows that will be needed next: as many, or none.
    pub(super) ahead: &'a [&'a [T]],
}

/// Rows are asked for when so many bytes of each row that lie before them are still to be read; a nearest cache holds some
/// 32 KiB.
const AHEAD: usize = 2 << 10;
const LONGEST_AHEAD: usize = 8 << 10;

impl<T: Value> Leaf<'_, T> {
    /// Voxels of a window along each axis, if all windows of this leaf are whole.
    pub(super) fn whole_windows(&self) -> Option<Vec<usize>> {
        self.recipe.axes.iter().zip(self.target).map(|(axis, target)| axis.whole_window(target)).collect()
    }

    /// Calls `write` with what lies under each target row, in C order, and with that row.
    pub(super) fn under_rows<O: Copy + Default>(
        &self,
        windows: &[usize],
        out: ArrayViewMutD<'_, O>,
        mut write: impl FnMut(Under<'_, T>, &mut [O]),
    ) {
        let outer = &windows[..windows.len() - 1];
        let begins = outer.iter().zip(self.target_shape());
        let begins = begins.map(|(&window, extent)| (0..extent).map(|index| index * window).collect::<Vec<_>>());
        let firsts = row_numbers(&begins.collect::<Vec<_>>(), &self.rows.shape);
        let within = outer.iter().map(|&window| (0..window).collect::<Vec<_>>()).collect::<Vec<_>>();
        let within = row_numbers(&within, &self.rows.shape);
        let rows_ahead = self.rows_ahead();
        let (mut rows, mut ahead) = (Vec::with_capacity(within.len()), Vec::with_capacity(within.len()));
        let fill = |rows: &mut Vec<_>, first: Option<&usize>| {
            rows.clear();
            if let Some(first) = first {
                rows.extend(within.iter().map(|row| self.rows.rows[first + row]));
            }
        };
        write_rows(out, |number, row| {
            fill(&mut rows, firsts.get(number));
            fill(&mut ahead, rows_ahead.and_then(|count| firsts.get(number + count)));
            write(Under { rows: &rows, ahead: &ahead }, row);
        });
    }

    /// How many target rows lie between a row and that whose source is asked for meanwhile. Long rows need none: the CPU sees
    /// where they go on.
    fn rows_ahead(&self) -> Option<usize> {
        let bytes = self.rows.shape[self.row_axis()] * size_of::<T>();
        (bytes <= LONGEST_AHEAD).then_some((AHEAD / bytes.max(1)).max(1))
    }
}
