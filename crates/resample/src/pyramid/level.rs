//! [`Level`]: one level of a pyramid and its metadata.

use std::sync::Arc;

use array_core::{Array, ArrayMeta, ArrayRef, ArrayWrite, Coordinate, Field, Length, Provenance};

use super::DIRECT_MODE;
use crate::{Error, Factor, Method, ResampledArray, Result, Spec, Target};

/// One level of a [`Pyramid`](super::Pyramid).
#[derive(Debug)]
pub struct Level {
    meta: ArrayMeta,
    array: Arc<ResampledArray>,
    made: Made,
}

/// What the voxels of a level are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Made {
    /// They are the source's.
    Copied,
    /// Of the source's voxels under them; at least, the result is the same.
    Direct,
    /// Of the voxels of the level before, which gives other values than the source would: a mode of modes.
    Chained,
}

impl Level {
    /// The metadata of the level: its grid and voxel box under [`Extent::Cover`](crate::Extent::Cover), the kind and the
    /// type of the source. The provenance of the voxel size says how the level is made.
    pub fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    /// How many source voxels a voxel of the level spans, per physical axis.
    pub fn factors(&self) -> Vec<u32> {
        self.array.downsample()
    }

    /// What its voxels are made of.
    pub fn made(&self) -> Made {
        self.made
    }

    /// World position of the lower corner of the first voxel, which formats that place corners want (precomputed).
    pub fn corner(&self) -> Coordinate<Length> {
        self.meta.offset()
    }

    /// World position of the centre of the first voxel, exactly: the translation of formats that place centres (OME-NGFF).
    /// See [`ResampledArray::centre`].
    ///
    /// # Errors
    /// [`Error::Geometry`] when it is no 64-bit fraction.
    pub fn centre(&self) -> Result<Coordinate<Length>> {
        self.array.centre()
    }

    /// The level as an array that computes each voxel from the source when it is read.
    pub fn array(&self) -> &Arc<ResampledArray> {
        &self.array
    }

    /// The writing side of an array that can take this level.
    pub(super) fn writer<'a>(&self, target: &'a dyn Array) -> Result<&'a dyn ArrayWrite> {
        let (own, meta) = (&self.meta, target.meta());
        let refuse = |what: &str| {
            let (target, level) = (meta.name(), own.name());
            Error::Levels { reason: format!("array '{target}' cannot take level '{level}': {what}") }
        };
        let same = (meta.voxel_box(), meta.dtype(), meta.shape()) == (own.voxel_box(), own.dtype(), own.shape());
        if !same || meta.grid() != own.grid() {
            return Err(refuse("it needs the grid, the voxel box, the axes and the type of the level"));
        }
        target.writer().ok_or_else(|| refuse("it is not writable"))
    }
}

/// A level as an array over the source.
pub(super) fn array(source: &ArrayRef, number: usize, factors: &[u32], spec: &Spec) -> Result<ResampledArray> {
    let factors = factors.iter().map(|&down| Factor::down_by(down)).collect::<Result<Vec<_>>>()?;
    let name = format!("{} level {number}", source.meta().name());
    ResampledArray::new(name, Arc::clone(source), Target::Factors(factors), spec.clone())
}

/// How many levels, from the first on, are made from the source.
pub(super) fn from_source(factors: &[Vec<u32>], method: Method) -> usize {
    let voxels = |factors: &[u32]| factors.iter().map(|&factor| u64::from(factor)).fold(1, u64::saturating_mul);
    let copied = factors.iter().take_while(|factors| voxels(factors) == 1).count();
    let small = factors.iter().take_while(|factors| voxels(factors) <= DIRECT_MODE).count();
    match method {
        Method::Median => factors.len(),
        Method::Mode | Method::Labels => small.max(copied + 1).min(factors.len()),
        _ => (copied + 1).min(factors.len()),
    }
}

/// The levels with their metadata.
pub(super) fn levels(arrays: Vec<ResampledArray>, factors: &[Vec<u32>], method: Method) -> Result<Vec<Level>> {
    let direct = from_source(factors, method);
    let votes = matches!(method, Method::Mode | Method::Labels);
    let level = |(number, array): (usize, ResampledArray)| {
        let made = match number {
            _ if factors[number].iter().all(|&factor| factor == 1) => Made::Copied,
            _ if votes && number >= direct => Made::Chained,
            _ => Made::Direct,
        };
        let source = array.source().meta().name();
        let how = match made {
            Made::Copied => format!("'{source}'"),
            Made::Direct => format!("'{source}' resampled by {}, {method}", super::down(&factors[number])?),
            Made::Chained => {
                let down = super::down(&factors[number])?;
                format!("'{source}' resampled by {down}, {method} of the voxels of level {}", number - 1)
            }
        };
        let place = [Field::VoxelSize, Field::Offset, Field::Extents];
        let meta = array.meta().clone();
        let meta =
            place.into_iter().fold(meta, |meta, field| meta.with_provenance(field, Provenance::Derived(how.clone())));
        Ok(Level { meta, array: Arc::new(array), made })
    };
    arrays.into_iter().enumerate().map(level).collect()
}
