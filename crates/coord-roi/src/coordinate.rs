//! Points, shapes and steps: up to six entries, one per axis.

mod arith;
mod format;
mod ops;
#[cfg(feature = "serde")]
mod serde;

use core::cmp::Ordering;
use core::hash::{Hash, Hasher};
use core::ops::Deref;

pub(crate) use format::parse_list;
#[cfg(feature = "serde")]
pub(crate) use serde::read_list;

use crate::{Error, Length, Result, Scalar};

/// The largest number of entries of a [`Coordinate`], and of axes of everything made of coordinates.
pub const MAX_DIMS: usize = 6;

/// One number per axis: a position, a shape or a step. Up to [`MAX_DIMS`] entries, stored inline.
///
/// `Coordinate` (entries of `i64`) holds whole numbers, `Coordinate<Length>` exact ones. It dereferences to a slice, so
/// `c[0]`, `c.len()` and `c.iter()` work. Comparison is lexicographic, as of slices.
///
/// Methods that calculate return a [`Result`]; the operators `+ - *` are for people at a prompt and panic.
///
/// # Examples
///
/// ```
/// use coord_roi::Coordinate;
///
/// let begin = Coordinate::from([-7, 0, 9]);
/// assert_eq!(begin.div_floor(&[4, 4, 4].into())?, [-2, 0, 2]);
/// assert_eq!(begin.div_round(&[2, 2, 2].into())?, [-4, 0, 4]); // ties go down
/// assert_eq!(begin.to_string(), "(-7, 0, 9)");
/// assert!(begin.checked_add(&[1, 2].into()).is_err());
/// # Ok::<(), coord_roi::Error>(())
/// ```
#[derive(Clone, Copy)]
pub struct Coordinate<T = i64> {
    /// Entries from `dims` on are of no meaning.
    entries: [T; MAX_DIMS],
    dims: u8,
}

impl<T> Coordinate<T> {
    /// The number of entries.
    pub const fn dims(&self) -> usize {
        self.dims as usize
    }

    /// The entries.
    pub fn as_slice(&self) -> &[T] {
        &self.entries[..self.dims()]
    }
}

impl<T: Copy + Default> Coordinate<T> {
    /// `dims` times the same value.
    ///
    /// # Errors
    /// [`Error::TooManyDims`] for more than [`MAX_DIMS`].
    pub fn filled(dims: usize, value: T) -> Result<Self> {
        check_dims(dims)?;
        Ok(Self::from_fn(dims, |_| value))
    }

    /// The entries that an iterator yields.
    ///
    /// # Errors
    /// [`Error::TooManyDims`] when there is an entry after [`MAX_DIMS`]; further ones are not counted.
    pub fn try_from_iter(entries: impl IntoIterator<Item = T>) -> Result<Self> {
        let mut entries = entries.into_iter();
        let mut coordinate = Self::default();
        for (slot, entry) in coordinate.entries.iter_mut().zip(entries.by_ref()) {
            *slot = entry;
            coordinate.dims += 1;
        }
        match entries.next() {
            None => Ok(coordinate),
            Some(_) => Err(Error::TooManyDims { dims: MAX_DIMS + 1 }),
        }
    }

    /// `dims <= MAX_DIMS` entries, computed from their index.
    pub(crate) fn from_fn(dims: usize, mut entry: impl FnMut(usize) -> T) -> Self {
        debug_assert!(dims <= MAX_DIMS);
        let mut coordinate = Self { entries: [T::default(); MAX_DIMS], dims: dims as u8 };
        for (axis, slot) in coordinate.entries.iter_mut().enumerate().take(dims) {
            *slot = entry(axis);
        }
        coordinate
    }

    /// As `from_fn`; the first error wins.
    pub(crate) fn try_from_fn(dims: usize, mut entry: impl FnMut(usize) -> Result<T>) -> Result<Self> {
        let mut coordinate = Self::from_fn(dims, |_| T::default());
        for (axis, slot) in coordinate.entries.iter_mut().enumerate().take(dims) {
            *slot = entry(axis)?;
        }
        Ok(coordinate)
    }

    /// The same with another entry `axis`, which exists.
    pub(crate) fn with_entry(mut self, axis: usize, value: T) -> Self {
        debug_assert!(axis < self.dims());
        self.entries[axis] = value;
        self
    }

    /// Each entry through a function.
    pub fn map<U: Copy + Default>(&self, mut function: impl FnMut(T) -> U) -> Coordinate<U> {
        Coordinate::from_fn(self.dims(), |axis| function(self[axis]))
    }

    /// Each entry, with its axis, through a function that may fail.
    ///
    /// # Errors
    /// The first error of the function.
    pub fn try_map<U: Copy + Default>(&self, mut function: impl FnMut(usize, T) -> Result<U>) -> Result<Coordinate<U>> {
        Coordinate::try_from_fn(self.dims(), |axis| function(axis, self[axis]))
    }

    /// Pairs of entries, with their axis, through a function that may fail.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], or the first error of the function.
    pub fn zip_with<U: Copy, V: Copy + Default>(
        &self,
        other: &Coordinate<U>,
        mut function: impl FnMut(usize, T, U) -> Result<V>,
    ) -> Result<Coordinate<V>> {
        self.same_dims(other)?;
        Coordinate::try_from_fn(self.dims(), |axis| function(axis, self[axis], other[axis]))
    }

    pub(crate) fn same_dims<U>(&self, other: &Coordinate<U>) -> Result<()> {
        if self.dims == other.dims {
            return Ok(());
        }
        Err(Error::DimsMismatch { expected: self.dims(), found: other.dims() })
    }

    /// Without the entry `axis`.
    ///
    /// # Errors
    /// [`Error::NoSuchAxis`].
    pub fn squeeze(&self, axis: usize) -> Result<Self> {
        if axis >= self.dims() {
            return Err(Error::NoSuchAxis { axis, dims: self.dims() });
        }
        Ok(Self::from_fn(self.dims() - 1, |index| self[index + usize::from(index >= axis)]))
    }

    /// With one more entry in front.
    ///
    /// # Errors
    /// [`Error::TooManyDims`].
    pub fn prepend(&self, value: T) -> Result<Self> {
        Self::from([value]).concat(self)
    }

    /// The entries of this one, then those of the other.
    ///
    /// # Errors
    /// [`Error::TooManyDims`].
    pub fn concat(&self, other: &Self) -> Result<Self> {
        let dims = self.dims() + other.dims();
        check_dims(dims)?;
        Ok(Self::from_fn(dims, |axis| if axis < self.dims() { self[axis] } else { other[axis - self.dims()] }))
    }

    /// The entries in another order: entry `i` of the result is entry `order[i]` of this.
    ///
    /// # Errors
    /// [`Error::DimsMismatch`], [`Error::NoSuchAxis`] or [`Error::NotAPermutation`] unless `order` names each axis
    /// once.
    pub fn permuted(&self, order: &[usize]) -> Result<Self> {
        if order.len() != self.dims() {
            return Err(Error::DimsMismatch { expected: self.dims(), found: order.len() });
        }
        let mut named = [false; MAX_DIMS];
        Self::try_from_fn(order.len(), |index| {
            let axis = order[index];
            let value = *self.get(axis).ok_or(Error::NoSuchAxis { axis, dims: self.dims() })?;
            if core::mem::replace(&mut named[axis], true) {
                return Err(Error::NotAPermutation { axis });
            }
            Ok(value)
        })
    }

    /// The entries in the opposite order.
    pub fn reversed(&self) -> Self {
        Self::from_fn(self.dims(), |axis| self[self.dims() - 1 - axis])
    }
}

pub(crate) fn check_dims(dims: usize) -> Result<()> {
    if dims > MAX_DIMS { Err(Error::TooManyDims { dims }) } else { Ok(()) }
}

impl<T: Scalar> Coordinate<T> {
    /// The same numbers as exact lengths.
    pub fn to_lengths(&self) -> Coordinate<Length> {
        self.map(Scalar::to_length)
    }
}

impl Coordinate<Length> {
    /// The same numbers as integers.
    ///
    /// # Errors
    /// [`Error::NotWhole`], with the axis, for a fraction.
    pub fn to_integers(&self) -> Result<Coordinate> {
        self.try_map(|axis, length| length.to_integer().map_err(|error| error.at(axis)))
    }
}

impl<T: Copy + Default> Default for Coordinate<T> {
    /// No entries.
    fn default() -> Self {
        Self::from_fn(0, |_| T::default())
    }
}

impl<T> Deref for Coordinate<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<T> AsRef<[T]> for Coordinate<T> {
    fn as_ref(&self) -> &[T] {
        self.as_slice()
    }
}

impl<'a, T> IntoIterator for &'a Coordinate<T> {
    type Item = &'a T;
    type IntoIter = core::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.as_slice().iter()
    }
}

impl<T: PartialEq> PartialEq for Coordinate<T> {
    fn eq(&self, other: &Self) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Eq> Eq for Coordinate<T> {}

impl<T: PartialEq, const N: usize> PartialEq<[T; N]> for Coordinate<T> {
    fn eq(&self, other: &[T; N]) -> bool {
        self.as_slice() == other
    }
}

impl<T: PartialEq> PartialEq<[T]> for Coordinate<T> {
    fn eq(&self, other: &[T]) -> bool {
        self.as_slice() == other
    }
}

impl<T: PartialOrd> PartialOrd for Coordinate<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.as_slice().partial_cmp(other.as_slice())
    }
}

/// Lexicographic, as of slices.
impl<T: Ord> Ord for Coordinate<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_slice().cmp(other.as_slice())
    }
}

impl<T: Hash> Hash for Coordinate<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_slice().hash(state);
    }
}

impl<T: Copy + Default> TryFrom<&[T]> for Coordinate<T> {
    type Error = Error;

    fn try_from(entries: &[T]) -> Result<Self> {
        check_dims(entries.len())?;
        Ok(Self::from_fn(entries.len(), |axis| entries[axis]))
    }
}

impl<T: Copy> From<&Coordinate<T>> for Coordinate<T> {
    fn from(coordinate: &Coordinate<T>) -> Self {
        *coordinate
    }
}

macro_rules! from_array {
    ($($dims:literal)*) => {$(
        impl<T: Copy + Default> From<[T; $dims]> for Coordinate<T> {
            fn from(entries: [T; $dims]) -> Self {
                Self::from_fn($dims, |axis| entries[axis])
            }
        }
    )*};
}

from_array!(0 1 2 3 4 5 6);
