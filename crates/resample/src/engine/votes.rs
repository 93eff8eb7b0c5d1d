//! Modes: votes over windows.

use std::cmp::Ordering;

use ndarray::ArrayViewMutD;

use super::leaf::Leaf;
use super::whole_mode::ModeRow;
use super::windows::Reduce;
use crate::value::Value;
use crate::{Ties, Zeros};

impl<T: Value> Leaf<'_, T> {
    pub(crate) fn mode(&self, out: ArrayViewMutD<'_, T>) {
        let (zeros, ties) = (self.recipe.zeros, self.recipe.ties);
        if let (Some(windows), Zeros::Count, Ties::Lowest) = (self.whole_windows(), zeros, ties) {
            return T::whole_mode(self, &windows, out);
        }
        self.votes(out);
    }

    /// The mode by the rules of the recipe, window by window.
    pub(crate) fn votes(&self, out: ArrayViewMutD<'_, T>) {
        let (zeros, ties) = (self.recipe.zeros, self.recipe.ties);
        match ties {
            Ties::Countless2x2 => self.reduce_windows(out, &mut Four::<T> { voxels: Vec::with_capacity(4) }),
            Ties::Lowest | Ties::FirstXFastest => {
                self.reduce_windows(out, &mut Votes::<T> { zeros, ties, tally: Vec::new(), rest: Vec::new() });
            }
        }
    }
}

impl<T: Value + Ord> Leaf<'_, T> {
    /// The mode of whole windows of values that are their own keys.
    pub(crate) fn mode_of_rows(&self, windows: &[usize], out: ArrayViewMutD<'_, T>) {
        let (along, rows) = (windows.last().copied().unwrap_or(1), windows.iter().rev().skip(1).product::<usize>());
        match (rows, along) {
            (4, 2) => self.modes::<4, 2, 8>(windows, out),
            (2, 2) => self.modes::<2, 2, 4>(windows, out),
            (9, 3) => self.modes::<9, 3, 27>(windows, out),
            (4, 4) => self.modes::<4, 4, 16>(windows, out),
            (16, 4) => self.modes::<16, 4, 64>(windows, out),
            _ => self.votes(out),
        }
    }

    fn modes<const ROWS: usize, const ALONG: usize, const VOXELS: usize>(
        &self,
        windows: &[usize],
        out: ArrayViewMutD<'_, T>,
    ) {
        self.under_rows(windows, out, |under, out| {
            self.path.run(ModeRow::<T, ROWS, ALONG, VOXELS> { under, out });
        });
    }
}

/// Most windows hold few different values; those are counted in a list that is searched from its end.
const FEW: usize = 16;

struct Votes<T: Value> {
    zeros: Zeros,
    ties: Ties,
    /// Values and their votes, in the order in which the values appear.
    tally: Vec<(T::Key, u64)>,
    /// Voxels of later values.
    rest: Vec<(T::Key, u64)>,
}

impl<T: Value> Votes<T> {
    /// Most votes, then what the rule for ties says; of candidates in their order of appearance where that matters.
    fn winner(&self, candidates: impl Iterator<Item = (T::Key, u64)>) -> Option<T::Key> {
        let better = |best: (T::Key, u64), next: (T::Key, u64)| match next.1.cmp(&best.1) {
            Ordering::Greater => next,
            Ordering::Equal if self.ties == Ties::Lowest && next.0 < best.0 => next,
            _ => best,
        };
        candidates.reduce(better).map(|(key, _)| key)
    }

    /// The later values with the place of their first voxel and their votes, in order of that place.
    fn counted(&self) -> Vec<(usize, T::Key, u64)> {
        let mut voxels = self.rest.iter().enumerate().collect::<Vec<_>>();
        voxels.sort_unstable_by_key(|&(place, &(key, _))| (key, place));
        let runs = voxels.chunk_by(|(_, a), (_, b)| a.0 == b.0);
        let count = |run: &[(usize, &(T::Key, u64))]| (run[0].0, run[0].1.0, run.iter().map(|(_, vote)| vote.1).sum());
        let mut counted = runs.map(count).collect::<Vec<_>>();
        counted.sort_unstable_by_key(|&(place, ..)| place);
        counted
    }
}

impl<T: Value> Reduce<T> for Votes<T> {
    fn begin(&mut self) {
        self.tally.clear();
        self.rest.clear();
    }

    fn add(&mut self, value: T, weight: u64) {
        if self.zeros == Zeros::Ignore && value.is_zero() {
            return;
        }
        let key = value.key();
        let known = self.tally.iter_mut().rev().find(|(known, _)| *known == key);
        if let Some((_, votes)) = known {
            *votes += weight;
        } else if self.tally.len() < FEW {
            self.tally.push((key, weight));
        } else {
            self.rest.push((key, weight));
        }
    }

    fn uniform(&self, rank: T::Key) -> T {
        T::from_key(T::from_key(rank).key())
    }

    fn result(&mut self, _: &Leaf<'_, T>) -> T {
        let tally = self.tally.iter().copied();
        let winner = if self.rest.is_empty() {
            self.winner(tally)
        } else {
            self.winner(tally.chain(self.counted().into_iter().map(|(_, key, votes)| (key, votes))))
        };
        winner.map_or_else(T::default, T::from_key)
    }
}

/// [`Ties::Countless2x2`]: windows of four voxels.
struct Four<T: Value> {
    voxels: Vec<T::Key>,
}

impl<T: Value> Reduce<T> for Four<T> {
    fn begin(&mut self) {
        self.voxels.clear();
    }

    fn add(&mut self, value: T, _: u64) {
        self.voxels.push(value.key());
    }

    fn uniform(&self, rank: T::Key) -> T {
        T::from_key(T::from_key(rank).key())
    }

    fn result(&mut self, _: &Leaf<'_, T>) -> T {
        T::from_key(match self.voxels[..] {
            [a, b, c, _] if a == b || a == c => a,
            [_, b, c, _] if b == c => b,
            [_, _, _, d] => d,
            // A window at the rim, whose first voxel takes its place afterwards.
            ref fewer => fewer[0],
        })
    }
}
