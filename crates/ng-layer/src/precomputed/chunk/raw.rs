//! Little-endian values in the order of the block.

use super::Due;
use crate::error::Result;
use array_core::ndarray::{ArrayD, ArrayViewD, IxDyn};
use array_core::{Block, BlockRef, Element, with_block, with_dtype};

pub(super) fn encode(block: &BlockRef<'_>) -> Vec<u8> {
    // Bytes need no conversion.
    if let BlockRef::U8(view) = block {
        return view.as_slice().map_or_else(|| view.iter().copied().collect(), <[u8]>::to_vec);
    }
    with_block!(BlockRef = block, view => bytes_of(view))
}

fn bytes_of<T: Element>(view: &ArrayViewD<'_, T>) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(view.len() * T::DTYPE.size());
    view.iter().for_each(|value| value.put_le(&mut bytes));
    bytes
}

pub(super) fn decode(bytes: &[u8], due: &Due) -> Result<Block> {
    let expected = due.shape.iter().product::<usize>() * due.dtype.size();
    if bytes.len() != expected {
        return Err(due.no_chunk(format!("it has {} bytes, and {expected} are due", bytes.len())));
    }
    with_dtype!(due.dtype, T => {
        let values: Option<Vec<T>> = bytes.chunks_exact(due.dtype.size()).map(<T as Element>::from_le).collect();
        let array = values.and_then(|values| ArrayD::from_shape_vec(IxDyn(&due.shape), values).ok());
        array.map(T::wrap).ok_or_else(|| due.no_chunk("it holds values that the type does not have"))
    })
}
