//! The operators, for people at a prompt.

use core::ops::{Add, Div, Mul, Neg, Sub};

use crate::Length;

macro_rules! operator {
    ($trait:ident, $method:ident, $checked:ident, $doc:literal) => {
        #[doc = $doc]
        ///
        /// # Panics
        /// Where the checked method returns an error, as the operators of the standard library do.
        impl $trait for Length {
            type Output = Self;

            fn $method(self, other: Self) -> Self {
                match self.$checked(other) {
                    Ok(result) => result,
                    Err(error) => panic!("{error}"),
                }
            }
        }

        #[doc = $doc]
        ///
        /// # Panics
        /// Where the checked method returns an error, as the operators of the standard library do.
        impl $trait<i64> for Length {
            type Output = Self;

            fn $method(self, other: i64) -> Self {
                $trait::$method(self, Self::from(other))
            }
        }
    };
}

operator!(Add, add, checked_add, "[`Length::checked_add`] for interactive use.");
operator!(Sub, sub, checked_sub, "[`Length::checked_sub`] for interactive use.");
operator!(Mul, mul, checked_mul, "[`Length::checked_mul`] for interactive use.");
operator!(Div, div, checked_div, "[`Length::checked_div`] for interactive use: exact, nothing is cut.");

/// The same as the length times the number.
///
/// # Panics
/// On overflow.
impl Mul<Length> for i64 {
    type Output = Length;

    fn mul(self, other: Length) -> Length {
        other * self
    }
}

/// [`Length::checked_neg`] for interactive use.
///
/// # Panics
/// For a numerator of `i64::MIN`, as the operator of the standard library does.
impl Neg for Length {
    type Output = Self;

    fn neg(self) -> Self {
        match self.checked_neg() {
            Ok(result) => result,
            Err(error) => panic!("{error}"),
        }
    }
}
