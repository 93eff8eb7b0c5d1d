//! The limit on requests that ask to be throttled.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::refusal::{Refusal, Result};
use crate::http::Request;

/// Counts the throttled requests that are being answered.
#[derive(Debug)]
pub(super) struct Throttle {
    max: usize,
    running: Arc<AtomicUsize>,
}

/// One throttled request; dropped when it is answered.
#[derive(Debug)]
pub(super) struct Slot {
    running: Arc<AtomicUsize>,
}

impl Throttle {
    pub(super) fn new(max: usize) -> Self {
        Self { max, running: Arc::default() }
    }

    /// A slot for a request that asks to be throttled, `None` for any other.
    pub(super) fn enter(&self, request: &Request) -> Result<Option<Slot>> {
        if !matches!(request.query("throttle").as_deref(), Some("true" | "on")) {
            return Ok(None);
        }
        let before = self.running.fetch_add(1, Ordering::Relaxed);
        let slot = Slot { running: Arc::clone(&self.running) };
        if before < self.max {
            return Ok(Some(slot));
        }
        let max = self.max;
        Err(Refusal::Bare(503, format!("Server already running {before} throttled operations (max = {max})\n")))
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.running.fetch_sub(1, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_limit_is_for_requests_that_ask_for_it() {
        let throttle = Throttle::new(1);
        let enter = |target| throttle.enter(&Request::new("GET", target));
        let first = enter("/a?throttle=true").unwrap();
        assert!(first.is_some());
        let words = "Server already running 1 throttled operations (max = 1)\n".to_owned();
        assert_eq!(enter("/a?throttle=on").unwrap_err(), Refusal::Bare(503, words));
        assert!(enter("/a?throttle=1").unwrap().is_none(), "any other value is ignored");
        drop(first);
        assert!(enter("/a?throttle=on").unwrap().is_some());
    }
}
