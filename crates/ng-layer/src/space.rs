//! Coordinate spaces: the dimensions of a viewer, a source or a transform, in order.

mod unit;

pub use unit::Unit;

use crate::document::{Field, unexpected, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use array_core::Length;

/// An ordered list of named dimensions.
///
/// The order is part of the meaning: the first display dimension goes right on the screen, the second down, the third
/// away. Voxel sizes are held in the base unit (`[8, "nm"]` is read as 8e-9 m), as the viewer writes them back.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CoordinateSpace {
    dimensions: Vec<(String, Dim)>,
}

/// What one step along a dimension is.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Dim {
    /// A voxel size.
    Scale {
        /// Size of a voxel in `unit`: positive and finite.
        scale: f64,
        /// The base unit.
        unit: Unit,
    },
    /// A dimension without unit whose positions have names.
    Labels {
        /// The positions.
        coordinates: Vec<i64>,
        /// The name of each.
        labels: Vec<String>,
    },
}

impl Dim {
    /// A voxel size in metres, from the exact length: 8 nm is the double that prints as `8e-9`.
    pub fn metres(voxel_size: Length) -> Self {
        Self::Scale { scale: voxel_size.to_metres_f64(), unit: Unit::Metre }
    }

    /// One unitless step: what a channel dimension has.
    pub const UNITLESS: Self = Self::Scale { scale: 1.0, unit: Unit::None };

    /// The voxel size in the base unit; 1 for a dimension with labels.
    pub fn scale(&self) -> f64 {
        match self {
            Self::Scale { scale, .. } => *scale,
            Self::Labels { .. } => 1.0,
        }
    }
}

/// Who shares a dimension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DimKind {
    /// All layers that have the name.
    Global,
    /// Its layer alone (`c'`); the position is in the layer's `localPosition`.
    Local,
    /// Nobody: the shader sees all its values (`c^`).
    Channel,
}

impl DimKind {
    /// The kind that a name's suffix says.
    pub fn of(name: &str) -> Self {
        match name.as_bytes().last() {
            Some(b'\'') => Self::Local,
            Some(b'^') => Self::Channel,
            _ => Self::Global,
        }
    }
}

/// Which names a space may have.
#[derive(Clone, Copy)]
enum Names {
    Named,
    NamedOrNumbered,
}

impl CoordinateSpace {
    /// A space of named dimensions.
    ///
    /// # Errors
    /// [`Error::DimensionName`] for a name that the viewer refuses or that is there twice, [`Error::Scale`] for a
    /// voxel size that is not a positive number.
    pub fn new<N: Into<String>>(dimensions: impl IntoIterator<Item = (N, Dim)>) -> Result<Self> {
        Self::with_names(dimensions, Names::Named)
    }

    /// The space of a source whose dimensions may be numbered (`"0"`) instead of named, as only `inputDimensions` may.
    ///
    /// # Errors
    /// As [`CoordinateSpace::new`].
    pub fn of_source<N: Into<String>>(dimensions: impl IntoIterator<Item = (N, Dim)>) -> Result<Self> {
        Self::with_names(dimensions, Names::NamedOrNumbered)
    }

    fn with_names<N: Into<String>>(dimensions: impl IntoIterator<Item = (N, Dim)>, names: Names) -> Result<Self> {
        let mut space = Self::default();
        for (name, dim) in dimensions {
            space.push(name.into(), dim, names)?;
        }
        Ok(space)
    }

    fn push(&mut self, name: String, dim: Dim, names: Names) -> Result<()> {
        if let Some(reason) = name_problem(&name, names) {
            return Err(Error::DimensionName { name, reason });
        }
        if self.get(&name).is_some() {
            return Err(Error::DimensionName { name, reason: "it is there twice" });
        }
        let scale = dim.scale();
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(Error::Scale { name, scale });
        }
        self.dimensions.push((name, dim));
        Ok(())
    }

    /// Number of dimensions.
    pub fn rank(&self) -> usize {
        self.dimensions.len()
    }

    /// Names and dimensions, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, &Dim)> {
        self.dimensions.iter().map(|(name, dim)| (name.as_str(), dim))
    }

    /// The names, in order.
    pub fn names(&self) -> impl ExactSizeIterator<Item = &str> {
        self.dimensions.iter().map(|(name, _)| name.as_str())
    }

    /// The dimension of a name.
    pub fn get(&self, name: &str) -> Option<&Dim> {
        self.dimensions.iter().find(|(other, _)| other == name).map(|(_, dim)| dim)
    }

    /// The voxel sizes in base units, in order.
    pub(crate) fn scales(&self) -> Vec<f64> {
        self.dimensions.iter().map(|(_, dim)| dim.scale()).collect()
    }

    /// A space from its JSON, with units folded into base units.
    ///
    /// # Errors
    /// [`Error::Value`], [`Error::Unit`] and those of [`CoordinateSpace::new`].
    pub fn from_json(value: &Value) -> Result<Self> {
        Self::read(value)
    }

    /// The space as JSON.
    ///
    /// # Errors
    /// None for a space that the constructors made.
    pub fn to_json(&self) -> Result<Value> {
        self.write()
    }

    /// Reads the `inputDimensions` of a transform.
    pub(crate) fn read_input(value: &Value) -> Result<Self> {
        read_space(value, Names::NamedOrNumbered)
    }
}

/// Why a name is refused.
fn name_problem(name: &str, names: Names) -> Option<&'static str> {
    let numbered = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    if numbered && matches!(names, Names::NamedOrNumbered) {
        return None;
    }
    let stem = name.strip_suffix(['\'', '^']).unwrap_or(name);
    let letter_first = stem.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = letter_first && stem.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
    (!fits).then_some("write a letter, then letters, digits and _, and at the end ' (local) or ^ (channel) or nothing")
}

impl Field for CoordinateSpace {
    const EXPECTED: &'static str = "an object of dimension names, as {\"x\": [8e-9, \"m\"]}";

    fn read(value: &Value) -> Result<Self> {
        read_space(value, Names::Named)
    }

    fn write(&self) -> Result<Value> {
        let write = |(name, dim): &(String, Dim)| Ok((name.clone(), write_dim(dim)?));
        self.dimensions.iter().map(write).collect::<Result<Object>>().map(Value::Object)
    }
}

fn read_space(value: &Value, names: Names) -> Result<CoordinateSpace> {
    let object = value.as_object().ok_or_else(|| wrong::<CoordinateSpace>(value))?;
    let mut space = CoordinateSpace::default();
    for (name, value) in object {
        let dim = read_dim(value).map_err(|error| error.within(name))?;
        space.push(name.clone(), dim, names)?;
    }
    Ok(space)
}

fn read_dim(value: &Value) -> Result<Dim> {
    match value {
        Value::Array(pair) => match pair.as_slice() {
            [Value::Number(scale), Value::String(unit)] => {
                let (scale, unit) = unit::fold(f64::read(&Value::Number(scale.clone()))?, unit)?;
                Ok(Dim::Scale { scale, unit })
            }
            _ => Err(unexpected(value, "[voxel size, unit], as [8e-9, \"m\"]")),
        },
        Value::Object(object) => read_labels(value, object),
        _ => Err(unexpected(value, "[voxel size, unit], or coordinates and labels")),
    }
}

fn read_labels(value: &Value, object: &Object) -> Result<Dim> {
    let coordinates: Option<Vec<i64>> =
        object.get("coordinates").and_then(Value::as_array).and_then(|list| list.iter().map(Value::as_i64).collect());
    let labels = object.get("labels").and_then(|labels| Vec::<String>::read(labels).ok());
    match (coordinates, labels) {
        (Some(coordinates), Some(labels)) if coordinates.len() == labels.len() => {
            Ok(Dim::Labels { coordinates, labels })
        }
        _ => Err(unexpected(value, "{\"coordinates\": [integers], \"labels\": [as many strings]}")),
    }
}

fn write_dim(dim: &Dim) -> Result<Value> {
    match dim {
        Dim::Scale { scale, unit } => Ok(Value::Array(vec![scale.write()?, unit.as_str().into()])),
        Dim::Labels { coordinates, labels } => {
            let mut object = Object::new();
            object.insert("coordinates".to_owned(), coordinates.clone().into());
            object.insert("labels".to_owned(), labels.clone().into());
            Ok(Value::Object(object))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn prefixed_units_are_folded_and_never_written_back() {
        let space = CoordinateSpace::read(&json!({"z": [40, "nm"], "y": [8e-9, "m"], "t": [0.5, "s"]})).unwrap();
        assert_eq!(space.names().collect::<Vec<_>>(), ["z", "y", "t"]);
        assert_eq!(space.write().unwrap().to_string(), r#"{"z":[4e-8,"m"],"y":[8e-9,"m"],"t":[0.5,"s"]}"#);
    }

    #[test]
    fn labels_are_a_dimension_of_their_own() {
        let value = json!({"s": {"coordinates": [0, 5], "labels": ["a", "b"]}});
        let space = CoordinateSpace::read(&value).unwrap();
        assert_eq!(space.write().unwrap(), value);
        assert!(CoordinateSpace::read(&json!({"s": {"coordinates": [0, 5], "labels": ["a"]}})).is_err());
    }

    #[test]
    fn names_scales_and_units_are_checked() {
        for bad in [
            json!({"2x": [1, "m"]}),
            json!({"x''": [1, "m"]}),
            json!({"": [1, "m"]}),
            json!({"0": [1, "m"]}),
            json!({"x": [0, "m"]}),
            json!({"x": [-1, "m"]}),
            json!({"x": [8, "nanometer"]}),
            json!({"x": ["8", "m"]}),
            json!({"x": 8}),
            json!([8]),
        ] {
            assert!(CoordinateSpace::read(&bad).is_err(), "{bad}");
        }
        assert!(CoordinateSpace::read_input(&json!({"0": [1, "m"]})).is_ok());
    }

    #[test]
    fn suffixes_say_the_kind() {
        assert_eq!(DimKind::of("c'"), DimKind::Local);
        assert_eq!(DimKind::of("c^"), DimKind::Channel);
        assert_eq!(DimKind::of("c"), DimKind::Global);
    }
}
