//! The state that pages without one of their own share, as the client synchronises it: the events bring it, a post changes it.

use std::convert::Infallible;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::http::header;
use axum::http::{Response, StatusCode};
use futures_util::stream;
use ng_layer::json::{self, Value, to_client_string};
use tokio::sync::watch;

use crate::failure::Failure;
use crate::http::{set, with_status};

/// A state with thousands of selected segments is far smaller.
const LARGEST: usize = 16 << 20;
/// How often a silent stream says that it is alive, which also tells the server of browsers that have gone.
const SILENCE: Duration = Duration::from_secs(20);
/// A comment, which browsers skip.
const ALIVE: &[u8] = b":\n\n";

/// The state in force.
#[derive(Clone, Debug)]
struct Current {
    /// JSON.
    state: String,
    /// Who made it and its number there.
    generation: String,
    /// Whether there may be another.
    open: bool,
}

/// The state, and all who wait for the next.
pub(super) struct Shared {
    current: watch::Sender<Current>,
}

impl Shared {
    pub(super) fn new(state: &str) -> Self {
        let first = Current { state: state.to_owned(), generation: "server/0".to_owned(), open: true };
        Self { current: watch::Sender::new(first) }
    }

    /// Ends all streams.
    pub(super) fn close(&self) {
        self.current.send_modify(|current| current.open = false);
    }

    /// A stream of the states that a page has not got; it ends when the server does. Pages with a state in their address do
    /// not ask for any (`gs` is the one that they have), and only see that the server is there.
    pub(super) fn events(&self, query: &str) -> Response<Body> {
        let listener = Listener {
            current: self.current.subscribe(),
            client: format!("{}/", value(query, "c").unwrap_or_default()),
            known: value(query, "gs"),
            greeted: false,
        };
        let mut answer = with_status(StatusCode::OK, Body::from_stream(stream::unfold(listener, Listener::next)));
        set(&mut answer, header::CONTENT_TYPE, "text/event-stream");
        set(&mut answer, header::CACHE_CONTROL, "no-store");
        answer
    }

    /// Takes a state, unless the page has missed another meanwhile: then it is told to look at its events first.
    pub(super) async fn post(&self, body: Body) -> Result<Response<Body>, Failure> {
        let wrong = |text: &str| Failure::new(StatusCode::BAD_REQUEST, text);
        let bytes = axum::body::to_bytes(body, LARGEST).await;
        let bytes = bytes
            .map_err(|_| Failure::new(StatusCode::PAYLOAD_TOO_LARGE, format!("a state has at most {LARGEST} bytes")))?;
        let text = std::str::from_utf8(&bytes).map_err(|_| wrong("a state is JSON in UTF-8"))?;
        let message = json::parse(text).map_err(|error| wrong(&error.to_string()))?;
        let (Some(state @ Value::Object(_)), Some(before), Some(client), Some(number)) =
            (message.get("s"), text_of(&message, "pg"), text_of(&message, "c"), message.get("g"))
        else {
            return Err(wrong("a change has a state `s`, its number `g`, the one before `pg`, and a client `c`"));
        };
        let (state, generation) = (to_client_string(state), format!("{client}/{number}"));
        let taken = self.current.send_if_modified(|current| {
            let fits = current.open && current.generation == before;
            if fits {
                (current.state, current.generation) = (state, generation.clone());
            }
            fits
        });
        if !taken {
            return Err(Failure::new(StatusCode::PRECONDITION_FAILED, "there is a newer state"));
        }
        let answer =
            to_client_string(&Value::Object([("g".to_owned(), Value::String(generation))].into_iter().collect()));
        let mut answer = with_status(StatusCode::OK, answer);
        set(&mut answer, header::CONTENT_TYPE, "application/json");
        Ok(answer)
    }
}

fn text_of<'a>(message: &'a Value, key: &str) -> Option<&'a str> {
    message.get(key).and_then(Value::as_str)
}

/// A value of a query. What clients and we put there needs no escapes but for the slash.
fn value(query: &str, key: &str) -> Option<String> {
    let pair = query.split('&').filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == key);
    pair.map(|(_, value)| crate::route::decoded(value).unwrap_or_default())
}

/// One page that listens.
struct Listener {
    current: watch::Receiver<Current>,
    /// With a slash behind: how the generations begin that it made itself.
    client: String,
    /// The generation that it has; none where it does not want any.
    known: Option<String>,
    greeted: bool,
}

impl Listener {
    async fn next(mut self) -> Option<(Result<Bytes, Infallible>, Self)> {
        if !self.greeted {
            self.greeted = true;
            return Some((Ok(ALIVE.into()), self));
        }
        loop {
            let current = self.current.borrow_and_update().clone();
            if !current.open {
                return None;
            }
            if let Some(event) = self.news(&current) {
                return Some((Ok(event.into()), self));
            }
            match tokio::time::timeout(SILENCE, self.current.changed()).await {
                Ok(Ok(())) => {}
                Ok(Err(_)) => return None,
                Err(_) => return Some((Ok(ALIVE.into()), self)),
            }
        }
    }

    /// The event for a state that the page has neither got nor made.
    fn news(&mut self, current: &Current) -> Option<String> {
        let known = self.known.as_mut().filter(|known| **known != current.generation)?;
        current.generation.clone_into(known);
        if current.generation.starts_with(&self.client) {
            return None;
        }
        let generation = to_client_string(&Value::String(current.generation.clone()));
        Some(format!("data: {{\"k\":\"s\",\"s\":{},\"g\":{generation}}}\n\n", current.state))
    }
}
