//! The parts of the program `voxscope`: its commands, and the [`picture`]s that it paints of volumes. A library, so that other
//! programs of the workspace can use the same parts; everything that reads a volume is in the facade.

pub mod args;
pub mod describe;
pub mod exit;
pub mod files;
pub mod layer;
pub mod live;
pub mod picture;
pub mod read;
pub mod slabs;
pub mod sources;
pub mod view;
