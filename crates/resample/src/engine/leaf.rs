//! A leaf: a region small enough to be done in one go.

use std::ops::Range;

use ndarray::{ArrayView3, ArrayViewD, ArrayViewMut3, ArrayViewMutD, Axis, Ix3};

use super::simd::Path;
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
    pub(crate) fn of_view(view: ArrayViewD<'a, S>) -> Option<Self> {
        if let Some(data) = view.to_slice() {
            return Some(Self::of_slice(data, view.shape()));
        }
        let mut rows = Vec::with_capacity(view.len() / view.shape().last().copied().unwrap_or(1).max(1));
        let shape = view.shape().to_vec();
        push_rows(view, &mut rows).then_some(Self { rows, shape })
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
    /// How loops over rows run.
    pub(crate) path: Path,
    /// The caches could not hold the result that this is a part of.
    pub(crate) past_caches: bool,
}

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn run(&self, mut out: ArrayViewMutD<'_, T>) {
        match self.recipe.family {
            Family::Gather => return self.gather(out),
            Family::Filter => unreachable!("interpolations have leaves of their own"),
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

/// The numbers of rows, given by their indices on each of the outer axes, in C order.
pub(crate) fn row_numbers(indices: &[Vec<usize>], shape: &[usize]) -> Vec<usize> {
    indices.iter().zip(shape).fold(vec![0], |rows, (axis, extent)| {
        rows.iter().flat_map(|row| axis.iter().map(move |index| row * extent + index)).collect()
    })
}

/// Appends the rows of a view in C order; false if they are not contiguous.
///
/// Walking over three axes is many times faster than over any number of them.
fn push_rows<'a, S>(mut view: ArrayViewD<'a, S>, rows: &mut Vec<&'a [S]>) -> bool {
    if view.ndim() > 3 {
        return (0..view.len_of(Axis(0))).all(|index| push_rows(view.clone().index_axis_move(Axis(0), index), rows));
    }
    while view.ndim() < 3 {
        view.insert_axis_inplace(Axis(0));
    }
    let view: ArrayView3<'a, S> = view.into_dimensionality::<Ix3>().expect("three axes were made");
    let planes = (0..view.len_of(Axis(0))).map(|index| view.index_axis_move(Axis(0), index));
    let mut all = planes.flat_map(|plane| (0..plane.nrows()).map(move |index| plane.index_axis_move(Axis(0), index)));
    all.all(|row| row.to_slice().map(|row| rows.push(row)).is_some())
}

/// Hands out the rows of a destination in C order with their number, through a scratch row where they are not
/// contiguous.
pub(crate) fn write_rows<T: Copy + Default>(mut out: ArrayViewMutD<'_, T>, mut write: impl FnMut(usize, &mut [T])) {
    let length = out.shape().last().copied().unwrap_or(1).max(1);
    if let Some(data) = out.as_slice_mut() {
        return data.chunks_exact_mut(length).enumerate().for_each(|(number, row)| write(number, row));
    }
    let mut number = 0;
    each_volume(out, &mut |mut volume| {
        let mut scratch = Vec::new();
        for mut row in volume.rows_mut() {
            if let Some(row) = row.as_slice_mut() {
                write(number, row);
            } else {
                scratch.resize(row.len(), T::default());
                write(number, &mut scratch);
                row.iter_mut().zip(&scratch).for_each(|(to, from)| *to = *from);
            }
            number += 1;
        }
    });
}

/// Hands out the parts of three axes, in C order.
fn each_volume<'a, T>(mut out: ArrayViewMutD<'a, T>, visit: &mut impl FnMut(ArrayViewMut3<'a, T>)) {
    if out.ndim() > 3 {
        let mut rest = out;
        while rest.len_of(Axis(0)) > 0 {
            let (first, others) = rest.split_at(Axis(0), 1);
            each_volume(first.index_axis_move(Axis(0), 0), visit);
            rest = others;
        }
        return;
    }
    while out.ndim() < 3 {
        out.insert_axis_inplace(Axis(0));
    }
    visit(out.into_dimensionality::<Ix3>().expect("three axes were made"));
}
