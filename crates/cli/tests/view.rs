//! `voxscope view` from outside: a process that prints a link, answers what the link asks for, and ends on Ctrl-C.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};
use facade::array_core::npy;
use facade::prelude::*;
use serde_json::Value;
use tempfile::TempDir;

const SHAPE: (usize, usize, usize) = (20, 24, 28);

fn image() -> ArrayD<u8> {
    ndarray::Array3::from_shape_fn(SHAPE, |(z, y, x)| (7 * z + 3 * y + x) as u8).into_dyn()
}

fn labels() -> ArrayD<u64> {
    let id = |(z, y, x): (usize, usize, usize)| (1 << 53) + 1 + (z / 7 * 9 + y / 8 * 3 + x / 10) as u64;
    ndarray::Array3::from_shape_fn(SHAPE, id).into_dyn()
}

/// A DVID server with an image and labels of 8 nm.
fn dvid() -> FixtureServer {
    let image = MemoryArray::new("em", image(), [8; 3], [80, 160, 240]).unwrap();
    let labels = MemoryArray::new("ids", labels(), [8; 3], [80, 160, 240]).unwrap();
    let options = ServeOptions::default().with_block_zyx([16; 3]).with_names("gray", "seg");
    let service = DvidService::new(Some(Arc::new(image)), Some(Arc::new(labels)), &options).unwrap();
    FixtureServer::start(service).unwrap()
}

/// A folder with an image in a file, and a client of one page.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let file = std::fs::File::create(folder.path().join("em.npy"));
    npy::write(&mut file.unwrap(), &Block::from(image()).view()).unwrap();
    std::fs::create_dir(folder.path().join("client")).unwrap();
    std::fs::write(folder.path().join("client/index.html"), "<title>a viewer</title>").unwrap();
    folder
}

/// A running `voxscope view`, killed if it is still there in the end.
struct Viewing {
    child: Child,
    out: BufReader<ChildStdout>,
    link: String,
}

impl Viewing {
    fn command(folder: &Path, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_voxscope"));
        command.arg("view").args(args).current_dir(folder).stdout(Stdio::piped()).stderr(Stdio::piped());
        // A folder of the developer's is none of ours.
        command.env("VOXSCOPE_VIEWER", "").env_remove("SSH_CONNECTION");
        command
    }

    fn start(mut command: Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut link = String::new();
        out.read_line(&mut link).unwrap();
        let mut started = Self { child, out, link: link.trim_end().to_owned() };
        assert!(!started.link.is_empty(), "{}", started.end(false));
        started
    }

    /// Presses Ctrl-C where told to, and waits; what was written on standard error.
    fn end(&mut self, interrupt: bool) -> String {
        if interrupt {
            assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        }
        let (mut text, mut rest) = (String::new(), String::new());
        self.child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        self.out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "", "the link is all that goes to standard output");
        assert_eq!(self.child.wait().unwrap().success(), interrupt, "{text}");
        text
    }
}

impl Drop for Viewing {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// The status and the body of an address, not compressed.
fn get(url: &str) -> (u16, Vec<u8>) {
    let rest = url.strip_prefix("http://").unwrap();
    let (host, path) = rest.split_at(rest.find('/').unwrap());
    let mut stream = TcpStream::connect(host).unwrap();
    stream.set_read_timeout(Some(Duration::from_mins(2))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let status = std::str::from_utf8(&answer[9..12]).unwrap().parse().unwrap();
    (status, answer[end + 4..].to_vec())
}

fn json(url: &str) -> Value {
    let (status, body) = get(url);
    assert_eq!(status, 200, "{url}");
    serde_json::from_slice(&body).unwrap()
}

#[test]
fn one_command_shows_what_read_returns_at_another_voxel_size() {
    let (folder, dvid) = (folder(), dvid());
    let source = |name: &str| format!("dvid://{}/d51d/{name}", dvid.url());
    let (gray, seg) = (source("gray"), source("seg"));
    let roi = "[96:144, 192:240, 288:384]";
    let args = [&gray, &seg, "--voxel-size", "12,12,12", "--viewer", "client", "--roi", roi];
    let mut viewing = Viewing::start(Viewing::command(folder.path(), &args));
    let (page, state_url) = viewing.link.split_once("#!").unwrap();
    assert_eq!(get(page), (200, b"<title>a viewer</title>".to_vec()));
    let state = json(state_url);
    assert_eq!(state["position"], serde_json::json!([28.5, 18.5, 10.5]), "the middle of the region, in voxels");
    let layers: Vec<(&str, &str)> = state["layers"].as_array().unwrap().iter().map(layer).collect();
    assert_eq!(layers, [("image", "gray"), ("segmentation", "seg")]);

    let base = state_url.strip_suffix("/state.json").unwrap();
    let info = json(&format!("{base}/gray/info"));
    assert_eq!(info["scales"][0]["resolution"], serde_json::json!([12, 12, 12]));
    let (status, chunk) = get(&format!("{base}/gray/12_12_12/{}", whole(&info)));
    let array = MemoryArray::new("em", image(), [8; 3], [80, 160, 240]).unwrap();
    let resampled =
        ResampledArray::new("em", Arc::new(array), Target::voxel_size([12; 3]), Spec::default()).unwrap().data();
    let Block::U8(expected) = resampled.unwrap() else { panic!("an image") };
    assert_eq!((status, chunk), (200, expected.into_iter().collect()), "every voxel as `read` returns it");

    let text = viewing.end(true);
    assert!(text.contains("gray: (12, 12, 12) nm") && text.contains("stopped: 1 chunk, "), "{text}");
    assert!(!text.contains("public page") && !text.contains('\r') && !text.contains("ssh"), "{text}");
}

fn layer(layer: &Value) -> (&str, &str) {
    (layer["type"].as_str().unwrap(), layer["name"].as_str().unwrap())
}

/// The name of the one chunk of a small volume.
fn whole(info: &Value) -> String {
    let scale = &info["scales"][0];
    let range = |axis: usize| {
        let begin = scale["voxel_offset"][axis].as_i64().unwrap();
        format!("{begin}-{}", begin + scale["size"][axis].as_i64().unwrap())
    };
    [range(0), range(1), range(2)].join("_")
}

#[test]
fn files_are_placed_and_resampled_and_a_config_is_a_source() {
    let folder = folder();
    let config = r#"{"crop": {
        "source": {"npy": {"path": "em.npy", "voxel_size": [8, 8, 8]}},
        "roi": {"offset": [0, null, null], "shape": [80, null, null]}
    }}"#;
    std::fs::write(folder.path().join("part.json"), config).unwrap();
    let sizes = ["--voxel-size", "8,8,8", "--offset", "80,0,0", "--resample-to", "16,16,16", "--method", "max"];
    let args = [&["em.npy"][..], &sizes, &["--viewer", "client", "--port", "0"]].concat();
    let mut viewing = Viewing::start(Viewing::command(folder.path(), &args));
    let base = viewing.link.split_once("#!").unwrap().1.strip_suffix("/state.json").unwrap().to_owned();
    let info = json(&format!("{base}/em/info"));
    assert_eq!(info["scales"][0]["resolution"], serde_json::json!([16, 16, 16]));
    let (_, chunk) = get(&format!("{base}/em/16_16_16/{}", whole(&info)));
    assert_eq!(chunk[0], image()[[1, 1, 1]], "the largest of two by two by two");
    viewing.end(true);

    let mut viewing =
        Viewing::start(Viewing::command(folder.path(), &["part.json", "part.json", "--viewer", "client"]));
    let state = json(viewing.link.split_once("#!").unwrap().1);
    let names: Vec<&str> = state["layers"].as_array().unwrap().iter().map(|found| layer(found).1).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    assert!(viewing.end(true).contains(&format!("it is shown as '{}'", names[1])));
}

#[test]
fn files_and_volumes_of_a_server_are_shown_together() {
    let (folder, dvid) = (folder(), dvid());
    let seg = format!("dvid://{}/d51d/seg", dvid.url());
    let sizes = ["--voxel-size", "8,8,8", "--offset", "80,160,240", "--resample-to", "16,16,16", "--viewer", "client"];
    let viewing = Viewing::start(Viewing::command(folder.path(), &[&["em.npy", &seg][..], &sizes].concat()));
    let base = viewing.link.split_once("#!").unwrap().1.strip_suffix("/state.json").unwrap();
    let scale = |name: &str| json(&format!("{base}/{name}/info"))["scales"][0].clone();
    for member in ["resolution", "voxel_offset", "size"] {
        assert_eq!(scale("em")[member], scale("seg")[member], "{member}");
    }
}

#[test]
fn without_a_folder_the_link_leads_to_a_page_elsewhere_and_says_what_that_takes() {
    let folder = folder();
    let mut viewing = Viewing::start(Viewing::command(folder.path(), &["em.npy"]));
    assert!(viewing.link.starts_with("https://neuroglancer-demo.appspot.com/#!%7B"), "{}", viewing.link);
    let text = viewing.end(true);
    assert!(text.contains("public page") && text.contains("--viewer DIR"), "{text}");
    let page = ["em.npy", "--viewer", "https://example.org/ng"];
    let viewing = Viewing::start(Viewing::command(folder.path(), &page));
    assert!(
        viewing.link.starts_with("https://example.org/ng/#!") || viewing.link.starts_with("https://example.org/ng#!")
    );
    let mut command = Viewing::command(folder.path(), &["em.npy"]);
    command.env("VOXSCOPE_VIEWER", "client");
    assert!(Viewing::start(command).link.starts_with("http://127.0.0.1:"));
}

#[test]
fn on_another_machine_the_line_for_ssh_is_told() {
    let folder = folder();
    let mut command = Viewing::command(folder.path(), &["em.npy", "--viewer", "client"]);
    command.env("SSH_CONNECTION", "10.0.0.9 50000 10.0.0.7 22").env("USER", "ana");
    let mut viewing = Viewing::start(command);
    let port = viewing.link.split(':').nth(2).and_then(|rest| rest.split('/').next()).unwrap().to_owned();
    let text = viewing.end(true);
    assert!(text.contains(&format!("ssh -N -L {port}:127.0.0.1:{port} ana@10.0.0.7")), "{text}");
}

#[test]
fn a_browser_is_opened_where_there_is_one() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let bin = folder.path().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let args = ["em.npy", "--viewer", "client", "--open"];
    let with_path = || {
        let mut command = Viewing::command(folder.path(), &args);
        command.env("PATH", &bin);
        command
    };
    let mut viewing = Viewing::start(with_path());
    let text = viewing.end(true);
    assert!(text.contains("no browser was opened") && text.contains("open the link by hand"), "{text}");

    let opened = folder.path().join("opened");
    for opener in ["xdg-open", "open"] {
        let script = format!("#!/bin/sh\necho \"$1\" > '{0}.new'; /bin/mv '{0}.new' '{0}'\n", opened.display());
        std::fs::write(bin.join(opener), script).unwrap();
        std::fs::set_permissions(bin.join(opener), std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    let mut viewing = Viewing::start(with_path());
    for _ in 0..2000 {
        if opened.exists() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(std::fs::read_to_string(&opened).unwrap().trim_end(), viewing.link);
    viewing.end(true);
}

#[test]
fn what_cannot_be_shown_is_told_before_anything_is_served() {
    let folder = folder();
    let fails = |args: &[&str], code: i32| {
        let output = Viewing::command(folder.path(), args).output().unwrap();
        let text = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        assert!(output.stdout.is_empty());
        text
    };
    assert!(fails(&["em.npy", "--viewer", "nowhere"], 2).contains("no built Neuroglancer client in 'nowhere'"));
    assert!(fails(&["em.npy", "--roi", "[0:16]"], 2).contains("needs 3"));
    assert!(fails(&["em.npy", "--method", "mean"], 2).contains("voxel size to resample to"));
    assert!(fails(&["missing.npy"], 1).contains("missing.npy"));
    assert!(fails(&[], 2).contains("SOURCES"));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    assert!(fails(&["em.npy", "--port", &port], 1).contains(&format!("cannot listen on 127.0.0.1:{port}")));
}
