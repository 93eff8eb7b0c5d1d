//! What the program `voxscope` shares with other programs of the workspace: the [`picture`]s that it paints of volumes.
//!
//! The commands themselves are in the program. Nothing here reads a volume: that is what the facade is for.

pub mod picture;
