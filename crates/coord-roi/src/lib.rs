//! Exact world and voxel geometry for microscopy volumes.
//!
//! * [`Coordinate`]: a point, a shape or a step, up to six numbers, one per axis.
//! * [`Length`]: an exact number of nanometres, a reduced fraction. 4.56 nm stays 4.56 nm.
//! * [`Roi`]: a region of the world, its axes bounded or unbounded, in whole nanometres or exact ones.
//! * [`VoxelBox`]: a box of voxel indices.
//! * [`Grid`]: where voxels lie in the world, and the only way from a `Roi` to a `VoxelBox` and back, with a named
//!   [`Rounding`].
//! * [`Blocks`]: a region divided into blocks of a fixed lattice, with a halo, in row-major or Morton order, and divided
//!   among tasks.
//!
//! All of them are `Copy`, hashable, and allocate nothing. Methods check their operands and return [`Error`]s that name
//! axis and values; operators are there for people at a prompt and panic like those of the standard library.
//!
//! Users of Python's `funlib.geometry` find its calls in [`coming_from_funlib`].
//!
//! What this crate is not: it holds no voxels, knows no file format, and has no rotations.
//!
//! # Example
//!
//! ```
//! use coord_roi::{Grid, Length, Roi, Rounding};
//!
//! // Voxels of 4.56 × 4 × 4 nm (zyx) whose array begins at z = 9.12 nm.
//! let step: [Length; 3] = ["4.56".parse()?, 4.into(), 4.into()];
//! let grid = Grid::through(["9.12".parse()?, Length::ZERO, Length::ZERO], step)?;
//!
//! // A region in nanometres, and the voxels that it touches.
//! let roi = Roi::new([10, 0, 0], [90, 100, 102])?;
//! let voxels = grid.to_voxels(&roi.into(), Rounding::Grow)?;
//! assert_eq!(voxels.to_string(), "[2:22, 0:25, 0:26]");
//!
//! // Back in the world: exactly those voxels.
//! assert_eq!(grid.to_world(&voxels)?.to_string(), "[9.12:100.32, 0:100, 0:104] (91.2, 100, 104)");
//! # Ok::<(), coord_roi::Error>(())
//! ```
//!
//! A region block by block, for one of many tasks:
//!
//! ```
//! use coord_roi::{BlockOptions, BlockOrder, Grid, Roi, Rounding};
//!
//! let grid = Grid::with_step(["4.56".parse()?, 4.into(), 4.into()])?;
//! let roi: Roi<_> = "[0:4560, 0:4000, 0:4000]".parse()?;
//! let options = BlockOptions::default().with_halo([8; 3], [8; 3]).with_order(BlockOrder::Morton);
//! let blocks = grid.blocks(&roi, Rounding::Exact, [256; 3], &options)?;
//! assert_eq!(blocks.len(), 64);
//! for block in blocks.part(3, 7)? {
//!     let world = block.to_world(&grid)?;
//!     println!("read {}, write {}", world.read, world.write);
//! }
//! # Ok::<(), coord_roi::Error>(())
//! ```
//!
//! # Features
//!
//! * `serde`: every type reads and writes; lengths exactly (a number where a number is exact, else a string such as
//!   `"4/3"`).
//! * `proptest`: strategies for property tests of code that takes these types.
//!
//! The crate is `no_std` and needs `alloc`.

#![no_std]

extern crate alloc;

mod blocks;
pub mod coming_from_funlib {
    #![doc = include_str!("../docs/coming-from-funlib.md")]
}
pub mod compat;
mod coordinate;
mod error;
mod grid;
mod length;
mod parts;
mod roi;
mod rounding;
mod scalar;
#[cfg(feature = "serde")]
mod stored;
#[cfg(feature = "proptest")]
pub mod strategies;
mod voxel_box;

pub use blocks::{BlockBoxes, BlockIter, BlockOptions, BlockOrder, BlockRois, Blocks, Fit};
pub use coordinate::{Coordinate, MAX_DIMS};
pub use error::{Error, Result};
pub use grid::{Grid, Relation};
pub use length::Length;
pub use parts::Parts;
pub use roi::{Axis, Roi};
pub use rounding::Rounding;
pub use scalar::Scalar;
pub use voxel_box::VoxelBox;

/// The example of the README runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
