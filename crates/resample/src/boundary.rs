//! Where a sample beyond the edge of the volume comes from.

use std::ops::Range;

use crate::Boundary;

impl Boundary {
    /// The voxel of the volume that stands for voxel `i`, inside or outside; `None` where a constant does.
    ///
    /// The volume is not empty.
    pub(crate) fn fold(self, i: i64, volume: &Range<i64>) -> Option<i64> {
        if volume.contains(&i) {
            return Some(i);
        }
        // Twice the extent of a volume may exceed 64 bits.
        let (start, n) = (i128::from(volume.start), i128::from(volume.end) - i128::from(volume.start));
        let offset = i128::from(i) - start;
        let folded = match self {
            Self::Constant(_) => return None,
            Self::Nearest => offset.clamp(0, n - 1),
            Self::Wrap => offset.rem_euclid(n),
            Self::Mirror if n == 1 => 0,
            Self::Mirror => {
                let k = offset.rem_euclid(2 * n - 2);
                k.min(2 * n - 2 - k)
            }
            Self::Symmetric => {
                let k = offset.rem_euclid(2 * n);
                k.min(2 * n - 1 - k)
            }
        };
        Some((start + folded) as i64)
    }

    /// The value of samples outside, for [`Boundary::Constant`].
    pub(crate) fn outside(self) -> f64 {
        if let Self::Constant(value) = self { value } else { 0.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(boundary: Boundary, volume: Range<i64>) -> Vec<i64> {
        (volume.start - 5..volume.end + 5).map(|i| boundary.fold(i, &volume).unwrap() - volume.start).collect()
    }

    #[test]
    fn four_ways_to_continue() {
        assert_eq!(folded(Boundary::Mirror, 7..10), [1, 0, 1, 2, 1, 0, 1, 2, 1, 0, 1, 2, 1]);
        assert_eq!(folded(Boundary::Symmetric, -2..1), [1, 2, 2, 1, 0, 0, 1, 2, 2, 1, 0, 0, 1]);
        assert_eq!(folded(Boundary::Nearest, 7..10), [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 2, 2]);
        assert_eq!(folded(Boundary::Wrap, 7..10), [1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]);
        assert_eq!(Boundary::Constant(1.0).fold(6, &(7..10)), None);
        assert_eq!(Boundary::Constant(1.0).fold(7, &(7..10)), Some(7));
    }

    #[test]
    fn volumes_as_large_as_indices_allow() {
        let volume = -(1 << 62)..(1 << 62) - 1;
        let fold = |boundary: Boundary, i| boundary.fold(i, &volume).unwrap();
        assert_eq!(fold(Boundary::Mirror, volume.start - 3), volume.start + 3);
        assert_eq!(fold(Boundary::Symmetric, volume.end + 3), volume.end - 4);
        assert_eq!(fold(Boundary::Nearest, i64::MIN), volume.start);
        assert_eq!(fold(Boundary::Wrap, volume.end), volume.start);
    }

    #[test]
    fn a_volume_of_one_voxel_is_that_voxel_everywhere() {
        for boundary in [Boundary::Mirror, Boundary::Symmetric, Boundary::Nearest, Boundary::Wrap] {
            assert!(folded(boundary, 3..4).into_iter().all(|offset| offset == 0));
        }
    }
}
