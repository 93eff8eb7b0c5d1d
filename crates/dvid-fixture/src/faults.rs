//! Faults that are put into answers on purpose: which answer is hit, and what becomes of it.

mod apply;
mod rule;

use std::sync::Mutex;
use std::time::Duration;

pub use rule::FaultRule;

use crate::http::{Request, Response};
use crate::sync::lock;

/// What becomes of an answer. Offsets are bytes of the body, without the framing of HTTP.
///
/// A fault that cannot act on the answer that it hits (a cut behind the end of the body, say) turns it into a 500 whose
/// text says so: a test that asked for damage never passes because there was none.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The request is read, then the connection is closed without an answer.
    Drop,
    /// The connection is closed after `after` bytes of the body. The header still announces the whole body, or the last
    /// chunk never comes: the client can see it.
    CutBody {
        /// Bytes that are sent.
        after: u64,
    },
    /// The body ends after `after` bytes in all order, with a header that fits: nothing in HTTP shows it.
    EndEarly {
        /// Bytes that are sent.
        after: u64,
    },
    /// `Content-Length` says this number; the connection is closed after the body.
    DeclareLength(u64),
    /// 503 as a throttled server words it, without asking the handler. It has no `Retry-After`.
    Throttled,
    /// This status with the HTML page of a proxy, without asking the handler.
    Proxy {
        /// 502 and 504 are usual.
        status: u16,
    },
    /// 503 with `Retry-After`, without asking the handler.
    RetryAfter {
        /// Value of the header.
        seconds: u32,
    },
    /// This text behind the body, as the real server does when it fails in the middle of a stream.
    Tail(String),
    /// `remove` bytes at `at` are replaced by `insert`.
    Splice {
        /// Offset of the first byte.
        at: usize,
        /// How many bytes go.
        remove: usize,
        /// What takes their place.
        insert: Vec<u8>,
    },
    /// All bits of the byte at this offset are flipped.
    FlipByte {
        /// Offset of the byte.
        at: usize,
    },
    /// A pause before the status line.
    StallBeforeHead(Duration),
    /// A pause in the body, after `after` bytes of it.
    StallInBody {
        /// Bytes that are sent before the pause.
        after: u64,
        /// Length of the pause.
        pause: Duration,
    },
    /// The body comes byte by byte, with this pause after each.
    Trickle(Duration),
    /// The body, then zeros without end, chunked, until the client goes away.
    Endless,
    /// A whole answer with `Connection: close`, and the connection is closed.
    ConnectionClose,
    /// A whole answer, after which the connection is closed without a word, as an idle one may be.
    CloseIdle,
}

/// The faults of one server.
#[derive(Debug, Default)]
pub(crate) struct Faults {
    rules: Mutex<Vec<FaultRule>>,
}

impl Faults {
    pub(crate) fn add(&self, rule: FaultRule) {
        lock(&self.rules).push(rule);
    }

    pub(crate) fn clear(&self) {
        lock(&self.rules).clear();
    }

    /// The answer to `request`: `handle` is asked where the fault does not stand for the whole answer.
    pub(crate) fn answer(&self, request: &Request, handle: impl FnOnce() -> Response) -> Response {
        let due = rule::take_due(&mut lock(&self.rules), request);
        match due {
            None => handle(),
            Some(fault) => apply::instead(&fault).unwrap_or_else(|| apply::damage(&fault, handle())),
        }
    }
}
