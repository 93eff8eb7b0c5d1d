//! The program from outside: what it prints, writes and returns, on files and on a served DVID volume.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{Fault, FixtureServer};
use facade::array_core::npy;
use facade::prelude::*;

fn voxscope(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_voxscope")).args(args).current_dir(folder).output().unwrap()
}

fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// Runs a command that has to succeed.
fn ok(folder: &Path, args: &[&str]) -> String {
    let output = voxscope(folder, args);
    assert!(output.status.success(), "{args:?}: {}", stderr(&output));
    stdout(&output)
}

/// Runs a command that has to fail with this code; the message fits a screen.
fn fails(folder: &Path, args: &[&str], code: i32) -> String {
    let output = voxscope(folder, args);
    let text = stderr(&output);
    assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
    assert!(text.lines().count() <= 24, "{text}");
    assert!(output.stdout.is_empty(), "nothing but results goes to standard output");
    text
}

fn image() -> ndarray::ArrayD<u8> {
    ndarray::Array3::from_shape_fn((20, 24, 28), |(z, y, x)| (7 * z + 3 * y + x) as u8).into_dyn()
}

fn labels() -> ndarray::ArrayD<u64> {
    let id = |(z, y, x): (usize, usize, usize)| (1 << 53) + 1 + (z / 7 * 9 + y / 8 * 3 + x / 10) as u64;
    ndarray::Array3::from_shape_fn((20, 24, 28), id).into_dyn()
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let save = |name: &str, block: Block| {
        npy::write(&mut std::fs::File::create(folder.path().join(name)).unwrap(), &block.view()).unwrap();
    };
    save("em.npy", image().into());
    save("ids.npy", labels().into());
    folder
}

fn load(folder: &Path, name: &str) -> Block {
    npy::parse(&std::fs::read(folder.join(name)).unwrap()).unwrap()
}

fn server() -> FixtureServer {
    server_at([80, 160, -240])
}

fn server_at(offset: [i64; 3]) -> FixtureServer {
    let size = [8; 3];
    let image = MemoryArray::new("em", image(), size, offset).unwrap();
    let labels = MemoryArray::new("ids", labels(), size, offset).unwrap();
    let options = ServeOptions::default().with_block_zyx([16; 3]).with_names("gray", "seg").with_max_downres_level(1);
    let service = DvidService::new(Some(Arc::new(image)), Some(Arc::new(labels)), &options).unwrap();
    FixtureServer::start(service).unwrap()
}

fn source(server: &FixtureServer, instance: &str) -> String {
    format!("dvid://{}/d51d/{instance}", server.url())
}

#[test]
fn a_file_is_described_read_and_painted() {
    let folder = folder();
    let here = folder.path();
    let text = ok(here, &["describe", "em.npy", "--voxel-size", "40,4.56,4", "--offset", "-40,0,0"]);
    assert!(text.contains("(40, 4.56, 4) nm") && text.contains("[-40:760, 0:109.44, 0:112]"), "{text}");
    let place = ["--voxel-size", "40,8,8", "--offset", "0,0,80"];
    let with = |args: &[&'static str]| [args, &place[..]].concat();
    ok(here, &with(&["read", "em.npy", "--roi", "[40:120, 16:48, 88:160]", "-o", "part.npy"]));
    let expected = image()
        .slice_each_axis(|axis| [(1, 3), (2, 6), (1, 10)].map(|(a, b)| ndarray::Slice::from(a..b))[axis.axis.index()])
        .to_owned();
    assert_eq!(load(here, "part.npy"), Block::from(expected));
    ok(here, &with(&["read", "em.npy", "-o", "all.png"]));
    ok(here, &with(&["read", "ids.npy", "--roi", "[40:80, :, :]", "-o", "plane.png"]));
    for name in ["all.png", "plane.png"] {
        assert!(std::fs::read(here.join(name)).unwrap().starts_with(b"\x89PNG"), "{name}");
    }
    assert!(!here.join("all.png.partial").exists());
}

#[test]
fn json_is_for_programs() {
    let folder = folder();
    let text = ok(folder.path(), &["describe", "ids.npy", "--voxel-size", "8,8,8", "--json"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&value["kind"], &value["dtype"]), (&"labels".into(), &"uint64".into()));
    assert_eq!(value["voxel_size"], serde_json::json!([8, 8, 8]));
    let text = ok(folder.path(), &["read", "em.npy", "--json", "-o", "a.npy"]);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["shape"], serde_json::json!([20, 24, 28]));
}

#[test]
fn a_served_volume_is_read_at_another_voxel_size() {
    let (folder, server) = (folder(), server());
    let here = folder.path();
    let gray = source(&server, "gray");
    let text = ok(here, &["describe", &gray]);
    assert!(text.contains("image of uint8") && text.contains("[80:240, 160:352, -240:-16]"), "{text}");
    let roi = "[96:216, 168:336, -216:-24]";
    ok(here, &["read", &gray, "--roi", roi, "--voxel-size", "12,12,12", "-o", "rational.npy"]);
    assert_eq!(load(here, "rational.npy").shape(), [10, 14, 16]);
    ok(here, &["read", &source(&server, "seg"), "--roi", roi, "-o", "labels.npy"]);
    let Block::U64(ids) = load(here, "labels.npy") else { panic!("labels are uint64") };
    let expected = labels()
        .slice_each_axis(|axis| [(2, 17), (1, 22), (3, 27)].map(|(a, b)| ndarray::Slice::from(a..b))[axis.axis.index()])
        .to_owned();
    assert_eq!(ids, expected);
    let plan = ok(here, &["read", &gray, "--roi", roi, "--plan"]);
    assert!(plan.contains("1 request, ") && plan.contains("fetched"), "{plan}");
}

#[test]
fn the_method_of_resampling_can_be_named() {
    let folder = folder();
    let here = folder.path();
    let read = |file, size, method| {
        let sizes = ["--voxel-size", "8,8,8", "--resample-to", size, "--method", method, "-o", "a.npy"];
        ok(here, &[&["read", file][..], &sizes].concat());
        load(here, "a.npy")
    };
    // The image grows along every axis.
    let Block::U8(least) = read("em.npy", "16,16,16", "min") else { panic!("a minimum keeps the type") };
    assert_eq!(least[[1, 2, 3]], image()[[2, 4, 6]]);
    let Block::U8(most) = read("em.npy", "16,16,16", "max") else { panic!("a maximum keeps the type") };
    assert_eq!(most[[1, 2, 3]], image()[[3, 5, 7]]);
    let Block::U64(ids) = read("ids.npy", "16,16,16", "stride") else { panic!("labels are uint64") };
    assert_eq!(ids, labels().slice_each_axis(|_| ndarray::Slice::new(0, None, 2)).to_owned());
    assert_eq!(read("em.npy", "4,4,4", "0").shape(), [40, 48, 56]);

    let place = ["--voxel-size", "8,8,8", "-o", "a.npy"];
    let text = fails(here, &[&["read", "em.npy", "--method", "mean"][..], &place].concat(), 2);
    assert!(text.contains("--method") && text.contains("voxel size to resample to"), "{text}");
    let text = fails(here, &[&["read", "em.npy", "--method", "medium"][..], &place].concat(), 2);
    assert!(text.contains("mean, mode, min, max, median, stride"), "{text}");
    let sizes = ["--resample-to", "12,12,12", "--method", "median"];
    let text = fails(here, &[&["read", "em.npy"][..], &place, &sizes].concat(), 2);
    assert!(text.contains("whole factors down only") && text.contains("2/3"), "{text}");
}

#[test]
fn configs_are_sources_too() {
    let (folder, server) = (folder(), server());
    let config = format!(
        r#"{{"resampled": {{"source": {{"dvid": {{"source": ["{}", "d51d", "seg"], "scale": 1}}}}, "downsample": [1, 2, 2]}}}}"#,
        server.url()
    );
    std::fs::write(folder.path().join("coarse.json"), config).unwrap();
    let text = ok(folder.path(), &["describe", "coarse.json"]);
    assert!(text.contains("(16, 32, 32) nm"), "{text}");
}

#[test]
fn layers_are_states_and_links() {
    let (folder, server) = (folder(), server_at([80, 160, 240]));
    let (gray, seg) = (source(&server, "gray"), source(&server, "seg"));
    let output = voxscope(folder.path(), &["layer", &gray, &seg]);
    let state: serde_json::Value = serde_json::from_str(&stdout(&output)).unwrap();
    let sources: Vec<String> =
        state["layers"].as_array().unwrap().iter().map(|layer| layer["source"].to_string()).collect();
    assert!(
        sources[0].contains("http://127.0.0.1:9000/gray"),
        "grayscale comes as JPEG, so a server has to offer it: {}",
        sources[0]
    );
    assert!(sources[1].contains("dvid://"), "{}", sources[1]);
    assert!(stderr(&output).contains("JPEG"), "{}", stderr(&output));
    let url = ok(folder.path(), &["layer", "--lossy", "--url", &gray, &seg]);
    assert!(url.starts_with("https://neuroglancer-demo.appspot.com/#!%7B") && url.contains("dvid://"), "{url}");
    let output = voxscope(folder.path(), &["layer", "em.npy", "--base-url", "http://10.0.0.7:80/x"]);
    assert!(stdout(&output).contains("http://10.0.0.7:80/x/em") && stderr(&output).contains("no public address"));
}

#[test]
fn a_layer_that_the_viewer_would_show_wrongly_is_left_to_a_server() {
    let (folder, server) = (folder(), server());
    let output = voxscope(folder.path(), &["layer", &source(&server, "seg")]);
    let text = stderr(&output);
    assert!(
        stdout(&output).contains("http://127.0.0.1:9000/seg") && text.contains("64"),
        "negative, off the viewer's 64³ blocks: {text}"
    );
}

#[test]
fn requests_that_cannot_be_met_are_told_in_full() {
    let folder = folder();
    let here = folder.path();
    let place = ["--voxel-size", "8,8,8"];
    let with = |args: &[&'static str]| [args, &place[..]].concat();
    let text = fails(here, &with(&["read", "em.npy", "--roi", "[0:160, 0:200, 0:80]", "-o", "a.npy"]), 2);
    assert!(text.contains("axis y") && text.contains("[0, 192)"), "{text}");
    let text = fails(here, &with(&["read", "em.npy", "--roi", "[0:16, 0:20, 0:80]", "-o", "a.npy"]), 2);
    assert!(text.contains("20 nm") && text.contains("16 and 24"), "{text}");
    let text = fails(here, &with(&["read", "em.npy", "--roi", "[0:160, 0:200, 0:80]", "--plan"]), 2);
    assert!(text.contains("axis y"), "a plan refuses what the read would refuse: {text}");
    let text = fails(here, &with(&["read", "em.npy", "--roi", "[0:16, 0:20, 0:80]", "--plan"]), 2);
    assert!(text.contains("along axis y") && text.contains("16 and 24"), "{text}");
    let text = fails(here, &with(&["read", "em.npy", "--roi", "[0:16, 24:8, 0:80]", "-o", "a.npy"]), 2);
    assert!(text.contains("axis y") && text.contains("an end is not before its begin"), "{text}");
    for command in
        [&["read", "em.npy", "--roi", "[0:16, 0:24]", "-o", "a.npy"][..], &["layer", "em.npy", "--roi", "[0:16]"]]
    {
        let text = fails(here, &with(command), 2);
        assert!(text.contains("'z y x'") && text.contains("needs 3"), "{text}");
    }
    for size in ["8,0,8", "8,-8,8"] {
        let text = fails(here, &["describe", "em.npy", "--voxel-size", size], 2);
        assert!(text.contains("axis y") && text.contains("greater than 0"), "{text}");
    }
    assert!(fails(here, &["layer", "em.npy", "em.npy"], 2).contains("unique"));
    assert!(fails(here, &["read", "em.npy", "-o", "a.tif"], 2).contains(".npy"));
    assert!(fails(here, &["read", "volume.zarr", "-o", "a.npy"], 2).contains("dvid://"));
    assert!(fails(here, &["read", "missing.npy", "-o", "a.npy"], 1).contains("missing.npy"));
    assert!(fails(here, &["describe", "em.npy", "--voxel-size", "8,x,8"], 2).contains('x'));
    assert!(!here.join("a.npy").exists());
    ok(here, &with(&["read", "em.npy", "--roi", "[-8:16, 0:16, 0:80]", "--fill", "9", "-o", "filled.npy"]));
    assert_eq!(load(here, "filled.npy").shape(), [3, 2, 10]);
    ok(
        here,
        &with(&["read", "em.npy", "--roi", "[-8:16, 0:20, 0:80]", "--clip", "--align", "grow", "-o", "clipped.npy"]),
    );
    assert_eq!(load(here, "clipped.npy").shape(), [2, 3, 10]);
}

#[test]
fn a_file_that_cannot_be_written_is_told_before_anything_is_read() {
    let (folder, server) = (folder(), server());
    let here = folder.path();
    std::fs::create_dir(here.join("folder.npy")).unwrap();
    let asked = |path: &str| server.requests().into_iter().filter(|request| request.target.contains(path)).count();
    for (output, word) in [("nowhere/a.npy", "make the folder nowhere first"), ("folder.npy", "directory")] {
        let text = fails(here, &["read", &source(&server, "gray"), "-o", output], 1);
        assert!(text.contains(&format!("cannot write {output}")) && text.contains(word), "{text}");
    }
    assert_eq!(asked("/raw/"), 0);
    ok(here, &["read", "em.npy", "-o", "a.npy"]);
    ok(here, &["read", "em.npy", "--voxel-size", "8,8,8", "-o", "a.npy"]);
    assert_eq!(load(here, "a.npy"), Block::from(image()), "an existing file is replaced");
}

#[test]
fn what_a_reader_of_the_result_has_to_know_is_a_note() {
    let folder = folder();
    let here = folder.path();
    let output = voxscope(here, &["read", "em.npy", "--roi", "[90:95, :, :]", "--clip", "-o", "a.npy"]);
    assert!(output.status.success() && stderr(&output).contains("holds no voxel of 'em'"), "{}", stderr(&output));
    let output = voxscope(here, &["read", "ids.npy", "--kind", "image", "-o", "a.png"]);
    assert!(stderr(&output).contains("is black"), "{}", stderr(&output));
    assert!(stderr(&voxscope(here, &["read", "em.npy", "-o", "a.png"])).is_empty(), "bytes are shown as they are");
}

#[test]
fn verbose_shows_requests_and_scales() {
    let (folder, server) = (folder(), server());
    let output = voxscope(folder.path(), &["describe", "-v", &source(&server, "seg")]);
    let text = stderr(&output);
    assert!(text.contains("/seg/info") && text.contains("scale=0") && text.contains("version resolved"), "{text}");
    assert!(stderr(&voxscope(folder.path(), &["describe", &source(&server, "seg")])).is_empty());
}

#[test]
fn a_config_with_a_misspelt_word_is_told_where_and_what() {
    let folder = folder();
    std::fs::write(folder.path().join("bad.json"), "{\"npy\": {\n  \"path\": \"em.npy\",\n  \"ofset\": [0, 0, 0]\n}}")
        .unwrap();
    let text = fails(folder.path(), &["describe", "bad.json"], 2);
    assert!(text.contains("bad.json") && text.contains("line 3") && text.contains("did you mean `offset`?"), "{text}");
}

#[test]
fn a_server_that_fails_is_told_in_its_own_words() {
    let (folder, server) = (folder(), server());
    let here = folder.path();
    let text = fails(here, &["describe", &format!("dvid://{}/beef/gray", server.url())], 1);
    assert!(text.contains("beef"), "{text}");
    let text = fails(here, &["describe", &source(&server, "nosuch")], 1);
    assert!(text.contains("nosuch") && text.contains("invalid data instance name"), "{text}");
    for _ in 0..16 {
        server.inject_once("/raw/", Fault::CutBody { after: 100 });
    }
    let text = fails(here, &["read", &source(&server, "gray"), "-o", "a.npy"], 1);
    assert!(text.contains("raw") && text.contains("times"), "what was asked, and how often: {text}");
    assert!(!here.join("a.npy").exists());
    let address = source(&server, "gray");
    drop(server);
    let text = fails(here, &["describe", &address], 1);
    assert!(text.contains("127.0.0.1"), "{text}");
}
