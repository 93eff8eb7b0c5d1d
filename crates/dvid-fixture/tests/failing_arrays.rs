//! Arrays that cannot be read: an error before the first byte, the message at the end of the body after it.

mod common;

use std::sync::Arc;

use array_core::ndarray::Array3;
use array_core::{Array, ArrayMeta, BlockMut, Kind, MemoryArray, ReadContext, VoxelBox};
use common::decode::frames;
use common::get;
use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};

const NODE: &str = "/api/node/d51d0000c0de4f00a5a5000000000001";

/// Ones everywhere, and an error where x reaches 64.
#[derive(Debug)]
struct Half(MemoryArray);

impl Array for Half {
    fn meta(&self) -> &ArrayMeta {
        self.0.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> array_core::Result<()> {
        if voxels.end()[2] > 64 {
            return Err(array_core::Error::source_error(std::io::Error::other("the disk is gone")));
        }
        self.0.read_voxels(voxels, out, cx)
    }
}

fn server() -> FixtureServer {
    let ones = Array3::from_elem((32, 32, 128), 1_u64).into_dyn();
    let array = MemoryArray::new("half", ones, [8, 8, 8], [0, 0, 0]).expect("an array").with_kind(Kind::Labels);
    let options = ServeOptions::default().with_block_zyx([32; 3]);
    let service = DvidService::new(None, Some(Arc::new(Half(array))), &options).expect("a service");
    FixtureServer::start(service).expect("a server")
}

#[test]
fn raw_is_a_500_with_the_reason() {
    let server = server();
    let path = format!("{NODE}/segmentation/raw/0_1_2/100_4_4/0_0_0");
    let answer = get(&server.url(), &path);
    assert_eq!(answer.status, 500);
    assert!(answer.text().contains("the disk is gone") && answer.text().ends_with(&format!("({path}).\n")));
    assert_eq!(get(&server.url(), &format!("{NODE}/segmentation/raw/0_1_2/60_4_4/0_0_0")).status, 200);
}

#[test]
fn a_stream_ends_with_the_reason() {
    let server = server();
    let path = format!("{NODE}/segmentation/specificblocks");
    let mut tails = 0;
    for bad in [2, 3] {
        let answer = get(&server.url(), &format!("{path}?blocks=0,0,0,{bad},0,0&compression=uncompressed"));
        if answer.status == 500 {
            // The order of the frames is free: the bad block came first.
            assert!(answer.text().contains("the disk is gone"));
            continue;
        }
        let frame = 16 + 32 * 32 * 32 * 8;
        assert_eq!((answer.status, frames(&answer.body[..frame]).len()), (200, 1));
        let tail = String::from_utf8_lossy(&answer.body[frame..]);
        assert!(tail.contains("the disk is gone") && tail.ends_with(&format!("({path}).\n")), "{tail}");
        tails += 1;
    }
    assert!(tails > 0, "no stream had begun");
}
