//! Which levels an array is served in, and what each is read from.

use std::sync::Arc;

use array_core::{Array, ArrayMeta, ArrayRef, BlockCache, CacheOptions, Cached, Coordinate, VoxelBox};
use ng_layer::precomputed::{Level, levels};
use resample::level_factors;

use super::Named;
use super::computed::Chain;
use crate::{Error, Result, ServeOptions};

/// A level as it is published, and the array that its voxels are read from.
#[derive(Debug)]
pub(super) struct MadeLevel {
    pub(super) published: Level,
    pub(super) array: ArrayRef,
    /// Published index of a voxel less its index on the array's grid.
    pub(super) shift_zyx: [i64; 3],
    pub(super) dims_zyx: [usize; 3],
}

/// A scale that the source holds.
struct Stored {
    factors: [u32; 3],
    array: ArrayRef,
}

/// The levels of an array, finest first, all of them read through `cache`.
///
/// Level 0 is the array. A coarser level is a scale of the source where that holds one with these factors; else it is
/// computed from the level before it, through the cache: so what a coarse level was made of need not be read again for the
/// finer ones, which the viewer asks for next.
pub(super) fn made_levels(
    array: &Arc<Named>,
    chunk_zyx: [i64; 3],
    options: &ServeOptions,
    cache: &Arc<BlockCache>,
) -> Result<Vec<MadeLevel>> {
    let base = array.meta();
    let dims_zyx = dims_zyx(base);
    let chunk = in_array_order(chunk_zyx, dims_zyx)?;
    let block = CacheOptions::default().with_block(cache_block(base, chunk)?);
    let finest: ArrayRef = Arc::new(Cached::new(Arc::clone(array) as ArrayRef, cache, &block)?);
    let stored = stored(base, &finest, dims_zyx);
    let mut factors = match &options.factors {
        Some(stated) => stated.clone(),
        None => usual_factors(&stored, chunk, dims_zyx, options.cost_limit)?,
    };
    check(base.name(), &factors)?;
    factors.truncate(options.levels.unwrap_or(usize::MAX));
    let mut made: Vec<MadeLevel> = Vec::new();
    let (mut chain, mut cost) = (Chain::new(&finest)?, 1);
    for (number, factors) in factors.into_iter().enumerate() {
        let native = stored.iter().find(|scale| scale.factors == factors);
        let array = if let Some(native) = native {
            (chain, cost) = (Chain::new(&native.array)?, 1);
            Arc::clone(&native.array)
        } else {
            let ratio = made.last().map_or([1; 3], |finer| ratio(finer.published.factors, factors));
            cost = voxels(ratio).saturating_mul(cost);
            check_cost(base.name(), factors, cost, options.cost_limit)?;
            let name = format!("{} level {number}", base.name());
            chain.coarser(&name, &in_array_order(ratio.map(i64::from), dims_zyx)?, cache, chunk)?
        };
        made.push(placed(base, array, factors, dims_zyx)?);
    }
    Ok(made)
}

/// Which physical dimension of an array is z, y and x: it has been found to have the three.
fn dims_zyx(meta: &ArrayMeta) -> [usize; 3] {
    let find = |name: &str| (0..meta.dims()).find(|dim| meta.axes().physical_name(*dim) == name);
    ["z", "y", "x"].map(|name| find(name).expect("an array with a place in the viewer has the axes z, y and x"))
}

fn in_array_order(zyx: [i64; 3], dims_zyx: [usize; 3]) -> Result<Coordinate> {
    let mut entries = [0; 3];
    for (entry, dim) in zyx.into_iter().zip(dims_zyx) {
        entries[dim] = entry;
    }
    Ok(Coordinate::try_from(&entries[..])?)
}

/// How an array is cached: in blocks of about a chunk, made of whole ones of those that it likes to read, unless they are so
/// large that a chunk would be a small part of what is read for it.
fn cache_block(meta: &ArrayMeta, chunk: Coordinate) -> Result<Coordinate> {
    const LARGEST: i64 = 8;
    let Some(read_block) = meta.read_block() else { return Ok(chunk) };
    let whole = chunk.zip_with(&read_block, |_, side, edge| {
        Ok(edge.saturating_mul(side.div_euclid(edge) + i64::from(side.rem_euclid(edge) > 0)))
    })?;
    let times =
        whole.iter().zip(chunk.iter()).map(|(whole, side)| whole.div_euclid(*side)).fold(1, i64::saturating_mul);
    Ok(if times > LARGEST { chunk } else { whole })
}

/// The array and those of its scales that fit the pyramid: the same voxels and corner, whole factors, each coarser than the
/// one before.
fn stored(base: &ArrayMeta, finest: &ArrayRef, dims_zyx: [usize; 3]) -> Vec<Stored> {
    let mut stored = vec![Stored { factors: [1; 3], array: Arc::clone(finest) }];
    for scale in finest.scales() {
        let last = stored[stored.len() - 1].factors;
        if let Some(factors) = whole_factors(base, scale.meta(), dims_zyx)
            && is_multiple(factors, last)
            && published(base, factors).is_ok()
        {
            stored.push(Stored { factors, array: Arc::clone(scale) });
        }
    }
    stored
}

fn whole_factors(base: &ArrayMeta, scale: &ArrayMeta, dims_zyx: [usize; 3]) -> Option<[u32; 3]> {
    let same = (base.dtype(), base.kind(), base.axes(), base.num_channels())
        == (scale.dtype(), scale.kind(), scale.axes(), scale.num_channels());
    if !same || base.grid().origin() != scale.grid().origin() || scale.voxel_box().is_empty() {
        return None;
    }
    let mut factors = [1; 3];
    for (factor, dim) in factors.iter_mut().zip(dims_zyx) {
        let ratio = scale.voxel_size()[dim].checked_div(base.voxel_size()[dim]).ok()?;
        *factor = u32::try_from(ratio.to_integer().ok()?).ok()?;
    }
    Some(factors)
}

/// The scales of the source, and then doublings towards equal sides.
fn usual_factors(stored: &[Stored], chunk: Coordinate, dims_zyx: [usize; 3], cost_limit: u64) -> Result<Vec<[u32; 3]>> {
    let mut factors: Vec<[u32; 3]> = stored.iter().map(|scale| scale.factors).collect();
    let last = &stored[stored.len() - 1];
    for more in level_factors(last.array.meta(), chunk)?.into_iter().skip(1) {
        let more = dims_zyx.map(|dim| more[dim]);
        let product = [0, 1, 2].map(|axis| last.factors[axis].checked_mul(more[axis]));
        let [Some(z), Some(y), Some(x)] = product else { break };
        if voxels(more) > cost_limit {
            break;
        }
        factors.push([z, y, x]);
    }
    Ok(factors)
}

fn check(array: &str, factors: &[[u32; 3]]) -> Result<()> {
    let nested = factors.windows(2).all(|pair| is_multiple(pair[1], pair[0]));
    if factors.first() == Some(&[1; 3]) && nested { Ok(()) } else { Err(not_nested(array, factors)) }
}

fn not_nested(array: &str, factors: &[[u32; 3]]) -> Error {
    let rule = "they begin with ones, and each is a whole multiple of the one before and larger on one axis at least";
    Error::Levels { array: array.to_owned(), factors_zyx: factors.to_vec(), rule }
}

fn is_multiple(coarse: [u32; 3], fine: [u32; 3]) -> bool {
    coarse != fine && (0..3).all(|axis| coarse[axis] > 0 && coarse[axis].is_multiple_of(fine[axis]))
}

fn check_cost(array: &str, factors_zyx: [u32; 3], chunks: u64, limit: u64) -> Result<()> {
    if chunks <= limit {
        return Ok(());
    }
    Err(Error::TooCostly { array: array.to_owned(), factors_zyx, chunks, limit })
}

fn voxels(factors: [u32; 3]) -> u64 {
    factors.into_iter().map(u64::from).fold(1, u64::saturating_mul)
}

/// Both are factors of checked levels.
fn ratio(fine: [i64; 3], coarse: [u32; 3]) -> [u32; 3] {
    [0, 1, 2].map(|axis| (i64::from(coarse[axis]) / fine[axis]) as u32)
}

fn published(base: &ArrayMeta, factors: [u32; 3]) -> Result<Level> {
    Ok(levels(base, &[factors.map(i64::from).into()])?[0])
}

/// The level with the voxels that the array has: a scale that the source holds may have fewer or more than a computed one.
fn placed(base: &ArrayMeta, array: ArrayRef, factors: [u32; 3], dims_zyx: [usize; 3]) -> Result<MadeLevel> {
    let finest = published(base, [1; 3])?;
    let mut level = published(base, factors)?;
    let own = array.meta().voxel_box();
    let (mut begin, mut shape, mut shift) = ([0; 3], [0; 3], [0; 3]);
    for (axis, dim) in dims_zyx.into_iter().enumerate() {
        // What is left out of large offsets is a multiple of every factor.
        let left_out = base.voxel_box().begin()[dim] - finest.voxels.begin()[axis];
        shift[axis] = -(left_out / level.factors[axis]);
        begin[axis] = own.begin()[dim] + shift[axis];
        shape[axis] = own.shape()[dim];
    }
    level.voxels = VoxelBox::new(begin, shape)?;
    Ok(MadeLevel { published: level, array, shift_zyx: shift, dims_zyx })
}

#[cfg(test)]
mod tests {
    use array_core::{Axes, DType, Grid, Length};

    use super::*;

    #[test]
    fn blocks_of_the_cache_are_whole_blocks_of_the_source() {
        let grid = Grid::new([Length::ZERO; 3], [Length::ONE; 3]).unwrap();
        let voxels = VoxelBox::new([0; 3], [1000; 3]).unwrap();
        let meta = ArrayMeta::new("a", DType::U8, Axes::zyx(), &[], grid, voxels).unwrap();
        for (read_block, chunk, expected) in [
            (None, [64, 64, 64], [64, 64, 64]),
            (Some([64, 64, 64]), [64, 64, 64], [64, 64, 64]),
            (Some([64, 64, 64]), [16, 128, 128], [64, 128, 128]),
            (Some([43, 43, 43]), [64, 64, 64], [86, 86, 86]),
            (Some([1, 1, 4096]), [64, 64, 64], [64, 64, 64]),
            (Some([1, 1, i64::MAX]), [64, 64, 64], [64, 64, 64]),
        ] {
            let meta = meta.clone();
            let meta = read_block.map_or(meta.clone(), |block| meta.with_read_block(block.into()).unwrap());
            assert_eq!(
                cache_block(&meta, chunk.into()).unwrap(),
                Coordinate::from(expected),
                "{read_block:?} {chunk:?}"
            );
        }
    }
}
