//! Volumes on a [DVID](https://github.com/janelia-flyem/dvid) server, over HTTP.
//!
//! [`DvidClient`] talks to one server; [`DvidArray`] is a volume on it, an [`Array`](array_core::Array) like any other, for
//! `uint8blk` (8-bit images) and `labelmap` (64-bit segmentations with scales). Opening one pins the version: the UUID is
//! resolved once, so a long read cannot jump when somebody commits. Reads are cut at block borders and fetched by a few
//! threads in bounded memory; every frame and every length is verified, since DVID answers 200 before it knows whether
//! it will succeed.
//!
//! What it is not: it does not write, it needs no async runtime, and it resamples nothing.
//!
//! ```no_run
//! use array_core::{ArrayExt, Roi};
//! use dvid_source::{DvidArray, DvidClient, DvidOptions};
//!
//! let client = DvidClient::new("emdata.example.org:8000")?;
//! let labels = DvidArray::open(&client, "2324:master", "segmentation", &DvidOptions::default())?;
//! println!("{} {}", labels.source().uuid, labels.roi());
//! let block = labels.read::<u64>(Roi::new([0, 0, 0], [8000, 8000, 8000])?)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Servers behind `https://` need the feature `https`. The proxy variables of the environment are obeyed, except for
//! servers on this machine; see [`ClientOptions`].

mod array;
mod client;
mod error;
mod frames;
mod info;
mod payload;
mod request;

pub use array::{DvidArray, DvidOptions, Source};
pub use client::{Budget, ClientOptions, DvidClient, Node, Proxy, RetryPolicy, Timeouts, fetch_info};
pub use error::{Asked, Error, Missing, Result};
pub use frames::{Frame, FrameReader};
pub use info::{InstanceInfo, Strictness};
pub use payload::Payload;
pub use request::Request;
