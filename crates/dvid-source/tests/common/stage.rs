//! A server that plays recorded answers to the client, one at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use array_core::{ArrayExt, Block, Coordinate, ReadContext, VoxelBox};
use dvid_fixture::{FixtureServer, Request as Asked, Response};
use dvid_source::{
    ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Ids, Images, InstanceInfo, Payload, RetryPolicy, Siblings,
};
use serde_json::Value;

use super::Case;

/// What is on.
#[derive(Clone, Default)]
struct Play {
    info: Vec<u8>,
    /// The place of a body, where the answer is not just that.
    size: Option<Vec<u8>>,
    status: u16,
    body: Vec<u8>,
}

/// A server that gives one recorded answer at a time, and the infos of all instances.
pub(crate) struct Stage {
    server: FixtureServer,
    client: DvidClient,
    now: Arc<Mutex<Play>>,
    infos: HashMap<String, InstanceInfo>,
    /// What the recorded server held; null where it is not told.
    dataset: Value,
}

/// The info of an instance that was made with these settings.
fn plain_info(instance: &str, type_name: &str, settings: &Value) -> InstanceInfo {
    let is_labelmap = type_name == "labelmap";
    let setting = |key: &str, default: &'static str| settings[key].as_str().unwrap_or(default).to_owned();
    let numbers = |text: String| -> Value { text.split(',').map(|n| n.parse::<f64>().unwrap()).collect() };
    let sides = |text: String| -> Value { text.split(',').map(|n| n.parse::<i64>().unwrap()).collect() };
    let stored = setting("Compression", if is_labelmap { "gzip" } else { "LZ4" });
    let document = serde_json::json!({
        "Base": {"TypeName": type_name, "Name": instance, "Compression": stored_words(&stored)},
        "Extended": {
            "BlockSize": sides(setting("BlockSize", if is_labelmap { "64,64,64" } else { "32,32,32" })),
            "VoxelSize": numbers(setting("VoxelSize", "8,8,8")),
            "VoxelUnits": vec!["nanometers"; 3],
            "MaxDownresLevel": setting("MaxDownresLevel", "0").parse::<u8>().unwrap(),
        },
    });
    InstanceInfo::parse(document, instance).unwrap()
}

/// Options for just these voxels of a scale, and the ids that the request of the case asks for.
fn options_for(voxels: &VoxelBox, scale: u8, case: &Case) -> DvidOptions {
    let finest = |n: Coordinate| n.checked_mul_scalar(1 << scale).unwrap();
    let extents = VoxelBox::from_bounds(finest(voxels.begin()), finest(voxels.end())).unwrap();
    DvidOptions::default().with_scale(scale).with_extents(extents).with_ids(ids(case))
}

/// How stored blocks are told by a server that was told this.
fn stored_words(setting: &str) -> String {
    let name = match setting {
        "none" => "No",
        "snappy" => "Go Snappy",
        other => other,
    };
    format!("{name} compression, level -1")
}

pub(crate) fn ids(case: &Case) -> Ids {
    if case.text("path").contains("supervoxels=true") { Ids::Supervoxels } else { Ids::Bodies }
}

const UUID: &str = "5e1d0a61adcd1f7a03104f50cfd704be";

impl Stage {
    pub(crate) fn new(cases: &[Case]) -> Self {
        let now = Arc::new(Mutex::new(Play::default()));
        let shared = Arc::clone(&now);
        let answer = move |request: &Asked| {
            let play = shared.lock().unwrap().clone();
            match (request.path().split('/').nth(5), request.path().split('/').nth(4), play.size) {
                (_, Some("status"), _) => Response::new(200).with_body(*b"{\"Locked\":true}"),
                (Some("info"), _, _) => Response::new(200).with_body(play.info),
                (Some("sparsevol-size"), _, Some(size)) => Response::new(200).with_body(size),
                _ => Response::new(play.status).with_body(play.body).chunked(),
            }
        };
        let server = FixtureServer::start(answer).unwrap();
        let options = ClientOptions::default().with_retry(RetryPolicy::none());
        let client = DvidClient::with_options(&server.url(), &options).unwrap();
        let mut infos = HashMap::new();
        let is_info = |case: &&Case| case.text("endpoint") == "info" && case.kind() == "json";
        for case in cases.iter().filter(is_info).filter(|case| case.text("method") == "GET" && !case.is_left_out()) {
            let document = serde_json::from_slice(&case.body()).unwrap();
            let (_, instance) = case.node_and_instance();
            infos.entry(instance.to_owned()).or_insert(InstanceInfo::parse(document, instance).unwrap());
        }
        let dataset = super::dataset();
        Self { server, client, now, infos, dataset }
    }

    /// The recorded info of the instance of a case; where none was recorded, one by the description of the data set.
    pub(crate) fn info(&self, case: &Case) -> InstanceInfo {
        let (_, instance) = case.node_and_instance();
        if let Some(info) = self.infos.get(instance) {
            return info.clone();
        }
        let known = &self.dataset["instances"][instance];
        if let Some(type_name) = known["type"].as_str() {
            return plain_info(instance, type_name, &known["settings"]);
        }
        if ["roi", "mask"].contains(&case.text("endpoint")) {
            return plain_info(instance, "roi", &Value::Null);
        }
        // Nothing tells what it is, so it is what its voxels look like.
        let expect = case.expect();
        let type_name = match expect["dtype"].as_str() {
            Some("uint8") if expect["shape_zyx"].as_array().is_some() => "uint8blk",
            Some("uint16") => "uint16blk",
            Some("uint32") => "uint32blk",
            Some("float32") => "float32blk",
            Some("uint64") | None => "labelmap",
            other => panic!("{}: nothing tells what {instance} is, with voxels of {other:?}", case.id()),
        };
        let settings = match expect["block_zyx"].as_array() {
            Some(zyx) => {
                let xyz: Vec<String> = zyx.iter().rev().map(Value::to_string).collect();
                serde_json::json!({"BlockSize": xyz.join(",")})
            }
            None => Value::Null,
        };
        plain_info(instance, type_name, &settings)
    }

    /// Puts a case on and gives the client that asks for it.
    pub(crate) fn play(&self, case: &Case) -> &DvidClient {
        self.play_with(case, &self.info(case), None)
    }

    fn play_with(&self, case: &Case, info: &InstanceInfo, size: Option<Vec<u8>>) -> &DvidClient {
        let info = serde_json::to_vec(info.document()).unwrap();
        *self.now.lock().unwrap() = Play { info, size, status: case.status() as u16, body: case.body() };
        &self.client
    }

    /// The instance of a case as an array with these options.
    pub(crate) fn open_with(&self, case: &Case, options: &DvidOptions) -> Result<DvidArray, Error> {
        let options = options.clone().with_siblings(Siblings::Ignore).with_chunk_voxels(256 * 256 * 256);
        DvidArray::open(self.play(case), UUID, case.node_and_instance().1, &options)
    }

    /// The instance of a case as an array that has just the voxels of the case.
    pub(crate) fn open(&self, case: &Case, scale: u8) -> Result<DvidArray, Error> {
        self.open_with(case, &options_for(&case.voxels(), scale, case))
    }

    /// A body of the instance of a case, within a box. What is said of its place makes the client ask for runs, or for
    /// blocks.
    pub(crate) fn open_body(&self, case: &Case, label: u64, voxels: &VoxelBox, first_y: i64) -> DvidArray {
        let (begin, end) = (voxels.begin(), voxels.end());
        let [z, y, x] = [0, 1, 2].map(|axis| (begin[axis] << case.scale(), (end[axis] << case.scale()) - 1));
        let size = serde_json::json!({"minvoxel": [x.0, y.0.min(first_y), z.0], "maxvoxel": [x.1, y.1, z.1]});
        let client = self.play_with(case, &self.info(case), Some(serde_json::to_vec(&size).unwrap()));
        let options = options_for(voxels, case.scale(), case).with_body(label);
        DvidArray::open(client, UUID, case.node_and_instance().1, &options).unwrap()
    }

    /// A region of interest as an array that has just the voxels of the case, where the recorded server had these spans.
    pub(crate) fn open_region(&self, case: &Case) -> DvidArray {
        let instance = case.node_and_instance().1;
        let spans = serde_json::to_vec(&self.dataset["instances"][instance]["spans_zyxx"]).unwrap();
        let info = serde_json::to_vec(self.info(case).document()).unwrap();
        *self.now.lock().unwrap() = Play { info, size: None, status: 200, body: spans };
        let options = options_for(&case.voxels(), 0, case).with_voxel_size([8, 8, 8]);
        DvidArray::open(&self.client, UUID, instance, &options).unwrap()
    }

    /// Reads the voxels of a case; what is asked must be what was asked when the answer was recorded.
    pub(crate) fn read(&self, case: &Case, scale: u8) -> Result<Block, Error> {
        self.read_with(case, &options_for(&case.voxels(), scale, case))
    }

    /// As [`read`](Self::read), of labels that come packed in this way.
    pub(crate) fn read_packed(&self, case: &Case, payload: Payload) -> Result<Block, Error> {
        self.read_with(case, &options_for(&case.voxels(), case.scale(), case).with_label_payload(payload))
    }

    /// As [`read`](Self::read), of blocks of an image as they are stored.
    pub(crate) fn read_stored(&self, case: &Case) -> Result<Block, Error> {
        self.read_with(case, &options_for(&case.voxels(), 0, case).with_images(Images::Stored))
    }

    /// Reads single blocks of a case.
    pub(crate) fn read_blocks(
        &self,
        case: &Case,
        blocks: &[Coordinate],
        images: Images,
    ) -> Result<Vec<Option<Block>>, Error> {
        let options = options_for(&case.voxels(), case.scale(), case).with_images(images);
        let read = self.open_with(case, &options)?.read_blocks(blocks, &ReadContext::default());
        self.check_request(case);
        read
    }

    fn read_with(&self, case: &Case, options: &DvidOptions) -> Result<Block, Error> {
        let array = self.open_with(case, options)?;
        let read = array.read_box(&case.voxels(), &ReadContext::default());
        self.check_request(case);
        read.map_err(own_error)
    }

    /// What the client makes of the answer of a case when it wants voxels of an image.
    pub(crate) fn read_answer(&self, case: &Case) -> Result<Block, Error> {
        let info = plain_info("gray", "uint8blk", &Value::Null);
        let client = self.play_with(case, &info, None);
        let options = DvidOptions::default().with_siblings(Siblings::Ignore);
        let options = options.with_extents(VoxelBox::new([0; 3], [8; 3]).unwrap());
        let array = DvidArray::open(client, UUID, info.name(), &options)?;
        array.data().map_err(own_error)
    }

    fn check_request(&self, case: &Case) {
        let sent = self.server.requests().last().unwrap().target.clone();
        let (sent_path, sent_query) = request_parts(&sent);
        let (path, query) = request_parts(case.text("path"));
        let ours =
            |name: &&str| ["blocks", "compression", "scale", "supervoxels"].contains(&name.split('=').next().unwrap());
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
        array_core::Error::Source(error) => error.downcast_ref::<Error>().expect("an error of this crate").clone(),
        error => panic!("{error}"),
    }
}

/// What follows the instance, and the parameters.
fn request_parts(target: &str) -> (&str, BTreeSet<&str>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let keyword = path.match_indices('/').nth(4).map_or(0, |(at, _)| at + 1);
    (&path[keyword..], query.split('&').filter(|parameter| !parameter.is_empty()).collect())
}
