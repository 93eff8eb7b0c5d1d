//! Voxels of golden files.

use ng_layer::array_core::{Block, Element, ndarray, npy, with_block};

/// The block of a `.npy` file of `[x, y, z, channel]` (or without the channel) as channel, z, y, x.
pub(crate) fn czyx(bytes: &[u8]) -> Block {
    let block = parse(bytes);
    with_block!(Block = &block, array => {
        let turned = array.view().reversed_axes();
        let turned = if turned.ndim() == 3 { turned.insert_axis(ndarray::Axis(0)) } else { turned };
        Element::wrap(turned.as_standard_layout().into_owned())
    })
}

/// A file in either order; the reader of `array-core` takes C order only.
fn parse(bytes: &[u8]) -> Block {
    const FORTRAN: &str = "'fortran_order': True,";
    let end = 10 + usize::from(u16::from_le_bytes([bytes[8], bytes[9]]));
    let header = std::str::from_utf8(&bytes[10..end]).expect("a header of version 1 is ASCII");
    if !header.contains(FORTRAN) {
        return npy::parse(bytes).unwrap_or_else(|error| panic!("npy: {error}"));
    }
    // The same bytes are in C order with the axes reversed.
    let shape = header.split_once("'shape': (").and_then(|(_, rest)| rest.split_once(')')).expect("a shape").0;
    let mut sides: Vec<&str> = shape.split(',').map(str::trim).filter(|side| !side.is_empty()).collect();
    sides.reverse();
    let reversed = header.replace(&format!("({shape})"), &format!("({},)", sides.join(", ")));
    let reversed = reversed.replace(FORTRAN, "'fortran_order': False,");
    let padded =
        format!("{:<width$}\n", reversed.trim_end(), width = reversed.trim_end().len().next_multiple_of(64) + 53);
    let length = u16::try_from(padded.len()).expect("a header of version 1").to_le_bytes();
    let mut file = bytes[..8].to_vec();
    file.extend(length.iter().chain(padded.as_bytes()).chain(&bytes[end..]));
    let block = npy::parse(&file).unwrap_or_else(|error| panic!("npy: {error}"));
    with_block!(Block = &block, array => {
        Element::wrap(array.view().reversed_axes().as_standard_layout().into_owned())
    })
}
