//! The data sources of a layer.

mod url;

pub use url::{Notation, SourceUrl};

use crate::document::{Field, Located, document, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use crate::transform::Transform;

document! {
    /// One data source of a layer: an address, and how its data stand in the viewer.
    Source {
        /// Which parts of the source are used: id (`default`, `bounds`, `mesh`, …) to `true`, `false` or
        /// `{"enabled": …}`.
        "subsources" => subsources, with_subsources: Object;
        /// Whether parts that `subsources` does not name are used; true where it is absent.
        "enableDefaultSubsources" => enable_default_subsources, with_enable_default_subsources: bool;
        /// Where the data stand; the identity where it is absent.
        "transform" => transform, with_transform: Transform;
        /// State of the source's own, as an object.
        "state" => state, with_state: Object;
    }
}

/// The key that every source has.
const URL: &str = "url";

impl Source {
    /// A source at an address, placed by its own metadata.
    pub fn new(url: &SourceUrl) -> Self {
        Self::at(&url.to_string())
    }

    fn at(url: &str) -> Self {
        let mut object = Object::new();
        object.insert(URL.to_owned(), url.into());
        Self { object }
    }

    /// The address.
    ///
    /// # Errors
    /// [`Error::MissingKey`] or [`Error::Value`] in a state that somebody else wrote.
    pub fn url(&self) -> Result<SourceUrl> {
        let url = self.object.get(URL).ok_or(Error::MissingKey {
            path: String::new(),
            key: URL,
            reason: "a source is a URL, or an object with one",
        })?;
        Ok(SourceUrl::parse(&String::read(url).map_err(|error| error.within(URL))?))
    }
}

impl From<SourceUrl> for Source {
    fn from(url: SourceUrl) -> Self {
        Self::new(&url)
    }
}

impl Field for Source {
    const EXPECTED: &'static str = "a URL, or an object with one";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::String(url) => Ok(Self::at(url)),
            Value::Object(object) => Ok(Self { object: object.clone() }),
            _ => Err(wrong::<Self>(value)),
        }
    }

    /// A bare string where there is nothing but the address, as the viewer writes it.
    fn write(&self) -> Result<Value> {
        match self.object.get(URL) {
            Some(url @ Value::String(_)) if self.object.len() == 1 => Ok(url.clone()),
            _ => Ok(Value::Object(self.object.clone())),
        }
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        if let Err(error) = self.url() {
            let error = error.below(at);
            errors.push((error.place().unwrap_or(at).to_owned(), error));
        }
        Source::look(self, at, errors);
    }
}

/// The sources of a layer: mostly one, several for a volume with separate meshes or for parts side by side.
#[derive(Clone, Debug, PartialEq)]
pub struct Sources(pub Vec<Source>);

impl<S: Into<Source>> From<S> for Sources {
    fn from(source: S) -> Self {
        Self(vec![source.into()])
    }
}

impl Field for Sources {
    const EXPECTED: &'static str = "a source, or a list of sources";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Array(_) => Vec::read(value).map(Self),
            _ => Ok(Self(vec![Source::read(value).map_err(|_| wrong::<Self>(value))?])),
        }
    }

    fn write(&self) -> Result<Value> {
        match self.0.as_slice() {
            [source] => source.write(),
            sources => sources.to_vec().write(),
        }
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        match self.0.as_slice() {
            [source] => Field::look(source, at, errors),
            sources => Field::look(&sources.to_vec(), at, errors),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// What is wrong, as one text.
    fn checked(sources: &Sources) -> String {
        let mut errors = Vec::new();
        Field::look(sources, "", &mut errors);
        errors.into_iter().map(|(_, error)| error.to_string()).collect()
    }

    #[test]
    fn all_three_forms_are_read_and_written_back() {
        for value in [
            json!("precomputed://gs://bucket/seg"),
            json!({"url": "https://h/a/|zarr3:", "subsources": {"default": true}}),
            json!(["precomputed://gs://b/seg", {"url": "precomputed://gs://b/mesh#type=mesh", "other": 1}]),
        ] {
            let sources = Sources::read(&value).unwrap();
            assert_eq!(sources.write().unwrap(), value);
            assert!(checked(&sources).is_empty());
        }
    }

    #[test]
    fn what_is_wrong_inside_is_found_by_check() {
        let sources = Sources::read(&json!([{"url": "a"}, {"transform": {}}])).unwrap();
        let message = checked(&sources);
        assert!(message.contains("`/1`: `url` is missing"), "{message}");
        let sources = Sources::read(&json!({"url": "a", "transform": {"matrix": []}})).unwrap();
        let message = checked(&sources);
        assert!(message.contains("`/transform`: `outputDimensions` is missing"), "{message}");
        assert!(Sources::read(&json!(7)).is_err());
    }
}
