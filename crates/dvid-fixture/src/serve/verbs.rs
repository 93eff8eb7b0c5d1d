//! Verbs other than GET: this server only reads.

use super::NodeState;
use super::refusal::{Refusal, Result};
use super::repo::NodeView;
use super::volume::Volume;
use crate::http::{Request, Response};
use crate::wording::locked;

/// The message of a server that takes no writes.
pub(super) const READ_ONLY: &str = "Server in read-only mode and will only accept GET and HEAD requestcs";

/// The answer to a request on an instance whose verb is refused; `None` if the endpoint may answer it.
pub(super) fn check(request: &Request, volume: &Volume, keyword: &str, node: NodeView<'_>) -> Option<Result<Response>> {
    match request.method() {
        "GET" => None,
        "HEAD" if volume.voxel_type.has_label_blocks() => None,
        "HEAD" => {
            let name = &volume.name;
            Some(Err(Refusal::Bad(format!("Data \"{name}\" can only handle GET or POST HTTP verbs"))))
        }
        _ if node.state == NodeState::Locked => Some(Ok(locked(request, keyword, node.uuid))),
        _ => Some(Err(Refusal::Bad(READ_ONLY.to_owned()))),
    }
}

/// The answer to a browser that asks beforehand whether it may ask.
pub(super) fn preflight(request: &Request) -> Response {
    let response = Response::new(204)
        .with_header("Access-Control-Allow-Methods", "GET, HEAD, OPTIONS")
        // A page from the internet that asks a server on this machine needs this word, too.
        .with_header("Access-Control-Allow-Private-Network", "true");
    match request.header("Access-Control-Request-Headers") {
        Some(wanted) => response.with_header("Access-Control-Allow-Headers", wanted),
        None => response,
    }
}
