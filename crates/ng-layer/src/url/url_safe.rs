//! The spelling of old links: JSON whose commas are `_` or `&` and whose strings may be in single quotes, so that less
//! has to be percent-encoded. Ordinary JSON passes unchanged.

use crate::error::{Error, Result};

/// Turns the spelling into JSON. Whether the result *is* JSON is for the parser to say.
pub(super) fn to_json(text: &str) -> Result<String> {
    let mut json = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        match c {
            '_' | '&' => json.push(','),
            '"' | '\'' => {
                let body = string_body(text, at, c)?;
                push_string(&mut json, body, c);
                at += body.len() + 1;
            }
            _ => json.push(c),
        }
        at += c.len_utf8();
    }
    Ok(json)
}

/// What stands between the quotation mark at `at` and its partner.
fn string_body(text: &str, at: usize, quote: char) -> Result<&str> {
    let body = &text[at + 1..];
    let mut escaped = false;
    for (index, c) in body.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            c if c == quote => return Ok(&body[..index]),
            _ => {}
        }
    }
    Err(Error::OpenString { offset: at, quote })
}

/// The string in double quotes: of one in single quotes an inner `"` gets a backslash and `\'` loses it.
fn push_string(json: &mut String, body: &str, quote: char) {
    json.push('"');
    if quote == '"' {
        json.push_str(body);
    } else {
        let mut escaped = false;
        for c in body.chars() {
            match c {
                '\'' if escaped => json.push('\''),
                c if escaped => json.extend(['\\', c]),
                '\\' => {}
                '"' => json.push_str("\\\""),
                c => json.push(c),
            }
            escaped = c == '\\' && !escaped;
        }
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_links_become_json() {
        for (text, expected) in [
            (r#"{'a':[1_2&3]_"b_c":'d_e'}"#, r#"{"a":[1,2,3],"b_c":"d_e"}"#),
            (r#"{'say':'it\'s "so" \\ \n'}"#, r#"{"say":"it's \"so\" \\ \n"}"#),
            (r#"{"t":"a 'x' \" y"}"#, r#"{"t":"a 'x' \" y"}"#),
            (r#"['\\','\"']"#, r#"["\\","\""]"#),
            ("['µ🧠'_1]", r#"["µ🧠",1]"#),
        ] {
            assert_eq!(to_json(text).unwrap(), expected);
        }
    }

    #[test]
    fn strings_must_end() {
        assert!(matches!(to_json("{'a"), Err(Error::OpenString { offset: 1, quote: '\'' })));
        assert!(matches!(to_json(r#"["a\"]"#), Err(Error::OpenString { offset: 1, quote: '"' })));
    }
}
