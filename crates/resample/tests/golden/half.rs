//! Rounding to half precision, for vectors whose values are halves.

use array_core::Block;

/// The nearest half-precision number, ties to even.
pub(crate) fn nearest(value: f32) -> f32 {
    if !value.is_finite() {
        return value;
    }
    // Steps of a half are 2^-10 of its power of two, and never below 2^-24.
    let exponent = value.abs().log2().floor().max(-14.0);
    let step = f64::from(exponent - 10.0).exp2();
    let rounded = (f64::from(value) / step).round_ties_even() * step;
    if rounded.abs() > 65504.0 { f32::INFINITY.copysign(value) } else { rounded as f32 }
}

/// Rounds a block of floats.
pub(crate) fn round(block: Block) -> Block {
    match block {
        Block::F32(values) => Block::F32(values.mapv(nearest)),
        other => other,
    }
}

#[test]
fn golden_halves_round_to_even() {
    let pairs = [
        (255.06, 255.0),
        (255.0625, 255.0),
        (255.1875, 255.25),
        (1.0, 1.0),
        (0.0, 0.0),
        (2.0_f32.powi(-25), 0.0),
        (7e4, f32::INFINITY),
        (f32::NEG_INFINITY, f32::NEG_INFINITY),
    ];
    for (value, expected) in pairs {
        assert_eq!(nearest(value).to_bits(), f32::to_bits(expected), "{value}");
    }
}
