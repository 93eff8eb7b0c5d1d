//! Which scale of a source is read.

use serde::{Deserialize, Serialize};

/// Whether a resampling may read coarser versions that its source itself holds ([`array_core::Array::scales`]).
///
/// Such a version is read much faster, but somebody else made it, by a method of their own, so the result is another than
/// from the source. A resampling says which one it reads: in its notes, in the provenance of its metadata, and by
/// [`source_scale`](crate::ResampledArray::source_scale).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ScaleChoice {
    /// The source is read.
    #[default]
    Source,
    /// The coarsest version whose voxels are nowhere larger than those of the target, if one has the same type and axes and
    /// its grid begins where that of the source does; else the source. Never for [`AntiAlias::Sigma`](crate::AntiAlias::Sigma),
    /// which counts voxels of the source.
    Coarser,
}
