//! The endpoints of a label instance.

use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use label_codecs::{compressed_segmentation, label_block};

use super::bodies;
use super::frames::{Encode, octets, shuffled, stream};
use super::image::{no_roi, voxel_region};
use super::refusal::{Refusal, Result, bad};
use super::region::{Region, block_list};
use super::throttle::Throttle;
use super::types::VoxelType;
use super::volume::Volume;
use crate::http::{Request, Response};

/// Blocks of `compression=google`, whatever the blocks of the instance.
const VIEWER_BLOCK: [usize; 3] = [8; 3];

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
        "blocks" => blocks(volume, request, rest, throttle),
        "specificblocks" if volume.voxel_type.has_label_blocks() => specificblocks(volume, request),
        "labels" if volume.voxel_type.has_label_blocks() => bodies::labels(volume, request),
        "sparsevol" if volume.voxel_type.has_label_blocks() => bodies::sparsevol(volume, request, rest),
        "sparsevol-size" if volume.voxel_type.has_label_blocks() => bodies::size(volume, rest),
        _ => return None,
    })
}

fn raw(volume: &Volume, request: &Request, keyword: &str, rest: &[&str], throttle: &Throttle) -> Result<Response> {
    let region = voxel_region(keyword, rest)?;
    let scale = scale(volume, request)?;
    region.check_payload(8, "requested")?;
    if scale > 0 && request.query("roi").is_some_and(|name| !name.is_empty()) {
        return bad("DVID does not currently support ROI masks on lower-scale GETs");
    }
    no_roi(request)?;
    let compression = request.query("compression").unwrap_or_default();
    check_raw_compression(&compression, &region)?;
    let _slot = throttle.enter(request)?;
    single_block_trap(volume, request, &region, scale)?;
    let voxels = volume.read::<u64>(scale, &region.voxels()?)?;
    Ok(match compression.as_str() {
        "lz4" => octets(lz4_flex::block::compress(&little_endian(&voxels))),
        "gzip" => octets(gzip(&little_endian(&voxels))?),
        "google" => octets(encode_for_viewer(&voxels, &region)?),
        // Alone of all, this one is a matter of HTTP: the browser undoes the gzip.
        "googlegzip" => octets(gzip(&encode_for_viewer(&voxels, &region)?)?).with_header("Content-Encoding", "gzip"),
        _ => octets(little_endian(&voxels)),
    })
}

/// One channel in the blocks that the real server has.
fn encode_for_viewer(labels: &[u64], region: &Region) -> Result<Vec<u8>> {
    let shape = region.voxels()?.shape_usize()?;
    let encoded = compressed_segmentation::encode(labels, [1, shape[0], shape[1], shape[2]], VIEWER_BLOCK);
    encoded.map_err(|error| Refusal::Failed(error.to_string()))
}

fn check_raw_compression(compression: &str, region: &Region) -> Result<()> {
    match compression {
        "" | "lz4" | "gzip" => Ok(()),
        "google" | "googlegzip" => {
            let voxels = region.voxels()?;
            if voxels.shape().iter().zip(VIEWER_BLOCK).all(|(side, block)| side % block as i64 == 0) {
                return Ok(());
            }
            bad("volume must be a multiple of the block size")
        }
        other => bad(format!("unknown compression type \"{other}\"")),
    }
}

/// Of a labelmap, the real server cannot read exactly one block that does not exist, though its voxels are 0.
fn single_block_trap(volume: &Volume, request: &Request, region: &Region, scale: usize) -> Result<()> {
    let Some(block) = region.as_one_block(volume.block_zyx) else { return Ok(()) };
    if volume.voxel_type != VoxelType::Labelmap {
        return Ok(());
    }
    if volume.block::<u64>(scale, block)?.is_some() {
        return Ok(());
    }
    if request.query("compression").is_some_and(|value| !value.is_empty()) {
        let [z, y, x] = block;
        return bad(format!("unable to get label block ({x}, {y}, {z})"));
    }
    let cause = "runtime error: invalid memory address or nil pointer dereference";
    let message = format!("Panic detected on request:\n{cause}\nURL: {}\n", request.path());
    Err(Refusal::Bare(500, message))
}

fn blocks(volume: &Arc<Volume>, request: &Request, rest: &[&str], throttle: &Throttle) -> Result<Response> {
    let [size, offset, ..] = *rest else { return bad("must specify size and offset with GET /blocks endpoint") };
    let scale = scale(volume, request)?;
    let payload = Payload::named(request, Payload::Lz4)?;
    if volume.voxel_type == VoxelType::Labelblk && !matches!(payload, Payload::Lz4 | Payload::Uncompressed) {
        return bad("compression must be \"lz4\" (default) or \"uncompressed\"");
    }
    let region = Region::parse(size, offset)?;
    region.check_aligned(volume.block_zyx, "blocks")?;
    let slot = throttle.enter(request)?;
    let blocks = volume.blocks_in(scale, &region.voxels()?)?;
    Ok(stream(shuffled(blocks), encoder(volume, scale, payload), &request.path(), slot))
}

fn specificblocks(volume: &Arc<Volume>, request: &Request) -> Result<Response> {
    // One type takes the parameter for what it likes.
    let named = Payload::named(request, Payload::Blocks);
    let payload = if volume.voxel_type == VoxelType::Labelarray { Payload::Blocks } else { named? };
    let scale = scale(volume, request)?;
    let blocks = block_list(&request.query("blocks").unwrap_or_default())?;
    Ok(stream(shuffled(blocks), encoder(volume, scale, payload), &request.path(), None))
}

/// The level: any integer, cut to 8 bits and not compared with the levels that exist, as the real server does.
pub(super) fn scale(volume: &Volume, request: &Request) -> Result<usize> {
    if !volume.voxel_type.has_label_blocks() {
        return Ok(0);
    }
    let Some(text) = request.query("scale").filter(|text| !text.is_empty()) else { return Ok(0) };
    match text.parse::<i64>() {
        Ok(scale) => Ok(usize::from(scale as u8)),
        Err(_) => bad(format!("bad scale specified: strconv.Atoi: parsing \"{text}\": invalid syntax")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Payload {
    Lz4,
    Gzip,
    Blocks,
    Uncompressed,
}

impl Payload {
    fn named(request: &Request, default: Self) -> Result<Self> {
        match request.query("compression").unwrap_or_default().as_str() {
            "" => Ok(default),
            "lz4" => Ok(Self::Lz4),
            "gzip" => Ok(Self::Gzip),
            "blocks" => Ok(Self::Blocks),
            "uncompressed" => Ok(Self::Uncompressed),
            _ => bad("compression must be \"lz4\" (default), \"gzip\", \"blocks\" or \"uncompressed\""),
        }
    }
}

fn encoder(volume: &Arc<Volume>, scale: usize, payload: Payload) -> Encode {
    let volume = Arc::clone(volume);
    Box::new(move |block| {
        let Some(labels) = volume.block::<u64>(scale, block)? else { return Ok(None) };
        Ok(Some(match payload {
            Payload::Uncompressed => little_endian(&labels),
            Payload::Lz4 => lz4_flex::block::compress(&little_endian(&labels)),
            Payload::Gzip => gzip(&little_endian(&labels))?,
            Payload::Blocks => gzip(&encode_block(&volume, &labels)?)?,
        }))
    })
}

fn encode_block(volume: &Volume, labels: &[u64]) -> Result<Vec<u8>> {
    let shape = volume.block_zyx.map(|side| side as usize);
    label_block::encode(labels, shape).map_err(|error| Refusal::Failed(error.to_string()))
}

fn little_endian(labels: &[u64]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(8 * labels.len());
    for label in labels {
        bytes.extend_from_slice(&label.to_le_bytes());
    }
    bytes
}

pub(super) fn gzip(bytes: &[u8]) -> Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let done = encoder.write_all(bytes).and_then(|()| encoder.finish());
    done.map_err(|error| Refusal::Failed(error.to_string()))
}
