//! The little HTTP/1.1 that the fixture needs: requests with bodies, responses with either framing, keep-alive.

mod connection;
mod delivery;
mod parse;
mod request;
mod response;
mod send;

pub(crate) use connection::{Incoming, read_request};
pub(crate) use delivery::{Closing, Moment, Pause};
pub use request::Request;
pub(crate) use response::Framing;
pub use response::{Body, Response};
pub(crate) use send::{Pacer, send};

/// Most bytes of request line and headers together, as in the real server; more is answered with 431.
pub const HEAD_LIMIT: usize = 1 << 20;

/// Most bytes of a request body; more is answered with 413.
pub const BODY_LIMIT: u64 = 1 << 28;
