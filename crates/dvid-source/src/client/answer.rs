//! What is made of an answer, whether it comes from a server or from a recording.

use std::time::Duration;

use super::body::Body;
use crate::error::from_status;
use crate::{Error, Result};

/// The most of an error's text that is read.
const MAX_MESSAGE: u64 = 10_000;

/// What stands before the body of an answer, as far as it matters.
#[derive(Debug, Default)]
pub(super) struct Head {
    pub(super) status: u16,
    pub(super) content_type: String,
    pub(super) retry_after: Option<Duration>,
}

impl Head {
    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// Whether the server will say the same when it is asked again, so that it is worth keeping.
    fn is_final(&self) -> bool {
        self.is_success() || [400, 404].contains(&self.status)
    }
}

/// Gives the body of a successful answer to `read` and verifies that it leaves nothing of it; keeps it if it is to be
/// recorded.
pub(super) fn receive<T>(head: &Head, mut body: Body<'_>, read: impl FnOnce(&mut Body<'_>) -> Result<T>) -> Result<T> {
    let value = if head.is_success() { take(head, &mut body, read) } else { Err(refusal(head, &mut body)) };
    let is_whole = value.is_ok() || !head.is_success();
    if let Some(copy) = body.into_copy().filter(|_| is_whole && head.is_final()) {
        copy.keep(head)?;
    }
    value
}

fn take<T>(head: &Head, body: &mut Body<'_>, read: impl FnOnce(&mut Body<'_>) -> Result<T>) -> Result<T> {
    // DVID sends JSON, plain text and bytes; such a page is from something in between, such as a login.
    if head.content_type.starts_with("text/html") {
        return Err(Error::corrupt(0, "an HTML page came instead of data"));
    }
    let value = read(body)?;
    body.finish()?;
    Ok(value)
}

/// Turns an answer that is not a success into an error with the server's words.
fn refusal(head: &Head, body: &mut Body<'_>) -> Error {
    let message = body.read_start(MAX_MESSAGE);
    from_status(head.status, &String::from_utf8_lossy(&message), head.retry_after)
}
