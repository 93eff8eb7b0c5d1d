//! Views that show other voxels, or the same along other axes: crop, select, permute.

use std::ops::Range;
use std::sync::Arc;

use array_core::testing::check_writer;
use array_core::{
    Array, ArrayExt, ArrayRef, AxisOrder, Block, Channels, Coordinate, Crop, DType, Error, MemoryArray, Permute,
    Pieces, Roi, Rounding, Select, VoxelBox,
};
use ndarray::Axis;
use proptest::prelude::*;

use crate::random::{Channel, check_view, dtypes, memory, metas, pyramid, retyped, shared};

fn roundings() -> impl Strategy<Value = Rounding> {
    prop::sample::select(vec![Rounding::Grow, Rounding::Shrink, Rounding::Closest])
}

/// A region of whole nanometres that may leave the array.
fn region(array: &dyn Array, cuts: &[(i64, i64)]) -> Roi<array_core::Length> {
    let (begin, end) = (array.roi().begin().unwrap(), array.roi().end().unwrap());
    let at = |dim: usize, percent: i64| {
        let extent = end[dim].checked_sub(begin[dim]).unwrap();
        let part = extent.checked_mul(array_core::Length::new(percent, 100).unwrap()).unwrap();
        begin[dim].checked_add(part).unwrap()
    };
    let corner = |upper: bool| {
        Coordinate::try_from_iter((0..begin.dims()).map(|dim| {
            let (a, b) = cuts[dim];
            at(dim, if upper { a.max(b) } else { a.min(b) })
        }))
    };
    Roi::from_bounds(corner(false).unwrap(), corner(true).unwrap()).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn a_crop_of_a_crop_is_the_crop_to_what_both_have(
        meta in metas(Channel::Maybe), seed: u64, rounding in roundings(),
        cuts in proptest::collection::vec(((-20_i64..120, -20_i64..120), (-20_i64..120, -20_i64..120)), 3),
    ) {
        let source = shared(meta, seed);
        let first = region(&*source, &cuts.iter().map(|(a, _)| *a).collect::<Vec<_>>());
        let second = region(&*source, &cuts.iter().map(|(_, b)| *b).collect::<Vec<_>>());
        let both = first.intersect(&second).unwrap();
        prop_assume!(!both.is_empty());
        let inner: array_core::Result<ArrayRef> = Crop::new(source.clone(), first, rounding).map(|crop| Arc::new(crop) as _);
        let twice = inner.and_then(|inner| Crop::new(inner, second, rounding));
        let once = Crop::new(source, both, rounding);
        match (twice, once) {
            (Ok(twice), Ok(once)) => {
                prop_assert_eq!(twice.meta(), once.meta());
                prop_assert_eq!(twice.data().unwrap(), once.data().unwrap());
            }
            (Err(Error::NothingLeft { .. }), Err(Error::NothingLeft { .. })) => {}
            (twice, once) => prop_assert!(false, "{:?} is not {:?}", twice, once),
        }
    }

    #[test]
    fn selected_channels_are_those_of_the_source(
        meta in metas(Channel::Always), dtype in dtypes(), seed: u64, pick: prop::sample::Index, reversed: bool,
    ) {
        let (axis, channels) = (meta.axes().channel().unwrap(), meta.num_channels().unwrap());
        let source = shared(retyped(&meta, dtype), seed);
        let pick = pick.index(channels);
        let one = Select::new(source.clone(), &Channels::One(pick)).unwrap();
        let all = source.data().unwrap();
        prop_assert!(one.data().unwrap().same_bits(&all.view().at(axis, pick).unwrap().to_block().unwrap()));
        prop_assert_eq!((one.num_channels(), one.roi(), one.dtype()), (None, source.roi(), dtype));

        let range = Select::new(source.clone(), &Channels::Range { begin: pick, end: channels }).unwrap();
        let mut ranges: Vec<_> = all.shape().iter().map(|&extent| 0..extent).collect();
        ranges[axis] = pick..channels;
        prop_assert!(range.data().unwrap().same_bits(&all.view().slice(&ranges).unwrap().to_block().unwrap()));

        let mut list: Vec<usize> = (pick..channels).collect();
        if reversed { list.reverse(); }
        let some = Select::new(source.clone(), &Channels::List(list.clone())).unwrap();
        prop_assert_eq!(some.num_channels(), Some(list.len()));
        for (position, pick) in list.iter().enumerate() {
            let part = some.data().unwrap().view().at(axis, position).unwrap().to_block().unwrap();
            prop_assert!(part.same_bits(&all.view().at(axis, *pick).unwrap().to_block().unwrap()));
        }
        check_writer(&one).unwrap();
        check_writer(&some).unwrap();
        let now = source.data().unwrap();
        for other in 0..pick {
            let channel = |block: &Block| block.view().at(axis, other).unwrap().to_block().unwrap();
            prop_assert!(channel(&now).same_bits(&channel(&all)), "writing does not touch channel {}", other);
        }
        check_view(&source, |source| Select::new(source, &Channels::One(pick)));
        check_view(&source, |source| Select::new(source, &Channels::List(list.clone())));
    }

    #[test]
    fn permuting_axes_and_reading_commute(
        meta in metas(Channel::Maybe), dtype in dtypes(), seed: u64, keys in proptest::collection::vec(any::<u8>(), 5),
    ) {
        let mut order: Vec<usize> = (0..meta.rank()).collect();
        order.sort_by_key(|axis| keys[*axis]);
        let source = shared(retyped(&meta, dtype), seed);
        let by_index = AxisOrder::Indices(order.clone());
        let view = Permute::new(source.clone(), &by_index).unwrap();
        let expected = source.data().unwrap();
        let expected = expected.view().permuted(&order).unwrap().to_block().unwrap();
        prop_assert!(view.data().unwrap().same_bits(&expected));
        for (position, &from) in order.iter().enumerate() {
            prop_assert_eq!(&view.axes().as_slice()[position], &source.axes().as_slice()[from]);
            prop_assert_eq!(view.shape()[position], source.shape()[from]);
        }
        for (dim, axis) in view.axes().physical().enumerate() {
            let name = &view.axes().as_slice()[axis].name;
            let from = (0..source.dims()).find(|dim| source.axes().physical_name(*dim) == *name).unwrap();
            prop_assert_eq!(view.voxel_size()[dim], source.voxel_size()[from]);
            prop_assert_eq!(view.meta().offset()[dim], source.meta().offset()[from]);
        }
        let names = order.iter().map(|axis| source.axes().as_slice()[*axis].name.clone()).collect();
        let by_name = Permute::new(source.clone(), &AxisOrder::Names(names)).unwrap();
        prop_assert_eq!(by_name.meta(), view.meta());
        check_writer(&view).unwrap();
        check_view(&source, |source| Permute::new(source, &by_index));
    }

    #[test]
    fn pieces_are_a_partition_within_the_budget_and_whole_blocks_where_possible(
        shape in proptest::collection::vec(0_i64..20, 0..=3), begin in -30_i64..30, edge in 1_i64..9,
        budget in 0_u64..3000, bytes in 0_u64..9,
    ) {
        let dims = shape.len();
        let filled = |value| Coordinate::filled(dims, value).unwrap();
        let all = VoxelBox::new(filled(begin), Coordinate::try_from(&shape[..]).unwrap()).unwrap();
        let pieces: Vec<_> = Pieces::new(all, bytes, budget, Some(filled(edge))).map(Result::unwrap).collect();
        let mut seen = 0;
        for (position, piece) in pieces.iter().enumerate() {
            prop_assert!(all.contains(piece) && !piece.is_empty());
            let voxels = piece.voxels().unwrap();
            prop_assert!(voxels * bytes <= budget || voxels == 1);
            seen += voxels;
            for other in &pieces[..position] {
                prop_assert!(piece.intersect(other).unwrap().is_empty());
            }
            let cut = |at: i64, all: &Range<i64>| at != all.start && at != all.end && at.rem_euclid(edge) != 0;
            let mut both = piece.ranges().zip(all.ranges());
            let inside_a_block = both.any(|(part, all)| cut(part.start, &all) || cut(part.end, &all));
            let blocks = |range: Range<i64>| (range.end - 1).div_euclid(edge) - range.start.div_euclid(edge);
            prop_assert!(!inside_a_block || piece.ranges().all(|range| blocks(range) == 0));
        }
        prop_assert_eq!(seen, all.voxels().unwrap());
    }
}

#[test]
fn pieces_reach_the_ends_of_the_number_line() {
    let all = VoxelBox::new([i64::MIN, 0], [i64::MAX, 2]).unwrap();
    let first = Pieces::new(all, 1, 64, Some([1 << 40, 1].into())).next().unwrap().unwrap();
    assert_eq!(first.begin(), all.begin());
    assert!(first.voxels().unwrap() <= 64);
    let odd = Pieces::new(all, 1, 64, Some([0, 1].into())).next().unwrap().unwrap();
    assert!(odd.voxels().unwrap() <= 64);
}

#[test]
fn a_selection_that_makes_no_sense_names_what_there_is() {
    let flat: ArrayRef =
        Arc::new(MemoryArray::new("em", Block::zeros(DType::U8, &[2, 2, 2]).unwrap(), [1, 1, 1], [0, 0, 0]).unwrap());
    let rgb: ArrayRef = Arc::new(
        MemoryArray::new("rgb", Block::zeros(DType::U8, &[3, 2, 2, 2]).unwrap(), [1, 1, 1], [0, 0, 0]).unwrap(),
    );
    for (source, channels, words) in [
        (&flat, Channels::One(0), ["'em'", "no channel axis", "'z y x'"]),
        (&rgb, Channels::One(3), ["'rgb'", "channel 3", "0 to 2"]),
        (&rgb, Channels::List(vec![0, 7]), ["'rgb'", "[0, 7]", "0 to 2"]),
        (&rgb, Channels::List(vec![1, 1]), ["'rgb'", "[1, 1]", "listed twice"]),
        (&rgb, Channels::List(vec![]), ["'rgb'", "[]", "at least one"]),
        (&rgb, Channels::Range { begin: 2, end: 2 }, ["'rgb'", "2 to 2", "at least one"]),
        (&rgb, Channels::Range { begin: 0, end: usize::MAX }, ["'rgb'", "exclusive", "0 to 2"]),
    ] {
        let error = Select::new(source.clone(), &channels).unwrap_err();
        assert!(matches!(error, Error::NoChannel { .. }), "{error:?}");
        let text = error.to_string();
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    }
}

#[test]
fn an_order_that_makes_no_sense_names_the_axes() {
    let em: ArrayRef =
        Arc::new(MemoryArray::new("em", Block::zeros(DType::U8, &[2, 2, 2]).unwrap(), [1, 1, 1], [0, 0, 0]).unwrap());
    let names = |text: &str| AxisOrder::Names(text.split(' ').map(String::from).collect());
    for (order, word) in [
        (names("x y"), "'z' is missing"),
        (names("x y t"), "no axis 't'"),
        (names("x y z x"), "twice"),
        (AxisOrder::Indices(vec![0, 1, 3]), "no axis 3"),
        (AxisOrder::Indices(vec![0, 0, 1]), "'x' is missing"),
    ] {
        let error = Permute::new(em.clone(), &order).unwrap_err();
        assert!(matches!(error, Error::BadOrder { .. }), "{error:?}");
        assert!(error.to_string().contains(word) && error.to_string().contains("'z y x'"), "{error}");
    }
}

#[test]
fn names_of_channels_follow_the_channels() {
    let meta = Permute::new(pyramid(DType::U8, &[3, 2, 2, 2]), &AxisOrder::Indices(vec![1, 0, 2, 3])).unwrap();
    let attrs = serde_json::json!({"channel_names": ["r", "g", "b"], "stain": "x"}).as_object().unwrap().clone();
    let meta = meta.meta().clone().with_attrs(attrs);
    let source: ArrayRef = Arc::new(memory(meta, 1));
    let two = Select::new(source.clone(), &Channels::List(vec![2, 0])).unwrap();
    assert_eq!(
        serde_json::Value::from(two.attrs().clone()),
        serde_json::json!({"channel_names": ["b", "r"], "stain": "x"})
    );
    let one = Select::new(source, &Channels::One(0)).unwrap();
    assert_eq!(serde_json::Value::from(one.attrs().clone()), serde_json::json!({"stain": "x"}));
}

#[test]
fn scales_are_seen_through_the_same_view() {
    let source = pyramid(DType::U16, &[3, 4, 6, 8]);
    let crop = Crop::new(source.clone(), Roi::new([8, 16, 16], [24, 24, 40]).unwrap(), Rounding::Exact).unwrap();
    assert_eq!(crop.scales()[0].roi(), Roi::new([16, 16, 16], [16, 16, 32]).unwrap().into());
    let select = Select::new(source.clone(), &Channels::One(1)).unwrap();
    assert_eq!((select.scales().len(), select.scales()[0].shape()), (1, &[4, 6, 8][..]));
    let permute = Permute::new(source, &AxisOrder::Indices(vec![3, 0, 1, 2])).unwrap();
    assert_eq!((permute.scales().len(), permute.scales()[0].shape()), (1, &[8, 3, 4, 6][..]));
}

#[test]
fn requests_that_break_the_guarantees_are_refused() {
    let source = pyramid(DType::U8, &[2, 4, 4, 4]);
    let crop: ArrayRef =
        Arc::new(Crop::new(source.clone(), Roi::new([8, 8, 8], [8, 8, 8]).unwrap(), Rounding::Exact).unwrap());
    let select: ArrayRef = Arc::new(Select::new(crop.clone(), &Channels::One(0)).unwrap());
    let permute: ArrayRef = Arc::new(Permute::new(crop.clone(), &AxisOrder::Indices(vec![1, 0, 2, 3])).unwrap());
    for view in [crop, select, permute] {
        let cx = array_core::ReadContext::default();
        let beyond = VoxelBox::new([0, 0, 0], [1, 1, 1]).unwrap();
        let shape = view.meta().block_shape(&beyond).unwrap();
        let mut block = Block::zeros(DType::U8, &shape).unwrap();
        let error = view.read_voxels(&beyond, block.view_mut(), &cx).unwrap_err();
        assert!(matches!(error, Error::OutsideArray { .. }), "{error:?}");
        let own = *view.meta().voxel_box();
        let mut other = Block::zeros(DType::U16, &shape).unwrap();
        assert!(matches!(view.read_voxels(&own, other.view_mut(), &cx), Err(Error::DTypeMismatch { .. })));
        let array = block.into_array::<u8>().unwrap().insert_axis(Axis(0));
        let mut other = Block::from(array);
        assert!(matches!(view.read_voxels(&own, other.view_mut(), &cx), Err(Error::ShapeMismatch { .. })));
    }
}
