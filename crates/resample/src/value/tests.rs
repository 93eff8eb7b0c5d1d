//! Rounding, ratios and the order of keys.

use super::*;

#[test]
fn halves_go_to_even_and_ranges_saturate() {
    let round = |value| u8::from_f64(value, Cast::RoundSaturate);
    assert_eq!([0.5, 1.5, 2.5, 254.6, 300.0, -7.0, f64::NAN].map(round), [0, 2, 2, 255, 255, 0, 0]);
    assert_eq!(round(1.499_999_999_999_9), 2, "noise far below a float32 is no reason to round down");
    assert_eq!(u8::from_f64(6.999_999_999_999, Cast::Truncate), 7);
    assert_eq!(i8::from_f64(-1.9, Cast::Truncate), -1);
    assert_eq!(u32::from_f64(4_294_967_294.999_999, Cast::Truncate), u32::MAX);
    assert_eq!(i32::from_f64(f64::INFINITY, Cast::RoundSaturate), i32::MAX);
    assert!(bool::from_f64(0.499_999_999_999, Cast::RoundSaturate));
    assert!(!bool::from_f64(0.49, Cast::Truncate));
}

#[test]
fn ratios_round_half_to_even_below_zero_too() {
    let ratio = |sum: i64, weight| i8::from_ratio(sum, weight, Cast::RoundSaturate);
    assert_eq!(
        [ratio(-5, 2), ratio(-3, 2), ratio(-1, 2), ratio(1, 2), ratio(3, 2), ratio(-7, 3)],
        [-2, -2, 0, 0, 2, -2]
    );
    assert_eq!(i8::from_ratio(-7_i64, 2, Cast::Truncate), -3);
    let twice = |value: u64| 2 * i128::from(value);
    assert_eq!(u64::from_ratio(twice(u64::MAX), 2, Cast::RoundSaturate), u64::MAX);
    assert_eq!(u64::from_ratio(twice(u64::MAX) - 1, 2, Cast::RoundSaturate), u64::MAX - 1);
    assert!(!bool::from_ratio(2_i64, 4, Cast::RoundSaturate));
    assert!(bool::from_ratio(3_i64, 4, Cast::RoundSaturate));
}

#[test]
fn float_keys_are_ordered_and_canonical() {
    let ordered = [f32::NEG_INFINITY, -1.0, -f32::MIN_POSITIVE, 0.0, 1e-30, 2.0, f32::INFINITY, f32::NAN];
    assert!(ordered.windows(2).all(|pair| pair[0].key() < pair[1].key()));
    assert_eq!((-0.0_f64).key(), 0.0_f64.key());
    assert_eq!((-f64::NAN).key(), f64::NAN.key());
    for value in ordered.into_iter().filter(|value| !value.is_nan()) {
        assert!(f32::from_key(value.key()).eq(&value));
    }
    assert!(f32::from_key(f32::NAN.key()).is_nan());
}
