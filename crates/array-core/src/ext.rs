//! What users call: regions in world units, read in one line, from any array.

use std::ops::Range;

use coord_roi::{Coordinate, Length, Roi, VoxelBox};
use ndarray::ArrayD;

use crate::block::block_bytes;
use crate::{
    Array, Attrs, Axes, Block, BlockMut, BlockRef, Conversion, DType, Element, Error, FillValue, IntoWorld, Kind,
    Outside, ReadBlock, ReadContext, ReadOptions, Result, WriteOptions, error, write,
};

/// How many bytes [`ArrayExt::data`] reads at most: 4 GiB.
pub const DATA_LIMIT: u64 = 4 << 30;

/// The methods of every [`Array`]. Nobody implements this trait: it is there for all arrays, also behind `dyn`.
///
/// Regions are in world units (nanometres) over the physical axes: a `Roi<i64>`, a `Roi<Length>`, or a reference to one.
/// An unbounded axis of a region means all that the array has.
pub trait ArrayExt: Array {
    /// Identifies the array in configurations, messages and the viewer.
    fn name(&self) -> &str {
        self.meta().name()
    }

    /// Free-form metadata.
    fn attrs(&self) -> &Attrs {
        self.meta().attrs()
    }

    /// All axes in data order.
    fn axes(&self) -> &Axes {
        self.meta().axes()
    }

    /// Number of physical axes.
    fn dims(&self) -> usize {
        self.meta().dims()
    }

    /// Number of all axes.
    fn rank(&self) -> usize {
        self.meta().rank()
    }

    /// World units per voxel, per physical axis.
    fn voxel_size(&self) -> Coordinate<Length> {
        self.meta().voxel_size()
    }

    /// The region of the world that the array covers.
    fn roi(&self) -> Roi<Length> {
        self.meta().roi()
    }

    /// Element type.
    fn dtype(&self) -> DType {
        self.meta().dtype()
    }

    /// Image, labels or mask.
    fn kind(&self) -> Kind {
        self.meta().kind()
    }

    /// Extent of the channel axis, if there is one.
    fn num_channels(&self) -> Option<usize> {
        self.meta().num_channels()
    }

    /// Extents of all axes in voxels.
    fn shape(&self) -> &[usize] {
        self.meta().shape()
    }

    /// Whether regions can be assigned.
    fn writable(&self) -> bool {
        self.writer().is_some()
    }

    /// Index ranges of the data, one per axis and counted from the first voxel, that hold a region.
    ///
    /// # Errors
    /// As [`ArrayMeta::index_ranges`](crate::ArrayMeta::index_ranges).
    fn index_ranges(&self, roi: impl Into<Roi<Length>>) -> Result<Vec<Range<usize>>> {
        self.meta().index_ranges(&roi.into())
    }

    /// Reads a region: `let voxels: ArrayD<u8> = array.read(roi)?;`.
    ///
    /// Strict: the region lies inside the array and on its voxel borders. The result is dense, in C order, with the
    /// array's axes: the voxels of the region on physical axes, the full extent on all others.
    ///
    /// # Errors
    /// [`Error::DTypeMismatch`] (before anything is read), [`Error::OutsideArray`], [`Error::NotAligned`], and what the
    /// source has to say.
    fn read<T: Element>(&self, roi: impl Into<Roi<Length>>) -> Result<ArrayD<T>> {
        if self.dtype() != T::DTYPE {
            return Err(Error::DTypeMismatch { asked: T::DTYPE, found: self.dtype() });
        }
        self.read_block(roi)?.into_array()
    }

    /// Reads a region as another element type, exactly; otherwise strict, as [`read`](Self::read). For other conversions
    /// there is [`ReadOptions::with_dtype`].
    ///
    /// # Errors
    /// [`Error::NotConvertible`] for a voxel that `T` cannot hold, and as [`read`](Self::read).
    fn read_as<T: Element>(&self, roi: impl Into<Roi<Length>>) -> Result<ArrayD<T>> {
        let options = ReadOptions::default().with_dtype(T::DTYPE, Conversion::Exact);
        self.read_with(roi, &options)?.block.into_array()
    }

    /// Reads a region as voxels of run-time type; strict, as [`read`](Self::read).
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_block(&self, roi: impl Into<Roi<Length>>) -> Result<Block> {
        self.read_with(roi, &ReadOptions::default()).map(|read| read.block)
    }

    /// Reads the voxel that contains a point: one value per index of the axes that are not physical.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    fn read_point<T: Element>(&self, point: impl IntoWorld) -> Result<ArrayD<T>> {
        let meta = self.meta();
        let point = point.into_world();
        meta.check_dims("point", point.dims())?;
        let voxel = meta.grid().voxel_at(&point).map_err(|cause| Error::on_axis(meta.axes(), cause))?;
        let one = VoxelBox::new(voxel, Coordinate::filled(voxel.dims(), 1)?)?;
        let physical: Vec<usize> = meta.axes().physical().collect();
        let mut values = self.read::<T>(meta.to_world(&one)?)?;
        for axis in physical.into_iter().rev() {
            values = values.remove_axis(ndarray::Axis(axis));
        }
        Ok(values)
    }

    /// Reads a region under the given policies; says which region the result covers.
    ///
    /// # Errors
    /// As [`read`](Self::read) where the policies are strict; [`Error::FillNotHeld`] for a fill value that the dtype
    /// of the result cannot hold, [`Error::NotConvertible`] for a voxel that it cannot hold under an exact conversion.
    fn read_with(&self, roi: impl Into<Roi<Length>>, options: &ReadOptions) -> Result<ReadBlock> {
        let meta = self.meta();
        let roi = meta.bounded(&roi.into())?;
        let voxels = meta.voxels_asked(&roi, options.alignment)?;
        let dtype = options.dtype.unwrap_or(meta.dtype());
        if roi.is_empty() {
            // An empty region transfers nothing, whatever the policies.
            return Ok(ReadBlock::new(Block::zeros(dtype, &meta.block_shape(&voxels)?)?, roi));
        }
        let effective = meta.to_world(&voxels)?;
        if voxels.is_empty() || meta.voxel_box().contains(&voxels) {
            return Ok(ReadBlock::new(self.read_box_as(&voxels, options)?, effective));
        }
        let inside = voxels.intersect(meta.voxel_box())?;
        match options.outside {
            Outside::Error => Err(error::outside(meta, &effective, &voxels)),
            Outside::Clip => {
                let block = self.read_box_as(&inside, options)?;
                Ok(ReadBlock::new(block, meta.to_world(&inside)?))
            }
            Outside::Fill(value) => {
                let mut block = value.block(dtype, &meta.block_shape(&voxels)?)?;
                if !inside.is_empty() {
                    let part = meta.block_ranges(&inside, &voxels)?;
                    self.fill_as(&inside, block.view_mut().slice(&part)?, options)?;
                }
                Ok(ReadBlock::new(block, effective))
            }
        }
    }

    /// The voxels of the array that [`read_with`](Self::read_with) would transfer: what a [`plan`](Array::plan) of the same
    /// request is about. Refuses what the read would refuse.
    ///
    /// # Errors
    /// [`Error::RankMismatch`], [`Error::NotAligned`] and [`Error::OutsideArray`], as the policies say.
    fn voxels_to_read(&self, roi: impl Into<Roi<Length>>, options: &ReadOptions) -> Result<VoxelBox> {
        let meta = self.meta();
        let roi = meta.bounded(&roi.into())?;
        let voxels = meta.voxels_asked(&roi, options.alignment)?;
        if options.outside == Outside::Error && !meta.voxel_box().contains(&voxels) {
            return Err(error::outside(meta, &meta.to_world(&voxels)?, &voxels));
        }
        Ok(voxels.intersect(meta.voxel_box())?)
    }

    /// Reads a box of voxels, given by grid indices inside the array. Empty boxes give empty blocks.
    ///
    /// # Errors
    /// [`Error::OutsideArray`], and what the source has to say.
    fn read_box(&self, voxels: &VoxelBox, cx: &ReadContext) -> Result<Block> {
        let meta = self.meta();
        meta.check_dims("voxel box", voxels.dims())?;
        if !voxels.is_empty() && !meta.voxel_box().contains(voxels) {
            return Err(error::outside(meta, &meta.to_world(voxels)?, voxels));
        }
        let mut block = Block::zeros(meta.dtype(), &meta.block_shape(voxels)?)?;
        if !block.is_empty() {
            cx.check()?;
            self.read_voxels(voxels, block.view_mut(), cx)?;
        }
        Ok(block)
    }

    /// Reads the whole array as it defines itself; a view gives its own voxels, never its source's.
    ///
    /// # Errors
    /// [`Error::TooLarge`] above [`DATA_LIMIT`]; otherwise as [`read`](Self::read).
    fn data(&self) -> Result<Block> {
        let meta = self.meta();
        let shape = meta.shape();
        if block_bytes(meta.dtype(), shape)? as u64 > DATA_LIMIT {
            return Err(Error::TooLarge { shape: shape.to_vec(), dtype: meta.dtype(), limit: DATA_LIMIT });
        }
        self.read_box(meta.voxel_box(), &ReadContext::default())
    }

    /// Assigns a region: `array.write(roi, &voxels)?;`, where `voxels` is an array or view of any number of dimensions, a
    /// [`Block`], or a [`BlockRef`]. Strict, as [`read`](Self::read): it has the type of the array and the shape that
    /// reading the region gives.
    ///
    /// # Errors
    /// [`Error::ReadOnly`], [`Error::DTypeMismatch`], [`Error::ShapeMismatch`], [`Error::OutsideArray`],
    /// [`Error::NotAligned`], and what the source has to say. Nothing is written after one of those named.
    fn write<'a>(&self, roi: impl Into<Roi<Length>>, voxels: impl Into<BlockRef<'a>>) -> Result<()> {
        self.write_with(roi, voxels, &WriteOptions::default())
    }

    /// As [`write`](Self::write), under the given policies.
    ///
    /// # Errors
    /// As [`write`](Self::write), and [`Error::PartialChunk`] under [`Chunks::Whole`](crate::Chunks::Whole).
    fn write_with<'a>(
        &self,
        roi: impl Into<Roi<Length>>,
        voxels: impl Into<BlockRef<'a>>,
        options: &WriteOptions,
    ) -> Result<()> {
        write::block(self, &roi.into(), voxels.into(), options)
    }

    /// Assigns one value to all voxels of a region: `array.fill(roi, 0)?;`.
    ///
    /// # Errors
    /// [`Error::FillNotHeld`] for a value that the array cannot hold exactly; otherwise as [`write`](Self::write).
    fn fill(&self, roi: impl Into<Roi<Length>>, value: impl Into<FillValue>) -> Result<()> {
        self.fill_with(roi, value, &WriteOptions::default())
    }

    /// As [`fill`](Self::fill), under the given policies.
    ///
    /// # Errors
    /// As [`fill`](Self::fill) and [`write_with`](Self::write_with).
    fn fill_with(
        &self,
        roi: impl Into<Roi<Length>>,
        value: impl Into<FillValue>,
        options: &WriteOptions,
    ) -> Result<()> {
        write::value(self, &roi.into(), value.into(), options)
    }
}

impl<A: Array + ?Sized> ArrayExt for A {}

/// The steps of a read that also converts.
trait ReadConverted: Array {
    /// As [`ArrayExt::read_box`], in the type that the options name.
    fn read_box_as(&self, voxels: &VoxelBox, options: &ReadOptions) -> Result<Block> {
        let block = self.read_box(voxels, &options.context)?;
        block.convert(options.dtype.unwrap_or(self.meta().dtype()), options.conversion)
    }

    /// Reads into a destination of any type; without a copy where it is the array's own.
    fn fill_as(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, options: &ReadOptions) -> Result<()> {
        if out.dtype() == self.dtype() {
            return self.read_voxels(voxels, out, &options.context);
        }
        out.assign_converted(&self.read_box(voxels, &options.context)?.view(), options.conversion)
    }
}

impl<A: Array + ?Sized> ReadConverted for A {}
