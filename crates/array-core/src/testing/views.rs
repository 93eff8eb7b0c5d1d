//! A12, A14: views of the array answer as it does.

use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use coord_roi::{Length, Roi, Rounding, VoxelBox};

use super::reading::{cut, read, same};
use super::sample::{Random, beyond};
use super::{Checked, ensure, works};
use crate::{
    Array, ArrayExt, ArrayMeta, ArrayRef, AxisOrder, Block, BlockMut, Crop, Error, Permute, ReadContext, Result,
};

pub(super) fn check(array: &dyn Array, whole: &VoxelBox, reference: &Block) -> Checked {
    let mut random = Random::of(whole);
    let parts = [random.part(whole), random.part(whole)];
    let order = random.order(array.rank());
    on_a_shared(array, |shared| {
        check_crop(&shared, &parts[0], whole, reference)?;
        check_crop_of_crop(&shared, &parts)?;
        check_permuted(&shared, &order, whole, reference)
    })
}

fn region(array: &ArrayRef, voxels: &VoxelBox, invariant: &'static str) -> Checked<Roi<Length>> {
    works(array.meta().grid().to_world(voxels).map_err(Into::into), invariant, voxels)
}

/// A crop has the voxels of its region, and no others.
fn check_crop(array: &ArrayRef, part: &VoxelBox, whole: &VoxelBox, reference: &Block) -> Checked {
    let roi = region(array, part, "A12")?;
    let crop = works(Crop::new(array.clone(), roi, Rounding::Exact), "A12", format_args!("cropping to {roi}"))?;
    ensure(crop.meta().voxel_box() == part, "A12", || format!("a crop to {roi} covers {}", crop.roi()))?;
    let block = works(crop.data(), "A12", format_args!("reading a crop to {roi}"))?;
    ensure(same(&block, &cut(array.meta(), reference, whole, part)?), "A12", || format!("a crop to {roi} differs"))?;
    if part.dims() == 0 {
        return Ok(());
    }
    let behind = region(array, &works(beyond(crop.meta()), "A12", part)?, "A12")?;
    let refused = crop.read_block(behind);
    let named = matches!(refused, Err(Error::OutsideArray { .. }));
    ensure(named, "A12", || format!("a crop to {roi} does not refuse {behind}: {refused:?}"))
}

/// A crop of a crop is the crop to what both have.
fn check_crop_of_crop(array: &ArrayRef, parts: &[VoxelBox; 2]) -> Checked {
    let rois = [region(array, &parts[0], "A12")?, region(array, &parts[1], "A12")?];
    let crop = |array: &ArrayRef, roi: Roi<Length>| Crop::new(array.clone(), roi, Rounding::Exact).map(Arc::new);
    let both = works(rois[0].intersect(&rois[1]).map_err(Into::into), "A12", rois[0])?;
    let first: ArrayRef = works(crop(array, rois[0]), "A12", rois[0])?;
    let (twice, once) = match (crop(&first, rois[1]), crop(array, both)) {
        (Ok(twice), Ok(once)) => (twice, once),
        (Err(Error::NothingLeft { .. }), Err(Error::NothingLeft { .. })) => return Ok(()),
        (twice, once) => {
            let message = format!("crops to {} and then {}: {twice:?}; to {both}: {once:?}", rois[0], rois[1]);
            return Err(super::Violation { invariant: "A12", message });
        }
    };
    ensure(twice.roi() == once.roi(), "A12", || format!("{} is not {}", twice.roi(), once.roi()))?;
    let blocks = (works(twice.data(), "A12", twice.roi())?, works(once.data(), "A12", once.roi())?);
    ensure(same(&blocks.0, &blocks.1), "A12", || format!("a crop of a crop to {both} differs from a crop"))
}

/// The axes may be exchanged before or after reading.
fn check_permuted(array: &ArrayRef, order: &[usize], whole: &VoxelBox, reference: &Block) -> Checked {
    let named = AxisOrder::Indices(order.to_vec());
    let permuted = works(Permute::new(array.clone(), &named), "A14", format_args!("order {named}"))?;
    let physical: Vec<usize> = array.axes().physical().collect();
    let of_box: Vec<usize> = order.iter().filter_map(|axis| physical.iter().position(|other| other == axis)).collect();
    let voxels = works(whole.permuted(&of_box).map_err(Into::into), "A14", whole)?;
    let block = read(&permuted, &voxels, "A14")?;
    let expected = works(reference.view().permuted(order).and_then(|view| view.to_block()), "A14", whole)?;
    ensure(same(&block, &expected), "A14", || format!("{whole} with axes in the order {named} differs"))
}

/// Runs a check that needs an array to share, such as one of a view of it. What is shared hands every read over to the array
/// itself, which stays on this thread.
fn on_a_shared(array: &dyn Array, check: impl FnOnce(ArrayRef) -> Checked + Send) -> Checked {
    let (ask, asked) = channel::<(VoxelBox, Sender<Result<Block>>)>();
    let shared = Remote { meta: array.meta().clone(), ask: Mutex::new(ask) };
    std::thread::scope(|scope| {
        let checking = scope.spawn(move || check(Arc::new(shared)));
        // Ends when the check has dropped what it was given.
        for (voxels, answer) in asked {
            let _the_check_may_have_given_up = answer.send(array.read_box(&voxels, &ReadContext::default()));
        }
        checking.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}

/// An array on another thread.
#[derive(Debug)]
struct Remote {
    meta: ArrayMeta,
    ask: Mutex<Sender<(VoxelBox, Sender<Result<Block>>)>>,
}

impl Array for Remote {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, _: &ReadContext) -> Result<()> {
        let (answer, answered) = channel();
        // Nobody hangs up before the check is over; if somebody did, the read would be over too.
        let asked = self.ask.lock().unwrap_or_else(PoisonError::into_inner).send((*voxels, answer));
        asked.map_err(|_| Error::Cancelled)?;
        out.assign(&answered.recv().map_err(|_| Error::Cancelled)??.view())
    }
}
