//! The conformance suite: what every array has to do, checked from outside. Hold an array of your own to it:
//!
//! ```
//! use array_core::{Array, ArrayMeta, Axes, BlockMut, DType, Grid, ReadContext, Result, VoxelBox};
//! use array_core::testing::check_array;
//!
//! /// A volume that is computed: every voxel holds the sum of its indices.
//! #[derive(Debug)]
//! struct Ramp(ArrayMeta);
//!
//! impl Array for Ramp {
//!     fn meta(&self) -> &ArrayMeta {
//!         &self.0
//!     }
//!
//!     fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
//!         cx.check()?;
//!         self.0.block_ranges(voxels, self.0.voxel_box())?; // an error for voxels that the array does not have
//!         let first: i64 = voxels.begin().iter().sum();
//!         for (index, voxel) in out.into_view::<i64>()?.indexed_iter_mut() {
//!             *voxel = first + (index[0] + index[1] + index[2]) as i64;
//!         }
//!         Ok(())
//!     }
//! }
//!
//! let voxels = VoxelBox::new([-5, 100, 7], [20, 30, 40])?;
//! let grid = Grid::with_step(["25", "9.8", "9.8"].map(|nm| nm.parse().unwrap()))?;
//! let ramp = Ramp(ArrayMeta::new("ramp", DType::I64, Axes::zyx(), &[], grid, voxels)?);
//! check_array(&ramp).unwrap();
//! # Ok::<(), array_core::Error>(())
//! ```
//!
//! [`check_array`] only reads, a few small regions at both ends of the array. What writes, or needs an array made for the
//! purpose, has a name of its own: [`check_writer`], [`check_translation`], [`check_transfers`]. Nobody tests on a production
//! server by accident. Arrays to make views of, of every kind, come from [`random_metas`] and [`random_array`].
//!
//! | invariant | meaning | checked by |
//! |---|---|---|
//! | M1–M4 | region, offset, rank, channels and shape agree; the own region is readable | [`check_array`] |
//! | A1, A13 | shape and dtype of a result follow from the metadata | [`check_array`] |
//! | A2, A3 | parts agree with the whole, in any order, on several threads, and with what is in memory | [`check_array`] |
//! | A4 | moving an array moves its answers | [`check_translation`] |
//! | A5 | a point is the voxel that contains it | [`check_array`] |
//! | A6, A7, A9 | the policies `Fill`, `Clip`, and the four roundings | [`check_array`] |
//! | A8, A11 | refused and empty requests transfer nothing | [`check_transfers`] |
//! | A10 | reading twice gives the same | [`check_array`] |
//! | A12 | a crop answers as its source, and a crop of a crop as the crop to what both have | [`check_array`] |
//! | A14 | permuting axes and reading commute | [`check_array`] |
//! | A15 | what was written is read, and nothing else changes | [`check_writer`] |

mod counted;
mod model;
mod policies;
mod random;
mod reading;
mod sample;
mod views;
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
        let voxels = reading::check(array, &whole)?;
        policies::check(array, &whole, &voxels)?;
        views::check(array, &whole, &voxels)?;
    }
    policies::check_beyond(array)
}

/// Fails with `invariant` unless `holds`.
fn ensure(holds: bool, invariant: &'static str, message: impl FnOnce() -> String) -> Checked {
    if holds { Ok(()) } else { Err(Violation { invariant, message: message() }) }
}

/// Turns an error of the array into a violation of `invariant`.
fn works<T>(result: crate::Result<T>, invariant: &'static str, what: impl fmt::Display) -> Checked<T> {
    result.map_err(|error| Violation { invariant, message: format!("{what}: {error}") })
}
