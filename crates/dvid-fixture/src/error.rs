//! The one error type of this crate.

use std::path::PathBuf;

/// What can go wrong when a fixture server is set up. What goes wrong *during a request* is an answer, not an error.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The listening socket could not be made.
    #[error("cannot listen on {address}: {source}")]
    Listen {
        /// Address that was asked for.
        address: String,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the captures could not be read.
    #[error("cannot read {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A file of the captures does not have the expected form.
    #[error("{} is not a list of captured requests: {detail}", path.display())]
    Captures {
        /// The file.
        path: PathBuf,
        /// What is wrong, with its place where known.
        detail: String,
    },
    /// A capture names a body file that is not there, and it is not one of the third-party samples.
    #[error(
        "case {id} needs {}, which is missing; only cases of group `real` may come without their files",
        path.display()
    )]
    BodyMissing {
        /// Name of the case.
        id: String,
        /// The file.
        path: PathBuf,
    },
}

/// Result with the [`Error`] of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;
