//! What can go wrong, in words that name the value, the rule and the cure.

use crate::finding::{Finding, pointer};
use array_core::{DType, coord_roi};
use std::fmt;

/// Errors of this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Text that is not JSON.
    #[error("not JSON at byte {offset} (near {near}): {reason}")]
    Json {
        /// Byte offset in the text (of a link: in its decoded fragment).
        offset: usize,
        /// What stands there.
        near: String,
        /// The parser's reason.
        reason: String,
    },
    /// JSON, but not an object.
    #[error("a viewer state is a JSON object, this is {found}")]
    NotAnObject {
        /// What it is.
        found: &'static str,
    },
    /// A value that does not fit its key.
    #[error("{}this is {found}, but must be {expected}", At(.path))]
    Value {
        /// Where: a JSON pointer, as `/layers/2/opacity`.
        path: String,
        /// The value, shortened.
        found: String,
        /// The rule.
        expected: String,
    },
    /// A key that has to be there is not.
    #[error("{}`{key}` is missing; {reason}", At(.path))]
    MissingKey {
        /// Where the object stands: a JSON pointer.
        path: String,
        /// The missing key.
        key: &'static str,
        /// Why it is needed.
        reason: &'static str,
    },
    /// A typed key was to be set as an extra one.
    #[error("`{key}` is a key with a type of its own; set it with its own method, `extra` is for keys that have none")]
    TypedKey {
        /// The key.
        key: String,
    },
    /// A link without a `#…` part.
    #[error("`{url}` has no `#`: the state of a viewer stands behind `#!` in its address")]
    NoFragment {
        /// The text.
        url: String,
    },
    /// A fragment that does not begin with `!`.
    #[error("the part behind `#` begins with {near}, but a state is written as `#!{{…}}`, `#!+{{…}}` or `#!https://…`")]
    FragmentForm {
        /// How it begins.
        near: String,
    },
    /// A `%` that is not followed by two hexadecimal digits.
    #[error(
        "byte {offset} of the fragment: `%` is not followed by two hexadecimal digits (near {near}); a plain % is written %25"
    )]
    Percent {
        /// Byte offset behind `#`.
        offset: usize,
        /// What stands there.
        near: String,
    },
    /// Percent-encoded bytes that are not UTF-8.
    #[error("byte {offset} of the fragment: the percent-encoded bytes are not UTF-8 (near {near})")]
    NotUtf8 {
        /// Byte offset behind `#`.
        offset: usize,
        /// What stands there.
        near: String,
    },
    /// A string in a fragment that does not end.
    #[error("byte {offset} of the decoded fragment: the string that begins here with {quote} does not end")]
    OpenString {
        /// Byte offset in the decoded fragment.
        offset: usize,
        /// The quotation mark.
        quote: char,
    },
    /// An address of a viewer to which no state can be appended.
    #[error("`{address}` cannot be the address of a viewer: {reason}")]
    ViewerAddress {
        /// The address.
        address: String,
        /// The rule.
        reason: &'static str,
    },
    /// A state that works in one page only.
    #[error(
        "layer `{layer}` reads `{url}`, which only the page of one Python process can; serve the array and use that address"
    )]
    NotShareable {
        /// The layer's name.
        layer: String,
        /// Its source.
        url: String,
    },
    /// A name that no dimension can have.
    #[error("`{name}` cannot name a dimension: {reason}")]
    DimensionName {
        /// The name.
        name: String,
        /// The rule.
        reason: &'static str,
    },
    /// A unit that the viewer refuses.
    #[error("`{unit}` is no unit of the viewer: {cure}")]
    Unit {
        /// The unit.
        unit: String,
        /// What to write.
        cure: String,
    },
    /// A voxel size that is not a positive number.
    #[error("dimension `{name}` has the voxel size {scale}, but a voxel size is a positive finite number")]
    Scale {
        /// The dimension.
        name: String,
        /// The value.
        scale: f64,
    },
    /// A matrix, permutation or space that does not fit the rank of the transform.
    #[error("{what} has {found} entries, but the transform has {rank} output dimensions, so it must have {expected}")]
    Rank {
        /// What does not fit.
        what: &'static str,
        /// Its size.
        found: usize,
        /// Rank of the transform.
        rank: usize,
        /// The size it must have.
        expected: usize,
    },
    /// A permutation that names a dimension twice.
    #[error("{order:?} is no permutation of {rank} dimensions: each of 0..{rank} must be there once")]
    Permutation {
        /// The order given.
        order: Vec<usize>,
        /// Number of dimensions.
        rank: usize,
    },
    /// Bounds of a source that do not fit its dimensions or each other.
    #[error("the bounds of the source are wrong: {reason}")]
    SourceBounds {
        /// The rule.
        reason: String,
    },
    /// A source URL that the viewer cannot read.
    #[error("`{url}` is no data source: {reason}")]
    SourceUrl {
        /// The URL.
        url: String,
        /// The rule.
        reason: &'static str,
    },
    /// A colour that is not `#rrggbb`.
    #[error("`{text}` is no colour: write #rrggbb, as #ff8000")]
    Color {
        /// The text.
        text: String,
    },
    /// A segment id that is not an unsigned 64-bit integer.
    #[error(
        "`{text}` is no segment id: write a decimal number from 0 to 18446744073709551615, without sign and leading zeros"
    )]
    SegmentId {
        /// The text.
        text: String,
    },
    /// An array that the viewer cannot show.
    #[error("array `{array}` cannot be shown in the viewer: {reason}")]
    NotViewable {
        /// Name of the array.
        array: String,
        /// Why, and what to do.
        reason: String,
    },
    /// Two layers of one name.
    #[error("two layers are called `{name}`; names are unique in a viewer, so give one of the arrays another name")]
    DuplicateLayer {
        /// The name.
        name: String,
    },
    /// A view of nothing.
    #[error("a view needs at least one array")]
    NoArrays,
    /// Nothing to look at, or nothing to look with.
    #[error("{what} has no extent, so nothing can be fitted into the view")]
    EmptyRegion {
        /// The region or the window.
        what: String,
    },
    /// A value range that is none.
    #[error("{low} to {high} is no range of values: both must be finite, and different")]
    DataRange {
        /// Lower end.
        low: String,
        /// Upper end.
        high: String,
    },
    /// A limit of contrast that the viewer would not take for this type of data.
    #[error("{limit} cannot be a limit of the contrast of {dtype} data: the viewer takes {expected}")]
    ContrastLimit {
        /// The limit.
        limit: String,
        /// Data type of the array.
        dtype: DType,
        /// The rule.
        expected: String,
    },
    /// Something in a document that the viewer would refuse.
    #[error("{0}")]
    Finding(Box<Finding>),
    /// Bytes that are no chunk of this encoding, shape and type.
    #[error("not a chunk of {encoding} with {shape_czyx:?} (channel, z, y, x) voxels of {dtype}: {reason}")]
    Chunk {
        /// The encoding.
        encoding: &'static str,
        /// Data type of the voxels.
        dtype: DType,
        /// The shape that is due.
        shape_czyx: [usize; 4],
        /// What is wrong.
        reason: String,
    },
    /// Voxels that an encoding cannot hold.
    #[error("{encoding} cannot hold {shape_czyx:?} (channel, z, y, x) voxels of {dtype}: {reason}")]
    NotEncodable {
        /// The encoding.
        encoding: &'static str,
        /// Data type of the voxels.
        dtype: DType,
        /// Their shape.
        shape_czyx: Vec<usize>,
        /// The rule, and what to do.
        reason: String,
    },
    /// A level of a pyramid that the format cannot express.
    #[error("a level of a pyramid with the factors {factors_zyx:?} (z, y, x): {reason}")]
    Level {
        /// The factors.
        factors_zyx: Vec<i64>,
        /// The rule, and what to do.
        reason: String,
    },
    /// A shard file that is damaged, or not one.
    #[error("shard `{file}`: {reason}")]
    Shard {
        /// The file.
        file: String,
        /// What is wrong, with its place.
        reason: String,
    },
    /// Files of a volume that could not be read.
    #[error("bytes {begin} to {end} of `{file}` could not be read: {source}")]
    Bytes {
        /// The file.
        file: String,
        /// First byte.
        begin: u64,
        /// Behind the last byte.
        end: u64,
        /// The reader's own error.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// Geometry that does not work out.
    #[error(transparent)]
    Geometry(#[from] coord_roi::Error),
    /// An array that could not be read.
    #[error(transparent)]
    Array(Box<array_core::Error>),
}

/// Result with this crate's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The place in front of a message, where there is one.
struct At<'a>(&'a str);

impl fmt::Display for At<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() { Ok(()) } else { write!(f, "`{}`: ", self.0) }
    }
}

impl From<array_core::Error> for Error {
    fn from(error: array_core::Error) -> Self {
        Self::Array(Box::new(error))
    }
}

impl Error {
    /// The same error seen from the object around it: `/opacity` under the key `em` is `/em/opacity`.
    pub(crate) fn within(self, key: &str) -> Self {
        self.below(&pointer("", key))
    }

    /// The same error seen from the list around it.
    pub(crate) fn at_index(self, index: usize) -> Self {
        self.below(&format!("/{index}"))
    }

    /// Where it is, if it says so.
    pub(crate) fn place(&self) -> Option<&str> {
        if let Self::Value { path, .. } | Self::MissingKey { path, .. } = self { Some(path) } else { None }
    }

    /// The same error seen from further up: its place stands below `outer`.
    pub(crate) fn below(mut self, outer: &str) -> Self {
        if let Self::Value { path, .. } | Self::MissingKey { path, .. } = &mut self {
            *path = format!("{outer}{path}");
        }
        self
    }
}
