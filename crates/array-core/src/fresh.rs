//! Fresh memory for large blocks.
//!
//! A page of new memory costs more when it is touched first than when it is written later: for a block of a gigabyte some
//! 250 000 interruptions. Where the system has huge pages, it is asked for them, and there are 500.
#![allow(unsafe_code, reason = "the system is told about memory by its address")]

use crate::Element;

/// Smaller blocks may not hold one huge page.
const LARGE: usize = 4 << 20;

/// So many zeros, their pages not touched yet where the allocator has fresh ones.
pub(crate) fn zeros<T: Element>(len: usize) -> Vec<T> {
    let mut values = vec![T::default(); len];
    if size_of_val(&values[..]) >= LARGE {
        ask_for_huge_pages(&mut values);
    }
    values
}

/// A wish: nothing depends on whether it is granted.
#[cfg(target_os = "linux")]
fn ask_for_huge_pages<T>(values: &mut [T]) {
    let page = rustix::param::page_size();
    let range = values.as_mut_ptr_range();
    // Whole pages around the values: the rest of the first and the last belongs to the allocator, whose bytes stay as they are.
    let before = range.start.addr() % page;
    let length = (range.end.addr() - range.start.addr() + before).next_multiple_of(page);
    let first = range.start.wrapping_byte_sub(before).cast();
    // SAFETY: this advice changes how pages are backed, never what they hold; an address that is not mapped is an error.
    let _ = unsafe { rustix::mm::madvise(first, length, rustix::mm::Advice::LinuxHugepage) };
}

/// Other systems choose by themselves.
#[cfg(not(target_os = "linux"))]
fn ask_for_huge_pages<T>(_: &mut [T]) {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_and_large_blocks_are_zeros_that_can_be_written() {
        for len in [0, 1, 1000, LARGE / 4 - 1, LARGE / 4, LARGE + 1] {
            let mut values = zeros::<u32>(len);
            assert_eq!(values.len(), len);
            assert!(values.iter().all(|&value| value == 0));
            values.fill(7);
            assert!(values.iter().all(|&value| value == 7));
        }
    }
}
