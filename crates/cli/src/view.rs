//! Pictures of what was read, and figures for people.

use std::time::Duration;

use facade::array_core::with_block;
use facade::ng_layer::segment_color;
use facade::prelude::*;
use facade::{Error, Result};
use ndarray::{Array2, Array3, ArrayView3, Axis};

use crate::picture::{self, Grays, Picture, Plane, Zoom, gray, labels, orthogonal, overlay, section};

/// The colour seed of the viewer's default.
const SEED: u32 = 0;
/// Small volumes are enlarged to about this many pixels along their longest side.
const SIDE: usize = 320;
/// Pixels between the planes of a picture.
const MARGIN: usize = 4;

/// What one sees of a block: its middle planes across z, y and x, with square pixels.
#[derive(Debug, Clone)]
pub struct Planes {
    pictures: [Picture; 3],
    grays: Option<Grays>,
}

impl Planes {
    /// Images and masks in grey, labels in the colours that the viewer gives them.
    ///
    /// # Errors
    /// [`Error::Invalid`] for blocks that are no plane or volume of one channel, or empty.
    pub fn of(array: &dyn Array, block: &Block) -> Result<Self> {
        let zoom = zoom(array, block)?;
        if array.kind() == Kind::Labels {
            let ids = ids(block)?;
            let pictures = planes(|plane| labels(&cut(&ids.view(), plane, &zoom)?, color))?;
            return Ok(Self { pictures, grays: None });
        }
        with_block!(Block = block, voxels => {
            let volume = volume(voxels.view())?;
            let grays = Grays::of(&volume);
            let pictures = planes(|plane| gray(&cut(&volume, plane, &zoom)?, &grays))?;
            Ok(Self { pictures, grays: Some(grays) })
        })
    }

    /// These planes with labels of the same voxels over them.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the labels cover other voxels.
    pub fn with_labels(&self, array: &dyn Array, block: &Block, alpha: f32) -> Result<Self> {
        let (ids, zoom) = (ids(block)?, zoom(array, block)?);
        let below = |plane| &self.pictures[plane as usize];
        let over = |plane| overlay(below(plane), &cut(&ids.view(), plane, &zoom)?, color, alpha);
        Ok(Self { pictures: planes(over)?, grays: self.grays })
    }

    /// Which values are black and white; none for labels.
    pub fn grays(&self) -> Option<&Grays> {
        self.grays.as_ref()
    }

    /// One picture: the middle plane across z, with those across x and y beside and below it.
    ///
    /// # Errors
    /// None for planes of one block.
    pub fn picture(&self) -> Result<Picture> {
        let [z, y, x] = &self.pictures;
        Ok(orthogonal(z, y, x, MARGIN)?)
    }
}

/// A picture of a block as PNG: the one plane of a flat block, else all three middle planes; and which values are black and
/// white in it.
///
/// # Errors
/// As [`Planes::of`].
pub fn png(array: &dyn Array, block: &Block) -> Result<(Vec<u8>, Option<Grays>)> {
    let shape = with_block!(Block = block, voxels => volume(voxels.view())?.dim());
    let flat = <[usize; 3]>::from(shape).iter().position(|extent| *extent == 1);
    let planes = Planes::of(array, block)?;
    let picture = match flat {
        Some(axis) => planes.pictures[axis].clone(),
        None => planes.picture()?,
    };
    Ok((picture.to_png()?, planes.grays))
}

fn planes(paint: impl Fn(Plane) -> picture::Result<Picture>) -> picture::Result<[Picture; 3]> {
    let [z, y, x] = Plane::ALL;
    Ok([paint(z)?, paint(y)?, paint(x)?])
}

fn cut<T: Copy>(volume: &ArrayView3<'_, T>, plane: Plane, zoom: &Zoom) -> picture::Result<Array2<T>> {
    section(volume, plane, plane.middle(volume.dim().into()), zoom)
}

fn color(id: u64) -> [u8; 3] {
    segment_color(SEED, id)
}

/// The voxels as `z y x`: axes of extent 1 that are no place are dropped, missing ones added in front.
fn volume<T>(mut voxels: ndarray::ArrayViewD<'_, T>) -> Result<ArrayView3<'_, T>> {
    while voxels.ndim() > 3 && voxels.shape()[0] == 1 {
        voxels = voxels.index_axis_move(Axis(0), 0);
    }
    while voxels.ndim() < 3 {
        voxels = voxels.insert_axis(Axis(0));
    }
    let shape = voxels.shape().to_vec();
    voxels.into_dimensionality().map_err(|_| {
        let reason = format!("a block of shape {shape:?} has no picture, which needs one channel; write an .npy file");
        Error::invalid("picture", reason)
    })
}

/// Labels as the viewer sees them: unsigned, 64 bits.
fn ids(block: &Block) -> Result<Array3<u64>> {
    Ok(match block {
        Block::Bool(ids) => volume(ids.view())?.mapv(u64::from),
        Block::U8(ids) => volume(ids.view())?.mapv(u64::from),
        Block::U16(ids) => volume(ids.view())?.mapv(u64::from),
        Block::U32(ids) => volume(ids.view())?.mapv(u64::from),
        Block::U64(ids) => volume(ids.view())?.to_owned(),
        Block::I8(ids) => volume(ids.view())?.mapv(|id| i64::from(id) as u64),
        Block::I16(ids) => volume(ids.view())?.mapv(|id| i64::from(id) as u64),
        Block::I32(ids) => volume(ids.view())?.mapv(|id| i64::from(id) as u64),
        Block::I64(ids) => volume(ids.view())?.mapv(|id| id as u64),
        Block::F32(_) | Block::F64(_) => {
            return Err(Error::invalid("picture", "labels of floating point have no colours; state --kind image"));
        }
    })
}

/// Square pixels, from the voxel sizes of the last three axes, and enough of them.
fn zoom(array: &dyn Array, block: &Block) -> Result<Zoom> {
    let sizes: Vec<f64> = array.voxel_size().iter().map(|size| size.to_f64()).collect();
    let size = |from_end: usize| sizes.len().checked_sub(from_end).map_or_else(|| sizes[0], |at| sizes[at]);
    let zoom = Zoom::isotropic([size(3), size(2), size(1)])?;
    let extents = block.shape().iter().rev().zip(zoom.factors().into_iter().rev());
    let longest = extents.map(|(extent, factor)| extent * factor).max().unwrap_or(1).max(1);
    Ok(zoom.times((SIDE / longest).max(1)))
}

/// Bytes for people: `1.5 MiB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["KiB", "MiB", "GiB", "TiB", "PiB"];
    let (mut value, mut unit) = (count as f64, "B");
    for larger in UNITS {
        if value < 1024.0 {
            break;
        }
        (value, unit) = (value / 1024.0, larger);
    }
    if unit == "B" { format!("{count} B") } else { format!("{value:.1} {unit}") }
}

/// Bytes, time and rate for people: `1.5 MiB in 0.20 s (7.9 MB/s)`.
pub fn rate(count: u64, time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let rate = if seconds > 0.0 { count as f64 / 1e6 / seconds } else { f64::INFINITY };
    format!("{} in {seconds:.2} s ({rate:.1} MB/s)", bytes(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_for_people() {
        assert_eq!(bytes(1023), "1023 B");
        assert_eq!(bytes(1536), "1.5 KiB");
        assert_eq!(bytes(5 << 40), "5.0 TiB");
        assert_eq!(rate(2_000_000, Duration::from_millis(500)), "1.9 MiB in 0.50 s (4.0 MB/s)");
    }

    #[test]
    fn only_volumes_and_planes_have_pictures() {
        let of = |shape: &[usize]| volume(ndarray::ArrayD::<u8>::zeros(shape).view()).map(|view| view.dim()).ok();
        assert_eq!(of(&[4, 5]), Some((1, 4, 5)));
        assert_eq!(of(&[1, 3, 4, 5]), Some((3, 4, 5)));
        assert_eq!(of(&[2, 3, 4, 5]), None);
    }
}
