//! A server that runs, asked over real sockets.

mod answers;
mod arrays;
mod client;
mod dvid;
mod ending;
mod golden;
mod hostile;
mod options;
mod shown;
mod sources;
mod viewer;
mod views;
mod voxels;
