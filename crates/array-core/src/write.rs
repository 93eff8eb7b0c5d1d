//! How a region is assigned: what is checked before a source sees it.

use coord_roi::{Length, Roi, VoxelBox};
use ndarray::{ArrayBase, ArrayView, Data, Dimension};

use crate::{
    Array, ArrayMeta, ArrayWrite, Block, BlockRef, Element, Error, FillValue, ReadContext, Result, with_block,
};

/// What happens to a region that covers some chunks only in part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Chunks {
    /// It is written; nobody else may write to the same chunks at the same time.
    #[default]
    Any,
    /// It is refused, but for chunks that reach over the border of the array. So regions that do not overlap can be
    /// written at the same time. The chunks are those that [`ArrayMeta::read_block`] states; an array that states none
    /// has none to share. A crop ends where it ends: where two crops of one source meet inside a chunk, write through the
    /// source.
    Whole,
}

/// Policies of one write. A region is always inside the array and on its voxel borders.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct WriteOptions {
    /// What happens to chunks that are covered in part.
    pub chunks: Chunks,
    /// Cancellation and deadline.
    pub context: ReadContext,
}

impl WriteOptions {
    /// Sets what happens to chunks that are covered in part.
    pub fn with_chunks(mut self, chunks: Chunks) -> Self {
        self.chunks = chunks;
        self
    }

    /// Sets cancellation and deadline.
    pub fn with_context(mut self, context: ReadContext) -> Self {
        self.context = context;
        self
    }
}

/// Assigns a block to a region.
pub(crate) fn block<A: Array + ?Sized>(
    array: &A,
    roi: &Roi<Length>,
    block: BlockRef<'_>,
    options: &WriteOptions,
) -> Result<()> {
    let (meta, writer) = (array.meta(), writer(array)?);
    if block.dtype() != meta.dtype() {
        return Err(Error::DTypeMismatch { asked: meta.dtype(), found: block.dtype() });
    }
    let voxels = region(meta, roi, options)?;
    let expected = meta.block_shape(&voxels)?;
    if block.shape() != expected {
        return Err(Error::ShapeMismatch { expected, found: block.shape().to_vec() });
    }
    hand_over(writer, &voxels, block, options)
}

/// Assigns one value to a region; the block that the source gets takes no memory.
pub(crate) fn value<A: Array + ?Sized>(
    array: &A,
    roi: &Roi<Length>,
    value: FillValue,
    options: &WriteOptions,
) -> Result<()> {
    let (meta, writer) = (array.meta(), writer(array)?);
    let one = value.block(meta.dtype(), &vec![1; meta.rank()])?;
    let voxels = region(meta, roi, options)?;
    let shape = meta.block_shape(&voxels)?;
    let too_large = || Error::TooLarge { shape: shape.clone(), dtype: meta.dtype(), limit: isize::MAX as u64 };
    with_block!(Block = &one, one => {
        let all = one.broadcast(&shape[..]).ok_or_else(too_large)?;
        hand_over(writer, &voxels, Element::wrap_ref(all), options)
    })
}

fn writer<A: Array + ?Sized>(array: &A) -> Result<&dyn ArrayWrite> {
    array.writer().ok_or_else(|| Error::ReadOnly { array: array.meta().name().to_owned() })
}

/// Gives a source what it may rely on; nothing where there is no voxel.
fn hand_over(writer: &dyn ArrayWrite, voxels: &VoxelBox, block: BlockRef<'_>, options: &WriteOptions) -> Result<()> {
    if block.is_empty() {
        return Ok(());
    }
    options.context.check()?;
    writer.write_voxels(voxels, block, &options.context)
}

/// The voxels of a region that may be written.
fn region(meta: &ArrayMeta, roi: &Roi<Length>, options: &WriteOptions) -> Result<VoxelBox> {
    let voxels = meta.voxels_inside(roi)?;
    if options.chunks == Chunks::Whole && !voxels.is_empty() {
        check_chunks(meta, &voxels)?;
    }
    Ok(voxels)
}

/// Refuses a limit that is neither between two chunks nor at the border of the array.
fn check_chunks(meta: &ArrayMeta, voxels: &VoxelBox) -> Result<()> {
    let Some(chunks) = meta.read_block() else { return Ok(()) };
    for (dim, chunk) in chunks.iter().copied().enumerate() {
        let border = [meta.voxel_box().begin()[dim], meta.voxel_box().end()[dim]];
        for limit in [voxels.begin()[dim], voxels.end()[dim]] {
            let into = limit.rem_euclid(chunk);
            if into != 0 && !border.contains(&limit) {
                let below = limit.saturating_sub(into);
                let nearest = [below.max(border[0]), below.saturating_add(chunk).min(border[1])];
                return Err(partial_chunk(meta, dim, chunk, limit, nearest)?);
            }
        }
    }
    Ok(())
}

fn partial_chunk(meta: &ArrayMeta, dim: usize, chunk: i64, limit: i64, nearest: [i64; 2]) -> Result<Error> {
    let (origin, step) = (meta.grid().origin()[dim], meta.grid().step()[dim]);
    let world = |voxel: i64| -> Result<Length> { Ok(step.checked_mul(voxel.into())?.checked_add(origin)?) };
    Ok(Error::PartialChunk {
        array: meta.name().into(),
        axis: meta.axes().physical_name(dim).into(),
        value: world(limit)?,
        chunk,
        nearest: Box::new([world(nearest[0])?, world(nearest[1])?]),
    })
}

impl<'a> From<&'a Block> for BlockRef<'a> {
    fn from(block: &'a Block) -> Self {
        block.view()
    }
}

/// An array or view of any number of dimensions and any strides.
impl<'a, T: Element, S: Data<Elem = T>, D: Dimension> From<&'a ArrayBase<S, D>> for BlockRef<'a> {
    fn from(array: &'a ArrayBase<S, D>) -> Self {
        T::wrap_ref(array.view().into_dyn())
    }
}

impl<'a, T: Element, D: Dimension> From<ArrayView<'a, T, D>> for BlockRef<'a> {
    fn from(view: ArrayView<'a, T, D>) -> Self {
        T::wrap_ref(view.into_dyn())
    }
}
