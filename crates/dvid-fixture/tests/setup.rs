//! What cannot be served, and what cannot be replayed.

mod common;

use std::sync::Arc;

use array_core::ndarray::{Array3, Array4};
use array_core::{ArrayRef, MemoryArray};
use common::volume::{image_array, labels_array};
use dvid_fixture::Error;
use dvid_fixture::replay::Replay;
use dvid_fixture::serve::{DvidService, ServeOptions, Version};

fn refusal(image: Option<ArrayRef>, labels: Option<ArrayRef>, options: &ServeOptions) -> Error {
    DvidService::new(image, labels, options).expect_err("it cannot be served")
}

fn words(options: &ServeOptions) -> String {
    refusal(Some(image_array()), Some(labels_array()), options).to_string()
}

#[test]
fn arrays_of_other_types_and_axes() {
    let error = refusal(Some(labels_array()), None, &ServeOptions::default());
    assert_eq!(error.to_string(), "array 'cells' holds uint64 voxels; here uint8 is served");
    let error = refusal(None, Some(image_array()), &ServeOptions::default());
    assert_eq!(error.to_string(), "array 'em' holds uint8 voxels; here uint64 is served");
    let channels = MemoryArray::new("rgb", Array4::<u8>::zeros((3, 4, 4, 4)).into_dyn(), [1, 1, 1], [0, 0, 0]);
    let error = refusal(Some(Arc::new(channels.expect("an array"))), None, &ServeOptions::default());
    assert!(matches!(error, Error::NotAVolume { .. }), "{error}");
}

#[test]
fn grids_that_do_not_pass_through_the_origin() {
    let shifted = MemoryArray::new("em", Array3::<u8>::zeros((4, 4, 4)).into_dyn(), [8, 8, 8], [16, 4, 0]);
    let error = refusal(Some(Arc::new(shifted.expect("an array"))), None, &ServeOptions::default());
    let text = error.to_string();
    assert!(matches!(error, Error::GridOrigin { .. }) && text.contains("axis y lie at 4 nm and every 8 nm"), "{text}");
}

#[test]
fn voxels_beyond_32_bits() {
    let far = MemoryArray::new("em", Array3::<u8>::zeros((4, 4, 4)).into_dyn(), [1, 1, 1], [0, 0, i64::from(i32::MAX)]);
    let error = refusal(Some(Arc::new(far.expect("an array"))), None, &ServeOptions::default());
    assert!(matches!(error, Error::TooFar { .. }), "{error}");
}

#[test]
fn block_sizes_names_and_versions() {
    let options = ServeOptions::default;
    assert!(
        words(&options().with_block_zyx([64, 24, 64])).contains("[64, 24, 64] (z, y, x)"),
        "labels need multiples of 16"
    );
    assert!(words(&options().with_block_zyx([64, 0, 64])).contains("multiple of 1 up to 1024"));
    assert!(DvidService::new(Some(image_array()), None, &options().with_block_zyx([10, 24, 3])).is_ok());
    assert!(words(&options().with_names("a", "a")).contains("two instances have this name"));
    assert!(words(&options().with_names("a", "a_1").with_image_levels(1)).contains("two instances have this name"));
    assert!(words(&options().with_names("a/b", "c")).contains("no request can address it"));
    assert!(words(&options().with_names("log", "c")).contains("the server keeps this name"));
    assert!(words(&options().with_versions([])).contains("at least its root"));
    let versions = |second: Version| words(&options().with_versions([Version::root("a"), second]));
    assert!(versions(Version::root("b")).contains("only the first version"));
    assert!(versions(Version::child("b", "c")).contains("before it in the list"));
    assert!(versions(Version::child("a", "a")).contains("two versions have this UUID"));
    assert!(versions(Version::child("b:c", "a")).contains("without / : ? # %"));
    assert!(versions(Version::child("b", "a").with_branch("master")).contains("empty name"));
}

#[test]
fn folders_that_are_no_captures() {
    let folder = std::env::temp_dir().join(format!("dvid-fixture-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    assert!(matches!(Replay::open(&folder), Err(Error::Read { .. })), "no list");
    std::fs::write(folder.join("cases.json"), "[{}]").expect("written");
    assert!(matches!(Replay::open(&folder), Err(Error::Captures { .. })), "not such a list");
    let case = |group: &str, state: &str| {
        format!(
            r#"[{{"id": "one", "group": "{group}", "seq": 0, "state": "{state}", "method": "GET", "path": "/x",
                "request_body": null, "status": 200, "response_headers": {{}}, "chunked": false, "body": "no.bin"}}]"#
        )
    };
    std::fs::write(folder.join("cases.json"), case("gray", "loaded")).expect("written");
    assert!(matches!(Replay::open(&folder), Err(Error::BodyMissing { .. })), "a body is missing");
    std::fs::write(folder.join("cases.json"), case("real", "loaded")).expect("written");
    assert_eq!(Replay::open(&folder).expect("third-party files may be missing").left_out(), ["one"]);
    std::fs::write(folder.join("cases.json"), case("gray", "unheard of")).expect("written");
    assert!(matches!(Replay::open(&folder), Err(Error::Captures { .. })), "an unknown state");
    std::fs::remove_dir_all(&folder).expect("removed");
}
