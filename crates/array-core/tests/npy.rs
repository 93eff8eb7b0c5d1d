//! Files of other programs, files larger than memory, and files that lie.

use std::fs;
use std::path::PathBuf;

use array_core::npy::{self, NpyArray, NpyOptions};
use array_core::testing::{check_array, check_writer};
use array_core::{
    Array, ArrayExt, ArrayMeta, Block, Coordinate, DType, Error, Length, Roi, StatedAxes, Strictness, with_dtype,
};
use ndarray::{ArrayD, s};
use proptest::prelude::*;

/// A file as numpy writes it.
fn file(descr: &str, fortran: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let text = format!("{{'descr': '{descr}', 'fortran_order': {fortran}, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend_from_slice(&(text.len() as u16).to_le_bytes());
    bytes.extend_from_slice(text.as_bytes());
    bytes.extend_from_slice(data);
    bytes
}

/// Voxels that tell their place, and a file of them by the given rules.
fn ramp(shape: &[usize], fortran: bool, big_endian: bool) -> (ArrayD<u32>, Vec<u8>) {
    let mut next = 0_u32..;
    let array = ArrayD::from_shape_simple_fn(shape, || next.next().unwrap().wrapping_mul(0x0101_0003));
    let view = if fortran { array.t() } else { array.view() };
    let encode = |value: &u32| if big_endian { value.to_be_bytes() } else { value.to_le_bytes() };
    let data: Vec<u8> = view.iter().flat_map(encode).collect();
    let (descr, order) = (if big_endian { ">u4" } else { "<u4" }, if fortran { "True" } else { "False" });
    let shape: Vec<String> = shape.iter().map(|extent| format!("{extent},")).collect();
    (array, file(descr, order, &format!("({})", shape.join(" ")), &data))
}

fn meta(dtype: DType, shape: &[usize]) -> ArrayMeta {
    let size: Vec<Length> = vec!["4.56".parse().unwrap(); shape.len().min(3)];
    let offset: Vec<Length> = vec!["-9.12".parse().unwrap(); shape.len().min(3)];
    let stated = StatedAxes::default().with_voxel_size(size).with_offset(offset);
    ArrayMeta::placed("a", dtype, shape, &stated, "test", Strictness::Lenient).unwrap()
}

#[test]
fn all_orders_of_bytes_and_axes_are_read_and_written() {
    let folder = tempfile::tempdir().unwrap();
    for (fortran, big_endian) in [(false, false), (false, true), (true, false), (true, true)] {
        for shape in [vec![], vec![7], vec![5, 6], vec![3, 4, 30], vec![2, 3, 4, 5]] {
            let (voxels, bytes) = ramp(&shape, fortran, big_endian);
            assert_eq!(npy::parse(&bytes).unwrap(), Block::from(voxels.clone()));
            let path = folder.path().join("ramp.npy");
            fs::write(&path, &bytes).unwrap();
            let array = NpyArray::open(&path, NpyOptions::default()).unwrap();
            assert_eq!(array.data().unwrap(), Block::from(voxels.clone()));
            check_array(&array).unwrap();
            assert!(!array.writable(), "opened for reading");
            assert_eq!(fs::read(&path).unwrap(), bytes, "and nothing was changed");

            let array = NpyArray::open_writable(&path, NpyOptions::default()).unwrap();
            array.write(array.roi(), &voxels.mapv(|value| !value)).unwrap();
            let changed = npy::parse(&fs::read(&path).unwrap()).unwrap();
            assert_eq!(changed, Block::from(voxels.mapv(|value| !value)));
            check_writer(&array).unwrap();
        }
    }
}

#[test]
fn large_regions_of_fortran_files_are_read_in_pieces() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("large.npy");
    let (voxels, bytes) = ramp(&[1100, 700, 3], true, true);
    fs::write(&path, bytes).unwrap();
    let array = NpyArray::open(&path, NpyOptions::default()).unwrap();
    assert_eq!(array.plan(array.meta().voxel_box()).unwrap().requests, 3, "planes of 3 MB along x");
    assert_eq!(array.data().unwrap(), Block::from(voxels.clone()));
    let part = array.read::<u32>(Roi::new([50, 0, 1], [1000, 700, 2]).unwrap()).unwrap();
    assert_eq!(part, voxels.slice(s![50..1050, .., 1..3]).into_dyn());
}

#[test]
fn files_are_made_for_all_types_and_written_in_parts() {
    let folder = tempfile::tempdir().unwrap();
    for dtype in DType::ALL {
        let path = folder.path().join(format!("{dtype}.npy"));
        let array = NpyArray::create(&path, &meta(dtype, &[3, 4, 5, 6])).unwrap();
        assert_eq!(array.data().unwrap(), Block::zeros(dtype, &[3, 4, 5, 6]).unwrap());
        check_array(&array).unwrap();
        check_writer(&array).unwrap();
        let all = array.data().unwrap();
        assert_eq!(npy::parse(&fs::read(&path).unwrap()).unwrap(), all, "what others will read");
    }
}

#[test]
fn a_file_may_be_larger_than_memory() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.npy");
    let shape = [40_usize, 50_000, 50_000];
    let array = NpyArray::create(&path, &meta(DType::U16, &shape)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().len() % 64, 200_000_000_000 % 64);
    assert!(matches!(array.data(), Err(Error::TooLarge { .. })));
    let size = array.voxel_size();
    for begin in [[0, 0, 0], [38, 49_990, 49_000]] {
        let corner = array.meta().grid().corner(&(begin.map(|index| index - 2)).into()).unwrap();
        let extent = size.checked_mul(&Coordinate::from([2, 3, 500]).to_lengths()).unwrap();
        let roi = Roi::new(corner, extent).unwrap();
        array.fill(roi, 7).unwrap();
        assert!(array.read::<u16>(roi).unwrap().iter().all(|value| *value == 7));
    }
}

#[test]
fn what_exists_is_replaced_only_when_asked_for() {
    let folder = tempfile::tempdir().unwrap();
    let path: PathBuf = folder.path().join("a.npy");
    fs::write(&path, b"precious").unwrap();
    let refused = NpyArray::create(&path, &meta(DType::U8, &[2, 2])).unwrap_err();
    assert!(matches!(refused, Error::AlreadyExists { .. }) && refused.to_string().contains("a.npy"), "{refused}");
    assert_eq!(fs::read(&path).unwrap(), b"precious");
    let array = NpyArray::create_or_replace(&path, &meta(DType::U8, &[2, 2])).unwrap();
    array.fill(array.roi(), 1).unwrap();
    drop(array);
    let again = NpyArray::open(&path, NpyOptions::default()).unwrap();
    assert_eq!(again.data().unwrap(), Block::from(ndarray::arr2(&[[1_u8, 1], [1, 1]])));
    assert!(matches!(again.fill(again.roi(), 0), Err(Error::ReadOnly { .. })));
    let nowhere = NpyArray::create(folder.path().join("no/a.npy"), &meta(DType::U8, &[2]));
    assert!(matches!(nowhere, Err(Error::BadFile { .. })));
}

#[test]
fn a_file_that_cannot_be_made_is_not_in_the_way_of_the_next_attempt() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.npy");
    // With its header a file of more bytes than a file can have.
    let huge = &[i64::MAX as usize];
    let huge = ArrayMeta::placed("a", DType::U8, huge, &StatedAxes::default(), "test", Strictness::Lenient).unwrap();
    assert!(matches!(NpyArray::create(&path, &huge), Err(Error::BadFile { .. })));
    assert!(!path.exists());
    NpyArray::create(&path, &meta(DType::U8, &[2, 2])).unwrap();
}

#[test]
fn float16_is_not_opened_for_writing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("half.npy");
    fs::write(&path, file(">f2", "False", "(2,)", &[0x3c, 0, 0xc0, 0])).unwrap();
    let array = NpyArray::open(&path, NpyOptions::default()).unwrap();
    assert_eq!(array.data().unwrap(), Block::from(ndarray::arr1(&[1.0_f32, -2.0])));
    let error = NpyArray::open_writable(&path, NpyOptions::default()).unwrap_err().to_string();
    assert!(error.contains("float16") && error.contains("reading"), "{error}");
}

#[test]
fn options_name_what_does_not_fit() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.npy");
    drop(NpyArray::create(&path, &meta(DType::U8, &[2, 3, 4])).unwrap());
    let zyx = || NpyOptions::default().with_axes(array_core::Axes::zyx());
    let told = |options| NpyArray::open(&path, options).unwrap_err().to_string();
    let text = told(zyx().with_voxel_size([8, 8]));
    assert!(text.contains("voxel_size") && text.contains("'z y x'") && text.contains("needs 3"), "{text}");
    let text = told(zyx().with_offset([8, 8]));
    assert!(text.contains("offset") && text.contains("'z y x'"), "{text}");
    assert!(told(NpyOptions::default().with_voxel_size([8, 0, 8])).contains("axis y"));
    assert!(told(zyx().with_strictness(Strictness::Strict)).contains("nothing states the voxel size"));
}

#[test]
fn shapes_of_any_rank_have_a_header() {
    let shape = vec![1; 30_000];
    let block = with_dtype!(DType::U8, T => Block::from(ArrayD::<T>::default(shape)));
    let mut bytes = Vec::new();
    npy::write(&mut bytes, &block.view()).unwrap();
    assert_eq!((bytes[6], bytes.len() % 64), (2, 1), "version 2 has a longer length");
    assert_eq!(npy::parse(&bytes).unwrap(), block);
}

fn shapes() -> impl Strategy<Value = String> {
    let extent = prop_oneof![
        Just("0".to_owned()),
        Just("18446744073709551615".to_owned()),
        Just("9223372036854775808".to_owned()),
        Just("99999999999999999999".to_owned()),
        (0..5_u64).prop_map(|extent| extent.to_string()),
        "[-+ 0-9a-zL.]{0,4}",
    ];
    proptest::collection::vec(extent, 0..5).prop_map(|extents| format!("({})", extents.join(",")))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn headers_that_lie_are_errors(
        descr in "[<>|=!][biufcSVO][0-9]{1,3}|.{0,6}",
        order in "True|False|[a-zA-Z]{0,5}",
        shape in shapes(),
        data in proptest::collection::vec(any::<u8>(), 0..70),
    ) {
        let bytes = file(&descr, &order, &shape, &data);
        let parsed = npy::parse(&bytes);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.npy");
        fs::write(&path, &bytes).unwrap();
        if let Ok(array) = NpyArray::open(&path, NpyOptions::default()) {
            let (read, plan) = (array.data(), array.plan(array.meta().voxel_box()));
            prop_assert!(plan.is_ok());
            prop_assert_eq!(read.is_ok(), parsed.is_ok());
        }
    }

    #[test]
    fn files_with_wrong_bytes_are_no_reason_to_panic(
        fortran: bool,
        changes in proptest::collection::vec((0..140_usize, any::<u8>()), 1..5),
        end in 0..200_usize,
    ) {
        let (_, mut bytes) = ramp(&[2, 3, 2], fortran, true);
        for (position, byte) in changes {
            let position = position % bytes.len();
            bytes[position] = byte;
        }
        bytes.truncate(end);
        let _ = npy::parse(&bytes);
    }
}
