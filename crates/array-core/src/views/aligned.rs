//! Several arrays on the same grid lines, as the views of more than one source need them.

use coord_roi::{Coordinate, VoxelBox};

use super::names;
use super::pieces::{Pieces, VIEW_MEMORY, result_bytes, voxel_bytes};
use crate::{
    Array, ArrayExt, ArrayMeta, ArrayRef, Attrs, Axes, AxisInfo, AxisKind, BlockMut, BlockRef, DType, Error, Field,
    Provenance, ReadContext, ReadPlan, Result,
};

/// Arrays with equal voxel size, grid lines and axes (channels apart), and the voxels that all of them have.
#[derive(Debug)]
pub(super) struct Aligned {
    pub(super) members: Vec<Member>,
    /// On the grid of the first.
    voxels: VoxelBox,
    /// All but the channel axis, and the extents of those that are not physical.
    axes: Axes,
    extents: Vec<usize>,
}

/// One of the arrays.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) source: ArrayRef,
    /// What to add to an index of the common grid to have one of its own.
    shift: Coordinate,
}

impl Aligned {
    /// Relates the sources of a view to each other; the first gives the grid.
    ///
    /// # Errors
    /// [`Error::BadParameter`] without a source or without a channel in any, [`Error::SourcesDiffer`],
    /// [`Error::NothingLeft`] when no voxel is in all of them.
    pub(super) fn new(view: &'static str, sources: Vec<ArrayRef>) -> Result<Self> {
        let some_channel = sources.iter().any(|source| source.num_channels() != Some(0));
        let Some(first) = sources.first().filter(|_| some_channel) else {
            let (what, value) = ("the sources of", view.to_owned());
            return Err(Error::BadParameter { what, value, rule: "there has to be at least one channel".to_owned() });
        };
        let (axes, extents) = without_channel(first.meta())?;
        let (meta, mut voxels) = (first.meta().clone(), *first.meta().voxel_box());
        let mut members = Vec::with_capacity(sources.len());
        for source in sources {
            let shift = shift(&meta, source.meta())?;
            let common = source.meta().voxel_box().translate(&shift.checked_neg()?)?.intersect(&voxels)?;
            if common.is_empty() {
                let request = Box::new(meta.grid().to_world(&voxels)?);
                let (array, region) = (source.name().to_owned(), Box::new(source.roi()));
                return Err(Error::NothingLeft { array, request, region });
            }
            voxels = common;
            members.push(Member { source, shift });
        }
        Ok(Self { members, voxels, axes, extents })
    }

    /// Refuses sources with different element types.
    pub(super) fn same_dtype(&self) -> Result<DType> {
        self.agree("element types", "cast one of them", ArrayMeta::dtype)?;
        Ok(self.first().dtype())
    }

    /// Refuses sources whose voxels mean different things.
    pub(super) fn same_kind(&self) -> Result<()> {
        self.agree("kinds", "state the kind of the sources", ArrayMeta::kind)
    }

    fn agree<V: PartialEq + ToString>(
        &self,
        what: &'static str,
        cure: &'static str,
        value: impl Fn(&ArrayMeta) -> V,
    ) -> Result<()> {
        let first = self.first();
        let other = self.members.iter().map(|member| member.source.meta()).find(|meta| value(meta) != value(first));
        other.map_or(Ok(()), |other| Err(differ(what, cure, [first, other], |meta| value(meta).to_string())))
    }

    pub(super) fn first(&self) -> &ArrayMeta {
        self.members[0].source.meta()
    }

    /// Metadata of a view without a channel axis.
    pub(super) fn flat_meta(&self, name: String, view: &str, dtype: DType) -> Result<ArrayMeta> {
        self.meta(name, view, dtype, self.axes.clone(), &self.extents)
    }

    /// Metadata of a view with `channels` channels in front. The axis is called as that of the first source that has one.
    pub(super) fn channels_meta(&self, name: String, view: &str, dtype: DType, channels: usize) -> Result<ArrayMeta> {
        let own = |member: &Member| {
            let axes = member.source.axes();
            axes.channel().map(|position| axes.as_slice()[position].clone())
        };
        let channel = self.members.iter().find_map(own);
        let mut axes = vec![channel.unwrap_or_else(|| AxisInfo::plain("c", AxisKind::Channel))];
        axes.extend_from_slice(self.axes.as_slice());
        let mut extents = vec![channels];
        extents.extend(&self.extents);
        self.meta(name, view, dtype, Axes::new(axes)?, &extents)
    }

    fn meta(&self, name: String, view: &str, dtype: DType, axes: Axes, extents: &[usize]) -> Result<ArrayMeta> {
        let sources = self.members.iter().map(|member| format!("'{}'", member.source.name())).collect::<Vec<_>>();
        let by = Provenance::Derived(format!("{view} of {}", sources.join(", ")));
        let meta = self
            .first()
            .derive(dtype, axes, extents, *self.first().grid(), self.voxels)?
            .with_name(name)
            .with_provenance(Field::Extents, by.clone())
            .with_provenance(Field::Offset, by.clone())
            .with_provenance(Field::Axes, by.clone())
            .with_provenance(Field::DType, by);
        let attrs = self.shared_attrs(meta.attrs().clone());
        Ok(meta.with_attrs(attrs))
    }

    /// Of the attributes of the first source those that all sources have; what only one says is not said of the whole.
    fn shared_attrs(&self, mut attrs: Attrs) -> Attrs {
        attrs.retain(|key, value| self.members.iter().all(|member| member.source.attrs().get(key) == Some(value)));
        names::without_names(attrs)
    }

    /// The pieces of a request in which one source at a time, and `own_bytes` a voxel of the view's own, stay in the budget.
    pub(super) fn pieces(&self, voxels: &VoxelBox, own_bytes: u64) -> Pieces {
        let largest = self.members.iter().map(|member| voxel_bytes(member.source.meta())).max().unwrap_or(0);
        Pieces::new(*voxels, largest.saturating_add(own_bytes), VIEW_MEMORY, self.first().read_block())
    }

    /// The plan of a view that reads its sources one after another in these [`pieces`](Self::pieces).
    pub(super) fn plan_pieces(&self, meta: &ArrayMeta, voxels: &VoxelBox, own_bytes: u64) -> Result<ReadPlan> {
        let mut plan = self.plan_direct(meta, voxels)?;
        let mut pieces = self.pieces(voxels, own_bytes);
        let Some(first) = pieces.next().transpose()? else { return Ok(plan) };
        let mut held = 0;
        for member in &self.members {
            held = held.max(member.source.plan(&first.translate(&member.shift)?)?.peak_bytes);
        }
        let own = first.voxels()?.saturating_mul(own_bytes);
        plan.peak_bytes = plan.bytes_result.saturating_add(held).saturating_add(own);
        if pieces.next().is_some() {
            plan.notes.push(format!("the sources are read in pieces of at most {VIEW_MEMORY} bytes"));
        }
        Ok(plan)
    }

    /// The plan of a view whose sources, one after another, fill the result itself.
    pub(super) fn plan_direct(&self, meta: &ArrayMeta, voxels: &VoxelBox) -> Result<ReadPlan> {
        let bytes_result = result_bytes(meta, voxels);
        let mut all = ReadPlan { bytes_result, peak_bytes: bytes_result, ..ReadPlan::default() };
        for member in &self.members {
            let plan = member.source.plan(&voxels.translate(&member.shift)?)?;
            all.requests = all.requests.saturating_add(plan.requests);
            all.bytes_fetched = all.bytes_fetched.saturating_add(plan.bytes_fetched);
            let beside = plan.peak_bytes.saturating_sub(plan.bytes_result);
            all.peak_bytes = all.peak_bytes.max(bytes_result.saturating_add(beside));
            all.notes.extend(plan.notes.into_iter().filter(|note| !all.notes.contains(note)).collect::<Vec<_>>());
        }
        Ok(all)
    }
}

impl Member {
    /// How many channels the source has; 1 without a channel axis.
    pub(super) fn channels(&self) -> usize {
        self.source.num_channels().unwrap_or(1)
    }

    /// Reads the voxels of a box of the common grid into a block of this source.
    pub(super) fn read_into(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        cx.check()?;
        self.source.read_voxels(&voxels.translate(&self.shift)?, out, cx)
    }

    /// Reads a box of the common grid and hands over its channels one by one, without the channel axis.
    pub(super) fn each_channel(
        &self,
        voxels: &VoxelBox,
        cx: &ReadContext,
        mut each: impl FnMut(BlockRef<'_>) -> Result<()>,
    ) -> Result<()> {
        let block = self.source.read_box(&voxels.translate(&self.shift)?, cx)?;
        let Some(axis) = self.source.axes().channel() else { return each(block.view()) };
        (0..self.channels()).try_for_each(|channel| each(block.view().at(axis, channel)?))
    }
}

/// The axes of an array but the channel axis, and the extents of those that are not physical.
fn without_channel(meta: &ArrayMeta) -> Result<(Axes, Vec<usize>)> {
    let (mut axes, mut shape) = (meta.axes().as_slice().to_vec(), meta.shape().to_vec());
    if let Some(channel) = meta.axes().channel() {
        axes.remove(channel);
        shape.remove(channel);
    }
    let axes = Axes::new(axes)?;
    let extents = axes.split(&shape).1;
    Ok((axes, extents))
}

/// What to add to an index of the grid of `first` to have that of the same voxel of `other`.
fn shift(first: &ArrayMeta, other: &ArrayMeta) -> Result<Coordinate> {
    let pair = [first, other];
    let (own, others) = (without_channel(first)?, without_channel(other)?);
    if own.0 != others.0 {
        let cure = "they have to be the same, channels apart; permute one of them";
        return Err(differ("axes", cure, pair, |meta| format!("'{}'", meta.axes())));
    }
    if own.1 != others.1 {
        let cure = "axes without a place in the world, channels apart, have to be equally long";
        return Err(differ("shapes", cure, pair, |meta| format!("{:?}", meta.shape())));
    }
    first.grid().shift_to(other.grid()).map_err(|error| match error {
        coord_roi::Error::StepMismatch { .. } => {
            differ("voxel sizes", "resample one of them", pair, |meta| format!("{} nm", meta.voxel_size()))
        }
        coord_roi::Error::NotCompatible { .. } => {
            let cure = "they have to be whole voxels apart; resample one of them";
            differ("grid lines", cure, pair, |meta| format!("lines through {} nm", meta.offset()))
        }
        other => other.into(),
    })
}

fn differ(
    what: &'static str,
    cure: &'static str,
    [first, other]: [&ArrayMeta; 2],
    value: impl Fn(&ArrayMeta) -> String,
) -> Error {
    let named = |meta: &ArrayMeta| Box::new((meta.name().to_owned(), value(meta)));
    Error::SourcesDiffer { what, first: named(first), other: named(other), cure }
}
