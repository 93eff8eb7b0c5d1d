//! An embedded DVID-compatible server on loopback, for tests and demonstrations; never a production server.

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
