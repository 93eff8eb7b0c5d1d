//! Values of one panel that follow those of the whole viewer.

use crate::document::{Field, wrong};
use crate::error::Result;
use crate::field::words;
use crate::json::{Object, Value};

words! {
    /// How a value of one panel follows that of the whole viewer.
    Link, "\"linked\", \"relative\" or \"unlinked\"" {
        /// It is the same.
        Linked = "linked",
        /// It differs by a constant.
        Relative = "relative",
        /// It is independent.
        Unlinked = "unlinked",
    }
}

/// A value of one panel: `{"link": "linked" | "relative" | "unlinked", "value": …}`, or a plain value, which is unlinked.
#[derive(Clone, Debug, PartialEq)]
pub struct Linked<T> {
    /// How it follows that of the whole viewer.
    pub link: Link,
    /// The value itself, where it does not follow entirely.
    pub value: Option<T>,
}

impl<T> From<T> for Linked<T> {
    /// An independent value.
    fn from(value: T) -> Self {
        Self { link: Link::Unlinked, value: Some(value) }
    }
}

impl<T: Field> Field for Linked<T> {
    const EXPECTED: &'static str = "a value, or an object with link and value";

    fn read(value: &Value) -> Result<Self> {
        match value {
            Value::Object(object) => {
                let link = object.get("link").ok_or_else(|| wrong::<Self>(value))?;
                let link = Link::read(link).map_err(|error| error.within("link"))?;
                let value = object.get("value").map(T::read).transpose().map_err(|error| error.within("value"))?;
                Ok(Self { link, value })
            }
            _ => T::read(value).map(Self::from),
        }
    }

    fn write(&self) -> Result<Value> {
        let mut object = Object::new();
        object.insert("link".to_owned(), self.link.write()?);
        if let Some(value) = &self.value {
            object.insert("value".to_owned(), value.write()?);
        }
        Ok(Value::Object(object))
    }
}
