//! What the benches share: volumes that are the same in every run, the jobs that are measured, and their definition.

mod jobs;
pub mod oracle;
mod volumes;

pub use jobs::{Input, JOBS, Job};
pub use oracle::Number;
pub use volumes::{Volume, cells, neurites, volume};
