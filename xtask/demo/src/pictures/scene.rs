//! What is shown, and how it becomes pixels.

use cli::picture::{self, Grays, Picture, Plane, Zoom, gray, labels, section};
use facade::Result;
use facade::array_core::Element;
use facade::ng_layer::segment_color;
use facade::prelude::*;
use facade::resample::{Factor, resample};
use ndarray::{Array2, ArrayRef2, Axis, s};

use crate::specimen::{Specimen, SpecimenOptions};

/// Voxels along an edge of the piece of the specimen: whole windows of 2, 3 and 4, and of 2/3.
pub(super) const EDGE: usize = 60;
/// Pixels along an edge of a picture: a whole number for every voxel at each of the factors.
const SIDE: usize = 360;
/// Where the piece begins in the specimen, z, y, x.
const PIECE: [usize; 3] = [12, 158, 76];
/// The part of it that is enlarged, y, x and voxels along an edge: small, so that single voxels are seen.
const DETAIL: [usize; 3] = [20, 20, 20];

/// A piece of one section of the specimen, and the cells in it.
pub(super) struct Subject {
    pub(super) image: Scene<u8>,
    pub(super) labels: Scene<u64>,
}

impl Subject {
    pub(super) fn new() -> Self {
        let [z, y, x] = PIECE;
        let options = SpecimenOptions::default().with_shape([z + 1, y + EDGE, x + EDGE]);
        let Specimen { image, labels } = Specimen::generate(&options);
        let piece = s![z, y.., x..];
        Self { image: Scene(image.slice(piece).to_owned()), labels: Scene(parted(&labels.slice(piece))) }
    }
}

/// The cells with one voxel of background, 0, between any two of them, as it is in many segmentations.
fn parted(cells: &ArrayRef2<u64>) -> Array2<u64> {
    let differs = |at: [usize; 2], cell| cells.get(at).is_some_and(|&other| other != cell);
    Array2::from_shape_fn(cells.dim(), |(y, x)| {
        let cell = cells[[y, x]];
        if differs([y + 1, x], cell) || differs([y, x + 1], cell) { 0 } else { cell }
    })
}

/// Voxels that have a picture.
pub(super) trait Voxel: Element {
    fn paint(plane: &ArrayRef2<Self>) -> picture::Result<Picture>;
}

/// Shades of grey as they are.
impl Voxel for u8 {
    fn paint(plane: &ArrayRef2<Self>) -> picture::Result<Picture> {
        gray(plane, &Grays::of(plane))
    }
}

/// The colours that the viewer gives to labels; 0 is black.
impl Voxel for u64 {
    fn paint(plane: &ArrayRef2<Self>) -> picture::Result<Picture> {
        labels(plane, |id| segment_color(0, id))
    }
}

/// A square plane of voxels that fills a picture, however many they are.
pub(super) struct Scene<T>(Array2<T>);

impl<T: Voxel> Scene<T> {
    /// Its picture.
    pub(super) fn source(&self) -> Result<Picture> {
        let zoom = Zoom::none().times(SIDE / self.0.nrows());
        let block = self.0.view().insert_axis(Axis(0));
        Ok(T::paint(&section(&block, Plane::Z, 0, &zoom)?)?)
    }

    /// The same with the factor along both axes.
    pub(super) fn resampled(&self, factor: &str, spec: &Spec) -> Result<Self> {
        let resampled = || {
            let factor: Factor = factor.parse()?;
            resample(self.0.view(), &[factor, factor], spec)
        };
        Ok(Self(resampled().map_err(facade::array_core::Error::from)?))
    }

    /// The picture of the same with the factor along both axes.
    pub(super) fn at(&self, factor: &str, spec: &Spec) -> Result<Picture> {
        self.resampled(factor, spec)?.source()
    }

    /// The picture of a detail of the same with the factor, a whole number up, along both axes.
    pub(super) fn detail(&self, factor: &str, spec: &Spec) -> Result<Picture> {
        let whole = self.resampled(factor, spec)?;
        let up = whole.0.nrows() / self.0.nrows();
        let [y, x, edge] = DETAIL.map(|voxels| voxels * up);
        Scene(whole.0.slice(s![y..y + edge, x..x + edge]).to_owned()).source()
    }
}
