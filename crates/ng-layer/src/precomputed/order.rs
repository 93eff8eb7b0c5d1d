//! The one place where the lists of the format, in x, y, z order, are turned around.

use crate::document::{Field, unexpected};
use crate::error::Result;
use crate::json::{Object, Value};
use array_core::{Coordinate, Length};

/// A list of the format from one of ours.
pub(super) fn to_xyz<T: Field + Copy>(zyx: [T; 3]) -> Result<Value> {
    let [z, y, x] = zyx;
    vec![x, y, z].write()
}

/// One of our lists from a list of the format.
pub(super) fn from_xyz<T: Field>(value: &Value) -> Result<[T; 3]> {
    let list = Vec::<T>::read(value)?;
    let [x, y, z]: [T; 3] = list.try_into().map_err(|_| unexpected(value, "a list of three numbers: x, y and z"))?;
    Ok([z, y, x])
}

/// The entry of an object as one of our lists, `None` where it is absent.
pub(super) fn entry<T: Field>(object: &Object, key: &str) -> Result<Option<[T; 3]>> {
    object.get(key).map(from_xyz).transpose().map_err(|error| error.within(key))
}

/// The three entries of a coordinate.
///
/// # Panics
/// If it has another rank, which the constructors of this module refuse.
pub(super) fn three<T: Copy>(coordinate: &Coordinate<T>) -> [T; 3] {
    coordinate.as_slice().try_into().expect("the format has three dimensions")
}

impl Field for i64 {
    const EXPECTED: &'static str = "a whole number";

    /// Whole numbers, also as `4.0`, which is the same number in the browser.
    fn read(value: &Value) -> Result<Self> {
        const LARGEST: f64 = 9_007_199_254_740_992.0;
        let whole = value.as_f64().filter(|number| number.fract() == 0.0 && number.abs() <= LARGEST);
        value.as_i64().or(whole.map(|number| number as Self)).ok_or_else(|| crate::document::wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        Ok(Value::from(*self))
    }
}

impl Field for Length {
    const EXPECTED: &'static str = "a length in nanometres: a finite number";

    fn read(value: &Value) -> Result<Self> {
        let number = f64::read(value)?;
        Self::from_f64(number).map_err(|_| crate::document::wrong::<Self>(value))
    }

    fn write(&self) -> Result<Value> {
        self.to_f64().write()
    }
}
