//! What the axes of an array are.

mod names;
mod stated;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use self::stated::{PlacedAxes, StatedAxes};
use crate::{Error, Result};

/// What an axis means. Space and time are *physical*: positions along them are world positions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AxisKind {
    /// A direction in space, in nanometres.
    Space,
    /// Time, in the axis's own unit; regions cover it as they cover space.
    Time,
    /// Channels of one voxel; always read in full.
    Channel,
    /// Several annotations of the same region; always read in full.
    Sample,
    /// A stack of independent arrays, in memory only; always read in full.
    Batch,
    /// Anything else; always read in full.
    Other,
}

impl AxisKind {
    /// Whether positions along the axis are world positions.
    #[must_use]
    pub const fn is_physical(self) -> bool {
        matches!(self, Self::Space | Self::Time)
    }

    /// The name in files and configurations, e.g. `space`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Space => "space",
            Self::Time => "time",
            Self::Channel => "channel",
            Self::Sample => "sample",
            Self::Batch => "batch",
            Self::Other => "other",
        }
    }

    /// The kind that a file calls so; any name but the known ones is an axis that is not physical.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        let kinds = [Self::Space, Self::Time, Self::Channel, Self::Sample, Self::Batch];
        kinds.into_iter().find(|kind| kind.name() == name).unwrap_or(Self::Other)
    }
}

/// One axis: its name, its meaning, its unit.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AxisInfo {
    /// Unique within an array: `z`, `y`, `x`, `t`, `c`, `s`, or a name of the data's own.
    pub name: String,
    /// What the axis means.
    pub kind: AxisKind,
    /// `nm` for space; for time the unit that the source states; empty otherwise.
    #[serde(default)]
    pub unit: String,
}

impl AxisInfo {
    /// An axis of space, in nanometres.
    pub fn space(name: impl Into<String>) -> Self {
        Self { name: name.into(), kind: AxisKind::Space, unit: "nm".to_owned() }
    }

    /// A time axis in its own unit.
    pub fn time(name: impl Into<String>, unit: impl Into<String>) -> Self {
        Self { name: name.into(), kind: AxisKind::Time, unit: unit.into() }
    }

    /// An axis without a place in the world.
    pub fn plain(name: impl Into<String>, kind: AxisKind) -> Self {
        Self { name: name.into(), kind, unit: String::new() }
    }
}

/// The axes of an array in the order of its data, slowest first.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Axes(Vec<AxisInfo>);

impl Axes {
    /// Axes in data order.
    ///
    /// # Errors
    /// [`Error::BadAxes`] when two names are equal, a name is empty or ends in a mark (`^` or `'`), a space axis is not in `nm`,
    /// there are two channel axes, or there are more than six physical axes.
    pub fn new(axes: impl Into<Vec<AxisInfo>>) -> Result<Self> {
        let axes = axes.into();
        let bad = |rule: &str| Err(Error::BadAxes { axes: names(&axes), rule: rule.to_owned() });
        for (position, axis) in axes.iter().enumerate() {
            if axis.name.is_empty() {
                return bad("every axis needs a name");
            }
            if axis.name.ends_with(names::MARKS) {
                return bad("^ and ' are no part of a name; the kind says what an axis is");
            }
            if axes[..position].iter().any(|other| other.name == axis.name) {
                return bad("names must differ");
            }
            if axis.kind == AxisKind::Space && axis.unit != "nm" {
                return bad("space is measured in nm; convert the unit first");
            }
        }
        if axes.iter().filter(|axis| axis.kind == AxisKind::Channel).count() > 1 {
            return bad("an array has at most one channel axis");
        }
        if axes.iter().filter(|axis| axis.kind.is_physical()).count() > coord_roi::MAX_DIMS {
            return bad("an array has at most six physical axes");
        }
        Ok(Self(axes))
    }

    /// `z y x`.
    #[must_use]
    pub fn zyx() -> Self {
        Self(["z", "y", "x"].map(AxisInfo::space).to_vec())
    }

    /// `c z y x`.
    #[must_use]
    pub fn czyx() -> Self {
        let mut axes = vec![AxisInfo::plain("c", AxisKind::Channel)];
        axes.extend(Self::zyx().0);
        Self(axes)
    }

    /// The axes that data of this rank usually have: the last of `s c z y x`. A guess, to be reported as one.
    ///
    /// # Errors
    /// [`Error::BadAxes`] for ranks above five.
    pub fn usual(rank: usize) -> Result<Self> {
        StatedAxes::default().place(rank).map(|placed| placed.axes)
    }

    /// Number of axes.
    #[must_use]
    pub fn rank(&self) -> usize {
        self.0.len()
    }

    /// Number of physical axes.
    #[must_use]
    pub fn dims(&self) -> usize {
        self.physical().count()
    }

    /// The axes, slowest first.
    pub fn iter(&self) -> std::slice::Iter<'_, AxisInfo> {
        self.0.iter()
    }

    /// The axes, slowest first.
    #[must_use]
    pub fn as_slice(&self) -> &[AxisInfo] {
        &self.0
    }

    /// Positions of the physical axes, in data order.
    pub fn physical(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.iter().enumerate().filter(|(_, axis)| axis.kind.is_physical()).map(|(position, _)| position)
    }

    /// Parts one entry per axis, in data order, into those of the physical axes and those of the others.
    #[must_use]
    pub fn split<T: Clone>(&self, entries: &[T]) -> (Vec<T>, Vec<T>) {
        let (physical, plain): (Vec<_>, Vec<_>) =
            self.0.iter().zip(entries).partition(|(axis, _)| axis.kind.is_physical());
        let entries = |part: Vec<(&AxisInfo, &T)>| part.into_iter().map(|(_, entry)| entry.clone()).collect();
        (entries(physical), entries(plain))
    }

    /// The opposite of [`split`](Self::split), for lists whose lengths were checked.
    pub(crate) fn merge<T: Clone>(&self, physical: &[T], plain: &[T]) -> Vec<T> {
        let (mut physical, mut plain) = (physical.iter(), plain.iter());
        let next = |axis: &AxisInfo| if axis.kind.is_physical() { physical.next() } else { plain.next() };
        self.0.iter().filter_map(next).cloned().collect()
    }

    /// Position of the channel axis.
    #[must_use]
    pub fn channel(&self) -> Option<usize> {
        self.0.iter().position(|axis| axis.kind == AxisKind::Channel)
    }

    /// Name of the physical axis that a region calls number `dim`.
    #[must_use]
    pub fn physical_name(&self, dim: usize) -> String {
        self.physical().nth(dim).map_or_else(|| format!("#{dim}"), |position| self.0[position].name.clone())
    }

    /// Names as other programs read them, with `^` behind those of axes that are not physical: `c^`, `z`, `y`, `x`.
    #[must_use]
    pub fn marked_names(&self) -> Vec<String> {
        let marked =
            |axis: &AxisInfo| if axis.kind.is_physical() { axis.name.clone() } else { format!("{}^", axis.name) };
        self.0.iter().map(marked).collect()
    }

    /// Names joined by blanks: `c z y x`.
    #[must_use]
    pub fn names(&self) -> String {
        names(&self.0)
    }
}

fn names(axes: &[AxisInfo]) -> String {
    axes.iter().map(|axis| axis.name.as_str()).collect::<Vec<_>>().join(" ")
}

impl<'a> IntoIterator for &'a Axes {
    type Item = &'a AxisInfo;
    type IntoIter = std::slice::Iter<'a, AxisInfo>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl fmt::Display for Axes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names())
    }
}

impl<'de> Deserialize<'de> for Axes {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(Vec::<AxisInfo>::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}
