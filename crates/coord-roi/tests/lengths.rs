//! Exact lengths: how they are read, written and calculated with.

#![allow(clippy::float_cmp, reason = "these tests ask whether doubles are the same")]

use coord_roi::strategies::{any_length, length, steps};
use coord_roi::{Error, Length};
use proptest::prelude::*;

fn nm(text: &str) -> Length {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn ratio(num: i64, den: i64) -> Length {
    Length::new(num, den).unwrap()
}

#[test]
fn texts_and_what_they_mean() {
    let table = [
        ("4.56", 114, 25),
        ("-4.56", -114, 25),
        ("+4", 4, 1),
        (" 4 ", 4, 1),
        ("0", 0, 1),
        ("-0.0", 0, 1),
        ("0.10", 1, 10),
        ("007", 7, 1),
        ("4/3", 4, 3),
        ("-8/6", -4, 3),
        ("4.56 nm", 114, 25),
        ("4.56nm", 114, 25),
        ("0.5 um", 500, 1),
        ("0.5 µm", 500, 1),
        ("0.5 μm", 500, 1),
        ("1/3 um", 1000, 3),
        ("1/3 pm", 1, 3000),
        ("5 angstrom", 1, 2),
        ("2 Å", 1, 5),
        ("1 mm", 1_000_000, 1),
        ("1 cm", 10_000_000, 1),
        ("8e-9 m", 8, 1),
        ("1e3", 1000, 1),
        ("1.5E+2", 150, 1),
        ("1234567.5e-10 m", 493_827, 4),
        ("9223372036854775807", i64::MAX, 1),
        ("-9223372036854775808", i64::MIN, 1),
        ("0.00000000000000000000000000000000000000000000", 0, 1),
        ("0e999999999999", 0, 1),
    ];
    for (text, num, den) in table {
        assert_eq!(nm(text), ratio(num, den), "{text}");
    }
}

#[test]
fn texts_that_are_refused_say_why() {
    for text in
        ["", " ", ".5", "5.", "4,56", "1_000", "nan", "inf", "0x10", "--1", "1 2", "4/", "/3", "4/-3", "e5", "+", "1e"]
    {
        let error = text.parse::<Length>().expect_err(text);
        assert!(matches!(error, Error::Parse { .. }), "{text}: {error}");
    }
    let error = "4 furlongs".parse::<Length>().unwrap_err().to_string();
    assert!(error.contains("4 furlongs") && error.contains("um"), "{error}");
    assert_eq!("5/0".parse::<Length>(), Err(Error::DivisionByZero { axis: None, value: 5.into() }));
    assert_eq!(nm("1/9223372036854775807").denom(), i64::MAX);
    assert_eq!(nm("1.25e-18"), ratio(1, 800_000_000_000_000_000));
    for text in
        ["9223372036854775808", "-9223372036854775809", "1e19", "1e-19", "1e2147483647", "1e-99999999999", "1e-17 pm"]
    {
        let error = text.parse::<Length>().expect_err(text);
        assert!(matches!(error, Error::Unrepresentable { .. }) && error.to_string().contains(text), "{error}");
    }
}

#[test]
fn written_forms() {
    let table = [
        (ratio(7, 1), "7", "7"),
        (ratio(114, 25), "4.56", "4.56"),
        (ratio(-1, 8), "-0.125", "-0.125"),
        (ratio(4, 3), "4/3", "1.333…"),
        (ratio(-2, 3), "-2/3", "-0.666…"),
        (ratio(1, 7), "1/7", "0.142857…"),
        (ratio(1, 6), "1/6", "0.1666…"),
        (ratio(1, 1024), "0.0009765625", "0.000976…"),
        (ratio(1, 10_000_000), "0.0000001", "0.000…"),
        (ratio(i64::MIN, 1), "-9223372036854775808", "-9223372036854775808"),
    ];
    for (value, exact, people) in table {
        assert_eq!(value.to_string(), exact);
        assert_eq!(value.for_people(), people);
    }
    assert_eq!(ratio(1, 1 << 62).to_string().len(), 64);
    assert_eq!(format!("{:>7}|{:<7}|{:+}", nm("4.56"), nm("4/3"), nm("2")), "   4.56|4/3    |+2");
    assert_eq!(format!("{:?}", nm("4.56")), "Length(4.56)");
}

#[test]
fn floats_stand_for_what_their_writer_meant() {
    // The value of a double, its shortest decimal, or the simplest fraction.
    let doubles = [
        (4.56, "4.56"),
        (0.1, "0.1"),
        (-2.5, "-2.5"),
        (-0.0, "0"),
        (10.0 / 3.0, "10/3"),
        (-4.0 / 3.0, "-4/3"),
        (2.0 / 3.0, "2/3"),
        (1.0 / 7.0, "1/7"),
        (355.0 / 113.0, "355/113"),
        (1e15, "1000000000000000"),
        (1e18, "1000000000000000000"),
        (9_007_199_254_740_993.0, "9007199254740992"),
        (2_251_799_813_685_249.5, "2251799813685249.5"),
        (1_152_921_504_606_846_976.0, "1152921504606846976"),
        (-9_223_372_036_854_775_808.0, "-9223372036854775808"),
    ];
    for (value, text) in doubles {
        assert_eq!(Length::from_f64(value).unwrap(), nm(text), "{value}");
    }
    assert_eq!(Length::from_f32(3.2).unwrap(), nm("3.2"));
    assert_eq!(Length::from_f32(40.0).unwrap(), nm("40"));
    assert_eq!(Length::from_f32(4.56).unwrap(), nm("4.56"));
    assert_eq!(Length::from_metres_f64(8e-9).unwrap(), 8);
    assert_eq!(Length::from_metres_f64(4.56e-9).unwrap(), nm("4.56"));
    assert_eq!(Length::from_metres_f64(1.333_333_333_333_333_3e-9).unwrap(), nm("4/3"));
    assert_eq!(Length::from_metres_f64(1.0).unwrap(), 1_000_000_000);
    // A whole number of nanometres, although smaller ones have the same double.
    let whole = 9_000_000_000_001_953_125_i64;
    assert_eq!(Length::from_metres_f64(9_000_000_000.001_953).unwrap(), whole);
}

/// Below a power of two the doubles are twice as dense.
#[test]
fn powers_of_two_map_back() {
    for power in 1..=60 {
        let value = 0.5_f64.powi(power);
        assert_eq!(Length::from_f64(value).unwrap().to_f64(), value, "2^-{power}");
        for near in [value, value.next_up(), value.next_down()] {
            // Short decimals may not fit into 64-bit terms.
            let back = Length::from_metres_f64(near).map(Length::to_metres_f64);
            assert!(back == Ok(near) || matches!(back, Err(Error::Unrepresentable { .. })), "{near:e}: {back:?}");
        }
    }
}

#[test]
fn floats_that_are_no_lengths_are_errors() {
    for (value, name) in [(f64::NAN, "NaN"), (f64::INFINITY, "infinity"), (f64::NEG_INFINITY, "-infinity")] {
        assert_eq!(Length::from_f64(value), Err(Error::NotFinite { value: name }));
        assert_eq!(Length::from_f32(value as f32), Err(Error::NotFinite { value: name }));
        assert_eq!(Length::from_metres_f64(value), Err(Error::NotFinite { value: name }));
    }
    for value in [1e19, -1e300, f64::MAX, 1e-30, f64::MIN_POSITIVE, 5e-324, 1.234_567_890_123_456_7e-40, 2f64.powi(63)]
    {
        assert!(matches!(Length::from_f64(value), Err(Error::Unrepresentable { .. })), "{value}");
    }
    assert!(matches!(Length::from_metres_f64(1.234_567_890_123_456_7e20), Err(Error::Unrepresentable { .. })));
}

#[test]
fn metres_print_as_people_write_them() {
    for (value, text) in [("8", "8e-9"), ("4.56", "4.56e-9"), ("0.5 um", "5e-7"), ("40", "4e-8"), ("-12", "-1.2e-8")] {
        assert_eq!(format!("{:e}", nm(value).to_metres_f64()), text);
    }
    assert_eq!(Length::ZERO.to_metres_f64().to_string(), "0");
}

#[test]
fn limits_of_64_bits_are_errors() {
    let (min, max) = (Length::from(i64::MIN), Length::from(i64::MAX));
    assert_eq!(
        max.checked_add(Length::ONE).unwrap_err().to_string(),
        "9223372036854775807 + 1 does not fit into 64-bit integers"
    );
    for error in [
        min.checked_neg(),
        min.checked_abs(),
        min.checked_sub(max),
        max.checked_mul(max),
        min.checked_div(Length::from(-1)),
        ratio(1, i64::MAX).checked_div(max),
        Length::new(1, i64::MIN),
    ] {
        assert!(matches!(error, Err(Error::Overflow { .. })), "{error:?}");
    }
    assert!(matches!(max.div_floor(ratio(1, 2)), Err(Error::Overflow { .. })));
    assert!(matches!(Length::new(1, 0), Err(Error::DivisionByZero { .. })));
    assert!(matches!(max.checked_div(Length::ZERO), Err(Error::DivisionByZero { .. })));
    assert!(matches!(max.div_ceil(Length::ZERO), Err(Error::ZeroStep { .. })));
    assert!(matches!(max.rem_floor(-Length::ONE), Err(Error::ZeroStep { .. })));
    assert_eq!(ratio(i64::MIN, i64::MIN), 1);
    assert_eq!(ratio(-4, -6), ratio(2, 3));
}

#[test]
fn operators_are_the_checked_methods() {
    let (a, b) = (nm("4.56"), nm("4/3"));
    assert_eq!((a + b, a - b), (a.checked_add(b).unwrap(), a.checked_sub(b).unwrap()));
    assert_eq!((a * b, a / b, -a), (a.checked_mul(b).unwrap(), a.checked_div(b).unwrap(), nm("-4.56")));
    assert_eq!((a * 25, 25 * a), (114.into(), 114.into()));
    assert!(a > 4 && a < 5 && a.is_positive() && !a.is_negative() && !a.is_integer());
}

#[test]
#[should_panic(expected = "does not fit into 64-bit integers")]
fn operators_panic_on_overflow() {
    let _ = Length::from(i64::MAX) + 1;
}

#[test]
fn integers_become_lengths_where_they_fit() {
    let small = [Length::from(-4_i8), Length::from(-4_i16), Length::from(-4_i32), Length::from(-4_i64)];
    assert!(small.iter().all(|&length| length == -4));
    assert_eq!([Length::from(4_u8), Length::from(4_u16), Length::from(4_u32)], [nm("4"); 3]);
    assert_eq!((Length::try_from(4_u64), Length::try_from(4_usize)), (Ok(nm("4")), Ok(nm("4"))));
    assert_eq!(Length::try_from(i128::from(i64::MIN)), Ok(Length::from(i64::MIN)));
    for error in [Length::try_from(1_u64 << 63), Length::try_from(1_i128 << 63), Length::try_from(1_u128 << 63)] {
        assert_eq!(
            error.unwrap_err().to_string(),
            "9223372036854775808 does not fit into 64-bit integers (a length is a fraction of two of them)"
        );
    }
    assert_eq!(i64::try_from(nm("-7")), Ok(-7));
    assert_eq!(i64::try_from(nm("4.56")), Err(Error::NotWhole { axis: None, value: nm("4.56") }));
}

fn significant_digits(value: f64) -> usize {
    format!("{value:e}").split('e').next().unwrap_or("").bytes().filter(u8::is_ascii_digit).count()
}

/// A naive search for the fraction of smallest denominator.
fn naive_simplest(value: f64) -> Option<Length> {
    let to_double = |num: i64, den: i64| num as f64 / den as f64;
    (1..2000).find_map(|den| {
        let num = (value * den as f64).round() as i64;
        (num - 1..=num + 1).find(|&num| to_double(num, den) == value).map(|num| ratio(num, den))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn every_length_reads_back_from_its_text(x in any_length()) {
        prop_assert_eq!(x.to_string().parse::<Length>()?, x);
        prop_assert_eq!(format!("{x} nm").parse::<Length>()?, x);
    }

    #[test]
    fn every_length_reads_back_from_json(x in any_length()) {
        let json = serde_json::to_string(&x)?;
        prop_assert_eq!(serde_json::from_str::<Length>(&json)?, x, "{}", json);
        prop_assert_eq!(serde_json::from_value::<Length>(serde_json::to_value(x)?)?, x);
    }

    #[test]
    fn terms_are_reduced(x in any_length()) {
        let gcd = (1..=x.denom().min(200)).filter(|d| x.denom() % d == 0 && x.numer() % d == 0).max();
        prop_assert!(x.denom() > 0 && gcd == Some(1));
    }

    /// Order against 128-bit cross multiplication, and order-consistent arithmetic.
    #[test]
    fn order_is_that_of_the_numbers(x in any_length(), y in any_length()) {
        let cross = |a: Length, b: Length| i128::from(a.numer()) * i128::from(b.denom());
        prop_assert_eq!(x.cmp(&y), cross(x, y).cmp(&cross(y, x)));
        if let (Ok(sum), Ok(difference)) = (x.checked_add(y), x.checked_sub(y)) {
            prop_assert_eq!(sum.checked_sub(y).ok(), Some(x));
            prop_assert_eq!(difference.cmp(&Length::ZERO), x.cmp(&y));
        }
        if let (Ok(product), false) = (x.checked_mul(y), y == 0) {
            prop_assert_eq!(product.checked_div(y).ok(), Some(x));
        }
    }

    /// The double is at most half a unit of its last place away, measured in exact integers.
    #[test]
    fn the_nearest_double_is_nearest(num in 1..=u32::MAX, den in 1..i64::from(i32::MAX)) {
        let double = ratio(num.into(), den).to_f64();
        let mantissa = i128::from(double.to_bits() & ((1 << 52) - 1) | 1 << 52);
        let places = 1075 - (double.to_bits() >> 52);
        let distance = (i128::from(num) << places) - mantissa * i128::from(den);
        prop_assert!(2 * distance.abs() <= i128::from(den));
        prop_assert_eq!(ratio(-i64::from(num), den).to_f64(), -double);
    }

    #[test]
    fn doubles_keep_the_order(x in any_length(), y in any_length()) {
        prop_assert!(x > y || (x.to_f64() <= y.to_f64() && x.to_metres_f64() <= y.to_metres_f64()));
    }

    #[test]
    fn small_fractions_survive_doubles(num in -5000..5000_i64, den in 1..600_i64) {
        let x = ratio(num, den);
        prop_assert_eq!(x.to_f64(), num as f64 / den as f64);
        // Now and then a fraction rounds to a double that is also a short decimal, which wins.
        if significant_digits(x.to_f64()) > 15 {
            prop_assert_eq!(Length::from_f64(x.to_f64())?, x);
        }
        if significant_digits(x.to_metres_f64()) > 15 {
            prop_assert_eq!(Length::from_metres_f64(x.to_metres_f64())?, x);
        }
    }

    #[test]
    fn decimals_survive_floats(digits in 0..=999_999_i64, places in 0..=6_u32) {
        let x = ratio(digits, 10_i64.pow(places));
        prop_assert_eq!(Length::from_f64(x.to_f64())?, x);
        prop_assert_eq!(Length::from_f32(x.to_string().parse()?)?, x);
        prop_assert_eq!(Length::from_metres_f64(x.to_metres_f64())?, x);
    }

    #[test]
    fn long_doubles_become_the_simplest_fraction(num in 1..100_000_i64, den in 1..1500_i64) {
        let value = num as f64 / den as f64;
        let length = Length::from_f64(value)?;
        prop_assert_eq!(length.to_f64(), value);
        if significant_digits(value) > 15 {
            prop_assert_eq!(Some(length), naive_simplest(value));
        }
    }

    #[test]
    fn whatever_double_becomes_a_length_maps_back(bits in any::<u64>()) {
        let value = f64::from_bits(bits);
        if let Ok(length) = Length::from_f64(value) {
            prop_assert_eq!(length.to_f64(), value);
        }
        let moderate = f64::from_bits((bits & !(0x7ff << 52)) | ((1023 - 9 + ((bits >> 58) & 31)) << 52));
        prop_assert_eq!(Length::from_f64(moderate).map(Length::to_f64), Ok(moderate));
    }

    #[test]
    fn counting_steps_agrees_with_counting_one_by_one(a in length(), step in steps(length(), 1)) {
        let (a, step) = (a.checked_abs()?, step[0] + ratio(1, 5));
        let below = (0..=5100).take_while(|&k| step * k <= a).count() as i64 - 1;
        prop_assert_eq!(a.div_floor(step)?, below);
        prop_assert_eq!(a.rem_floor(step)?, a - step * below);
        let whole = step * below == a;
        prop_assert_eq!(a.div_ceil(step)?, below + i64::from(!whole));
        let up = step * (below + 1) - a < a - step * below;
        prop_assert_eq!(a.div_round(step)?, below + i64::from(up));
        prop_assert_eq!(a.is_multiple_of(-step)?, whole);
    }

    #[test]
    fn common_divisors_divide_both_and_are_the_largest(both in steps(length(), 2)) {
        let (a, b) = (both[0], both[1]);
        let unit = a.common_divisor(b)?;
        let (in_a, in_b) = (a.checked_div(unit)?.to_integer()?, b.checked_div(unit)?.to_integer()?);
        prop_assert!((2..=in_a.min(in_b)).all(|d| in_a % d != 0 || in_b % d != 0));
    }

    #[test]
    fn texts_for_people_are_cut_not_rounded(x in length()) {
        let text = x.for_people();
        let shown: Length = text.trim_end_matches('…').parse()?;
        prop_assert_eq!(text.ends_with('…'), shown != x);
        prop_assert!(text.split('.').nth(1).is_none_or(|decimals| decimals.chars().count() <= 7));
        prop_assert!(shown.checked_abs()? <= x.checked_abs()?);
    }
}
