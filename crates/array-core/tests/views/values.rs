//! Views that compute other values: cast, intensities, binarize, `map_labels`, constant.

use std::collections::HashMap;
use std::sync::Arc;

use array_core::testing::check_array;
use array_core::{
    Array, ArrayExt, ArrayRef, Beyond, Binarize, Block, Cast, Constant, Conversion, DType, Element, Error, FillValue,
    IdGroup, Intensities, Kind, MapLabels, MapOptions, MemoryArray, Provenance, Unknown, with_dtype,
};
use ndarray::{ArrayD, arr1};
use proptest::prelude::*;

use crate::random::{Channel, check_view, dtypes, id_dtypes, metas, pyramid, retyped, shared};

/// The values as numbers: what a voxel says, whatever its type.
fn numbers(block: Block) -> ArrayD<FillValue> {
    with_dtype!(block.dtype(), T => {
        block.into_array::<T>().unwrap().map(|value| {
            let text = value.to_string();
            match text.as_str() {
                "true" => FillValue::Integer(1),
                "false" => FillValue::Integer(0),
                _ if T::DTYPE == DType::F32 => FillValue::Float(text.parse::<f32>().unwrap().into()),
                _ if T::DTYPE.is_float() => FillValue::Float(text.parse().unwrap()),
                _ => FillValue::Integer(text.parse().unwrap()),
            }
        })
    })
}

fn ids(block: Block) -> ArrayD<i128> {
    numbers(block).map(|value| match value {
        FillValue::Integer(value) => *value,
        FillValue::Float(_) => panic!("ids are whole"),
    })
}

fn image(meta: &array_core::ArrayMeta, dtype: DType, seed: u64) -> ArrayRef {
    let meta = retyped(meta, dtype).with_kind(Kind::Image, Provenance::Stated("test".to_owned()));
    shared(meta, seed)
}

/// Ids that occur in random sources and some that do not, each more than once.
fn some_id() -> impl Strategy<Value = i128> {
    prop::sample::select(vec![
        0,
        1,
        2,
        3,
        100,
        -1,
        -7,
        5,
        1 << 40,
        (1 << 53) + 1,
        (1 << 53) + 2,
        u64::MAX.into(),
        1 << 70,
    ])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn casting_and_reading_commute(meta in metas(Channel::Maybe), from in dtypes(), to in dtypes(), seed: u64) {
        let source = image(&meta, from, seed);
        for rule in Conversion::ALL {
            let view = Cast::new(source.clone(), to, rule).unwrap();
            prop_assert_eq!((view.dtype(), view.kind(), view.roi()), (to, Kind::Image, source.roi()));
            let Ok(expected) = source.data().unwrap().convert(to, rule) else {
                let error = view.data().unwrap_err();
                let told = matches!(error, Error::ValueNotHeld { dtype, .. } if dtype == to);
                prop_assert!(told, "{:?}", error);
                continue;
            };
            prop_assert!(view.data().unwrap().same_bits(&expected));
            check_view(&source, |source| Cast::new(source, to, rule));
        }
    }

    #[test]
    fn intensities_are_a_formula(
        meta in metas(Channel::Maybe), dtype in dtypes(), seed: u64, min in -50.0..50.0, range in 0.1..300.0, clip: bool,
    ) {
        let (max, beyond) = (min + range, if clip { Beyond::Clip } else { Beyond::Keep });
        let source = image(&meta, dtype, seed);
        let view = Intensities::new(source.clone(), min, max, beyond).unwrap();
        let expected = numbers(source.data().unwrap()).map(|value| {
            let value = match value { FillValue::Integer(value) => *value as f64, FillValue::Float(value) => *value };
            let scaled = (value - min) / (max - min);
            (if clip { scaled.clamp(0.0, 1.0) } else { scaled }) as f32
        });
        prop_assert_eq!(view.data().unwrap(), Block::from(expected));
        check_view(&source, |source| Intensities::new(source, min, max, beyond));
    }

    #[test]
    fn binarize_says_which_voxels_have_the_ids(
        meta in metas(Channel::Never), dtype in id_dtypes(), seed: u64, background in some_id(),
        groups in proptest::collection::vec(proptest::collection::vec(some_id(), 0..4), 1..4),
    ) {
        let source = shared(retyped(&meta, dtype), seed);
        let groups: Vec<IdGroup> = groups.into_iter().map(IdGroup::new).collect();
        let view = Binarize::new(source.clone(), &groups, background).unwrap();
        let values = ids(source.data().unwrap());
        let found = view.data().unwrap().into_array::<u8>().unwrap();
        for (group, found) in groups.iter().zip(found.outer_iter()) {
            let expected = values.map(|id| {
                u8::from(if group.ids.is_empty() { *id != background } else { group.ids.contains(id) })
            });
            prop_assert_eq!(found, expected);
        }
        prop_assert_eq!((view.kind(), view.dtype(), view.num_channels()), (Kind::Mask, DType::U8, Some(groups.len())));
        prop_assert_eq!(view.axes().channel(), Some(0));
        check_view(&source, |source| Binarize::new(source, &groups, background));
    }

    #[test]
    fn labels_are_mapped_one_by_one(
        meta in metas(Channel::Maybe), from in id_dtypes(), to in id_dtypes(), same: bool, seed: u64,
        table in proptest::collection::vec((some_id(), 0_i128..2), 0..9),
        unknown in prop::sample::select(vec![Unknown::Keep, Unknown::Zero, Unknown::Error]),
    ) {
        let source = shared(retyped(&meta, from), seed);
        let table: HashMap<i128, i128> = table.into_iter().collect();
        let pairs: Vec<(i128, i128)> = table.iter().map(|(id, new)| (*id, *new)).collect();
        let to = if same { from } else { to };
        let options = MapOptions::default().with_unknown(unknown);
        let options = if same { options } else { options.with_dtype(to) };
        let view = MapLabels::new(source.clone(), &pairs, options).unwrap();
        prop_assert_eq!((view.dtype(), view.kind()), (to, source.kind()));
        let held = |id: i128| with_dtype!(to, T => T::from_fill(FillValue::Integer(id)).is_some());
        let mapped = ids(source.data().unwrap()).map(|id| match (table.get(id), unknown) {
            (Some(new), _) => Some(*new),
            (None, Unknown::Keep) => held(*id).then_some(*id),
            (None, Unknown::Zero) => Some(0),
            (None, Unknown::Error) => (*id == 0).then_some(0),
        });
        match (view.data(), mapped.iter().all(Option::is_some)) {
            (Ok(found), true) => {
                prop_assert_eq!(ids(found), mapped.map(|id| id.unwrap()));
                check_view(&source, |source| MapLabels::new(source, &pairs, options));
            }
            (Err(Error::ValueNotHeld { .. }), false) => prop_assert_eq!(unknown, Unknown::Keep),
            (Err(Error::UnknownId { id, place, .. }), false) => {
                prop_assert_eq!(unknown, Unknown::Error);
                let point = source.read_block(source.meta().grid().to_world(
                    &array_core::VoxelBox::new(place.voxel, place.voxel.map(|_| 1)).unwrap()).unwrap()).unwrap();
                prop_assert!(ids(point).iter().any(|found| *found == id), "{} is not at {}", id, place);
            }
            (found, whole) => prop_assert!(false, "{:?} where {}", found, whole),
        }
    }

    #[test]
    fn constants_are_everywhere(meta in metas(Channel::Maybe), dtype in dtypes(), one: bool) {
        let value = FillValue::from(one);
        let like = retyped(&meta, DType::U16);
        let view = Constant::new(&like, value, Some(dtype)).unwrap();
        prop_assert_eq!(view.data().unwrap(), value.block(dtype, like.shape()).unwrap());
        prop_assert_eq!((view.roi(), view.axes(), view.value()), (like.roi(), like.axes(), value));
        check_array(&view).unwrap();
    }
}

fn line<T: Element>(values: &[T]) -> ArrayRef {
    Arc::new(MemoryArray::new("line", arr1(values).into_dyn(), [8], [80]).unwrap())
}

#[test]
fn parameters_that_make_no_sense_are_refused_with_a_cure() {
    let (bytes, labels, floats) = (line(&[1_u8, 2]), line(&[1_u64, 2]), line(&[1.0_f32, f32::NAN]));
    let rgb = pyramid(DType::U8, &[3, 1, 1, 1]);
    let limits = [(3.0, 3.0), (5.0, 3.0), (f64::NAN, 1.0), (0.0, f64::INFINITY), (-1e308, 1e308)];
    for (min, max) in limits {
        let error = Intensities::new(bytes.clone(), min, max, Beyond::Keep).unwrap_err();
        assert!(matches!(error, Error::BadParameter { .. }) && error.to_string().contains("less than max"), "{error}");
    }
    let refused: [(array_core::Result<ArrayRef>, &str); 11] = [
        (Intensities::new(labels.clone(), 0.0, 1.0, Beyond::Keep).map(|view| Arc::new(view) as _), "labels"),
        (Cast::new(labels.clone(), DType::F64, Conversion::Exact).map(|view| Arc::new(view) as _), "integer"),
        (Cast::new(labels.clone(), DType::U8, Conversion::Saturate).map(|view| Arc::new(view) as _), "map_labels"),
        (Constant::new(labels.meta(), 1.into(), Some(DType::F32)).map(|view| Arc::new(view) as _), "integer"),
        (Constant::new(bytes.meta(), 300.into(), None).map(|view| Arc::new(view) as _), "300"),
        (Binarize::new(floats.clone(), &[IdGroup::new([])], 0).map(|view| Arc::new(view) as _), "float32"),
        (Binarize::new(bytes.clone(), &[], 0).map(|view| Arc::new(view) as _), "at least one"),
        (Binarize::new(rgb, &[IdGroup::new([])], 0).map(|view| Arc::new(view) as _), "select a channel"),
        (MapLabels::new(floats, &[], MapOptions::default()).map(|view| Arc::new(view) as _), "float32"),
        (
            MapLabels::new(bytes.clone(), &[(1, 2), (1, 3)], MapOptions::default()).map(|view| Arc::new(view) as _),
            "has 2 for 1",
        ),
        (MapLabels::new(bytes, &[(1, 256)], MapOptions::default()).map(|view| Arc::new(view) as _), "256"),
    ];
    for (refused, word) in refused {
        let error = refused.unwrap_err().to_string();
        assert!(error.contains(word), "{error} has no {word}");
    }
}

#[test]
fn voxels_that_cannot_be_converted_are_named_by_their_place() {
    let source = line(&[1_u64, 2, 300, 300]);
    let error = Cast::new(source.clone(), DType::U8, Conversion::Exact).unwrap().data().unwrap_err();
    let Error::ValueNotHeld { value, dtype, place } = &error else { panic!("{error:?}") };
    assert_eq!((*value, *dtype, place.voxel), (FillValue::Integer(300), DType::U8, [12].into()));
    assert!(error.to_string().contains("(96,) nm"), "{error}");

    let error = MapLabels::new(source, &[(1, 1), (2, 1)], MapOptions::default()).unwrap().data().unwrap_err();
    let Error::UnknownId { id, count, place } = &error else { panic!("{error:?}") };
    assert_eq!((*id, *count, place.voxel), (300, 2, [12].into()));
}

#[test]
fn tables_exchange_ids_and_may_repeat_themselves() {
    let view = MapLabels::new(line(&[1_u8, 2]), &[(1, 2), (2, 1), (1, 2), (900, 7)], MapOptions::default()).unwrap();
    assert_eq!(view.data().unwrap(), Block::from(arr1(&[2_u8, 1]).into_dyn()));
}

#[test]
fn groups_may_have_names() {
    let groups = [IdGroup::new([1, 1]).with_name("soma"), IdGroup::new([2])];
    let view = Binarize::new(line(&[1_u8, 2]), &groups, 0).unwrap();
    assert_eq!(view.attrs()["channel_names"], serde_json::json!(["soma", null]));
    assert!(Binarize::new(line(&[1_u8]), &groups[1..], 0).unwrap().attrs().is_empty());
}

#[test]
fn coarser_scales_are_computed_alike() {
    let source = pyramid(DType::U8, &[4, 6, 8]);
    let views: [ArrayRef; 4] = [
        Arc::new(Cast::new(source.clone(), DType::F64, Conversion::Exact).unwrap()),
        Arc::new(Intensities::new(source.clone(), 0.0, 2.0, Beyond::Keep).unwrap()),
        Arc::new(Binarize::new(source.clone(), &[IdGroup::new([])], 0).unwrap()),
        Arc::new(MapLabels::new(source, &[(1, 9)], MapOptions::default()).unwrap()),
    ];
    for (view, value) in views.iter().zip([FillValue::Integer(1), FillValue::Float(0.5), 1.into(), 9.into()]) {
        let [scale] = view.scales() else { panic!("{view:?}") };
        assert_eq!((scale.dtype(), scale.axes()), (view.dtype(), view.axes()));
        assert_eq!(scale.data().unwrap(), value.block(view.dtype(), scale.shape()).unwrap());
    }
}
