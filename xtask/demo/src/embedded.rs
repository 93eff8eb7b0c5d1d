//! The specimen on a DVID server of its own.

use std::path::Path;
use std::sync::Arc;

use dvid_fixture::FixtureServer;
use dvid_fixture::serve::{DvidService, ServeOptions};
use facade::prelude::*;
use facade::{DvidConfig, Error, Result};

use crate::specimen::{Specimen, SpecimenOptions};

/// Coarser scales of the labels; without any, the viewer refuses a labelmap.
const LABEL_SCALES: u8 = 3;
/// Coarser images, so that the viewer need not load all of the finest one.
const IMAGE_SCALES: u8 = 2;
const UUID: &str = "d51d0000c0de4f00a5a5000000000001";

/// A server that holds the specimen, and how to reach it.
#[derive(Debug)]
pub struct Embedded {
    server: FixtureServer,
}

impl Embedded {
    /// Makes the specimen and serves it, on any free port unless one is named.
    ///
    /// # Errors
    /// When the port is taken.
    pub fn start(options: &SpecimenOptions, port: u16) -> Result<Self> {
        let (image, labels) = arrays(options)?;
        let serve = ServeOptions::default().with_max_downres_level(LABEL_SCALES).with_image_levels(IMAGE_SCALES);
        let service = DvidService::new(Some(image), Some(labels), &serve).map_err(backend)?;
        Ok(Self { server: FixtureServer::start_on(port, service).map_err(backend)? })
    }

    /// Address of the server.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Writes the configs of both volumes into a folder and reads them again, as a user would.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn configs(&self, folder: &Path) -> Result<(ArrayConfig, ArrayConfig)> {
        let config = |name: &str| -> Result<ArrayConfig> {
            let path = folder.join(format!("{name}.json"));
            let config = ArrayConfig::Dvid(DvidConfig::new(self.url(), UUID, name));
            cli::files::write_bytes(&path, (config.to_json() + "\n").as_bytes())?;
            ArrayConfig::from_file(&path)
        };
        Ok((config("grayscale")?, config("segmentation")?))
    }

    /// How many requests were answered so far.
    pub fn request_count(&self) -> u64 {
        self.server.request_count()
    }
}

/// The region that the demo reads: most of the specimen, on voxel borders of 8, 12 and 16 nm, but on none of the server's blocks.
///
/// # Errors
/// When the specimen is too small to hold such a region.
pub fn region(options: &SpecimenOptions) -> Result<Roi<Length>> {
    const STEP: i64 = 48;
    let size = SpecimenOptions::VOXEL_SIZE;
    let bounds = |axis: usize| {
        let begin = options.voxel_offset[axis] * size;
        let end = begin + options.shape[axis] as i64 * size;
        // One step of margin, so that filters see real neighbours.
        (((begin + STEP - 1).div_euclid(STEP) + 1) * STEP, (end.div_euclid(STEP) - 1) * STEP)
    };
    let all = [0, 1, 2].map(bounds);
    let roi = Roi::from_bounds(all.map(|(begin, _)| begin), all.map(|(_, end)| end));
    Ok(roi.map_err(facade::array_core::Error::from)?.into())
}

fn arrays(options: &SpecimenOptions) -> Result<(ArrayRef, ArrayRef)> {
    let Specimen { image, labels } = Specimen::generate(options);
    let size = [SpecimenOptions::VOXEL_SIZE; 3];
    let offset = options.voxel_offset.map(|index| index * SpecimenOptions::VOXEL_SIZE);
    let image = MemoryArray::new("grayscale", image.into_dyn(), size, offset)?.with_kind(Kind::Image);
    let labels = MemoryArray::new("segmentation", labels.into_dyn(), size, offset)?.with_kind(Kind::Labels);
    Ok((Arc::new(image), Arc::new(labels)))
}

fn backend(error: dvid_fixture::Error) -> Error {
    Error::Backend(Box::new(error))
}
