//! An embedded DVID-compatible server on loopback, for tests and demonstrations; never a production server.
//!
//! A [`FixtureServer`] listens on a free port of 127.0.0.1 with a thread per connection, hands each request to a [`Handler`],
//! and closes and joins everything when it is dropped. There are two handlers, and a closure will do as well:
//!
//! * [`replay::Replay`] gives recorded answers of a real server, byte for byte;
//! * [`serve::DvidService`] serves arrays as instances `uint8blk` and `labelmap` in the wire formats and with the words of
//!   the real server.
//!
//! Any answer of either can be hit by a [`Fault`]: cut, delayed, damaged, replaced by the refusal of a busy server. The server
//! counts requests and connections, so that a test can tell what a client really did.
//!
//! ```
//! use std::io::{Read, Write};
//! use std::net::TcpStream;
//! use std::sync::Arc;
//!
//! use array_core::{MemoryArray, ndarray::ArrayD};
//! use dvid_fixture::serve::{DvidService, ServeOptions};
//! use dvid_fixture::{Fault, FixtureServer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let voxels = ArrayD::from_shape_fn(vec![8, 8, 8], |at| (at[0] * 64 + at[1] * 8 + at[2]) as u8);
//! let image = MemoryArray::new("em", voxels, [40, 8, 8], [0, 0, 0])?;
//! let server = FixtureServer::start(DvidService::new(Some(Arc::new(image)), None, &ServeOptions::default())?)?;
//!
//! // Four voxels along x, two along y, one along z, from (4, 2, 1).
//! let ask = || -> std::io::Result<Vec<u8>> {
//!     let mut stream = TcpStream::connect(server.addr())?;
//!     let path = "/api/node/:master/grayscale/raw/0_1_2/4_2_1/4_2_1";
//!     write!(stream, "GET {path} HTTP/1.1\r\nConnection: close\r\n\r\n")?;
//!     let mut answer = Vec::new();
//!     stream.read_to_end(&mut answer)?;
//!     Ok(answer)
//! };
//! assert!(ask()?.ends_with(&[84, 85, 86, 87, 92, 93, 94, 95]));
//!
//! server.inject_once("/raw/", Fault::CutBody { after: 3 });
//! let cut = ask()?;
//! assert!(cut.starts_with(b"HTTP/1.1 200 OK\r\n") && cut.ends_with(&[84, 85, 86]));
//! assert_eq!(server.request_count(), 2);
//! # Ok(())
//! # }
//! ```
//!
//! What it is not: a store (nothing can be written), a DVID of its own (what is not needed to read volumes is missing), fast, or safe
//! to expose to anybody but this machine.

mod error;
pub mod faults;
pub mod http;
pub mod replay;
pub mod serve;
mod server;
mod sync;
mod versions;
mod wording;

pub use error::{Error, Result};
pub use faults::{Fault, FaultRule};
pub use http::{Request, Response};
pub use server::{FixtureServer, Handler, RequestLine};
