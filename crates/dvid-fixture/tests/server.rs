//! The server itself: keep-alive, framing, limits, its end.

mod common;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use common::{client, get, send};
use dvid_fixture::{Fault, FixtureServer, Request, Response};

/// Answers with verb, target and body of the request.
fn echo() -> FixtureServer {
    FixtureServer::start(|request: &Request| {
        let mut text = format!("{} {} ", request.method(), request.target()).into_bytes();
        text.extend_from_slice(request.body());
        Response::new(200).with_header("Content-Type", "text/plain").with_body(text)
    })
    .expect("a server")
}

/// What comes back on a bare socket until the server closes it.
fn exchange(server: &FixtureServer, bytes: &[u8]) -> String {
    let mut stream = TcpStream::connect(server.addr()).expect("a connection");
    stream.write_all(bytes).expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    answer
}

#[test]
fn a_connection_serves_many_requests() {
    let server = echo();
    let client = client();
    for n in 0..5 {
        let answer = send(&client, &server.url(), &Request::new("GET", format!("/{n}"))).expect("an answer");
        assert_eq!(answer.text(), format!("GET /{n} "));
    }
    let lines: Vec<String> = server.requests().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["GET /0", "GET /1", "GET /2", "GET /3", "GET /4"]);
    assert_eq!((server.request_count(), server.connection_count(), server.peak_in_flight()), (5, 1, 1));
}

#[test]
fn bodies_of_every_verb_arrive() {
    let server = echo();
    for method in ["POST", "PUT", "GET", "DELETE"] {
        let answer =
            send(&client(), &server.url(), &Request::new(method, "/x").with_body("a body")).expect("an answer");
        assert_eq!(answer.text(), format!("{method} /x a body"));
    }
    let chunked = b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    assert!(exchange(&server, chunked).ends_with("POST /c abc"));
}

#[test]
fn head_has_the_length_and_no_body() {
    let server = echo();
    let answer = exchange(&server, b"HEAD /abc HTTP/1.1\r\nConnection: close\r\n\r\n");
    let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\n";
    assert_eq!(answer, expected);
}

#[test]
fn requests_in_one_packet_are_answered_one_after_the_other() {
    let server = echo();
    let answer = exchange(&server, b"GET /1 HTTP/1.1\r\n\r\nGET /2 HTTP/1.1\r\nConnection: close\r\n\r\n");
    assert_eq!(answer.matches("HTTP/1.1 200 OK").count(), 2);
    assert!(answer.find("GET /1").expect("the first") < answer.find("GET /2").expect("the second"));
}

#[test]
fn what_is_malformed_ends_the_connection_with_a_word() {
    let server = echo();
    assert!(exchange(&server, b"nonsense\r\n\r\n").starts_with("HTTP/1.1 400 Bad Request\r\n"));
    let mut long = b"GET / HTTP/1.1\r\nLong: ".to_vec();
    long.resize(dvid_fixture::http::HEAD_LIMIT + 1, b'a');
    assert!(exchange(&server, &long).starts_with("HTTP/1.1 431 "));
    assert_eq!(server.request_count(), 0);
}

#[test]
fn a_stream_is_chunked_and_larger_than_one_chunk() {
    let server = FixtureServer::start(|_: &Request| {
        Response::new(200).with_stream(|out| (0..50_000u32).try_for_each(|n| out.write_all(&n.to_le_bytes())))
    })
    .expect("a server");
    let answer = get(&server.url(), "/");
    assert_eq!(answer.header("Transfer-Encoding"), Some("chunked"));
    let expected: Vec<u8> = (0..50_000u32).flat_map(u32::to_le_bytes).collect();
    assert_eq!(answer.body, expected);
}

#[test]
fn a_handler_that_panics_is_a_500() {
    let server = FixtureServer::start(|_: &Request| -> Response { panic!("no such thing") }).expect("a server");
    let answer = get(&server.url(), "/");
    assert_eq!(answer.status, 500);
    assert!(answer.text().starts_with("Panic detected on request:\nno such thing\n"), "{}", answer.text());
    assert_eq!(get(&server.url(), "/").status, 500, "the server goes on");
}

#[test]
fn dropping_the_server_ends_idle_and_stalled_connections() {
    let server = echo();
    let address = server.addr();
    server.inject_once("/stall", Fault::StallBeforeHead(Duration::from_hours(1)));
    let mut idle = TcpStream::connect(address).expect("a connection");
    let mut stalled = TcpStream::connect(address).expect("a connection");
    stalled.write_all(b"GET /stall HTTP/1.1\r\n\r\n").expect("sent");
    while server.request_count() == 0 {
        std::thread::yield_now();
    }
    let (done, dropped) = mpsc::channel();
    std::thread::spawn(move || {
        drop(server);
        done.send(()).expect("somebody waits");
    });
    dropped.recv_timeout(Duration::from_secs(20)).expect("the drop does not wait for the pause");
    let mut rest = Vec::new();
    for stream in [&mut idle, &mut stalled] {
        let _ = stream.read_to_end(&mut rest); // end or reset: closed either way
    }
    assert!(rest.is_empty());
    assert!(TcpStream::connect(address).is_err(), "nobody listens any more");
}

#[test]
fn a_port_that_is_taken_is_an_error() {
    let server = echo();
    let error = FixtureServer::start_on(server.addr().port(), |_: &Request| Response::new(200)).expect_err("taken");
    assert!(error.to_string().contains(&server.addr().to_string()), "{error}");
}
