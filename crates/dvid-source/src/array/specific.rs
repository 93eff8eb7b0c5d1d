//! Blocks by their coordinates, many in one request.

use std::collections::{BTreeSet, HashMap};
use std::sync::atomic::Ordering;

use array_core::{Array, Block, Coordinate, DType, Element, ReadContext, VoxelBox};
use ndarray::{Array4, Axis};

use super::DvidArray;
use super::blocks::unpack;
use super::frames::copy;
use super::image::Voxel;
use super::labels::check_scale;
use super::read::{in_parallel, read};
use super::volume::{Route, Volume};
use crate::client::Control;
use crate::request::{ImageForm, LabelQuery, Request};
use crate::{Error, FrameReader, Payload, Result};

/// The most blocks of one request: a server works on all of them at once, and cannot be stopped.
const BATCH: usize = 256;

impl DvidArray {
    /// Blocks anywhere in the volume, many in one request, whether they lie together or far apart: for work along a body, a
    /// region of interest, or a list of places. A block is named by its coordinate z, y, x, counted in blocks of
    /// [`read_block`](array_core::ArrayMeta::read_block) from voxel 0, at the scale of this array.
    ///
    /// They are given in the order asked, with a channel axis in front where voxels have several values; `None` is a block
    /// that the server does not have, whose voxels are 0. All of them are in memory at the end: ask for as many as fit.
    ///
    /// # Errors
    /// [`Error::BadOption`] for a block named twice; [`Error::BadBox`] for one that is not three coordinates of 32 bits; those
    /// of a read.
    pub fn read_blocks(&self, blocks: &[Coordinate], cx: &ReadContext) -> Result<Vec<Option<Block>>> {
        if blocks.iter().collect::<BTreeSet<_>>().len() < blocks.len() {
            return Err(Error::BadOption { option: "blocks", problem: "a block is named twice".to_owned() });
        }
        let mut out = vec![None; blocks.len()];
        let size = if is_listed(&self.volume.route) { self.volume.batch() } else { 1 };
        let tasks = blocks.chunks(size).zip(out.chunks_mut(size)).collect();
        in_parallel(
            &self.volume,
            tasks,
            cx,
            |(blocks, out): (&[Coordinate], &mut [Option<Block>]), control| match self.meta().dtype() {
                _ if !is_listed(&self.volume.route) => self.fill_each(blocks, out, cx),
                DType::U8 => self.fill_blocks::<u8>(blocks, out, control),
                DType::U16 => self.fill_blocks::<u16>(blocks, out, control),
                DType::U32 => self.fill_blocks::<u32>(blocks, out, control),
                DType::U64 => self.fill_blocks::<u64>(blocks, out, control),
                DType::F32 => self.fill_blocks::<f32>(blocks, out, control),
                _ => self.fill_each(blocks, out, cx),
            },
        )?;
        Ok(out)
    }

    fn fill_blocks<T: Voxel>(
        &self,
        blocks: &[Coordinate],
        out: &mut [Option<Block>],
        control: &Control<'_>,
    ) -> Result<()> {
        let places: HashMap<Coordinate, usize> = blocks.iter().copied().zip(0..).collect();
        fetch(&self.volume, self.volume.own_scale(self.scale), blocks, control, &mut |block, values: &[T]| {
            out[places[block]] = Some(self.block_of(block, values)?);
            Ok(())
        })
    }

    /// The block whose voxels came x fastest, channels together.
    fn block_of<T: Element>(&self, block: &Coordinate, values: &[T]) -> Result<Block> {
        let at = self.volume.box_of(block)?;
        let [z, y, x] = self.volume.block.map(|side| side as usize);
        let mut array = Array4::from_elem((self.volume.voxels.channels.unwrap_or(1), z, y, x), T::default());
        copy(values, &at, &at, &mut array.view_mut())?;
        let has_channels = self.volume.voxels.channels.is_some();
        Ok(T::wrap(if has_channels { array.into_dyn() } else { array.index_axis_move(Axis(0), 0).into_dyn() }))
    }

    /// Blocks one by one, where the server takes no lists.
    fn fill_each(&self, blocks: &[Coordinate], out: &mut [Option<Block>], cx: &ReadContext) -> Result<()> {
        for (block, out) in blocks.iter().zip(out) {
            let voxels = self.volume.box_of(block)?;
            let mut read_block = Block::zeros(self.meta().dtype(), &self.meta().block_shape(&voxels)?)?;
            read(&self.volume, self.scale, &voxels, read_block.view_mut(), cx)?;
            *out = Some(read_block);
        }
        Ok(())
    }
}

/// Whether the server takes a list of blocks of such a volume. A proxied one mixes up the frames of several.
pub(super) fn is_listed(route: &Route) -> bool {
    matches!(route, Route::Raw | Route::Stored(_) | Route::LabelBlocks)
}

impl Volume {
    /// The blocks to ask for at a time.
    pub(super) fn batch(&self) -> usize {
        let voxels = self.block.iter().product::<i64>();
        ((self.chunk_voxels / voxels) as usize).clamp(1, BATCH)
    }

    pub(super) fn box_of(&self, block: &Coordinate) -> Result<VoxelBox> {
        let fits = block.len() == 3 && block.iter().all(|index| i32::try_from(*index).is_ok());
        if !fits {
            let rule = "a block is named by three coordinates z, y, x of 32 bits";
            return Err(Error::BadBox { voxels: block.to_string(), rule });
        }
        Ok(VoxelBox::new(block.checked_mul(&self.block.into())?, self.block)?)
    }
}

/// Asks for blocks, each of them once, and gives those that exist to `each`, in any order; after a failure on the way, some
/// of them again.
pub(super) fn fetch<T: Voxel>(
    volume: &Volume,
    scale: u8,
    blocks: &[Coordinate],
    control: &Control<'_>,
    each: &mut impl FnMut(&Coordinate, &[T]) -> Result<()>,
) -> Result<()> {
    let (form, asked): (_, BTreeSet<&Coordinate>) = (form(&volume.route), blocks.iter().collect());
    let request = request(volume, scale, blocks, form)?;
    let shape = volume.block.map(|side| side as usize);
    let max = largest_payload(volume)?;
    let (mut scratch, mut values) = (Vec::new(), vec![T::default(); volume.block_bytes() / size_of::<T>()]);
    let bytes = (volume.block_bytes() * blocks.len()) as u64;
    let count = volume.client.get(&request, bytes, control, |body| {
        let mut frames = FrameReader::new(body, |block: &Coordinate| asked.contains(block), max);
        let mut count = 0;
        while let Some(frame) = frames.next()? {
            let unpacked = match &volume.route {
                Route::LabelBlocks => {
                    let labels = bytemuck::cast_slice_mut(&mut values);
                    Payload::LabelBlock.decode(frame.payload, shape, labels, &mut scratch)
                }
                _ => unpack(volume, form, frame.payload, &mut values),
            };
            let block = frame.block;
            unpacked.map_err(|error| frames.damaged_payload(error))?;
            each(&block, &values)?;
            count += 1;
        }
        Ok(count)
    })?;
    if count > 0 {
        volume.seen_scales.fetch_or(1 << scale, Ordering::Relaxed);
        return Ok(());
    }
    blocks.first().map_or(Ok(()), |block| check_scale(volume, scale, &volume.box_of(block)?, control))
}

fn largest_payload(volume: &Volume) -> Result<usize> {
    Ok(match &volume.route {
        Route::LabelBlocks => Payload::LabelBlock.max_len(volume.block.map(|side| side as usize))?,
        Route::Stored(payload) => payload.max_len(volume.block_bytes()),
        _ => volume.block_bytes(),
    })
}

fn form(route: &Route) -> ImageForm {
    match route {
        Route::Stored(payload) => payload.form(),
        _ => ImageForm::Uncompressed,
    }
}

fn request(volume: &Volume, scale: u8, blocks: &[Coordinate], form: ImageForm) -> Result<Request> {
    let (uuid, instance) = (&volume.source.uuid, &volume.source.instance);
    if volume.route == Route::LabelBlocks {
        let query = LabelQuery::default().with_scale(scale).with_ids(volume.ids);
        return Request::specific_blocks(uuid, instance, blocks, &query);
    }
    Request::specific_image_blocks(uuid, instance, blocks, form)
}
