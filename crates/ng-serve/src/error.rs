//! What can be wrong with a server before it runs; what goes wrong later is told to the browser.

use std::net::SocketAddr;

/// Everything that can keep a server from starting.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address cannot be listened on.
    #[error("cannot listen on {address}: {reason}; choose another address or port, or port 0 for a free one")]
    Bind {
        /// What was asked for.
        address: SocketAddr,
        /// What the system says.
        reason: String,
    },

    /// Threads could not be started.
    #[error("the threads of the server could not be started: {reason}")]
    Threads {
        /// What the system says.
        reason: String,
    },

    /// A folder that holds no viewer.
    #[error(
        "there is no built Neuroglancer client in '{folder}': {reason}; give a folder with its index.html, as the package \
         `neuroglancer` of PyPI carries one in neuroglancer/static/client"
    )]
    NoViewer {
        /// The folder.
        folder: String,
        /// What is missing.
        reason: String,
    },

    /// No array at all.
    #[error("there is nothing to serve; give at least one array")]
    NothingToServe,

    /// Arrays are addressed by their names.
    #[error("two arrays are called '{name}', and each is served under its name; rename one of them")]
    DuplicateName {
        /// The name.
        name: String,
    },

    /// An option has a value that it cannot have.
    #[error("{option} is {value:?}: {rule}")]
    BadOption {
        /// Its name.
        option: &'static str,
        /// Its value.
        value: String,
        /// What it has to be.
        rule: &'static str,
    },

    /// Stated factors do not go together.
    #[error("'{array}' cannot have levels of the factors {factors_zyx:?} (z, y, x): {rule}")]
    Levels {
        /// The array.
        array: String,
        /// All factors that were stated.
        factors_zyx: Vec<[u32; 3]>,
        /// What they have to be.
        rule: &'static str,
    },

    /// Showing a stated level would take too much.
    #[error(
        "'{array}': a chunk of the level of the factors {factors_zyx:?} (z, y, x) would be made of {chunks} chunks of a level \
         that is stored, the limit is {limit}; leave the level out, or raise `cost_limit`"
    )]
    TooCostly {
        /// The array.
        array: String,
        /// The level.
        factors_zyx: [u32; 3],
        /// How many stored chunks one of its chunks is made of.
        chunks: u64,
        /// How many are allowed.
        limit: u64,
    },

    /// The viewer cannot show an array, or not with these options.
    #[error(transparent)]
    Layer(#[from] ng_layer::Error),

    /// A level cannot be computed.
    #[error(transparent)]
    Resample(#[from] resample::Error),

    /// An array says no.
    #[error(transparent)]
    Array(#[from] array_core::Error),
}

/// The result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<array_core::coord_roi::Error> for Error {
    fn from(error: array_core::coord_roi::Error) -> Self {
        Self::Array(error.into())
    }
}
