use std::io::{self, Read};

use super::control::Control;
use super::record::Take;
use crate::error::Asked;
use crate::frames::readable_end;
use crate::{Error, Result};

/// The most that is read after the end of an answer, in search of what the server has to say.
const MAX_REST: u64 = 4_000;

/// The body of an answer, counted, and checked against what the caller and the header say of its length.
///
/// It is an [`io::Read`] for those that need one; the errors of that are ours, wrapped, and [`unwrap_io`] gets them
/// back.
pub(crate) struct Body<'a> {
    reader: Box<dyn Read + 'a>,
    control: &'a Control<'a>,
    stated: Option<u64>,
    read: u64,
    /// Where a copy of what is read goes.
    copy: Option<Take<'a>>,
}

impl<'a> Body<'a> {
    /// What `reader` gives, which should be as long as `stated`.
    pub(super) fn new(reader: impl Read + 'a, stated: Option<u64>, control: &'a Control<'a>) -> Self {
        Self { reader: Box::new(reader), control, stated, read: 0, copy: None }
    }

    pub(super) fn with_copy(self, copy: Option<Take<'a>>) -> Self {
        Self { copy, ..self }
    }

    /// The copy of what was read so far.
    pub(super) fn into_copy(self) -> Option<Take<'a>> {
        self.copy
    }

    /// Bytes that were read so far.
    pub(super) fn count(&self) -> u64 {
        self.read
    }

    /// Fills `out`; `due` is how long the whole body should be, for the error.
    pub(crate) fn fill(&mut self, mut out: &mut [u8], due: u64) -> Result<()> {
        while !out.is_empty() {
            match self.some(out) {
                Ok(n) if n > 0 => out = &mut out[n..],
                // The end came in all order, or without the last chunk, which does not tell how long the body was.
                Ok(_) | Err(Error::Truncated { want: None, .. }) => {
                    return Err(Error::Truncated { got: self.read, want: Some(due), asked: Asked::default() });
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }

    /// Reads all that is left, up to a limit.
    pub(crate) fn read_all(&mut self, limit: u64) -> Result<Vec<u8>> {
        let mut out = Vec::new();
        self.by_ref().take(limit + 1).read_to_end(&mut out).map_err(unwrap_io)?;
        if out.len() as u64 > limit {
            return Err(Error::corrupt(limit, format!("more than {limit} bytes, the most that is accepted here")));
        }
        Ok(out)
    }

    /// Reads the beginning of a text that only explains another failure, as far as it comes.
    pub(super) fn read_start(&mut self, limit: u64) -> Vec<u8> {
        let mut out = Vec::new();
        // An error while reading the explanation would hide what it explains.
        let _ = self.by_ref().take(limit).read_to_end(&mut out);
        out
    }

    /// Verifies that the body ends here and is as long as its header said.
    pub(super) fn finish(&mut self) -> Result<()> {
        let end = self.read;
        let mut more = [0; 1];
        if self.some(&mut more)? > 0 {
            let problem = "it goes on after all that is due".to_owned();
            let rest = [&more[..], &self.read_start(MAX_REST)].concat();
            return Err(Error::CorruptStream {
                offset: end,
                problem,
                tail: readable_end(&rest),
                asked: Asked::default(),
            });
        }
        match self.stated {
            Some(want) if want != end => Err(Error::Truncated { got: end, want: Some(want), asked: Asked::default() }),
            _ => Ok(()),
        }
    }

    fn some(&mut self, out: &mut [u8]) -> Result<usize> {
        self.control.check()?;
        match self.reader.read(out) {
            Ok(n) => {
                self.read += n as u64;
                if let Some(copy) = &mut self.copy {
                    copy.write(&out[..n]);
                }
                Ok(n)
            }
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Err(Error::Truncated { got: self.read, want: self.stated, asked: Asked::default() })
            }
            Err(error) => Err(match error.downcast::<ureq::Error>() {
                Ok(error) => transport_error(&error, false),
                Err(error) => transport_error(&ureq::Error::Io(error), false),
            }),
        }
    }
}

impl Read for Body<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        self.some(out).map_err(io::Error::other)
    }
}

/// The error of ours that came through an [`io::Read`].
pub(crate) fn unwrap_io(error: io::Error) -> Error {
    error.downcast::<Error>().unwrap_or_else(|error| transport_error(&ureq::Error::Io(error), false))
}

/// What the HTTP client's error means; `before_answer` where no answer has begun.
pub(super) fn transport_error(error: &ureq::Error, before_answer: bool) -> Error {
    use ureq::{Error as E, Timeout};
    let connecting = match error {
        E::HostNotFound
        | E::ConnectionFailed
        | E::ConnectProxyFailed(_)
        | E::Timeout(Timeout::Connect | Timeout::Resolve) => true,
        E::Io(error) => before_answer && is_connecting(error),
        _ => false,
    };
    match error {
        // Only a deadline makes a limit for the whole exchange.
        E::Timeout(Timeout::Global) => Error::DeadlineExceeded { asked: Asked::default() },
        error => Error::Transport { connecting, message: words(error), asked: Asked::default() },
    }
}

/// What happened, in words that name our options.
fn words(error: &ureq::Error) -> String {
    use ureq::{Error as E, Timeout as T};
    match error {
        E::Timeout(T::Connect | T::Resolve) => "no connection within the timeout `connect`".to_owned(),
        E::Timeout(T::PerRead | T::PerWrite) => {
            "the server was silent for longer than the timeout `silence`".to_owned()
        }
        error => error.to_string(),
    }
}

/// Whether an error before the answer is that of a connection which never stood: all but those of one that broke. Names
/// that nobody knows have no kind of their own.
fn is_connecting(error: &io::Error) -> bool {
    use io::ErrorKind as K;
    let broke = [K::ConnectionReset, K::ConnectionAborted, K::BrokenPipe, K::UnexpectedEof, K::NotConnected];
    let late = [K::TimedOut, K::WouldBlock, K::Interrupted, K::WriteZero];
    !broke.contains(&error.kind()) && !late.contains(&error.kind())
}
