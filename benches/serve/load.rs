//! Browsers, as far as a server sees them: six connections that are kept, each with one request at a time.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::ops::Range;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// As many as browsers open to a server.
pub(crate) const CONNECTIONS: usize = 6;

/// No answer is longer.
const LONGEST: usize = 4 << 20;

/// What one run saw.
pub(crate) struct Seen {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// From each request to the last byte of its answer.
    pub(crate) latencies: Vec<Duration>,
}

impl Seen {
    /// Requests a second.
    pub(crate) fn rate(&self) -> f64 {
        self.latencies.len() as f64 / self.elapsed.as_secs_f64()
    }
}

/// A request, and how long its answer is: so that connections spend no time on reading what servers say of it.
pub(crate) struct Asked {
    request: Vec<u8>,
    answer: usize,
}

/// Asks for each path once.
pub(crate) fn learn(address: SocketAddr, paths: &[String]) -> Vec<Asked> {
    let mut connection = Connection::open(address, LONGEST);
    let mut asked = |path: &String| {
        let request = request(address, path);
        let answer = connection.learn(&request).end;
        Asked { request, answer }
    };
    paths.iter().map(&mut asked).collect()
}

/// Asks for everything in turn, `times` times over.
pub(crate) fn run(address: SocketAddr, asked: &[Asked], times: usize) -> Seen {
    let longest = asked.iter().map(|asked| asked.answer).max().unwrap_or_default();
    let (next, start) = (AtomicUsize::new(0), Barrier::new(CONNECTIONS + 1));
    std::thread::scope(|scope| {
        let connection = || {
            let mut connection = Connection::open(address, longest);
            let mut latencies = Vec::with_capacity(asked.len() * times);
            start.wait();
            loop {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                if turn >= asked.len() * times {
                    return latencies;
                }
                let began = Instant::now();
                connection.ask(&asked[turn % asked.len()]);
                latencies.push(began.elapsed());
            }
        };
        let connections: Vec<_> = (0..CONNECTIONS).map(|_| scope.spawn(connection)).collect();
        start.wait();
        let began = Instant::now();
        let latencies = connections.into_iter().flat_map(|thread| thread.join().expect("no panic")).collect();
        Seen { elapsed: began.elapsed(), latencies }
    })
}

/// The body of one path, as it is sent.
pub(crate) fn body(address: SocketAddr, path: &str) -> Vec<u8> {
    let mut connection = Connection::open(address, LONGEST);
    let body = connection.learn(&request(address, path));
    connection.bytes[body].to_vec()
}

fn request(address: SocketAddr, path: &str) -> Vec<u8> {
    let headers = "Accept: */*\r\nAccept-Encoding: gzip, deflate, br, zstd\r\nConnection: keep-alive";
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{headers}\r\n\r\n").into_bytes()
}

struct Connection {
    stream: TcpStream,
    bytes: Vec<u8>,
}

impl Connection {
    fn open(address: SocketAddr, longest: usize) -> Self {
        let stream = TcpStream::connect(address).expect("a server");
        stream.set_nodelay(true).expect("a socket");
        Self { stream, bytes: vec![0; longest] }
    }

    fn ask(&mut self, asked: &Asked) {
        self.stream.write_all(&asked.request).expect("a request");
        self.stream.read_exact(&mut self.bytes[..asked.answer]).expect("an answer");
        assert!(self.bytes.starts_with(b"HTTP/1.1 200 "), "an answer like the first one");
    }

    /// Where in `bytes` the body of an answer of unknown length stands.
    fn learn(&mut self, request: &[u8]) -> Range<usize> {
        self.stream.write_all(request).expect("a request");
        let (mut filled, mut whole) = (0, None);
        while whole.as_ref().is_none_or(|body: &Range<usize>| filled < body.end) {
            let read = self.stream.read(&mut self.bytes[filled..]).expect("an answer");
            assert!(read > 0, "the server hung up");
            filled += read;
            whole = whole.or_else(|| place_of_body(&self.bytes[..filled]));
        }
        whole.expect("it is whole")
    }
}

/// Once the headers have come.
fn place_of_body(bytes: &[u8]) -> Option<Range<usize>> {
    let begin = bytes.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    let head = std::str::from_utf8(&bytes[..begin]).expect("headers are text");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    let length = head.split("\r\n").filter_map(|line| line.split_once(": "));
    let length = length.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    Some(begin..begin + length.expect("a length").1.parse::<usize>().expect("a number"))
}
