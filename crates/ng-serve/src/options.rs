//! What one can choose about a server.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::thread;

use array_core::{Length, Roi};
use ng_layer::PUBLIC_VIEWER;
use ng_layer::neuroglance::Contrast;
use ng_layer::precomputed::DEFAULT_JPEG_QUALITY;

use crate::viewer::PREFIXES;
use crate::{Error, Result};

/// How many chunks of a stored level one chunk of a computed level may be made of, unless told otherwise: 8×8×8.
pub const COST_LIMIT: u64 = 512;

/// How chunks of images are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImageEncoding {
    /// Every value as it is.
    #[default]
    Raw,
    /// As JPEG where the format has it (uint8 with 1 or 3 channels), else raw: less to send, but what is shown is no longer
    /// exactly what is read.
    Jpeg {
        /// From 1 to 100.
        quality: u8,
    },
}

impl ImageEncoding {
    /// JPEG of the usual quality.
    pub const JPEG: Self = Self::Jpeg { quality: DEFAULT_JPEG_QUALITY };
}

/// Choices about a server. Lists are in z, y, x order.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ServeOptions {
    /// Where to listen; the loopback address and a free port unless told otherwise. On any other address everybody in the
    /// network who knows the token can read the arrays.
    pub address: SocketAddr,
    /// First part of every path: any web page can ask a server on loopback, so it has to be something that cannot be guessed.
    /// New and random for every server unless stated.
    pub token: Option<String>,
    /// Under which address browsers reach the server (`http://host:port`), where that is another than it listens on.
    pub public_url: Option<String>,
    /// Page of the viewer that links point to, unless [`viewer_files`](Self::viewer_files) are served.
    pub viewer: String,
    /// Folder of a built Neuroglancer client that is served beside the arrays: its page needs neither a network nor the
    /// permission to ask this machine for data, which browsers demand of public pages.
    pub viewer_files: Option<PathBuf>,
    /// Which part of the world, in nanometres, the viewer shows first; all of it unless told otherwise.
    pub region: Option<Roi<Length>>,
    /// Voxels of a chunk; by default 64³, flatter where voxels are much longer than wide.
    pub chunk: Option<[i64; 3]>,
    /// Factors of all levels, counted from the array, beginning with ones; each a multiple of the one before. By default those
    /// of the coarser scales that the source holds, and then doublings towards voxels that are as long as wide until a level
    /// fits into two chunks or would cost more than the [limit](Self::cost_limit).
    pub factors: Option<Vec<[u32; 3]>>,
    /// At most so many levels, the array itself included.
    pub levels: Option<usize>,
    /// How many chunks of a level that is stored one chunk of a computed level may be made of; [`COST_LIMIT`] unless told
    /// otherwise. The viewer asks for the coarsest level first, so this is what the first picture may cost.
    pub cost_limit: u64,
    /// How chunks of images are sent.
    pub image: ImageEncoding,
    /// Which values images show as black and white, by name of the array; by its type for all others.
    pub contrasts: BTreeMap<String, Contrast>,
    /// Bytes of the caches together: a quarter holds chunks as they are sent, the rest voxels. 512 MiB unless told otherwise.
    pub cache_bytes: u64,
    /// How many chunks are read and encoded at a time; as many as the machine has processors, at least 4.
    pub workers: usize,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
            token: None,
            public_url: None,
            viewer: PUBLIC_VIEWER.to_owned(),
            viewer_files: None,
            region: None,
            chunk: None,
            factors: None,
            levels: None,
            cost_limit: COST_LIMIT,
            image: ImageEncoding::default(),
            contrasts: BTreeMap::new(),
            cache_bytes: 512 << 20,
            workers: thread::available_parallelism().map_or(4, |processors| processors.get().max(4)),
        }
    }
}

impl ServeOptions {
    /// Sets where to listen.
    pub fn with_address(mut self, address: impl Into<SocketAddr>) -> Self {
        self.address = address.into();
        self
    }

    /// Sets the first part of every path.
    pub fn with_token(mut self, token: impl Into<String>) -> Self {
        self.token = Some(token.into());
        self
    }

    /// Sets the address under which browsers reach the server.
    pub fn with_public_url(mut self, url: impl Into<String>) -> Self {
        self.public_url = Some(url.into());
        self
    }

    /// Sets the page of the viewer.
    pub fn with_viewer(mut self, page: impl Into<String>) -> Self {
        self.viewer = page.into();
        self
    }

    /// Serves a built client from a folder.
    pub fn with_viewer_files(mut self, folder: impl Into<PathBuf>) -> Self {
        self.viewer_files = Some(folder.into());
        self
    }

    /// Sets what the viewer shows first.
    pub fn with_region(mut self, region: impl Into<Roi<Length>>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the voxels of a chunk.
    pub fn with_chunk(mut self, chunk_zyx: [i64; 3]) -> Self {
        self.chunk = Some(chunk_zyx);
        self
    }

    /// Sets the factors of all levels.
    pub fn with_factors(mut self, factors_zyx: impl Into<Vec<[u32; 3]>>) -> Self {
        self.factors = Some(factors_zyx.into());
        self
    }

    /// Sets how many levels there are at most.
    pub fn with_levels(mut self, levels: usize) -> Self {
        self.levels = Some(levels);
        self
    }

    /// Sets how many stored chunks a chunk may be made of.
    pub fn with_cost_limit(mut self, chunks: u64) -> Self {
        self.cost_limit = chunks;
        self
    }

    /// Sets how chunks of images are sent.
    pub fn with_image(mut self, image: ImageEncoding) -> Self {
        self.image = image;
        self
    }

    /// Sets which values the image of this name shows as black and white.
    pub fn with_contrast(mut self, name: impl Into<String>, contrast: Contrast) -> Self {
        self.contrasts.insert(name.into(), contrast);
        self
    }

    /// Sets how many bytes the caches hold together.
    pub fn with_cache_bytes(mut self, bytes: u64) -> Self {
        self.cache_bytes = bytes;
        self
    }

    /// Sets how many chunks are read at a time.
    pub fn with_workers(mut self, workers: usize) -> Self {
        self.workers = workers;
        self
    }

    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |option, value: String, rule| Err(Error::BadOption { option, value, rule });
        let plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
        if let Some(token) = self.token.as_ref().filter(|token| token.is_empty() || !token.chars().all(plain)) {
            return refuse("token", token.clone(), "it consists of letters, digits, - and _");
        }
        if let Some(token) = self.token.as_ref().filter(|token| PREFIXES.contains(&token.as_str())) {
            return refuse("token", token.clone(), "paths of the viewer begin with this word");
        }
        if let Some(chunk) = self.chunk.filter(|chunk| !is_chunk(chunk)) {
            let rule = "a chunk has at least one voxel along each of z, y and x, and at most 2^24 in all";
            return refuse("chunk", format!("{chunk:?}"), rule);
        }
        if self.workers == 0 || self.workers > 512 {
            return refuse("workers", self.workers.to_string(), "from 1 to 512 chunks are read at a time");
        }
        if self.levels == Some(0) {
            return refuse("levels", "0".to_owned(), "the array itself is a level, so there is at least 1");
        }
        if let ImageEncoding::Jpeg { quality } = self.image
            && !(1..=100).contains(&quality)
        {
            return refuse("quality of JPEG", quality.to_string(), "it is from 1 to 100");
        }
        Ok(())
    }
}

fn is_chunk(chunk_zyx: &[i64; 3]) -> bool {
    let voxels = chunk_zyx.iter().try_fold(1_i64, |voxels, side| voxels.checked_mul(*side));
    chunk_zyx.iter().all(|side| *side >= 1) && voxels.is_some_and(|voxels| voxels <= 1 << 24)
}
