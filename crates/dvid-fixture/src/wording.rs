//! The words of the real server, and the parts of its routing that every answer shares.

use crate::http::{Request, Response};

/// 400 with the path behind the message, as every refusal of the real server has it.
pub(crate) fn refuse(message: &str, path: &str) -> Response {
    refuse_as(400, message, path)
}

/// The same with another status.
pub(crate) fn refuse_as(status: u16, message: &str, path: &str) -> Response {
    Response::text(status, &refuse_text(message, path))
}

/// A message as it stands in a body, without the line feed.
pub(crate) fn refuse_text(message: &str, path: &str) -> String {
    format!("{message} ({path}).")
}

/// The answer to a route that does not exist.
pub(crate) fn not_found() -> Response {
    Response::text(404, "404 page not found")
}

/// The answer to a keyword that the type of an instance does not know.
pub(crate) fn bad_api_call(request: &Request, instance: &str, type_name: &str) -> Response {
    let (path, host) = (request.path(), request.header("Host").unwrap_or("localhost"));
    let help = format!("See API help at http://{host}/api/help/{type_name}");
    Response::text(400, &format!("Bad API call ({path}) for data \"{instance}\".  {help}"))
}

/// The answer to a writing verb on a locked node.
pub(crate) fn locked(request: &Request, keyword: &str, uuid: &str) -> Response {
    let message = format!("Cannot do {} on endpoint \"{keyword}\" of locked node {uuid}", request.method());
    refuse(&message, &request.path())
}

/// The message for an instance that a repo does not have.
pub(crate) const NO_SUCH_INSTANCE: &str = "invalid data instance name";

/// The redirect to the path without doubled slashes, if it has any.
pub(crate) fn redirect_to_clean_path(request: &Request) -> Option<Response> {
    let (path, query) = match request.target().split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (request.target(), None),
    };
    if !path.contains("//") {
        return None;
    }
    let mut clean = String::with_capacity(path.len());
    path.chars().for_each(|letter| {
        if letter != '/' || !clean.ends_with('/') {
            clean.push(letter);
        }
    });
    let location = query.map_or(clean.clone(), |query| format!("{clean}?{query}"));
    let page = format!("<a href=\"{location}\">Moved Permanently</a>.\n\n");
    let response = Response::new(301).with_header("Content-Type", "text/html; charset=utf-8");
    Some(response.with_header("Location", location).with_body(page))
}

/// The parts of a path; a slash at the end adds none.
pub(crate) fn segments(path: &str) -> Vec<&str> {
    path.split('/').filter(|segment| !segment.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubled_slashes_are_a_redirect_that_keeps_the_query() {
        let answer = redirect_to_clean_path(&Request::new("GET", "//api///node/a//b?x=//")).expect("a redirect");
        assert_eq!((answer.status(), answer.header("Location")), (301, Some("/api/node/a/b?x=//")));
        assert!(redirect_to_clean_path(&Request::new("GET", "/api/node/?x=//")).is_none());
    }
}
