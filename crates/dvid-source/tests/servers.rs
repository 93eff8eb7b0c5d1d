//! Servers that are not there, that say no, that stand behind something else, or that are none.

mod common;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use array_core::ndarray::Array3;
use array_core::{Array, ArrayRef, MemoryArray, ReadContext, VoxelBox};
use dvid_fixture::replay::Replay;
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{Fault, FaultRule, FixtureServer, Handler, Request, Response};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Missing, Proxy, RetryPolicy, fetch_info};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

fn gray() -> ArrayRef {
    let voxels = Array3::from_shape_fn((32, 32, 32), |(z, y, x)| (x ^ (3 * y) ^ (7 * z)) as u8);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap())
}

fn quick() -> ClientOptions {
    let retry =
        RetryPolicy::default().with_first_wait(Duration::from_millis(1)).with_max_wait(Duration::from_millis(4));
    ClientOptions::default().with_retry(retry)
}

fn tries(error: &Error) -> u32 {
    error.asked().unwrap_or_else(|| panic!("{error}")).tries
}

#[test]
fn a_server_that_is_not_there() {
    // A port that was free a moment ago.
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let client = DvidClient::with_options(&format!("127.0.0.1:{port}"), &quick()).unwrap();
    let error = client.fetch_info(ROOT, "gray").unwrap_err();
    assert!(matches!(error, Error::Transport { connecting: true, .. }), "{error:?}");
    let text = error.to_string();
    assert!(
        text.starts_with("cannot reach the server: ") && text.contains(&format!("http://127.0.0.1:{port}/api/")),
        "{text}"
    );
    assert!(text.ends_with("asked 3 times]"), "{text}");
    // Opening does not go on asking for something else after that.
    let error = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default()).unwrap_err();
    assert!(error.to_string().contains("/status, asked 3 times]"), "{error}");
}

#[test]
fn a_name_that_nobody_knows() {
    let options = quick().with_proxy(Proxy::Direct);
    let error = DvidClient::with_options("dvid.invalid:8000", &options).unwrap().fetch_info(ROOT, "gray").unwrap_err();
    assert!(matches!(error, Error::Transport { connecting: true, .. }) && tries(&error) == 3, "{error:?}");
    assert!(error.to_string().starts_with("cannot reach the server: "), "{error}");
}

#[test]
fn an_address_of_ipv6() {
    // Not every machine has one.
    let Ok(listener) = TcpListener::bind("[::1]:0") else { return };
    let address = listener.local_addr().unwrap().to_string();
    let answering = std::thread::spawn(move || {
        let stream = listener.accept().unwrap().0;
        let lines = BufReader::new(&stream).lines().map(|line| line.unwrap());
        let head: Vec<_> = lines.take_while(|line| !line.is_empty()).collect();
        (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno").unwrap();
        head
    });
    let client = DvidClient::with_options(&address, &quick()).unwrap();
    assert_eq!(client.server(), format!("http://{address}"));
    let error = client.fetch_info(ROOT, "gray").unwrap_err();
    assert!(matches!(&error, Error::BadRequest { message, .. } if message == "no"), "{error:?}");
    let head = answering.join().unwrap();
    assert!(head.iter().any(|line| line.eq_ignore_ascii_case(&format!("host: {address}"))), "{head:?}");
}

#[test]
fn https_needs_its_feature_when_it_is_used() {
    let client = DvidClient::new("https://127.0.0.1:1").unwrap();
    let error = client.fetch_info(ROOT, "gray").unwrap_err();
    if cfg!(feature = "https") {
        assert!(matches!(error, Error::Transport { .. }), "{error}");
    } else {
        assert!(matches!(error, Error::NotBuilt { feature: "https", .. }), "{error}");
    }
}

/// The recorded server.
fn recorded() -> (FixtureServer, DvidClient) {
    let server = FixtureServer::start(Replay::open(common::committed()).unwrap());
    let server = server.unwrap();
    let client = DvidClient::with_options(&server.url(), &quick()).unwrap();
    (server, client)
}

#[test]
fn golden_names_that_do_not_exist_are_refused_in_the_words_of_the_server() {
    let (_server, client) = recorded();
    let root = "5e1d0a61adcd1f7a03104f50cfd704be";
    let error =
        |uuid: &str, instance: &str| DvidArray::open(&client, uuid, instance, &DvidOptions::default()).unwrap_err();
    let missing = |error: Error, what: Missing, words: &str| match error {
        Error::NotFound { what: found, message, .. } => assert!(found == what && message.contains(words), "{message}"),
        other => panic!("{other}"),
    };
    missing(error("zzz", "gray"), Missing::Uuid, "could not find UUID with partial match to zzz");
    missing(error(&root.to_uppercase(), "gray"), Missing::Uuid, "could not find UUID");
    missing(error(&format!("{root}:nosuch"), "gray"), Missing::Branch, "branch \"nosuch\" not found");
    missing(error(":master", "gray"), Missing::Uuid, "more than one repo exists");
    missing(error(root, "nosuch"), Missing::Instance, "invalid data instance name");
    missing(error(root, "other"), Missing::Instance, "invalid data instance name");
    let ambiguous = error("5e1d", "gray");
    assert!(matches!(ambiguous, Error::Ambiguous { .. }), "{ambiguous}");
    assert_eq!(tries(&ambiguous), 1, "asking again would not help");
    for (instance, word) in
        [("multi", "`multichan16`"), ("meta", "key_value"), ("points", "annotations"), ("lsz", "`labelsz`")]
    {
        let text = error(root, instance).to_string();
        assert!(text.contains(word), "{text}");
    }
}

#[test]
fn golden_versions_are_resolved() {
    let (_server, client) = recorded();
    let resolved = |reference: &str| client.resolve(reference).map(|node| (node.uuid, node.locked)).unwrap();
    let root = "5e1d0a61adcd1f7a03104f50cfd704be";
    let leaf = ("5e1d2f5eecb5b94a90f4d553598233ac".to_owned(), Some(false));
    assert_eq!(resolved(root), (root.to_owned(), Some(true)), "a whole UUID needs no list of versions");
    assert_eq!(resolved("5e1d0a"), (root.to_owned(), Some(true)));
    assert_eq!(resolved("5e1d0a:master"), leaf);
    assert_eq!(resolved("5e1d1a:master"), leaf, "any version of the repository will do");
    assert_eq!(resolved("5e1d0a61:work").1, Some(false));
    let array = DvidArray::open(&client, "5e1d1a", "seg", &DvidOptions::default()).unwrap();
    assert_eq!((array.source().uuid.as_str(), array.scales().len()), ("5e1d1a315f37ae15892d15d74e412574", 3));
    let empty = DvidArray::open(&client, root, "seg_empty", &DvidOptions::default()).unwrap();
    assert!(empty.meta().voxel_box().is_empty(), "nothing was written");
}

#[test]
fn questions_have_a_deadline() {
    let (server, client) = recorded();
    server.inject(FaultRule::new("/api/", Fault::StallBeforeHead(Duration::from_mins(1))).always());
    let late = || ReadContext::default().with_deadline(Instant::now() + Duration::from_millis(50));
    let around = VoxelBox::new([0; 3], [8; 3]).unwrap();
    let failures = [
        client.within(&late()).resolve(":master").err(),
        client.within(&late()).fetch_info(ROOT, "gray").err(),
        client.within(&late()).region_of_interest(ROOT, "mask").err(),
        client.within(&late()).key_value(ROOT, "meta", "attrs").err(),
        client.within(&late()).keys(ROOT, "meta").err(),
        client.within(&late()).annotations(ROOT, "points", &around).err(),
    ];
    for failure in failures {
        assert!(matches!(failure, Some(Error::DeadlineExceeded { .. })), "{failure:?}");
    }
}

#[test]
fn a_server_that_panics_is_asked_once_more() {
    let service = |request: &Request| match request.path().rsplit('/').next() {
        Some("status") => Response::new(200).with_body(*b"{}"),
        _ => Response::text(500, "Panic detected on request x:\nruntime error"),
    };
    let server = FixtureServer::start(service).unwrap();
    let client = DvidClient::with_options(&server.url(), &quick()).unwrap();
    let error = DvidArray::open(&client, ROOT, "gray", &DvidOptions::default()).unwrap_err();
    assert!(matches!(error, Error::Server { status: 500, .. }) && tries(&error) == 2, "{error}");
}

#[test]
fn secrets_are_sent_but_not_shown() {
    let options =
        quick().with_admin_token("hush&hush").with_header("X-Token", "psst").with_user("some one").with_app("test");
    let server = FixtureServer::start(|request: &Request| {
        assert_eq!(request.query("admintoken").as_deref(), Some("hush&hush"));
        assert_eq!((request.query("u").as_deref(), request.query("app").as_deref()), (Some("some one"), Some("test")));
        assert_eq!(request.header("X-Token"), Some("psst"));
        Response::text(400, "no")
    })
    .unwrap();
    let client = DvidClient::with_options(&server.url(), &options).unwrap();
    let error = client.fetch_info(ROOT, "gray").unwrap_err();
    assert!(matches!(error, Error::BadRequest { .. }), "{error}");
    for shown in
        [format!("{error} {error:?}"), format!("{client:?} {options:?}"), serde_json::to_string(&options).unwrap()]
    {
        assert!(!shown.contains("hush") && !shown.contains("psst"), "{shown}");
    }
}

#[test]
fn a_server_may_stand_behind_a_path_or_a_proxy() {
    let service = DvidService::new(Some(gray()), None, &ServeOptions::default().with_names("gray", "seg")).unwrap();
    let server = FixtureServer::start(move |request: &Request| match request.target().strip_prefix("/some/path") {
        Some(target) => service.handle(&Request::new(request.method(), target)),
        None => Response::text(404, "404 page not found"),
    })
    .unwrap();
    let info = fetch_info(&format!("{}/some//path/", server.url()), ROOT, "gray").unwrap();
    assert_eq!(info.name(), "gray");
    let error = fetch_info(&server.url(), ROOT, "gray").unwrap_err();
    assert!(matches!(error, Error::NotFound { what: Missing::Address, .. }), "{error}");

    let (proxy, address) = tunnel();
    let client =
        DvidClient::with_options("http://dvid.invalid:8000", &quick().with_proxy(Proxy::Url(address))).unwrap();
    let error = client.fetch_info(ROOT, "gray").unwrap_err();
    assert!(matches!(&error, Error::BadRequest { message, .. } if message == "tunnelled"), "{error:?}");
    assert_eq!(proxy.join().unwrap(), "CONNECT dvid.invalid:8000 HTTP/1.1");
    let bad = DvidClient::with_options("host", &quick().with_proxy(Proxy::Url("no proxy".to_owned()))).unwrap_err();
    assert!(matches!(bad, Error::BadOption { option: "proxy", .. }), "{bad}");
}

/// A proxy for one connection, which plays the server behind it as well; gives the first line that it was sent.
fn tunnel() -> (JoinHandle<String>, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let serve = move || {
        let stream = listener.accept().unwrap().0;
        let mut reader = BufReader::new(&stream);
        let mut head = || {
            let lines = reader.by_ref().lines().map(|line| line.unwrap()).take_while(|line| !line.is_empty());
            lines.collect::<Vec<_>>()
        };
        let first = head().swap_remove(0);
        (&stream).write_all(b"HTTP/1.1 200 OK\r\n\r\n").unwrap();
        assert!(head()[0].starts_with("GET /api/"));
        (&stream).write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 9\r\n\r\ntunnelled").unwrap();
        first
    };
    (std::thread::spawn(serve), address)
}

#[test]
fn what_answers_may_not_be_a_dvid_server() {
    for (body, kind) in
        [("<html>welcome</html>", "text/html"), ("welcome", "text/plain"), ("[1, 2]", "application/json")]
    {
        let answer = move |_: &Request| Response::new(200).with_header("Content-Type", kind).with_body(body);
        let server = FixtureServer::start(answer).unwrap();
        let error = DvidClient::with_options(&server.url(), &quick()).unwrap().fetch_info(ROOT, "gray").unwrap_err();
        assert!(matches!(error, Error::CorruptStream { .. } | Error::BadInfo { .. }), "{body}: {error:?}");
    }
}
