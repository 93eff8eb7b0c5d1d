//! Voxels of run-time type: owned, borrowed, and as a destination.

mod axes;

use std::ops::Range;

use ndarray::{Array, ArrayD, ArrayViewD, ArrayViewMutD, Dimension, Ix3, IxDyn, Slice};

pub(crate) use self::axes::index_of;
use crate::{DType, Element, Error, Result, fresh, with_block, with_dtype};

/// Owned voxels of any [`DType`]: a dense n-dimensional array.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "one variant per element type")]
pub enum Block {
    Bool(ArrayD<bool>),
    U8(ArrayD<u8>),
    U16(ArrayD<u16>),
    U32(ArrayD<u32>),
    U64(ArrayD<u64>),
    I8(ArrayD<i8>),
    I16(ArrayD<i16>),
    I32(ArrayD<i32>),
    I64(ArrayD<i64>),
    F32(ArrayD<f32>),
    F64(ArrayD<f64>),
}

/// Borrowed voxels of any [`DType`], with any strides.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs, reason = "one variant per element type")]
pub enum BlockRef<'a> {
    Bool(ArrayViewD<'a, bool>),
    U8(ArrayViewD<'a, u8>),
    U16(ArrayViewD<'a, u16>),
    U32(ArrayViewD<'a, u32>),
    U64(ArrayViewD<'a, u64>),
    I8(ArrayViewD<'a, i8>),
    I16(ArrayViewD<'a, i16>),
    I32(ArrayViewD<'a, i32>),
    I64(ArrayViewD<'a, i64>),
    F32(ArrayViewD<'a, f32>),
    F64(ArrayViewD<'a, f64>),
}

/// A destination for voxels of any [`DType`], with any strides.
#[derive(Debug)]
#[allow(missing_docs, reason = "one variant per element type")]
pub enum BlockMut<'a> {
    Bool(ArrayViewMutD<'a, bool>),
    U8(ArrayViewMutD<'a, u8>),
    U16(ArrayViewMutD<'a, u16>),
    U32(ArrayViewMutD<'a, u32>),
    U64(ArrayViewMutD<'a, u64>),
    I8(ArrayViewMutD<'a, i8>),
    I16(ArrayViewMutD<'a, i16>),
    I32(ArrayViewMutD<'a, i32>),
    I64(ArrayViewMutD<'a, i64>),
    F32(ArrayViewMutD<'a, f32>),
    F64(ArrayViewMutD<'a, f64>),
}

fn dtype_of<T: Element, D>(_: &ndarray::ArrayRef<T, D>) -> DType {
    T::DTYPE
}

macro_rules! common {
    ($Enum:ident $($lifetime:lifetime)?) => {
        impl $Enum$(<$lifetime>)? {
            /// The element type.
            pub fn dtype(&self) -> DType {
                with_block!($Enum = self, array => dtype_of(array))
            }

            /// Extents per axis.
            pub fn shape(&self) -> &[usize] {
                with_block!($Enum = self, array => array.shape())
            }

            /// Number of values.
            pub fn len(&self) -> usize {
                with_block!($Enum = self, array => array.len())
            }

            /// Whether there is no value at all.
            pub fn is_empty(&self) -> bool {
                self.len() == 0
            }

            /// Bytes of all values; the largest number where a view repeats its values so often that there is none.
            pub fn bytes(&self) -> usize {
                self.len().saturating_mul(self.dtype().size())
            }
        }
    };
}
common!(Block);
common!(BlockRef '_);
common!(BlockMut '_);

/// How many bytes a block of this type and shape takes; 0 where an extent is 0.
///
/// # Errors
/// [`Error::TooLarge`] when the product of the other extents exceeds what an allocation can have, also where the block
/// is empty: strides would not fit either.
pub fn block_bytes(dtype: DType, shape: &[usize]) -> Result<usize> {
    let mut extents = shape.iter().filter(|&&extent| extent > 0);
    let bytes = extents
        .try_fold(dtype.size(), |bytes, extent| bytes.checked_mul(*extent))
        .filter(|bytes| isize::try_from(*bytes).is_ok())
        .ok_or_else(|| Error::TooLarge { shape: shape.to_vec(), dtype, limit: isize::MAX as u64 })?;
    Ok(if shape.contains(&0) { 0 } else { bytes })
}

impl Block {
    /// A block of zeros (false), in C order; a large one in huge pages where the system has them.
    ///
    /// # Panics
    /// Never: there are as many values as the shape has voxels.
    ///
    /// # Errors
    /// [`Error::TooLarge`] when the block cannot exist in memory.
    pub fn zeros(dtype: DType, shape: &[usize]) -> Result<Self> {
        let bytes = block_bytes(dtype, shape)?;
        // A failed allocation aborts the process; asking first turns most of those into an error. The probe touches no page.
        if Vec::<u8>::new().try_reserve_exact(bytes).is_err() {
            return Err(Error::TooLarge { shape: shape.to_vec(), dtype, limit: bytes as u64 - 1 });
        }
        let len = bytes / dtype.size();
        Ok(with_dtype!(dtype, T => {
            let values = fresh::zeros::<T>(len);
            T::wrap(ArrayD::from_shape_vec(IxDyn(shape), values).expect("as many values as the shape has"))
        }))
    }

    /// The typed array.
    ///
    /// # Errors
    /// [`Error::DTypeMismatch`] when the block holds another type.
    pub fn into_array<T: Element>(self) -> Result<ArrayD<T>> {
        T::unwrap(self).map_err(|block| Error::DTypeMismatch { asked: T::DTYPE, found: block.dtype() })
    }

    /// Borrows all voxels.
    pub fn view(&self) -> BlockRef<'_> {
        with_block!(Block = self, array => Element::wrap_ref(array.view()))
    }

    /// Borrows all voxels as a destination.
    pub fn view_mut(&mut self) -> BlockMut<'_> {
        with_block!(Block = self, array => Element::wrap_mut(array.view_mut()))
    }

    /// Whether two blocks hold the same bits: as `==`, but NaN equals the same NaN and -0.0 differs from 0.0.
    pub fn same_bits(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::F32(a), Self::F32(b)) => a.map(|v| v.to_bits()) == b.map(|v| v.to_bits()),
            (Self::F64(a), Self::F64(b)) => a.map(|v| v.to_bits()) == b.map(|v| v.to_bits()),
            _ => self == other,
        }
    }
}

impl<T: Element, D: Dimension> From<Array<T, D>> for Block {
    fn from(array: Array<T, D>) -> Self {
        T::wrap(array.into_dyn())
    }
}

fn slices(ranges: &[Range<usize>], shape: &[usize]) -> Result<Vec<Slice>> {
    let fits = ranges.len() == shape.len()
        && ranges.iter().zip(shape).all(|(range, extent)| range.start <= range.end && range.end <= *extent);
    if !fits {
        return Err(Error::BadSlice { ranges: ranges.to_vec(), shape: shape.to_vec() });
    }
    Ok(ranges.iter().map(|range| Slice::from(range.clone())).collect())
}

impl<'a> BlockRef<'a> {
    /// The part inside one index range per axis.
    ///
    /// # Errors
    /// [`Error::BadSlice`] when ranges and shape do not fit.
    pub fn slice(&self, ranges: &[Range<usize>]) -> Result<BlockRef<'_>> {
        let slices = slices(ranges, self.shape())?;
        Ok(with_block!(BlockRef = self, view =>
            Element::wrap_ref(view.slice_each_axis(|axis| slices[axis.axis.index()]))))
    }

    /// A dense copy in C order.
    ///
    /// # Errors
    /// [`Error::TooLarge`], as in [`Block::zeros`].
    pub fn to_block(&self) -> Result<Block> {
        let mut block = Block::zeros(self.dtype(), self.shape())?;
        block.view_mut().assign(self)?;
        Ok(block)
    }

    /// The typed view.
    ///
    /// # Errors
    /// [`Error::DTypeMismatch`] when the block holds another type.
    pub fn into_view<T: Element>(self) -> Result<ArrayViewD<'a, T>> {
        let found = self.dtype();
        T::unwrap_ref(self).ok_or(Error::DTypeMismatch { asked: T::DTYPE, found })
    }
}

impl<'a> BlockMut<'a> {
    /// The same destination, for a shorter time.
    pub fn reborrow(&mut self) -> BlockMut<'_> {
        with_block!(BlockMut = self, view => Element::wrap_mut(view.view_mut()))
    }

    /// What the destination holds.
    pub fn view(&self) -> BlockRef<'_> {
        with_block!(BlockMut = self, view => Element::wrap_ref(view.view()))
    }

    /// The part inside one index range per axis.
    ///
    /// # Errors
    /// [`Error::BadSlice`] when ranges and shape do not fit.
    pub fn slice(&mut self, ranges: &[Range<usize>]) -> Result<BlockMut<'_>> {
        let slices = slices(ranges, self.shape())?;
        Ok(with_block!(BlockMut = self, view =>
            Element::wrap_mut(view.slice_each_axis_mut(|axis| slices[axis.axis.index()]))))
    }

    /// Copies all voxels of `source`.
    ///
    /// # Errors
    /// [`Error::DTypeMismatch`] or [`Error::ShapeMismatch`]; nothing is copied then.
    pub fn assign(&mut self, source: &BlockRef<'_>) -> Result<()> {
        if self.dtype() != source.dtype() {
            return Err(Error::DTypeMismatch { asked: self.dtype(), found: source.dtype() });
        }
        if self.shape() != source.shape() {
            return Err(Error::ShapeMismatch { expected: self.shape().to_vec(), found: source.shape().to_vec() });
        }
        with_dtype!(self.dtype(), T => {
            let mut out = self.reborrow().into_view::<T>()?;
            let source = source.clone().into_view::<T>()?;
            // Walking over three axes is many times faster than over any number of them.
            match (out.view_mut().into_dimensionality::<Ix3>(), source.view().into_dimensionality::<Ix3>()) {
                (Ok(mut out), Ok(source)) => out.assign(&source),
                _ => out.assign(&source),
            }
            Ok(())
        })
    }

    /// Sets every voxel to zero (false).
    pub fn fill_zero(&mut self) {
        with_block!(BlockMut = self, view => view.fill(Default::default()));
    }

    /// The typed destination.
    ///
    /// # Errors
    /// [`Error::DTypeMismatch`] when the block holds another type.
    pub fn into_view<T: Element>(self) -> Result<ArrayViewMutD<'a, T>> {
        let found = self.dtype();
        T::unwrap_mut(self).ok_or(Error::DTypeMismatch { asked: T::DTYPE, found })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_is_a_window_onto_the_same_voxels() -> Result<()> {
        let mut block = Block::zeros(DType::U16, &[3, 4])?;
        let patch = Block::from(ArrayD::from_elem(vec![2, 2], 7_u16));
        block.view_mut().slice(&[1..3, 0..2])?.assign(&patch.view())?;
        let array = block.clone().into_array::<u16>()?;
        assert_eq!(array.sum(), 28);
        assert_eq!(array[[2, 1]], 7);
        assert_eq!(block.view().slice(&[1..3, 0..2])?.to_block()?, patch);
        Ok(())
    }

    #[test]
    fn misfits_are_errors() -> Result<()> {
        let mut block = Block::zeros(DType::U16, &[3, 4])?;
        assert!(matches!(block.view().slice(&[0..4, 0..1]), Err(Error::BadSlice { .. })));
        assert!(matches!(block.view().slice(&[0..1, 0..1, 0..1]), Err(Error::BadSlice { .. })));
        let other = Block::zeros(DType::U8, &[3, 4])?;
        assert!(matches!(block.view_mut().assign(&other.view()), Err(Error::DTypeMismatch { .. })));
        assert!(matches!(Block::zeros(DType::F64, &[usize::MAX, 2]), Err(Error::TooLarge { .. })));
        assert!(matches!(Block::zeros(DType::U8, &[1 << 62]), Err(Error::TooLarge { .. })));
        assert!(matches!(Block::zeros(DType::U8, &[1 << 62, 0, 4]), Err(Error::TooLarge { .. })));
        assert_eq!(Block::zeros(DType::U64, &[1 << 40, 0, 4])?.bytes(), 0);
        Ok(())
    }
}
