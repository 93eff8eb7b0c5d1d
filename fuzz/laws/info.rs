//! What holds of the `info` document of an instance, whatever the bytes.

use array_core::{Array, Coordinate, Length, VoxelBox};
use dvid_source::{DvidArray, DvidClient, DvidOptions, InstanceInfo};
use serde_json::{Value, json};

const UUID: &str = "0123456789abcdef0123456789abcdef";
const INSTANCE: &str = "it";

/// Bytes as the answer to `info`: read by itself, and as the only answer from which a volume is opened.
pub(crate) fn holds(bytes: &[u8]) {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    let Some(info) = parses(&document) else { return };
    if let Ok(array) = opens(bytes) {
        is_as_stated(&array, &info);
    }
}

/// A document that says of itself what stands in it, or an error that names the instance.
fn parses(document: &Value) -> Option<InstanceInfo> {
    let parsed = InstanceInfo::parse(document.clone(), INSTANCE);
    let Ok(info) = parsed else {
        assert!(parsed.unwrap_err().to_string().contains(INSTANCE));
        return None;
    };
    assert_eq!(Value::Object(info.document().clone()), *document);
    assert_eq!(info.type_name(), document["Base"]["TypeName"]);
    assert_eq!(info.name(), document["Base"]["Name"]);
    if let Some(block_size) = info.block_size() {
        let [z, y, x] = [0, 1, 2].map(|axis| block_size[axis]);
        assert_eq!(json!([x, y, z]), document["Extended"]["BlockSize"]);
    }
    if let Ok(Some(size)) = info.voxel_size() {
        assert!(size.iter().all(|side| *side > Length::ZERO), "{size}");
    }
    if let Ok(Some(voxels)) = info.voxel_box() {
        assert!(voxels.begin().dims() == 3 && info.grid_store().is_none_or(|store| !store.is_empty()));
    }
    assert!(info.dtype().is_none() || info.channels() > 0);
    Some(info)
}

/// The volume of a server that has this one thing to say.
fn opens(info: &[u8]) -> dvid_source::Result<DvidArray> {
    let folder = tempfile::tempdir().expect("a folder for a recording");
    let case = json!([{
        "method": "GET", "path": format!("/api/node/{UUID}/{INSTANCE}/info"), "state": "loaded", "status": 200,
        "response_headers": {"Content-Type": "application/json"}, "body": "info", "body_bytes": info.len(),
    }]);
    let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).expect("room for an answer");
    write("cases.json", case.to_string().as_bytes());
    write("info", info);
    let client = DvidClient::replay(folder.path())?;
    let opened = DvidArray::open(&client, UUID, INSTANCE, &DvidOptions::default());
    opened.inspect_err(|error| assert!(!error.to_string().is_empty()))
}

/// The array and its scales are what the document says, and the parts at its corners can be asked for.
fn is_as_stated(array: &DvidArray, info: &InstanceInfo) {
    let meta = array.meta();
    assert_eq!(meta.attrs()["Base"], info.document()["Base"]);
    let stated = info.voxel_box().expect("a box that was taken");
    assert_eq!(*meta.voxel_box(), stated.unwrap_or_else(|| VoxelBox::new([0; 3], [0; 3]).expect("an empty box")));
    let has_scales = ["labelmap", "labelarray"].contains(&info.type_name());
    let coarsest = if has_scales { info.max_scale().unwrap_or(0) } else { 0 };
    assert_eq!(array.scales().len(), usize::from(coarsest));
    for (scale, coarser) in (1_u32..).zip(array.scales()) {
        let step = meta.grid().step().checked_mul_scalar(Length::from(1_i64 << scale)).expect("a step that was taken");
        assert_eq!(coarser.meta().grid().step(), step);
    }
    if stated.is_some_and(|voxels| !voxels.is_empty()) {
        let voxels = meta.voxel_box();
        let ends = [voxels.begin(), voxels.end().checked_add_scalar(-1).expect("a last voxel")];
        for corner in &ends {
            can_be_planned(array, corner);
        }
    }
}

fn can_be_planned(array: &DvidArray, corner: &Coordinate) {
    let voxel = VoxelBox::new(*corner, [1; 3]).expect("a voxel of the array");
    let plan = array.plan(&voxel).expect("a voxel of the array");
    assert!(plan.requests > 0, "{plan:?}");
}
