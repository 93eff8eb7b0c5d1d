//! Misuse is told: which array, which axis, which value, and what to do.

use array_core::{
    ArrayExt, Block, CancelToken, DType, Error, Field, FillValue, Kind, MemoryArray, Outside, Provenance, ReadContext,
    ReadOptions, Roi,
};

fn em() -> MemoryArray {
    let data = Block::zeros(DType::U8, &[10, 20, 30]).unwrap();
    MemoryArray::new("em", data, [40, 8, 8], [400, 0, -80]).unwrap()
}

#[test]
fn a_region_outside_names_axis_and_both_intervals() {
    let error = em().read::<u8>(Roi::new([400, 80, -80], [80, 160, 80]).unwrap()).unwrap_err();
    let text = error.to_string();
    assert!(matches!(&error, Error::OutsideArray { axis, .. } if axis == "y"), "{error:?}");
    assert!(text.contains("[80, 240)") && text.contains("[0, 160)") && text.contains("fill"), "{text}");
}

#[test]
fn an_unaligned_region_names_the_nearest_borders() {
    let roi =
        Roi::new([440, 0, 0].map(array_core::Length::from), ["40", "8", "8.01"].map(|l| l.parse().unwrap())).unwrap();
    let error = em().read::<u8>(roi).unwrap_err();
    let text = error.to_string();
    assert!(matches!(&error, Error::NotAligned { axis, .. } if **axis == *"x"), "{error:?}");
    assert!(text.contains("8.01") && text.contains("nearest are 8 and 16"), "{text}");
}

#[test]
fn type_and_rank_are_checked_before_reading() {
    let roi = em().roi();
    assert!(matches!(em().read::<u16>(roi), Err(Error::DTypeMismatch { asked: DType::U16, found: DType::U8 })));
    assert!(matches!(em().read::<u8>(Roi::new([0], [8]).unwrap()), Err(Error::RankMismatch { .. })));
}

#[test]
fn points_that_do_not_fit_name_the_axes() {
    let error = em().read_point::<u8>([8, 8]).unwrap_err();
    assert!(matches!(error, Error::RankMismatch { what: "point", .. }), "{error}");
    let error = em().read_point::<u8>([400, 0, i64::MAX]).unwrap_err().to_string();
    assert!(error.starts_with("axis x: "), "{error}");
}

#[test]
fn a_fill_value_must_fit_the_dtype() {
    let options = ReadOptions::default().with_outside(Outside::Fill(FillValue::from(300)));
    let error = em().read_with(Roi::new([0, 0, 0], [40, 8, 8]).unwrap(), &options).unwrap_err();
    assert!(matches!(error, Error::FillNotHeld { .. }), "{error}");
}

#[test]
fn cancellation_and_deadline_stop_a_read() {
    let token = CancelToken::default();
    let cx = ReadContext::default().with_cancel(token.clone());
    assert!(em().read_with(em().roi(), &ReadOptions::default().with_context(cx.clone())).is_ok());
    token.cancel();
    let stopped = em().read_with(em().roi(), &ReadOptions::default().with_context(cx));
    assert!(matches!(stopped, Err(Error::Cancelled)));
    let late = ReadContext::default().with_deadline(std::time::Instant::now());
    let stopped = em().read_with(em().roi(), &ReadOptions::default().with_context(late));
    assert!(matches!(stopped, Err(Error::DeadlineExceeded)));
}

#[test]
fn guesses_are_told() {
    let labels = MemoryArray::new("ids", Block::zeros(DType::U64, &[2, 2, 2]).unwrap(), [8, 8, 8], [0, 0, 0]).unwrap();
    assert_eq!(labels.kind(), Kind::Labels);
    assert!(matches!(array_core::Array::meta(&labels).provenance(Field::Kind), Some(Provenance::Assumed(_))));
    let stated = labels.with_kind(Kind::Image);
    assert!(matches!(array_core::Array::meta(&stated).provenance(Field::Kind), Some(Provenance::Stated(_))));
}

#[test]
fn a_block_that_does_not_fit_is_not_written() {
    let array = em();
    let roi = Roi::new([400, 0, -80], [40, 8, 8]).unwrap();
    let wrong = Block::zeros(DType::U8, &[1, 1, 2]).unwrap();
    assert!(matches!(array.write(roi, wrong.view()), Err(Error::ShapeMismatch { .. })));
    let other = Block::zeros(DType::U16, &[1, 1, 1]).unwrap();
    assert!(matches!(array.write(roi, other.view()), Err(Error::DTypeMismatch { .. })));
}

#[test]
fn regions_without_voxels_may_lie_anywhere_and_be_huge() {
    let ranges = em().index_ranges(Roi::new([0, 0, 160], [400, 0, 80]).unwrap()).unwrap();
    assert_eq!(ranges, [0..0, 0..0, 0..0]);
    let ranges = em().index_ranges(Roi::new([320, 8, 0], [160, 0, 80]).unwrap()).unwrap();
    assert_eq!(ranges, [0..0, 1..1, 10..20]);
    let huge = Roi::new([0, 0, 0], [40 << 56, 0, 8 << 10]).unwrap();
    assert!(matches!(em().read::<u8>(huge), Err(Error::TooLarge { .. })));
}

#[test]
fn a_plan_is_about_what_the_read_transfers() {
    let array = em();
    let strict = ReadOptions::default();
    let roi = |begin: [i64; 3], shape: [i64; 3]| Roi::new(begin, shape).unwrap();
    for (request, transferred) in [
        (roi([400, 0, -80], [80, 16, 24]), "[10:12, 0:2, -10:-7]"),
        (roi([440, 8, 0], [40, 8, 0]), "[11:12, 1:2, 0:0]"),
    ] {
        assert_eq!(array.voxels_to_read(request, &strict).unwrap().to_string(), transferred);
    }
    for refused in [roi([360, 0, -80], [80, 16, 24]), roi([401, 0, -80], [80, 16, 24])] {
        let (plan, read) = (array.voxels_to_read(refused, &strict), array.read_with(refused, &strict));
        assert_eq!(plan.unwrap_err().to_string(), read.unwrap_err().to_string());
    }
    let clip = ReadOptions::default().with_outside(Outside::Clip);
    let voxels = array.voxels_to_read(roi([360, 0, -80], [80, 16, 24]), &clip).unwrap();
    assert_eq!(voxels.to_string(), "[10:11, 0:2, -10:-7]");
}
