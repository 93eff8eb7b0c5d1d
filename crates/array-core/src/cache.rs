//! A cache bounded in bytes that loads every value once, however many ask for it at the same time.
//!
//! Own code, although good caches exist: what is asked for here is that *waiting* ends with the waiter's own
//! [`ReadContext`](crate::ReadContext), that a cancelled load passes on to a waiter while a failed one is told to all of
//! them, that the bound holds at every moment, and that nothing which began to load before an invalidation is kept after
//! it. The crates that were looked at bound shards or lag behind their bound, and hand every failed load from waiter to
//! waiter, each of whom would ask the sick server again.

mod array;
mod flight;
mod lattice;
mod store;

use std::collections::HashMap;
use std::fmt;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;

pub use self::array::{BlockCache, BlockKey, CacheOptions, Cached};
use self::flight::{Flight, Outcome};
pub use self::flight::{Loading, Pending};
use self::store::Store;
use crate::{ReadContext, Result};

/// Values by key, in at most so many bytes, each loaded by one caller at a time while the others wait for it.
///
/// Shared behind an [`Arc`] by everybody who shall share the bound; keys then carry whose value it is, and, where values
/// change with time, of which version: a key with the mutation state of its source in it needs no invalidation, old
/// versions age out, or go at once with [`retain`](Self::retain). Values are cloned when handed out, so they are an `Arc` of
/// something, or as cheap.
///
/// What has been used again is kept longer than what was used once: new values displace those that were used once, longest
/// unused first, and only when there are none of them those that were used again. The latter hold at most three quarters of
/// the bound. So one sweep over a large volume leaves in place what is in use.
///
/// The lock is held for moments only, never while something is loaded, weighed, dropped or copied. Callers that find their
/// value being loaded *wait*. **Never call this from inside a rayon task**, or whatever else runs on threads that a load may
/// need: the waiting tasks would keep the load from being done. A load may ask the cache for other keys, as long as no two
/// loads need each other's.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{Cache, ReadContext};
///
/// let cache: Cache<&str, Arc<Vec<u8>>> = Cache::new(1 << 20, |value| value.len() as u64);
/// let load = || Ok(Arc::new(vec![1, 2, 3]));
/// let first = cache.get_or_try_insert_with(&"a", &ReadContext::default(), load)?;
/// let again = cache.get_or_try_insert_with(&"a", &ReadContext::default(), || unreachable!("it is there"))?;
/// assert!(Arc::ptr_eq(&first, &again));
/// assert_eq!((cache.stats().hits, cache.stats().misses), (1, 1));
/// # Ok::<(), array_core::Error>(())
/// ```
pub struct Cache<K, V> {
    limit: u64,
    weigh: fn(&V) -> u64,
    state: Mutex<State<K, V>>,
}

struct State<K, V> {
    store: Store<K, V>,
    flights: HashMap<K, Arc<Flight<V>>>,
    stats: CacheStats,
}

/// What a [`Cache`] has done since it was made, and what it holds now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CacheStats {
    /// Lookups that found their value.
    pub hits: u64,
    /// Lookups that did not, and nobody was loading it.
    pub misses: u64,
    /// Lookups that found their value being loaded by somebody else.
    pub joined: u64,
    /// Values that were removed to make room.
    pub evictions: u64,
    /// Values that were handed out but not kept, because they alone exceed the bound.
    pub refused: u64,
    /// Values in the cache.
    pub entries: u64,
    /// Their bytes, and those for keeping the books.
    pub bytes: u64,
}

/// What a lookup found.
#[derive(Debug)]
pub enum Lookup<'a, K: Clone + Eq + Hash, V: Clone> {
    /// The value.
    Found(V),
    /// Nothing, and it is for the caller to load it.
    Missing(Loading<'a, K, V>),
    /// Somebody else is loading it.
    InFlight(Pending<V>),
}

impl<K, V> Cache<K, V> {
    /// Bytes by which every value counts more than it weighs: for the tables of the cache itself, half empty.
    pub const ENTRY_BYTES: u64 = Store::<K, V>::ENTRY_BYTES;

    // A panic under the lock can come from a key's or value's own code only, and leaves at worst an entry that is out of
    // order; so poison means nothing here.
    fn lock(&self) -> MutexGuard<'_, State<K, V>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The bound, in bytes.
    pub fn limit(&self) -> u64 {
        self.limit
    }

    /// Counts since the cache was made, and what it holds now.
    pub fn stats(&self) -> CacheStats {
        let state = self.lock();
        CacheStats { entries: state.store.len() as u64, bytes: state.store.bytes(), ..state.stats }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Cache<K, V> {
    /// An empty cache of at most `limit` bytes. `weigh` says how many bytes a value takes, on the heap too; the
    /// [`ENTRY_BYTES`](Self::ENTRY_BYTES) come on top.
    pub fn new(limit: u64, weigh: fn(&V) -> u64) -> Self {
        let state = State { store: Store::new(limit), flights: HashMap::new(), stats: CacheStats::default() };
        Self { limit, weigh, state: Mutex::new(state) }
    }

    /// The value, from the cache or from `load`.
    ///
    /// Of several callers that miss the same key at the same time, one loads, with its own `cx`, and the others wait, each as
    /// long as its `cx` allows. What comes of it:
    ///
    /// | the load | the caller that loads | those that wait |
    /// |---|---|---|
    /// | succeeds | the value | the value, also where it is too large to be kept |
    /// | fails | the error | the same error; who asks later loads anew |
    /// | is cancelled, or out of time | that error | one of them loads, with its own `load` and `cx` |
    /// | panics | the panic | one of them loads |
    ///
    /// # Errors
    /// That of the load; [`Error::Cancelled`](crate::Error::Cancelled) and
    /// [`Error::DeadlineExceeded`](crate::Error::DeadlineExceeded).
    pub fn get_or_try_insert_with(&self, key: &K, cx: &ReadContext, load: impl FnOnce() -> Result<V>) -> Result<V> {
        loop {
            cx.check()?;
            match self.lookup(key) {
                Lookup::Found(value) => return Ok(value),
                Lookup::Missing(loading) => {
                    return match load() {
                        Ok(value) => Ok(loading.fulfil(value)),
                        Err(error) => Err(loading.fail(error, cx)),
                    };
                }
                Lookup::InFlight(pending) => {
                    if let Some(value) = pending.wait(cx)? {
                        return Ok(value);
                    }
                }
            }
        }
    }

    /// The parts of [`get_or_try_insert_with`](Self::get_or_try_insert_with), for callers that load several values at once.
    ///
    /// Who gets [`Lookup::Missing`] has to load: others wait for it. So never [`wait`](Pending::wait) while holding a
    /// [`Loading`], or two callers may wait for each other: load all that is missing first.
    pub fn lookup(&self, key: &K) -> Lookup<'_, K, V> {
        let mut state = self.lock();
        if let Some(value) = state.store.get(key) {
            state.stats.hits += 1;
            return Lookup::Found(value);
        }
        if let Some(flight) = state.flights.get(key).cloned() {
            state.stats.joined += 1;
            return Lookup::InFlight(Pending::new(flight));
        }
        state.stats.misses += 1;
        let flight = Arc::new(Flight::default());
        state.flights.insert(key.clone(), flight.clone());
        drop(state);
        Lookup::Missing(Loading::new(self, key.clone(), flight))
    }

    /// The value, if it is there.
    pub fn get(&self, key: &K) -> Option<V> {
        let mut state = self.lock();
        let value = state.store.get(key);
        if value.is_some() {
            state.stats.hits += 1;
        } else {
            state.stats.misses += 1;
        }
        value
    }

    /// Whether the value is there. Does not count as its use, nor in the statistics.
    pub fn contains(&self, key: &K) -> bool {
        self.lock().store.contains(key)
    }

    /// Forgets a value. A load of it that is under way is still handed to those who wait for it, but not kept, and who asks
    /// from now on loads anew.
    pub fn remove(&self, key: &K) {
        let mut state = self.lock();
        let value = state.store.remove(key);
        state.flights.remove(key);
        drop(state);
        drop(value);
    }

    /// Forgets, as [`remove`](Self::remove) does, all values whose keys do not pass. `keep` is called under the lock: it
    /// decides by the key alone and does not call the cache.
    pub fn retain(&self, mut keep: impl FnMut(&K) -> bool) {
        let mut state = self.lock();
        let doomed: Vec<K> = state.store.keys().filter(|key| !keep(key)).cloned().collect();
        state.flights.retain(|key, _| keep(key));
        let values: Vec<_> = doomed.iter().map(|key| state.store.remove(key)).collect();
        drop(state);
        drop(values);
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.retain(|_| false);
    }

    /// Ends a flight: from now on it is found no more. Keeps the value, unless the flight was invalidated meanwhile.
    fn land(&self, key: &K, flight: &Arc<Flight<V>>, outcome: Outcome<V>) {
        let kept = match &outcome {
            Outcome::Loaded(value) => {
                let bytes = (self.weigh)(value).saturating_add(Self::ENTRY_BYTES);
                Some((value.clone(), bytes))
            }
            _ => None,
        };
        let mut evicted = Vec::new();
        let mut state = self.lock();
        if state.flights.get(key).is_some_and(|registered| Arc::ptr_eq(registered, flight)) {
            state.flights.remove(key);
            match kept {
                Some((_, bytes)) if bytes > self.limit => state.stats.refused += 1,
                Some((value, bytes)) => {
                    evicted = state.store.insert(key.clone(), value, bytes);
                    state.stats.evictions += evicted.len() as u64;
                }
                None => {}
            }
        }
        drop(state);
        // Large blocks go back to the system when dropped; nobody should wait for that.
        drop(evicted);
        flight.settle(outcome);
    }
}

impl<K, V> fmt::Debug for Cache<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("limit", &self.limit).field("stats", &self.stats()).finish_non_exhaustive()
    }
}
