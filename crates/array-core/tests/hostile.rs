//! Whatever is asked for, the answer is a result: no public function panics.

use array_core::coord_roi::strategies::{any_length, length, roi, voxel_box};
use array_core::{
    Array, ArrayExt, ArrayMeta, Axes, Block, Chunks, Conversion, Coordinate, DType, FillValue, Grid, Kind, Length,
    MemoryArray, Outside, Provenance, ReadContext, ReadOptions, Roi, Rounding, ViewerSource, VoxelBox, WriteOptions,
};
use proptest::prelude::*;

/// Three axes; far from zero on each, and with steps that have no finite decimals.
fn array() -> MemoryArray {
    let third = Length::new(1, 3).unwrap();
    let grid = Grid::new([Length::ZERO; 3], [third, Length::from(1_i64 << 40), Length::from(7)]).unwrap();
    let voxels = VoxelBox::new([1 << 60, -(1 << 20), 0], [3, 4, 5]).unwrap();
    let meta = ArrayMeta::new("far", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap();
    let meta = meta.with_read_block(Coordinate::from([i64::MAX, 2, 3])).unwrap();
    MemoryArray::from_meta(meta, Block::zeros(DType::U8, &[3, 4, 5]).unwrap()).unwrap()
}

fn fill() -> impl Strategy<Value = FillValue> {
    prop_oneof![any::<i128>().prop_map(FillValue::Integer), any::<f64>().prop_map(FillValue::Float), Just(0.into())]
}

fn options() -> impl Strategy<Value = ReadOptions> {
    let outside = prop_oneof![Just(Outside::Error), Just(Outside::Clip), fill().prop_map(Outside::Fill)];
    let alignment =
        (0..4_usize).prop_map(|rule| [Rounding::Exact, Rounding::Grow, Rounding::Shrink, Rounding::Closest][rule]);
    (outside, alignment, proptest::option::of(0..11_usize), 0..3_usize).prop_map(|(outside, alignment, dtype, rule)| {
        let options = ReadOptions::default().with_outside(outside).with_alignment(alignment);
        match dtype {
            Some(dtype) => options.with_dtype(DType::ALL[dtype], Conversion::ALL[rule]),
            None => options,
        }
    })
}

/// Near ones, and any that there can be.
fn regions() -> impl Strategy<Value = Roi<Length>> {
    let near = (0..5_usize).prop_flat_map(|dims| roi(length(), dims));
    let limits = proptest::collection::vec((any_length(), any_length()), 0..5);
    let any = limits.prop_filter_map("a region", |limits| {
        let (begin, end): (Vec<_>, Vec<_>) = limits.into_iter().map(|(a, b)| (a.min(b), a.max(b))).unzip();
        Roi::from_bounds(Coordinate::try_from_iter(begin).ok()?, Coordinate::try_from_iter(end).ok()?).ok()
    });
    prop_oneof![near, any]
}

/// Small text that looks like the stored form of something.
fn json() -> impl Strategy<Value = String> {
    let word = "space|time|channel|labels|image|nm|z|c\\^|NaN|stated|local|shown|exact|[a-z]{0,3}"
        .prop_map(|word| format!("\"{word}\""));
    let leaf = prop_oneof![
        word,
        any::<f64>().prop_map(|number| number.to_string()),
        any::<i128>().prop_map(|number| number.to_string()),
        Just("null".to_owned()),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let key = "name|kind|unit|url|reason|lossy|stated|not_shown|z";
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec((key, inner), 0..4).prop_map(|fields| {
                let fields: Vec<String> = fields.into_iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                format!("{{{}}}", fields.join(","))
            }),
        ]
    })
}

/// What is read can be written and read again.
fn survives<T: serde::Serialize + serde::de::DeserializeOwned>(text: &str) {
    if let Ok(value) = serde_json::from_str::<T>(text) {
        let stored = serde_json::to_string(&value).unwrap();
        let again = serde_json::to_string(&serde_json::from_str::<T>(&stored).unwrap()).unwrap();
        assert_eq!(stored, again);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_region_is_answered_or_refused(
        roi in regions(),
        options in options(),
        value in fill(),
    ) {
        let array = array();
        // Regions of gigabytes would be read in full: only those that can be small.
        let small = array.voxels_to_read(roi, &options.clone().with_outside(Outside::Clip)).is_ok();
        if small && !matches!(options.outside, Outside::Fill(_)) && let Ok(read) = array.read_with(roi, &options) {
            prop_assert_eq!(read.block.dtype(), options.dtype.unwrap_or(DType::U8));
        }
        let _ = array.voxels_to_read(roi, &options);
        let _ = array.index_ranges(roi);
        let _ = array.fill_with(roi, value, &WriteOptions::default().with_chunks(Chunks::Whole));
        let _ = array.meta().bounded(&roi);
    }

    #[test]
    fn any_box_is_answered_or_refused(
        part in (0..5_usize).prop_flat_map(voxel_box),
        whole in (0..5_usize).prop_flat_map(voxel_box),
        point in proptest::array::uniform3(any_length()),
    ) {
        let array = array();
        let cx = ReadContext::default();
        let _ = array.read_box(&part, &cx);
        let _ = array.plan(&part);
        let _ = array.meta().block_shape(&part);
        let _ = array.meta().block_ranges(&part, &whole);
        let _ = array.read_point::<u8>(point);
        let mut out = Block::zeros(DType::U8, &[1, 1, 1]).unwrap();
        let _ = array.read_voxels(&part, out.view_mut(), &cx);
        let _ = array.writer().unwrap().write_voxels(&part, out.view(), &cx);
        for dims in 0..5 {
            let _ = ArrayMeta::new("a", DType::U8, Axes::usual(dims).unwrap(), &[1; 2], *array.meta().grid(), part);
        }
    }

    #[test]
    fn any_fill_value_makes_a_block_or_an_error(value in fill(), shape in proptest::collection::vec(0..4_usize, 0..5)) {
        for dtype in DType::ALL {
            if let Ok(block) = value.block(dtype, &shape) {
                prop_assert_eq!(block.shape(), &shape[..]);
            }
            prop_assert!(value.block(dtype, &[usize::MAX, 2]).is_err());
        }
        survives::<FillValue>(&serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn stored_forms_are_read_or_refused(text in json()) {
        survives::<Axes>(&text);
        survives::<Kind>(&text);
        survives::<FillValue>(&text);
        survives::<Provenance>(&text);
        survives::<ViewerSource>(&text);
        survives::<DType>(&text);
        survives::<Conversion>(&text);
    }

    #[test]
    fn any_slice_is_a_window_or_an_error(
        ranges in proptest::collection::vec((0..5_usize, 0..5_usize), 0..4),
        wild in proptest::collection::vec(any::<(usize, usize)>(), 0..4),
    ) {
        let mut block = Block::zeros(DType::U16, &[3, 4]).unwrap();
        for list in [ranges, wild] {
            let list: Vec<_> = list.into_iter().map(|(begin, end)| begin..end).collect();
            let _ = block.view_mut().slice(&list);
            if let Ok(part) = block.view().slice(&list) {
                prop_assert_eq!(part.shape(), list.iter().map(ExactSizeIterator::len).collect::<Vec<_>>());
            }
        }
    }
}
