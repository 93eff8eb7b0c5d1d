use std::time::Duration;

use super::{Asked, Error, Missing};

/// What stands for the words of an answer that has none.
const NO_MESSAGE: &str = "(no message)";

impl Error {
    /// Whether this is how a server says that a label does not exist: 404 without a word. Others that answer 404, such as a
    /// proxy, have a page to show.
    pub(crate) fn is_unknown_label(&self) -> bool {
        matches!(self, Self::NotFound { what: Missing::Address, message, .. } if message == NO_MESSAGE)
    }

    /// Whether an answer came that is not whole.
    pub(crate) fn is_damage(&self) -> bool {
        matches!(self, Self::CorruptStream { .. } | Self::Truncated { .. })
    }
}

/// The error that an HTTP status of 400 or more stands for.
///
/// DVID has no machine-readable codes and says almost everything with 400, so stable fragments of its messages decide.
pub(crate) fn from_status(status: u16, body: &str, retry_after: Option<Duration>) -> Error {
    let message = words(body);
    let asked = Asked::default();
    match status {
        401 | 403 => Error::Auth { status, message, asked },
        // DVID itself words a 404; a page, or nothing, is what something else says of an address.
        404 if is_page(body) || body.trim().is_empty() => Error::NotFound { what: Missing::Address, message, asked },
        404 => Error::NotFound { what: missing(&message), message, asked },
        429 | 503 => Error::Busy { status, message, retry_after, asked },
        400 => bad_request(message),
        500.. => Error::Server { status, message, asked },
        _ => Error::BadRequest { status, message, asked },
    }
}

fn bad_request(message: String) -> Error {
    let asked = Asked::default();
    let has = |fragment: &str| message.contains(fragment);
    if has("more than one UUID matches") {
        Error::Ambiguous { message, asked }
    } else if has("of locked node") || has("on locked node") {
        Error::Locked { message, asked }
    } else if has("in read-only mode") {
        Error::ReadOnly { message, asked }
    } else if has("admin privileges") || has("admintoken") {
        Error::Auth { status: 400, message, asked }
    } else if has("set limit") && has("equested payload") {
        Error::TooLarge { message, asked }
    } else if missing(&message) == Missing::Other {
        Error::BadRequest { status: 400, message, asked }
    } else {
        Error::NotFound { what: missing(&message), message, asked }
    }
}

fn missing(message: &str) -> Missing {
    let has = |fragment: &str| message.contains(fragment);
    if has("could not find UUID") || has("UUID must be specified") || has("bad UUID specification") {
        Missing::Uuid
    } else if has("branch ") && has("not found in repo") {
        Missing::Branch
    } else if has("Can't get ROI with name") {
        Missing::RegionOfInterest
    } else if has("invalid data instance name") {
        Missing::Instance
    } else if message.starts_with("Key ") && has("not found") {
        Missing::Key
    } else if has("page not found") {
        Missing::Address
    } else {
        Missing::Other
    }
}

/// The server's words on one line. A page made for a browser comes from a proxy and is not shown.
fn words(body: &str) -> String {
    let body = body.trim();
    if body.is_empty() {
        NO_MESSAGE.to_owned()
    } else if is_page(body) {
        "(an HTML page, so something between us and DVID answered)".to_owned()
    } else {
        body.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" | ")
    }
}

fn is_page(body: &str) -> bool {
    body.trim_start().starts_with('<')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_put_on_one_line_and_pages_are_not_shown() {
        let error = from_status(500, "Panic detected on request x:\nruntime error\nIP: y\n", None);
        assert_eq!(
            error.to_string(),
            "the server failed (500): \"Panic detected on request x: | runtime error | IP: y\""
        );
        assert!(!from_status(502, "<html>bad gateway</html>", None).to_string().contains("gateway<"));
        assert!(from_status(404, "", None).to_string().contains("(no message)"));
        let page = from_status(404, "<html>nginx</html>", None).to_string();
        assert!(page.starts_with("no such address on this server: ") && !page.contains("nginx"), "{page}");
    }

    #[test]
    fn only_a_404_without_a_word_is_about_a_label() {
        assert!(from_status(404, " \n", None).is_unknown_label());
        for (status, body) in [(404, "<html>"), (404, "404 page not found"), (400, ""), (404, "Key \"x\" not found")] {
            assert!(!from_status(status, body, None).is_unknown_label(), "{status} {body}");
        }
    }

    #[test]
    fn fragments_decide() {
        let what = |body: &str| match from_status(400, body, None) {
            Error::NotFound { what, .. } => Some(what),
            _ => None,
        };
        assert_eq!(what("could not find UUID with partial match to zzz (/api/node/zzz/g/info)."), Some(Missing::Uuid));
        assert_eq!(what("branch \"x\" not found in repo \"y\""), Some(Missing::Branch));
        assert_eq!(what("invalid data instance name (/api/node/u/nosuch/info)."), Some(Missing::Instance));
        assert_eq!(what("Can't get ROI with name \"r\": invalid data instance name"), Some(Missing::RegionOfInterest));
        assert_eq!(what("Illegal geometry requested"), None);
        let locked = from_status(400, "Cannot do POST on endpoint \"raw\" of locked node u", None);
        assert!(matches!(locked, Error::Locked { .. }));
        let large = from_status(400, "requested payload (8 bytes) exceeds this DVID server's set limit (3)", None);
        assert!(matches!(large, Error::TooLarge { .. }));
        let admin = from_status(400, "Creating a repo requires admin privileges (admintoken or DSG admin)", None);
        assert!(matches!(admin, Error::Auth { status: 400, .. }));
    }
}
