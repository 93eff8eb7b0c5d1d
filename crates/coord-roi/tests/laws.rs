//! The laws of coordinates, regions and grids, each for whole and for exact numbers.

use coord_roi::compat::PartialCoordinate;
use coord_roi::strategies::{bounded_roi, coordinate, grid, length, roi, steps, voxel_box, whole};
use coord_roi::{Axis, Coordinate, Grid, Length, Roi, Rounding, Scalar, VoxelBox};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

type Law = Result<(), TestCaseError>;

const ROUNDINGS: [Rounding; 3] = [Rounding::Grow, Rounding::Shrink, Rounding::Closest];

/// `count` steps.
fn times<T: Scalar>(count: &Coordinate, step: &Coordinate<T>) -> Coordinate<T> {
    count.map(T::from_whole).checked_mul(step).unwrap()
}

/// 1. The floor and its rest give back the number, and the rest is less than a step.
fn floor_and_rest<T: Scalar>(a: Coordinate<T>, c: Coordinate<T>) -> Law {
    let rest = a.rem_floor(&c)?;
    prop_assert_eq!(times(&a.div_floor(&c)?, &c).checked_add(&rest)?, a);
    prop_assert!(rest.iter().zip(&c).all(|(rest, step)| T::ZERO <= *rest && rest < step));
    Ok(())
}

/// 2. Floor, nearest and ceiling are ordered, the outer two at most one apart.
fn divisions_are_ordered<T: Scalar>(a: Coordinate<T>, c: Coordinate<T>) -> Law {
    let (floor, round, ceil) = (a.div_floor(&c)?, a.div_round(&c)?, a.div_ceil(&c)?);
    for axis in 0..a.dims() {
        prop_assert!(floor[axis] <= round[axis] && round[axis] <= ceil[axis] && ceil[axis] - floor[axis] <= 1);
    }
    Ok(())
}

/// 3. The ceiling is the floor seen from the other side.
fn ceiling_mirrors_floor<T: Scalar>(a: Coordinate<T>, c: Coordinate<T>) -> Law {
    prop_assert_eq!(a.div_ceil(&c)?, a.checked_neg()?.div_floor(&c)?.checked_neg()?);
    Ok(())
}

/// 4. The nearest multiple is at most half a step away, and exactly half only when it was rounded down.
fn nearest_is_near<T: Scalar>(a: Coordinate<T>, c: Coordinate<T>) -> Law {
    let nearest = times(&a.div_round(&c)?, &c);
    let twice = a.checked_sub(&nearest)?.checked_mul_scalar(T::from_whole(2))?;
    for (twice, step) in
        twice.checked_abs()?.iter().zip(&c).zip(&twice).map(|((abs, step), signed)| ((abs, signed), step))
    {
        prop_assert!(twice.0 <= step);
        prop_assert!(twice.0 < step || *twice.1 > T::ZERO);
    }
    Ok(())
}

/// 5. To be a multiple, to divide exactly and to need no rounding are the same.
fn multiples_divide_exactly<T: Scalar>(a: Coordinate<T>, c: Coordinate<T>) -> Law {
    for a in [a, times(&a.div_floor(&c)?, &c)] {
        let multiple = a.is_multiple_of(&c)?;
        prop_assert_eq!(multiple, a.div_exact(&c).is_ok());
        prop_assert_eq!(multiple, a.div_floor(&c)? == a.div_ceil(&c)?);
        prop_assert!(!multiple || a.div_floor(&c)? == a.div_round(&c)?);
    }
    Ok(())
}

/// 6. Intersection and union commute, associate, and change nothing on equal operands.
fn set_algebra<T: Scalar>(r: Roi<T>, s: Roi<T>, t: Roi<T>) -> Law {
    prop_assert_eq!(r.intersect(&s)?, s.intersect(&r)?);
    prop_assert_eq!(r.union(&s)?, s.union(&r)?);
    prop_assert_eq!(r.intersect(&s)?.intersect(&t)?, r.intersect(&s.intersect(&t)?)?);
    prop_assert_eq!(r.union(&s)?.union(&t)?, r.union(&s.union(&t)?)?);
    prop_assert!(r.intersect(&r)?.same_extent(&r) && r.union(&r)?.same_extent(&r));
    Ok(())
}

/// 7 and 8. Intersecting is having a common part; the common part is in both, and both are in the union.
fn parts_and_wholes<T: Scalar>(r: Roi<T>, s: Roi<T>, _: Roi<T>) -> Law {
    let (common, both) = (r.intersect(&s)?, r.union(&s)?);
    prop_assert_eq!(r.intersects(&s)?, !common.is_empty());
    prop_assert!(r.contains(&common)? && s.contains(&common)?);
    prop_assert!(both.contains(&r)? && both.contains(&s)?);
    Ok(())
}

/// 9. A point is in the common part when it is in both. Also: what a region contains, point by point, it contains.
fn points<T: Scalar>(r: Roi<T>, s: Roi<T>, p: Coordinate<T>) -> Law {
    let (in_r, in_s) = (r.contains_point(&p)?, s.contains_point(&p)?);
    prop_assert_eq!(r.intersect(&s)?.contains_point(&p)?, in_r && in_s);
    prop_assert!(!(r.contains(&s)? && in_s) || in_r);
    prop_assert!(!r.is_empty() || !in_r);
    Ok(())
}

/// 10. Containment is a partial order.
fn containment<T: Scalar>(r: Roi<T>, s: Roi<T>, t: Roi<T>) -> Law {
    prop_assert!(r.contains(&r)?);
    // Chains are rare among arbitrary regions, so one is built, too.
    for (r, s, t) in [(r, s, t), (r, r.intersect(&s)?, r.intersect(&s)?.intersect(&t)?)] {
        prop_assert!(!(r.contains(&s)? && s.contains(&t)?) || r.contains(&t)?);
        prop_assert_eq!(r.contains(&s)? && s.contains(&r)?, r == s);
    }
    Ok(())
}

/// 11. Shrunk, a region is in itself, and itself in the grown one; doing it twice changes nothing.
fn snaps_enclose<T: Scalar>(r: Roi<T>, g: Grid) -> Law {
    let (shrunk, grown) = (r.snap(&g, Rounding::Shrink)?, r.snap(&g, Rounding::Grow)?);
    if !r.is_empty() {
        prop_assert!(r.to_lengths().contains(&shrunk)? && grown.contains(&r.to_lengths())?);
    }
    prop_assert!(shrunk.snap(&g, Rounding::Shrink)?.same_extent(&shrunk));
    prop_assert!(grown.snap(&g, Rounding::Grow)?.same_extent(&grown));
    Ok(())
}

/// 13. Moving by whole steps and snapping can be exchanged.
fn snapping_commutes_with_steps<T: Scalar>(r: Roi<T>, g: Grid, k: Coordinate) -> Law {
    let by = times(&k, &g.step());
    for rounding in ROUNDINGS {
        let moved_first = r.to_lengths().shift(&by)?.snap(&g, rounding)?;
        prop_assert!(moved_first.same_extent(&r.snap(&g, rounding)?.shift(&by)?));
    }
    Ok(())
}

/// 14. Moving there and back, and growing and shrinking back, change nothing.
fn there_and_back<T: Scalar>(r: Roi<T>, d: Coordinate<T>, n: Coordinate<T>, p: Coordinate<T>) -> Law {
    prop_assert!(r.shift(&d)?.shift(&d.checked_neg()?)?.same_extent(&r));
    let (n, p) = (n.checked_abs()?, p.checked_abs()?);
    prop_assert!(r.grow(&n, &p)?.grow(&n.checked_neg()?, &p.checked_neg()?)?.same_extent(&r));
    Ok(())
}

/// 15. What converts exactly comes back.
fn exact_conversion_returns<T: Scalar>(r: Roi<T>, g: Grid) -> Law {
    if let Ok(voxels) = g.to_voxels(&r.to_lengths(), Rounding::Exact) {
        prop_assert!(g.to_world(&voxels)?.same_extent(&r.to_lengths()));
    }
    Ok(())
}

/// 16. Text and JSON give back the region. The text of an empty one has lost its dims and says so.
fn writing_and_reading<T>(r: Roi<T>) -> Law
where
    T: Scalar + serde::Serialize,
{
    let back: Roi<T> = serde_json::from_str(&serde_json::to_string(&r)?)?;
    prop_assert!(back.same_extent(&r));
    if r.is_empty() {
        prop_assert_eq!(r.to_string().parse::<Roi<T>>(), Err(coord_roi::Error::Empty));
    } else {
        let text = r.to_string();
        prop_assert_eq!(text.parse::<Roi<T>>()?, r);
        let bounds = text.split(']').next().unwrap();
        prop_assert_eq!(format!("{bounds}]").parse::<Roi<T>>()?, r);
        let other_shape = format!("{bounds}] (12345678{})", ", 1".repeat(r.dims().max(1) - 1));
        prop_assert!(other_shape.parse::<Roi<T>>().is_err());
    }
    Ok(())
}

/// 17. The size is 0 exactly for an empty region, and moving keeps it.
fn sizes<T: Scalar>(r: Roi<T>, d: Coordinate<T>) -> Law {
    prop_assert_eq!(r.size()? == Some(T::ZERO), r.is_empty());
    prop_assert_eq!(r.size()?.is_none(), r.is_unbounded());
    prop_assert_eq!(r.shift(&d)?.size()?, r.size()?);
    Ok(())
}

/// Begin, end, shape and the axes tell the same.
fn limits_agree<T: Scalar>(r: Roi<T>) -> Law {
    prop_assert_eq!(r.begin()?.checked_add(&r.shape()?)?, r.end()?);
    prop_assert!(Roi::from_bounds(r.begin()?, r.end()?)?.same_extent(&r));
    for (axis, limits) in r.axes().iter().enumerate() {
        let (begin, shape) = (r.begin()?[axis], r.shape()?[axis]);
        prop_assert_eq!(*limits, Axis::Bounded { begin, shape });
        prop_assert!(r.begin()?[axis] <= r.center()?[axis] && r.center()?[axis] <= r.end()?[axis]);
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
                fn laws_of_division((a, c) in (0..=6_usize).prop_flat_map(|d| {
                    (coordinate($number, d), steps($number, d))
                })) {
                    floor_and_rest(a, c)?;
                    divisions_are_ordered(a, c)?;
                    ceiling_mirrors_floor(a, c)?;
                    nearest_is_near(a, c)?;
                    multiples_divide_exactly(a, c)?;
                }

                #[test]
                fn laws_of_sets((r, s, t, p) in (0..=3_usize).prop_flat_map(|d| {
                    (roi($number, d), roi($number, d), roi($number, d), coordinate($number, d))
                })) {
                    set_algebra(r, s, t)?;
                    parts_and_wholes(r, s, t)?;
                    points(r, s, p)?;
                    containment(r, s, t)?;
                }

                #[test]
                fn laws_of_snapping((r, g, k) in (0..=4_usize).prop_flat_map(|d| {
                    (roi($number, d), grid(d), coordinate(whole(), d))
                })) {
                    snaps_enclose(r, g)?;
                    snapping_commutes_with_steps(r, g, k)?;
                    exact_conversion_returns(r, g)?;
                }

                #[test]
                fn laws_of_motion((r, d, n, p) in (0..=4_usize).prop_flat_map(|dims| {
                    let number = || coordinate($number, dims);
                    (roi($number, dims), number(), number(), number())
                })) {
                    there_and_back(r, d, n, p)?;
                }

                #[test]
                fn laws_of_sizes((r, d) in (0..=3_usize).prop_flat_map(|dims| {
                    (roi($number, dims), coordinate($number, dims))
                })) {
                    sizes(r, d)?;
                }

                #[test]
                fn laws_of_limits(r in (0..=6_usize).prop_flat_map(|dims| bounded_roi($number, dims))) {
                    limits_agree(r)?;
                }

                #[test]
                fn laws_of_text(r in (0..=6_usize).prop_flat_map(|dims| roi($number, dims))) {
                    writing_and_reading(r)?;
                }
            }
        }
    };
}

laws!(whole_numbers, whole());
laws!(exact_lengths, length());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// 12 and 15, from the other side: what voxels cover is aligned, no snap changes it, and it converts back.
    #[test]
    fn voxels_are_aligned((g, v) in (0..=4_usize).prop_flat_map(|d| (grid(d), voxel_box(d)))) {
        let world = g.to_world(&v)?;
        for rounding in ROUNDINGS.into_iter().chain([Rounding::Exact]) {
            prop_assert!(world.snap(&g, rounding)?.same_extent(&world));
            prop_assert_eq!(g.to_voxels(&world, rounding)?, v);
        }
    }

    /// 1 and 2 for divisors of any sign, as the compatibility module has them: the rest has the sign of the divisor.
    #[test]
    fn signed_division(a in whole(), b in whole()) {
        let (x, y) = (PartialCoordinate::from(Coordinate::from([a])), PartialCoordinate::from(Coordinate::from([b])));
        let number = |result: coord_roi::Result<PartialCoordinate>| result.map(|value| value.entries()[0].unwrap());
        if b == 0 {
            prop_assert!(x.div_floor(&y).is_err() && x.div_trunc(&y).is_err() && x.rem_floor(&y).is_err());
            return Ok(());
        }
        let (floor, rest) = (number(x.div_floor(&y))?, number(x.rem_floor(&y))?);
        prop_assert_eq!(floor * b + rest, a);
        prop_assert!(rest.abs() < b.abs() && (rest == 0 || (rest < 0) == (b < 0)));
        let exact = Length::new(a, b)?;
        let cut = if exact.is_negative() { exact.div_ceil(Length::ONE)? } else { exact.div_floor(Length::ONE)? };
        prop_assert_eq!((number(x.div_trunc(&y))?, floor), (cut, exact.div_floor(Length::ONE)?));
    }

    /// The voxel at a position covers it, and its corner is that voxel's.
    #[test]
    fn voxels_cover_their_positions((g, p) in (0..=4_usize).prop_flat_map(|d| (grid(d), coordinate(length(), d)))) {
        let voxel = g.voxel_at(&p)?;
        let covered = g.to_world(&VoxelBox::new(voxel, voxel.map(|_| 1))?)?;
        prop_assert!(covered.contains_point(&p)?);
        prop_assert_eq!(covered.begin()?, g.corner(&voxel)?);
        prop_assert_eq!(g.voxel_at(&g.corner(&voxel)?)?, voxel);
    }

    /// Converting grown voxels means exactly the voxels that the region touches: counted one by one.
    #[test]
    fn grown_and_shrunk_voxels_are_those_that_touch_and_lie_inside(r in bounded_roi(length(), 1), g in grid(1)) {
        prop_assume!(!r.is_empty() && g.step()[0] >= 1);
        let naive = |test: &dyn Fn(&Roi<Length>) -> bool| {
            let around = g.voxel_at(&r.begin().unwrap()).unwrap()[0] - 2..g.voxel_at(&r.end().unwrap()).unwrap()[0] + 3;
            around.filter(|&k| test(&g.to_world(&VoxelBox::new([k], [1]).unwrap()).unwrap())).collect::<Vec<_>>()
        };
        let indices = |rounding| g.to_voxels(&r, rounding).unwrap().range(0).unwrap().collect::<Vec<_>>();
        prop_assert_eq!(indices(Rounding::Grow), naive(&|voxel| voxel.intersects(&r).unwrap()));
        prop_assert_eq!(indices(Rounding::Shrink), naive(&|voxel| r.contains(voxel).unwrap()));
    }

    /// Boxes are sets of voxels, by counting them.
    #[test]
    fn boxes_are_sets_of_voxels(
        (a, b) in (0..=3_usize).prop_flat_map(|d| (small_box(d), small_box(d)))
    ) {
        let voxels = |v: &VoxelBox| {
            let all = VoxelBox::new(v.begin().map(|_| -6), v.begin().map(|_| 18)).unwrap();
            every_voxel(&all).into_iter().filter(|p| v.contains_point(p)).collect::<Vec<_>>()
        };
        let (in_a, in_b, common) = (voxels(&a), voxels(&b), voxels(&a.intersect(&b)?));
        prop_assert_eq!(in_a.len() as u64, a.voxels()?);
        prop_assert_eq!(&common, &in_a.iter().copied().filter(|p| in_b.contains(p)).collect::<Vec<_>>());
        prop_assert_eq!(a.contains(&b), in_b.iter().all(|p| in_a.contains(p)));
        let both = voxels(&a.union(&b)?);
        prop_assert!(in_a.iter().chain(&in_b).all(|p| both.contains(p)));
        prop_assert!(in_a.is_empty() || a.index_ranges(&a.union(&b)?).is_ok());
    }

    /// Text and JSON of boxes and grids, and permutations with their inverse.
    #[test]
    fn boxes_and_grids_are_written_and_read((v, g) in (0..=6_usize).prop_flat_map(|d| (voxel_box(d), grid(d)))) {
        prop_assert_eq!(v.to_string().parse::<VoxelBox>()?, v);
        prop_assert_eq!(serde_json::from_str::<VoxelBox>(&serde_json::to_string(&v)?)?, v);
        prop_assert_eq!(g.to_string().parse::<Grid>()?, g);
        prop_assert_eq!(serde_json::from_str::<Grid>(&serde_json::to_string(&g)?)?, g);
        let order: Vec<usize> = (0..g.dims()).rev().collect();
        prop_assert_eq!(g.permuted(&order)?.permuted(&order)?, g);
        prop_assert_eq!(v.permuted(&order)?.begin(), v.begin().reversed());
        prop_assert_eq!(g.to_world(&v)?.permuted(&order)?, g.permuted(&order)?.to_world(&v.permuted(&order)?)?);
    }

    /// The grid through an offset has a line there and its origin in the first voxel; grids of equal lines are related
    /// by whole steps.
    #[test]
    fn grids_through_an_offset((g, p) in (0..=4_usize).prop_flat_map(|d| (grid(d), coordinate(whole(), d)))) {
        let canonical = Grid::through(g.origin(), g.step())?;
        prop_assert!(canonical.origin().iter().zip(&g.step()).all(|(origin, step)| *origin >= 0 && origin < step));
        let shift = g.shift_to(&canonical)?;
        prop_assert_eq!(g.corner(&p)?, canonical.corner(&p.checked_add(&shift)?)?);
        prop_assert_eq!(canonical.shift_to(&g)?, shift.checked_neg()?);
        prop_assert_eq!(Grid::through(g.corner(&p)?, g.step())?, canonical);
    }

    /// The common refinement has the lines of both grids, and no coarser one does.
    #[test]
    fn refinements((a, b) in (1..=3_usize).prop_flat_map(|d| (grid(d), grid(d)))) {
        let b = Grid::new(a.origin(), b.step())?;
        let fine = a.common_refinement(&b)?;
        prop_assert_eq!(fine.step(), b.common_refinement(&a)?.step());
        let (in_a, in_b) = (a.step().div_exact(&fine.step())?, b.step().div_exact(&fine.step())?);
        for axis in 0..a.dims() {
            prop_assert_eq!(gcd(in_a[axis], in_b[axis]), 1);
        }
    }

    /// Up by n and down by n gives back the same grid.
    #[test]
    fn resampling_factors(g in grid(3), up in prop::array::uniform3(1..9_u32), down in prop::array::uniform3(1..9_u32)) {
        prop_assert_eq!(g.scaled(&up, &down)?.scaled(&down, &up)?, g);
        prop_assert_eq!(g.scaled(&up, &up)?, g);
    }
}

fn small_box(dims: usize) -> impl Strategy<Value = VoxelBox> {
    (coordinate(-3..4_i64, dims), coordinate(0..5_i64, dims))
        .prop_map(|(begin, shape)| VoxelBox::new(begin, shape).unwrap())
}

fn every_voxel(all: &VoxelBox) -> Vec<Coordinate> {
    all.ranges().fold(vec![Coordinate::from([])], |points, range| {
        points.iter().flat_map(|point| range.clone().map(|index| point.concat(&[index].into()).unwrap())).collect()
    })
}

fn gcd(a: i64, b: i64) -> i64 {
    if b == 0 { a } else { gcd(b, a % b) }
}
