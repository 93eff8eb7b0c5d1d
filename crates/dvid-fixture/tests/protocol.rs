//! What is said about the data: documents, versions, refusals, verbs, limits.

mod common;

use common::volume::{image_array, labels_array};
use common::{client, get, send};
use dvid_fixture::serve::{DvidService, ServeOptions, Version, VoxelUnit};
use dvid_fixture::{FixtureServer, Request};
use serde_json::json;

const ROOT: &str = "5e1d0a61adcd1f7a03104f50cfd704be";

fn options() -> ServeOptions {
    let child = "5e1d1a315f37ae15892d15d74e412574";
    ServeOptions::default().with_names("gray", "seg").with_max_downres_level(1).with_versions([
        Version::root(ROOT),
        Version::child(child, ROOT).open(),
        Version::child("77aa", ROOT).with_branch("work"),
    ])
}

fn server_with(options: &ServeOptions) -> FixtureServer {
    let service = DvidService::new(Some(image_array()), Some(labels_array()), options).expect("a service");
    FixtureServer::start(service).expect("a server")
}

fn server() -> FixtureServer {
    server_with(&options())
}

#[test]
fn info_of_an_image() {
    let info = get(&server().url(), &format!("/api/node/{ROOT}/gray/info"));
    assert_eq!(info.header("Content-Type"), Some("application/json"));
    let info = info.json();
    assert_eq!(info["Base"]["TypeName"], "uint8blk");
    assert_eq!(info["Base"]["Name"], "gray");
    assert_eq!(info["Base"]["RepoUUID"], ROOT);
    assert_eq!(info["Base"]["Compression"], "LZ4 compression, level -1");
    assert_eq!(info["Extended"]["Values"], json!([{"DataType": "uint8", "Label": "uint8"}]));
    assert_eq!(info["Extended"]["BlockSize"], json!([64, 64, 64]));
    assert_eq!(info["Extended"]["VoxelSize"].to_string(), "[4.56,4,40]", "x first, as short as possible");
    assert_eq!(info["Extended"]["VoxelUnits"], json!(["nanometers", "nanometers", "nanometers"]));
    assert_eq!(
        info["Extents"],
        json!({"MinPoint": [30, -9, 20], "MaxPoint": [66, 40, 40]}),
        "the last voxel is inside"
    );
    assert_eq!(info["Extended"]["MinPoint"], info["Extents"]["MinPoint"]);
    assert_eq!([&info["Extended"]["MinIndex"], &info["Extended"]["MaxIndex"]], [&json!([0, -1, 0]), &json!([1, 0, 0])]);
    assert_eq!(info["Extended"].get("MaxDownresLevel"), None);
}

#[test]
fn info_of_labels() {
    let info = get(&server().url(), &format!("/api/node/{ROOT}/seg/info")).json();
    assert_eq!(info["Base"]["TypeName"], "labelmap");
    assert_eq!(info["Base"]["Compression"], "gzip compression, level -1");
    assert_eq!(info["Extended"]["Values"], json!([{"DataType": "uint64", "Label": "labelmap"}]));
    assert_eq!(info["Extended"]["Interpolable"], false);
    assert_eq!(info["Extended"]["MaxDownresLevel"], 1);
    assert_eq!(info["Extents"]["MaxPoint"], json!([66, 40, 40]));
}

#[test]
fn units_of_the_voxel_size() {
    let size_and_unit = |unit| {
        let info = get(&server_with(&options().with_unit(unit)).url(), &format!("/api/node/{ROOT}/seg/info")).json();
        (info["Extended"]["VoxelSize"].to_string(), info["Extended"]["VoxelUnits"][0].clone())
    };
    assert_eq!(size_and_unit(VoxelUnit::Micrometers), ("[0.00456,0.004,0.04]".into(), json!("micrometers")));
    assert_eq!(size_and_unit(VoxelUnit::Other(String::new())), ("[4.56,4,40]".into(), json!("")));
}

#[test]
fn documents_about_the_server_and_the_repo() {
    let server = server();
    let url = server.url();
    assert_eq!(get(&url, "/api/heartbeat").text(), "OK");
    let info = get(&url, "/api/server/info").json();
    assert!(info.as_object().expect("an object").values().all(serde_json::Value::is_string), "numbers are texts, too");
    assert_eq!(get(&url, "/api/server/types").json()["labelmap"], "github.com/janelia-flyem/dvid/datatype/labelmap");
    let repos = get(&url, "/api/repos/info").json();
    let repo = &repos[ROOT];
    assert_eq!(repo["Root"], ROOT);
    assert_eq!(*repo, get(&url, "/api/repo/77/info").json(), "any version names the repo");
    assert_eq!(repo["DataInstances"]["gray"], get(&url, "/api/node/77aa/gray/info").json());
    let nodes = &repo["DAG"]["Nodes"];
    assert_eq!(nodes[ROOT]["Children"], json!([2, 3]));
    assert_eq!(nodes["77aa"]["Parents"], json!([1]));
    assert_eq!((&nodes["77aa"]["Branch"], &nodes["77aa"]["Locked"]), (&json!("work"), &json!(true)));
    assert_eq!(get(&url, "/api/node/5e1d1/status").json(), json!({"Locked": false}));
    let versions = |branch| get(&url, &format!("/api/repo/77/branch-versions/{branch}")).json();
    assert_eq!(versions("master"), json!(["5e1d1a315f37ae15892d15d74e412574", ROOT]));
    assert_eq!(versions("work"), json!(["77aa", ROOT]));
    assert_eq!(versions("nosuch"), json!([]));
    let metadata = get(&url, "/api/node/77/gray/metadata");
    assert_eq!(metadata.header("Content-Type"), Some("application/vnd.dvid-nd-data+json"));
    let axis = json!({"Label": "Y", "Resolution": 4, "Units": "nanometers", "Size": 50, "Offset": -9});
    assert_eq!(metadata.json()["Axes"][1], axis);
}

#[test]
fn versions_are_named_in_many_ways() {
    let server = server();
    for reference in [ROOT, "5e1d0", "7", "77aa:work", "77:master", ":master", ":work"] {
        assert_eq!(get(&server.url(), &format!("/api/node/{reference}/gray/info")).status, 200, "{reference}");
    }
    let locked = |reference| get(&server.url(), &format!("/api/node/{reference}/status")).json()["Locked"].clone();
    assert_eq!([locked(":master"), locked(":work")], [json!(false), json!(true)]);
}

fn check_refusals(cases: &[(String, &str)]) {
    let server = server();
    for (target, words) in cases {
        let (answer, path) = (get(&server.url(), target), target.split('?').next().expect("a path"));
        assert_eq!((answer.status, answer.text()), (400, format!("{words} ({path}).\n")), "{target}");
        assert_eq!(answer.header("Content-Type"), Some("text/plain; charset=utf-8"));
    }
}

#[test]
fn references_are_refused_in_the_words_of_the_real_server() {
    let node = format!("/api/node/{ROOT}");
    check_refusals(&[
        ("/api/node/zzz/gray/info".into(), "could not find UUID with partial match to zzz"),
        ("/api/node/5E1D0A61/gray/info".into(), "could not find UUID with partial match to 5E1D0A61"),
        ("/api/node/5e1d/gray/info".into(), "more than one UUID matches 5e1d"),
        (
            format!("{node}:nosuch/gray/info"),
            "branch \"nosuch\" not found in repo \"5e1d0a61adcd1f7a03104f50cfd704be\"",
        ),
        (format!("{node}/nosuch/info"), "invalid data instance name"),
    ]);
}

#[test]
fn images_are_refused_in_the_words_of_the_real_server() {
    let node = format!("/api/node/{ROOT}");
    check_refusals(&[
        (format!("{node}/gray/raw/2_1_0/4_4_4/0_0_0"), "Unknown data shape specification (2_1_0)"),
        (format!("{node}/gray/raw/0_1_2/4_4_4"), "\"raw\" must be followed by shape/size/offset"),
        (format!("{node}/gray/raw/0_1_2/4_4/0_0_0"), "Size must be 3 (not 2) dimensions"),
        (
            format!("{node}/gray/raw/0_1_2/2000_2000_2000/0_0_0"),
            "Requested payload (8000000000 bytes) exceeds this DVID server's set limit (3221225472)",
        ),
        (
            format!("{node}/gray/subvolblocks/33_64_64/0_0_0"),
            "cannot use labels via 'block' endpoint in non-block aligned geometry (0,0,0) -> (32,63,63)",
        ),
        (
            format!("{node}/gray/subvolblocks/64_64_64/0_0_0?compression=lz4"),
            "don't understand 'compression' query string value: lz4",
        ),
        (
            format!("{node}/gray/subvolblocks/64_64_64/0_0_0?compression=jpeg"),
            "can't encode JPEG: expected internal block data to be JPEG, was LZ4 compression instead",
        ),
        (
            format!("{node}/gray/blocks/0_0_0/2147483647"),
            "Requested payload (562949953159168 bytes) exceeds this DVID server's set limit (3221225472)",
        ),
        (format!("{node}/gray/blocks/0_0_0"), "\"blocks\" must be followed by block-coord/span-x"),
        (
            format!("{node}/gray/raw/0_1_2/4_4_4/0_0_0?roi=x"),
            "Can't get ROI with name \"x\": invalid data instance name",
        ),
    ]);
}

#[test]
fn labels_are_refused_in_the_words_of_the_real_server() {
    let node = format!("/api/node/{ROOT}");
    let seg = format!("{node}/seg/raw/0_1_2/8_8_8/64_0_128");
    check_refusals(&[
        (
            format!("{node}/seg/specificblocks?blocks=0,0,0,1"),
            "block query string should be three coordinates per block",
        ),
        (format!("{seg}?compression=zlib"), "unknown compression type \"zlib\""),
        (format!("{seg}?compression=uncompressed"), "unknown compression type \"uncompressed\""),
        (
            format!("{node}/seg/blocks/64_64_64/0_0_0?compression=google"),
            "compression must be \"lz4\" (default), \"gzip\", \"blocks\" or \"uncompressed\"",
        ),
        (format!("{node}/seg/blocks/64_64_64"), "must specify size and offset with GET /blocks endpoint"),
        (format!("{seg}?scale=x"), "bad scale specified: strconv.Atoi: parsing \"x\": invalid syntax"),
        (format!("{seg}?scale=1&roi=x"), "DVID does not currently support ROI masks on lower-scale GETs"),
        (
            format!("{node}/seg/raw/0_1_2/9_8_8/64_0_128?compression=google"),
            "volume must be a multiple of the block size",
        ),
        (
            format!("{node}/seg/raw/0_1_2/8_8_12/64_0_128?compression=googlegzip"),
            "volume must be a multiple of the block size",
        ),
    ]);
}

#[test]
fn unknown_routes_and_keywords() {
    let server = server();
    for target in
        ["/api/nosuch/route", "/api/help", "/", &format!("/api/node/{ROOT}/gray"), &format!("/api/node/{ROOT}")]
    {
        let answer = get(&server.url(), target);
        assert_eq!((answer.status, answer.text()), (404, "404 page not found\n".to_owned()), "{target}");
    }
    for (instance, keyword, type_name) in [("gray", "RAW", "uint8blk"), ("seg", "subvolblocks", "labelmap")] {
        let path = format!("/api/node/{ROOT}/{instance}/{keyword}/64_64_64/0_0_0");
        let help = format!("See API help at {}/api/help/{type_name}", server.url());
        let words = format!("Bad API call ({path}) for data \"{instance}\".  {help}\n");
        let answer = get(&server.url(), &path);
        assert_eq!((answer.status, answer.text()), (400, words));
    }
    let doubled = get(&server.url(), &format!("/api/node//{ROOT}/gray/info"));
    assert_eq!((doubled.status, doubled.header("Location")), (301, Some(&*format!("/api/node/{ROOT}/gray/info"))));
    assert_eq!(
        get(&server.url(), &format!("/api/node/{ROOT}/gray/info/")).status,
        200,
        "a slash at the end is tolerated"
    );
}

#[test]
fn one_block_of_zeros_cannot_be_read_as_raw_labels() {
    let server = server();
    let target = format!("/api/node/{ROOT}/seg/raw/0_1_2/64_64_64/640_0_64");
    let answer = get(&server.url(), &target);
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("invalid memory address or nil pointer dereference"), "{}", answer.text());
    let answer = get(&server.url(), &format!("{target}?compression=lz4"));
    assert_eq!(answer.text(), format!("unable to get label block (10, 0, 1) ({target}).\n"));
    for near in ["65_64_64/640_0_64", "64_64_64/640_0_65"] {
        let answer = get(&server.url(), &format!("/api/node/{ROOT}/seg/raw/0_1_2/{near}"));
        assert!(answer.status == 200 && answer.body.iter().all(|byte| *byte == 0), "{near}");
    }
}

#[test]
fn throttled_requests_are_refused_beyond_the_limit() {
    let server = server_with(&options().with_max_throttled(0));
    for target in ["gray/raw/0_1_2/4_4_4/0_0_0", "seg/raw/0_1_2/4_4_4/0_0_0", "seg/blocks/64_64_64/0_0_0"] {
        let target = format!("/api/node/{ROOT}/{target}");
        let answer = get(&server.url(), &format!("{target}?throttle=true"));
        let words = "Server already running 0 throttled operations (max = 0)\n\n".to_owned();
        assert_eq!((answer.status, answer.text(), answer.header("Retry-After")), (503, words, None));
        assert_eq!(get(&server.url(), &format!("{target}?throttle=1")).status, 200);
    }
    let throttled = format!("/api/node/{ROOT}/seg/specificblocks?blocks=0,0,0&throttle=true");
    assert_eq!(get(&server.url(), &throttled).status, 200, "this endpoint does not look at it");
}

#[test]
fn it_only_reads() {
    let server = server();
    let ask =
        |method: &str, target: &str| send(&client(), &server.url(), &Request::new(method, target)).expect("an answer");
    let path = format!("/api/node/{ROOT}/gray/raw/0_1_2/64_64_64/0_0_0");
    let words = format!("Cannot do POST on endpoint \"raw\" of locked node {ROOT} ({path}).\n");
    assert_eq!(ask("POST", &path).text(), words);
    let open = ask("POST", "/api/node/:master/seg/blocks");
    assert!(
        open.text().starts_with("Server in read-only mode and will only accept GET and HEAD requestcs ("),
        "{}",
        open.text()
    );
    assert_eq!(ask("POST", "/api/repos").status, 400);
    assert_eq!(
        ask("POST", &format!("/api/node/{ROOT}/note")).text(),
        format!("Cannot do post on locked node {ROOT} (/api/node/{ROOT}/note).\n")
    );
    let head = |instance| ask("HEAD", &format!("/api/node/{ROOT}/{instance}/info"));
    assert_eq!((head("seg").status, head("gray").status), (200, 400));
    assert_eq!(ask("HEAD", "/api/repo/77").status, 200);
    assert_eq!(ask("HEAD", "/api/repo/zz").status, 400);
}

#[test]
fn browsers_may_ask() {
    let server = server();
    for target in ["/api/repos/info", "/api/node/zzz/gray/info", "/api/nosuch"] {
        assert_eq!(get(&server.url(), target).header("Access-Control-Allow-Origin"), Some("*"), "{target}");
    }
    let preflight = Request::new("OPTIONS", "/api/repos/info");
    let answer = send(&client(), &server.url(), &preflight).expect("an answer");
    assert_eq!((answer.status, answer.header("Access-Control-Allow-Private-Network")), (204, Some("true")));
}
