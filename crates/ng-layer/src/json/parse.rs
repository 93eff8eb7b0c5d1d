//! Reading, with an error that says where.

use super::{Object, describe};
use crate::error::{Error, Result};
use serde_json::Value;

/// Parses one JSON value. Of a key given twice the last value counts, as in the browser and in Python.
///
/// # Errors
/// [`Error::Json`] with the byte offset and what stands there.
pub fn parse(text: &str) -> Result<Value> {
    serde_json::from_str(text).map_err(|error| {
        let offset = if error.is_eof() { text.len() } else { offset_of(text, error.line(), error.column()) };
        Error::Json { offset, near: excerpt(text, offset), reason: reason_of(&error) }
    })
}

/// Parses a value that has to be an object.
pub(crate) fn parse_object(text: &str) -> Result<Object> {
    match parse(text)? {
        Value::Object(object) => Ok(object),
        other => Err(Error::NotAnObject { found: describe(&other) }),
    }
}

/// Byte offset of a line and column, both counted from one.
fn offset_of(text: &str, line: usize, column: usize) -> usize {
    let start = match line.checked_sub(2) {
        None => 0,
        Some(newline) => text.match_indices('\n').nth(newline).map_or(text.len(), |(at, _)| at + 1),
    };
    let mut offset = (start + column.saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// What stands at an offset, at most a few words.
pub(crate) fn excerpt(text: &str, offset: usize) -> String {
    let excerpt: String = text[offset..].chars().take(24).collect();
    if excerpt.is_empty() { "the end of the text".to_owned() } else { format!("`{excerpt}`") }
}

/// The parser's reason without the position that it appends.
fn reason_of(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    text[..end].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::to_python_string;

    #[test]
    fn errors_point_at_the_byte() {
        let Err(Error::Json { offset, near, .. }) = parse("{\"a\":\n [1, x]}") else { panic!("must fail") };
        assert_eq!((offset, near.as_str()), (11, "`x]}`"));
        let Err(Error::Json { offset, near, .. }) = parse("{\"é\": 1") else { panic!("must fail") };
        assert_eq!((offset, near.as_str()), (8, "the end of the text"));
    }

    #[test]
    fn numbers_out_of_range_are_refused() {
        assert!(matches!(parse("1e400"), Err(Error::Json { .. })));
    }

    #[test]
    fn nesting_has_a_limit() {
        let nested = |depth: usize| parse(&("[".repeat(depth) + &"]".repeat(depth)));
        assert!(nested(127).is_ok());
        assert!(matches!(nested(128), Err(Error::Json { reason, .. }) if reason == "recursion limit exceeded"));
    }

    #[test]
    fn integers_beyond_64_bits_and_minus_zero_are_doubles() {
        let value = parse("[18446744073709551615, 18446744073709551616, -0]").unwrap();
        assert_eq!(to_python_string(&value), "[18446744073709551615,1.8446744073709552e+19,-0.0]");
    }

    #[test]
    fn an_object_is_asked_for() {
        assert!(matches!(parse_object("[1]"), Err(Error::NotAnObject { found: "a list" })));
    }
}
