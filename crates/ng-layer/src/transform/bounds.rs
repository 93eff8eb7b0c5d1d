//! Where the viewer puts the bounds of a source.

use super::Transform;
use crate::error::{Error, Result};
use crate::space::{CoordinateSpace, DimKind};

/// The dimensions of a source and the extent of its data, in its own voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct SourceSpace {
    space: CoordinateSpace,
    extents: Vec<[f64; 2]>,
}

impl SourceSpace {
    /// A source whose data cover `[lower, upper)` in its voxels, dimension by dimension.
    ///
    /// # Errors
    /// [`Error::SourceBounds`] unless there is one finite, ordered pair per dimension.
    pub fn new(space: CoordinateSpace, lower: &[f64], upper: &[f64]) -> Result<Self> {
        let rank = space.rank();
        if lower.len() != rank || upper.len() != rank {
            let reason = format!("{} lower and {} upper for {rank} dimensions", lower.len(), upper.len());
            return Err(Error::SourceBounds { reason });
        }
        let extents: Vec<[f64; 2]> = lower.iter().zip(upper).map(|(low, high)| [*low, *high]).collect();
        match extents.iter().position(|[low, high]| !(low.is_finite() && high.is_finite() && low <= high)) {
            None => Ok(Self { space, extents }),
            Some(at) => {
                let [low, high] = extents[at];
                Err(Error::SourceBounds { reason: format!("dimension {at} goes from {low} to {high}") })
            }
        }
    }

    /// The bounds in the viewer's global voxels.
    ///
    /// `viewer` is the state's `dimensions`, which may be empty; global dimensions that it lacks are added behind, with
    /// the voxel size of the source. A transform of another rank is adapted as the viewer does: dimensions are matched
    /// by the names of `inputDimensions` (without them by position), what matches nothing keeps the source's own name
    /// and place.
    ///
    /// A transform that gives two dimensions one name has no effect in the viewer, and none here.
    ///
    /// # Errors
    /// [`Error::DimensionName`] if a dimension of the source has a name that the viewer cannot show, as a number.
    pub fn bounds(&self, transform: Option<&Transform>, viewer: &CoordinateSpace) -> Result<Bounds> {
        let placed =
            transform.and_then(|transform| Placed::under(self, transform)).unwrap_or_else(|| Placed::plain(self));
        let mut dimensions: Vec<_> = viewer.iter().map(|(name, dim)| (name.to_owned(), dim.clone())).collect();
        for (row, name) in placed.names.iter().enumerate() {
            if DimKind::of(name) == DimKind::Global && viewer.get(name).is_none() {
                dimensions.push((name.clone(), placed.dims[row].clone()));
            }
        }
        let space = CoordinateSpace::new(dimensions)?;
        let intervals = space.iter().map(|(name, dim)| placed.interval(name, dim.scale())).collect();
        Ok(Bounds { space, intervals })
    }
}

/// A source under the transform that is in effect: dimension `d` of the source is column `d`.
struct Placed {
    names: Vec<String>,
    dims: Vec<crate::space::Dim>,
    input_scales: Vec<f64>,
    extents: Vec<[f64; 2]>,
    /// Row by row, without translation.
    linear: Vec<Vec<f64>>,
    translation: Vec<f64>,
}

impl Placed {
    /// A source without transform.
    fn plain(source: &SourceSpace) -> Self {
        let rank = source.space.rank();
        let unit = |row: usize| (0..rank).map(|column| f64::from(u8::from(row == column))).collect();
        Self {
            names: source.space.names().map(str::to_owned).collect(),
            dims: source.space.iter().map(|(_, dim)| dim.clone()).collect(),
            input_scales: source.space.scales(),
            extents: source.extents.clone(),
            linear: (0..rank).map(unit).collect(),
            translation: vec![0.0; rank],
        }
    }

    /// A source under a transform; `None` where the viewer ignores it, since two dimensions would have one name.
    fn under(source: &SourceSpace, transform: &Transform) -> Option<Self> {
        let mut placed = Self::plain(source);
        let rows = matched_rows(source, transform);
        let output: Vec<_> = transform.output().iter().collect();
        let input = transform.input().map(CoordinateSpace::scales);
        for (dim, row) in rows.iter().enumerate() {
            let own = dim < source.space.rank();
            let Some(row) = *row else { continue };
            let (name, out) = output[row];
            if own {
                name.clone_into(&mut placed.names[dim]);
                placed.dims[dim] = out.clone();
                placed.input_scales[dim] = input.as_ref().map_or(placed.input_scales[dim], |input| input[row]);
            } else {
                placed.names.push(name.to_owned());
                placed.dims.push(out.clone());
                placed.input_scales.push(input.as_ref().map_or(out.scale(), |input| input[row]));
                placed.extents.push([0.0, 1.0]);
            }
        }
        placed.set_matrix(&rows, transform);
        let unique = placed.names.iter().enumerate().all(|(at, name)| !placed.names[..at].contains(name));
        unique.then_some(placed)
    }

    fn set_matrix(&mut self, rows: &[Option<usize>], transform: &Transform) {
        let matrix = transform.matrix();
        let rank = rows.len();
        let entry = |row: usize, column: usize| match (rows[row], rows[column]) {
            (Some(row), Some(column)) => matrix.get(row, column),
            _ => f64::from(u8::from(row == column)),
        };
        self.linear = (0..rank).map(|row| (0..rank).map(|column| entry(row, column)).collect()).collect();
        self.translation = rows.iter().map(|row| row.map_or(0.0, |row| matrix.get(row, matrix.rank()))).collect();
    }

    /// The extent along a global dimension, in voxels of size `scale`.
    fn interval(&self, name: &str, scale: f64) -> Option<[f64; 2]> {
        let row = self.names.iter().position(|other| other == name)?;
        let output_scale = self.dims[row].scale();
        let mut interval = [self.translation[row]; 2];
        for (column, extent) in self.extents.iter().enumerate() {
            let factor = self.linear[row][column] * (self.input_scales[column] / output_scale);
            let (low, high) = (factor * extent[0], factor * extent[1]);
            interval[0] += low.min(high);
            interval[1] += low.max(high);
        }
        Some(interval.map(|bound| bound * (output_scale / scale)))
    }
}

/// Per dimension of the placed source, its own first and then the embedding ones, the row of the transform that
/// belongs to it.
fn matched_rows(source: &SourceSpace, transform: &Transform) -> Vec<Option<usize>> {
    let source_rank = transform.source_rank();
    let own = source.space.names().enumerate().map(|(position, name)| {
        let row = match transform.input() {
            Some(input) => input.names().position(|other| other == name),
            None => Some(position),
        };
        row.filter(|row| *row < source_rank)
    });
    own.chain((source_rank..transform.rank()).map(Some)).collect()
}

/// The extent of a source in global voxels.
#[derive(Clone, Debug, PartialEq)]
pub struct Bounds {
    space: CoordinateSpace,
    intervals: Vec<Option<[f64; 2]>>,
}

impl Bounds {
    /// The viewer's dimensions, those of the source that it lacked at the end.
    pub fn space(&self) -> &CoordinateSpace {
        &self.space
    }

    /// `[lower, upper]` along a dimension, `None` where the source does not have it.
    pub fn interval(&self, name: &str) -> Option<[f64; 2]> {
        let at = self.space.names().position(|other| other == name)?;
        self.intervals[at]
    }

    /// Where the viewer goes if the state says nothing: the centre of the voxel in the middle, one number per
    /// dimension of [`Bounds::space`]. The viewer keeps positions as 32-bit floats, so beyond 2^24 voxels the centre is
    /// rounded to what those can express.
    pub fn default_position(&self) -> Vec<f64> {
        self.intervals.iter().map(|interval| interval.map_or(0.5, middle_voxel)).collect()
    }
}

/// Bounds this close to whole or half voxels count as such; the products that led to them are rounded.
const SNAP: f64 = 1e-3;

/// Centre of the middle voxel. Bounds on half voxels mean that voxels are centred on whole numbers.
fn middle_voxel(interval: [f64; 2]) -> f64 {
    let whole = interval.map(round_half_up);
    let half = interval.map(|bound| bound.floor() + 0.5);
    if near(interval, whole) {
        single(single(middle(whole)).floor() + 0.5)
    } else if near(interval, half) {
        round_half_up(single(middle(half)))
    } else {
        single(single(middle(interval)).floor() + 0.5)
    }
}

fn middle([low, high]: [f64; 2]) -> f64 {
    f64::midpoint(low, high)
}

fn near(interval: [f64; 2], other: [f64; 2]) -> bool {
    interval.iter().zip(other).all(|(bound, other)| (bound - other).abs() < SNAP)
}

/// JavaScript's rounding: halves go up, also below zero.
fn round_half_up(value: f64) -> f64 {
    (value + 0.5).floor()
}

/// The nearest 32-bit float.
fn single(value: f64) -> f64 {
    f64::from(value as f32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::Field;
    use serde_json::{Value, json};

    fn space(value: &Value) -> CoordinateSpace {
        CoordinateSpace::read(value).unwrap()
    }

    fn source() -> SourceSpace {
        SourceSpace::new(space(&json!({"x": [8, "nm"], "y": [8, "nm"]})), &[2.0, 4.0], &[10.0, 20.0]).unwrap()
    }

    #[test]
    fn foreign_input_names_switch_the_transform_off() {
        let transform = json!({
            "matrix": [[1, 0, 100], [0, 1, 100]],
            "outputDimensions": {"x": [8, "nm"], "y": [8, "nm"]},
            "inputDimensions": {"0": [4, "nm"], "1": [4, "nm"]}
        });
        let transform = Transform::read(&transform).unwrap();
        let viewer = CoordinateSpace::default();
        assert_eq!(source().bounds(Some(&transform), &viewer).unwrap(), source().bounds(None, &viewer).unwrap());
    }

    #[test]
    fn missing_dimensions_keep_their_place() {
        let transform = Transform::read(&json!({"matrix": [[1, 5]], "outputDimensions": {"x": [8, "nm"]}})).unwrap();
        let bounds = source().bounds(Some(&transform), &CoordinateSpace::default()).unwrap();
        assert_eq!(bounds.space().names().collect::<Vec<_>>(), ["x", "y"]);
        assert_eq!((bounds.interval("x"), bounds.interval("y")), (Some([7.0, 15.0]), Some([4.0, 20.0])));
        assert_eq!(bounds.interval("z"), None);
    }

    #[test]
    fn two_dimensions_of_one_name_switch_the_transform_off() {
        let transform = Transform::read(&json!({"matrix": [[1, 5]], "outputDimensions": {"y": [8, "nm"]}})).unwrap();
        let viewer = CoordinateSpace::default();
        assert_eq!(source().bounds(Some(&transform), &viewer).unwrap(), source().bounds(None, &viewer).unwrap());
    }

    #[test]
    fn default_position_is_the_centre_of_a_voxel() {
        for (interval, centre) in [
            ([8.0, 108.0], 58.5),
            ([13.5, 83.5], 49.0),
            ([-2.5, 0.5], -1.0),
            ([-1.5, 1.5], 0.0),
            ([-1.5, 0.5], 0.0),
            // Products of voxel sizes are rounded: these mean 0 to 2, and 13.5 to 83.5.
            ([0.0, 1.999_999_999_999_999_8], 1.5),
            ([13.500_000_000_000_002, 83.499_999_999_999_99], 49.0),
            // The viewer keeps 32 bits: even numbers only from 2^24 on.
            ([20_000_001.0, 20_000_101.0], 20_000_052.0),
            ([20_000_000.5, 20_000_100.5], 20_000_050.0),
        ] {
            let found = middle_voxel(interval);
            assert!((found - centre).abs() < 1e-12, "{interval:?}: {found}");
        }
        let viewer = space(&json!({"t": [1, "s"], "x": [8, "nm"]}));
        assert_eq!(source().bounds(None, &viewer).unwrap().default_position(), [0.5, 6.5, 12.5]);
    }

    #[test]
    fn bounds_of_a_source_are_checked() {
        let space = space(&json!({"x": [8, "nm"]}));
        for (lower, upper) in [(vec![], vec![1.0]), (vec![2.0], vec![1.0]), (vec![f64::NAN], vec![1.0])] {
            assert!(SourceSpace::new(space.clone(), &lower, &upper).is_err());
        }
    }
}
