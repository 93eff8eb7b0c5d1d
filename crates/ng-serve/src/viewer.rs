//! The viewer itself, from a folder: pages of the same origin as the data need nobody's permission.
//!
//! The client that the `neuroglancer` package of `PyPI` carries is a page below `/v/TOKEN/`. It keeps a stream of events open
//! at `/events/TOKEN`, and where the link has no state in its fragment it takes it from there and posts every change to
//! `/state/TOKEN`. Clients built for the web alone ask for none of these.

mod files;
mod shared;

use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::http::{Method, Response, StatusCode};

use self::files::Files;
use self::shared::Shared;
use crate::app::App;
use crate::failure::Failure;
use crate::http::{deliver, not_allowed, refuse, set, with_status};
use crate::{Result, route};

/// First parts of the paths below; a token cannot be one of them.
pub(crate) const PREFIXES: [&str; 3] = ["v", "events", "state"];

/// The files of the client, and the state that its pages share.
pub(crate) struct Viewer {
    files: Files,
    shared: Shared,
}

/// What a path names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum ViewerRoute {
    /// The page without its last slash, with which its files would be looked for elsewhere.
    Unfinished,
    /// A file of the client.
    File(String),
    /// The events.
    Events,
    /// The state of all pages that have none of their own.
    State,
    /// What browsers want to put onto the tab of a page that says nothing about it.
    Icon,
}

impl ViewerRoute {
    /// The route of a path. As everywhere, nothing is resolved.
    pub(crate) fn of(path: &str, token: &str) -> Option<Self> {
        let parts = route::parts(path)?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts[..] {
            ["v", page] if page == token => Some(Self::Unfinished),
            ["v", page, ref file @ ..] if page == token => {
                file.iter().all(|part| !part.contains('/')).then(|| Self::File(file.join("/")))
            }
            ["events", page] if page == token => Some(Self::Events),
            ["state", page] if page == token => Some(Self::State),
            ["favicon.ico"] => Some(Self::Icon),
            _ => None,
        }
    }

    fn methods(&self) -> &'static str {
        if *self == Self::State { "POST, OPTIONS" } else { "GET, HEAD, OPTIONS" }
    }
}

impl Viewer {
    /// A client from a folder, whose pages begin with a state.
    pub(crate) fn open(folder: &Path, state: &str) -> Result<Self> {
        Ok(Self { files: Files::open(folder)?, shared: Shared::new(state) })
    }

    /// Ends all streams of events: the server is being stopped.
    pub(crate) fn close(&self) {
        self.shared.close();
    }
}

/// The answer to a request below the viewer's paths.
pub(crate) async fn answer(app: &Arc<App>, viewer: &Viewer, route: ViewerRoute, request: Request) -> Response<Body> {
    let (asked, body) = request.into_parts();
    let reads = matches!(asked.method, Method::GET | Method::HEAD);
    let mut answer = match route {
        ViewerRoute::Unfinished if reads => to_the_page(&app.token, asked.uri.query()),
        ViewerRoute::File(name) if reads => match viewer.files.find(&name).await {
            Ok(content) => deliver(app, &content, &asked.headers),
            Err(failure) => refuse(app, failure),
        },
        ViewerRoute::Icon if reads => with_status(StatusCode::NO_CONTENT, Body::empty()),
        ViewerRoute::Events if reads => viewer.shared.events(asked.uri.query().unwrap_or("")),
        ViewerRoute::State if asked.method == Method::POST => match viewer.shared.post(body).await {
            Ok(answer) => answer,
            Err(failure) => refuse(app, failure),
        },
        other => not_allowed(other.methods()),
    };
    // The address of the page holds the token; no other server should hear of it.
    set(&mut answer, header::REFERRER_POLICY, "no-referrer");
    set(&mut answer, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    answer
}

/// Relative, so that it holds behind a proxy as well. Browsers keep the fragment.
fn to_the_page(token: &str, query: Option<&str>) -> Response<Body> {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    let mut answer = with_status(StatusCode::PERMANENT_REDIRECT, Body::empty());
    crate::http::set_text(&mut answer, header::LOCATION, &format!("{token}/{query}"));
    answer
}

/// For what the pages of the client may ask for and nobody has here.
pub(crate) fn nowhere() -> Failure {
    Failure::not_found("there is nothing here")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_the_viewer_begin_with_its_words_and_the_token() {
        let file = |name: &str| Some(ViewerRoute::File(name.to_owned()));
        for (path, route) in [
            ("/v/T", Some(ViewerRoute::Unfinished)),
            ("/v/T/", file("")),
            ("/v/T/main.js", file("main.js")),
            ("/v/T/a/b.js", file("a/b.js")),
            ("/v/T/a%20b.js", file("a b.js")),
            ("/v/T/../T/a", file("../T/a")),
            ("/v/T/%2e%2e/a", file("../a")),
            ("/v/T/a%2Fb.js", None),
            ("/v/T/%ff", None),
            ("/v/t/main.js", None),
            ("/v/", None),
            ("/events/T", Some(ViewerRoute::Events)),
            ("/events/T/", None),
            ("/events/t", None),
            ("/state/T", Some(ViewerRoute::State)),
            ("/favicon.ico", Some(ViewerRoute::Icon)),
            ("/favicon.ico/", None),
            ("/T/em/info", None),
        ] {
            assert_eq!(ViewerRoute::of(path, "T"), route, "{path}");
        }
    }
}
