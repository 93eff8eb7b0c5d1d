//! Strategies of [`mod@proptest`] for the types of this crate, for property tests of code that takes them.
//!
//! The numbers are of moderate size, so that laws can be stated without regard to overflow; [`any_length`] is there for
//! tests of the limits. Lists take their dims, so that several values of one test can agree.
//!
//! # Examples
//!
//! ```
//! use coord_roi::strategies::{length, roi};
//! use proptest::prelude::*;
//!
//! proptest!(|(a in roi(length(), 3), b in roi(length(), 3))| {
//!     prop_assert!(a.union(&b)?.contains(&a)?);
//! });
//! ```

use alloc::vec::Vec;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use crate::{Axis, Coordinate, Grid, Length, Roi, Scalar, VoxelBox};

/// Denominators as they occur: whole numbers, halves, decimals of voxel sizes, thirds and their mixtures.
const DENOMINATORS: [i64; 8] = [1, 1, 1, 2, 3, 4, 25, 100];

/// Whole numbers between -1000 and 1000, small ones more often than others.
pub fn whole() -> impl Strategy<Value = i64> + Clone {
    prop_oneof![2 => -10..=10_i64, 1 => -1000..=1000_i64]
}

/// Lengths between -1000 and 1001 nm, many of them whole.
///
/// # Panics
/// Never: the terms are small.
pub fn length() -> impl Strategy<Value = Length> + Clone {
    (whole(), 0..100_i64, select(&DENOMINATORS[..])).prop_map(|(whole, part, denominator)| {
        let numerator = whole * denominator + part % denominator;
        Length::new(numerator, denominator).expect("terms are small")
    })
}

/// Lengths of any terms up to the limits of 64 bits.
pub fn any_length() -> impl Strategy<Value = Length> + Clone {
    let term = prop_oneof![any::<i64>(), -100..=100_i64, Just(i64::MIN), Just(i64::MAX)];
    let divisor = prop_oneof![any::<i64>(), 1..=100_i64, (0..=62_u32).prop_map(|power| 1 << power), Just(i64::MAX)];
    (term, divisor).prop_map(|(num, den)| Length::new(num, den).unwrap_or(Length::ONE))
}

fn magnitude<T: Scalar>(number: T) -> T {
    number.max(number.try_neg().unwrap_or(T::ONE))
}

/// Coordinates of `dims` numbers.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn coordinate<T: Scalar>(
    number: impl Strategy<Value = T> + Clone,
    dims: usize,
) -> impl Strategy<Value = Coordinate<T>> + Clone {
    vec(number, dims).prop_map(|entries| Coordinate::try_from(&entries[..]).expect("at most MAX_DIMS dimensions"))
}

/// Coordinates of `dims` numbers greater than zero, such as voxel sizes.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn steps<T: Scalar>(
    number: impl Strategy<Value = T> + Clone,
    dims: usize,
) -> impl Strategy<Value = Coordinate<T>> + Clone {
    let positive = number.prop_map(|number| if number == T::ZERO { T::ONE } else { magnitude(number) });
    coordinate(positive, dims)
}

fn axis<T: Scalar>(number: impl Strategy<Value = T> + Clone) -> impl Strategy<Value = Axis<T>> + Clone {
    let bounded = (number.clone(), number).prop_map(|(begin, extent)| {
        let shape = magnitude(extent);
        Axis::Bounded { begin, shape }
    });
    prop_oneof![9 => bounded, 1 => Just(Axis::All)]
}

/// Regions of `dims` axes: bounded, unbounded, and now and then empty.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn roi<T: Scalar>(number: impl Strategy<Value = T> + Clone, dims: usize) -> impl Strategy<Value = Roi<T>> + Clone {
    vec(axis(number), dims).prop_map(|axes| Roi::from_axes(&axes).expect("limits are small and dims legal"))
}

/// Regions of `dims` bounded axes, now and then empty.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn bounded_roi<T: Scalar>(
    number: impl Strategy<Value = T> + Clone,
    dims: usize,
) -> impl Strategy<Value = Roi<T>> + Clone {
    vec((number.clone(), number), dims).prop_map(|axes| {
        let bounded = |&(begin, extent): &(T, T)| Axis::Bounded { begin, shape: magnitude(extent) };
        let axes: Vec<_> = axes.iter().map(bounded).collect();
        Roi::from_axes(&axes).expect("limits are small and dims legal")
    })
}

/// Boxes of `dims` axes, now and then empty.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn voxel_box(dims: usize) -> impl Strategy<Value = VoxelBox> + Clone {
    let shape = coordinate(whole().prop_map(i64::abs), dims);
    (coordinate(whole(), dims), shape)
        .prop_map(|(begin, shape)| VoxelBox::new(begin, shape).expect("shapes are positive"))
}

/// Grids of `dims` axes.
///
/// # Panics
/// For more than [`MAX_DIMS`](crate::MAX_DIMS).
pub fn grid(dims: usize) -> impl Strategy<Value = Grid> + Clone {
    (coordinate(length(), dims), steps(length(), dims))
        .prop_map(|(origin, step)| Grid::new(origin, step).expect("steps are positive"))
}
