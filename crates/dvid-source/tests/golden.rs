//! What a real server answered, through the client: infos, images and labels as arrays over a socket, and every label
//! payload by itself.

mod common;

use std::collections::BTreeSet;

use array_core::ndarray::{Array3, ArrayView3, s};
use array_core::{Block, Coordinate, DType, Length, VoxelBox};
use common::stage::Stage;
use common::{Case, RUN, Tally, images, questions};
use dvid_source::{Error, FrameReader, Images, InstanceInfo, LabelQuery, Payload, Request};
use serde_json::Value;

#[test]
fn golden_answers_of_a_real_server() {
    let Some(cases) = Case::all() else { return };
    let (stage, replayed) = (Stage::new(&cases), common::replayed::all());
    let mut tally = Tally::default();
    for case in &cases {
        if case.is_left_out() {
            tally.add(LEFT_OUT, "real", case.id());
            continue;
        }
        assert!(replayed.contains(case.id()), "{}: not replayed", case.id());
        let (what, kind) = run(case, &stage);
        tally.add(what, kind, case.id());
    }
    tally.print();
    // A folder that somebody names may hold a handful; ours holds hundreds.
    assert!(common::is_named() || tally.count(RUN) > 300, "hardly any cases");
    assert!(!cases.is_empty(), "no cases at all");
    let told: usize = [RUN, REFUSED, NEVER, ONLY_REPLAYED, LEFT_OUT].iter().map(|what| tally.count(what)).sum();
    assert_eq!(told, cases.len(), "each case is accounted for");
}

const REFUSED: &str = "run, and refused since the answer is wrong";
const NEVER: &str = "never asked for, since the server's answer is wrong or of no use";
const ONLY_REPLAYED: &str = "asked for by nothing of ours: the fixture replays them";
const LEFT_OUT: &str = "left out, since these samples of others are not here";

/// Endpoints that nothing of ours asks, whatever they answer; cases without one are about servers and repositories.
const UNASKED_ENDPOINTS: [&str; 33] = [
    "",
    "all-elements",
    "element",
    "existing-labels",
    "extents",
    "gray",
    "index",
    "indices",
    "indices-compressed",
    "isotropic",
    "keyrangevalues",
    "keyvalues",
    "label",
    "lastmod",
    "listlabels",
    "mapping",
    "mappings",
    "maxlabel",
    "metadata",
    "nextlabel",
    "partition",
    "ptquery",
    "resolution",
    "size",
    "sizes",
    "sparsevol-by-point",
    "sparsevol-coarse",
    "supervoxel-sizes",
    "supervoxels",
    "tags",
    "instance",
    "commit",
    "sync",
];

/// Encodings that nothing of ours asks for.
const UNASKED_PAYLOADS: [&str; 6] =
    ["blocks one after another", "png", "srles", "rles+gzip", "rles+lz4", "stored:snappy"];

/// Whether nothing of ours asks for the answer of a case, by its endpoint and payload. Anything else that cannot be run is a
/// failure, never a silent skip.
fn is_unasked(case: &Case) -> bool {
    let (endpoint, payload) = (case.text("endpoint"), case.payload());
    let voxels = ["raw", "blocks", "specificblocks", "subvolblocks"].contains(&endpoint);
    let is_part = case.text("path").contains("byte_start") || case.0["request_headers"].get("Range").is_some();
    UNASKED_ENDPOINTS.contains(&endpoint)
        || case.text("method") != "GET"
        || UNASKED_PAYLOADS.contains(&payload)
        || endpoint == "key" && is_part
        // Pictures of planes are "text", and lists without blocks are "empty".
        || voxels && ["empty", "text"].contains(&case.kind())
}

/// Runs a case and says how it was counted.
fn run(case: &Case, stage: &Stage) -> (&'static str, String) {
    let endpoint = case.text("endpoint");
    let by_kind = format!("{} {endpoint} {} {}", case.text("method"), case.kind(), case.payload());
    match (endpoint, case.kind(), case.payload()) {
        (_, "error", _) => {
            check_error(case, stage);
            (RUN, "words of an error".to_owned())
        }
        _ if is_unasked(case) => (ONLY_REPLAYED, by_kind),
        ("info", "json", _) => {
            check_info(case);
            (RUN, "info".to_owned())
        }
        ("raw", "array", "none" | "uncompressed" | "lz4" | "gzip" | "google" | "googlegzip") => raw(case, stage),
        ("specificblocks" | "subvolblocks", "blocks", payload) if images::payload(payload).is_some() => {
            if is_image(case, stage) { images::run(case, stage, &requested_blocks(case)) } else { blocks(case, stage) }
        }
        ("blocks" | "specificblocks", "blocks", payload) if label_payload(payload).is_some() => blocks(case, stage),
        ("labels", "json", _) if case.server_bug().is_some() => (NEVER, by_kind),
        _ if questions::run(case, stage) => (RUN, by_kind),
        _ => panic!("{}: no way to run `{by_kind}`", case.id()),
    }
}

fn check_info(case: &Case) {
    let (id, expect) = (case.id(), case.expect());
    let document: Value = serde_json::from_slice(&case.body()).unwrap();
    let info = InstanceInfo::parse(document.clone(), case.text("instance")).unwrap_or_else(|e| panic!("{id}: {e}"));
    assert_eq!(Value::Object(info.document().clone()), document, "{id}: the document is kept");
    let check = |key: &str, found: Value| {
        if let Some(want) = expect.get(key) {
            assert_eq!(found, *want, "{id}: {key}");
        }
    };
    check("type", info.type_name().into());
    check("dtype", info.dtype().map(DType::name).into());
    check("channels", info.channels().into());
    check("block_xyz", info.block_size().map(|size| size.reversed().to_vec()).into());
    let size = info.voxel_size().unwrap().map(|size| size.iter().rev().map(Length::to_string).collect::<Vec<_>>());
    check("voxel_size_xyz", size.into());
    check("units", info.units().map(|[z, y, x]| vec![x, y, z]).into());
    check("max_downres", info.max_scale().into());
    let voxels = info.voxel_box().unwrap();
    check(
        "box_zyx",
        voxels.map_or(Value::Null, |v| serde_json::json!({"origin": v.begin().to_vec(), "shape": v.shape().to_vec()})),
    );
}

/// An error is shown with the server's words, whatever was asked.
fn check_error(case: &Case, stage: &Stage) {
    let id = case.id();
    let error = stage.read_answer(case).expect_err(id);
    let fragment = case.expect()["fragment"].as_str().unwrap_or_default();
    assert!(error.to_string().contains(fragment), "{id}: {fragment} is not in {error}");
    let busy = matches!(error, Error::Busy { status: 503, .. });
    assert_eq!(busy, case.status() == 503, "{id}: {error}");
    let body = String::from_utf8_lossy(&case.body()).into_owned();
    let locked = body.contains("of locked node") || body.contains("on locked node");
    assert_eq!(matches!(error, Error::Locked { .. }), locked, "{id}: {error}");
}

/// A whole body that is one array: images through the whole client, labels by their payload.
fn raw(case: &Case, stage: &Stage) -> (&'static str, String) {
    let (id, type_name) = (case.id(), stage.info(case).type_name().to_owned());
    let kind = format!("raw of {type_name}, {}", case.payload());
    if case.status() >= 400 {
        assert!(case.server_bug().is_some(), "{id}: an error where an array is expected");
        assert!(matches!(stage.read(case, 0), Err(Error::Server { .. } | Error::BadRequest { .. })), "{id}: no voxels");
        return (NEVER, kind);
    }
    let read = if type_name.starts_with("label") { decode_raw(case) } else { stage.read(case, 0) };
    match (read, case.server_bug()) {
        (Ok(block), None) => {
            assert!(block.same_bits(&channels_first(case.npy())), "{id}: wrong voxels");
            if is_asked_as_raw(case, stage) {
                let payload = label_payload(case.payload()).unwrap_or(Payload::Uncompressed);
                assert!(stage.read_packed(case, payload).unwrap().same_bits(&case.npy()), "{id}: through the client");
            }
            (RUN, kind)
        }
        // Regions of interest are masked on our side, if at all.
        (Ok(_), Some(_)) if case.text("path").contains("roi=") => (NEVER, kind),
        (Ok(_), Some(bug)) => panic!("{id}: taken for right although {bug}"),
        (Err(error), Some(_)) => {
            println!("{id}: {error}");
            (REFUSED, kind)
        }
        (Err(error), None) => panic!("{id}: {error}"),
    }
}

/// Recorded arrays have their channels last.
fn channels_first(block: Block) -> Block {
    match block {
        Block::U8(array) if array.ndim() == 4 => Block::U8(array.permuted_axes(vec![3, 0, 1, 2])),
        block => block,
    }
}

/// Whether the client would ask for these labels just so: never for exactly one block, nor in one of two spellings.
fn is_asked_as_raw(case: &Case, stage: &Stage) -> bool {
    let (info, voxels) = (stage.info(case), case.voxels());
    let is_one_block = info.block_size() == Some(voxels.shape());
    let has_scale = case.scale() <= info.max_scale().unwrap_or(0);
    let is_other = ["roi=", "/vol/", "compression=uncompressed"].iter().any(|part| case.text("path").contains(part));
    info.type_name().starts_with("label") && has_scale && !is_one_block && !is_other && !looks_absent(case)
}

/// Whether the client would look at the finest scale as well, since a coarser one has no labels here.
fn looks_absent(case: &Case) -> bool {
    case.scale() > 0 && case.npy().into_array::<u64>().unwrap().iter().all(|label| *label == 0)
}

fn is_image(case: &Case, stage: &Stage) -> bool {
    !stage.info(case).type_name().starts_with("label")
}

/// Frames of labels: each by its payload, and those that the client asks for through the client.
fn blocks(case: &Case, stage: &Stage) -> (&'static str, String) {
    let (id, type_name) = (case.id(), stage.info(case).type_name().to_owned());
    let kind = format!("{} of {type_name}, {}", case.text("endpoint"), case.payload());
    let requested = requested_blocks(case);
    if requested.iter().collect::<BTreeSet<_>>().len() < requested.len() {
        let asked = Request::specific_blocks("u", "i", &requested, &LabelQuery::default());
        assert!(asked.is_err() && read_frames(case, &requested).is_err(), "{id}: a block asked for twice comes twice");
        return (NEVER, kind);
    }
    let ours = type_name != "labelblk" && case.text("endpoint") == "blocks" && case.payload() == "blocks";
    let ours = ours && stage.info(case).compression().starts_with("gzip");
    let scale = case.scale();
    match read_frames(case, &requested) {
        Ok((labels, present)) => {
            let want = case.npy().into_array::<u64>().unwrap();
            assert!(labels.into_dyn() == want, "{id}: wrong labels");
            let listed: BTreeSet<[i64; 3]> =
                serde_json::from_value(case.expect()["present_blocks_zyx"].clone()).unwrap();
            assert_eq!(present, listed, "{id}: blocks that are there");
            if ours && scale > stage.info(case).max_scale().unwrap_or(0) {
                // The server is silent about it, and everything is empty.
                assert!(matches!(stage.open(case, scale), Err(Error::NoSuchScale { .. })), "{id}: scale {scale}");
            } else if ours {
                assert!(stage.read(case, scale).unwrap() == Block::from(want), "{id}: through the client");
            } else if case.text("endpoint") == "specificblocks" && is_listed(case, stage) {
                images::check_listed(case, stage, &requested, Images::Unpacked);
            }
            (RUN, kind)
        }
        Err(error) => {
            assert!(case.server_bug().is_some(), "{id}: {error}");
            assert!(!ours || stage.read(case, scale).is_err(), "{id}: refused through the client");
            println!("{id}: {error}");
            (REFUSED, kind)
        }
    }
}

/// Whether the client would ask for these blocks just so.
fn is_listed(case: &Case, stage: &Stage) -> bool {
    let has_scale = case.scale() <= stage.info(case).max_scale().unwrap_or(0);
    let is_ours = case.text("path").contains("compression=blocks") && !looks_absent(case);
    has_scale && is_ours && stage.info(case).compression().starts_with("gzip")
}

fn label_payload(name: &str) -> Option<Payload> {
    let all = [
        Payload::Uncompressed,
        Payload::Lz4,
        Payload::Gzip,
        Payload::LabelBlock,
        Payload::CompressedSegmentation,
        Payload::CompressedSegmentationGzip,
    ];
    all.into_iter().find(|payload| payload.parameter() == name)
}

fn triple(shape: &[usize]) -> [usize; 3] {
    shape.try_into().expect("three axes")
}

fn decode_raw(case: &Case) -> Result<Block, Error> {
    let payload = label_payload(case.payload()).unwrap_or(Payload::Uncompressed);
    let shape = triple(&case.voxels().shape_usize().unwrap());
    let mut labels = vec![0; shape.iter().product()];
    payload.decode(&case.body(), shape, &mut labels, &mut Vec::new())?;
    Ok(Array3::from_shape_vec(shape, labels).unwrap().into_dyn().into())
}

/// Block coordinates z, y, x that the request names, as often as it does.
fn requested_blocks(case: &Case) -> Vec<Coordinate> {
    if let Some((_, list)) = case.text("path").split_once("blocks=") {
        let numbers: Vec<i64> = list.split('&').next().unwrap().split(',').map(|n| n.parse().unwrap()).collect();
        return numbers.chunks(3).map(|xyz| [xyz[2], xyz[1], xyz[0]].into()).collect();
    }
    let (voxels, size) = (case.voxels(), Coordinate::from(block_size(case).map(|n| n as i64)));
    let (begin, end) = (voxels.begin().div_floor(&size).unwrap(), voxels.end().div_ceil(&size).unwrap());
    let range = |axis: usize| begin[axis]..end[axis];
    range(0).flat_map(|z| range(1).flat_map(move |y| range(2).map(move |x| [z, y, x].into()))).collect()
}

fn block_size(case: &Case) -> [usize; 3] {
    serde_json::from_value(case.expect()["block_zyx"].clone()).unwrap()
}

/// The labels of a stream, put into an array, and which blocks it had.
fn read_frames(case: &Case, requested: &[Coordinate]) -> Result<(Array3<u64>, BTreeSet<[i64; 3]>), Error> {
    let (payload, shape, voxels) = (label_payload(case.payload()).unwrap(), block_size(case), case.voxels());
    let fill = case.expect()["fill"].as_u64().unwrap();
    let mut out = Array3::from_elem(triple(&voxels.shape_usize().unwrap()), fill);
    let (mut labels, mut scratch, mut present) = (vec![0; shape.iter().product()], Vec::new(), BTreeSet::new());
    let body = case.body();
    let mut frames =
        FrameReader::new(body.as_slice(), |block: &Coordinate| requested.contains(block), payload.max_len(shape)?);
    while let Some(frame) = frames.next()? {
        let block = frame.block;
        if let Err(error) = payload.decode(frame.payload, shape, &mut labels, &mut scratch) {
            return Err(frames.damaged_payload(error));
        }
        present.insert(block.as_slice().try_into().unwrap());
        let at = VoxelBox::new(block.checked_mul(&shape.map(|n| n as i64).into()).unwrap(), shape.map(|n| n as i64))
            .unwrap();
        let (from, to) = (at.intersect(&voxels).unwrap(), ArrayView3::from_shape(shape, &labels).unwrap());
        if !from.is_empty() {
            let slice = |r: &[std::ops::Range<usize>]| s![r[0].clone(), r[1].clone(), r[2].clone()];
            let source = to.slice(slice(&from.index_ranges(&at).unwrap()));
            out.slice_mut(slice(&from.index_ranges(&voxels).unwrap())).assign(&source);
        }
    }
    Ok((out, present))
}

#[test]
fn golden_damaged_payloads_are_refused() {
    let (mut refused, mut elsewhere) = (0, 0);
    for entry in common::list("labelblocks_invalid.json").unwrap_or_default() {
        let id = entry["id"].as_str().unwrap();
        match entry["form"].as_str() {
            Some("frame payload") => {}
            // Blocks without the gzip around them are the business of label-codecs.
            Some("label block") => {
                elsewhere += 1;
                continue;
            }
            form => panic!("{id}: unknown form {form:?}"),
        }
        let payload = common::file(entry["file"].as_str().unwrap()).unwrap();
        let mut scratch = Vec::new();
        let error = Payload::LabelBlock.decode(&payload, [16; 3], &mut vec![0; 4096], &mut scratch).unwrap_err();
        assert!(matches!(error, Error::CorruptStream { .. }), "{id}: {error}");
        assert!(scratch.capacity() < 1 << 18, "{id}: {} bytes allocated", scratch.capacity());
        println!("{id} ({}): {error}", entry["why"].as_str().unwrap_or_default());
        refused += 1;
    }
    assert!(common::is_named() || refused > 0, "no damaged payloads at all");
    println!("damaged payloads: {refused} refused, {elsewhere} label blocks left to label-codecs");
}
