//! Requests to the driver: JSON over HTTP on this machine, a connection each.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::time::Duration;

use serde_json::Value;

use super::Result;

/// A machine under load may take its time, a page with megabytes of scripts as well.
const PATIENCE: Duration = Duration::from_mins(3);

/// What the driver has to say; its errors are errors here.
pub(super) fn ask(port: u16, method: &str, path: &str, body: Option<&Value>) -> Result<Value> {
    let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let body = body.map(Value::to_string).unwrap_or_default();
    let head = format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost:{port}\r\nConnection: close\r\n\
         Content-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + &body).as_bytes())?;
    let answer = receive(&mut stream).map_err(|error| format!("{method} {path}: {error}"))?;
    let mut answer: Value = serde_json::from_slice(&answer)?;
    let value = answer["value"].take();
    match value["error"].as_str() {
        Some(error) => Err(format!("{method} {path}: {error}: {}", value["message"].as_str().unwrap_or("")).into()),
        None => Ok(value),
    }
}

/// The body of an answer, whose length stands in its head.
fn receive(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let mut answer = Vec::new();
    let mut part = vec![0; 1 << 16];
    loop {
        if let Some((begin, length)) = body(&answer)
            && answer.len() >= begin + length
        {
            return Ok(answer[begin..begin + length].to_vec());
        }
        let count = stream.read(&mut part)?;
        if count == 0 {
            return Err("the driver hung up".into());
        }
        answer.extend_from_slice(&part[..count]);
    }
}

/// Where the body begins and how long it is, once the head is there.
fn body(answer: &[u8]) -> Option<(usize, usize)> {
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?;
    let mut pairs = head.lines().filter_map(|line| line.split_once(':'));
    let (_, length) = pairs.find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?;
    Some((end + 4, length.trim().parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_body_begins_after_the_head() {
        assert_eq!(body(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\nA: b\r\n\r\n{}"), Some((45, 12)));
        assert_eq!(body(b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n"), None);
    }
}
