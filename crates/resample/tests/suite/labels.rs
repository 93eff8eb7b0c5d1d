//! What must never happen to labels.

use std::sync::Arc;

use array_core::ndarray::{Array3, ArrayD, array};
use array_core::{ArrayExt, ArrayRef, Kind, MemoryArray};
use resample::{
    AntiAlias, Error, Extent, Factor, Method, Order, ResampledArray, Spec, Target, WideIntegers, Zeros, resample,
};

/// Beyond 2^53, where floats skip numbers, and up to the top.
const IDS: [u64; 4] = [9_007_199_254_740_993, 987_654_321_987, u64::MAX, u64::MAX - 1];

fn labels() -> ArrayRef {
    let ids = Array3::from_shape_fn((6, 6, 6), |(z, y, x)| IDS[(z / 3 + y / 2 + x / 4) % 4]).into_dyn();
    Arc::new(MemoryArray::new("segmentation", ids, [8, 8, 8], [0, 0, 0]).unwrap())
}

fn half() -> Target {
    Target::up_down(&[1, 1, 1], &[2, 2, 2]).unwrap()
}

#[test]
fn u64_arrays_are_labels_unless_stated_and_vote_by_default() {
    let array = ResampledArray::new("half", labels(), half(), Spec::default()).unwrap();
    assert_eq!((array.kind(), array.method(), array.interp_order()), (Kind::Labels, Method::Labels, None));
    let ids = array.read::<u64>(array.roi()).unwrap();
    assert!(ids.iter().all(|id| IDS.contains(id)));
}

#[test]
fn interpolating_labels_is_refused_by_name() {
    let refuse = |spec: Spec| ResampledArray::new("half", labels(), half(), spec).unwrap_err();
    let interpolate = |order| Spec::default().with_method(Method::Interpolate(order));
    let errors = [
        refuse(interpolate(Order::Linear)),
        refuse(interpolate(Order::Nearest).with_anti_alias(AntiAlias::Gaussian)),
        refuse(Spec::default().with_method(Method::Mean)),
        refuse(interpolate(Order::Linear).with_wide_integers(WideIntegers::ThroughF64)),
    ];
    for error in errors {
        assert!(matches!(error, Error::NotForKind { kind: Kind::Labels, .. }));
        let message = error.to_string();
        assert!(message.contains("labels") && message.contains("allowed are interp_order 0"), "{message}");
    }
}

#[test]
fn wide_integers_are_interpolated_on_request_only() {
    let image = array![[1_i64, 3], [5, 7]];
    let factors = [Factor::ONE, Factor::down_by(2).unwrap()];
    let error = resample(image.view(), &factors, &Spec::default()).unwrap_err();
    assert!(matches!(error, Error::WideInteger { .. }));
    assert!(error.to_string().contains("through_f64"), "{error}");
    let spec = Spec::default().with_wide_integers(WideIntegers::ThroughF64);
    assert_eq!(resample(image.view(), &factors, &spec).unwrap(), array![[2], [6]]);
}

/// Ids that a float32 or a float64 on the way would change.
#[test]
fn order_0_moves_bits() {
    let ids = array![16_777_217_u64, 9_007_199_254_740_993, 987_654_321_987, u64::MAX];
    let spec = Spec::default().with_method(Method::Interpolate(Order::Nearest));
    assert_eq!(
        resample(ids.view(), &[Factor::down_by(2).unwrap()], &spec).unwrap(),
        array![9_007_199_254_740_993, u64::MAX]
    );
    let nan = f32::from_bits(0x7fc0_1234);
    let copied = resample(array![nan, -0.0].view(), &[Factor::up_by(2).unwrap()], &spec).unwrap();
    assert_eq!(copied.mapv(f32::to_bits).to_vec(), [0x7fc0_1234, 0x7fc0_1234, 0x8000_0000, 0x8000_0000]);
}

#[test]
fn votes_down_and_nearest_up_in_one_call() {
    let ids = array![[7_u32, 7, 3], [7, 9, 9]];
    let factors = [Factor::up_by(2).unwrap(), Factor::new(2, 3).unwrap()];
    let spec = Spec::default().with_method(Method::Labels);
    let expected = array![[7, 3], [7, 3], [7, 9], [7, 9]];
    assert_eq!(resample(ids.view(), &factors, &spec).unwrap(), expected);
    // On 3/2, voting weighs the two voxels under the middle one; the nearest of them is the upper.
    let up = [Factor::new(3, 2).unwrap()];
    let vote = Spec::default().with_method(Method::Mode);
    assert_eq!(resample(array![5_u8, 2].view(), &up, &vote).unwrap(), array![5, 2, 2]);
    assert_eq!(resample(array![2_u8, 5].view(), &up, &vote).unwrap(), array![2, 2, 5]);
    assert_eq!(resample(array![2_u8, 5].view(), &up, &spec).unwrap(), array![2, 5, 5]);
}

#[test]
fn zeros_win_ties_or_stay_out() {
    let mask = array![0_u16, 4, 0, 0, 0, 0, 4, 5];
    let quarter = [Factor::down_by(4).unwrap()];
    let spec = Spec::default().with_method(Method::Mode);
    assert_eq!(resample(mask.view(), &quarter, &spec).unwrap(), array![0, 0]);
    assert_eq!(resample(mask.view(), &quarter, &spec.with_zeros(Zeros::Ignore)).unwrap(), array![4, 4]);
    let mean = Spec::default().with_method(Method::Mean).with_zeros(Zeros::Ignore);
    assert_eq!(resample(mask.view(), &quarter, &mean).unwrap(), array![4, 4]);
    let empty = ArrayD::<u16>::zeros(vec![4]);
    assert_eq!(resample(empty.view(), &quarter, &mean).unwrap(), ArrayD::<u16>::zeros(vec![1]));
}

/// More different values than the list of candidates holds.
#[test]
fn windows_of_many_values() {
    let ids = ArrayD::from_shape_fn(vec![64], |place| if place[0] % 2 == 0 { 1000 - place[0] as u64 } else { 901 });
    let spec = Spec::default().with_method(Method::Mode).with_extent(Extent::Cover);
    assert_eq!(resample(ids.view(), &[Factor::down_by(64).unwrap()], &spec).unwrap()[[0]], 901);
    let different = ArrayD::from_shape_fn(vec![64], |place| 1000 - place[0] as u64);
    assert_eq!(
        resample(different.view(), &[Factor::down_by(64).unwrap()], &spec).unwrap()[[0]],
        937,
        "the lowest of equals"
    );
    let late = ArrayD::from_shape_fn(vec![64], |place| if place[0] > 40 { 5 } else { 100 + place[0] as u64 });
    assert_eq!(resample(late.view(), &[Factor::down_by(64).unwrap()], &spec).unwrap()[[0]], 5);
}

#[test]
fn masks_take_every_method() {
    let mask = array![false, false, false, false, true, true, true, true, false, true];
    let half = [Factor::down_by(2).unwrap()];
    let run = |spec: Spec| resample(mask.view(), &half, &spec).unwrap().to_vec();
    assert_eq!(
        run(Spec::default().with_anti_alias(AntiAlias::Off)),
        [false, false, true, true, true],
        "one half counts as true"
    );
    assert_eq!(run(Spec::default().with_method(Method::Mean)), [false, false, true, true, false], "more than half");
    assert_eq!(run(Spec::default().with_method(Method::Mode)), [false, false, true, true, false]);
}
