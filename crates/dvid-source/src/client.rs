//! Talking to one server: addresses, retries, budgets, bodies.

mod annotation;
mod answer;
mod body;
mod budget;
mod control;
mod json;
mod keyvalue;
mod options;
mod record;
mod replay;
mod resolve;
mod roi;
mod seconds;
mod server;
mod transport;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use array_core::ReadContext;
use serde::de::DeserializeOwned;

pub use annotation::{Annotation, Relation};
pub(crate) use body::{Body, unwrap_io};
pub use budget::Budget;
pub(crate) use control::Control;
pub use options::{ClientOptions, Proxy, RetryPolicy, Timeouts};
pub use resolve::Node;
pub use roi::{RegionOfInterest, Span};

use crate::info::InstanceInfo;
use crate::request::Request;
use crate::{Error, Result};
use record::Recorder;
use replay::Recording;
use server::ServerUrl;
use transport::Transport;

/// The longest list of repositories that is read: that of a big server takes megabytes.
const MAX_REPOS: u64 = 256 << 20;
/// The longest list of keys that is read.
const MAX_KEYS: u64 = 64 << 20;
/// The longest answer to whether a version is locked.
const MAX_STATUS: u64 = 64 << 10;
/// The longest description of an instance that is read.
const MAX_INFO: u64 = 2 << 20;

/// A client of one DVID server. Clones share connections and the budget; all clients of a server share the budget.
///
/// ```no_run
/// let client = dvid_source::DvidClient::new("emdata.example.org:8000")?;
/// let info = client.fetch_info("2324:master", "grayscale")?;
/// println!("{} of {} bytes", info.type_name(), info.document().len());
/// # Ok::<(), dvid_source::Error>(())
/// ```
#[derive(Clone)]
pub struct DvidClient {
    shared: Arc<Shared>,
    /// What may stop the questions of this client.
    cx: ReadContext,
}

struct Shared {
    server: String,
    options: ClientOptions,
    budget: Arc<Budget>,
    answers: Answers,
    has_answered: AtomicBool,
}

/// Where answers come from.
enum Answers {
    Server(Box<Transport>),
    Recording(Recording),
}

impl fmt::Debug for DvidClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DvidClient").field("server", &self.shared.server).finish_non_exhaustive()
    }
}

impl DvidClient {
    /// A client with default options for `host:port`, `http://host:port/path` or `https://host`. Connects to nothing
    /// yet.
    ///
    /// # Errors
    /// [`Error::BadServer`].
    pub fn new(server: &str) -> Result<Self> {
        Self::with_options(server, &ClientOptions::default())
    }

    /// A client with these options. Connects to nothing yet.
    ///
    /// # Errors
    /// [`Error::BadServer`], and [`Error::BadOption`] for a proxy or header that cannot be.
    pub fn with_options(server: &str, options: &ClientOptions) -> Result<Self> {
        let url = ServerUrl::parse(server)?;
        let server = url.to_string();
        let answers = Answers::Server(Box::new(Transport::new(url, options, None)?));
        Ok(Self::of(server, options.clone(), answers))
    }

    fn of(server: String, options: ClientOptions, answers: Answers) -> Self {
        let budget = options.budget.clone().unwrap_or_else(|| Budget::shared(&server));
        let shared = Arc::new(Shared { server, options, budget, answers, has_answered: AtomicBool::new(false) });
        Self { shared, cx: ReadContext::default() }
    }

    /// A client of the same server that also keeps every answer in a folder, from which [`replay`](Self::replay) gives
    /// them again. The folder is made if it does not exist; to one that does, more of the same server is added.
    ///
    /// Kept are whole answers that were right or final refusals, without who asked and without secrets: `cases.json` with
    /// a line for each, and the bodies beside it.
    ///
    /// # Errors
    /// [`Error::Recording`] for a folder that cannot be written or belongs to another server; [`Error::BadOption`] for a
    /// client that replays.
    pub fn record(&self, folder: impl AsRef<Path>) -> Result<Self> {
        if matches!(self.shared.answers, Answers::Recording(_)) {
            let problem = "this client replays a recording; record from one that asks a server".to_owned();
            return Err(Error::BadOption { option: "record", problem });
        }
        let (server, options) = (&self.shared.server, &self.shared.options);
        let recorder = Recorder::new(folder.as_ref(), server)?;
        let transport = Transport::new(ServerUrl::parse(server)?, options, Some(recorder))?;
        Ok(Self::of(server.clone(), options.clone(), Answers::Server(Box::new(transport))))
    }

    /// A client that answers from a folder that [`record`](Self::record) made, without a network.
    ///
    /// The same requests are answered, so read with the same options and regions as were recorded; what was not recorded
    /// is [`Error::NotRecorded`]. Where a request had several answers in the course of time, they come in that order, and
    /// the last one stays.
    ///
    /// # Errors
    /// [`Error::Recording`] for a folder without a list of answers.
    pub fn replay(folder: impl AsRef<Path>) -> Result<Self> {
        let (recording, server) = Recording::open(folder.as_ref())?;
        let server = server.unwrap_or_else(|| "recording".to_owned());
        Ok(Self::of(server, ClientOptions::default(), Answers::Recording(recording)))
    }

    /// The same client, whose questions (versions, infos, regions, keys, annotations) can be cancelled and have a deadline. What
    /// reads arrays has a context of its own.
    ///
    /// ```
    /// use array_core::{CancelToken, ReadContext};
    ///
    /// let token = CancelToken::default();
    /// let client = dvid_source::DvidClient::new("127.0.0.1:1")?.within(&ReadContext::default().with_cancel(token.clone()));
    /// token.cancel();
    /// assert!(matches!(client.resolve(":master"), Err(dvid_source::Error::Cancelled)));
    /// # Ok::<(), dvid_source::Error>(())
    /// ```
    pub fn within(&self, cx: &ReadContext) -> Self {
        Self { shared: Arc::clone(&self.shared), cx: cx.clone() }
    }

    /// The server as `http://host:port` or `https://host/path`, without a slash at the end.
    pub fn server(&self) -> &str {
        &self.shared.server
    }

    /// Whether the server wants more than an address.
    pub(crate) fn needs_headers(&self) -> bool {
        matches!(&self.shared.answers, Answers::Server(transport) if transport.has_headers())
    }

    /// Whether answers come from a folder, so that nobody else finds the data where this client says.
    pub(crate) fn is_replay(&self) -> bool {
        matches!(self.shared.answers, Answers::Recording(_))
    }

    pub(crate) fn budget(&self) -> &Budget {
        &self.shared.budget
    }

    /// The `info` document of a data instance. `uuid` is a UUID, the beginning of one, `beginning:branch` or `:master`.
    ///
    /// # Errors
    /// [`Error::NotFound`] with the server's words, [`Error::BadInfo`] for a document that is not one, and whatever may
    /// happen on the way.
    pub fn fetch_info(&self, uuid: &str, instance: &str) -> Result<InstanceInfo> {
        self.info(uuid, instance, &Control::new(&self.cx))
    }

    pub(crate) fn info(&self, uuid: &str, instance: &str, control: &Control<'_>) -> Result<InstanceInfo> {
        let parse = |document| InstanceInfo::parse(document, instance);
        self.get_json(&Request::info(uuid, instance), ("the info", MAX_INFO), control, parse)
    }

    /// Sends a GET and gives its JSON, of at most `max` bytes, to `parse`; `what` is what to call it in errors.
    pub(crate) fn get_json<D: DeserializeOwned, T>(
        &self,
        request: &Request,
        (what, max): (&str, u64),
        control: &Control<'_>,
        mut parse: impl FnMut(D) -> Result<T>,
    ) -> Result<T> {
        self.get(request, 0, control, |body| parse(json::read(body, what, max)?))
    }

    /// Sends a GET, gives its body to `read` and verifies that `read` left nothing of it; repeats what is worth it.
    ///
    /// `bytes` of the budget are taken while the request is in flight. `read` may be called several times.
    pub(crate) fn get<T>(
        &self,
        request: &Request,
        bytes: u64,
        control: &Control<'_>,
        mut read: impl FnMut(&mut Body<'_>) -> Result<T>,
    ) -> Result<T> {
        let started = Instant::now();
        let shown = format!("GET {}{}", self.shared.server, request.path());
        let mut tries = 0;
        loop {
            tries += 1;
            let error = match self.get_once(request, bytes, control, &mut read) {
                Ok(value) => {
                    self.shared.has_answered.store(true, Ordering::Relaxed);
                    tracing::debug!(request = shown, tries, elapsed = ?started.elapsed(), "answered");
                    return Ok(value);
                }
                // A request that was interrupted from outside fails with whatever the socket makes of it.
                Err(error) => control.check().err().unwrap_or(error).with_asked(&shown, tries),
            };
            let wait = self.wait(tries, &error);
            let policy = &self.shared.options.retry;
            if tries > self.retries(&error) || started.elapsed() + wait > policy.total {
                return Err(error);
            }
            tracing::warn!(request = shown, tries, ?wait, %error, "asking again");
            control.sleep(wait)?;
        }
    }

    fn get_once<T>(
        &self,
        request: &Request,
        bytes: u64,
        control: &Control<'_>,
        read: &mut impl FnMut(&mut Body<'_>) -> Result<T>,
    ) -> Result<T> {
        let _permit = self.shared.budget.acquire(bytes, control)?;
        match &self.shared.answers {
            Answers::Server(transport) => transport.get(request, control, read),
            Answers::Recording(recording) => recording.get(request, control, read),
        }
    }

    /// How often to ask again after an error. A server that has answered before is there, and perhaps being started again.
    fn retries(&self, error: &Error) -> u32 {
        let policy = &self.shared.options.retry;
        match error {
            Error::Transport { connecting: true, .. } if self.shared.has_answered.load(Ordering::Relaxed) => {
                policy.max_retries
            }
            error => {
                if !matches!(error, Error::Transport { .. }) {
                    self.shared.has_answered.store(true, Ordering::Relaxed);
                }
                error.retries(policy)
            }
        }
    }

    /// The wait before the next try: exponential, jittered, and as long as the server wants within our own limit.
    fn wait(&self, tries: u32, error: &Error) -> Duration {
        let RetryPolicy { first_wait, max_wait, .. } = self.shared.options.retry;
        let longest = first_wait.saturating_mul(1 << (tries - 1).min(20)).min(max_wait);
        let jitter = RandomState::new().hash_one(tries) >> 11;
        let fraction = 0.5 + 0.5 * (jitter as f64 / (1_u64 << 53) as f64);
        longest.mul_f64(fraction).max(error.retry_after().unwrap_or_default().min(max_wait))
    }
}

/// The `info` document of a data instance, with default options; [`DvidClient::fetch_info`] for more than one.
///
/// # Errors
/// As [`DvidClient::fetch_info`].
pub fn fetch_info(server: &str, uuid: &str, instance: &str) -> Result<InstanceInfo> {
    DvidClient::new(server)?.fetch_info(uuid, instance)
}
