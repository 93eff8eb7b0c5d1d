//! A1–A5, A10, A12, A13: parts agree with the whole.

use std::sync::Arc;

use coord_roi::{Coordinate, Length, Rounding, VoxelBox};

use super::sample::{Random, partition};
use super::{Checked, ensure, works};
use crate::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Block, BlockMut, Crop, Element, ReadContext, ReadPlan, Result, with_dtype,
};

pub(super) fn check(array: &dyn Array, whole: &VoxelBox) -> Checked {
    let reference = read(array, whole, "M4")?;
    ensure(same(&read(array, whole, "A10")?, &reference), "A10", || format!("two reads of {whole} differ"))?;
    let mut random = Random::of(whole);
    for _ in 0..4 {
        let part = random.part(whole);
        let block = read(array, &part, "A2")?;
        let expected = cut(array.meta(), &reference, whole, &part)?;
        ensure(same(&block, &expected), "A2", || format!("{part} differs from the part of {whole}"))?;
        check_region(array, &part, &block)?;
        check_point(array, &part, &block)?;
    }
    check_tiling(array, whole, &reference, &mut random)?;
    check_strides(array, whole, &reference)?;
    check_crop(array, &random.part(whole), whole, &reference)
}

fn read(array: &dyn Array, voxels: &VoxelBox, invariant: &'static str) -> Checked<Block> {
    let block = works(array.read_box(voxels, &ReadContext::default()), invariant, format_args!("reading {voxels}"))?;
    let expected = works(array.meta().block_shape(voxels), "A1", voxels)?;
    ensure(block.shape() == expected, "A1", || format!("{voxels} has shape {:?}, not {expected:?}", block.shape()))?;
    ensure(block.dtype() == array.dtype(), "A13", || format!("voxels are {}, not {}", block.dtype(), array.dtype()))?;
    Ok(block)
}

fn same(a: &Block, b: &Block) -> bool {
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

fn check_point(array: &dyn Array, part: &VoxelBox, block: &Block) -> Checked {
    let meta = array.meta();
    let corner = works(meta.grid().corner(&part.begin()).map_err(Into::into), "A5", part)?;
    // A point inside the voxel, not on its corner: a third of the way.
    let third = works(Length::new(1, 3).map_err(Into::into), "A5", part)?;
    let inset = works(meta.voxel_size().try_map(|_, step| step.checked_mul(third)).map_err(Into::into), "A5", part)?;
    let point = works(corner.checked_add(&inset).map_err(Into::into), "A5", part)?;
    with_dtype!(array.dtype(), T => {
        let values = works(array.read_point::<T>(point), "A5", format_args!("point {point}"))?;
        let ones = works(Coordinate::filled(part.dims(), 1).map_err(Into::into), "A5", part)?;
        let one = works(VoxelBox::new(part.begin(), ones).map_err(Into::into), "A5", part)?;
        let expected = works(cut(meta, block, part, &one)?.into_array::<T>(), "A5", part)?;
        let equal = values.len() == expected.len() && values.iter().zip(&expected).all(|(a, b)| bits(*a) == bits(*b));
        ensure(equal, "A5", || format!("point {point} is not the voxel {}", part.begin()))
    })
}

fn bits<T: Element>(value: T) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.put_le(&mut bytes);
    bytes
}

/// Any partition, assembled by two threads at a time, gives the whole.
fn check_tiling(array: &dyn Array, whole: &VoxelBox, reference: &Block, random: &mut Random) -> Checked {
    let parts = partition(whole, random);
    let mut assembled = works(Block::zeros(array.dtype(), reference.shape()), "A3", whole)?;
    for pair in parts.chunks(2) {
        let blocks: Vec<Checked<Block>> = std::thread::scope(|scope| {
            let threads: Vec<_> = pair.iter().map(|part| scope.spawn(move || read(array, part, "A3"))).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        for (part, block) in pair.iter().zip(blocks) {
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

fn check_crop(array: &dyn Array, part: &VoxelBox, whole: &VoxelBox, reference: &Block) -> Checked {
    let roi = works(array.meta().grid().to_world(part).map_err(Into::into), "A12", part)?;
    let source: ArrayRef = Arc::new(Snapshot { meta: array.meta().clone(), whole: *whole, block: reference.clone() });
    let crop = works(Crop::new(source, roi, Rounding::Exact), "A12", format_args!("cropping to {roi}"))?;
    ensure(crop.meta().voxel_box() == part, "A12", || format!("a crop to {roi} covers {}", crop.roi()))?;
    let block = works(crop.data(), "A12", format_args!("reading a crop to {roi}"))?;
    ensure(same(&block, &cut(array.meta(), reference, whole, part)?), "A12", || format!("a crop to {roi} differs"))?;
    if part.dims() == 0 {
        return Ok(());
    }
    let beyond = works(
        crop.roi().shift(&works(crop.roi().shape().map_err(Into::into), "A12", part)?).map_err(Into::into),
        "A12",
        part,
    )?;
    ensure(crop.read_block(beyond).is_err(), "A12", || format!("a crop to {roi} answers outside of it, at {beyond}"))
}

/// The metadata of an array with the voxels that were read of it: a stand-in that can be shared.
#[derive(Debug)]
struct Snapshot {
    meta: ArrayMeta,
    whole: VoxelBox,
    block: Block,
}

impl Array for Snapshot {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, _: &ReadContext) -> Result<()> {
        out.assign(&self.block.view().slice(&self.meta.block_ranges(voxels, &self.whole)?)?)
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        Ok(ReadPlan::in_memory(self.meta.block_shape(voxels)?.iter().product::<usize>() as u64))
    }
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
    let (a, b) = (works(here.data(), "A4", "data")?, works(there.data(), "A4", "data")?);
    ensure(same(&a, &b), "A4", || format!("moved by {by}, the voxels differ"))
}
