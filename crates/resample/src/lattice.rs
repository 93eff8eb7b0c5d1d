//! Which source voxels a target voxel stands over: exact integer arithmetic on global grid indices.
//!
//! Both grids share the corner of voxel 0. Target voxel `j` covers source `[j·d/u, (j+1)·d/u)`, and its centre lies at
//! the sample position `s(j) = ((2j+1)·d - u) / 2u`, where 0 is the centre of source voxel 0. Products are taken in 128
//! bits.

use std::ops::Range;

use crate::{Error, Extent, Factor, Result};

/// Indices beyond this are refused before any arithmetic, so that what follows cannot overflow.
pub(crate) const INDEX_LIMIT: i64 = 1 << 62;

impl Factor {
    fn terms(self) -> (i128, i128) {
        (self.up().into(), self.down().into())
    }

    /// The source voxel whose centre is nearest to that of target voxel `j`, the upper one of two: `floor((2j+1)·d /
    /// 2u)`.
    ///
    /// # Panics
    /// If the result is no `i64`, which cannot happen for voxels over a volume.
    #[must_use]
    pub fn nearest(self, j: i64) -> i64 {
        let (u, d) = self.terms();
        index(((2 * i128::from(j) + 1) * d).div_euclid(2 * u))
    }

    /// The sample position of the centre of target voxel `j` as its floor and the fraction above it, in `[0, 1)`.
    ///
    /// # Panics
    /// If the floor is no `i64`, which cannot happen for voxels over a volume.
    #[must_use]
    pub fn position(self, j: i64) -> (i64, f64) {
        let (u, d) = self.terms();
        let numerator = (2 * i128::from(j) + 1) * d - u;
        (index(numerator.div_euclid(2 * u)), numerator.rem_euclid(2 * u) as f64 / (2 * u) as f64)
    }

    /// The source voxels that target voxel `j` overlaps.
    ///
    /// # Panics
    /// If a bound is no `i64`, which cannot happen for voxels over a volume.
    #[must_use]
    pub fn window(self, j: i64) -> Range<i64> {
        let (u, d) = self.terms();
        let begin = i128::from(j) * d;
        index(begin.div_euclid(u))..index(ceil_div(begin + d, u))
    }

    /// Length of the overlap of target voxel `j` with source voxel `i`, in units of `1/u` source voxel: 0 to `min(u,
    /// d)`.
    #[must_use]
    pub fn overlap(self, j: i64, i: i64) -> u32 {
        let (u, d) = self.terms();
        let (j, i) = (i128::from(j), i128::from(i));
        let begin = (j * d).max(i * u);
        let end = ((j + 1) * d).min((i + 1) * u);
        (end - begin).max(0) as u32
    }

    /// Which of the `u` repeating sets of weights target voxel `j` uses: `j mod u`.
    pub(crate) fn phase(self, j: i64) -> usize {
        j.rem_euclid(self.up().into()) as usize
    }

    /// The target voxels of a volume that occupies source voxels `[begin, end)`; empty when none fits under
    /// [`Extent::Inside`].
    ///
    /// # Errors
    /// [`Error::IndexTooLarge`] when an index leaves `±2^62`.
    pub fn target_range(self, source: Range<i64>, extent: Extent) -> Result<Range<i64>> {
        let (u, d) = self.terms();
        let (begin, end) = (i128::from(source.start) * u, i128::from(source.end) * u);
        let (begin, end) = match extent {
            Extent::Inside => (ceil_div(begin, d), end.div_euclid(d)),
            Extent::Cover => (begin.div_euclid(d), ceil_div(end, d)),
        };
        let limit = i128::from(INDEX_LIMIT);
        let fits = |value: i128| -limit <= value && value <= limit;
        if !(fits(begin) && fits(end) && fits(source.start.into()) && fits(source.end.into())) {
            return Err(Error::IndexTooLarge { begin: source.start, end: source.end, factor: self });
        }
        Ok(begin as i64..end.max(begin) as i64)
    }
}

/// Rounded towards plus infinity; `divisor > 0`.
fn ceil_div(value: i128, divisor: i128) -> i128 {
    -(-value).div_euclid(divisor)
}

fn index(value: i128) -> i64 {
    i64::try_from(value).expect("voxels over a volume have 64-bit indices")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn factor(up: u32, down: u32) -> Factor {
        Factor::new(up, down).unwrap()
    }

    #[test]
    fn ties_of_the_nearest_voxel_go_up() {
        let picks = |f: Factor| (0..4).map(|j| f.nearest(j)).collect::<Vec<_>>();
        assert_eq!(picks(factor(1, 2)), [1, 3, 5, 7]);
        assert_eq!(picks(factor(1, 3)), [1, 4, 7, 10]);
        assert_eq!(picks(factor(1, 4)), [2, 6, 10, 14]);
        assert_eq!(picks(factor(2, 1)), [0, 0, 1, 1]);
        assert_eq!(factor(1, 2).nearest(-1), -1);
    }

    #[test]
    fn positions_are_half_pixel_centres() {
        assert_eq!(factor(2, 1).position(0), (-1, 0.75));
        assert_eq!(factor(2, 1).position(1), (0, 0.25));
        assert_eq!(factor(1, 2).position(-1), (-2, 0.5));
        assert_eq!(factor(1, 3).position(0), (1, 0.0));
    }

    #[test]
    fn the_period_is_u_targets_over_d_sources() {
        for up in 1..9 {
            for down in 1..9 {
                let f = factor(up, down);
                let (u, d) = (i64::from(f.up()), i64::from(f.down()));
                for j in -20..20 {
                    assert_eq!(f.nearest(j + u), f.nearest(j) + d);
                    assert_eq!(f.position(j + u), (f.position(j).0 + d, f.position(j).1));
                    let window = f.window(j);
                    let total: u32 = window.clone().map(|i| f.overlap(j, i)).sum();
                    assert_eq!(i64::from(total), d, "overlaps add up to one target voxel");
                    assert!(window.clone().all(|i| f.overlap(j, i) > 0));
                    assert_eq!((f.overlap(j, window.start - 1), f.overlap(j, window.end)), (0, 0));
                    assert!(window.contains(&f.nearest(j)));
                }
            }
        }
    }

    #[test]
    fn inside_and_cover() {
        let f = factor(2, 3);
        assert_eq!(f.target_range(0..8, Extent::Inside).unwrap(), 0..5);
        assert_eq!(f.target_range(0..8, Extent::Cover).unwrap(), 0..6);
        assert_eq!(f.target_range(-4..5, Extent::Inside).unwrap(), -2..3);
        assert_eq!(f.target_range(-4..5, Extent::Cover).unwrap(), -3..4);
        assert!(factor(1, 8).target_range(1..7, Extent::Inside).unwrap().is_empty());
        assert!(f.target_range(0..i64::MAX, Extent::Cover).is_err());
        assert!(factor(8, 1).target_range(0..1 << 60, Extent::Cover).is_err());
    }
}
