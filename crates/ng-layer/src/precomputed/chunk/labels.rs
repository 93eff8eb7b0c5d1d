//! `compressed_segmentation`.

use super::Due;
use crate::error::Result;
use array_core::ndarray::{ArrayD, ArrayViewD, IxDyn};
use array_core::{Block, BlockRef, DType, Element};
use label_codecs::compressed_segmentation::{self, Label};

pub(super) fn encode(block: &BlockRef<'_>, due: &Due, block_zyx: [usize; 3]) -> Result<Vec<u8>> {
    match block {
        BlockRef::U32(view) => encode_labels(view, due, block_zyx),
        BlockRef::U64(view) => encode_labels(view, due, block_zyx),
        _ => Err(due.not_encodable("its labels are uint32 or uint64")),
    }
}

fn encode_labels<T: Label>(view: &ArrayViewD<'_, T>, due: &Due, block_zyx: [usize; 3]) -> Result<Vec<u8>> {
    let labels = view.as_standard_layout();
    let labels = labels.as_slice().unwrap_or_default();
    compressed_segmentation::encode(labels, due.shape, block_zyx).map_err(|error| due.not_encodable(error.to_string()))
}

pub(super) fn decode(bytes: &[u8], due: &Due, block_zyx: [usize; 3]) -> Result<Block> {
    if due.dtype == DType::U32 {
        decode_labels::<u32>(bytes, due, block_zyx)
    } else {
        decode_labels::<u64>(bytes, due, block_zyx)
    }
}

fn decode_labels<T: Label + Element>(bytes: &[u8], due: &Due, block_zyx: [usize; 3]) -> Result<Block> {
    let labels = compressed_segmentation::decode::<T>(bytes, due.shape, block_zyx);
    let labels = labels.map_err(|error| due.no_chunk(error.to_string()))?;
    let array = ArrayD::from_shape_vec(IxDyn(&due.shape), labels);
    array.map(T::wrap).map_err(|error| due.no_chunk(error.to_string()))
}
