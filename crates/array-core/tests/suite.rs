//! The conformance suite can fail: each of these arrays lies in its own way, and is caught by the invariant that it breaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use array_core::testing::{check_array, check_transfers, check_writer};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, ArrayWrite, Block, BlockMut, BlockRef, DType, MemoryArray, ReadContext,
    Result, VoxelBox,
};

#[derive(Debug, Clone, Copy, PartialEq)]
enum Lie {
    /// The first voxel depends on the request: every block begins with a 200.
    MarksCorners,
    /// Every read gives other voxels.
    Changes,
    /// Fills the destination as if it were dense.
    IgnoresStrides,
    /// Writes go one voxel too far.
    WritesTooMuch,
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
        self.honest.read_voxels(voxels, out.reborrow(), cx)?;
        let mut out = out.into_view::<u8>()?;
        match self.lie {
            Lie::MarksCorners => *out.first_mut().unwrap() = 200,
            Lie::Changes => out.fill(read as u8),
            _ => {}
        }
        Ok(())
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        (self.lie == Lie::WritesTooMuch).then_some(self as &dyn ArrayWrite)
    }
}

impl ArrayWrite for Liar {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        self.honest.writer().unwrap().write_voxels(voxels, block, cx)?;
        let mut all = self.honest.view_mut();
        let mut view = all.view_mut().into_view::<u8>()?;
        *view.last_mut().unwrap() ^= 1;
        *view.first_mut().unwrap() ^= 1;
        Ok(())
    }
}

#[test]
fn lies_are_caught_by_name() {
    for (lie, invariants) in
        [(Lie::MarksCorners, &["A2", "A3"][..]), (Lie::Changes, &["A10"][..]), (Lie::IgnoresStrides, &["A1"][..])]
    {
        let violation = check_array(&liar(lie)).unwrap_err();
        assert!(invariants.contains(&violation.invariant), "{lie:?}: {violation}");
    }
    assert_eq!(check_writer(&liar(Lie::WritesTooMuch)).unwrap_err().invariant, "A15");
    assert_eq!(check_writer(&liar(Lie::Changes)).unwrap_err().invariant, "A15", "it is not writable");
}

#[test]
fn eager_views_are_caught() {
    let source: ArrayRef =
        Arc::new(MemoryArray::new("a", Block::zeros(DType::U8, &[4, 4]).unwrap(), [1, 1], [0, 0]).unwrap());
    let eager = |source: ArrayRef| {
        source.data()?;
        Ok(source)
    };
    assert_eq!(check_transfers(source, eager).unwrap_err().invariant, "A8");
}
