//! What the viewer shows of an array: its layer, its source, its place.

mod annotations;
mod contrast;
mod options;
mod placement;
mod view;

pub use annotations::{block_layer, region_layer};
pub use contrast::{Contrast, contrast_of, sample_contrast};
pub use options::{LayerOptions, Lossy, ServeAt};
pub use placement::Placement;
pub use view::{View, ViewBuilder};

use crate::error::{Error, Result};
use crate::layer::{ImageLayer, Layer, SegmentationLayer};
use crate::source::{Source, SourceUrl};
use crate::space::CoordinateSpace;
use crate::transform::Matrix;
use array_core::{Array, ArrayMeta, DType, Kind, ViewerSource};

/// Who has to serve the data of a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Address {
    /// Nobody new: the viewer reads the array's own public address.
    Public,
    /// A server of yours, at the address in the layer.
    Served,
}

/// A data source for an array, and why it is this one.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ChosenSource {
    /// The source, with its transform.
    pub source: Source,
    /// Who has to serve it.
    pub address: Address,
    /// One line for people: which address was taken, and why.
    pub explanation: String,
}

/// A layer for an array, and what one has to know to use it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct NeuroglancerLayer {
    /// The layer.
    pub layer: Layer,
    /// Who has to serve its data.
    pub address: Address,
    /// One line for people: which address was taken, and why.
    pub explanation: String,
}

/// How an array appears in the viewer; every array has these methods.
///
/// The viewer shows what `read` returns, where it is: the layer's dimensions are x, y, z with the array's own voxel size,
/// and a grid that does not begin at the world's origin becomes a translation of `origin / step` output voxels, exact for
/// any fraction.
pub trait Neuroglance: Array {
    /// Whether the viewer can show the array at all; [`Placement::of`] says why not.
    fn can_neuroglance(&self) -> bool {
        layer_type_of(self.meta()).is_ok()
    }

    /// The name of its layer, and of its address on a server: that of *this* array, also if it is a view of another.
    fn source_name(&self) -> &str {
        self.meta().name()
    }

    /// From indices of the array's grid, in x, y, z order, to output voxels: `rank` rows and `rank + 1` columns. More
    /// than one channel makes a fourth row.
    ///
    /// # Errors
    /// [`Error::NotViewable`].
    fn transform_matrix(&self) -> Result<Matrix> {
        Ok(Placement::of(self.meta())?.grid_transform()?.matrix())
    }

    /// The dimensions of [`transform_matrix`](Self::transform_matrix)'s rows: x, y, z in metres per voxel, and `c^` if
    /// there is more than one channel.
    ///
    /// # Errors
    /// [`Error::NotViewable`].
    fn output_dimensions(&self) -> Result<CoordinateSpace> {
        Ok(Placement::of(self.meta())?.grid_transform()?.output().clone())
    }

    /// Where the viewer gets the voxels: the array's own public address if the viewer shows there what `read` returns,
    /// else the address at which a server has to offer it, in the precomputed format.
    ///
    /// # Errors
    /// [`Error::NotViewable`], and [`Error::SourceUrl`] if no address can be made of base address and name.
    fn neuroglancer_source(&self, options: &LayerOptions) -> Result<ChosenSource> {
        let placement = Placement::of(self.meta())?;
        match usable_address(self, &placement, options) {
            Ok((url, why)) => public_source(&placement, &url, &why),
            Err(reason) => served_source(self.source_name(), &placement, &options.serve_at, &reason),
        }
    }

    /// A whole layer: type by the kind of the array (masks and labels are segmentations, but a mask of fractions is an
    /// image), source, place, and a contrast for images of other types than uint8.
    ///
    /// # Errors
    /// As [`neuroglancer_source`](Self::neuroglancer_source), and [`Error::ContrastLimit`] for a contrast that does not
    /// go with the type of the array.
    fn neuroglancer_layer(&self, options: &LayerOptions) -> Result<NeuroglancerLayer> {
        let kind = layer_type_of(self.meta())?;
        let ChosenSource { source, address, mut explanation } = self.neuroglancer_source(options)?;
        let layer = match kind {
            LayerType::Segmentation => SegmentationLayer::new(self.source_name(), source)?.into(),
            LayerType::Image => {
                let layer = ImageLayer::new(self.source_name(), source)?;
                let (contrast, note) = options.contrast.for_dtype(self.meta().dtype())?;
                explanation.push_str(&note);
                match contrast {
                    Some(contrast) => layer.with_contrast(contrast)?.into(),
                    None => layer.into(),
                }
            }
        };
        Ok(NeuroglancerLayer { layer, address, explanation })
    }
}

impl<A: Array + ?Sized> Neuroglance for A {}

/// Images and segmentations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LayerType {
    Image,
    Segmentation,
}

/// The type of layer for an array that the viewer can show.
pub(crate) fn layer_type_of(meta: &ArrayMeta) -> Result<LayerType> {
    let placement = Placement::of(meta)?;
    let refuse = |reason: &str| Err(Error::NotViewable { array: meta.name().to_owned(), reason: reason.to_owned() });
    let dtype = meta.dtype();
    match (meta.kind(), dtype.is_float()) {
        (Kind::Image, _) if dtype == DType::I64 => {
            refuse("the viewer has no signed 64-bit images; read it as a smaller type, or as labels if it holds ids")
        }
        (Kind::Image, _) | (Kind::Mask, true) => Ok(LayerType::Image),
        (Kind::Labels, true) => refuse("labels are integers, but these are floating-point numbers; is it an image?"),
        (Kind::Labels | Kind::Mask, false) if placement.channels() > 1 => {
            refuse("a segmentation shows one label per voxel; select one of its channels")
        }
        (Kind::Labels | Kind::Mask, false) => Ok(LayerType::Segmentation),
    }
}

/// The public address with the reason for taking it, or the reason for not.
fn usable_address<A: Array + ?Sized>(
    array: &A,
    placement: &Placement,
    options: &LayerOptions,
) -> Result<(String, String), String> {
    let (url, why) = match array.meta().viewer_source() {
        ViewerSource::Shown { url, lossy: None } => (url, "reads it itself".to_owned()),
        ViewerSource::Shown { url, lossy: Some(why) } => match options.lossy {
            Lossy::Accept => (url, format!("reads it itself, not exactly: {why}")),
            Lossy::Refuse => return Err(format!("at {url} the viewer would not show exactly what is read: {why}")),
        },
        ViewerSource::NotShown { url, reason } => return Err(format!("the viewer cannot show {url}: {reason}")),
        ViewerSource::Local => return Err("it has no public address".to_owned()),
    };
    match (placement.rounding(Address::Public), placement.rounding(Address::Served)) {
        // A server can leave the largest part of an offset to the transform.
        (Some(rounding), None) if options.lossy == Lossy::Refuse => Err(format!("at {url} {rounding}")),
        _ => Ok((url.clone(), why)),
    }
}

/// The viewer's own idea of the voxel size is replaced by the array's, so that both agree whatever the source states.
fn public_source(placement: &Placement, url: &str, why: &str) -> Result<ChosenSource> {
    let transform = placement.grid_transform()?;
    let input = transform.output().clone();
    let source = Source::new(&SourceUrl::parse(url)).with_transform(transform.with_input(input)?)?;
    let explanation = format!("the viewer {why}, at {url}{}", noted(placement, Address::Public));
    Ok(ChosenSource { source, address: Address::Public, explanation })
}

fn served_source(name: &str, placement: &Placement, serve_at: &ServeAt, reason: &str) -> Result<ChosenSource> {
    let url = SourceUrl::precomputed(serve_at.base_url(), name)?;
    let transform = placement.served_transform()?;
    let mut source = Source::new(&url);
    if !transform.matrix().is_identity() {
        source = source.with_transform(transform)?;
    }
    let explanation = format!("{reason}; a server has to offer it at {url}{}", noted(placement, Address::Served));
    Ok(ChosenSource { source, address: Address::Served, explanation })
}

fn noted(placement: &Placement, address: Address) -> String {
    placement.rounding(address).map(|rounding| format!("; {rounding}")).unwrap_or_default()
}
