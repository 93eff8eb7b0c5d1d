//! The plain types that keys have.

use crate::document::{Field, Located, unexpected, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value, from_f64};

impl Field for bool {
    const EXPECTED: &'static str = "true or false";

    fn read(value: &Value) -> Result<Self> {
        value.as_bool().ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::Bool(*self))
    }
}

impl Field for f64 {
    const EXPECTED: &'static str = "a finite number";

    fn read(value: &Value) -> Result<Self> {
        value.as_f64().ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        from_f64(*self).ok_or_else(|| Error::Value {
            path: String::new(),
            found: self.to_string(),
            expected: Self::EXPECTED.to_owned(),
        })
    }
}

impl Field for u32 {
    const EXPECTED: &'static str = "a whole number from 0 to 4294967295";

    fn read(value: &Value) -> Result<Self> {
        let exact =
            value.as_f64().filter(|number| number.fract() == 0.0 && (0.0..=f64::from(Self::MAX)).contains(number));
        exact.map(|number| number as Self).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::from(*self))
    }
}

impl Field for String {
    const EXPECTED: &'static str = "a string";

    fn read(value: &Value) -> Result<Self> {
        value.as_str().map(str::to_owned).ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::String(self.clone()))
    }
}

impl Field for Object {
    const EXPECTED: &'static str = "an object";

    fn read(value: &Value) -> Result<Self> {
        value.as_object().cloned().ok_or_else(|| wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::Object(self.clone()))
    }
}

impl Field for Value {
    const EXPECTED: &'static str = "anything";

    fn read(value: &Value) -> Result<Self> {
        Ok(value.clone())
    }

    fn write(&self) -> Result<Value> {
        Ok(self.clone())
    }
}

impl<T: Field> Field for Vec<T> {
    const EXPECTED: &'static str = "a list";

    fn read(value: &Value) -> Result<Self> {
        let items = value.as_array().ok_or_else(|| wrong::<Self>(value))?;
        let read = |(index, item)| T::read(item).map_err(|error| error.at_index(index));
        items.iter().enumerate().map(read).collect()
    }

    fn write(&self) -> Result<Value> {
        let write = |(index, item): (usize, &T)| item.write().map_err(|error| error.at_index(index));
        self.iter().enumerate().map(write).collect::<Result<Vec<_>>>().map(Value::Array)
    }

    fn look(&self, at: &str, errors: &mut Vec<Located>) {
        for (index, item) in self.iter().enumerate() {
            item.look(&format!("{at}/{index}"), errors);
        }
    }
}

impl<const N: usize> Field for [f64; N] {
    const EXPECTED: &'static str = "a list of numbers";

    fn read(value: &Value) -> Result<Self> {
        let numbers = Vec::<f64>::read(value)?;
        numbers.try_into().map_err(|_| unexpected(value, format!("a list of {N} numbers")))
    }

    fn write(&self) -> Result<Value> {
        self.to_vec().write()
    }
}

/// A type with a fixed list of words: one table serves reading, writing and messages.
macro_rules! words {
    (
        $(#[$meta:meta])*
        $name:ident, $expected:literal { $( $(#[$doc:meta])* $variant:ident = $word:literal, )* }
    ) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $( $(#[$doc])* $variant, )*
        }

        impl $name {
            /// The word as it stands in a state.
            pub fn as_str(self) -> &'static str {
                match self {
                    $( Self::$variant => $word, )*
                }
            }
        }

        impl $crate::document::Field for $name {
            const EXPECTED: &'static str = $expected;

            fn read(value: &$crate::json::Value) -> $crate::Result<Self> {
                match value.as_str() {
                    $( Some($word) => Ok(Self::$variant), )*
                    _ => Err($crate::document::wrong::<Self>(value)),
                }
            }

            fn write(&self) -> $crate::Result<$crate::json::Value> {
                Ok(self.as_str().into())
            }
        }
    };
}

pub(crate) use words;
