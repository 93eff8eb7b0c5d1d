//! What a path names.

/// What is asked for, with names still to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// The page about everything.
    Index,
    /// The state of a viewer of everything.
    State,
    /// The `info` of a volume.
    Info(String),
    /// A chunk: volume, level, name.
    Chunk(String, String, String),
}

impl Route {
    /// The route of a path below a token. Nothing in a path is resolved: `..` is a name like others, and nobody has it.
    pub(crate) fn of(path: &str, token: &str) -> Option<Self> {
        let parts = parts(path)?;
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.split_first() {
            Some((first, rest)) if *first == token => match rest {
                [] | [""] => Some(Self::Index),
                ["state.json"] => Some(Self::State),
                [name, "info"] => Some(Self::Info((*name).to_owned())),
                [name, key, chunk] => Some(Self::Chunk((*name).to_owned(), (*key).to_owned(), (*chunk).to_owned())),
                _ => None,
            },
            _ => None,
        }
    }
}

/// What stands between the slashes of a path, the first of which it begins with.
pub(crate) fn parts(path: &str) -> Option<Vec<String>> {
    path.strip_prefix('/')?.split('/').map(decoded).collect()
}

/// A part of a path without its percent signs; `None` where that is no text.
pub(crate) fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        bytes.push(match (first, tail) {
            (b'%', [high, low, after @ ..]) => {
                rest = after;
                hexadecimal(*high)? << 4 | hexadecimal(*low)?
            }
            (b'%', _) => return None,
            (plain, _) => *plain,
        });
    }
    String::from_utf8(bytes).ok()
}

fn hexadecimal(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_name_things_or_nothing() {
        let chunk = |name: &str, key: &str, chunk: &str| Route::Chunk(name.into(), key.into(), chunk.into());
        for (path, route) in [
            ("/T", Some(Route::Index)),
            ("/T/", Some(Route::Index)),
            ("/T/state.json", Some(Route::State)),
            ("/T/em/info", Some(Route::Info("em".into()))),
            ("/T/raw%20em%2Fa/info", Some(Route::Info("raw em/a".into()))),
            ("/T/%C3%A9/info", Some(Route::Info("é".into()))),
            ("/T/em/8_8_8/0-1_0-1_0-1", Some(chunk("em", "8_8_8", "0-1_0-1_0-1"))),
            ("/T/em/../secret", Some(chunk("em", "..", "secret"))),
            ("/T/em/8_8_8/", Some(chunk("em", "8_8_8", ""))),
            ("/T/em", None),
            ("/T/em/8_8_8/a/b", None),
            ("/T/%/info", None),
            ("/T/%f/info", None),
            ("/T/%+1/info", None),
            ("/T/%ff/info", None),
            ("/t/em/info", None),
            ("//T/em/info", None),
            ("/", None),
            ("", None),
            ("*", None),
        ] {
            assert_eq!(Route::of(path, "T"), route, "{path}");
        }
    }
}
