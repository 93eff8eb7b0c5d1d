//! Servers that fail on the way, at every place where they can.

use std::sync::Arc;
use std::time::{Duration, Instant};

use array_core::ndarray::Array3;
use array_core::{Array, ArrayExt, ArrayRef, Block, CancelToken, MemoryArray, ReadContext};
use dvid_fixture::serve::{DvidService, ServeOptions};
use dvid_fixture::{Fault, FaultRule, FixtureServer};
use dvid_source::{ClientOptions, DvidArray, DvidClient, DvidOptions, Error, Result, RetryPolicy, Timeouts};

const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";

/// An image and labels of 32³ in blocks of 16³, and a client that does not wait long.
struct Fixture {
    server: FixtureServer,
    client: DvidClient,
}

impl Fixture {
    fn new() -> Self {
        Self::with_options(&quick())
    }

    fn with_options(options: &ClientOptions) -> Self {
        let options_of_server = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]);
        let service = DvidService::new(Some(gray()), Some(seg()), &options_of_server).unwrap();
        let server = FixtureServer::start(service).unwrap();
        let client = DvidClient::with_options(&server.url(), options).unwrap();
        Self { server, client }
    }

    fn open(&self, instance: &str) -> DvidArray {
        DvidArray::open(&self.client, ROOT, instance, &DvidOptions::default()).unwrap()
    }

    /// Reads an instance under a fault that hits every request for voxels.
    fn under(&self, instance: &str, fault: Fault) -> Error {
        self.server.clear_faults();
        self.server.inject(FaultRule::new(keyword(instance), fault).always());
        read(&self.open(instance)).unwrap_err()
    }

    /// Reads an instance under faults that end after `times` requests, and counts the requests for voxels.
    fn after(&self, instance: &str, fault: Fault, times: u64) -> (Result<Block>, usize) {
        self.server.inject(FaultRule::new(keyword(instance), fault).with_times(times));
        let asked = || self.server.requests().iter().filter(|line| line.target.contains(keyword(instance))).count();
        let array = self.open(instance);
        let before = asked();
        (read(&array), asked() - before)
    }
}

fn keyword(instance: &str) -> &'static str {
    if instance == "gray" { "/raw/" } else { "/blocks/" }
}

fn gray() -> ArrayRef {
    let voxels = Array3::from_shape_fn((32, 32, 32), |(z, y, x)| (x ^ (3 * y) ^ (7 * z)) as u8);
    Arc::new(MemoryArray::new("gray", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap())
}

fn seg() -> ArrayRef {
    let voxels = Array3::from_shape_fn((32, 32, 32), |(z, y, x)| (1 + x / 3 + 100 * (y / 5) + 10_000 * (z / 4)) as u64);
    Arc::new(MemoryArray::new("seg", voxels.into_dyn(), [8, 8, 8], [0, 0, 0]).unwrap())
}

fn truth(instance: &str) -> Block {
    if instance == "gray" { gray().data() } else { seg().data() }.unwrap()
}

fn quick() -> ClientOptions {
    let retry =
        RetryPolicy::default().with_first_wait(Duration::from_millis(1)).with_max_wait(Duration::from_millis(4));
    ClientOptions::default().with_retry(retry)
}

fn read(array: &DvidArray) -> Result<Block> {
    read_with(array, &ReadContext::default())
}

fn read_with(array: &DvidArray, cx: &ReadContext) -> Result<Block> {
    array.read_box(array.meta().voxel_box(), cx).map_err(|error| match error {
        array_core::Error::Source(error) => error.downcast_ref::<Error>().unwrap().clone(),
        array_core::Error::Cancelled => Error::Cancelled,
        error => panic!("{error}"),
    })
}

fn tries(error: &Error) -> u32 {
    error.asked().unwrap_or_else(|| panic!("{error}")).tries
}

#[test]
fn a_busy_server_is_asked_again() {
    let fixture = Fixture::new();
    for instance in ["gray", "seg"] {
        for fault in [Fault::Throttled, Fault::Proxy { status: 502 }, Fault::Proxy { status: 504 }, Fault::Drop] {
            let (block, asked) = fixture.after(instance, fault.clone(), 3);
            assert!(block.unwrap().same_bits(&truth(instance)), "{instance}, {fault:?}");
            assert_eq!(asked, 4, "{instance}, {fault:?}");
        }
    }
    let error = fixture.under("gray", Fault::Throttled);
    assert!(matches!(error, Error::Busy { status: 503, .. }) && tries(&error) == 7, "{error}");
    assert!(error.to_string().contains("throttled operations (max = 1)"), "{error}");
    let error = fixture.under("gray", Fault::RetryAfter { seconds: 1 });
    let wanted = |error: &Error| matches!(error, Error::Busy { retry_after: Some(wait), .. } if wait.as_secs() == 1);
    assert!(wanted(&error), "{error:?}");
    let error = fixture.under("gray", Fault::Proxy { status: 502 });
    assert!(!error.to_string().contains("<html") && error.to_string().contains("HTML"), "{error}");
}

#[test]
fn connections_that_the_server_closes_are_opened_again() {
    let fixture = Fixture::with_options(&quick().with_retry(RetryPolicy::none()));
    let array = fixture.open("seg");
    fixture.server.inject(FaultRule::new("", Fault::ConnectionClose).always());
    for _ in 0..5 {
        assert!(read(&array).unwrap().same_bits(&truth("seg")));
    }
    let fixture = Fixture::new();
    fixture.server.inject(FaultRule::new("", Fault::CloseIdle).always());
    for _ in 0..5 {
        assert!(read(&fixture.open("gray")).unwrap().same_bits(&truth("gray")));
    }
}

#[test]
fn a_body_that_is_cut_short_is_found_and_asked_for_again() {
    let fixture = Fixture::new();
    for (instance, after) in
        [("gray", 0), ("gray", 1), ("gray", 32 * 32 * 32 - 1), ("seg", 0), ("seg", 7), ("seg", 200)]
    {
        let error = fixture.under(instance, Fault::CutBody { after });
        assert!(
            matches!(error, Error::Truncated { .. } | Error::Transport { .. }),
            "{instance} after {after}: {error:?}"
        );
        assert!(tries(&error) >= 3, "{error}");
        fixture.server.clear_faults();
        let (block, asked) = fixture.after(instance, Fault::CutBody { after }, 1);
        assert!(block.unwrap().same_bits(&truth(instance)) && asked == 2, "{instance} after {after}");
    }
    let error = fixture.under("gray", Fault::EndEarly { after: 1_000 });
    assert!(matches!(error, Error::Truncated { got: 1_000, want: Some(32_768), .. }), "{error:?}");
    let text = error.to_string();
    assert!(text.starts_with("the answer is cut short: 1000 bytes of 32768 [GET http://127.0.0.1:"), "{text}");
    assert!(text.ends_with("/raw/0_1_2/32_32_32/0_0_0, asked 3 times]"), "{text}");
    let error = fixture.under("seg", Fault::EndEarly { after: 20 });
    assert!(matches!(error, Error::Truncated { got: 20, .. }), "{error:?}");
    let error = fixture.under("gray", Fault::DeclareLength(40_000));
    assert!(matches!(error, Error::Truncated { .. } | Error::CorruptStream { .. }), "{error:?}");
}

#[test]
fn a_body_that_goes_on_is_refused() {
    let fixture = Fixture::new();
    for instance in ["gray", "seg"] {
        let error = fixture.under(instance, Fault::Endless);
        assert!(matches!(error, Error::CorruptStream { .. }), "{instance}: {error:?}");
    }
}

#[test]
fn the_words_of_a_server_that_fails_half_way_are_shown() {
    let fixture = Fixture::new();
    let words =
        " deserialized label block size (32,32,32) does not equal data \"seg\" block size (16,16,16) (/api/x).\n";
    let error = fixture.under("seg", Fault::Tail(words.to_owned()));
    match &error {
        Error::CorruptStream { tail: Some(tail), .. } => assert_eq!(tail, words.trim()),
        other => panic!("{other:?}"),
    }
    assert_eq!(tries(&error), 3);
    let error = fixture.under("gray", Fault::Tail(words.to_owned()));
    assert!(matches!(&error, Error::CorruptStream { offset: 32_768, tail: Some(tail), .. } if tail == words.trim()));
    let (block, _) = {
        fixture.server.clear_faults();
        fixture.after("seg", Fault::Tail(words.to_owned()), 1)
    };
    assert!(block.unwrap().same_bits(&truth("seg")));
}

#[test]
fn damaged_frames_never_give_wrong_labels() {
    let fixture = Fixture::new();
    for at in [0, 4, 8, 12, 15, 16, 17, 18] {
        let error = fixture.under("seg", Fault::FlipByte { at });
        assert!(matches!(error, Error::CorruptStream { .. } | Error::Truncated { .. }), "byte {at}: {error:?}");
    }
    // Some bytes mean nothing, such as the date in the header of gzip.
    let array = fixture.open("seg");
    for at in 19..300 {
        fixture.server.clear_faults();
        fixture.server.inject(FaultRule::new("/blocks/", Fault::FlipByte { at }).always());
        assert!(read(&array).map_or(true, |block| block.same_bits(&truth("seg"))), "byte {at}");
    }
    fixture.server.clear_faults();
    let garbage = Fault::Splice { at: 0, remove: 0, insert: vec![0xff; 16] };
    assert!(matches!(fixture.under("seg", garbage), Error::CorruptStream { offset: 0, .. }));
}

#[test]
fn a_read_that_waits_can_be_cancelled() {
    let fixture = Fixture::new();
    let stalls = [
        ("gray", Fault::StallBeforeHead(Duration::from_secs(5))),
        ("seg", Fault::StallInBody { after: 20, pause: Duration::from_secs(5) }),
    ];
    for (instance, stall) in stalls {
        let array = fixture.open(instance);
        fixture.server.inject(FaultRule::new(keyword(instance), stall).always());
        let token = CancelToken::default();
        let cx = ReadContext::default().with_cancel(token.clone());
        let asked = fixture.server.request_count();
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| read_with(&array, &cx));
            while fixture.server.request_count() == asked {
                std::thread::sleep(Duration::from_millis(1));
            }
            token.cancel();
            // Waiting for the server to go on would end in voxels.
            assert!(matches!(reading.join().unwrap(), Err(Error::Cancelled)), "{instance}");
        });
        fixture.server.clear_faults();
        assert!(read(&array).unwrap().same_bits(&truth(instance)), "{instance}, the next read");
    }
}

#[test]
fn a_read_ends_at_its_deadline_and_a_silent_server_is_given_up() {
    let timeouts = Timeouts::default().with_silence(Duration::from_millis(50));
    let options = quick().with_timeouts(timeouts).with_retry(RetryPolicy::none());
    let fixture = Fixture::with_options(&options);
    let error = fixture.under("gray", Fault::StallBeforeHead(Duration::from_secs(3)));
    assert!(matches!(error, Error::Transport { connecting: false, .. }), "{error:?}");
    assert!(error.to_string().contains("silent for longer than the timeout `silence`"), "{error}");

    let fixture = Fixture::new();
    let array = fixture.open("gray");
    fixture.server.inject(FaultRule::new("/raw/", Fault::StallBeforeHead(Duration::from_secs(3))).always());
    let cx = ReadContext::default().with_deadline(Instant::now() + Duration::from_millis(50));
    let error = array.read_box(array.meta().voxel_box(), &cx).unwrap_err();
    assert!(matches!(error, array_core::Error::DeadlineExceeded), "{error:?}");
}

#[test]
fn retries_end_with_the_deadline() {
    let patient = RetryPolicy::default().with_first_wait(Duration::from_secs(20));
    let fixture = Fixture::with_options(&ClientOptions::default().with_retry(patient));
    let array = fixture.open("gray");
    fixture.server.inject(FaultRule::new("/raw/", Fault::Throttled).always());
    let cx = ReadContext::default().with_deadline(Instant::now() + Duration::from_millis(50));
    let error = array.read_box(array.meta().voxel_box(), &cx).unwrap_err();
    assert!(matches!(error, array_core::Error::DeadlineExceeded), "{error:?}");
}

#[test]
fn a_stalled_body_ends_with_the_deadline_too() {
    let fixture = Fixture::new();
    for instance in ["gray", "seg"] {
        let array = fixture.open(instance);
        let stall = Fault::StallInBody { after: 20, pause: Duration::from_secs(30) };
        fixture.server.inject(FaultRule::new(keyword(instance), stall).always());
        let begun = Instant::now();
        let cx = ReadContext::default().with_deadline(begun + Duration::from_millis(100));
        let error = array.read_box(array.meta().voxel_box(), &cx).unwrap_err();
        assert!(matches!(error, array_core::Error::DeadlineExceeded), "{instance}: {error:?}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{instance}: waited for the server");
    }
}

#[test]
fn a_server_that_is_started_again_is_found_again() {
    let service = || {
        let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]);
        DvidService::new(Some(gray()), Some(seg()), &options).unwrap()
    };
    let server = FixtureServer::start(service()).unwrap();
    let client = DvidClient::with_options(&server.url(), &quick()).unwrap();
    let array = DvidArray::open(&client, ROOT, "seg", &DvidOptions::default()).unwrap();
    assert!(read(&array).unwrap().same_bits(&truth("seg")));
    let port = server.addr().port();
    drop(server);
    let error = read(&array).unwrap_err();
    assert!(matches!(error, Error::Transport { connecting: true, .. }) && tries(&error) >= 3, "{error:?}");
    let _server = FixtureServer::start_on(port, service()).unwrap();
    assert!(read(&array).unwrap().same_bits(&truth("seg")), "over new connections");
}

#[test]
fn a_server_may_be_started_again_in_the_middle_of_a_read() {
    let service = || {
        let options = ServeOptions::default().with_names("gray", "seg").with_block_zyx([16; 3]);
        DvidService::new(Some(gray()), Some(seg()), &options).unwrap()
    };
    let patient = RetryPolicy::default().with_first_wait(Duration::from_millis(200)).with_max_retries(20);
    for (instance, keyword) in [("gray", "/raw/"), ("seg", "/blocks/")] {
        let server = FixtureServer::start(service()).unwrap();
        let options = ClientOptions::default().with_retry(patient.clone());
        let client = DvidClient::with_options(&server.url(), &options).unwrap();
        let small = DvidOptions::default().with_chunk_voxels(16 * 16 * 16);
        let array = DvidArray::open(&client, ROOT, instance, &small).unwrap();
        let (port, asked) = (server.addr().port(), server.request_count());
        server
            .inject(FaultRule::new(keyword, Fault::StallInBody { after: 20, pause: Duration::from_secs(30) }).always());
        std::thread::scope(|scope| {
            let reading = scope.spawn(|| read(&array));
            while server.request_count() < asked + 2 {
                std::thread::sleep(Duration::from_millis(1));
            }
            // It goes away with its connections, and nobody listens for a while.
            drop(server);
            std::thread::sleep(Duration::from_millis(100));
            let _again = FixtureServer::start_on(port, service()).unwrap();
            assert!(reading.join().unwrap().unwrap().same_bits(&truth(instance)), "{instance}");
        });
    }
}

#[test]
fn an_answer_that_trickles_for_ever_is_given_up() {
    let timeouts = Timeouts::default().with_answer(Duration::from_millis(200));
    let fixture = Fixture::with_options(&quick().with_timeouts(timeouts).with_retry(RetryPolicy::none()));
    for instance in ["gray", "seg"] {
        let begun = Instant::now();
        let error = fixture.under(instance, Fault::Trickle(Duration::from_millis(20)));
        assert!(matches!(error, Error::Transport { connecting: false, .. }), "{instance}: {error:?}");
        assert!(error.to_string().contains("the timeout `answer`"), "{error}");
        assert!(begun.elapsed() < Duration::from_secs(20), "{instance}");
    }
}
