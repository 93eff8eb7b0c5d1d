//! The server whose answers are hit.

use std::sync::Arc;
use std::time::Duration;

use array_core::ndarray::{Array3, ArrayD};
use array_core::{ArrayRef, Element, MemoryArray};
use dvid_fixture::serve::{DvidService, ServeOptions, ServedVolume, Version, VoxelType};
use dvid_fixture::{FixtureServer, Handler, Request, Response};
use dvid_source::{ClientOptions, DvidClient, RetryPolicy, Timeouts};
use serde_json::json;

use crate::rows::{Ask, Row};

pub(crate) const ROOT: &str = "d51d0000c0de4f00a5a5000000000001";
/// The body that is read as a mask.
pub(crate) const BODY: u64 = 7;
/// What the client takes for the silence of a dead server.
pub(crate) const SILENCE: Duration = Duration::from_millis(120);

/// 16³ voxels, from voxel 0 but for the instance `low`, which lies at negative indices.
fn array<T: Element>(name: &str, voxel: impl Fn(usize) -> T) -> ArrayRef {
    let voxels = Array3::from_shape_fn((16, 16, 16), |(z, y, x)| voxel(x + 16 * y + 256 * z)).into_dyn();
    let offset = if name == "low" { [-128; 3] } else { [0; 3] };
    Arc::new(MemoryArray::new(name, voxels, [8, 8, 8], offset).unwrap())
}

fn noise(i: usize) -> u64 {
    (i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

pub(crate) fn truth(instance: &str) -> ArrayRef {
    match instance {
        "gray" | "proxy" | "proxy_none" => array(instance, |i| (i * 37 % 251) as u8),
        "jpeg" | "proxy_jpeg" => array(instance, |i| (i % 16 * 8 + i / 256) as u8 + 40),
        "g16" => array(instance, |i| noise(i) as u16),
        "g32" | "g32_gzip" => array(instance, |i| noise(i) as u32),
        "g64" => array(instance, noise),
        "f32" => array(instance, |i| f32::from_bits(noise(i) as u32)),
        "rgba" => {
            let voxels = ArrayD::from_shape_fn(vec![4, 16, 16, 16], |at| noise(at[1] * 997 + at[2] * 31 + at[3]) as u8);
            Arc::new(MemoryArray::new(instance, voxels, [8, 8, 8], [0, 0, 0]).unwrap())
        }
        _ => array(instance, |i| (i / 5 % 40) as u64),
    }
}

fn volume(instance: &'static str) -> ServedVolume {
    let voxel_type = match instance {
        "gray" | "proxy" | "proxy_jpeg" | "proxy_none" | "jpeg" => VoxelType::Uint8blk,
        "g16" => VoxelType::Uint16blk,
        "g32" | "g32_gzip" => VoxelType::Uint32blk,
        "g64" => VoxelType::Uint64blk,
        "f32" => VoxelType::Float32blk,
        "rgba" => VoxelType::Rgba8blk,
        "lblk" => VoxelType::Labelblk,
        "larr" => VoxelType::Labelarray,
        _ => VoxelType::Labelmap,
    };
    let volume = ServedVolume::new(instance, voxel_type, truth(instance)).with_block_zyx([16; 3]);
    match instance {
        "proxy" => volume.with_grid_store("precomputed"),
        "proxy_jpeg" => volume.with_grid_store("precomputed").with_compression("jpeg compression, level 16"),
        "proxy_none" => volume.with_grid_store("precomputed").with_compression("No compression, level -1"),
        "jpeg" => volume.with_compression("jpeg compression, level 16"),
        "g32_gzip" => volume.with_compression("gzip compression, level -1"),
        "seg_lz4" => volume.with_compression("LZ4 compression, level -1"),
        _ => volume,
    }
}

/// What has no voxels, as a server has it.
fn answer(request: &Request) -> Option<Response> {
    let path = request.path();
    let parts: Vec<&str> = path.split('/').collect();
    let body = match (parts.get(4).copied()?, parts.get(5).copied()?) {
        ("mask", "info") => {
            let base = json!({"TypeName": "roi", "Name": "mask"});
            json!({"Base": base, "Extended": {"BlockSize": [8, 8, 8], "MinZ": 0, "MaxZ": 0}}).to_string()
        }
        ("mask", "roi") => "[[0,0,0,0], [0,0,1,1]]    ".to_owned() + &" ".repeat(100),
        ("meta", "key") => "{\"unit\": \"nm\"}".repeat(10),
        ("meta", "keyrange") => json!(["attrs", "size"].repeat(10)).to_string(),
        ("points", "elements") => {
            let point = |i: i64| json!({"Pos": [i, 2, 1], "Kind": "PostSyn", "Tags": ["t"], "Prop": {"a": "b"}});
            json!((0..9).map(point).collect::<Vec<_>>()).to_string()
        }
        _ => return None,
    };
    Some(Response::new(200).with_body(body))
}

/// A server for a row, and a client that does not wait long.
pub(crate) fn server(row: &Row) -> (FixtureServer, DvidClient) {
    let version = Version::root(ROOT);
    let version = if row.ask == Ask::Cached { version.open() } else { version };
    let service = DvidService::new(None, None, &ServeOptions::default().with_versions([version])).unwrap();
    let has_voxels = !["mask", "meta", "points"].contains(&row.instance);
    let service = if has_voxels { service.with_volume(volume(row.instance)).unwrap() } else { service };
    let handler = move |request: &Request| answer(request).unwrap_or_else(|| service.handle(request));
    let server = FixtureServer::start(handler).unwrap();
    let retry = RetryPolicy::default()
        .with_first_wait(Duration::from_millis(1))
        .with_max_wait(Duration::from_millis(4))
        .with_max_retries(3);
    let options = ClientOptions::default().with_retry(retry).with_timeouts(Timeouts::default().with_silence(SILENCE));
    let client = DvidClient::with_options(&server.url(), &options).unwrap();
    (server, client)
}
