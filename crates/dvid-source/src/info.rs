//! What a server says of a data instance.

mod units;

use array_core::{Attrs, DType};
use array_core::{Coordinate, Length, VoxelBox};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use units::voxel_size_nm;

use crate::{Error, Result};

/// The `info` document of a data instance: as it came, and the parts of it that a volume needs, in the order z, y, x.
///
/// Servers of all ages and instances of all types can be read. What is absent is `None`; what has an impossible type
/// is an error that names it.
#[derive(Debug, Clone, PartialEq)]
pub struct InstanceInfo {
    document: Attrs,
    base: Base,
    extended: Extended,
    extents: Extents,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Base {
    type_name: String,
    name: String,
    #[serde(default)]
    compression: String,
}

/// Triples are x, y, z here, as in the document.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Extended {
    values: Option<Vec<Channel>>,
    block_size: Option<Vec<i64>>,
    voxel_size: Option<Vec<f64>>,
    voxel_units: Option<Vec<String>>,
    min_point: Option<Vec<i64>>,
    max_point: Option<Vec<i64>>,
    max_downres_level: Option<u8>,
    grid_store: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Channel {
    data_type: String,
}

#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Extents {
    min_point: Option<Vec<i64>>,
    max_point: Option<Vec<i64>>,
}

impl InstanceInfo {
    /// Reads an `info` document; `instance` is what to call it in errors.
    ///
    /// # Errors
    /// [`Error::BadInfo`] for a document that is not one.
    pub fn parse(document: Value, instance: &str) -> Result<Self> {
        let bad = |problem: String| Error::bad_info(format!("the info of `{instance}`"), problem);
        let Value::Object(document) = document else { return Err(bad("it is not a JSON object".to_owned())) };
        let base = section(&document, "Base").map_err(bad)?.ok_or_else(|| bad("`Base` is missing".to_owned()))?;
        let extended = section(&document, "Extended").map_err(bad)?.unwrap_or_default();
        let extents = section(&document, "Extents").map_err(bad)?.unwrap_or_default();
        Ok(Self { document, base, extended, extents })
    }

    /// The document as it came: `Base`, `Extended` and, for most types, `Extents`.
    pub fn document(&self) -> &Attrs {
        &self.document
    }

    /// The data type of the instance, such as `uint8blk` or `labelmap`.
    pub fn type_name(&self) -> &str {
        &self.base.type_name
    }

    /// Name of the instance.
    pub fn name(&self) -> &str {
        &self.base.name
    }

    /// How the server stores the blocks, in its words: `gzip compression, level -1`.
    pub fn compression(&self) -> &str {
        &self.base.compression
    }

    /// Values per voxel; 0 where the type has none.
    pub fn channels(&self) -> usize {
        self.extended.values.as_ref().map_or(0, Vec::len)
    }

    /// Element type, where all channels have the same one and it is known.
    pub fn dtype(&self) -> Option<DType> {
        let channels = self.extended.values.as_ref()?;
        let first = &channels.first()?.data_type;
        channels.iter().all(|channel| channel.data_type == *first).then(|| first.parse().ok())?
    }

    /// Voxels per block, z, y, x.
    pub fn block_size(&self) -> Option<Coordinate> {
        zyx(self.extended.block_size.as_ref()?)
    }

    /// Voxel size z, y, x as stated, in the units that [`units`](Self::units) states; exact for what a `float32`
    /// prints as. `None` unless there are three numbers, which servers do not insist on.
    ///
    /// # Errors
    /// [`Error::BadInfo`] for sizes that are not positive or too large to be exact.
    pub fn voxel_size(&self) -> Result<Option<Coordinate<Length>>> {
        let Some(stated) = self.extended.voxel_size.as_ref().filter(|size| size.len() == 3) else { return Ok(None) };
        let bad = |problem: String| self.bad(format!("`VoxelSize` {stated:?}: {problem}"));
        if stated.iter().any(|size| *size <= 0.0) {
            return Err(bad("sizes are above 0".to_owned()));
        }
        let exact = stated.iter().map(|size| length(*size)).collect::<Result<Vec<_>, _>>();
        Ok(zyx(&exact.map_err(|error| bad(error.to_string()))?))
    }

    /// Units of the voxel size z, y, x as stated; free text.
    pub fn units(&self) -> Option<[&str; 3]> {
        match self.extended.voxel_units.as_deref()? {
            [x, y, z] => Some([z, y, x]),
            _ => None,
        }
    }

    /// The voxels that the server says it has, at scale 0; `None` where nothing was written. A hint: data may lie
    /// outside.
    ///
    /// # Errors
    /// [`Error::BadInfo`] for points that make no box.
    pub fn voxel_box(&self) -> Result<Option<VoxelBox>> {
        let stated =
            [(&self.extents.min_point, &self.extents.max_point), (&self.extended.min_point, &self.extended.max_point)];
        for (min, max) in stated {
            if let (Some(min), Some(max)) = (min, max) {
                return self.box_of(min, max).map(Some);
            }
        }
        Ok(None)
    }

    fn box_of(&self, min: &[i64], max: &[i64]) -> Result<VoxelBox> {
        let bad = |problem: String| self.bad(format!("`MinPoint` {min:?} and `MaxPoint` {max:?}: {problem}"));
        let (Some(begin), Some(last)) = (zyx(min), zyx(max)) else {
            return Err(bad("three numbers each are due".into()));
        };
        // No request could name other voxels, and sums with these do not overflow.
        if begin.iter().chain(last.iter()).any(|index| i32::try_from(*index).is_err()) {
            return Err(bad("voxels have indices of 32 bits".into()));
        }
        // Both points are voxels of the volume, but proxied volumes state their size in place of the last voxel.
        let beyond = i64::from(self.grid_store().is_none());
        let end = last.checked_add_scalar(beyond).map_err(|error| bad(error.to_string()))?;
        VoxelBox::from_bounds(begin, end).map_err(|error| bad(error.to_string()))
    }

    /// The coarsest scale of a label instance; `None` where the type has no scales or the server is too old to tell.
    pub fn max_scale(&self) -> Option<u8> {
        self.extended.max_downres_level
    }

    /// The precomputed volume that the instance is a proxy of, if it is one.
    pub fn grid_store(&self) -> Option<&str> {
        self.extended.grid_store.as_deref().filter(|store| !store.is_empty())
    }

    pub(crate) fn bad(&self, problem: String) -> Error {
        Error::bad_info(format!("the info of `{}`", self.name()), problem)
    }
}

fn section<T: DeserializeOwned>(document: &Attrs, key: &str) -> Result<Option<T>, String> {
    match document.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(value) => T::deserialize(value).map(Some).map_err(|error| format!("`{key}`: {error}")),
    }
}

/// A triple in our order. This is where the order of axes turns around.
fn zyx<T: array_core::coord_roi::Scalar>(xyz: &[T]) -> Option<Coordinate<T>> {
    match xyz {
        [x, y, z] => Some([*z, *y, *x].into()),
        _ => None,
    }
}

/// The server keeps sizes as `float32` and prints as many digits as tell them apart. A number with more digits than
/// that comes from elsewhere and is taken as it is.
fn length(size: f64) -> Result<Length, array_core::coord_roi::Error> {
    let single = size as f32;
    if single.to_string() == size.to_string() { Length::from_f32(single) } else { Length::from_f64(size) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn info(extended: &Value, extents: &Value) -> InstanceInfo {
        let base = json!({"TypeName": "uint8blk", "Name": "gray"});
        InstanceInfo::parse(json!({"Base": base, "Extended": extended, "Extents": extents}), "gray").unwrap()
    }

    #[test]
    fn the_last_voxel_is_inclusive_unless_the_volume_is_proxied() {
        let points = json!({"MinPoint": [1, -2, 0], "MaxPoint": [5, 5, 5]});
        let stated = info(&json!({}), &points).voxel_box().unwrap().unwrap();
        assert_eq!(stated, VoxelBox::from_bounds([0, -2, 1], [6, 6, 6]).unwrap());
        let proxied = info(&json!({"GridStore": "store"}), &points).voxel_box().unwrap().unwrap();
        assert_eq!(proxied, VoxelBox::from_bounds([0, -2, 1], [5, 5, 5]).unwrap());
    }

    #[test]
    fn extents_come_from_either_place_or_are_empty() {
        let points = json!({"MinPoint": [0, 0, 0], "MaxPoint": [1, 1, 1]});
        let null = json!({"MinPoint": null, "MaxPoint": null});
        assert!(info(&points, &json!(null)).voxel_box().unwrap().is_some(), "an old server");
        assert!(info(&points, &null).voxel_box().unwrap().is_some());
        assert_eq!(info(&null, &null).voxel_box().unwrap(), None);
        let turned = json!({"MinPoint": [0, 9, 0], "MaxPoint": [1, 1, 1]});
        assert!(matches!(info(&null, &turned).voxel_box(), Err(Error::BadInfo { .. })));
        for far in [i64::from(i32::MAX) + 1, i64::MAX] {
            let far = json!({"MinPoint": [0, 0, 0], "MaxPoint": [1, far, 1]});
            assert!(info(&null, &far).voxel_box().unwrap_err().to_string().contains("32 bits"));
        }
    }

    #[test]
    fn sizes_are_exact_and_their_number_is_not_trusted() {
        let size = |size: Value| info(&json!({"VoxelSize": size}), &json!(null)).voxel_size();
        let three = size(json!([4.56, 4, 0.333_333_34])).unwrap().unwrap();
        assert_eq!(three, ["0.33333334", "4", "4.56"].map(|side| side.parse().unwrap()));
        assert_eq!(size(json!([8, 8])).unwrap(), None);
        assert_eq!(size(json!(null)).unwrap(), None);
        assert!(matches!(size(json!([8, 0, 8])), Err(Error::BadInfo { .. })));
    }

    #[test]
    fn what_is_no_info_is_refused() {
        for document in [json!([]), json!({}), json!({"Base": {"Name": "x"}}), json!({"Base": null, "Extended": {}})] {
            let error = InstanceInfo::parse(document, "gray").unwrap_err();
            assert!(error.to_string().starts_with("the info of `gray`: "), "{error}");
        }
        let document = json!({"Base": {"TypeName": "t", "Name": "n"}, "Extended": {"BlockSize": "64"}});
        assert!(InstanceInfo::parse(document, "n").unwrap_err().to_string().contains("`Extended`"));
    }
}
