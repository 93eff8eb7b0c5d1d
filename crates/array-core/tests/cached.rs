//! An array behind a cache is the same array: same metadata, same voxels, also while somebody writes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::scope;

use array_core::testing::{Counted, check_array, check_transfers, check_writer, random_array, random_metas};
use array_core::{
    Array, ArrayExt, ArrayMeta, ArrayRef, ArrayWrite, Block, BlockCache, BlockMut, BlockRef, CacheOptions, Cached,
    CancelToken, Coordinate, DType, Error, FillValue, MemoryArray, ReadContext, ReadPlan, Result, Roi, VoxelBox,
};
use proptest::prelude::*;

/// Source number `number`, and a cache for it: small or large, with blocks of any shape.
fn case(number: usize, limit: u64, edge: i64, joint: u64) -> (ArrayRef, Arc<BlockCache>, CacheOptions) {
    let meta = random_metas().nth(number).unwrap();
    let options = CacheOptions::default().with_joint_bytes(joint);
    let edges = Coordinate::try_from_iter((0..meta.dims() as i64).map(|axis| 1 + (edge + 3 * axis) % 7)).unwrap();
    let options = if edge == 0 { options } else { options.with_block(edges) };
    (Arc::new(random_array(&meta)), BlockCache::of_blocks(limit), options)
}

fn limits() -> impl Strategy<Value = u64> {
    prop_oneof![0_u64..600, 600_u64..4000, Just(1 << 20)]
}

fn parts(all: &VoxelBox, seed: u64) -> impl Iterator<Item = VoxelBox> {
    let mut state = seed;
    let all = *all;
    let mut below = move |count: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((state >> 33) % count.unsigned_abs()) as i64
    };
    std::iter::repeat_with(move || {
        let ranges: Vec<(i64, i64)> = (0..all.dims())
            .map(|axis| {
                let extent = 1 + below(all.shape()[axis]);
                (all.begin()[axis] + below(all.shape()[axis] - extent + 1), extent)
            })
            .collect();
        let (begin, shape): (Vec<i64>, Vec<i64>) = ranges.into_iter().unzip();
        VoxelBox::new(Coordinate::try_from(&begin[..]).unwrap(), Coordinate::try_from(&shape[..]).unwrap()).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn it_conforms_whatever_cache_and_blocks(number in 0_usize..1000, limit in limits(), edge in 0_i64..7, joint in 0_u64..3000) {
        let (source, cache, options) = case(number, limit, edge, joint);
        let cached = Cached::new(source.clone(), &cache, &options).unwrap();
        prop_assert_eq!(cached.meta(), source.meta());
        check_array(&cached).unwrap();
        check_writer(&cached).unwrap();
        prop_assert!(cached.data().unwrap().same_bits(&source.data().unwrap()));
        prop_assert!(cache.stats().bytes <= limit);
        drop(cached);
        prop_assert_eq!(cache.stats().entries, 0, "nobody can ask for them any more");
        check_transfers(source, |source| Ok(Arc::new(Cached::new(source, &cache, &options)?))).unwrap();
    }

    #[test]
    fn any_number_of_threads_reads_the_same(
        number in 0_usize..1000, limit in limits(), edge in 0_i64..7, joint in 0_u64..3000, threads in 1_usize..=8,
    ) {
        let (source, cache, options) = case(number, limit, edge, joint);
        // Two arrays share the cache: the same voxels under other keys.
        let arrays = [(); 2].map(|()| Cached::new(source.clone(), &cache, &options).unwrap());
        let all = *source.meta().voxel_box();
        prop_assume!(!all.is_empty());
        scope(|scope| {
            for thread in 0..threads {
                let (source, array) = (&source, &arrays[thread % 2]);
                scope.spawn(move || {
                    for part in parts(&all, thread as u64 / 4).take(6) {
                        let read = |array: &dyn Array| array.read_box(&part, &ReadContext::default()).unwrap();
                        assert!(read(array).same_bits(&read(source)), "{part}");
                    }
                });
            }
        });
        prop_assert!(cache.stats().bytes <= limit);
    }

    #[test]
    fn a_plan_tells_what_the_source_is_asked_for(
        number in 0_usize..1000, edge in 0_i64..7, joint in 0_u64..3000, seed in any::<u64>(),
    ) {
        let (source, cache, options) = case(number, 1 << 20, edge, joint);
        let all = *source.meta().voxel_box();
        prop_assume!(!all.is_empty() && !source.meta().shape().contains(&0));
        let counted = Arc::new(Counted::new(Arc::new(Requests(source))));
        let cached = Cached::new(counted.clone(), &cache, &options).unwrap();
        for part in parts(&all, seed).take(6) {
            let (plan, before) = (cached.plan(&part).unwrap(), counted.reads());
            let bytes = cache.stats().bytes - cache.stats().entries * BlockCache::ENTRY_BYTES;
            let read = cached.read_box(&part, &ReadContext::default()).unwrap();
            prop_assert_eq!(plan.requests, counted.reads() - before);
            let kept = cache.stats().bytes - cache.stats().entries * BlockCache::ENTRY_BYTES;
            prop_assert_eq!(plan.bytes_fetched, kept - bytes, "what is fetched is what is new in the cache");
            prop_assert_eq!(plan.bytes_result, read.bytes() as u64);
            prop_assert!(plan.peak_bytes <= plan.bytes_result + 2 * joint.max(plan.bytes_fetched));
            prop_assert_eq!(cached.plan(&part).unwrap().requests, 0, "now it is there");
        }
    }
}

/// An array that takes one request per read.
#[derive(Debug)]
struct Requests(ArrayRef);

impl Array for Requests {
    fn meta(&self) -> &ArrayMeta {
        self.0.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.0.read_voxels(voxels, out, cx)
    }

    fn plan(&self, voxels: &VoxelBox) -> Result<ReadPlan> {
        let bytes = self.0.plan(voxels)?.bytes_result;
        Ok(ReadPlan::fetched(1, bytes, bytes, bytes))
    }
}

fn line(values: u64) -> MemoryArray {
    let block = Block::zeros(DType::U64, &[values as usize]).unwrap();
    MemoryArray::new("line", block, [1], [0]).unwrap()
}

fn one(value: u64) -> Block {
    FillValue::from(value).block(DType::U64, &[1]).unwrap()
}

fn roi(begin: i64, extent: i64) -> Roi {
    Roi::new([begin], [extent]).unwrap()
}

/// A source whose reads begin, tell, and end when they are told to; it may fail when it writes, after having written.
#[derive(Debug)]
struct Slow {
    voxels: MemoryArray,
    began: Mutex<Sender<()>>,
    go_on: Mutex<Receiver<()>>,
    write_fails: bool,
}

impl Slow {
    fn new(write_fails: bool) -> (Arc<Self>, Receiver<()>, Sender<()>) {
        let ((began, has_begun), (tell, go_on)) = (channel(), channel());
        let (began, go_on) = (Mutex::new(began), Mutex::new(go_on));
        (Arc::new(Self { voxels: line(8), began, go_on, write_fails }), has_begun, tell)
    }
}

impl Array for Slow {
    fn meta(&self) -> &ArrayMeta {
        self.voxels.meta()
    }

    fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
        self.voxels.read_voxels(voxels, out, cx)?;
        self.began.lock().unwrap().send(()).unwrap();
        self.go_on.lock().unwrap().recv().unwrap();
        cx.check()
    }

    fn writer(&self) -> Option<&dyn ArrayWrite> {
        Some(self)
    }
}

impl ArrayWrite for Slow {
    fn write_voxels(&self, voxels: &VoxelBox, block: BlockRef<'_>, cx: &ReadContext) -> Result<()> {
        self.voxels.writer().unwrap().write_voxels(voxels, block, cx)?;
        if self.write_fails { Err(Error::Cancelled) } else { Ok(()) }
    }
}

#[test]
fn what_was_read_before_a_write_returned_is_not_read_after_it() {
    for write_fails in [false, true] {
        let (slow, began, go_on) = Slow::new(write_fails);
        let cache = BlockCache::of_blocks(1 << 20);
        let cached = Cached::new(slow, &cache, &CacheOptions::default().with_block([4])).unwrap();
        scope(|threads| {
            let reader = threads.spawn(|| cached.read::<u64>(roi(0, 2)).unwrap());
            began.recv().unwrap();
            assert_eq!(cached.write(roi(1, 1), one(7).view()).is_err(), write_fails);
            go_on.send(()).unwrap();
            assert_eq!(reader.join().unwrap().into_raw_vec_and_offset().0, [0, 0], "it asked before the write");
            let reader = threads.spawn(|| cached.read::<u64>(roi(0, 2)).unwrap());
            began.recv().unwrap();
            go_on.send(()).unwrap();
            assert_eq!(reader.join().unwrap().into_raw_vec_and_offset().0, [0, 7]);
        });
        assert_eq!(cached.read::<u64>(roi(0, 2)).unwrap()[1], 7, "from the cache: nobody tells the source to go on");
    }
}

#[test]
fn who_waits_for_a_block_can_be_cancelled_and_who_reads_it_be_replaced() {
    let (slow, began, go_on) = Slow::new(false);
    let cache = BlockCache::of_blocks(1 << 20);
    let cached = Cached::new(slow, &cache, &CacheOptions::default().with_block([4])).unwrap();
    let all = *cached.meta().voxel_box();
    let tokens = [(); 2].map(|()| CancelToken::default());
    let contexts = [0, 1].map(|number: usize| ReadContext::default().with_cancel(tokens[number].clone()));
    scope(|threads| {
        let reader = threads.spawn(|| cached.read_box(&all, &contexts[0]));
        began.recv().unwrap();
        let waiter = threads.spawn(|| cached.read_box(&all, &contexts[1]));
        let heir = threads.spawn(|| cached.read_box(&all, &ReadContext::default()));
        while cache.stats().joined < 4 {
            std::thread::yield_now();
        }
        tokens[1].cancel();
        assert!(matches!(waiter.join().unwrap(), Err(Error::Cancelled)), "while the read goes on");
        tokens[0].cancel();
        go_on.send(()).unwrap();
        assert!(matches!(reader.join().unwrap(), Err(Error::Cancelled)));
        for _ in 0..2 {
            // The heir reads block by block what was given up.
            began.recv().unwrap();
            go_on.send(()).unwrap();
        }
        assert!(heir.join().unwrap().is_ok());
    });
    assert_eq!(cache.stats().entries, 2);
}

#[test]
fn readers_never_see_less_than_what_was_written_before_they_asked() {
    let cache = BlockCache::of_blocks(1 << 20);
    let cached = Cached::new(Arc::new(line(6)), &cache, &CacheOptions::default().with_block([4])).unwrap();
    let written = AtomicU64::new(0);
    scope(|threads| {
        let read = || {
            loop {
                let floor = written.load(Ordering::SeqCst);
                let seen = cached.read::<u64>(roi(3, 2)).unwrap();
                assert!(seen[0] >= floor && seen[1] >= floor, "{seen} after {floor} was written");
                if floor == 2000 {
                    break;
                }
            }
        };
        for _ in 0..3 {
            threads.spawn(read);
        }
        for value in 1..=2000 {
            let block = FillValue::from(value).block(DType::U64, &[6]).unwrap();
            cached.write(roi(0, 6), block.view()).unwrap();
            written.store(value, Ordering::SeqCst);
        }
    });
}

#[test]
fn a_write_forgets_its_blocks_and_all_of_coarser_scales_only() {
    #[derive(Debug)]
    struct Scaled(MemoryArray, Vec<ArrayRef>);
    impl Array for Scaled {
        fn meta(&self) -> &ArrayMeta {
            self.0.meta()
        }
        fn read_voxels(&self, voxels: &VoxelBox, out: BlockMut<'_>, cx: &ReadContext) -> Result<()> {
            self.0.read_voxels(voxels, out, cx)
        }
        fn writer(&self) -> Option<&dyn ArrayWrite> {
            self.0.writer()
        }
        fn scales(&self) -> &[ArrayRef] {
            &self.1
        }
    }
    let coarse = Arc::new(Counted::new(Arc::new(line(8))));
    let cache = BlockCache::of_blocks(1 << 20);
    let options = CacheOptions::default().with_block([4]);
    let source = Arc::new(Scaled(line(16), vec![coarse.clone()]));
    let cached = Cached::new(source, &cache, &options).unwrap();
    let other = Cached::new(Arc::new(line(4)), &cache, &options).unwrap();
    let read_all = || {
        cached.data().unwrap();
        cached.scales()[0].data().unwrap();
        other.data().unwrap();
    };
    read_all();
    read_all();
    assert_eq!((cache.stats().entries, coarse.reads()), (4 + 2 + 1, 1));
    cached.write(roi(3, 2), FillValue::from(1).block(DType::U64, &[2]).unwrap().view()).unwrap();
    assert_eq!(cache.stats().entries, 2 + 1, "blocks 2 and 3, and that of the other array");
    read_all();
    assert_eq!((cache.stats().entries, coarse.reads()), (4 + 2 + 1, 2));
    cached.invalidate(cached.meta().voxel_box()).unwrap();
    assert_eq!(cache.stats().entries, 1);
    assert!(matches!(cached.invalidate(&VoxelBox::new([0, 0], [1, 1]).unwrap()), Err(Error::RankMismatch { .. })));
}

#[test]
fn requests_that_break_the_contract_are_refused_and_bad_blocks_too() {
    let cache = BlockCache::of_blocks(1 << 20);
    let cached = |options: CacheOptions| Cached::new(Arc::new(line(8)), &cache, &options);
    let array = cached(CacheOptions::default().with_block([3])).unwrap();
    let voxels = VoxelBox::new([2], [4]).unwrap();
    let read = |voxels: &VoxelBox, dtype, shape: &[usize]| {
        let mut out = Block::zeros(dtype, shape).unwrap();
        array.read_voxels(voxels, out.view_mut(), &ReadContext::default())
    };
    assert!(matches!(read(&voxels, DType::U64, &[5]), Err(Error::ShapeMismatch { .. })));
    assert!(matches!(read(&voxels, DType::I64, &[4]), Err(Error::DTypeMismatch { .. })));
    assert!(matches!(read(&VoxelBox::new([6], [4]).unwrap(), DType::U64, &[4]), Err(Error::OutsideArray { .. })));
    assert_eq!(cache.stats().misses, 0);
    assert!(matches!(cached(CacheOptions::default().with_block([3, 3])), Err(Error::RankMismatch { .. })));
    assert!(matches!(cached(CacheOptions::default().with_block([0])), Err(Error::OnAxis { .. })));
}

#[test]
fn an_array_whose_blocks_exceed_the_bound_is_read_as_it_is() {
    let source = Arc::new(Counted::new(Arc::new(line(100))));
    let cache = BlockCache::of_blocks(BlockCache::ENTRY_BYTES + 80);
    let cached = |edge: i64| Cached::new(source.clone(), &cache, &CacheOptions::default().with_block([edge])).unwrap();
    let (small, large) = (cached(10), cached(11));
    for (array, reads) in [(&small, 1), (&large, 2)] {
        let before = source.reads();
        assert_eq!(array.read::<u64>(roi(5, 2)).unwrap(), array.read::<u64>(roi(5, 2)).unwrap());
        assert_eq!(source.reads() - before, reads);
    }
    assert_eq!(large.plan(&VoxelBox::new([5], [2]).unwrap()).unwrap().bytes_result, 16);
    assert_eq!(cache.stats().refused, 0);
}
