//! A recorded case, and how it is to be treated.

use std::fmt;

use coord_roi::Error;
use serde::Deserialize;
use serde_json::Value;

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) op: String,
    pub(crate) args: Value,
    pub(crate) expect: Value,
    pub(crate) tags: Vec<String>,
}

/// How to treat a case, from the mildest to the strictest; of several the strictest wins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Rule {
    /// The recorded result.
    Identical,
    /// The recorded result from the compatibility module; absent from the main interface.
    Compat,
    /// Another result than the recorded one, see [`amend`](crate::amend).
    Changed,
    /// An error in place of the recorded result.
    Error,
    /// The operands are refused, or cannot be written down in Rust.
    NotAccepted,
}

/// Why there is no result.
pub(crate) enum Failure {
    /// The operands are not accepted.
    Refused(String),
    /// The operation has failed.
    Error(Error),
}

pub(crate) type Outcome = Result<Value, Failure>;

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(reason) => f.write_str(reason),
            Self::Error(error) => error.fmt(f),
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(error)
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        Self::Refused(error.to_string())
    }
}

impl Failure {
    /// Whether this is what stands in for the exception that the reference has raised, if it has raised one.
    pub(crate) fn goes_with(&self, expect: &Value) -> bool {
        if expect["kind"] != "error" {
            return true;
        }
        let Self::Error(error) = self else {
            return matches!(
                expect["value"].as_str(),
                Some(
                    "AssertionError"
                        | "TypeError"
                        | "ValueError"
                        | "OverflowError"
                        | "ZeroDivisionError"
                        | "RuntimeError"
                )
            );
        };
        // A region that does not exist here is refused before the operation looks at it.
        if matches!(error, Error::MissingOffset { .. } | Error::NegativeShape { .. }) {
            return true;
        }
        match expect["value"].as_str() {
            Some("AssertionError") => matches!(error, Error::DimsMismatch { .. } | Error::ZeroStep { .. }),
            // Of several wrong entries another one may be met first: the number of entries is looked at before them, and
            // a division without a remainder may stop at an axis before the one of the zero.
            Some("ZeroDivisionError" | "TypeError") => matches!(
                error,
                Error::DivisionByZero { .. }
                    | Error::ZeroStep { .. }
                    | Error::NotAligned { .. }
                    | Error::MissingEntry { .. }
                    | Error::DimsMismatch { .. }
            ),
            // A negative step is refused whatever the mode.
            Some("RuntimeError") => matches!(error, Error::Parse { .. } | Error::ZeroStep { .. }),
            Some("ValueError" | "OverflowError") => matches!(error, Error::NotFinite { .. }),
            _ => false,
        }
    }
}

/// Arguments that the reference makes a coordinate of, whatever sequence they are.
const CONVERTED: [&str; 7] = ["offset", "shape", "value", "point", "neg", "pos", "voxel_size"];

impl Case {
    /// The case with its arguments in the one way to write them that Rust has: a list for every sequence and for the
    /// lone number that becomes a coordinate, numbers for truth values.
    pub(crate) fn spelled_out(mut self) -> Self {
        numbers_for_truth_values(&mut self.args);
        for key in CONVERTED {
            let Some(value) = self.args.get_mut(key) else { continue };
            if let Some(raw) = value.get("raw") {
                *value = raw.clone();
            }
            // Amounts to grow by stand for every axis instead.
            if matches!(key, "value" | "voxel_size") && value.is_number() {
                *value = Value::Array(vec![value.take()]);
            }
        }
        self
    }

    pub(crate) fn rule(&self) -> Result<Rule, String> {
        let mut rule = Rule::Identical;
        for tag in self.tags.iter().filter(|tag| tag.starts_with('Q')) {
            rule = rule.max(match tag.as_str() {
                "Q03" | "Q04" | "Q05" | "Q08" | "Q19" => Rule::NotAccepted,
                "Q11" | "Q12" | "Q13" | "Q14" | "Q16" => Rule::Error,
                "Q06" | "Q07" | "Q09" | "Q10" | "Q15" | "Q21" | "Q22" => Rule::Changed,
                "Q01" | "Q02" | "Q17" => Rule::Compat,
                _ => return Err(format!("no rule for the tag {tag}")),
            });
        }
        if rule == Rule::Changed && matches!(self.op.as_str(), "roi.truediv" | "roi.floordiv" | "roi.mod") {
            // Offset and shape divided independently: there is nothing else that it could have been changed to.
            return Ok(Rule::Compat);
        }
        if self.op == "roi.mul" && any(&self.args["other"], &is_negative) {
            // Rejected also where the result would not show it, as with a shape of 0.
            rule = rule.max(Rule::Changed);
        }
        Ok(if self.has_surplus_entries() || self.has_negative_step() { rule.max(Rule::Error) } else { rule })
    }

    /// Whether a step is negative, also where nothing is divided by it and the result is right.
    fn has_negative_step(&self) -> bool {
        match self.op.as_str() {
            "coord.ceil_division" | "coord.round_division" => any(&self.args["other"], &is_negative),
            "roi.snap_to_grid" => any(&self.args["voxel_size"], &is_negative),
            _ => false,
        }
    }

    /// Whether the operand of `contains` has more entries than the region has axes. The reference ignores them, also
    /// where its answer is right and has no tag.
    fn has_surplus_entries(&self) -> bool {
        self.op.starts_with("roi.contains") && self.tested_dims() > dims(&self.args["self"])
    }

    /// The number of entries of what `contains` is asked about.
    fn tested_dims(&self) -> Option<usize> {
        self.args.get("other").or(self.args.get("point")).and_then(dims)
    }

    /// Whether `contains` is asked about a point that lacks an entry, which the main types cannot write down.
    pub(crate) fn tests_partial_point(&self) -> bool {
        self.op == "roi.contains_point"
            && any(&self.args["point"], &Value::is_null)
            && self.tested_dims() == dims(&self.args["self"])
    }

    /// Whether things are compared that have no `==` in Rust, so that there is nothing to refuse: a coordinate and what is
    /// no sequence, a region and what is no region.
    pub(crate) fn compares_unlike_things(&self) -> bool {
        let other = &self.args["other"];
        match self.op.as_str() {
            "coord.eq" => !other.is_array() && other.get("raw").is_none(),
            "roi.eq" => other.get("shape").is_none(),
            _ => false,
        }
    }

    pub(crate) fn has_tag(&self, tag: &str) -> bool {
        self.tags.iter().any(|own| own == tag)
    }

    /// Whether an operand is one that the main types leave out: entries without a value, negative steps and shapes, and
    /// operands of different dims where the reference says "not contained".
    pub(crate) fn is_beyond_main(&self) -> bool {
        any(&self.args, &Value::is_null)
            || any(&self.args["other"], &is_negative)
            || any(&self.args["self"]["shape"], &is_negative)
            || (self.op.starts_with("roi.contains") && self.tested_dims() != dims(&self.args["self"]))
    }
}

fn numbers_for_truth_values(value: &mut Value) {
    match value {
        Value::Bool(truth) => *value = u8::from(*truth).into(),
        Value::Array(entries) => entries.iter_mut().for_each(numbers_for_truth_values),
        Value::Object(map) => map.values_mut().for_each(numbers_for_truth_values),
        _ => {}
    }
}

pub(crate) fn any(value: &Value, test: &dyn Fn(&Value) -> bool) -> bool {
    match value {
        Value::Array(entries) => entries.iter().any(|entry| any(entry, test)),
        Value::Object(map) => map.values().any(|entry| any(entry, test)),
        value => test(value),
    }
}

pub(crate) fn is_negative(value: &Value) -> bool {
    value.as_i64().is_some_and(|value| value < 0)
}

/// The number of entries of a region or a coordinate.
pub(crate) fn dims(value: &Value) -> Option<usize> {
    value.get("shape").unwrap_or(value).as_array().map(Vec::len)
}

/// Whether a result is the expected one. An expected empty axis without an offset stands for an empty axis anywhere, and
/// an expected empty region without any offset for any empty region of its dims.
pub(crate) fn same(expected: &Value, value: &Value) -> bool {
    if expected["kind"] != "roi" || value["kind"] != "roi" {
        return expected == value;
    }
    let list = |value: &Value, part: &str| value["value"][part].as_array().cloned().unwrap_or_default();
    let nowhere = list(expected, "offset").iter().all(Value::is_null);
    let empty = |shape: &[Value]| shape.iter().any(|entry| entry.as_i64().is_some_and(|entry| entry <= 0));
    let (shape, own) = (list(expected, "shape"), list(value, "shape"));
    let offsets = list(expected, "offset").into_iter().zip(list(value, "offset"));
    let same_axes = offsets.zip(&shape).all(|((a, b), shape)| a == b || (a.is_null() && *shape == 0));
    (shape == own && same_axes) || (nowhere && empty(&shape) && empty(&own) && shape.len() == own.len())
}
