//! Configurations of the views of one array.

use array_core::{AxisOrder, Beyond, Channels, Conversion, DType, FillValue, IdGroup, Unknown};
use serde::{Deserialize, Serialize};

use super::ArrayConfig;

/// Some channels of another array.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct SelectConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// Which channels: `one` (the axis goes away), a `list`, or a `range`.
    pub channels: Channels,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl SelectConfig {
    /// These channels of `source`.
    pub fn new(source: ArrayConfig, channels: Channels) -> Self {
        Self { source, channels, name: None }
    }
}

/// Another array with its axes in another order.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct PermuteConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// All axes, slowest first: by `names` or by `indices`.
    pub order: AxisOrder,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

impl PermuteConfig {
    /// `source` with its axes in this order.
    pub fn new(source: ArrayConfig, order: AxisOrder) -> Self {
        Self { source, order, name: None }
    }
}

/// Another array with values of another type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CastConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// The type.
    pub dtype: DType,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens to values that the type does not have; an error where absent.
    #[serde(default)]
    pub conversion: Conversion,
}

impl CastConfig {
    /// `source` with values of this type, all of which it has to have.
    pub fn new(source: ArrayConfig, dtype: DType) -> Self {
        Self { source, dtype, name: None, conversion: Conversion::default() }
    }
}

/// Another array as `float32`, from 0 at `min` to 1 at `max`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IntensitiesConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// The value that becomes 0.
    pub min: f64,
    /// The value that becomes 1.
    pub max: f64,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens to values beyond the two; they are kept where absent.
    #[serde(default)]
    pub beyond: Beyond,
}

impl IntensitiesConfig {
    /// `source` scaled from these limits, without clipping.
    pub fn new(source: ArrayConfig, min: f64, max: f64) -> Self {
        Self { source, min, max, name: None, beyond: Beyond::default() }
    }
}

/// Masks of groups of ids of another array, one a channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct BinarizeConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// The ids of each channel; none at all mean every id but the background.
    pub groups: Vec<IdGroup>,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The id that is in no group without ids; 0 where absent.
    #[serde(default)]
    pub background: i128,
}

impl BinarizeConfig {
    /// Masks of these groups in `source`.
    pub fn new(source: ArrayConfig, groups: Vec<IdGroup>) -> Self {
        Self { source, groups, name: None, background: 0 }
    }
}

/// Another array with ids replaced by a table.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct MapLabelsConfig {
    /// The array that is seen through the view.
    pub source: ArrayConfig,
    /// Pairs of an id and the one that takes its place.
    pub table: Vec<(i128, i128)>,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What happens to ids that the table does not have; an error where absent.
    #[serde(default)]
    pub unknown: Unknown,
    /// Type of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<DType>,
}

impl MapLabelsConfig {
    /// `source` with ids replaced by this table, which has to have them all.
    pub fn new(source: ArrayConfig, table: Vec<(i128, i128)>) -> Self {
        Self { source, table, name: None, unknown: Unknown::default(), dtype: None }
    }
}

/// One value in the place of another array, of which nothing is read.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ConstantConfig {
    /// The array that gives place and axes.
    pub like: ArrayConfig,
    /// The value.
    pub value: FillValue,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Type of the result; that of `like` where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dtype: Option<DType>,
}

impl ConstantConfig {
    /// `value` in the place of `like`.
    pub fn new(like: ArrayConfig, value: FillValue) -> Self {
        Self { like, value, name: None, dtype: None }
    }
}
