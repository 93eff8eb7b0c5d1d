//! Views of several sources: concat, `logical_or`, sum, `merge_instances`.

use std::sync::Arc;

use array_core::testing::{Counted, check_array, check_transfers};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, Block, CancelToken, Cast, ChannelPart,
    ConcatChannels, Constant, Conversion, Coordinate, DType, Element, Error, FillValue, Grid, InstanceIds, Kind,
    LogicalOr, MemoryArray, MergeInstances, Provenance, ReadContext, Result, Sum, SumType, VIEW_MEMORY, VoxelBox,
    with_dtype,
};
use ndarray::{ArrayD, Axis, Zip, arr1};
use proptest::prelude::*;

use crate::random::{Channel, dtypes, id_dtypes, metas, shared};

/// How a source differs from the first: grid index of its origin, what is cut at both ends, channels and where they stand.
#[derive(Clone, Debug)]
struct Sibling {
    origin: i64,
    cut: (i64, i64),
    channels: Option<(usize, prop::sample::Index)>,
    seed: u64,
}

fn siblings() -> impl Strategy<Value = Vec<Sibling>> {
    let channels = proptest::option::of((1_usize..3, any::<prop::sample::Index>()));
    let sibling = (-9_i64..9, (0_i64..2, 0_i64..2), channels, any::<u64>())
        .prop_map(|(origin, cut, channels, seed)| Sibling { origin, cut, channels, seed });
    proptest::collection::vec(sibling, 1..4)
}

/// An array on the grid lines of `base`, with an origin of its own; its last axis is cut where something is left then.
fn sibling(base: &ArrayMeta, sibling: &Sibling, dtype: DType, kind: Kind) -> ArrayRef {
    let grid = base.grid();
    let origin = grid.corner(&grid.origin().map(|_| sibling.origin)).unwrap();
    let all = base.voxel_box();
    let last = all.dims() - 1;
    let room = all.shape()[last] > sibling.cut.0 + sibling.cut.1 + 1;
    let (low, high) = if room { sibling.cut } else { (0, 0) };
    let own = |corner: Coordinate, by: i64| {
        corner.try_map(|dim, entry| Ok(entry - sibling.origin + if dim == last { by } else { 0 })).unwrap()
    };
    let voxels = VoxelBox::from_bounds(own(all.begin(), low), own(all.end(), -high)).unwrap();
    let (mut axes, mut shape) = (base.axes().as_slice().to_vec(), base.shape().to_vec());
    if let Some((channels, at)) = &sibling.channels {
        let at = at.index(axes.len() + 1);
        axes.insert(at, AxisInfo::plain("c", AxisKind::Channel));
        shape.insert(at, *channels);
    }
    let axes = Axes::new(axes).unwrap();
    let extents = axes.split(&shape).1;
    let grid = Grid::new(origin, grid.step()).unwrap();
    let meta = ArrayMeta::new(format!("from {}", sibling.origin), dtype, axes, &extents, grid, voxels).unwrap();
    shared(meta.with_kind(kind, Provenance::Stated("test".to_owned())), sibling.seed)
}

/// All channels of all sources in the region of `view`, read by world positions.
fn channels<T: Element>(view: &dyn Array, sources: &[ArrayRef]) -> Vec<ArrayD<T>> {
    let mut channels = Vec::new();
    for source in sources {
        let block = source.read::<T>(view.roi()).unwrap();
        match source.axes().channel() {
            Some(axis) => channels.extend(block.axis_iter(Axis(axis)).map(|channel| channel.to_owned())),
            None => channels.push(block),
        }
    }
    channels
}

/// The region of a view of several sources is what all of them have, and it does what every array does.
fn check_joined<V: Array + 'static>(sources: &[ArrayRef], view: impl Fn(Vec<ArrayRef>) -> Result<V>) {
    let made = view(sources.to_vec()).unwrap();
    let common = sources[1..].iter().fold(sources[0].roi(), |roi, source| roi.intersect(&source.roi()).unwrap());
    assert_eq!((made.roi(), made.name()), (common, "joined"));
    assert_eq!(made.meta().grid(), sources[0].meta().grid());
    check_array(&made).unwrap();
    for position in 0..sources.len() {
        check_transfers(sources[position].clone(), |counted| {
            let mut sources = sources.to_vec();
            sources[position] = counted;
            Ok(Arc::new(view(sources)?))
        })
        .unwrap();
    }
    let plan = made.plan(made.meta().voxel_box()).unwrap();
    assert_eq!(plan.bytes_result, made.data().unwrap().bytes() as u64);
    assert!(plan.peak_bytes >= plan.bytes_result);
}

fn equal<T: Element>(found: &Block, expected: ArrayD<T>) -> bool {
    found.same_bits(&Block::from(expected))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn concat_puts_all_channels_in_front(
        base in metas(Channel::Never), some in siblings(), dtype in dtypes(), missing in proptest::option::of(0_usize..4),
    ) {
        let sources: Vec<_> = some.iter().map(|one| sibling(&base, one, dtype, Kind::Mask)).collect();
        let make = |sources: Vec<ArrayRef>| {
            let mut parts: Vec<_> = sources.into_iter().map(ChannelPart::Array).collect();
            if let Some(at) = missing { parts.insert(at.min(parts.len()), ChannelPart::Fill(1.into())); }
            ConcatChannels::new("joined", parts, None)
        };
        let view = make(sources.clone()).unwrap();
        with_dtype!(dtype, T => {
            let before: usize = sources.iter().take(missing.unwrap_or(0)).map(|s| s.num_channels().unwrap_or(1)).sum();
            let mut expected = channels::<T>(&view, &sources);
            if missing.is_some() {
                let one = T::from_fill(1.into()).unwrap();
                expected.insert(before, expected[0].mapv(|_| one));
            }
            let views: Vec<_> = expected.iter().map(|channel| channel.view()).collect();
            prop_assert!(equal(&view.data().unwrap(), ndarray::stack(Axis(0), &views).unwrap()));
            prop_assert_eq!((view.num_channels(), view.kind()), (Some(views.len()), Kind::Mask));
        });
        check_joined(&sources, make);
    }

    #[test]
    fn logical_or_is_the_largest(base in metas(Channel::Never), some in siblings(), dtype in dtypes()) {
        let sources: Vec<_> = some.iter().map(|one| sibling(&base, one, dtype, Kind::Mask)).collect();
        let view = LogicalOr::new("joined", sources.clone()).unwrap();
        with_dtype!(dtype, T => {
            let all = channels::<T>(&view, &sources);
            let expected = all[1..].iter().fold(all[0].clone(), |a, b| {
                Zip::from(&a).and(b).map_collect(|a, b| if a.partial_cmp(b).unwrap().is_ge() { *a } else { *b })
            });
            prop_assert!(equal(&view.data().unwrap(), expected));
        });
        check_joined(&sources, |sources| LogicalOr::new("joined", sources));
    }

    #[test]
    fn sums_are_exact_or_refused(
        base in metas(Channel::Never), some in siblings(), dtype in id_dtypes(), same: bool,
    ) {
        let sources: Vec<_> = some.iter().map(|one| sibling(&base, one, dtype, Kind::Image)).collect();
        let sum_type = if same { SumType::Same } else { SumType::Widened };
        let make = |sources| Sum::new("joined", sources, sum_type);
        let view = make(sources.clone()).unwrap();
        let wide = if format!("{dtype}").starts_with('i') { DType::I64 } else { DType::U64 };
        prop_assert_eq!(view.dtype(), if same { dtype } else { wide });
        let sums = with_dtype!(dtype, T => {
            let number = |value: &T| match value.to_string().as_str() {
                "true" => 1,
                "false" => 0,
                text => text.parse::<i128>().unwrap(),
            };
            let all: Vec<ArrayD<i128>> = channels::<T>(&view, &sources).iter().map(|channel| channel.map(number)).collect();
            all[1..].iter().fold(all[0].clone(), |a, b| a + b)
        });
        with_dtype!(view.dtype(), T => {
            let held = sums.map(|sum| T::from_fill(FillValue::Integer(*sum)));
            if held.iter().all(Option::is_some) {
                prop_assert!(equal(&view.data().unwrap(), held.map(|sum| sum.unwrap())));
                check_joined(&sources, make);
            } else {
                let error = view.data().unwrap_err();
                let told = matches!(error, Error::SumOverflow { dtype, .. } if dtype == view.dtype());
                prop_assert!(told, "{:?}", error);
            }
        });
    }

    #[test]
    fn merged_instances_are_apart_and_the_later_wins(
        base in metas(Channel::Never), some in siblings(), dtype in prop::sample::select(vec![DType::U8, DType::U16, DType::Bool]),
        largest in 2_u64..130,
    ) {
        let sources: Vec<_> = some.iter().map(|one| sibling(&base, one, dtype, Kind::Labels)).collect();
        let ids = InstanceIds::Largest(vec![largest; sources.len()]);
        let make = |sources| MergeInstances::new("joined", sources, &ids);
        let view = make(sources.clone()).unwrap();
        prop_assert_eq!((view.dtype(), view.kind()), (DType::U64, Kind::Labels));
        let mut expected = ArrayD::<u64>::zeros(view.shape());
        let mut fits = true;
        with_dtype!(dtype, T => for (position, source) in sources.iter().enumerate() {
            for channel in channels::<T>(&view, std::slice::from_ref(source)) {
                let ids = channel.map(|id| id.to_string().parse().unwrap_or(u64::from(id.to_string() == "true")));
                Zip::from(&mut expected).and(&ids).for_each(|out, &id| {
                    fits &= id <= largest;
                    if id > 0 { *out = position as u64 * largest + id; }
                });
            }
        });
        if fits {
            prop_assert!(equal(&view.data().unwrap(), expected));
            check_joined(&sources, make);
        } else {
            let told = matches!(view.data(), Err(Error::IdOutOfRange { id: 3 | 100, .. }));
            prop_assert!(told);
        }
    }
}

fn line<T: Element>(name: &str, values: &[T], step: i64, offset: i64) -> MemoryArray {
    MemoryArray::new(name, arr1(values).into_dyn(), [step], [offset]).unwrap()
}

#[test]
fn sources_that_do_not_fit_are_named_with_what_differs() {
    let shared = |array: MemoryArray| -> ArrayRef { Arc::new(array) };
    let first = shared(line("first", &[1_u8, 2], 8, 0));
    let flat = Block::zeros(DType::U8, &[2, 2]).unwrap();
    for (other, words) in [
        (shared(line("other", &[1_u8, 2], 4, 0)), ["voxel sizes", "(8,) nm", "(4,) nm"]),
        (shared(line("other", &[1_u8, 2], 8, 3)), ["grid lines", "(0,) nm", "(3,) nm"]),
        (shared(line("other", &[1_u16, 2], 8, 0)), ["element types", "uint8", "uint16"]),
        (shared(line("other", &[1_u8, 2], 8, 0).with_kind(Kind::Mask)), ["kinds", "image", "mask"]),
        (shared(MemoryArray::new("other", flat, [8, 8], [0, 0]).unwrap()), ["axes", "'x'", "'y x'"]),
    ] {
        let error = LogicalOr::new("or", vec![first.clone(), other]).unwrap_err();
        assert!(matches!(error, Error::SourcesDiffer { .. }), "{error:?}");
        let text = error.to_string();
        assert!(words.iter().chain(&["'first'", "'other'"]).all(|word| text.contains(word)), "{text}");
    }
    let apart = LogicalOr::new("or", vec![first.clone(), shared(line("far", &[1_u8], 8, 800))]).unwrap_err();
    assert!(matches!(&apart, Error::NothingLeft { array, .. } if array == "far"), "{apart}");
    assert!(matches!(LogicalOr::new("or", Vec::new()), Err(Error::BadParameter { .. })));
    let none = MemoryArray::new("none", Block::zeros(DType::U8, &[0, 2, 2, 2]).unwrap(), [1, 1, 1], [0, 0, 0]).unwrap();
    assert!(matches!(Sum::new("sum", vec![shared(none)], SumType::Same), Err(Error::BadParameter { .. })));
}

#[test]
fn missing_channels_read_nothing_and_have_to_fit() {
    let counted = Arc::new(Counted::new(Arc::new(line("a", &[1_u8, 2], 8, 0))));
    let parts = |value: i64| vec![ChannelPart::Fill(value.into()), ChannelPart::Array(counted.clone())];
    let names = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
    let view = ConcatChannels::new("all", parts(9), names(&["missing", "a"])).unwrap();
    assert_eq!(view.data().unwrap(), Block::from(ndarray::arr2(&[[9_u8, 9], [1, 2]]).into_dyn()));
    assert_eq!((counted.reads(), &view.attrs()["channel_names"]), (1, &serde_json::json!(["missing", "a"])));
    assert!(matches!(ConcatChannels::new("all", parts(-1), None), Err(Error::FillNotHeld { .. })));
    assert!(matches!(ConcatChannels::new("all", parts(1), names(&["a"])), Err(Error::BadParameter { .. })));
    let only = vec![ChannelPart::Fill(1.into())];
    assert!(matches!(ConcatChannels::new("all", only, None), Err(Error::BadParameter { .. })));
}

#[test]
fn nan_is_larger_than_everything() {
    let (a, b) = ([f32::NAN, 1.0, -0.5, 2.0], [1.0, f32::NAN, -1.0, 3.0]);
    let or = LogicalOr::new("or", vec![Arc::new(line("a", &a, 8, 0)), Arc::new(line("b", &b, 8, 0))]).unwrap();
    let found = or.data().unwrap();
    assert!(found.same_bits(&Block::from(arr1(&[f32::NAN, f32::NAN, -0.5, 3.0]).into_dyn())), "{found:?}");
}

#[test]
fn sums_of_floats_are_those_of_doubles() {
    let sum = |a: f32, b: f32, sum_type| {
        let [a, b]: [ArrayRef; 2] = [a, b].map(|value| Arc::new(line("a", &[value], 8, 16)) as _);
        Sum::new("sum", vec![a, b], sum_type).unwrap().data()
    };
    let one = |value: f32| Block::from(arr1(&[value]).into_dyn());
    assert_eq!(sum(1.0, 1e-9, SumType::Widened).unwrap(), Block::from(arr1(&[1.0 + f64::from(1e-9_f32)]).into_dyn()));
    assert_eq!(sum(0.5, 0.25, SumType::Same).unwrap(), one(0.75));
    assert_eq!(sum(f32::INFINITY, 1.0, SumType::Same).unwrap(), one(f32::INFINITY));
    let error = sum(f32::MAX, f32::MAX, SumType::Same).unwrap_err();
    assert!(matches!(&error, Error::SumOverflow { place, .. } if place.voxel == [2]), "{error}");
    assert!(sum(f32::MAX, f32::MAX, SumType::Widened).is_ok());
}

#[test]
fn sums_are_not_for_labels_and_masks_add_up_to_images() {
    let labels = Arc::new(line("ids", &[1_u64], 8, 0));
    assert!(matches!(Sum::new("sum", vec![labels], SumType::Same), Err(Error::NotForKind { kind: Kind::Labels, .. })));
    let mask: ArrayRef = Arc::new(line("mask", &[true], 8, 0));
    let sum = Sum::new("sum", vec![mask.clone(), mask], SumType::Widened).unwrap();
    assert_eq!((sum.kind(), sum.data().unwrap()), (Kind::Image, Block::from(arr1(&[2_u64]).into_dyn())));
}

#[test]
fn ids_of_instances_have_to_have_room() {
    let a: ArrayRef = Arc::new(line("a", &[0_i16, 3, -1], 8, 0));
    let wide: ArrayRef = Arc::new(line("wide", &[u64::MAX, 1, 0], 8, 0));
    let merge = |sources: &[&ArrayRef], ids: InstanceIds| {
        MergeInstances::new("all", sources.iter().map(|source| (*source).clone()).collect(), &ids)
    };
    let error = merge(&[&a], InstanceIds::Largest(vec![3])).unwrap().data().unwrap_err();
    assert!(matches!(&error, Error::IdOutOfRange { id: -1, place, .. } if place.voxel == [2]), "{error}");
    assert!(error.to_string().contains("'a'"), "{error}");
    let error = merge(&[&wide], InstanceIds::Offsets(vec![1])).unwrap().data().unwrap_err();
    assert!(matches!(error, Error::IdOutOfRange { largest, .. } if largest == u64::MAX - 1), "{error}");
    let whole = merge(&[&wide], InstanceIds::Offsets(vec![0])).unwrap().data().unwrap();
    assert_eq!(whole, Block::from(arr1(&[u64::MAX, 1, 0]).into_dyn()));
    for ids in [InstanceIds::Largest(vec![u64::MAX, 1]), InstanceIds::Offsets(vec![1])] {
        assert!(matches!(merge(&[&wide, &wide], ids), Err(Error::BadParameter { .. })));
    }
    let floats: ArrayRef = Arc::new(line("floats", &[1.0_f32], 8, 0));
    assert!(matches!(merge(&[&floats], InstanceIds::Offsets(vec![0])), Err(Error::NotForDType { .. })));
}

#[test]
fn channels_beyond_counting_are_refused_where_they_are_counted() {
    let axes = [AxisInfo::plain("c", AxisKind::Channel), AxisInfo::space("x")];
    let (axes, line) = (Axes::new(axes).unwrap(), line("line", &[1_u8], 8, 0));
    let meta = line.meta().derive(DType::U8, axes, &[usize::MAX], *line.meta().grid(), *line.meta().voxel_box());
    let many: ArrayRef = Arc::new(Constant::new(&meta.unwrap(), 1.into(), None).unwrap());
    let both = || vec![many.clone(), many.clone()];
    let parts = both().into_iter().map(ChannelPart::Array).collect();
    assert!(matches!(ConcatChannels::new("all", parts, None), Err(Error::BadParameter { .. })));
    let one_more = vec![ChannelPart::Array(many.clone()), ChannelPart::Fill(1.into())];
    assert!(matches!(ConcatChannels::new("all", one_more, None), Err(Error::BadParameter { .. })));
    let either = LogicalOr::new("or", both()).unwrap();
    assert!(matches!(either.data(), Err(Error::TooLarge { .. })));
    assert!(matches!(Sum::new("sum", both(), SumType::Widened).unwrap().data(), Err(Error::TooLarge { .. })));
}

#[test]
fn only_what_all_sources_say_is_said_of_the_whole() {
    let with = |name: &str, attrs: serde_json::Value| -> ArrayRef {
        let array = line(name, &[1_u8], 8, 0);
        let meta = array.meta().clone().with_attrs(attrs.as_object().unwrap().clone());
        let block = array.data().unwrap();
        Arc::new(MemoryArray::from_meta(meta, block).unwrap())
    };
    let a = with("a", serde_json::json!({"lab": "x", "stain": 1, "offset": [0], "channel_names": ["q"]}));
    let b = with("b", serde_json::json!({"lab": "x", "stain": 2, "offset": [0], "channel_names": ["q"]}));
    let or = LogicalOr::new("or", vec![a, b]).unwrap();
    assert_eq!(serde_json::Value::from(or.attrs().clone()), serde_json::json!({"lab": "x"}));
}

#[test]
fn large_regions_are_read_in_pieces_of_bounded_memory() {
    let ids = ndarray::Array3::from_shape_fn((9, 1024, 1024), |(z, y, x)| (z * 1000 + y + x % 17) as u64).into_dyn();
    let half = ids.map(|id| id / 2);
    let counted = Arc::new(Counted::new(Arc::new(MemoryArray::new("ids", ids, [1, 1, 1], [3, 0, 0]).unwrap())));
    let ids: ArrayRef = counted.clone();
    let halved: ArrayRef = Arc::new(MemoryArray::new("half", half, [1, 1, 1], [3, 0, 0]).unwrap());
    let views: [ArrayRef; 2] = [
        Arc::new(Cast::new(ids.clone(), DType::U32, Conversion::Exact).unwrap()),
        Arc::new(LogicalOr::new("or", vec![halved, ids]).unwrap()),
    ];
    let expected = counted.data().unwrap();
    for view in views {
        let before = counted.reads();
        let found = view.data().unwrap();
        assert!(counted.reads() - before >= 2, "72 MiB in one piece");
        assert_eq!(found.convert(DType::U64, Conversion::Exact).unwrap(), expected);
        let plan = view.plan(view.meta().voxel_box()).unwrap();
        assert!(plan.peak_bytes <= plan.bytes_result + VIEW_MEMORY, "{plan:?}");
        assert!(plan.notes.iter().any(|note| note.contains("pieces")), "{plan:?}");
    }
}

#[test]
fn views_stop_when_they_are_told_to() {
    let token = CancelToken::default();
    token.cancel();
    let cx = ReadContext::default().with_cancel(token);
    let source: ArrayRef = Arc::new(line("a", &[1_u8, 2], 8, 0));
    let part = ChannelPart::Array(source.clone());
    let views: [ArrayRef; 4] = [
        Arc::new(Cast::new(source.clone(), DType::U16, Conversion::Exact).unwrap()),
        Arc::new(Sum::new("sum", vec![source.clone()], SumType::Same).unwrap()),
        Arc::new(ConcatChannels::new("all", vec![part], None).unwrap()),
        Arc::new(Constant::new(source.meta(), 1.into(), None).unwrap()),
    ];
    for view in views {
        let mut block = Block::zeros(view.dtype(), view.shape()).unwrap();
        let stopped = view.read_voxels(view.meta().voxel_box(), block.view_mut(), &cx);
        assert!(matches!(stopped, Err(Error::Cancelled)), "{view:?}");
    }
}
