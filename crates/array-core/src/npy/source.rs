//! A `.npy` file as an array: regions are read and written by position, so the file may be larger than memory.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::ops::Range;
use std::path::{Path, PathBuf};

use coord_roi::VoxelBox;
use ndarray::{ArrayViewD, ArrayViewMutD};

use super::bad;
use super::file::PositionedFile;
use super::header::{Header, Order};
use super::options::NpyOptions;
use super::pieces::{PIECE, Pieces};
use crate::{
    Array, ArrayMeta, ArrayWrite, BlockMut, BlockRef, Element, Error, Field, Provenance, ReadContext, ReadPlan, Result,
    StatedAxes, ViewerSource, with_dtype,
};

/// An array whose voxels stay in a `.npy` file, of either byte order and either order of axes. A transfer needs its block and
/// 4 MiB.
///
/// [`open`](Self::open) never changes the file; regions are assigned to one that was [created](Self::create) or
/// [opened for it](Self::open_writable). A file has shape and type only: the place in the world is known to this handle, and
/// whoever opens the file again has to state it again.
///
/// ```
/// use array_core::npy::{NpyArray, NpyOptions};
/// use array_core::{ArrayExt, ArrayMeta, DType, Roi, StatedAxes, Strictness, ndarray::Array3};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("mask.npy");
/// let stated = StatedAxes::default().with_voxel_size([40.into(), 8.into(), 8.into()]);
/// let meta = ArrayMeta::placed("mask", DType::U8, &[100, 200, 300], &stated, "example", Strictness::Lenient)?;
/// let array = NpyArray::create(&path, &meta)?;
/// array.write(Roi::new([400, 0, 80], [40, 8, 16])?, &Array3::from_elem((1, 1, 2), 7_u8))?;
///
/// let again = NpyArray::open(&path, NpyOptions::default().with_voxel_size([40, 8, 8]))?;
/// assert_eq!(again.read::<u8>(Roi::new([400, 0, 72], [40, 8, 16])?)?.as_slice(), Some(&[0, 7][..]));
/// assert!(!again.writable());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct NpyArray {
    meta: ArrayMeta,
    header: Header,
    path: PathBuf,
    file: PositionedFile,
    writable: bool,
}

/// What happens to a file that is in the way of a new one.
#[derive(Clone, Copy, PartialEq)]
enum Existing {
    Refused,
    Replaced,
}

impl NpyArray {
    /// Opens a file for reading; reads its header only. The file's stem becomes the array's name.
    ///
    /// # Errors
    /// [`Error::BadFile`] when the file cannot be opened or is no supported `.npy` file, or has not the length that its
    /// header says; as [`ArrayMeta::placed`] when the options do not fit it.
    pub fn open(path: impl AsRef<Path>, options: NpyOptions) -> Result<Self> {
        Self::open_as(path.as_ref(), options, OpenOptions::new().read(true))
    }

    /// Opens a file for reading and writing, as [`open`](Self::open).
    ///
    /// # Errors
    /// As [`open`](Self::open); [`Error::BadFile`] for float16, whose values are read as float32 and could not be written.
    pub fn open_writable(path: impl AsRef<Path>, options: NpyOptions) -> Result<Self> {
        let array = Self::open_as(path.as_ref(), options, OpenOptions::new().read(true).write(true))?;
        if !array.header.stored.holds_all() {
            return Err(
                array.describe("its float16 values are read as float32, which cannot be written; open it for reading")
            );
        }
        Ok(Self { writable: true, ..array })
    }

    /// Creates a file for an array of these metadata, full of zeros, for reading and writing.
    ///
    /// The file gets the shape and the type; most file systems give it room as it is written.
    ///
    /// # Errors
    /// [`Error::AlreadyExists`] when there is such a file, [`Error::BadFile`] when it cannot be created (nothing is left
    /// then), and [`Error::TooLarge`] when it cannot exist.
    pub fn create(path: impl AsRef<Path>, meta: &ArrayMeta) -> Result<Self> {
        Self::create_as(path.as_ref(), meta, Existing::Refused)
    }

    /// As [`create`](Self::create), in place of a file that may exist, whose content is lost.
    ///
    /// # Errors
    /// As [`create`](Self::create).
    pub fn create_or_replace(path: impl AsRef<Path>, meta: &ArrayMeta) -> Result<Self> {
        Self::create_as(path.as_ref(), meta, Existing::Replaced)
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn open_as(path: &Path, options: NpyOptions, how: &OpenOptions) -> Result<Self> {
        let describe = |reason: &str| bad(&path.display().to_string(), reason);
        let mut file = how.open(path).map_err(|error| describe(&error.to_string()))?;
        let header = read_header(&mut file).map_err(|error| describe(&error.to_string()))?;
        let expected = header.file_bytes()?;
        let found = file.metadata().map_err(|error| describe(&error.to_string()))?.len();
        if found != expected {
            return Err(describe(&format!("the file has {found} bytes where its header announces {expected}")));
        }
        let name = path.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
        let meta = meta(name, &header, options)?;
        Ok(Self { meta, header, path: path.to_owned(), file: PositionedFile::new(file), writable: false })
    }

    fn create_as(path: &Path, meta: &ArrayMeta, existing: Existing) -> Result<Self> {
        let mut how = OpenOptions::new();
        match existing {
            Existing::Refused => how.create_new(true),
            Existing::Replaced => how.create(true).truncate(true),
        };
        let (header, bytes) = Header::new(meta.dtype(), meta.shape())?;
        let length = header.file_bytes()?;
        let described = |error: std::io::Error| bad(&path.display().to_string(), &error.to_string());
        let mut file = how.read(true).write(true).open(path).map_err(|error| match error.kind() {
            ErrorKind::AlreadyExists => Error::AlreadyExists { what: path.display().to_string() },
            _ => described(error),
        })?;
        if let Err(error) = file.set_len(length).and_then(|()| file.write_all(&bytes)) {
            if existing == Existing::Refused {
                // Half a file would be in the way of the next attempt. Should it stay, the first error still tells why.
                drop(file);
                let _it_may_stay = std::fs::remove_file(path);
            }
            return Err(described(error));
        }
        // Where a viewer finds the voxels of the original, it does not find these.
        let meta = meta.clone().with_viewer_source(ViewerSource::Local);
        Ok(Self { meta, header, path: path.to_owned(), file: PositionedFile::new(file), writable: true })
    }

    fn fill<T: Element>(&self, ranges: &[Range<usize>], out: ArrayViewMutD<'_, T>, cx: &ReadContext) -> Result<()> {
        let mut out = if self.header.order == Order::Fortran { out.reversed_axes() } else { out };
        let mut bytes = Vec::new();
        self.pieces(ranges).each(|piece| {
            cx.check()?;
            bytes.resize(piece.count * self.header.stored.size(), 0);
            let position = self.position(piece.first);
            let read = self.file.read_at(&mut bytes, position);
            read.map_err(|error| self.describe(&format!("reading at byte {position}: {error}")))?;
            let part = out.slice_each_axis_mut(|axis| piece.slice(axis.axis.index()));
            self.header.stored.decode(&mut bytes, part.into_iter())
        })
    }

    fn store<T: Element>(&self, ranges: &[Range<usize>], block: ArrayViewD<'_, T>, cx: &ReadContext) -> Result<()> {
        let block = if self.header.order == Order::Fortran { block.reversed_axes() } else { block };
        let mut bytes = Vec::new();
        self.pieces(ranges).each(|piece| {
            cx.check()?;
            let part = block.slice_each_axis(|axis| piece.slice(axis.axis.index()));
            self.header.stored.encode(part.iter(), &mut bytes);
            let position = self.position(piece.first);
            let written = self.file.write_at(&bytes, position);
            written.map_err(|error| self.describe(&format!("writing at byte {position}: {error}")))
        })
    }

    /// The pieces of index ranges in the order of the file.
    fn pieces<'a>(&self, ranges: &'a [Range<usize>]) -> Pieces<'a> {
        Pieces::of(ranges, &self.header.file_order(self.header.shape.clone()), self.header.stored.size())
    }

    /// Index ranges of a box of voxels, in the order of the file.
    fn ranges(&self, voxels: &VoxelBox) -> Result<Vec<Range<usize>>> {
        Ok(self.header.file_order(self.meta.block_ranges(voxels, self.meta.voxel_box())?))
    }

    fn position(&self, element: usize) -> u64 {
        self.header.data_start as u64 + element as u64 * self.header.stored.size() as u64
    }

    fn describe(&self, reason: &str) -> Error {
        bad(&self.path.display().to_string(), reason)
    }

    /// Refuses a block that does not hold exactly these voxels.
    fn check_shape(&self, voxels: &VoxelBox, found: &[usize]) -> Result<()> {
        let expected = self.meta.block_shape(voxels)?;
        if found == expected { Ok(()) } else { Err(Error::ShapeMismatch { expected, found: found.to_vec() }) }
    }
}

impl Array for NpyArray {
    fn meta(&self) -> &ArrayMeta {
        &self.meta
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.check_shape(voxels, out.shape())?;
        let ranges = self.ranges(voxels)?;
        with_dtype!(self.meta.dtype(), T => self.fill(&ranges, out.into_view::<T>()?, cx))
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        self.writable.then_some(self as &dyn ArrayWrite)
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        let ranges = self.ranges(voxels)?;
        let bytes = crate::block_bytes(self.meta.dtype(), &self.meta.block_shape(voxels)?)? as u64;
        Ok(ReadPlan::fetched(self.pieces(&ranges).count(), bytes, bytes, bytes.saturating_add(PIECE as u64)))
    }
}

impl ArrayWrite for NpyArray {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        if !self.writable {
            return Err(Error::ReadOnly { array: self.meta.name().to_owned() });
        }
        self.check_shape(voxels, block.shape())?;
        let ranges = self.ranges(voxels)?;
        with_dtype!(self.meta.dtype(), T => self.store(&ranges, block.into_view::<T>()?, cx))
    }
}

fn read_header(file: &mut File) -> Result<Header> {
    let mut start = [0; 12];
    let failed = |error: std::io::Error| bad("npy header", &error.to_string());
    file.read_exact(&mut start).map_err(|error| match error.kind() {
        ErrorKind::UnexpectedEof => bad("npy header", "this is no npy file"),
        _ => failed(error),
    })?;
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
