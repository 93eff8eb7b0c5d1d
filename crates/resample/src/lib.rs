//! Any array at another voxel size: exactly on the grid, computed when read, the same bits whatever is asked for.
//!
//! [`ResampledArray`] is a view of any [`array_core::Array`] at other voxel sizes, by any rational [`Factor`] per axis:
//!
//! ```
//! use std::sync::Arc;
//! use array_core::{ArrayExt, MemoryArray, Roi, ndarray::{Array3, ArrayD}};
//! use resample::{Method, ResampledArray, Spec, Target};
//!
//! # fn main() -> Result<(), array_core::Error> {
//! // Segment ids at 8 nm, read at 12 nm: votes by exact overlap, never through a float.
//! let ids = Array3::from_shape_fn((6, 6, 6), |(z, _, _)| if z < 3 { 9_007_199_254_740_993_u64 } else { 5 });
//! let cells = Arc::new(MemoryArray::new("cells", ids.into_dyn(), [8, 8, 8], [0, 0, 0])?);
//! let coarse = ResampledArray::new("cells@12nm", cells, Target::voxel_size([12, 12, 12]), Spec::default())?;
//! assert_eq!(coarse.method(), Method::Labels);
//! let block: ArrayD<u64> = coarse.read(Roi::new([0, 0, 0], [48, 12, 12])?)?;
//! assert_eq!(block.into_raw_vec_and_offset().0, [9_007_199_254_740_993, 9_007_199_254_740_993, 5, 5]);
//! # Ok(())
//! # }
//! ```
//!
//! [`resample()`] does the same to a plain `ndarray`, [`resample_as`] with floats as the result, [`resize`] and
//! [`rescale`] by extents instead of factors. A [`Spec`] says how:
//!
//! | method | for | at a factor `u/d` |
//! |---|---|---|
//! | `Interpolate(Linear)` | images (default), masks | order 1, after a Gaussian where voxels grow |
//! | `Interpolate(Nearest)` | anything | copies the nearest voxel |
//! | `Interpolate(Quadratic)` to `Interpolate(Quintic)` | images, masks | splines of order 2 to 5 through the voxels, after the same Gaussian |
//! | `Mean` | images, masks | mean by overlap; exact for integers, rounded half to even |
//! | `Mode` | labels, masks, anything | most overlap; the lowest value wins ties, or as [`Ties`] says |
//! | `Min`, `Max`, `Median`, `Stride` | anything | one voxel of the window; whole factors down only |
//! | `Labels` | labels and masks (default) | `Mode` where voxels grow, nearest where they shrink |
//!
//! The page "Which method?" (`docs/which-method.md` in the sources of this crate) shows in pictures what each of them does
//! to a membrane and to the border of a label, and says when to take which.
//!
//! The rules that hold for all of them:
//!
//! * Target voxel `j` covers source `[j·d/u, (j+1)·d/u)`, counted from the origin of the source's *grid*; so cropping a
//!   source never moves the grid of the result. All positions are integers and fractions of integers.
//! * `read(region)` gives the very bits of the same region of a read of everything, for every partition and number of
//!   threads. Only the ends of the volume are edges.
//! * Integers of 64 bits are copied, counted and averaged exactly. Interpolating them, and computing with labels at
//!   all, is an error that names what is allowed.
//! * Interpolations are computed in 32-bit floats for `f32` and integers of up to 16 bits, within `1e-6` of the largest
//!   value for order 1 and `4e-6` above, else in 64-bit floats. Constant regions come out exactly in both.
//! * Axes of factor 1 and axes without a place in the world (channels) are passed through untouched, wherever they
//!   stand.
//!
//! A [`Pyramid`] makes all coarser levels of an array while it is read once, in bounded memory, block by block for whoever
//! writes or serves them; [`level_factors`] says which levels viewers want.
//!
//! What it is not: it stores nothing, and knows no server and no viewer. The rayon pool in use is the caller's; a pool of
//! one thread does.

mod array;
mod axis;
mod boundary;
mod engine;
mod error;
mod factor;
mod filter;
mod lattice;
mod order;
mod plain;
mod pyramid;
mod recipe;
mod spec;
mod spline;
mod taps;
mod value;

pub use crate::array::{MEMORY_BUDGET, ResampledArray, Target};
pub use crate::error::{Error, Result};
pub use crate::factor::Factor;
pub use crate::order::Order;
pub use crate::plain::{resample, resample_as, resample_into, rescale, resize};
pub use crate::pyramid::{IsotropicFactors, Level, LevelBlock, LevelSink, Made, Pyramid, level_factors};
pub use crate::spec::{
    Anchor, AntiAlias, Boundary, Cast, Clip, Extent, Method, Nans, PartialWindows, ScaleChoice, Spec, Ties,
    WideIntegers, Zeros,
};
pub use crate::value::Float;

/// The example of the README runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// The examples of the page run with the tests. The page itself is no part of this documentation, which could not show its
/// pictures.
#[cfg(doctest)]
#[doc = include_str!("../docs/which-method.md")]
struct WhichMethod;
