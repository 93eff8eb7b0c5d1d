//! One load, the caller that does it, and those who wait for it.

use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::Cache;
use crate::{Error, ReadContext, Result};

/// How often a waiter looks whether it was cancelled: a cancel token is a flag that wakes nobody.
const LOOK_AGAIN: Duration = Duration::from_millis(10);

/// How a load ended.
#[derive(Clone)]
pub(super) enum Outcome<V> {
    Loaded(V),
    /// Of the source: it would tell the others the same.
    Failed(Error),
    /// By the caller's own end; says nothing about the value.
    Abandoned,
}

pub(super) struct Flight<V> {
    outcome: Mutex<Option<Outcome<V>>>,
    settled: Condvar,
}

impl<V> Default for Flight<V> {
    fn default() -> Self {
        Self { outcome: Mutex::new(None), settled: Condvar::new() }
    }
}

impl<V> Flight<V> {
    fn lock(&self) -> MutexGuard<'_, Option<Outcome<V>>> {
        self.outcome.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn settle(&self, outcome: Outcome<V>) {
        *self.lock() = Some(outcome);
        self.settled.notify_all();
    }
}

/// The duty to load a value that others may be waiting for.
///
/// Dropped without [`fulfil`](Self::fulfil) or [`fail`](Self::fail), also by a panic, it passes the duty on: those who wait
/// look again, and the first of them loads.
pub struct Loading<'a, K: Clone + Eq + Hash, V: Clone> {
    cache: &'a Cache<K, V>,
    key: K,
    /// Until it is settled.
    flight: Option<Arc<Flight<V>>>,
}

impl<'a, K: Clone + Eq + Hash, V: Clone> Loading<'a, K, V> {
    pub(super) fn new(cache: &'a Cache<K, V>, key: K, flight: Arc<Flight<V>>) -> Self {
        Self { cache, key, flight: Some(flight) }
    }

    /// What is to be loaded.
    pub fn key(&self) -> &K {
        &self.key
    }

    /// Hands the value to those who wait, and to the cache, which keeps it unless it is too large or was invalidated since
    /// the lookup.
    pub fn fulfil(mut self, value: V) -> V {
        self.land(Outcome::Loaded(value.clone()));
        value
    }

    /// Tells those who wait that the load failed, unless it failed because of the loader's own context `cx`: then one of them
    /// loads. Gives the error back.
    pub fn fail(mut self, error: Error, cx: &ReadContext) -> Error {
        // A source may have its own words for a deadline that it was given, so the context is asked too.
        let personal = matches!(error, Error::Cancelled | Error::DeadlineExceeded) || cx.check().is_err();
        self.land(if personal { Outcome::Abandoned } else { Outcome::Failed(error.clone()) });
        error
    }

    fn land(&mut self, outcome: Outcome<V>) {
        // Taken only afterwards: should weighing the value panic, the flight is still there to be abandoned.
        if let Some(flight) = self.flight.clone() {
            self.cache.land(&self.key, &flight, outcome);
            self.flight = None;
        }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Loading<'_, K, V> {
    fn drop(&mut self) {
        self.land(Outcome::Abandoned);
    }
}

impl<K: Clone + Eq + Hash + fmt::Debug, V: Clone> fmt::Debug for Loading<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loading").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A value that somebody else is loading.
pub struct Pending<V> {
    flight: Arc<Flight<V>>,
}

impl<V: Clone> Pending<V> {
    pub(super) fn new(flight: Arc<Flight<V>>) -> Self {
        Self { flight }
    }

    /// Waits until the load has ended, at most as long as `cx` allows. `None` when it was given up: look again.
    ///
    /// # Errors
    /// The error of the load; [`Error::Cancelled`] and [`Error::DeadlineExceeded`] of this caller's `cx`, which does not touch
    /// the load.
    pub fn wait(&self, cx: &ReadContext) -> Result<Option<V>> {
        let mut outcome = self.flight.lock();
        loop {
            match &*outcome {
                Some(Outcome::Loaded(value)) => return Ok(Some(value.clone())),
                Some(Outcome::Failed(error)) => return Err(error.clone()),
                Some(Outcome::Abandoned) => return Ok(None),
                None => cx.check()?,
            }
            outcome = match patience(cx) {
                None => self.flight.settled.wait(outcome).unwrap_or_else(PoisonError::into_inner),
                Some(time) => self.flight.settled.wait_timeout(outcome, time).unwrap_or_else(PoisonError::into_inner).0,
            };
        }
    }
}

/// How long to sleep before the context has to be looked at again.
fn patience(cx: &ReadContext) -> Option<Duration> {
    let rest = cx.deadline().map(|deadline| deadline.saturating_duration_since(Instant::now()));
    let look = cx.cancel_token().map(|_| LOOK_AGAIN);
    match (rest, look) {
        (Some(rest), Some(look)) => Some(rest.min(look)),
        (rest, look) => rest.or(look),
    }
}

impl<V> fmt::Debug for Pending<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pending").finish_non_exhaustive()
    }
}
