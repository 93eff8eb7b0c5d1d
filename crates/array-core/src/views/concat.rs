//! Several arrays as the channels of one.

use coord_roi::VoxelBox;

use super::aligned::Aligned;
use super::{check_request, names};
use crate::{Array, ArrayExt, ArrayMeta, ArrayRef, BlockMut, Error, FillValue, ReadContext, ReadPlan, Result};

/// What one or several channels of a [`ConcatChannels`] come from.
#[derive(Clone, Debug)]
pub enum ChannelPart {
    /// All channels of this array; one where it has no channel axis.
    Array(ArrayRef),
    /// One channel that is missing: this value everywhere, and nothing is read.
    Fill(FillValue),
}

/// Arrays one after another along a channel axis in front, in the region that all of them have.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, ChannelPart, ConcatChannels, MemoryArray, ndarray::{arr1, arr2}};
///
/// let raw = Arc::new(MemoryArray::new("raw", arr1(&[1_u8, 2, 3]).into_dyn(), [8], [0])?);
/// let mask = Arc::new(MemoryArray::new("mask", arr1(&[0_u8, 1, 1]).into_dyn(), [8], [8])?);
/// let parts = vec![ChannelPart::Array(raw), ChannelPart::Fill(7.into()), ChannelPart::Array(mask)];
/// let all = ConcatChannels::new("all", parts, None)?;
/// assert_eq!((all.axes().names().as_str(), all.meta().offset()), ("c x", [8.into()].into()));
/// assert_eq!(all.data()?.into_array::<u8>()?, arr2(&[[2, 3], [7, 7], [0, 1]]).into_dyn());
/// # use array_core::Array;
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Attributes are those that all arrays have; names of channels are the attribute `channel_names`. Each array fills its channels
/// of the result itself: no memory beside the result. Not writable, and without coarser scales.
#[derive(Debug)]
pub struct ConcatChannels {
    meta: ArrayMeta,
    sources: Aligned,
    /// Where each source, and each fill value, goes along the channel axis.
    begins: Vec<usize>,
    fills: Vec<(usize, FillValue)>,
}

impl ConcatChannels {
    /// An array called `name` of these parts, and names for its channels.
    ///
    /// # Errors
    /// [`Error::SourcesDiffer`] unless the arrays have the same voxel size, grid lines, axes (channels apart), element type and
    /// kind; [`Error::NothingLeft`] without a common voxel; [`Error::BadParameter`] without an array, with another number
    /// of names than channels, or with more channels than a `usize` counts; [`Error::FillNotHeld`]; [`Error::BadAxes`] when another axis is called as the channel axis.
    pub fn new(name: impl Into<String>, parts: Vec<ChannelPart>, names: Option<Vec<String>>) -> Result<Self> {
        let (mut sources, mut begins, mut fills, mut channels) = (Vec::new(), Vec::new(), Vec::new(), 0_usize);
        for part in parts {
            let own = match part {
                ChannelPart::Array(source) => {
                    begins.push(channels);
                    let own = source.num_channels().unwrap_or(1);
                    sources.push(source);
                    own
                }
                ChannelPart::Fill(value) => {
                    fills.push((channels, value));
                    1
                }
            };
            channels = channels.checked_add(own).ok_or_else(too_many)?;
        }
        let sources = Aligned::new("concat", sources)?;
        let dtype = sources.same_dtype()?;
        sources.same_kind()?;
        for (_, value) in &fills {
            value.block(dtype, &[1])?;
        }
        let meta = sources.channels_meta(name.into(), "concat", dtype, channels)?;
        let meta = if let Some(names) = names { named(meta, channels, names)? } else { meta };
        Ok(Self { meta, sources, begins, fills })
    }
}

fn too_many() -> Error {
    let (value, rule) = ("concat".to_owned(), "together they have more channels than can be counted".to_owned());
    Error::BadParameter { what: "the sources of", value, rule }
}

fn named(meta: ArrayMeta, channels: usize, names: Vec<String>) -> Result<ArrayMeta> {
    if names.len() != channels {
        let rule = format!("there are {channels} channels; give as many names, or none");
        return Err(Error::BadParameter { what: "the names of channels", value: format!("{names:?}"), rule });
    }
    let attrs = names::with_names(meta.attrs().clone(), names.into_iter().map(Some));
    Ok(meta.with_attrs(attrs))
}

impl Array for ConcatChannels {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        check_request(&self.meta, voxels, out.dtype(), out.shape())?;
        cx.check()?;
        for &(channel, value) in &self.fills {
            out.reborrow().at(0, channel)?.fill(value)?;
        }
        let mut ranges: Vec<_> = out.shape().iter().map(|&extent| 0..extent).collect();
        for (member, &begin) in self.sources.members.iter().zip(&self.begins) {
            let channel = member.source.axes().channel();
            ranges[0] = begin..begin + member.channels();
            let mut part = out.slice(&ranges)?;
            let part = match channel {
                Some(position) => part.reborrow().permuted(&moved(position, ranges.len()))?,
                None => part.reborrow().at(0, 0)?,
            };
            if !part.is_empty() {
                member.read_into(voxels, part, cx)?;
            }
        }
        Ok(())
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        self.sources.plan_direct(&self.meta, voxels)
    }
}

/// The order of axes that brings the first to `position`.
fn moved(position: usize, rank: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (1..rank).collect();
    order.insert(position, 0);
    order
}
