//! The public behaviour of the crate: against naive oracles, by laws, and by what users see.

mod array;
mod config;
mod defects;
mod independence;
mod interpolation_defects;
mod kernels;
mod labels;
mod laws;
mod limits;
mod naive;
mod plain;
mod pyramid;
mod sample;
mod scales;
mod splines;
mod windows;
