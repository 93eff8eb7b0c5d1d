//! Metadata as they occur and as nobody expects them, for tests that take every kind of array.

use coord_roi::{Coordinate, Grid, Length, Scalar, VoxelBox};

use super::sample::Random;
use crate::{
    ArrayMeta, Attrs, Axes, AxisInfo, AxisKind, Block, DType, Element, FillValue, Kind, MemoryArray, Provenance,
    Result, ViewerSource, with_dtype,
};

/// Metadata of small arrays of every kind, without end and the same in every run: rank 1 to 5, axes of channels, samples, time
/// and others anywhere, every dtype and kind, fractional voxel sizes, offsets that are negative, fractional, no multiples of the
/// voxel size, or far away; now and then with a preferred read block, without a physical axis, or without a voxel.
///
/// ```
/// use array_core::testing::{check_array, random_array, random_metas};
///
/// for meta in random_metas().filter(|meta| meta.num_channels().is_some()).take(16) {
///     check_array(&random_array(&meta)).unwrap();
/// }
/// ```
pub fn random_metas() -> impl Iterator<Item = ArrayMeta> {
    // Numbers of moderate size: none of them is refused.
    (0..).filter_map(|number| random_meta(number).ok())
}

/// An array in memory with these metadata. Its voxels differ from each other as far as the type allows, with values near both
/// ends of the type among them.
///
/// # Panics
/// When the voxels do not fit into memory.
pub fn random_array(meta: &ArrayMeta) -> MemoryArray {
    let values = random_voxels(meta).and_then(|voxels| MemoryArray::from_meta(meta.clone(), voxels));
    values.unwrap_or_else(|error| panic!("{error}"))
}

const ENDS: [i128; 8] = [0, 1, -1, u64::MAX as i128, i64::MIN as i128, (1 << 53) + 1, 255, 65535];

fn random_voxels(meta: &ArrayMeta) -> Result<Block> {
    with_dtype!(meta.dtype(), T => {
        let mut block = Block::zeros(meta.dtype(), meta.shape())?.into_array::<T>()?;
        let mut random = Random::new(block.len() as u64);
        for (position, value) in block.iter_mut().enumerate() {
            let any = if random.one_in(8) { ENDS[random.below(ENDS.len())] } else { 2 + position as i128 % 97 };
            let held = [any, position as i128 % 2].into_iter().find_map(|number| T::from_fill(FillValue::Integer(number)));
            *value = held.unwrap_or_default();
        }
        Ok(Block::from(block))
    })
}

/// What one axis has: a name with a meaning, and a place or an extent.
struct Axis {
    info: AxisInfo,
    step: Length,
    origin: Length,
    begin: i64,
    extent: i64,
}

fn random_meta(number: u64) -> Result<ArrayMeta> {
    let mut random = Random::new(number);
    let axes = random_axes(&mut random)?;
    let (physical, plain): (Vec<&Axis>, Vec<&Axis>) = axes.iter().partition(|axis| axis.info.kind.is_physical());
    let grid = Grid::new(coordinate(&physical, |axis| axis.origin)?, coordinate(&physical, |axis| axis.step)?)?;
    let voxels = VoxelBox::new(coordinate(&physical, |axis| axis.begin)?, coordinate(&physical, |axis| axis.extent)?)?;
    let extents: Vec<usize> = plain.iter().map(|axis| axis.extent as usize).collect();
    let names = Axes::new(axes.iter().map(|axis| axis.info.clone()).collect::<Vec<_>>())?;
    let dtype = DType::ALL[random.below(DType::ALL.len())];
    let meta = ArrayMeta::new(format!("random {number}"), dtype, names, &extents, grid, voxels)?;
    decorated(meta, &mut random)
}

/// What does not change a voxel: kind, preferred block, free-form metadata, an address.
fn decorated(mut meta: ArrayMeta, random: &mut Random) -> Result<ArrayMeta> {
    if random.one_in(2) {
        let kind = [Kind::Image, Kind::Labels, Kind::Mask][random.below(3)];
        meta = meta.with_kind(kind, Provenance::Stated("at random".to_owned()));
    }
    if random.one_in(3) {
        let edges = Coordinate::try_from_iter((0..meta.dims()).map(|_| 1 + random.up_to(4)))?;
        meta = meta.with_read_block(edges)?;
    }
    if random.one_in(4) {
        let url = "dvid://http://localhost/7f/data".to_owned();
        meta = meta.with_viewer_source(ViewerSource::Shown { url, lossy: None });
    }
    let mut attrs = Attrs::new();
    attrs.insert("resolution".to_owned(), 8.into());
    attrs.insert("sample".to_owned(), "A+".into());
    Ok(meta.with_attrs(attrs))
}

fn random_axes(random: &mut Random) -> Result<Vec<Axis>> {
    // Mostly space alone, or with one axis of another kind.
    let dims = if random.one_in(24) { 0 } else { 1 + random.below(4) };
    let plain = if dims == 0 { 1 } else { random.below(6 - dims).min(random.below(3)) };
    let mut axes = Vec::new();
    for name in &["w", "z", "y", "x"][4 - dims..] {
        let mut info = AxisInfo::space(*name);
        if random.one_in(10) {
            info = AxisInfo::time(*name, "s");
        }
        axes.push(physical(info, dims, random)?);
    }
    let kinds = [AxisKind::Channel, AxisKind::Sample, AxisKind::Batch, AxisKind::Other];
    let first = if random.one_in(2) { 0 } else { random.below(kinds.len()) };
    for number in 0..plain {
        let info = AxisInfo::plain(["p", "q", "r"][number], kinds[(first + number) % kinds.len()]);
        let extent = if random.one_in(40) { 0 } else { 1 + random.up_to(3) };
        let axis = Axis { info, step: Length::ONE, origin: Length::ZERO, begin: 0, extent };
        axes.insert(random.below(axes.len() + 1), axis);
    }
    Ok(axes)
}

fn physical(info: AxisInfo, dims: usize, random: &mut Random) -> Result<Axis> {
    const STEPS: [(i64, i64); 10] =
        [(8, 1), (40, 1), (1, 1), (114, 25), (49, 5), (25, 1), (4, 3), (1, 7), (33, 2), (32_003, 1000)];
    let (numerator, denominator) = STEPS[random.below(STEPS.len())];
    let step = Length::new(numerator, denominator)?;
    // On the grid line through 0, or off it in three ways.
    let origin = match random.below(4) {
        0 => Length::ZERO,
        1 => step.checked_mul(Length::new(random.up_to(9) - 5, 2)?)?,
        2 => Length::new(random.up_to(2_000_000) - 1_000_000, 100)?,
        _ => Length::new(random.up_to(400) - 200, 3)?,
    };
    let begin = if random.one_in(12) { random.up_to(1 << 37) - (1 << 36) } else { random.up_to(60) - 30 };
    let most = [12, 9, 7, 5][dims - 1];
    let extent = if random.one_in(60) { 0 } else { 1 + random.up_to(most - 1) };
    Ok(Axis { info, step, origin, begin, extent })
}

fn coordinate<T: Scalar>(axes: &[&Axis], entry: impl Fn(&Axis) -> T) -> Result<Coordinate<T>> {
    Ok(Coordinate::try_from_iter(axes.iter().map(|axis| entry(axis)))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_occurs_among_the_first_few_hundred() {
        let metas: Vec<ArrayMeta> = random_metas().take(256).collect();
        assert_eq!(metas.last().map(ArrayMeta::name), Some("random 255"), "none was refused");
        let some = |holds: fn(&ArrayMeta) -> bool| metas.iter().any(holds);
        for dtype in DType::ALL {
            assert!(metas.iter().any(|meta| meta.dtype() == dtype), "{dtype}");
        }
        for rank in 1..=5 {
            assert!(metas.iter().any(|meta| meta.rank() == rank), "rank {rank}");
        }
        for kind in [AxisKind::Time, AxisKind::Channel, AxisKind::Sample, AxisKind::Batch, AxisKind::Other] {
            assert!(metas.iter().any(|meta| meta.axes().iter().any(|axis| axis.kind == kind)), "{kind:?}");
        }
        assert!(
            some(|meta| meta.dims() == 0)
                && some(|meta| meta.voxel_box().is_empty())
                && some(|meta| meta.read_block().is_some())
        );
        assert!(some(|meta| meta.axes().channel() == Some(meta.rank() - 1) && meta.dims() > 0), "channels behind");
        assert!(some(|meta| meta.plain_extents().contains(&0) && !meta.voxel_box().is_empty()));
        let fraction = |length: &Length| length.to_string().contains(['/', '.']);
        assert!(metas.iter().any(|meta| meta.voxel_size().iter().any(fraction)));
        assert!(metas.iter().any(|meta| meta.offset().iter().any(|offset| fraction(offset) && *offset < Length::ZERO)));
    }
}
