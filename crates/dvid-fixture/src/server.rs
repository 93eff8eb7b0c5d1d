//! The listening server: a thread for each connection, stopped and joined on drop.

mod log;
mod worker;

use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread::JoinHandle;

pub use log::RequestLine;
use worker::Shared;

use crate::faults::{Fault, FaultRule};
use crate::http::{Request, Response};
use crate::{Error, Result};

/// Answers requests; called from many threads at once.
pub trait Handler: Send + Sync + 'static {
    /// The answer to one request.
    fn handle(&self, request: &Request) -> Response;
}

impl<F: Fn(&Request) -> Response + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: &Request) -> Response {
        self(request)
    }
}

/// A running server on a free port of 127.0.0.1. Dropping it closes every connection and joins every thread.
#[derive(Debug)]
pub struct FixtureServer {
    address: SocketAddr,
    shared: Arc<Shared>,
    acceptor: Option<JoinHandle<()>>,
}

impl FixtureServer {
    /// Starts a server on a free port.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`] if the operating system gives no port or no thread.
    pub fn start(handler: impl Handler) -> Result<Self> {
        Self::start_on(0, handler)
    }

    /// Starts a server on this port of 127.0.0.1, 0 for a free one.
    ///
    /// # Errors
    ///
    /// [`Error::Listen`], also if the port is taken.
    pub fn start_on(port: u16, handler: impl Handler) -> Result<Self> {
        let failed = |source| Error::Listen { address: format!("127.0.0.1:{port}"), source };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let shared = Arc::new(Shared::new(Box::new(handler)));
        let acceptor = std::thread::Builder::new()
            .name("dvid-fixture accept".to_owned())
            .spawn({
                let shared = Arc::clone(&shared);
                move || worker::accept(&listener, &shared)
            })
            .map_err(failed)?;
        Ok(Self { address, shared, acceptor: Some(acceptor) })
    }

    /// Address and port that the server listens on.
    pub fn addr(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Adds a fault. Of several rules that match a request and are due, the one added first acts.
    pub fn inject(&self, rule: FaultRule) {
        self.shared.faults.add(rule);
    }

    /// Adds a fault for the next request whose path and query contain `part`.
    pub fn inject_once(&self, part: impl Into<String>, fault: Fault) {
        self.inject(FaultRule::new(part, fault));
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.shared.faults.clear();
    }

    /// The latest requests, oldest first; at most [`FixtureServer::LOGGED`].
    pub fn requests(&self) -> Vec<RequestLine> {
        self.shared.log.lines()
    }

    /// How many requests came in since the start, logged or not.
    pub fn request_count(&self) -> u64 {
        self.shared.log.count()
    }

    /// The largest number of requests that were being answered at the same moment.
    pub fn peak_in_flight(&self) -> usize {
        self.shared.log.peak()
    }

    /// How many connections were accepted since the start.
    pub fn connection_count(&self) -> u64 {
        self.shared.log.connections()
    }

    /// Most requests that [`FixtureServer::requests`] keeps.
    pub const LOGGED: usize = log::CAPACITY;
}

impl Drop for FixtureServer {
    fn drop(&mut self) {
        self.shared.stop();
        // `accept` cannot be interrupted: one more connection lets it see that the server stops.
        let _ = TcpStream::connect(self.address);
        if let Some(acceptor) = self.acceptor.take() {
            let _ = acceptor.join();
        }
    }
}
