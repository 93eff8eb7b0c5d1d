//! A specimen that looks like a volume of neuropil from an electron microscope, with its segmentation.
//!
//! Cells branch and fill all space; dark membranes run between them, and inside of them are cytoplasm with its texture,
//! mitochondria with cristae, vesicles and reticulum. The instrument adds what instruments add: sections differ a little in
//! brightness and contrast, and every voxel has its noise. The same options give the same bytes, on every machine and with any
//! number of threads.
//!
//! It is a picture to test software with, not a model of tissue.

mod noise;
mod organelles;
mod render;
mod tissue;
mod vectors;

use ndarray::Array3;
use rayon::prelude::*;

use render::Renderer;

/// Labels lie in `2^53 .. 2^54`, where every odd number is lost as soon as it passes through a 64-bit float.
pub const LOWEST_LABEL: u64 = 1 << 53;

/// What to make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpecimenOptions {
    /// Voxels along z, y, x.
    pub shape: [usize; 3],
    /// Index of the first voxel along z, y, x in the grid of the volume; chosen so that no block of a server begins there.
    pub voxel_offset: [i64; 3],
    /// Another seed gives other cells.
    pub seed: u64,
}

impl Default for SpecimenOptions {
    fn default() -> Self {
        Self { shape: [192, 256, 256], voxel_offset: [712, 1096, 2056], seed: 2 }
    }
}

impl SpecimenOptions {
    /// Edge of a voxel in nanometres, the same along all axes.
    pub const VOXEL_SIZE: i64 = 8;

    /// The same with another shape.
    pub fn with_shape(mut self, shape: [usize; 3]) -> Self {
        self.shape = shape;
        self
    }

    /// The same with another seed.
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }
}

/// An image and its segmentation, both zyx and of equal shape.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Specimen {
    /// Grey values: membranes dark, cytoplasm bright.
    pub image: Array3<u8>,
    /// The cell of each voxel; 0 in the space between cells.
    pub labels: Array3<u64>,
}

impl Specimen {
    /// Makes it, plane by plane in parallel: a few seconds for the default, in a release build.
    pub fn generate(options: &SpecimenOptions) -> Self {
        let renderer = Renderer::new(options.seed, options.shape);
        let mut image = Array3::zeros(options.shape);
        let mut labels = Array3::zeros(options.shape);
        let planes: Vec<_> = image.outer_iter_mut().zip(labels.outer_iter_mut()).enumerate().collect();
        planes.into_par_iter().for_each(|(z, (image, labels))| renderer.plane(z, image, labels));
        Self { image, labels }
    }
}

#[cfg(test)]
mod tests;
