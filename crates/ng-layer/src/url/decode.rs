//! Percent-decoding, as `decodeURIComponent` does it.

use crate::error::{Error, Result};
use crate::json::excerpt;

/// Decodes `fragment[start..]`. A run of `%XX` has to be UTF-8 by itself; everything else is copied.
pub(super) fn percent_decode(fragment: &str, start: usize) -> Result<String> {
    let mut decoded = String::with_capacity(fragment.len() - start);
    let mut at = start;
    while let Some(distance) = fragment[at..].find('%') {
        decoded.push_str(&fragment[at..at + distance]);
        at += distance;
        let run = encoded_run(fragment, at)?;
        let text = std::str::from_utf8(&run).map_err(|error| {
            let offset = at + 3 * error.valid_up_to();
            Error::NotUtf8 { offset, near: excerpt(fragment, offset) }
        })?;
        decoded.push_str(text);
        at += 3 * run.len();
    }
    decoded.push_str(&fragment[at..]);
    Ok(decoded)
}

/// The bytes of the `%XX%XX…` that begins at `at`.
fn encoded_run(fragment: &str, at: usize) -> Result<Vec<u8>> {
    let mut run = Vec::new();
    for escape in fragment.as_bytes()[at..].chunks(3).take_while(|escape| escape[0] == b'%') {
        let digit = |index: usize| escape.get(index).and_then(|digit| char::from(*digit).to_digit(16));
        let (Some(high), Some(low)) = (digit(1), digit(2)) else {
            let offset = at + 3 * run.len();
            return Err(Error::Percent { offset, near: excerpt(fragment, offset) });
        };
        run.push((high * 16 + low) as u8);
    }
    Ok(run)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_like_the_browser() {
        for (text, expected) in [("a+b", "a+b"), ("%7B%7d", "{}"), ("%C2%B5µ%20", "µµ "), ("%F0%9F%A7%A0", "🧠")] {
            assert_eq!(percent_decode(text, 0).unwrap(), expected);
        }
        for (text, at) in [("ab%", 2), ("%2", 0), ("%20%zz", 3), ("%20%+1", 3)] {
            assert!(matches!(percent_decode(text, 0), Err(Error::Percent { offset, .. }) if offset == at), "{text}");
        }
        for (text, at) in [("%C2", 0), ("%20%C2x%B5", 3), ("%ED%A0%80", 0)] {
            assert!(matches!(percent_decode(text, 0), Err(Error::NotUtf8 { offset, .. }) if offset == at), "{text}");
        }
    }
}
