//! What the implementation that this crate re-creates gets wrong in interpolations, one test for each.

use std::sync::Arc;

use array_core::ndarray::{Array1, Array3, ArrayD, array, s};
use array_core::{
    Array, ArrayExt, ArrayRef, Element, Error as ArrayError, FillValue, MemoryArray, Outside, ReadOptions, Roi,
};
use resample::{Anchor, AntiAlias, Extent, Factor, Method, Order, ResampledArray, Spec, Target, resample};

use crate::sample::next;

fn spec(order: Order) -> Spec {
    Spec::default().with_method(Method::Interpolate(order))
}

fn factor(text: &str) -> Factor {
    text.parse().unwrap()
}

/// A line of bytes without order.
fn noise(extent: usize) -> Array1<u8> {
    let mut state = 5;
    Array1::from_shape_simple_fn(extent, || next(&mut state) as u8)
}

/// An image of one row of voxels of 4 nm along x.
fn row<T: Element>(values: &Array1<T>, offset: i64) -> ArrayRef {
    let block = values.to_shape((1, 1, values.len())).unwrap().to_owned().into_dyn();
    let array = MemoryArray::new("row", block, [4, 4, 4], [0, 0, offset]).unwrap();
    Arc::new(array.with_kind(array_core::Kind::Image))
}

fn along_x(source: &ArrayRef, text: &str, spec: Spec) -> ResampledArray {
    let target = Target::from([Factor::ONE, Factor::ONE, factor(text)]);
    ResampledArray::new("other", source.clone(), target, spec).unwrap()
}

fn x_range(begin: i64, extent: i64) -> Roi<array_core::Length> {
    Roi::new([0, 0, begin], [4, 4, extent]).unwrap().into()
}

#[test]
fn d1_ids_keep_all_their_bits() {
    let ids = array![0_u64, 16_777_217, 0, 9_007_199_254_740_993, 0, 987_654_321_987, 0, u64::MAX];
    let found = resample(ids.view(), &[factor("1/2")], &spec(Order::Nearest)).unwrap();
    assert_eq!(found, array![16_777_217, 9_007_199_254_740_993, 987_654_321_987, u64::MAX]);
}

#[test]
fn d1b_32_bit_integers_neither_lose_bits_nor_wrap() {
    let values = array![16_777_217_u32, 16_777_219, u32::MAX];
    let found = resample(values.view(), &[factor("3")], &spec(Order::Linear)).unwrap();
    assert_eq!((found[1], found[4], found[7]), (16_777_217, 16_777_219, u32::MAX));
    let copied = resample(values.view(), &[factor("2")], &spec(Order::Nearest)).unwrap();
    assert_eq!(copied, array![16_777_217, 16_777_217, 16_777_219, 16_777_219, u32::MAX, u32::MAX]);
    for order in Order::ALL {
        let top = resample(ArrayD::from_elem(vec![9], u32::MAX).view(), &[factor("5/3")], &spec(order)).unwrap();
        assert!(top.iter().all(|value| *value == u32::MAX), "order {order}");
    }
}

#[test]
fn d1c_doubles_stay_doubles() {
    let found =
        resample(Array1::from_elem(8, 1_000_000_000.5_f64).view(), &[factor("2/3")], &spec(Order::Cubic)).unwrap();
    assert!(found.iter().all(|value| value.to_bits() == 1_000_000_000.5_f64.to_bits()));
}

#[test]
fn d2_blocks_have_no_seams() {
    let source = row(&noise(64), 0);
    for (order, text) in [(Order::Linear, "1/2"), (Order::Linear, "2"), (Order::Cubic, "2"), (Order::Quintic, "2/3")] {
        let array = along_x(&source, text, spec(order));
        let (whole, step) = (array.read::<u8>(array.roi()).unwrap(), array.voxel_size()[2]);
        let origin = array.meta().offset()[2];
        for begin in (0..array.shape()[2] - 4).step_by(4) {
            let offset = origin.checked_add(step.checked_mul((begin as i64).into()).unwrap()).unwrap();
            let extent = step.checked_mul(4.into()).unwrap();
            let zero = array_core::Length::ZERO;
            let (four, block) = (array_core::Length::from(4), [offset, extent]);
            let roi = Roi::new([zero, zero, block[0]], [four, four, block[1]]).unwrap();
            let found = array.read::<u8>(roi).unwrap();
            assert_eq!(found, whole.slice(s![.., .., begin..begin + 4]).into_dyn(), "order {order} at {begin}");
        }
    }
}

#[test]
fn d3_integers_are_rounded_not_cut() {
    let source = noise(20_000);
    let found = resample(source.view(), &[factor("1/2")], &spec(Order::Linear)).unwrap();
    let mean = |values: &Array1<u8>| values.iter().map(|value| f64::from(*value)).sum::<f64>() / values.len() as f64;
    assert!((mean(&found) - mean(&source)).abs() < 0.1, "{} of {}", mean(&found), mean(&source));
    let signed = resample(array![-3_i8, -2, 2, 3].view(), &[factor("3/4")], &spec(Order::Linear)).unwrap();
    assert_eq!(signed.iter().map(|value| i32::from(*value)).sum::<i32>(), 0, "{signed}: no pull towards zero");
    assert_eq!((signed[0], signed[1]), (-3, 0));
}

/// Far voxels do not change what a step looks like.
#[test]
fn d4_no_limits_from_the_block() {
    let step = Array1::from_shape_fn(96, |i| if i < 48 { 0.0_f32 } else { 100.0 });
    let mut ends = step.clone();
    (ends[0], ends[95]) = (-50.0, 200.0);
    let up = |values: &Array1<f32>| resample(values.view(), &[factor("2")], &spec(Order::Cubic)).unwrap();
    let (plain, changed) = (up(&step), up(&ends));
    assert_eq!(plain.slice(s![60..132]), changed.slice(s![60..132]));
    assert!(plain.iter().any(|value| *value > 105.0), "the overshoot is there");
}

#[test]
fn d5_nan_stays_in_its_channel_and_near_its_voxel() {
    let mut source = Array3::from_elem((2, 8, 8), 1.0_f32);
    source[[0, 3, 3]] = f32::NAN;
    let count = |text: &str, order| {
        let factors = [Factor::ONE, factor(text), factor(text)];
        let found = resample(source.view(), &factors, &spec(order).with_anti_alias(AntiAlias::Off)).unwrap();
        let nan = |channel| found.slice(s![channel, .., ..]).iter().filter(|value| value.is_nan()).count();
        (nan(0), nan(1))
    };
    assert_eq!(count("1/2", Order::Linear), (1, 0));
    assert_eq!(count("2", Order::Linear), (16, 0));
    assert_eq!(count("2", Order::Cubic).1, 0);
}

#[test]
fn d6_regions_outside_are_refused_or_filled() {
    let array = along_x(&row(&noise(16), 8), "1/2", spec(Order::Linear));
    let roi = x_range(0, 24);
    assert!(matches!(array.read::<u8>(roi), Err(ArrayError::OutsideArray { .. })));
    let options = ReadOptions::default().with_outside(Outside::Fill(FillValue::from(7)));
    let found = array.read_with(roi, &options).unwrap().block.into_array::<u8>().unwrap();
    let inside = array.read::<u8>(x_range(8, 16)).unwrap();
    assert_eq!(found.iter().copied().collect::<Vec<_>>(), [7, inside[[0, 0, 0]], inside[[0, 0, 1]]]);
}

#[test]
fn d7_extents_lose_no_whole_voxel() {
    let array = along_x(&row(&noise(8), 0), "2/3", spec(Order::Linear));
    assert_eq!(array.roi(), x_range(0, 30), "5 voxels of 6 nm in 32 nm");
    assert_eq!(array.read::<u8>(array.roi()).unwrap().shape(), [1, 1, 5], "d7b: its own region can be read");
    let offset = row(&noise(8), 4);
    let inside = along_x(&offset, "1/2", spec(Order::Linear));
    assert_eq!(inside.roi(), x_range(8, 24));
    assert!(inside.left_out()[0].contains("1 source voxels (4 nm) at the begin"), "{:?}", inside.left_out());
    assert_eq!(along_x(&offset, "1/2", spec(Order::Linear).with_extent(Extent::Cover)).roi(), x_range(0, 40));
    assert_eq!(along_x(&offset, "1/2", spec(Order::Linear).with_anchor(Anchor::Array)).roi(), x_range(4, 32));
}

/// Of two equally near voxels order 0 takes the upper, as stated; no other order moves the data.
#[test]
fn d9_half_a_voxel_is_lost_by_order_0_at_even_factors_only() {
    let ramp = Array1::from_iter((0..16).map(f64::from));
    let found =
        |text, order| resample(ramp.view(), &[factor(text)], &spec(order).with_anti_alias(AntiAlias::Off)).unwrap();
    assert_eq!(found("1/2", Order::Nearest), Array1::from_iter((0..8).map(|j| f64::from(2 * j + 1))));
    assert_eq!(found("1/3", Order::Nearest), array![1.0, 4.0, 7.0, 10.0, 13.0]);
    assert_eq!(found("1/2", Order::Linear), Array1::from_iter((0..8).map(|j| f64::from(2 * j) + 0.5)));
    let cubic = found("1/2", Order::Cubic);
    assert!((cubic[4] - 8.5).abs() < 1e-3, "{cubic}");
}

#[test]
fn d10_a_bool_is_true_from_one_half_on() {
    let mask = array![false, false, false, false, true, true, true, true];
    for order in Order::ALL {
        let found = resample(mask.view(), &[factor("1/2")], &spec(order)).unwrap();
        assert_eq!(found, array![false, false, true, true], "order {order}");
    }
}

#[test]
fn d11_orders_are_numbers() {
    for order in 0..=5_u64 {
        let text = format!(r#"{{"method": {{"interpolate": {order}}}}}"#);
        let found = serde_json::from_str::<Spec>(&text).unwrap();
        assert_eq!(found, spec(Order::try_from(order).unwrap()));
        let array = along_x(&row(&noise(8), 0), "1/2", found);
        assert_eq!(array.interp_order().map(u64::from), Some(order));
    }
    for wrong in ["true", "false", "6", "-1", "1.0", "\"linear\""] {
        let text = format!(r#"{{"method": {{"interpolate": {wrong}}}}}"#);
        assert!(serde_json::from_str::<Spec>(&text).is_err(), "{wrong}");
    }
}

#[test]
fn d12_anti_aliasing_is_chosen() {
    let source = noise(60).mapv(f64::from);
    let run = |text: &str, spec: Spec| resample(source.view(), &[factor(text)], &spec).unwrap();
    for order in Order::ALL {
        let off = run("1/3", spec(order).with_anti_alias(AntiAlias::Off));
        let on = run("1/3", spec(order).with_anti_alias(AntiAlias::Gaussian));
        let own = run("1/3", spec(order).with_anti_alias(AntiAlias::Sigma(vec![1.0])));
        assert_eq!(on, own, "the Gaussian of factor 1/3 has a standard deviation of 1");
        assert_ne!(on, off);
        // Where voxels shrink the Gaussian has nothing to do; a width of one's own still acts.
        let up = |anti_alias| run("3/2", spec(order).with_anti_alias(anti_alias));
        assert_eq!(up(AntiAlias::Gaussian), up(AntiAlias::Off));
        assert_ne!(up(AntiAlias::Sigma(vec![1.0])), up(AntiAlias::Off));
    }
}
