//! Volumes on a [DVID](https://github.com/janelia-flyem/dvid) server, over HTTP.
//!
//! [`DvidClient`] talks to one server; [`DvidArray`] is a volume on it, an [`Array`](array_core::Array) like any
//! other:
//!
//! | type of the instance | array |
//! |---|---|
//! | `uint8blk` `uint16blk` `uint32blk` `uint64blk` `float32blk` | an image; coarser [`Siblings`] `name_1`, `name_2`, … are its scales |
//! | `rgba8blk` | an image with a channel axis in front |
//! | any of them that passes on a precomputed volume | the same, block by block |
//! | `labelmap` `labelarray` | labels with their scales; bodies or supervoxels ([`Ids`]), or one body as a mask ([`DvidOptions::with_body`]) |
//! | `labelblk` | labels |
//! | `roi` | a mask ([`RegionOfInterest`] for its blocks and regions) |
//!
//! Beside boxes there are single blocks ([`DvidArray::read_blocks`]), labels at points ([`DvidArray::labels_at`]), keys ([`DvidClient::key_value`]), annotations
//! ([`DvidClient::annotations`]), a cache ([`DvidArray::cached`]), reading ahead ([`read_ahead`]), and recordings
//! ([`DvidClient::record`], [`DvidClient::replay`]). Who knows the Python or C++ clients finds their calls in
//! [`coming_from_neuclease`]; what servers do that nobody expects, and what is done about it, stands in [`server_defects`].
//!
//! Opening a volume pins the version: the UUID is resolved once, so a long read cannot jump when somebody commits. Reads
//! are cut at block borders and fetched by a few threads in bounded memory; every frame and every length is verified, since
//! DVID answers 200 before it knows whether it will succeed.
//!
//! What it is not: it does not write, it needs no async runtime, and it resamples nothing.
//!
//! ```
//! use array_core::{ArrayExt, Roi, ndarray::ArrayD};
//! use dvid_source::{DvidArray, DvidClient, DvidOptions};
//!
//! # use array_core::{MemoryArray, ndarray::Array3};
//! # use dvid_fixture::{FixtureServer, serve::{DvidService, ServeOptions}};
//! # let voxels = Array3::from_elem((64, 64, 64), 1_u64 << 60).into_dyn();
//! # let stored = std::sync::Arc::new(MemoryArray::new("segmentation", voxels, [8, 8, 8], [0, 0, 0])?);
//! # let server = FixtureServer::start(DvidService::new(None, Some(stored), &ServeOptions::default())?)?;
//! # let address = server.url();
//! // `address` is something like "emdata.example.org:8000".
//! let client = DvidClient::new(&address)?;
//! let labels = DvidArray::open(&client, ":master", "segmentation", &DvidOptions::default())?;
//! println!("version {}, {} nm", labels.source().uuid, labels.roi());
//!
//! let block: ArrayD<u64> = labels.read(Roi::new([80, 0, 160], [40, 80, 80])?)?;
//! assert_eq!(block.shape(), [5, 10, 10]);
//! # assert!(block.iter().all(|label| *label == 1 << 60));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Servers behind `https://` need the feature `https`. The proxy variables of the environment are obeyed, except for
//! servers on this machine; see [`ClientOptions`].

mod ahead;
mod array;
mod client;
mod error;
mod frames;
mod info;
mod payload;
mod request;
mod sparse;

pub use ahead::{ReadAhead, read_ahead};
pub use array::{DvidArray, DvidOptions, Images, Lossy, OpenVersions, Siblings, Source};
pub use array_core::Strictness;
pub use client::{
    Annotation, Budget, ClientOptions, DvidClient, Node, Proxy, RegionOfInterest, Relation, RetryPolicy, Span,
    Timeouts, fetch_info,
};
pub use error::{Asked, Error, Missing, Result};
pub use frames::{Frame, FrameReader};
pub use info::InstanceInfo;
pub use payload::{ImagePayload, Payload};
pub use request::{Ids, ImageForm, LabelQuery, Request, SparseFormat};

#[doc = include_str!("../docs/coming-from-neuclease.md")]
pub mod coming_from_neuclease {}

#[doc = include_str!("../docs/server-defects.md")]
pub mod server_defects {}
