//! What the parts of an `info` have to be to each other.

use super::super::scale::{Scale, bounds};
use super::{Info, VolumeType};
use crate::finding::Findings;

/// Whole numbers up to here are exact as 32-bit floats.
const LARGEST_EXACT: u64 = 1 << 24;

/// Notes what breaks a rule.
pub(super) fn look(info: &Info, findings: &mut Findings) {
    if info.scales.is_empty() {
        findings.error("/scales", "there is no scale", "the first scale is the volume", "add the finest scale");
    }
    if info.kind == VolumeType::Segmentation && info.dtype.is_float() {
        findings.error(
            "/data_type",
            format!("a segmentation of {}", info.dtype),
            "labels are integers, and the viewer refuses others",
            "publish it as an image, or as unsigned integers",
        );
    }
    for (index, scale) in info.scales.iter().enumerate() {
        let at = format!("/scales/{index}");
        look_at_scale(info, scale, &at, findings);
        if info.scales[..index].iter().any(|other| other.key() == scale.key()) {
            findings.error(
                &format!("{at}/key"),
                format!("`{}` is the key of a finer scale, too", scale.key()),
                "both would be read from the same files",
                "give each scale a directory of its own",
            );
        }
    }
}

fn look_at_scale(info: &Info, scale: &Scale, at: &str, findings: &mut Findings) {
    if let Some(rule) = scale.encoding().hindrance(info.dtype, info.channels) {
        let what = format!("{} for {} channels of {}", scale.encoding().name(), info.channels, info.dtype);
        findings.error(&format!("{at}/encoding"), what, rule, "use raw");
    }
    if scale.sharding().is_some() && scale.chunk_shapes().len() > 1 {
        findings.error(
            &format!("{at}/chunk_sizes"),
            format!("{} chunk shapes", scale.chunk_shapes().len()),
            "shards hold chunks of one shape",
            "keep one",
        );
    }
    let finest = info.scales[0].resolution();
    if scale.resolution().iter().zip(finest).any(|(own, finest)| *own < finest) {
        findings.warning(
            &format!("{at}/resolution"),
            format!("{:?} (z, y, x) is finer than the first scale", scale.resolution_nm()),
            "the first scale is the model: it states bounds and voxel size of the volume",
            "list the finest scale first",
        );
    }
    // Rounded to 32 bits, these are other chunks.
    let rounded = |number: &i64| number.unsigned_abs() > LARGEST_EXACT && *number as f32 as i64 != *number;
    if let Some(number) = bounds(scale).find(rounded) {
        findings.warning(
            &format!("{at}/voxel_offset"),
            format!("the scale reaches voxel {number}"),
            "the viewer keeps offsets and sizes as 32-bit floats, and asks for chunks by the rounded numbers",
            "publish a smaller offset and put the rest into the layer's transform",
        );
    }
}
