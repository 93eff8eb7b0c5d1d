//! Dimensions.

use crate::finding::{Findings, pointer};
use crate::space::{CoordinateSpace, Dim, DimKind, Unit};

const XYZ: [&str; 3] = ["x", "y", "z"];

/// Notes voxel sizes that went through a product.
pub(super) fn look(space: &CoordinateSpace, at: &str, findings: &mut Findings) {
    for (name, dim) in space.iter() {
        let Dim::Scale { scale, unit: Unit::Metre } = dim else { continue };
        if let Some(meant) = meant(*scale) {
            findings.warning(
                &pointer(at, name),
                format!("a voxel size of {scale:e} m"),
                "it is a rounding error away from a short number, and not equal to it",
                &format!("write {meant:e}: divide nanometres by 1e9, do not multiply them by 1e-9"),
            );
        }
    }
}

/// The double that a size of a few digits in nanometres should have been.
fn meant(scale: f64) -> Option<f64> {
    let digits = format!("{:.11e}", scale * 1e9);
    let short: f64 = digits.parse::<f64>().ok()? / 1e9;
    #[allow(clippy::float_cmp, reason = "the exact double is asked for")]
    let differs = short != scale;
    (differs && (short - scale).abs() < 1e-14 * scale).then_some(short)
}

/// Whether the names x, y and z are all there, in another order.
pub(super) fn is_turned(space: &CoordinateSpace) -> bool {
    let order: Vec<&str> = space.names().filter(|name| XYZ.contains(name)).collect();
    order.len() == 3 && order != XYZ
}

/// Whether a channel or local dimension stands before x, y or z, as where keys were sorted.
pub(super) fn is_sorted(space: &CoordinateSpace) -> bool {
    let names: Vec<&str> = space.names().collect();
    let own = names.iter().position(|name| DimKind::of(name) != DimKind::Global);
    own.is_some_and(|own| names[own..].iter().any(|name| XYZ.contains(name))) && names.is_sorted()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(clippy::float_cmp, reason = "the exact double is asked for")]
    fn products_are_told_from_sizes() {
        assert_eq!(meant(6.0 * 1e-9), Some(6e-9));
        for size in [8e-9, 4.56e-9, 4.0 / 3.0 / 1e9, 1e-9 / 7.0, 3e-8, 1.0] {
            assert_eq!(meant(size), None, "{size:e}");
        }
    }
}
