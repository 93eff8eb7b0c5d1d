//! Other ids by a table.

use std::collections::hash_map::Entry;
use std::sync::Arc;

use coord_roi::VoxelBox;
use serde::{Deserialize, Serialize};

use super::computed::computed;
use super::ids::{Id, IdMap, check_ids, with_id_dtype};
use super::place::Place;
use super::rows::zip_rows;
use super::{check_labels_stay_whole, scales_of};
use crate::{ArrayMeta, ArrayRef, BlockMut, BlockRef, DType, Error, Field, FillValue, Provenance, Result};

/// What happens to ids that a table does not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unknown {
    /// They are an error, [`Error::UnknownId`]; 0, the background, stays 0.
    #[default]
    Error,
    /// They stay what they are.
    Keep,
    /// They become 0.
    Zero,
}

/// How [`MapLabels`] treats what its table does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MapOptions {
    /// What happens to ids that the table does not have; an error where absent.
    #[serde(default)]
    pub unknown: Unknown,
    /// Element type of the result, an integer or bool; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<DType>,
}

impl MapOptions {
    /// Sets what happens to ids that the table does not have.
    pub fn with_unknown(mut self, unknown: Unknown) -> Self {
        self.unknown = unknown;
        self
    }

    /// Sets the element type of the result.
    pub fn with_dtype(mut self, dtype: DType) -> Self {
        self.dtype = Some(dtype);
        self
    }
}

/// Another array with each id replaced by the one that a table has for it: agglomeration, relabelling, classes.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, DType, MapLabels, MapOptions, MemoryArray, Unknown, ndarray::arr1};
///
/// let ids = Arc::new(MemoryArray::new("seg", arr1(&[0_u64, 7, 8, 9]).into_dyn(), [8], [0])?);
/// let options = MapOptions::default().with_unknown(Unknown::Zero).with_dtype(DType::U8);
/// let classes = MapLabels::new(ids, &[(7, 1), (8, 1)], options)?;
/// assert_eq!(classes.read::<u8>(classes.roi())?, arr1(&[0, 1, 1, 0]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Ids are exact, up to 64 bits; each is replaced once, so a table may exchange two. Not writable. Memory: the result, the
/// table, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of the source.
#[derive(Debug)]
pub struct MapLabels {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    /// From the bits of an id of the source to those of an id of the result.
    table: Arc<IdMap<u64>>,
    unknown: Unknown,
}

impl MapLabels {
    /// `source`, and each of its coarser scales, with ids replaced by pairs `(id, new id)`. Ids that the source's type does not
    /// have are allowed: they are in no voxel.
    ///
    /// # Errors
    /// [`Error::NotForDType`] for a source of floats; [`Error::BadParameter`] for an id with two new ids, for a new id that the
    /// type of the result does not have, and for a result of floats. Reading gives [`Error::UnknownId`] under
    /// [`Unknown::Error`], and [`Error::ValueNotHeld`] under [`Unknown::Keep`] where another type does not have an id that
    /// is kept.
    pub fn new(source: ArrayRef, table: &[(i128, i128)], options: MapOptions) -> Result<Self> {
        let meta = source.meta();
        check_ids("map_labels", meta)?;
        let dtype = options.dtype.unwrap_or(meta.dtype());
        check_labels_stay_whole("a table of floats", meta, dtype)?;
        let bits = bits_of(table, meta.dtype(), dtype)?;
        Self::by_bits(source, Arc::new(bits), dtype, options.unknown)
    }

    /// With a table for the type of `source`, which the scales share.
    fn by_bits(source: ArrayRef, table: Arc<IdMap<u64>>, dtype: DType, unknown: Unknown) -> Result<Self> {
        let meta = source.meta();
        let from = meta.dtype();
        let place = Provenance::Derived(format!("ids of '{}' by a table", meta.name()));
        let meta = meta
            .derive(dtype, meta.axes().clone(), &meta.plain_extents(), *meta.grid(), *meta.voxel_box())?
            .with_provenance(Field::DType, place);
        let scales = scales_of(&source, |scale| match scale.meta().dtype() {
            same if same == from => Self::by_bits(scale, table.clone(), dtype, unknown),
            found => Err(Error::DTypeMismatch { asked: from, found }),
        });
        Ok(Self { meta, source, scales, table, unknown })
    }

    /// The bits of the new id; `None` where there is none.
    fn new_id<S: Id, T: Id>(&self, id: S) -> Option<u64> {
        let known = self.table.get(&id.bits()).copied();
        known.or_else(|| match self.unknown {
            Unknown::Keep => T::from_value(id.value()).map(Id::bits),
            Unknown::Zero => Some(0),
            Unknown::Error => (id.bits() == 0).then_some(0),
        })
    }

    fn map<S: Id, T: Id>(&self, piece: &VoxelBox, source: &BlockRef<'_>, out: BlockMut<'_>) -> Result<()> {
        let source = source.clone().into_view::<S>()?;
        // Neighbours mostly have the same id.
        let mut last: Option<(S, T)> = None;
        let stopped = zip_rows(out.into_view::<T>()?, source.view(), |out, id| {
            let new = match last {
                Some((last, new)) if last == id => new,
                _ => match self.new_id::<S, T>(id) {
                    Some(new) => T::from_bits(new),
                    None => return false,
                },
            };
            last = Some((id, new));
            *out = new;
            true
        });
        let Some(index) = stopped else { return Ok(()) };
        let (id, place) = (source[&index[..]], Place::new(&self.meta, piece, &index)?);
        if self.unknown == Unknown::Keep {
            return Err(Error::ValueNotHeld { value: FillValue::Integer(id.value()), dtype: T::DTYPE, place });
        }
        let count = source.iter().filter(|other| **other == id).count() as u64;
        Err(Error::UnknownId { id: id.value(), count, place })
    }

    fn compute(&self, piece: &VoxelBox, source: &BlockRef<'_>, out: BlockMut<'_>) -> Result<()> {
        let refused = || check_ids("map_labels", self.source.meta());
        with_id_dtype!(source.dtype(), S => {
            with_id_dtype!(out.dtype(), T => self.map::<S, T>(piece, source, out), float => refused())
        }, float => refused())
    }
}

/// The table by the bits of ids in the two types.
fn bits_of(table: &[(i128, i128)], from: DType, to: DType) -> Result<IdMap<u64>> {
    let bad = |value: String, rule: String| Error::BadParameter { what: "the table entry", value, rule };
    let mut bits: IdMap<u64> = IdMap::default();
    let mut targets = std::collections::HashMap::new();
    for &(id, new) in table {
        match targets.entry(id) {
            Entry::Occupied(entry) if *entry.get() != new => {
                let rule = format!("the table has {} for {id} already; keep one of them", entry.get());
                return Err(bad(format!("{id} -> {new}"), rule));
            }
            Entry::Occupied(_) => continue,
            Entry::Vacant(entry) => entry.insert(new),
        };
        let value = with_id_dtype!(to, T => T::from_value(new).map(Id::bits), float => None);
        let value = value.ok_or_else(|| {
            bad(format!("{id} -> {new}"), format!("{to} does not have the id {new}; take an integer type that has it"))
        })?;
        if let Some(id) = with_id_dtype!(from, T => T::from_value(id).map(Id::bits), float => None) {
            bits.insert(id, value);
        }
    }
    Ok(bits)
}

computed!(MapLabels);
