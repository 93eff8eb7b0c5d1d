use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::budget::Budget;

/// How to talk to a server. Secrets (headers, admin token) are neither shown by `Debug` nor written by serde.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ClientOptions {
    pub(crate) user: Option<String>,
    pub(crate) app: String,
    pub(crate) proxy: Proxy,
    pub(crate) timeouts: Timeouts,
    pub(crate) retry: RetryPolicy,
    #[serde(skip)]
    pub(crate) headers: Vec<(String, Secret)>,
    #[serde(skip)]
    pub(crate) admin_token: Option<Secret>,
    #[serde(skip)]
    pub(crate) budget: Option<Arc<Budget>>,
}

impl Default for ClientOptions {
    fn default() -> Self {
        Self {
            user: None,
            app: "voxscope".to_owned(),
            proxy: Proxy::default(),
            timeouts: Timeouts::default(),
            retry: RetryPolicy::default(),
            headers: Vec::new(),
            admin_token: None,
            budget: None,
        }
    }
}

impl ClientOptions {
    /// The name that the server logs as `u=`; otherwise the login name (`USER` of the environment), or `unknown`.
    pub fn with_user(mut self, user: impl Into<String>) -> Self {
        self.user = Some(user.into());
        self
    }

    /// The program that the server logs as `app=`; `voxscope` by default.
    pub fn with_app(mut self, app: impl Into<String>) -> Self {
        self.app = app.into();
        self
    }

    /// A header sent with every request, such as `Authorization` and `Bearer …`. Its value counts as a secret.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), Secret(value.into())));
        self
    }

    /// The server's admin token, sent with every request and shown nowhere.
    pub fn with_admin_token(mut self, token: impl Into<String>) -> Self {
        self.admin_token = Some(Secret(token.into()));
        self
    }

    /// Through which proxy to go.
    pub fn with_proxy(mut self, proxy: Proxy) -> Self {
        self.proxy = proxy;
        self
    }

    /// How long to wait for what.
    pub fn with_timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = timeouts;
        self
    }

    /// How often to try again.
    pub fn with_retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How much may be in flight, in place of the budget that all clients of a server share.
    pub fn with_budget(mut self, budget: Arc<Budget>) -> Self {
        self.budget = Some(budget);
        self
    }

    pub(crate) fn user(&self) -> String {
        let login = || std::env::var("USER").ok().filter(|name| !name.is_empty());
        self.user.clone().or_else(login).unwrap_or_else(|| "unknown".to_owned())
    }
}

/// Through which proxy requests go.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Proxy {
    /// That of `HTTP_PROXY`, `ALL_PROXY` and their kin, unless `NO_PROXY` has the host or the host is this machine.
    #[default]
    Environment,
    /// None.
    Direct,
    /// This one, as `http://host:port`. It has to tunnel (`CONNECT`), also to servers without https.
    Url(String),
}

/// How long to wait for what of one answer. A whole read has no limit of its own: give it a deadline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Timeouts {
    #[serde(with = "super::seconds")]
    pub(crate) connect: Duration,
    #[serde(with = "super::seconds")]
    pub(crate) silence: Duration,
    #[serde(with = "super::seconds")]
    pub(crate) answer: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self { connect: Duration::from_secs(3), silence: Duration::from_mins(2), answer: Duration::from_mins(10) }
    }
}

impl Timeouts {
    /// Until a connection stands; 3 s by default.
    pub fn with_connect(mut self, timeout: Duration) -> Self {
        self.connect = timeout;
        self
    }

    /// The longest silence of the server, before its answer or within it; 120 s by default, since the first mapped read
    /// of a version can take a while.
    pub fn with_silence(mut self, timeout: Duration) -> Self {
        self.silence = timeout;
        self
    }

    /// The longest that one answer may take, from the request to its last byte, however steadily it trickles; 10 min by
    /// default, after which servers hang up, too.
    pub fn with_answer(mut self, timeout: Duration) -> Self {
        self.answer = timeout;
        self
    }
}

/// How often and how patiently to repeat what is safe to repeat.
///
/// The n-th wait is drawn between half and all of `first_wait · 2ⁿ⁻¹`, but at most of `max_wait`. Lost connections,
/// timeouts, 502, 503 and 504 are repeated `max_retries` times, damaged or short bodies and servers that cannot be
/// reached twice, 500 once; other answers never.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    #[serde(with = "super::seconds")]
    pub(crate) first_wait: Duration,
    #[serde(with = "super::seconds")]
    pub(crate) max_wait: Duration,
    #[serde(with = "super::seconds")]
    pub(crate) total: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 6,
            first_wait: Duration::from_millis(500),
            max_wait: Duration::from_secs(30),
            total: Duration::from_mins(3),
        }
    }
}

impl RetryPolicy {
    /// No second try.
    pub fn none() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// Repetitions of one request; 6 by default.
    pub fn with_max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// The longest first wait; 0.5 s by default.
    pub fn with_first_wait(mut self, wait: Duration) -> Self {
        self.first_wait = wait;
        self
    }

    /// The longest wait of all, also where the server asks for more; 30 s by default.
    pub fn with_max_wait(mut self, wait: Duration) -> Self {
        self.max_wait = wait;
        self
    }

    /// How long after the first try a request may still be repeated; 3 min by default.
    pub fn with_total(mut self, total: Duration) -> Self {
        self.total = total;
        self
    }
}

/// A text that is never shown.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Secret(pub(crate) String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("<redacted>")
    }
}
