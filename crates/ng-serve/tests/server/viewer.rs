//! A viewer from a folder, as a browser asks for it and as nobody should.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use ng_serve::{Error, Running, ServeOptions, serve};
use tempfile::TempDir;

use crate::arrays::{image, one};
use crate::client::{Answer, ask_at, get, root, send_with};

const PAGE: &str = "<!doctype html><script src=\"main.js\"></script>";
const SECRET: &str = "the secret of another folder";

/// A folder with a client, beside one with a secret.
fn folders() -> TempDir {
    let folders = tempfile::tempdir().expect("a folder");
    let write = |name: &str, text: &str| fs::write(folders.path().join(name), text).expect("a file");
    fs::create_dir_all(folders.path().join("client/parts")).expect("folders");
    write("secret.txt", SECRET);
    write("client/index.html", PAGE);
    write("client/main.js", &"let viewer = 1;\n".repeat(1000));
    write("client/parts/decoder.wasm", "\0asm");
    write("client/a b.css", "body {}");
    folders
}

fn with_viewer(folders: &TempDir) -> Running {
    let options = ServeOptions::default().with_viewer_files(folders.path().join("client"));
    one(image((70, 70, 70)), &options)
}

/// `/v/TOKEN`, `/events/TOKEN` or `/state/TOKEN`, and what is behind it.
fn path(server: &Running, first: &str, rest: &str) -> String {
    format!("/{first}{}{rest}", root(server))
}

fn file(server: &Running, name: &str, headers: &[(&str, &str)]) -> Answer {
    ask_at(server, "GET", &path(server, "v", &format!("/{name}")), headers)
}

fn post(server: &Running, body: &str) -> Answer {
    let headers = [("Content-Length", body.len().to_string())];
    let headers = headers.each_ref().map(|(name, value)| (*name, value.as_str()));
    crate::client::receive(send_with(server.address(), "POST", &path(server, "state", ""), &headers, body))
}

#[test]
fn the_link_opens_a_page_of_the_server_with_the_state_of_the_server() {
    let folders = folders();
    let server = with_viewer(&folders);
    let (page, state) = server.link().split_once("#!").expect("a fragment");
    assert_eq!(page, format!("http://{}{}", server.address(), path(&server, "v", "/")));
    assert_eq!(state, format!("{}/state.json", server.url()));
    assert_eq!(file(&server, "", &[]).text(), PAGE);
    assert!(get(&server, "").text().contains(server.link()), "the list of volumes links to the same page");
}

#[test]
fn files_come_as_what_they_are_and_only_once() {
    let folders = folders();
    let server = with_viewer(&folders);
    for (name, media_type) in [
        ("index.html", "text/html; charset=utf-8"),
        ("main.js", "text/javascript; charset=utf-8"),
        ("parts/decoder.wasm", "application/wasm"),
        ("a%20b.css", "text/css; charset=utf-8"),
    ] {
        let packed = file(&server, name, &[("Accept-Encoding", "gzip")]);
        assert_eq!((packed.status, packed.header("content-type")), (200, Some(media_type)), "{name}");
        assert_eq!(packed.header("x-content-type-options"), Some("nosniff"));
        assert_eq!(packed.header("referrer-policy"), Some("no-referrer"), "the address of the page has the token");
        assert_eq!(packed.header("content-encoding").is_some(), name == "main.js", "{name}");
        let plain = file(&server, name, &[]);
        assert_eq!(packed.decoded(), plain.body, "{name}");
        let head = ask_at(&server, "HEAD", &path(&server, "v", &format!("/{name}")), &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        assert_eq!(head.header("content-length"), plain.header("content-length"));
        let known = [("If-None-Match", plain.header("etag").expect("a tag"))];
        assert_eq!(file(&server, name, &known).status, 304, "{name}");
    }
    let icon = ask_at(&server, "GET", "/favicon.ico", &[]);
    assert_eq!((icon.status, icon.body.len()), (204, 0), "there is none, and consoles need not say so");
    let redirect = ask_at(&server, "GET", &path(&server, "v", "?a=b"), &[]);
    assert_eq!((redirect.status, redirect.header("location")), (308, Some(&*format!("{}/?a=b", &root(&server)[1..]))));
}

#[test]
fn nothing_but_the_folder_is_served() {
    let folders = folders();
    #[cfg(unix)]
    {
        use std::os::unix::fs::symlink;
        let client = folders.path().join("client");
        symlink(folders.path().join("secret.txt"), client.join("out.txt")).expect("a link out");
        symlink(folders.path(), client.join("up")).expect("a link to a folder");
        symlink(client.join("main.js"), client.join("in.js")).expect("a link inside");
    }
    let server = with_viewer(&folders);
    #[cfg(unix)]
    assert_eq!(file(&server, "in.js", &[]).body, file(&server, "main.js", &[]).body);
    let absolute = folders.path().join("secret.txt");
    let absolute = absolute.to_str().expect("text");
    for name in [
        "../secret.txt",
        "..%2fsecret.txt",
        "%2e%2e/secret.txt",
        "%2E%2E%2Fsecret.txt",
        "%252e%252e/secret.txt",
        "..\\secret.txt",
        "..%5csecret.txt",
        "parts/../../secret.txt",
        "parts/../main.js",
        "./main.js",
        "/main.js",
        "//main.js",
        "main.js/",
        "main.js%00",
        "main.js%00.txt",
        "%00",
        "parts",
        "parts/",
        "parts%2Fdecoder.wasm",
        "out.txt",
        "up/secret.txt",
        "MAIN.JS",
        "file:///etc/passwd",
        "%ff",
        "%",
        absolute,
    ] {
        let answer = file(&server, name, &[]);
        assert_eq!(answer.status, 404, "{name}");
        assert!(!answer.text().contains(SECRET), "{name}");
    }
    let token = root(&server);
    for path in ["/v/", "/v", "/v/x/", "/v/x/main.js", "/main.js", "/events/x", "/state/x", "/events", "/v/../main.js"]
    {
        let answer = ask_at(&server, "GET", path, &[]);
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.text().contains(&token[1..]), "the token is told to nobody: {path}");
    }
    assert_eq!(server.stats().failed, 0);
}

#[test]
fn pages_of_the_viewer_are_read_and_states_are_posted() {
    let folders = folders();
    let server = with_viewer(&folders);
    for (first, rest, allowed) in
        [("v", "/main.js", "GET, HEAD, OPTIONS"), ("events", "", "GET, HEAD, OPTIONS"), ("state", "", "POST, OPTIONS")]
    {
        for method in ["PUT", "DELETE", if first == "state" { "GET" } else { "POST" }] {
            let answer = ask_at(&server, method, &path(&server, first, rest), &[]);
            assert_eq!((answer.status, answer.header("allow")), (405, Some(allowed)), "{method} {first}");
        }
        assert_eq!(ask_at(&server, "OPTIONS", &path(&server, first, rest), &[]).status, 204);
    }
}

/// The events of one page, line by line.
struct Events(BufReader<TcpStream>);

impl Events {
    fn of(server: &Running, query: &str) -> Self {
        let path = path(server, "events", &format!("?{query}"));
        let mut lines = Self(BufReader::new(crate::client::send(server.address(), "GET", &path, &[])));
        assert!(lines.line().starts_with("HTTP/1.1 200"));
        let mut head = Vec::new();
        while head.last().is_none_or(|line: &String| !line.is_empty()) {
            head.push(lines.line().to_lowercase());
        }
        assert!(head.contains(&"content-type: text/event-stream".to_owned()), "{head:?}");
        lines
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.0.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    /// The next message, past comments and the frames of the transfer.
    fn message(&mut self) -> serde_json::Value {
        loop {
            let line = self.line();
            if let Some(data) = line.strip_prefix("data: ") {
                return serde_json::from_str(data).expect("JSON");
            }
        }
    }
}

#[test]
fn pages_without_a_state_of_their_own_share_one() {
    let folders = folders();
    let server = with_viewer(&folders);
    let mut first = Events::of(&server, "c=one&gc=&gs=");
    let shown = first.message();
    assert_eq!(shown["k"], "s");
    let published: serde_json::Value = serde_json::from_slice(&get(&server, "state.json").body).expect("JSON");
    assert_eq!(shown["s"], published);
    let generation = shown["g"].as_str().expect("a generation").to_owned();

    let mut second = Events::of(&server, "c=two&gc=&gs=");
    assert_eq!(second.message(), shown);
    let change = serde_json::json!({"s": {"title": "moved"}, "g": 7, "pg": generation, "c": "one"}).to_string();
    let taken = post(&server, &change);
    assert_eq!((taken.status, taken.text()), (200, r#"{"g":"one/7"}"#));
    let expected = serde_json::json!({"k": "s", "s": {"title": "moved"}, "g": "one/7"});
    assert_eq!(second.message(), expected, "the other page hears of it");
    assert_eq!(post(&server, &change).status, 412, "it was made from a state that is no longer the newest");
    let mut late = Events::of(&server, "c=three&gs=");
    assert_eq!(late.message(), expected);

    // Whoever made a change or has it already is not told.
    let mut again = Events::of(&server, "c=two&gs=one%2F7");
    let answer = serde_json::json!({"s": {"title": "back"}, "g": 1, "pg": "one/7", "c": "two"}).to_string();
    assert_eq!(post(&server, &answer).status, 200);
    let last = serde_json::json!({"s": {"title": "last"}, "g": 8, "pg": "two/1", "c": "one"}).to_string();
    assert_eq!(post(&server, &last).status, 200);
    assert_eq!(again.message()["s"]["title"], "last");
    assert_eq!(first.message()["s"]["title"], "back");
}

#[test]
fn what_is_no_change_is_refused() {
    let folders = folders();
    let server = with_viewer(&folders);
    for body in ["", "{}", "[]", "null", "{\"s\": {}}", r#"{"s":[],"g":1,"pg":"server/0","c":"a"}"#, "\u{0}"] {
        assert_eq!(post(&server, body).status, 400, "{body}");
    }
    let mut long = crate::client::send_with(
        server.address(),
        "POST",
        &path(&server, "state", ""),
        &[("Content-Length", "99999999999")],
        "{",
    );
    long.shutdown(std::net::Shutdown::Write).expect("an end");
    let mut answer = String::new();
    long.read_to_string(&mut answer).expect("an answer");
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert_eq!(Events::of(&server, "c=a&gs=").message()["g"], "server/0");
}

#[test]
fn pages_that_look_on_do_not_keep_the_server_from_stopping() {
    let folders = folders();
    let server = with_viewer(&folders);
    let mut with_state = Events::of(&server, "c=one&gc=");
    let mut without = Events::of(&server, "c=two&gs=");
    without.message();
    let mut idle = TcpStream::connect(server.address()).expect("a server");
    idle.write_all(b"GET /").expect("half a request");
    let start = std::time::Instant::now();
    server.stop();
    for events in [&mut with_state, &mut without] {
        let mut rest = String::new();
        events.0.read_to_string(&mut rest).expect("an orderly end");
        assert!(rest.ends_with("0\r\n\r\n"), "the stream is complete: {rest:?}");
        assert!(!rest.contains("data:"), "whoever asked for no state gets none: {rest:?}");
    }
    // Only told: nothing here depends on it.
    println!("stopped after {:?}", start.elapsed());
}

#[test]
fn a_folder_without_a_page_and_a_token_that_is_a_path_are_refused_at_the_start() {
    let folders = folders();
    let start = |options: &ServeOptions| {
        let array = std::sync::Arc::new(image((8, 8, 8)));
        serve(vec![("a".to_owned(), array as _)], options).map(|_| ())
    };
    for (folder, reason) in [("client/parts", "index.html"), ("nowhere", "No such file"), ("secret.txt", "index.html")]
    {
        let options = ServeOptions::default().with_viewer_files(folders.path().join(folder));
        let error = start(&options).expect_err("no viewer");
        let text = error.to_string();
        assert!(matches!(error, Error::NoViewer { .. }) && text.contains(reason) && text.contains(folder), "{text}");
    }
    for token in ["v", "events", "state"] {
        let error = start(&ServeOptions::default().with_token(token)).expect_err("a path of the viewer");
        assert!(matches!(error, Error::BadOption { option: "token", .. }), "{error}");
    }
}

#[test]
fn without_a_folder_there_are_no_pages() {
    let server = one(image((8, 8, 8)), &ServeOptions::default());
    for first in ["v", "events", "state"] {
        assert_eq!(ask_at(&server, "GET", &path(&server, first, "/"), &[]).status, 404);
        assert_eq!(ask_at(&server, "GET", &path(&server, first, ""), &[]).status, 404);
    }
    assert!(server.link().starts_with(ng_serve::ng_layer::PUBLIC_VIEWER));
    assert_eq!(server.stats().refused, 6);
}

#[test]
fn the_viewer_begins_at_a_region() {
    use ng_serve::array_core::Roi;
    let region = Roi::new([80, 160, 240], [16, 80, 160]).expect("a region");
    let server = one(image((70, 70, 70)), &ServeOptions::default().with_region(region));
    assert_eq!(server.state().position().expect("a position"), Some(vec![40.5, 25.5, 11.5]));
}
