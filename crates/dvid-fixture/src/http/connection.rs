//! Reading requests from a connection.

use std::io::{self, BufRead, Read, Write};

use super::parse::{chunk_length, content_length, header_line, request_line};
use super::{BODY_LIMIT, HEAD_LIMIT, Request, Response};

/// What came in.
#[derive(Debug)]
pub(crate) enum Incoming {
    /// A whole request.
    Request(Request),
    /// Something that is refused; the connection ends after the answer.
    Refused(Response),
    /// The client went away.
    Closed,
}

/// Why reading stopped before a whole request was there.
enum Stop {
    Closed,
    Refused { status: u16, message: &'static str },
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        // A socket that fails while a request is being read leaves nobody to answer to.
        Self::Closed
    }
}

fn refused<T>(status: u16, message: &'static str) -> Result<T, Stop> {
    Err(Stop::Refused { status, message })
}

/// Reads one request. `out` takes the interim answer to `Expect: 100-continue`.
pub(crate) fn read_request(input: &mut impl BufRead, out: &mut impl Write) -> Incoming {
    match try_read(input, out) {
        Ok(request) => Incoming::Request(request),
        Err(Stop::Closed) => Incoming::Closed,
        Err(Stop::Refused { status, message }) => Incoming::Refused(Response::text(status, message)),
    }
}

fn try_read(input: &mut impl BufRead, out: &mut impl Write) -> Result<Request, Stop> {
    let mut budget = HEAD_LIMIT;
    let mut line = read_line(input, &mut budget)?;
    while line.is_empty() {
        line = read_line(input, &mut budget)?; // empty lines before a request are tolerated, as RFC 9112 asks
    }
    let Some((method, target, minor)) = request_line(&line) else {
        return refused(400, "400 Bad Request: malformed request line");
    };
    let mut request = Request { keep_alive: minor == 1, ..Request::new(method, target) };
    loop {
        let line = read_line(input, &mut budget)?;
        if line.is_empty() {
            break;
        }
        match header_line(&line) {
            Some((name, value)) => request.headers.push((name.to_owned(), value.to_owned())),
            None => return refused(400, "400 Bad Request: malformed header"),
        }
    }
    if let Some(wish) = request.header("Connection") {
        request.keep_alive = match wish.to_ascii_lowercase().as_str() {
            "close" => false,
            "keep-alive" => true,
            _ => request.keep_alive,
        };
    }
    request.body = read_body(input, out, &request)?;
    Ok(request)
}

/// One line without its line end, taken from `budget`.
fn read_line(input: &mut impl BufRead, budget: &mut usize) -> Result<String, Stop> {
    let mut line = Vec::new();
    let read = input.by_ref().take(*budget as u64).read_until(b'\n', &mut line)?;
    *budget -= read;
    if line.pop() != Some(b'\n') {
        return if *budget == 0 { refused(431, "431 Request Header Fields Too Large") } else { Err(Stop::Closed) };
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    String::from_utf8(line).or_else(|_| refused(400, "400 Bad Request: header is not UTF-8"))
}

fn read_body(input: &mut impl BufRead, out: &mut impl Write, request: &Request) -> Result<Vec<u8>, Stop> {
    let lengths: Vec<_> =
        request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("Content-Length")).collect();
    let chunked = match (request.header("Transfer-Encoding"), lengths.len()) {
        (None, 0) => return Ok(Vec::new()),
        (None, 1) => false,
        (Some(coding), 0) if coding.eq_ignore_ascii_case("chunked") => true,
        _ => return refused(400, "400 Bad Request: the length of the body is ambiguous"),
    };
    if request.header("Expect").is_some_and(|wish| wish.eq_ignore_ascii_case("100-continue")) {
        out.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        out.flush()?;
    }
    if chunked {
        return read_chunks(input);
    }
    match content_length(&lengths[0].1) {
        None => refused(400, "400 Bad Request: Content-Length is not a number"),
        Some(length) if length > BODY_LIMIT => refused(413, "413 Content Too Large"),
        Some(length) => read_exactly(input, length),
    }
}

/// `length` bytes; memory grows with what arrives, not with what was announced.
fn read_exactly(input: &mut impl BufRead, length: u64) -> Result<Vec<u8>, Stop> {
    let mut bytes = Vec::new();
    input.by_ref().take(length).read_to_end(&mut bytes)?;
    if bytes.len() as u64 == length { Ok(bytes) } else { Err(Stop::Closed) }
}

fn read_chunks(input: &mut impl BufRead) -> Result<Vec<u8>, Stop> {
    let mut body = Vec::new();
    let mut budget = HEAD_LIMIT;
    loop {
        let line = read_line(input, &mut budget)?;
        let Some(length) = chunk_length(&line) else {
            return refused(400, "400 Bad Request: malformed chunk length");
        };
        if length == 0 {
            break;
        }
        if length > BODY_LIMIT - body.len() as u64 {
            return refused(413, "413 Content Too Large");
        }
        body.append(&mut read_exactly(input, length)?);
        if read_exactly(input, 2)? != b"\r\n" {
            return refused(400, "400 Bad Request: chunk longer than its length");
        }
        budget = HEAD_LIMIT;
    }
    while !read_line(input, &mut budget)?.is_empty() {} // trailers
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Incoming {
        read_request(&mut io::BufReader::new(bytes), &mut Vec::new())
    }

    fn status(bytes: &[u8]) -> Option<u16> {
        match read(bytes) {
            Incoming::Refused(response) => Some(response.status()),
            _ => None,
        }
    }

    #[test]
    fn a_request_with_headers_and_body() {
        let Incoming::Request(request) =
            read(b"\r\nPOST /a?b HTTP/1.1\r\nHost: x\r\ncontent-length: 3\r\nConnection: close\r\n\r\nabcGET")
        else {
            panic!("not read")
        };
        assert_eq!((request.method(), request.target(), request.body()), ("POST", "/a?b", &b"abc"[..]));
        assert!(!request.keep_alive());
        assert_eq!(request.header("CONTENT-LENGTH"), Some("3"));
    }

    #[test]
    fn a_chunked_body_with_extension_and_trailer() {
        let Incoming::Request(request) = read(
            b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2;x=1\r\nab\r\n1\r\nc\r\n0\r\nTrailer: t\r\n\r\n",
        ) else {
            panic!("not read")
        };
        assert_eq!(request.body(), b"abc");
    }

    #[test]
    fn the_interim_answer_is_sent_before_the_body_is_read() {
        let mut out = Vec::new();
        let bytes = b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 1\r\n\r\na";
        assert!(matches!(read_request(&mut &bytes[..], &mut out), Incoming::Request(_)));
        assert_eq!(out, b"HTTP/1.1 100 Continue\r\n\r\n");
    }

    #[test]
    fn http_1_0_closes_unless_asked_otherwise() {
        let Incoming::Request(plain) = read(b"GET / HTTP/1.0\r\n\r\n") else { panic!("not read") };
        assert!(!plain.keep_alive());
        let Incoming::Request(kept) = read(b"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n") else {
            panic!("not read")
        };
        assert!(kept.keep_alive());
    }

    #[test]
    fn what_is_malformed_is_refused() {
        assert_eq!(status(b"nonsense\r\n\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nbad header\r\n\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\na"), Some(400));
        let both = b"GET / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
        assert_eq!(status(both), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n"), Some(400));
        assert_eq!(status(b"GET / HTTP/1.1\r\nContent-Length: 999999999999\r\n\r\n"), Some(413));
        assert_eq!(status(b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffff\r\n"), Some(413));
        let overflowing = b"GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\nffffffffffffffff\r\n";
        assert_eq!(status(overflowing), Some(413));
    }

    #[test]
    fn a_head_beyond_the_limit_is_431() {
        let mut bytes = b"GET / HTTP/1.1\r\nLong: ".to_vec();
        bytes.resize(HEAD_LIMIT + 10, b'a');
        assert_eq!(status(&bytes), Some(431));
    }

    #[test]
    fn a_connection_that_ends_early_is_closed_not_answered() {
        for bytes in
            [&b""[..], b"GET / HT", b"GET / HTTP/1.1\r\nA: b\r\n", b"GET / HTTP/1.1\r\nContent-Length: 3\r\n\r\nab"]
        {
            assert!(matches!(read(bytes), Incoming::Closed), "{bytes:?}");
        }
    }
}
