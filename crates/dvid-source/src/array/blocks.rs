//! Blocks of an image in frames: of a proxied volume, which gives nothing else, or as the server stores them.

use std::sync::atomic::{AtomicBool, Ordering};

use array_core::VoxelBox;
use ndarray::ArrayViewMut4;

use super::frames::{Due, cover, place};
use super::image::{Voxel, to_native};
use super::options::Lossy;
use super::volume::{Route, Volume};
use crate::client::Control;
use crate::request::{ImageForm, Request};
use crate::{Error, ImagePayload, Result, Strictness};

/// What a proxied volume was seen to send.
#[derive(Debug, Default)]
pub(super) struct Seen {
    uncompressed: AtomicBool,
    stored: AtomicBool,
}

impl Seen {
    /// The forms to ask a proxied volume for, one after the other: a server cannot unpack volumes that are not JPEG, and
    /// sends nothing then.
    fn forms(&self, as_stored: bool) -> &'static [ImageForm] {
        if as_stored || self.stored.load(Ordering::Relaxed) {
            &[ImageForm::Stored]
        } else if self.uncompressed.load(Ordering::Relaxed) {
            &[ImageForm::Uncompressed]
        } else {
            &[ImageForm::Uncompressed, ImageForm::Stored]
        }
    }

    /// Whether it is not known yet which form comes.
    pub(super) fn is_open(&self, as_stored: bool) -> bool {
        self.forms(as_stored).len() > 1
    }

    fn came(&self, form: ImageForm) {
        let seen = if form == ImageForm::Uncompressed { &self.uncompressed } else { &self.stored };
        seen.store(true, Ordering::Relaxed);
    }
}

/// Bytes that a thread needs beside the output: a payload and a block.
pub(super) fn memory(volume: &Volume) -> u64 {
    let block = volume.block_bytes() as u64;
    block + largest_payload(volume) as u64
}

fn largest_payload(volume: &Volume) -> usize {
    let plain = volume.block_bytes();
    match volume.route {
        Route::Stored(payload) => payload.max_len(plain),
        _ if volume.voxel_bytes() == 1 => ImagePayload::Jpeg.max_len(plain),
        _ => plain,
    }
}

/// Reads the blocks around a box and copies what lies within.
pub(super) fn fetch<T: Voxel>(
    volume: &Volume,
    voxels: &VoxelBox,
    mut out: ArrayViewMut4<'_, T>,
    control: &Control<'_>,
) -> Result<()> {
    if let Route::Stored(payload) = volume.route {
        return fetch_as(volume, payload.form(), Left::Empty, voxels, &mut out, control).map(drop);
    }
    let forms = volume.seen.forms(volume.as_stored);
    let mut failure = None;
    for (i, form) in forms.iter().enumerate() {
        let left = if i + 1 == forms.len() { Left::Told } else { Left::Tried };
        match fetch_as(volume, *form, left, voxels, &mut out, control) {
            Ok(true) => {
                volume.seen.came(*form);
                return Ok(());
            }
            Ok(false) => {}
            // The server may have failed to unpack what it has.
            Err(error) if left == Left::Tried && error.is_damage() => failure = Some(error),
            Err(error) => return Err(failure.unwrap_or(error)),
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    let instance = &volume.source.instance;
    tracing::warn!(instance, %voxels, "a block is left out, and read as 0; it may have failed");
    Ok(())
}

/// What it means that a block is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    /// It was never written.
    Empty,
    /// It is asked for in another form next.
    Tried,
    /// It is empty or has failed: an error where the user is strict.
    Told,
}

/// Reads blocks in one form; whether all of them came.
fn fetch_as<T: Voxel>(
    volume: &Volume,
    form: ImageForm,
    left: Left,
    voxels: &VoxelBox,
    out: &mut ArrayViewMut4<'_, T>,
    control: &Control<'_>,
) -> Result<bool> {
    let (blocks, covered) = cover(voxels, volume.block)?;
    let request = Request::subvol_blocks(&volume.source.uuid, &volume.source.instance, &covered, form)?;
    let bytes = volume.voxel_bytes() * covered.voxels()?;
    let due = Due { blocks: &blocks, block: volume.block, max_payload: largest_payload(volume) };
    volume.client.get(&request, bytes, control, |body| {
        let count = place(body, &due, voxels, out, |payload, values: &mut [T]| unpack(volume, form, payload, values))?;
        let is_whole = count as u64 == blocks.voxels()?;
        if is_whole || left != Left::Told || volume.strictness == Strictness::Lenient {
            return Ok(is_whole);
        }
        Err(Error::corrupt(
            0,
            "a block is left out, which may be empty or may have failed; accept it leniently, or read \
             the proxied volume itself",
        ))
    })
}

/// Unpacks the voxels of a block that came in some form.
pub(super) fn unpack<T: Voxel>(volume: &Volume, form: ImageForm, payload: &[u8], values: &mut [T]) -> Result<()> {
    let plain = bytemuck::cast_slice_mut(values);
    let packed = match (form, &volume.route) {
        (ImageForm::Uncompressed, _) => ImagePayload::Uncompressed,
        (_, Route::Stored(payload)) => *payload,
        _ => ImagePayload::found(payload, plain.len())?,
    };
    if packed == ImagePayload::Jpeg && volume.lossy == Lossy::Refuse {
        let problem =
            "holds JPEG, whose voxels are not those that were written; accept it with the option lossy".to_owned();
        return Err(Error::Unsupported { instance: volume.source.instance.clone(), problem });
    }
    packed.decode(payload, volume.block.map(|side| side as usize), plain)?;
    to_native(values);
    Ok(())
}
