//! The pictures of the page "Which method?" of `resample`: a small piece of the specimen under every method.
//!
//! Nothing is drawn: what is seen is what [`resample`](facade::resample::resample()) returns, with every voxel enlarged to a
//! square of pixels.

mod scene;

use std::path::{Path, PathBuf};

use cli::files;
use cli::picture::{Picture, montage};
use facade::Result;
use facade::prelude::*;
use facade::resample::{AntiAlias, Method, Order, Zeros};

use scene::{Scene, Subject};

/// Pixels between the parts of a panel.
const MARGIN: usize = 8;

/// A picture of the page: parts of equal size side by side.
#[derive(Debug)]
pub struct Panel {
    /// Its file, without a folder.
    pub file: String,
    /// What is in the file.
    pub picture: Picture,
}

impl Panel {
    fn new(name: &str, parts: &[Picture]) -> Result<Self> {
        let row: Vec<&Picture> = parts.iter().collect();
        Ok(Self { file: format!("{name}.png"), picture: montage(&[&row], MARGIN)? })
    }
}

/// All pictures of the page, the same on every machine.
///
/// # Errors
/// None as long as every method accepts what is asked of it here.
pub fn panels() -> Result<Vec<Panel>> {
    let Subject { image, labels } = Subject::new();
    let mut panels = Vec::new();
    for (name, spec) in image_methods() {
        panels.push(down(&format!("image-{name}"), &image, &spec)?);
    }
    for (name, spec) in label_methods() {
        panels.push(down(&format!("labels-{name}"), &labels, &spec)?);
    }
    panels.push(up(&image)?);
    panels.push(thirds_of_image(&image)?);
    panels.push(thirds_of_labels(&labels)?);
    panels.push(chained(&labels)?);
    Ok(panels)
}

/// Writes all pictures into a folder and returns their paths.
///
/// # Errors
/// [`facade::Error::File`] for a folder that cannot be written.
pub fn write(folder: &Path) -> Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder).map_err(|error| files::failed(folder, &error))?;
    let mut written = Vec::new();
    for panel in panels()? {
        let path = folder.join(&panel.file);
        files::write_bytes(&path, &panel.picture.to_png()?)?;
        written.push(path);
    }
    Ok(written)
}

fn by(method: Method) -> Spec {
    Spec::default().with_method(method)
}

fn image_methods() -> [(&'static str, Spec); 9] {
    let linear = by(Method::Interpolate(Order::Linear));
    [
        ("order-0", by(Method::Interpolate(Order::Nearest))),
        ("order-1", linear.clone()),
        ("order-1-plain", linear.with_anti_alias(AntiAlias::Off)),
        ("order-3", by(Method::Interpolate(Order::Cubic))),
        ("mean", by(Method::Mean)),
        ("median", by(Method::Median)),
        ("min", by(Method::Min)),
        ("max", by(Method::Max)),
        ("stride", by(Method::Stride)),
    ]
}

fn label_methods() -> [(&'static str, Spec); 6] {
    [
        ("mode", by(Method::Mode)),
        ("mode-ignore-zeros", by(Method::Mode).with_zeros(Zeros::Ignore)),
        ("order-0", by(Method::Interpolate(Order::Nearest))),
        ("stride", by(Method::Stride)),
        ("min", by(Method::Min)),
        ("max", by(Method::Max)),
    ]
}

/// The source, half as many voxels, a third as many.
fn down<T: scene::Voxel>(name: &str, scene: &Scene<T>, spec: &Spec) -> Result<Panel> {
    let parts = [scene.source()?, scene.at("1/2", spec)?, scene.at("1/3", spec)?];
    Panel::new(name, &parts)
}

/// A detail of the image, and the same with three voxels for one by orders 0, 1 and 3.
fn up(image: &Scene<u8>) -> Result<Panel> {
    let by_order = |order| image.detail("3", &by(Method::Interpolate(order)));
    let parts = [by_order(Order::Nearest)?, by_order(Order::Linear)?, by_order(Order::Cubic)?];
    Panel::new("image-up-3", &parts)
}

/// Two voxels for three: the source, order 1, mean.
fn thirds_of_image(image: &Scene<u8>) -> Result<Panel> {
    let at = |method| image.at("2/3", &by(method));
    let parts = [image.source()?, at(Method::Interpolate(Order::Linear))?, at(Method::Mean)?];
    Panel::new("image-two-thirds", &parts)
}

/// Two voxels for three: the source, mode, order 0.
fn thirds_of_labels(labels: &Scene<u64>) -> Result<Panel> {
    let at = |method| labels.at("2/3", &by(method));
    let parts = [labels.source()?, at(Method::Mode)?, at(Method::Interpolate(Order::Nearest))?];
    Panel::new("labels-two-thirds", &parts)
}

/// The source, mode by four at once, mode by two twice.
fn chained(labels: &Scene<u64>) -> Result<Panel> {
    let mode = by(Method::Mode);
    let half = labels.resampled("1/2", &mode)?;
    let parts = [labels.source()?, labels.at("1/4", &mode)?, half.at("1/2", &mode)?];
    Panel::new("labels-mode-chained", &parts)
}
