//! Modes over whole windows of up to 64 voxels, as most segmentations are downsampled.
#![allow(clippy::inline_always, reason = "what is not inlined into a loop is not compiled again with it")]

use super::simd::{Loop, fetch_early};
use super::whole::Under;

/// The modes of one target row, over `ROWS` source rows and `ALONG` voxels of each; ties go to the lowest.
pub(super) struct ModeRow<'a, T, const ROWS: usize, const ALONG: usize, const VOXELS: usize> {
    pub(super) under: Under<'a, T>,
    pub(super) out: &'a mut [T],
}

impl<T: Ord + Copy, const ROWS: usize, const ALONG: usize, const VOXELS: usize> Loop
    for ModeRow<'_, T, ROWS, ALONG, VOXELS>
{
    type Output = ();

    #[inline(always)]
    fn run(self) {
        // Votes as wide as voxels and blocks of 128 bytes: so the compiler finds lanes to count in.
        match size_of::<T>() {
            1 => row::<T, u8, ROWS, ALONG, VOXELS, 128>(self.under, self.out),
            2 => row::<T, u16, ROWS, ALONG, VOXELS, 64>(self.under, self.out),
            4 => row::<T, u32, ROWS, ALONG, VOXELS, 32>(self.under, self.out),
            _ => row::<T, u64, ROWS, ALONG, VOXELS, 16>(self.under, self.out),
        }
    }
}

/// Blocks of `LANES` windows, then the rest one by one.
#[inline(always)]
fn row<T, V, const ROWS: usize, const ALONG: usize, const VOXELS: usize, const LANES: usize>(
    under: Under<'_, T>,
    out: &mut [T],
) where
    T: Ord + Copy,
    V: Votes,
{
    // Cut to what is needed, so that no bound is checked in the loops.
    let rows: [&[[T; ALONG]]; ROWS] =
        std::array::from_fn(|row| &under.rows[row][..ALONG * out.len()].as_chunks::<ALONG>().0[..out.len()]);
    let ahead = under.ahead;
    let (blocks, rest) = out.as_chunks_mut::<LANES>();
    let sources = rows.map(|row| &row.as_chunks::<LANES>().0[..blocks.len()]);
    for (number, out) in blocks.iter_mut().enumerate() {
        for row in ahead {
            fetch_early(row.get(number * LANES * ALONG..(number + 1) * LANES * ALONG).unwrap_or_default());
        }
        let source = sources.map(|row| &row[number]);
        for lane in 0..LANES {
            out[lane] = winner::<T, V, VOXELS>(std::array::from_fn(|k| source[k / ALONG][lane][k % ALONG]));
        }
    }
    let done = blocks.len() * LANES;
    for (number, out) in rest.iter_mut().enumerate() {
        *out = winner::<T, V, VOXELS>(std::array::from_fn(|k| rows[k / ALONG][done + number][k % ALONG]));
    }
}

/// Numbers of votes.
trait Votes: Copy + Ord + From<bool> + Into<u64> + std::ops::AddAssign {}

impl Votes for u8 {}
impl Votes for u16 {}
impl Votes for u32 {}
impl Votes for u64 {}

#[inline(always)]
fn winner<T: Ord + Copy, V: Votes, const VOXELS: usize>(voxels: [T; VOXELS]) -> T {
    if VOXELS <= 8 { of_few::<T, V, VOXELS>(voxels) } else { of_many::<T, V, VOXELS>(&voxels) }
}

/// Values are counted one after the other, until no other can win. Most windows have one or two.
#[inline(always)]
fn of_many<T: Ord + Copy, V: Votes, const VOXELS: usize>(voxels: &[T; VOXELS]) -> T {
    let (mut best, mut most, mut left) = (voxels[0], 0, VOXELS);
    let mut first = 0;
    loop {
        let value = voxels[first];
        let mut votes = V::from(false);
        for voxel in voxels {
            votes += V::from(*voxel == value);
        }
        let votes: u64 = votes.into();
        left -= votes as usize;
        if votes > most || (votes == most && value < best) {
            (best, most) = (value, votes);
        }
        if (left as u64) < most {
            return best;
        }
        // What is left has a value that has not been counted.
        first += 1;
        while left > 0 && voxels[..first].contains(&voxels[first]) {
            first += 1;
        }
        if left == 0 {
            return best;
        }
    }
}

/// Each voxel is compared with each, without a branch that noise could mislead.
#[inline(always)]
fn of_few<T: Ord + Copy, V: Votes, const VOXELS: usize>(voxels: [T; VOXELS]) -> T {
    let mut votes = [V::from(true); VOXELS];
    for one in 0..VOXELS {
        for other in one + 1..VOXELS {
            let same = V::from(voxels[one] == voxels[other]);
            votes[one] += same;
            votes[other] += same;
        }
    }
    let (mut best, mut most) = (voxels[0], votes[0]);
    for one in 1..VOXELS {
        let better = votes[one] > most || (votes[one] == most && voxels[one] < best);
        best = if better { voxels[one] } else { best };
        most = most.max(votes[one]);
    }
    best
}
