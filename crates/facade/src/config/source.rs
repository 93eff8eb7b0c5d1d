//! Sources that are given on one line: on a command line, in a script.

use std::path::Path;

use super::{ArrayConfig, DvidConfig, NpyConfig};
use crate::{Error, Result};

impl ArrayConfig {
    /// Understands a source given on one line: a config file (`*.json`), `dvid://http://host:port/uuid/instance`, or an
    /// `.npy` file.
    ///
    /// ```
    /// use facade::ArrayConfig;
    /// let config = ArrayConfig::from_source("dvid://http://emdata:8000/a1b2c3:master/segmentation")?;
    /// assert!(matches!(config, ArrayConfig::Dvid(_)));
    /// # Ok::<(), facade::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Source`] for anything else; errors of the config file.
    pub fn from_source(text: &str) -> Result<Self> {
        let bad = |reason: &str| Error::Source { source_text: text.to_owned(), reason: reason.to_owned() };
        if let Some(address) = text.strip_prefix("dvid://") {
            return dvid(address).map(Self::Dvid).map_err(bad);
        }
        if let Some((scheme, _)) = text.split_once("://") {
            return Err(bad(&format!("nothing here reads '{scheme}://'")));
        }
        match Path::new(text).extension().and_then(|extension| extension.to_str()) {
            Some("json") => Self::from_file(text),
            Some("npy") => Ok(Self::Npy(NpyConfig::new(text))),
            _ => Err(bad("neither an address nor a file of a known kind")),
        }
    }
}

/// `[http[s]://]host[:port][/prefix]/uuid/instance`.
fn dvid(address: &str) -> Result<DvidConfig, &'static str> {
    if address.contains(['?', '#']) {
        return Err("a dvid:// address has no query and no fragment");
    }
    let (scheme, rest) = match address.split_once("://") {
        Some((scheme, rest)) => (format!("{scheme}://"), rest),
        None => (String::new(), address),
    };
    let mut parts = rest.trim_end_matches('/').rsplitn(3, '/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(data), Some(uuid), Some(host)) if ![data, uuid, host].contains(&"") => {
            Ok(DvidConfig::new(scheme + host, uuid, data))
        }
        _ => Err("a dvid:// address needs server, uuid and instance"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dvid_addresses() {
        let parsed = |text: &str| match ArrayConfig::from_source(text) {
            Ok(ArrayConfig::Dvid(config)) => Ok(config.source),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error.to_string()),
        };
        let triple = |a: &str, b: &str, c: &str| Ok((a.to_owned(), b.to_owned(), c.to_owned()));
        assert_eq!(parsed("dvid://http://h:8000/ab/seg"), triple("http://h:8000", "ab", "seg"));
        assert_eq!(parsed("dvid://h:8000/ab:master/seg/"), triple("h:8000", "ab:master", "seg"));
        assert_eq!(parsed("dvid://https://h/proxy/dvid/ab/seg"), triple("https://h/proxy/dvid", "ab", "seg"));
        for bad in ["dvid://", "dvid://http://h", "dvid://http://h/ab", "dvid://h//seg", "dvid://h/a/seg?user=me"] {
            assert!(parsed(bad).unwrap_err().contains("dvid://"), "{bad}");
        }
    }

    #[test]
    fn other_lines() {
        assert!(matches!(ArrayConfig::from_source("a/b.npy"), Ok(ArrayConfig::Npy(_))));
        for (text, word) in
            [("s3://bucket/x", "s3://"), ("volume.zarr", "known kind"), ("missing.json", "missing.json")]
        {
            let message = ArrayConfig::from_source(text).unwrap_err().to_string();
            assert!(message.contains(word), "{message}");
        }
    }
}
