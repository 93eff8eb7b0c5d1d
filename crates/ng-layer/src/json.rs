//! JSON as the viewer and as Python write it.
//!
//! The values are those of `serde_json` with the order of keys preserved (in a coordinate space the order *is* the
//! meaning). Only the printing is ours, because a link is compared byte for byte: JavaScript prints `0.000001`, `4`
//! and `8e-9` where Python prints `1e-06`, `4.0` and `8e-09`.
//!
//! Integers of 64 bits are kept as such; longer ones, and `-0`, are read as doubles, which is what they are in the browser.
//! Nesting of 128 levels and more is refused.

mod compare;
mod number;
mod parse;
mod write;

pub use compare::same;
pub use parse::parse;
pub use serde_json::{Map, Number, Value};
pub use write::{to_client_string, to_pretty_string, to_python_string};

pub(crate) use compare::same_objects;
pub(crate) use number::from_f64;
pub(crate) use parse::{excerpt, parse_object};

use std::fmt;

/// An object whose keys keep their order.
pub type Object = Map<String, Value>;

/// The client's spelling of an object for `Display`; indented for `{:#}`.
pub(crate) fn display(object: &Object, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let value = Value::Object(object.clone());
    f.write_str(&if f.alternate() { to_pretty_string(&value) } else { to_client_string(&value) })
}

/// What a value is, for messages: `"a number"`.
pub(crate) fn describe(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// A value as a message quotes it: its client form, cut off with an ellipsis where it is long.
pub(crate) fn quote(value: &Value) -> String {
    const LONGEST: usize = 60;
    let text = to_client_string(value);
    if text.chars().count() <= LONGEST {
        return text;
    }
    let mut short: String = text.chars().take(LONGEST).collect();
    short.push('…');
    short
}
