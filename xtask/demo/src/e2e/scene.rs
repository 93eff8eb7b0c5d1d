//! What is shown: a specimen on a DVID server of its own, resampled to 12 nm, by the code of `voxscope view`.

use std::sync::Arc;

use clap::Parser;
use cli::args::{Cli, Command};
use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};
use facade::ng_serve::Running;
use facade::prelude::*;
use facade::{DvidConfig, ResampledConfig};
use ndarray::Array3;
use serde_json::Value;

use super::Result;
use crate::specimen::{Specimen, SpecimenOptions};

const UUID: &str = "d51d0000c0de4f00a5a5000000000002";
/// Voxels of 8 nm. At 12 nm they are more than the window shows of the finest level, and less than it shows of the others.
const SHAPE: [usize; 3] = [40, 300, 420];
/// Nanometres along each axis.
const STEP: i64 = 12;

/// A running server, and what it should show.
#[derive(Debug)]
pub(super) struct Scene {
    running: Running,
    layers: Vec<Layer>,
    /// Stopped after the server that reads from it.
    _dvid: FixtureServer,
}

/// One volume, with all its levels.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) name: String,
    pub(super) kind: Kind,
    pub(super) levels: Vec<Level>,
}

/// The voxels of one level, and where they lie. All in the viewer's space: voxels of the finest level, from zero.
#[derive(Debug)]
pub(super) struct Level {
    pub(super) values: Array3<u64>,
    pub(super) begin_zyx: [f64; 3],
    pub(super) step_zyx: [f64; 3],
}

impl Scene {
    /// Serves everything, and reads what it should look like.
    pub(super) fn start(viewer: &str) -> Result<Self> {
        let dvid = serve_specimen()?;
        let source = |name: &str| format!("dvid://{}/{UUID}/{name}", dvid.url());
        let (image, labels) = (source("grayscale"), source("segmentation"));
        let size = [STEP; 3].map(|step| step.to_string()).join(",");
        let line = ["voxscope", "view", &image, &labels, "--voxel-size", &size, "--viewer", viewer];
        let Command::View(args) = Cli::try_parse_from(line)?.command else { return Err("no view".into()) };
        let running = cli::live::serve(&args)?;
        let mut layers = Vec::new();
        for name in ["grayscale", "segmentation"] {
            layers.push(Layer::read(&dvid.url(), name, &running)?);
        }
        Ok(Self { running, layers, _dvid: dvid })
    }

    pub(super) fn link(&self) -> &str {
        self.running.link()
    }

    pub(super) fn layers(&self) -> &[Layer] {
        &self.layers
    }

    /// The state that the link shows.
    pub(super) fn state(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.running.state().to_string())?)
    }

    /// Requests of which the server knows that they went wrong; the workers of the page tell nobody else.
    pub(super) fn complaints(&self) -> Vec<String> {
        let stats = self.running.stats();
        let wrong = [("failed", stats.failed), ("asked for what there is not", stats.refused)];
        let told = wrong.iter().filter(|(_, count)| *count > 0);
        told.map(|(what, count)| format!("the server: {count} requests {what}")).collect()
    }
}

fn serve_specimen() -> Result<FixtureServer> {
    let options = SpecimenOptions::default().with_shape(SHAPE);
    let Specimen { image, labels } = Specimen::generate(&options);
    let size = SpecimenOptions::VOXEL_SIZE;
    let offset = options.voxel_offset.map(|index| index * size);
    let image = MemoryArray::new("grayscale", image.into_dyn(), [size; 3], offset)?.with_kind(Kind::Image);
    let labels = MemoryArray::new("segmentation", labels.into_dyn(), [size; 3], offset)?.with_kind(Kind::Labels);
    let versions = vec![dvid_fixture::serve::Version::root(UUID)];
    let options = ServeOptions::default().with_versions(versions);
    Ok(FixtureServer::start(DvidService::new(Some(Arc::new(image)), Some(Arc::new(labels)), &options)?)?)
}

impl Layer {
    /// The finest level as `read` returns it to a program of its own, the others as they are to be served.
    fn read(server: &str, name: &str, running: &Running) -> Result<Self> {
        let config = ResampledConfig::new(ArrayConfig::Dvid(DvidConfig::new(server, UUID, name)));
        let own = open(&ArrayConfig::Resampled(Box::new(config.with_voxel_size([STEP; 3]))))?;
        let served = running.levels(name).ok_or("a volume is missing")?;
        let coarser = served.get(1..).unwrap_or_default();
        let arrays: Vec<&dyn Array> = std::iter::once(&*own).chain(coarser.iter().map(|level| &**level)).collect();
        let levels = arrays.into_iter().map(Level::read).collect::<Result<_>>()?;
        Ok(Self { name: name.to_owned(), kind: own.kind(), levels })
    }
}

impl Level {
    fn read(array: &dyn Array) -> Result<Self> {
        let read = array.read_with(array.roi(), &ReadOptions::default())?;
        let values = match read.block {
            Block::U8(values) => values.mapv(u64::from),
            Block::U64(values) => values,
            other => return Err(format!("voxels of {} are not compared here", other.dtype()).into()),
        };
        let in_voxels = |length: Length| length.to_f64() / STEP as f64;
        let (begin, step) = (array.meta().offset(), array.meta().voxel_size());
        Ok(Self {
            values: values.into_dimensionality()?,
            begin_zyx: [0, 1, 2].map(|axis| in_voxels(begin[axis])),
            step_zyx: [0, 1, 2].map(|axis| in_voxels(step[axis])),
        })
    }

    /// The middle of a voxel.
    pub(super) fn centre_zyx(&self, index_zyx: [usize; 3]) -> [f64; 3] {
        [0, 1, 2].map(|axis| self.begin_zyx[axis] + (index_zyx[axis] as f64 + 0.5) * self.step_zyx[axis])
    }

    /// The value of the voxel around a place, which is not on a border.
    pub(super) fn value(&self, place_zyx: [f64; 3]) -> Option<u64> {
        let index = [0, 1, 2].map(|axis| ((place_zyx[axis] - self.begin_zyx[axis]) / self.step_zyx[axis]).floor());
        if index.iter().any(|index| *index < 0.0) {
            return None;
        }
        self.values.get(index.map(|index| index as usize)).copied()
    }

    pub(super) fn shape(&self) -> [usize; 3] {
        self.values.dim().into()
    }

    /// Whether a place is inside, along y and x; `None` so near to the border that nobody can say.
    pub(super) fn contains_yx(&self, place_yx: [f64; 2]) -> Option<bool> {
        let distance = |axis: usize| {
            let (begin, place) = (self.begin_zyx[axis], place_yx[axis - 1]);
            let end = begin + self.shape()[axis] as f64 * self.step_zyx[axis];
            (place - begin).min(end - place)
        };
        let nearest = distance(1).min(distance(2));
        (nearest.abs() > 0.05).then_some(nearest > 0.0)
    }
}
