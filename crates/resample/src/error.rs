//! The error type.

use array_core::{DType, Kind, Length};

use crate::Factor;

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong when resampling. Messages give the value, the rule and the cure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The array beneath, or its metadata.
    #[error(transparent)]
    Array(Box<array_core::Error>),

    /// Geometry that does not work out; see the inner error.
    #[error(transparent)]
    Geometry(Box<array_core::coord_roi::Error>),

    /// A factor with a zero in it.
    #[error("factor {up}/{down}: both numbers must be at least 1; write 1/1 for an axis that keeps its voxel size")]
    ZeroFactor {
        /// The number of target voxels.
        up: u32,
        /// The number of source voxels that they replace.
        down: u32,
    },

    /// Text that is no factor.
    #[error("'{text}' is no resampling factor; write target voxels over source voxels as '2/3', '1/2' or '4'")]
    ParseFactor {
        /// What was given.
        text: String,
    },

    /// Text that is no method.
    #[error(
        "'{text}' is no method of resampling; choose one of mean, mode, min, max, median, stride, labels, \
         or the number of an order of interpolation"
    )]
    ParseMethod {
        /// What was given.
        text: String,
    },

    /// A ratio that does not fit two 32-bit numbers.
    #[error(
        "{what}: the ratio {up}/{down} does not fit two 32-bit numbers; \
         choose voxel sizes whose ratio is a simpler fraction"
    )]
    FactorTooFine {
        /// What led to the ratio.
        what: String,
        /// Its numerator, reduced.
        up: i128,
        /// Its denominator, reduced.
        down: i128,
    },

    /// A list with another length than the array has axes.
    #[error("{what}: {given} given, but the array has {axes} axes to resample; give one for each")]
    AxisCount {
        /// Which list.
        what: &'static str,
        /// Its length.
        given: usize,
        /// The number of axes.
        axes: usize,
    },

    /// An interpolation order that does not exist.
    #[error("interp_order {order} is not available; choose one of {available}")]
    OrderNotAvailable {
        /// What was asked.
        order: u64,
        /// The orders that exist.
        available: &'static str,
    },

    /// A method that this kind of data must not go through.
    #[error(
        "{method} is not allowed on {kind} data, because it invents values that are no labels; allowed are {allowed}, \
         or state that the array is an image"
    )]
    NotForKind {
        /// The refused method.
        method: String,
        /// The kind of the array.
        kind: Kind,
        /// What may be used instead.
        allowed: &'static str,
    },

    /// 64-bit integers would pass through 53-bit floats.
    #[error(
        "{method} on {dtype} passes through 64-bit floats, which hold integers exactly up to 2^53 only; \
         use method mean or mode or interp_order 0, or ask for it with wide_integers = through_f64"
    )]
    WideInteger {
        /// The refused method.
        method: String,
        /// The type of the array.
        dtype: DType,
    },

    /// An option that the chosen method has no use for.
    #[error("option {option} has no effect on {method}; leave it out or choose another method")]
    UnusedOption {
        /// The option.
        option: &'static str,
        /// The method.
        method: String,
    },

    /// A policy for partial windows where there are none.
    #[error(
        "option partial_windows has no effect under extent = inside, which has whole windows only; \
         leave it out, or use extent = cover"
    )]
    NoPartialWindows,

    /// A method of whole windows at a factor that has none.
    #[error(
        "{method} takes whole factors down only, and axis {axis} has factor {factor}; \
         use mode or mean, which take any factor, or interp_order 0, or choose a voxel size that is a whole multiple"
    )]
    NotWhole {
        /// The refused method.
        method: String,
        /// Number of the axis.
        axis: usize,
        /// The factor of that axis.
        factor: Factor,
    },

    /// A rule for ties that has no meaning for these windows.
    #[error("ties = countless_2x2 {rule}; use ties = lowest or first_x_fastest for other windows")]
    Ties {
        /// What it needs.
        rule: &'static str,
    },

    /// No voxel of those that a stride keeps exists.
    #[error(
        "axis {axis}: none of the source voxels [{begin}, {end}) is a multiple of {step}, which are those that stride keeps; \
         use another method, or anchor = array to count from the first voxel"
    )]
    NoneKept {
        /// The axis, by name or number.
        axis: String,
        /// First source voxel.
        begin: i64,
        /// One past the last source voxel.
        end: i64,
        /// Every how many voxels one is kept.
        step: u32,
    },

    /// Limits that leave no value.
    #[error("clip range from {low} to {high}: the first number must be one, and not above the second")]
    ClipRange {
        /// The lower limit.
        low: f64,
        /// The upper limit.
        high: f64,
    },

    /// A limit that depends on the whole input, for an array that is read in parts.
    #[error(
        "clip = to_input needs every voxel of the input, but this array is read in parts, whose values must not depend \
         on the part; use clip = range with the range of the volume, or resample a whole array that is in memory"
    )]
    ClipToInput,

    /// Floats asked of a method that gives values of the type of its source.
    #[error(
        "{method} gives values of the type of its source, {dtype}, and not floats; \
         convert the source or the result, or interpolate"
    )]
    KeepsType {
        /// The method.
        method: String,
        /// The type of the source.
        dtype: DType,
    },

    /// The lines of two grids do not meet.
    #[error(
        "axis {axis}: the new voxels would begin {apart} nm above the lines of the grid asked for, which lie every {step} nm; \
         resampling keeps the corner of its source: state an offset of the source that lies on these lines, use \
         anchor = array if its first voxel does, or ask for the voxel size alone"
    )]
    GridsApart {
        /// The axis, by name.
        axis: String,
        /// How far the new lines lie above those asked for.
        apart: Length,
        /// The distance of these.
        step: Length,
    },

    /// Levels of a pyramid that do not go together, or cannot be made or written as asked.
    #[error("pyramid: {reason}")]
    Levels {
        /// What is wrong with them and what would be right.
        reason: String,
    },

    /// A standard deviation that is negative, infinite, NaN, or stands on an axis that is not resampled.
    #[error("anti-aliasing sigma {sigma} on axis {axis} (factor {factor}): {rule}")]
    Sigma {
        /// The value.
        sigma: f64,
        /// Number of the axis.
        axis: usize,
        /// The factor of that axis.
        factor: Factor,
        /// The rule that it breaks.
        rule: &'static str,
    },

    /// A filter so wide that its table would not be sensible to keep.
    #[error(
        "anti-aliasing on axis {axis} (factor {factor}) needs {taps} taps; at most {limit} are kept: \
         go in several steps, or use method mean"
    )]
    KernelTooWide {
        /// Number of the axis.
        axis: usize,
        /// The factor of that axis.
        factor: Factor,
        /// Taps that would be needed.
        taps: f64,
        /// Taps that are possible.
        limit: usize,
    },

    /// Windows whose exact weights overflow.
    #[error(
        "windows of {factors}: the exact weights need more than 63 bits; \
         choose voxel sizes whose ratio is a simpler fraction, or interp_order 0"
    )]
    WindowTooFine {
        /// The factors of all axes.
        factors: String,
    },

    /// Padding of windows that memory cannot be expected to hold.
    #[error(
        "windows of {factors} hold {voxels} voxels; at most {limit} are padded: \
         use partial_windows = include, which reduces the voxels that exist, or go in several steps"
    )]
    PaddingTooLarge {
        /// The factors of all axes.
        factors: String,
        /// Voxels of a window.
        voxels: u64,
        /// Voxels that are possible.
        limit: u64,
    },

    /// No target voxel lies inside the source.
    #[error(
        "axis {axis}: source voxels [{begin}, {end}) hold no whole target voxel at factor {factor}; \
         use extent = cover to build voxels from part of a window, or anchor = array to count windows from the first voxel"
    )]
    NothingInside {
        /// The axis, by name or number.
        axis: String,
        /// First source voxel.
        begin: i64,
        /// One past the last source voxel.
        end: i64,
        /// The factor of that axis.
        factor: Factor,
    },

    /// An axis without voxels has nothing to resample.
    #[error("axis {axis} has no voxels; resampling needs at least one, unless the axis keeps factor 1")]
    EmptyAxis {
        /// Number of the axis.
        axis: usize,
    },

    /// Voxel indices beyond what exact arithmetic allows.
    #[error(
        "voxel indices [{begin}, {end}) at factor {factor}: indices must stay within ±2^62 before and after resampling"
    )]
    IndexTooLarge {
        /// First source voxel.
        begin: i64,
        /// One past the last source voxel.
        end: i64,
        /// The factor of that axis.
        factor: Factor,
    },

    /// A request, a buffer or a source region that does not fit the rest of the call.
    #[error("{what} on axis {axis}: given [{given_begin}, {given_end}), needed {needed}")]
    Range {
        /// What does not fit.
        what: &'static str,
        /// Number of the axis.
        axis: usize,
        /// Begin of the range given.
        given_begin: i64,
        /// End of the range given.
        given_end: i64,
        /// What it should have been.
        needed: String,
    },
}

impl From<Error> for array_core::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Array(inner) => *inner,
            Error::Geometry(inner) => (*inner).into(),
            other => Self::source_error(other),
        }
    }
}

impl From<array_core::Error> for Error {
    fn from(error: array_core::Error) -> Self {
        Self::Array(Box::new(error))
    }
}

impl From<array_core::coord_roi::Error> for Error {
    fn from(error: array_core::coord_roi::Error) -> Self {
        Self::Geometry(Box::new(error))
    }
}
