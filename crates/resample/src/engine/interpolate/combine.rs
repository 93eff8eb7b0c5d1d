//! Weighted sums of rows: every pass of an interpolation, on every axis, is this one loop.
//!
//! A sum is taken over differences to a base, one weight after the other. Weights that are the same from both ends go with
//! pairs of samples, and the base is the pair in the middle: `p0 / 2 + Σ w·(p - p0)`. For others it is the sample at the
//! centre: `x0 + Σ w·(x - x0)`. Constant regions then come out exactly, whatever the weights sum to. Where that is not
//! finite the plain sum decides, which treats infinities as IEEE 754 does. Each voxel of a row is computed by itself, so
//! neither the length of a row nor the place in it can show in the result.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]
#![allow(clippy::needless_range_loop, reason = "elements of several arrays at once")]

use super::super::simd::{Loop, Path};
use super::real::Real;
use crate::value::Value;

/// What makes a voxel: samples, counted from a first one, and their weights.
#[derive(Clone, Debug)]
pub(crate) struct Taps<R> {
    /// How many samples there are from the first to the last.
    pub(crate) span: usize,
    /// The sample nearest to the voxel, and its weight.
    centre: (usize, R),
    /// All others whose weight is not zero.
    others: Vec<(usize, R)>,
    /// How terms and base are made of samples.
    kind: u8,
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
        let kind = if !symmetric {
            SINGLE
        } else if base[0] == base[1] {
            AROUND_ONE
        } else {
            AROUND_TWO
        };
        Self { span, centre: (centre, R::round(weights[centre])), others, kind, base, terms }
    }

    /// Fills `out` from rows of its length; `row` gives the row of a sample.
    pub(crate) fn combine<'r, T: Value>(&self, path: Path, row: impl Fn(usize) -> &'r [T], out: &mut [R]) {
        self.combine_known::<T, true>(path, row, out);
    }

    /// The same from rows that may be known to be bounded.
    pub(crate) fn combine_bounded<'r>(
        &self,
        (path, bounded): (Path, bool),
        row: impl Fn(usize) -> &'r [R],
        out: &mut [R],
    ) where
        R: 'r,
    {
        if bounded {
            self.combine_known::<R, false>(path, row, out);
        } else {
            self.combine_known::<R, true>(path, row, out);
        }
    }

    /// `CHECK` where results may be no numbers.
    fn combine_known<'r, T: Value, const CHECK: bool>(
        &self,
        path: Path,
        row: impl Fn(usize) -> &'r [T],
        out: &mut [R],
    ) {
        let base = self.base.map(&row);
        let kind = self.kind;
        let (mut rows, mut weights) = ([base; WHOLE], [R::default(); WHOLE]);
        let mut run = |step: Step, terms: &[([usize; 2], R)], out: &mut [R]| {
            let places = terms.iter().zip(rows.iter_mut().zip(&mut weights));
            places.for_each(|(&(pair, weight), (to, to_weight))| (*to, *to_weight) = (pair.map(&row), weight));
            dispatched::<T, R, CHECK>(
                path,
                step,
                Sum { base, rows: &rows[..terms.len()], weights: &weights[..terms.len()], kind },
                out,
            )
        };
        let numbers = if self.terms.len() <= if kind == SINGLE { WHOLE } else { WHOLE / 2 } {
            run(Step::Whole, &self.terms, out)
        } else {
            for (number, terms) in self.terms.chunks(2).enumerate() {
                run(if number == 0 { Step::Begin } else { Step::Add }, terms, out);
            }
            run(Step::End, &[], out)
        };
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

/// Each term is a sample, and so is the base.
const SINGLE: u8 = 0;
/// Each term is the sum of a pair of samples, and the base a sample that counts twice.
const AROUND_ONE: u8 = 1;
/// Each term is the sum of a pair of samples, and so is the base.
const AROUND_TWO: u8 = 2;

/// As many single rows are summed in one loop, or half as many pairs: of more, the loop would not be made of vectors.
const WHOLE: usize = 6;

/// What a loop does of a sum: all, or a part of a long one.
#[derive(Clone, Copy)]
enum Step {
    Whole,
    Begin,
    Add,
    End,
}

/// Sums over differences of some rows to a base.
struct Sum<'a, T, R> {
    base: [&'a [T]; 2],
    rows: &'a [[&'a [T]; 2]],
    weights: &'a [R],
    kind: u8,
}

/// Whether no sum over these can leave the range of numbers: weights and their number are small.
pub(crate) fn are_bounded<R: Real>(path: Path, values: &[R]) -> bool {
    path.run(AreBounded(values))
}

struct AreBounded<'a, R>(&'a [R]);

impl<R: Real> Loop for AreBounded<'_, R> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        self.0.iter().fold(true, |all, value| all & value.is_bounded())
    }
}

/// One copy of the loops, whoever calls them. Says whether all results are numbers, where they are known.
#[inline(never)]
fn dispatched<T: Value, R: Real, const CHECK: bool>(path: Path, step: Step, sum: Sum<'_, T, R>, out: &mut [R]) -> bool {
    path.run(Dispatched::<T, R, CHECK> { step, sum, out })
}

struct Dispatched<'a, T, R, const CHECK: bool> {
    step: Step,
    sum: Sum<'a, T, R>,
    out: &'a mut [R],
}

impl<T: Value, R: Real, const CHECK: bool> Loop for Dispatched<'_, T, R, CHECK> {
    type Output = bool;

    #[inline(always)]
    fn run(self) -> bool {
        self.sum.run::<CHECK>(self.step, self.out)
    }
}

impl<T: Value, R: Real> Sum<'_, T, R> {
    #[inline(always)]
    fn run<const CHECK: bool>(&self, step: Step, out: &mut [R]) -> bool {
        match self.kind {
            SINGLE => match (step, self.rows.len()) {
                (Step::Whole, 2) => self.whole::<SINGLE, 2, CHECK>(out),
                (Step::Whole, 3) => self.whole::<SINGLE, 3, CHECK>(out),
                (Step::Whole, 4) => self.whole::<SINGLE, 4, CHECK>(out),
                (Step::Whole, 5) => self.whole::<SINGLE, 5, CHECK>(out),
                (Step::Whole, 6) => self.whole::<SINGLE, 6, CHECK>(out),
                _ => self.few::<SINGLE, CHECK>(step, out),
            },
            AROUND_ONE => self.pairs::<AROUND_ONE, CHECK>(step, out),
            _ => self.pairs::<AROUND_TWO, CHECK>(step, out),
        }
    }

    #[inline(always)]
    fn pairs<const KIND: u8, const CHECK: bool>(&self, step: Step, out: &mut [R]) -> bool {
        match (step, self.rows.len()) {
            (Step::Whole, 2) => self.whole::<KIND, 2, CHECK>(out),
            (Step::Whole, 3) => self.whole::<KIND, 3, CHECK>(out),
            _ => self.few::<KIND, CHECK>(step, out),
        }
    }

    #[inline(always)]
    fn few<const KIND: u8, const CHECK: bool>(&self, step: Step, out: &mut [R]) -> bool {
        match (step, self.rows.len()) {
            (Step::Whole, 1) => self.whole::<KIND, 1, CHECK>(out),
            (Step::Whole, _) => self.whole::<KIND, 0, CHECK>(out),
            (Step::Begin | Step::Add, 1) => self.add::<KIND, 1>(step, out),
            (Step::Begin | Step::Add, _) => self.add::<KIND, 2>(step, out),
            (Step::End, _) => self.end::<KIND, CHECK>(out),
        }
    }

    #[inline(always)]
    fn whole<const KIND: u8, const ROWS: usize, const CHECK: bool>(&self, out: &mut [R]) -> bool {
        let terms = Terms::<T, R, KIND, ROWS>::new(self, out.len());
        let mut numbers = true;
        for (i, out) in out.iter_mut().enumerate() {
            *out = terms.base(i) + terms.sum(i);
            numbers &= !CHECK || T::SMALL || out.is_number();
        }
        numbers
    }

    #[inline(always)]
    fn add<const KIND: u8, const ROWS: usize>(&self, step: Step, out: &mut [R]) -> bool {
        if matches!(step, Step::Begin) {
            out.fill(R::default());
        }
        let terms = Terms::<T, R, KIND, ROWS>::new(self, out.len());
        out.iter_mut().enumerate().for_each(|(i, out)| *out += terms.sum(i));
        true
    }

    #[inline(always)]
    fn end<const KIND: u8, const CHECK: bool>(&self, out: &mut [R]) -> bool {
        let terms = Terms::<T, R, KIND, 0>::new(self, out.len());
        let mut numbers = true;
        for (i, out) in out.iter_mut().enumerate() {
            *out = terms.base(i) + *out;
            numbers &= !CHECK || T::SMALL || out.is_number();
        }
        numbers
    }
}

/// Rows of one length, so that a loop over them needs no checks.
struct Terms<'a, T, R, const KIND: u8, const ROWS: usize> {
    base: [&'a [T]; 2],
    rows: [[&'a [T]; 2]; ROWS],
    weights: [R; ROWS],
}

impl<'a, T: Value, R: Real, const KIND: u8, const ROWS: usize> Terms<'a, T, R, KIND, ROWS> {
    #[inline(always)]
    fn new(sum: &Sum<'a, T, R>, length: usize) -> Self {
        let [first, second] = sum.base;
        let base = [&first[..length], &second[..length]];
        let (mut rows, mut weights) = ([base; ROWS], [R::default(); ROWS]);
        for k in 0..ROWS {
            let [first, second] = sum.rows[k];
            (rows[k], weights[k]) = ([&first[..length], &second[..length]], sum.weights[k]);
        }
        Self { base, rows, weights }
    }

    #[inline(always)]
    fn base(&self, i: usize) -> R {
        let [first, second] = self.base;
        if KIND == AROUND_TWO { R::round(0.5) * (R::load(first[i]) + R::load(second[i])) } else { R::load(first[i]) }
    }

    #[inline(always)]
    fn sum(&self, i: usize) -> R {
        let mut sum = R::default();
        for k in 0..ROWS {
            let term = self.weights[k] * self.difference(k, i);
            sum = if k == 0 { term } else { sum + term };
        }
        sum
    }

    /// The difference of a row, or of the sum of two, to the base: in whole numbers for small ones, which is as exact and needs
    /// fewer conversions, else in floats.
    #[inline(always)]
    fn difference(&self, k: usize, i: usize) -> R {
        let ([a, b], [base, other]) = (self.rows[k].map(|row| row[i]), self.base.map(|row| row[i]));
        let other = if KIND == AROUND_TWO { other } else { base };
        match (T::SMALL, KIND == SINGLE) {
            (true, false) => R::whole(a.small() + b.small() - (base.small() + other.small())),
            (true, true) => R::whole(a.small() - base.small()),
            (false, false) => (R::load(a) + R::load(b)) - (R::load(base) + R::load(other)),
            (false, true) => R::load(a) - R::load(base),
        }
    }
}
