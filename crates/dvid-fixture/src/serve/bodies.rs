//! Questions about labels: at points, and where a body is.

use array_core::VoxelBox;
use serde_json::{Value, json};

use super::frames::octets;
use super::json;
use super::labels::scale;
use super::refusal::{Refusal, Result, bad};
use super::region::{int32, reversed};
use super::volume::Volume;
use crate::http::{Request, Response};

/// Voxels along the sides of a sub-block.
const SUB_BLOCK: i64 = 8;

/// The labels at a list of points.
pub(super) fn labels(volume: &Volume, request: &Request) -> Result<Response> {
    let scale = scale(volume, request)?;
    let points: Vec<[i64; 3]> = serde_json::from_slice(request.body())
        .map_err(|error| Refusal::Bad(format!("Bad labels request JSON: {error}")))?;
    let label = |point: &[i64; 3]| -> Result<u64> {
        // The real server rounds to the wrong side here and looks into another block.
        if point.iter().any(|index| *index < 0) {
            return Ok(0);
        }
        Ok(volume.read::<u64>(scale, &VoxelBox::new(reversed(*point), [1; 3])?)?[0])
    };
    Ok(json(&points.iter().map(label).collect::<Result<Value>>()?))
}

/// How many voxels a body has and which blocks are around it, at scale 0.
pub(super) fn size(volume: &Volume, rest: &[&str]) -> Result<Response> {
    let label = label(rest)?;
    let blocks = blocks(volume, 0, label)?;
    if blocks.is_empty() {
        return Ok(Response::new(404));
    }
    let voxels: usize = blocks.iter().map(|(_, mask)| mask.iter().filter(|inside| **inside).count()).sum();
    let limit = |pick: fn(i64, i64) -> i64, axis: usize| blocks.iter().map(|(block, _)| block[axis]).reduce(pick);
    let first: [i64; 3] = std::array::from_fn(|axis| limit(i64::min, axis).unwrap_or(0) * volume.block_zyx[axis]);
    let last: [i64; 3] =
        std::array::from_fn(|axis| (limit(i64::max, axis).unwrap_or(0) + 1) * volume.block_zyx[axis] - 1);
    let (first, last) = (reversed(first), reversed(last));
    Ok(json(&json!({"voxels": voxels, "numblocks": blocks.len(), "minvoxel": first, "maxvoxel": last})))
}

/// The voxels of a body.
pub(super) fn sparsevol(volume: &Volume, request: &Request, rest: &[&str]) -> Result<Response> {
    let (label, scale) = (label(rest)?, scale(volume, request)?);
    let format = request.query("format").unwrap_or_default();
    let found = blocks(volume, scale, label)?;
    if found.is_empty() {
        return Ok(Response::new(404));
    }
    match format.as_str() {
        "" | "rles" => runs(volume, request, &found),
        "blocks" => Ok(octets(sparse_blocks(volume, label, &found))),
        other => bad(format!("this server has no sparse volumes of format \"{other}\"")),
    }
}

fn label(rest: &[&str]) -> Result<u64> {
    let text = rest.first().copied().unwrap_or_default();
    match text.parse() {
        Ok(0) => bad("Label 0 is protected background value and cannot be used as sparse volume."),
        Ok(label) => Ok(label),
        Err(_) => bad(format!("strconv.ParseUint: parsing \"{text}\": invalid syntax")),
    }
}

/// A block and which of its voxels belong to the body.
type Mask = ([i64; 3], Vec<bool>);

fn blocks(volume: &Volume, scale: usize, label: u64) -> Result<Vec<Mask>> {
    let mut found = Vec::new();
    for block in volume.blocks_of(scale)? {
        let Some(labels) = volume.block::<u64>(scale, block)? else { continue };
        let mask: Vec<bool> = labels.iter().map(|other| *other == label).collect();
        if mask.contains(&true) {
            found.push((block, mask));
        }
    }
    Ok(found)
}

/// Runs along x within the bounds of the request, but along x only to the borders of sub-blocks, as the real server has it.
fn runs(volume: &Volume, request: &Request, found: &[Mask]) -> Result<Response> {
    if found.iter().any(|(block, _)| block[0] < 0 || block[1] < 0) {
        // The real server ends here, and with it every connection.
        return Err(Refusal::Bare(500, "the whole server would have ended\n".to_owned()));
    }
    let bound = |name: &str, default: i64| request.query(name).map_or(Ok(default), |text| int32(&text));
    let bounds = |axis: &str| -> Result<(i64, i64)> {
        let (far, near) = (i64::from(i32::MAX), i64::from(i32::MIN));
        Ok((bound(&format!("min{axis}"), near)?, bound(&format!("max{axis}"), far)?))
    };
    let (z, y, x) = (bounds("z")?, bounds("y")?, bounds("x")?);
    let within = |(first, last): (i64, i64), n: i64| (first..=last).contains(&n);
    let (mut count, mut out) = (0_u32, Vec::new());
    for (block, mask) in found {
        let shape = volume.block_zyx;
        for (row, voxels) in (0..).zip(mask.chunks(shape[2] as usize)) {
            let place = [block[0] * shape[0] + row / shape[1], block[1] * shape[1] + row % shape[1]];
            if !within(z, place[0]) || !within(y, place[1]) {
                continue;
            }
            let last = (x.1.div_euclid(SUB_BLOCK) + 1) * SUB_BLOCK - 1;
            for (i, _) in (0..).zip(voxels).filter(|(_, inside)| **inside) {
                let at = block[2] * shape[2] + i;
                if within((x.0, last), at) {
                    count += 1;
                    out.extend([at, place[1], place[0], 1].into_iter().flat_map(|n| (n as i32).to_le_bytes()));
                }
            }
        }
    }
    if count == 0 {
        return Ok(octets(Vec::new()));
    }
    let header = [[0, 3, 0, 0], [0; 4], count.to_le_bytes()].concat();
    Ok(octets([header, out].concat()))
}

/// Blocks with a bit per voxel; they know no bounds.
fn sparse_blocks(volume: &Volume, label: u64, found: &[Mask]) -> Vec<u8> {
    let shape = volume.block_zyx;
    let mut out: Vec<u8> = reversed(shape).into_iter().flat_map(|n| ((n / SUB_BLOCK) as u32).to_le_bytes()).collect();
    out.extend(label.to_le_bytes());
    for (block, mask) in found {
        let begin: [i64; 3] = std::array::from_fn(|axis| block[axis] * shape[axis]);
        out.extend(reversed(begin).into_iter().flat_map(|n| (n as i32).to_le_bytes()));
        if mask.iter().all(|inside| *inside) {
            out.push(1);
            continue;
        }
        out.push(2);
        for place in 0..mask.len() as i64 / SUB_BLOCK.pow(3) {
            let [ny, nx] = [shape[1] / SUB_BLOCK, shape[2] / SUB_BLOCK];
            let corner = [place / (ny * nx), place / nx % ny, place % nx].map(|n| n * SUB_BLOCK);
            sub_block(&mut out, mask, shape, corner);
        }
    }
    out
}

fn sub_block(out: &mut Vec<u8>, mask: &[bool], shape: [i64; 3], corner: [i64; 3]) {
    let row = |n: i64| -> u8 {
        let (z, y) = (corner[0] + n / SUB_BLOCK, corner[1] + n % SUB_BLOCK);
        let first = ((z * shape[1] + y) * shape[2] + corner[2]) as usize;
        (0..SUB_BLOCK as usize).map(|i| u8::from(mask[first + i]) << i).sum()
    };
    let bits: Vec<u8> = (0..SUB_BLOCK * SUB_BLOCK).map(row).collect();
    match () {
        () if bits.iter().all(|byte| *byte == 0) => out.push(0),
        () if bits.iter().all(|byte| *byte == 255) => out.push(1),
        () => {
            out.push(2);
            out.extend(bits);
        }
    }
}
