//! The main job: one region of an image and its labels, at two other voxel sizes, as arrays, pictures and a viewer link.

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use cli::picture::{Picture, montage};
use cli::view::{Planes, rate};
use cli::{files, layer};
use facade::array_core::Error::NothingLeft;
use facade::ng_layer::neuroglance::Lossy;
use facade::ng_layer::{LayerOptions, PUBLIC_VIEWER};
use facade::prelude::*;
use facade::{Error, ResampledConfig, Result};

/// Pixels between pictures.
const MARGIN: usize = 8;
/// How opaque labels lie over the image.
const ALPHA: f32 = 0.35;

/// Where the volumes are, which region of them is wanted, and where the results go.
#[derive(Debug)]
pub struct Job {
    /// The image.
    pub image: Option<ArrayConfig>,
    /// Its labels.
    pub labels: Option<ArrayConfig>,
    /// The region in nanometres; all that there is where absent.
    pub roi: Option<Roi<Length>>,
    /// The folder.
    pub out: PathBuf,
}

/// A voxel size to read at, relative to the volume's own.
struct Size {
    /// Part of the file names.
    name: &'static str,
    /// New voxels per `down` old ones.
    up: i64,
    down: i64,
}

/// Twice the voxel size, and one and a half times, which is no whole factor.
const SIZES: [Size; 2] = [Size { name: "coarser", up: 1, down: 2 }, Size { name: "rational", up: 2, down: 3 }];

/// What was read of one volume.
struct Reading {
    array: ArrayRef,
    roi: Roi<Length>,
    block: Block,
}

impl Job {
    /// Does the job and tells about it on `log`. Returns the link.
    ///
    /// # Errors
    /// The first thing that goes wrong.
    pub fn run(&self, log: &mut impl Write) -> Result<String> {
        std::fs::create_dir_all(&self.out).map_err(|error| files::failed(&self.out, &error))?;
        let volumes = self.volumes(log)?;
        for size in &SIZES {
            let mut readings = Vec::new();
            for ((role, config), volume) in self.roles().zip(&volumes) {
                readings.push(self.read(role, config, volume.voxel_size(), size, log)?);
            }
            self.paint(size, &readings, log)?;
        }
        self.link(&volumes, log)
    }

    fn roles(&self) -> impl Iterator<Item = (&'static str, &ArrayConfig)> {
        let image = self.image.as_ref().map(|config| ("image", config));
        image.into_iter().chain(self.labels.as_ref().map(|config| ("labels", config)))
    }

    /// The volumes as they are on the server, each what it should be.
    fn volumes(&self, log: &mut impl Write) -> Result<Vec<ArrayRef>> {
        let mut volumes = Vec::new();
        for (role, config) in self.roles() {
            let volume = open(config)?;
            say(log, &cli::describe::describe(&*volume));
            if (volume.kind() == Kind::Labels) != (role == "labels") {
                return Err(Error::invalid(role, format!("'{}' holds {}", volume.name(), volume.kind())));
            }
            volumes.push(volume);
        }
        Ok(volumes)
    }

    /// Opens a volume at another voxel size through a config file, as a user would, reads the region and keeps it.
    fn read(
        &self,
        role: &str,
        config: &ArrayConfig,
        own: Coordinate<Length>,
        size: &Size,
        log: &mut impl Write,
    ) -> Result<Reading> {
        let name = format!("{role}-{}", size.name);
        let ratio = Length::new(size.down, size.up).map_err(geometry)?;
        let wanted = own.try_map(|_, length| length.checked_mul(ratio)).map_err(geometry)?;
        let resampled = ArrayConfig::Resampled(Box::new(ResampledConfig::new(config.clone()).with_voxel_size(wanted)));
        let path = self.out.join(format!("{name}.json"));
        files::write_bytes(&path, (resampled.to_json() + "\n").as_bytes())?;

        let array = open(&ArrayConfig::from_file(&path)?)?;
        let asked = array.meta().bounded(&self.roi.unwrap_or_else(|| array.roi()))?;
        let options = ReadOptions::default().with_alignment(Rounding::Grow).with_outside(Outside::Clip);
        let start = Instant::now();
        let read = array.read_with(asked, &options)?;
        let time = start.elapsed();
        if read.block.is_empty() {
            let (request, region) = (Box::new(asked), Box::new(array.roi()));
            return Err(Error::Array(NothingLeft { array: array.name().to_owned(), request, region }));
        }
        files::write_npy(&self.out.join(format!("{name}.npy")), &read.block)?;
        let (shape, dtype) = (read.block.shape(), read.block.dtype());
        let moved = if read.roi == asked { String::new() } else { format!(", the voxels that {asked} nm touches") };
        let line = format!(
            "{name:<17} {} nm{moved}\n{:18}from {}\n{:18}{own} nm -> {wanted} nm, {dtype} {shape:?}, {}\n",
            read.roi,
            "",
            origin(config),
            "",
            rate(read.block.bytes() as u64, time)
        );
        say(log, &line);
        Ok(Reading { array, roi: read.roi, block: read.block })
    }

    /// Cross-sections in all three planes: the image, the labels, the labels over the image, and all of them side by side.
    fn paint(&self, size: &Size, readings: &[Reading], log: &mut impl Write) -> Result<()> {
        let mut pictures = Vec::new();
        let mut planes = Vec::new();
        for reading in readings {
            let what = if reading.array.kind() == Kind::Labels { "labels" } else { "image" };
            let of = Planes::of(&*reading.array, &reading.block)?;
            pictures.push((what, of.picture()?));
            planes.push(of);
        }
        if let ([image, labels], [planes, _]) = (readings, &planes[..]) {
            if image.roi == labels.roi && image.block.shape() == labels.block.shape() {
                pictures.push(("overlay", planes.with_labels(&*labels.array, &labels.block, ALPHA)?.picture()?));
                let row: Vec<&Picture> = pictures.iter().map(|(_, picture)| picture).collect();
                pictures.push(("panel", montage(&[&row], MARGIN)?));
            } else {
                let place = |reading: &Reading| format!("{:?} voxels in {} nm", reading.block.shape(), reading.roi);
                say(log, &format!("no overlay: the image has {}, the labels {}\n", place(image), place(labels)));
            }
        }
        for (what, picture) in pictures {
            let path = self.out.join(format!("{what}-{}.png", size.name));
            files::write_bytes(&path, &picture.to_png()?)?;
            say(log, &format!("picture           {}\n", path.display()));
        }
        Ok(())
    }

    /// The state of a viewer that shows the volumes on the server, and the link to it.
    fn link(&self, volumes: &[ArrayRef], log: &mut impl Write) -> Result<String> {
        // Grayscale comes to the viewer as JPEG; for a look it will do, and the explanation below says so.
        let options = LayerOptions::default().with_lossy(Lossy::Accept);
        let view = layer::view(volumes, self.roi, &options)?;
        let path = self.out.join("state.json");
        files::write_bytes(&path, format!("{:#}\n", view.state).as_bytes())?;
        for (name, explanation) in layer::explanations(&view) {
            say(log, &format!("layer {name}: {explanation}\n"));
        }
        let url = view.state.to_url(PUBLIC_VIEWER).map_err(|error| Error::Backend(Box::new(error)))?;
        say(log, &format!("viewer state      {}\nlink              {url}\n", path.display()));
        Ok(url)
    }
}

/// A config without its views: where the voxels come from, and at which scale.
fn origin(config: &ArrayConfig) -> String {
    match config {
        ArrayConfig::Dvid(dvid) => {
            let (server, uuid, data) = &dvid.source;
            format!("dvid://{server}/{uuid}/{data}, scale {}", dvid.scale)
        }
        ArrayConfig::Npy(npy) => npy.path.display().to_string(),
        ArrayConfig::Crop(crop) => origin(&crop.source),
        ArrayConfig::Resampled(resampled) => origin(&resampled.source),
        other => other.to_json(),
    }
}

/// A log that nobody reads any more is no reason to stop.
fn say(log: &mut impl Write, text: &str) {
    let _ = log.write_all(text.as_bytes());
}

fn geometry(error: facade::array_core::coord_roi::Error) -> Error {
    Error::Array(error.into())
}
