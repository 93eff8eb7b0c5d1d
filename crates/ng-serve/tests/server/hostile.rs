//! Clients that mean no good, and arrays at the ends of what there is.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::time::Duration;

use ng_serve::array_core::ndarray::{Array3, ArrayD, IxDyn};
use ng_serve::array_core::{ArrayMeta, ArrayRef, Axes, AxisInfo, Block, DType, Grid, Length, MemoryArray, VoxelBox};
use ng_serve::{Error, Running, ServeOptions, serve};

use crate::arrays::{image, labels, one, start};
use crate::client::{ask, get, receive, root, send};

const CHUNK: &str = "a/8_8_8/0-64_0-64_0-64";
/// A header of the last request of a connection.
const LAST: &str = "Connection: close\r\n";

fn expect_well(server: &Running) {
    let answer = get(server, CHUNK);
    assert_eq!((answer.status, answer.body.len()), (200, 64 * 64 * 64));
}

/// What comes back for these bytes, until the server hangs up.
fn say(server: &Running, bytes: &[u8]) -> Vec<u8> {
    let stream = TcpStream::connect(server.address()).expect("a server");
    stream.set_read_timeout(Some(Duration::from_mins(1))).expect("a limit");
    let mut heard = Vec::new();
    // It may hang up before all is said. Who closes its half before an answer has come counts as gone, so only what has no
    // other end is ended that way.
    let ends = bytes.windows(LAST.len()).any(|part| part == LAST.as_bytes());
    let end = |()| if ends { Ok(()) } else { stream.shutdown(Shutdown::Write) };
    let _hung_up = (&stream).write_all(bytes).and_then(end);
    let _reset = (&stream).read_to_end(&mut heard);
    heard
}

#[test]
fn what_is_no_request_is_refused_and_forgotten() {
    let server = one(image((64, 64, 64)), &ServeOptions::default());
    let root = root(&server);
    let (long, longer) = ("x".repeat(60_000), "x".repeat(100_000));
    let headers = "X-Header: y\r\n".repeat(1000);
    for (bytes, statuses) in [
        (format!("GET {root}/{long} HTTP/1.1\r\nHost: h\r\n{LAST}\r\n"), &["404"][..]),
        (format!("GET {root}/a/8_8_8/{long} HTTP/1.1\r\nHost: h\r\n{LAST}\r\n"), &["404"]),
        // What is refused before all of it was read ends in a reset, which may overtake the answer.
        (format!("GET {root}/{longer} HTTP/1.1\r\nHost: h\r\n\r\n"), &["414", ""]),
        (format!("GET {root}/{CHUNK} HTTP/1.1\r\n{headers}\r\n"), &["431", ""]),
        (format!("GET {root}/{CHUNK} HTTP/7.0\r\n\r\n"), &["400", "505"]),
        (format!("GET {root}/{CHUNK} HTTP/1.1\r\nBad Header\r\n\r\n"), &["400"]),
        (format!("GET {root}/{CHUNK} HTTP/1.1\r\nRange\0: 1\r\n\r\n"), &["400"]),
        ("\u{16}\u{3}\u{1} no TLS here".to_owned(), &["400", ""]),
        ("\r\n\r\n\r\n".to_owned(), &["400", ""]),
        (String::new(), &[""]),
        ("GET".to_owned(), &["400", ""]),
    ] {
        let heard = say(&server, bytes.as_bytes());
        let status = std::str::from_utf8(&heard).expect("text").split(' ').nth(1).unwrap_or_default();
        assert!(statuses.contains(&status), "{status} for {:?}", &bytes[..bytes.len().min(80)]);
    }
    expect_well(&server);
    assert_eq!(server.stats().failed, 0);
}

#[test]
fn ranges_that_cannot_be_are_refused_or_not_seen() {
    let server = one(image((64, 64, 64)), &ServeOptions::default());
    let whole = get(&server, CHUNK);
    let all = 64 * 64 * 64;
    for (range, status, length) in [
        ("bytes=262144-", 416, 0),
        ("bytes=-0", 416, 0),
        ("bytes=262143-262143", 206, 1),
        ("bytes=0-18446744073709551615", 206, all),
        ("bytes=-18446744073709551615", 206, all),
        ("bytes=99999999999999999999999-", 200, all),
        ("bytes=9-3", 200, all),
        ("bytes=0-0,5-5", 200, all),
        ("bytes=0x0-0x5", 200, all),
        ("lines=0-5", 200, all),
        ("\u{fc}", 200, all),
    ] {
        let answer = ask(&server, "GET", CHUNK, &[("Range", range)]);
        assert_eq!((answer.status, answer.body.len()), (status, length), "{range}");
        assert!(status != 200 || answer.body == whole.body, "{range}");
        let said = answer.header("content-range");
        assert_eq!(said.is_some(), status != 200, "{range}");
        assert!(status != 416 || said == Some("bytes */262144"), "{range}");
    }
}

#[test]
fn requests_in_one_breath_are_answered_in_their_order() {
    let server = one(image((64, 64, 64)), &ServeOptions::default());
    let paths = ["a/info", CHUNK, "a/nothing", "state.json"];
    let expected: Vec<Vec<u8>> = paths.map(|path| get(&server, path).body).into();
    let requests: Vec<String> =
        paths.iter().map(|path| format!("GET {}/{path} HTTP/1.1\r\nHost: h\r\n\r\n", root(&server))).collect();
    let requests = requests.concat();
    let requests = format!("{}{LAST}\r\n", requests.strip_suffix("\r\n").expect("the end of the last one"));
    let mut heard = &say(&server, requests.as_bytes())[..];
    for (path, body) in paths.iter().zip(&expected) {
        let end = heard.windows(4).position(|four| four == b"\r\n\r\n").expect("headers") + 4;
        heard = &heard[end..];
        assert!(heard.starts_with(body), "{path}");
        heard = &heard[body.len()..];
    }
    assert!(heard.is_empty());
}

#[test]
fn clients_that_dawdle_keep_nobody_waiting() {
    let server = one(image((64, 64, 64)), &ServeOptions::default().with_workers(1));
    let path = format!("{}/{CHUNK}", root(&server));
    let unfinished: Vec<TcpStream> = (0..40)
        .map(|_| {
            let mut stream = TcpStream::connect(server.address()).expect("a server");
            stream.write_all(format!("GET {path} HT").as_bytes()).expect("half a request");
            stream
        })
        .collect();
    let unread: Vec<TcpStream> = (0..40).map(|_| send(server.address(), "GET", &path, &[])).collect();
    expect_well(&server);
    drop(unfinished);
    for stream in unread {
        assert_eq!(receive(stream).body.len(), 64 * 64 * 64, "it waits for those who read late");
    }
}

/// All voxels of the finest level, and the number of levels.
fn everything(server: &Running) -> (usize, usize) {
    let info = server.info("a").expect("a volume");
    let scale = &info.scales()[0];
    let fetch = |(_, chunk): (_, VoxelBox)| {
        let path = format!("a/{}/{}", scale.key(), ng_serve::ng_layer::precomputed::chunk_name(&chunk));
        let answer = get(server, &path);
        assert_eq!(answer.status, 200, "{path}: {}", String::from_utf8_lossy(&answer.body));
        answer.body.len()
    };
    (scale.chunks().expect("a grid").iter().map(fetch).sum(), info.scales().len())
}

#[test]
fn one_voxel_is_an_array_too() {
    let server = one(image((1, 1, 1)), &ServeOptions::default());
    assert_eq!(everything(&server), (1, 1));
    let far = |corner: i64| {
        let grid = Grid::new([Length::ZERO; 3], [Length::from(8); 3]).expect("a grid");
        let voxels = VoxelBox::new([corner; 3], [1; 3]).expect("a box");
        let meta = ArrayMeta::new("far", DType::U16, Axes::zyx(), &[], grid, voxels).expect("metadata");
        MemoryArray::from_meta(meta, Block::zeros(DType::U16, &[1; 3]).expect("a voxel")).expect("an array")
    };
    for corner in [-1, (1 << 24) - 1, 1 << 40, -(1 << 40) - 1] {
        assert_eq!(everything(&one(far(corner), &ServeOptions::default())), (2, 1), "{corner}");
    }
}

#[test]
fn needles_plates_and_many_channels_are_served() {
    let nm = |text: &str| text.parse::<Length>().expect("a length");
    for (shape, step) in [
        ((1, 1, 3000), ["8", "8", "8"]),
        ((3000, 1, 1), ["8", "8", "8"]),
        ((3, 300, 300), ["100000", "4.56", "4.56"]),
        ((40, 40, 40), ["1/1000", "1", "1000"]),
    ] {
        let voxels = Array3::<u8>::zeros(shape).into_dyn();
        let array = MemoryArray::new("a", voxels, step.map(nm), [0, 0, 0].map(Length::from)).expect("an array");
        let server = one(array, &ServeOptions::default());
        assert_eq!(everything(&server).0, shape.0 * shape.1 * shape.2, "{shape:?} {step:?}");
    }
    let many = MemoryArray::new("many", ArrayD::<f32>::zeros(IxDyn(&[37, 5, 6, 7])), [8, 8, 8], [0, 0, 0]);
    assert_eq!(everything(&one(many.expect("an array"), &ServeOptions::default())).0, 4 * 37 * 5 * 6 * 7);
}

#[test]
fn what_the_viewer_cannot_show_is_refused_by_name_before_anything_is_served() {
    let time = [AxisInfo::time("t", "s"), AxisInfo::space("z"), AxisInfo::space("y"), AxisInfo::space("x")];
    let grid = Grid::new([Length::ZERO; 4], [Length::ONE; 4]).expect("a grid");
    let voxels = VoxelBox::new([0; 4], [2; 4]).expect("a box");
    let meta = ArrayMeta::new("film", DType::U8, Axes::new(time).expect("axes"), &[], grid, voxels).expect("metadata");
    let film = MemoryArray::from_meta(meta, Block::zeros(DType::U8, &[2; 4]).expect("voxels")).expect("an array");
    let wide = MemoryArray::new("wide", Array3::<i64>::zeros((2, 2, 2)).into_dyn(), [8, 8, 8], [0, 0, 0]).expect("it");
    let wide = wide.with_kind(ng_serve::array_core::Kind::Image);
    for (array, word) in [(Arc::new(film) as ArrayRef, "axis t"), (Arc::new(wide), "64-bit")] {
        let arrays = vec![("fine".to_owned(), Arc::new(image((4, 4, 4))) as ArrayRef), ("bad".to_owned(), array)];
        let error = serve(arrays, &ServeOptions::default()).expect_err("it cannot be shown");
        assert!(matches!(error, Error::Layer(_)) && error.to_string().contains(word), "{error}");
        assert!(error.to_string().contains("bad"), "{error}");
    }
}

#[test]
fn names_of_chunks_that_overflow_are_no_chunks() {
    let cells = labels((9, 9, 9), |z, _, _| z as u64);
    let server = start(vec![("a", Arc::new(cells))], &ServeOptions::default());
    let (most, least) = (i64::MAX, i64::MIN);
    for name in [
        format!("{least}-{most}_0-9_0-9"),
        format!("{most}-{most}_{most}-{most}_{most}-{most}"),
        format!("{least}-{least}_0-9_0-9"),
        format!("0-{most}_0-{most}_0-{most}"),
        "0-9_0-9_0-99999999999999999999".to_owned(),
        "0-9_0-9".to_owned(),
        "0-9_0-9_0-9_".to_owned(),
        " 0-9_0-9_0-9".to_owned().replace(' ', "%20"),
        "0-9_0-9_0-9%00".to_owned(),
        "+0-9_0-9_0-9".to_owned(),
    ] {
        assert_eq!(get(&server, &format!("a/8_8_8/{name}")).status, 404, "{name}");
    }
    assert_eq!(get(&server, "a/8_8_8/0-9_0-9_0-9").status, 200);
}
