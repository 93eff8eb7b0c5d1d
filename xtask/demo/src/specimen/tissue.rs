//! Which cell is where: a division of space among the branches of cells, bent by smooth noise so that its borders curve.

use rayon::prelude::*;

use super::noise::{self, Noise};
use super::vectors::{Tube, Vec3, add, length, sub, times};

/// Voxels between the centres of neighbouring branches.
const SPACING: f32 = 32.0;
/// Edge of the blocks of voxels that share a list of branches near them.
const BLOCK: usize = 8;
/// No voxel of a block is further than this from the centre of the block, after bending.
const REACH: f32 = 11.0;

/// A piece of a cell. Neighbouring pieces of one cell meet, so that cells branch.
#[derive(Debug, Clone, Copy)]
pub(super) struct Branch {
    pub(super) cell: u32,
    pub(super) tube: Tube,
    /// Settles everything else that differs from branch to branch.
    pub(super) hash: u64,
}

/// What is known about a place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    pub(super) cell: u32,
    /// The nearest branch of that cell.
    pub(super) branch: u32,
    /// The nearest other cell.
    pub(super) neighbour: u32,
    /// Voxels to the border between the two.
    pub(super) to_border: f32,
    /// About the voxels to the nearest place where three cells meet; smooth across borders.
    pub(super) to_corner: f32,
}

/// All branches, with the bending of space and lists of what is near.
#[derive(Debug)]
pub(super) struct Tissue {
    pub(super) branches: Vec<Branch>,
    pub(super) bend: Bend,
    blocks: [usize; 3],
    near: Vec<Vec<u32>>,
}

impl Tissue {
    pub(super) fn new(seed: u64, shape: [usize; 3]) -> Self {
        let branches = grow(seed, shape);
        let bend = Bend::new(seed);
        let blocks = shape.map(|extent| extent.div_ceil(BLOCK));
        let near = (0..blocks.iter().product::<usize>())
            .into_par_iter()
            .map(|index| {
                let block = [index / (blocks[1] * blocks[2]), index / blocks[2] % blocks[1], index % blocks[2]];
                let centre = block.map(|b| (b * BLOCK) as f32 + 0.5 * (BLOCK - 1) as f32);
                near(&branches, bend.apply(centre))
            })
            .collect();
        Self { branches, bend, blocks, near }
    }

    /// What is at a voxel, given where bending puts it.
    pub(super) fn place(&self, voxel: [usize; 3], bent: Vec3) -> Place {
        let [z, y, x] = voxel.map(|v| v / BLOCK);
        let near = &self.near[(z * self.blocks[1] + y) * self.blocks[2] + x];
        let mut ranking = Ranking::default();
        for &branch in near {
            let Branch { cell, tube, .. } = self.branches[branch as usize];
            let (distance, direction) = tube.distance(bent);
            ranking.insert(Candidate { cell, branch, distance, direction });
        }
        ranking.place()
    }
}

/// Smooth displacement of every place, in two sizes of waves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bend {
    waves: [(Noise, f32); 6],
}

impl Bend {
    fn new(seed: u64) -> Self {
        let wave = |k: u64, spacing, amplitude| (Noise::new(noise::derive(seed, 100 + k), spacing), amplitude);
        Self {
            waves: [
                wave(0, 30.0, 6.5),
                wave(1, 30.0, 6.5),
                wave(2, 30.0, 6.5),
                wave(3, 11.0, 1.8),
                wave(4, 11.0, 1.8),
                wave(5, 11.0, 1.8),
            ],
        }
    }

    fn apply(&self, place: Vec3) -> Vec3 {
        let shift = |axis: usize| {
            let [(slow, far), (fast, little)] = [self.waves[axis], self.waves[axis + 3]];
            far * slow.at(place) + little * fast.at(place)
        };
        add(place, [shift(0), shift(1), shift(2)])
    }

    /// Where a line of voxels along x goes.
    pub(super) fn row(&self, z: usize, y: usize, extent: usize) -> Vec<Vec3> {
        let (z, y) = (z as f32, y as f32);
        let mut bent: Vec<Vec3> = (0..extent).map(|x| [z, y, x as f32]).collect();
        let mut values = vec![0.0; extent];
        for (index, (wave, amplitude)) in self.waves.iter().enumerate() {
            wave.row(z, y, &mut values);
            for (place, value) in bent.iter_mut().zip(&values) {
                place[index % 3] += amplitude * value;
            }
        }
        bent
    }
}

/// Branches on a jittered grid that reaches beyond the volume. Each reaches for one of its lower neighbours and in part of the
/// cases joins its cell; else it is a cell of its own.
fn grow(seed: u64, shape: [usize; 3]) -> Vec<Branch> {
    const MARGIN: usize = 2;
    let counts = shape.map(|extent| (extent as f32 / SPACING) as usize + 2 * MARGIN + 1);
    let centre = |index: [usize; 3]| {
        let hash = noise::hash(seed, index.map(|i| i as i64));
        let jitter = [1, 2, 3].map(|k| 0.46 * noise::signed(noise::derive(hash, k)));
        let grid = index.map(|i| i as f32 - MARGIN as f32);
        times(add(grid, jitter), SPACING)
    };
    let mut branches: Vec<Branch> = Vec::with_capacity(counts.iter().product());
    for z in 0..counts[0] {
        for y in 0..counts[1] {
            for x in 0..counts[2] {
                let index = [z, y, x];
                let hash = noise::hash(seed ^ 0xb1a5, index.map(|i| i as i64));
                let axis = (hash % 3) as usize;
                let own = branches.len() as u32;
                let branch = if index[axis] == 0 {
                    stub(own, centre(index), hash)
                } else {
                    let mut lower = index;
                    lower[axis] -= 1;
                    let other = branches[(lower[0] * counts[1] + lower[1]) * counts[2] + lower[2]];
                    reaching(own, centre(index), centre(lower), other, hash)
                };
                branches.push(branch);
            }
        }
    }
    branches
}

/// Most branches are thin, a few are thick.
fn radius(hash: u64) -> f32 {
    let t = noise::unit(noise::derive(hash, 11));
    1.0 + 17.0 * t * t * t
}

fn stub(own: u32, centre: Vec3, hash: u64) -> Branch {
    let along = [21, 22, 23].map(|k| 0.4 * SPACING * noise::signed(noise::derive(hash, k)));
    let tube = Tube { start: sub(centre, times(along, 0.5)), along, radius: radius(hash) };
    Branch { cell: own, tube, hash }
}

fn reaching(own: u32, centre: Vec3, towards: Vec3, other: Branch, hash: u64) -> Branch {
    let joins = noise::unit(noise::derive(hash, 12)) < 0.55;
    if !joins {
        return stub(own, centre, hash);
    }
    let tube = Tube { start: centre, along: sub(towards, centre), radius: 0.5 * (radius(hash) + radius(other.hash)) };
    Branch { cell: other.cell, tube, hash }
}

/// The branches that can be among the nearest three cells of a voxel within [`REACH`] of the centre.
fn near(branches: &[Branch], centre: Vec3) -> Vec<u32> {
    let distances: Vec<f32> = branches.iter().map(|branch| branch.tube.distance(centre).0).collect();
    let mut ranking = Ranking::default();
    for (index, (branch, &distance)) in branches.iter().zip(&distances).enumerate() {
        ranking.insert(Candidate { cell: branch.cell, branch: index as u32, distance, direction: [0.0; 3] });
    }
    let limit = ranking.best[2].distance + 2.0 * REACH;
    (0..branches.len() as u32).filter(|&index| distances[index as usize] <= limit).collect()
}

#[derive(Debug, Clone, Copy)]
struct Candidate {
    cell: u32,
    branch: u32,
    distance: f32,
    direction: Vec3,
}

/// The nearest three cells, each with its nearest branch.
#[derive(Debug)]
struct Ranking {
    best: [Candidate; 3],
}

impl Default for Ranking {
    fn default() -> Self {
        let nobody = |k| Candidate { cell: u32::MAX - k, branch: 0, distance: f32::INFINITY, direction: [0.0; 3] };
        Self { best: [nobody(0), nobody(1), nobody(2)] }
    }
}

impl Ranking {
    fn insert(&mut self, new: Candidate) {
        let best = &mut self.best;
        if new.distance >= best[2].distance {
            return;
        }
        // The place of the same cell, or else the last one, is given up; what is further away moves down.
        let from = best.iter().position(|known| known.cell == new.cell).unwrap_or(2);
        if new.distance >= best[from].distance {
            return;
        }
        let to = best.iter().position(|known| new.distance < known.distance).unwrap_or(from);
        best[to..=from].rotate_right(1);
        best[to] = new;
    }

    fn place(&self) -> Place {
        let [first, second, third] = self.best;
        Place {
            cell: first.cell,
            branch: first.branch,
            neighbour: second.cell,
            to_border: to_border(&first, &second),
            // Of the directions only a typical difference: the true one jumps at the border.
            to_corner: (third.distance - first.distance) / 1.4,
        }
    }
}

/// The difference of two distances grows by the difference of their directions a voxel, hence the quotient.
fn to_border(inside: &Candidate, outside: &Candidate) -> f32 {
    let slope = length(sub(inside.direction, outside.direction)).max(0.5);
    (outside.distance - inside.distance) / slope
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_what_is_near_leave_out_nobody_who_counts() {
        let shape = [24, 40, 40];
        let tissue = Tissue::new(5, shape);
        for z in (0..shape[0]).step_by(5) {
            for y in (0..shape[1]).step_by(3) {
                let row = tissue.bend.row(z, y, shape[2]);
                for (x, &bent) in row.iter().enumerate() {
                    let mut all = Ranking::default();
                    for (index, branch) in tissue.branches.iter().enumerate() {
                        let (distance, direction) = branch.tube.distance(bent);
                        all.insert(Candidate { cell: branch.cell, branch: index as u32, distance, direction });
                    }
                    let (all, listed) = (all.place(), tissue.place([z, y, x], bent));
                    assert_eq!((all.cell, all.branch, all.neighbour), (listed.cell, listed.branch, listed.neighbour));
                }
            }
        }
    }

    #[test]
    fn a_ranking_keeps_one_branch_a_cell_in_order() {
        let mut ranking = Ranking::default();
        for (cell, branch, distance) in [(1, 0, 5.0), (2, 1, 3.0), (1, 2, 4.0), (3, 3, 1.0), (1, 4, 2.0), (4, 5, 9.0)] {
            ranking.insert(Candidate { cell, branch, distance, direction: [0.0; 3] });
        }
        let order = ranking.best.map(|known| (known.cell, known.branch));
        assert_eq!(order, [(3, 3), (1, 4), (2, 1)]);
    }
}
