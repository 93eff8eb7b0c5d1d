//! A `.npy` file as an array: regions are read by position, so the file may be larger than memory.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use coord_roi::{Coordinate, Length, VoxelBox};
use ndarray::{ArrayViewMutD, Slice};

use super::bad;
use super::header::Header;
use crate::{
    Array, ArrayMeta, Axes, BlockMut, Element, Field, IntoWorld, Kind, Provenance, ReadContext, ReadPlan, Result,
    StatedAxes, Strictness, with_dtype,
};

/// The largest piece of the file that is decoded at a time.
const PIECE: usize = 4 << 20;

/// What a `.npy` file does not say about itself.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct NpyOptions {
    /// World units per voxel, per physical axis; assumed to be 1 where absent.
    pub voxel_size: Option<Coordinate<Length>>,
    /// World position of the lower corner of the first voxel; assumed to be 0 where absent.
    pub offset: Option<Coordinate<Length>>,
    /// Axes of the data; guessed as by [`StatedAxes`] where absent.
    pub axes: Option<Axes>,
    /// What the voxels mean; guessed from the dtype where absent.
    pub kind: Option<Kind>,
    /// Whether axes, voxel size and offset may be assumed.
    pub strictness: Strictness,
}

impl NpyOptions {
    /// States the voxel size.
    pub fn with_voxel_size(mut self, voxel_size: impl IntoWorld) -> Self {
        self.voxel_size = Some(voxel_size.into_world());
        self
    }

    /// States the position of the first voxel's lower corner.
    pub fn with_offset(mut self, offset: impl IntoWorld) -> Self {
        self.offset = Some(offset.into_world());
        self
    }

    /// States the axes.
    pub fn with_axes(mut self, axes: Axes) -> Self {
        self.axes = Some(axes);
        self
    }

    /// States what the voxels mean.
    pub fn with_kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Sets whether axes, voxel size and offset may be assumed.
    pub fn with_strictness(mut self, strictness: Strictness) -> Self {
        self.strictness = strictness;
        self
    }
}

/// A read-only array whose voxels stay in a `.npy` file. A read needs its result and 4 MiB.
#[derive(Debug)]
pub struct NpyArray {
    meta: ArrayMeta,
    header: Header,
    path: PathBuf,
    file: Mutex<File>,
}

impl NpyArray {
    /// Opens a file; reads its header only. The file's stem becomes the array's name.
    ///
    /// # Errors
    /// [`Error::BadFile`] when the file cannot be opened or is no supported `.npy` file, or is shorter than its header
    /// says; [`Error::RankMismatch`] when the options do not fit its rank.
    pub fn open(path: impl AsRef<Path>, options: NpyOptions) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let describe = |reason: &str| bad(&path.display().to_string(), reason);
        let mut file = File::open(&path).map_err(|error| describe(&error.to_string()))?;
        let header = read_header(&mut file).map_err(|error| describe(&error.to_string()))?;
        let expected = header.data_start as u64 + header.data_bytes()?;
        let found = file.metadata().map_err(|error| describe(&error.to_string()))?.len();
        if found != expected {
            return Err(describe(&format!("the file has {found} bytes where its header announces {expected}")));
        }
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let meta = meta(name, &header, options)?;
        Ok(Self { meta, header, path, file: Mutex::new(file) })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn fill<T: Element>(&self, ranges: &[Range<usize>], mut out: ArrayViewMutD<'_, T>, cx: &ReadContext) -> Result<()> {
        let Pieces { split, most } = Pieces::of(ranges, &self.header.shape, self.header.stored.size());
        let strides = strides(&self.header.shape);
        let outer: Vec<usize> = ranges[..split].iter().map(ExactSizeIterator::len).collect();
        let length = ranges.get(split).map_or(1, ExactSizeIterator::len);
        let within: usize = ranges.iter().skip(split + 1).map(ExactSizeIterator::len).product();
        let mut bytes = Vec::new();
        for index in ndarray::indices(outer) {
            let index = ndarray::Dimension::slice(&index);
            for begin in (0..length).step_by(most) {
                cx.check()?;
                let end = length.min(begin + most);
                let first = |axis: usize| {
                    ranges[axis].start + if axis == split { begin } else { index.get(axis).copied().unwrap_or(0) }
                };
                let voxel: usize = (0..ranges.len()).map(|axis| first(axis) * strides[axis]).sum();
                bytes.resize((end - begin) * within * self.header.stored.size(), 0);
                self.read_at(voxel, &mut bytes)?;
                let part = out.slice_each_axis_mut(|axis| match axis.axis.index() {
                    axis if axis < split => Slice::from(index[axis]..=index[axis]),
                    axis if axis == split => Slice::from(begin..end),
                    _ => Slice::from(..),
                });
                self.header.stored.decode(&bytes, part.into_iter())?;
            }
        }
        Ok(())
    }

    fn read_at(&self, voxel: usize, bytes: &mut [u8]) -> Result<()> {
        let position = self.header.data_start as u64 + voxel as u64 * self.header.stored.size() as u64;
        // Position and read belong together, hence the lock; a poisoned one has lost nothing but its position.
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let read = file.seek(SeekFrom::Start(position)).and_then(|_| file.read_exact(bytes));
        read.map_err(|error| bad(&self.path.display().to_string(), &format!("reading at byte {position}: {error}")))
    }
}

impl Array for NpyArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let ranges = self.meta.block_ranges(voxels, self.meta.voxel_box())?;
        with_dtype!(self.meta.dtype(), T => self.fill(&ranges, out.into_view::<T>()?, cx))
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        let ranges = self.meta.block_ranges(voxels, self.meta.voxel_box())?;
        let Pieces { split, most } = Pieces::of(&ranges, &self.header.shape, self.header.stored.size());
        let pieces = ranges.get(split).map_or(1, |range| range.len().div_ceil(most));
        let runs = ranges[..split].iter().map(|range| range.len() as u64).fold(pieces as u64, u64::saturating_mul);
        let bytes = crate::block_bytes(self.meta.dtype(), &self.meta.block_shape(voxels)?)? as u64;
        Ok(ReadPlan::fetched(runs, bytes, bytes, bytes.saturating_add(PIECE as u64)))
    }
}

fn read_header(file: &mut File) -> Result<Header> {
    let mut start = [0; 12];
    let failed = |error: std::io::Error| bad("npy header", &error.to_string());
    file.read_exact(&mut start).map_err(|_| bad("npy header", "this is no npy file"))?;
    let length = Header::length(&start)?;
    let mut bytes = start.to_vec();
    file.take((length.saturating_sub(12)) as u64).read_to_end(&mut bytes).map_err(failed)?;
    Header::parse(&bytes)
}

fn meta(name: String, header: &Header, options: NpyOptions) -> Result<ArrayMeta> {
    let NpyOptions { voxel_size, offset, axes, kind, strictness } = options;
    let mut stated = axes.as_ref().map_or_else(StatedAxes::default, StatedAxes::from);
    stated.voxel_size = voxel_size.map(|size| size.to_vec());
    stated.offset = offset.map(|offset| offset.to_vec());
    let meta = ArrayMeta::placed(name, header.dtype(), &header.shape, &stated, "option", strictness)?
        .with_provenance(Field::DType, Provenance::Stated("npy header".to_owned()))
        .with_provenance(Field::Extents, Provenance::Stated("npy header".to_owned()));
    Ok(match kind {
        Some(kind) => meta.with_kind(kind, Provenance::Stated("option kind".to_owned())),
        None => meta,
    })
}

/// Elements per step of each axis, C order.
fn strides(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1; shape.len()];
    for axis in (1..shape.len()).rev() {
        strides[axis - 1] = strides[axis] * shape[axis];
    }
    strides
}

/// How a region is cut into contiguous pieces of the file.
struct Pieces {
    /// The axis along which a piece extends, with all of the axes behind it.
    split: usize,
    /// At most so many steps along it make a piece.
    most: usize,
}

impl Pieces {
    /// Pieces as large as they can be, of at most [`PIECE`] bytes.
    fn of(ranges: &[Range<usize>], shape: &[usize], size: usize) -> Self {
        let Some(last) = ranges.len().checked_sub(1) else { return Self { split: 0, most: 1 } };
        let (mut split, mut step) = (last, size);
        while split > 0 && ranges[split] == (0..shape[split]) && step.saturating_mul(shape[split]) <= PIECE {
            step *= shape[split];
            split -= 1;
        }
        Self { split, most: (PIECE / step.max(1)).max(1) }
    }
}
