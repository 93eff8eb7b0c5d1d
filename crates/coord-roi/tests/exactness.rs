//! What exact lengths are for: voxel sizes that are not whole numbers, through pyramids, factors, sums and alignment.

use coord_roi::{Error, Grid, Length, Roi, Rounding};

fn nm(text: &str) -> Length {
    text.parse().unwrap_or_else(|error| panic!("{error}"))
}

fn ratio(num: i64, den: i64) -> Length {
    Length::new(num, den).unwrap()
}

/// Seven levels of a 2x pyramid over 4.56 nm: sizes and the half-voxel translations of centre-based metadata are exact.
#[test]
fn pyramids_are_exact() {
    let base = Grid::with_step([nm("4.56"), 4.into(), 4.into()]).unwrap();
    let mut level = base;
    for k in 1..=7_u32 {
        level = level.scaled(&[1; 3], &[2; 3]).unwrap();
        let factor = 1_i64 << k;
        assert_eq!(level.step()[0], ratio(114 * factor, 25));
        // The centre of voxel 0 moves by (2^k - 1) / 2 base voxels.
        let centre = |grid: &Grid| grid.step().map(|step| step / 2);
        let moved = centre(&level).checked_sub(&centre(&base)).unwrap();
        assert_eq!(moved[0], nm("4.56") * ratio(factor - 1, 2));
        assert_eq!(base.scaled(&[1; 3], &[factor as u32; 3]).unwrap(), level);
    }
    assert_eq!(level.step().to_string(), "(583.68, 512, 512)");
    assert_eq!(level.scaled(&[128; 3], &[1; 3]).unwrap(), base);
}

#[test]
fn down_by_three_and_up_by_three_is_the_same_grid() {
    let grid = Grid::new([nm("1/7"), nm("-4.56")], [4.into(), nm("4.56")]).unwrap();
    let thirds = grid.scaled(&[3, 3], &[1, 1]).unwrap();
    assert_eq!(thirds.step().to_string(), "(4/3, 1.52)");
    assert_eq!(thirds.origin(), grid.origin());
    assert_eq!(thirds.scaled(&[1, 1], &[3, 3]).unwrap(), grid);
}

#[test]
fn a_million_steps_of_a_tenth_are_a_hundred_thousand() {
    let step = nm("0.1");
    let sum = (0..1_000_000).try_fold(Length::ZERO, |sum, _| sum.checked_add(step)).unwrap();
    assert_eq!(sum, 100_000);
}

#[test]
fn a_hundredth_of_a_nanometre_off_is_rejected_and_named() {
    let grid = Grid::with_step([Length::from(8), nm("4.56")]).unwrap();
    let roi: Roi<Length> = "[0:8, 4.57:9.12]".parse().unwrap();
    let error = grid.to_voxels(&roi, Rounding::Exact).unwrap_err();
    let [value, step, below, above] = [nm("4.57"), nm("4.56"), nm("4.56"), nm("9.12")];
    assert_eq!(error, Error::NotAligned { axis: 1, value, step, below, above });
    let message = error.to_string();
    for part in ["axis 1", "4.57", "step 4.56", "4.56 and 9.12"] {
        assert!(message.contains(part), "{message}");
    }
    assert_eq!(grid.to_voxels(&roi, Rounding::Shrink).unwrap().to_string(), "[0:1, 2:2]");
}

#[test]
fn the_size_of_a_refinement_tells_whether_a_join_is_sensible() {
    let (fine, coarse) = (Grid::with_step([nm("4.56")]).unwrap(), Grid::with_step([Length::from(4)]).unwrap());
    assert_eq!(fine.common_refinement(&coarse).unwrap().step()[0], nm("0.08"));
    let shifted = Grid::new([nm("0.01")], [Length::from(4)]).unwrap();
    let error = fine.common_refinement(&shifted).unwrap_err();
    assert!(matches!(error, Error::NotCompatible { axis: 0, .. }) && error.to_string().contains("0.08"), "{error}");
}
