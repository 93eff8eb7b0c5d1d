//! From what a source states about its axes to the axes themselves.

use coord_roi::{Coordinate, Length};

use super::{Axes, AxisInfo, AxisKind, names};
use crate::{Error, Provenance, Result};

/// What a source states about the axes of its data; each part may be missing. Lists are in data order.
///
/// * `names` are one per axis, or one text with a letter per axis (`"czyx"`).
/// * `types` say what an axis is: `space` and `time` are physical, `channel`, `sample`, `batch` and all others are not.
///   They decide where names would say something else.
/// * Without types names decide: `t` is time, `c` the channels, `s` samples, `b` a batch, a name that ends in `^` the
///   channels too, one that ends in `'` none of these; any other is space. The marks are not part of the name.
/// * With types alone physical axes are called `d0, d1, …`, all others `c0, c1, …`.
/// * With neither, as many axes as `voxel_size`, `offset` or `units` have entries are physical, the last ones; before them
///   may stand `c`, or `s` and `c`. With nothing at all the axes are the last of `s c z y x`.
/// * `voxel_size`, `offset` and `units` have an entry for every axis, or for the physical ones only. Sizes and offsets are
///   in the stated unit of their axis; without one, in nanometres.
///
/// ```
/// use array_core::{AxisKind, Coordinate, StatedAxes};
///
/// let stated = StatedAxes::default()
///     .with_names(["c^", "z", "y", "x"])
///     .with_units(["nm", "nm", "um"])
///     .with_voxel_size(vec![40.into(), 8.into(), "0.004".parse()?]);
/// let placed = stated.place(4)?;
/// assert_eq!(placed.axes.names(), "c z y x");
/// assert_eq!(placed.axes.as_slice()[0].kind, AxisKind::Channel);
/// assert_eq!(placed.voxel_size, Some(Coordinate::from([40, 8, 4]).to_lengths()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct StatedAxes {
    /// Names, or one text with a letter per axis.
    pub names: Option<Vec<String>>,
    /// What the axes are.
    pub types: Option<Vec<String>>,
    /// Units of the axes.
    pub units: Option<Vec<String>>,
    /// World units per voxel.
    pub voxel_size: Option<Vec<Length>>,
    /// World position of the lower corner of the first voxel.
    pub offset: Option<Vec<Length>>,
}

/// Axes, and sizes and offsets for the physical ones, in nanometres (on a time axis: in its unit).
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PlacedAxes {
    /// The axes.
    pub axes: Axes,
    /// Whether they were stated or guessed.
    pub axes_from: Provenance,
    /// World units per voxel, where stated.
    pub voxel_size: Option<Coordinate<Length>>,
    /// World position of the first voxel's lower corner, where stated.
    pub offset: Option<Coordinate<Length>>,
}

impl StatedAxes {
    /// States names.
    pub fn with_names<T: Into<String>>(mut self, names: impl IntoIterator<Item = T>) -> Self {
        self.names = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// States types.
    pub fn with_types<T: Into<String>>(mut self, types: impl IntoIterator<Item = T>) -> Self {
        self.types = Some(types.into_iter().map(Into::into).collect());
        self
    }

    /// States units.
    pub fn with_units<T: Into<String>>(mut self, units: impl IntoIterator<Item = T>) -> Self {
        self.units = Some(units.into_iter().map(Into::into).collect());
        self
    }

    /// States the voxel size.
    pub fn with_voxel_size(mut self, voxel_size: impl Into<Vec<Length>>) -> Self {
        self.voxel_size = Some(voxel_size.into());
        self
    }

    /// States the position of the first voxel's lower corner.
    pub fn with_offset(mut self, offset: impl Into<Vec<Length>>) -> Self {
        self.offset = Some(offset.into());
        self
    }

    /// The axes of data of this rank.
    ///
    /// # Errors
    /// [`Error::RankMismatch`] for a list that fits neither the rank nor the physical axes, [`Error::BadAxes`] where
    /// lists contradict each other, a unit of space is not known or axes do not work together, [`Error::OnAxis`] for a
    /// length that cannot be expressed in nanometres.
    pub fn place(&self, rank: usize) -> Result<PlacedAxes> {
        let (axes, axes_from) = self.axes(rank)?;
        let units = self.units.as_ref().map(|units| fit("list of units", &axes, units)).transpose()?;
        let axes = with_units(axes, units.as_deref())?;
        let place = |what, list: &Option<Vec<Length>>| {
            let list = list.as_ref().map(|list| fit(what, &axes, list)).transpose()?;
            list.map(|list| in_nanometres(&axes, units.as_deref(), list)).transpose()
        };
        let (voxel_size, offset) = (place("voxel_size", &self.voxel_size)?, place("offset", &self.offset)?);
        Ok(PlacedAxes { axes, axes_from, voxel_size, offset })
    }

    fn axes(&self, rank: usize) -> Result<(Axes, Provenance)> {
        let stated = |what: &str| Provenance::Stated(what.to_owned());
        let names = self.names.as_deref().map(|names| one_per_axis(names, rank)).transpose()?;
        let kinds = self.types.as_deref().map(|types| kinds(types, rank)).transpose()?;
        let (axes, from) = match (names, kinds) {
            (Some(names), Some(kinds)) => (of_kinds(&names, &kinds), stated("names and types")),
            (Some(names), None) => {
                (names.iter().map(|name| names::by_name(name)).collect(), stated("names, which imply the types"))
            }
            (None, Some(kinds)) => {
                (of_kinds(&names::numbered(&kinds), &kinds), Provenance::Derived("names from the types".to_owned()))
            }
            (None, None) => self.guess(rank)?,
        };
        Ok((Axes::new(axes)?, from))
    }

    /// Axes without names or types.
    fn guess(&self, rank: usize) -> Result<(Vec<AxisInfo>, Provenance)> {
        let bad = |rule: String| Error::BadAxes { axes: format!("{rank} unnamed"), rule };
        let lists = [
            ("voxel_size", self.voxel_size.as_ref().map(Vec::len)),
            ("offset", self.offset.as_ref().map(Vec::len)),
            ("units", self.units.as_ref().map(Vec::len)),
        ];
        let mut lengths = lists.into_iter().filter_map(|(what, length)| length.map(|length| (what, length)));
        let Some((what, dims)) = lengths.next() else {
            let axes = names::usual(rank).ok_or_else(|| bad("more than five (s c z y x) need names".to_owned()))?;
            return Ok((axes, Provenance::Assumed(format!("the usual axes of rank {rank}"))));
        };
        if let Some((other, length)) = lengths.find(|(_, length)| *length != dims) {
            let rule =
                format!("{what} has {dims} entries and {other} {length}; give one entry per physical axis, or names");
            return Err(bad(rule));
        }
        let plain = rank
            .checked_sub(dims)
            .ok_or_else(|| bad(format!("{what} has {dims} entries, more than there are axes")))?;
        if plain > 2 {
            return Err(bad(format!("{what} has {dims} entries, and the other {plain} need names")));
        }
        let physical = match dims {
            0..=3 => names::usual(dims).unwrap_or_default(),
            _ => names::numbered(&vec![AxisKind::Space; dims]).into_iter().map(AxisInfo::space).collect(),
        };
        let plain = &["s", "c"][2 - plain..];
        let axes = plain.iter().map(|name| names::by_name(name)).chain(physical).collect();
        Ok((axes, Provenance::Assumed(format!("{dims} physical axes, as the entries of {what}"))))
    }
}

/// States names, types and units; what [`place`](StatedAxes::place) turns into the same axes again.
impl From<&Axes> for StatedAxes {
    fn from(axes: &Axes) -> Self {
        Self::default()
            .with_names(axes.marked_names())
            .with_types(axes.iter().map(|axis| axis.kind.name()))
            .with_units(axes.iter().map(|axis| axis.unit.as_str()))
    }
}

fn mismatch(what: &'static str, axes: String, expected: usize, found: usize) -> Error {
    Error::RankMismatch { what, axes, expected, found }
}

fn one_per_axis(names: &[String], rank: usize) -> Result<Vec<String>> {
    let names = match names {
        [text] if rank != 1 => names::letters(text),
        _ => names.to_vec(),
    };
    if names.len() == rank {
        return Ok(names);
    }
    Err(mismatch("list of axis names", names.join(" "), rank, names.len()))
}

fn kinds(types: &[String], rank: usize) -> Result<Vec<AxisKind>> {
    if types.len() != rank {
        return Err(mismatch("list of axis types", types.join(" "), rank, types.len()));
    }
    Ok(types.iter().map(|name| AxisKind::from_name(name)).collect())
}

fn of_kinds(names: &[String], kinds: &[AxisKind]) -> Vec<AxisInfo> {
    names.iter().zip(kinds).map(|(name, kind)| names::of_kind(names::without_mark(name).0, *kind, "")).collect()
}

/// The entries of the physical axes, from a list that has one for each axis or only those.
fn fit<T: Clone>(what: &'static str, axes: &Axes, entries: &[T]) -> Result<Vec<T>> {
    match entries.len() {
        found if found == axes.dims() => Ok(entries.to_vec()),
        found if found == axes.rank() => Ok(axes.split(entries).0),
        found => Err(mismatch(what, axes.names(), axes.dims(), found)),
    }
}

/// Axes of time get their unit.
fn with_units(axes: Axes, units: Option<&[String]>) -> Result<Axes> {
    let Some(units) = units else { return Ok(axes) };
    let positions: Vec<usize> = axes.physical().collect();
    let mut axes = axes.0;
    for (position, unit) in positions.into_iter().zip(units) {
        if axes[position].kind == AxisKind::Time {
            axes[position].unit.clone_from(unit);
        }
    }
    Axes::new(axes)
}

/// One length per physical axis, those of space times their unit.
fn in_nanometres(axes: &Axes, units: Option<&[String]>, mut list: Vec<Length>) -> Result<Coordinate<Length>> {
    let physical = axes.physical().map(|position| &axes.as_slice()[position]);
    for (axis, (length, unit)) in physical.zip(list.iter_mut().zip(units.unwrap_or_default())) {
        if axis.kind == AxisKind::Space && !unit.is_empty() {
            let rule = || format!("'{unit}' along {} is no unit of length; there are nm, um, mm, m, …", axis.name);
            let nanometres: Length =
                format!("1 {unit}").parse().map_err(|_| Error::BadAxes { axes: axes.names(), rule: rule() })?;
            let cause = |cause| Error::OnAxis { axis: axis.name.as_str().into(), cause: Box::new(cause) };
            *length = length.checked_mul(nanometres).map_err(cause)?;
        }
    }
    Ok(Coordinate::try_from_iter(list)?)
}
