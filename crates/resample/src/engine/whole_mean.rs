//! Means over whole windows, in the narrowest numbers that hold their sums.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::simd::Loop;

/// Sums of values of type `T`, and the means that come of them.
pub(crate) trait SumOf<T>: Copy + Default + std::ops::AddAssign + Send {
    /// No sum of so many values leaves the type, nor does what rounding adds to it.
    const MOST: usize;

    fn of(value: T) -> Self;
    /// The mean of `2^bits` values.
    fn shifted(self, bits: u32) -> T;
    /// The mean of `count` values.
    fn divided(self, count: usize) -> T;
}

macro_rules! whole {
    ($($T:ident in $S:ident: $most:expr;)*) => {$(
        impl SumOf<$T> for $S {
            const MOST: usize = $most;

            #[inline(always)]
            fn of(value: $T) -> Self {
                value.into()
            }
            /// Half to even: one half less the last bit, plus the last bit of the quotient.
            #[inline(always)]
            fn shifted(self, bits: u32) -> $T {
                let half = (1 << bits) / 2;
                ((self + (half - 1 + ((self >> bits) & 1))) >> bits) as $T
            }
            #[inline(always)]
            fn divided(self, count: usize) -> $T {
                let count = count as Self;
                let (quotient, twice) = (self.div_euclid(count), 2 * self.rem_euclid(count));
                (quotient + Self::from(twice > count || (twice == count && quotient & 1 == 1))) as $T
            }
        }
    )*};
}

whole! {
    u8 in u16: 256;
    u8 in u32: 1 << 23;
    u16 in u32: 1 << 15;
    u32 in u64: 1 << 31;
    i8 in i16: 128;
    i8 in i32: 1 << 23;
    i16 in i32: 1 << 15;
    i32 in i64: 1 << 31;
}

/// A sum of equal 32-bit floats is exact, so constants survive.
impl SumOf<f32> for f64 {
    const MOST: usize = 1 << 29;

    #[inline(always)]
    fn of(value: f32) -> Self {
        value.into()
    }
    #[inline(always)]
    fn shifted(self, bits: u32) -> f32 {
        (self / f64::from(1_u32 << bits)) as f32
    }
    #[inline(always)]
    fn divided(self, count: usize) -> f32 {
        (self / count as Self) as f32
    }
}

/// The means of one target row: over all `rows`, and `along` voxels of each.
pub(super) struct MeanRow<'a, T, S> {
    pub(super) rows: &'a [&'a [T]],
    pub(super) along: usize,
    pub(super) sums: &'a mut Vec<S>,
    pub(super) out: &'a mut [T],
}

impl<T: Copy, S: SumOf<T>> Loop for MeanRow<'_, T, S> {
    type Output = ();

    #[inline(always)]
    fn run(self) {
        match (self.rows, self.along) {
            (&[a, b, c, d], 2) => fused::<T, S, 4, 2>([a, b, c, d], self.out),
            (&[a, b], 2) => fused::<T, S, 2, 2>([a, b], self.out),
            (&[a, b, c, d], 1) => fused::<T, S, 4, 1>([a, b, c, d], self.out),
            (&[a, b], 1) => fused::<T, S, 2, 1>([a, b], self.out),
            (rows, 1) => in_turn::<T, S, 1>(rows, self.sums, self.out),
            (rows, 2) => in_turn::<T, S, 2>(rows, self.sums, self.out),
            (rows, 3) => in_turn::<T, S, 3>(rows, self.sums, self.out),
            (rows, 4) => in_turn::<T, S, 4>(rows, self.sums, self.out),
            (rows, along) => any_length(rows, along, self.sums, self.out),
        }
    }
}

/// Windows of two, four or eight voxels: sums stay in registers.
#[inline(always)]
fn fused<T: Copy, S: SumOf<T>, const ROWS: usize, const ALONG: usize>(rows: [&[T]; ROWS], out: &mut [T]) {
    let bits = (ROWS * ALONG).trailing_zeros();
    // Cut to what is needed, so that no bound is checked in the loop.
    let rows = rows.map(|row| &row[..ALONG * out.len()].as_chunks::<ALONG>().0[..out.len()]);
    for (i, out) in out.iter_mut().enumerate() {
        let mut sum = S::default();
        for row in rows {
            for value in row[i] {
                sum += S::of(value);
            }
        }
        *out = sum.shifted(bits);
    }
}

/// Any number of rows: sums of the windows so far stand in a row of their own.
#[inline(always)]
fn in_turn<T: Copy, S: SumOf<T>, const ALONG: usize>(rows: &[&[T]], sums: &mut Vec<S>, out: &mut [T]) {
    sums.clear();
    sums.resize(out.len(), S::default());
    for row in rows {
        for (sum, values) in sums.iter_mut().zip(row.as_chunks::<ALONG>().0) {
            for &value in values {
                *sum += S::of(value);
            }
        }
    }
    finish(sums, rows.len() * ALONG, out);
}

#[inline(always)]
fn any_length<T: Copy, S: SumOf<T>>(rows: &[&[T]], along: usize, sums: &mut Vec<S>, out: &mut [T]) {
    sums.clear();
    sums.resize(out.len(), S::default());
    for row in rows {
        for (sum, values) in sums.iter_mut().zip(row.chunks_exact(along)) {
            for &value in values {
                *sum += S::of(value);
            }
        }
    }
    finish(sums, rows.len() * along, out);
}

#[inline(always)]
fn finish<T: Copy, S: SumOf<T>>(sums: &[S], count: usize, out: &mut [T]) {
    if count.is_power_of_two() {
        let bits = count.trailing_zeros();
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum.shifted(bits));
    } else {
        out.iter_mut().zip(sums).for_each(|(out, sum)| *out = sum.divided(count));
    }
}
