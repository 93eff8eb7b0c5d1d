//! Replays recorded answers of a real DVID server.
//!
//! A folder of captures holds `cases.json` (a list of requests with their answers) and the bodies beside it. A request is
//! found by verb, path with query, `Range` header and body (JSON bodies by value); who asks (`u` and `app` of the query) does
//! not matter. What was not recorded is refused with the words of the real server and a header `X-Fixture: not captured`.

mod case;
mod unknown;

use std::collections::HashMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

pub use case::{Case, ReplayState};

use crate::http::{Request, Response};
use crate::server::Handler;
use crate::versions::Repos;
use crate::{Error, Result};
use unknown::unknown;

/// What tells requests apart.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Key {
    state: ReplayState,
    method: String,
    target: String,
    range: Option<String>,
    body: Vec<u8>,
}

/// The answers to one request, in order.
#[derive(Debug, Default)]
struct Answers {
    cases: Vec<usize>,
    served: AtomicUsize,
}

/// A [`Handler`] that gives recorded answers.
#[derive(Debug)]
pub struct Replay {
    cases: Vec<Case>,
    left_out: Vec<String>,
    answers: HashMap<Key, Answers>,
    state: ReplayState,
    repos: Repos,
}

impl Replay {
    /// Reads the captures of a folder. The server that replays them is in the state [`ReplayState::Loaded`].
    ///
    /// Cases of group `real` (third-party samples) whose files are not there are left out, see [`Replay::left_out`].
    ///
    /// # Errors
    ///
    /// [`Error::Read`], [`Error::Captures`] for a list that cannot be understood, [`Error::BodyMissing`].
    pub fn open(folder: impl AsRef<Path>) -> Result<Self> {
        let (cases, left_out) = case::load(folder.as_ref())?;
        let mut order: Vec<usize> = (0..cases.len()).collect();
        order.sort_by_key(|index| cases[*index].seq());
        let mut answers: HashMap<Key, Answers> = HashMap::new();
        for index in order {
            let case = &cases[index];
            let request = case.request()?;
            answers.entry(Key::new(case.state(), &request)).or_default().cases.push(index);
        }
        let repos = known_repos(&cases)?;
        Ok(Self { cases, left_out, answers, state: ReplayState::Loaded, repos })
    }

    /// The same captures, answered in another state. What was not recorded there is answered as in
    /// [`ReplayState::Loaded`].
    pub fn with_state(self, state: ReplayState) -> Self {
        Self { state, ..self }
    }

    /// All cases that can be answered.
    pub fn cases(&self) -> &[Case] {
        &self.cases
    }

    /// Names of the cases of third-party samples whose files are not in the folder.
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    fn find(&self, request: &Request) -> Option<&Case> {
        let states = [self.state, ReplayState::Loaded];
        let answers = states.iter().find_map(|state| self.answers.get(&Key::new(*state, request)))?;
        // Where a request has several answers, they come one after the other; the last one stays.
        let turn = answers.served.fetch_add(1, Ordering::Relaxed).min(answers.cases.len() - 1);
        Some(&self.cases[answers.cases[turn]])
    }
}

impl Handler for Replay {
    fn handle(&self, request: &Request) -> Response {
        match self.find(request) {
            None => unknown(request, &self.repos).with_header("X-Fixture", "not captured"),
            Some(case) => case.response().unwrap_or_else(|error| Response::text(500, &error.to_string())),
        }
    }
}

impl Key {
    fn new(state: ReplayState, request: &Request) -> Self {
        Self {
            state,
            method: request.method().to_owned(),
            target: anonymous(request.target()),
            range: request.header("Range").map(str::to_owned),
            body: canonical(request.body()),
        }
    }
}

/// A target without the parameters that only say who asks: clients send them with every request.
fn anonymous(target: &str) -> String {
    let Some((path, query)) = target.split_once('?') else { return target.to_owned() };
    let says_who = |parameter: &&str| !matches!(parameter.split_once('='), Some(("u" | "app", _)));
    let query: Vec<&str> = query.split('&').filter(says_who).collect();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{}", query.join("&")) }
}

/// JSON without the freedom of its notation; anything else as it is.
fn canonical(body: &[u8]) -> Vec<u8> {
    match serde_json::from_slice::<serde_json::Value>(body) {
        Ok(value) => value.to_string().into_bytes(),
        Err(_) => body.to_vec(),
    }
}

/// The repos by the recorded `/api/repos/info`; none if it was not recorded.
fn known_repos(cases: &[Case]) -> Result<Repos> {
    let info = cases.iter().find(|case| case.state() == ReplayState::Loaded && case.path() == "/api/repos/info");
    let Some(case) = info else { return Ok(Repos::default()) };
    let info = serde_json::from_slice(&case.body()?)
        .map_err(|error| Error::Captures { path: case.body_path(), detail: error.to_string() })?;
    Ok(Repos::from_info(&info))
}

#[cfg(test)]
mod tests {
    use super::anonymous;

    #[test]
    fn who_asks_does_not_matter() {
        assert_eq!(anonymous("/a?u=me&scale=1&app=voxscope"), "/a?scale=1");
        assert_eq!(anonymous("/a?app=voxscope"), "/a");
        assert_eq!(anonymous("/a?menu=u&apple=1"), "/a?menu=u&apple=1");
    }
}
