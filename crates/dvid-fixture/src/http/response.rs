//! A response before it is put on the wire.

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;

use super::delivery::Delivery;

type Stream = Box<dyn FnOnce(&mut dyn Write) -> io::Result<()> + Send>;

/// What a response carries.
#[non_exhaustive]
pub enum Body {
    /// Bytes in memory.
    Bytes(Vec<u8>),
    /// Bytes in memory that several answers share.
    Shared(Arc<[u8]>),
    /// Bytes that are made while they are sent; always chunked, as their number is not known.
    Stream(Stream),
}

impl Body {
    /// Number of bytes, where it is known before sending.
    pub(crate) fn len(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Shared(bytes) => Some(bytes.len() as u64),
            Self::Stream(_) => None,
        }
    }

    /// All bytes; runs the stream if it is one.
    pub(crate) fn collect(self) -> io::Result<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes),
            Self::Shared(bytes) => Ok(bytes.to_vec()),
            Self::Stream(write) => {
                let mut bytes = Vec::new();
                write(&mut bytes)?;
                Ok(bytes)
            }
        }
    }

    pub(super) fn write_to(self, out: &mut dyn Write) -> io::Result<()> {
        match self {
            Self::Bytes(bytes) => out.write_all(&bytes),
            Self::Shared(bytes) => out.write_all(&bytes),
            Self::Stream(write) => write(out),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.len() {
            Some(bytes) => write!(f, "Body({bytes} bytes)"),
            None => write!(f, "Body(stream)"),
        }
    }
}

/// How the end of a body is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// `Content-Length`.
    Length,
    /// `Transfer-Encoding: chunked`.
    Chunked,
    /// Neither: only for answers that have no body (HEAD, 204, 304).
    Absent,
}

/// One answer: status, headers, body, and how it is to be delivered.
#[derive(Debug)]
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Body,
    pub(crate) framing: Framing,
    pub(crate) delivery: Delivery,
}

impl Response {
    /// An empty answer with this status.
    pub fn new(status: u16) -> Self {
        let (body, delivery) = (Body::Bytes(Vec::new()), Delivery::default());
        Self { status, headers: Vec::new(), body, framing: Framing::Length, delivery }
    }

    /// A text as a Go server sends its errors: `text/plain`, a line feed at the end.
    pub fn text(status: u16, message: &str) -> Self {
        Self::new(status)
            .with_header("Content-Type", "text/plain; charset=utf-8")
            .with_header("X-Content-Type-Options", "nosniff")
            .with_body(format!("{message}\n").into_bytes())
    }

    /// The same answer with one more header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The same answer with this body and `Content-Length`.
    pub fn with_body(self, bytes: impl Into<Vec<u8>>) -> Self {
        Self { body: Body::Bytes(bytes.into()), framing: Framing::Length, ..self }
    }

    /// The same answer with a body that several answers share, and `Content-Length`.
    pub fn with_shared(self, bytes: Arc<[u8]>) -> Self {
        Self { body: Body::Shared(bytes), framing: Framing::Length, ..self }
    }

    /// The same answer with a body that `write` makes while it is sent, chunked.
    pub fn with_stream(self, write: impl FnOnce(&mut dyn Write) -> io::Result<()> + Send + 'static) -> Self {
        Self { body: Body::Stream(Box::new(write)), framing: Framing::Chunked, ..self }
    }

    /// The same answer, sent chunked.
    pub fn chunked(self) -> Self {
        Self { framing: Framing::Chunked, ..self }
    }

    /// The status.
    pub fn status(&self) -> u16 {
        self.status
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All bytes of the body; a streamed one is made now.
    ///
    /// # Errors
    ///
    /// What the stream reports.
    pub fn into_bytes(self) -> io::Result<Vec<u8>> {
        self.body.collect()
    }
}

/// The reason phrase of a status, empty for one that this server never sends.
pub(super) fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        206 => "Partial Content",
        301 => "Moved Permanently",
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        413 => "Content Too Large",
        416 => "Range Not Satisfiable",
        429 => "Too Many Requests",
        431 => "Request Header Fields Too Large",
        500 => "Internal Server Error",
        502 => "Bad Gateway",
        503 => "Service Unavailable",
        504 => "Gateway Timeout",
        505 => "HTTP Version Not Supported",
        _ => "",
    }
}
