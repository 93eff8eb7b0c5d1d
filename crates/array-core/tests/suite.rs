//! The conformance suite can fail: each of these arrays lies in its own way, and is caught by the invariant that it breaks.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use array_core::testing::{Counted, check_array, check_transfers, check_translation, check_writer, random_array};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, ArrayWrite, Axes, AxisInfo, AxisKind, Block, BlockMut, BlockRef, Coordinate,
    DType, Error, Grid, Length, MemoryArray, ReadContext, ReadPlan, Result, Roi, VoxelBox,
};

/// How an array lies; everything else about it is honest.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Lie {
    /// Not at all.
    None,
    /// The first voxel depends on the request: every block begins with a 200.
    MarksCorners,
    /// Every read gives other voxels.
    Changes,
    /// One read of all, the one of this number, has one wrong voxel.
    Once(u64),
    /// The last voxel cannot be read.
    EndIsMissing,
    /// Fills the destination as if it were dense.
    IgnoresStrides,
    /// Writes go one voxel too far.
    WritesTooMuch,
    /// Writes are accepted and forgotten.
    WritesNothing,
}

#[derive(Debug)]
struct Liar {
    honest: MemoryArray,
    lie: Lie,
    reads: AtomicU64,
}

fn liar(lie: Lie) -> Liar {
    let data = ndarray::Array3::from_shape_fn((6, 7, 8), |(z, y, x)| (z * 56 + y * 8 + x) as u8 % 100).into_dyn();
    let honest = MemoryArray::new("liar", data, [4, 5, 6], [8, 10, -12]).unwrap();
    Liar { honest, lie, reads: AtomicU64::new(0) }
}

impl Array for Liar {
    fn meta(&self) -> &ArrayMeta {
        self.honest.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, mut out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        let read = self.reads.fetch_add(1, Ordering::Relaxed);
        if self.lie == Lie::IgnoresStrides {
            let block = self.honest.read_box(voxels, cx)?.into_array::<u8>()?;
            let mut out = out.into_view::<u8>()?;
            for (position, value) in out.as_slice_memory_order_mut().into_iter().flatten().enumerate() {
                *value = block.as_slice().map_or(0, |values| values[position % values.len()]);
            }
            return Ok(());
        }
        if self.lie == Lie::EndIsMissing && voxels.end() == self.meta().voxel_box().end() {
            return Err(Error::source_error(std::io::Error::other("the end of the file is missing")));
        }
        self.honest.read_voxels(voxels, out.reborrow(), cx)?;
        let mut out = out.into_view::<u8>()?;
        match self.lie {
            Lie::MarksCorners => *out.first_mut().unwrap() = 200,
            Lie::Changes => out.fill(read as u8),
            Lie::Once(number) if number == read => *out.first_mut().unwrap() ^= 1,
            _ => {}
        }
        Ok(())
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        matches!(self.lie, Lie::WritesTooMuch | Lie::WritesNothing).then_some(self as &dyn ArrayWrite)
    }
}

impl ArrayWrite for Liar {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        if self.lie == Lie::WritesNothing {
            return Ok(());
        }
        self.honest.writer().unwrap().write_voxels(voxels, block, cx)?;
        let mut all = self.honest.view_mut();
        let mut view = all.view_mut().into_view::<u8>()?;
        *view.last_mut().unwrap() ^= 1;
        *view.first_mut().unwrap() ^= 1;
        Ok(())
    }
}

fn caught(array: &dyn Array) -> &'static str {
    check_array(array).unwrap_err().invariant
}

#[test]
fn lies_are_caught_by_name() {
    check_array(&liar(Lie::None)).unwrap();
    for (lie, invariants) in [
        (Lie::MarksCorners, &["A2"][..]),
        (Lie::Changes, &["A10"][..]),
        (Lie::IgnoresStrides, &["A1"][..]),
        (Lie::EndIsMissing, &["M4"][..]),
    ] {
        assert!(invariants.contains(&caught(&liar(lie))), "{lie:?}: {}", caught(&liar(lie)));
    }
    for lie in [Lie::WritesTooMuch, Lie::WritesNothing] {
        assert_eq!(check_writer(&liar(lie)).unwrap_err().invariant, "A15", "{lie:?}");
    }
    assert_eq!(check_writer(&liar(Lie::Changes)).unwrap_err().invariant, "A15", "it is not writable");
}

#[test]
fn no_read_of_the_suite_goes_unchecked() {
    let honest = liar(Lie::None);
    check_array(&honest).unwrap();
    let reads = honest.reads.into_inner();
    let names: BTreeSet<&str> = (0..reads).map(|number| caught(&liar(Lie::Once(number)))).collect();
    let expected = ["A1", "A10", "A12", "A14", "A2", "A3", "A5", "A6", "A7", "A9"];
    assert!(expected.iter().all(|name| names.contains(name)), "one wrong voxel in one of {reads} reads: {names:?}");
}

/// An array that is one thing first and another one from a certain look at its metadata on.
#[derive(Debug)]
struct Shifty {
    first: ArrayMeta,
    then: ArrayMeta,
    honest: u64,
    looks: AtomicU64,
    hidden: Option<Arc<Counted>>,
}

impl Array for Shifty {
    fn meta(&self) -> &ArrayMeta {
        let look = self.looks.fetch_add(1, Ordering::Relaxed);
        if look < self.honest {
            return &self.first;
        }
        if let Some(hidden) = &self.hidden {
            hidden.data().unwrap();
        }
        &self.then
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        random_array(&self.first).read_voxels(voxels, out, cx)
    }
}

fn place(step: i64, origin: i64, channels: Option<(AxisKind, usize)>, dtype: DType) -> ArrayMeta {
    let (mut axes, mut extents) = (Axes::zyx().as_slice().to_vec(), Vec::new());
    if let Some((kind, extent)) = channels {
        axes.insert(0, AxisInfo::plain("c", kind));
        extents.push(extent);
    }
    let grid = Grid::new(Coordinate::from([origin; 3]).to_lengths(), Coordinate::from([step; 3]).to_lengths()).unwrap();
    let voxels = VoxelBox::new([1, 2, 3], [4, 5, 6]).unwrap();
    ArrayMeta::new("shifty", dtype, Axes::new(axes).unwrap(), &extents, grid, voxels).unwrap()
}

/// The names under which an array is caught that changes from `first` to `then`, whenever it does so.
fn caught_changing(first: &ArrayMeta, then: &ArrayMeta) -> BTreeSet<&'static str> {
    let shifty = |honest| Shifty { first: first.clone(), then: then.clone(), honest, looks: 0.into(), hidden: None };
    let always = shifty(u64::MAX);
    check_array(&always).unwrap();
    let violations = (1..always.looks.into_inner()).filter_map(|honest| check_array(&shifty(honest)).err());
    violations.map(|violation| violation.invariant).collect()
}

#[test]
fn metadata_that_contradict_each_other_are_caught_by_name() {
    let (channel, sample) = (Some((AxisKind::Channel, 2)), Some((AxisKind::Sample, 2)));
    let base = place(8, 0, channel, DType::U8);
    for (other, invariant) in [
        (place(4, 0, channel, DType::U8), "M1"),
        (place(8, 8, channel, DType::U8), "M1"),
        (place(8, 0, None, DType::U8), "M2"),
        (place(8, 0, sample, DType::U8), "M3"),
        (place(8, 0, Some((AxisKind::Channel, 3)), DType::U8), "M4"),
        (place(8, 0, Some((AxisKind::Channel, 3)), DType::U8), "A1"),
        (place(8, 0, channel, DType::U16), "A13"),
    ] {
        let names = caught_changing(&base, &other);
        assert!(names.contains(invariant), "{invariant} is not among {names:?}");
    }
}

/// Reads to find out what reading would cost.
#[derive(Debug)]
struct Planner(ArrayRef);
impl Array for Planner {
    fn meta(&self) -> &ArrayMeta {
        self.0.meta()
    }
    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.0.read_voxels(voxels, out, cx)
    }
    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        Ok(ReadPlan::in_memory(self.read_box(voxels, &ReadContext::default())?.bytes() as u64))
    }
}

#[test]
fn eager_arrays_are_caught() {
    let source: ArrayRef =
        Arc::new(MemoryArray::new("a", Block::zeros(DType::U8, &[4, 4]).unwrap(), [1, 1], [0, 0]).unwrap());
    let eager = |source: ArrayRef| {
        source.data()?;
        Ok(source)
    };
    assert_eq!(check_transfers(source.clone(), eager).unwrap_err().invariant, "A8");

    assert_eq!(check_transfers(source.clone(), |source| Ok(Arc::new(Planner(source)))).unwrap_err().invariant, "A8");

    // An array that reads its source when looked at: each time by one look later.
    let names: BTreeSet<&str> = (1..60)
        .filter_map(|honest| {
            let make = |source: ArrayRef| -> Result<ArrayRef> {
                let (first, then) = (source.meta().clone(), source.meta().clone());
                let hidden = Some(Arc::new(Counted::new(source)));
                Ok(Arc::new(Shifty { first, then, honest, looks: 0.into(), hidden }))
            };
            check_transfers(source.clone(), make).err()
        })
        .map(|violation| violation.invariant)
        .collect();
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["A11", "A8"]);
}

#[test]
fn arrays_that_stay_where_they_are_or_show_others_voxels_when_moved_are_caught() {
    let at = |offset: Coordinate<Length>, add: u8| -> ArrayRef {
        let data = ndarray::Array1::from_shape_fn(5, |x| x as u8 + add).into_dyn();
        Arc::new(MemoryArray::new("a", data, [4], offset).unwrap())
    };
    let (offset, by) = (Coordinate::from([3]).to_lengths(), Coordinate::from([10]).to_lengths());
    check_translation(|moved| Ok(at(moved, 0)), offset, by).unwrap();
    assert_eq!(check_translation(|_| Ok(at(offset, 0)), offset, by).unwrap_err().invariant, "A4");
    let others = |moved| Ok(at(moved, u8::from(moved != offset)));
    assert_eq!(check_translation(others, offset, by).unwrap_err().invariant, "A4");
}

#[test]
fn arrays_without_voxels_are_arrays() {
    let empty = MemoryArray::new("empty", Block::zeros(DType::U16, &[3, 0, 4]).unwrap(), [8, 8, 8], [1, 2, 3]).unwrap();
    check_array(&empty).unwrap();
    check_writer(&empty).unwrap();
    assert_eq!(empty.data().unwrap().shape(), [3, 0, 4]);
    let one = Roi::new([1, 2, 3], [8, 8, 8]).unwrap();
    assert!(matches!(empty.read_block(one), Err(Error::OutsideArray { .. })));
    assert!(matches!(empty.read_point::<u16>([1, 2, 3]), Err(Error::OutsideArray { .. })));
}
