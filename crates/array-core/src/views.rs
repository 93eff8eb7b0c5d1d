//! Views: arrays made of other arrays, computed when they are read.
//!
//! A view has metadata of its own and answers by them; of its sources it reads what a request needs, piece by piece.

mod aligned;
mod binarize;
mod cast;
mod computed;
mod concat;
mod constant;
mod crop;
mod ids;
mod intensities;
mod logical_or;
mod map_labels;
mod merge;
mod names;
mod permute;
mod pieces;
mod place;
mod rows;
mod select;
mod sum;

use coord_roi::VoxelBox;

pub use self::binarize::{Binarize, IdGroup};
pub use self::cast::Cast;
pub use self::concat::{ChannelPart, ConcatChannels};
pub use self::constant::Constant;
pub use self::crop::Crop;
pub use self::intensities::{Beyond, Intensities};
pub use self::logical_or::LogicalOr;
pub use self::map_labels::{MapLabels, MapOptions, Unknown};
pub use self::merge::{InstanceIds, MergeInstances};
pub use self::permute::{AxisOrder, Permute};
pub use self::pieces::{Pieces, VIEW_MEMORY};
pub use self::place::Place;
pub use self::select::{Channels, Select};
pub use self::sum::{Sum, SumType};
use crate::{Array, ArrayMeta, ArrayRef, DType, Error, Kind, Result, error};

/// Refuses requests that break the guarantees of [`Array::read_voxels`], whose answer would be other voxels than the view has.
pub(crate) fn check_request(meta: &ArrayMeta, voxels: &VoxelBox, dtype: DType, shape: &[usize]) -> Result<()> {
    let expected = meta.block_shape(voxels)?;
    if !meta.voxel_box().contains(voxels) {
        return Err(error::outside(meta, &meta.to_world(voxels)?, voxels));
    }
    if dtype != meta.dtype() {
        return Err(Error::DTypeMismatch { asked: dtype, found: meta.dtype() });
    }
    if shape != expected {
        return Err(Error::ShapeMismatch { expected, found: shape.to_vec() });
    }
    Ok(())
}

/// The same view of each coarser scale of a source; a scale of which there is no such view is left out.
fn scales_of<V: Array + 'static>(source: &ArrayRef, view: impl Fn(ArrayRef) -> Result<V>) -> Vec<ArrayRef> {
    let same = |scale: &ArrayRef| view(scale.clone()).ok().map(|view| std::sync::Arc::new(view) as ArrayRef);
    source.scales().iter().filter_map(same).collect()
}

/// Refuses what is not for the kind of an array.
fn not_for_kind(operation: &'static str, meta: &ArrayMeta, cure: &'static str) -> Error {
    Error::NotForKind { operation, array: meta.name().to_owned(), kind: meta.kind(), cure }
}

/// Labels never pass through a float.
fn check_labels_stay_whole(operation: &'static str, meta: &ArrayMeta, dtype: DType) -> Result<()> {
    if meta.kind() == Kind::Labels && dtype.is_float() {
        return Err(not_for_kind(operation, meta, "ids stay integers; take an integer type"));
    }
    Ok(())
}
