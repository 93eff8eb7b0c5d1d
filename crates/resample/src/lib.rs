//! Any array at another voxel size: resampling kernels and the lazy `ResampledArray`.

mod array;
mod axis;
mod boundary;
mod engine;
mod error;
mod factor;
mod lattice;
mod order;
mod plain;
mod recipe;
mod spec;
mod taps;
mod value;

pub use crate::array::{MEMORY_BUDGET, ResampledArray, Target};
pub use crate::error::{Error, Result};
pub use crate::factor::Factor;
pub use crate::order::Order;
pub use crate::plain::{resample, resample_into};
pub use crate::spec::{Anchor, AntiAlias, Boundary, Cast, Extent, Method, Spec, WideIntegers, Zeros};
