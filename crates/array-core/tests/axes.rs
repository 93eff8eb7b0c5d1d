//! What the axes are, from what sources of all generations state about them.

use array_core::{
    Array, ArrayExt, ArrayMeta, Axes, AxisInfo, AxisKind, Block, Candidates, Coordinate, DType, Error, Field, Length,
    MemoryArray, Provenance, StatedAxes, Strictness,
};
use proptest::prelude::*;

fn stated() -> StatedAxes {
    StatedAxes::default()
}

fn lengths(values: &[&str]) -> Vec<Length> {
    values.iter().map(|value| value.parse().unwrap()).collect()
}

/// Names with the first letter of their kind: `c:C z:S`.
fn told(axes: &Axes) -> String {
    let kind = |axis: &AxisInfo| match axis.kind {
        AxisKind::Space => "S",
        AxisKind::Time => "T",
        AxisKind::Channel => "C",
        AxisKind::Sample => "N",
        AxisKind::Batch => "B",
        AxisKind::Other => "O",
    };
    axes.iter().map(|axis| format!("{}:{}", axis.name, kind(axis))).collect::<Vec<_>>().join(" ")
}

fn place(stated: &StatedAxes, rank: usize) -> String {
    told(&stated.place(rank).unwrap().axes)
}

#[test]
fn without_a_statement_the_rank_decides_and_it_is_a_guess() {
    let usual = ["", "x:S", "y:S x:S", "z:S y:S x:S", "c:C z:S y:S x:S", "s:N c:C z:S y:S x:S"];
    for (rank, expected) in usual.into_iter().enumerate() {
        let placed = stated().place(rank).unwrap();
        assert_eq!(told(&placed.axes), expected);
        assert!(matches!(placed.axes_from, Provenance::Assumed(_)));
        assert_eq!(Axes::usual(rank).unwrap(), placed.axes);
    }
    let error = Axes::usual(6).unwrap_err();
    assert!(matches!(error, Error::BadAxes { .. }) && error.to_string().contains("6 unnamed"), "{error}");
}

#[test]
fn three_ways_to_list_letters_mean_the_same() {
    for names in [vec!["c", "z", "y", "x"], vec!["czyx"], vec!["c^zyx"], vec!["c^", "z", "y", "x"]] {
        assert_eq!(place(&stated().with_names(names), 4), "c:C z:S y:S x:S");
    }
    assert_eq!(place(&stated().with_names(["tzyx"]), 4), "t:T z:S y:S x:S");
    assert_eq!(place(&stated().with_names(["yxc"]), 3), "y:S x:S c:C");
    assert_eq!(place(&stated().with_names(["depth"]), 1), "depth:S", "one name is one axis");
    assert_eq!(place(&stated().with_names(["bscx"]), 4), "b:B s:N c:C x:S");
}

#[test]
fn marks_types_and_names_are_told_apart() {
    assert_eq!(place(&stated().with_names(["affs^", "d", "h", "w"]), 4), "affs:C d:S h:S w:S");
    assert_eq!(place(&stated().with_names(["roi'", "y", "x"]), 3), "roi:O y:S x:S");
    assert_eq!(place(&stated().with_names(["s^", "c'", "x"]), 3), "s:N c:C x:S");
    // Types decide, and the mark is no part of the name.
    let typed = stated().with_names(["c^", "t", "x"]).with_types(["sample", "space", "tensor"]);
    assert_eq!(place(&typed, 3), "c:N t:S x:O");
    let unnamed = stated().with_types(["sample", "channel", "space", "time", "space"]);
    assert_eq!(place(&unnamed, 5), "c0:N c1:C d0:S d1:T d2:S");
    let names: Vec<String> = unnamed.place(5).unwrap().axes.marked_names();
    assert_eq!(names, ["c0^", "c1^", "d0", "d1", "d2"]);
}

#[test]
fn the_number_of_sizes_tells_the_number_of_physical_axes() {
    let sizes = |count: usize| stated().with_voxel_size(vec![Length::from(8); count]);
    assert_eq!(place(&sizes(2), 3), "c:C y:S x:S");
    assert_eq!(place(&sizes(3), 5), "s:N c:C z:S y:S x:S");
    assert_eq!(place(&sizes(4), 4), "d0:S d1:S d2:S d3:S");
    assert_eq!(place(&stated().with_offset(lengths(&["0", "0"])), 3), "c:C y:S x:S");
    assert_eq!(place(&stated().with_units(["nm", "nm"]), 2), "y:S x:S");
    assert!(matches!(sizes(2).place(3).unwrap().axes_from, Provenance::Assumed(_)));
    for (bad, rank) in [(sizes(3), 2), (sizes(2), 5), (sizes(3).with_offset(lengths(&["0", "0"])), 3)] {
        let error = bad.place(rank).unwrap_err();
        assert!(matches!(error, Error::BadAxes { .. }) && error.to_string().contains("voxel_size has"), "{error}");
    }
}

#[test]
fn entries_are_for_all_axes_or_for_the_physical_ones() {
    let axes = stated().with_names(["y", "c", "x"]);
    for sizes in [["8", "1", "4"].as_slice(), &["8", "4"]] {
        let placed = axes.clone().with_voxel_size(lengths(sizes)).with_offset(lengths(&["0", "12"])).place(3).unwrap();
        assert_eq!(placed.voxel_size, Some(Coordinate::from([8, 4]).to_lengths()));
        assert_eq!(placed.offset, Some(Coordinate::from([0, 12]).to_lengths()));
    }
    for sizes in [["8"].as_slice(), &["8", "4", "4", "4"], &[]] {
        let error = axes.clone().with_voxel_size(lengths(sizes)).place(3).unwrap_err();
        assert!(matches!(error, Error::RankMismatch { what: "voxel_size", expected: 2, .. }), "{error:?}");
        assert!(error.to_string().contains("y c x"), "{error}");
    }
    let misfits = [
        (stated().with_names(["z", "y"]), "axis names"),
        (stated().with_names(["zyx", "c"]), "axis names"),
        (stated().with_types(["space"]), "axis types"),
        (axes.with_units(["nm"]), "units"),
    ];
    for (misfit, what) in misfits {
        let error = misfit.place(3).unwrap_err();
        assert!(matches!(error, Error::RankMismatch { .. }) && error.to_string().contains(what), "{error}");
    }
}

#[test]
fn units_of_space_become_nanometres_and_those_of_time_stay() {
    let placed = stated()
        .with_names(["t", "c", "z", "y", "x"])
        .with_units(["seconds", "", "um", "nanometer", ""])
        .with_voxel_size(lengths(&["1/3", "1", "0.04", "4.56", "4"]))
        .with_offset(lengths(&["10", "-1.5", "8", "8"]))
        .place(5)
        .unwrap();
    assert_eq!(placed.voxel_size.unwrap().to_vec(), lengths(&["1/3", "40", "4.56", "4"]));
    assert_eq!(placed.offset.unwrap().to_vec(), lengths(&["10", "-1500", "8", "8"]));
    assert_eq!(placed.axes.as_slice()[0], AxisInfo::time("t", "seconds"));
    assert_eq!(placed.axes.as_slice()[2], AxisInfo::space("z"));

    let parsecs = stated().with_names(["y", "x"]).with_units(["nm", "parsec"]).with_voxel_size(lengths(&["1", "1"]));
    let error = parsecs.place(2).unwrap_err().to_string();
    assert!(error.contains("'parsec' along x") && error.contains("um"), "{error}");
    let far = stated().with_names(["x"]).with_units(["m"]).with_offset(vec![Length::from(i64::MAX / 2)]);
    let error = far.place(1).unwrap_err();
    assert!(matches!(&error, Error::OnAxis { axis, .. } if **axis == *"x"), "{error:?}");
}

#[test]
fn axes_that_cannot_work_together_are_refused() {
    let twice = stated().with_names(["c", "c^", "x"]);
    let channels = stated().with_names(["a^", "d^", "x"]);
    let empty = stated().with_names(["^", "x", "y"]);
    for bad in [twice, channels, empty] {
        assert!(matches!(bad.place(3), Err(Error::BadAxes { .. })), "{bad:?}");
    }
    let marked = Axes::new([AxisInfo::plain("c^", AxisKind::Channel)]).unwrap_err();
    assert!(marked.to_string().contains('^'), "{marked}");
}

#[test]
fn geometry_errors_name_the_axis_by_its_letter() {
    let data = || Block::zeros(DType::U8, &[2, 3, 4, 5]).unwrap();
    let cases = [
        (MemoryArray::new("a", data(), [8, 0, 8], [0, 0, 0]), "axis y: step 0 is not allowed"),
        (MemoryArray::new("a", data(), [8, 8, -4], [0, 0, 0]), "axis x: step -4 is not allowed"),
        (MemoryArray::new("a", data(), [i64::MAX, 8, 8], [i64::MIN, 0, 0]), "axis z: "),
        (MemoryArray::new("a", data(), [8, 8, 8], [0, 0, i64::MAX - 7]), "axis x: "),
        (MemoryArray::new("a", data(), [8, 8, 8], [0, 0]), "voxel_size has 3 entries and offset 2"),
    ];
    for (made, expected) in cases {
        let text = made.unwrap_err().to_string();
        assert!(text.contains(expected) && !text.contains("axis 1") && !text.contains("axis 2"), "{text}");
    }
    let meta = MemoryArray::new("a", data(), [8, 8, 8], [0, 0, 0]).unwrap().meta().clone();
    let error = meta.with_read_block(Coordinate::from([1, 1, 0])).unwrap_err().to_string();
    assert!(error.starts_with("axis x: step 0"), "{error}");
}

#[test]
fn what_is_assumed_is_told_or_refused() {
    let placed = |stated: &StatedAxes, strictness| {
        ArrayMeta::placed("a", DType::U8, &[2, 3, 4, 5, 6], stated, "attribute", strictness)
    };
    let meta = placed(&stated(), Strictness::Lenient).unwrap();
    assert_eq!(meta.axes().names(), "s c z y x");
    let told = |field| meta.provenance(field).unwrap().to_string();
    assert_eq!(told(Field::VoxelSize), "assumed: voxel size (1, 1, 1), as nothing states it");
    assert_eq!(told(Field::Offset), "assumed: offset (0, 0, 0), as nothing states it");
    assert!(told(Field::Axes).contains("usual axes of rank 5"));

    let names = stated().with_names(["sczyx"]);
    let sized = names.clone().with_voxel_size(lengths(&["4", "4", "4.56"]));
    let whole = sized.clone().with_offset(lengths(&["0", "0", "9.12"]));
    let refused = |stated: &StatedAxes| match placed(stated, Strictness::Strict).unwrap_err() {
        Error::NotStated { field, .. } => field,
        other => panic!("{other}"),
    };
    assert_eq!([&stated(), &names, &sized].map(refused), [Field::Axes, Field::VoxelSize, Field::Offset]);
    let meta = placed(&whole, Strictness::Strict).unwrap();
    assert_eq!(meta.offset().to_vec(), lengths(&["0", "0", "9.12"]));
    assert_eq!(meta.provenance(Field::VoxelSize).unwrap().to_string(), "stated: attribute voxel_size");
    assert_eq!(meta.voxel_box().begin().to_vec(), [0, 0, 2], "on the grid through world zero");
}

#[test]
fn sources_that_agree_are_merged_and_others_are_told() {
    let both = Candidates::new(Field::Offset).add("a", Some(1)).add("b", None).add("c", Some(1));
    let choice = both.clone().choose(Strictness::Strict).unwrap().unwrap();
    assert_eq!((choice.value, choice.against.len()), (1, 0));
    assert_eq!(choice.provenance.to_string(), "stated: a and c");
    let three = both.add("d", Some(2)).add("e", Some(3)).add("f", Some(2));
    let choice = three.clone().choose(Strictness::Lenient).unwrap().unwrap();
    assert_eq!(choice.provenance.to_string(), "stated: a and c, against 2 of d and f, 3 of e");
    assert_eq!(choice.against, [(2, vec!["d".to_owned(), "f".to_owned()]), (3, vec!["e".to_owned()])]);
    let error = three.choose_or(0, Strictness::Strict).unwrap_err();
    assert!(matches!(error, Error::Contradiction { field: Field::Offset, .. }), "{error:?}");
    assert!(error.to_string().contains("1 of a and c, and as 2 of d and f, and as 3 of e"), "{error}");
    let nothing = Candidates::<i64>::new(Field::Offset);
    assert_eq!(nothing.clone().choose(Strictness::Strict).unwrap(), None);
    assert_eq!(nothing.choose_or(7, Strictness::Lenient).unwrap().value, 7);
}

#[test]
fn constructors_use_the_same_rules() {
    let array =
        MemoryArray::new("a", Block::zeros(DType::U8, &[2, 3, 4, 5, 6]).unwrap(), [8, 8, 8], [0, 0, 0]).unwrap();
    assert_eq!((array.axes().names().as_str(), array.num_channels()), ("s c z y x", Some(3)));
    let flat = MemoryArray::new("a", Block::zeros(DType::U8, &[3, 4, 5]).unwrap(), [8, 8], [0, 0]).unwrap();
    assert_eq!(flat.axes().names(), "c y x");
}

fn axes() -> impl Strategy<Value = Axes> {
    let kind = (0..6_usize).prop_map(|kind| {
        [AxisKind::Space, AxisKind::Time, AxisKind::Channel, AxisKind::Sample, AxisKind::Batch, AxisKind::Other][kind]
    });
    let axis = (kind, "[a-z]{1,3}", "[a-z]{0,6}").prop_map(|(kind, name, unit)| match kind {
        AxisKind::Space => AxisInfo::space(name),
        AxisKind::Time => AxisInfo::time(name, unit),
        kind => AxisInfo::plain(name, kind),
    });
    proptest::collection::vec(axis, 0..8).prop_filter_map("axes that work together", |axes| Axes::new(axes).ok())
}

fn words() -> impl Strategy<Value = Option<Vec<String>>> {
    proptest::option::of(proptest::collection::vec("[a-dstxyz^'µ]{0,3}|space|time|channel|nm|um", 0..7))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn axes_that_are_stated_come_back(axes in axes()) {
        let placed = StatedAxes::from(&axes).place(axes.rank()).unwrap();
        prop_assert_eq!(&placed.axes, &axes);
        let text = serde_json::to_string(&axes).unwrap();
        prop_assert_eq!(serde_json::from_str::<Axes>(&text).unwrap(), axes);
    }

    #[test]
    fn any_statement_is_understood_or_refused(
        names in words(),
        types in words(),
        units in words(),
        sizes in proptest::option::of(proptest::collection::vec(array_core::coord_roi::strategies::any_length(), 0..7)),
        rank in 0..8_usize,
    ) {
        let mut stated = stated();
        (stated.names, stated.types, stated.units) = (names, types, units);
        (stated.voxel_size, stated.offset) = (sizes.clone(), sizes);
        if let Ok(placed) = stated.place(rank) {
            prop_assert_eq!(placed.axes.rank(), rank);
            prop_assert_eq!(placed.voxel_size.map_or(placed.axes.dims(), |size| size.dims()), placed.axes.dims());
        }
        let shape = vec![usize::MAX; rank];
        let _ = ArrayMeta::placed("a", DType::U8, &shape, &stated, "test", Strictness::Lenient);
    }
}
