use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use array_core::ReadContext;

use crate::error::Asked;
use crate::{Error, Result};

/// How often something that waits looks whether it should go on.
pub(crate) const POLL: Duration = Duration::from_millis(20);

/// What may stop a request: the caller's context, and the failure of another request of the same read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Control<'a> {
    cx: &'a ReadContext,
    stop: Option<&'a AtomicBool>,
}

impl<'a> Control<'a> {
    pub(crate) fn new(cx: &'a ReadContext) -> Self {
        Self { cx, stop: None }
    }

    pub(crate) fn with_stop(self, stop: &'a AtomicBool) -> Self {
        Self { stop: Some(stop), ..self }
    }

    /// Whether to go on.
    pub(crate) fn check(&self) -> Result<()> {
        if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
            return Err(Error::Cancelled);
        }
        self.cx.check().map_err(|error| match error {
            array_core::Error::DeadlineExceeded => Error::DeadlineExceeded { asked: Asked::default() },
            _ => Error::Cancelled,
        })
    }

    /// Whether somebody may stop the request from outside before its deadline.
    pub(crate) fn can_be_stopped(&self) -> bool {
        self.stop.is_some() || self.cx.cancel_token().is_some()
    }

    /// Time left until the deadline.
    pub(crate) fn time_left(&self) -> Option<Duration> {
        self.cx.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()))
    }

    /// Sleeps, but wakes up to stop.
    pub(crate) fn sleep(&self, duration: Duration) -> Result<()> {
        let end = Instant::now() + duration;
        loop {
            self.check()?;
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(POLL));
        }
    }
}
