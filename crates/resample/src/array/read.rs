//! Reading: the source region first, then the kernels; large requests in slabs.

use std::ops::Range;
use std::sync::Arc;

use array_core::{Block, BlockMut, Coordinate, Error, ReadContext, ReadPlan, Result, VoxelBox};

use super::ResampledArray;
use crate::engine::{self, Memory, Placed};

/// How many bytes of source a [`ResampledArray`] holds at once unless told otherwise: 256 MiB.
pub const MEMORY_BUDGET: u64 = 256 << 20;

impl ResampledArray {
    /// Refuses boxes that are not of this array, and says whether there is anything to do.
    pub(super) fn check_box(&self, voxels: &VoxelBox) -> Result<bool> {
        self.meta.block_ranges(voxels, self.meta.voxel_box())?;
        Ok(!voxels.is_empty())
    }

    /// The target indices of a box over all axes.
    pub(super) fn target_ranges(&self, voxels: &VoxelBox) -> Vec<Range<i64>> {
        let mut ranges = self.recipe.axes.iter().map(|axis| axis.volume.clone()).collect::<Vec<_>>();
        for (range, position) in voxels.ranges().zip(self.meta.axes().physical()) {
            ranges[position] = range;
        }
        ranges
    }

    /// The box of the array for target indices over all axes.
    pub(crate) fn target_box(&self, target: &[Range<i64>]) -> Result<VoxelBox> {
        self.box_of(target, &vec![0; self.anchor.len()])
    }

    /// The box on the source's grid that target voxels are made from.
    fn source_box(&self, target: &[Range<i64>]) -> Result<VoxelBox> {
        self.box_of(&self.recipe.source(target), &self.anchor)
    }

    fn box_of(&self, ranges: &[Range<i64>], anchor: &[i64]) -> Result<VoxelBox> {
        let physical = || self.meta.axes().physical().zip(anchor);
        let begin = Coordinate::try_from_iter(physical().map(|(position, anchor)| ranges[position].start + anchor))?;
        let end = Coordinate::try_from_iter(physical().map(|(position, anchor)| ranges[position].end + anchor))?;
        Ok(VoxelBox::from_bounds(begin, end)?)
    }

    /// Source voxels, given by indices over all axes that count from the anchor.
    pub(crate) fn read_source(&self, ranges: &[Range<i64>], cx: &ReadContext) -> Result<Block> {
        cx.check()?;
        let voxels = self.box_of(ranges, &self.anchor)?;
        let mut block = Block::zeros(self.meta.dtype(), &self.beneath.meta().block_shape(&voxels)?)?;
        self.beneath.read_voxels(&voxels, block.view_mut(), cx)?;
        cx.check()?;
        Ok(block)
    }

    /// A block that holds source voxels, given by indices over all axes that count from the anchor, and the indices of its
    /// first voxel. It is the whole source where that lies in memory.
    pub(crate) fn source_of(&self, ranges: &[Range<i64>], cx: &ReadContext) -> Result<(Arc<Block>, Vec<i64>)> {
        cx.check()?;
        if let Some(held) = self.source_held() {
            return Ok(held);
        }
        Ok((Arc::new(self.read_source(ranges, cx)?), engine::begins(ranges)))
    }

    /// All of the source, if it lies in memory, and the indices of its first voxel.
    pub(crate) fn source_held(&self) -> Option<(Arc<Block>, Vec<i64>)> {
        let begin = || self.recipe.axes.iter().map(|axis| axis.held.start).collect();
        self.beneath.held().map(|block| (block, begin()))
    }

    /// Refuses destinations of another shape.
    pub(super) fn check_shape(&self, voxels: &VoxelBox, found: &[usize]) -> Result<()> {
        let expected = self.meta.block_shape(voxels)?;
        if expected == found { Ok(()) } else { Err(Error::ShapeMismatch { expected, found: found.to_vec() }) }
    }

    pub(super) fn read_target(&self, target: &[Range<i64>], mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let Some((axis, middle)) = self.cut(target) else { return self.read_slab(target, out, cx) };
        let begin = target[axis].start;
        for part in [begin..middle, middle..target[axis].end] {
            let mut slab = target.to_vec();
            let mut slices = out.shape().iter().map(|&extent| 0..extent).collect::<Vec<_>>();
            slices[axis] = (part.start - begin) as usize..(part.end - begin) as usize;
            slab[axis] = part;
            self.read_target(&slab, out.slice(&slices)?, cx)?;
        }
        Ok(())
    }

    /// Where to cut a target region whose source exceeds the budget: the middle of its longest side in source voxels.
    fn cut(&self, target: &[Range<i64>]) -> Option<(usize, i64)> {
        let source = self.recipe.source(target);
        let length = |range: &Range<i64>| (range.end - range.start) as u64;
        let bytes = source.iter().map(length).fold(self.meta.dtype().size() as u64, u64::saturating_mul);
        if bytes <= self.memory_budget {
            return None;
        }
        let sides = self.meta.axes().physical().filter(|&axis| length(&target[axis]) > 1);
        let axis = sides.max_by_key(|&axis| length(&source[axis]))?;
        Some((axis, target[axis].start + (length(&target[axis]) / 2) as i64))
    }

    fn read_slab(&self, target: &[Range<i64>], out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let (block, source_begin) = self.source_of(&self.recipe.source(target), cx)?;
        let target_begin = engine::begins(target);
        let source = Placed { data: block.view(), begin: &source_begin };
        Ok(engine::run(&self.recipe, source, Placed { data: out, begin: &target_begin }, Memory::Used)?)
    }

    /// The plan of the source for the whole region, and what resampling adds.
    pub(super) fn plan_target(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        let mut slab = self.target_ranges(voxels);
        let mut plan = self.beneath.plan(&self.source_box(&slab)?)?;
        let mut slabs = false;
        while let Some((axis, middle)) = self.cut(&slab) {
            slab[axis].end = middle;
            slabs = true;
        }
        let held = self.beneath.plan(&self.source_box(&slab)?)?.peak_bytes;
        let voxels = self.meta.block_shape(voxels)?.into_iter().map(|extent| extent as u64);
        plan.bytes_result = voxels.fold(self.meta.dtype().size() as u64, u64::saturating_mul);
        plan.peak_bytes = plan.bytes_result.saturating_add(held);
        plan.notes.extend(self.notes.iter().cloned());
        if slabs {
            let budget = self.memory_budget;
            plan.notes.push(format!(
                "the source region exceeds the memory budget of {budget} bytes and is read in slabs; \
                 voxels at their borders are read twice"
            ));
        }
        Ok(plan)
    }
}
