//! Instances of type `roi`: masks of whole blocks.

use array_core::{Coordinate, Grid, Length, Roi, VoxelBox};

use super::{Control, DvidClient, MAX_REPOS};
use crate::info::InstanceInfo;
use crate::request::Request;
use crate::{Error, Result};

/// A run of blocks along x that belong to a region of interest, in block coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Span {
    /// Block coordinate along z.
    pub z: i64,
    /// Block coordinate along y.
    pub y: i64,
    /// First block along x.
    pub begin_x: i64,
    /// Behind the last block along x.
    pub end_x: i64,
}

/// What a `roi` instance holds: runs of blocks, sorted and disjoint.
///
/// A region of interest has blocks of its own size, whatever those of the volume are, and knows no nanometres: it counts
/// voxels of the volume that it was made for. (Asked to mask a volume with other blocks, the server masks the wrong
/// voxels; here the voxels count.)
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionOfInterest {
    block: [i64; 3],
    spans: Vec<Span>,
}

impl DvidClient {
    /// Reads a `roi` instance. `uuid` is as in [`fetch_info`](Self::fetch_info).
    ///
    /// # Errors
    /// As [`fetch_info`](Self::fetch_info); [`Error::Unsupported`] for an instance of another type; [`Error::BadInfo`] for
    /// block runs that cannot be.
    pub fn region_of_interest(&self, uuid: &str, instance: &str) -> Result<RegionOfInterest> {
        let control = Control::new(&self.cx);
        let info = self.info(uuid, instance, &control)?;
        if info.type_name() != "roi" {
            let problem = format!("has the type `{}`, not `roi`", info.type_name());
            return Err(Error::Unsupported { instance: instance.to_owned(), problem });
        }
        self.spans(uuid, &info, &control)
    }

    pub(crate) fn spans(&self, uuid: &str, info: &InstanceInfo, control: &Control<'_>) -> Result<RegionOfInterest> {
        let block = info.block_size().map(|size| size.to_vec());
        let block: [i64; 3] = match block.as_deref() {
            Some(&[z, y, x]) if [z, y, x].iter().all(|side| (1..=1 << 12).contains(side)) => [z, y, x],
            _ => return Err(info.bad("`BlockSize` has not three sizes from 1 to 4096".to_owned())),
        };
        let request = Request::roi(uuid, info.name());
        self.get_json(&request, ("the list of block runs", MAX_REPOS), control, |runs: Option<Vec<[i64; 4]>>| {
            RegionOfInterest::of_runs(runs.unwrap_or_default(), block)
        })
    }
}

impl RegionOfInterest {
    /// Reads spans `[z, y, first x, last x]`.
    fn of_runs(stated: Vec<[i64; 4]>, block: [i64; 3]) -> Result<Self> {
        let bad = |problem: String| Error::bad_info("the list of block runs", problem);
        let mut spans = Vec::new();
        for [z, y, first, last] in stated {
            let within = |n: i64, side: i64| {
                i32::try_from(n.saturating_mul(side)).is_ok()
                    && i32::try_from(n.saturating_add(1).saturating_mul(side)).is_ok()
            };
            let fits = [z, y, first, last].iter().all(|n| i32::try_from(*n).is_ok())
                && within(z, block[0])
                && within(y, block[1])
                && within(first, block[2])
                && within(last, block[2]);
            if last < first || !fits {
                return Err(bad(format!("[{z}, {y}, {first}, {last}] is no run of blocks within 32-bit voxels")));
            }
            spans.push(Span { z, y, begin_x: first, end_x: last + 1 });
        }
        Ok(Self { block, spans: joined(spans) })
    }

    /// Voxels per block, z, y, x.
    pub fn block_size(&self) -> Coordinate {
        self.block.into()
    }

    /// The runs of blocks, sorted by z, y, x; none touches another along x.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Number of blocks.
    pub fn block_count(&self) -> u64 {
        self.spans.iter().map(|span| (span.end_x - span.begin_x) as u64).sum()
    }

    /// Coordinates z, y, x of all blocks, sorted.
    pub fn blocks(&self) -> impl Iterator<Item = Coordinate> + '_ {
        self.spans.iter().flat_map(|span| (span.begin_x..span.end_x).map(|x| [span.z, span.y, x].into()))
    }

    /// The voxels of each run.
    pub fn voxel_boxes(&self) -> impl Iterator<Item = VoxelBox> + '_ {
        self.spans.iter().map(|span| self.voxels_of(span))
    }

    /// The smallest box around all voxels; without voxels if there are none.
    pub fn bounds(&self) -> VoxelBox {
        let around = |a: VoxelBox, b: VoxelBox| {
            let pick = |f: fn(i64, i64) -> i64, a: Coordinate, b: Coordinate| [0, 1, 2].map(|i| f(a[i], b[i]));
            let (begin, end) = (pick(i64::min, a.begin(), b.begin()), pick(i64::max, a.end(), b.end()));
            VoxelBox::from_bounds(begin, end).unwrap_or(a)
        };
        self.voxel_boxes().reduce(around).unwrap_or_else(empty_box)
    }

    /// Each run as a region of the world of a volume with this grid.
    ///
    /// # Errors
    /// [`Error::Geometry`] where the grid has not three axes or nanometres overflow.
    pub fn regions(&self, grid: &Grid) -> Result<Vec<Roi<Length>>> {
        self.voxel_boxes().map(|voxels| Ok(grid.to_world(&voxels)?)).collect()
    }

    /// Whether a voxel (z, y, x) belongs to it.
    pub fn contains(&self, voxel: &Coordinate) -> bool {
        let Ok(block) = voxel.div_floor(&self.block.into()) else { return false };
        let after = self.spans.partition_point(|span| (span.z, span.y, span.begin_x) <= (block[0], block[1], block[2]));
        let before = after.checked_sub(1).map(|at| self.spans[at]);
        before.is_some_and(|span| (span.z, span.y) == (block[0], block[1]) && block[2] < span.end_x)
    }

    /// The voxels of the runs within a box, a box for each.
    pub(crate) fn within<'a>(&'a self, voxels: &'a VoxelBox) -> impl Iterator<Item = VoxelBox> + 'a {
        let block_z = |z: i64| z.div_euclid(self.block[0]);
        let from = self.spans.partition_point(|span| span.z < block_z(voxels.begin()[0]));
        let to = self.spans.partition_point(|span| span.z <= block_z(voxels.end()[0] - 1));
        let shared = move |span: &Span| self.voxels_of(span).intersect(voxels).ok().filter(|part| !part.is_empty());
        self.spans[from..to.max(from)].iter().filter_map(shared)
    }

    fn voxels_of(&self, span: &Span) -> VoxelBox {
        let [z, y, x] = self.block;
        let begin = [span.z * z, span.y * y, span.begin_x * x];
        // Both ends were checked to fit into 32 bits when the runs were read.
        VoxelBox::from_bounds(begin, [begin[0] + z, begin[1] + y, span.end_x * x]).unwrap_or_else(|_| empty_box())
    }
}

fn empty_box() -> VoxelBox {
    VoxelBox::new([0; 3], [0; 3]).expect("a box of three axes without voxels")
}

/// Sorted, with those joined that overlap or touch.
fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut out: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match out.last_mut() {
            Some(last) if (last.z, last.y) == (span.z, span.y) && span.begin_x <= last.end_x => {
                last.end_x = last.end_x.max(span.end_x);
            }
            _ => out.push(span),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(spans: &[[i64; 4]]) -> Result<RegionOfInterest> {
        RegionOfInterest::of_runs(spans.to_vec(), [2, 4, 8])
    }

    #[test]
    fn runs_are_sorted_joined_and_turned_into_voxels() {
        let region = region(&[[1, 0, 4, 5], [-1, 2, -3, -2], [1, 0, 6, 6], [1, 0, 5, 5]]).unwrap();
        let spans: Vec<_> = region.spans().iter().map(|s| [s.z, s.y, s.begin_x, s.end_x]).collect();
        assert_eq!(spans, [[-1, 2, -3, -1], [1, 0, 4, 7]]);
        assert_eq!((region.block_count(), region.blocks().count()), (5, 5));
        assert_eq!(region.bounds(), VoxelBox::from_bounds([-2, 0, -24], [4, 12, 56]).unwrap());
        let grid = Grid::with_step(Coordinate::from([10, 1, 1]).to_lengths()).unwrap();
        let world = region.regions(&grid).unwrap();
        assert_eq!(world[0], grid.to_world(&VoxelBox::from_bounds([-2, 8, -24], [0, 12, -8]).unwrap()).unwrap());
        for (voxel, inside) in [([2, 0, 32], true), ([3, 3, 55], true), ([3, 3, 56], false), ([-1, 8, -24], true)] {
            assert_eq!(region.contains(&voxel.into()), inside, "{voxel:?}");
        }
        let asked = VoxelBox::from_bounds([-1, 0, -10], [3, 10, 40]).unwrap();
        let parts: Vec<_> = region.within(&asked).collect();
        let want = [([-1, 8, -10], [0, 10, -8]), ([2, 0, 32], [3, 4, 40])];
        assert_eq!(parts, want.map(|(begin, end)| VoxelBox::from_bounds(begin, end).unwrap()));
    }

    #[test]
    fn what_is_no_run_is_refused() {
        assert!(region(&[]).unwrap().bounds().is_empty());
        for span in [[0, 0, 2, 1], [0, 0, 0, 1 << 30], [i64::MAX, 0, 0, 0]] {
            assert!(matches!(region(&[span]), Err(Error::BadInfo { .. })), "{span:?}");
        }
    }
}
