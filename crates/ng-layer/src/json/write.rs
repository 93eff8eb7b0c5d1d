//! Printing: one walk over the value, two spellings.

use super::compare::in_client_order;
use super::number;
use serde_json::Value;
use std::fmt::Write as _;

#[derive(Clone, Copy, PartialEq)]
enum Style {
    Client,
    Python,
}

/// Compact JSON as `JSON.stringify` writes it in the browser.
///
/// Numbers are doubles there: a whole number above 2^53 is printed rounded, as the browser would. Keys that are array
/// indices (`"7"`) come first in rising order, since that is how a JavaScript object enumerates them.
pub fn to_client_string(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), style: Style::Client, indent: None };
    writer.value(value, 0);
    writer.out
}

/// Compact JSON as Python's `json.dumps(value, separators=(",", ":"))` writes it: integers and floats keep apart,
/// everything that is not printable ASCII becomes `\uXXXX`.
pub fn to_python_string(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), style: Style::Python, indent: None };
    writer.value(value, 0);
    writer.out
}

/// The client's spelling, indented by two spaces, for people.
pub fn to_pretty_string(value: &Value) -> String {
    let mut writer = Writer { out: String::new(), style: Style::Client, indent: Some(2) };
    writer.value(value, 0);
    writer.out
}

struct Writer {
    out: String,
    style: Style,
    indent: Option<usize>,
}

impl Writer {
    fn value(&mut self, value: &Value, depth: usize) {
        match value {
            Value::Null => self.out.push_str("null"),
            Value::Bool(true) => self.out.push_str("true"),
            Value::Bool(false) => self.out.push_str("false"),
            Value::Number(number) => self.out.push_str(&match self.style {
                Style::Client => number::client(number),
                Style::Python => number::python(number),
            }),
            Value::String(text) => self.string(text),
            Value::Array(items) => {
                self.sequence('[', ']', items.iter(), depth, |writer, item| writer.value(item, depth + 1));
            }
            Value::Object(object) => {
                let entries = match self.style {
                    Style::Client => in_client_order(object),
                    Style::Python => object.iter().collect(),
                };
                self.sequence('{', '}', entries.into_iter(), depth, |writer, (key, item)| {
                    writer.string(key);
                    writer.out.push_str(if writer.indent.is_some() { ": " } else { ":" });
                    writer.value(item, depth + 1);
                });
            }
        }
    }

    fn sequence<T>(
        &mut self,
        open: char,
        close: char,
        items: impl ExactSizeIterator<Item = T>,
        depth: usize,
        mut write: impl FnMut(&mut Self, T),
    ) {
        let empty = items.len() == 0;
        self.out.push(open);
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.line(depth + 1);
            write(self, item);
        }
        if !empty {
            self.line(depth);
        }
        self.out.push(close);
    }

    fn line(&mut self, depth: usize) {
        if let Some(width) = self.indent {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n(' ', width * depth));
        }
    }

    fn string(&mut self, text: &str) {
        self.out.push('"');
        for c in text.chars() {
            match c {
                '"' => self.out.push_str("\\\""),
                '\\' => self.out.push_str("\\\\"),
                '\n' => self.out.push_str("\\n"),
                '\r' => self.out.push_str("\\r"),
                '\t' => self.out.push_str("\\t"),
                '\u{8}' => self.out.push_str("\\b"),
                '\u{c}' => self.out.push_str("\\f"),
                c if c < ' ' || (self.style == Style::Python && c > '~') => self.escape(c),
                c => self.out.push(c),
            }
        }
        self.out.push('"');
    }

    fn escape(&mut self, c: char) {
        for unit in c.encode_utf16(&mut [0; 2]) {
            write!(self.out, "\\u{unit:04x}").expect("writing to a string cannot fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn strings_are_escaped_as_each_language_does() {
        let value = json!("µ\u{7f}\u{1}🧠\"\\/\u{2028}");
        assert_eq!(to_client_string(&value), "\"µ\u{7f}\\u0001🧠\\\"\\\\/\u{2028}\"");
        assert_eq!(to_python_string(&value), r#""\u00b5\u007f\u0001\ud83e\udde0\"\\/\u2028""#);
    }

    #[test]
    fn array_index_keys_come_first_in_the_browser() {
        let value = json!({"b": 1, "20": 2, "7": 3, "4294967295": 1, "4294967294": 1, "07": 1});
        assert_eq!(to_client_string(&value), r#"{"7":3,"20":2,"4294967294":1,"b":1,"4294967295":1,"07":1}"#);
        assert_eq!(to_python_string(&value), r#"{"b":1,"20":2,"7":3,"4294967295":1,"4294967294":1,"07":1}"#);
    }

    #[test]
    fn pretty_form_indents_and_keeps_empty_things_short() {
        let value = json!({"a": [1, {}], "b": []});
        assert_eq!(to_pretty_string(&value), "{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}");
    }
}
