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
            out[lane] = winner::<T, V, ROWS, ALONG, VOXELS>(|row, k| source[row][lane][k]);
        }
    }
    let done = blocks.len() * LANES;
    for (number, out) in rest.iter_mut().enumerate() {
        *out = winner::<T, V, ROWS, ALONG, VOXELS>(|row, k| rows[row][done + number][k]);
    }
}

/// Numbers of votes.
trait Votes: Copy + Ord + From<bool> + Into<u64> + std::ops::AddAssign {}

impl Votes for u8 {}
impl Votes for u16 {}
impl Votes for u32 {}
impl Votes for u64 {}

/// The winner of a window, given its voxels by row and place in the row.
#[inline(always)]
fn winner<T: Ord + Copy, V: Votes, const ROWS: usize, const ALONG: usize, const VOXELS: usize>(
    voxel: impl Fn(usize, usize) -> T,
) -> T {
    if VOXELS <= 8 {
        of_few::<T, V, VOXELS>(std::array::from_fn(|k| voxel(k / ALONG, k % ALONG)))
    } else {
        of_many::<T, V, ROWS, ALONG>(voxel)
    }
}

/// Values are counted one after the other, until no other can win. Most windows have one or two; and that of a voxel in the
/// middle wins most of them, so it is counted first.
#[inline(always)]
fn of_many<T: Ord + Copy, V: Votes, const ROWS: usize, const ALONG: usize>(voxel: impl Fn(usize, usize) -> T) -> T {
    // Of windows of 3³, 4² and 4³ voxels: at the centre, or next to it.
    let middle = voxel(if ROWS.is_multiple_of(2) { ROWS * 5 / 8 } else { ROWS / 2 }, ALONG / 2);
    let mut most = votes::<T, V, ROWS, ALONG>(&voxel, middle);
    let (mut best, mut left) = (middle, ROWS * ALONG - most);
    for first in 0..ROWS * ALONG {
        if left < most {
            break;
        }
        let place = |k: usize| voxel(k / ALONG, k % ALONG);
        let value = place(first);
        if value == middle || (0..first).any(|k| place(k) == value) {
            continue;
        }
        let votes = votes::<T, V, ROWS, ALONG>(&voxel, value);
        left -= votes;
        if votes > most || (votes == most && value < best) {
            (best, most) = (value, votes);
        }
    }
    best
}

/// How many voxels have this value. Rows are added up before they are summed: lanes for the compiler.
#[inline(always)]
fn votes<T: PartialEq + Copy, V: Votes, const ROWS: usize, const ALONG: usize>(
    voxel: &impl Fn(usize, usize) -> T,
    value: T,
) -> usize {
    let mut votes = [V::from(false); ALONG];
    for row in 0..ROWS {
        for (k, votes) in votes.iter_mut().enumerate() {
            *votes += V::from(voxel(row, k) == value);
        }
    }
    votes.into_iter().map(Into::into).sum::<u64>() as usize
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
