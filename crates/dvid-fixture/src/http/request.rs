//! A request as the handlers see it.

/// One request, its body read to the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub(super) method: String,
    pub(super) target: String,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
    pub(super) keep_alive: bool,
}

impl Request {
    /// A request without headers and body, for handlers that are called without a socket.
    pub fn new(method: impl Into<String>, target: impl Into<String>) -> Self {
        Self { method: method.into(), target: target.into(), headers: Vec::new(), body: Vec::new(), keep_alive: true }
    }

    /// The same request with this body.
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// The same request with one more header.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// The verb, as sent.
    pub fn method(&self) -> &str {
        &self.method
    }

    /// Path and query as they stood on the request line.
    pub fn target(&self) -> &str {
        &self.target
    }

    /// The path without its query, percent-escapes undone. Bytes that are no UTF-8 become U+FFFD, as nothing here is named so.
    pub fn path(&self) -> String {
        percent_decoded(self.target.split_once('?').map_or(self.target.as_str(), |(path, _)| path))
    }

    /// The first value of a query parameter, percent-escapes undone; `Some("")` for a parameter without a value.
    pub fn query(&self, name: &str) -> Option<String> {
        let (_, query) = self.target.split_once('?')?;
        query
            .split('&')
            .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
            .find(|(key, _)| percent_decoded(&key.replace('+', " ")) == name)
            .map(|(_, value)| percent_decoded(&value.replace('+', " ")))
    }

    /// The first header of this name, whatever its case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// The body, with chunked framing removed.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Whether the client wants the connection kept.
    pub(crate) fn keep_alive(&self) -> bool {
        self.keep_alive
    }
}

/// Undoes `%xx`; an escape that is not one stays as it is.
fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let escaped = (bytes[at] == b'%').then(|| bytes.get(at + 1..at + 3)).flatten().and_then(hex_byte);
        out.push(escaped.unwrap_or(bytes[at]));
        at += if escaped.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let high = char::from(digits[0]).to_digit(16)?;
    let low = char::from(digits[1]).to_digit(16)?;
    Some((high * 16 + low) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn path_and_query_are_decoded_and_the_target_is_not() {
        let request = Request::new("GET", "/api/a%20b/c%zz?blocks=1,2,3&x=%2f&empty&plus=a+b");
        assert_eq!(request.target(), "/api/a%20b/c%zz?blocks=1,2,3&x=%2f&empty&plus=a+b");
        assert_eq!(request.path(), "/api/a b/c%zz");
        assert_eq!(request.query("blocks").as_deref(), Some("1,2,3"));
        assert_eq!(request.query("x").as_deref(), Some("/"));
        assert_eq!(request.query("empty").as_deref(), Some(""));
        assert_eq!(request.query("plus").as_deref(), Some("a b"));
        assert_eq!(request.query("nosuch"), None);
    }

    #[test]
    fn a_cut_escape_at_the_end_is_kept() {
        assert_eq!(Request::new("GET", "/a%4").path(), "/a%4");
        assert_eq!(Request::new("GET", "/a%").path(), "/a%");
    }
}
