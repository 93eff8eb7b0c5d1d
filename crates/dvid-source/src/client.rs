//! Talking to one server: addresses, retries, budgets, bodies.

mod body;
mod budget;
mod control;
mod options;
mod resolve;
mod seconds;
mod server;
mod transport;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;
use std::time::{Duration, Instant};

use array_core::ReadContext;
use serde_json::Value;

pub(crate) use body::{Body, unwrap_io};
pub use budget::Budget;
pub(crate) use control::Control;
pub use options::{ClientOptions, Proxy, RetryPolicy, Timeouts};
pub use resolve::Node;

use crate::error::Asked;
use crate::info::InstanceInfo;
use crate::request::Request;
use crate::{Error, Result};
use server::ServerUrl;
use transport::Transport;

/// The longest list of repositories that is read: that of a big server takes megabytes.
const MAX_REPOS: u64 = 256 << 20;
/// The longest other JSON document that is read.
const MAX_JSON: u64 = 16 << 20;

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
}

struct Shared {
    server: String,
    retry: RetryPolicy,
    budget: Arc<Budget>,
    transport: Transport,
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
        let budget = options.budget.clone().unwrap_or_else(|| Budget::shared(&server));
        let retry = options.retry.clone();
        let transport = Transport::new(url, options)?;
        Ok(Self { shared: Arc::new(Shared { server, retry, budget, transport }) })
    }

    /// The server as `http://host:port` or `https://host/path`, without a slash at the end.
    pub fn server(&self) -> &str {
        &self.shared.server
    }

    /// Whether the server wants more than an address.
    pub(crate) fn needs_headers(&self) -> bool {
        self.shared.transport.has_headers()
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
        let request = Request::info(uuid, instance);
        self.get_json(&request, MAX_JSON, &Control::new(&ReadContext::default()), |document| {
            InstanceInfo::parse(document, instance)
        })
    }

    /// Sends a GET and gives its JSON, of at most `max` bytes, to `parse`.
    pub(crate) fn get_json<T>(
        &self,
        request: &Request,
        max: u64,
        control: &Control<'_>,
        mut parse: impl FnMut(Value) -> Result<T>,
    ) -> Result<T> {
        self.get(request, 0, control, |body| {
            let text = body.read_all(max)?;
            let bad = |e: serde_json::Error| {
                if e.is_eof() {
                    // It ended in all order, but the document was to go on.
                    return Error::Truncated { got: text.len() as u64, want: None, asked: Asked::default() };
                }
                Error::bad_info("the answer", format!("it is not JSON: {e}; is this a DVID server?"))
            };
            parse(serde_json::from_slice(&text).map_err(bad)?)
        })
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
                    tracing::debug!(request = shown, tries, elapsed = ?started.elapsed(), "answered");
                    return Ok(value);
                }
                // A request that was interrupted from outside fails with whatever the socket makes of it.
                Err(error) => control.check().err().unwrap_or(error).with_asked(&shown, tries),
            };
            let wait = self.wait(tries, &error);
            if tries > error.retries(&self.shared.retry) || started.elapsed() + wait > self.shared.retry.total {
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
        self.shared.transport.get(request, control, |body| {
            let value = read(body)?;
            body.finish()?;
            Ok(value)
        })
    }

    /// The wait before the next try: exponential, jittered, and as long as the server wants within our own limit.
    fn wait(&self, tries: u32, error: &Error) -> Duration {
        let RetryPolicy { first_wait, max_wait, .. } = self.shared.retry;
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
