//! Descriptions of arrays as data: they can be written by hand, saved next to a result, compared and replayed.

mod joined;
mod message;
mod source;
mod views;

use std::path::{Path, PathBuf};

use array_core::{Axes, Coordinate, IntoWorld, Kind, Length, Roi, Rounding, VoxelBox};
use resample::Spec;
use serde::{Deserialize, Serialize};

pub use self::joined::{ConcatConfig, ConcatPart, LogicalOrConfig, MergeInstancesConfig, SumConfig};
pub use self::views::{
    BinarizeConfig, CastConfig, ConstantConfig, IntensitiesConfig, MapLabelsConfig, PermuteConfig, SelectConfig,
};
use crate::{Error, Result};

/// What an array is made of, as data. JSON, with the name of the back end around its options:
///
/// ```
/// use facade::ArrayConfig;
/// let config = ArrayConfig::from_json(r#"
///   {"resampled": {
///     "source": {"dvid": {"source": ["emdata:8000", "a1b2c3", "grayscale"]}},
///     "voxel_size": [12, 12, "4/3 nm"]
///   }}
/// "#)?;
/// assert_eq!(ArrayConfig::from_json(&config.to_json())?, config);
/// # Ok::<(), facade::Error>(())
/// ```
///
/// Lengths are numbers of nanometres (at most 15 digits, taken as their decimal text) or strings with units and fractions.
/// Unknown fields are refused, with a suggestion. `config.schema.json` in this crate's folder is the JSON Schema of it, for
/// editors and other languages. Open it with [`open`](crate::open).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ArrayConfig {
    /// A volume on a DVID server.
    Dvid(DvidConfig),
    /// A `.npy` file.
    Npy(NpyConfig),
    /// A region of another array.
    Crop(Box<CropConfig>),
    /// Another array at another voxel size.
    Resampled(Box<ResampledConfig>),
    /// Some channels of another array.
    Select(Box<SelectConfig>),
    /// Another array with its axes in another order.
    Permute(Box<PermuteConfig>),
    /// Another array with values of another type.
    Cast(Box<CastConfig>),
    /// Another array as `float32`, scaled from two limits.
    Intensities(Box<IntensitiesConfig>),
    /// Masks of groups of ids of another array.
    Binarize(Box<BinarizeConfig>),
    /// Another array with ids replaced by a table.
    MapLabels(Box<MapLabelsConfig>),
    /// Arrays as the channels of one.
    Concat(Box<ConcatConfig>),
    /// The largest value of all channels.
    LogicalOr(Box<LogicalOrConfig>),
    /// The sum of all channels.
    Sum(Box<SumConfig>),
    /// The instances of arrays in one space of ids.
    MergeInstances(Box<MergeInstancesConfig>),
    /// One value in the place of another array.
    Constant(Box<ConstantConfig>),
}

/// A volume on a DVID server. Everything but `source` is read from the server; the options override it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DvidConfig {
    /// Server (`host:port`, or with `http://` or `https://`), version (UUID, prefix of one, `prefix:branch`) and data name.
    pub source: (String, String, String),
    /// Name of the array; the data name where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Which scale of a labelmap; 0 is the finest.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub scale: u8,
    /// Replaces the voxel size (of scale 0) that the server states, `z y x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voxel_size: Option<Coordinate<Length>>,
    /// Replaces the extents that the server states, in voxels of scale 0, `z y x`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extents: Option<VoxelBox>,
}

impl DvidConfig {
    /// A volume as the server describes it.
    pub fn new(server: impl Into<String>, uuid: impl Into<String>, data: impl Into<String>) -> Self {
        let source = (server.into(), uuid.into(), data.into());
        Self { source, name: None, scale: 0, voxel_size: None, extents: None }
    }
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
fn is_zero(scale: &u8) -> bool {
    *scale == 0
}

/// A `.npy` file, and what the format does not say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NpyConfig {
    /// The file; relative to the folder of the config file.
    pub path: PathBuf,
    /// Name of the array; the file's stem where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Voxel size per physical axis; assumed to be 1 nm where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voxel_size: Option<Coordinate<Length>>,
    /// World position of the lower corner of the first voxel; assumed to be 0 where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offset: Option<Coordinate<Length>>,
    /// Axes of the data; `c z y x` or the last of them where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub axes: Option<Axes>,
    /// What the voxels mean; guessed from the dtype where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<Kind>,
}

impl NpyConfig {
    /// A file of which only the path is known.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), name: None, voxel_size: None, offset: None, axes: None, kind: None }
    }
}

/// A region of another array, or what the array has of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct CropConfig {
    /// The array that is cropped.
    pub source: ArrayConfig,
    /// The region, in nanometres.
    pub roi: Roi<Length>,
    /// What happens to limits that are no voxel border; refused where absent.
    #[serde(default = "exact")]
    pub alignment: Rounding,
}

fn exact() -> Rounding {
    Rounding::Exact
}

/// Another array at another voxel size: by factors, or by the voxel size that is wanted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ResampledConfig {
    /// The array that is resampled.
    pub source: ArrayConfig,
    /// Name of the result; the source's where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many voxels each voxel becomes, per physical axis.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub upsample: Option<Vec<u32>>,
    /// How many voxels become one, per physical axis; bigger voxels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downsample: Option<Vec<u32>>,
    /// The voxel size wanted, per physical axis; in place of factors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voxel_size: Option<Coordinate<Length>>,
    /// Order of interpolation, 0 to 5; in place of `spec.method`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interp_order: Option<u8>,
    /// Method and its options; what the kind of the data asks for where absent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub spec: Spec,
}

impl ResampledConfig {
    /// `source` at its own voxel size; state factors or a voxel size next.
    pub fn new(source: ArrayConfig) -> Self {
        Self {
            source,
            name: None,
            upsample: None,
            downsample: None,
            voxel_size: None,
            interp_order: None,
            spec: Spec::default(),
        }
    }

    /// States the voxel size that is wanted.
    pub fn with_voxel_size(mut self, voxel_size: impl IntoWorld) -> Self {
        self.voxel_size = Some(voxel_size.into_world());
        self
    }
}

fn is_default(spec: &Spec) -> bool {
    *spec == Spec::default()
}

impl ArrayConfig {
    /// Parses a configuration.
    ///
    /// # Errors
    /// [`Error::Config`], with path, line, column, and a suggestion for a misspelt name.
    pub fn from_json(text: &str) -> Result<Self> {
        message::parse(text, "config")
    }

    /// Reads a configuration file; files that it names are relative to its folder.
    ///
    /// # Errors
    /// [`Error::File`] and [`Error::Config`].
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        let origin = path.display().to_string();
        let text = std::fs::read_to_string(path).map_err(|error| Error::File {
            task: "read",
            path: origin.clone(),
            reason: error.to_string(),
        })?;
        let mut config: Self = message::parse(&text, &origin)?;
        config.relative_to(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    /// The configuration as JSON, two blanks a level; [`from_json`](Self::from_json) gives the same back.
    ///
    /// # Panics
    /// Never: configurations hold nothing that JSON lacks (a path that is not Unicode cannot come from JSON).
    pub fn to_json(&self) -> String {
        serde_json::to_string_pretty(self).expect("configurations are plain data")
    }

    fn relative_to(&mut self, folder: &Path) {
        if let Self::Npy(npy) = self {
            npy.path = folder.join(&npy.path);
        }
        self.sources_mut().into_iter().for_each(|source| source.relative_to(folder));
    }

    /// The arrays that this one is made of.
    fn sources_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::Dvid(_) | Self::Npy(_) => Vec::new(),
            Self::Crop(view) => vec![&mut view.source],
            Self::Resampled(view) => vec![&mut view.source],
            Self::Select(view) => vec![&mut view.source],
            Self::Permute(view) => vec![&mut view.source],
            Self::Cast(view) => vec![&mut view.source],
            Self::Intensities(view) => vec![&mut view.source],
            Self::Binarize(view) => vec![&mut view.source],
            Self::MapLabels(view) => vec![&mut view.source],
            Self::Constant(view) => vec![&mut view.like],
            Self::Concat(view) => view.parts.iter_mut().filter_map(ConcatPart::source_mut).collect(),
            Self::LogicalOr(view) => view.sources.iter_mut().collect(),
            Self::Sum(view) => view.sources.iter_mut().collect(),
            Self::MergeInstances(view) => view.sources.iter_mut().collect(),
        }
    }
}
