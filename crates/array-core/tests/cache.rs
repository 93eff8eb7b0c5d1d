//! The cache: one load for all who ask, whatever happens to it, within its bound. No test depends on time: threads are held
//! up by channels, and go on when the statistics show that the others have arrived.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::channel;
use std::thread::{scope, yield_now};
use std::time::{Duration, Instant};

use array_core::{Cache, CacheStats, CancelToken, Error, Lookup, ReadContext, Result};
use proptest::prelude::*;

type Words = Cache<&'static str, Arc<str>>;

fn words() -> Words {
    Cache::new(1 << 16, |word| word.len() as u64)
}

fn plain() -> ReadContext {
    ReadContext::default()
}

fn until(cache: &Words, arrived: impl Fn(CacheStats) -> bool) {
    while !arrived(cache.stats()) {
        yield_now();
    }
}

/// What `waiters` threads get that ask while a first load is under way, which then ends with `first`; and how many loads
/// there were. The loads of the waiters give "second".
fn while_waiting(
    cache: &Words,
    waiters: u64,
    first: impl FnOnce() -> Result<Arc<str>> + Send,
) -> (Vec<Result<Arc<str>>>, u64) {
    let loads = AtomicU64::new(0);
    let answers = scope(|threads| {
        let loader = threads.spawn(|| {
            let load = || {
                loads.fetch_add(1, Ordering::Relaxed);
                until(cache, |stats| stats.joined == waiters);
                first()
            };
            // What the loader itself gets is checked where it matters; a panic ends here.
            let _ = catch_unwind(AssertUnwindSafe(|| cache.get_or_try_insert_with(&"key", &plain(), load)));
        });
        until(cache, |stats| stats.misses == 1);
        let ask = || {
            cache.get_or_try_insert_with(&"key", &plain(), || {
                loads.fetch_add(1, Ordering::Relaxed);
                Ok("second".into())
            })
        };
        let others: Vec<_> = (0..waiters).map(|_| threads.spawn(ask)).collect();
        loader.join().unwrap();
        others.into_iter().map(|other| other.join().unwrap()).collect()
    });
    (answers, loads.into_inner())
}

fn all_are(answers: &[Result<Arc<str>>], word: &str) -> bool {
    answers.iter().all(|answer| answer.as_deref().is_ok_and(|answer| answer == word))
}

#[test]
fn many_callers_make_one_load() {
    let cache = words();
    let (answers, loads) = while_waiting(&cache, 7, || Ok("first".into()));
    assert!(all_are(&answers, "first") && loads == 1, "{answers:?} after {loads} loads");
    assert_eq!((cache.stats().misses, cache.stats().joined, cache.stats().entries), (1, 7, 1));
}

#[test]
fn a_cancelled_load_is_taken_over_by_one_of_those_who_wait() {
    for own in [Error::Cancelled, Error::DeadlineExceeded] {
        let (answers, loads) = while_waiting(&words(), 5, || Err(own));
        assert!(all_are(&answers, "second") && loads == 2, "{answers:?} after {loads} loads");
    }
}

#[test]
fn a_source_may_have_its_own_words_for_the_end_of_the_loader() {
    let cache = words();
    let token = CancelToken::default();
    let error = cache.get_or_try_insert_with(&"key", &plain().with_cancel(token.clone()), || {
        token.cancel();
        Err(Error::source_error(std::io::Error::other("interrupted")))
    });
    assert!(matches!(error, Err(Error::Source(_))));

    // The same, with somebody waiting.
    let Lookup::Missing(loading) = cache.lookup(&"key") else { panic!("nothing was kept") };
    let Lookup::InFlight(pending) = cache.lookup(&"key") else { panic!("it is being loaded") };
    loading.fail(Error::source_error(std::io::Error::other("interrupted")), &plain().with_cancel(token));
    assert!(pending.wait(&plain()).unwrap().is_none(), "whose turn it is now");
}

#[test]
fn a_failed_load_is_told_to_all_and_forgotten() {
    let cache = words();
    let failed = || Err(Error::source_error(std::io::Error::other("the disk is gone")));
    let (answers, loads) = while_waiting(&cache, 5, failed);
    assert_eq!(loads, 1, "a source that fails is not asked again by everybody");
    for answer in answers {
        let Err(Error::Source(error)) = answer else { panic!("{answer:?}") };
        assert!(error.downcast_ref::<std::io::Error>().is_some(), "the type survives");
    }
    assert_eq!(cache.stats().entries, 0);
    let later = cache.get_or_try_insert_with(&"key", &plain(), || Ok("later".into()));
    assert_eq!(later.unwrap().as_ref(), "later");
}

#[test]
fn a_panic_wakes_those_who_wait_and_breaks_nothing() {
    let cache = words();
    let (answers, loads) = while_waiting(&cache, 5, || panic!("a loader may panic"));
    assert!(all_are(&answers, "second") && loads == 2, "{answers:?} after {loads} loads");

    let weighs: Cache<u8, u8> = Cache::new(1 << 10, |value| if *value == 0 { panic!("no weight") } else { 1 });
    let outcome = catch_unwind(AssertUnwindSafe(|| weighs.get_or_try_insert_with(&1, &plain(), || Ok(0))));
    assert!(outcome.is_err());
    assert_eq!(weighs.get_or_try_insert_with(&1, &plain(), || Ok(1)).unwrap(), 1);
}

#[test]
fn waiting_ends_with_the_context_of_the_waiter_and_leaves_the_load_alone() {
    let cache = words();
    let (release, released) = channel();
    let token = CancelToken::default();
    let cx = plain().with_cancel(token.clone());
    scope(|threads| {
        let load = move || {
            released.recv().unwrap();
            Ok("first".into())
        };
        let loader = threads.spawn(|| cache.get_or_try_insert_with(&"key", &plain(), load));
        until(&cache, |stats| stats.misses == 1);

        let waiter = threads.spawn(|| cache.get_or_try_insert_with(&"key", &cx, || unreachable!()));
        until(&cache, |stats| stats.joined == 1);
        token.cancel();
        assert!(matches!(waiter.join().unwrap(), Err(Error::Cancelled)));

        let soon = plain().with_deadline(Instant::now() + Duration::from_millis(1));
        let Lookup::InFlight(pending) = cache.lookup(&"key") else { panic!("the load goes on") };
        assert!(matches!(pending.wait(&soon), Err(Error::DeadlineExceeded)));

        release.send(()).unwrap();
        assert_eq!(loader.join().unwrap().unwrap().as_ref(), "first");
        assert_eq!(pending.wait(&plain()).unwrap().unwrap().as_ref(), "first");
    });
    assert_eq!(cache.get(&"key").unwrap().as_ref(), "first");
}

#[test]
fn whoever_is_cancelled_loads_nothing() {
    let token = CancelToken::default();
    token.cancel();
    let stopped = words().get_or_try_insert_with(&"key", &plain().with_cancel(token), || unreachable!());
    assert!(matches!(stopped, Err(Error::Cancelled)));
}

#[test]
fn what_is_too_large_is_handed_out_and_not_kept() {
    let cache: Words = Cache::new(Words::ENTRY_BYTES + 4, |word| word.len() as u64);
    let (answers, loads) = while_waiting(&cache, 3, || Ok("five!".into()));
    assert!(all_are(&answers, "five!") && loads == 1, "{answers:?} after {loads} loads");
    assert_eq!((cache.stats().refused, cache.stats().entries, cache.stats().bytes), (1, 0, 0));
    cache.get_or_try_insert_with(&"key", &plain(), || Ok("four".into())).unwrap();
    assert_eq!(cache.stats().bytes, cache.limit());
}

#[test]
fn what_was_forgotten_while_it_was_loaded_is_not_kept() {
    let forget: [fn(&Words); 3] =
        [|cache| cache.remove(&"key"), |cache| cache.retain(|key| *key != "key"), Cache::clear];
    for forget in forget {
        let cache = words();
        let Lookup::Missing(old) = cache.lookup(&"key") else { panic!() };
        let Lookup::InFlight(waiting) = cache.lookup(&"key") else { panic!() };
        forget(&cache);
        let Lookup::Missing(new) = cache.lookup(&"key") else { panic!("who asks now loads anew") };
        old.fulfil("old".into());
        assert!(cache.get(&"key").is_none());
        assert_eq!(waiting.wait(&plain()).unwrap().unwrap().as_ref(), "old", "it asked before");
        let Lookup::InFlight(joined) = cache.lookup(&"key") else { panic!("the new load is the one to wait for") };
        new.fulfil("new".into());
        assert_eq!(joined.wait(&plain()).unwrap().unwrap().as_ref(), "new");
        assert_eq!(cache.get(&"key").unwrap().as_ref(), "new");
    }
}

#[test]
fn one_sweep_leaves_in_place_what_is_in_use() {
    let cache: Cache<u32, u32> = Cache::new(100 * Cache::<u32, u32>::ENTRY_BYTES, |_| 0);
    let get = |key| cache.get_or_try_insert_with(&key, &plain(), || Ok(key)).unwrap();
    for _ in 0..2 {
        (0..50).for_each(|key| assert_eq!(get(key), key));
    }
    (1000..2000).for_each(|key| assert_eq!(get(key), key));
    assert!((0..50).all(|key| cache.contains(&key)));
    assert_eq!(cache.stats().evictions, 950);
}

/// The same cache without haste: two lists, longest unused first.
struct Naive {
    limit: u64,
    once: Vec<(u8, u64)>,
    again: Vec<(u8, u64)>,
}

fn bytes(entries: &[(u8, u64)]) -> u64 {
    entries.iter().map(|(_, bytes)| bytes).sum()
}

impl Naive {
    fn take(&mut self, key: u8) -> Option<(u8, u64)> {
        for list in [&mut self.once, &mut self.again] {
            if let Some(position) = list.iter().position(|(found, _)| *found == key) {
                return Some(list.remove(position));
            }
        }
        None
    }

    fn get(&mut self, key: u8) -> bool {
        let Some(entry) = self.take(key) else { return false };
        self.again.push(entry);
        while bytes(&self.again) > self.limit / 4 * 3 {
            let oldest = self.again.remove(0);
            self.once.push(oldest);
        }
        true
    }

    fn insert(&mut self, key: u8, size: u64) {
        if size > self.limit {
            return;
        }
        while bytes(&self.once) + bytes(&self.again) + size > self.limit {
            if self.once.is_empty() {
                self.again.remove(0)
            } else {
                self.once.remove(0)
            };
        }
        self.once.push((key, size));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn it_keeps_what_the_naive_one_keeps_within_the_bound(
        limit in 0_u64..2000,
        operations in proptest::collection::vec((0_u8..8, 0_u8..24, 0_u64..700), 0..200),
    ) {
        type Weights = Cache<u8, u64>;
        let cache: Weights = Cache::new(limit, |weight| *weight);
        let mut naive = Naive { limit, once: Vec::new(), again: Vec::new() };
        for (operation, key, weight) in operations {
            match operation {
                0 => {
                    cache.remove(&key);
                    naive.take(key);
                }
                1 if weight < 50 => {
                    cache.retain(|kept| kept % 3 != key % 3);
                    (0..24).filter(|gone| gone % 3 == key % 3).for_each(|gone| { naive.take(gone); });
                }
                2 => prop_assert_eq!(cache.get(&key).is_some(), naive.get(key)),
                3 => prop_assert!(cache.get_or_try_insert_with(&key, &plain(), || Err(Error::Cancelled)).is_ok() == naive.get(key)),
                _ => {
                    let mut loaded = false;
                    let found = cache.get_or_try_insert_with(&key, &plain(), || { loaded = true; Ok(weight) }).unwrap();
                    prop_assert_eq!(!loaded, naive.get(key));
                    if loaded {
                        prop_assert_eq!(found, weight);
                        naive.insert(key, weight + Weights::ENTRY_BYTES);
                    }
                }
            }
            let stats = cache.stats();
            prop_assert!(stats.bytes <= limit);
            prop_assert_eq!(stats.bytes, bytes(&naive.once) + bytes(&naive.again));
            prop_assert_eq!(stats.entries as usize, naive.once.len() + naive.again.len());
            let kept = |key: &u8| naive.once.iter().chain(&naive.again).any(|(found, _)| found == key);
            prop_assert!((0..24).all(|key| cache.contains(&key) == kept(&key)));
        }
    }

    #[test]
    fn threads_agree_on_the_values_and_keep_the_bound(threads in 1_usize..=8, limit in 0_u64..1500, seed in any::<u64>()) {
        let cache: Cache<u64, u64> = Cache::new(limit, |_| 8);
        scope(|scope| {
            for thread in 0..threads as u64 {
                let cache = &cache;
                scope.spawn(move || {
                    for step in 0..50 {
                        let key = seed.rotate_left(thread as u32).wrapping_mul(step + 1) % 16;
                        if step % 7 == thread {
                            cache.remove(&key);
                        }
                        assert_eq!(cache.get_or_try_insert_with(&key, &plain(), || Ok(key * key)).unwrap(), key * key);
                        assert!(cache.stats().bytes <= limit);
                    }
                });
            }
        });
    }
}
