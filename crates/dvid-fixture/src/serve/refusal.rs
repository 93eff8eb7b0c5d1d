//! Why a request gets no data.

use crate::http::Response;
use crate::wording::{refuse, refuse_as};

/// A request that is refused, in the words of the real server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// 400, with the path behind the message.
    Bad(String),
    /// 500, with the path behind the message: our own failure.
    Failed(String),
    /// Another status, and a message without the path.
    Bare(u16, String),
}

pub(super) type Result<T> = std::result::Result<T, Refusal>;

/// A [`Refusal::Bad`] as an error.
pub(super) fn bad<T>(message: impl Into<String>) -> Result<T> {
    Err(Refusal::Bad(message.into()))
}

impl Refusal {
    /// The message, without the path.
    pub(super) fn message(&self) -> &str {
        match self {
            Self::Bad(message) | Self::Failed(message) | Self::Bare(_, message) => message,
        }
    }

    /// The answer to a request of this path.
    pub(super) fn into_response(self, path: &str) -> Response {
        match self {
            Self::Bad(message) => refuse(&message, path),
            Self::Failed(message) => refuse_as(500, &message, path),
            Self::Bare(status, message) => Response::text(status, &message),
        }
    }
}

/// An array that cannot be read is a failure of the server.
impl From<array_core::Error> for Refusal {
    fn from(error: array_core::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// Request geometry that overflows cannot be told from an illegal one.
impl From<array_core::coord_roi::Error> for Refusal {
    fn from(error: array_core::coord_roi::Error) -> Self {
        Self::Bad(error.to_string())
    }
}
