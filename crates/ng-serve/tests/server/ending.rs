//! How a server ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::Ordering::SeqCst;

use ng_serve::ServeOptions;
use ng_serve::array_core::ArrayRef;

use crate::arrays::{Moody, image, one, start, until};
use crate::client::{receive, root, send};

const CHUNK: &str = "a/8_8_8/0-64_0-64_0-64";

#[test]
fn to_stop_is_to_answer_what_was_asked_and_to_end() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    source.close();
    let (address, path) = (server.address(), format!("{}/{CHUNK}", root(&server)));
    let asked = send(address, "GET", &path, &[]);
    until("the read", || source.reads.load(SeqCst) == 1);
    let stopping = std::thread::spawn(move || server.stop());
    until("a closed door", || TcpStream::connect(address).is_err());
    source.open();
    let answer = receive(asked);
    assert_eq!((answer.status, answer.body.len()), (200, 64 * 64 * 64));
    stopping.join().expect("it stops");
}

#[test]
fn what_takes_too_long_does_not_keep_the_server_from_stopping() {
    let source = Moody::new(image((64, 64, 64)));
    let server = start(vec![("a", Arc::clone(&source) as ArrayRef)], &ServeOptions::default());
    source.close();
    let asked = send(server.address(), "GET", &format!("{}/{CHUNK}", root(&server)), &[]);
    until("the read", || source.reads.load(SeqCst) == 1);
    server.stop();
    assert_eq!(source.cancelled.load(SeqCst), 1);
    let answer = receive(asked);
    assert_eq!((answer.status, answer.header("access-control-allow-origin")), (503, Some("*")));
}

#[test]
fn connections_are_kept_until_the_server_stops() {
    let server = one(image((8, 8, 8)), &ServeOptions::default());
    let mut stream = TcpStream::connect(server.address()).expect("a server");
    let request = format!("GET {}/a/8_8_8/0-8_0-8_0-8 HTTP/1.1\r\nHost: here\r\n\r\n", root(&server));
    for _ in 0..3 {
        stream.write_all(request.as_bytes()).expect("a request");
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("an answer");
            head.push(byte[0]);
        }
        assert!(head.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&head));
        stream.read_exact(&mut [0; 8 * 8 * 8]).expect("a body");
    }
    server.stop();
    assert_eq!(stream.read(&mut [0]).expect("an end"), 0, "an idle connection is closed");
}

const CHILD: &str = "NG_SERVE_TEST_CHILD";

/// The child of the test below: does nothing in any other process.
#[test]
fn child_that_waits_for_an_interrupt() {
    if std::env::var_os(CHILD).is_some() {
        let server = one(image((8, 8, 8)), &ServeOptions::default());
        writeln!(std::io::stderr(), "{}", server.address()).expect("a line");
        server.until_interrupted().expect("it can wait");
        writeln!(std::io::stderr(), "stopped").expect("a line");
    }
}

/// Whether a process handles the interrupt itself, as the system tells.
#[cfg(target_os = "linux")]
fn catches_interrupts(process: u32) -> bool {
    const INTERRUPT: u64 = 2;
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).expect("a process");
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).expect("its signals");
    u64::from_str_radix(caught.trim(), 16).expect("a mask") >> (INTERRUPT - 1) & 1 == 1
}

#[cfg(target_os = "linux")]
#[test]
fn an_interrupt_ends_the_server_in_order() {
    use std::process::{Command, Stdio};
    let mut child = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "ending::child_that_waits_for_an_interrupt", "--nocapture"])
        .env(CHILD, "1")
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("a child");
    let mut lines = BufReader::new(child.stderr.take().expect("its lines")).lines().map(|line| line.expect("a line"));
    let address: std::net::SocketAddr = lines.find_map(|line| line.parse().ok()).expect("an address");
    TcpStream::connect(address).expect("it serves");
    until("a handler", || catches_interrupts(child.id()));
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().expect("kill");
    assert!(sent.success());
    assert!(lines.any(|line| line == "stopped"));
    assert!(child.wait().expect("an end").success());
    assert!(TcpStream::connect(address).is_err());
}
