//! Quotients of whole numbers.

use crate::Cast;

/// An integer wide enough for exact sums.
pub(crate) trait WholeSum:
    Copy + PartialOrd + std::ops::Add<Output = Self> + std::ops::Mul<Output = Self>
{
    /// The quotient, rounded as the cast says; the divisor is positive.
    fn divide(self, weight: Self, cast: Cast) -> Self;
    fn widen(self) -> i128;
}

macro_rules! whole_sum {
    ($($S:ty)*) => {$(
        impl WholeSum for $S {
            #[inline]
            fn divide(self, weight: Self, cast: Cast) -> Self {
                match cast {
                    Cast::Truncate => self / weight,
                    Cast::RoundSaturate => {
                        let quotient = self.div_euclid(weight);
                        let twice = 2 * self.rem_euclid(weight);
                        let up = twice > weight || (twice == weight && quotient % 2 != 0);
                        quotient + Self::from(up)
                    }
                }
            }
            #[inline]
            fn widen(self) -> i128 {
                self.into()
            }
        }
    )*};
}

whole_sum!(i64 i128);
