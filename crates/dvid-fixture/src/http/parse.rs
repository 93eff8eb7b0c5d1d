//! Request line and header lines: text to values.

/// Verb, target and minor version of `GET /path HTTP/1.1`.
pub(super) fn request_line(line: &str) -> Option<(&str, &str, u8)> {
    let mut parts = line.split(' ');
    let (method, target, version) = (parts.next()?, parts.next()?, parts.next()?);
    let minor = match version {
        "HTTP/1.1" => 1,
        "HTTP/1.0" => 0,
        _ => return None,
    };
    let sound = !method.is_empty() && method.bytes().all(is_token) && target.starts_with('/') && parts.next().is_none();
    sound.then_some((method, target, minor))
}

/// Name and value of `Name: value`.
pub(super) fn header_line(line: &str) -> Option<(&str, &str)> {
    let (name, value) = line.split_once(':')?;
    (!name.is_empty() && name.bytes().all(is_token)).then(|| (name, value.trim_matches([' ', '\t'])))
}

/// Length in a chunk's first line, extensions ignored.
pub(super) fn chunk_length(line: &str) -> Option<u64> {
    let digits = line.split(';').next().unwrap_or("").trim();
    let sound = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    sound.then(|| u64::from_str_radix(digits, 16).ok()).flatten()
}

/// A decimal `Content-Length`; signs and spaces are refused.
pub(super) fn content_length(value: &str) -> Option<u64> {
    (!value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit())).then(|| value.parse().ok()).flatten()
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_lines() {
        assert_eq!(request_line("GET /a?b=c HTTP/1.1"), Some(("GET", "/a?b=c", 1)));
        assert_eq!(request_line("HEAD / HTTP/1.0"), Some(("HEAD", "/", 0)));
        for bad in [
            "",
            "GET",
            "GET /",
            "GET  / HTTP/1.1",
            "GET a HTTP/1.1",
            "G(T / HTTP/1.1",
            "GET / HTTP/2",
            "GET / x HTTP/1.1",
        ] {
            assert_eq!(request_line(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn header_lines() {
        assert_eq!(header_line("Range:  bytes=1-2 "), Some(("Range", "bytes=1-2")));
        assert_eq!(header_line("Empty:"), Some(("Empty", "")));
        for bad in ["", "novalue", ": x", "a b: c", " folded: x", "spaced : x"] {
            assert_eq!(header_line(bad), None, "{bad:?}");
        }
    }

    #[test]
    fn lengths() {
        assert_eq!(chunk_length("1a;ext=1"), Some(26));
        assert_eq!(chunk_length("0"), Some(0));
        for bad in ["", ";", "-1", "+1", "g", "0x1", "fffffffffffffffff"] {
            assert_eq!(chunk_length(bad), None, "{bad:?}");
        }
        assert_eq!(content_length("10"), Some(10));
        for bad in ["", "+1", "-1", " 1", "1,1", "99999999999999999999"] {
            assert_eq!(content_length(bad), None, "{bad:?}");
        }
    }
}
