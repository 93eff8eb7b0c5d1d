//! What a real server answered, through the client: infos, images and labels as arrays over a socket, and every label
//! payload by itself.

mod common;

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use array_core::ndarray::{Array3, ArrayView3, s};
use array_core::{ArrayExt, Block, Coordinate, DType, Length, ReadContext, VoxelBox};
use common::{Case, Tally};
use dvid_fixture::{FixtureServer, Request as Asked, Response};
use dvid_source::{
    ClientOptions, DvidArray, DvidClient, DvidOptions, Error, FrameReader, InstanceInfo, Payload, Request, RetryPolicy,
};
use serde_json::Value;

#[test]
fn golden_answers_of_a_real_server() {
    let cases = Case::all();
    let stage = Stage::new(&cases);
    let mut tally = Tally::default();
    for case in &cases {
        if case.is_left_out() {
            tally.add("left out, since these samples of others are not here", "real", case.id());
            continue;
        }
        let (what, kind) = run(case, &stage);
        tally.add(what, kind, case.id());
    }
    tally.print();
    assert!(tally.count(RUN) > 100, "hardly any cases");
    let told: usize = [RUN, REFUSED, NEVER, NOT_YET, "left out, since these samples of others are not here"]
        .iter()
        .map(|w| tally.count(w))
        .sum();
    assert_eq!(told, cases.len(), "each case is accounted for");
}

const RUN: &str = "run";
const REFUSED: &str = "run, and refused since the answer is wrong";
const NEVER: &str = "never asked for, since the server's answer is wrong or of no use";
const NOT_YET: &str = "not yet";

/// Runs a case and says how it was counted.
fn run(case: &Case, stage: &Stage) -> (&'static str, String) {
    let endpoint = case.text("endpoint");
    let by_kind = format!("{endpoint} {} {}", case.kind(), case.payload());
    let is_get = case.text("method") == "GET";
    match (endpoint, case.kind(), case.payload()) {
        ("info", "json", _) if is_get => {
            check_info(case);
            (RUN, "info".to_owned())
        }
        ("raw", "array", "none" | "uncompressed" | "lz4" | "gzip") if is_get => raw(case, stage),
        ("blocks" | "specificblocks", "blocks", payload) if is_get && label_payload(payload).is_some() => {
            blocks(case, stage)
        }
        (_, "error", _) => {
            check_error(case, stage);
            (RUN, "words of an error".to_owned())
        }
        (_, "json" | "array" | "blocks" | "text" | "empty", _) => (NOT_YET, by_kind),
        (_, kind, _) => panic!("{}: no way to run a case that expects {kind}", case.id()),
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
    let read = match type_name.as_str() {
        "uint8blk" => stage.read(case, 0),
        "labelmap" | "labelarray" | "labelblk" => decode_raw(case),
        _ => {
            assert!(matches!(stage.open(case, 0), Err(Error::Unsupported { .. })), "{id}: refused by its type");
            return (NOT_YET, kind);
        }
    };
    match (read, case.server_bug()) {
        (Ok(block), None) => {
            assert!(block.same_bits(&case.npy()), "{id}: wrong voxels");
            if type_name == "labelmap" && !stage.info(case).compression().starts_with("gzip") && case.payload() == "lz4"
            {
                assert!(stage.read(case, 0).unwrap().same_bits(&case.npy()), "{id}: through the client");
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

/// Frames of labels: each by its payload, and those that the client asks for through the client.
fn blocks(case: &Case, stage: &Stage) -> (&'static str, String) {
    let (id, type_name) = (case.id(), stage.info(case).type_name().to_owned());
    let kind = format!("{} of {type_name}, {}", case.text("endpoint"), case.payload());
    if !type_name.starts_with("label") {
        return (NOT_YET, kind);
    }
    let requested = requested_blocks(case);
    if requested.iter().collect::<BTreeSet<_>>().len() < requested.len() {
        let asked = Request::specific_blocks("u", "i", &requested, 0, Payload::LabelBlock);
        assert!(asked.is_err() && read_frames(case, &requested).is_err(), "{id}: a block asked for twice comes twice");
        return (NEVER, kind);
    }
    let ours = type_name == "labelmap" && case.text("endpoint") == "blocks" && case.payload() == "blocks";
    let ours = ours && stage.info(case).compression().starts_with("gzip");
    let scale = case.expect()["scale"].as_u64().unwrap_or(0) as u8;
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

fn label_payload(name: &str) -> Option<Payload> {
    let all = [Payload::Uncompressed, Payload::Lz4, Payload::Gzip, Payload::LabelBlock];
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

/// An info, and status and body of everything else.
type Answer = (Vec<u8>, u16, Vec<u8>);

/// A server that gives one recorded answer at a time, and the infos of all instances.
struct Stage {
    server: FixtureServer,
    client: DvidClient,
    now: Arc<Mutex<Answer>>,
    infos: HashMap<String, InstanceInfo>,
}

const UUID: &str = "5e1d0a61adcd1f7a03104f50cfd704be";

impl Stage {
    fn new(cases: &[Case]) -> Self {
        let now = Arc::new(Mutex::new((Vec::new(), 200, Vec::new())));
        let shared = Arc::clone(&now);
        let answer = move |request: &Asked| {
            let (info, status, body) = shared.lock().unwrap().clone();
            match request.path().rsplit('/').next() {
                Some("status") => Response::new(200).with_body(*b"{\"Locked\":true}"),
                Some("info") => Response::new(200).with_body(info),
                _ => Response::new(status).with_body(body).chunked(),
            }
        };
        let server = FixtureServer::start(answer).unwrap();
        let options = ClientOptions::default().with_retry(RetryPolicy::none());
        let client = DvidClient::with_options(&server.url(), &options).unwrap();
        let mut infos = HashMap::new();
        for case in cases
            .iter()
            .filter(|case| case.text("endpoint") == "info" && case.kind() == "json" && case.text("method") == "GET")
        {
            let document = serde_json::from_slice(&case.body()).unwrap();
            let (_, instance) = case.node_and_instance();
            infos.entry(instance.to_owned()).or_insert(InstanceInfo::parse(document, instance).unwrap());
        }
        Self { server, client, now, infos }
    }

    fn info(&self, case: &Case) -> &InstanceInfo {
        let (_, instance) = case.node_and_instance();
        self.infos.get(instance).unwrap_or_else(|| panic!("{}: no info of {instance} was recorded", case.id()))
    }

    /// The instance of a case as an array that has just the voxels of the case.
    fn open(&self, case: &Case, scale: u8) -> Result<DvidArray, Error> {
        let info = serde_json::to_vec(self.info(case).document()).unwrap();
        *self.now.lock().unwrap() = (info, case.status() as u16, case.body());
        let finest = |n: Coordinate| n.checked_mul_scalar(1 << scale).unwrap();
        let voxels = case.voxels();
        let extents = VoxelBox::from_bounds(finest(voxels.begin()), finest(voxels.end())).unwrap();
        let options = DvidOptions::default().with_scale(scale).with_extents(extents).with_chunk_voxels(256 * 256 * 256);
        DvidArray::open(&self.client, UUID, case.node_and_instance().1, &options)
    }

    /// Reads the voxels of a case; what is asked must be what was asked when the answer was recorded.
    fn read(&self, case: &Case, scale: u8) -> Result<Block, Error> {
        let array = self.open(case, scale)?;
        let read = array.read_box(&case.voxels(), &ReadContext::default());
        self.check_request(case);
        read.map_err(own_error)
    }

    /// What the client makes of the answer of a case when it wants voxels of an image.
    fn read_answer(&self, case: &Case) -> Result<Block, Error> {
        let info = &self.infos.values().find(|info| info.type_name() == "uint8blk").expect("an image");
        *self.now.lock().unwrap() = (serde_json::to_vec(info.document()).unwrap(), case.status() as u16, case.body());
        let options = DvidOptions::default().with_extents(VoxelBox::new([0; 3], [8; 3]).unwrap());
        let array = DvidArray::open(&self.client, UUID, info.name(), &options)?;
        array.data().map_err(own_error)
    }

    fn check_request(&self, case: &Case) {
        let sent = self.server.requests().last().unwrap().target.clone();
        let (sent_path, sent_query) = request_parts(&sent);
        let (path, query) = request_parts(case.text("path"));
        let ours = |name: &&str| ["compression", "scale"].contains(&name.split('=').next().unwrap());
        // Recorded with parameters that we never send, or with another spelling of the same.
        let comparable = query.iter().all(ours) && !path.contains("/vol/") && case.status() == 200;
        // Images have no parameters, so those that were recorded with some were recorded to show that they do nothing.
        if comparable && (query.is_empty() || !path.starts_with("raw")) {
            let sent_query: BTreeSet<&str> = sent_query.into_iter().filter(ours).collect();
            assert_eq!((sent_path, sent_query), (path, query), "{}: the request", case.id());
        }
    }
}

/// The error that came through the array trait.
fn own_error(error: array_core::Error) -> Error {
    match error {
        array_core::Error::Source(error) => *error.downcast::<Error>().expect("an error of this crate"),
        error => panic!("{error}"),
    }
}

/// What follows the instance, and the parameters.
fn request_parts(target: &str) -> (&str, BTreeSet<&str>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let keyword = path.match_indices('/').nth(4).map_or(0, |(at, _)| at + 1);
    (&path[keyword..], query.split('&').filter(|parameter| !parameter.is_empty()).collect())
}

#[test]
fn golden_damaged_payloads_are_refused() {
    let (mut refused, mut elsewhere) = (0, 0);
    for entry in common::list("labelblocks_invalid.json") {
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
    assert!(refused > 0, "no damaged payloads at all");
    println!("damaged payloads: {refused} refused, {elsewhere} label blocks left to label-codecs");
}
