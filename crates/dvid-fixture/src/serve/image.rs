//! The endpoints of an image instance.

use std::sync::Arc;

use super::frames::{Encode, framed, octets, shuffled, stream};
use super::jpeg;
use super::labels::gzip;
use super::refusal::{Refusal, Result, bad};
use super::region::{Region, block_list, check_bytes, int32, triple};
use super::throttle::Throttle;
use super::types::VoxelType;
use super::volume::Volume;
use crate::http::{Request, Response};

/// The answer to a keyword; `None` for one that the type does not have.
pub(super) fn answer(
    volume: &Arc<Volume>,
    request: &Request,
    keyword: &str,
    rest: &[&str],
    throttle: &Throttle,
) -> Option<Result<Response>> {
    Some(match keyword {
        "raw" | "isotropic" => raw(volume, request, keyword, rest, throttle),
        "blocks" => blocks(volume, rest),
        "subvolblocks" => subvolblocks(volume, request, rest, throttle),
        "specificblocks" => specificblocks(volume, request),
        _ => return None,
    })
}

fn raw(volume: &Volume, request: &Request, keyword: &str, rest: &[&str], throttle: &Throttle) -> Result<Response> {
    if !volume.grid_store.is_empty() {
        return bad(format!("Data \"{}\" does not support /{keyword} endpoint since it is proxying data", volume.name));
    }
    let region = voxel_region(keyword, rest)?;
    region.check_payload(volume.voxel_type.bytes_per_voxel() as i64, "Requested")?;
    no_roi(request)?;
    let _slot = throttle.enter(request)?;
    let voxels = volume.bytes(0, &region.voxels()?)?;
    // Of formats behind the offset, the real server takes only this one for three dimensions, and ignores any other.
    if volume.voxel_type == VoxelType::Uint8blk && matches!(rest.get(3), Some(&("jpg" | "jpeg"))) {
        as_jpeg(&voxels, &region)
    } else {
        Ok(octets(voxels))
    }
}

/// All planes below each other in one picture.
fn as_jpeg(voxels: &[u8], region: &Region) -> Result<Response> {
    let width = region.voxels()?.shape_usize()?[2];
    let height = voxels.len() / width;
    if width.max(height) > jpeg::MAX_SIDE {
        return bad(format!("jpeg: image is too large to encode ({width} by {height})"));
    }
    Ok(framed("image/jpeg", jpeg::encode(voxels, width)))
}

/// Parses `0_1_2/size/offset`, as `raw` and `isotropic` of every voxel type have it.
pub(super) fn voxel_region(keyword: &str, rest: &[&str]) -> Result<Region> {
    let [dims, size, offset, ..] = *rest else {
        return bad(format!("\"{keyword}\" must be followed by shape/size/offset"));
    };
    match dims {
        "0_1_2" | "vol" => Region::parse(size, offset),
        "xy" | "xz" | "yz" | "0_1" | "0_2" | "1_2" => {
            bad("this server has no 2d images; ask for 0_1_2 with a size of 1")
        }
        _ => bad(format!("Unknown data shape specification ({dims})")),
    }
}

/// There is no instance of type roi here, so each name is unknown.
pub(super) fn no_roi(request: &Request) -> Result<()> {
    match request.query("roi") {
        Some(name) if !name.is_empty() => {
            bad(format!("Can't get ROI with name \"{name}\": invalid data instance name"))
        }
        _ => Ok(()),
    }
}

fn blocks(volume: &Volume, rest: &[&str]) -> Result<Response> {
    let [first, span, ..] = *rest else { return bad("\"blocks\" must be followed by block-coord/span-x") };
    let ([x, y, z], span) = (triple(first, "Block coordinate")?, int32(span)?);
    if span < 0 {
        return Err(Refusal::Bare(500, format!("Panic detected on request:\nillegal span {span}\n")));
    }
    let bytes = volume.voxel_type.bytes_per_voxel() as i128;
    // The real server has no limit here, but its answers do not stand in the memory of a test.
    check_bytes(volume.block_zyx.iter().fold(i128::from(span) * bytes, |n, side| n * i128::from(*side)), "Requested")?;
    let blocks = (x..x + span).map(|x| volume.bytes(0, &volume.box_of([z, y, x])?));
    let mut bytes = Vec::new();
    for block in blocks {
        bytes.append(&mut block?);
    }
    Ok(octets(bytes))
}

fn subvolblocks(volume: &Arc<Volume>, request: &Request, rest: &[&str], throttle: &Throttle) -> Result<Response> {
    let [size, offset, ..] = *rest else { return bad("\"subvolblocks\" must be followed by size/offset") };
    let region = Region::parse(size, offset)?;
    region.check_aligned(volume.block_zyx, "block")?;
    region.check_payload(volume.voxel_type.bytes_per_voxel() as i64, "Requested")?;
    let payload = Payload::named(request)?;
    let stored = Stored::of(volume);
    if payload == Payload::Jpeg && stored != Stored::Jpeg {
        let was = volume.compression.split(" compression").next().unwrap_or_default();
        return bad(format!(
            "can't encode JPEG: expected internal block data to be JPEG, was {was} compression instead"
        ));
    }
    let slot = throttle.enter(request)?;
    let blocks = volume.blocks_in(0, &region.voxels()?)?;
    Ok(stream(blocks, encoder(volume, payload), &request.path(), slot))
}

fn specificblocks(volume: &Arc<Volume>, request: &Request) -> Result<Response> {
    let payload = Payload::named(request)?;
    let mut blocks = block_list(&request.query("blocks").unwrap_or_default())?;
    if payload == Payload::Jpeg && Stored::of(volume) != Stored::Jpeg {
        blocks.clear(); // the real server sends an empty answer, not an error
    }
    Ok(stream(shuffled(blocks), encoder(volume, payload), &request.path(), None))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    /// As stored.
    Stored,
    Uncompressed,
    Jpeg,
}

impl Payload {
    fn named(request: &Request) -> Result<Self> {
        match request.query("compression").unwrap_or_default().as_str() {
            "" => Ok(Self::Stored),
            "uncompressed" => Ok(Self::Uncompressed),
            "jpeg" => Ok(Self::Jpeg),
            other => bad(format!("don't understand 'compression' query string value: {other}")),
        }
    }
}

fn encoder(volume: &Arc<Volume>, payload: Payload) -> Encode {
    let volume = Arc::clone(volume);
    Box::new(move |block| {
        let voxels = volume.block_bytes(0, block)?;
        let Some(voxels) = voxels else { return Ok(None) };
        Ok(match (payload, Stored::of(&volume)) {
            // What it passes on is no JPEG, so there is nothing that it can unpack.
            (Payload::Uncompressed, Stored::None) if !volume.grid_store.is_empty() => None,
            (Payload::Uncompressed, _) | (_, Stored::None) => Some(voxels),
            // What a proxy does not say to be JPEG is stored elsewhere as it is.
            (_, Stored::Lz4 | Stored::Gzip) if !volume.grid_store.is_empty() => Some(voxels),
            (_, Stored::Lz4) => Some(lz4_flex::block::compress_prepend_size(&voxels)),
            (_, Stored::Gzip) => Some(gzip(&voxels)?),
            (_, Stored::Jpeg) => Some(jpeg::encode(&voxels, volume.block_zyx[2] as usize)),
        })
    })
}

/// How blocks are stored, by what the info says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stored {
    None,
    Lz4,
    Gzip,
    Jpeg,
}

impl Stored {
    fn of(volume: &Volume) -> Self {
        let is = |name: &str| volume.compression.starts_with(name);
        match volume.voxel_type {
            VoxelType::Uint8blk if is("jpeg") => Self::Jpeg,
            _ if is("gzip") => Self::Gzip,
            _ if is("LZ4") => Self::Lz4,
            _ => Self::None,
        }
    }
}
