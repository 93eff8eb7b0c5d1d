//! The sum of all channels.

use coord_roi::VoxelBox;
use ndarray::{ArrayD, IxDyn};
use serde::{Deserialize, Serialize};

use super::aligned::Aligned;
use super::check_request;
use super::place::Place;
use super::rows::zip_rows;
use crate::{
    Array, ArrayMeta, ArrayRef, BlockMut, Element, Error, Kind, Provenance, ReadContext, ReadPlan, Result, with_dtype,
};

/// Which type a [`Sum`] has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SumType {
    /// The widest of its sort: `uint64` for bool and unsigned integers, `int64` for signed ones, `float64` for floats.
    #[default]
    Widened,
    /// That of the sources.
    Same,
}

/// The sum of all channels of one or several arrays, in the region that all of them have. The channel axis goes away.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, MemoryArray, Sum, SumType, ndarray::arr1};
///
/// let a = Arc::new(MemoryArray::new("a", arr1(&[1_u8, 200]).into_dyn(), [8], [0])?);
/// let sum = Sum::new("twice", vec![a.clone(), a.clone()], SumType::Widened)?;
/// assert_eq!(sum.read::<u64>(sum.roi())?, arr1(&[2, 400]).into_dyn());
/// let bytes = Sum::new("twice", vec![a.clone(), a], SumType::Same)?;
/// assert!(bytes.data().unwrap_err().to_string().contains("exceeds uint8"));
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// A sum that its type does not have is an error that says where: of integers when the exact sum does not fit, of floats when
/// finite numbers add up to infinity. Floats are added in 64 bits, in the order of sources and channels. Masks add up to an
/// image. Attributes are those that all arrays have. Not writable, and without coarser scales. Memory: the result, and at most
/// [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of a source and of partial sums.
#[derive(Debug)]
pub struct Sum {
    meta: ArrayMeta,
    sources: Aligned,
}

impl Sum {
    /// An array called `name` of all channels of these arrays.
    ///
    /// # Errors
    /// [`Error::SourcesDiffer`] unless they have the same voxel size, grid lines, axes (channels apart), element type and kind;
    /// [`Error::NothingLeft`] without a common voxel; [`Error::BadParameter`] without a channel; [`Error::NotForKind`] for
    /// labels. Reading gives [`Error::SumOverflow`].
    pub fn new(name: impl Into<String>, sources: Vec<ArrayRef>, sum_type: SumType) -> Result<Self> {
        let sources = Aligned::new("sum", sources)?;
        let dtype = sources.same_dtype()?;
        sources.same_kind()?;
        let kind = sources.first().kind();
        if kind == Kind::Labels {
            let cure = "join them by logical_or or merge_instances";
            return Err(super::not_for_kind("a sum", sources.first(), cure));
        }
        let dtype = match sum_type {
            SumType::Same => dtype,
            SumType::Widened => with_dtype!(dtype, T => <T as Summand>::Wide::DTYPE),
        };
        let meta = sources.flat_meta(name.into(), "sum", dtype)?;
        let by = Provenance::Derived("a sum of masks is a number of them".to_owned());
        let meta = if kind == Kind::Mask { meta.with_kind(Kind::Image, by) } else { meta };
        Ok(Self { meta, sources })
    }

    fn sum<T: Summand>(&self, piece: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let overflow = |index: Option<Vec<usize>>| match index {
            None => Ok(()),
            Some(index) => {
                Err(Error::SumOverflow { dtype: self.meta.dtype(), place: Place::new(&self.meta, piece, &index)? })
            }
        };
        let mut sums = ArrayD::from_elem(IxDyn(out.shape()), T::Partial::default());
        for member in &self.sources.members {
            member.each_channel(piece, cx, |channel| {
                overflow(zip_rows(sums.view_mut(), channel.into_view::<T>()?, |sum, value| {
                    T::add(*sum, value).map(|more| *sum = more).is_some()
                }))
            })?;
        }
        if out.dtype() == T::DTYPE {
            let out = out.into_view::<T>()?;
            return overflow(zip_rows(out, sums.view(), |out, sum| T::same(sum).map(|sum| *out = sum).is_some()));
        }
        let out = out.into_view::<T::Wide>()?;
        overflow(zip_rows(out, sums.view(), |out, sum| T::widened(sum).map(|sum| *out = sum).is_some()))
    }
}

/// Bytes of a partial sum, at most.
const PARTIAL: u64 = size_of::<i128>() as u64;

impl Array for Sum {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        for piece in self.sources.pieces(voxels, PARTIAL) {
            let piece = piece?;
            let out = out.slice(&self.meta.block_ranges(&piece, voxels)?)?;
            with_dtype!(self.sources.first().dtype(), T => self.sum::<T>(&piece, out, cx))?;
        }
        Ok(())
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.sources.plan_pieces(&self.meta, voxels, PARTIAL)
    }
}

/// An element type, and how its values are added.
trait Summand: Element {
    /// The widest type of the same sort.
    type Wide: Element;
    /// What partial sums are kept in: no order of the sources makes one overflow whose end fits.
    type Partial: Copy + Default;

    fn add(sum: Self::Partial, value: Self) -> Option<Self::Partial>;
    fn same(sum: Self::Partial) -> Option<Self>;
    fn widened(sum: Self::Partial) -> Option<Self::Wide>;
}

macro_rules! integers {
    ($($T:ident $Wide:ident $Partial:ident;)*) => {$(
        impl Summand for $T {
            type Wide = $Wide;
            type Partial = $Partial;

            #[inline]
            fn add(sum: $Partial, value: Self) -> Option<$Partial> {
                sum.checked_add($Partial::from(value))
            }
            #[inline]
            #[allow(clippy::unnecessary_fallible_conversions, reason = "some of the types are wider")]
            fn same(sum: $Partial) -> Option<Self> {
                sum.try_into().ok()
            }
            #[inline]
            #[allow(clippy::unnecessary_fallible_conversions, reason = "some of the types are wider")]
            fn widened(sum: $Partial) -> Option<$Wide> {
                sum.try_into().ok()
            }
        }
    )*};
}
integers! {
    u8 u64 u64; u16 u64 u64; u32 u64 u64; u64 u64 u64;
    i8 i64 i128; i16 i64 i128; i32 i64 i128; i64 i64 i128;
}

impl Summand for bool {
    type Wide = u64;
    type Partial = u64;

    #[inline]
    fn add(sum: u64, value: Self) -> Option<u64> {
        sum.checked_add(value.into())
    }
    #[inline]
    fn same(sum: u64) -> Option<Self> {
        (sum < 2).then_some(sum == 1)
    }
    #[inline]
    fn widened(sum: u64) -> Option<u64> {
        Some(sum)
    }
}

macro_rules! floats {
    ($($T:ident)*) => {$(
        impl Summand for $T {
            type Wide = f64;
            type Partial = f64;

            #[inline]
            fn add(sum: f64, value: Self) -> Option<f64> {
                let value = f64::from(value);
                let more = sum + value;
                (more.is_finite() || !sum.is_finite() || !value.is_finite()).then_some(more)
            }
            #[inline]
            fn same(sum: f64) -> Option<Self> {
                let narrow = sum as $T;
                (narrow.is_finite() || !sum.is_finite()).then_some(narrow)
            }
            #[inline]
            fn widened(sum: f64) -> Option<f64> {
                Some(sum)
            }
        }
    )*};
}
floats!(f32 f64);
