//! Requests and answers as the viewer expects them.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use axum::http::{Method, Response, StatusCode};

use crate::app::App;
use crate::content::Content;
use crate::failure::Failure;
use crate::range::Part;
use crate::viewer::{self, ViewerRoute};

/// What may be asked.
const METHODS: &str = "GET, HEAD, OPTIONS";

/// One request. Every answer says that any page may read it, errors included: without that a browser takes them for
/// missing data, and shows black.
pub(crate) async fn handle(State(app): State<Arc<App>>, request: Request) -> Response<Body> {
    app.counters.requests.add(1);
    let viewer = app.viewer.as_ref();
    let viewer = viewer.and_then(|viewer| Some((viewer, ViewerRoute::of(request.uri().path(), &app.token)?)));
    let mut answer = match (request.method(), viewer) {
        (&Method::OPTIONS, _) => preflight(),
        (_, Some((viewer, route))) => viewer::answer(&app, viewer, route, request).await,
        (&Method::GET | &Method::HEAD, None) => match app.find(request.uri().path()).await {
            Ok(content) => deliver(&app, &content, request.headers()),
            Err(failure) => refuse(&app, failure),
        },
        _ => not_allowed(METHODS),
    };
    set(&mut answer, header::ACCESS_CONTROL_ALLOW_ORIGIN, "*");
    set(&mut answer, header::ACCESS_CONTROL_EXPOSE_HEADERS, "Content-Range, Content-Encoding, Content-Length, ETag");
    answer
}

pub(crate) fn set(answer: &mut Response<Body>, name: HeaderName, value: &'static str) {
    answer.headers_mut().insert(name, HeaderValue::from_static(value));
}

/// For values that were made here, of ASCII.
pub(crate) fn set_text(answer: &mut Response<Body>, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers_mut().insert(name, value);
    }
}

pub(crate) fn with_status(status: StatusCode, body: impl Into<Body>) -> Response<Body> {
    let mut answer = Response::new(body.into());
    *answer.status_mut() = status;
    answer
}

fn preflight() -> Response<Body> {
    let mut answer = with_status(StatusCode::NO_CONTENT, Body::empty());
    set(&mut answer, header::ACCESS_CONTROL_ALLOW_METHODS, METHODS);
    set(&mut answer, header::ACCESS_CONTROL_ALLOW_HEADERS, "*, Range, Authorization");
    set(&mut answer, header::ACCESS_CONTROL_MAX_AGE, "86400");
    // A public page that asks for data on this machine needs this word, too.
    set(&mut answer, HeaderName::from_static("access-control-allow-private-network"), "true");
    answer
}

pub(crate) fn not_allowed(methods: &'static str) -> Response<Body> {
    let text = format!("what can be done here: {methods}\n");
    let mut answer = with_status(StatusCode::METHOD_NOT_ALLOWED, text);
    set(&mut answer, header::ALLOW, methods);
    set(&mut answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    answer
}

pub(crate) fn refuse(app: &App, failure: Failure) -> Response<Body> {
    if failure.status.is_server_error() {
        tracing::warn!(status = failure.status.as_u16(), error = failure.text, "a request failed");
        app.counters.failed.add(1);
    } else {
        app.counters.refused.add(1);
    }
    let mut answer = with_status(failure.status, failure.text + "\n");
    set(&mut answer, header::CONTENT_TYPE, "text/plain; charset=utf-8");
    set(&mut answer, header::CACHE_CONTROL, "no-store");
    answer
}

/// The content, or the part of it that was asked for, or the news that there are none. Parts are never compressed.
pub(crate) fn deliver(app: &App, content: &Content, asked: &HeaderMap) -> Response<Body> {
    let part = part(content, asked);
    let gzipped = part == Part::Whole && content.is_gzipped() && takes_gzip(asked);
    let etag = content.etag(gzipped);
    let mut answer = if is_known(asked, etag) {
        app.counters.not_modified.add(1);
        with_status(StatusCode::NOT_MODIFIED, Body::empty())
    } else {
        body(app, content, &part, gzipped)
    };
    answer.headers_mut().insert(header::ETAG, etag.clone());
    // The source may change while this server runs, so browsers ask again; if it has not, they get no bytes.
    set(&mut answer, header::CACHE_CONTROL, "no-cache");
    set(&mut answer, header::VARY, "Accept-Encoding");
    answer
}

/// As many as an answer has.
const HEADERS: usize = 12;

fn body(app: &App, content: &Content, part: &Part, gzipped: bool) -> Response<Body> {
    let length = content.length();
    let (status, bytes, range) = match part {
        Part::Whole if gzipped => (StatusCode::OK, content.stored(), None),
        Part::Whole => (StatusCode::OK, content.plain(), None),
        Part::Bytes(range) => {
            let said = format!("bytes {}-{}/{length}", range.start, range.end - 1);
            (StatusCode::PARTIAL_CONTENT, content.plain().slice(range.clone()), Some(said))
        }
        Part::Nothing => (StatusCode::RANGE_NOT_SATISFIABLE, Vec::new().into(), Some(format!("bytes */{length}"))),
    };
    app.counters.bytes.add(bytes.len() as u64);
    let mut answer = with_status(status, bytes);
    answer.headers_mut().reserve(HEADERS);
    set(&mut answer, header::CONTENT_TYPE, content.media_type());
    set(&mut answer, header::ACCEPT_RANGES, "bytes");
    if gzipped {
        set(&mut answer, header::CONTENT_ENCODING, "gzip");
    }
    if let Some(range) = range {
        set_text(&mut answer, header::CONTENT_RANGE, &range);
    }
    answer
}

fn text(asked: &HeaderMap, name: HeaderName) -> Option<&str> {
    asked.get(name).and_then(|value| value.to_str().ok())
}

fn part(content: &Content, asked: &HeaderMap) -> Part {
    let outdated = text(asked, header::IF_RANGE).is_some_and(|etag| etag != content.etag(false));
    match text(asked, header::RANGE) {
        Some(range) if !outdated => Part::of(range, content.length()),
        _ => Part::Whole,
    }
}

fn takes_gzip(asked: &HeaderMap) -> bool {
    let Some(codings) = text(asked, header::ACCEPT_ENCODING) else { return false };
    codings.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse() == Ok(0.0));
        matches!(name.trim(), "gzip" | "*") && !refused
    })
}

fn is_known(asked: &HeaderMap, etag: &HeaderValue) -> bool {
    let same = |known: &str| known == "*" || known.strip_prefix("W/").unwrap_or(known) == etag;
    text(asked, header::IF_NONE_MATCH).is_some_and(|list| list.split(',').any(|known| same(known.trim())))
}
