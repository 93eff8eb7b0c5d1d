//! The conformance suite: what every array has to do, checked from outside. Hold an array of your own to it:
//!
//! ```
//! # use array_core::{MemoryArray, ndarray::Array3};
//! # let array = MemoryArray::new("a", Array3::<u8>::zeros((4, 5, 6)).into_dyn(), [1, 1, 1], [0, 0, 0]).unwrap();
//! use array_core::testing::check_array;
//! check_array(&array).unwrap();
//! ```
//!
//! [`check_array`] only reads, a few small regions at both ends of the array. What writes, or needs an array made for the
//! purpose, has a name of its own: [`check_writer`], [`check_translation`], [`check_transfers`]. Nobody tests on a production
//! server by accident.
//!
//! | invariant | meaning | checked by |
//! |---|---|---|
//! | M1–M4 | region, offset, rank, channels and shape agree; the own region is readable | [`check_array`] |
//! | A1, A13 | shape and dtype of a result follow from the metadata | [`check_array`] |
//! | A2, A3 | parts agree with the whole, in any order, on several threads | [`check_array`] |
//! | A4 | moving an array moves its answers | [`check_translation`] |
//! | A5 | a point is the only voxel of its region | [`check_array`] |
//! | A6, A7, A9 | the policies `Fill`, `Clip`, and the four roundings | [`check_array`] |
//! | A8, A11 | refused and empty requests transfer nothing | [`check_transfers`] |
//! | A10 | reading twice gives the same | [`check_array`] |
//! | A12 | a crop answers as its source | [`check_array`] |
//! | A15 | what was written is read, and nothing else changes | [`check_writer`] |

mod counted;
mod model;
mod policies;
mod random;
mod reading;
mod sample;
mod writing;

use std::fmt;

pub use self::counted::{Counted, check_transfers};
pub use self::random::{random_array, random_metas};
pub use self::reading::check_translation;
pub use self::writing::check_writer;
use crate::Array;

/// An invariant that an array breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The name of the invariant, as in the table of this module.
    pub invariant: &'static str,
    /// What was asked and what came.
    pub message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.message)
    }
}

impl std::error::Error for Violation {}

/// Result of a check.
pub type Checked<T = ()> = Result<T, Violation>;

/// Checks everything that can be seen by reading. Reads regions of at most 24 voxels per axis.
///
/// # Errors
/// The first invariant that does not hold.
pub fn check_array(array: &dyn Array) -> Checked {
    model::check(array)?;
    for whole in sample::windows(array.meta().voxel_box()) {
        reading::check(array, &whole)?;
        policies::check(array, &whole)?;
    }
    Ok(())
}

/// Fails with `invariant` unless `holds`.
fn ensure(holds: bool, invariant: &'static str, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Violation { invariant, message: message() }) }
}

/// Turns an error of the array into a violation of `invariant`.
fn works<T>(result: crate::Result<T>, invariant: &'static str, what: impl fmt::Display) -> Checked<T> {
    result.map_err(|error| Violation { invariant, message: format!("{what}: {error}") })
}
