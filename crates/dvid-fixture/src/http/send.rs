//! Putting a response on the wire, whole or damaged as its delivery says.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::time::Duration;

use super::delivery::{Closing, Delivery, Moment};
use super::response::{Framing, Response, reason};

/// Most bytes of one chunk.
const CHUNK: usize = 64 << 10;

/// Waits; ends early, with an error, when the server stops.
pub(crate) trait Pacer {
    /// Waits for `length`.
    fn wait(&self, length: Duration) -> io::Result<()>;
}

/// Sends `response`; `Ok(true)` if the connection can take another request.
pub(crate) fn send(
    out: &mut dyn Write,
    response: Response,
    head_only: bool,
    keep_alive: bool,
    pacer: &dyn Pacer,
) -> io::Result<bool> {
    let delivery = response.delivery.clone();
    if let Some(pause) = delivery.pause.filter(|pause| pause.moment == Moment::BeforeHead) {
        pacer.wait(pause.length)?;
    }
    if delivery.unanswered {
        return Ok(false);
    }
    let keep = keep_alive && delivery.closing == Closing::Keep;
    let announce = !keep_alive || delivery.closing == Closing::Announced;
    let bodyless = head_only || matches!(response.status, 204 | 304);
    let head = head_of(&response, bodyless, announce);
    out.write_all(head.as_bytes())?;
    if !bodyless {
        let framing = response.framing;
        let mut sink = Sink { out, framing, delivery: &delivery, pacer, sent: 0 };
        response.body.write_to(&mut sink)?;
        sink.end()?;
    }
    out.flush()?;
    Ok(keep)
}

fn head_of(response: &Response, bodyless: bool, announce_close: bool) -> String {
    let mut head = format!("HTTP/1.1 {} {}\r\n", response.status, reason(response.status));
    for (name, value) in &response.headers {
        let _ = write!(head, "{name}: {value}\r\n"); // writing into a String cannot fail
    }
    match (response.framing, response.delivery.declared.or(response.body.len())) {
        (Framing::Length, Some(length)) => {
            let _ = write!(head, "Content-Length: {length}\r\n");
        }
        (Framing::Chunked, _) if !bodyless => head.push_str("Transfer-Encoding: chunked\r\n"),
        _ => {}
    }
    if announce_close {
        head.push_str("Connection: close\r\n");
    }
    head.push_str("\r\n");
    head
}

/// The body on its way: framing, pauses, and the cut.
struct Sink<'a> {
    out: &'a mut dyn Write,
    framing: Framing,
    delivery: &'a Delivery,
    pacer: &'a dyn Pacer,
    sent: u64,
}

impl Sink<'_> {
    /// How many of `wanted` bytes may go out in one piece from here.
    fn piece(&self, wanted: usize) -> usize {
        let mut piece = wanted.min(CHUNK) as u64;
        if self.delivery.trickle.is_some() {
            piece = piece.min(1);
        }
        if let Some(cut) = self.delivery.cut_after {
            piece = piece.min(cut.saturating_sub(self.sent));
        }
        if let Some(at) = self.pause_ahead() {
            piece = piece.min(at - self.sent);
        }
        piece as usize
    }

    /// Offset of the pause inside the body, if it is still to come.
    fn pause_ahead(&self) -> Option<u64> {
        match self.delivery.pause?.moment {
            Moment::Body(at) if at > self.sent => Some(at),
            _ => None,
        }
    }

    fn pause_here(&mut self) -> io::Result<()> {
        let Some(pause) = self.delivery.pause.filter(|pause| pause.moment == Moment::Body(self.sent)) else {
            return Ok(());
        };
        self.out.flush()?;
        self.pacer.wait(pause.length)
    }

    fn cut_here(&self) -> io::Result<()> {
        if self.delivery.cut_after.is_some_and(|cut| self.sent >= cut) {
            return Err(io::Error::other("the body is cut here, as a fault asks"));
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.cut_here()?;
        if self.sent == 0 {
            self.pause_here()?; // a pause after the head of an empty body
        }
        if self.delivery.declared.is_some_and(|declared| declared != self.sent) {
            return Err(io::Error::other("the body has another length than was declared, as a fault asks"));
        }
        if self.framing == Framing::Chunked { self.out.write_all(b"0\r\n\r\n") } else { Ok(()) }
    }
}

impl Write for Sink<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        self.cut_here()?;
        self.pause_here()?;
        let piece = self.piece(bytes.len());
        if self.framing == Framing::Chunked {
            write!(self.out, "{piece:x}\r\n")?;
        }
        self.out.write_all(&bytes[..piece])?;
        if self.framing == Framing::Chunked {
            self.out.write_all(b"\r\n")?;
        }
        self.sent += piece as u64;
        if let Some(pause) = self.delivery.trickle {
            self.out.flush()?;
            self.pacer.wait(pause)?;
        }
        Ok(piece)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
