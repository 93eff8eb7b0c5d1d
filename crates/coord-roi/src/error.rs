//! The one error type of the crate.

use alloc::string::String;
use core::fmt;

use crate::{Length, MAX_DIMS};

/// The result of this crate's fallible operations.
pub type Result<T, E = Error> = core::result::Result<T, E>;

/// What went wrong, with the axis and the values that were involved.
///
/// Values are [`Length`]s also where whole numbers were used: both number types of the crate share this enum. `axis`
/// counts from 0 in the order of the coordinate, which the geometry types do not name; crates that know the axis names
/// read it with [`Error::axis`] and say the letter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two operands, or an operand and the expected shape, have different numbers of entries.
    #[error("expected {expected} dimensions, found {found}: give one entry per axis")]
    DimsMismatch {
        /// The number of entries of the left operand.
        expected: usize,
        /// The number of entries of the other one.
        found: usize,
    },
    /// More dimensions than a coordinate can hold.
    #[error("{dims} dimensions are more than the {MAX_DIMS} that a coordinate holds")]
    TooManyDims {
        /// The number of entries asked for.
        dims: usize,
    },
    /// An axis index beyond the last axis.
    #[error("there is no axis {axis}: the axes of {dims} dimensions count from 0")]
    NoSuchAxis {
        /// The axis asked for.
        axis: usize,
        /// The number of axes there are.
        dims: usize,
    },
    /// The list is not a permutation of the axes.
    #[error("axis {axis} is named twice: an axis order names each axis once")]
    NotAPermutation {
        /// The axis that occurs a second time.
        axis: usize,
    },
    /// A step or a divisor of a rounding division is not greater than zero.
    #[error("{}step {step} is not allowed: a step must be greater than 0", At(.axis))]
    ZeroStep {
        /// The axis, where one is known.
        axis: Option<usize>,
        /// The step as given.
        step: Length,
    },
    /// A resampling factor is zero.
    #[error("axis {axis}: factor 0 is not allowed: factors are whole numbers from 1")]
    ZeroFactor {
        /// The axis of the factor.
        axis: usize,
    },
    /// A region was multiplied by a negative number.
    #[error("axis {axis}: factor {factor} is negative and would turn the region around: use factors from 0")]
    NegativeFactor {
        /// The axis of the factor.
        axis: usize,
        /// The factor as given.
        factor: Length,
    },
    /// A division by zero.
    #[error("{}{value} cannot be divided by 0", At(.axis))]
    DivisionByZero {
        /// The axis, where one is known.
        axis: Option<usize>,
        /// The dividend.
        value: Length,
    },
    /// A shape entry below zero, or an end before its begin.
    #[error(
        "axis {axis}: shape {shape} at begin {begin} is negative: a shape is at least 0, an end is not before its begin"
    )]
    NegativeShape {
        /// The axis of the entry.
        axis: usize,
        /// The begin on this axis.
        begin: Length,
        /// The shape as given, or end - begin.
        shape: Length,
    },
    /// A value is not on a line of the grid (or not a multiple of the step).
    #[error(
        "axis {axis}: {value} is not aligned to the grid of step {step}; the nearest aligned values are {below} \
         and {above}; use one of them, or a rounding other than exact"
    )]
    NotAligned {
        /// The axis of the value.
        axis: usize,
        /// The value as given.
        value: Length,
        /// The step of the grid.
        step: Length,
        /// The largest aligned value below.
        below: Length,
        /// The smallest aligned value above.
        above: Length,
    },
    /// A fraction where a whole number is needed.
    #[error(
        "{}{value} is not a whole number, and nothing is rounded here: give an integer without decimals, \
         or use exact lengths",
        At(.axis)
    )]
    NotWhole {
        /// The axis, where one is known.
        axis: Option<usize>,
        /// The value as given.
        value: Length,
    },
    /// NaN or an infinity.
    #[error("{value} is not a length: give a finite number")]
    NotFinite {
        /// `NaN`, `infinity` or `-infinity`.
        value: &'static str,
    },
    /// A floating-point number with so many digits that it does not tell which length is meant.
    #[error(
        "{}{text} has more than 15 significant digits; write it as a string, such as \"0.1234567890123456\" \
         or \"10/3\"",
        At(.axis)
    )]
    TooManyDigits {
        /// The axis, where one is known.
        axis: Option<usize>,
        /// The shortest decimal of the number.
        text: String,
    },
    /// A number that does not fit into the 64-bit terms of a [`Length`] or into an `i64`.
    #[error("{text} does not fit into 64-bit integers (a length is a fraction of two of them)")]
    Unrepresentable {
        /// The number as given.
        text: String,
    },
    /// A result that does not fit into 64 bits.
    #[error("{}{left} {op} {right} does not fit into 64-bit integers", At(.axis))]
    Overflow {
        /// The axis, where one is known.
        axis: Option<usize>,
        /// The operation.
        op: &'static str,
        /// The left operand.
        left: Length,
        /// The right operand.
        right: Length,
    },
    /// Voxels outside the array.
    #[error(
        "axis {axis}: voxels {begin}:{end} are not inside {low}:{high}: ask for less, or for what both have (intersect)"
    )]
    OutOfBounds {
        /// The axis that leaves the array.
        axis: usize,
        /// First voxel asked for.
        begin: i64,
        /// One past the last voxel asked for.
        end: i64,
        /// First voxel there is.
        low: i64,
        /// One past the last voxel there is.
        high: i64,
    },
    /// A block without voxels.
    #[error("axis {axis}: a block of {shape} voxels is not allowed: a block has at least 1 voxel per axis")]
    EmptyBlock {
        /// The axis.
        axis: usize,
        /// The shape entry as given.
        shape: i64,
    },
    /// A halo below zero.
    #[error("axis {axis}: halo {halo} is negative: a block reads at least what it writes, so a halo is at least 0")]
    NegativeHalo {
        /// The axis.
        axis: usize,
        /// The halo entry as given.
        halo: i64,
    },
    /// A task that does not exist.
    #[error("there is no part {part} of {parts}: the parts count from 0, and there is at least one")]
    NoSuchPart {
        /// The part asked for.
        part: u64,
        /// The number of parts.
        parts: u64,
    },
    /// A region is to be split where it is not.
    #[error(
        "axis {axis}: {position} is not between {begin} and {end}: a region is split inside of it or at its limits"
    )]
    SplitOutside {
        /// The axis.
        axis: usize,
        /// The position as given.
        position: Length,
        /// The begin of the region on this axis.
        begin: Length,
        /// The end of the region on this axis.
        end: Length,
    },
    /// The text form of an empty region, which says neither where it is nor how many dimensions it has.
    #[error("[empty ROI] does not say how many dimensions there are, nor where: write the bounds, such as [3:3, 0:8]")]
    Empty,
    /// A bounded region is needed and an axis is unbounded.
    #[error("axis {axis} is unbounded: give it a begin and an end, or take the bounds of the array")]
    Unbounded {
        /// The first unbounded axis.
        axis: usize,
    },
    /// A shape without a begin.
    #[error("axis {axis}: shape {shape} has no offset: give the offset, or null for both to leave the axis unbounded")]
    MissingOffset {
        /// The axis.
        axis: usize,
        /// The shape as given.
        shape: Length,
    },
    /// A begin without a shape.
    #[error(
        "axis {axis}: offset {offset} has no shape, and \"from {offset} on\" cannot be said: give the shape, or null for \
         both to leave the axis unbounded"
    )]
    MissingShape {
        /// The axis.
        axis: usize,
        /// The offset as given.
        offset: Length,
    },
    /// An entry without a value where a number is needed.
    #[error("axis {axis} has no value: give a number")]
    MissingEntry {
        /// The axis.
        axis: usize,
    },
    /// Two grids whose lines do not meet as the operation needs it.
    #[error(
        "axis {axis}: the grids of origin {origin}, step {step} and origin {other_origin}, step {other_step} do not share \
         lines: the origins would have to be a multiple of {unit} apart; resample one of the two onto the grid of the other"
    )]
    NotCompatible {
        /// The axis.
        axis: usize,
        /// The step of the one grid.
        step: Length,
        /// The step of the other grid.
        other_step: Length,
        /// The origin of the one grid.
        origin: Length,
        /// The origin of the other grid.
        other_origin: Length,
        /// The common refinement of the two steps.
        unit: Length,
    },
    /// Two grids of different step where equal steps are needed.
    #[error("axis {axis}: step {step} differs from step {other_step}: only grids of equal steps share voxels")]
    StepMismatch {
        /// The axis.
        axis: usize,
        /// The step of the one grid.
        step: Length,
        /// The step of the other grid.
        other_step: Length,
    },
    /// Text that does not describe what was expected.
    #[error("{text:?} is not {what}: {reason}")]
    Parse {
        /// What was expected, with its article.
        what: &'static str,
        /// The text as given.
        text: String,
        /// The rule, and how to write it.
        reason: &'static str,
    },
}

impl Error {
    pub(crate) fn parse(what: &'static str, text: &str, reason: &'static str) -> Self {
        Self::Parse { what, text: text.into(), reason }
    }

    /// Names the axis in an error of a single number.
    pub(crate) fn at(mut self, index: usize) -> Self {
        match &mut self {
            Self::ZeroStep { axis, .. }
            | Self::DivisionByZero { axis, .. }
            | Self::NotWhole { axis, .. }
            | Self::TooManyDigits { axis, .. }
            | Self::Overflow { axis, .. } => *axis = Some(index),
            Self::NotAligned { axis, .. } => *axis = index,
            _ => {}
        }
        self
    }

    /// The axis that the error is about, counted from 0, where there is one.
    pub fn axis(&self) -> Option<usize> {
        match self {
            Self::ZeroStep { axis, .. }
            | Self::DivisionByZero { axis, .. }
            | Self::NotWhole { axis, .. }
            | Self::TooManyDigits { axis, .. }
            | Self::Overflow { axis, .. } => *axis,
            Self::NoSuchAxis { axis, .. }
            | Self::NotAPermutation { axis }
            | Self::ZeroFactor { axis }
            | Self::NegativeFactor { axis, .. }
            | Self::NegativeShape { axis, .. }
            | Self::NotAligned { axis, .. }
            | Self::OutOfBounds { axis, .. }
            | Self::Unbounded { axis }
            | Self::MissingOffset { axis, .. }
            | Self::MissingShape { axis, .. }
            | Self::MissingEntry { axis }
            | Self::NotCompatible { axis, .. }
            | Self::EmptyBlock { axis, .. }
            | Self::NegativeHalo { axis, .. }
            | Self::SplitOutside { axis, .. }
            | Self::StepMismatch { axis, .. } => Some(*axis),
            Self::DimsMismatch { .. }
            | Self::TooManyDims { .. }
            | Self::NotFinite { .. }
            | Self::NoSuchPart { .. }
            | Self::Unrepresentable { .. }
            | Self::Empty
            | Self::Parse { .. } => None,
        }
    }
}

/// `axis 2: ` or nothing, in front of a message.
struct At<'a>(&'a Option<usize>);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(axis) => write!(f, "axis {axis}: "),
            None => Ok(()),
        }
    }
}
