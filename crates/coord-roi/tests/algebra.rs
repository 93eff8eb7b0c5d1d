//! Boxes and regions cut into parts and put together, and grids that are related to each other.

use coord_roi::strategies::{bounded_roi, coordinate, grid, length, roi, steps, voxel_box, whole};
use coord_roi::{Coordinate, Error, Grid, Length, Relation, Roi, Rounding, Scalar, VoxelBox};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

type Law = Result<(), TestCaseError>;

fn nm(text: &str) -> Length {
    text.parse().unwrap()
}

/// What is left of a region and the part that was taken away are disjoint and together the region.
fn differences<T: Scalar>(r: Roi<T>, s: Roi<T>, p: Coordinate<T>) -> Law {
    let (common, rest) = (
        r.intersect(&s)?,
        match r.subtract(&s) {
            Err(Error::Unbounded { axis }) => {
                // The rest would begin or end on this axis and go on for ever.
                prop_assert!(r.axes()[axis] == coord_roi::Axis::All && s.axes()[axis] != coord_roi::Axis::All);
                return Ok(());
            }
            rest => rest?,
        },
    );
    prop_assert!(rest.len() <= 2 * r.dims().max(1) && rest.iter().all(|part| !part.is_empty()));
    prop_assert!(rest.iter().all(|part| r.contains(part).unwrap() && !part.intersects(&s).unwrap()));
    for (index, part) in rest.iter().enumerate() {
        prop_assert!(rest[..index].iter().all(|other| !part.intersects(other).unwrap()));
    }
    if let Some(size) = r.size()? {
        let parts = rest.into_iter().chain([common]);
        let sum = parts.map(|part| part.size().unwrap().unwrap()).try_fold(T::ZERO, T::try_add)?;
        prop_assert_eq!(sum, size);
    }
    let in_rest = rest.iter().any(|part| part.contains_point(&p).unwrap());
    prop_assert_eq!(in_rest, r.contains_point(&p)? && !s.contains_point(&p)?);
    Ok(())
}

/// A region that is cut in two, and what a cut elsewhere says.
fn halves<T: Scalar>(r: Roi<T>, position: T) -> Law {
    for axis in 0..r.dims() {
        let (begin, end) = (r.begin()?[axis], r.end()?[axis]);
        if position < begin || end < position {
            let refused = r.split_at(axis, position);
            let error = refused.unwrap_err();
            prop_assert!(matches!(error, Error::SplitOutside { .. }), "{}", error);
            prop_assert_eq!(error.axis(), Some(axis));
        }
        for position in [position.clamp(begin, end), begin, end] {
            let (low, high) = r.split_at(axis, position)?;
            prop_assert_eq!((low.end()?[axis], high.begin()?[axis]), (position, position));
            prop_assert_eq!((low.begin()?, high.end()?), (r.begin()?, r.end()?));
            prop_assert!(!low.intersects(&high)?);
            prop_assert_eq!(low.union(&high)?, r);
        }
    }
    prop_assert_eq!(r.split_at(r.dims(), position), Err(Error::NoSuchAxis { axis: r.dims(), dims: r.dims() }));
    Ok(())
}

/// The bounding region has all of them, and every limit of it is one of theirs.
fn bounding_regions<T: Scalar>(regions: &[Roi<T>]) -> Law {
    let Some(bounding) = Roi::bounding(regions.iter().copied())? else {
        prop_assert!(regions.is_empty());
        return Ok(());
    };
    prop_assert!(regions.iter().all(|region| bounding.contains(region).unwrap()));
    prop_assert_eq!(Roi::bounding(regions.iter().rev().copied())?, Some(bounding));
    let filled: Vec<_> = regions.iter().filter(|region| !region.is_empty()).collect();
    prop_assert_eq!(filled.is_empty(), bounding.is_empty());
    for axis in 0..bounding.dims() {
        if filled.is_empty() {
            break;
        }
        let limit = |corner: &dyn Fn(&Roi<T>) -> Coordinate<T>| {
            filled.iter().map(|region| corner(region)[axis]).collect::<Vec<_>>()
        };
        prop_assert_eq!(limit(&|region| region.begin().unwrap()).into_iter().min(), Some(bounding.begin()?[axis]));
        prop_assert_eq!(limit(&|region| region.end().unwrap()).into_iter().max(), Some(bounding.end()?[axis]));
    }
    Ok(())
}

macro_rules! laws {
    ($module:ident, $number:expr) => {
        mod $module {
            use super::*;

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(512))]

                #[test]
                fn laws_of_differences((r, s, p) in (0..=3_usize).prop_flat_map(|dims| {
                    (roi($number, dims), roi($number, dims), coordinate($number, dims))
                })) {
                    differences(r, s, p)?;
                    differences(r.intersect(&s)?, r, p)?;
                    differences(r, r.intersect(&s)?, p)?;
                }

                #[test]
                fn laws_of_halves((r, at) in (0..=4_usize).prop_flat_map(|dims| {
                    (bounded_roi($number, dims), $number)
                })) {
                    halves(r, at)?;
                }

                #[test]
                fn laws_of_bounding_regions(regions in (0..=3_usize).prop_flat_map(|dims| {
                    prop::collection::vec(bounded_roi($number, dims), 0..5)
                })) {
                    bounding_regions(&regions)?;
                }
            }
        }
    };
}

laws!(whole_numbers, whole());
laws!(exact_lengths, length());

/// The region with the numbers of a box, and back: the two have one algebra.
fn as_roi(voxels: &VoxelBox) -> Roi {
    Roi::new(voxels.begin(), voxels.shape()).unwrap()
}

fn as_box(roi: &Roi) -> VoxelBox {
    VoxelBox::new(roi.begin().unwrap(), roi.shape().unwrap()).unwrap()
}

/// The lines of one axis of a grid that are in a range of positions.
fn lines(grid: &Grid, axis: usize, low: Length, high: Length) -> Vec<Length> {
    let (origin, step) = (grid.origin()[axis], grid.step()[axis]);
    let (first, last) = ((low - origin).div_ceil(step).unwrap(), (high - origin).div_floor(step).unwrap());
    (first..=last).map(|index| origin + step * index).collect()
}

/// Grids of small whole and fractional numbers, whose refinements and coarsenings can be counted.
fn small_grid(dims: usize) -> impl Strategy<Value = Grid> {
    let number = || {
        (-12..=12_i64, prop::sample::select(vec![1_i64, 1, 2, 3])).prop_map(|(num, den)| Length::new(num, den).unwrap())
    };
    (coordinate(number(), dims), steps(number(), dims)).prop_map(|(origin, step)| Grid::new(origin, step).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Boxes are cut and grown as regions of the same numbers are.
    #[test]
    fn boxes_have_the_algebra_of_regions(
        (a, b, neg, pos) in (0..=3_usize).prop_flat_map(|dims| {
            (voxel_box(dims), voxel_box(dims), coordinate(whole(), dims), coordinate(whole(), dims))
        }),
        at in whole()
    ) {
        prop_assert_eq!(a.intersects(&b)?, as_roi(&a).intersects(&as_roi(&b))?);
        prop_assert_eq!(a.grow(&neg, &pos)?, as_box(&as_roi(&a).grow(&neg, &pos)?));
        let rest = as_roi(&a).subtract(&as_roi(&b))?;
        prop_assert_eq!(a.subtract(&b)?.to_vec(), rest.iter().map(as_box).collect::<Vec<_>>());
        prop_assert_eq!(VoxelBox::bounding([a, b])?, Some(a.union(&b)?));
        for axis in 0..=a.dims() {
            let halves = as_roi(&a).split_at(axis, at).map(|(low, high)| (as_box(&low), as_box(&high)));
            prop_assert_eq!(a.split_at(axis, at), halves);
        }
    }

    /// A box snaps to blocks as its region snaps to the grid of that step.
    #[test]
    fn boxes_snap_as_regions((a, block) in (0..=3_usize).prop_flat_map(|d| (voxel_box(d), steps(whole(), d)))) {
        let grid = Grid::with_step(block.to_lengths())?;
        for rounding in [Rounding::Exact, Rounding::Grow, Rounding::Shrink, Rounding::Closest] {
            let snapped = as_roi(&a).snap(&grid, rounding).map(|roi| as_box(&roi.to_integers().unwrap()));
            prop_assert_eq!(a.snap(&block, rounding), snapped);
        }
    }

    /// The whole blocks of a box and the rim around them are the box.
    #[test]
    fn aligned_part_and_rim((a, block) in (0..=3_usize).prop_flat_map(|dims| (voxel_box(dims), steps(whole(), dims)))) {
        let aligned = a.snap(&block, Rounding::Shrink)?;
        let rim = a.subtract(&aligned)?;
        let voxels = rim.iter().map(|part| part.voxels().unwrap()).sum::<u64>();
        prop_assert_eq!(voxels + aligned.voxels()?, a.voxels()?);
        prop_assert!(aligned.begin().is_multiple_of(&block)? && aligned.shape().is_multiple_of(&block)?);
    }

    /// A common multiple is one of both, and no smaller one is; with the common divisor it makes the product.
    #[test]
    fn common_multiples(both in steps(length(), 2)) {
        let (a, b) = (both[0], both[1]);
        let multiple = a.common_multiple(b)?;
        prop_assert!(multiple.is_multiple_of(a)? && multiple.is_multiple_of(b)?);
        prop_assert_eq!(multiple.checked_mul(a.common_divisor(b)?)?, a.checked_mul(b)?);
        prop_assert_eq!(multiple, b.common_multiple(a)?);
    }

    /// What is said of two grids, by listing their lines.
    #[test]
    fn relations_and_coarsenings((a, b) in (1..=2_usize).prop_flat_map(|dims| (small_grid(dims), small_grid(dims)))) {
        let relation = a.relation(&b)?;
        let coarse = a.common_coarsening(&b);
        prop_assert_eq!(a.is_compatible(&b)?, coarse.is_ok());
        prop_assert_eq!(a.is_compatible(&b)?, a.common_refinement(&b).is_ok());
        for axis in 0..a.dims() {
            let period = a.step()[axis].common_multiple(b.step()[axis])?;
            let low = a.origin()[axis];
            let (own, other) = (lines(&a, axis, low, low + period), lines(&b, axis, low, low + period));
            let common: Vec<_> = own.iter().copied().filter(|line| other.contains(line)).collect();
            let one = |grid: &Grid| Grid::new([grid.origin()[axis]], [grid.step()[axis]]).unwrap();
            match relation[axis] {
                Relation::Equal { shift } => {
                    prop_assert_eq!(&own, &other);
                    prop_assert_eq!(one(&a).shift_to(&one(&b))?, [shift]);
                }
                Relation::Finer { factor } => {
                    prop_assert!(factor > 1 && a.step()[axis] * factor == b.step()[axis] && common == other);
                }
                Relation::Coarser { factor } => {
                    prop_assert!(factor > 1 && b.step()[axis] * factor == a.step()[axis] && common == own);
                }
                Relation::Refinable { step, own: in_own, other: in_other } => {
                    prop_assert_eq!((step * in_own, step * in_other), (a.step()[axis], b.step()[axis]));
                    prop_assert!(!common.is_empty() && common != own && common != other);
                    prop_assert_eq!(one(&a).common_refinement(&one(&b))?.step(), [step]);
                }
                Relation::Apart { unit, offset } => {
                    prop_assert!(common.is_empty() && Length::ZERO < offset && offset < unit);
                    prop_assert!((b.origin()[axis] - a.origin()[axis] - offset).is_multiple_of(unit)?);
                }
            }
            if let Ok(coarse) = coarse {
                prop_assert_eq!(lines(&coarse, axis, low, low + period), common);
                prop_assert!(low <= coarse.origin()[axis] && coarse.origin()[axis] < low + period);
            }
        }
    }

    /// Voxels of one grid on another, by asking each voxel of the other; exactly there and back where it is exact.
    #[test]
    fn regridding((a, b, v) in (0..=2_usize).prop_flat_map(|dims| (grid(dims), grid(dims), voxel_box(dims)))) {
        let world = a.to_world(&v)?;
        let (grown, shrunk) = (a.regrid(&v, &b, Rounding::Grow)?, a.regrid(&v, &b, Rounding::Shrink)?);
        prop_assert!(v.is_empty() || b.to_world(&grown)?.contains(&world)? && world.contains(&b.to_world(&shrunk)?)?);
        if let Ok(exact) = a.regrid(&v, &b, Rounding::Exact) {
            prop_assert_eq!((exact, exact), (grown, shrunk));
            prop_assert_eq!(b.regrid(&exact, &a, Rounding::Exact)?, v);
        }
        let factor = vec![3; a.dims()];
        let fine = a.scaled(&factor, &vec![1; a.dims()])?;
        let tripled = a.regrid(&v, &fine, Rounding::Exact)?;
        prop_assert_eq!(tripled.shape(), v.shape().checked_mul_scalar(3)?);
        prop_assert_eq!(fine.regrid(&tripled, &a, Rounding::Exact)?, v);
    }
}

#[test]
fn what_is_left_beside_unbounded_axes() {
    let roi = |text: &str| text.parse::<Roi>().unwrap();
    let rest = |a: &str, b: &str| {
        roi(a).subtract(&roi(b)).map(|rest| rest.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(rest("[0:10, 0:10]", "[2:4, :]").unwrap(), ["[0:2, 0:10] (2, 10)", "[4:10, 0:10] (6, 10)"]);
    assert_eq!(rest("[0:10, :]", "[2:4, :]").unwrap(), ["[0:2, :] (2, inf)", "[4:10, :] (6, inf)"]);
    assert_eq!(rest("[0:10, :]", "[:, :]").unwrap(), [""; 0]);
    assert_eq!(rest("[0:10, :]", "[20:30, 5:6]").unwrap(), ["[0:10, :] (10, inf)"]);
    assert_eq!(rest("[0:10, :]", "[2:4, 5:6]"), Err(Error::Unbounded { axis: 1 }));
    assert_eq!(rest("[3:3, :]", "[2:4, 5:6]").unwrap(), [""; 0]);
    assert_eq!(rest("[]", "[]").unwrap(), [""; 0]);
    assert_eq!(roi("[0:10, :]").split_at(1, 5), Err(Error::Unbounded { axis: 1 }));
    assert_eq!(Roi::<i64>::bounding([]), Ok(None));
    assert!(Roi::bounding([roi("[0:1]"), roi("[0:1, 0:1]")]).is_err());
    let error = roi("[0:10]").split_at(0, 11).unwrap_err();
    assert_eq!(
        error.to_string(),
        "axis 0: 11 is not between 0 and 10: a region is split inside of it or at its limits"
    );
    let parts = VoxelBox::new([0; 6], [3; 6]).unwrap().subtract(&VoxelBox::new([1; 6], [1; 6]).unwrap()).unwrap();
    assert_eq!((parts.len(), parts.into_iter().map(|part| part.voxels().unwrap()).sum::<u64>()), (12, 728));
}

#[test]
fn relations_in_words() {
    let grid = |origin: &str, step: &str| Grid::new([nm(origin)], [nm(step)]).unwrap();
    let words = |a: Grid, b: Grid| a.relation(&b).unwrap()[0].to_string();
    assert_eq!(words(grid("0", "4"), grid("0", "4")), "the same voxels");
    assert_eq!(words(grid("0", "4"), grid("8", "4")), "the same lines, indices -2 apart");
    assert_eq!(words(grid("0", "4"), grid("8", "16")), "4 times finer");
    assert_eq!(words(grid("0", "4"), grid("8", "4/3")), "3 times coarser");
    assert_eq!(
        words(grid("0", "4.56"), grid("0", "4")),
        "not nested; they meet on a grid of step 0.08, 57 and 50 times finer"
    );
    assert_eq!(words(grid("0", "4"), grid("0.5", "6")), "lines apart by 0.5, which is no multiple of 2");
    assert!(grid("0", "4").relation(&Grid::with_step([nm("4"), nm("4")]).unwrap()).is_err());
    assert!(!grid("0", "4").is_compatible(&grid("0.5", "6")).unwrap());
    assert_eq!(nm("4").common_multiple(nm("6")), Ok(nm("12")));
    assert_eq!(nm("4.56").common_multiple(nm("4")), Ok(nm("228")));
    assert_eq!(nm("4").common_multiple(nm("0")), Err(Error::ZeroStep { axis: None, step: Length::ZERO }));
    assert_eq!(nm("-4").common_multiple(nm("4")), Err(Error::ZeroStep { axis: None, step: nm("-4") }));
    let prime = nm("9223372036854775783");
    assert!(matches!(prime.common_multiple(nm("4")), Err(Error::Overflow { .. })));
}
