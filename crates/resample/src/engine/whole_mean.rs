//! Means over whole windows, in the narrowest numbers that hold their sums.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::simd::{Loop, fetch_early};
use super::whole::Under;

/// Numbers that values of type `T` are added up in.
pub(crate) trait Adds<T>: Copy + Default + std::ops::AddAssign + Send {
    fn of(value: T) -> Self;
    #[inline(always)]
    fn of_two(values: [T; 2]) -> Self {
        let [first, second] = values.map(Self::of);
        added(first, &second)
    }
}

/// Sums of values of type `T`, and the means that come of them.
pub(crate) trait SumOf<T>: Adds<T> {
    /// No sum of so many values leaves the type, nor does what rounding adds to it.
    const MOST: usize;

    /// The mean of `2^bits` values, of two at least.
    fn shifted(self, bits: u32) -> T;
    /// The mean of `count` values.
    fn divided(self, count: usize) -> T;
}

/// The quotient of a sum, rounded half to even.
macro_rules! divide {
    // Sum and count are below 2^32: a quotient of 64-bit floats is a half where it is one, and else on the right side of it.
    (as_floats, $sum:expr, $count:expr, $T:ident) => {
        (f64::from($sum) / $count as f64).round_ties_even() as $T
    };
    (as_integers, $sum:expr, $count:expr, $T:ident) => {{
        let count = $count as Self;
        let (quotient, twice) = ($sum.div_euclid(count), 2 * $sum.rem_euclid(count));
        (quotient + Self::from(twice > count || (twice == count && quotient & 1 == 1))) as $T
    }};
}

macro_rules! whole {
    ($($T:ident in $S:ident: $most:expr, $divided:ident $(, $of_two:ident)?;)*) => {$(
        impl Adds<$T> for $S {
            #[inline(always)]
            fn of(value: $T) -> Self {
                value.into()
            }
            $(
                #[inline(always)]
                fn of_two(values: [$T; 2]) -> Self {
                    $of_two(values)
                }
            )?
        }

        impl SumOf<$T> for $S {
            const MOST: usize = $most;

            /// Half to even: one half less the last bit, plus the last bit of the quotient.
            #[inline(always)]
            fn shifted(self, bits: u32) -> $T {
                let half = (1 << bits) / 2;
                ((self + (half - 1 + ((self >> bits) & 1))) >> bits) as $T
            }
            #[inline(always)]
            fn divided(self, count: usize) -> $T {
                divide!($divided, self, count, $T)
            }
        }
    )*};
}

/// Two neighbours in memory are one word: no shuffling.
#[inline(always)]
fn halves(values: [u8; 2]) -> u16 {
    let word = u16::from_le_bytes(values);
    (word & 0xff) + (word >> 8)
}

whole! {
    u8 in u16: 256, as_floats, halves;
    u8 in u32: 1 << 23, as_floats;
    u16 in u32: 1 << 15, as_floats;
    u32 in u64: 1 << 31, as_integers;
    i8 in i16: 128, as_floats;
    i8 in i32: 1 << 23, as_floats;
    i16 in i32: 1 << 15, as_floats;
    i32 in i64: 1 << 31, as_integers;
}

/// A sum of equal 32-bit floats is exact, so constants survive.
impl Adds<f32> for f64 {
    #[inline(always)]
    fn of(value: f32) -> Self {
        value.into()
    }
}

impl SumOf<f32> for f64 {
    const MOST: usize = 1 << 29;

    #[inline(always)]
    fn shifted(self, bits: u32) -> f32 {
        (self / f64::from(1_u32 << bits)) as f32
    }
    #[inline(always)]
    fn divided(self, count: usize) -> f32 {
        (self / count as Self) as f32
    }
}

/// Sums are added up in their own type.
macro_rules! own {
    ($($S:ident)*) => {$(
        impl Adds<$S> for $S {
            #[inline(always)]
            fn of(value: $S) -> Self {
                value
            }
        }
    )*};
}

own! { u32 u64 i32 i64 f64 }

/// The means of one target row: over all rows under it, and `along` voxels of each.
pub(super) struct MeanRow<'a, T, S> {
    pub(super) under: Under<'a, T>,
    pub(super) along: usize,
    /// Room for sums.
    pub(super) sums: &'a mut Vec<S>,
    pub(super) out: &'a mut [T],
}

impl<T: Copy, S: SumOf<T>> Loop for MeanRow<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let count = self.under.rows.len() * self.along;
        if count > 1 && count.is_power_of_two() {
            let bits = count.trailing_zeros();
            add_up(self.under, self.along, self.sums, self.out, |sum| sum.shifted(bits));
        } else {
            in_turn(self.under, self.along, self.sums, self.out, |sum| sum.divided(count));
        }
    }
}

/// The sums of one target row, in the same way.
pub(super) struct SumRow<'a, T, S> {
    pub(super) under: Under<'a, T>,
    pub(super) along: usize,
    /// Room for sums.
    pub(super) sums: &'a mut Vec<S>,
    pub(super) out: &'a mut [S],
}

impl<T: Copy, S: Adds<T>> Loop for SumRow<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        add_up(self.under, self.along, self.sums, self.out, |sum| sum);
    }
}

/// Means of sums of so many voxels each.
pub(crate) struct MeansOf<'a, T, S> {
    pub(crate) sums: &'a [S],
    pub(crate) count: usize,
    pub(crate) out: &'a mut [T],
}

impl<T, S: SumOf<T>> Loop for MeansOf<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        let pairs = self.out.iter_mut().zip(self.sums);
        if self.count > 1 && self.count.is_power_of_two() {
            let bits = self.count.trailing_zeros();
            pairs.for_each(|(out, sum)| *out = sum.shifted(bits));
        } else {
            pairs.for_each(|(out, sum)| *out = sum.divided(self.count));
        }
    }
}

#[inline(always)]
fn add_up<T: Copy, S: Adds<T>, O>(
    under: Under<'_, T>,
    along: usize,
    sums: &mut Vec<S>,
    out: &mut [O],
    finish: impl Fn(S) -> O,
) {
    match (under.rows.len(), along) {
        (4, 2) => fused::<T, S, O, 4>(under, out, finish),
        (2, 2) => fused::<T, S, O, 2>(under, out, finish),
        _ => in_turn(under, along, sums, out, finish),
    }
}

/// Windows of four or eight voxels, two along the row: sums stay in registers.
#[inline(always)]
fn fused<T: Copy, S: Adds<T>, O, const ROWS: usize>(under: Under<'_, T>, out: &mut [O], finish: impl Fn(S) -> O) {
    // A cache line of each row at a time.
    match size_of::<T>() {
        1 => in_blocks::<T, S, O, ROWS, 32>(under, out, finish),
        2 => in_blocks::<T, S, O, ROWS, 16>(under, out, finish),
        4 => in_blocks::<T, S, O, ROWS, 8>(under, out, finish),
        _ => in_blocks::<T, S, O, ROWS, 4>(under, out, finish),
    }
}

/// Blocks of `LANES` windows, then the rest one by one.
#[inline(always)]
fn in_blocks<T: Copy, S: Adds<T>, O, const ROWS: usize, const LANES: usize>(
    under: Under<'_, T>,
    out: &mut [O],
    finish: impl Fn(S) -> O,
) {
    // Cut to what is needed, so that no bound is checked in the loops.
    let rows: [&[[T; 2]]; ROWS] =
        std::array::from_fn(|row| &under.rows[row][..2 * out.len()].as_chunks::<2>().0[..out.len()]);
    let (blocks, rest) = out.as_chunks_mut::<LANES>();
    let sources = rows.map(|row| &row.as_chunks::<LANES>().0[..blocks.len()]);
    for (number, out) in blocks.iter_mut().enumerate() {
        for row in under.ahead {
            fetch_early(row.get(2 * number * LANES..2 * (number + 1) * LANES).unwrap_or_default());
        }
        let mut sums = [S::default(); LANES];
        for source in sources {
            for (sum, values) in sums.iter_mut().zip(&source[number]) {
                *sum += S::of_two(*values);
            }
        }
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out = finish(sum));
    }
    let done = blocks.len() * LANES;
    for (number, out) in rest.iter_mut().enumerate() {
        let mut sum = S::default();
        for row in rows {
            sum += S::of_two(row[done + number]);
        }
        *out = finish(sum);
    }
}

/// Any windows: rows are added up one after the other, then the runs of the sums.
#[inline(always)]
fn in_turn<T: Copy, S: Adds<T>, O>(
    under: Under<'_, T>,
    along: usize,
    sums: &mut Vec<S>,
    out: &mut [O],
    finish: impl Fn(S) -> O,
) {
    sums.clear();
    sums.resize(along * out.len(), S::default());
    for (number, row) in under.rows.iter().enumerate() {
        fetch_early(under.ahead.get(number).copied().unwrap_or_default());
        sums.iter_mut().zip(*row).for_each(|(sum, &value)| *sum += S::of(value));
    }
    match along {
        1 => out.iter_mut().zip(sums).for_each(|(out, sum)| *out = finish(*sum)),
        2 => sum_runs::<S, O, 2>(sums, out, finish),
        3 => sum_runs::<S, O, 3>(sums, out, finish),
        4 => sum_runs::<S, O, 4>(sums, out, finish),
        _ => {
            let runs = sums.chunks_exact(along).map(|run| run.iter().fold(S::default(), added));
            out.iter_mut().zip(runs).for_each(|(out, sum)| *out = finish(sum));
        }
    }
}

#[inline(always)]
fn sum_runs<S: Copy + Default + std::ops::AddAssign, O, const ALONG: usize>(
    sums: &[S],
    out: &mut [O],
    finish: impl Fn(S) -> O,
) {
    let runs = sums.as_chunks::<ALONG>().0.iter().map(|run| run.iter().fold(S::default(), added));
    out.iter_mut().zip(runs).for_each(|(out, sum)| *out = finish(sum));
}

#[inline(always)]
fn added<S: Copy + std::ops::AddAssign>(mut sum: S, value: &S) -> S {
    sum += *value;
    sum
}
