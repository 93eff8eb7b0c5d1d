//! What is inside of a cell: mitochondria, vesicles, the endoplasmic reticulum. Each says how it changes a grey value.

use super::noise;
use super::tissue::Branch;
use super::vectors::{Tube, Vec3, blend, bump, dot, length, rise, sub};

/// Grey of the matrix of a mitochondrion.
const MATRIX: f32 = 112.0;
/// Voxels from one crista to the next (40 nm at 8 nm a voxel).
const CRISTAE: f32 = 5.2;

/// A mitochondrion lies along its branch, and is there in most branches that are thick enough.
pub(super) fn mitochondrion(branch: &Branch) -> Option<Tube> {
    let hash = noise::derive(branch.hash, 31);
    let Tube { radius, .. } = branch.tube;
    let there = noise::unit(hash) < if radius > 6.0 { 0.75 } else { 0.3 };
    let begin = 0.25 * noise::unit(noise::derive(hash, 1));
    let end = 1.0 - 0.25 * noise::unit(noise::derive(hash, 2));
    there.then(|| branch.tube.part(begin, end, (0.5 * radius + 4.0).min(11.0)))
}

/// A place inside of a cell, for organelles.
#[derive(Debug, Clone, Copy)]
pub(super) struct Inside {
    pub(super) bent: Vec3,
    pub(super) to_border: f32,
    /// Smooth noise, for what is not to look drawn with a ruler.
    pub(super) wobble: f32,
}

/// Voxels from the surface of the mitochondrion, negative inside. Where the cell is too narrow, it keeps off the membrane.
pub(super) fn depth(mitochondrion: &Tube, place: &Inside) -> f32 {
    let (distance, _) = mitochondrion.distance(place.bent);
    (distance + 0.8 * place.wobble).max(4.0 - place.to_border)
}

/// A dark body with lamellae across, inside a dark line.
pub(super) fn paint_mitochondrion(grey: f32, mitochondrion: &Tube, depth: f32, place: &Inside, hash: u64) -> f32 {
    if depth > 2.0 {
        return grey;
    }
    let lamellae = lamella(mitochondrion, place, hash) * rise(0.5, 2.5, -depth);
    let body = MATRIX + 12.0 * noise::signed(noise::derive(hash, 3)) - 26.0 * lamellae;
    let grey = blend(grey, body, rise(-0.7, 0.7, -depth));
    grey - 42.0 * bump(depth / 1.9)
}

/// How much a place belongs to a crista: waves in a direction of the mitochondrion's own, roughly across it.
fn lamella(mitochondrion: &Tube, place: &Inside, hash: u64) -> f32 {
    let tilt = [4, 5, 6].map(|k| 0.8 * noise::signed(noise::derive(hash, k)));
    let along = mitochondrion.along;
    let size = length(along).max(1.0);
    let direction = [along[0] / size + tilt[0], along[1] / size + tilt[1], along[2] / size + tilt[2]];
    let phase = dot(place.bent, direction) / length(direction).max(0.1) / CRISTAE + 0.45 * place.wobble;
    let wave = 2.0 * (phase - phase.floor()) - 1.0;
    bump(wave / 0.75)
}

/// Vesicles sit on a jittered grid of this many voxels.
const VESICLES: f32 = 7.0;

/// Dark rings of 40 nm around a lighter inside; every twelfth is a dark core instead.
pub(super) fn paint_vesicles(grey: f32, voxel: Vec3, seed: u64) -> f32 {
    let base = voxel.map(|v| (v / VESICLES).floor() as i64);
    let mut darkest: f32 = 0.0;
    for corner in 0..27 {
        let index = [base[0] + corner / 9 - 1, base[1] + corner / 3 % 3 - 1, base[2] + corner % 3 - 1];
        let hash = noise::hash(seed, index);
        if noise::unit(hash) > 0.8 {
            continue;
        }
        let jitter = |axis: usize| (0.5 + 0.3 * noise::signed(noise::derive(hash, axis as u64 + 1))) * VESICLES;
        let centre = [0, 1, 2].map(|axis| index[axis] as f32 * VESICLES + jitter(axis));
        let distance = length(sub(voxel, centre));
        let dark = if hash.is_multiple_of(12) {
            74.0 * rise(-4.2, -2.2, -distance)
        } else {
            52.0 * bump((distance - 2.0) / 1.5)
        };
        darkest = darkest.max(dark);
    }
    grey - darkest
}

/// Sheets and tubes of the reticulum: where smooth noise passes through 0, a thin dark line with a lighter lumen beside it.
pub(super) fn paint_reticulum(grey: f32, level: f32, amount: f32) -> f32 {
    grey + amount * (12.0 * bump(level / 0.2) - 58.0 * bump((level.abs() - 0.2) / 0.12))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn branch(radius: f32, hash: u64) -> Branch {
        Branch { cell: 1, tube: Tube { start: [0.0; 3], along: [0.0, 0.0, 40.0], radius }, hash }
    }

    #[test]
    fn a_mitochondrion_is_dark_inside_and_keeps_off_the_membrane() {
        let body = (0..50).find_map(|hash| mitochondrion(&branch(12.0, hash))).unwrap();
        let middle = Inside { bent: [0.0, 0.0, 20.0], to_border: 12.0, wobble: 0.0 };
        assert!(depth(&body, &middle) < -5.0);
        assert!(paint_mitochondrion(170.0, &body, depth(&body, &middle), &middle, 9) < 140.0);
        let squeezed = Inside { to_border: 1.0, ..middle };
        assert!(depth(&body, &squeezed) > 2.0);
        let painted = paint_mitochondrion(170.0, &body, depth(&body, &squeezed), &squeezed, 9);
        assert_eq!(painted.to_bits(), 170.0_f32.to_bits());
    }

    #[test]
    fn thin_branches_have_fewer_mitochondria() {
        let count = |radius| (0..1000).filter(|&hash| mitochondrion(&branch(radius, hash)).is_some()).count();
        assert!(count(10.0) > 2 * count(3.0));
    }

    #[test]
    fn vesicles_only_darken_and_leave_gaps() {
        let values: Vec<f32> = (0..200).map(|x| paint_vesicles(170.0, [3.0, 5.0, x as f32], 4)).collect();
        assert!(values.iter().all(|v| (90.0..=170.0).contains(v)));
        assert!(values.contains(&170.0) && values.iter().any(|v| *v < 130.0));
    }
}
