//! Instances of several arrays in one space of ids.

use coord_roi::VoxelBox;
use serde::{Deserialize, Serialize};

use super::aligned::Aligned;
use super::check_request;
use super::ids::{Id, check_ids, with_id_dtype};
use super::place::Place;
use super::rows::zip_rows;
use crate::{
    Array, ArrayMeta, ArrayRef, BlockMut, BlockRef, DType, Error, Kind, Provenance, ReadContext, ReadPlan, Result,
};

/// How [`MergeInstances`] keeps the ids of its sources apart, one number per source. Ids never depend on what is read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum InstanceIds {
    /// What is added to the ids of each source. Sources whose ids then meet share them.
    Offsets(Vec<u64>),
    /// The largest id of each source; the ids of each begin after those of all before it. A larger id is an error.
    Largest(Vec<u64>),
}

impl InstanceIds {
    /// Per source what is added to its ids, and its largest id.
    fn ranges(&self, sources: usize) -> Result<Vec<(u64, u64)>> {
        let (numbers, value) = match self {
            Self::Offsets(numbers) => (numbers, format!("offsets {numbers:?}")),
            Self::Largest(numbers) => (numbers, format!("largest {numbers:?}")),
        };
        let bad =
            |rule: String| Error::BadParameter { what: "the ids of merge_instances,", value: value.clone(), rule };
        if numbers.len() != sources {
            return Err(bad(format!("there are {sources} sources; give a number for each")));
        }
        if let Self::Offsets(offsets) = self {
            return Ok(offsets.iter().map(|offset| (*offset, u64::MAX - offset)).collect());
        }
        let mut end = 0_u64;
        let range = |&largest: &u64| {
            let begin = end;
            end = end.checked_add(largest).ok_or_else(|| bad("their sum has no room in 64 bits".to_owned()))?;
            Ok((begin, largest))
        };
        numbers.iter().map(range).collect()
    }
}

/// The instances of several arrays in one: labels of `uint64` in the region that all of them have. The channel axis goes away.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, InstanceIds, MemoryArray, MergeInstances, ndarray::arr1};
///
/// let cells = Arc::new(MemoryArray::new("cells", arr1(&[1_u16, 2, 0, 2]).into_dyn(), [8], [0])?);
/// let somas = Arc::new(MemoryArray::new("somas", arr1(&[0_u8, 1, 1, 0]).into_dyn(), [8], [0])?);
/// let all = MergeInstances::new("all", vec![cells, somas], &InstanceIds::Largest(vec![1000, 50]))?;
/// assert_eq!(all.read::<u64>(all.roi())?, arr1(&[1, 1001, 1001, 2]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// 0 is the background of every source and of the result. Where instances overlap, the later source wins, and within one
/// source the later channel; channels of one source share its ids. Attributes are those that all arrays have. Not writable, and
/// without coarser scales. Memory: the result, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of a source.
#[derive(Debug)]
pub struct MergeInstances {
    meta: ArrayMeta,
    sources: Aligned,
    /// Per source what is added to its ids, and its largest id.
    ranges: Vec<(u64, u64)>,
}

impl MergeInstances {
    /// An array called `name` of the instances of these arrays.
    ///
    /// # Errors
    /// [`Error::SourcesDiffer`] unless they have the same voxel size, grid lines and axes (channels apart);
    /// [`Error::NothingLeft`] without a common voxel; [`Error::NotForDType`] for floats; [`Error::BadParameter`] without a
    /// channel, with another number of ids than sources, and where ids have no room. Reading gives [`Error::IdOutOfRange`]
    /// for an id that is negative, larger than stated, or too large for its offset.
    pub fn new(name: impl Into<String>, sources: Vec<ArrayRef>, ids: &InstanceIds) -> Result<Self> {
        for source in &sources {
            check_ids("merge_instances", source.meta())?;
        }
        let ranges = ids.ranges(sources.len())?;
        let sources = Aligned::new("merge_instances", sources)?;
        let by = Provenance::Derived("merged instances are labels".to_owned());
        let meta = sources.flat_meta(name.into(), "merge_instances", DType::U64)?.with_kind(Kind::Labels, by);
        Ok(Self { meta, sources, ranges })
    }

    /// Puts the instances of one channel over what is there.
    fn cover(&self, piece: &VoxelBox, out: BlockMut<'_>, channel: BlockRef<'_>, source: usize) -> Result<()> {
        let (member, (offset, largest)) = (&self.sources.members[source], self.ranges[source]);
        with_id_dtype!(channel.dtype(), T => {
            let channel = channel.into_view::<T>()?;
            let stopped = zip_rows(out.into_view::<u64>()?, channel.view(), |out, id| match id.unsigned() {
                Some(0) => true,
                Some(id) if id <= largest => {
                    *out = offset + id;
                    true
                }
                _ => false,
            });
            let Some(index) = stopped else { return Ok(()) };
            let (array, id) = (member.source.meta().name().into(), channel[&index[..]].value());
            Err(Error::IdOutOfRange { array, id, largest, place: Place::new(&self.meta, piece, &index)? })
        }, float => check_ids("merge_instances", member.source.meta()))
    }
}

impl Array for MergeInstances {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        out.fill_zero();
        for piece in self.sources.pieces(voxels, 0) {
            let piece = piece?;
            let mut out = out.slice(&self.meta.block_ranges(&piece, voxels)?)?;
            for (source, member) in self.sources.members.iter().enumerate() {
                member.each_channel(&piece, cx, |channel| self.cover(&piece, out.reborrow(), channel, source))?;
            }
        }
        Ok(())
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.sources.plan_pieces(&self.meta, voxels, 0)
    }
}
