//! One load for all who ask for the same chunk, given up when nobody is left who waits for it.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use array_core::{CancelToken, ReadContext};
use tokio::sync::{Semaphore, watch};

use crate::content::Content;
use crate::failure::Failure;
use crate::stats::Counter;

/// Which chunk: number of the volume, of the level, and cell of its grid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ChunkKey {
    pub(crate) volume: usize,
    pub(crate) level: usize,
    pub(crate) cell_zyx: [i64; 3],
}

/// How a load ended.
pub(crate) type Outcome = Result<Content, Failure>;

/// The loads under way. They run on threads that may block, so many at a time as there are permits; requests wait for them
/// without a thread of their own.
pub(crate) struct Jobs {
    running: Mutex<HashMap<ChunkKey, Job>>,
    permits: Arc<Semaphore>,
}

struct Job {
    waiting: usize,
    cancel: CancelToken,
    outcome: watch::Receiver<Option<Outcome>>,
}

/// One who waits. Dropped when the outcome is there, or when the browser has gone.
struct Waiter<'a> {
    jobs: &'a Jobs,
    key: ChunkKey,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Jobs {
    pub(crate) fn new(at_a_time: usize) -> Arc<Self> {
        Arc::new(Self { running: Mutex::default(), permits: Arc::new(Semaphore::new(at_a_time)) })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<ChunkKey, Job>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The chunk, from a load that is under way (which `joined` counts) or from a new one. To drop the future is to lose
    /// interest; the context of the load is cancelled when everybody has.
    pub(crate) async fn fetch(
        self: &Arc<Self>,
        key: ChunkKey,
        joined: &Counter,
        load: impl FnOnce(&ReadContext) -> Outcome + Send + 'static,
    ) -> Outcome {
        let mut waiter = self.join(key, joined, load);
        match waiter.outcome.wait_for(Option::is_some).await {
            Ok(outcome) => (*outcome).clone().unwrap_or_else(|| Err(Failure::stopping())),
            // The task ended without a word: so does the runtime.
            Err(_) => Err(Failure::stopping()),
        }
    }

    fn join(
        self: &Arc<Self>,
        key: ChunkKey,
        joined: &Counter,
        load: impl FnOnce(&ReadContext) -> Outcome + Send + 'static,
    ) -> Waiter<'_> {
        let mut running = self.lock();
        joined.add(u64::from(running.contains_key(&key)));
        let job = running.entry(key).or_insert_with(|| {
            let (sender, outcome) = watch::channel(None);
            let cancel = CancelToken::default();
            tokio::spawn(Arc::clone(self).run(key, cancel.clone(), sender, load));
            Job { waiting: 0, cancel, outcome }
        });
        job.waiting += 1;
        Waiter { jobs: self, key, outcome: job.outcome.clone() }
    }

    async fn run(
        self: Arc<Self>,
        key: ChunkKey,
        cancel: CancelToken,
        sender: watch::Sender<Option<Outcome>>,
        load: impl FnOnce(&ReadContext) -> Outcome + Send + 'static,
    ) {
        let cx = ReadContext::default().with_cancel(cancel.clone());
        let permit = Arc::clone(&self.permits).acquire_owned().await;
        let outcome = match permit {
            Ok(_) if cancel.is_cancelled() => Err(Failure::stopping()),
            Ok(permit) => {
                let work = move || {
                    let _held_until_done = permit;
                    load(&cx)
                };
                tokio::task::spawn_blocking(work).await.unwrap_or_else(|panic| Err(Failure::broken(&panic)))
            }
            Err(_) => Err(Failure::stopping()),
        };
        self.forget(key, &sender.subscribe());
        sender.send_replace(Some(outcome));
    }

    /// Whoever asks from now on loads anew.
    fn forget(&self, key: ChunkKey, outcome: &watch::Receiver<Option<Outcome>>) {
        let mut running = self.lock();
        if running.get(&key).is_some_and(|job| job.outcome.same_channel(outcome)) {
            running.remove(&key);
        }
    }

    /// Lets the loads under way end, and those who wait have them; whoever asks from now on loads anew.
    pub(crate) fn forget_all(&self) {
        self.lock().clear();
    }

    /// Cancels all loads: the server is being stopped.
    pub(crate) fn cancel_all(&self) {
        self.permits.close();
        self.lock().drain().for_each(|(_, job)| job.cancel.cancel());
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        let mut running = self.jobs.lock();
        let Some(job) = running.get_mut(&self.key) else { return };
        if !job.outcome.same_channel(&self.outcome) {
            return;
        }
        job.waiting -= 1;
        if job.waiting == 0 {
            job.cancel.cancel();
            running.remove(&self.key);
        }
    }
}
