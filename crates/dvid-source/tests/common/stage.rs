//! A server that plays recorded answers to the client, one at a time.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use array_core::{ArrayExt, Block, Coordinate, ReadContext, VoxelBox};
use dvid_fixture::{FixtureServer, Request as Asked, Response};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, Error, InstanceInfo, RetryPolicy};
use serde_json::Value;

use super::Case;

/// An info, and status and body of everything else.
type Answer = (Vec<u8>, u16, Vec<u8>);

/// A server that gives one recorded answer at a time, and the infos of all instances.
pub(crate) struct Stage {
    server: FixtureServer,
    client: DvidClient,
    now: Arc<Mutex<Answer>>,
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
        "Base": {"TypeName": type_name, "Name": instance, "Compression": format!("{stored} compression, level -1")},
        "Extended": {
            "BlockSize": sides(setting("BlockSize", if is_labelmap { "64,64,64" } else { "32,32,32" })),
            "VoxelSize": numbers(setting("VoxelSize", "8,8,8")),
            "VoxelUnits": vec!["nanometers"; 3],
            "MaxDownresLevel": setting("MaxDownresLevel", "0").parse::<u8>().unwrap(),
        },
    });
    InstanceInfo::parse(document, instance).unwrap()
}

const UUID: &str = "5e1d0a61adcd1f7a03104f50cfd704be";

impl Stage {
    pub(crate) fn new(cases: &[Case]) -> Self {
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
        // Nothing tells what it is, so it is what its voxels look like.
        let expect = case.expect();
        let type_name = match expect["dtype"].as_str() {
            Some("uint8") => "uint8blk",
            Some("uint64") => "labelmap",
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

    /// The instance of a case as an array that has just the voxels of the case.
    pub(crate) fn open(&self, case: &Case, scale: u8) -> Result<DvidArray, Error> {
        let info = serde_json::to_vec(self.info(case).document()).unwrap();
        *self.now.lock().unwrap() = (info, case.status() as u16, case.body());
        let finest = |n: Coordinate| n.checked_mul_scalar(1 << scale).unwrap();
        let voxels = case.voxels();
        let extents = VoxelBox::from_bounds(finest(voxels.begin()), finest(voxels.end())).unwrap();
        let options = DvidOptions::default().with_scale(scale).with_extents(extents).with_chunk_voxels(256 * 256 * 256);
        DvidArray::open(&self.client, UUID, case.node_and_instance().1, &options)
    }

    /// Reads the voxels of a case; what is asked must be what was asked when the answer was recorded.
    pub(crate) fn read(&self, case: &Case, scale: u8) -> Result<Block, Error> {
        let array = self.open(case, scale)?;
        let read = array.read_box(&case.voxels(), &ReadContext::default());
        self.check_request(case);
        read.map_err(own_error)
    }

    /// What the client makes of the answer of a case when it wants voxels of an image.
    pub(crate) fn read_answer(&self, case: &Case) -> Result<Block, Error> {
        let info = plain_info("gray", "uint8blk", &Value::Null);
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
