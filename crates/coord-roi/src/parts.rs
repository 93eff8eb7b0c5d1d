//! What is left of a box when another is taken away.

use core::ops::Deref;

use crate::{Error, MAX_DIMS, Result, Scalar};

/// A few disjoint boxes or regions, at most two per axis, stored inline: what
/// [`VoxelBox::subtract`](crate::VoxelBox::subtract) and [`Roi::subtract`](crate::Roi::subtract) leave. It dereferences
/// to a slice.
#[derive(Clone, Copy, Debug)]
pub struct Parts<B> {
    /// Entries from `len` on are of no meaning.
    parts: [B; 2 * MAX_DIMS],
    len: usize,
}

/// What boxes and regions have in common: one interval per axis.
pub(crate) trait Interval: Copy {
    type Number: Scalar;

    fn dims(&self) -> usize;
    fn is_empty(&self) -> bool;
    /// Begin and end; none where the axis is unbounded.
    fn interval(&self, axis: usize) -> Result<Option<(Self::Number, Self::Number)>>;
    /// The same on the other axes.
    fn with_interval(&self, axis: usize, begin: Self::Number, end: Self::Number) -> Result<Self>;
}

/// `whole` without `hole`, both of the same dims. Axis by axis, what is below and above the hole is cut off; what
/// remains after the last axis is the common part.
pub(crate) fn difference<B: Interval>(whole: B, hole: &B, apart: bool) -> Result<Parts<B>> {
    let mut parts = Parts { parts: [whole; 2 * MAX_DIMS], len: 0 };
    if apart {
        parts.len = usize::from(!whole.is_empty());
        return Ok(parts);
    }
    let mut rest = whole;
    for axis in 0..whole.dims() {
        let Some((low, high)) = hole.interval(axis)? else { continue };
        let Some((begin, end)) = rest.interval(axis)? else { return Err(Error::Unbounded { axis }) };
        let (low, high) = (low.max(begin), high.min(end));
        if begin < low {
            parts.push(rest.with_interval(axis, begin, low)?);
        }
        if high < end {
            parts.push(rest.with_interval(axis, high, end)?);
        }
        rest = rest.with_interval(axis, low, high)?;
    }
    Ok(parts)
}

impl<B> Parts<B> {
    fn push(&mut self, part: B) {
        self.parts[self.len] = part;
        self.len += 1;
    }
}

impl<B> Deref for Parts<B> {
    type Target = [B];

    fn deref(&self) -> &[B] {
        &self.parts[..self.len]
    }
}

impl<B> IntoIterator for Parts<B> {
    type Item = B;
    type IntoIter = core::iter::Take<core::array::IntoIter<B, { 2 * MAX_DIMS }>>;

    fn into_iter(self) -> Self::IntoIter {
        self.parts.into_iter().take(self.len)
    }
}

impl<'a, B> IntoIterator for &'a Parts<B> {
    type Item = &'a B;
    type IntoIter = core::slice::Iter<'a, B>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
