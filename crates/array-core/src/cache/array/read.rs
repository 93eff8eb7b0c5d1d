//! Reading and planning a request group by group.

use std::sync::Arc;

use coord_roi::{Coordinate, VoxelBox};

use super::{BlockKey, Cached};
use crate::cache::lattice::{each, together};
use crate::cache::{Loading, Lookup};
use crate::{Array, Block, BlockMut, ReadContext, ReadPlan, Result, block_bytes};

type Load<'a> = Loading<'a, BlockKey, Arc<Block>>;

impl Cached {
    /// Fills what a group of blocks has of `voxels`. Loads all that is for this thread to load before it waits for anybody.
    pub(super) fn read_group(
        &self,
        group: &VoxelBox,
        voxels: &VoxelBox,
        out: &mut BlockMut<'_>,
        cx: &ReadContext,
    ) -> Result<()> {
        let (mut loads, mut waits) = (Vec::new(), Vec::new());
        for block in each(group)? {
            match self.cache.lookup(&self.key(block)) {
                Lookup::Found(found) => self.copy(&found, &block, voxels, out)?,
                Lookup::Missing(load) => loads.push(load),
                Lookup::InFlight(pending) => waits.push((block, pending)),
            }
        }
        self.load(group, loads, voxels, out, cx)?;
        for (block, pending) in waits {
            let loaded = match pending.wait(cx)? {
                Some(loaded) => loaded,
                None => self.cache.get_or_try_insert_with(&self.key(block), cx, || {
                    self.fetch(&self.lattice.voxels_of(&block)?, cx).map(Arc::new)
                })?,
            };
            self.copy(&loaded, &block, voxels, out)?;
        }
        Ok(())
    }

    /// Reads the blocks that are this thread's to load, neighbours together.
    fn load(
        &self,
        group: &VoxelBox,
        mut loads: Vec<Load<'_>>,
        voxels: &VoxelBox,
        out: &mut BlockMut<'_>,
        cx: &ReadContext,
    ) -> Result<()> {
        let missing: Vec<Coordinate> = loads.iter().map(|load| load.key().block).collect();
        for blocks in together(group, &missing)? {
            let (here, later): (Vec<_>, Vec<_>) =
                loads.into_iter().partition(|load| blocks.contains_point(&load.key().block));
            // An error drops `later`: whoever waits for one of those loads it.
            self.load_together(&blocks, here, voxels, out, cx)?;
            loads = later;
        }
        Ok(())
    }

    /// One read of the source, for all of these blocks.
    fn load_together(
        &self,
        blocks: &VoxelBox,
        loads: Vec<Load<'_>>,
        voxels: &VoxelBox,
        out: &mut BlockMut<'_>,
        cx: &ReadContext,
    ) -> Result<()> {
        let whole = self.lattice.voxels(blocks)?;
        let fetched = match self.fetch(&whole, cx) {
            Ok(fetched) => Arc::new(fetched),
            Err(error) => {
                return Err(loads.into_iter().fold(error, |error, load| load.fail(error, cx)));
            }
        };
        let alone = loads.len() == 1;
        for load in loads {
            let block = load.key().block;
            let loaded = if alone { fetched.clone() } else { Arc::new(self.part(&fetched, &whole, &block)?) };
            self.copy(&load.fulfil(loaded), &block, voxels, out)?;
        }
        Ok(())
    }

    fn fetch(&self, voxels: &VoxelBox, cx: &ReadContext) -> Result<Block> {
        let mut block = Block::zeros(self.meta.dtype(), &self.meta.block_shape(voxels)?)?;
        self.source.read_voxels(voxels, block.view_mut(), cx)?;
        Ok(block)
    }

    /// One block of several that were read together.
    fn part(&self, fetched: &Block, whole: &VoxelBox, block: &Coordinate) -> Result<Block> {
        let ranges = self.meta.block_ranges(&self.lattice.voxels_of(block)?, whole)?;
        fetched.view().slice(&ranges)?.to_block()
    }

    /// Copies what a block has of `voxels` to its place.
    fn copy(&self, loaded: &Block, block: &Coordinate, voxels: &VoxelBox, out: &mut BlockMut<'_>) -> Result<()> {
        let covered = self.lattice.voxels_of(block)?;
        let common = covered.intersect(voxels)?;
        let (from, to) = (self.meta.block_ranges(&common, &covered)?, self.meta.block_ranges(&common, voxels)?);
        out.slice(&to)?.assign(&loaded.view().slice(&from)?)
    }
}

/// The reads of the source that [`Cached::read_voxels`] would make now, added up.
pub(super) fn joint_plan(array: &Cached, voxels: &VoxelBox) -> Result<ReadPlan> {
    let bytes = |voxels: &VoxelBox| -> Result<u64> {
        Ok(block_bytes(array.meta.dtype(), &array.meta.block_shape(voxels)?)? as u64)
    };
    let (mut requests, mut fetched, mut peak, mut notes) = (0_u64, 0_u64, 0_u64, Vec::new());
    for group in array.groups(voxels)? {
        let group = group?;
        let mut missing = each(&group)?;
        missing.retain(|block| !array.cache.contains(&array.key(*block)));
        for blocks in together(&group, &missing)? {
            let whole = array.lattice.voxels(&blocks)?;
            let plan = array.source.plan(&whole)?;
            requests = requests.saturating_add(plan.requests);
            fetched = fetched.saturating_add(plan.bytes_fetched);
            // What the source needs for its result, and the blocks that are cut from it.
            let cut = if blocks.voxels()? > 1 { bytes(&whole)? } else { 0 };
            peak = peak.max(plan.peak_bytes.saturating_add(cut));
            notes.extend(plan.notes.into_iter().filter(|note| !notes.contains(note)).collect::<Vec<_>>());
        }
    }
    let result = bytes(voxels)?;
    Ok(ReadPlan { notes, ..ReadPlan::fetched(requests, fetched, result, result.saturating_add(peak)) })
}
