//! Weighted sums of rows: every pass of an interpolation, on every axis, is this one loop.
//!
//! A sum is taken over differences to a base, one weight after the other. Weights that are the same from both ends go with
//! pairs of samples, and the base is the pair in the middle: `p0 / 2 + Σ w·(p - p0)`. For others it is the sample at the
//! centre: `x0 + Σ w·(x - x0)`. Constant regions then come out exactly, whatever the weights sum to. Where that is not
//! finite the plain sum decides, which treats infinities as IEEE 754 does. Each voxel of a row is computed by itself, so
//! neither the length of a row nor the place in it can show in the result.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]
#![allow(clippy::needless_range_loop, reason = "lanes of several arrays at once")]

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
    centre: (usize, R),
    /// All others whose weight is not zero.
    others: Vec<(usize, R)>,
    /// The base, a pair or a sample twice, and what differs from it.
    base: [usize; 2],
    terms: Vec<([usize; 2], R)>,
}

impl<R: Real> Taps<R> {
    /// Weights of consecutive samples.
    pub(crate) fn new(weights: &[f64], centre: usize) -> Self {
        let span = weights.len();
        let symmetric = weights.iter().zip(weights.iter().rev()).all(|(a, b)| (a - b).abs() < 1e-15);
        let all = weights.iter().map(|&weight| R::round(weight)).enumerate();
        let others = all.filter(|&(k, weight)| k != centre && !weight.is_zero()).collect::<Vec<_>>();
        let (base, terms) = if symmetric {
            let base = [(span - 1) / 2, span / 2];
            let pairs = (0..base[0]).rev().map(|k| ([k, span - 1 - k], R::round(weights[k])));
            (base, pairs.filter(|(_, weight)| !weight.is_zero()).collect())
        } else {
            ([centre; 2], others.iter().map(|&(k, weight)| ([k; 2], weight)).collect())
        };
        Self { span, centre: (centre, R::round(weights[centre])), others, base, terms }
    }

    /// Fills `out` from rows of its length; `row` gives the row of a sample.
    #[inline]
    pub(crate) fn combine<'r, T: Value>(&self, path: Path, row: impl Fn(usize) -> &'r [T], out: &mut [R]) {
        let length = out.len();
        let row = |k: usize| &row(k)[..length];
        let base = self.base.map(row);
        let paired = self.terms.first().is_none_or(|([a, b], _)| a != b);
        let mut numbers = true;
        let mut begin = 0;
        loop {
            let end = self.terms.len().min(begin + GROUP);
            let (mut rows, mut weights) = ([base; GROUP], [R::default(); GROUP]);
            let terms = self.terms[begin..end].iter().zip(rows.iter_mut().zip(&mut weights));
            terms.for_each(|(&(pair, weight), (to, to_weight))| (*to, *to_weight) = (pair.map(row), weight));
            let (first, last) = (begin == 0, end == self.terms.len());
            let (rows, weights) = (&rows[..end - begin], &weights[..end - begin]);
            numbers &= differences(path, Differences { base, rows, weights, paired, first, last }, out);
            if last {
                break;
            }
            begin = end;
        }
        if !numbers {
            self.settle(row, out);
        }
    }

    /// Replaces what is no number by the sum over differences to the sample at the centre, or else by the plain sum.
    #[cold]
    fn settle<'r, T: Value>(&self, row: impl Fn(usize) -> &'r [T], out: &mut [R]) {
        let (centre, weight) = (row(self.centre.0), self.centre.1);
        for (i, value) in out.iter_mut().enumerate().filter(|(_, value)| !value.is_number()) {
            let centre = R::load(centre[i]);
            let others = || self.others.iter().map(|&(k, weight)| (R::load(row(k)[i]), weight));
            let differences = others().fold(R::default(), |sum, (x, weight)| sum + weight * (x - centre)) + centre;
            let plain = others().fold(weight * centre, |sum, (x, weight)| sum + weight * x);
            let better = if differences.is_number() { differences } else { plain };
            *value = if better.is_nan() { R::NAN } else { better };
        }
    }
}

/// One copy of the loop, whoever calls it.
#[inline(never)]
fn differences<T: Value, R: Real>(path: Path, sums: Differences<'_, T, R>, out: &mut [R]) -> bool {
    path.run(Rows { sums, out })
}

/// The sums over differences of some rows.
struct Differences<'a, T, R> {
    base: [&'a [T]; 2],
    rows: &'a [[&'a [T]; 2]],
    weights: &'a [R],
    /// Whether rows come in pairs, or each stands there twice.
    paired: bool,
    /// Whether this begins the sums, or adds to them.
    first: bool,
    /// Whether this ends them.
    last: bool,
}

/// Says whether all results are numbers.
struct Rows<'a, T, R> {
    sums: Differences<'a, T, R>,
    out: &'a mut [R],
}

impl<T: Value, R: Real> Loop for Rows<'_, T, R> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        let Self { sums, out } = self;
        if sums.paired { sums.run::<true>(out) } else { sums.run::<false>(out) }
    }
}

impl<T: Value, R: Real> Differences<'_, T, R> {
    #[inline(always)]
    fn run<const PAIRED: bool>(&self, out: &mut [R]) -> bool {
        let length = out.len();
        let (mut at, mut numbers) = (0, true);
        while at + 32 <= length {
            numbers &= self.block::<PAIRED, 32>(at, out);
            at += 32;
        }
        while at + 8 <= length {
            numbers &= self.block::<PAIRED, 8>(at, out);
            at += 8;
        }
        if at < length && length >= 8 && self.first && self.last {
            // Some are computed twice, to the same bits.
            return numbers & self.block::<PAIRED, 8>(length - 8, out);
        }
        while at < length {
            numbers &= self.block::<PAIRED, 1>(at, out);
            at += 1;
        }
        numbers
    }

    #[inline(always)]
    fn block<const PAIRED: bool, const N: usize>(&self, at: usize, out: &mut [R]) -> bool {
        let out = out[at..].first_chunk_mut::<N>().expect("a block within the row");
        let zero = ([0; N], [R::default(); N]);
        let base = load::<T, R, PAIRED, N>(self.base, at, &zero);
        let mut sums = if self.first { [R::default(); N] } else { *out };
        for (&rows, &weight) in self.rows.iter().zip(self.weights) {
            let (whole, float) = load::<T, R, PAIRED, N>(rows, at, &base);
            for k in 0..N {
                sums[k] += weight * if T::SMALL { R::whole(whole[k]) } else { float[k] };
            }
        }
        let mut numbers = true;
        if self.last {
            let half = R::round(0.5);
            for k in 0..N {
                let base = if T::SMALL { R::whole(base.0[k]) } else { base.1[k] };
                sums[k] = (if PAIRED { half * base } else { base }) + sums[k];
                numbers &= T::SMALL || sums[k].is_number();
            }
        }
        *out = sums;
        numbers
    }
}

/// The difference of a part of a row, or of the sum of two, to a base: in whole numbers for small ones, which is as exact
/// and needs fewer conversions, else in floats.
#[inline(always)]
fn load<T: Value, R: Real, const PAIRED: bool, const N: usize>(
    rows: [&[T]; 2],
    at: usize,
    base: &([i32; N], [R; N]),
) -> ([i32; N], [R; N]) {
    let [a, b] = rows.map(|row| row[at..].first_chunk::<N>().expect("a block within the row"));
    let mut loaded = ([0; N], [R::default(); N]);
    for k in 0..N {
        if T::SMALL {
            loaded.0[k] = if PAIRED { a[k].small() + b[k].small() } else { a[k].small() } - base.0[k];
        } else {
            let value = if PAIRED { R::load(a[k]) + R::load(b[k]) } else { R::load(a[k]) };
            loaded.1[k] = value - base.1[k];
        }
    }
    loaded
}
