//! Masks of groups of ids, one a channel.

use coord_roi::VoxelBox;
use ndarray::{ArrayViewD, ArrayViewMutD, Axis};
use serde::{Deserialize, Serialize};

use super::computed::computed;
use super::ids::{Id, IdSet, check_ids, with_id_dtype};
use super::rows::zip_rows;
use super::{names, scales_of};
use crate::{
    ArrayMeta, ArrayRef, Axes, AxisInfo, AxisKind, BlockMut, BlockRef, DType, Error, Field, Kind, Provenance, Result,
};

/// Ids that make one channel of a [`Binarize`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct IdGroup {
    /// Name of the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The ids; listed twice is as listed once, and none at all means every id but the background.
    pub ids: Vec<i128>,
}

impl IdGroup {
    /// A group without a name.
    pub fn new(ids: impl IntoIterator<Item = i128>) -> Self {
        Self { name: None, ids: ids.into_iter().collect() }
    }

    /// Names the channel.
    pub fn with_name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }
}

/// A mask of `uint8`, 0 or 1, with a channel in front for each group of ids of another array.
///
/// ```
/// use std::sync::Arc;
/// use array_core::{ArrayExt, Binarize, IdGroup, MemoryArray, ndarray::{arr1, arr2}};
///
/// let ids = Arc::new(MemoryArray::new("seg", arr1(&[0_u64, 7, 8, 7]).into_dyn(), [8], [0])?);
/// let groups = [IdGroup::new([7]).with_name("soma"), IdGroup::new([]).with_name("any")];
/// let masks = Binarize::new(ids, &groups, 0)?;
/// assert_eq!(masks.axes().names(), "c x");
/// assert_eq!(masks.read::<u8>(masks.roi())?, arr2(&[[0, 1, 0, 1], [0, 1, 1, 1]]).into_dyn());
/// # Ok::<(), array_core::Error>(())
/// ```
///
/// Ids are compared exactly, up to 64 bits. The names of groups are the attribute `channel_names`. Not writable. Memory: the
/// result, and at most [`VIEW_MEMORY`](crate::VIEW_MEMORY) bytes of the source.
#[derive(Debug)]
pub struct Binarize {
    meta: ArrayMeta,
    source: ArrayRef,
    scales: Vec<ArrayRef>,
    groups: Vec<Members>,
}

/// The ids of one group by their bits, and whether a voxel has to be among them or must not be.
#[derive(Debug)]
struct Members {
    ids: IdSet,
    among: bool,
}

impl Binarize {
    /// The masks of these groups in `source`, and in each of its coarser scales. `background` is the id that a group without
    /// ids does not have.
    ///
    /// # Errors
    /// [`Error::NotForDType`] for floats; [`Error::BadParameter`] without a group; [`Error::BadAxes`] when the source has a
    /// channel axis already (select a channel first).
    pub fn new(source: ArrayRef, groups: &[IdGroup], background: i128) -> Result<Self> {
        let meta = source.meta();
        check_ids("binarize", meta)?;
        if groups.is_empty() {
            let rule = "give at least one group; one without ids means everything but the background".to_owned();
            return Err(Error::BadParameter { what: "the groups of binarize", value: "[]".to_owned(), rule });
        }
        let members = groups.iter().map(|group| members(group, background, meta.dtype())).collect();
        let meta = binarized(meta, groups)?;
        let scales = scales_of(&source, |scale| Self::new(scale, groups, background));
        Ok(Self { meta, source, scales, groups: members })
    }

    fn compute(&self, _: &VoxelBox, source: &BlockRef<'_>, out: BlockMut<'_>) -> Result<()> {
        let mut out = out.into_view::<u8>()?;
        for (group, out) in self.groups.iter().zip(out.axis_iter_mut(Axis(0))) {
            with_id_dtype!(source.dtype(), T => {
                group.mark(source.clone().into_view::<T>()?, out);
            }, float => check_ids("binarize", self.source.meta())?);
        }
        Ok(())
    }
}

impl Members {
    fn mark<T: Id>(&self, source: ArrayViewD<'_, T>, out: ArrayViewMutD<'_, u8>) {
        let value = |bits: u64| u8::from(self.ids.contains(&bits) == self.among);
        // Neighbours mostly have the same id.
        let mut last = (0, value(0));
        zip_rows(out, source, |out, id| {
            let bits = id.bits();
            if last.0 != bits {
                last = (bits, value(bits));
            }
            *out = last.1;
            true
        });
    }
}

/// Ids that the source's type does not have are in no voxel.
fn members(group: &IdGroup, background: i128, dtype: DType) -> Members {
    let (ids, among) = if group.ids.is_empty() { (&[background][..], false) } else { (&group.ids[..], true) };
    let bits = |id: &i128| with_id_dtype!(dtype, T => T::from_value(*id).map(Id::bits), float => None);
    Members { ids: ids.iter().filter_map(bits).collect(), among }
}

fn binarized(source: &ArrayMeta, groups: &[IdGroup]) -> Result<ArrayMeta> {
    if source.axes().channel().is_some() {
        let rule = "binarize puts a channel axis in front, and there is one already; select a channel first";
        return Err(Error::BadAxes { axes: source.axes().names(), rule: rule.to_owned() });
    }
    let mut axes = vec![AxisInfo::plain("c", AxisKind::Channel)];
    axes.extend_from_slice(source.axes().as_slice());
    let mut extents = vec![groups.len()];
    extents.extend(source.plain_extents());
    let by = Provenance::Derived(format!("groups of ids of '{}'", source.name()));
    let meta = source
        .derive(DType::U8, Axes::new(axes)?, &extents, *source.grid(), *source.voxel_box())?
        .with_kind(Kind::Mask, by.clone())
        .with_provenance(Field::DType, by.clone())
        .with_provenance(Field::Axes, by);
    let mut attrs = names::without_names(meta.attrs().clone());
    if groups.iter().any(|group| group.name.is_some()) {
        attrs = names::with_names(attrs, groups.iter().map(|group| group.name.clone()));
    }
    Ok(meta.with_attrs(attrs))
}

computed!(Binarize);
