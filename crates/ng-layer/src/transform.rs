//! Where a source stands in the viewer.

mod bounds;
mod matrix;

pub use bounds::{Bounds, SourceSpace};
pub use matrix::Matrix;

use crate::document::{Field, unexpected, wrong};
use crate::error::{Error, Result};
use crate::json::{Object, Value};
use crate::space::{CoordinateSpace, Dim};
use array_core::Length;

/// One output dimension of a placed source, in exact lengths: builders that take this cannot mix up units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlacedAxis {
    /// Name of the dimension in the viewer.
    pub name: String,
    /// Voxel size, in nanometres.
    pub step: Length,
    /// World position of the source's voxel 0, in nanometres.
    pub origin: Length,
}

/// An affine map from a source's voxels to the viewer's dimensions.
///
/// The linear part is *unitless* and the translation counts *output voxels*; the voxel sizes themselves are in the
/// spaces. An 8 nm source under an output of 4 nm doubles its numbers by itself, the diagonal stays 1.
///
/// Keys of a transform that have no type here are kept, as those of all other documents.
#[derive(Clone, Debug, PartialEq)]
pub struct Transform {
    output: CoordinateSpace,
    input: Option<CoordinateSpace>,
    source_rank: Option<usize>,
    matrix: Option<Matrix>,
    extra: Object,
}

impl Transform {
    pub(crate) const KEYS: [&'static str; 4] = ["matrix", "outputDimensions", "inputDimensions", "sourceRank"];

    /// The transform that only names the source's dimensions, by position, and gives them voxel sizes.
    pub fn new(output: CoordinateSpace) -> Self {
        Self { output, input: None, source_rank: None, matrix: None, extra: Object::new() }
    }

    /// A source placed exactly: its voxel 0 begins at `origin`, its voxels are `step` long.
    ///
    /// The translation is `origin / step`, divided as fractions and rounded once, to the nearest double.
    ///
    /// # Errors
    /// [`Error::DimensionName`], [`Error::Scale`] for a step that is not positive, [`Error::Geometry`] on overflow.
    ///
    /// ```
    /// use ng_layer::array_core::Length;
    /// use ng_layer::transform::{PlacedAxis, Transform};
    ///
    /// let axis = |name: &str, step: &str, origin: &str| PlacedAxis {
    ///     name: name.to_owned(),
    ///     step: step.parse().unwrap(),
    ///     origin: origin.parse().unwrap(),
    /// };
    /// let placed = Transform::placed(&[axis("x", "8", "4"), axis("y", "4/3", "2/3"), axis("z", "40", "-100")])?;
    /// let translation: Vec<f64> = (0..3).map(|row| placed.matrix().get(row, 3)).collect();
    /// assert_eq!(translation, [0.5, 0.5, -2.5]);
    /// # Ok::<(), ng_layer::Error>(())
    /// ```
    pub fn placed(axes: &[PlacedAxis]) -> Result<Self> {
        for axis in axes {
            if axis.step <= Length::ZERO {
                return Err(Error::Scale { name: axis.name.clone(), scale: axis.step.to_f64() });
            }
        }
        let output = CoordinateSpace::new(axes.iter().map(|axis| (axis.name.as_str(), Dim::metres(axis.step))))?;
        let translation: Vec<f64> =
            axes.iter().map(|axis| Ok(axis.origin.checked_div(axis.step)?.to_f64())).collect::<Result<_>>()?;
        let matrix = Matrix::identity(axes.len()).translated(&translation)?;
        Self::new(output).with_matrix(matrix)
    }

    /// Row `i` takes the source's dimension `order[i]`, as `[2, 1, 0]` for outputs listed backwards; no translation.
    ///
    /// # Errors
    /// [`Error::Permutation`] unless each dimension of the output is there once.
    pub fn permuted(output: CoordinateSpace, order: &[usize]) -> Result<Self> {
        let matrix = Matrix::permutation(order)?;
        Self::new(output).with_matrix(matrix)
    }

    /// The same map with another matrix: as many rows as output dimensions, one column more.
    ///
    /// # Errors
    /// [`Error::Rank`] if the matrix has another size.
    pub fn with_matrix(mut self, matrix: Matrix) -> Result<Self> {
        self.expect_rank("the matrix", matrix.rank())?;
        self.matrix = Some(matrix);
        Ok(self)
    }

    /// Voxel sizes that replace those of the source itself; names are those of the *source's* dimensions.
    ///
    /// # Errors
    /// [`Error::Rank`] unless there are as many as output dimensions.
    pub fn with_input(mut self, input: CoordinateSpace) -> Result<Self> {
        self.expect_rank("the input space", input.rank())?;
        self.input = Some(input);
        Ok(self)
    }

    /// How many leading columns belong to the source; the other dimensions embed it at a point.
    ///
    /// # Errors
    /// [`Error::Rank`] if that is more than there are output dimensions.
    pub fn with_source_rank(mut self, source_rank: usize) -> Result<Self> {
        if source_rank > self.rank() {
            self.expect_rank("the source", source_rank)?;
        }
        self.source_rank = Some(source_rank);
        Ok(self)
    }

    /// A transform from its JSON.
    ///
    /// # Errors
    /// [`Error::MissingKey`] without `outputDimensions`, [`Error::Value`] and [`Error::Rank`] for what the viewer would
    /// refuse, or take for nothing.
    pub fn from_json(value: &Value) -> Result<Self> {
        Self::read(value)
    }

    /// The transform as JSON.
    ///
    /// # Errors
    /// None for a transform that the constructors made.
    pub fn to_json(&self) -> Result<Value> {
        self.write()
    }

    fn expect_rank(&self, what: &'static str, found: usize) -> Result<()> {
        let rank = self.rank();
        if found == rank { Ok(()) } else { Err(Error::Rank { what, found, rank, expected: rank }) }
    }

    /// Number of output dimensions.
    pub fn rank(&self) -> usize {
        self.output.rank()
    }

    /// The output dimensions, one per row.
    pub fn output(&self) -> &CoordinateSpace {
        &self.output
    }

    /// Voxel sizes that replace the source's own.
    pub fn input(&self) -> Option<&CoordinateSpace> {
        self.input.as_ref()
    }

    /// Number of columns that belong to the source.
    pub fn source_rank(&self) -> usize {
        self.source_rank.unwrap_or_else(|| self.rank())
    }

    /// The keys that have no type here; the viewer ignores them.
    pub fn extra(&self) -> &Object {
        &self.extra
    }

    /// The matrix; the identity where none is stated.
    pub fn matrix(&self) -> Matrix {
        self.matrix.clone().unwrap_or_else(|| Matrix::identity(self.rank()))
    }
}

impl Field for Transform {
    const EXPECTED: &'static str = "an object with outputDimensions";

    fn read(value: &Value) -> Result<Self> {
        let object = value.as_object().ok_or_else(|| wrong::<Self>(value))?;
        let reason = "without it the viewer takes the rank as 0 and refuses the matrix";
        let output = object.get("outputDimensions").ok_or(Error::MissingKey {
            path: String::new(),
            key: "outputDimensions",
            reason,
        })?;
        let mut transform = Self::new(at("outputDimensions", CoordinateSpace::read(output))?);
        if let Some(matrix) = object.get("matrix") {
            let matrix = at("matrix", Matrix::read(matrix, transform.rank()))?;
            transform = transform.with_matrix(matrix)?;
        }
        if let Some(input) = object.get("inputDimensions") {
            transform = transform.with_input(at("inputDimensions", CoordinateSpace::read_input(input))?)?;
        }
        if let Some(rank) = object.get("sourceRank") {
            let read = rank.as_u64().and_then(|rank| usize::try_from(rank).ok());
            let read = read.ok_or_else(|| unexpected(rank, "a number of dimensions").within("sourceRank"))?;
            transform = transform.with_source_rank(read)?;
        }
        let own = object.iter().filter(|(key, _)| !Self::KEYS.contains(&key.as_str()));
        transform.extra = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        Ok(transform)
    }

    fn write(&self) -> Result<Value> {
        let mut object = Object::new();
        if let Some(matrix) = &self.matrix {
            object.insert("matrix".to_owned(), matrix.write()?);
        }
        object.insert("outputDimensions".to_owned(), self.output.write()?);
        if let Some(input) = &self.input {
            object.insert("inputDimensions".to_owned(), input.write()?);
        }
        if let Some(rank) = self.source_rank {
            object.insert("sourceRank".to_owned(), rank.into());
        }
        object.extend(self.extra.clone());
        Ok(Value::Object(object))
    }
}

fn at<T>(key: &str, result: Result<T>) -> Result<T> {
    result.map_err(|error| error.within(key))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<Transform> {
        Transform::read(value)
    }

    #[test]
    fn round_trip_is_exact() {
        let value = json!({
            "matrix": [[0, 1, 0, 100], [1, 0, 0, 7.5], [0, 0, 1, -3]],
            "outputDimensions": {"x": [8e-9, "m"], "y": [8e-9, "m"], "z": [8e-9, "m"]},
            "inputDimensions": {"x": [1.6e-8, "m"], "y": [8e-9, "m"], "z": [8e-9, "m"]},
            "sourceRank": 3,
            "mine": {"a": [1, "b"]}
        });
        assert_eq!(read(&value).unwrap().write().unwrap(), value);
    }

    #[test]
    fn what_the_viewer_refuses_or_ignores_is_an_error() {
        let output = json!({"x": [1, "m"], "y": [1, "m"]});
        for bad in [
            json!({"matrix": [[1, 0], [0, 1]]}),
            json!({"outputDimensions": output, "matrix": [[1, 0], [0, 1]]}),
            json!({"outputDimensions": output, "matrix": [[1, 0, 0], [0, 1, 0], [0, 0, 1]]}),
            json!({"outputDimensions": output, "matrix": [[1, 0, 0], [0, "1", 0]]}),
            json!({"outputDimensions": output, "inputDimensions": {"x": [1, "m"]}}),
            json!({"outputDimensions": output, "sourceRank": 3}),
            json!({"outputDimensions": output, "sourceRank": -1}),
            json!([]),
        ] {
            assert!(read(&bad).is_err(), "{bad}");
        }
        let message =
            read(&json!({"outputDimensions": output, "matrix": [[1, 0, 0], [0, "1", 0]]})).unwrap_err().to_string();
        assert!(message.contains("`/matrix/1/1`"), "{message}");
    }

    #[test]
    fn permutations_are_checked() {
        let output = CoordinateSpace::read(&json!({"z": [1, "m"], "y": [1, "m"], "x": [1, "m"]})).unwrap();
        let reversed = Transform::permuted(output.clone(), &[2, 1, 0]).unwrap();
        assert_eq!(reversed.write().unwrap()["matrix"], json!([[0, 0, 1, 0], [0, 1, 0, 0], [1, 0, 0, 0]]));
        assert!(matches!(Transform::permuted(output.clone(), &[0, 0, 1]), Err(Error::Permutation { .. })));
        assert!(matches!(Transform::permuted(output, &[0, 1]), Err(Error::Rank { .. })));
    }
}
