//! Weighted sums of rows: every pass of an interpolation, on every axis, is this one loop.
//!
//! A sum is taken over differences to the sample at the centre, `x0 + Σ w·(x - x0)`, one weight after the other. Constant
//! regions then come out exactly, whatever the weights sum to. Where that is not finite the plain sum decides, which
//! treats infinities as IEEE 754 does. Each voxel of a row is computed by itself, so neither the length of a row nor the
//! place in it can show in the result.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::super::simd::{Loop, Path};
use super::real::Real;
use crate::value::Value;

/// As many rows are taken at once; more are added to what is there.
const GROUP: usize = 16;

/// What makes a voxel: samples, counted from a first one, and their weights.
#[derive(Clone, Debug)]
pub(crate) struct Taps<R> {
    /// How many samples there are from the first to the last.
    pub(crate) span: usize,
    /// The sample nearest to the voxel, and its weight.
    pub(crate) centre: (usize, R),
    /// All others whose weight is not zero.
    pub(crate) others: Vec<(usize, R)>,
}

impl<R: Real> Taps<R> {
    /// Weights of consecutive samples.
    pub(crate) fn new(weights: &[f64], centre: usize) -> Self {
        let all = weights.iter().map(|&weight| R::round(weight)).enumerate();
        let others = all.filter(|&(k, weight)| k != centre && !weight.is_zero()).collect();
        Self { span: weights.len(), centre: (centre, R::round(weights[centre])), others }
    }

    /// Fills `out` from rows of its length; `row` gives the row of a sample.
    #[inline]
    pub(crate) fn combine<'r, T: Value>(&self, path: Path, row: impl Fn(usize) -> &'r [T], out: &mut [R]) {
        let centre = &row(self.centre.0)[..out.len()];
        let mut numbers = true;
        let mut begin = 0;
        loop {
            let end = self.others.len().min(begin + GROUP);
            let (mut rows, mut weights) = ([centre; GROUP], [R::default(); GROUP]);
            for (&(k, weight), (to, to_weight)) in self.others[begin..end].iter().zip(rows.iter_mut().zip(&mut weights))
            {
                *to = &row(k)[..out.len()];
                *to_weight = weight;
            }
            let (first, last) = (begin == 0, end == self.others.len());
            let taps = (&rows[..end - begin], &weights[..end - begin]);
            numbers &= differences(path, Differences { centre, rows: taps.0, weights: taps.1, first, last, out });
            if last {
                break;
            }
            begin = end;
        }
        if !numbers {
            self.settle(row, out);
        }
    }

    /// Replaces what is no number by the plain sum.
    #[cold]
    fn settle<'r, T: Value>(&self, row: impl Fn(usize) -> &'r [T], out: &mut [R]) {
        let (centre, weight) = (row(self.centre.0), self.centre.1);
        for (i, value) in out.iter_mut().enumerate().filter(|(_, value)| !value.is_number()) {
            let centre = R::load(centre[i]);
            let plain = self.others.iter().fold(weight * centre, |sum, &(k, weight)| sum + weight * R::load(row(k)[i]));
            *value = if plain.is_nan() { R::NAN } else { plain };
        }
    }
}

/// One copy of the loop, whoever calls it.
#[inline(never)]
fn differences<T: Value, R: Real>(path: Path, sums: Differences<'_, T, R>) -> bool {
    path.run(sums)
}

/// The sums over differences of some rows. Says whether all results are numbers.
struct Differences<'a, T, R> {
    centre: &'a [T],
    rows: &'a [&'a [T]],
    weights: &'a [R],
    /// Whether this begins the sums, or adds to them.
    first: bool,
    /// Whether this ends them.
    last: bool,
    out: &'a mut [R],
}

impl<T: Value, R: Real> Loop for Differences<'_, T, R> {
    type Output = bool;

    #[inline(always)]
    fn run(mut self) -> bool {
        let length = self.out.len();
        let (mut at, mut numbers) = (0, true);
        while at + 32 <= length {
            numbers &= self.block::<32>(at);
            at += 32;
        }
        while at + 8 <= length {
            numbers &= self.block::<8>(at);
            at += 8;
        }
        if at < length && length >= 8 && self.first && self.last {
            // Some are computed twice, to the same bits.
            return numbers & self.block::<8>(length - 8);
        }
        while at < length {
            numbers &= self.block::<1>(at);
            at += 1;
        }
        numbers
    }
}

impl<T: Value, R: Real> Differences<'_, T, R> {
    #[inline(always)]
    fn block<const N: usize>(&mut self, at: usize) -> bool {
        let centre = load::<T, R, N>(self.centre, at);
        let out = self.out[at..].first_chunk_mut::<N>().expect("a block within the row");
        let mut sums = if self.first { [R::default(); N] } else { *out };
        for (row, &weight) in self.rows.iter().zip(self.weights) {
            let row = load::<T, R, N>(row, at);
            for k in 0..N {
                sums[k] += weight * (row[k] - centre[k]);
            }
        }
        if !self.last {
            *out = sums;
            return true;
        }
        let mut numbers = true;
        for k in 0..N {
            sums[k] = centre[k] + sums[k];
            numbers &= sums[k].is_number();
        }
        *out = sums;
        numbers
    }
}

#[inline(always)]
fn load<T: Value, R: Real, const N: usize>(row: &[T], at: usize) -> [R; N] {
    let row = row[at..].first_chunk::<N>().expect("a block within the row");
    let mut loaded = [R::default(); N];
    for k in 0..N {
        loaded[k] = R::load(row[k]);
    }
    loaded
}
