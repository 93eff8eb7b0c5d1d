//! Memory that one block of a pyramid leaves to the next.

use std::cell::RefCell;

use ndarray::ArrayD;

/// Buffers that are used again: new ones would be cleared, or their pages touched for the first time, block after block.
pub(super) struct Room<C>(RefCell<Vec<Vec<C>>>);

/// So many buffers are kept: nearly all blocks of a level are of one shape, and few levels have large ones.
const KEPT: usize = 8;
/// Larger buffers are not kept, in bytes; what is computed on them takes longer than to clear them.
const LARGEST: usize = 4 << 20;

impl<C> Default for Room<C> {
    fn default() -> Self {
        Self(RefCell::default())
    }
}

impl<C: Copy + Default> Room<C> {
    /// An array of any values, to be written all over.
    pub(super) fn array(&self, shape: &[usize]) -> ArrayD<C> {
        let (length, mut buffers) = (shape.iter().product(), self.0.borrow_mut());
        let fitting = buffers.iter().position(|buffer| buffer.len() == length);
        let buffer = fitting.map_or_else(|| vec![C::default(); length], |place| buffers.remove(place));
        ArrayD::from_shape_vec(shape, buffer).expect("as many values as the shape has")
    }

    /// Takes back an array that is not needed any more.
    pub(super) fn back(&self, array: ArrayD<C>) {
        let (buffer, mut buffers) = (array.into_raw_vec_and_offset().0, self.0.borrow_mut());
        if size_of_val(&buffer[..]) <= LARGEST {
            buffers.push(buffer);
        }
        if buffers.len() > KEPT {
            buffers.remove(0);
        }
    }
}
