//! The operators, for people at a prompt.

use core::ops::{Add, Mul, Neg, Sub};

use crate::{Coordinate, Length, Result, Scalar};

fn unwrap<T>(result: Result<T>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("{error}"),
    }
}

macro_rules! operator {
    ($trait:ident, $method:ident, $checked:ident, $checked_scalar:ident) => {
        /// Entry by entry, for interactive use.
        ///
        /// # Panics
        /// Where the checked method returns an error (different dims, overflow), as the operators of the standard
        /// library do.
        impl<T: Scalar> $trait for Coordinate<T> {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                unwrap(self.$checked(&other))
            }
        }

        /// The same number for every entry, for interactive use.
        ///
        /// # Panics
        /// On overflow, as the operators of the standard library do in a debug build.
        impl<T: Scalar> $trait<T> for Coordinate<T> {
            type Output = Self;

            fn $method(self, other: T) -> Self {
                unwrap(self.$checked_scalar(other))
            }
        }
    };
}

operator!(Add, add, checked_add, checked_add_scalar);
operator!(Sub, sub, checked_sub, checked_sub_scalar);
operator!(Mul, mul, checked_mul, checked_mul_scalar);

macro_rules! commuted {
    ($number:ty) => {
        /// The same as the coordinate times the number.
        ///
        /// # Panics
        /// On overflow.
        impl Mul<Coordinate<$number>> for $number {
            type Output = Coordinate<$number>;

            fn mul(self, other: Coordinate<$number>) -> Self::Output {
                other * self
            }
        }
    };
}

commuted!(i64);
commuted!(Length);

/// Every entry negated, for interactive use.
///
/// # Panics
/// On overflow.
impl<T: Scalar> Neg for Coordinate<T> {
    type Output = Self;

    fn neg(self) -> Self {
        unwrap(self.checked_neg())
    }
}
