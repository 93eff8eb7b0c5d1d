//! A1–A5, A10, A13: parts agree with the whole.

use coord_roi::{Coordinate, Length, VoxelBox};

use super::sample::{Random, partition, slices, small, windows};
use super::{Checked, ensure, works};
use crate::{Array, ArrayExt, ArrayMeta, ArrayRef, Block, Element, ReadContext, Result, with_dtype};

/// At most so many threads read the parts of a tiling at the same time.
const THREADS: usize = 4;

/// Checks a window of the array and gives its voxels.
pub(super) fn check(array: &dyn Array, whole: &VoxelBox) -> Checked<Block> {
    let reference = read(array, whole, "M4")?;
    ensure(same(&read(array, whole, "A10")?, &reference), "A10", || format!("two reads of {whole} differ"))?;
    check_held(array, whole, &reference)?;
    let mut random = Random::of(whole);
    for _ in 0..4 {
        let part = random.part(whole);
        let block = read(array, &part, "A2")?;
        let expected = cut(array.meta(), &reference, whole, &part)?;
        ensure(same(&block, &expected), "A2", || format!("{part} differs from the part of {whole}"))?;
        check_region(array, &part, &block)?;
    }
    check_points(array, &small(&random.part(whole)), whole, &reference)?;
    check_tiling(array, whole, &reference, &mut random)?;
    check_strides(array, whole, &reference)?;
    let again = read(array, whole, "A10")?;
    ensure(same(&again, &reference), "A10", || format!("{whole} differs after other reads"))?;
    Ok(reference)
}

/// A2 for an array that shows its voxels in memory: they are those that are read.
fn check_held(array: &dyn Array, whole: &VoxelBox, reference: &Block) -> Checked {
    let (meta, Some(held)) = (array.meta(), array.held()) else { return Ok(()) };
    ensure((held.dtype(), held.shape()) == (meta.dtype(), meta.shape()), "A13", || {
        format!("in memory are {} voxels of shape {:?}", held.dtype(), held.shape())
    })?;
    let part = cut(meta, &held, meta.voxel_box(), whole)?;
    ensure(same(&part, reference), "A2", || format!("{whole} differs from what is in memory"))
}

pub(super) fn read(array: &dyn Array, voxels: &VoxelBox, invariant: &'static str) -> Checked<Block> {
    let block = works(array.read_box(voxels, &ReadContext::default()), invariant, format_args!("reading {voxels}"))?;
    let expected = works(array.meta().block_shape(voxels), "A1", voxels)?;
    ensure(block.shape() == expected, "A1", || format!("{voxels} has shape {:?}, not {expected:?}", block.shape()))?;
    ensure(block.dtype() == array.dtype(), "A13", || format!("voxels are {}, not {}", block.dtype(), array.dtype()))?;
    Ok(block)
}

pub(super) fn same(a: &Block, b: &Block) -> bool {
    a.same_bits(b)
}

pub(super) fn cut(meta: &ArrayMeta, block: &Block, whole: &VoxelBox, part: &VoxelBox) -> Checked<Block> {
    let ranges = works(meta.block_ranges(part, whole), "A2", part)?;
    works(block.view().slice(&ranges).and_then(|view| view.to_block()), "A2", part)
}

/// A1 in world units: the region of a box gives the box's voxels.
fn check_region(array: &dyn Array, part: &VoxelBox, block: &Block) -> Checked {
    let roi = works(array.meta().grid().to_world(part).map_err(Into::into), "A1", part)?;
    let by_roi = works(array.read_block(roi), "A1", format_args!("reading {roi}"))?;
    ensure(same(&by_roi, block), "A1", || format!("region {roi} differs from its voxels {part}"))
}

/// A5, for every voxel of a small box: its corner, which belongs to it, and two points inside.
fn check_points(array: &dyn Array, part: &VoxelBox, whole: &VoxelBox, reference: &Block) -> Checked {
    let insets = [Length::new(0, 1), Length::new(1, 3), Length::new(2, 3)];
    for (number, voxel) in voxels_of(part).into_iter().enumerate() {
        let inset = works(insets[number % insets.len()].clone().map_err(Into::into), "A5", part)?;
        check_point(array, &voxel, inset, whole, reference)?;
    }
    Ok(())
}

fn voxels_of(part: &VoxelBox) -> Vec<VoxelBox> {
    let mut voxels = vec![*part];
    for axis in 0..part.dims() {
        voxels = voxels.iter().flat_map(|slab| slices(slab, axis)).collect();
    }
    voxels
}

fn check_point(array: &dyn Array, one: &VoxelBox, inset: Length, whole: &VoxelBox, reference: &Block) -> Checked {
    let meta = array.meta();
    let point = meta
        .grid()
        .corner(&one.begin())
        .and_then(|corner| corner.checked_add(&meta.voxel_size().try_map(|_, step| step.checked_mul(inset))?));
    let point = works(point.map_err(Into::into), "A5", one)?;
    with_dtype!(array.dtype(), T => {
        let values = works(array.read_point::<T>(point), "A5", format_args!("point {point}"))?;
        let expected = works(cut(meta, reference, whole, one)?.into_array::<T>(), "A5", one)?;
        ensure(values.shape() == meta.plain_extents(), "A5", || format!("point {point} has shape {:?}", values.shape()))?;
        let equal = values.iter().zip(&expected).all(|(a, b)| bits(*a) == bits(*b));
        ensure(equal, "A5", || format!("point {point} is not the voxel {}", one.begin()))
    })
}

fn bits<T: Element>(value: T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put_le(&mut bytes);
    bytes
}

/// Any partition, read by several threads and assembled in any order, gives the whole.
fn check_tiling(array: &dyn Array, whole: &VoxelBox, reference: &Block, random: &mut Random) -> Checked {
    let parts = partition(whole, random);
    let mut assembled = works(Block::zeros(array.dtype(), reference.shape()), "A3", whole)?;
    for some in parts.chunks(THREADS) {
        let blocks: Vec<Checked<Block>> = std::thread::scope(|scope| {
            let threads: Vec<_> = some.iter().map(|part| scope.spawn(move || read(array, part, "A3"))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for (part, block) in some.iter().zip(blocks) {
            let ranges = works(array.meta().block_ranges(part, whole), "A3", part)?;
            let block = block?;
            let placed = assembled.view_mut().slice(&ranges).and_then(|mut out| out.assign(&block.view()));
            works(placed, "A3", part)?;
        }
    }
    ensure(same(&assembled, reference), "A3", || format!("{} parts of {whole} do not add up", parts.len()))
}

/// A destination with strides (every axis reversed in memory order, with gaps) is filled as a dense one.
fn check_strides(array: &dyn Array, whole: &VoxelBox, reference: &Block) -> Checked {
    let shape: Vec<usize> = reference.shape().iter().rev().map(|extent| extent * 2).collect();
    with_dtype!(array.dtype(), T => {
        let mut loose = works(Block::zeros(array.dtype(), &shape), "A1", whole)?;
        let mut view = works(loose.view_mut().into_view::<T>(), "A1", whole)?.reversed_axes();
        view.slice_each_axis_inplace(|_| ndarray::Slice::new(0, None, 2));
        works(array.read_voxels(whole, T::wrap_mut(view.view_mut()), &ReadContext::default()), "A1", "strided read")?;
        let dense = works(T::wrap_ref(view.view()).to_block(), "A1", whole)?;
        ensure(same(&dense, reference), "A1", || format!("{whole} read into a strided destination differs"))
    })
}

/// A4: the array that `make` builds at offset `o + by` answers `r + by` as the one at `o` answers `r`.
///
/// # Errors
/// The first difference, or an error of the array.
pub fn check_translation(
    make: impl Fn(Coordinate<Length>) -> Result<ArrayRef>,
    offset: Coordinate<Length>,
    by: Coordinate<Length>,
) -> Checked {
    let here = works(make(offset), "A4", offset)?;
    let moved = works(offset.checked_add(&by).map_err(Into::into), "A4", by)?;
    let there = works(make(moved), "A4", moved)?;
    let shifted = works(here.roi().shift(&by).map_err(Into::into), "A4", by)?;
    ensure(there.roi() == shifted, "A4", || format!("moved by {by}, the region is {}, not {shifted}", there.roi()))?;
    for whole in windows(here.meta().voxel_box()) {
        let part = Random::of(&whole).part(&whole);
        let roi = works(here.meta().grid().to_world(&part).map_err(Into::into), "A4", part)?;
        let moved = works(roi.shift(&by).map_err(Into::into), "A4", by)?;
        let (a, b) = (works(here.read_block(roi), "A4", roi)?, works(there.read_block(moved), "A4", moved)?);
        ensure(same(&a, &b), "A4", || format!("{roi} moved by {by} has other voxels"))?;
    }
    Ok(())
}
