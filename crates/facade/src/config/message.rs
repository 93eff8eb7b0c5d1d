//! Configuration errors that a person can act on: where, what, and what was probably meant.

use serde::de::DeserializeOwned;

use crate::{Error, Result};

/// Parses JSON; an error names the path inside the document, line and column, and for a misspelt name the likely one.
pub(super) fn parse<T: DeserializeOwned>(text: &str, origin: &str) -> Result<T> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let parsed = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = error.path().to_string();
        describe(text, origin, (path != ".").then_some(path), error.inner())
    })?;
    deserializer.end().map_err(|error| describe(text, origin, None, &error))?;
    Ok(parsed)
}

fn describe(text: &str, origin: &str, path: Option<String>, error: &serde_json::Error) -> Error {
    let full = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let mut reason = full.strip_suffix(&place).unwrap_or(&full);
    // Where a name with its options is due, serde takes anything else for a mistake of the text.
    if error.is_syntax() && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok() {
        reason = "expected an object with one name and what belongs to it, such as {\"npy\": {\"path\": \"em.npy\"}}";
    }
    let hint = suggestion(reason).map(|name| format!("; did you mean `{name}`?")).unwrap_or_default();
    Error::Config {
        origin: origin.to_owned(),
        path: path.unwrap_or_else(|| "the document".to_owned()),
        line: error.line(),
        column: error.column(),
        reason: format!("{reason}{hint}"),
    }
}

/// The known name that is nearest to an unknown one, from a message such as ``unknown field `a`, expected one of `b`, `c` ``.
fn suggestion(reason: &str) -> Option<&str> {
    if !reason.starts_with("unknown field") && !reason.starts_with("unknown variant") {
        return None;
    }
    let mut names = reason.split('`').skip(1).step_by(2);
    let unknown = names.next()?;
    let (distance, best) = names.map(|name| (edits(&unknown.to_lowercase(), name), name)).min()?;
    (distance <= unknown.len().max(best.len()) / 2).then_some(best)
}

/// Number of letters to insert, delete or exchange, two neighbours that changed places counting as one.
fn edits(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![(0..=b.len()).collect::<Vec<usize>>()];
    for i in 1..=a.len() {
        let mut row = vec![i];
        for j in 1..=b.len() {
            let exchange = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = exchange.min(rows[i - 1][j] + 1).min(row[j - 1] + 1);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            row.push(best);
        }
        rows.push(row);
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, distance) in
            [("scale", "scal", 1), ("downsample", "donwsample", 1), ("", "abc", 3), ("abc", "abc", 0)]
        {
            assert_eq!(edits(a, b), distance, "{a} {b}");
            assert_eq!(edits(b, a), distance, "{b} {a}");
        }
    }

    #[test]
    fn the_nearest_name_is_suggested_unless_none_is_near() {
        let reason = "unknown field `sorce`, expected one of `source`, `name`, `scale`";
        assert_eq!(suggestion(reason), Some("source"));
        assert_eq!(suggestion("unknown variant `NPY`, expected `dvid` or `npy`"), Some("npy"));
        assert_eq!(suggestion("unknown field `zzzzzz`, expected `source`"), None);
        assert_eq!(suggestion("invalid type: string `a`, expected `b`"), None);
    }
}
