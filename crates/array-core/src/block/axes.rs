//! Blocks seen along other axes: in another order, or with one of them gone. Nothing is copied.

use ndarray::{Axis, IxDyn};

use crate::{BlockMut, BlockRef, Element, Result, with_block};

macro_rules! axes {
    ($Enum:ident $wrap:ident) => {
        impl<'a> $Enum<'a> {
            /// The same voxels with the axes in another order: axis `i` of the result is axis `order[i]` of this.
            ///
            /// # Errors
            /// A geometry error unless `order` names every axis once.
            pub fn permuted(self, order: &[usize]) -> Result<$Enum<'a>> {
                check_order(order, self.shape().len())?;
                Ok(with_block!($Enum = self, view => Element::$wrap(view.permuted_axes(IxDyn(order)))))
            }

            /// The voxels at one index of an axis, without that axis.
            ///
            /// # Errors
            /// A geometry error when there is no such axis, [`Error::BadSlice`](crate::Error::BadSlice) when it has no such
            /// index.
            pub fn at(self, axis: usize, index: usize) -> Result<$Enum<'a>> {
                check_index(axis, index, self.shape())?;
                Ok(with_block!($Enum = self, view => Element::$wrap(view.index_axis_move(Axis(axis), index))))
            }
        }
    };
}
axes!(BlockRef wrap_ref);
axes!(BlockMut wrap_mut);

fn check_order(order: &[usize], rank: usize) -> coord_roi::Result<()> {
    if order.len() != rank {
        return Err(coord_roi::Error::DimsMismatch { expected: rank, found: order.len() });
    }
    for (position, &axis) in order.iter().enumerate() {
        if axis >= rank {
            return Err(coord_roi::Error::NoSuchAxis { axis, dims: rank });
        }
        if order[..position].contains(&axis) {
            return Err(coord_roi::Error::NotAPermutation { axis });
        }
    }
    Ok(())
}

fn check_index(axis: usize, index: usize, shape: &[usize]) -> Result<()> {
    let extent = *shape.get(axis).ok_or(coord_roi::Error::NoSuchAxis { axis, dims: shape.len() })?;
    if index < extent {
        return Ok(());
    }
    let mut ranges: Vec<_> = shape.iter().map(|&extent| 0..extent).collect();
    ranges[axis] = index..index.saturating_add(1);
    Err(crate::Error::BadSlice { ranges, shape: shape.to_vec() })
}

/// The index of an element by its position in C order.
pub(crate) fn index_of(mut position: usize, shape: &[usize]) -> Vec<usize> {
    let mut index = vec![0; shape.len()];
    for (index, extent) in index.iter_mut().zip(shape).rev() {
        *index = position % extent;
        position /= extent;
    }
    index
}

#[cfg(test)]
mod tests {
    use crate::{Block, DType, Error, FillValue};

    #[test]
    fn views_along_other_axes_show_the_same_voxels() {
        let mut block = Block::zeros(DType::U8, &[2, 3, 4]).unwrap();
        let one = FillValue::from(1).block(DType::U8, &[4, 3]).unwrap();
        block.view_mut().permuted(&[2, 0, 1]).unwrap().at(1, 1).unwrap().assign(&one.view()).unwrap();
        assert_eq!(block.view().at(0, 1).unwrap().permuted(&[1, 0]).unwrap().to_block().unwrap(), one);
        assert_eq!(block.view().at(0, 0).unwrap().to_block().unwrap(), Block::zeros(DType::U8, &[3, 4]).unwrap());
    }

    #[test]
    fn orders_and_indices_that_do_not_fit_are_errors() {
        let block = Block::zeros(DType::U8, &[2, 3]).unwrap();
        for order in [&[0][..], &[0, 2], &[1, 1]] {
            assert!(matches!(block.view().permuted(order), Err(Error::Geometry(_))), "{order:?}");
        }
        assert!(matches!(block.view().at(2, 0), Err(Error::Geometry(_))));
        assert!(matches!(block.view().at(1, 3), Err(Error::BadSlice { .. })));
        assert!(matches!(block.view().at(1, usize::MAX), Err(Error::BadSlice { .. })));
    }
}
