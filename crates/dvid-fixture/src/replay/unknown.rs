//! What is answered to a request that was not recorded.

use crate::http::{Request, Response};
use crate::versions::Repos;
use crate::wording::{NO_SUCH_INSTANCE, bad_api_call, not_found, redirect_to_clean_path, refuse, segments};

/// The refusal that the real server would most likely give.
pub(super) fn unknown(request: &Request, repos: &Repos) -> Response {
    if let Some(redirect) = redirect_to_clean_path(request) {
        return redirect;
    }
    let path = request.path();
    let (reference, rest) = match segments(&path)[..] {
        ["api", "node" | "repo", reference, ..] if segments(&path).len() > 3 => {
            (reference, segments(&path)[3..].to_vec())
        }
        _ => return not_found(),
    };
    let (repo, _) = match repos.resolve(reference) {
        Ok(place) => place,
        Err(message) => return refuse(&message, &path),
    };
    match rest[..] {
        [instance, _, ..] if path.starts_with("/api/node/") => {
            match repos.0[repo].instances.iter().find(|(name, _)| name == instance) {
                None => refuse(NO_SUCH_INSTANCE, &path),
                Some((name, type_name)) => bad_api_call(request, name, type_name),
            }
        }
        _ => not_found(),
    }
}
