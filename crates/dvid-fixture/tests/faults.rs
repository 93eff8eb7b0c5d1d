//! Each fault, as a client sees it.

mod common;

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use common::{client, get, send};
use dvid_fixture::{Fault, FaultRule, FixtureServer, Request, Response};

const BODY: &[u8] = b"0123456789";

/// `/length` answers with a length, `/chunked` in chunks.
fn server() -> FixtureServer {
    FixtureServer::start(|request: &Request| {
        let response = Response::new(200).with_body(BODY);
        if request.target().starts_with("/chunked") { response.chunked() } else { response }
    })
    .expect("a server")
}

/// Everything that comes back on a bare socket, until the server closes it.
fn exchange(server: &FixtureServer, target: &str) -> String {
    let mut stream = TcpStream::connect(server.addr()).expect("a connection");
    write!(stream, "GET {target} HTTP/1.1\r\n\r\n").expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn dropped_before_the_status() {
    let server = server();
    server.inject_once("", Fault::Drop);
    assert_eq!(exchange(&server, "/length"), "");
    assert_eq!(get(&server.url(), "/length").body, BODY, "the next one is whole");
}

#[test]
fn a_cut_body_keeps_the_header_of_the_whole() {
    let server = server();
    server.inject(FaultRule::new("", Fault::CutBody { after: 4 }).with_times(4));
    assert_eq!(exchange(&server, "/length"), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123");
    assert_eq!(exchange(&server, "/chunked"), "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n0123\r\n");
    for target in ["/length", "/chunked"] {
        let error = send(&client(), &server.url(), &Request::new("GET", target)).expect_err("a client sees it");
        let cut = matches!(&error, ureq::Error::Io(io) if io.kind() == ErrorKind::UnexpectedEof);
        assert!(cut || matches!(error, ureq::Error::Protocol(_)), "{target}: {error:?}");
    }
}

#[test]
fn an_early_end_is_in_order() {
    let server = server();
    server.inject(FaultRule::new("", Fault::EndEarly { after: 4 }).always());
    assert_eq!(get(&server.url(), "/length").header("Content-Length"), Some("4"));
    for target in ["/length", "/chunked"] {
        assert_eq!(get(&server.url(), target).body, b"0123");
    }
}

#[test]
fn a_wrong_length() {
    let server = server();
    server.inject(FaultRule::new("", Fault::DeclareLength(99)).always());
    assert_eq!(exchange(&server, "/length"), "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n0123456789");
    assert_eq!(exchange(&server, "/chunked"), "HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n0123456789");
}

#[test]
fn busy_servers_and_proxies() {
    let server = server();
    server.inject(FaultRule::new("", Fault::Throttled).with_times(2));
    server.inject_once("", Fault::Proxy { status: 502 });
    server.inject_once("", Fault::RetryAfter { seconds: 1 });
    for _ in 0..2 {
        let answer = get(&server.url(), "/length");
        assert_eq!((answer.status, answer.header("Retry-After")), (503, None));
        assert_eq!(answer.text(), "Server already running 1 throttled operations (max = 1)\n\n");
    }
    let answer = get(&server.url(), "/length");
    assert_eq!((answer.status, answer.header("Content-Type")), (502, Some("text/html")));
    assert!(answer.text().starts_with("<html>"));
    let answer = get(&server.url(), "/length");
    assert_eq!((answer.status, answer.header("Retry-After")), (503, Some("1")));
    assert_eq!(get(&server.url(), "/length").body, BODY);
}

#[test]
fn edited_bodies() {
    let server = server();
    let splice = Fault::Splice { at: 2, remove: 3, insert: b"xy".to_vec() };
    let edits = [
        (Fault::Tail(" and an error".into()), b"0123456789 and an error".to_vec()),
        (Fault::FlipByte { at: 1 }, [&b"0\xce"[..], &BODY[2..]].concat()),
        (splice, b"01xy56789".to_vec()),
    ];
    for (fault, expected) in edits {
        for target in ["/length", "/chunked"] {
            server.inject_once("", fault.clone());
            assert_eq!(get(&server.url(), target).body, expected, "{fault:?}");
        }
    }
}

#[test]
fn stalls_end_and_the_answer_is_whole() {
    let server = server();
    let pause = Duration::from_millis(50);
    let faults =
        [Fault::StallBeforeHead(pause), Fault::StallInBody { after: 0, pause }, Fault::StallInBody { after: 3, pause }];
    for fault in faults {
        server.inject_once("", fault);
        let start = Instant::now();
        assert_eq!(get(&server.url(), "/chunked").body, BODY);
        assert!(start.elapsed() >= pause);
    }
    server.inject_once("", Fault::Trickle(Duration::from_millis(1)));
    assert_eq!(get(&server.url(), "/chunked").body, BODY);
}

#[test]
fn a_body_without_end_goes_on_until_the_client_leaves() {
    let server = server();
    server.inject_once("", Fault::Endless);
    let mut stream = TcpStream::connect(server.addr()).expect("a connection");
    stream.write_all(b"GET /length HTTP/1.1\r\n\r\n").expect("sent");
    let mut taken = vec![0; 1 << 20];
    stream.read_exact(&mut taken).expect("a megabyte and more");
    drop(stream);
    assert_eq!(get(&server.url(), "/length").body, BODY);
}

#[test]
fn closed_connections_with_and_without_a_word() {
    let server = server();
    server.inject_once("", Fault::ConnectionClose);
    server.inject_once("", Fault::CloseIdle);
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 10\r\nConnection: close\r\n\r\n0123456789";
    assert_eq!(exchange(&server, "/length"), announced);
    assert_eq!(exchange(&server, "/length"), "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n0123456789");
}

#[test]
fn a_fault_that_cannot_act_says_so() {
    let server = server();
    let faults = [
        Fault::CutBody { after: 10 },
        Fault::EndEarly { after: 10 },
        Fault::DeclareLength(10),
        Fault::FlipByte { at: 10 },
        Fault::StallInBody { after: 10, pause: Duration::ZERO },
        Fault::Splice { at: 8, remove: 3, insert: Vec::new() },
    ];
    for fault in faults {
        server.inject_once("", fault.clone());
        let answer = get(&server.url(), "/length");
        assert_eq!(answer.status, 500, "{fault:?}");
        assert!(answer.text().starts_with("fixture: "), "{}", answer.text());
    }
}

#[test]
fn faults_can_be_taken_away() {
    let server = server();
    server.inject(FaultRule::new("", Fault::Drop).always());
    server.clear_faults();
    assert_eq!(get(&server.url(), "/length").body, BODY);
}
