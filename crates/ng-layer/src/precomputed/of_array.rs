//! What a server publishes of an array: its scales, and the types that the format has for its voxels.

use super::encoding::Encoding;
use super::info::{Info, VolumeType};
use super::scale::Scale;
use crate::error::{Error, Result};
use crate::neuroglance::{LayerType, Placement, layer_type_of};
use array_core::{ArrayMeta, Block, BlockRef, Conversion, Coordinate, DType, Kind, Length, VoxelBox};

/// One level of the pyramid of an array, in z, y, x order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Level {
    /// Voxels of the finest level per voxel of this one.
    pub factors: [i64; 3],
    /// Published indices.
    pub voxels: VoxelBox,
    /// Voxel size in nanometres, exact.
    pub resolution: [Length; 3],
}

/// The levels of a pyramid of an array, one for each triple of factors, anchored at published voxel 0: voxel `k` of
/// factor `f` covers the finest voxels `[k·f, (k+1)·f)`. So levels coincide whatever the offset, and those at the edges
/// cover less than a whole voxel.
///
/// Offsets beyond 2^24 are published less a multiple of 2^20 (see [`Placement`]); there factors have to divide that.
///
/// # Errors
/// [`Error::NotViewable`] for an array without a place in the viewer, [`Error::Level`] for factors that are not three
/// whole numbers from 1, or that would move a level of an array with a large offset, [`Error::Geometry`] on overflow.
pub fn levels(meta: &ArrayMeta, factors: &[Coordinate]) -> Result<Vec<Level>> {
    let placement = Placement::of(meta)?;
    factors.iter().map(|factors| level(&placement, factors)).collect()
}

fn level(placement: &Placement, factors: &Coordinate) -> Result<Level> {
    let refuse = |reason: &str| Error::Level { factors_zyx: factors.as_slice().to_vec(), reason: reason.to_owned() };
    let Ok(sides) = <[i64; 3]>::try_from(factors.as_slice()) else {
        return Err(refuse("a factor for each of z, y and x is needed"));
    };
    if sides.iter().any(|factor| *factor < 1) {
        return Err(refuse("factors are whole numbers from 1"));
    }
    let base = placement.voxels_left_out();
    if (0..3).any(|axis| base[axis] % sides[axis] != 0) {
        return Err(refuse(
            "offsets beyond 2^24 voxels are published less a multiple of 2^20: use powers of two up to that",
        ));
    }
    let finest = placement.published()?;
    let (begin, end) = (finest.begin().div_floor(factors)?, finest.end().div_ceil(factors)?);
    let [z, y, x] = placement.step();
    let scaled = |step: Length, factor: i64| step.checked_mul(Length::from(factor));
    let resolution = [scaled(z, sides[0])?, scaled(y, sides[1])?, scaled(x, sides[2])?];
    Ok(Level { factors: sides, voxels: VoxelBox::from_bounds(begin, end)?, resolution })
}

/// Choices about the scales that are published.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScaleOptions {
    /// Voxels of a chunk in z, y, x order; by default 64³, and flat but near-cubic in nanometres where voxels are at
    /// least four times as long along one axis as along the others, about 2^18 voxels.
    pub chunk: Option<[i64; 3]>,
    /// How chunks are encoded; by default `compressed_segmentation` for 32- and 64-bit labels, else raw.
    pub encoding: Option<Encoding>,
}

impl ScaleOptions {
    /// Sets the voxels of a chunk, in z, y, x order.
    pub fn with_chunk(mut self, chunk_zyx: [i64; 3]) -> Self {
        self.chunk = Some(chunk_zyx);
        self
    }

    /// Sets how chunks are encoded.
    pub fn with_encoding(mut self, encoding: Encoding) -> Self {
        self.encoding = Some(encoding);
        self
    }
}

impl Info {
    /// What a server publishes of an array with these levels, finest first: type by kind and dtype, the types that
    /// [`published_dtype`] says, one chunk shape for all levels.
    ///
    /// Offsets are those that the layer of the array counts on ([`Neuroglance`](crate::Neuroglance)): its transform puts
    /// the published voxels where the array is.
    ///
    /// # Errors
    /// [`Error::NotViewable`], and [`Error::Finding`] for levels, chunks or an encoding that the viewer would refuse.
    pub fn of_array(meta: &ArrayMeta, levels: &[Level], options: &ScaleOptions) -> Result<Self> {
        let kind = match layer_type_of(meta)? {
            LayerType::Image => VolumeType::Image,
            LayerType::Segmentation => VolumeType::Segmentation,
        };
        let (dtype, placement) = (published_dtype(meta), Placement::of(meta)?);
        let labels = kind == VolumeType::Segmentation && matches!(dtype, DType::U32 | DType::U64);
        let encoding =
            options.encoding.unwrap_or(if labels { Encoding::COMPRESSED_SEGMENTATION } else { Encoding::Raw });
        let chunk = options.chunk.unwrap_or_else(|| chunk_for(placement.step(), placement.channels()));
        let scale = |level: &Level| Scale::new(level.voxels, level.resolution, chunk, encoding);
        let scales: Result<Vec<Scale>> = levels.iter().map(scale).collect();
        Self::new(kind, dtype, placement.channels(), scales?)
    }
}

/// About 2^18 values, near-cubic in nanometres: sides are doubled and halved until no voxel side is four times another.
fn chunk_for(step: [Length; 3], channels: usize) -> [i64; 3] {
    const LARGEST: i64 = 128;
    const LEAST: i64 = 16;
    let step = step.map(Length::to_f64);
    let shortest = step.into_iter().fold(f64::INFINITY, f64::min);
    let mut chunk = [64; 3];
    if step.iter().any(|side| *side >= 4.0 * shortest) {
        chunk = step.map(|side| if side >= 4.0 * shortest { LEAST } else { LARGEST });
    }
    // All channels stand in one chunk.
    let mut excess = channels.next_power_of_two();
    while excess > 1 && chunk.iter().any(|side| *side > LEAST) {
        let longest = chunk.into_iter().max().unwrap_or(LEAST);
        let axis = chunk.iter().rposition(|side| *side == longest).unwrap_or(0);
        chunk[axis] /= 2;
        excess /= 2;
    }
    chunk
}

/// The type under which the voxels of an array are published: bool as uint8, signed labels as unsigned, float64 as
/// float32, all others as they are.
pub fn published_dtype(meta: &ArrayMeta) -> DType {
    let signed_is_fine = meta.kind() == Kind::Image;
    match meta.dtype() {
        DType::Bool => DType::U8,
        DType::F64 => DType::F32,
        DType::I64 => DType::U64,
        dtype if signed_is_fine => dtype,
        DType::I8 => DType::U8,
        DType::I16 => DType::U16,
        DType::I32 => DType::U32,
        dtype => dtype,
    }
}

/// Voxels of an array as they are published, in the order channel, z, y, x, whatever axes the array has.
///
/// Negative labels have no unsigned counterpart: an error, not another id. Numbers of 64 bits are rounded to the nearest
/// of 32 bits.
///
/// # Errors
/// [`Error::NotViewable`] for an array without a place in the viewer, [`Error::Array`] for a block that is not one of
/// this array, and for a negative label.
pub fn publish(meta: &ArrayMeta, block: &BlockRef<'_>) -> Result<Block> {
    let order = Placement::axes_czyx(meta)?;
    let rule = if meta.dtype() == DType::F64 { Conversion::Saturate } else { Conversion::Exact };
    let block = array_core::with_block!(BlockRef = block, view => {
        if view.ndim() != meta.rank() {
            return Err(array_core::Error::ShapeMismatch { expected: meta.shape().to_vec(), found: view.shape().to_vec() }.into());
        }
        let turned = view.view().permuted_axes(order.clone());
        let turned = if turned.ndim() == 3 { turned.insert_axis(array_core::ndarray::Axis(0)) } else { turned };
        array_core::Element::wrap_ref(turned.view()).convert(published_dtype(meta), rule)?
    });
    Ok(block)
}
