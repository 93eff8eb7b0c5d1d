//! `voxscope layer`: a Neuroglancer state that shows the sources, or a link to it.

use facade::ng_layer::neuroglance::{Address, Contrast, LayerOptions, Lossy, View, sample_contrast};
use facade::ng_layer::{self, ServeAt, ViewBuilder};
use facade::prelude::*;
use facade::{Error, Result};

use crate::args;
use crate::sources;

/// Runs the command; returns what goes to standard output. What to know of each layer goes to standard error.
///
/// # Errors
/// Those of opening the sources, and of sources that the viewer cannot show.
pub fn run(args: &args::Layer) -> Result<String> {
    let configs = sources::several(&args.sources, args.voxel_size, &args.placement)?;
    let arrays: Vec<ArrayRef> = configs.iter().map(facade::open).collect::<Result<_>>()?;
    let options = LayerOptions::default().with_serve_at(ServeAt::new(&args.base_url)).with_lossy(if args.lossy {
        Lossy::Accept
    } else {
        Lossy::Refuse
    });
    let view = view(&arrays, args.roi, &options)?;
    for (name, explanation) in explanations(&view) {
        eprintln!("{name}: {explanation}");
    }
    if view.layers.iter().any(|layer| layer.address == Address::Served) {
        eprintln!("note: layers at {} appear once a server offers them there", args.base_url);
    }
    if args.url {
        return Ok(view.state.to_url(&args.viewer).map_err(failed)? + "\n");
    }
    // The alternate form is the one for people: a key per line.
    Ok(format!("{:#}\n", view.state))
}

/// A viewer for several arrays. Images of other types than `uint8` get a contrast from a sample of their voxels, since the
/// viewer's own is the whole range of the type.
///
/// # Errors
/// Those of arrays that the viewer cannot show, and of reading the sample.
pub fn view(arrays: &[ArrayRef], roi: Option<Roi<Length>>, options: &LayerOptions) -> Result<View> {
    let mut builder = ViewBuilder::default();
    for array in arrays {
        let mut options = options.clone();
        if let Some(contrast) = contrast(&**array)? {
            options = options.with_contrast(contrast);
        }
        builder = builder.with_layer(&**array, options);
    }
    if let Some(roi) = roi {
        for array in arrays {
            array.meta().bounded(&roi)?;
        }
        builder = builder.with_region(roi);
    }
    builder.build().map_err(failed)
}

/// Black and white of an image of another type than `uint8`, from a sample of its voxels.
///
/// # Errors
/// Those of reading the sample.
pub fn contrast(array: &dyn Array) -> Result<Option<Contrast>> {
    if array.kind() != Kind::Image || array.dtype() == DType::U8 {
        return Ok(None);
    }
    sample_contrast(array, &ReadContext::default()).map_err(failed)
}

/// Name of each layer, and which address it has and why.
pub fn explanations(view: &View) -> Vec<(String, String)> {
    let name = |layer: &ng_layer::NeuroglancerLayer| layer.layer.name().ok().flatten().unwrap_or_default();
    view.layers.iter().map(|layer| (name(layer), layer.explanation.clone())).collect()
}

fn failed(error: ng_layer::Error) -> Error {
    Error::Backend(Box::new(error))
}
