//! What the server remembers about its requests, for tests to look at.

use std::collections::VecDeque;
use std::fmt;
use std::sync::Mutex;

use crate::http::Request;
use crate::sync::lock;

pub(super) const CAPACITY: usize = 1 << 16;

/// Verb, path and query of a request.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RequestLine {
    /// The verb.
    pub method: String,
    /// Path and query as sent.
    pub target: String,
}

impl fmt::Display for RequestLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.target)
    }
}

#[derive(Debug, Default)]
struct State {
    lines: VecDeque<RequestLine>,
    count: u64,
    connections: u64,
    in_flight: usize,
    peak: usize,
}

#[derive(Debug, Default)]
pub(super) struct Log {
    state: Mutex<State>,
}

impl Log {
    /// Notes a request as being answered until the guard is dropped.
    pub(super) fn begin(&self, request: &Request) -> InFlight<'_> {
        let mut state = lock(&self.state);
        if state.lines.len() == CAPACITY {
            state.lines.pop_front();
        }
        let (method, target) = (request.method().to_owned(), request.target().to_owned());
        state.lines.push_back(RequestLine { method, target });
        state.count += 1;
        state.in_flight += 1;
        state.peak = state.peak.max(state.in_flight);
        InFlight { log: self }
    }

    pub(super) fn connected(&self) {
        lock(&self.state).connections += 1;
    }

    pub(super) fn lines(&self) -> Vec<RequestLine> {
        lock(&self.state).lines.iter().cloned().collect()
    }

    pub(super) fn count(&self) -> u64 {
        lock(&self.state).count
    }

    pub(super) fn connections(&self) -> u64 {
        lock(&self.state).connections
    }

    pub(super) fn peak(&self) -> usize {
        lock(&self.state).peak
    }
}

/// A request that is being answered.
pub(super) struct InFlight<'a> {
    log: &'a Log,
}

impl Drop for InFlight<'_> {
    fn drop(&mut self) {
        lock(&self.log.state).in_flight -= 1;
    }
}
