//! One array as it is served: its `info`, its levels, its chunks.

mod chunk;
mod computed;
mod levels;
mod named;

use std::sync::Arc;

use array_core::{ArrayRef, BlockCache, Kind};
use ng_layer::json::to_client_string;
use ng_layer::precomputed::{Encoding, Info, Level, ScaleOptions};

pub(crate) use self::chunk::ServedLevel;
use self::levels::{MadeLevel, made_levels};
pub(crate) use self::named::Named;
use crate::content::{Content, Gzip};
use crate::{ImageEncoding, Result, ServeOptions};

/// One array as it is served.
#[derive(Debug)]
pub(crate) struct Volume {
    name: String,
    info: Info,
    info_file: Content,
    levels: Vec<ServedLevel>,
}

impl Volume {
    pub(crate) fn new(array: &Arc<Named>, options: &ServeOptions, cache: &Arc<BlockCache>) -> Result<Self> {
        let meta = array_core::Array::meta(&**array);
        let scales = ScaleOptions::default();
        let scales = options.chunk.map_or(scales, |chunk| scales.with_chunk(chunk));
        // The one chunk shape of all levels follows from the array alone.
        let finest = ng_layer::precomputed::levels(meta, &[[1, 1, 1].into()])?;
        let chunk = Info::of_array(meta, &finest, &scales)?.scales()[0].chunk_shapes()[0];
        let made = made_levels(array, chunk, options, cache)?;
        let published: Vec<Level> = made.iter().map(|level| level.published).collect();
        let scales = encoding(array, options).map_or(scales, |encoding| scales.with_encoding(encoding));
        let info = Info::of_array(meta, &published, &scales)?;
        let gzip = if meta.kind() == Kind::Image { Gzip::IfItPays } else { Gzip::Always };
        let served = |(scale, level): (_, MadeLevel)| ServedLevel::new(scale, level, gzip);
        let levels = info.scales().iter().zip(made).map(served).collect::<Result<_>>()?;
        let info_file = to_client_string(&info.to_json()?).into_bytes();
        let info_file = Content::new(info_file, "application/json", Gzip::Never);
        Ok(Self { name: meta.name().to_owned(), info, info_file, levels })
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn info(&self) -> &Info {
        &self.info
    }

    pub(crate) fn info_file(&self) -> &Content {
        &self.info_file
    }

    pub(crate) fn levels(&self) -> &[ServedLevel] {
        &self.levels
    }

    /// The level of a directory.
    pub(crate) fn level(&self, key: &str) -> Option<usize> {
        self.info.scales().iter().position(|scale| scale.key() == key)
    }

    pub(crate) fn arrays(&self) -> Vec<ArrayRef> {
        self.levels.iter().map(|level| Arc::clone(level.array())).collect()
    }
}

/// Images as JPEG, where that was asked for and the format has it.
fn encoding(array: &Arc<Named>, options: &ServeOptions) -> Option<Encoding> {
    let meta = array_core::Array::meta(&**array);
    let fits = meta.kind() == Kind::Image
        && meta.dtype() == array_core::DType::U8
        && matches!(meta.num_channels().unwrap_or(1), 1 | 3);
    match options.image {
        ImageEncoding::Jpeg { quality } if fits => Some(Encoding::Jpeg { quality: Some(quality) }),
        _ => None,
    }
}
