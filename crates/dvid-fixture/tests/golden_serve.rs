//! The arrays of the recorded server, served by us: the same requests get the same voxels and the same refusals.

mod common;

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::Arc;

use array_core::{ArrayRef, Block, Kind, Length, MemoryArray, npy};
use common::decode::{frames, gunzip, label_voxels};
use common::{Answer, captures, client, dataset, golden, is_named, send};
use dvid_fixture::FixtureServer;
use dvid_fixture::replay::{Case, ReplayState};
use dvid_fixture::serve::{DvidService, ServeOptions, Version, VoxelUnit};
use serde_json::Value;

/// Tells it although the test passes: the harness keeps back what `println!` says then.
macro_rules! tell {
    ($($text:tt)*) => { writeln!(std::io::stderr(), $($text)*).expect("standard error takes a line") };
}

const SERVED: [&str; 7] = ["info", "metadata", "raw", "isotropic", "blocks", "subvolblocks", "specificblocks"];

/// An instance of the recorded server that is stored as ours are.
struct Recorded {
    name: String,
    is_labels: bool,
    block_zyx: [usize; 3],
    server: FixtureServer,
}

/// A setting of an instance with one part per axis, z, y, x.
fn setting(given: &Value, key: &str) -> [String; 3] {
    let default = if key == "VoxelUnits" { "nanometers,nanometers,nanometers" } else { "8,8,8" };
    let mut parts: Vec<_> = given[key].as_str().unwrap_or(default).split(',').map(str::to_owned).collect();
    parts.reverse();
    parts.try_into().expect("three parts")
}

/// What the recorded server held, as an array; `None` if an instance is stored as ours never are.
fn truth_of(name: &str, settings: &Value, kind: Kind) -> Option<ArrayRef> {
    let (truth, given) = (&settings["truth"][0], &settings["settings"]);
    // Ours are stored in one way only, have no background, extents that are those of the array, and no broken blocks.
    let other = given.get("Compression").or(given.get("Background")).is_some();
    let file = golden("dvid").join(truth["npy"].as_str()?);
    let filled = settings["filled"].as_str()?;
    if other || filled.contains("extents") || filled.contains("posted as") || !file.exists() {
        return None;
    }
    let unit = if setting(given, "VoxelUnits")[0] == "micrometers" { "um" } else { "nm" };
    let size = setting(given, "VoxelSize").map(|size| format!("{size} {unit}").parse::<Length>().expect("a length"));
    let origin = |axis: usize| Length::from(truth["origin_zyx"][axis].as_i64().expect("a number"));
    let offset: [Length; 3] = std::array::from_fn(|axis| size[axis].checked_mul(origin(axis)).expect("a length"));
    let block = npy::parse(&gunzip(&std::fs::read(file).expect("the truth"))).expect("an array");
    Some(Arc::new(MemoryArray::new(name, block, size, offset).expect("an array").with_kind(kind)))
}

fn recorded(name: &str, settings: &Value, versions: &[Version]) -> Option<Recorded> {
    let (is_labels, kind) = match settings["type"].as_str()? {
        "uint8blk" => (false, Kind::Image),
        "labelmap" => (true, Kind::Labels),
        _ => return None,
    };
    let array = truth_of(name, settings, kind)?;
    let given = &settings["settings"];
    let block_zyx = setting(given, "BlockSize").map(|side| side.parse::<u32>().expect("a number"));
    let micrometers = setting(given, "VoxelUnits")[0] == "micrometers";
    let levels = given.get("MaxDownresLevel").map_or("0", |level| level.as_str().expect("a text"));
    let options = ServeOptions::default()
        .with_names(name, name)
        .with_block_zyx(block_zyx)
        .with_max_downres_level(levels.parse().expect("a number"))
        .with_unit(if micrometers { VoxelUnit::Micrometers } else { VoxelUnit::Nanometers })
        .with_versions(versions);
    let (image, labels) = if is_labels { (None, Some(array)) } else { (Some(array), None) };
    let server = FixtureServer::start(DvidService::new(image, labels, &options).expect(name)).expect("a server");
    Some(Recorded { name: name.to_owned(), is_labels, block_zyx: block_zyx.map(|side| side as usize), server })
}

/// What keeps us from answering a case, if anything.
fn not_served(case: &Case, keyword: &str) -> Option<String> {
    let query = |name| case.request().expect("the request").query(name).unwrap_or_default();
    let flat = ["/raw/xy/", "/raw/0_1/", "/raw/0_2/", "/raw/1_2/"].iter().any(|dims| case.path().contains(dims));
    if !SERVED.contains(&keyword) {
        return Some(keyword.to_owned()).filter(|_| !case.body().is_ok_and(|body| body.starts_with(b"Bad API call")));
    }
    if case.status() < 400 && flat {
        return Some("2d images".to_owned());
    }
    (case.status() < 400 && !query("roi").is_empty()).then(|| "roi".to_owned())
}

fn voxels(recorded: &Recorded, case: &Case, keyword: &str, body: &[u8]) -> BTreeMap<[i64; 3], Vec<Vec<u64>>> {
    let compression = case.request().expect("the request").query("compression").unwrap_or_default();
    let default = if keyword == "specificblocks" { "blocks" } else { "lz4" };
    let framed = matches!((keyword, recorded.is_labels), ("subvolblocks" | "specificblocks", _) | ("blocks", true));
    let mut found: BTreeMap<[i64; 3], Vec<Vec<u64>>> = BTreeMap::new();
    let mut add = |block, voxels: Vec<u64>| found.entry(block).or_default().push(voxels);
    let of_bytes = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).collect::<Vec<_>>();
    match (framed, recorded.is_labels) {
        (true, true) => {
            let payload = if compression.is_empty() { default } else { &compression };
            for (block, bytes) in &frames(body) {
                add(*block, label_voxels(bytes, payload, recorded.block_zyx));
            }
        }
        (true, false) => frames(body).iter().for_each(|(block, bytes)| match compression.as_str() {
            "uncompressed" => add(*block, of_bytes(bytes)),
            _ => add(*block, of_bytes(&lz4_flex::block::decompress_size_prepended(bytes).expect("size and LZ4 block"))),
        }),
        (false, true) => {
            // The size is the last part but one; a bare LZ4 block does not tell it.
            let path = case.request().expect("the request").path();
            let size = path.split('/').nth_back(1).expect("a size").split('_');
            let shape: Vec<usize> = size.map(|side| side.parse().expect("a number")).collect();
            add([0; 3], label_voxels(body, &compression, [shape[2], shape[1], shape[0]]));
        }
        (false, false) => add([0; 3], of_bytes(body)),
    }
    if framed {
        // A block of zeros may be stored there; here it counts as never written.
        found.retain(|_, mentions| mentions.iter().flatten().any(|voxel| *voxel != 0));
    }
    found
}

/// Keys of a document that say something about the data, not about the installation.
fn facts(mut document: Value) -> Value {
    for key in ["DataUUID", "KVStore", "LogStore", "RepoUUID", "Tags"] {
        document["Base"].as_object_mut().map(|base| base.remove(key));
    }
    for key in ["MaxLabel", "MaxRepoLabel", "NextLabel", "IndexedLabels"] {
        document["Extended"].as_object_mut().map(|extended| extended.remove(key));
    }
    document
}

/// Compares an answer with the recorded one, and says what kind of comparison it was.
fn compare(recorded: &Recorded, case: &Case, keyword: &str, ours: &Answer) -> &'static str {
    let theirs = case.body().expect("the body");
    let zeros = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    if recorded.is_labels && ours.status >= 400 && case.status() == 200 && keyword == "raw" {
        assert!(zeros(&theirs) || voxels(recorded, case, keyword, &theirs)[&[0; 3]][0].iter().all(|voxel| *voxel == 0));
        return "single block of stored zeros, which counts as not written here";
    }
    assert_eq!(ours.status, case.status(), "{}: {}", case.id(), ours.text());
    for header in ["Content-Type", "Content-Encoding"] {
        assert_eq!(ours.header(header), case.response_header(header), "{}: {header}", case.id());
    }
    match (case.status(), keyword) {
        _ if case.request().expect("the request").method() == "HEAD" => {
            assert!(ours.body.is_empty() && theirs.is_empty());
            "heads"
        }
        (500, _) => {
            assert!(ours.text().contains("nil pointer dereference"), "{}", case.id());
            "panics"
        }
        (400.., _) => {
            let host = recorded.server.addr().to_string();
            assert_eq!(ours.text().replace(&host, "localhost:8210"), String::from_utf8_lossy(&theirs), "{}", case.id());
            "refusals, word by word"
        }
        (_, "info" | "metadata") => {
            let theirs = serde_json::from_slice(&theirs).expect("JSON");
            assert_eq!(facts(ours.json()), facts(theirs), "{}", case.id());
            "documents"
        }
        _ => {
            let [ours, theirs] = [&ours.body, &theirs].map(|body| voxels(recorded, case, keyword, body));
            assert!(ours == theirs, "{}: the voxels differ", case.id());
            "voxels"
        }
    }
}

#[test]
fn golden_serve() {
    let (Some(dataset), Some(replay)) = (dataset(), captures()) else { return };
    let root = dataset["repos"][0]["root"].as_str().expect("a UUID");
    let versions: Vec<Version> =
        dataset["repos"][0]["versions"].as_array().expect("versions").iter().map(version).collect();
    let instances = dataset["instances"].as_object().expect("instances");
    let instances: Vec<_> = instances.iter().filter_map(|(name, given)| recorded(name, given, &versions)).collect();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for case in replay.cases().iter().filter(|case| case.state() == ReplayState::Loaded) {
        let request = case.request().expect("the request");
        let (path, prefix) = (request.path(), format!("/api/node/{root}/"));
        let Some((name, rest)) = path.strip_prefix(&prefix).and_then(|rest| rest.split_once('/')) else { continue };
        let Some(recorded) = instances.iter().find(|recorded| recorded.name == name) else { continue };
        let keyword = rest.split('/').next().unwrap_or_default();
        let kind = if let Some(reason) = not_served(case, keyword) {
            format!("not served: {reason}")
        } else {
            let answer = send(&client(), &recorded.server.url(), &request).expect("an answer");
            compare(recorded, case, keyword, &answer).to_owned()
        };
        *counts.entry(kind).or_default() += 1;
    }
    let names: Vec<_> = instances.iter().map(|recorded| recorded.name.as_str()).collect();
    tell!("golden dvid, served by us: {names:?}");
    for (kind, count) in &counts {
        tell!("golden dvid, served by us: {count} {kind}");
    }
    assert!(is_named() || counts.contains_key("voxels"), "no voxels were compared");
}

fn version(given: &Value) -> Version {
    let uuid = given["uuid"].as_str().expect("a UUID");
    let version = match given["parent"].as_str() {
        None => Version::root(uuid),
        Some(parent) => Version::child(uuid, parent),
    };
    let version = version.with_branch(given["branch"].as_str().expect("a branch"));
    if given["locked"] == true { version } else { version.open() }
}

#[test]
fn golden_references_to_versions() {
    let (Some(dataset), Some(replay)) = (dataset(), captures()) else { return };
    let versions: Vec<Version> =
        dataset["repos"][0]["versions"].as_array().expect("versions").iter().map(version).collect();
    let zeros = Block::zeros(array_core::DType::U8, &[4, 4, 4]).expect("a block");
    let array: ArrayRef = Arc::new(MemoryArray::new("gray", zeros, [8, 8, 8], [0, 0, 0]).expect("an array"));
    let options = ServeOptions::default().with_names("gray", "seg").with_versions(versions);
    let service = DvidService::new(Some(array), None, &options).expect("a service");
    let server = FixtureServer::start(service).expect("a server");
    let is_about_versions = |case: &&Case| {
        let words = ["branch-versions", "/status", "uuid", "err_unknown_branch", "err_two_colons", "err_locked_raw"];
        // The recorded server had a second repo; what depends on that is not ours.
        words.iter().any(|word| case.id().contains(word) || case.path().contains(word))
            && matches!(case.group(), "info" | "error")
            && !case.path().contains("/:")
            && case.state() == ReplayState::Loaded
    };
    let mut count = 0;
    for case in replay.cases().iter().filter(is_about_versions) {
        let answer = send(&client(), &server.url(), &case.request().expect("the request")).expect("an answer");
        let theirs = String::from_utf8(case.body().expect("the body")).expect("a text");
        assert_eq!((answer.status, answer.text()), (case.status(), theirs), "{}", case.id());
        count += 1;
    }
    tell!("golden dvid, served by us: {count} references to versions");
    assert!(is_named() || count > 0);
}
