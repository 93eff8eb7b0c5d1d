//! Regions divided into blocks: what each order, fit and part yields, against counting.

use std::collections::BTreeSet;

use coord_roi::strategies::{coordinate, grid};
use coord_roi::{BlockBoxes, BlockOptions, BlockOrder, Blocks, Coordinate, Error, Fit, Grid, Rounding, VoxelBox};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;

type Law = Result<(), TestCaseError>;

const FITS: [Fit; 3] = [Fit::Valid, Fit::Overhang, Fit::Shrink];

fn voxels(text: &str) -> VoxelBox {
    text.parse().unwrap()
}

/// A region of up to a few thousand voxels, a block shape, an anchor and a halo, all of equal dims.
#[derive(Clone, Copy, Debug)]
struct Division {
    region: VoxelBox,
    shape: Coordinate,
    options: BlockOptions,
}

impl Division {
    fn blocks(&self, fit: Fit, order: BlockOrder) -> Blocks {
        Blocks::new(&self.region, self.shape, &self.options.with_fit(fit).with_order(order)).unwrap()
    }
}

fn division(dims: std::ops::RangeInclusive<usize>) -> impl Strategy<Value = Division> {
    dims.prop_flat_map(|dims| {
        let halo = || coordinate(0..4_i64, dims);
        let region = (coordinate(-20..20_i64, dims), coordinate(0..14_i64, dims));
        (region, coordinate(1..6_i64, dims), coordinate(-9..9_i64, dims), halo(), halo())
    })
    .prop_map(|((begin, extent), shape, anchor, low, high)| Division {
        region: VoxelBox::new(begin, extent).unwrap(),
        shape,
        options: BlockOptions::default().with_anchor(anchor).with_halo(low, high),
    })
}

fn every_voxel(all: &VoxelBox) -> Vec<Coordinate> {
    all.ranges().fold(vec![Coordinate::from([])], |points, range| {
        points.iter().flat_map(|point| range.clone().map(|index| point.concat(&[index].into()).unwrap())).collect()
    })
}

/// The write boxes are disjoint, and together they are what the fit says: counted voxel by voxel.
fn writes_are_what_the_fit_says(division: &Division) -> Law {
    for fit in FITS {
        let mut written = BTreeSet::new();
        for block in &division.blocks(fit, BlockOrder::RowMajor) {
            for voxel in every_voxel(&block.write) {
                prop_assert!(written.insert(voxel), "{voxel} is written twice");
            }
        }
        let region: BTreeSet<_> = every_voxel(&division.region).into_iter().collect();
        match fit {
            Fit::Shrink => prop_assert_eq!(&written, &region),
            Fit::Overhang => prop_assert!(written.is_superset(&region)),
            Fit::Valid => prop_assert!(written.is_subset(&region)),
        }
    }
    Ok(())
}

/// Every block is the one of the formula; which ones there are is asked of each block of the neighbourhood.
fn blocks_are_those_of_the_lattice(division: &Division) -> Law {
    let Division { region, shape, options } = *division;
    let anchor = options.anchor.unwrap();
    let whole = |index: &Coordinate| VoxelBox::new(index.checked_mul(&shape)?.checked_add(&anchor)?, shape);
    let around = region.translate(&anchor.checked_neg()?)?.snap(&shape, Rounding::Grow)?;
    let around = VoxelBox::new(around.begin().div_exact(&shape)?, around.shape().div_exact(&shape)?)?;
    let around = around.grow(&shape.map(|_| 1), &shape.map(|_| 1))?;
    for fit in FITS {
        let counts = |index: &Coordinate| {
            let block = whole(index).unwrap();
            if fit == Fit::Valid { region.contains(&block) } else { region.intersects(&block).unwrap() }
        };
        let expected: Vec<_> = every_voxel(&around).into_iter().filter(counts).collect();
        let blocks = division.blocks(fit, BlockOrder::RowMajor);
        prop_assert_eq!(blocks.iter().map(|block| block.index).collect::<Vec<_>>(), expected);
        for block in &blocks {
            let full = whole(&block.index)?;
            prop_assert_eq!(block.write, if fit == Fit::Shrink { full.intersect(&region)? } else { full });
            prop_assert_eq!(block.read, block.write.grow(&options.halo_low.unwrap(), &options.halo_high.unwrap())?);
            prop_assert_eq!(blocks.at(&block.index), Some(block));
        }
    }
    Ok(())
}

/// The bits of an index, those of the same weight side by side, the first axis before the others; the sign counts as
/// the highest bit, turned, so that negative numbers come first.
fn interleaved(index: &Coordinate) -> Vec<bool> {
    let bit = |entry: i64, bit: u32| (entry >> bit & 1 == 1) != (bit == 63);
    (0..64).rev().flat_map(|level| index.iter().map(move |&entry| bit(entry, level)).collect::<Vec<_>>()).collect()
}

/// Morton order is row-major order, sorted by interleaved bits.
fn morton_is_sorting_by_interleaved_bits(division: &Division) -> Law {
    let rows = division.blocks(Fit::Overhang, BlockOrder::RowMajor);
    let mut sorted: Vec<_> = rows.iter().collect();
    prop_assert!(sorted.is_sorted_by_key(|block| block.index));
    sorted.sort_by_cached_key(|block| interleaved(&block.index));
    let morton = division.blocks(Fit::Overhang, BlockOrder::Morton);
    prop_assert_eq!(morton.iter().collect::<Vec<_>>(), sorted);
    Ok(())
}

/// The parts are runs of the whole, one after the other, whose lengths differ by at most one.
fn parts_are_exact(division: &Division, parts: u64, order: BlockOrder) -> Law {
    let blocks = division.blocks(Fit::Shrink, order);
    let all: Vec<BlockBoxes> = blocks.iter().collect();
    prop_assert_eq!(all.len() as u64, blocks.len());
    let runs: Vec<_> = (0..parts).map(|part| blocks.part(part, parts)).collect::<Result<_, _>>()?;
    let lengths = || runs.iter().map(ExactSizeIterator::len);
    prop_assert!(lengths().max().unwrap() - lengths().min().unwrap() <= 1);
    prop_assert_eq!(runs.into_iter().flatten().collect::<Vec<_>>(), all);
    prop_assert_eq!(blocks.part(parts, parts), Err(Error::NoSuchPart { part: parts, parts }));
    Ok(())
}

/// Numbers, iteration from either end and skipping tell the same.
fn access_is_consistent(division: &Division, order: BlockOrder, skip: usize) -> Law {
    let blocks = division.blocks(Fit::Shrink, order);
    let all: Vec<BlockBoxes> = blocks.into_iter().collect();
    let numbered: Option<Vec<_>> = (0..blocks.len()).map(|number| blocks.get(number)).collect();
    prop_assert_eq!(numbered.as_ref(), Some(&all));
    prop_assert!(blocks.get(blocks.len()).is_none() && blocks.get(u64::MAX).is_none());
    prop_assert!(blocks.iter().rev().eq(all.iter().rev().copied()));
    prop_assert_eq!(blocks.iter().nth(skip), all.get(skip).copied());
    let mut from_both = blocks.iter();
    while let Some(first) = from_both.next() {
        let last = from_both.next_back();
        prop_assert!(last.is_none_or(|last| interleaved(&first.index) != interleaved(&last.index)));
    }
    prop_assert!(from_both.next_back().is_none() && from_both.numbers().is_empty());
    Ok(())
}

/// The read boxes of two neighbours share what the one reads above and the other below.
fn neighbours_overlap_by_the_halo(division: &Division) -> Law {
    let blocks = division.blocks(Fit::Shrink, BlockOrder::RowMajor);
    let (low, high) = (division.options.halo_low.unwrap(), division.options.halo_high.unwrap());
    for block in &blocks {
        for axis in 0..block.index.dims() {
            let step = Coordinate::try_from_iter((0..block.index.dims()).map(|own| i64::from(own == axis)))?;
            let Some(next) = blocks.at(&block.index.checked_add(&step)?) else { continue };
            let (own, other) = (block.read.range(axis)?, next.read.range(axis)?);
            prop_assert_eq!(own.end - other.start, low[axis] + high[axis]);
            prop_assert_eq!(block.write.range(axis)?.end, next.write.range(axis)?.start);
        }
    }
    Ok(())
}

/// Cropping the region does not move the blocks: what is left of each is what it was, inside of the crop. And of two
/// blocks the same one stays first.
fn cropping_moves_no_block(division: &Division, crop: &VoxelBox) -> Law {
    let cropped = Division { region: division.region.intersect(crop)?, ..*division };
    for order in [BlockOrder::RowMajor, BlockOrder::Morton] {
        let (before, after) = (division.blocks(Fit::Shrink, order), cropped.blocks(Fit::Shrink, order));
        for block in &after {
            let whole = before.at(&block.index).unwrap();
            prop_assert_eq!(block.write, whole.write.intersect(&cropped.region)?);
        }
        let place = |block: BlockBoxes| before.iter().position(|other| other.index == block.index).unwrap();
        prop_assert!(after.iter().map(place).is_sorted());
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn laws_of_blocks(division in division(0..=3)) {
        writes_are_what_the_fit_says(&division)?;
        blocks_are_those_of_the_lattice(&division)?;
        neighbours_overlap_by_the_halo(&division)?;
    }

    #[test]
    fn laws_of_numbers(division in division(0..=3), parts in 1..400_u64, skip in 0..100_usize) {
        for order in [BlockOrder::RowMajor, BlockOrder::Morton] {
            parts_are_exact(&division, parts, order)?;
            access_is_consistent(&division, order, skip)?;
        }
        morton_is_sorting_by_interleaved_bits(&division)?;
    }

    #[test]
    fn laws_of_cropping((division, crop) in division(2..=2).prop_flat_map(|division| {
        let crop = (coordinate(-20..20_i64, 2), coordinate(0..14_i64, 2));
        (Just(division), crop.prop_map(|(begin, shape)| VoxelBox::new(begin, shape).unwrap()))
    })) {
        cropping_moves_no_block(&division, &crop)?;
    }

    /// Morton order of lattices too large to list: any two numbers are in the order of their bits.
    #[test]
    fn morton_order_of_huge_lattices(
        begin in prop::array::uniform3(any::<i32>()), shape in prop::array::uniform3(1..2_000_000_i64),
        at in prop::array::uniform2(any::<u64>())
    ) {
        let region = VoxelBox::new(begin.map(i64::from), shape).unwrap();
        let blocks = Blocks::new(&region, [1; 3], &BlockOptions::default().with_order(BlockOrder::Morton))?;
        let [a, b] = at.map(|number| number % blocks.len());
        let (first, second) = (blocks.get(a).unwrap(), blocks.get(b).unwrap());
        prop_assert!(region.contains(&first.write) && region.contains(&second.write));
        prop_assert_eq!(a.cmp(&b), interleaved(&first.index).cmp(&interleaved(&second.index)));
    }

    /// The blocks of a world region are those of its voxels, and lie in the world where their voxels do.
    #[test]
    fn blocks_in_the_world((division, g) in (0..=3_usize).prop_flat_map(|dims| (division(dims..=dims), grid(dims)))) {
        let roi = g.to_world(&division.region)?;
        let blocks = g.blocks(&roi, Rounding::Exact, division.shape, &division.options)?;
        prop_assert_eq!(blocks, division.blocks(Fit::Shrink, BlockOrder::RowMajor));
        for block in &blocks {
            let world = block.to_world(&g)?;
            prop_assert_eq!(g.to_voxels(&world.write, Rounding::Exact)?, block.write);
            prop_assert_eq!(g.to_voxels(&world.read, Rounding::Exact)?, block.read);
            prop_assert!(roi.contains(&world.write)? && world.read.contains(&world.write)?);
        }
    }
}

#[test]
fn fits_at_the_border() {
    let region = voxels("[-3:10]");
    let writes = |fit| {
        let options = BlockOptions::default().with_fit(fit).with_halo([1], [2]);
        let blocks = Blocks::new(&region, [4], &options).unwrap();
        blocks.iter().map(|block| format!("{} {} {}", block.index, block.write, block.read)).collect::<Vec<_>>()
    };
    assert_eq!(writes(Fit::Valid), ["(0,) [0:4] [-1:6]", "(1,) [4:8] [3:10]"]);
    assert_eq!(
        writes(Fit::Overhang),
        ["(-1,) [-4:0] [-5:2]", "(0,) [0:4] [-1:6]", "(1,) [4:8] [3:10]", "(2,) [8:12] [7:14]"]
    );
    assert_eq!(
        writes(Fit::Shrink),
        ["(-1,) [-3:0] [-4:2]", "(0,) [0:4] [-1:6]", "(1,) [4:8] [3:10]", "(2,) [8:10] [7:12]"]
    );
}

#[test]
fn the_curve_over_a_square_and_beside_zero() {
    let options = BlockOptions::default().with_order(BlockOrder::Morton);
    let indices = |region: &str| {
        let blocks = Blocks::new(&voxels(region), [1, 1], &options).unwrap();
        blocks.iter().map(|block| (block.index[0], block.index[1])).collect::<Vec<_>>()
    };
    assert_eq!(indices("[0:2, 0:3]"), [(0, 0), (0, 1), (1, 0), (1, 1), (0, 2), (1, 2)]);
    assert_eq!(indices("[-1:1, -2:1]"), [(-1, -2), (-1, -1), (-1, 0), (0, -2), (0, -1), (0, 0)]);
}

#[test]
fn read_boxes_can_be_clipped() {
    let volume = voxels("[0:100, 0:100]");
    let options = BlockOptions::default().with_halo([8, 8], [8, 8]);
    let blocks = Blocks::new(&voxels("[0:100, 32:64]"), [64, 64], &options).unwrap();
    let read = |number| blocks.get(number).unwrap().clipped_to(&volume).unwrap().read;
    assert_eq!((read(0), read(1)), (voxels("[0:72, 24:72]"), voxels("[56:100, 24:72]")));
    assert!(blocks.get(0).unwrap().clipped_to(&voxels("[0:1]")).is_err());
    let whole = blocks.get(0).unwrap();
    assert_eq!(whole.clipped_to(&volume).unwrap().write, whole.write);
}

#[test]
fn regions_without_voxels_and_without_axes() {
    for fit in FITS {
        let options = BlockOptions::default().with_fit(fit);
        let none = Blocks::new(&voxels("[3:3, 0:9]"), [4, 4], &options).unwrap();
        assert!(none.is_empty() && none.get(0).is_none() && none.part(2, 3).unwrap().next().is_none());
        let point = Blocks::new(&voxels("[]"), [], &options).unwrap();
        assert_eq!((point.len(), point.get(0).unwrap().write), (1, voxels("[]")));
    }
    let too_small = Blocks::new(&voxels("[1:7]"), [4], &BlockOptions::default().with_fit(Fit::Valid)).unwrap();
    assert!(too_small.is_empty());
}

#[test]
fn divisions_that_make_no_sense_are_refused() {
    let region = voxels("[0:10, 0:10]");
    let refusal = |shape: [i64; 2], options: BlockOptions| Blocks::new(&region, shape, &options).unwrap_err();
    let options = BlockOptions::default();
    assert_eq!(refusal([4, 0], options), Error::EmptyBlock { axis: 1, shape: 0 });
    assert_eq!(refusal([-4, 4], options), Error::EmptyBlock { axis: 0, shape: -4 });
    let halo = options.with_halo([0, 0], [0, -1]);
    assert_eq!(refusal([4, 4], halo), Error::NegativeHalo { axis: 1, halo: -1 });
    for uneven in [options.with_halo([1], [1, 1]), options.with_halo([1, 1], [1]), options.with_anchor([0; 3])] {
        assert!(matches!(refusal([4, 4], uneven), Error::DimsMismatch { .. }));
    }
    assert!(matches!(refusal([4, 4], options.with_halo([i64::MAX, 0], [0, 0])), Error::Overflow { axis: Some(0), .. }));
    assert!(matches!(refusal([4, i64::MAX], options.with_anchor([0, 5])), Error::Overflow { axis: Some(1), .. }));
    assert!(Blocks::new(&region, [4], &options).is_err());
    let everything = VoxelBox::new([0; 3], [i64::MAX; 3]).unwrap();
    let error = Blocks::new(&everything, [64, 64, 64], &options).unwrap_err();
    assert!(matches!(error, Error::Overflow { .. }), "{error}");
    let line = VoxelBox::new([i64::MIN], [i64::MAX]).unwrap();
    let blocks = Blocks::new(&line, [1], &options).unwrap();
    assert_eq!((blocks.len(), blocks.get(u64::MAX / 2 - 1).unwrap().write.end()), (u64::MAX / 2, [-1].into()));
    assert_eq!(blocks.part(7, 0), Err(Error::NoSuchPart { part: 7, parts: 0 }));
    assert_eq!(blocks.part(u64::MAX - 1, u64::MAX).unwrap().len(), 1);
}

#[test]
fn options_are_data() {
    let json = r#"{"halo_low":[1,2],"halo_high":[3,4],"anchor":null,"fit":"valid","order":"morton"}"#;
    let options = BlockOptions::default().with_halo([1, 2], [3, 4]).with_fit(Fit::Valid).with_order(BlockOrder::Morton);
    assert_eq!(serde_json::to_string(&options).unwrap(), json);
    assert_eq!(serde_json::from_str::<BlockOptions>(json).unwrap(), options);
    assert_eq!(serde_json::from_str::<BlockOptions>("{}").unwrap(), BlockOptions::default());
    assert!(serde_json::from_str::<BlockOptions>(r#"{"halo": [1]}"#).is_err());
    let grid = Grid::with_step([coord_roi::Length::from(4)]).unwrap();
    assert!(grid.blocks(&"[0:10]".parse().unwrap(), Rounding::Exact, [4], &options).is_err());
}
