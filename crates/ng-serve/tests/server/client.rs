//! A client that sends exactly what it is told to: no path is tidied, no header added.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use ng_serve::Running;

/// An answer.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    headers: Vec<(String, String)>,
    /// As it came.
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).expect("text")
    }

    /// The body without its coding.
    pub(crate) fn decoded(&self) -> Vec<u8> {
        match self.header("content-encoding") {
            None => self.body.clone(),
            Some("gzip") => {
                let mut plain = Vec::new();
                flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain).expect("gzip");
                plain
            }
            Some(other) => panic!("nobody asked for {other}"),
        }
    }
}

/// Sends a request and does not wait for the answer.
pub(crate) fn send(address: SocketAddr, method: &str, path: &str, headers: &[(&str, &str)]) -> TcpStream {
    send_with(address, method, path, headers, "")
}

/// Sends a request with a body, whose length stands in the headers.
pub(crate) fn send_with(
    address: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> TcpStream {
    let mut stream = TcpStream::connect(address).expect("a server");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n");
    for (name, value) in headers {
        for part in [name, ": ", value, "\r\n"] {
            request.push_str(part);
        }
    }
    stream.write_all((request + "\r\n" + body).as_bytes()).expect("a request");
    stream
}

/// Reads the whole answer.
pub(crate) fn receive(mut stream: TcpStream) -> Answer {
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).expect("an answer");
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("the end of the headers");
    let head = std::str::from_utf8(&bytes[..end]).expect("headers");
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)?.parse().ok()).expect("a status");
    let pair = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Answer { status, headers: lines.filter_map(pair).collect(), body: bytes[end + 4..].to_vec() }
}

/// The path of a server's address.
pub(crate) fn root(server: &Running) -> String {
    let rest = server.url().strip_prefix("http://").expect("http");
    rest[rest.find('/').expect("a path")..].to_owned()
}

pub(crate) fn ask(server: &Running, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    ask_at(server, method, &format!("{}/{path}", root(server)), headers)
}

/// Asks for a whole path.
pub(crate) fn ask_at(server: &Running, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let answer = receive(send(server.address(), method, path, headers));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"), "{method} {path}");
    answer
}

pub(crate) fn get(server: &Running, path: &str) -> Answer {
    ask(server, "GET", path, &[])
}
