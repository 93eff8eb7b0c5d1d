//! What one can choose about the layer of an array.

use super::contrast::Contrast;

/// Choices for one layer.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct LayerOptions {
    /// Where a server offers arrays that have no public address.
    pub serve_at: ServeAt,
    /// Whether a public address counts that shows something else than `read` returns.
    pub lossy: Lossy,
    /// Which values an image shows as black and white.
    pub contrast: Contrast,
}

impl LayerOptions {
    /// Sets where a server offers arrays that have no public address.
    pub fn with_serve_at(mut self, serve_at: ServeAt) -> Self {
        self.serve_at = serve_at;
        self
    }

    /// Sets whether a lossy public address is good enough.
    pub fn with_lossy(mut self, lossy: Lossy) -> Self {
        self.lossy = lossy;
        self
    }

    /// Sets which values an image shows as black and white.
    pub fn with_contrast(mut self, contrast: Contrast) -> Self {
        self.contrast = contrast;
        self
    }
}

impl From<ServeAt> for LayerOptions {
    fn from(serve_at: ServeAt) -> Self {
        Self::default().with_serve_at(serve_at)
    }
}

/// The address below which a server offers arrays, each under its name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ServeAt {
    base_url: String,
}

impl ServeAt {
    /// The address of a server; whether it can be one is checked where a layer is made.
    pub fn new(base_url: impl Into<String>) -> Self {
        Self { base_url: base_url.into() }
    }

    /// The address.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }
}

/// A server on this machine: `http://127.0.0.1:9000`.
impl Default for ServeAt {
    fn default() -> Self {
        Self::new("http://127.0.0.1:9000")
    }
}

/// Whether a public address counts that shows something else than `read` returns, as grayscale that comes as JPEG, or voxels
/// beyond the indices that the viewer tells apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Lossy {
    /// No: the viewer shows what was read.
    #[default]
    Refuse,
    /// Yes: a link that needs no server is worth more.
    Accept,
}
