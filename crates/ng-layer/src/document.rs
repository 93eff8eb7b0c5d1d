//! Typed views on JSON objects that lose nothing.
//!
//! A state that somebody else wrote holds keys that we do not know, in an order that carries meaning, with numbers
//! spelt one way or the other. So the object itself is what a document keeps; a typed key is read from it when asked
//! for and written into it when set. What nobody touched comes out as it went in. A new key is one more line in the
//! table of its document.

use crate::error::{Error, Result};
use crate::finding::pointer;
use crate::json::{self, Object, Value};

/// A type that a key can have: how it is read from JSON and written back.
pub(crate) trait Field: Sized {
    /// The rule, for messages: "must be …".
    const EXPECTED: &'static str;

    /// Reads a value; errors carry paths relative to it.
    fn read(value: &Value) -> Result<Self>;

    /// The canonical JSON of the value.
    fn write(&self) -> Result<Value>;

    /// Reads everything below and notes what is wrong; `at` points to this value.
    fn look(&self, _at: &str, _errors: &mut Vec<Located>) {}
}

/// An error, and where it is: a JSON pointer.
pub(crate) type Located = (String, Error);

/// The error for a value that is not what `T` expects.
pub(crate) fn wrong<T: Field>(value: &Value) -> Error {
    unexpected(value, T::EXPECTED)
}

/// The error for a value that is not `expected`.
pub(crate) fn unexpected(value: &Value, expected: impl Into<String>) -> Error {
    Error::Value { path: String::new(), found: json::quote(value), expected: expected.into() }
}

/// A condition beyond the type: the rule in words where it is violated.
pub(crate) type Rule<T> = fn(&T) -> Option<&'static str>;

/// No condition.
pub(crate) fn any<T>(_: &T) -> Option<&'static str> {
    None
}

/// Reads a key, `None` where it is absent.
pub(crate) fn get<T: Field>(object: &Object, key: &str, rule: Rule<T>) -> Result<Option<T>> {
    let Some(value) = object.get(key) else { return Ok(None) };
    let typed = T::read(value).map_err(|error| error.within(key))?;
    match rule(&typed) {
        None => Ok(Some(typed)),
        Some(expected) => Err(unexpected(value, expected).within(key)),
    }
}

/// Writes a key; a new one goes to the end.
pub(crate) fn set<T: Field>(object: &mut Object, key: &str, typed: &T, rule: Rule<T>) -> Result<()> {
    let value = typed.write().map_err(|error| error.within(key))?;
    if let Some(expected) = rule(typed) {
        return Err(unexpected(&value, expected).within(key));
    }
    object.insert(key.to_owned(), value);
    Ok(())
}

/// Reads a key and everything below it, and notes what is wrong; `at` points to the object.
pub(crate) fn look<T: Field>(object: &Object, key: &str, rule: Rule<T>, at: &str, errors: &mut Vec<Located>) {
    match get(object, key, rule) {
        Ok(Some(typed)) => typed.look(&pointer(at, key), errors),
        Ok(None) => {}
        Err(error) => {
            // Errors without a place of their own are about the value of this key.
            let error = error.below(at);
            errors.push((error.place().map_or_else(|| pointer(at, key), str::to_owned), error));
        }
    }
}

/// The rule of a key in the table of a document.
macro_rules! rule_of {
    () => {
        $crate::document::any
    };
    ($rule:path) => {
        $rule
    };
}

/// Declares a document: `"key" => getter, setter: Type, rule;`.
macro_rules! document {
    (
        $(#[$meta:meta])*
        $name:ident {
            $( $(#[$doc:meta])* $key:literal => $get:ident, $with:ident: $ty:ty $(, $rule:path)?; )*
        }
    ) => {
        $(#[$meta])*
        ///
        /// A typed view on a JSON object: getters give `None` where a key is absent, and an error where its value is
        /// not what the viewer expects; keys without a type are kept as they are (`extra`).
        #[derive(Clone, Debug)]
        pub struct $name {
            object: $crate::json::Object,
        }

        impl $name {
            $(
                $(#[$doc])*
                ///
                /// # Errors
                /// [`Error::Value`](crate::Error::Value) if the value does not fit the key.
                pub fn $get(&self) -> $crate::Result<Option<$ty>> {
                    $crate::document::get(&self.object, $key, $crate::document::rule_of!($($rule)?))
                }

                #[doc = concat!("Sets `", $key, "`; [`", stringify!($get), "`](Self::", stringify!($get), ") says what it means.")]
                ///
                /// # Errors
                /// [`Error::Value`](crate::Error::Value) if the viewer would not accept the value.
                pub fn $with(mut self, value: impl Into<$ty>) -> $crate::Result<Self> {
                    $crate::document::set(&mut self.object, $key, &value.into(), $crate::document::rule_of!($($rule)?))?;
                    Ok(self)
                }
            )*

            /// The JSON object.
            pub fn as_object(&self) -> &$crate::json::Object {
                &self.object
            }

            /// The JSON object, given away.
            pub fn into_object(self) -> $crate::json::Object {
                self.object
            }

            /// The keys that have no type here, in their order.
            pub fn extra(&self) -> impl Iterator<Item = (&str, &$crate::json::Value)> {
                self.object.iter().filter(|(key, _)| !Self::is_typed(key)).map(|(key, value)| (key.as_str(), value))
            }

            /// Sets a key that has no type here; the viewer ignores keys that it does not know.
            ///
            /// # Errors
            /// [`Error::TypedKey`](crate::Error::TypedKey) for a key that has a method of its own.
            pub fn with_extra(
                mut self,
                key: impl Into<String>,
                value: impl Into<$crate::json::Value>,
            ) -> $crate::Result<Self> {
                let key = key.into();
                if Self::is_typed(&key) {
                    return Err($crate::Error::TypedKey { key });
                }
                self.object.insert(key, value.into());
                Ok(self)
            }

            /// The same without a key, whatever its kind; the viewer then takes its default.
            pub fn without(mut self, key: &str) -> Self {
                self.object.shift_remove(key);
                self
            }

            /// Reads every typed key, at every depth.
            ///
            /// # Errors
            /// The first value that does not fit its key, with its place.
            pub fn check(&self) -> $crate::Result<()> {
                let mut errors = Vec::new();
                self.look("", &mut errors);
                errors.into_iter().next().map_or(Ok(()), |(_, error)| Err(error))
            }

            /// Reads every typed key, at every depth, and notes what is wrong.
            pub(crate) fn look(&self, at: &str, errors: &mut Vec<$crate::document::Located>) {
                $( $crate::document::look::<$ty>(&self.object, $key, $crate::document::rule_of!($($rule)?), at, errors); )*
            }

            /// The keys that have a type here.
            #[allow(dead_code, reason = "not every document is searched for misspelt keys")]
            pub(crate) const KEYS: &'static [&'static str] = &[$($key),*];

            fn is_typed(key: &str) -> bool {
                Self::KEYS.contains(&key)
            }
        }

        /// Equal if the viewer could not tell them apart, see [`json::same`](crate::json::same).
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                $crate::json::same_objects(&self.object, &other.object)
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.object.serialize(serializer)
            }
        }
    };
}

pub(crate) use {document, rule_of};
