//! Windows of voxels along the axes of a block.

use std::ops::{AddAssign, Range};

use array_core::ndarray::ArrayD;

/// How the windows lie along one axis: their length, the index of the first voxel, and that of the first window.
#[derive(Clone, Copy, Debug)]
pub(super) struct Windows {
    pub(super) down: i64,
    pub(super) first: i64,
    pub(super) target: i64,
}

impl Windows {
    /// Of an axis that stays as it is.
    pub(super) const ONE: Self = Self { down: 1, first: 0, target: 0 };

    /// The window that a voxel belongs to.
    fn of(self, voxel: usize) -> usize {
        ((self.first + voxel as i64).div_euclid(self.down) - self.target) as usize
    }

    /// Adds the voxels of a row to the sums of their windows; the first and the last may be cut.
    fn add<S: Copy + AddAssign>(self, row: &[S], sums: &mut [S]) {
        let head = (-self.first).rem_euclid(self.down).min(row.len() as i64) as usize;
        let (cut, row) = row.split_at(head);
        for value in cut {
            sums[0] += *value;
        }
        let sums = &mut sums[usize::from(head > 0)..];
        if self.down == 2 {
            return add_pairs(row, sums);
        }
        for (sum, window) in sums.iter_mut().zip(row.chunks(self.down as usize)) {
            for value in window {
                *sum += *value;
            }
        }
    }
}

/// The usual windows, of a length that the compiler knows.
fn add_pairs<S: Copy + AddAssign>(row: &[S], sums: &mut [S]) {
    let (pairs, rest) = row.as_chunks::<2>();
    for (sum, [a, b]) in sums.iter_mut().zip(pairs) {
        *sum += *a;
        *sum += *b;
    }
    for value in rest {
        sums[pairs.len()] += *value;
    }
}

/// Where a row of an array of this shape stands, by its number in C order: each axis but the last with the index along it,
/// from the last to the first.
fn places(shape: &[usize], mut number: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..shape.len() - 1).rev().map(move |axis| {
        let at = number % shape[axis];
        number /= shape[axis];
        (axis, at)
    })
}

/// The sums over the windows of a block, in an array of this shape. Both are in C order.
pub(super) fn sums<S: Copy + Default + AddAssign>(
    windows: &[Windows],
    block: &ArrayD<S>,
    shape: &[usize],
) -> ArrayD<S> {
    let mut sums = vec![S::default(); shape.iter().product()];
    let (Some(along), Some(rows)) = (shape.last(), block.as_slice()) else { unreachable!("a block in C order") };
    let Some((last, others)) = windows.split_last() else { unreachable!("an array with axes") };
    for (number, row) in rows.chunks_exact(block.shape()[others.len()]).enumerate() {
        let (mut target, mut stride) = (0, *along);
        for (axis, at) in places(block.shape(), number) {
            target += windows[axis].of(at) * stride;
            stride *= shape[axis];
        }
        last.add(row, &mut sums[target..][..*along]);
    }
    ArrayD::from_shape_vec(shape, sums).expect("as many as the shape says")
}

/// How many of the voxels `all` are in each of these windows, which stand at the multiples of their length.
pub(super) fn counts(windows: Range<i64>, length: i64, all: Range<i64>) -> Vec<i64> {
    // Windows without a voxel are not part of a level, so nothing overflows that is kept.
    windows.map(|window| all.end.min((window + 1).saturating_mul(length)) - all.start.max(window * length)).collect()
}

/// Every value of a block by the product of the counts along its axes.
pub(super) fn divided<S: Copy, T>(block: &ArrayD<S>, counts: &[Vec<i64>], by: impl Fn(S, i64) -> T) -> ArrayD<T> {
    let (Some((along, others)), Some(rows)) = (counts.split_last(), block.as_slice()) else {
        unreachable!("a block in C order, with axes")
    };
    let mut quotients = Vec::with_capacity(block.len());
    for (number, row) in rows.chunks_exact(along.len()).enumerate() {
        let across: i64 = places(block.shape(), number).map(|(axis, at)| others[axis][at]).product();
        quotients.extend(row.iter().zip(along).map(|(value, count)| by(*value, across * count)));
    }
    ArrayD::from_shape_vec(block.shape(), quotients).expect("as many as there were")
}

#[cfg(test)]
mod tests {
    use super::*;
    use array_core::ndarray::Array2;

    /// Voxel by voxel.
    fn naive(windows: &[Windows; 2], block: &ArrayD<i32>, shape: [usize; 2]) -> ArrayD<i32> {
        let mut sums = ArrayD::zeros(shape.to_vec());
        for (place, value) in block.indexed_iter() {
            sums[[windows[0].of(place[0]), windows[1].of(place[1])].as_slice()] += value;
        }
        sums
    }

    #[test]
    fn sums_are_those_of_the_voxels_one_by_one() {
        for down in 1..5_i64 {
            for first in -7..7_i64 {
                for extent in 1..9_i64 {
                    let windows = Windows { down, first, target: first.div_euclid(down) };
                    let several = ((first + extent - 1).div_euclid(down) + 1 - windows.target) as usize;
                    let block =
                        Array2::from_shape_fn((3, extent as usize), |(y, x)| (100 * y + x * x) as i32).into_dyn();
                    let windows = [Windows::ONE, windows];
                    let shape = [3, several];
                    assert_eq!(sums(&windows, &block, &shape), naive(&windows, &block, shape), "{windows:?} {extent}");
                    let turned = block.t().as_standard_layout().to_owned();
                    let windows = [windows[1], windows[0]];
                    let shape = [several, 3];
                    assert_eq!(
                        sums(&windows, &turned, &shape),
                        naive(&windows, &turned, shape),
                        "{windows:?} {extent}"
                    );
                }
            }
        }
    }

    #[test]
    fn windows_hold_what_exists() {
        assert_eq!(counts(-1..3, 4, -2..9), [2, 4, 4, 1]);
        let block = ArrayD::from_elem(vec![2, 2], 12);
        let quotients = divided(&block, &[vec![1, 2], vec![1, 3]], |sum: i32, count| i64::from(sum) / count);
        assert_eq!(quotients.into_raw_vec_and_offset().0, [12, 4, 6, 2]);
    }
}
