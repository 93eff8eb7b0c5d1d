//! What the browser is told when there is no chunk.

use axum::http::StatusCode;
use tokio::task::JoinError;

/// An answer without data, never mistaken for background: the viewer takes only 404 (and 403) for that.
#[derive(Clone, Debug)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) text: String,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, text: impl Into<String>) -> Self {
        Self { status, text: text.into() }
    }

    pub(crate) fn not_found(text: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, text)
    }

    pub(crate) fn stopping() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "the server is being stopped")
    }

    /// A load that panicked: a broken invariant, of the source or of ours.
    pub(crate) fn broken(panic: &JoinError) -> Self {
        tracing::error!(%panic, "a chunk could not be read");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, format!("reading the chunk went wrong inside: {panic}"))
    }
}

impl From<array_core::Error> for Failure {
    fn from(error: array_core::Error) -> Self {
        let status = match &error {
            array_core::Error::Source(_) => StatusCode::BAD_GATEWAY,
            array_core::Error::DeadlineExceeded => StatusCode::GATEWAY_TIMEOUT,
            array_core::Error::Cancelled => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Self::new(status, error.to_string())
    }
}

impl From<ng_layer::Error> for Failure {
    fn from(error: ng_layer::Error) -> Self {
        match error {
            ng_layer::Error::Array(error) => (*error).into(),
            other => Self::new(StatusCode::INTERNAL_SERVER_ERROR, other.to_string()),
        }
    }
}
