//! Transforms of sources.

use super::space;
use crate::finding::{Findings, pointer};
use crate::source::SourceUrl;
use crate::space::{Dim, Unit};
use crate::transform::Transform;

/// Entries below this are voxel sizes rather than factors.
const TINY: f64 = 1e-5;
/// Translations beyond this are lost to 32-bit positions.
const LARGEST_EXACT: f64 = 16_777_216.0;

pub(super) fn look(transform: &Transform, url: &SourceUrl, at: &str, findings: &mut Findings) {
    let output = pointer(at, "outputDimensions");
    space::look(transform.output(), &output, findings);
    let plain = is_identity(transform);
    if plain && space::is_turned(transform.output()) {
        findings.warning(
            &output,
            format!("the order {:?} without a permutation", transform.output().names().collect::<Vec<_>>()),
            "the names go to the dimensions of the source by position: axes are exchanged",
            "list x, y, z, or give the matrix that permutes them back",
        );
    }
    if plain && space::is_sorted(transform.output()) {
        findings.warning(
            &output,
            format!("the order {:?}", transform.output().names().collect::<Vec<_>>()),
            "the names go to the dimensions of the source by position, and channels are the last of these",
            "list x, y, z, c^; was the object sorted?",
        );
    }
    look_at_linear(transform, &pointer(at, "matrix"), findings);
    look_at_translation(transform, &pointer(at, "matrix"), findings);
    look_at_input(transform, url, &pointer(at, "inputDimensions"), findings);
}

/// Whether each output takes the source dimension of the same position.
#[allow(clippy::float_cmp, reason = "entries that were written as 0 and 1")]
fn is_identity(transform: &Transform) -> bool {
    let (rank, matrix) = (transform.rank(), transform.matrix());
    let unit = |row: usize, column: usize| f64::from(u8::from(row == column));
    (0..rank).all(|row| (0..rank).all(|column| matrix.get(row, column) == unit(row, column)))
}

fn look_at_linear(transform: &Transform, at: &str, findings: &mut Findings) {
    let (rank, matrix) = (transform.rank(), transform.matrix());
    let row = |row: usize| (0..rank).map(|column| matrix.get(row, column)).collect::<Vec<f64>>();
    let mut shrunk = false;
    for index in 0..rank {
        let largest = row(index).iter().fold(0.0_f64, |largest, entry| largest.max(entry.abs()));
        if largest > 0.0 && largest < TINY {
            shrunk = true;
            findings.error(
                &format!("{at}/{index}"),
                format!("no factor is larger than {largest:e}"),
                "the matrix is unitless: voxel sizes in it make a point of the volume",
                "write 1 on the diagonal; the voxel sizes are in the dimensions",
            );
        }
    }
    if !shrunk && rank > 0 && is_singular((0..rank).map(row).collect()) {
        findings.error(
            at,
            "a linear part without an inverse",
            "the viewer cannot show the layer",
            "give each output dimension a direction of its own",
        );
    }
}

/// Whether rows depend on each other, by elimination with the largest pivots.
fn is_singular(mut rows: Vec<Vec<f64>>) -> bool {
    for pivot in 0..rows.len() {
        let candidates = pivot..rows.len();
        let best = candidates.max_by(|a, b| rows[*a][pivot].abs().total_cmp(&rows[*b][pivot].abs())).unwrap_or(pivot);
        rows.swap(pivot, best);
        let (done, rest) = rows.split_at_mut(pivot + 1);
        let top = &done[pivot];
        let scale = top.iter().fold(0.0_f64, |scale, entry| scale.max(entry.abs()));
        if scale == 0.0 || top[pivot].abs() <= 1e-12 * scale {
            return true;
        }
        for row in rest {
            let factor = row[pivot] / top[pivot];
            row.iter_mut().zip(top).for_each(|(entry, top)| *entry -= factor * top);
        }
    }
    false
}

fn look_at_translation(transform: &Transform, at: &str, findings: &mut Findings) {
    let (rank, matrix) = (transform.rank(), transform.matrix());
    let mut in_nanometres = 0;
    let mut others = 0;
    for (row, (_, dim)) in transform.output().iter().enumerate() {
        let translation = matrix.get(row, rank);
        if translation.abs() > LARGEST_EXACT {
            findings.warning(
                &format!("{at}/{row}/{rank}"),
                format!("a translation by {translation} voxels"),
                "positions are 32-bit floats, exact up to 16777216; a translation counts output voxels, not nanometres",
                "divide an offset in nanometres by the output voxel size",
            );
        }
        let Dim::Scale { scale, unit: Unit::Metre } = dim else { continue };
        let voxel = scale * 1e9;
        if translation == 0.0 || voxel < 2.0 {
            continue;
        }
        let quotient = translation / voxel;
        if (quotient - quotient.round()).abs() < 1e-9 { in_nanometres += 1 } else { others += 1 }
    }
    if in_nanometres > 1 && others == 0 {
        findings.hint(
            at,
            "translations that are multiples of the voxel size in nanometres",
            "a translation counts output voxels",
            "divide it by the output voxel size, if it is in nanometres",
        );
    }
}

/// Sources whose dimensions are known.
fn look_at_input(transform: &Transform, url: &SourceUrl, at: &str, findings: &mut Findings) {
    let known = matches!(url, SourceUrl::Precomputed { .. } | SourceUrl::Dvid { .. });
    let Some(input) = transform.input().filter(|_| known) else { return };
    space::look(input, at, findings);
    if let Some(name) = input.names().find(|name| !["x", "y", "z", "c^"].contains(name)) {
        findings.error(
            at,
            format!("the dimension `{name}`"),
            "the source has x, y and z, and names that match nothing switch the whole transform off",
            "name the dimensions as the source does",
        );
    }
}
