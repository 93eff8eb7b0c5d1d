//! Every recorded answer, through the fixture that replays it over a socket.

use std::collections::BTreeSet;

use dvid_fixture::FixtureServer;
use dvid_fixture::replay::{Case, Replay, ReplayState};

/// The cases whose answer came back byte for byte. Those of a state are asked for in the order of recording, since where
/// something is written the same request has several answers.
pub(crate) fn all() -> BTreeSet<String> {
    let mut right = BTreeSet::new();
    for state in [ReplayState::Loaded, ReplayState::Throttled, ReplayState::Writes] {
        let replay = Replay::open(super::folder()).unwrap().with_state(state);
        let mut cases: Vec<Case> = replay.cases().iter().filter(|case| case.state() == state).cloned().collect();
        cases.sort_by_key(Case::seq);
        let server = FixtureServer::start(replay).unwrap();
        let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
        let agent: ureq::Agent = config.max_redirects_will_error(false).build().into();
        for case in cases {
            let (status, body) = send(&agent, &server.url(), &case);
            assert_eq!(status, case.status(), "{}", case.id());
            assert!(body == case.body().unwrap(), "{}: another body", case.id());
            right.insert(case.id().to_owned());
        }
    }
    right
}

fn send(agent: &ureq::Agent, base: &str, case: &Case) -> (u16, Vec<u8>) {
    let asked = case.request().unwrap();
    let mut request = ureq::http::Request::builder().method(asked.method()).uri(format!("{base}{}", asked.target()));
    if let Some(range) = asked.header("Range") {
        request = request.header("Range", range);
    }
    let response = if asked.body().is_empty() && !["POST", "PUT"].contains(&asked.method()) {
        agent.run(request.body(()).unwrap())
    } else {
        let request = request.body(asked.body().to_vec()).unwrap();
        agent.run(agent.configure_request(request).allow_non_standard_methods(true).build())
    };
    let mut response = response.unwrap_or_else(|error| panic!("{}: {error}", case.id()));
    let body = response.body_mut().with_config().limit(u64::MAX).read_to_vec().unwrap();
    (response.status().as_u16(), body)
}
