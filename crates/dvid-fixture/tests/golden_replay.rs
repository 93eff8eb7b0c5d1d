//! Every recorded answer comes back over a real socket, byte for byte.

mod common;

use std::collections::BTreeMap;
use std::io::Write as _;

use common::{captures, client, committed, get, is_named, send};
use dvid_fixture::FixtureServer;
use dvid_fixture::replay::{Case, Replay, ReplayState};

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

const STATES: [ReplayState; 3] = [ReplayState::Loaded, ReplayState::Throttled, ReplayState::Writes];

fn check(base: &str, case: &Case) {
    let request = case.request().expect("the request");
    let answer = send(&client(), base, &request).unwrap_or_else(|error| panic!("{}: {error}", case.id()));
    assert_eq!(answer.status, case.status(), "{}", case.id());
    for name in ["Content-Type", "Content-Encoding", "Content-Length", "Content-Range", "Location"] {
        assert_eq!(answer.header(name), case.response_header(name), "{}: {name}", case.id());
    }
    let chunked = answer.header("Transfer-Encoding") == Some("chunked");
    assert_eq!(chunked, case.is_chunked(), "{}: framing", case.id());
    assert!(answer.body == case.body().expect("the body"), "{}: the body differs", case.id());
}

#[test]
fn golden_replay() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for state in STATES {
        let Some(replay) = captures() else { return };
        let replay = replay.with_state(state);
        let mut cases: Vec<Case> = replay.cases().iter().filter(|case| case.state() == state).cloned().collect();
        cases.sort_by_key(Case::seq);
        let server = FixtureServer::start(replay).expect("a server");
        for case in &cases {
            check(&server.url(), case);
            *counts.entry(case.group().to_owned()).or_default() += 1;
        }
    }
    let Some(replay) = captures() else { return };
    let total: usize = counts.values().sum();
    assert_eq!(total, replay.cases().len(), "every case has one of the known states");
    tell!("golden dvid: {total} answers replayed: {counts:?}");
    tell!("golden dvid: {} left out, their third-party files are not here", replay.left_out().len());
}

#[test]
fn golden_what_was_not_recorded_is_refused_in_the_servers_words() {
    // What is refused how depends on what was recorded, so this is about the recordings of this repository.
    let replay = Replay::open(committed("dvid")).expect("the captures");
    let info =
        replay.cases().iter().find(|case| case.path().ends_with("/info") && case.path().starts_with("/api/node/"));
    let path = info.expect("an info").path().to_owned();
    let [_, _, _, root, instance, _] = path.split('/').collect::<Vec<_>>()[..] else { panic!("{path}") };
    let server = FixtureServer::start(replay).expect("a server");
    let cases = [
        (
            "/api/node/zzzz/gray/info".to_owned(),
            400,
            "could not find UUID with partial match to zzzz (/api/node/zzzz/gray/info).\n",
        ),
        (format!("/api/node/{root}/nosuch/raw/x"), 400, "invalid data instance name (/api/node/"),
        (format!("/api/node/{root}/{instance}/never/recorded"), 400, "Bad API call (/api/node/"),
        (format!("/api/node/{root}/never_recorded"), 404, "404 page not found\n"),
        ("/api/nothing".to_owned(), 404, "404 page not found\n"),
        ("/api//nothing?a=b".to_owned(), 301, "<a href=\"/api/nothing?a=b\">Moved Permanently</a>."),
    ];
    for (target, status, words) in cases {
        let answer = get(&server.url(), &target);
        assert_eq!((answer.status, answer.header("X-Fixture")), (status, Some("not captured")), "{target}");
        assert!(answer.text().starts_with(words), "{target}: {}", answer.text());
    }
}

#[test]
fn golden_a_json_body_is_compared_by_value() {
    let Some(replay) = captures() else { return };
    let asks_with_json = |case: &&Case| {
        let request = case.request().expect("the request");
        case.state() == ReplayState::Loaded
            && request.method() == "GET"
            && request.body().starts_with(b"[")
            && case.status() == 200
    };
    let case = replay.cases().iter().find(asks_with_json).cloned();
    let Some(case) = case else { return assert!(is_named(), "no GET with a JSON body was recorded") };
    let request = case.request().expect("the request");
    let spaced = String::from_utf8(request.body().to_vec()).expect("JSON").replace(',', " ,\n ");
    let server = FixtureServer::start(replay).expect("a server");
    let answer = send(&client(), &server.url(), &request.clone().with_body(spaced)).expect("an answer");
    assert_eq!(answer.body, case.body().expect("the body"));
}
