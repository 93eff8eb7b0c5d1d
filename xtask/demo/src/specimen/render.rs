//! From what is where to grey values and labels.

use ndarray::{ArrayViewMut1, ArrayViewMut2};

use super::LOWEST_LABEL;
use super::noise::{self, Noise};
use super::organelles::{self, Inside};
use super::tissue::{Place, Tissue};
use super::vectors::{Tube, Vec3, blend, bump, rise};

/// Grey of bright cytoplasm.
const CYTOPLASM: f32 = 172.0;
/// Grey of the space between cells.
const BETWEEN: f32 = 192.0;
/// How much darker a membrane is than what it borders.
const MEMBRANE: f32 = 92.0;

/// Everything that is fixed before the first voxel.
#[derive(Debug)]
pub(super) struct Renderer {
    seed: u64,
    tissue: Tissue,
    mitochondria: Vec<Option<Tube>>,
    fields: Fields<Noise>,
}

/// The noises that a grey value is made from; as `Fields<Vec<f32>>`, their values along a line of voxels.
#[derive(Debug, Default)]
struct Fields<F> {
    /// Texture of the cytoplasm, coarse and fine.
    coarse: F,
    fine: F,
    /// Where the reticulum is, and how much of it.
    reticulum: F,
    patches: F,
    /// Where vesicles gather, and where a membrane is dense.
    clusters: F,
    wobble: F,
}

impl Fields<Noise> {
    fn new(seed: u64) -> Self {
        let field = |k: u64, spacing| Noise::new(noise::derive(seed, 200 + k), spacing);
        Self {
            coarse: field(0, 4.5),
            fine: field(1, 1.8),
            reticulum: field(2, 11.0),
            patches: field(3, 17.0),
            clusters: field(4, 15.0),
            wobble: field(5, 5.0),
        }
    }

    fn row(&self, z: usize, y: usize, extent: usize) -> Fields<Vec<f32>> {
        let values = |noise: &Noise| {
            let mut row = vec![0.0; extent];
            noise.row(z as f32, y as f32, &mut row);
            row
        };
        Fields {
            coarse: values(&self.coarse),
            fine: values(&self.fine),
            reticulum: values(&self.reticulum),
            patches: values(&self.patches),
            clusters: values(&self.clusters),
            wobble: values(&self.wobble),
        }
    }
}

impl Fields<Vec<f32>> {
    fn at(&self, x: usize) -> Fields<f32> {
        Fields {
            coarse: self.coarse[x],
            fine: self.fine[x],
            reticulum: self.reticulum[x],
            patches: self.patches[x],
            clusters: self.clusters[x],
            wobble: self.wobble[x],
        }
    }
}

impl Renderer {
    pub(super) fn new(seed: u64, shape: [usize; 3]) -> Self {
        let tissue = Tissue::new(seed, shape);
        let mitochondria = tissue.branches.iter().map(organelles::mitochondrion).collect();
        Self { seed, tissue, mitochondria, fields: Fields::new(seed) }
    }

    /// Fills one plane.
    pub(super) fn plane(&self, z: usize, mut image: ArrayViewMut2<'_, u8>, mut labels: ArrayViewMut2<'_, u64>) {
        let section = Section::new(self.seed, z);
        for (y, (image, labels)) in image.outer_iter_mut().zip(labels.outer_iter_mut()).enumerate() {
            self.row(z, y, &section, image, labels);
        }
    }

    fn row(
        &self,
        z: usize,
        y: usize,
        section: &Section,
        mut image: ArrayViewMut1<'_, u8>,
        mut labels: ArrayViewMut1<'_, u64>,
    ) {
        let bent = self.tissue.bend.row(z, y, image.len());
        let fields = self.fields.row(z, y, image.len());
        for (x, (grey, label)) in image.iter_mut().zip(labels.iter_mut()).enumerate() {
            let place = self.tissue.place([z, y, x], bent[x]);
            let voxel = Voxel { at: [z as f32, y as f32, x as f32], bent: bent[x], place, noise: fields.at(x) };
            *label = if voxel.in_pocket() > 0.0 { 0 } else { label_of(place.cell) };
            *grey = section.record(self.grey(&voxel), noise::hash(self.seed ^ 0x5407, [z as i64, y as i64, x as i64]));
        }
    }

    /// The tissue as it is, before the instrument: what is in cells or between them, and the membranes.
    fn grey(&self, voxel: &Voxel) -> f32 {
        let cell = Cell::new(self.seed, voxel.place.cell);
        let depth = voxel.in_pocket();
        let outside = rise(-0.5, 0.7, depth);
        let rim = MEMBRANE * bump((depth + 0.6) / 1.9);
        let border = (1.0 - outside) * self.border(voxel, cell.has_vesicles);
        blend(self.inside(voxel, &cell), BETWEEN, outside) - border.max(rim)
    }

    /// Cytoplasm, then what is in it.
    fn inside(&self, voxel: &Voxel, cell: &Cell) -> f32 {
        let Voxel { place, noise, .. } = voxel;
        let mut grey = cell.cytoplasm + 6.0 * noise.coarse + cell.grain * noise.fine;
        let inside = Inside { bent: voxel.bent, to_border: place.to_border, wobble: noise.wobble };
        let mitochondrion = self.mitochondria[place.branch as usize];
        let depth = mitochondrion.map_or(f32::INFINITY, |body| organelles::depth(&body, &inside));
        let room = rise(2.0, 4.0, place.to_border) * rise(1.5, 3.5, depth);

        let amount = cell.reticulum * room * rise(-0.2, 0.5, -noise.patches);
        grey = organelles::paint_reticulum(grey, noise.reticulum, amount);
        if cell.has_vesicles && noise.clusters > 0.2 && room > 0.0 {
            let painted = organelles::paint_vesicles(grey, voxel.at, self.seed ^ 0x7e51);
            grey = blend(grey, painted, room * rise(0.2, 0.4, noise.clusters));
        }
        if let Some(body) = mitochondrion {
            let hash = self.tissue.branches[place.branch as usize].hash;
            grey = organelles::paint_mitochondrion(grey, &body, depth, &inside, hash);
        }
        grey
    }

    /// How much the border of two cells is darker: a line, wider and darker at a synapse, which is where vesicles gather.
    fn border(&self, voxel: &Voxel, has_vesicles: bool) -> f32 {
        let Voxel { place, noise, .. } = voxel;
        let line = (MEMBRANE + 8.0 * noise.coarse) * bump(place.to_border / 2.3);
        let active = has_vesicles || Cell::new(self.seed, place.neighbour).has_vesicles;
        let pair = noise::hash(
            self.seed ^ 0x5c,
            [place.cell.min(place.neighbour).into(), place.cell.max(place.neighbour).into()],
        );
        if !active || pair % 3 == 0 {
            return line;
        }
        line.max(108.0 * bump(place.to_border / 4.0) * rise(0.9, 1.2, noise.clusters))
    }
}

/// All that is known about one voxel.
struct Voxel {
    at: Vec3,
    bent: Vec3,
    place: Place,
    noise: Fields<f32>,
}

impl Voxel {
    /// Voxels to the rim of a pocket between cells, positive in the pocket: where three of them meet, in some regions.
    fn in_pocket(&self) -> f32 {
        let wide = (0.5 + 2.2 * self.noise.patches).min(3.5);
        wide - self.place.to_corner
    }
}

/// What differs from cell to cell.
struct Cell {
    cytoplasm: f32,
    grain: f32,
    reticulum: f32,
    has_vesicles: bool,
}

impl Cell {
    fn new(seed: u64, cell: u32) -> Self {
        let hash = noise::hash(seed ^ 0xce11, [cell.into()]);
        let draw = |k: u64| noise::unit(noise::derive(hash, k));
        // One cell in nine is dark all over.
        let dark = if draw(1) < 0.11 { 30.0 } else { 0.0 };
        Self {
            cytoplasm: CYTOPLASM + 14.0 * (2.0 * draw(2) - 1.0) - dark,
            grain: 5.0 + 5.0 * draw(3),
            reticulum: if draw(4) < 0.7 { 0.5 + 0.5 * draw(5) } else { 0.0 },
            has_vesicles: draw(6) < 0.4,
        }
    }
}

/// The label of a cell: a hash with the number of the cell in its low bits, so that no two cells share one and every other is odd.
fn label_of(cell: u32) -> u64 {
    const CELL_BITS: u32 = 24;
    let high = noise::mix(cell.into()) & ((LOWEST_LABEL >> CELL_BITS) - 1);
    LOWEST_LABEL + (high << CELL_BITS) + u64::from(cell)
}

/// What the instrument does to a plane.
struct Section {
    brightness: f32,
    contrast: f32,
}

impl Section {
    fn new(seed: u64, z: usize) -> Self {
        let drift = Noise::new(noise::derive(seed, 301), 24.0).at([0.0, 0.0, z as f32]);
        let draw = |k: i64| noise::signed(noise::hash(seed, [k, z as i64]));
        Self { brightness: 3.0 * drift + 2.5 * draw(302), contrast: 1.0 + 0.025 * draw(303) }
    }

    /// A grey value as it is recorded: brighter is noisier.
    fn record(&self, tissue: f32, hash: u64) -> u8 {
        let level = 128.0 + (tissue - 128.0) * self.contrast + self.brightness;
        let shot = 0.62 * level.max(1.0).sqrt() * noise::normal(hash);
        (level + shot).round().clamp(0.0, 255.0) as u8
    }
}
