//! The JSON documents that describe instances.

use array_core::Length;
use serde::Serialize;
use serde_json::{Map, Number, Value, json};

use super::options::VoxelUnit;
use super::types::VoxelType;
use super::volume::Volume;

/// `{"Base": …, "Extended": …, "Extents": …}` of an instance that was made in the version `uuid`.
pub(super) fn instance(volume: &Volume, uuid: &str) -> Value {
    let extents = volume.extents_xyz();
    let point = |index: usize| extents.map(|extents| extents[index]);
    let mut extended = properties(volume);
    if volume.voxel_type.has_label_blocks() {
        extended.extend(fields(json!({
            "MaxLabel": {}, "MaxRepoLabel": 0, "NextLabel": 0, "IndexedLabels": false, "MaxDownresLevel": volume.max_level(),
        })));
    }
    json!({
        "Base": Base::new(volume, uuid),
        "Extended": extended,
        // The oldest type of labels has none.
        "Extents": match volume.voxel_type {
            VoxelType::Labelblk => Value::Null,
            _ => json!({"MinPoint": point(0), "MaxPoint": point(1)}),
        },
    })
}

/// The answer to `metadata`: axes with size and offset, and the properties that all voxel types share.
pub(super) fn metadata(volume: &Volume) -> Value {
    let (extents, sizes, unit) = (volume.extents_xyz(), voxel_size(volume), unit_name(&volume.unit));
    let axes = ["X", "Y", "Z"].iter().zip(sizes).enumerate().map(|(axis, (label, size))| {
        let (offset, voxels) = extents.map_or((0, 0), |[first, last]| (first[axis], last[axis] - first[axis] + 1));
        json!({"Label": label, "Resolution": size, "Units": unit, "Size": voxels, "Offset": offset})
    });
    json!({"Axes": axes.collect::<Vec<_>>(), "Properties": properties(volume)})
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Base<'a> {
    type_name: &'a str,
    #[serde(rename = "TypeURL")]
    type_url: &'a str,
    type_version: &'a str,
    #[serde(rename = "DataUUID")]
    data_uuid: String,
    name: &'a str,
    #[serde(rename = "RepoUUID")]
    repo_uuid: &'a str,
    compression: &'a str,
    checksum: &'a str,
    syncs: [&'a str; 0],
    versioned: bool,
    #[serde(rename = "KVStore")]
    kv_store: &'a str,
    log_store: &'a str,
    tags: Option<()>,
}

impl<'a> Base<'a> {
    fn new(volume: &'a Volume, uuid: &'a str) -> Self {
        let name = &volume.name;
        Self {
            type_name: volume.voxel_type.name(),
            type_url: volume.voxel_type.url(),
            type_version: if volume.voxel_type.is_labels() { "0.1" } else { "0.2" },
            data_uuid: data_uuid(name),
            name,
            repo_uuid: uuid,
            compression: &volume.compression,
            checksum: "No checksum",
            syncs: [],
            versioned: true,
            kv_store: "memory",
            log_store: "none",
            tags: None,
        }
    }
}

/// An identity that depends on the name only, so that two runs tell the same.
fn data_uuid(name: &str) -> String {
    // FNV-1a, the offset basis and prime of its 128-bit form.
    let hash = name.bytes().fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    format!("{hash:032x}")
}

/// The part of `Extended` that all voxel types have.
fn properties(volume: &Volume) -> Map<String, Value> {
    let block = super::region::reversed(volume.block_zyx);
    let extents = volume.extents_xyz();
    let index = |which: usize| {
        extents.map(|extents| -> [i64; 3] { std::array::from_fn(|axis| extents[which][axis].div_euclid(block[axis])) })
    };
    let value = |(dtype, label): (&str, &str)| json!({"DataType": dtype, "Label": label});
    let values: Vec<Value> = volume.voxel_type.values().into_iter().map(value).collect();
    fields(json!({
        "Values": values,
        "Interpolable": !volume.voxel_type.is_labels(),
        "BlockSize": block,
        "VoxelSize": voxel_size(volume),
        "VoxelUnits": vec![unit_name(&volume.unit); 3],
        "MinPoint": extents.map(|extents| extents[0]),
        "MaxPoint": extents.map(|extents| extents[1]),
        "MinIndex": index(0),
        "MaxIndex": index(1),
        "Background": 0,
        "GridStore": volume.grid_store,
        "ScaleLevel": 0,
    }))
}

/// The members of a JSON object.
fn fields(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

fn unit_name(unit: &VoxelUnit) -> &str {
    match unit {
        VoxelUnit::Nanometers => "nanometers",
        VoxelUnit::Micrometers => "micrometers",
        VoxelUnit::Other(text) => text,
    }
}

/// Voxel size x, y, z in the unit of the volume, as the real server has it: 32-bit floats, printed as short as possible.
fn voxel_size(volume: &Volume) -> [Number; 3] {
    let scale = if volume.unit == VoxelUnit::Micrometers { 1000.0 } else { 1.0 };
    volume.voxel_size_xyz().map(|size: Length| shortest((size.to_f64() / scale) as f32))
}

fn shortest(value: f32) -> Number {
    let text = value.to_string();
    // Digits without a point, or a decimal: both are JSON. Lengths are finite, so there is no other form.
    serde_json::from_str(&text).unwrap_or_else(|_| Number::from(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voxel_sizes_print_as_32_bit_floats() {
        let printed = |value: f64| shortest(value as f32).to_string();
        assert_eq!([8.0, 4.56, 0.004, 4.0 / 3.0].map(printed), ["8", "4.56", "0.004", "1.3333334"]);
    }

    #[test]
    fn identities_differ_by_name() {
        assert_ne!(data_uuid("a"), data_uuid("b"));
        assert_eq!(data_uuid("").len(), 32);
    }
}
