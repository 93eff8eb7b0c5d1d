//! The form of `cases.json`.

use array_core::{Block, npy};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct Cases {
    pub(crate) cases: Vec<Case>,
}

#[derive(Deserialize)]
pub(crate) struct Case {
    pub(crate) id: String,
    pub(crate) params: Params,
    pub(crate) input: Npy,
    pub(crate) output: Npy,
    pub(crate) compare: Compare,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Npy {
    file: String,
    pub(crate) dtype: String,
    pub(crate) shape: Vec<usize>,
    pub(crate) origin: Option<Vec<i64>>,
}

impl Npy {
    pub(crate) fn read(&self) -> Result<Block, Box<dyn std::error::Error>> {
        let bytes = std::fs::read(crate::folder().join(&self.file))?;
        let block = npy::parse(&bytes)?;
        if block.shape() != self.shape {
            return Err(format!("{} has shape {:?}, not {:?}", self.file, block.shape(), self.shape).into());
        }
        Ok(block)
    }

    /// Half floats have no type of their own here: they are widened when read, and results are rounded.
    pub(crate) fn is_half(&self) -> bool {
        self.dtype == "float16"
    }
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Compare {
    Exact {},
    Abs { max: f64 },
    AbsInt { max: u32, max_fraction: f64 },
    WindowMode {},
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub(crate) enum Params {
    Rescale(Rescale),
    RescaleRoi(Rescale),
    Downsample(Downsample),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rescale {
    pub(crate) scale: Vec<(u32, u32)>,
    pub(crate) order: u64,
    pub(crate) anti_aliasing: bool,
    pub(crate) boundary: Boundary,
    #[serde(default)]
    pub(crate) cval: f64,
    #[serde(default)]
    pub(crate) clip_to_input_range: bool,
    pub(crate) process: Process,
    pub(crate) cast: Cast,
    pub(crate) sizing: Sizing,
    #[serde(default)]
    pub(crate) roi_begin: Vec<i64>,
    #[serde(default)]
    pub(crate) roi_shape: Vec<i64>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Boundary {
    Reflect,
    Symmetric,
    Edge,
    Wrap,
    Constant,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Process {
    Float32,
    Native,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Cast {
    None,
    Truncate,
    RoundSaturate,
    NearestFloat,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Sizing {
    Lattice,
    Shape,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Downsample {
    pub(crate) method: Method,
    pub(crate) factors: Vec<u32>,
    pub(crate) anchor: Option<Anchor>,
    pub(crate) partial_windows: Partial,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) median: Option<Median>,
    pub(crate) tie: Option<Tie>,
    #[serde(default = "one")]
    pub(crate) level: u32,
    #[serde(default)]
    pub(crate) accumulate_levels: bool,
    #[serde(default)]
    pub(crate) ignore_zero: bool,
    #[serde(default)]
    pub(crate) chained: bool,
    pub(crate) preserve_dtype: Option<bool>,
    pub(crate) centre_of_first_and_step: Option<Vec<(f64, f64)>>,
    pub(crate) cval: Option<f64>,
}

fn one() -> u32 {
    1
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Method {
    Mean,
    Mode,
    Min,
    Max,
    Median,
    Stride,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Anchor {
    AbsoluteZero,
}

#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Partial {
    Include,
    Crop,
    FirstVoxel,
    PadConstant,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Rounding {
    HalfEven,
    None,
    TrueIfMoreThanHalf,
    Trunc,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Median {
    Lower,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Tie {
    Lowest,
    FirstXFastest,
    #[serde(rename = "countless_2x2")]
    Countless2x2,
    Countless,
}
