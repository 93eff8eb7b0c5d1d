//! Ids of chunks, levels of pyramids, properties of segments.

use crate::common::golden::{Golden, expect, text};
use crate::{Failures, three_zyx};
use ng_layer::array_core::{ArrayMeta, Axes, Coordinate, DType, Grid, VoxelBox};
use ng_layer::json::Value;
use ng_layer::precomputed::{InfoFile, SegmentProperties, Sharding, levels, morton_code};

pub(crate) fn morton_and_shards(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let file = golden.json(entry.as_str().expect("morton_and_shards names a file"));
    for kind in file.as_object().expect("an object").keys() {
        expect(failures, kind, "no such list is known", ["morton", "location", "what"].contains(&kind.as_str()));
    }
    let (codes, locations) =
        (file["morton"].as_array().expect("morton"), file["location"].as_array().expect("location"));
    for case in codes {
        let code = morton_code(three_zyx(&case["grid"]), three_zyx(&case["grid_size"]));
        let same = code.map(|code| code.to_string()).as_deref() == case["code"].as_str();
        expect(failures, &case.to_string(), &format!("the code is {code:?}"), same);
    }
    for case in locations {
        location(case, failures);
    }
    codes.len() + locations.len()
}

/// The specification of a case is that of a scale, which may leave out how data are encoded.
fn location(case: &Value, failures: &mut Failures) {
    let scale = serde_json::json!({
        "key": "k", "size": [1, 1, 1], "resolution": [1, 1, 1], "chunk_sizes": [[1, 1, 1]], "encoding": "raw",
        "sharding": case["spec"],
    });
    let info = serde_json::json!({"type": "image", "data_type": "uint8", "num_channels": 1, "scales": [scale]});
    let (file, findings) = InfoFile::read(&info);
    let Some(InfoFile::Volume(info)) = file else {
        return failures.push(format!("{case}: {findings:?}"));
    };
    let sharding: &Sharding = info.scales()[0].sharding().expect("it is stated");
    let location = sharding.locate(text(case, "key").parse().expect("a key"));
    let file = sharding.file_name(location.shard);
    let same = file == text(case, "shard_file") && case["minishard"] == location.minishard;
    expect(failures, &case.to_string(), &format!("{file}, {location:?}"), same);
}

pub(crate) fn pyramid_levels(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let file = golden.json(entry.as_str().expect("pyramid_levels names a file"));
    let cases = file["cases"].as_array().expect("cases");
    for case in cases {
        if let Err(error) = pyramid(case, failures) {
            failures.push(format!("{case}: {error}"));
        }
    }
    cases.len()
}

fn pyramid(case: &Value, failures: &mut Failures) -> ng_layer::Result<()> {
    let grid = Grid::new(Coordinate::from([0, 0, 0]).to_lengths(), Coordinate::from([40, 8, 8]).to_lengths())?;
    let voxels = VoxelBox::new(three_zyx(&case["voxel_offset"]), three_zyx(&case["size"]))?;
    let meta = ArrayMeta::new("em", DType::U8, Axes::zyx(), &[], grid, voxels)?;
    let stated = case["levels"].as_array().expect("levels");
    let factors: Vec<Coordinate> = stated.iter().map(|level| three_zyx(&level["factor"]).into()).collect();
    for (level, stated) in levels(&meta, &factors)?.iter().zip(stated) {
        let expected = VoxelBox::new(three_zyx(&stated["voxel_offset"]), three_zyx(&stated["size"]))?;
        expect(failures, &stated.to_string(), &format!("the level is {}", level.voxels), level.voxels == expected);
    }
    Ok(())
}

pub(crate) fn segment_properties(golden: &Golden, entry: &Value, failures: &mut Failures) -> usize {
    let stated = golden.json(entry.as_str().expect("segment_properties names a file"));
    let (table, findings) = SegmentProperties::read(&stated);
    let written = table.map(|table| table.to_json());
    let same = written.as_ref().is_some_and(|written| ng_layer::json::same(written, &stated));
    expect(
        failures,
        "segment_properties",
        &format!("{findings:?}, written as {written:?}"),
        same && findings.is_empty(),
    );
    1
}
