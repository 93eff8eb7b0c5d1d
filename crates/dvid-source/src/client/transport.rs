use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

use ureq::http::{HeaderMap, HeaderName, HeaderValue, header};
use ureq::{Agent, config::Config};

use super::answer::{Head, receive};
use super::body::{self, Body};
use super::control::{Control, POLL};
use super::options::{ClientOptions, Proxy};
use super::record::Recorder;
use super::server::ServerUrl;
use crate::request::{Request, encode};
use crate::{Error, Result};

/// Sends requests to one server and watches over them.
///
/// Each request has an agent, and with it a connection, of its own: shutting an agent down is the one way to interrupt
/// a request that waits, and it must not hit the requests of others. Idle agents are kept, so connections stay alive.
pub(super) struct Transport {
    url: ServerUrl,
    config: Config,
    headers: Vec<(HeaderName, HeaderValue)>,
    /// Parameters of every request, beginning with `u=`; they may hold a secret.
    query: String,
    idle: Mutex<Vec<Agent>>,
    recorder: Option<Recorder>,
    /// The longest that an answer may take.
    longest: Duration,
}

impl Transport {
    pub(super) fn new(url: ServerUrl, options: &ClientOptions, recorder: Option<Recorder>) -> Result<Self> {
        let proxy = proxy(&url, &options.proxy)?;
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .proxy(proxy)
            .user_agent(concat!("voxscope/", env!("CARGO_PKG_VERSION")))
            .timeout_connect(Some(options.timeouts.connect))
            .timeout_per_read(Some(options.timeouts.silence))
            .timeout_per_write(Some(options.timeouts.silence))
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .build();
        let mut query = format!("u={}&app={}", encode(&options.user()), encode(&options.app));
        if let Some(token) = &options.admin_token {
            query = format!("{query}&admintoken={}", encode(&token.0));
        }
        let headers = options.headers.iter().map(|(name, value)| header(name, &value.0)).collect::<Result<_>>()?;
        let longest = options.timeouts.answer;
        Ok(Self { url, config, headers, query, idle: Mutex::default(), recorder, longest })
    }

    pub(super) fn has_headers(&self) -> bool {
        !self.headers.is_empty()
    }

    /// Sends a GET and gives the body of a successful answer to `read`.
    pub(super) fn get<T>(
        &self,
        request: &Request,
        control: &Control<'_>,
        read: impl FnOnce(&mut Body<'_>) -> Result<T>,
    ) -> Result<T> {
        if self.url.is_https() && !cfg!(feature = "https") {
            return Err(Error::NotBuilt { what: format!("https, which {} needs,", self.url), feature: "https" });
        }
        let separator = if request.path().contains('?') { '&' } else { '?' };
        let address = format!("{}{}{separator}{}", self.url, request.path(), self.query);
        let limit = control.time_left().map_or(self.longest, |left| left.min(self.longest));
        let answered = self.watched(control, |agent| {
            let mut call = agent.get(&address);
            for (name, value) in &self.headers {
                call = call.header(name, value);
            }
            let call = call.config().timeout_global(Some(limit)).build();
            let answer = match request.body() {
                None => call.call(),
                Some(question) => call.force_send_body().content_type("application/json").send(question),
            };
            let mut response = answer.map_err(|error| body::transport_error(&error, true))?;
            let head = Head { status: response.status().as_u16(), ..head(response.headers()) };
            let stated = response.body().content_length();
            let copy = self.recorder.as_ref().map(|recorder| recorder.begin(request)).transpose()?;
            receive(&head, Body::new(response.body_mut().as_reader(), stated, control).with_copy(copy), read)
        });
        answered.map_err(|error| match error {
            // There is a deadline, but it is not that which has passed.
            Error::DeadlineExceeded { asked } if control.check().is_ok() => {
                let message = "the answer took longer than the timeout `answer`".to_owned();
                Error::Transport { connecting: false, message, asked }
            }
            error => error,
        })
    }

    /// Runs `exchange` with an agent that is shut down as soon as the request is to stop.
    fn watched<T>(&self, control: &Control<'_>, exchange: impl FnOnce(&Agent) -> Result<T>) -> Result<T> {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let agent = idle().pop().unwrap_or_else(|| self.config.new_agent());
        let result = std::thread::scope(|scope| {
            let (_running, ended) = mpsc::channel::<()>();
            if control.can_be_stopped() {
                let agent = agent.clone();
                // Dropping `_running`, in whatever way `exchange` ends, ends the watch at once.
                scope.spawn(move || {
                    while ended.recv_timeout(POLL) == Err(mpsc::RecvTimeoutError::Timeout) {
                        if control.check().is_err() {
                            return agent.shutdown();
                        }
                    }
                });
            }
            exchange(&agent)
        });
        // What stops a request does not go away, so an agent that was shut down is never kept.
        if control.check().is_ok() {
            idle().push(agent);
        }
        result
    }
}

fn proxy(url: &ServerUrl, proxy: &Proxy) -> Result<Option<ureq::Proxy>> {
    match proxy {
        Proxy::Environment if url.is_loopback() => Ok(None),
        Proxy::Environment => Ok(ureq::Proxy::try_from_env()),
        Proxy::Direct => Ok(None),
        Proxy::Url(text) => ureq::Proxy::new(text).map(Some).map_err(|error| {
            let problem = format!("`{text}` is no proxy ({error}); write it as http://host:port");
            Error::BadOption { option: "proxy", problem }
        }),
    }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue)> {
    let bad = |what| Error::BadOption { option: "headers", problem: format!("`{name}` {what}") };
    let mut value = HeaderValue::from_str(value).map_err(|_| bad("has a value that no header can have"))?;
    value.set_sensitive(true);
    Ok((HeaderName::try_from(name).map_err(|_| bad("is no name of a header"))?, value))
}

fn head(headers: &HeaderMap) -> Head {
    let text = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let seconds = text(&header::RETRY_AFTER).and_then(|text| text.trim().parse().ok());
    let content_type = text(&header::CONTENT_TYPE).unwrap_or_default().to_owned();
    Head { status: 0, content_type, retry_after: seconds.map(Duration::from_secs) }
}
