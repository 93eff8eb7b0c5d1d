//! Coordinates, regions, boxes and grids live on the stack: calculating with them allocates nothing.

#![allow(
    unsafe_code,
    reason = "a counting allocator can only be written as an unsafe impl; it forwards to the system's"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use coord_roi::{BlockOptions, BlockOrder, Blocks, Coordinate, Fit, Grid, Length, Result, Roi, Rounding, VoxelBox};

thread_local! {
    static ALLOCATIONS: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: every call goes to the system allocator with its arguments unchanged.
unsafe impl GlobalAlloc for Counting {
    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::alloc`.
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller's promises are those that the system allocator asks for.
        unsafe { System.alloc(layout) }
    }

    // SAFETY: as for the impl; the caller keeps the promises of `GlobalAlloc::dealloc`.
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the pointer came from `alloc`, which is the system's.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(work: impl FnOnce() -> Result<T>) -> usize {
    let before = ALLOCATIONS.get();
    let result = black_box(work()).is_ok();
    let after = ALLOCATIONS.get();
    assert!(result, "the work itself must succeed");
    after - before
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| Ok(vec![1_u8])), 1);
}

#[test]
fn coordinates_allocate_nothing() {
    let a = black_box(Coordinate::from([-7, 8, 900]));
    let steps = black_box(Coordinate::from([4, 4, 4]));
    let work = || {
        let sum = a.checked_add(&steps)?.checked_mul(&steps)?.checked_sub_scalar(3)?.checked_neg()?.checked_abs()?;
        let divided = sum.div_floor(&steps)?.concat(&a.div_ceil(&steps)?)?;
        black_box((divided.squeeze(1)?, a.div_round(&steps)?, a.rem_floor(&steps)?, a.is_multiple_of(&steps)?));
        black_box((a.permuted(&[2, 0, 1])?, a.reversed(), a.prepend(1)?, a.to_lengths().to_integers()?, a < steps));
        "(1, 2, 3)".parse::<Coordinate>()
    };
    assert_eq!(allocations(work), 0);
}

#[test]
fn lengths_allocate_nothing() {
    let work = || {
        let a = "4.56 nm".parse::<Length>()?.checked_add(Length::from_f64(black_box(10.0 / 3.0))?)?;
        black_box((
            a.checked_mul(a)?,
            a.checked_div(Length::from(7))?,
            a.div_floor(Length::ONE)?,
            a.rem_floor(Length::ONE)?,
        ));
        black_box((a.to_f64(), a.to_metres_f64(), Length::from_metres_f64(8e-9)?, Length::from_f32(3.2)?));
        a.common_divisor(Length::from(4)).and(Length::from(6).common_multiple(Length::from(4)))
    };
    assert_eq!(allocations(work), 0);
}

#[test]
fn regions_boxes_and_grids_allocate_nothing() {
    let grid =
        Grid::through([Length::new(1, 3).unwrap(), 5.into()], [Length::new(114, 25).unwrap(), 4.into()]).unwrap();
    let other = black_box(Grid::new(grid.corner(&[3, 4].into()).unwrap(), grid.step()).unwrap());
    let work = || {
        let (a, b): (Roi, Roi) = ("[0:100, 5:50]".parse()?, Roi::new([10, 10], [500, 7])?);
        let both = a.intersect(&b)?.union(&a)?.shift(&[1, 1].into())?.grow(&[2, 2].into(), &[0, 3].into())?;
        black_box((a.contains(&b)?, a.intersects(&b)?, a.contains_point(&[1, 2].into())?, a == b, both.size()?));
        let voxels = grid.to_voxels(&both.into(), Rounding::Grow)?;
        black_box((grid.to_world(&voxels)?, grid.snap(&a.into(), Rounding::Closest)?, grid.shift_to(&other)?));
        black_box((grid.scaled(&[3, 3], &[1, 2])?, grid.common_refinement(&other)?, grid.permuted(&[1, 0])?));
        let moved = voxels.translate(&[1, 1].into())?;
        black_box((
            voxels.contains(&moved),
            voxels.union(&moved)?,
            voxels.voxels()?,
            voxels.range(0)?,
            voxels.ranges().len(),
        ));
        VoxelBox::intersect(&voxels, &moved)
    };
    assert_eq!(allocations(work), 0);
}

#[test]
fn parts_and_relations_allocate_nothing() {
    let (fine, coarse) =
        ("step (4.56, 4)".parse::<Grid>().unwrap(), "origin (0, 2) step (4, 6)".parse::<Grid>().unwrap());
    let work = || {
        let (a, b): (Roi<Length>, Roi<Length>) = ("[0:100, 4/3:50]".parse()?, "[10:20, 10:90]".parse()?);
        let rest = a.subtract(black_box(&b))?;
        black_box((Roi::bounding(rest)?, a.split_at(1, Length::from(9))?, rest.len()));
        let voxels = fine.to_voxels(&a, Rounding::Grow)?;
        let whole = voxels.snap(&[8, 8].into(), Rounding::Shrink)?.grow(&[1, 1].into(), &[0, 0].into())?;
        black_box((voxels.subtract(&whole)?, voxels.split_at(0, 3)?, VoxelBox::bounding([voxels, whole])?));
        black_box((fine.relation(&coarse)?, fine.is_compatible(&coarse)?, fine.common_coarsening(&coarse)?));
        fine.regrid(&voxels, &coarse, Rounding::Closest)
    };
    assert_eq!(allocations(work), 0);
}

#[test]
fn blocks_allocate_nothing() {
    let region = VoxelBox::new([-100, 5, 9], [300, 70, 90]).unwrap();
    let grid = "step (4.56, 4, 4)".parse::<Grid>().unwrap();
    for order in [BlockOrder::RowMajor, BlockOrder::Morton] {
        let work = || {
            let options = BlockOptions::default().with_halo([2; 3], [3; 3]).with_fit(Fit::Shrink).with_order(order);
            let blocks = Blocks::new(black_box(&region), [32, 32, 32], &options)?;
            for block in blocks.part(1, 2)?.rev() {
                black_box((block.clipped_to(&region)?, block.to_world(&grid)?, blocks.at(&block.index)));
            }
            Ok(())
        };
        assert_eq!(allocations(work), 0);
    }
}
