//! `voxscope describe`: what a source is, where it lies, and how each of these is known.

use std::fmt::Write as _;

use facade::Result;
use facade::prelude::*;
use serde_json::{Value, json};

use crate::args;
use crate::sources;

/// Runs the command; returns what goes to standard output.
///
/// # Errors
/// Those of opening the source.
pub fn run(args: &args::Describe) -> Result<String> {
    let config = sources::config(&args.source, args.voxel_size, &args.placement)?;
    let array = facade::open(&config)?;
    if args.json { Ok(json_text(&describe_json(&*array))) } else { Ok(describe(&*array)) }
}

pub(crate) fn json_text(value: &Value) -> String {
    format!("{value:#}\n")
}

/// The description for people: a line per property, with its origin.
pub fn describe(array: &dyn Array) -> String {
    let meta = array.meta();
    let mut text = format!("{}: {} of {}\n", meta.name(), meta.kind(), meta.dtype());
    let mut line = |label: &str, value: String, field: Option<Field>| {
        let origin =
            field.and_then(|field| meta.provenance(field)).map(|from| format!("   ({from})")).unwrap_or_default();
        let _ = writeln!(text, "  {label:<12}{value}{origin}");
    };
    line("kind", meta.kind().to_string(), Some(Field::Kind));
    line("dtype", meta.dtype().to_string(), Some(Field::DType));
    line("axes", meta.axes().to_string(), Some(Field::Axes));
    line("region", format!("{} nm", meta.roi()), Some(Field::Extents));
    line("voxel size", format!("{} nm", meta.voxel_size()), Some(Field::VoxelSize));
    line("offset", format!("{} nm", meta.offset()), Some(Field::Offset));
    line("voxels", format!("{}, shape {:?}", meta.voxel_box(), meta.shape()), None);
    if let Some(channels) = meta.num_channels() {
        line("channels", channels.to_string(), None);
    }
    for (level, scale) in array.scales().iter().enumerate() {
        let scale = scale.meta();
        line(&format!("scale +{}", level + 1), format!("{} nm, shape {:?}", scale.voxel_size(), scale.shape()), None);
    }
    if let Some(block) = meta.read_block() {
        line("read block", format!("{block} voxels"), None);
    }
    line("writable", if array.writable() { "yes" } else { "no" }.to_owned(), None);
    line("viewer", viewer(meta.viewer_source()), None);
    for note in array.plan(meta.voxel_box()).map(|plan| plan.notes).unwrap_or_default() {
        line("note", note, None);
    }
    text
}

fn viewer(source: &ViewerSource) -> String {
    match source {
        ViewerSource::Shown { url, lossy: None } => url.clone(),
        ViewerSource::Shown { url, lossy: Some(why) } => format!("{url}, but {why}"),
        ViewerSource::NotShown { url, reason } => format!("cannot show {url}: {reason}"),
        ViewerSource::Local => "no public address".to_owned(),
    }
}

/// The description for programs.
pub fn describe_json(array: &dyn Array) -> Value {
    let meta = array.meta();
    let provenance: serde_json::Map<String, Value> =
        meta.provenances().map(|(field, from)| (field.to_string().replace(' ', "_"), json!(from))).collect();
    json!({
        "name": meta.name(),
        "kind": meta.kind(),
        "dtype": meta.dtype(),
        "axes": meta.axes(),
        "roi": meta.roi(),
        "voxel_size": meta.voxel_size(),
        "offset": meta.offset(),
        "grid": meta.grid(),
        "voxels": meta.voxel_box(),
        "shape": meta.shape(),
        "num_channels": meta.num_channels(),
        "scales": array.scales().iter().map(|scale| json!({
            "voxel_size": scale.meta().voxel_size(),
            "shape": scale.meta().shape(),
        })).collect::<Vec<_>>(),
        "read_block": meta.read_block(),
        "writable": array.writable(),
        "viewer": meta.viewer_source(),
        "provenance": provenance,
        "notes": array.plan(meta.voxel_box()).map(|plan| plan.notes).unwrap_or_default(),
        "attrs": meta.attrs(),
    })
}
