//! Regions of the world.

mod convert;
mod format;
mod motion;
mod parts;
#[cfg(feature = "serde")]
mod serde;
mod sets;

use core::hash::{Hash, Hasher};

pub(crate) use format::{EMPTY, parse_bounds, split_bounds};

use crate::{Coordinate, Error, Result, Scalar};

/// What a region covers along one axis.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Axis<T = i64> {
    /// The half-open interval `[begin, begin + shape)`.
    Bounded {
        /// The lower limit, which belongs to the region.
        begin: T,
        /// The extent, at least 0.
        shape: T,
    },
    /// Everything.
    #[default]
    All,
}

/// A region of the world: per axis a half-open interval or everything. `Roi` (of `i64`) is in whole nanometres,
/// `Roi<Length>` in exact ones.
///
/// A region is not in voxels: [`Grid`](crate::Grid) is the only way to a [`VoxelBox`](crate::VoxelBox) and back.
///
/// A region is *empty* when it has an axis of shape 0. As sets, all empty regions of equal dims are the same: they are
/// equal, they are contained in every region, and they contain no point. They still know where they are;
/// [`same_extent`](Self::same_extent) compares that, too.
///
/// # Examples
///
/// ```
/// use coord_roi::{Length, Roi};
///
/// let roi = Roi::new([0, 10], [100, 20])?;
/// assert_eq!(roi.end()?, [100, 30]);
/// assert_eq!(roi.intersect(&"[50:200, :]".parse()?)?.to_string(), "[50:100, 10:30] (50, 20)");
///
/// let exact: Roi<Length> = "[0:9.12, 4/3:8/3]".parse()?;
/// assert_eq!(exact.shape()?.to_string(), "(9.12, 4/3)");
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Roi<T = i64> {
    /// Every shape is at least 0 and every end is representable.
    axes: Coordinate<Axis<T>>,
}

impl<T: Scalar> Roi<T> {
    /// The region that begins at `offset` and has the extent `shape`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::NegativeShape`]; [`Error::Overflow`] when an end does not fit into 64 bits.
    pub fn new(offset: impl Into<Coordinate<T>>, shape: impl Into<Coordinate<T>>) -> Result<Self> {
        let axes = offset.into().zip_with(&shape.into(), checked_axis)?;
        Ok(Self { axes })
    }

    /// The region from `begin` up to, not including, `end`.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`]; [`Error::NegativeShape`] where an end is before its begin; [`Error::Overflow`].
    pub fn from_bounds(begin: impl Into<Coordinate<T>>, end: impl Into<Coordinate<T>>) -> Result<Self> {
        let begin = begin.into();
        let shape =
            end.into().zip_with(&begin, |axis, end, begin| end.try_sub(begin).map_err(|error| error.at(axis)))?;
        Self::new(begin, shape)
    }

    /// The region of these axes.
    ///
    /// # Errors
    /// [`Error::TooManyDims`]; [`Error::NegativeShape`]; [`Error::Overflow`] when an end does not fit into 64 bits.
    pub fn from_axes(axes: &[Axis<T>]) -> Result<Self> {
        let axes = Coordinate::try_from(axes)?.try_map(|index, axis| match axis {
            Axis::Bounded { begin, shape } => checked_axis(index, begin, shape),
            Axis::All => Ok(Axis::All),
        })?;
        Ok(Self { axes })
    }

    /// The region of axes that [`checked_axis`] has passed, or that are unbounded.
    pub(crate) fn of_checked(axes: Coordinate<Axis<T>>) -> Self {
        Self { axes }
    }

    /// Everything, on `dims` axes.
    ///
    /// # Errors
    /// [`Error::TooManyDims`].
    pub fn unbounded(dims: usize) -> Result<Self> {
        Ok(Self { axes: Coordinate::filled(dims, Axis::All)? })
    }

    /// The number of axes.
    pub fn dims(&self) -> usize {
        self.axes.dims()
    }

    /// The axes.
    pub fn axes(&self) -> &[Axis<T>] {
        &self.axes
    }

    pub(crate) fn coordinate(&self) -> &Coordinate<Axis<T>> {
        &self.axes
    }

    /// Whether no point is inside: some axis has shape 0.
    pub fn is_empty(&self) -> bool {
        self.axes.iter().any(|axis| matches!(axis, Axis::Bounded { shape, .. } if *shape == T::ZERO))
    }

    /// Whether the region goes on for ever: some axis is unbounded, and the region is not empty.
    pub fn is_unbounded(&self) -> bool {
        !self.is_empty() && self.axes.contains(&Axis::All)
    }

    /// The product of the extents: 0 when empty, none when unbounded, 1 without dimensions.
    ///
    /// # Errors
    /// [`Error::Overflow`] when the product does not fit into 64 bits.
    pub fn size(&self) -> Result<Option<T>> {
        if self.is_empty() {
            return Ok(Some(T::ZERO));
        }
        if self.is_unbounded() {
            return Ok(None);
        }
        self.shape()?.iter().try_fold(T::ONE, |size, &shape| size.try_mul(shape)).map(Some)
    }

    /// Begin and shape of every axis, through a function.
    fn bounds<V: Copy + Default>(&self, function: impl Fn(T, T) -> Result<V>) -> Result<Coordinate<V>> {
        self.axes.try_map(|index, axis| match axis {
            Axis::Bounded { begin, shape } => function(begin, shape).map_err(|error| error.at(index)),
            Axis::All => Err(Error::Unbounded { axis: index }),
        })
    }

    /// The lower corner, which belongs to the region.
    ///
    /// # Errors
    /// [`Error::Unbounded`].
    pub fn begin(&self) -> Result<Coordinate<T>> {
        self.bounds(|begin, _| Ok(begin))
    }

    /// The same as [`begin`](Self::begin).
    ///
    /// # Errors
    /// [`Error::Unbounded`].
    pub fn offset(&self) -> Result<Coordinate<T>> {
        self.begin()
    }

    /// The extents.
    ///
    /// # Errors
    /// [`Error::Unbounded`].
    pub fn shape(&self) -> Result<Coordinate<T>> {
        self.bounds(|_, shape| Ok(shape))
    }

    /// The upper corner, which is outside.
    ///
    /// # Errors
    /// [`Error::Unbounded`].
    pub fn end(&self) -> Result<Coordinate<T>> {
        self.bounds(T::try_add)
    }

    /// The middle: exact for lengths; for whole numbers the lower one of an odd extent.
    ///
    /// # Errors
    /// [`Error::Unbounded`]; [`Error::Overflow`] when half of an exact length does not fit into 64 bits.
    pub fn center(&self) -> Result<Coordinate<T>> {
        self.bounds(|begin, shape| begin.try_add(shape.try_half()?))
    }

    /// Whether the regions are equal and begin at the same place. Differs from `==` for empty regions only.
    pub fn same_extent(&self, other: &Self) -> bool {
        self.axes == other.axes
    }
}

/// An axis that keeps the invariants of a region.
pub(crate) fn checked_axis<T: Scalar>(axis: usize, begin: T, shape: T) -> Result<Axis<T>> {
    if shape < T::ZERO {
        return Err(Error::NegativeShape { axis, begin: begin.to_length(), shape: shape.to_length() });
    }
    begin.try_add(shape).map_err(|error| error.at(axis))?;
    Ok(Axis::Bounded { begin, shape })
}

/// As sets: all empty regions of equal dims are equal.
impl<T: Scalar> PartialEq for Roi<T> {
    fn eq(&self, other: &Self) -> bool {
        if self.is_empty() || other.is_empty() {
            return self.dims() == other.dims() && self.is_empty() == other.is_empty();
        }
        self.same_extent(other)
    }
}

impl<T: Scalar> Eq for Roi<T> {}

impl<T: Scalar> Hash for Roi<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        if self.is_empty() {
            (self.dims(), true).hash(state);
        } else {
            self.axes.hash(state);
        }
    }
}
