//! Configurations of the views of several arrays.

use array_core::{FillValue, InstanceIds, SumType};
use serde::{Deserialize, Serialize};

use super::ArrayConfig;

/// What one or several channels of a [`ConcatConfig`] come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConcatPart {
    /// All channels of this array.
    Source(Box<ArrayConfig>),
    /// One channel that is missing: this value everywhere.
    Fill(FillValue),
}

impl ConcatPart {
    pub(super) fn source_mut(&mut self) -> Option<&mut ArrayConfig> {
        match self {
            Self::Source(source) => Some(source),
            Self::Fill(_) => None,
        }
    }
}

/// Arrays as the channels of one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ConcatConfig {
    /// Name of the result; the sources' joined by `+` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What the channels are, in their order.
    pub parts: Vec<ConcatPart>,
    /// A name for each channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel_names: Option<Vec<String>>,
}

impl ConcatConfig {
    /// These channels, without names.
    pub fn new(parts: Vec<ConcatPart>) -> Self {
        Self { parts, name: None, channel_names: None }
    }
}

/// The largest value of all channels of arrays: of masks, their union.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LogicalOrConfig {
    /// Name of the result; the sources' joined by `+` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The arrays.
    pub sources: Vec<ArrayConfig>,
}

impl LogicalOrConfig {
    /// The largest of all channels.
    pub fn new(sources: Vec<ArrayConfig>) -> Self {
        Self { sources, name: None }
    }
}

/// The sum of all channels of arrays.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SumConfig {
    /// Name of the result; the sources' joined by `+` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The arrays.
    pub sources: Vec<ArrayConfig>,
    /// Type of the result; the widest of its sort where absent.
    #[serde(default)]
    pub sum_type: SumType,
}

impl SumConfig {
    /// The sum of all channels, widened.
    pub fn new(sources: Vec<ArrayConfig>) -> Self {
        Self { sources, name: None, sum_type: SumType::default() }
    }
}

/// The instances of arrays in one space of ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MergeInstancesConfig {
    /// Name of the result; the sources' joined by `+` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The arrays.
    pub sources: Vec<ArrayConfig>,
    /// How ids are kept apart: by `offsets`, or by the `largest` of each source.
    pub ids: InstanceIds,
}

impl MergeInstancesConfig {
    /// The instances of these arrays.
    pub fn new(sources: Vec<ArrayConfig>, ids: InstanceIds) -> Self {
        Self { sources, ids, name: None }
    }
}
