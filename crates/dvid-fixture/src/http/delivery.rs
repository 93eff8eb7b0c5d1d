//! How an answer is put on the wire when it is not to arrive as it should.

use std::time::Duration;

/// When a pause happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    /// Before the status line.
    BeforeHead,
    /// After this many bytes of the body.
    Body(u64),
}

/// One pause.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) moment: Moment,
    pub(crate) length: Duration,
}

/// What becomes of the connection after an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Closing {
    /// Kept, if the client wants that.
    #[default]
    Keep,
    /// Closed, with `Connection: close` in the answer.
    Announced,
    /// Closed without a word.
    Silent,
}

/// Everything about the delivery that a fault may change.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Delivery {
    /// Close before the status line.
    pub(crate) unanswered: bool,
    /// Value of `Content-Length` that is not the length of the body.
    pub(crate) declared: Option<u64>,
    /// Close after this many bytes of the body.
    pub(crate) cut_after: Option<u64>,
    /// Send single bytes with this pause between them.
    pub(crate) trickle: Option<Duration>,
    /// A pause.
    pub(crate) pause: Option<Pause>,
    /// What becomes of the connection.
    pub(crate) closing: Closing,
}
