//! Recorded answers to questions that are not for boxes of voxels, through the public functions that ask them.

use array_core::{Array, ArrayExt, Coordinate, ReadContext, VoxelBox};
use dvid_source::DvidOptions;
use serde_json::{Value, json};

use super::Case;
use super::stage::{Stage, ids};

/// Runs a case that is such a question; false for any other.
pub(crate) fn run(case: &Case, stage: &Stage) -> bool {
    match (case.text("endpoint"), case.kind(), case.payload()) {
        ("labels", "json", _) => labels(case, stage),
        ("sparsevol", "array", "rles" | "sparse blocks") => body(case, stage),
        ("sparsevol-size", "json", _) => size_of_body(case, stage),
        ("roi", "json", _) => region(case, stage),
        ("mask", "array", _) => mask(case, stage),
        ("key", "text", _) => key(case, stage),
        ("keys" | "keyrange", "json", _) => keys(case, stage),
        ("elements", "json", _) => annotations(case, stage),
        _ => return false,
    }
    true
}

/// The exact value that is expected, or what the body says.
fn expected(case: &Case) -> Value {
    let stated = case.expect().get("json").cloned();
    stated.unwrap_or_else(|| serde_json::from_slice(&case.body()).unwrap())
}

/// The number that follows `name=` in the query.
fn parameter(case: &Case, name: &str) -> Option<i64> {
    let (_, query) = case.text("path").split_once('?')?;
    let value = query.split('&').find_map(|part| part.strip_prefix(name)?.strip_prefix('='));
    value.and_then(|value| value.parse().ok())
}

/// The last part of the path, such as a label or a key.
fn last_part(case: &Case) -> String {
    let path = case.text("path").split('?').next().unwrap();
    path.rsplit('/').next().unwrap().to_owned()
}

fn labels(case: &Case, stage: &Stage) {
    let question = super::file(case.text("request_body")).unwrap();
    let points: Vec<[i64; 3]> = serde_json::from_slice(&question).unwrap();
    let points: Vec<Coordinate> = points.into_iter().map(|[x, y, z]| [z, y, x].into()).collect();
    let scale = parameter(case, "scale").unwrap_or(0) as u8;
    let options = DvidOptions::default().with_scale(scale).with_ids(ids(case));
    let array = stage.open_with(case, &options).unwrap();
    // The points are asked for by block, so the recorded order of the answer is only that of points in such an order.
    let block = array.meta().read_block().unwrap();
    let mut order: Vec<usize> = (0..points.len()).collect();
    order.sort_by_key(|i| (points[*i].div_floor(&block).unwrap(), *i));
    let found = array.labels_at(&points, &ReadContext::default()).unwrap();
    let by_block: Vec<u64> = order.iter().map(|i| found[*i]).collect();
    assert_eq!(json!(by_block), expected(case), "{}", case.id());
}

fn body(case: &Case, stage: &Stage) {
    let (id, whole) = (case.id(), case.voxels());
    let limit = |axis: &str, dim: usize| {
        let range = whole.range(dim).unwrap();
        let first = parameter(case, &format!("min{axis}")).unwrap_or(range.start).max(range.start);
        (first, (parameter(case, &format!("max{axis}")).unwrap_or(range.end - 1) + 1).min(range.end))
    };
    let [z, y, x] = [limit("z", 0), limit("y", 1), limit("x", 2)];
    let voxels = VoxelBox::from_bounds([z.0, y.0, x.0], [z.1, y.1, x.1]).unwrap();
    let first_y = if case.payload() == "rles" { 0 } else { -32 };
    let array = stage.open_body(case, last_part(case).parse().unwrap(), &voxels, first_y);
    let found = array.read_box(&voxels, &ReadContext::default()).unwrap_or_else(|e| panic!("{id}: {e}"));
    let found = found.into_array::<bool>().unwrap().map(|inside| u8::from(*inside));
    let want = case.npy();
    let part = want.view().slice(&voxels.index_ranges(&whole).unwrap()).unwrap().to_block().unwrap();
    let want = want.into_array::<u8>().unwrap();
    let part = part.into_array::<u8>().unwrap();
    assert!(found == part, "{id}: wrong voxels");
    let sum = |values: &array_core::ndarray::ArrayD<u8>| values.iter().map(|n| u64::from(*n)).sum::<u64>();
    assert_eq!(sum(&part), sum(&want), "{id}: nothing is expected outside of the bounds");
}

fn size_of_body(case: &Case, stage: &Stage) {
    let want = expected(case);
    let label = last_part(case).parse().unwrap();
    let array = stage.open_with(case, &DvidOptions::default().with_body(label).with_ids(ids(case))).unwrap();
    let voxels = array.meta().voxel_box();
    let last = voxels.end().checked_sub_scalar(1).unwrap();
    assert_eq!(json!(voxels.begin().reversed().to_vec()), want["minvoxel"], "{}", case.id());
    assert_eq!(json!(last.reversed().to_vec()), want["maxvoxel"], "{}", case.id());
}

fn region(case: &Case, stage: &Stage) {
    let (uuid, instance) = case.node_and_instance();
    let region = stage.play(case).region_of_interest(uuid, instance).unwrap();
    let spans: Vec<_> = region.spans().iter().map(|s| json!([s.z, s.y, s.begin_x, s.end_x - 1])).collect();
    assert_eq!(json!(spans), expected(case), "{}", case.id());
}

fn mask(case: &Case, stage: &Stage) {
    let found = stage.open_region(case).read_box(&case.voxels(), &ReadContext::default()).unwrap();
    let found = found.into_array::<bool>().unwrap().map(|inside| u8::from(*inside));
    assert!(found == case.npy().into_array::<u8>().unwrap(), "{}: wrong voxels", case.id());
}

fn key(case: &Case, stage: &Stage) {
    let (uuid, instance) = case.node_and_instance();
    let found = stage.play(case).key_value(uuid, instance, &last_part(case)).unwrap();
    let digits = |hex: &str| -> Vec<u8> {
        let pairs = hex.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap());
        pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
    };
    let want = case.expect()["bytes_hex"].as_str().map_or_else(|| case.body(), digits);
    assert!(found == want, "{}", case.id());
}

fn keys(case: &Case, stage: &Stage) {
    let (uuid, instance) = case.node_and_instance();
    let client = stage.play(case);
    let parts: Vec<&str> = case.text("path").rsplit('/').collect();
    let found = match case.text("endpoint") {
        "keys" => client.keys(uuid, instance),
        _ => client.keys_between(uuid, instance, parts[1], parts[0]),
    };
    assert_eq!(json!(found.unwrap()), expected(case), "{}", case.id());
}

fn annotations(case: &Case, stage: &Stage) {
    let (uuid, instance) = case.node_and_instance();
    let parts: Vec<&str> = case.text("path").rsplit('/').collect();
    let triple = |text: &str| -> [i64; 3] {
        let xyz: Vec<i64> = text.split('_').map(|n| n.parse().unwrap()).collect();
        [xyz[2], xyz[1], xyz[0]]
    };
    let voxels = VoxelBox::new(triple(parts[0]), triple(parts[1])).unwrap();
    let found = stage.play(case).annotations(uuid, instance, &voxels).unwrap();
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let mut want = list(&expected(case));
    want.sort_by_key(|element| list(&element["Pos"]).iter().rev().map(|n| n.as_i64().unwrap()).collect::<Vec<_>>());
    assert_eq!(found.len(), want.len(), "{}", case.id());
    for (found, want) in found.iter().zip(&want) {
        assert_eq!(json!(found.position.reversed().to_vec()), want["Pos"], "{}", case.id());
        assert_eq!((json!(found.kind), json!(found.tags)), (want["Kind"].clone(), json!(list(&want["Tags"]))));
        let properties = want["Prop"].as_object().cloned().unwrap_or_default();
        assert_eq!(json!(found.properties), Value::Object(properties), "{}", case.id());
        let relations: Vec<_> =
            found.relations.iter().map(|r| json!({"Rel": r.kind, "To": r.to.reversed().to_vec()})).collect();
        assert_eq!(relations, list(&want["Rels"]), "{}", case.id());
    }
}
