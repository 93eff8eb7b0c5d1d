//! The error type.

mod requests;

use std::ops::Range;
use std::sync::Arc;

use coord_roi::{Length, Roi};

pub(crate) use self::requests::{alignment, outside};
use crate::{DType, Field, FillValue, Kind, Place};

/// Result of this crate.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What can go wrong with an array. Messages give the value, the rule and the cure.
///
/// Cloning is cheap: readers that waited for one and the same load all get its error.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Geometry that does not work out; see the inner error.
    #[error(transparent)]
    Geometry(#[from] coord_roi::Error),

    /// Geometry that does not work out along one axis.
    #[error("axis {axis}: {}", requests::without_number(cause))]
    OnAxis {
        /// Name of the axis.
        axis: Box<str>,
        /// What does not work out; it numbers the axes among the physical ones.
        cause: Box<coord_roi::Error>,
    },

    /// A request leaves the array.
    #[error(
        "region {request} leaves array '{array}' along axis {axis}: asked for {asked}, the array covers {available} nm; \
         ask inside {region}, or read with outside = fill or clip"
    )]
    OutsideArray {
        /// Name of the array.
        array: String,
        /// The requested region.
        request: Box<Roi<Length>>,
        /// The region of the array.
        region: Box<Roi<Length>>,
        /// First offending axis.
        axis: String,
        /// Requested interval on that axis.
        asked: String,
        /// The array's interval on that axis.
        available: String,
    },

    /// A limit is no voxel border.
    #[error(
        "{value} nm is no voxel border of array '{array}' along axis {axis} (voxel size {step} nm, first border {origin} nm); \
         nearest are {} and {}, or read with alignment = grow, shrink or closest",
        nearest[0],
        nearest[1]
    )]
    NotAligned {
        /// Name of the array.
        array: Box<str>,
        /// Offending axis.
        axis: Box<str>,
        /// The unaligned limit.
        value: Length,
        /// Voxel size on that axis.
        step: Length,
        /// Where the array begins on that axis.
        origin: Length,
        /// The nearest borders, below and above.
        nearest: Box<[Length; 2]>,
    },

    /// Something has another number of axes than the array.
    #[error("the {what} has {found} entries where the array with axes '{axes}' needs {expected}")]
    RankMismatch {
        /// What does not fit.
        what: &'static str,
        /// Names of the array's axes.
        axes: String,
        /// Entries needed.
        expected: usize,
        /// Entries given.
        found: usize,
    },

    /// A block has another shape than the region that it should hold.
    #[error("a block of shape {found:?} was given where {expected:?} is due")]
    ShapeMismatch {
        /// The shape that fits.
        expected: Vec<usize>,
        /// The shape given.
        found: Vec<usize>,
    },

    /// Index ranges that do not fit a block.
    #[error("index ranges {ranges:?} do not lie inside a block of shape {shape:?}")]
    BadSlice {
        /// The ranges.
        ranges: Vec<Range<usize>>,
        /// The shape of the block.
        shape: Vec<usize>,
    },

    /// Voxels of another type than asked for.
    #[error(
        "{asked} is asked for, but the voxels are {found}; take {found}, or convert them (read_as, Block::convert)"
    )]
    DTypeMismatch {
        /// The type asked for.
        asked: DType,
        /// The type there is.
        found: DType,
    },

    /// A name that is no element type.
    #[error("'{text}' is no element type; known are bool, uint8–64, int8–64, float32 and float64")]
    UnknownDType {
        /// The name.
        text: String,
    },

    /// A word that is none of those that an option has.
    #[error("'{text}' is no {what}; there are {}", known.join(", "))]
    UnknownName {
        /// What it should name.
        what: &'static str,
        /// The word.
        text: String,
        /// The words there are.
        known: Vec<&'static str>,
    },

    /// A voxel whose value the target of an exact conversion does not have.
    #[error(
        "{to} does not have the value {value} ({from}, at index {index:?} of the block); convert by 'saturate' or \
         'truncate', or to a type that has it"
    )]
    NotConvertible {
        /// The value.
        value: FillValue,
        /// The element type that it has.
        from: DType,
        /// The element type asked for.
        to: DType,
        /// Where the value is, within the block that was converted.
        index: Vec<usize>,
    },

    /// A fill value that the element type cannot hold exactly.
    #[error("{dtype} cannot hold the fill value {value} exactly; choose one that it can")]
    FillNotHeld {
        /// The value.
        value: FillValue,
        /// The element type.
        dtype: DType,
    },

    /// A block that cannot or should not be in memory.
    #[error("a block of shape {shape:?} and type {dtype} exceeds {limit} bytes; read a smaller region")]
    TooLarge {
        /// Its shape.
        shape: Vec<usize>,
        /// Its element type.
        dtype: DType,
        /// The bound that it exceeds, in bytes.
        limit: u64,
    },

    /// Axes that contradict each other.
    #[error("axes '{axes}' do not work: {rule}")]
    BadAxes {
        /// Names of the axes.
        axes: String,
        /// The rule that they break.
        rule: String,
    },

    /// Statements of one value that differ, where that was to be refused.
    #[error("the {field} is stated as {}; state it explicitly, or correct the source", values.join(", and as "))]
    Contradiction {
        /// What they state.
        field: Field,
        /// The different values, and who states them.
        values: Vec<String>,
    },

    /// A value that nobody states, where none was to be assumed.
    #[error("nothing states the {field} ({assumed} would be assumed); state it explicitly")]
    NotStated {
        /// What is not stated.
        field: Field,
        /// What would be assumed.
        assumed: String,
    },

    /// A view whose region holds no voxel of its source.
    #[error("region {request} holds no voxel of array '{array}', which covers {region}; the two have to overlap")]
    NothingLeft {
        /// Name of the source.
        array: String,
        /// The region asked for.
        request: Box<Roi<Length>>,
        /// The region of the source.
        region: Box<Roi<Length>>,
    },

    /// Channels that an array does not have, or that cannot be chosen.
    #[error("array '{array}' gives no {asked}: {available}")]
    NoChannel {
        /// Name of the array.
        array: String,
        /// The channels asked for.
        asked: String,
        /// What there is, or the rule that the choice breaks.
        available: String,
    },

    /// An order that does not name every axis once.
    #[error("array '{array}' with axes '{axes}' cannot be ordered as '{order}': {rule}; name each axis once")]
    BadOrder {
        /// Name of the array.
        array: String,
        /// Its axes.
        axes: String,
        /// The order asked for.
        order: String,
        /// The rule that it breaks.
        rule: String,
    },

    /// An operation that makes no sense for what the voxels of an array mean.
    #[error("array '{array}' has {kind}, which {operation} is not for: {cure}, or state another kind")]
    NotForKind {
        /// The operation.
        operation: &'static str,
        /// Name of the array.
        array: String,
        /// What its voxels mean.
        kind: Kind,
        /// What is allowed.
        cure: &'static str,
    },

    /// An operation that makes no sense for values of some type.
    #[error("array '{array}' holds {dtype}, which {operation} is not for: {cure}")]
    NotForDType {
        /// The operation.
        operation: &'static str,
        /// Name of the array.
        array: String,
        /// Its element type.
        dtype: DType,
        /// What is allowed.
        cure: &'static str,
    },

    /// A parameter of a view that makes no sense.
    #[error("{what} {value}: {rule}")]
    BadParameter {
        /// The parameter.
        what: &'static str,
        /// Its value.
        value: String,
        /// The rule that it breaks.
        rule: String,
    },

    /// A voxel whose value the type of the result does not have.
    #[error("{dtype} does not have the value {value} of {place}; take a type that has it, or another rule")]
    ValueNotHeld {
        /// The value.
        value: FillValue,
        /// The type of the result.
        dtype: DType,
        /// Where it is.
        place: Box<Place>,
    },

    /// An id that a table does not have.
    #[error(
        "id {id} of {place} is not in the table ({count} voxels of the piece that was read have it); add it, or let unknown \
         ids be kept or be zero"
    )]
    UnknownId {
        /// The id.
        id: i128,
        /// How many voxels of the piece that was read have it.
        count: u64,
        /// The first of them.
        place: Box<Place>,
    },

    /// Arrays that cannot be joined because they differ in what has to agree.
    #[error("'{}' and '{}' have different {what}, {} and {}: {cure}", first.0, other.0, first.1, other.1)]
    SourcesDiffer {
        /// What differs.
        what: &'static str,
        /// Name and value of the first array.
        first: Box<(String, String)>,
        /// Name and value of the other.
        other: Box<(String, String)>,
        /// What to do about it.
        cure: &'static str,
    },

    /// An id that is larger than its array was said to have, or no id at all.
    #[error("id {id} of array '{array}' in {place} is not between 0 and {largest}; state a larger id for '{array}'")]
    IdOutOfRange {
        /// Name of the array.
        array: Box<str>,
        /// The id.
        id: i128,
        /// The largest that was stated, or that has room in the result.
        largest: u64,
        /// Where in the joined array it would be.
        place: Box<Place>,
    },

    /// A sum that the type of the result does not have.
    #[error("the sum in {place} exceeds {dtype}; take a wider type, or fewer sources")]
    SumOverflow {
        /// The type of the result.
        dtype: DType,
        /// Where it is.
        place: Box<Place>,
    },

    /// Assignment to an array that cannot be written.
    #[error("array '{array}' is read-only; write to one that was made, or opened, for writing")]
    ReadOnly {
        /// Name of the array.
        array: String,
    },

    /// A write that would share a chunk with others, where that was to be refused.
    #[error(
        "{value} nm is not between two chunks of array '{array}' along axis {axis} (chunks of {chunk} voxels); nearest are \
         {} and {}, or write with chunks = any while nobody else writes there",
        nearest[0],
        nearest[1]
    )]
    PartialChunk {
        /// Name of the array.
        array: Box<str>,
        /// Offending axis.
        axis: Box<str>,
        /// The limit inside a chunk.
        value: Length,
        /// Voxels per chunk on that axis.
        chunk: i64,
        /// The nearest limits of chunks or of the array, below and above.
        nearest: Box<[Length; 2]>,
    },

    /// Something stands where something new was to be made.
    #[error("{what} exists already; choose another name, or ask for it to be replaced")]
    AlreadyExists {
        /// What is there.
        what: String,
    },

    /// A file that is not what it should be.
    #[error("{what}: {reason}")]
    BadFile {
        /// The file, or the kind of data.
        what: String,
        /// What is wrong with it.
        reason: String,
    },

    /// The read was cancelled.
    #[error("the read was cancelled")]
    Cancelled,

    /// The read took longer than its deadline.
    #[error("the deadline of the read has passed")]
    DeadlineExceeded,

    /// What a source has to say; `downcast_ref` gives its own error type back.
    #[error(transparent)]
    Source(Arc<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Wraps the error of a source.
    pub fn source_error(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Source(Arc::new(error))
    }
}
