//! Some channels of an array, as an array.

use std::fmt;

use coord_roi::VoxelBox;
use serde::{Deserialize, Serialize};

use super::pieces::{plan_pieces, read_pieces};
use super::{check_request, names, scales_of};
use crate::{
    Array, ArrayMeta, ArrayRef, ArrayWrite, Axes, Block, BlockMut, BlockRef, Error, Field, Provenance, ReadContext,
    ReadPlan, Result,
};

/// Which channels a [`Select`] has, counted from 0.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Channels {
    /// One; the channel axis goes away.
    One(usize),
    /// These, in this order; the channel axis stays.
    List(Vec<usize>),
    /// From `begin` up to, not including, `end`; the channel axis stays.
    Range {
        /// The first channel.
        begin: usize,
        /// One past the last.
        end: usize,
    },
}

impl Channels {
    fn picks(&self) -> Vec<usize> {
        match self {
            Self::One(channel) => vec![*channel],
            Self::List(channels) => channels.clone(),
            Self::Range { begin, end } => (*begin..*end).collect(),
        }
    }

    /// The rule that the choice breaks among `extent` channels.
    fn broken_rule(&self, extent: usize) -> Option<String> {
        let most = match self {
            Self::One(channel) => Some(*channel),
            Self::List(channels) => channels.iter().max().copied(),
            Self::Range { begin, end } => end.checked_sub(1).filter(|_| begin < end),
        };
        let Some(most) = most else { return Some("choose at least one".to_owned()) };
        if most >= extent {
            return Some(match extent {
                0 => "it has no channel".to_owned(),
                _ => format!("its channels are 0 to {}", extent - 1),
            });
        }
        let Self::List(channels) = self else { return None };
        let twice = |(position, channel): &(usize, &usize)| channels[..*position].contains(channel);
        let (_, channel) = channels.iter().enumerate().find(twice)?;
        Some(format!("{channel} is listed twice"))
    }
}

impl fmt::Display for Channels {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::One(channel) => write!(f, "channel {channel}"),
            Self::List(channels) => write!(f, "channels {channels:?}"),
            Self::Range { begin, end } => write!(f, "channels {begin} to {end} (exclusive)"),
        }
    }
}

/// One or several channels of another array, wherever its channel axis stands.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, Channels, MemoryArray, Select, ndarray::{Array4, ArrayD}};
///
/// let rgb = Array4::from_shape_fn((3, 2, 2, 2), |(c, ..)| c as u8).into_dyn();
/// let rgb = Arc::new(MemoryArray::new("rgb", rgb, [1, 1, 1], [0, 0, 0])?);
/// let green = Select::new(rgb, &Channels::One(1))?;
/// assert_eq!((green.num_channels(), green.shape()), (None, &[2, 2, 2][..]));
/// assert_eq!(green.read::<u8>(green.roi())?, ArrayD::from_elem(vec![2, 2, 2], 1));
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// The source is read with all its channels, in pieces of at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes. It is writable
/// where its source is: the other channels are read and written back, so two writers of different channels must not write the
/// same voxels at the same time.
#[derive(Debug)]
pub struct Select {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    /// Where the channel axis stands in the source.
    axis: usize,
    picks: Vec<usize>,
    keeps_axis: bool,
}

impl Select {
    /// The given channels of `source`, and of each of its coarser scales.
    ///
    /// # Errors
    /// [`Error::NoChannel`] without a channel axis, for a channel that the source does not have, for none, and for one that is
    /// listed twice.
    pub fn new(source: ArrayRef, channels: &Channels) -> Result<Self> {
        let meta = source.meta();
        let refused = |available: String| Error::NoChannel {
            array: meta.name().to_owned(),
            asked: channels.to_string(),
            available,
        };
        let Some(axis) = meta.axes().channel() else {
            return Err(refused(format!("it has no channel axis, its axes are '{}'", meta.axes())));
        };
        if let Some(rule) = channels.broken_rule(meta.shape()[axis]) {
            return Err(refused(rule));
        }
        let (picks, keeps_axis) = (channels.picks(), !matches!(channels, Channels::One(_)));
        let meta = selected(meta, axis, &picks, keeps_axis)?;
        let scales = scales_of(&source, |scale| Self::new(scale, channels));
        Ok(Self { meta, source, scales, axis, picks, keeps_axis })
    }

    /// The array whose channels these are.
    pub fn source(&self) -> &ArrayRef {
        &self.source
    }

    /// The pairs of parts, one per channel, that belong together in a block of this array and one of the source.
    fn parts(&self) -> impl Iterator<Item = (Option<usize>, usize)> + '_ {
        self.picks.iter().enumerate().map(|(position, &pick)| (self.keeps_axis.then_some(position), pick))
    }

    fn write_piece(&self, piece: &VoxelBox, part: &BlockRef<'_>, mut block: Block, cx: &ReadContext) -> Result<()> {
        let Some(writer) = self.source.writer() else {
            return Err(Error::ReadOnly { array: self.meta.name().to_owned() });
        };
        for (position, pick) in self.parts() {
            let part = part.clone();
            let part = if let Some(position) = position { part.at(self.axis, position)? } else { part };
            block.view_mut().at(self.axis, pick)?.assign(&part)?;
        }
        cx.check()?;
        writer.write_voxels(piece, block.view(), cx)
    }
}

fn selected(source: &ArrayMeta, axis: usize, picks: &[usize], keeps_axis: bool) -> Result<ArrayMeta> {
    let (mut axes, mut shape) = (source.axes().as_slice().to_vec(), source.shape().to_vec());
    if keeps_axis {
        shape[axis] = picks.len();
    } else {
        axes.remove(axis);
        shape.remove(axis);
    }
    let axes = Axes::new(axes)?;
    let extents = axes.split(&shape).1;
    let meta = source.derive(source.dtype(), axes, &extents, *source.grid(), *source.voxel_box())?;
    let attrs = meta.attrs().clone();
    let attrs = if keeps_axis { names::some_names(source, attrs, picks) } else { names::without_names(attrs) };
    let place = Provenance::Derived(format!("channels {picks:?} of '{}'", source.name()));
    Ok(meta.with_attrs(attrs).with_provenance(Field::Axes, place))
}

impl Array for Select {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        read_pieces(&*self.source, voxels, cx, |piece, block| {
            let mut out = out.slice(&self.meta.block_ranges(piece, voxels)?)?;
            for (position, pick) in self.parts() {
                let out = out.reborrow();
                let mut out = if let Some(position) = position { out.at(self.axis, position)? } else { out };
                out.assign(&block.view().at(self.axis, pick)?)?;
            }
            Ok(())
        })
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.source.writer().map(|_| self as &dyn ArrayWrite)
    }

    fn scales(&self) -> &[ArrayRef] {
        &self.scales
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        plan_pieces(&self.meta, &*self.source, voxels)
    }
}

impl ArrayWrite for Select {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, block.dtype(), block.shape())?;
        read_pieces(&*self.source, voxels, cx, |piece, others| {
            let part = block.slice(&self.meta.block_ranges(piece, voxels)?)?;
            self.write_piece(piece, &part, others, cx)
        })
    }
}
