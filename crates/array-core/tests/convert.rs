//! Conversions between all pairs of types, against plain arithmetic on whole numbers.

#![allow(clippy::float_cmp, reason = "what is asked is whether two values are the same")]

use array_core::{
    ArrayExt, Block, Conversion, DType, Element, Error, FillValue, MemoryArray, Outside, ReadOptions, Roi, with_dtype,
};
use ndarray::{ArrayD, Axis, Slice};
use proptest::prelude::*;

/// The limits of an integer type; bool is 0 and 1.
fn limits(dtype: DType) -> (i128, i128) {
    match dtype {
        DType::Bool => (0, 1),
        DType::U8 => (0, u8::MAX.into()),
        DType::U16 => (0, u16::MAX.into()),
        DType::U32 => (0, u32::MAX.into()),
        DType::U64 => (0, u64::MAX.into()),
        DType::I8 => (i8::MIN.into(), i8::MAX.into()),
        DType::I16 => (i16::MIN.into(), i16::MAX.into()),
        DType::I32 => (i32::MIN.into(), i32::MAX.into()),
        DType::I64 => (i64::MIN.into(), i64::MAX.into()),
        DType::F32 | DType::F64 => unreachable!("not an integer"),
    }
}

/// `numerator / denominator`, not negative, as a whole number; none where the rule is exact and it is not whole.
fn divide(numerator: u128, denominator: u128, rule: Conversion) -> Option<u128> {
    let (whole, rest) = (numerator / denominator, numerator % denominator);
    match rule {
        Conversion::Exact => (rest == 0).then_some(whole),
        Conversion::Truncate => Some(whole),
        Conversion::Saturate => {
            let up = rest > denominator - rest || (rest == denominator - rest && whole % 2 == 1);
            Some(whole + u128::from(up && rest > 0))
        }
    }
}

fn to_integer(value: FillValue, to: DType, rule: Conversion) -> Option<FillValue> {
    let whole = match value {
        FillValue::Integer(value) => value,
        FillValue::Float(value) if value.is_nan() => return (rule != Conversion::Exact).then_some(FillValue::ZERO),
        // Beyond all types.
        FillValue::Float(value) if value.abs() > 1e30 => 1e30_f64.copysign(value) as i128,
        // All that matters of a smaller one is that it is not zero.
        FillValue::Float(value) if value != 0.0 && value.abs() < 1e-3 => divide(1, 1000, rule)? as i128,
        FillValue::Float(value) => {
            // Down to 1e-3, 53 bits end above 2^-63; in parts whole and fraction fit.
            let (whole, fraction) = (value.abs().trunc() as u128, value.abs().fract());
            let size = match divide((fraction * 2_f64.powi(63)) as u128, 1 << 63, rule)? {
                0 if fraction == 0.5 && rule == Conversion::Saturate => whole + whole % 2,
                up => whole + up,
            } as i128;
            if value < 0.0 { -size } else { size }
        }
    };
    let (low, high) = limits(to);
    let clamped = whole.clamp(low, high);
    (rule != Conversion::Exact || clamped == whole).then_some(FillValue::Integer(clamped))
}

fn to_float(value: FillValue, to: DType, rule: Conversion) -> Option<FillValue> {
    let digits = if to == DType::F32 { 24 } else { 53 };
    match value {
        FillValue::Integer(value) => {
            let size = value.unsigned_abs();
            let unit = 1_u128 << (128 - size.leading_zeros()).saturating_sub(digits);
            let size = divide(size, unit, rule)? * unit;
            Some(FillValue::Integer(size as i128 * value.signum()))
        }
        FillValue::Float(double) if to == DType::F64 || !double.is_finite() => Some(value),
        FillValue::Float(double) => {
            // The distance between neighbours of type f32: 2^exponent.
            let exponent = ((double.abs().to_bits() >> 52) as i32 - 1023 - 23).max(-149);
            let size = scaled(double.abs(), -exponent);
            let (whole, fraction) = (size.trunc(), size.fract());
            let up = fraction > 0.5 || (fraction == 0.5 && whole % 2.0 == 1.0);
            let near = whole + f64::from(u8::from(rule == Conversion::Saturate && up));
            let size = scaled(near, exponent);
            let clamped = size.min(f64::from(f32::MAX));
            let held = fraction == 0.0 && clamped == size;
            (rule != Conversion::Exact || held).then_some(FillValue::Float(clamped.copysign(double)))
        }
    }
}

/// `value * 2^exponent`, in two steps where the factor itself is no double.
fn scaled(value: f64, exponent: i32) -> f64 {
    value * 2_f64.powi(exponent / 2) * 2_f64.powi(exponent - exponent / 2)
}

fn expected(value: FillValue, to: DType, rule: Conversion) -> Option<FillValue> {
    if to.is_float() { to_float(value, to, rule) } else { to_integer(value, to, rule) }
}

/// Values of a type by their bits.
fn from_bits(dtype: DType, bits: u64) -> FillValue {
    match dtype {
        DType::Bool => (bits & 1).into(),
        DType::U8 => (bits as u8).into(),
        DType::U16 => (bits as u16).into(),
        DType::U32 => (bits as u32).into(),
        DType::U64 => bits.into(),
        DType::I8 => (bits as i8).into(),
        DType::I16 => (bits as i16).into(),
        DType::I32 => (bits as i32).into(),
        DType::I64 => (bits as i64).into(),
        DType::F32 => f64::from(f32::from_bits(bits as u32)).into(),
        DType::F64 => f64::from_bits(bits).into(),
    }
}

/// All powers of two and their neighbours, halves, limits, and what is no number.
fn extremes() -> Vec<FillValue> {
    let mut values = Vec::new();
    for power in 0..65 {
        for by in [-1_i128, 0, 1] {
            let value = (1_i128 << power) + by;
            values.extend([FillValue::Integer(value), FillValue::Integer(-value)]);
            let near = [(value as f64).next_down(), value as f64, (value as f64).next_up(), value as f64 + 0.5];
            values.extend(near.map(FillValue::Float));
            values.extend(near.map(|value| FillValue::Float(-value)));
        }
    }
    for value in [f32::MAX, f32::MIN_POSITIVE, f32::from_bits(1), 1.5, 2.5, 0.1, 16_777_215.0] {
        let value = f64::from(value);
        for value in [value, value.next_up(), value.next_down(), value * 1.25, value / 2.0, value * 1.5] {
            values.extend([FillValue::Float(value), FillValue::Float(-value)]);
        }
    }
    let special = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, f64::MAX, f64::MIN, f64::from_bits(1), 0.0, -0.0];
    values.extend(special.map(FillValue::Float));
    values
}

/// Compares a conversion of one value with the oracle.
fn check(value: FillValue, from: DType, to: DType, rule: Conversion) {
    let block = value.block(from, &[1]).unwrap();
    let found = block.view().convert(to, rule);
    match expected(value, to, rule) {
        Some(expected) => {
            let (found, expected) = (found.unwrap(), expected.block(to, &[1]).unwrap());
            // Where it comes from an integer zero the oracle has no sign for it.
            let same = found.same_bits(&expected) || found == expected || is_nan(value);
            assert!(same, "{value} from {from} to {to} by {rule}: {found:?} instead of {expected:?}");
            assert_eq!(found.dtype(), to);
        }
        None => assert!(
            matches!(found, Err(Error::NotConvertible { .. })),
            "{value} from {from} to {to} by {rule}: {found:?}, but {to} does not have it"
        ),
    }
}

fn is_nan(value: FillValue) -> bool {
    matches!(value, FillValue::Float(value) if value.is_nan())
}

#[test]
fn all_pairs_agree_with_whole_number_arithmetic() {
    let values = extremes();
    let mut compared = 0;
    for from in DType::ALL {
        for value in values.iter().filter(|value| value.block(from, &[1]).is_ok()) {
            for to in DType::ALL.into_iter().filter(|to| *to != from) {
                for rule in Conversion::ALL {
                    check(*value, from, to, rule);
                    compared += 1;
                }
            }
        }
    }
    assert!(compared > 50_000, "{compared}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn random_bits_agree_with_whole_number_arithmetic(bits: u64, from in 0..11_usize) {
        let from = DType::ALL[from];
        for to in DType::ALL.into_iter().filter(|to| *to != from) {
            for rule in Conversion::ALL {
                check(from_bits(from, bits), from, to, rule);
            }
        }
    }

    #[test]
    fn blocks_are_converted_value_by_value_whatever_their_strides(
        shape in proptest::collection::vec(1..5_usize, 0..5),
        from in 0..11_usize,
        to in 0..11_usize,
        turn: bool,
        step in 1..3_isize,
        seed: u64,
    ) {
        let (from, to) = (DType::ALL[from], DType::ALL[to]);
        let mut bits = seed;
        let source = with_dtype!(from, T => {
            let mut block = Block::zeros(from, &shape)?.into_array::<T>()?;
            for value in &mut block {
                bits = bits.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                *value = Element::from_fill(from_bits(from, bits.rotate_left(17))).unwrap_or_default();
            }
            Block::from(strided(block, turn, step))
        });
        let mut target = with_dtype!(to, T => Block::from(strided(ArrayD::<T>::default(shape), turn, step)));
        let dense = source.view().to_block()?.convert(to, Conversion::Saturate)?;
        target.view_mut().assign_converted(&source.view(), Conversion::Saturate)?;
        prop_assert!(target.same_bits(&dense), "{target:?} is not {dense:?}");
        prop_assert!(source.view().convert(to, Conversion::Saturate)?.same_bits(&dense));
    }
}

/// The same kind of array with other strides: axes reversed, or every n-th voxel of one that is larger.
fn strided<T: Copy>(array: ArrayD<T>, turn: bool, step: isize) -> ArrayD<T> {
    let mut array = if turn { array.reversed_axes() } else { array };
    if array.ndim() > 0 {
        array.slice_axis_inplace(Axis(array.ndim() - 1), Slice::new(0, None, step));
    }
    array
}

#[test]
fn a_value_that_is_not_there_is_named_with_its_place() {
    let mut block = Block::zeros(DType::I32, &[2, 3, 4]).unwrap().into_array::<i32>().unwrap();
    block[[1, 0, 3]] = -5;
    block[[1, 2, 0]] = 300;
    for turned in [block.clone(), block.clone().permuted_axes(vec![0, 2, 1])] {
        let expected = if turned.shape()[1] == 4 { [1, 0, 2] } else { [1, 0, 3] };
        let first = if expected == [1, 0, 2] { 300 } else { -5 };
        let error = Block::from(turned).view().convert(DType::U8, Conversion::Exact).unwrap_err();
        let Error::NotConvertible { value, from, to, index } = &error else { panic!("{error}") };
        assert_eq!((value, from, to), (&FillValue::from(first), &DType::I32, &DType::U8));
        assert_eq!(index[..], expected);
        let text = error.to_string();
        assert!(text.contains(&first.to_string()) && text.contains("uint8") && text.contains("saturate"), "{text}");
    }
}

#[test]
fn rules_have_names() {
    for rule in Conversion::ALL {
        assert_eq!(rule.to_string().parse::<Conversion>().unwrap(), rule);
        assert_eq!(serde_json::to_string(&rule).unwrap(), format!("\"{rule}\""));
    }
    let error = "round".parse::<Conversion>().unwrap_err().to_string();
    assert!(error.contains("round") && error.contains("exact, saturate, truncate"), "{error}");
}

#[test]
fn shapes_have_to_agree() {
    let (source, mut target) = (Block::zeros(DType::U8, &[2]).unwrap(), Block::zeros(DType::U16, &[3]).unwrap());
    let refused = target.view_mut().assign_converted(&source.view(), Conversion::Saturate);
    assert!(matches!(refused, Err(Error::ShapeMismatch { .. })));
}

#[test]
fn the_same_type_is_a_copy_bit_for_bit() {
    let odd = Block::from(ndarray::arr1(&[f32::from_bits(0x7f80_0001), f32::from_bits(0xffc0_1234), -0.0]).into_dyn());
    for rule in Conversion::ALL {
        assert!(odd.view().convert(DType::F32, rule).unwrap().same_bits(&odd));
    }
}

#[test]
fn arrays_are_read_as_another_type() {
    let data = ndarray::arr2(&[[0.0_f32, 1.0], [250.0, 0.5]]).into_dyn();
    let array = MemoryArray::new("a", data, [8, 8], [0, 0]).unwrap();
    let row = Roi::new([0, 0], [8, 16]).unwrap();
    assert_eq!(array.read_as::<u8>(row).unwrap(), ndarray::arr2(&[[0, 1]]).into_dyn());
    assert_eq!(array.read_as::<f32>(row).unwrap(), array.read::<f32>(row).unwrap());
    let refused = array.read_as::<u8>(array.roi());
    assert!(matches!(refused, Err(Error::NotConvertible { index, .. }) if index == [1, 1]));

    // Outside the array the fill value is one of the result, not of the array.
    let wide = Roi::new([8, 0], [16, 16]).unwrap();
    let options = |dtype, fill| {
        let options = ReadOptions::default().with_dtype(dtype, Conversion::Saturate);
        options.with_outside(Outside::Fill(fill))
    };
    let bytes = array.read_with(wide, &options(DType::I8, FillValue::from(-1))).unwrap();
    assert_eq!(bytes.block, Block::from(ndarray::arr2(&[[127_i8, 0], [-1, -1]]).into_dyn()));
    assert!(matches!(array.read_with(wide, &options(DType::U8, 0.5.into())), Err(Error::FillNotHeld { .. })));
    let clip = options(DType::U64, 0.into()).with_outside(Outside::Clip);
    assert_eq!(array.read_with(wide, &clip).unwrap().block, Block::from(ndarray::arr2(&[[250_u64, 0]]).into_dyn()));
    let empty = array.read_with(Roi::new([0, 0], [0, 8]).unwrap(), &clip).unwrap();
    assert_eq!((empty.block.dtype(), empty.block.shape()), (DType::U64, &[0, 1][..]));
}
