//! The text forms of coordinates, regions, boxes and grids, and what is refused with which words.

use std::fmt::Display;
use std::str::FromStr;

use coord_roi::compat::{PartialCoordinate, PartialRoi};
use coord_roi::{Axis, Coordinate, Error, Grid, Length, Roi, Rounding, VoxelBox};

fn reads_and_writes<T: FromStr<Err = Error> + Display>(texts: &[&str]) {
    for text in texts {
        assert_eq!(text.parse::<T>().unwrap_or_else(|error| panic!("{error}")).to_string(), *text);
    }
}

fn refusal<T: FromStr<Err = Error>>(text: &str) -> Error {
    match text.parse::<T>() {
        Ok(_) => panic!("{text} was accepted"),
        Err(error) => error,
    }
}

#[test]
fn forms() {
    reads_and_writes::<Coordinate>(&["()", "(7,)", "(1, 2, 3)", "(-1000, 0)"]);
    reads_and_writes::<Coordinate<Length>>(&["(4.56, 4/3, -8)"]);
    reads_and_writes::<Roi>(&["[] ()", "[:] (inf)", "[0:10, 0:20] (10, 20)", "[1:8, :] (7, inf)", "[-4:-2] (2)"]);
    reads_and_writes::<Roi<Length>>(&["[4.56:8, 0:4/3] (3.44, 4/3)"]);
    reads_and_writes::<VoxelBox>(&["[]", "[0:10, 5:9]", "[-3:-3]"]);
    reads_and_writes::<Grid>(&["origin (0, 1/3) step (4.56, 4)", "origin () step ()"]);
    assert_eq!(Roi::new([3, 4], [0, 5]).unwrap().to_string(), "[empty ROI]");
    assert_eq!(PartialCoordinate::from(Coordinate::from([Some(1), None])).to_string(), "(1, None)");
    assert_eq!(format!("{:?}", Coordinate::from([1, 2])), "Coordinate(1, 2)");
}

#[test]
fn what_people_write_is_read() {
    for text in ["1,2,3", " 1, 2 ,3 ", "(1,2,3)", "(1, 2, 3,)", "( 1,2,3 )"] {
        assert_eq!(text.parse::<Coordinate>().unwrap(), [1, 2, 3], "{text}");
    }
    assert_eq!("(7)".parse::<Coordinate>().unwrap(), [7]);
    assert_eq!("8, 0.5 um".parse::<Coordinate<Length>>().unwrap(), [8, 500].map(Length::from));
    for text in ["[0:10,:]", " [ 0 : 10 , : ] ", "[0:10, :] (10, inf)", "[0:10, :](10,inf)", "[0:10, :] (10, inf,)"] {
        let axes = [Axis::Bounded { begin: 0, shape: 10 }, Axis::All];
        assert_eq!(text.parse::<Roi>().unwrap().axes(), axes, "{text}");
    }
    let roi: Roi<Length> = "[0:0.5 um, 4.56:9.12]".parse().unwrap();
    assert_eq!(roi.shape().unwrap(), ["500".parse().unwrap(), "4.56".parse().unwrap()]);
    assert!("[3:3, 0:8]".parse::<Roi>().unwrap().same_extent(&Roi::new([3, 0], [0, 8]).unwrap()));
    assert_eq!("step (4, 4)".parse::<Grid>().unwrap().to_string(), "origin (0, 0) step (4, 4)");
}

#[test]
fn texts_that_are_refused_say_why() {
    for text in ["", "(", ")", "(1", "1)", "1,,2", ",", "(,)", "a", "1 2", "((1))"] {
        assert!(matches!(refusal::<Coordinate>(text), Error::Parse { .. }), "{text}: {}", refusal::<Coordinate>(text));
    }
    assert_eq!(refusal::<Coordinate>("1,2,3,4,5,6,7"), Error::TooManyDims { dims: 7 });
    let value = "4.56".parse().unwrap();
    assert_eq!(refusal::<Coordinate>("(4, 4.56)"), Error::NotWhole { axis: Some(1), value });
    for text in
        ["", "[", "[]]", "[0]", "[0:10", "0:10", "[0:10] 10", "[0:10] (10", "[a:b]", "[0:10] ()", "[] (1)", "[0:1:2]"]
    {
        assert!(matches!(refusal::<Roi>(text), Error::Parse { .. }), "{text}: {}", refusal::<Roi>(text));
    }
    for text in ["[5:]", "[:5]"] {
        let message = refusal::<Roi>(text).to_string();
        assert!(message.contains("both a begin and an end") && message.contains(text), "{message}");
    }
    for text in ["[0:10] (11)", "[0:10] (inf)", "[:] (10)", "[0:10, 0:5] (10)"] {
        let message = refusal::<Roi>(text).to_string();
        assert!(message.contains("shape part"), "{message}");
    }
    assert_eq!(refusal::<Roi>("[empty ROI]"), Error::Empty);
    let (begin, shape) = (10.into(), (-10).into());
    assert_eq!(refusal::<Roi>("[0:1, 10:0]"), Error::NegativeShape { axis: 1, begin, shape });
    assert_eq!(refusal::<VoxelBox>("[0:1, :]"), Error::Unbounded { axis: 1 });
    assert!(matches!(refusal::<VoxelBox>("[0:1] (1)"), Error::Parse { what: "a voxel box", .. }));
    assert!(matches!(refusal::<VoxelBox>("[0:1.5]"), Error::NotWhole { axis: Some(0), .. }));
    assert!(matches!(refusal::<Grid>("(1, 2)"), Error::Parse { .. }));
    assert!(matches!(refusal::<Grid>("at 5 step 4"), Error::Parse { .. }));
    assert!(matches!(refusal::<Grid>("origin (0,) step (0,)"), Error::ZeroStep { axis: Some(0), .. }));
    assert!(refusal::<Rounding>("Grow").to_string().contains("exact, grow, shrink and closest"));
}

#[test]
fn the_reference_writes_what_it_cannot_say() {
    let partial = |offset: Option<i64>, shape: Option<i64>| {
        PartialRoi::new(Coordinate::from([offset]).into(), Coordinate::from([shape]).into()).unwrap().to_string()
    };
    assert_eq!(partial(None, Some(5)), "[:] (5)");
    assert_eq!(partial(Some(3), None), "[:] (inf)");
    assert_eq!(partial(Some(3), Some(-1)), "[empty ROI]");
    assert_eq!(partial(Some(3), Some(1)), "[3:4] (1)");
}
