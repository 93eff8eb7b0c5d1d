//! Addresses of data, in the viewer's notations.

use crate::error::{Error, Result};
use std::fmt::{self, Write as _};

/// The address of a data source.
///
/// [`SourceUrl::parse`] takes any text: what it does not know is [`SourceUrl::Other`], and every form prints as it was
/// read. The constructors check what they are given.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SourceUrl {
    /// A directory in the precomputed format.
    Precomputed {
        /// The directory: `https://host/dir/`, with the query of the store if it needs one.
        directory: String,
        /// How it is written.
        notation: Notation,
        /// What stands behind `#`, as `type=mesh`.
        fragment: Option<String>,
    },
    /// An instance on a DVID server.
    Dvid {
        /// `http://host:port`.
        server: String,
        /// UUID or an unambiguous beginning of it, with a branch behind `:` if need be.
        node: String,
        /// The data instance.
        instance: String,
    },
    /// Data inside the state: `annotations`, `equivalences`.
    Local(String),
    /// Data of the Python process that serves the page itself; nobody else can open it.
    Python(String),
    /// Anything else, as it is.
    Other(String),
}

/// The two notations of formats in a directory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Notation {
    /// `https://host/dir/|neuroglancer-precomputed:`, the current one.
    Pipeline,
    /// `precomputed://https://host/dir`, which most existing links use; it cannot carry a query.
    Prefix,
}

const STAGE: &str = "|neuroglancer-precomputed:";
const PREFIX: &str = "precomputed://";

/// Root stores that can hold a directory.
const STORES: [&str; 10] = [
    "http://",
    "https://",
    "gs://",
    "s3://",
    "s3+http://",
    "s3+https://",
    "gs+ngauth+http://",
    "gs+ngauth+https://",
    "middleauth+http://",
    "middleauth+https://",
];

impl SourceUrl {
    /// The volume `name` below a base address, in the pipeline notation; everything in the name that is not a letter,
    /// a digit or one of `-_.~` is percent-encoded. A query of the base (`?token=…`) stays at the end, where the viewer
    /// appends it to every request.
    ///
    /// # Errors
    /// [`Error::SourceUrl`] if the base is not `http://…`, `https://…` or another store of the viewer, or holds what
    /// has to be percent-encoded, or if the name is empty or `.` or `..`, which a browser resolves away.
    ///
    /// ```
    /// let url = ng_layer::SourceUrl::precomputed("http://127.0.0.1:9000", "raw em")?;
    /// assert_eq!(url.to_string(), "http://127.0.0.1:9000/raw%20em/|neuroglancer-precomputed:");
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    pub fn precomputed(base: &str, name: &str) -> Result<Self> {
        let refuse = |url: &str, reason| Err(Error::SourceUrl { url: url.to_owned(), reason });
        let Some(rest) = STORES.iter().find_map(|store| base.strip_prefix(store)) else {
            return refuse(base, "it must begin with a store, as http:// or https:// or gs://");
        };
        if rest.is_empty() || rest.starts_with(['/', '?']) {
            return refuse(base, "no host or bucket stands behind the scheme");
        }
        if base.contains(['#', '@', '|']) || base.bytes().any(|b| !b.is_ascii_graphic()) {
            return refuse(base, "#, @, |, spaces and everything beyond ASCII must be percent-encoded");
        }
        if matches!(name, "" | "." | "..") {
            return refuse(name, "this name leaves no directory of its own; give the array another one");
        }
        let (path, query) = base.split_once('?').map_or((base, None), |(path, query)| (path, Some(query)));
        let mut directory = format!("{}/{}/", path.trim_end_matches('/'), encode_segment(name));
        if let Some(query) = query {
            directory.push('?');
            directory.push_str(query);
        }
        Ok(Self::Precomputed { directory, notation: Notation::Pipeline, fragment: None })
    }

    /// An instance on a DVID server, as `("http://host:8000", "3f8c", "segmentation")`.
    ///
    /// # Errors
    /// [`Error::SourceUrl`] if the server is not `http://host` or `https://host`, the node is not a hexadecimal UUID
    /// (with or without a branch), or the instance holds what the viewer would not find: it takes everything behind
    /// the last slash for the name, a query included.
    pub fn dvid(server: &str, node: &str, instance: &str) -> Result<Self> {
        let url = Self::Dvid { server: server.to_owned(), node: node.to_owned(), instance: instance.to_owned() };
        let refuse = |reason| Err(Error::SourceUrl { url: url.to_string(), reason });
        let host = server.strip_prefix("http://").or_else(|| server.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains(['/', '?', '#']) || !is_plain(host)) {
            return refuse("the server is http://HOST[:PORT] or https://HOST, without a path");
        }
        let (uuid, branch) = node.split_once(':').map_or((node, None), |(uuid, branch)| (uuid, Some(branch)));
        if uuid.is_empty() || !uuid.bytes().all(|b| b.is_ascii_hexdigit()) {
            return refuse("the node is a UUID or its beginning, in hexadecimal");
        }
        if branch.is_some_and(|branch| branch.is_empty() || branch.contains('/') || !is_plain(branch)) {
            return refuse("a branch name behind : must not be empty nor hold / and spaces");
        }
        if instance.is_empty() || instance.contains(['/', '?', '#']) || !is_plain(instance) {
            return refuse("the instance is a plain name: the viewer takes no query parameters here");
        }
        Ok(url)
    }

    /// Reads any address; what has no variant is [`SourceUrl::Other`].
    pub fn parse(text: &str) -> Self {
        let known = parse_pipeline(text)
            .or_else(|| parse_prefix(text))
            .or_else(|| parse_dvid(text))
            .or_else(|| text.strip_prefix("local://").map(|name| Self::Local(name.to_owned())))
            .or_else(|| text.strip_prefix("python://").map(|name| Self::Python(name.to_owned())));
        known.unwrap_or_else(|| Self::Other(text.to_owned()))
    }
}

fn is_plain(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_graphic())
}

/// Everything but the unreserved characters as `%XX`.
fn encode_segment(name: &str) -> String {
    let mut encoded = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail");
        }
    }
    encoded
}

fn split_fragment(text: &str) -> (&str, Option<String>) {
    text.split_once('#').map_or((text, None), |(before, fragment)| (before, Some(fragment.to_owned())))
}

fn parse_pipeline(text: &str) -> Option<SourceUrl> {
    let (url, fragment) = split_fragment(text);
    let directory = url.strip_suffix(STAGE)?;
    // Further stages, as an archive, make it a directory that only the viewer can open.
    let simple = !directory.contains('|');
    simple.then(|| SourceUrl::Precomputed { directory: directory.to_owned(), notation: Notation::Pipeline, fragment })
}

fn parse_prefix(text: &str) -> Option<SourceUrl> {
    let (directory, fragment) = split_fragment(text.strip_prefix(PREFIX)?);
    Some(SourceUrl::Precomputed { directory: directory.to_owned(), notation: Notation::Prefix, fragment })
}

fn parse_dvid(text: &str) -> Option<SourceUrl> {
    let address = text.strip_prefix("dvid://")?;
    let (scheme, rest) = address.split_once("://")?;
    let mut parts = rest.splitn(3, '/');
    let (host, node, instance) = (parts.next()?, parts.next()?, parts.next()?);
    SourceUrl::dvid(&format!("{scheme}://{host}"), node, instance).ok()
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Precomputed { directory, notation, fragment } => {
                match notation {
                    Notation::Pipeline => write!(f, "{directory}{STAGE}")?,
                    Notation::Prefix => write!(f, "{PREFIX}{directory}")?,
                }
                fragment.as_ref().map_or(Ok(()), |fragment| write!(f, "#{fragment}"))
            }
            Self::Dvid { server, node, instance } => write!(f, "dvid://{server}/{node}/{instance}"),
            Self::Local(name) => write!(f, "local://{name}"),
            Self::Python(name) => write!(f, "python://{name}"),
            Self::Other(text) => f.write_str(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_address_prints_as_it_was_read() {
        for (text, known) in [
            ("https://h/dir/|neuroglancer-precomputed:", true),
            ("https://h/dir/?token=a|neuroglancer-precomputed:", true),
            ("https://h/dir/|neuroglancer-precomputed:#type=mesh", true),
            ("precomputed://gs://bucket/mesh#type=mesh", true),
            ("dvid://http://h:8000/3f8c/segmentation", true),
            ("dvid://https://h/3f8c:master/segmentation", true),
            ("local://annotations", true),
            ("python://volume/1.2", true),
            ("dvid://http://h:8000/3f8c/segmentation?user=me", false),
            ("s3://b/f.zip|zip:a/|neuroglancer-precomputed:", false),
            ("https://h/a.zarr/|zarr3:", false),
            ("", false),
        ] {
            let url = SourceUrl::parse(text);
            assert_eq!(url.to_string(), text);
            assert_eq!(!matches!(url, SourceUrl::Other(_)), known, "{text}");
        }
    }

    #[test]
    fn names_are_encoded_and_queries_stay_behind() {
        let url = |base, name| SourceUrl::precomputed(base, name).map(|url| url.to_string());
        assert_eq!(url("http://h:1/", "a/b|µ").unwrap(), "http://h:1/a%2Fb%7C%C2%B5/|neuroglancer-precomputed:");
        assert_eq!(url("https://h/v?t=1", "a").unwrap(), "https://h/v/a/?t=1|neuroglancer-precomputed:");
        for (base, name) in [
            ("h:1", "a"),
            ("ftp://h", "a"),
            ("http://", "a"),
            ("http:///dir", "a"),
            ("http://h/a b", "a"),
            ("http://h/a|b", "a"),
            ("http://u@h", "a"),
            ("http://h/#x", "a"),
            ("http://h", ""),
            ("http://h", ".."),
        ] {
            assert!(matches!(url(base, name), Err(Error::SourceUrl { .. })), "{base} {name}");
        }
    }

    #[test]
    fn dvid_addresses_are_checked() {
        assert!(SourceUrl::dvid("http://h:8000", "3f8c", "gray").is_ok());
        for (server, node, instance) in [
            ("h:8000", "3f8c", "gray"),
            ("http://h/api", "3f8c", "gray"),
            ("http://h", "xyz", "gray"),
            ("http://h", "3f8c:", "gray"),
            ("http://h", "3f8c", "gray?user=me"),
            ("http://h", "3f8c", ""),
        ] {
            assert!(matches!(SourceUrl::dvid(server, node, instance), Err(Error::SourceUrl { .. })));
        }
    }
}
