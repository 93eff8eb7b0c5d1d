//! What can go wrong between a configuration and an open array.

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong between a configuration and an open array. Reading returns [`array_core::Error`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A configuration that does not parse.
    #[error("{origin}: {path}: {reason} (line {line}, column {column})")]
    Config {
        /// The file, or what the text is.
        origin: String,
        /// Where in the document, e.g. `resampled.source.dvid`.
        path: String,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong, and what was probably meant.
        reason: String,
    },

    /// A source given on one line that is none.
    #[error(
        "'{source_text}' is no source: {reason}; give a config file (.json), dvid://http://host:port/uuid/instance, or an .npy file"
    )]
    Source {
        /// The text.
        source_text: String,
        /// What is wrong with it.
        reason: String,
    },

    /// A configuration that parses but makes no sense.
    #[error("{what}: {reason}")]
    Invalid {
        /// The part of the configuration.
        what: String,
        /// The rule that it breaks, and the cure.
        reason: String,
    },

    /// A file that cannot be read or written.
    #[error("cannot {task} {path}: {reason}")]
    File {
        /// What was to be done with it: `read`, `write`.
        task: &'static str,
        /// The file.
        path: String,
        /// The system's reason.
        reason: String,
    },

    /// A part that was not built into this program.
    #[error("{what} is not built into this program; build it with the feature `{feature}`")]
    NotBuilt {
        /// The part.
        what: String,
        /// The feature that brings it.
        feature: &'static str,
    },

    /// The array cannot be opened; see the inner error.
    #[error(transparent)]
    Array(#[from] array_core::Error),

    /// The resampling is not possible; see the inner error.
    #[error(transparent)]
    Resample(#[from] resample::Error),

    /// What the back end has to say; `downcast_ref` gives its own error type back.
    #[error(transparent)]
    Backend(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A part of a request that makes no sense, and the rule that it breaks.
    pub fn invalid(what: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Invalid { what: what.into(), reason: reason.into() }
    }
}
