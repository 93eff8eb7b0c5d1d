//! Which free-form metadata a view may pass on.

use crate::Attrs;

/// Keys that state geometry, in the conventions of the field. A view has its own geometry, so it drops them.
pub const GEOMETRY_KEYS: [&str; 28] = [
    "resolution",
    "voxel_size",
    "voxelsize",
    "offset",
    "shape",
    "axes",
    "axis_names",
    "types",
    "units",
    "transform",
    "scale",
    "scales",
    "translate",
    "translation",
    "pixelResolution",
    "downsamplingFactors",
    "dimensions",
    "dimension_units",
    "blockSize",
    "multiscales",
    "ome",
    "voxel_offset",
    "size",
    "_ARRAY_DIMENSIONS",
    "Extents",
    "chunk_sizes",
    "bounding_box",
    "roi",
];

/// Keys of DVID's `Extended` object that state geometry.
const DVID_KEYS: [&str; 7] = ["VoxelSize", "VoxelUnits", "BlockSize", "MinPoint", "MaxPoint", "MinIndex", "MaxIndex"];

/// A copy of the attributes of a source without those that state geometry: [`GEOMETRY_KEYS`], and of DVID's `Extended`
/// object the sizes, units and limits.
pub fn attrs_without_geometry(attrs: &Attrs) -> Attrs {
    let mut kept = attrs.clone();
    kept.retain(|key, _| !GEOMETRY_KEYS.contains(&key.as_str()));
    if let Some(serde_json::Value::Object(extended)) = kept.get_mut("Extended") {
        extended.retain(|key, _| !DVID_KEYS.contains(&key.as_str()));
    }
    kept
}
