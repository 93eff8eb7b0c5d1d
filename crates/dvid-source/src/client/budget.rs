use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};

use super::control::{Control, POLL};
use crate::Result;

/// How much may be in flight to one server at a time, whoever asks.
///
/// Servers do not notice that a client has gone away and queue what they cannot do at once, so asking for more than a
/// few things at a time only moves the queue and the memory.
#[derive(Debug)]
pub struct Budget {
    requests: usize,
    bytes: u64,
    used: Mutex<Used>,
    released: Condvar,
}

#[derive(Debug, Default)]
struct Used {
    requests: usize,
    bytes: u64,
    /// Who waits, first come first served: otherwise a large request would wait as long as small ones keep coming.
    queue: VecDeque<u64>,
    next_ticket: u64,
}

impl Budget {
    /// Requests in flight to a server by default.
    pub const REQUESTS: usize = 4;
    /// Bytes of decoded voxels in flight from a server by default.
    pub const BYTES: u64 = 64 << 20;

    /// A budget of at least one request, and of so many bytes of decoded voxels. A single request that needs more than
    /// all the bytes waits until it is alone.
    pub fn new(requests: usize, bytes: u64) -> Self {
        Self { requests: requests.max(1), bytes, used: Mutex::default(), released: Condvar::new() }
    }

    /// Requests that may be in flight.
    pub fn requests(&self) -> usize {
        self.requests
    }

    /// Bytes that may be in flight.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The budget that all clients of this server share in this process.
    pub(crate) fn shared(server: &str) -> Arc<Self> {
        static SHARED: Mutex<Option<HashMap<String, Weak<Budget>>>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = shared.get_or_insert_default();
        if let Some(budget) = shared.get(server).and_then(Weak::upgrade) {
            return budget;
        }
        shared.retain(|_, budget| budget.strong_count() > 0);
        let budget = Arc::new(Self::new(Self::REQUESTS, Self::BYTES));
        shared.insert(server.to_owned(), Arc::downgrade(&budget));
        budget
    }

    /// Waits until a request of so many bytes may start; it counts as long as the permit lives.
    pub(crate) fn acquire(&self, bytes: u64, control: &Control<'_>) -> Result<Permit<'_>> {
        let mut used = self.lock();
        let ticket = used.next_ticket;
        used.next_ticket += 1;
        used.queue.push_back(ticket);
        loop {
            let go_on = control.check();
            let fits = used.requests < self.requests && used.bytes.saturating_add(bytes) <= self.bytes;
            let may_start = used.queue.front() == Some(&ticket) && (fits || used.requests == 0);
            if go_on.is_err() || may_start {
                used.queue.retain(|waiting| *waiting != ticket);
                self.released.notify_all();
                go_on?;
                used.requests += 1;
                used.bytes += bytes;
                return Ok(Permit { budget: self, bytes });
            }
            used = self.released.wait_timeout(used, POLL).unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The right to have a request in flight.
#[derive(Debug)]
pub(crate) struct Permit<'a> {
    budget: &'a Budget,
    bytes: u64,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut used = self.budget.lock();
        used.requests -= 1;
        used.bytes -= self.bytes;
        self.budget.released.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use array_core::ReadContext;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[test]
    fn never_more_in_flight_than_allowed() {
        let (budget, cx) = (Budget::new(3, 100), ReadContext::default());
        let (in_flight, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..50 {
                        let permit = budget.acquire(40, &Control::new(&cx)).unwrap();
                        most.fetch_max(in_flight.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        std::thread::yield_now();
                        in_flight.fetch_sub(1, Ordering::SeqCst);
                        drop(permit);
                    }
                });
            }
        });
        assert!((1..=2).contains(&most.into_inner()), "two times 40 bytes fit into 100");
    }

    #[test]
    fn a_request_larger_than_the_budget_goes_alone() {
        let (budget, cx) = (Budget::new(4, 10), ReadContext::default());
        let control = Control::new(&cx);
        let permit = budget.acquire(1_000, &control).unwrap();
        let token = array_core::CancelToken::default();
        token.cancel();
        let cancelled = ReadContext::default().with_cancel(token);
        assert!(budget.acquire(1, &Control::new(&cancelled)).is_err(), "waiting can be cancelled");
        drop(permit);
        assert!(budget.acquire(1, &control).is_ok());
    }

    #[test]
    fn a_large_request_is_not_overtaken_for_ever() {
        let (budget, cx) = (Budget::new(4, 10), ReadContext::default());
        let control = Control::new(&cx);
        let small = budget.acquire(1, &control).unwrap();
        std::thread::scope(|scope| {
            let large = scope.spawn(|| budget.acquire(1_000, &Control::new(&cx)).map(drop));
            while budget.lock().queue.is_empty() {
                std::thread::yield_now();
            }
            let late = ReadContext::default().with_deadline(std::time::Instant::now() + 2 * POLL);
            assert!(budget.acquire(1, &Control::new(&late)).is_err(), "it would fit, but is not first");
            drop(small);
            large.join().unwrap().unwrap();
        });
        assert!(budget.acquire(1, &control).is_ok() && budget.lock().queue.is_empty());
    }

    #[test]
    fn clients_of_one_server_share_a_budget() {
        let (a, b) = (Budget::shared("http://a"), Budget::shared("http://b"));
        assert!(Arc::ptr_eq(&a, &Budget::shared("http://a")) && !Arc::ptr_eq(&a, &b));
    }
}
